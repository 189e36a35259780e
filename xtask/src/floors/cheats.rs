//! The cheats stay out of what ships: no product crate has a door for them, and nothing links them.

use super::dependencies::floor;
use super::workspace::{Member, Workspace};

/// The crate, and the feature under which it is more than empty.
const CHEATS: &str = "cheats";

/// Who may build them at all: for its own tests.
const USER: &str = "acceptance";

/// Every crate that would carry them, or has something to be switched on for them.
pub(super) fn check(workspace: &Workspace) -> Vec<String> {
    workspace.members.iter().flat_map(check_member).collect()
}

fn check_member(member: &Member) -> Vec<String> {
    let name = &member.name;
    let mut findings = Vec::new();
    if name == CHEATS {
        return findings;
    }
    if member.linked.contains(CHEATS) {
        findings.push(format!(
            "{name} links {CHEATS}: it is for the tests of {USER}, in [dev-dependencies] alone"
        ));
    }
    if member.direct.contains(CHEATS) && name != USER {
        findings.push(format!("{name} uses {CHEATS}, which is for {USER} alone"));
    }
    let ships = floor(&member.folder).is_some_and(|floor| floor < 5);
    if ships && member.features.contains(CHEATS) {
        findings.push(format!(
            "{name} has a feature {CHEATS}: what ships has nothing to be switched on for cheats"
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::floors::workspace::{Member, Workspace};

    fn member(folder: &str, direct: &[&str], linked: &[&str], features: &[&str]) -> Member {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let name = match folder {
            "tests" => "acceptance",
            other => other.rsplit('/').next().unwrap(),
        };
        Member {
            name: name.to_owned(),
            folder: folder.to_owned(),
            direct: set(direct),
            linked: set(linked),
            features: set(features),
        }
    }

    fn findings(member: Member) -> Vec<String> {
        check(&Workspace {
            members: vec![member],
        })
    }

    #[test]
    fn the_acceptance_tests_have_the_cheats_and_nobody_carries_them() {
        let held = findings(member("tests", &["cheats"], &[], &[]));
        assert_eq!(held, Vec::<String>::new());
        let held = findings(member(
            "tests/cheats",
            &["rustls"],
            &["rustls"],
            &["cheats"],
        ));
        assert_eq!(held, Vec::<String>::new());
        // Linked, however deep; named by another; a door in a product crate.
        for wrong in [
            member("sekisho", &[], &["cheats"], &[]),
            member("tests", &["cheats"], &["cheats"], &[]),
            member("benches", &["cheats"], &[], &[]),
            member("adapters/tunnel", &[], &[], &["cheats"]),
        ] {
            let name = wrong.name.clone();
            assert_eq!(findings(wrong).len(), 1, "{name}");
        }
    }
}
