//! `sekisho` as cargo built it.
//!
//! `cargo test` does not build the binary of another package, so it is built here, once, with the
//! profile of this test. With nothing to do that takes a fraction of a second, and what is tested is
//! never older than its sources. `SEKISHO_BIN` names another one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary under test.
pub fn path() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("SEKISHO_BIN") {
        Some(given) => PathBuf::from(given),
        None => build("sekisho", "sekisho"),
    })
}

/// `target/PROFILE`, two above this test's own file in `deps`.
fn profile_folder() -> PathBuf {
    let own = std::env::current_exe().expect("this test has a path");
    let folder = own.parent().and_then(Path::parent);
    folder
        .expect("this test lies in target/PROFILE/deps")
        .to_owned()
}

/// `sekisho-logs`, as the tests of its own crate had it built; else it is built here. Whoever changes it runs those tests too.
pub fn logs() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let there = profile_folder().join("sekisho-logs");
        if there.is_file() {
            there
        } else {
            build("logs", "sekisho-logs")
        }
    })
}

fn build(package: &str, name: &str) -> PathBuf {
    let folder = profile_folder();
    let binary = folder.join(name);
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "-p",
            package,
            "--bin",
            name,
            "--profile",
            profile,
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status();
    assert!(
        built.is_ok_and(|status| status.success()) && binary.is_file(),
        "the binary under test could not be built: run `cargo build -p {package}`"
    );
    binary
}
