use aws_lc_rs::digest::SHA256;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn free() -> impl FnMut(Direction, u64) -> bool {
    |_, _| true
}

fn machine(command: &str, base: &str, directory: bool) -> Scp {
    let base = Base {
        path: RemotePath::resolved(base.as_bytes()).unwrap(),
        directory,
    };
    let words = Words {
        too_much: "more than agreed".to_owned(),
    };
    Scp::new(Command::parse(command).unwrap(), base, words)
}

/// What one conversation came to.
#[derive(Default, Debug, PartialEq)]
struct Talk {
    to_source: Vec<u8>,
    to_sink: Vec<u8>,
    asked: Vec<(String, bool)>,
    files: Vec<HandedOver>,
    broken: Option<Misbehaviour>,
}

/// One thing that a side says.
enum Said<'a> {
    Source(&'a [u8]),
    Sink(&'a [u8]),
}

/// Runs a conversation. Paths in `denied` are refused; each file has at most `most` bytes.
fn talk(
    scp: &mut Scp,
    said: &[Said<'_>],
    denied: &[&str],
    most: Option<u64>,
    piece: usize,
) -> Talk {
    let upload = scp.command.direction == Direction::Upload;
    let mut talk = Talk::default();
    for said in said {
        let (bytes, source) = match said {
            Said::Source(bytes) => (*bytes, true),
            Said::Sink(bytes) => (*bytes, false),
        };
        for bytes in bytes.chunks(piece) {
            let acts = if source == upload {
                scp.from_engineer(bytes)
            } else {
                scp.from_target(bytes)
            };
            match acts {
                Ok(acts) => heard(scp, acts, &mut talk, denied, most),
                Err(found) => {
                    talk.broken = Some(found);
                    return talk;
                }
            }
        }
    }
    talk
}

fn heard(scp: &mut Scp, acts: Vec<Act<'_>>, talk: &mut Talk, denied: &[&str], most: Option<u64>) {
    let upload = scp.command.direction == Direction::Upload;
    for act in acts {
        match act {
            Act::ToTarget(bytes) if upload => talk.to_sink.extend_from_slice(&bytes),
            Act::ToTarget(bytes) => talk.to_source.extend_from_slice(&bytes),
            Act::ToEngineer(bytes) if upload => talk.to_source.extend_from_slice(&bytes),
            Act::ToEngineer(bytes) => talk.to_sink.extend_from_slice(&bytes),
            Act::Ask(ask) => {
                let (Operation::Read { path }
                | Operation::Write { path, .. }
                | Operation::Change { path, .. }
                | Operation::List { path }
                | Operation::Look { path }) = ask.operation;
                let path = path.to_string();
                let verdict = if denied.contains(&&path[..]) {
                    Verdict::Deny {
                        sentence: "elsewhere".to_owned(),
                    }
                } else {
                    Verdict::Allow { bytes_left: most }
                };
                talk.asked.push((path, ask.resolved));
                let acts = scp.answer(ask.id, verdict, &mut free());
                heard(scp, acts, talk, denied, most);
            }
            Act::Exceeded { .. } => {}
            Act::File(file) => talk.files.push(file),
        }
    }
}

const OK: Said<'_> = Said::Sink(&[0]);

/// One file of five bytes, in a directory, with times.
const TREE: &[Said<'_>] = &[
    OK,
    Said::Source(b"T1700000000 0 1700000000 0\n"),
    OK,
    Said::Source(b"D0755 0 d\n"),
    OK,
    Said::Source(b"C0644 5 a\n"),
    OK,
    Said::Source(b"hello\0"),
    OK,
    Said::Source(b"E\n"),
    OK,
];

#[test]
fn a_sink_that_answers_a_file_before_its_source_has_ended_it_is_heard_in_order() {
    let begun = [OK, Said::Source(b"C0644 5 a\n"), OK, Said::Source(b"hello")];
    let mut scp = machine("scp -f /srv/a", "/srv/a", false);
    let before = talk(&mut scp, &begun, &[], None, usize::MAX);
    let early = talk(&mut scp, &[OK], &[], None, usize::MAX);
    assert_eq!(early, Talk::default(), "held back");
    let ended = talk(&mut scp, &[Said::Source(b"\0")], &[], None, usize::MAX);
    assert_eq!((before.files.len(), ended.files.len()), (0, 1));
    assert_eq!(
        (&ended.to_sink[..], &ended.to_source[..]),
        (&[0][..], &[0][..])
    );
    assert!(ended.files[0].whole);
}

#[test]
fn an_early_answer_does_not_make_a_file_whole_that_its_source_could_not_read() {
    let mut scp = machine("scp -f /srv/a", "/srv/a", false);
    let said = [
        OK,
        Said::Source(b"C0644 5 a\n"),
        OK,
        Said::Source(b"hello"),
        OK,
        Said::Source(b"\x01unreadable\n"),
    ];
    let talk = talk(&mut scp, &said, &[], None, 3);
    assert_eq!((talk.broken, talk.files[0].whole), (None, false));
}

#[test]
fn a_sink_answers_early_once() {
    let mut scp = machine("scp -f /srv/a", "/srv/a", false);
    let said = [
        OK,
        Said::Source(b"C0644 5 a\n"),
        OK,
        Said::Source(b"hello"),
        Said::Sink(&[0, 0]),
    ];
    let talk = talk(&mut scp, &said, &[], None, usize::MAX);
    assert_eq!(talk.broken, Some(Misbehaviour::OutOfTurn));
}

/// L9: who breaks the protocol at its end has the file, and the entry has it too.
#[test]
fn l09_a_file_that_was_taken_is_told_though_what_follows_breaks_the_protocol() {
    let mut scp = machine("scp -f /srv/a", "/srv/a", false);
    let said = [
        OK,
        Said::Source(b"C0644 5 a\n"),
        OK,
        Said::Source(b"hello\0"),
        Said::Sink(b"\0garbage"),
    ];
    let talk = talk(&mut scp, &said, &[], None, usize::MAX);
    assert_eq!(talk.broken, Some(Misbehaviour::OutOfTurn));
    assert_eq!(talk.files, []);
    let file = scp.finish().unwrap();
    assert_eq!((file.bytes, file.whole), (5, true));
}

#[test]
fn an_upload_of_a_tree_is_asked_about_file_by_file_and_known_whole() {
    let mut scp = machine("scp -r -p -t in", "/srv/in", true);
    let talk = talk(&mut scp, TREE, &[], None, usize::MAX);
    assert_eq!(talk.broken, None);
    let asked = [
        ("/srv/in/d".to_owned(), false),
        ("/srv/in/d/a".to_owned(), false),
    ];
    assert_eq!(talk.asked, asked);
    let sent = b"T1700000000 0 1700000000 0\nD0755 0 d\nC0644 5 a\nhello\0E\n";
    assert_eq!(talk.to_sink, sent);
    let file = &talk.files[0];
    assert_eq!(file.path.to_string(), "/srv/in/d/a");
    assert!(file.whole);
    let sha = aws_lc_rs::digest::digest(&SHA256, b"hello");
    assert_eq!(file.sha256.unwrap().as_bytes()[..], *sha.as_ref());
}

#[test]
fn a_download_of_one_file_is_the_path_that_the_caller_resolved() {
    let mut scp = machine("scp -f link", "/srv/real", false);
    let said = [
        OK,
        Said::Source(b"C0644 5 link\n"),
        OK,
        Said::Source(b"hello\0"),
        OK,
    ];
    let talk = talk(&mut scp, &said, &[], None, usize::MAX);
    assert_eq!(talk.asked, [("/srv/real".to_owned(), true)]);
    assert!(talk.files[0].whole);
    assert_eq!(talk.files[0].direction, Direction::Download);
}

#[test]
fn a_refused_upload_is_skipped_and_the_next_file_passes() {
    let mut scp = machine("scp -d -t in", "/srv/in", true);
    let said = [
        OK,
        Said::Source(b"C0644 5 a\n"),
        Said::Source(b"C0644 5 b\n"),
        OK,
        Said::Source(b"world\0"),
        OK,
    ];
    let talk = talk(&mut scp, &said, &["/srv/in/a"], None, usize::MAX);
    assert_eq!(talk.broken, None);
    assert_eq!(talk.to_sink, b"C0644 5 b\nworld\0");
    assert_eq!(talk.to_source, b"\0\x01elsewhere\n\0\0");
}

#[test]
fn a_refused_download_stops_the_target_and_tells_the_engineer() {
    let mut scp = machine("scp -f x", "/srv/x", false);
    let said = [OK, Said::Source(b"C0644 5 x\n")];
    let talk = talk(&mut scp, &said, &["/srv/x"], None, usize::MAX);
    assert_eq!(talk.to_source, b"\0\x01elsewhere\n");
    assert_eq!(talk.to_sink, b"\x01elsewhere\n");
}

#[test]
fn a_file_larger_than_the_limit_is_refused_before_a_byte_of_it_passes() {
    for (most, passes) in [(4, false), (5, true)] {
        let mut scp = machine("scp -t x", "/srv/x", false);
        let said = [OK, Said::Source(b"C0644 5 x\n")];
        let talk = talk(&mut scp, &said, &[], Some(most), usize::MAX);
        assert_eq!(talk.to_sink == b"C0644 5 x\n", passes, "{talk:?}");
    }
}

#[test]
fn a_purse_that_is_empty_refuses() {
    let mut scp = machine("scp -t x", "/srv/x", false);
    scp.from_target(&[0]).unwrap();
    let acts = scp.from_engineer(b"C0644 5 x\n").unwrap();
    let [Act::Ask(Ask { id, .. })] = acts[..] else {
        panic!("not asked: {acts:?}");
    };
    let allow = Verdict::Allow { bytes_left: None };
    let acts = scp.answer(id, allow, &mut |_, bytes| bytes < 5);
    assert!(matches!(
        acts[..],
        [Act::Exceeded { .. }, Act::ToEngineer(_)]
    ));
}

#[test]
fn l33_names_that_lead_elsewhere_end_the_conversation() {
    for line in [
        "C0644 5 ../a\n",
        "C0644 5 ..\n",
        "C0644 5 .\n",
        "C0644 5 \n",
        "C0644 5 a/b\n",
        "C0644 5 a\x1b[2J\n",
    ] {
        let mut scp = machine("scp -f x", "/srv/x", false);
        let said = [OK, Said::Source(line.as_bytes())];
        let talk = talk(&mut scp, &said, &[], None, usize::MAX);
        assert_eq!(talk.broken, Some(Misbehaviour::NameUnsafe), "{line:?}");
        assert_eq!(talk.to_sink, b"");
    }
}

#[test]
fn what_the_command_did_not_ask_for_ends_the_conversation() {
    for line in [
        "D0755 0 d\n",
        "T1 0 1 0\n",
        "E\n",
        "X\n",
        "\n",
        "C644 5 a\n",
        "C0644 -5 a\n",
    ] {
        let mut scp = machine("scp -t x", "/srv/x", true);
        let said = [OK, Said::Source(line.as_bytes())];
        let talk = talk(&mut scp, &said, &[], None, usize::MAX);
        assert!(talk.broken.is_some(), "{line:?}");
        assert_eq!(talk.to_sink, b"");
    }
}

#[test]
fn a_sentence_of_one_side_moves_no_cursor_on_the_other() {
    let mut scp = machine("scp -f x", "/srv/x", false);
    let said = [OK, Said::Source(b"\x01scp: \x1b[2Jx\xff: none\n")];
    let talk = talk(&mut scp, &said, &[], None, usize::MAX);
    assert_eq!(talk.to_sink, b"\x01scp: ?[2Jx?: none\n");
}

#[test]
fn a_file_that_the_sink_could_not_keep_is_not_whole() {
    let mut scp = machine("scp -t x", "/srv/x", false);
    let said = [
        OK,
        Said::Source(b"C0644 5 x\n"),
        OK,
        Said::Source(b"hello\0"),
        Said::Sink(b"\x01disk full\n"),
    ];
    let talk = talk(&mut scp, &said, &[], None, usize::MAX);
    assert_eq!((talk.files[0].whole, talk.files[0].bytes), (false, 5));
}

#[test]
fn a_file_under_way_at_the_end_is_told_and_not_whole() {
    let mut scp = machine("scp -t x", "/srv/x", false);
    let said = [OK, Said::Source(b"C0644 5 x\n"), OK, Said::Source(b"hel")];
    talk(&mut scp, &said, &[], None, usize::MAX);
    let left = scp.finish().unwrap();
    assert_eq!((left.bytes, left.whole), (3, false));
}

#[test]
fn a_source_that_does_not_wait_for_the_decision_ends_the_conversation() {
    let mut scp = machine("scp -t x", "/srv/x", false);
    scp.from_target(&[0]).unwrap();
    let found = scp.from_engineer(b"C0644 5 x\nhello\0");
    assert_eq!(found, Err(Misbehaviour::OutOfTurn));
}

proptest! {
    #[test]
    fn l33_no_bytes_of_either_side_stop_the_machine(
        bytes in vec(any::<u8>(), 0..100),
        line in "[CDET][0-9 a]{0,20}\n",
        first in any::<bool>(),
    ) {
        for bytes in [&bytes[..], line.as_bytes()] {
            let mut scp = machine("scp -r -p -f x", "/srv/x", false);
            let _ = scp.from_engineer(&[0]);
            let acts = if first { scp.from_engineer(bytes) } else { scp.from_target(bytes) };
            if let Ok(acts) = acts {
                heard(&mut scp, acts, &mut Talk::default(), &[], None);
            }
            let _ = scp.from_target(bytes);
            let _ = scp.finish();
        }
    }

    #[test]
    fn a_conversation_is_the_same_in_any_pieces(piece in 1..20_usize) {
        let whole = talk(&mut machine("scp -r -p -t in", "/srv/in", true), TREE, &[], None, 99);
        let pieces = talk(&mut machine("scp -r -p -t in", "/srv/in", true), TREE, &[], None, piece);
        prop_assert_eq!(whole, pieces);
    }
}
