//! A journal's frames, what they hold, and notes.

use ids::{Digest, SessionId, Timestamp};
use recording::{
    ChannelNote, Content, Direction, FileNote, FrameOpener, FrameSealer, HEADER, Header, Kind,
    LineKey, Next, Observation, Policy, SealLeaf, SessionKey, Start, Stream, Terminal, What, next,
    resync,
};

use crate::bytes::{Input, altered, site};

/// Every kind of frame.
pub(super) const KINDS: [Kind; 13] = {
    use Direction::{FromTarget, ToTarget};
    use Stream::{Error, Output};
    [
        Kind::Start,
        Kind::Data(ToTarget),
        Kind::Data(FromTarget),
        Kind::Size(ToTarget),
        Kind::Size(FromTarget),
        Kind::Notice,
        Kind::End,
        Kind::Stream(ToTarget, Output),
        Kind::Stream(FromTarget, Output),
        Kind::Stream(ToTarget, Error),
        Kind::Stream(FromTarget, Error),
        Kind::Typed,
        Kind::Channel,
    ]
};

pub(super) fn kind(byte: u8) -> Kind {
    let at = usize::from(byte) % KINDS.len();
    KINDS.get(at).copied().unwrap_or(Kind::Notice)
}

pub(super) fn session() -> SessionId {
    SessionId::new(&site(), 7)
}

pub(super) fn key() -> SessionKey {
    SessionKey::new(&[1; 32]).unwrap()
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + millis)
}

/// Walks over a stretch of journal, as recovery does after a crash. Every header must be written as it
/// was read; what opens must not open once it is altered; damage must not hide what follows it.
pub(super) fn frame(bytes: &[u8]) {
    let (key, opener) = (key(), FrameOpener::new(&session()));
    let mut rest = bytes;
    while !rest.is_empty() {
        let step = match next(rest) {
            Next::Frame { header, size } => {
                one(&key, &opener, &header, rest.get(..size).unwrap_or_default());
                size
            }
            Next::Needs(missing) => {
                assert!(missing >= 1);
                return;
            }
            Next::Damaged(_) => match resync(rest) {
                Some(step) => step,
                None => return,
            },
        };
        assert!(step >= 1 && step <= rest.len());
        rest = rest.get(step..).unwrap_or_default();
    }
}

fn one(key: &SessionKey, opener: &FrameOpener, header: &Header, record: &[u8]) {
    let (head, sealed) = record.split_first_chunk::<HEADER>().expect("a whole frame");
    assert_eq!(&header.encode(), head);
    let mut opened = sealed.to_vec();
    let Ok(content) = opener.open(key, header, &mut opened) else {
        return;
    };
    if let Ok(content) = Content::decode(header.kind, content) {
        written_again(key, header.kind, &content);
    }
    for mut altered in altered(sealed) {
        assert!(opener.open(key, header, &mut altered).is_err(), "altered");
    }
    let mut other = *header;
    other.number ^= 1;
    assert!(opener.open(key, &other, &mut sealed.to_vec()).is_err());
}

/// Reads what a frame holds, of any kind.
pub(super) fn content(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let kind = kind(input.u8());
    if let Ok(content) = Content::decode(kind, input.rest()) {
        written_again(&key(), kind, &content);
    }
}

/// Seals the content and opens it again: the same must come out.
fn written_again(key: &SessionKey, kind: Kind, content: &Content<'_>) {
    let observation = Observation {
        at: at(0),
        content: content.clone(),
    };
    let mut buffer = Vec::new();
    let sealer = FrameSealer::new(&session());
    let record = sealer
        .seal(key, &observation, &mut buffer)
        .expect("what reads is within its limits");
    let Next::Frame { header, size } = next(record) else {
        panic!("what we write does not read");
    };
    assert_eq!((header.kind, size), (kind, record.len()));
    let mut sealed = record.get(HEADER..).unwrap_or_default().to_vec();
    let opened = FrameOpener::new(&session()).open(key, &header, &mut sealed);
    let opened = opened.expect("what we seal opens");
    assert_eq!(Content::decode(kind, opened).as_ref(), Ok(content));
}

