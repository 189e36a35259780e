//! The failure table: each durable step of an append × fails and is lost, fails but is kept, dies
//! before, dies after; then everything is verified, before and after a restart.

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::*;
use faults::table::{self, Row};
use faults::{Fault, Plan, Point, Strike};

const STEPS: [Point; 5] = [
    Point::LedgerBegin,
    Point::LedgerInsert,
    Point::LedgerCheckpoint,
    Point::LedgerCommit,
    Point::LedgerMark,
];

/// Whether the append stands after this fault at this step.
fn stands(step: Point, fault: Fault) -> bool {
    let kept = matches!(fault, Fault::Kept | Fault::DiesAfter);
    step == Point::LedgerMark || (step == Point::LedgerCommit && kept)
}

/// The next time this store takes this step, this happens; once.
fn plan(store: &Store, point: Point, fault: Fault) {
    faults::forget(store.dir());
    faults::plan(Plan {
        point,
        under: store.dir().to_owned(),
        pass: 0,
        strike: Strike::of(fault, std::process::abort),
        when: None,
    });
}

#[test]
fn each_step_of_an_append_may_fail_lost_or_kept_and_the_ledger_is_whole() {
    for step in STEPS {
        for fault in [Fault::Lost, Fault::Kept] {
            for go_on in [false, true] {
                fail_once(step, fault, go_on);
            }
        }
    }
}

fn fail_once(step: Point, fault: Fault, go_on: bool) {
    let (_dir, store) = store_of(3);
    let reader = store.new_reader().unwrap();
    plan(&store, step, fault);
    let appended = extend(&store, 2);
    let told = matches!(appended, Err(AppendError::Unavailable { .. }));
    assert_eq!(
        told,
        step != Point::LedgerMark,
        "{step:?} {fault:?}: {appended:?}"
    );
    let mut size = if stands(step, fault) { 5 } else { 3 };
    assert_eq!(reader.size(), size, "{step:?} {fault:?}");
    check_everything(&store, size);
    if go_on {
        extend(&store, 1).unwrap();
        size += 1;
        check_everything(&store, size);
    }
    check_everything(&reopen(store), size);
}

#[test]
fn the_first_append_of_a_site_may_fail_too() {
    for step in STEPS {
        for fault in [Fault::Lost, Fault::Kept] {
            let (_dir, store) = new_store();
            plan(&store, step, fault);
            let _ = extend(&store, 2);
            let size = if stands(step, fault) { 2 } else { 0 };
            check_everything(&store, size);
            check_everything(&reopen(store), size);
        }
    }
}

/// What may happen to a store, in any order.
#[derive(Debug, Clone)]
enum Event {
    Appends(u64),
    Breaks(Point, Fault),
    IsReopened,
    IsClosedAndOpened,
    IsKilled,
}

fn event() -> impl Strategy<Value = Event> {
    let fault = prop_oneof![Just(Fault::Lost), Just(Fault::Kept)];
    prop_oneof![
        4 => (1..20u64).prop_map(Event::Appends),
        3 => (prop::sample::select(STEPS.to_vec()), fault).prop_map(|(step, fault)| Event::Breaks(step, fault)),
        1 => Just(Event::IsReopened),
        1 => Just(Event::IsClosedAndOpened),
        1 => Just(Event::IsKilled),
    ]
}

#[test]
fn no_order_of_appends_faults_and_restarts_loses_or_invents_an_entry() {
    let config = proptest::test_runner::Config::with_cases(16);
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let events = prop::collection::vec(event(), 1..25);
    runner
        .run(&events, |events| {
            lives_through(&events);
            Ok(())
        })
        .unwrap();
}

fn lives_through(events: &[Event]) {
    let (dir, mut store) = new_store();
    let mut kept_alive = vec![dir];
    let mut size = 0;
    for event in events {
        match event {
            Event::Appends(count) => size = extend(&store, *count).unwrap().size,
            Event::Breaks(step, fault) => {
                plan(&store, *step, *fault);
                let _ = extend(&store, 3);
                size += if stands(*step, *fault) { 3 } else { 0 };
            }
            Event::IsReopened => store = reopen(store),
            Event::IsClosedAndOpened => {
                store.close().unwrap();
                store = reopen(store);
                assert!(!store.was_unclean());
            }
            Event::IsKilled => {
                let left = copy(store.dir());
                store = open(left.path()).unwrap();
                assert!(store.was_unclean());
                kept_alive.push(left);
            }
        }
        assert_eq!(store.size(), size, "{event:?} of {events:?}");
    }
    check_everything(&reopen(store), size);
}

const CHILD: &str = "SEKISHO_STORE_TEST_DIES";

