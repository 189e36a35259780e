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
