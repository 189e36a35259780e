//! What the format promises.

use ids::{Digest, SessionId, SiteId, Timestamp};
use proptest::prelude::*;

use super::*;

mod channels;
mod known;
mod statements;

fn session(number: u64) -> SessionId {
    let site: SiteId = "handa".parse().unwrap();
    SessionId::new(&site, number)
}

fn key(byte: u8) -> SessionKey {
    SessionKey::new(&[byte; 32]).unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + millis)
}

fn start() -> Content<'static> {
    Content::Start(Start {
        session: session(7),
        policy: Policy::Payload,
        wrapped: vec!["wrapped to the gateway".into(), "wrapped to the kit".into()],
    })
}

/// Seals `contents` as session 7 would; every record by itself.
fn records(contents: &[Content<'_>]) -> Vec<Vec<u8>> {
    let key = key(1);
    let mut sealer = FrameSealer::new(&session(7));
    let mut buffer = Vec::new();
    (0i64..)
        .zip(contents)
        .map(|(millis, content)| {
            let observation = Observation {
                at: at(millis),
                content: content.clone(),
            };
            let record = sealer
                .seal(&key, &observation, &mut buffer)
                .unwrap()
                .to_vec();
            sealer.written();
            record
        })
        .collect()
}

fn opened(record: &[u8]) -> Result<(Header, Vec<u8>), String> {
    let Next::Frame { header, size } = next(record) else {
        return Err(format!("{:?}", next(record)));
    };
    assert_eq!(size, record.len());
    let mut sealed = record[HEADER..].to_vec();
    let opener = FrameOpener::new(&session(7));
    let content = opener.open(&key(1), &header, &mut sealed);
    content
        .map(|content| (header, content.to_vec()))
        .map_err(|error| error.to_string())
}

/// Packing that packs nothing: what matters here is not its size.
fn unpack(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    (packed.len() == size).then(|| packed.to_vec())
}

/// A segment of session 7 with these contents, `per_chunk` frames in a chunk.
fn segment(contents: &[Content<'_>], per_chunk: usize, ending: Ending) -> Vec<u8> {
    let key = key(1);
    let mut chain = Chain::start(&key, &session(7));
    let before = chain.head();
    let mut chunks = Vec::new();
    for records in records(contents).chunks(per_chunk) {
        let mut raw = Vec::new();
        for record in records {
            let (header, content) = opened(record).unwrap();
            chain.push(&header.encode(), &content);
            raw.extend_from_slice(&header.encode());
            raw.extend_from_slice(&content);
        }
        chunks.push(Packed {
            raw: raw.len() as u32,
            bytes: raw,
        });
    }
    let draft = SegmentDraft {
        session: &session(7),
        number: 0,
        first: 0,
        before,
        after: chain,
        ending,
        wrapped: &["wrapped to the gateway".into()],
        salt: [9; 32],
        chunks: &chunks,
    };
    let bytes = seal(&key, &draft).unwrap();
    assert_eq!(confirm(&bytes, &key, &draft), peek(&bytes));
    let other = SegmentDraft {
        chunks: &chunks[1..],
        ..draft
    };
    assert!(confirm(&bytes, &key, &other).is_err());
    bytes
}

fn visit() -> Vec<Content<'static>> {
    vec![
        start(),
        Content::Data(Direction::ToTarget, b"select 1;"),
        Content::Data(Direction::FromTarget, b" 1\n"),
        Content::Size(Direction::FromTarget, 4096),
        Content::Notice("paused by the hospital"),
        Content::End("the engineer closed the connection"),
    ]
}

#[test]
fn what_was_seen_is_read_back_and_counted() {
    let bytes = segment(&visit(), 4, Ending::Ended);
    let mut shown = Vec::new();
    let summary = read(&bytes, &key(1), &mut unpack, &mut |header, content, _| {
        shown.push((header.number, header.at, format!("{content:?}")));
    })
    .unwrap();
    let expected: Vec<_> = (0u64..)
        .zip(visit())
        .map(|(number, content)| (number, at(number as i64), format!("{content:?}")))
        .collect();
    assert_eq!(shown, expected);
    assert_eq!((summary.sent, summary.received), (9, 3 + 4096));
    assert_eq!((summary.from, summary.to), (at(0), at(5)));
    assert_eq!(peek(&bytes).unwrap(), summary.header);
}

#[test]
fn every_flipped_byte_of_a_journal_record_is_found() {
    for record in records(&visit()) {
        assert!(opened(&record).is_ok());
        for index in 0..record.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut altered = record.clone();
                altered[index] ^= flip;
                assert!(opened(&altered).is_err(), "byte {index}");
            }
        }
    }
}

