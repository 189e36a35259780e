//! Documents that machines keep true: the map of crates, and the list of duplicate versions.

use std::collections::BTreeMap;

use super::dependencies::floor;
use super::workspace::Workspace;

/// Crates that may be in the lock file in two versions. `deny.toml` lists them; this number only goes
/// down. (Passkeys raised it once, by twelve: decision 0020; ACME and mail by one each:
/// decisions 0024 and 0022.)
const SKIPS: usize = 18;

/// Holds ARCHITECTURE.md against the workspace: each crate stands there once, on its own floor.
pub(super) fn check_map(document: &str, workspace: &Workspace) -> Vec<String> {
    let drawn = drawn(document);
    let mut findings = Vec::new();
    for member in &workspace.members {
        let name = &member.name;
        let place = floor(&member.folder).map(|floor| floor.to_string());
        match drawn.get(name.as_str()) {
            None => findings.push(format!("ARCHITECTURE.md does not know the crate {name}")),
            Some(floor) if Some((*floor).to_owned()) != place => findings.push(format!(
                "ARCHITECTURE.md puts {name} on floor {floor}, its folder on floor {}",
                place.unwrap_or_default()
            )),
            Some(_) => {}
        }
    }
    for name in drawn.keys() {
        if workspace.member(name).is_none() {
            findings.push(format!(
                "ARCHITECTURE.md draws a crate that is not there: {name}"
            ));
        }
    }
    findings
}

/// The rows `| 0 | `ids` | …` of the map.
fn drawn(document: &str) -> BTreeMap<&str, &str> {
    document
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let floor = cells.next().filter(|cell| cell.parse::<u8>().is_ok())?;
            let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
            Some((name, floor))
        })
        .collect()
}

/// Holds the list of duplicate versions in deny.toml to its number.
pub(super) fn check_skips(deny: &str) -> Vec<String> {
    let mut findings = Vec::new();
    match skips(deny) {
        None => findings.push("deny.toml has no list `skip`".to_owned()),
        Some(found) if found > SKIPS => findings.push(format!(
            "deny.toml skips {found} duplicate versions; the list may only shrink, and held {SKIPS}"
        )),
        Some(found) if found < SKIPS => findings.push(format!(
            "deny.toml skips only {found} duplicate versions now: lower SKIPS in xtask from {SKIPS}"
        )),
        Some(_) => {}
    }
    if deny.lines().any(|line| line.starts_with("skip-tree")) {
        findings.push("deny.toml skips a whole tree: name each crate in `skip`".to_owned());
    }
    findings
}

fn skips(deny: &str) -> Option<usize> {
    let (_, list) = deny.split_once("\nskip = [")?;
    let (list, _) = list.split_once("\n]")?;
    let entries = list
        .lines()
        .filter(|line| line.trim_start().starts_with('{'));
    Some(entries.count())
}

#[cfg(test)]
mod tests {
    use super::{SKIPS, check_map, check_skips};
    use crate::floors::workspace::{Member, Workspace};

    fn workspace() -> Workspace {
        let member = |name: &str, folder: &str| Member {
            name: name.to_owned(),
            folder: folder.to_owned(),
            ..Member::default()
        };
        Workspace {
            members: vec![
                member("ids", "domain/ids"),
                member("store", "adapters/store"),
            ],
        }
    }

    #[test]
    fn a_map_that_tells_the_truth_holds() {
        let map = "| floor | crate |\n|---|---|\n| 0 | `ids` | names |\n| 1 | `store` | bytes |\n";
        assert_eq!(check_map(map, &workspace()), Vec::<String>::new());
    }

    #[test]
    fn a_crate_unknown_to_the_map_a_wrong_floor_and_a_ghost_are_found() {
        let map = "| 2 | `store` | bytes |\n| 0 | `common` | a drawer |\n";
        assert_eq!(
            check_map(map, &workspace()),
            [
                "ARCHITECTURE.md does not know the crate ids",
                "ARCHITECTURE.md puts store on floor 2, its folder on floor 1",
                "ARCHITECTURE.md draws a crate that is not there: common",
            ]
        );
    }

    #[test]
    fn the_list_of_duplicates_can_only_shrink() {
        let list = |entries: usize| {
            let entries = "    { crate = \"syn@2\" },\n".repeat(entries);
            format!("[bans]\nskip = [\n{entries}]\n")
        };
        assert_eq!(check_skips(&list(SKIPS)), Vec::<String>::new());
        assert!(check_skips(&list(SKIPS + 1))[0].contains("may only shrink"));
        assert!(check_skips(&list(SKIPS - 1))[0].contains("lower SKIPS"));
        assert_eq!(check_skips("").len(), 1);
        assert_eq!(
            check_skips(&format!("{}skip-tree = []\n", list(SKIPS))).len(),
            1
        );
    }
}
