//! The document is what the sources say.

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_document_is_what_the_sources_say() {
    let document = match openapi::document(&root()) {
        Ok(document) => document,
        Err(findings) => panic!("{}", findings.join("\n")),
    };
    let kept = std::fs::read_to_string(root().join(openapi::DOCUMENT)).unwrap_or_default();
    let differs = document
        .lines()
        .zip(kept.lines())
        .find(|(made, kept)| made != kept);
    assert!(
        document == kept,
        "{} is of another day; look at what `cargo xtask openapi` changes. First: {differs:?}",
        openapi::DOCUMENT
    );
}
