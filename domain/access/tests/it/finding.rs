//! Finding entries: who finds what.

use std::collections::BTreeSet;

use access::search::{Lines, Wanted, Word};
use access::*;

use crate::busy::busy;
use crate::world::*;

fn lines(world: &World) -> Lines {
    let mut lines = Lines::default();
    for entry in &world.entries {
        let bytes = serde_json::to_vec(&entry.to_value().unwrap()).unwrap();
        lines.learn(&bytes).unwrap();
    }
    assert_eq!(lines.read(), u64::try_from(world.entries.len()).unwrap());
    lines
}

fn everything() -> Wanted {
    Wanted {
        most: usize::MAX,
        ..Wanted::default()
    }
}

fn word(text: &str) -> Wanted {
    let word = Word {
        text: text.into(),
        ..Word::default()
    };
    Wanted {
        words: vec![word],
        ..everything()
    }
}

fn found(world: &World, by: &Caller, wanted: &Wanted) -> Vec<u64> {
    let sight = world.site.sight(by, world.now).unwrap();
    lines(world).find(&world.site, &sight, wanted).entries
}

fn entry(world: &World, number: u64) -> &Entry {
    &world.entries[usize::try_from(number).unwrap()]
}

/// Ito's visit, and one of the other vendor.
fn two_vendors() -> World {
    let mut world = World::connected();
    world.ask(&engineer(OTHER), world.visit_to(IMAGING, HOUR));
    world
}

#[test]
fn an_approver_finds_every_entry_the_newest_first() {
    let world = busy();
    let all = found(&world, &staff(NURSE), &everything());
    let expected: Vec<u64> = (0..u64::try_from(world.entries.len()).unwrap())
        .rev()
        .collect();
    assert_eq!(all, expected);
}

#[test]
fn l15_a_vendor_finds_its_own_visits_and_nothing_of_another() {
    let world = two_vendors();
    for number in found(&world, &engineer(ITO), &everything()) {
        let entry = entry(&world, number);
        let own = match entry.event.visit() {
            Some(of) => *of == visit(1),
            // Of no visit: what they did, and what is about themselves.
            None => {
                let text = serde_json::to_string(entry).unwrap();
                text.contains(&format!("\"{}\"", person(ITO)))
            }
        };
        assert!(own, "{:?}", entry.event);
    }
    let wanted = Wanted {
        visit: Some(visit(2)),
        ..everything()
    };
    assert!(found(&world, &engineer(ITO), &wanted).is_empty());
    assert!(!found(&world, &engineer(OTHER), &wanted).is_empty());
    let name = world.site.target(&target(IMAGING)).unwrap().name.clone();
    assert!(found(&world, &engineer(ITO), &word(&name)).is_empty());
    assert!(!found(&world, &staff(NURSE), &word(&name)).is_empty());
}

#[test]
fn what_is_asked_for_narrows_what_is_found() {
    let world = busy();
    let of = |wanted: &Wanted| -> BTreeSet<&str> {
        let found = found(&world, &staff(NURSE), wanted);
        let kinds = found
            .iter()
            .map(|number| entry(&world, *number).event.kind());
        kinds.collect()
    };
    let kinds = Wanted {
        kinds: Some(vec!["session_opened", "session_closed"]),
        ..everything()
    };
    assert_eq!(of(&kinds), ["session_closed", "session_opened"].into());
    let nothing = Wanted {
        kinds: Some(Vec::new()),
        ..everything()
    };
    assert!(of(&nothing).is_empty(), "no kind is not every kind");
    let pinned = Wanted {
        target: Some(target(RECORDS)),
        kinds: Some(vec!["target_pinned"]),
        ..everything()
    };
    assert_eq!(of(&pinned), ["target_pinned"].into());
    let later = Wanted {
        from: Some(world.now.plus(DAY)),
        ..everything()
    };
    assert!(of(&later).is_empty());
}

#[test]
fn a_text_is_found_while_it_is_there_and_means_its_whole_visit() {
    let world = World::connected();
    let text = world.site.requests().next().unwrap();
    let Asked::Visit(asked) = &text.asked else {
        panic!()
    };
    let mut wanted = word("何かの目的");
    assert!(found(&world, &staff(NURSE), &wanted).is_empty());
    wanted.words[0].texts = vec![asked.purpose];
    let numbers = found(&world, &staff(NURSE), &wanted);
    let kinds: BTreeSet<&str> = numbers
        .iter()
        .map(|number| entry(&world, *number).event.kind())
        .collect();
    assert!(kinds.contains("visit_requested") && kinds.contains("session_opened"));
    assert!(
        numbers
            .iter()
            .all(|number| entry(&world, *number).event.visit() == Some(&visit(1)))
    );
}

#[test]
fn a_name_means_its_person_wherever_they_appear() {
    let world = busy();
    let mut wanted = word("看護");
    wanted.words[0].texts = vec![world.site.person(&person(NURSE)).unwrap().name];
    let numbers = found(&world, &staff(DOCTOR), &wanted);
    assert!(!numbers.is_empty());
    let by_nurse = |number: &u64| entry(&world, *number).by.who == Who::Person(person(NURSE));
    assert!(numbers.iter().any(by_nurse));
}

#[test]
fn a_page_of_findings_goes_on_where_the_last_one_ended() {
    let world = busy();
    let sight = Sight::Everything;
    let lines = lines(&world);
    let mut wanted = Wanted {
        most: 7,
        ..Wanted::default()
    };
    let mut all: Vec<u64> = Vec::new();
    loop {
        let found = lines.find(&world.site, &sight, &wanted);
        all.extend(found.entries.iter().copied());
        wanted.before = found.entries.last().copied();
        if !found.more {
            break;
        }
    }
    assert_eq!(all, found(&world, &staff(NURSE), &everything()));
}

#[test]
fn an_id_is_found_as_it_is_written() {
    let world = two_vendors();
    let visit_found = found(&world, &staff(NURSE), &word("handa/visit-2"));
    assert!(!visit_found.is_empty());
    for number in visit_found {
        assert_eq!(entry(&world, number).event.visit(), Some(&visit(2)));
    }
}

#[test]
fn l15_a_vendor_learns_no_name_by_looking_for_it() {
    let world = World::connected();
    let mut wanted = word("看護");
    wanted.words[0].texts = vec![world.site.person(&person(NURSE)).unwrap().name];
    assert!(!found(&world, &staff(DOCTOR), &wanted).is_empty());
    assert!(found(&world, &engineer(ITO), &wanted).is_empty());
}