/// L26: verification that cannot say where is not believed.
#[test]
fn l26_every_flipped_byte_of_a_segment_is_found_and_its_place_named() {
    let bytes = segment(&visit(), 2, Ending::Ended);
    for index in 0..bytes.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut altered = bytes.clone();
            altered[index] ^= flip;
            let broken = verify(&altered, &key(1), &mut unpack).unwrap_err();
            let index = index as u64;
            let inside = broken.place.from <= index && index < broken.place.to;
            assert!(inside, "byte {index}: {broken}");
        }
    }
}

#[test]
fn a_cut_segment_is_reported_as_cut_with_what_is_missing() {
    let bytes = segment(&visit(), 2, Ending::Ended);
    for length in 0..bytes.len() {
        let broken = verify(&bytes[..length], &key(1), &mut unpack).unwrap_err();
        let Fault::Cut { missing } = broken.fault else {
            panic!("cut to {length}: {broken}");
        };
        assert!(missing >= 1 && missing <= (bytes.len() - length) as u64);
    }
    let mut longer = bytes.clone();
    longer.push(0);
    let broken = verify(&longer, &key(1), &mut unpack).unwrap_err();
    assert_eq!(broken.place.part, Part::End);
}

#[test]
fn another_session_or_key_opens_nothing() {
    let record = &records(&visit())[1];
    let Next::Frame { header, .. } = next(record) else {
        panic!("not a frame");
    };
    let open = |session: &SessionId, key: &SessionKey| {
        let mut sealed = record[HEADER..].to_vec();
        let opener = FrameOpener::new(session);
        opener.open(key, &header, &mut sealed).is_ok()
    };
    assert!(open(&session(7), &key(1)));
    assert!(!open(&session(7), &key(2)));
    assert!(!open(&session(8), &key(1)));
    // The same number at another site.
    let other = SessionId::new(&"osaka".parse().unwrap(), 7);
    assert!(!open(&other, &key(1)));
    let bytes = segment(&visit(), 2, Ending::Ended);
    assert!(verify(&bytes, &key(2), &mut unpack).is_err());
}

#[test]
fn a_frame_left_out_repeated_or_moved_is_found() {
    let whole = visit();
    let key = key(1);
    let raw: Vec<(Header, Vec<u8>)> = records(&whole).iter().map(|r| opened(r).unwrap()).collect();
    let orders: [&[usize]; 4] = [
        &[0, 1, 3, 4, 5],
        &[0, 1, 1, 2, 3, 4, 5],
        &[0, 2, 1, 3, 4, 5],
        &[0, 1, 2, 3, 5, 4],
    ];
    for order in orders {
        let mut chain = Chain::start(&key, &session(7));
        let before = chain.head();
        let mut bytes = Vec::new();
        for (header, content) in order.iter().map(|index| &raw[*index]) {
            chain.push(&header.encode(), content);
            bytes.extend_from_slice(&header.encode());
            bytes.extend_from_slice(content);
        }
        let chunks = [Packed {
            raw: bytes.len() as u32,
            bytes,
        }];
        let draft = SegmentDraft {
            session: &session(7),
            number: 0,
            first: 0,
            before,
            after: chain,
            ending: Ending::Ended,
            wrapped: &[],
            salt: [9; 32],
            chunks: &chunks,
        };
        let sealed = seal(&key, &draft).unwrap();
        let broken = verify(&sealed, &key, &mut unpack).unwrap_err();
        assert!(matches!(broken.place.part, Part::Frame(_)), "{broken}");
    }
}

#[test]
fn a_failed_frame_is_sealed_again_under_another_nonce_and_both_open() {
    let key = key(1);
    let mut sealer = FrameSealer::new(&session(7));
    let mut buffer = Vec::new();
    let observation = |text| Observation {
        at: at(0),
        content: Content::Notice(text),
    };
    let first = sealer
        .seal(&key, &observation("one"), &mut buffer)
        .unwrap()
        .to_vec();
    sealer.failed();
    let second = sealer
        .seal(&key, &observation("two"), &mut buffer)
        .unwrap()
        .to_vec();
    let (first, second) = (opened(&first).unwrap(), opened(&second).unwrap());
    assert_eq!((first.0.number, first.0.attempt), (0, 0));
    assert_eq!((second.0.number, second.0.attempt), (0, 1));
}

