use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ids::Timestamp;
use tempfile::TempDir;

use super::{Index, Query};
use crate::record::{Record, Sender, Way};
use crate::store::{Retention, Store, read_at};

fn at(second: u64) -> Timestamp {
    let first: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    first.plus(Duration::from_secs(second))
}

fn keep(store: &mut Store, second: u64, last: u8, bytes: &[u8]) {
    let record = Record {
        received: at(second),
        claimed: None,
        sender: Sender {
            way: Way::Udp,
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)),
            certificate: None,
        },
        lost: 0,
        bytes: bytes.to_vec(),
    };
    let _place = store.append(&record).unwrap();
}

fn found(folder: &TempDir, words: &[&str], sender: Option<&str>) -> Vec<String> {
    let mut index = Index::open(folder.path()).unwrap();
    let _taken = index.catch_up().unwrap();
    let query = Query::new(words, sender.map(|sender| sender.parse().unwrap())).unwrap();
    let places = index.find(&query, 10).unwrap();
    let read = |place| read_at(folder.path(), place).unwrap().bytes;
    let texts = places
        .into_iter()
        .map(|place| String::from_utf8(read(place)).unwrap());
    texts.collect()
}

#[test]
fn words_addresses_and_japanese_are_found_newest_first() {
    let folder = TempDir::new().unwrap();
    let (mut store, _) = Store::open(folder.path(), at(0)).unwrap();
    let first = "<13>login failed for admin from 203.0.113.9";
    let second = "<13>VPN装置で認証に失敗しました user=admin";
    keep(&mut store, 1, 1, first.as_bytes());
    keep(&mut store, 90_000, 2, second.as_bytes());
    assert_eq!(found(&folder, &["admin"], None), [second, first]);
    assert_eq!(found(&folder, &["203.0.113.9"], None), [first]);
    assert_eq!(found(&folder, &["203.0.113.99"], None), [""; 0]);
    assert_eq!(found(&folder, &["失敗"], None), [second]);
    assert_eq!(found(&folder, &["認証に失敗"], None), [second]);
    assert_eq!(found(&folder, &["装"], None), [second]);
    assert_eq!(found(&folder, &["証失"], None), [""; 0]);
    assert_eq!(found(&folder, &["fail*", "LOGIN"], None), [first]);
    assert_eq!(found(&folder, &["admin"], Some("192.0.2.2")), [second]);
    // What comes later is found later, and nothing twice.
    keep(&mut store, 90_001, 1, b"<13>admin again");
    assert_eq!(found(&folder, &["admin"], None).len(), 3);
}

#[test]
fn an_index_that_was_deleted_is_made_anew() {
    let folder = TempDir::new().unwrap();
    let (mut store, _) = Store::open(folder.path(), at(0)).unwrap();
    keep(&mut store, 1, 1, b"<13>once");
    assert_eq!(found(&folder, &["once"], None).len(), 1);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().contains("index.sqlite3") {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(found(&folder, &["once"], None).len(), 1);
}

#[test]
fn what_was_deleted_is_not_found_any_more() {
    let folder = TempDir::new().unwrap();
    let (mut store, _) = Store::open(folder.path(), at(0)).unwrap();
    keep(&mut store, 1, 1, b"<13>word old");
    keep(&mut store, 200_000, 1, b"<13>word new");
    assert_eq!(found(&folder, &["word"], None).len(), 2);
    let retention = Retention {
        days: 1,
        bytes: u64::MAX,
    };
    assert_eq!(store.retain(retention, at(200_001)).unwrap().len(), 1);
    assert_eq!(found(&folder, &["word"], None), ["<13>word new"]);
}
