//! Accounts of visits when the disk says no: one that may be at its target is never forgotten, whatever is lost.

use std::time::Duration;

use access::{
    Command, DatabaseTarget, DatabaseTerms, Databases, EndReason, Protocol, ServerIdentity,
    VisitAccounts,
};
use engine::{Account, NewSecret};
use faults::{Fault, Plan, Point, Strike};
use ids::Digest;
use zeroize::Zeroizing;

use crate::hospital::{Special, Staffed};

/// Every step that is durable while an account is begun, and while its end is entered.
const POINTS: [Point; 4] = [
    Point::LedgerBegin,
    Point::LedgerInsert,
    Point::LedgerCheckpoint,
    Point::LedgerCommit,
];

const HOUR: Duration = Duration::from_secs(3600);

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
    let (hospital, engine) = (&staffed.hospital, &staffed.hospital.engine);
    let accounts = Command::SetVisitAccounts {
        target: staffed.target.clone(),
        accounts: Some(VisitAccounts {
            manager: "keeper".to_owned(),
            groups: Vec::new(),
        }),
    };
    hospital
        .run(engine.submit(&staffed.clerk, accounts))
        .unwrap();
    let secret = NewSecret::Password(Zeroizing::new("canary-77a0c1e7-password".to_owned()));
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, secret);
    hospital.run(setting).unwrap();
    let terms = DatabaseTerms {
        write: true,
        databases: Databases::Any,
        most_bytes_out: 1 << 20,
    };
    let request = hospital.data_request(&staffed.engineer, &staffed.target, HOUR, terms);
    hospital.approve(&staffed.clerk, &request);
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

fn opens(staffed: &Staffed) -> bool {
    let engine = &staffed.hospital.engine;
    staffed.hospital.run(async {
        let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Postgres);
        let Ok(opened) = opening.await else {
            return false;
        };
        opened.close(EndReason::EngineerClosed).await;
        true
    })
}

/// Whether the ledger says that it may be at the target.
fn stands(staffed: &Staffed) -> bool {
    let site = staffed.hospital.engine.site();
    site.visits()
        .any(|visit| visit.account_standing().is_some())
}

/// Whether one was to be removed, and that it is gone could be entered.
fn gone(staffed: &Staffed) -> Option<bool> {
    let engine = &staffed.hospital.engine;
    staffed.hospital.run(async {
        let account = engine.account_to_remove().await?;
        Some(engine.account_removed(account, None).await.is_ok())
    })
}

#[test]
fn an_account_is_begun_with_its_session_or_not_at_all() {
    for point in POINTS {
        for fault in [Fault::Lost, Fault::Kept] {
            let staffed = staffed();
            let planned = breaks(&staffed, point, fault);
            assert!(!opens(&staffed), "{point:?} {fault:?}");
            assert!(planned.has_struck(), "{point:?} {fault:?}");
            drop(planned);
            let staffed = Staffed {
                hospital: staffed.hospital.restarted(),
                ..staffed
            };
            let opened = staffed.hospital.engine.site().sessions().next().is_some();
            assert_eq!(stands(&staffed), opened, "{point:?} {fault:?}");
            // Whoever comes afterwards removes it, though nobody knows whether it was ever made.
            staffed.hospital.pass(HOUR);
            assert_eq!(gone(&staffed).is_some(), opened, "{point:?} {fault:?}");
            assert!(!stands(&staffed), "{point:?} {fault:?}");
        }
    }
}

#[test]
fn an_end_that_could_not_be_entered_is_tried_again() {
    for point in POINTS {
        for fault in [Fault::Lost, Fault::Kept] {
            let staffed = staffed();
            assert!(opens(&staffed));
            staffed.hospital.pass(HOUR);
            let planned = breaks(&staffed, point, fault);
            let entered = gone(&staffed);
            assert!(planned.has_struck(), "{point:?} {fault:?}");
            assert_eq!(entered, Some(false), "{point:?} {fault:?}");
            drop(planned);
            staffed.hospital.pass(Duration::from_secs(61));
            if stands(&staffed) {
                assert_eq!(gone(&staffed), Some(true), "{point:?} {fault:?}");
            }
            assert!(!stands(&staffed), "{point:?} {fault:?}");
            assert_eq!(gone(&staffed), None, "{point:?} {fault:?}");
        }
    }
}
