//! What is promised, asked of what the entries told ([`Told`]) and of the state beside each other.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each rule names the events and asks that it is about"
)]

use std::collections::BTreeSet;

use access::*;
use ids::*;

use super::State;
use super::things::{Party, Thing, party};
use super::told::{Shut, Told};

/// Every entry of a step finds things as they must be for it, and the state remembers what was told.
pub(super) fn kept(before: &State, after: &State) {
    let mut told = before.told.clone();
    for entry in &after.world.entries {
        an_isolated_site_admits_nothing(&told, &entry.event);
        two_lift(&told, entry);
        a_debt_blocks(&told, &entry.event);
        a_debt_is_answered_by_another(&told, entry);
        what_is_suspended_stays_out(&told, entry);
        told.hear(entry);
    }
    the_state_remembers(after);
}

fn an_isolated_site_admits_nothing(told: &Told, event: &Event) {
    let engineer = |employer: &Employer| matches!(employer, Employer::Vendor(_));
    let admits = match event {
        Event::PersonJoined { employer, .. } => engineer(employer),
        Event::DeviceEnrolled { person, .. } => engineer(told.employer(person)),
        event => matches!(
            event,
            Event::SessionOpened { .. }
                | Event::ChannelOpened { .. }
                | Event::ApprovalGranted { .. }
                | Event::EmergencyOpened { .. }
        ),
    };
    let shut = told.now.shut.is_some();
    assert!(!(shut && admits), "an isolated site admits nothing");
}

/// Two who were there before: two persons of the hospital, or one and the custodian or the kit.
fn two_lift(told: &Told, entry: &Entry) {
    let Event::Lifted { way, .. } = &entry.event else {
        return;
    };
    let Some(Shut { there, agreed }) = &told.now.shut else {
        panic!("two lift what is isolated")
    };
    let lasts = |at: Timestamp| entry.at < at.plus(limits::AGREEMENT_LASTS);
    let fresh = agreed.iter().filter(|(_, at)| lasts(**at));
    let mut parties: BTreeSet<Party> = fresh.map(|(party, _)| party.clone()).collect();
    parties.extend(party(&entry.by.who));
    if *way == LiftWay::WithKit {
        parties.insert(Party::Kit);
    }
    let counts = |party: &&Party| match party {
        Party::Kit => true,
        Party::Person(person) => {
            let out = told
                .now
                .out
                .intersection(&told.with_vendors(person))
                .count()
                > 0;
            there.contains(person) && !out
        }
    };
    let good: Vec<&Party> = parties.iter().filter(counts).collect();
    let of_the_hospital = |party: &&Party| match party {
        Party::Kit => false,
        Party::Person(person) => *told.employer(person) == Employer::Hospital,
    };
    let two = good.len() >= 2 && good.iter().any(of_the_hospital);
    assert!(two, "two lift who were there before: {parties:?}");
}

fn a_debt_blocks(told: &Told, event: &Event) {
    let opens = match event {
        Event::VisitRequested { visit, .. }
        | Event::ExtensionRequested { visit, .. }
        | Event::ApprovalGranted { visit, .. }
        | Event::EmergencyOpened { visit, .. } => (Some(visit), true),
        Event::SessionOpened { visit, .. } => (Some(visit), false),
        _ => (None, false),
    };
    let (Some(visit), always) = opens else {
        return;
    };
    let mut owed = told.now.owed.values();
    let blocked = owed.any(|owed| always || owed.visit != *visit);
    assert!(!blocked, "a debt blocks what comes after it: {event:?}");
}

fn a_debt_is_answered_by_another(told: &Told, entry: &Entry) {
    let Event::DebtAnswered { request, right, .. } = &entry.event else {
        return;
    };
    let (Some(owed), Who::Person(by)) = (told.now.owed.get(request), &entry.by.who) else {
        panic!("a debt is answered by another person: {:?}", entry.by.who)
    };
    let mut judges = owed.approved.clone();
    if !right {
        judges.insert(by.clone());
    }
    let hospital = |person: &PersonId| *told.employer(person) == Employer::Hospital;
    let others = judges
        .iter()
        .all(|judge| hospital(judge) && owed.opener.as_ref() != Some(judge));
    let enough = !right || judges.len() >= owed.needs;
    assert!(
        others && enough,
        "a debt is answered by another person: {judges:?}"
    );
}

