//! `sekisho-evtx` beside the programs under test: a workspace of its own, which no `cargo test` builds.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// Has it built, and put into the folder of the programs. Costs a moment if it is there already.
pub(crate) fn beside(folder: &Path) {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build(folder));
}

fn build(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let into = folder.join("evtx");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(root.join("evtx/Cargo.toml"))
        .arg("--target-dir")
        .arg(&into)
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "sekisho-evtx could not be built"
    );
    // Another test may start it just now: it is exchanged whole.
    let (built, there) = (into.join("debug/sekisho-evtx"), folder.join("sekisho-evtx"));
    let new = folder.join(format!("sekisho-evtx.{}", std::process::id()));
    let put = std::fs::copy(built, &new).and_then(|_| std::fs::rename(new, there));
    assert!(put.is_ok(), "the programs' own folder cannot be written");
}
