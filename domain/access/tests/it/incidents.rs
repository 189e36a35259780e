//! Incidents: they begin by themselves, people add to them, and nothing is replaced.

use access::*;

use crate::world::*;

pub(crate) fn begin() -> Command {
    Command::Incidents(IncidentCommand::Begin)
}

pub(crate) fn note(world: &World) -> NewNote {
    NewNote {
        happened: world.now,
        said: word(40),
        photo: None,
        source: NoteSource::Own,
        confidence: Confidence::Certain,
        corrects: None,
    }
}

pub(crate) fn noted(note: NewNote) -> Command {
    Command::Incidents(IncidentCommand::Note { incident: 1, note })
}

pub(crate) fn close() -> Command {
    let said = word(41);
    Command::Incidents(IncidentCommand::Close { incident: 1, said })
}

/// The clerk has begun one.
pub(crate) fn begun() -> World {
    let mut world = upgraded(World::hospital());
    world.does(&staff(OPERATOR), begin());
    world
}

fn open(world: &World) -> &Incident {
    world.site.open_incident().unwrap()
}

#[test]
fn s1_24_an_incident_begins_with_the_first_alert_and_the_next_one_joins_it() {
    let mut world = crate::alerts::alerted(RuleAnswer::Pause);
    assert_eq!(open(&world).cause, IncidentCause::Alert(1));
    let about = AlertAbout::Person(person(KATO));
    let raise = crate::alerts::raise("second-hop", about, RuleAnswer::Tell);
    world.does(&Caller::gateway(), raise);
    assert_eq!(world.site.incidents().count(), 1);
}

#[test]
fn s1_24_an_incident_begins_with_an_isolation_in_the_same_breath() {
    let mut world = upgraded(World::hospital());
    let before = world.entries.len();
    world.does(&staff(OPERATOR), Command::Isolate { reason: word(9) });
    let kinds = world.entries[before..].iter().map(|one| one.event.kind());
    assert_eq!(kinds.collect::<Vec<_>>(), ["incident_begun", "isolated"]);
    assert_eq!(open(&world).cause, IncidentCause::Isolation);
    let again = world.refused(&staff(OPERATOR), begin());
    assert_eq!(again, [Reason::AlreadySo]);
}

#[test]
fn a_site_that_was_not_committed_to_it_isolates_without_an_incident() {
    let mut world = World::hospital();
    world.does(&staff(OPERATOR), Command::Isolate { reason: word(9) });
    assert!(world.site.isolated());
    assert!(world.site.open_incident().is_none());
}

#[test]
fn an_alert_that_was_ordinary_work_takes_its_empty_incident_with_it() {
    let mut world = crate::alerts::alerted(RuleAnswer::Tell);
    world.does(&staff(OPERATOR), crate::alerts::settle(1));
    assert!(world.site.open_incident().is_none());
    let closed = world.site.incident(1).unwrap().closed.as_ref().unwrap();
    assert_eq!(closed.said, None);
    // Not one in which somebody has written.
    let mut world = crate::alerts::alerted(RuleAnswer::Tell);
    let note = note(&world);
    world.does(&staff(OPERATOR), noted(note));
    world.does(&staff(OPERATOR), crate::alerts::settle(1));
    assert!(world.site.open_incident().is_some());
    // Nor one in which another alert was an incident.
    let mut world = crate::alerts::alerted(RuleAnswer::Tell);
    let about = AlertAbout::Person(person(KATO));
    let raise = crate::alerts::raise("second-hop", about, RuleAnswer::Tell);
    world.does(&Caller::gateway(), raise);
    let incident = AlertCommand::Settle {
        alert: 2,
        verdict: AlertVerdict::Incident,
        why: word(43),
    };
    world.does(&staff(OPERATOR), Command::Alerts(incident));
    world.does(&staff(OPERATOR), crate::alerts::settle(1));
    assert!(world.site.open_incident().is_some());
    // Nor one beside which another alert waits.
    let mut world = crate::alerts::alerted(RuleAnswer::Tell);
    let about = AlertAbout::Person(person(KATO));
    let raise = crate::alerts::raise("second-hop", about, RuleAnswer::Tell);
    world.does(&Caller::gateway(), raise);
    world.does(&staff(OPERATOR), crate::alerts::settle(1));
    assert!(world.site.open_incident().is_some());
}

