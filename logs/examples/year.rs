//! `year LINES [FOLDER]`: writes as many lines of fifty devices, spread over a year, indexes them, and prints how long that took, how
//! much room it takes, and how long it is to the first page of some searches. Decision 0064 has the figures.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "it measures: it prints, and what fails is the end of it"
)]

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::{Duration, Instant};

use ids::Timestamp;
use logs::index::{Index, Query};
use logs::record::{Record, Sender, Way};
use logs::store::{Store, read_at};

const YEAR: u64 = 365 * 86_400_000;
const PAGE: u32 = 50;

fn main() {
    let mut given = std::env::args().skip(1);
    let lines: u64 = given.next().unwrap().parse().unwrap();
    let held = tempfile::TempDir::new().unwrap();
    let folder = given.next().map_or(held.path().to_owned(), Into::into);
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let (mut store, _found) = Store::open(&folder, start).unwrap();
    let began = Instant::now();
    for number in 0..lines {
        let received = start.plus(Duration::from_millis(number * (YEAR / lines)));
        let _place = store.append(&record(number, lines, received)).unwrap();
    }
    store.sync().unwrap();
    println!(
        "kept {lines} lines in {:.1?}, {} MB",
        began.elapsed(),
        size(&folder, ".log")
    );
    let began = Instant::now();
    let mut index = Index::open(&folder).unwrap();
    let _taken = index.catch_up().unwrap();
    println!(
        "indexed in {:.1?}, {} MB",
        began.elapsed(),
        size(&folder, "sqlite3")
    );
    drop(index);
    let began = Instant::now();
    assert_eq!(logs::store::verify(&folder, &[]).unwrap().problems, []);
    println!("verified in {:.1?}", began.elapsed());
    for (words, sender) in [
        (&["login"][..], None),
        (&["login", "admin", "failed"], None),
        (&["203.0.113.77"], None),
        (&["onceayear"], None),
        (&["login", "onceayear"], None),
        (&["認証に失敗"], None),
        (&["敗"], None),
        (&["fail*"], Some("192.0.2.7")),
        (&["nowhere"], None),
        // The worst: both are common, and never together.
        (&["succeeded", "failed"], None),
        (&["失敗", "traffic"], None),
    ] {
        let began = Instant::now();
        // As the command does: opens, takes in what is new, finds, reads.
        let mut index = Index::open(&folder).unwrap();
        let _taken = index.catch_up().unwrap();
        let query = Query::new(words, sender.map(|sender: &str| sender.parse().unwrap())).unwrap();
        let found = index.find(&query, PAGE).unwrap();
        let read = found.iter().map(|place| read_at(&folder, *place).unwrap());
        let count = read.count();
        println!("{:>9.1?} {count:>3} {words:?} {sender:?}", began.elapsed());
    }
}

/// Lines as firewalls, VPN boxes and Windows agents write them: mostly traffic, some sign-ins, a few in Japanese.
fn record(number: u64, lines: u64, received: Timestamp) -> Record {
    // Numbers that look like chance and are the same each time.
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let device = u8::try_from(number % 50).unwrap();
    let (port, peer, inside) = (mixed % 60_000, mixed % 251, (mixed >> 9) % 250);
    let said = match mixed % 20 {
        0 => format!("login failed for user admin from 203.0.113.{peer} port {port}"),
        1 => format!("login succeeded for user user{inside} from 203.0.113.{peer}"),
        2 => format!("ユーザー user{inside} の認証に失敗しました 送信元 203.0.113.{peer}"),
        _ => format!(
            "date=2026-01-01 time=10:00:00 devname=\"fw{device}\" logid=\"0000000013\" type=\"traffic\" srcip=10.1.{inside}.{peer} \
             srcport={port} dstip=198.51.100.{inside} dstport=443 proto=6 action=\"close\" sessionid={number} sentbyte={mixed}"
        ),
    };
    let rare = if number == lines / 3 {
        " onceayear"
    } else {
        ""
    };
    Record {
        received,
        claimed: Some(received),
        sender: Sender {
            way: Way::Udp,
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, device)),
            certificate: None,
        },
        lost: 0,
        bytes: format!("<134>{said}{rare}").into_bytes(),
    }
}

/// Megabytes of the files whose names have this.
fn size(folder: &Path, named: &str) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().contains(named));
    named
        .map(|entry| entry.metadata().unwrap().len())
        .sum::<u64>()
        / 1_000_000
}
