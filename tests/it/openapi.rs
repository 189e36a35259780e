//! The description of the API, held against the specification that it names by a validator that is not ours.

use std::process::Command;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");
const DESCRIPTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api/openapi.json");

#[test]
fn the_description_of_the_api_is_valid_openapi() {
    let checked = Command::new("node")
        .args(["openapi.mjs", DESCRIPTION])
        .current_dir(HERE)
        .output()
        .expect("node, which `cargo xtask test` looks for");
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}
