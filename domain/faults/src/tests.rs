//! The points break as planned, and each of them is reviewed.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on is a failed test"
)]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::*;

fn never() -> ! {
    panic!("died")
}

fn planned(point: Point, under: &str, pass: usize, strike: Strike) -> Planned {
    plan(Plan {
        point,
        under: under.into(),
        pass,
        strike,
        when: None,
    })
}

fn write(path: &str, bytes: &[u8]) -> (io::Result<()>, Vec<u8>) {
    let written = RefCell::new(Vec::new());
    let done = writing(Point::JournalFrame, Path::new(path), bytes, |bytes| {
        written.borrow_mut().extend(bytes);
        Ok(())
    });
    (done, written.into_inner())
}

#[test]
fn a_plan_breaks_one_pass_below_its_path_and_no_other() {
    let lost = planned(Point::JournalFrame, "/one", 1, Strike::Lost(28));
    assert!(write("/other/a", b"abc").0.is_ok());
    assert!(write("/one/a", b"abc").0.is_ok());
    assert!(!lost.has_struck());
    let (done, written) = write("/one/a", b"abc");
    assert_eq!(done.unwrap_err().raw_os_error(), Some(28));
    assert_eq!(written, b"");
    assert!(lost.has_struck());
    assert!(write("/one/a", b"abc").0.is_ok());
}

#[test]
fn what_is_kept_is_done_and_told_as_failed_and_a_part_is_a_part() {
    let _planned = planned(Point::JournalFrame, "/two", 0, Strike::Kept(5));
    let (done, written) = write("/two", b"abc");
    assert!(done.is_err() && written == b"abc");
    let _planned = planned(Point::JournalFrame, "/two", 0, Strike::Part(2, 5));
    let (done, written) = write("/two", b"abc");
    assert!(done.is_err() && written == b"ab");
}

#[test]
fn who_watches_sees_every_pass_below_the_path_once() {
    watch(Path::new("/three"));
    write("/three/a", b"x").0.unwrap();
    write("/elsewhere", b"x").0.unwrap();
    assert_eq!(passes(Path::new("/three")), [Point::JournalFrame]);
    assert_eq!(passes(Path::new("/three")), []);
}

#[test]
fn a_text_that_is_no_plan_is_told_so() {
    for text in [
        "",
        "ledger.commit",
        "ledger:lost",
        "ledger.commit:lost:0",
        "ledger.commit:lost:1:1",
    ] {
        let refused = arm(text, never, None).unwrap_err().to_string();
        assert!(refused.contains("expected POINT:FAULT"), "{refused}");
    }
    // Only while somebody says so: never here, so that no other test meets it.
    assert!(arm("ledger.commit:kept:3", never, Some(Box::new(|| false))).is_ok());
}
/// A durable step that is in the code and not in the table fails here.
#[test]
fn every_point_is_in_the_reviewed_table_with_every_fault() {
    let file = include_str!("../../../tests/matrix/faults.txt");
    let mut found = BTreeSet::new();
    for line in file.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut columns = line.split("  ").filter(|word| !word.is_empty());
        let point: Point = columns.next().unwrap().trim().parse().unwrap();
        let fault: Fault = columns.nth(1).unwrap().trim().parse().unwrap();
        found.insert((point, fault));
    }
    for point in Point::ALL {
        for fault in Fault::ALL {
            assert!(
                found.contains(&(*point, fault)),
                "{point}, {fault} is missing"
            );
        }
    }
}