/// Whoever is out does nothing, nothing is opened under what is out, and only a person of the hospital
/// brings something back, never themselves.
fn what_is_suspended_stays_out(told: &Told, entry: &Entry) {
    let mut touched = BTreeSet::new();
    if let Who::Person(person) = &entry.by.who
        && !matches!(entry.event, Event::AttendanceEnded { .. })
    {
        touched.extend(told.with_vendors(person));
    }
    if let Event::SessionOpened {
        grant,
        device,
        target,
        ..
    } = &entry.event
    {
        touched.insert(Thing::Grant(grant.clone()));
        touched.insert(Thing::Device(device.clone()));
        touched.insert(Thing::Target(target.clone()));
    }
    let out: Vec<&Thing> = told.now.out.intersection(&touched).collect();
    let kind = entry.event.kind();
    assert!(
        out.is_empty(),
        "what is suspended stays out: {out:?} {kind}"
    );
    if let Event::Resumed { subject } = &entry.event {
        let Who::Person(by) = &entry.by.who else {
            panic!("what is suspended stays out until a person resumes it")
        };
        let another = *subject != Subject::Person(by.clone());
        let hospital = *told.employer(by) == Employer::Hospital;
        assert!(
            another && hospital,
            "what is suspended stays out until the hospital resumes it"
        );
    }
}

fn the_state_remembers(after: &State) {
    let (site, told) = (&after.world.site, &after.told);
    let shut = told.now.shut.is_some();
    assert_eq!(
        site.isolated(),
        shut,
        "a site stays isolated until two lifted it"
    );
    let debts: BTreeSet<&RequestId> = site.debts().map(|debt| &debt.request).collect();
    let owed: BTreeSet<&RequestId> = told.now.owed.keys().collect();
    assert_eq!(debts, owed, "a debt stands until another answered it");
    for session in site.sessions() {
        let permitted = site.still_permitted(&session.id, after.world.now).is_ok();
        let cut = told.now.cut.contains(&session.id);
        assert!(
            !(permitted && (cut || shut)),
            "what was ended does not go on"
        );
        let passes = permitted && site.frozen(session).is_none();
        let frozen = told.frozen(&session.id);
        assert!(!(passes && frozen), "in a frozen session nothing passes");
    }
}

/// A channel or a file that was allowed.
pub(super) fn allowed(before: &State, by: &Caller, command: &Command) {
    let Command::OpenChannel { session, ask } = command else {
        panic!("{command:?} opens no channel")
    };
    let told = &before.told;
    let shut = told.now.shut.is_some();
    assert!(!shut, "an isolated site admits nothing");
    let opened = &told.sessions[session];
    let cut = told.now.cut.contains(session);
    let out = told.now.out.intersection(&opened.under).count() > 0;
    assert!(!cut && !out, "what is suspended stays out: {session:?}");
    let own = by.who == Who::Person(opened.terms.person.clone());
    assert!(own, "a session is its owner's");
    assert!(!told.frozen(session), "a frozen session opens no channel");
    let terms = opened.terms.ssh.as_ref();
    let left = |incoming: bool| {
        let key = (opened.visit.clone(), incoming);
        let passed = told.now.passed.get(&key).copied().unwrap_or_default();
        let files = terms.map(|terms| {
            if incoming {
                &terms.upload
            } else {
                &terms.download
            }
        });
        match files {
            Some(Files::Yes { most_bytes, .. }) => passed < *most_bytes,
            Some(Files::No) | None => false,
        }
    };
    let holds = terms.is_some_and(|terms| super::terms::hold(terms, ask));
    let room = match ask {
        ChannelAsk::File { direction, .. } => left(*direction == Handover::In),
        _ => true,
    };
    assert!(holds && room, "the terms do not hold {ask:?}");
}
