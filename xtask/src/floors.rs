//! Who may use whom, and what documents and sources must hold to. A finding is one line that names
//! the place, what is wrong there, and the rule.

mod cheats;
mod dependencies;
mod documents;
mod secrets;
mod sentences;
mod sources;
mod threats;
mod walkthroughs;
mod workspace;

use std::path::Path;

use crate::running::root;
use workspace::Workspace;

/// Every finding; none means that the floors hold.
pub(crate) fn check() -> Vec<String> {
    let root = root();
    let workspace = match Workspace::read() {
        Ok(workspace) => workspace,
        Err(cause) => return vec![format!("the workspace cannot be read: {cause}")],
    };
    let files = match sources::project_files(&root) {
        Ok(files) => files,
        Err(cause) => return vec![format!("the project's files cannot be listed: {cause}")],
    };
    let mut findings = dependencies::check(&workspace);
    findings.extend(cheats::check(&workspace));
    findings.extend(sources::check(&files));
    findings.extend(secrets::check(&files));
    findings.extend(sentences::check(&files));
    let architecture = text(&root, "ARCHITECTURE.md");
    findings.extend(documents::check_map(&architecture, &workspace));
    findings.extend(walkthroughs::check(&architecture, &workspace, &files));
    findings.extend(documents::check_skips(&text(&root, "deny.toml")));
    findings.extend(crate::readme::check(&root));
    findings.extend(threats::check(&text(&root, THREATS), &files));
    findings
}

/// Writes the names of the tests into the table of lessons.
pub(crate) fn write_threats() -> Result<(), String> {
    let root = root();
    let files = sources::project_files(&root)?;
    let table = threats::rewrite(&text(&root, THREATS), &files);
    std::fs::write(root.join(THREATS), table).map_err(|cause| format!("{THREATS}: {cause}"))
}

const THREATS: &str = "docs/threats.md";

fn text(root: &Path, name: &str) -> String {
    std::fs::read_to_string(root.join(name)).unwrap_or_default()
}
