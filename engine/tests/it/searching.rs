//! Searching the ledger, what is erased, and who looked.

use std::time::Duration;

use access::search::{Wanted, Word};
use access::{Door, Employer, Event, Role};
use engine::{Engine, Findings, Looked};
use ids::VisitId;
use login::Identity;

use crate::hospital::{Hospital, LAN, Staffed};

const HOUR: Duration = Duration::from_secs(3600);

fn staffed() -> Staffed {
    let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
    staffed.visit(HOUR);
    staffed
}

fn search(hospital: &Hospital, by: &Identity, text: &str) -> Findings {
    let words = text.split_whitespace().map(|text| Word {
        text: text.to_owned(),
        ..Word::default()
    });
    let wanted = Wanted {
        words: words.collect(),
        most: 100,
        ..Wanted::default()
    };
    hospital.run(hospital.engine.search(by, wanted)).unwrap()
}

fn kinds(found: &Findings) -> Vec<&'static str> {
    found
        .entries
        .iter()
        .map(|(_, entry)| entry.event.kind())
        .collect()
}

fn looks(engine: &Engine, hospital: &Hospital, by: &Identity) -> usize {
    assert!(engine.site().entries() > 0);
    let wanted = Wanted {
        kinds: Some(vec!["viewed"]),
        most: 100,
        ..Wanted::default()
    };
    let found = hospital.run(engine.search(by, wanted)).unwrap();
    let viewed = found
        .entries
        .iter()
        .filter(|(_, entry)| matches!(entry.event, Event::Viewed { .. }));
    viewed.count()
}

#[test]
fn everything_is_found_by_who_sees_everything_and_nothing_is_behind() {
    let staffed = staffed();
    let found = search(&staffed.hospital, &staffed.clerk, "");
    assert_eq!(found.behind, 0);
    let kinds = kinds(&found);
    for kind in ["visit_requested", "approval_granted", "vendor_registered"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let numbers: Vec<u64> = found.entries.iter().map(|(number, _)| *number).collect();
    assert!(
        numbers.windows(2).all(|pair| pair[0] > pair[1]),
        "the newest first"
    );
}

#[test]
fn a_ledger_is_searched_after_a_start_from_a_snapshot_too() {
    let staffed = staffed();
    let before = kinds(&search(&staffed.hospital, &staffed.clerk, "127.0.1.0/24"));
    assert!(before.contains(&"vendor_registered"));
    let (hospital, clerk) = (staffed.hospital, staffed.clerk);
    let hospital = hospital.restarted();
    let after = kinds(&search(&hospital, &clerk, "127.0.1.0/24"));
    assert_eq!(before, after);
}

#[test]
fn what_is_erased_is_found_no_more() {
    let staffed = staffed();
    let hospital = &staffed.hospital;
    let invitation = hospital.invite(&staffed.clerk, Employer::Hospital, Role::Operator);
    let gone = hospital.join(&invitation, "yamamoto", Door::Console, LAN, false);
    let named = kinds(&search(hospital, &staffed.clerk, "yamamoto"));
    assert!(named.contains(&"person_joined"), "{named:?}");
    hospital
        .run(hospital.engine.erase_person(&staffed.clerk, &gone.id))
        .unwrap();
    let found = kinds(&search(hospital, &staffed.clerk, "yamamoto"));
    assert!(found.is_empty(), "{found:?}");
}

/// Marks of a pattern are letters here.
#[test]
fn a_word_is_looked_for_as_it_is_written() {
    let staffed = staffed();
    for text in ["%", "_", "\\", "%%%", "' OR 1=1 --"] {
        let found = kinds(&search(&staffed.hospital, &staffed.clerk, text));
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn l30_a_look_is_one_entry_for_a_while_and_stands_before_what_is_shown() {
    let staffed = staffed();
    let (hospital, clerk) = (&staffed.hospital, &staffed.clerk);
    let engine = &hospital.engine;
    let visit = VisitId::new(&hospital.site(), 1);
    let look = |by| {
        hospital
            .run(engine.viewed(by, Looked::of("visit", &visit)))
            .unwrap()
    };
    look(clerk);
    look(clerk);
    assert_eq!(looks(engine, hospital, clerk), 1);
    look(&staffed.engineer);
    assert_eq!(looks(engine, hospital, clerk), 1, "it is their own visit");
    let list = Looked::at("visits_page", None);
    hospital.run(engine.viewed(clerk, list)).unwrap();
    assert_eq!(
        looks(engine, hospital, clerk),
        1,
        "a list is no look of an approver"
    );
    hospital.pass(Duration::from_secs(15 * 60));
    look(clerk);
    assert_eq!(looks(engine, hospital, clerk), 2);
}
