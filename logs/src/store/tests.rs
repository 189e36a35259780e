use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use ids::Timestamp;
use tempfile::TempDir;

use super::{Found, Problem, Retention, Store, StoreError, names, read_at, verify};
use crate::record::{Record, Sender, Way};

fn day(day: u32, second: u64) -> Timestamp {
    let first: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    first.plus(Duration::from_secs(u64::from(day) * 86_400 + second))
}

fn record(received: Timestamp, text: &str) -> Record {
    Record {
        received,
        claimed: None,
        sender: Sender {
            way: Way::Udp,
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
            certificate: None,
        },
        lost: 0,
        bytes: text.as_bytes().to_vec(),
    }
}

fn filled(folder: &TempDir, days: u32, each: u64) {
    let (mut store, _) = Store::open(folder.path(), day(0, 0)).unwrap();
    for number in 0..days {
        for second in 0..each {
            let said = record(day(number, second), &format!("{number}/{second}"));
            let _place = store.append(&said).unwrap();
        }
    }
    store.sync().unwrap();
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    let names = names(folder.path()).unwrap();
    names
        .iter()
        .map(|name| folder.path().join(name.to_string()))
        .collect()
}

#[test]
fn what_was_appended_is_read_back_as_it_came_and_verifies() {
    let folder = TempDir::new().unwrap();
    let (mut store, found) = Store::open(folder.path(), day(0, 0)).unwrap();
    assert_eq!(found, Found::default());
    let mut said = record(day(1, 5), "\u{fffd}");
    said.bytes = vec![0xff, 0, b'\n'];
    said.claimed = Some(day(0, 3));
    said.lost = 9;
    let place = store.append(&said).unwrap();
    store.sync().unwrap();
    assert_eq!(read_at(folder.path(), place).unwrap(), said);
    let report = verify(folder.path(), &[]).unwrap();
    assert_eq!(report.problems, []);
    assert_eq!(report.heads.last().unwrap().head, store.sealed().head);
    assert_eq!(report.heads.len(), 2);
}

#[test]
fn two_processes_do_not_write_to_one_folder() {
    let folder = TempDir::new().unwrap();
    let _first = Store::open(folder.path(), day(0, 0)).unwrap();
    let second = Store::open(folder.path(), day(0, 0));
    assert!(matches!(second, Err(StoreError::InUse(_))));
}

#[test]
fn a_file_cut_at_any_byte_loses_its_last_record_alone_and_says_so() {
    let whole = TempDir::new().unwrap();
    filled(&whole, 1, 3);
    let bytes = std::fs::read(&files(&whole)[0]).unwrap();
    for length in 0..bytes.len() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("2026-11-20.001.log");
        std::fs::write(&path, &bytes[..length]).unwrap();
        let (mut store, found) = Store::open(folder.path(), day(0, 9)).unwrap();
        assert_eq!(found.altered, None);
        let _place = store.append(&record(day(0, 10), "after")).unwrap();
        drop(store);
        let report = verify(folder.path(), &[]).unwrap();
        assert_eq!(report.problems, [], "cut at {length}");
        let record_bytes = (bytes.len() - 40) / 3;
        let kept = length.saturating_sub(40) / record_bytes;
        let noted = usize::from(found.torn > 0);
        assert_eq!(
            report.heads[0].entries,
            (kept + noted + 1) as u64,
            "cut at {length}"
        );
        let cut = if length < 40 {
            length
        } else {
            (length - 40) % record_bytes
        };
        assert_eq!(found.torn, cut as u64);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2 + noted);
    }
}

#[test]
fn zeros_that_a_crash_left_behind_are_no_record() {
    let folder = TempDir::new().unwrap();
    filled(&folder, 1, 2);
    let path = &files(&folder)[0];
    let mut bytes = std::fs::read(path).unwrap();
    bytes.extend([0; 5000]);
    std::fs::write(path, bytes).unwrap();
    let (_store, found) = Store::open(folder.path(), day(0, 9)).unwrap();
    assert_eq!(
        found,
        Found {
            torn: 5000,
            altered: None
        }
    );
    assert_eq!(verify(folder.path(), &[]).unwrap().problems, []);
}

#[test]
fn a_byte_that_was_altered_is_found_wherever_it_stands_and_nothing_is_cut() {
    let whole = TempDir::new().unwrap();
    filled(&whole, 2, 2);
    let first = files(&whole)[0].clone();
    let bytes = std::fs::read(&first).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        std::fs::write(&first, altered).unwrap();
        assert_ne!(verify(whole.path(), &[]).unwrap().problems, [], "byte {at}");
    }
}

#[test]
fn behind_an_altered_file_records_go_on_in_another_part() {
    let folder = TempDir::new().unwrap();
    filled(&folder, 1, 3);
    let path = files(&folder)[0].clone();
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let (mut store, found) = Store::open(folder.path(), day(0, 9)).unwrap();
    assert!(found.altered.is_some());
    let _place = store.append(&record(day(0, 10), "after")).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let report = verify(folder.path(), &[]).unwrap();
    assert_eq!(report.heads.len(), 2);
    assert!(matches!(report.problems[..], [Problem::Altered { .. }]));
}

#[test]
fn a_day_that_is_gone_without_a_note_is_missed() {
    let folder = TempDir::new().unwrap();
    filled(&folder, 4, 2);
    std::fs::remove_file(&files(&folder)[1]).unwrap();
    let problems = verify(folder.path(), &[]).unwrap().problems;
    assert!(matches!(problems[..], [Problem::OutOfChain { .. }]));
    std::fs::remove_file(&files(&folder)[0]).unwrap();
    let problems = verify(folder.path(), &[]).unwrap().problems;
    assert!(matches!(problems[..], [Problem::BeginningGone { .. }]));
}

#[test]
fn what_is_older_than_the_days_goes_with_a_note_that_vouches_for_it() {
    let folder = TempDir::new().unwrap();
    filled(&folder, 5, 2);
    let heads = verify(folder.path(), &[]).unwrap().heads;
    let (mut store, _) = Store::open(folder.path(), day(4, 9)).unwrap();
    let keep = Retention {
        days: 2,
        bytes: u64::MAX,
    };
    let deleted = store.retain(keep, day(4, 10)).unwrap();
    let names: Vec<&str> = deleted.iter().map(|gone| gone.name.as_str()).collect();
    assert_eq!(names, ["2026-11-20.001.log", "2026-11-21.001.log"]);
    assert_eq!((deleted[1].entries, deleted[1].head), (2, heads[1].head));
    assert_eq!(verify(folder.path(), &[]).unwrap().problems, []);
    assert_eq!(store.retain(keep, day(4, 11)).unwrap(), []);
}

#[test]
fn what_is_more_than_the_bytes_goes_oldest_first_and_today_stays() {
    let folder = TempDir::new().unwrap();
    filled(&folder, 5, 2);
    let (mut store, _) = Store::open(folder.path(), day(4, 9)).unwrap();
    let keep = Retention {
        days: 1000,
        bytes: 1,
    };
    assert_eq!(store.retain(keep, day(4, 10)).unwrap().len(), 4);
    assert_eq!(files(&folder).len(), 1);
    assert_eq!(verify(folder.path(), &[]).unwrap().problems, []);
}

#[test]
fn a_clock_that_was_set_back_does_not_go_back_in_the_files() {
    let folder = TempDir::new().unwrap();
    let (mut store, _) = Store::open(folder.path(), day(3, 0)).unwrap();
    let place = store.append(&record(day(1, 0), "earlier")).unwrap();
    assert_eq!(place.name.to_string(), "2026-11-23.001.log");
}