#[test]
fn the_process_may_die_at_each_step_of_an_append_and_the_ledger_is_whole() {
    for (number, step) in STEPS.into_iter().enumerate() {
        for fault in [Fault::DiesBefore, Fault::DiesAfter] {
            let (_dir, store) = store_of(3);
            let dir = store.dir().to_owned();
            store.close().unwrap();
            drop(store);
            let fault_name = if fault == Fault::DiesBefore {
                "before"
            } else {
                "after"
            };
            let told = format!("{number}:{fault_name}:{}", dir.display());
            let died = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "tests::failures::dies_where_it_is_told_to"])
                .env(CHILD, told)
                .output()
                .unwrap();
            assert!(!died.status.success(), "{step:?} {fault:?} was survived");
            let store = open(&dir).unwrap();
            assert!(store.was_unclean());
            let size = if stands(step, fault) { 5 } else { 3 };
            check_everything(&store, size);
            extend(&store, 1).unwrap();
            check_everything(&reopen(store), size + 1);
        }
    }
}

/// The other half of the test above, in its own process; by itself it has nothing to do.
#[test]
fn dies_where_it_is_told_to() {
    let Ok(told) = std::env::var(CHILD) else {
        return;
    };
    let mut told = told.splitn(3, ':');
    let step = STEPS[told.next().unwrap().parse::<usize>().unwrap()];
    let fault = match told.next().unwrap() {
        "before" => Fault::DiesBefore,
        _ => Fault::DiesAfter,
    };
    let store = open(Path::new(told.next().unwrap())).unwrap();
    plan(&store, step, fault);
    let _ = extend(&store, 2);
}

/// A commit whose fsync failed can be whole in the log: the next open then finds it.
#[test]
fn a_copy_taken_at_any_size_opens_to_what_was_committed_then() {
    let (_dir, store) = new_store();
    for size in 0..40 {
        let left = copy(store.dir());
        check_everything(&open(left.path()).unwrap(), size);
        extend(&store, 1).unwrap();
    }
}

#[test]
fn while_nobody_knows_what_stands_nothing_is_appended() {
    let (_dir, store) = store_of(3);
    store.writer().uncertain = true;
    // Somebody else's entry stands beyond the checkpoint.
    let strange = rusqlite::Connection::open(store.dir().join("site.db")).unwrap();
    strange
        .execute("INSERT INTO entries VALUES (3, zeroblob(32), x'7b7d')", [])
        .unwrap();
    let refused = extend(&store, 1);
    assert!(
        matches!(refused, Err(AppendError::Unavailable { .. })),
        "{refused:?}"
    );
    assert_eq!(store.size(), 3);
}

/// The snapshot, and the local tables that no step of a visit writes; `engine` has the lines of all others.
#[test]
fn l26_what_no_visit_passes_breaks_as_the_reviewed_table_says() {
    let snapshots = [
        Point::SnapshotWritten,
        Point::SnapshotNamed,
        Point::SnapshotFolder,
    ];
    let tables = [Point::RecordingKeys, Point::Setting];
    let mut rows = Vec::new();
    for point in snapshots {
        rows.extend(Fault::ALL.map(|fault| snapshot_breaks(point, fault)));
    }
    for point in tables {
        rows.extend(Fault::ALL.map(|fault| row_breaks(point, fault)));
    }
    let points = [&snapshots[..], &tables[..]].concat();
    let found = table::printed(&rows);
    let reviewed = include_str!("../../../../tests/matrix/faults.txt");
    let reviewed = table::reviewed(reviewed, |point| points.contains(&point));
    assert!(found == reviewed, "their lines are now:\n\n{found}");
}

fn snapshot_breaks(point: Point, fault: Fault) -> Row {
    let (_dir, store) = store_of(5);
    let write = |size| {
        let signed = |head: &_| {
            ::ledger::snapshot::sign(head, &signer())
                .unwrap()
                .to_string()
        };
        store.write_snapshot(size, "1-test", &[("site", b"what")], signed)
    };
    write(3).unwrap();
    let told = table::told(point, fault, store.dir(), || {
        write(5)
            .map(drop)
            .map_err(|_| "no snapshot could be written".to_owned())
    });
    let verifier = signer();
    let read = crate::Snapshot::read(store.dir(), &site(), "1-test", verifier.verifier());
    let found = match read.unwrap().size() {
        3 => "the one before",
        _ => "the new one",
    };
    check_everything(&reopen(store), 5);
    Row {
        point,
        during: "keeping a snapshot",
        fault,
        told,
        found: found.to_owned(),
        story: String::new(),
    }
}

fn row_breaks(point: Point, fault: Fault) -> Row {
    let (_dir, store) = store_of(3);
    let session = ids::SessionId::new(&site(), 1);
    let told = table::told(point, fault, store.dir(), || {
        let kept = if point == Point::Setting {
            store.put_setting("cursor", "1")
        } else {
            store.put_recording_keys(&session, &[("kit", b"key")])
        };
        kept.map_err(|_| "the database is unavailable".to_owned())
    });
    let store = reopen(store);
    check_everything(&store, 3);
    let kept = if point == Point::Setting {
        store.setting("cursor").unwrap().is_some()
    } else {
        !store.recording_keys(&session).unwrap().is_empty()
    };
    Row {
        point,
        during: "keeping a row",
        fault,
        told,
        found: if kept { "kept" } else { "not kept" }.to_owned(),
        story: String::new(),
    }
}
