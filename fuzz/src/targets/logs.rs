//! Logs of others: a sender as hostile as it likes, and a file that is not what was written.

use ids::Timestamp;
use jiff::tz::Offset;
use logs::framing::{Framing, LONGEST};
use logs::parse::parse;
use logs::record::Record;
use logs::shown::{encoding, shown};

use crate::bytes::{Input, pieces};

/// A stream of messages. The first byte says how it is cut into pieces.
pub(super) fn stream(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let turn = input.u8();
    let rest = input.rest();
    let whole = heard([rest].into_iter());
    assert_eq!(whole, heard(pieces(rest, turn).into_iter()));
    let received = Timestamp::from_seconds(1_800_000_000);
    for said in whole {
        assert!(said.len() <= LONGEST);
        let message = parse(&said, received, Offset::UTC);
        assert!(message.text.len() <= said.len());
        let line = shown(&said);
        assert!(!line.chars().any(char::is_control));
        let _maybe = encoding(&said);
    }
}

fn heard<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut framing = Framing::default();
    let mut frames = Vec::new();
    for piece in pieces {
        frames.extend(framing.feed(piece));
    }
    frames.extend(framing.finish());
    frames.into_iter().map(|frame| frame.bytes).collect()
}

/// The body of a record.
pub(super) fn record(bytes: &[u8]) {
    if let Ok(record) = Record::decode(bytes) {
        assert_eq!(Record::decode(&record.encode()), Ok(record));
    }
}

/// What the reader of event logs says. Nothing of it makes a line that a terminal would obey, or more findings than events.
pub(super) fn windows(bytes: &[u8]) {
    let mut events = Vec::new();
    let read = logs::windows::read(bytes, |event| {
        let line = shown(event.line().as_bytes());
        assert!(!line.chars().any(char::is_control));
        events.push((event, true));
    });
    if let Ok(reading) = read {
        assert_eq!(reading.events, events.len() as u64);
    }
    let most = events.len();
    let found = logs::windows::find(events);
    assert!(found.len() <= most);
}

/// A line that the receiver of other devices' logs told the gateway.
pub(super) fn told(bytes: &[u8]) {
    let _maybe = access::ForeignTold::read(bytes);
}

pub(super) fn windows_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let guess = |number: u64| {
        format!(
            "{{\"event\":{{\"number\":{number},\"at\":{at},\"id\":4625,\"record\":{number},\"channel\":\"Security\",\"computer\":\"ad1\",\"provider\":\"Microsoft-Windows-Security-Auditing\",\"data\":[[\"TargetUserName\",\"admin\"]]}}}}\n",
            at = 1_793_491_200_000 + number
        )
    };
    let guesses: String = (1..=11).map(guess).collect();
    vec![
        ("guesses", (guesses + "{\"end\":true}\n").into_bytes()),
        ("cut", (guess(1) + &guess(5)).into_bytes()),
        ("none", b"{\"not_a_log\":\"x\"}\n".to_vec()),
        (
            "unreadable",
            b"{\"unreadable\":\"x\"}\n{\"end\":true}\n".to_vec(),
        ),
    ]
}

pub(super) fn told_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let found = b"{\"at\":1795266000000,\"found\":{\"rule\":\"log-silent\",\"device\":\"fw\",\"count\":1,\"first\":1,\"last\":2}}\n";
    let head = "0".repeat(64);
    let sealed = format!(
        "{{\"at\":1,\"sealed\":{{\"file\":\"2026-11-24.001.log\",\"entries\":3,\"head\":\"{head}\"}}}}\n"
    );
    vec![("found", found.to_vec()), ("sealed", sealed.into_bytes())]
}

pub(super) fn stream_seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "counted",
            b"\x0072 <165>1 2003-10-11T22:14:15.003Z host app - ID47 [a@1 b=\"c\\]\"] \xef\xbb\xbftext"
                .to_vec(),
        ),
        (
            "lines",
            b"\x01<34>Nov 24 10:00:00 vpn1 sshd[4721]: Failed\n<13>*Nov 24 10:00:00.250: %SYS-5-CONFIG\r\n"
                .to_vec(),
        ),
        (
            "pairs",
            b"\x02<189>date=2026-11-24 time=10:00:00 devname=\"FG\" tz=\"+0900\" type=\"event\" msg=\"x\"\0"
                .to_vec(),
        ),
        ("bare", b"\x03<134>[IKE] respond \x94\x46\x8f\xd8\n999999999 x".to_vec()),
    ]
}

pub(super) fn record_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let note = Record::note(Timestamp::from_seconds(1_800_000_000), "started");
    vec![("note", note.encode())]
}
