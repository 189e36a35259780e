//! Replacing secrets when the disk says no: whatever is lost or kept, the secret that the target has is in
//! the vault, and the ledger says so.

use std::time::Duration;

use access::{DatabaseTarget, RotationFailure, ServerIdentity, Works};
use engine::{Account, NewSecret, RotationJob, TargetSecret};
use faults::{Fault, Plan, Point, Strike};
use ids::Digest;
use zeroize::Zeroizing;

use crate::hospital::{Special, Staffed};

/// Every step that is durable while a replacement begins, and while it ends.
const POINTS: [Point; 5] = [
    Point::Secret,
    Point::LedgerBegin,
    Point::LedgerInsert,
    Point::LedgerCheckpoint,
    Point::LedgerCommit,
];

const BEFORE: &str = "canary-5bd0c1e7-password";

fn staffed() -> Staffed {
    let special = Special {
        database: Some(DatabaseTarget {
            user: "maint".to_owned(),
            reader: None,
            server: ServerIdentity::Tls {
                spki: Digest([7; 32]),
            },
        }),
        ..Special::default()
    };
    let staffed = Staffed::with("127.0.0.1:5432".parse().unwrap(), &special);
    let secret = NewSecret::Password(Zeroizing::new(BEFORE.to_owned()));
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, secret);
    staffed.hospital.run(setting).unwrap();
    staffed
}

fn breaks(staffed: &Staffed, point: Point, fault: Fault) -> faults::Planned {
    faults::plan(Plan {
        point,
        under: staffed.hospital.config.dir.clone(),
        pass: 0,
        strike: Strike::of(fault, std::process::abort),
        when: None,
    })
}

fn begin(staffed: &Staffed) -> bool {
    let engine = &staffed.hospital.engine;
    let beginning = engine.rotate(&staffed.clerk, &staffed.target, Account::Main);
    staffed.hospital.run(beginning).is_ok()
}

fn job(staffed: &Staffed) -> Option<RotationJob> {
    staffed.hospital.pass(Duration::from_secs(61));
    staffed.hospital.engine.next_rotation()
}

fn end(staffed: &Staffed, job: &RotationJob, works: Works) -> bool {
    let failed = (works == Works::Old).then_some(RotationFailure::Interrupted);
    let engine = &staffed.hospital.engine;
    let ending = engine.end_rotation(job, works, failed);
    staffed.hospital.run(ending).is_ok()
}

fn text(secret: &TargetSecret) -> String {
    match secret {
        TargetSecret::Password(password) => password.to_string(),
        TargetSecret::Key(_) | TargetSecret::Authority(_) => panic!("a key"),
    }
}

/// The secret that counts: the next replacement begins with it.
fn current(staffed: &Staffed) -> String {
    assert!(begin(staffed));
    text(&job(staffed).unwrap().old)
}

#[test]
fn what_breaks_while_a_replacement_begins_leaves_the_old_secret_and_at_most_one_under_way() {
    for point in POINTS {
        for fault in [Fault::Lost, Fault::Kept] {
            let staffed = staffed();
            let planned = breaks(&staffed, point, fault);
            let begun = begin(&staffed);
            assert!(planned.has_struck(), "{point:?} {fault:?}");
            assert!(!begun, "{point:?} {fault:?}");
            if let Some(job) = job(&staffed) {
                // It stands although nobody was told: nobody knows what the target has heard.
                assert!(!job.fresh && job.new.is_some(), "{point:?} {fault:?}");
                assert_eq!(text(&job.old), BEFORE);
                assert!(end(&staffed, &job, Works::Old));
            }
            assert_eq!(current(&staffed), BEFORE, "{point:?} {fault:?}");
        }
    }
}

#[test]
fn what_breaks_while_a_replacement_ends_loses_neither_secret() {
    for point in POINTS {
        for fault in [Fault::Lost, Fault::Kept] {
            let staffed = staffed();
            assert!(begin(&staffed));
            let first = job(&staffed).unwrap();
            assert!(first.fresh);
            let new = text(first.new.as_ref().unwrap());
            let planned = breaks(&staffed, point, fault);
            assert!(!end(&staffed, &first, Works::New), "{point:?} {fault:?}");
            assert!(planned.has_struck(), "{point:?} {fault:?}");
            // Either it counts, or both are kept and it is looked at again.
            if let Some(again) = job(&staffed) {
                assert_eq!(text(&again.old), BEFORE, "{point:?} {fault:?}");
                assert_eq!(text(again.new.as_ref().unwrap()), new);
                assert!(end(&staffed, &again, Works::New));
            }
            assert_eq!(current(&staffed), new, "{point:?} {fault:?}");
        }
    }
}

#[test]
fn a_restart_neither_hastens_nor_delays_when_it_is_tried_again() {
    let staffed = staffed();
    assert!(begin(&staffed));
    let first = job(&staffed).unwrap();
    let open = Some(RotationFailure::InDoubt);
    let hospital = &staffed.hospital;
    let ending = hospital.engine.end_rotation(&first, Works::NotKnown, open);
    hospital.run(ending).unwrap();
    hospital.pass(Duration::from_secs(8 * 60));
    // Minutes 1, 3 and 7 are over: the next one is 15.
    let hospital = staffed.hospital.restarted();
    assert!(hospital.engine.next_rotation().is_none());
    hospital.pass(Duration::from_secs(7 * 60 - 1));
    assert!(hospital.engine.next_rotation().is_none());
    hospital.pass(Duration::from_secs(1));
    let again = hospital.engine.next_rotation().unwrap();
    assert!(
        !again.fresh && again.gives_up,
        "ten minutes are over since the first"
    );
    assert_eq!(again.failed, open);
    assert!(
        hospital.engine.next_rotation().is_none(),
        "it was given out"
    );
}

#[test]
fn whoever_carried_a_replacement_that_was_overtaken_ends_no_other_one() {
    let staffed = staffed();
    assert!(begin(&staffed));
    let overtaken = job(&staffed).unwrap();
    // Meanwhile somebody sets the secret by hand, and has that one replaced.
    let engine = &staffed.hospital.engine;
    let by_hand = NewSecret::Password(Zeroizing::new("canary-9e11b3aa-by-hand".to_owned()));
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, by_hand);
    staffed.hospital.run(setting).unwrap();
    for works in [Works::New, Works::Old] {
        assert!(!end(&staffed, &overtaken, works), "none is under way");
    }
    assert!(begin(&staffed));
    for works in [Works::New, Works::Old, Works::NotKnown] {
        assert!(!end(&staffed, &overtaken, works), "it is another one");
    }
    let second = job(&staffed).unwrap();
    assert_eq!(text(&second.old), "canary-9e11b3aa-by-hand");
    let new = text(second.new.as_ref().unwrap());
    assert!(end(&staffed, &second, Works::New));
    assert_eq!(current(&staffed), new);
    // At the same moment, too: the clock stands still here.
    let again = job(&staffed).unwrap();
    assert!(end(&staffed, &again, Works::Old));
    assert!(begin(&staffed));
    assert!(!end(&staffed, &again, Works::Old));
}