#[test]
fn s1_24_a_correction_adds_and_what_it_corrects_stands() {
    let mut world = begun();
    let first = note(&world);
    world.does(&staff(OPERATOR), noted(first.clone()));
    let correction = NewNote {
        said: word(42),
        corrects: Some(1),
        ..first.clone()
    };
    world.does(&staff(DOCTOR), noted(correction.clone()));
    let notes = &open(&world).notes;
    let said: Vec<&NewNote> = notes.iter().map(|known| &known.note).collect();
    assert_eq!(said, [&first, &correction]);
    assert_eq!(notes[1].by, staff(DOCTOR).who);
    let entry = &world.entries[usize::try_from(notes[1].entry).unwrap()];
    assert_eq!(entry.event.kind(), "incident_noted");
    // Of what nobody noted there is no correction.
    let of_nothing = NewNote {
        corrects: Some(9),
        ..first
    };
    let refused = world.refused(&staff(OPERATOR), noted(of_nothing));
    assert_eq!(refused, [Reason::NotFound]);
}

#[test]
fn a_line_of_a_paper_form_is_typed_in_once() {
    let mut world = begun();
    let paper = |line| NewNote {
        source: NoteSource::Paper { form: 7, line },
        ..note(&begun())
    };
    world.does(&staff(OPERATOR), noted(paper(3)));
    let twice = world.refused(&staff(OPERATOR), noted(paper(3)));
    assert_eq!(twice, [Reason::AlreadySo]);
    world.does(&staff(OPERATOR), noted(paper(4)));
    let corrected = NewNote {
        corrects: Some(1),
        ..paper(3)
    };
    world.does(&staff(OPERATOR), noted(corrected));
}

#[test]
fn nobody_notes_what_has_not_happened_yet_nor_into_what_is_closed() {
    let mut world = begun();
    let tomorrow = NewNote {
        happened: world.now.plus(DAY),
        ..note(&world)
    };
    let refused = world.refused(&staff(OPERATOR), noted(tomorrow));
    assert_eq!(refused, [Reason::WindowNotPossible]);
    world.does(&staff(OPERATOR), close());
    let late = note(&world);
    let refused = world.refused(&staff(OPERATOR), noted(late));
    assert_eq!(refused, [Reason::AlreadyDecided]);
    assert_eq!(
        world.refused(&staff(OPERATOR), close()),
        [Reason::AlreadyDecided]
    );
    // The next one is another.
    world.does(&staff(OPERATOR), begin());
    assert_eq!(open(&world).number, 2);
}

#[test]
fn whoever_lifts_an_isolation_says_why_where_the_site_is_committed_to_it() {
    let lifts = |mut world: World| {
        world.does(&staff(OPERATOR), Command::Isolate { reason: word(9) });
        let (way, why) = (LiftWay::Agree, Some(word(44)));
        world.does(&staff(DOCTOR), Command::Lift { way, why });
        world.does(&staff(NURSE), Command::Lift { way, why });
        assert!(!world.site.isolated());
        let last = world.entries.iter().rev().take(2);
        let said = last.map(|entry| entry.event.clone());
        said.collect::<Vec<_>>()
    };
    let why = Some(word(44));
    let (way, agreed) = (LiftWay::Agree, Event::LiftAgreed { why });
    let entered = lifts(upgraded(World::hospital()));
    assert_eq!(entered, [Event::Lifted { way, why }, agreed]);
    // What the release before reads holds no reason, and it is lifted all the same.
    let entered = lifts(World::hospital());
    let (why, none) = (None, Event::LiftAgreed { why: None });
    assert_eq!(entered, [Event::Lifted { way, why }, none]);
}
