//! A journal as a crash, a failing disk or somebody with root left it, read by the next start.

use std::path::Path;

use recording::{Content, FrameSealer, Observation, Policy};
use store::{Journal, Limits, Recovered, SessionStart};

use super::recording::{at, key, kind, session};
use super::vault::Scratch;
use crate::bytes::{Input, field, site};

const KEY: [u8; 32] = [1; 32];
/// More would only be slower: what is undone here is done in the first.
const STEPS: usize = 64;

/// The first byte says whether the file comes as it is, or as contents that we seal as frames, with
/// whatever bytes between them. It is opened twice, digested, and something new is recorded behind it.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let file = match input.u8() % 2 {
        0 => input.rest().to_vec(),
        _ => frames(&mut input),
    };
    let Ok(scratch) = Scratch::new() else { return };
    let folder = scratch.0.join("journal");
    std::fs::create_dir(&folder).expect("a scratch folder");
    std::fs::write(folder.join("000000000001.sekj"), &file).expect("a scratch folder");
    let first = recovered(&scratch.0, &file);
    let again = recovered(&scratch.0, &file);
    assert_eq!(
        first.interrupted, again.interrupted,
        "looking changes nothing"
    );
    assert_eq!(first.damage, again.damage, "looking changes nothing");
    go_on(&scratch.0);
}

fn open(dir: &Path) -> (Journal, Recovered) {
    let limits = Limits {
        file_bytes: 1 << 16,
        segment_bytes: 1 << 16,
        reserve_bytes: 0,
        ..Limits::default()
    };
    let unwrap = Box::new(|_: &_, wrapped: &[String]| (wrapped == ["k"]).then_some(KEY));
    Journal::open(dir, &site(), limits, unwrap).expect("whatever lies in it, it opens")
}

fn recovered(dir: &Path, file: &[u8]) -> Recovered {
    let (_journal, recovered) = open(dir);
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    let mut before = 0;
    for damage in recovered.damage.iter().filter(|damage| damage.file == 1) {
        assert!(
            before <= damage.from && damage.from < damage.to,
            "{damage:?}"
        );
        assert!(damage.to <= length, "{damage:?} of {length}");
        before = damage.to;
    }
    recovered
}

/// Damage stops nobody: what can be packed is packed, and a new session is recorded and ends.
fn go_on(dir: &Path) {
    let (journal, _) = open(dir);
    let new = ids::SessionId::new(&site(), u64::from(u32::MAX) + 7);
    let start = SessionStart {
        session: &new,
        at: at(0),
        key: &KEY,
        wrapped_keys: vec!["k".to_owned()],
        policy: Policy::Payload,
        quota_left: 1 << 20,
    };
    let recorder = journal.recorder(start).expect("a new session");
    recorder.close(at(1000), "over").expect("it ends");
    journal.rotate().expect("a new file");
    let mut sealed = false;
    for _ in 0..STEPS {
        let Ok(progress) = journal.digest_step() else {
            break;
        };
        sealed |= progress.sealed.iter().any(|segment| segment.session == new);
        if !progress.more {
            break;
        }
    }
    assert!(sealed, "what was recorded behind the damage is packed");
}

/// Frames of the session that is fuzzed, with what lies between them.
fn frames(input: &mut Input<'_>) -> Vec<u8> {
    let mut sealer = FrameSealer::new(&session());
    let (mut journal, mut buffer) = (Vec::new(), Vec::new());
    while !input.is_empty() {
        let what = input.u8();
        let bytes = input.field();
        if what == u8::MAX {
            journal.extend_from_slice(bytes);
            continue;
        }
        let at = at(i64::from(input.u8()));
        let Ok(content) = Content::decode(kind(what), bytes) else {
            continue;
        };
        let observation = Observation { at, content };
        if let Ok(record) = sealer.seal(&key(), &observation, &mut buffer) {
            journal.extend_from_slice(record);
            sealer.written();
        }
    }
    journal
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let start = br#"{"session":"handa/session-7","policy":"payload","wrapped":["k"]}"#;
    let opened = br#"{"opened":{"channel":0,"what":"shell"}}"#;
    let of = |kind: u8, content: &[u8]| [&[kind][..], &field(content), &[5]].concat();
    let between = |bytes: &[u8]| [&[u8::MAX][..], &field(bytes)].concat();
    let stream = of(8, b"ls\r\n\0\0\0\0");
    let whole = [
        of(0, start),
        of(12, opened),
        stream.clone(),
        of(6, b"closed"),
    ]
    .concat();
    let cut = [of(0, start), stream.clone()].concat();
    let damaged = [
        of(0, start),
        between(&[0x5a; 40]),
        stream.clone(),
        between(b"torn"),
    ]
    .concat();
    let sealed = frames(&mut Input::of(&whole));
    vec![
        ("whole", [&[1][..], &whole].concat()),
        ("cut", [&[1][..], &cut].concat()),
        ("damaged", [&[1][..], &damaged].concat()),
        ("without-start", [&[1][..], &stream].concat()),
        ("file", [&[0][..], &sealed].concat()),
        ("nothing", vec![0]),
    ]
}
