//! Logs of others: a sender as hostile as it likes, and a file that is not what was written.

use ids::Timestamp;
use jiff::tz::Offset;
use logs::framing::{Framing, LONGEST};
use logs::parse::parse;
use logs::record::Record;
use logs::shown::{encoding, shown};

use crate::bytes::{Input, pieces};

#[expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is written there has the lengths that it is given"
)]
#[path = "../../../logs/tests/it/evtx.rs"]
mod evtx;

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

/// An event log of Windows: these bytes stand in a good one, from a place on that the first two name, and its checksums are those of
/// what it is then. Nothing in it makes a line that a terminal would obey, or more findings than there are events.
pub(super) fn windows(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let from = usize::from(u16::from_be_bytes([input.u8(), input.u8()]));
    let mut file = evtx::file(&guesses(), &[]);
    for (place, byte) in file.iter_mut().skip(from).zip(input.rest()) {
        *place = *byte;
    }
    evtx::mend(&mut file);
    let mut events = Vec::new();
    let read = logs::windows::read(std::io::Cursor::new(file), |event| {
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

fn guesses() -> Vec<evtx::Made> {
    let made = |record: u64| evtx::Made {
        at: 1_793_491_200_000 + i64::try_from(record).unwrap_or_default() * 1_000,
        id: 4625,
        record,
        provider: "Microsoft-Windows-Security-Auditing",
        channel: "Security",
        computer: "ad1",
        data: vec![("TargetUserName", "admin".to_owned())],
    };
    (1..=3).map(made).collect()
}

/// A line that the receiver of other devices' logs told the gateway.
pub(super) fn told(bytes: &[u8]) {
    let _maybe = access::ForeignTold::read(bytes);
}

pub(super) fn windows_seeds() -> Vec<(&'static str, Vec<u8>)> {
    // Behind everything; in a record's size; in its template's place; in the length of a name.
    let at = |from: u16, bytes: &[u8]| [&from.to_be_bytes()[..], bytes].concat();
    vec![
        ("whole", at(u16::MAX, b"")),
        ("size", at(4096 + 512 + 4, &[0xff; 4])),
        ("template", at(4096 + 512 + 24 + 10, &[0x18, 2, 0, 0])),
        ("name", at(4096 + 512 + 24 + 58, &[0xff, 0x7f])),
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