#[test]
fn a_reader_without_the_key_finds_the_next_frame_after_a_damaged_one() {
    let records = records(&visit());
    let mut bytes = records.concat();
    bytes[2] ^= 1;
    assert_eq!(next(&bytes), Next::Damaged(NotAFrame::Header));
    assert_eq!(resync(&bytes), Some(records[0].len()));
    assert_eq!(resync(&[0; 500]), None);
}

#[test]
fn a_frame_beyond_the_limits_is_refused_when_written_and_when_read() {
    let sealer = FrameSealer::new(&session(7));
    let mut buffer = Vec::new();
    let long = vec![0; MAX_CONTENT + 1];
    let text = "x".repeat(MAX_TEXT + 1);
    for content in [
        Content::Data(Direction::ToTarget, &long),
        Content::Notice(&text),
        Content::Start(Start {
            session: session(7),
            policy: Policy::Metadata,
            wrapped: vec![String::new(); 9],
        }),
    ] {
        let observation = Observation { at: at(0), content };
        let sealed = sealer.seal(&key(1), &observation, &mut buffer);
        assert_eq!(sealed.unwrap_err(), NotSealed::TooLong);
    }
    let header = Header {
        kind: Kind::Notice,
        length: u32::MAX,
        attempt: 0,
        session: 7,
        number: 0,
        at: at(0),
    };
    assert_eq!(next(&header.encode()), Next::Damaged(NotAFrame::Length));
}

#[test]
fn a_key_is_never_shown() {
    assert_eq!(format!("{:?}", key(0x61)), "SessionKey(hidden)");
}

#[test]
fn a_seal_has_one_spelling() {
    let leaf = SealLeaf {
        frames: 12,
        head: Digest([0xab; 32]),
        session: session(7),
    };
    let bytes = leaf.encode();
    assert_eq!(SealLeaf::decode(&bytes), Ok(leaf.clone()));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with(r#"{"frames":12,"head":"abab"#));
    for other in [
        text.replace(":12", ": 12"),
        text.replace(":12", ":12.0"),
        text.replace("}", r#","x":1}"#),
        text.replace("ab", "AB"),
        format!("{text} "),
        String::new(),
    ] {
        assert_eq!(SealLeaf::decode(other.as_bytes()), Err(NotASeal), "{other}");
    }
}

fn any_content() -> impl Strategy<Value = (u8, Vec<u8>)> {
    (0u8..5, prop::collection::vec(any::<u8>(), 0..300))
}

fn content_of((kind, bytes): &(u8, Vec<u8>)) -> Content<'_> {
    let direction = if bytes.len() % 2 == 0 {
        Direction::ToTarget
    } else {
        Direction::FromTarget
    };
    match kind {
        0 | 1 => Content::Data(direction, bytes),
        2 | 3 => Content::Size(direction, bytes.len() as u64 * 1_000_003),
        _ => Content::Notice(std::str::from_utf8(bytes).unwrap_or("text")),
    }
}

proptest! {
    #[test]
    fn any_frames_in_any_chunks_read_back(
        contents in prop::collection::vec(any_content(), 1..40),
        per_chunk in 1usize..12,
    ) {
        let contents: Vec<_> = contents.iter().map(content_of).collect();
        let bytes = segment(&contents, per_chunk, Ending::Open);
        let mut shown = Vec::new();
        let summary = read(&bytes, &key(1), &mut unpack, &mut |_, content, _| {
            shown.push(format!("{content:?}"));
        });
        let expected: Vec<_> = contents.iter().map(|content| format!("{content:?}")).collect();
        prop_assert_eq!(shown, expected);
        prop_assert_eq!(summary.unwrap().header.next, contents.len() as u64);
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = next(&bytes);
        let _ = resync(&bytes);
        let _ = peek(&bytes);
        let _ = verify(&bytes, &key(1), &mut unpack);
        let _ = SealLeaf::decode(&bytes);
        let _ = Start::decode(&bytes);
        for kind in [Kind::Start, Kind::Size(Direction::ToTarget), Kind::Notice, Kind::End] {
            let _ = Content::decode(kind, &bytes);
        }
    }

    #[test]
    fn any_damage_to_a_segment_is_found(
        index in any::<prop::sample::Index>(),
        with in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let bytes = segment(&visit(), 2, Ending::Ended);
        let at = index.index(bytes.len());
        let mut altered = bytes.clone();
        let end = (at + with.len()).min(bytes.len());
        altered[at..end].copy_from_slice(&with[..end - at]);
        let verified = verify(&altered, &key(1), &mut unpack);
        prop_assert_eq!(verified.is_ok(), altered == bytes);
    }
}
