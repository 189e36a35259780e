//! Bundles the browser's part of the console (`web/`) with Node into the folder that Cargo gives.
//!
//! The packages are those of `web/package-lock.json`, checked by their integrity, and none of their
//! scripts is run. Where they lie already as the lock file says, no network is asked.

use std::path::Path;
use std::process::Command;

fn main() {
    for watched in [
        "web/src",
        "web/style",
        "web/pictures",
        "web/build.mjs",
        "web/package-lock.json",
        "build.rs",
    ] {
        println!("cargo::rerun-if-changed={watched}");
    }
    // Asked when it runs: a target folder may be shared with another copy of the sources.
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let web = Path::new(&here).join("web");
    if !installed(&web) {
        run(Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&web));
    }
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    run(Command::new("node")
        .arg("build.mjs")
        .arg(out)
        .current_dir(&web));
}

/// Whether npm has put down what the lock file names: it leaves a copy of it there, last.
fn installed(web: &Path) -> bool {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|known| known.modified());
    let lock = modified(&web.join("package-lock.json"));
    let put_down = modified(&web.join("node_modules/.package-lock.json"));
    matches!((lock, put_down), (Ok(lock), Ok(put_down)) if put_down >= lock)
}

fn run(command: &mut Command) {
    let done = command.output();
    match done {
        Ok(done) if done.status.success() => {}
        Ok(done) => panic!(
            "{command:?} failed:\n{}\n{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        ),
        Err(cause) => panic!(
            "{command:?} cannot be started ({cause}): the console's pages are bundled with Node (20 or later) and npm"
        ),
    }
}
