//! Paths and terms of files, against rules that are written here again.

use access::*;
use ids::*;
use proptest::prelude::*;

use crate::world::*;

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("a"),
        4 => Just("b"),
        2 => Just("ab"),
        1 => Just("..."),
        1 => Just(".."),
        1 => Just("."),
        1 => Just(""),
        1 => Just(".. "),
        1 => Just("a\\.."),
        1 => Just("a\0"),
    ]
    .prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    (prop::collection::vec(part(), 0..5), 0..4u8).prop_map(|(parts, form)| {
        let inside = parts.join("/");
        match form {
            0 => inside,
            1 => format!("/{inside}/"),
            _ => format!("/{inside}"),
        }
    })
}

fn paths() -> impl Strategy<Value = Paths> {
    let folders = prop::collection::vec(path(), 1..4);
    let under = folders.prop_map(|folders| Paths::Under(NonEmpty::from_vec(folders).unwrap()));
    prop_oneof![1 => Just(Paths::Anywhere), 5 => under]
}

fn some_files() -> impl Strategy<Value = Files> {
    let yes = (paths(), 0..4u64).prop_map(|(paths, most_bytes)| Files::Yes { paths, most_bytes });
    prop_oneof![1 => Just(Files::No), 4 => yes]
}

pub(crate) fn terms() -> impl Strategy<Value = SshTerms> {
    let parts = (any::<bool>(), any::<bool>(), some_files(), some_files());
    parts.prop_map(|(shell, exec, upload, download)| SshTerms {
        shell,
        exec,
        upload,
        download,
    })
}

/// What a target makes of a path, on Unix and on Windows: the folder names that it walks.
pub(crate) fn walked(path: &str, windows: bool) -> Vec<String> {
    let separates = |c: char| c == '/' || (windows && c == '\\');
    let mut at: Vec<String> = Vec::new();
    for part in path.split(separates) {
        let part = if windows {
            part.trim_end_matches(' ')
        } else {
            part
        };
        match part {
            "" | "." => {}
            ".." => {
                at.pop();
            }
            name => at.push(name.to_owned()),
        }
    }
    at
}

fn allows(files: &Files, path: &str, bytes: u64) -> bool {
    match files {
        Files::No => false,
        Files::Yes { paths, most_bytes } => paths.allow(path) && bytes <= *most_bytes,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever an allowed path leads, it is in or under a folder of the terms.
    #[test]
    fn an_allowed_path_leads_into_a_folder_of_the_terms(folder in path(), asked in path()) {
        let terms = under(&[&folder]);
        if terms.allow(&asked) {
            for windows in [false, true] {
                let (inside, at) = (walked(&folder, windows), walked(&asked, windows));
                prop_assert!(at.starts_with(&inside), "{asked:?} is not in {folder:?}");
            }
        }
    }

    /// What is allowed is said in one way only: absolute, without a detour.
    #[test]
    fn an_allowed_path_is_absolute_and_makes_no_detour(asked in path()) {
        if Paths::Anywhere.allow(&asked) {
            prop_assert!(asked.starts_with('/'));
            prop_assert!(!asked.contains(['\0', '\\']));
            let joined = format!("/{}", walked(&asked, false).join("/"));
            let plain = asked == joined || asked.strip_suffix('/') == Some(joined.as_str());
            prop_assert!(plain, "{asked:?}");
        }
    }

    #[test]
    fn a_plain_path_under_a_folder_is_allowed(parts in prop::collection::vec("[a-z.]{0,2}[a-z]", 1..5), deep in 0..4usize) {
        let asked = format!("/{}", parts.join("/"));
        let folder = format!("/{}", parts[..deep.min(parts.len())].join("/"));
        prop_assert!(under(&["/elsewhere", &folder]).allow(&asked));
    }

    #[test]
    fn what_is_within_allows_no_path_and_no_byte_more(less in some_files(), more in some_files(), asked in path(), bytes in 0..5u64) {
        if less.within(&more) && allows(&less, &asked, bytes) {
            prop_assert!(allows(&more, &asked, bytes), "{asked:?}");
        }
    }

    /// So that any number of approvals narrows: each is within the one before.
    #[test]
    fn terms_within_terms_within_terms_are_within(a in terms(), b in terms(), c in terms()) {
        prop_assert!(no_terms().within(&a));
        if a.within(&b) {
            prop_assert!(!a.shell || b.shell);
            prop_assert!(!a.exec || b.exec);
            prop_assert!(!b.within(&c) || a.within(&c));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two approvals in a row: what is granted is within both, and within what was asked.
    #[test]
    fn l08_two_approvals_only_ever_narrow(first in terms(), second in terms()) {
        let mut world = two_approvals();
        let asked = all_terms();
        for (by, terms) in [(NURSE, &first), (DOCTOR, &second)] {
            let _refused = world.tries(&staff(by), narrowed(&request(1), terms.clone()));
        }
        if let Some(grant) = world.site.grant(&grant(1)) {
            let granted = grant.terms.ssh.as_ref().unwrap();
            prop_assert!(granted.within(&asked) && granted.within(&first) && granted.within(&second));
            prop_assert_eq!(granted, &second);
        }
    }
}

/// Ito asked for everything at an SSH target that needs two approvals.
fn two_approvals() -> World {
    let mut world = World::hospital();
    let new = NewTarget {
        approvals: Approvals::Two,
        ..ssh_target("pacs", "10.1.2.6", 1)
    };
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let asked = world.ssh_visit(Some(all_terms()));
    world.ask(&engineer(ITO), asked);
    world
}

#[test]
fn l08_the_second_approval_does_not_give_back_what_the_first_one_took() {
    let mut world = two_approvals();
    world.does(&staff(NURSE), narrowed(&request(1), file_terms()));
    let wider = narrowed(&request(1), all_terms());
    assert_eq!(world.refused(&staff(DOCTOR), wider), [Reason::WouldWiden]);
    // Who says nothing approves what stands, not what was asked.
    world.approve(DOCTOR, &request(1));
    let granted = world.site.grant(&grant(1)).unwrap().terms.ssh.clone();
    assert_eq!(granted, Some(file_terms()));
}
