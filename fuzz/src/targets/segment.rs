//! A segment of a recording: as a file, and behind its seals.

use recording::{Chain, Ending, HEADER, Header, Packed, SegmentDraft, peek, read, seal, verify};

use super::recording::{at, contents, key, kind, session};
use crate::bytes::{Input, altered, field};

/// Packing that packs nothing: what matters here is not its size.
fn unpack(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    (packed.len() == size).then(|| packed.to_vec())
}

/// The first byte says what the rest is: a file; the content of a chunk, which we seal because nobody
/// can guess the seal; or the contents of frames, for which we also write headers and chain.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    match input.u8() % 3 {
        0 => file(input.rest()),
        1 => {
            let chunk = input.rest();
            file(&sealed(
                chunk,
                Chain::start(&key(), &session()),
                Ending::Open,
            ));
        }
        _ => {
            let (chunk, chain) = frames(&mut input);
            file(&sealed(&chunk, chain, Ending::Ended));
        }
    }
}

/// Reads a file. What verifies must tell the same to everybody, and nothing once it is altered.
fn file(bytes: &[u8]) {
    let _ = peek(bytes);
    let key = key();
    let mut shown = 0_u64;
    let mut show = |_: &Header, _: recording::Content<'_>, _: &Chain| shown += 1;
    let summary = match read(bytes, &key, &mut unpack, &mut show) {
        Ok(summary) => summary,
        Err(broken) => {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            assert!(broken.place.from <= broken.place.to, "{broken}");
            assert!(broken.place.to <= length.max(12), "{broken}");
            return;
        }
    };
    assert_eq!(summary.header.first + shown, summary.header.next);
    assert_eq!(peek(bytes).as_ref(), Ok(&summary.header));
    for altered in altered(bytes) {
        assert!(verify(&altered, &key, &mut unpack).is_err(), "altered");
    }
    for cut in [1, bytes.len() / 2, bytes.len() - 1] {
        let cut = bytes.get(..cut).unwrap_or_default();
        assert!(verify(cut, &key, &mut unpack).is_err(), "cut");
    }
}

/// Frames of this session, with the contents that the input has.
fn frames(input: &mut Input<'_>) -> (Vec<u8>, Chain) {
    let mut chain = Chain::start(&key(), &session());
    let mut chunk = Vec::new();
    while !input.is_empty() {
        let kind = kind(input.u8());
        let content = input.field();
        let header = Header {
            kind,
            length: u32::try_from(content.len()).unwrap_or(0),
            attempt: 0,
            session: session().number(),
            number: chain.frames(),
            at: at(i64::from(input.u8())),
        };
        let encoded: [u8; HEADER] = header.encode();
        chain.push(&encoded, content);
        chunk.extend_from_slice(&encoded);
        chunk.extend_from_slice(content);
    }
    (chunk, chain)
}

fn sealed(chunk: &[u8], after: Chain, ending: Ending) -> Vec<u8> {
    let chunk = Packed {
        raw: u32::try_from(chunk.len()).unwrap_or(u32::MAX),
        bytes: chunk.to_vec(),
    };
    let key = key();
    let draft = SegmentDraft {
        session: &session(),
        number: 0,
        first: 0,
        before: Chain::start(&key, &session()).head(),
        after,
        ending,
        wrapped: &["wrapped to the gateway".into()],
        salt: [9; 32],
        chunks: &[chunk],
    };
    seal(&key, &draft).expect("within its limits")
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let start = br#"{"session":"handa/session-7","policy":"payload","wrapped":[]}"#;
    let of = |kind: u8, content: &[u8]| [&[kind][..], &field(content), &[5]].concat();
    let visit = [
        of(0, start),
        of(12, br#"{"closed":{"channel":3}}"#),
        of(8, b"ls\r\n\0\0\0\x01"),
        of(6, b"closed"),
    ];
    let visit = visit.concat();
    let (chunk, chain) = frames(&mut Input::of(&visit));
    let file = sealed(&chunk, chain, Ending::Ended);
    vec![
        ("file", [&[0], &file[..]].concat()),
        ("chunk", [&[1], &chunk[..]].concat()),
        ("frames", [&[2], &visit[..]].concat()),
        ("kinds", [&[2], &kinds()[..]].concat()),
    ]
}

/// One frame of each content.
fn kinds() -> Vec<u8> {
    let size = contents().len();
    (0..u8::try_from(size).unwrap_or(0))
        .flat_map(|kind| [kind, 0, 1, b'x', 0])
        .collect()
}
