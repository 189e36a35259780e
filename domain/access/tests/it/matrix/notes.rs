//! Rows of what the gateway notes: nobody else does.

use access::*;

use super::{Row, two_visits};
use crate::world::*;

pub(super) fn rows() -> Vec<Row> {
    let mut world = two_visits();
    let person = person(NURSE);
    world.invite(&staff(DOCTOR), InvitationFor::Factors { person });
    world.does(&staff(DOCTOR), Command::UpgradeSite);
    let name = Decoy::Account("hosyu".to_owned());
    world.does(&staff(DOCTOR), crate::decoys::set_decoy(name));
    let notes = [visits(), gateway()].concat().into_iter();
    notes
        .map(|(row, note)| (row, world.clone(), Command::Note(note)))
        .collect()
}

fn visits() -> Vec<(&'static str, GatewayNote)> {
    let by = || Who::Person(person(NURSE));
    let passed = GatewayNote::FileHandedOver {
        session: session(1),
        direction: Handover::In,
        name: word(20),
        bytes: 1,
        sha256: None,
        look: None,
    };
    let segment = GatewayNote::SegmentSealed {
        session: session(1),
        number: 0,
        sha256: digest(1),
        frames: 1,
        head: digest(2),
        last: true,
    };
    let viewed = GatewayNote::RecordingViewed {
        by: by(),
        session: session(1),
        how: "show".into(),
    };
    let looked = GatewayNote::Viewed {
        by: by(),
        what: "visit".into(),
        number: None,
        visit: Some(visit(1)),
    };
    let receipt = GatewayNote::ReceiptIssued {
        by: by(),
        visit: visit(1),
    };
    let refused = GatewayNote::Refused {
        caller: engineer(ITO),
        command: "open_session".into(),
        reasons: vec![Reason::NoGrant],
        times: 1,
        visit: None,
    };
    let signed_in = GatewayNote::SignedIn {
        person: person(ITO),
        factors: BOTH,
        device: None,
        source: engineer(ITO).source,
    };
    let person = person(ITO);
    vec![
        ("note: a file passed", passed),
        ("note: a file waits", judged(FileVerdict::Held)),
        ("note: a segment is sealed", segment),
        ("note: a recording was viewed", viewed),
        ("note: a visit was looked at", looked),
        ("note: a receipt was issued", receipt),
        ("note: a command was refused", refused),
        ("note: the engineer signed in", signed_in),
        (
            "note: the engineer signed out",
            GatewayNote::SignedOut { person, of: None },
        ),
    ]
}

fn gateway() -> Vec<(&'static str, GatewayNote)> {
    let version = "1.0.0".to_owned();
    let started = GatewayNote::Started {
        version,
        clean: true,
    };
    let strangers = GatewayNote::StrangersTurnedAway {
        connections: 1,
        sign_ins: 1,
    };
    let other_log = GatewayNote::ForeignLog {
        at: ToldAt {
            month: "2026-11".to_owned(),
            line: 1,
        },
        told: ForeignTold::Sealed(ForeignHead {
            file: "2026-11-24.001.log".to_owned(),
            entries: 1,
            head: digest(1),
        }),
    };
    let locked = GatewayNote::SignInLocked {
        person: person(ITO),
        source: Source::Unknown,
    };
    let touched = GatewayNote::DecoyTouched {
        decoy: Decoy::Account("hosyu".to_owned()),
        person: None,
        device: None,
        source: Source::Unknown,
    };
    let recordings = GatewayNote::RecordingsSealed {
        root: digest(1),
        count: 1,
        leaves: digest(2),
    };
    let witness = GatewayNote::WitnessDisagreed {
        device: None,
        how: "forked".into(),
        size: 1,
        root: digest(1),
    };
    let statement = "signed".to_owned();
    let exported = GatewayNote::LedgerExported {
        by: Who::Kit,
        size: 1,
    };
    let missed = GatewayNote::InvitationMissed {
        invitation: invitation(10),
    };
    let verified = GatewayNote::LedgerVerified {
        size: 1,
        root: digest(1),
    };
    vec![
        ("note: started", started),
        ("note: stopped", GatewayNote::Stopped),
        ("note: strangers were turned away", strangers),
        ("note: another device's log", other_log),
        ("note: a decoy was touched", touched),
        ("note: a name is locked", locked),
        ("note: recordings are sealed", recordings),
        ("note: a witness disagrees", witness),
        (
            "note: the kit resumed",
            GatewayNote::LedgerResumed { statement },
        ),
        (
            "note: the clock is in doubt",
            GatewayNote::ClockDoubted { witness: None },
        ),
        ("note: the ledger was exported", exported),
        ("note: an invitation was tried", missed),
        ("note: the ledger was verified", verified),
    ]
}
