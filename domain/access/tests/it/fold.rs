//! The state is the fold of the ledger, and of nothing else.

use access::*;
use ids::*;

use crate::busy::busy;
use crate::world::*;

#[test]
fn what_was_new_in_ssh_is_left_out_where_it_says_nothing() {
    let world = World::connected();
    let all: String = world
        .entries
        .iter()
        .map(|entry| entry.to_value().unwrap().to_string())
        .collect();
    assert!(!all.contains("\"ssh\""), "ledgers of before read the same");
}

#[test]
fn a_host_key_without_an_ssh_target_does_not_fold() {
    let mut world = World::hospital();
    let event = Event::HostKeyPinned {
        target: target(BILLING),
        host_key: HOST_KEY.into(),
    };
    let entry = world.site.enter(&staff(DOCTOR), vec![event], world.now);
    let folded = world.site.apply(&entry[0]);
    assert!(matches!(folded, Err(ApplyError::Missing { .. })));
}

#[test]
fn the_same_ledger_gives_the_same_state_and_the_same_json() {
    let world = busy();
    let mut again = Site::empty(handa());
    for entry in &world.entries {
        let value = entry.to_value().unwrap();
        again.apply(&Entry::from_value(value).unwrap()).unwrap();
    }
    assert_eq!(again, world.site);
    let json = |site: &Site| serde_json::to_string(site).unwrap();
    assert_eq!(json(&again), json(&world.site));
}

#[test]
fn the_story_of_a_visit_has_no_gap() {
    let world = busy();
    let parts: Vec<u64> = world
        .entries
        .iter()
        .filter_map(|entry| entry.part.as_ref())
        .filter(|part| part.visit == visit(1))
        .map(|part| part.n)
        .collect();
    let count = world.site.visit(&visit(1)).unwrap().parts;
    assert_eq!(parts, (0..count).collect::<Vec<u64>>());
    assert!(count >= 8, "{count}");
}

#[test]
fn a_left_out_exchanged_or_foreign_entry_does_not_fold() {
    let world = busy();
    for left_out in 0..world.entries.len() {
        let mut site = Site::empty(handa());
        let rest = world
            .entries
            .iter()
            .enumerate()
            .filter(|(n, _)| *n != left_out);
        let whole = rest
            .map(|(_, entry)| site.apply(entry))
            .all(|applied| applied.is_ok());
        // Where the fold cannot notice, the ledger's tree does; the state differs all the same.
        assert!(!whole || site != world.site, "entry {left_out} left out");
    }
    let mut site = Site::empty("osaka".parse().unwrap());
    let foreign = site.apply(&world.entries[0]);
    assert!(matches!(foreign, Err(ApplyError::OtherSite { .. })));
    let mut site = Site::empty(handa());
    let early = site.apply(&world.entries[1]);
    assert!(matches!(early, Err(ApplyError::Beginning { .. })));
}

#[test]
fn an_event_of_a_later_release_is_named() {
    let world = World::founded();
    let mut value = world.entries[0].to_value().unwrap();
    value["event"]["kind"] = "moon_landed".into();
    let error = Entry::from_value(value.clone()).unwrap_err();
    assert!(matches!(&error, EntryError::UnknownEvent { kind } if kind == "moon_landed"));
    let error = Entry::from_slice(value.to_string().as_bytes()).unwrap_err();
    assert!(matches!(&error, EntryError::UnknownEvent { kind } if kind == "moon_landed"));
    assert!(error.to_string().contains("upgrade"));
    value["v"] = 2.into();
    let error = Entry::from_slice(value.to_string().as_bytes()).unwrap_err();
    assert!(matches!(error, EntryError::UnknownVersion { v: 2 }));
    let error = Entry::from_value(value).unwrap_err();
    assert!(matches!(error, EntryError::UnknownVersion { v: 2 }));
}

#[test]
fn an_entry_is_read_strictly() {
    let world = busy();
    for entry in &world.entries {
        let value = entry.to_value().unwrap();
        assert_eq!(value["event"]["kind"], entry.event.kind());
        assert_eq!(
            Entry::from_slice(value.to_string().as_bytes()).unwrap(),
            *entry
        );
        assert!(Event::KINDS.contains(&entry.event.kind()));
        for place in ["", "/event", "/by"] {
            let mut more = value.clone();
            more.pointer_mut(place).unwrap()["surplus"] = 1.into();
            assert!(Entry::from_slice(more.to_string().as_bytes()).is_err());
            let read = Entry::from_value(more);
            assert!(
                read.is_err(),
                "{} took a surplus member",
                entry.event.kind()
            );
        }
        assert!(only_integers(&value), "{value}");
    }
}

fn only_integers(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => number.is_i64() || number.is_u64(),
        serde_json::Value::Array(items) => items.iter().all(only_integers),
        serde_json::Value::Object(members) => members.values().all(only_integers),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::String(_) => true,
    }
}

/// What was refused is entered too, and counts toward the story of its visit.
#[test]
fn a_refusal_is_an_entry_in_its_visits_story() {
    let mut world = World::granted();
    let command = Command::OpenSession {
        target: target(BILLING),
        grant: Some(grant(1)),
        protocol: Protocol::Tcp,
    };
    let caller = engineer(KATO);
    let about = command.visit(&world.site);
    assert_eq!(about, Some(visit(1)));
    let name = command.name().to_owned();
    let reasons = world.refused(&caller, command);
    let note = GatewayNote::Refused {
        caller,
        command: name,
        reasons,
        times: 1,
        visit: about,
    };
    let before = world.site.visit(&visit(1)).unwrap().parts;
    world.does(&Caller::gateway(), Command::Note(note));
    assert_eq!(world.site.visit(&visit(1)).unwrap().parts, before + 1);
}

/// Moments of ids are not moments of the wall: an entry is never before the one before it.
#[test]
fn an_entrys_time_never_goes_back() {
    let mut world = World::hospital();
    let last = world.site.last_at();
    world.now = Timestamp::from_seconds(0);
    world.does(&staff(NURSE), isolate());
    assert_eq!(world.site.last_at(), last);
    let mut entry = world.entries.last().unwrap().clone();
    entry.at = last.minus(MINUTE);
    let back = world.site.apply(&entry);
    assert!(matches!(back, Err(ApplyError::TimeWentBack { .. })));
}
