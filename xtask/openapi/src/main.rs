//! Writes the document. `cargo xtask openapi` runs this.
#![allow(clippy::print_stderr, reason = "its output is what it is for")]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let written = openapi::document(&root).and_then(|document| {
        let path = root.join(openapi::DOCUMENT);
        std::fs::write(&path, document)
            .map_err(|cause| vec![format!("{}: {cause}", openapi::DOCUMENT)])
    });
    let findings = written.err().unwrap_or_default();
    findings.iter().for_each(|finding| eprintln!("{finding}"));
    if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