/// A channel's note and a seal's line, as a ledger or a recording keeps them.
pub(super) fn note(bytes: &[u8]) {
    if let Ok(note) = ChannelNote::decode(bytes) {
        let again = serde_json::to_vec(&note).expect("a note is JSON");
        assert_eq!(ChannelNote::decode(&again).as_ref(), Ok(&note));
        let shown = note.to_string();
        assert!(!shown.contains(['\n', '\u{1b}']), "{shown}");
        if let ChannelNote::Revealed { key, .. } = &note {
            let key = Digest(*key.as_bytes()).to_string();
            assert!(!shown.contains(&key), "a key is shown");
            assert!(!format!("{note:?}").contains(&key), "a key is shown");
        }
    }
    if let Ok(leaf) = SealLeaf::decode(bytes) {
        assert_eq!(leaf.encode(), bytes, "one spelling");
    }
}

pub(super) fn contents() -> Vec<Content<'static>> {
    vec![
        Content::Start(Start {
            session: session(),
            policy: Policy::Payload,
            wrapped: vec!["wrapped to the gateway".into()],
        }),
        Content::Channel(ChannelNote::Opened {
            channel: 0,
            what: What::Shell,
            terminal: Some(Terminal {
                term: "xterm".into(),
                columns: 80,
                rows: 24,
            }),
        }),
        Content::Stream {
            direction: Direction::FromTarget,
            channel: 0,
            stream: Stream::Output,
            bytes: b"\x1b[1m$\x1b[0m ls\r\n",
        },
        Content::Size(Direction::FromTarget, 4096),
        Content::Notice("paused by the hospital"),
        Content::End("the engineer closed the connection"),
    ]
}

/// The contents as a journal has them.
fn journal() -> Vec<u8> {
    let mut sealer = FrameSealer::new(&session());
    let (mut journal, mut buffer) = (Vec::new(), Vec::new());
    for (millis, content) in (0..).zip(contents()) {
        let at = at(millis);
        let observation = Observation { at, content };
        let record = sealer.seal(&key(), &observation, &mut buffer);
        journal.extend_from_slice(record.unwrap());
        sealer.written();
    }
    journal
}

pub(super) fn frame_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let journal = journal();
    let torn = [b"torn", journal.split_at(30).1].concat();
    vec![("journal", journal), ("torn", torn)]
}

pub(super) fn content_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let start = br#"{"session":"handa/session-7","policy":"payload","wrapped":["key"]}"#;
    let note = br#"{"closed":{"channel":3}}"#;
    let of = |kind: u8, content: &[u8]| [&[kind], content].concat();
    vec![
        ("start", of(0, start)),
        ("data", of(1, b"select 1;")),
        ("size", of(3, &[0, 0, 0, 0, 0, 0, 16, 0])),
        ("end", of(6, b"closed")),
        ("stream", of(8, b"ls\r\n\0\0\0\x01")),
        ("typed", of(11, b"sealed\0\0\0\x01\0\0\0\0\0\0\0\x02")),
        ("note", of(12, note)),
    ]
}

pub(super) fn note_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let json = |note: &ChannelNote| serde_json::to_vec(note).unwrap();
    let exec = ChannelNote::Opened {
        channel: 1,
        what: What::Exec {
            command: "systemctl status".into(),
        },
        terminal: None,
    };
    let file = ChannelNote::File(FileNote {
        channel: 2,
        direction: Direction::ToTarget,
        path: "/srv/半田.txt".into(),
        bytes: 9,
        sha256: Some(Digest([3; 32])),
        whole: true,
    });
    let revealed = ChannelNote::Revealed {
        channel: 1,
        line: 4,
        key: LineKey::new(&[0xab; 32]),
    };
    let refused = ChannelNote::Refused {
        channel: Some(1),
        what: "tcpip-forward".into(),
        reasons: vec!["not-granted".into()],
    };
    let leaf = SealLeaf {
        frames: 12,
        head: Digest([4; 32]),
        session: session(),
    };
    vec![
        ("exec", json(&exec)),
        ("file", json(&file)),
        ("revealed", json(&revealed)),
        ("refused", json(&refused)),
        ("paused", br#"{"paused":{"by":"staff"}}"#.to_vec()),
        ("seal", leaf.encode()),
    ]
}
