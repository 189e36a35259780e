//! What holds for every conversation.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::frame::Decoding;
use crate::sftp::answer::Answer;
use crate::sftp::request::Request;

/// One step of an engineer.
#[derive(Debug, Clone)]
enum Step {
    Open(String, u32),
    Stat(String),
    Remove(String),
    Read(u8, u64, u32),
    Write(u8, u64, Vec<u8>),
    Close(u8),
}

fn path() -> impl Strategy<Value = String> {
    let name = prop_oneof!["a", "b", "\\.\\.", "\\.", "srv", "etc"];
    (any::<bool>(), vec(name, 1..4)).prop_map(|(absolute, names)| {
        let start = if absolute { "/" } else { "" };
        format!("{start}{}", names.join("/"))
    })
}

fn step() -> impl Strategy<Value = Step> {
    let handle = 0..3_u8;
    prop_oneof![
        (path(), 0..=flags::ALL).prop_map(|(path, given)| Step::Open(path, given)),
        path().prop_map(Step::Stat),
        path().prop_map(Step::Remove),
        (handle.clone(), 0..40_u64, 0..40_u32).prop_map(|(h, o, l)| Step::Read(h, o, l)),
        (handle.clone(), 0..40_u64, vec(any::<u8>(), 0..40))
            .prop_map(|(h, o, content)| Step::Write(h, o, content)),
        handle.prop_map(Step::Close),
    ]
}

fn packet(id: u32, step: &Step) -> Vec<u8> {
    let handle = |number: &u8| format!("h{number}");
    match step {
        Step::Open(path, given) => open_packet(id, path, *given),
        Step::Stat(path) => plain(kind::STAT, id, path),
        Step::Remove(path) => plain(kind::REMOVE, id, path),
        Step::Read(number, offset, length) => read_packet(id, &handle(number), *offset, *length),
        Step::Write(number, offset, content) => write_packet(id, &handle(number), *offset, content),
        Step::Close(number) => plain(kind::CLOSE, id, &handle(number)),
    }
}

fn run(steps: &[Step], pieces: Vec<usize>, most: Option<u64>, purse: u64) -> Talk {
    let mut talk = Talk::in_pieces(pieces);
    talk.most = most;
    talk.purse = purse;
    talk.target.put("/srv/a", &[7; 60]);
    talk.target.put("/etc/a", b"secret");
    for (id, step) in (1..).zip(steps) {
        talk.engineer(&packet(id, step));
    }
    talk
}

/// Content that the engineer was given.
fn given(talk: &Talk) -> usize {
    let content = |answer: &Answer<'_>| match answer {
        Answer::Data { content, .. } => content.len(),
        _ => 0,
    };
    talk.answers().iter().map(content).sum()
}

proptest! {
    #[test]
    fn l33_no_bytes_of_either_side_stop_the_decoders_or_the_machine(
        bytes in vec(any::<u8>(), 0..200),
        length in 0..60_u8,
        kind in 0..210_u8,
    ) {
        let shaped = [&[0, 0, 0, length, kind][..], &bytes].concat();
        for bytes in [&bytes, &shaped] {
            let _ = Request::decode(bytes);
            let _ = Answer::decode(bytes);
            let mut free = |_: Direction, _: u64| true;
            let mut talk = Talk::begin();
            let _ = talk.inspector.from_engineer(bytes, &mut free);
            let _ = talk.inspector.from_target(bytes, &mut free);
            let _ = talk.inspector.finish();
        }
    }

    #[test]
    fn a_packet_cut_short_is_missing_no_more_than_its_rest(step in step(), cut in any::<prop::sample::Index>()) {
        let whole = packet(9, &step);
        let cut = cut.index(whole.len());
        match Request::decode(&whole[..cut]).unwrap() {
            Decoding::Needs(missing) => prop_assert!(missing >= 1 && missing <= whole.len() - cut),
            Decoding::Complete { .. } => prop_assert!(false, "half a packet was taken for a whole"),
        }
        let Decoding::Complete { used, .. } = Request::decode(&whole).unwrap() else {
            panic!("a whole packet was not taken");
        };
        prop_assert_eq!(used, whole.len());
    }

    #[test]
    fn a_conversation_is_the_same_in_any_pieces(
        steps in vec(step(), 1..20),
        pieces in vec(1..30_usize, 1..10),
    ) {
        let at_once = run(&steps, vec![usize::MAX], None, u64::MAX);
        let in_pieces = run(&steps, pieces, None, u64::MAX);
        prop_assert_eq!(&at_once.told, &in_pieces.told);
        prop_assert_eq!(&at_once.asked, &in_pieces.asked);
        prop_assert_eq!(&at_once.files, &in_pieces.files);
        prop_assert_eq!(&at_once.target.files, &in_pieces.target.files);
        prop_assert_eq!(at_once.broken, in_pieces.broken);
        prop_assert_eq!(at_once.inspector.finish(), in_pieces.inspector.finish());
    }

    #[test]
    fn l9_the_target_hears_of_no_path_outside_the_terms_but_to_resolve_it(
        steps in vec(step(), 1..30),
    ) {
        let talk = run(&steps, vec![usize::MAX], None, u64::MAX);
        for path in &talk.target.named {
            prop_assert!(path == "/srv" || path.starts_with("/srv/"), "{}", path);
        }
        prop_assert_eq!(&talk.target.files["/etc/a"], b"secret");
        // Every request had its answer: the client goes on.
        prop_assert_eq!(talk.answers().len(), steps.len() + 1);
    }

    #[test]
    fn never_a_byte_more_than_allowed(
        steps in vec(step(), 1..30),
        pieces in vec(1..60_usize, 1..5),
        most in 0..80_u64,
        purse in 0..120_u64,
    ) {
        let talk = run(&steps, pieces, Some(most), purse);
        let moved = u64::try_from(given(&talk) + talk.target.written).unwrap();
        prop_assert_eq!(moved, purse - talk.purse);
        let mut files = talk.files;
        files.extend(talk.inspector.finish());
        for file in files {
            prop_assert!(file.bytes <= most);
        }
    }

    #[test]
    fn a_whole_file_has_the_digest_of_what_lies_on_the_target(
        content in vec(any::<u8>(), 0..200),
        size in 1..50_usize,
        pieces in vec(1..60_usize, 1..5),
    ) {
        let mut talk = Talk::in_pieces(pieces);
        let create = flags::WRITE | flags::CREATE | flags::TRUNCATE;
        talk.engineer(&open_packet(1, "x", create));
        for (at, chunk) in content.chunks(size).enumerate() {
            let offset = u64::try_from(at * size).unwrap();
            talk.engineer(&write_packet(2, "h0", offset, chunk));
        }
        talk.engineer(&plain(kind::CLOSE, 3, "h0"));
        prop_assert!(talk.files[0].whole);
        let sha = talk.files[0].sha256.unwrap();
        prop_assert_eq!(sha.as_bytes().to_vec(), sha256(&talk.target.files["/srv/x"]));
    }
}
