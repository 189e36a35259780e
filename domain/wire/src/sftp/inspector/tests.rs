#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks at the one answer that it is about"
)]

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};

use super::*;
use crate::sftp::act::{Ask, Direction, Operation};
use crate::sftp::codec::{Packet, flags, kind, status};

mod fake;
mod properties;

use crate::sftp::RemotePath;
use fake::Talk;

const HELLO: &[u8] = b"hello, target";

fn open_packet(id: u32, path: &str, given: u32) -> Vec<u8> {
    let packet = Packet::with_id(kind::OPEN, id).string(path.as_bytes());
    packet.u32(given).u32(0).done()
}

fn plain(kind: u8, id: u32, path: &str) -> Vec<u8> {
    Packet::with_id(kind, id).string(path.as_bytes()).done()
}

fn write_packet(id: u32, handle: &str, offset: u64, content: &[u8]) -> Vec<u8> {
    let packet = Packet::with_id(kind::WRITE, id).string(handle.as_bytes());
    packet.u64(offset).string(content).done()
}

fn read_packet(id: u32, handle: &str, offset: u64, length: u32) -> Vec<u8> {
    let packet = Packet::with_id(kind::READ, id).string(handle.as_bytes());
    packet.u64(offset).u32(length).done()
}

fn data_packet(id: u32, content: &[u8]) -> Vec<u8> {
    Packet::with_id(kind::DATA, id).string(content).done()
}

fn sha256(content: &[u8]) -> Vec<u8> {
    digest(&SHA256, content).as_ref().to_vec()
}

#[test]
fn an_upload_is_asked_about_by_its_resolved_path_and_known_whole() {
    let mut talk = Talk::begin();
    let create = flags::WRITE | flags::CREATE | flags::TRUNCATE;
    talk.engineer(&open_packet(7, "sub/../up.txt", create));
    talk.engineer(&write_packet(8, "h0", 0, HELLO));
    talk.engineer(&plain(kind::CLOSE, 9, "h0"));
    let path = RemotePath::resolved(b"/srv/up.txt").unwrap();
    let asked = Operation::Write {
        path: path.clone(),
        create: true,
        truncate: true,
    };
    assert_eq!(talk.asked, [asked]);
    assert_eq!(talk.target.files["/srv/up.txt"], HELLO);
    assert_eq!(talk.files.len(), 1);
    assert_eq!(talk.files[0].path, path);
    assert!(talk.files[0].whole);
    assert_eq!(talk.files[0].sha256.unwrap().as_bytes()[..], sha256(HELLO));
}

#[test]
fn a_refused_request_never_reaches_the_target_and_the_next_one_does() {
    let mut talk = Talk::begin();
    talk.target.put("/etc/shadow", b"secret");
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "../etc/shadow", flags::READ));
    talk.engineer(&open_packet(2, "a", flags::READ));
    assert_eq!(talk.target.opened, ["/srv/a"]);
    assert_eq!(talk.statuses()[0], (1, status::PERMISSION_DENIED));
}

#[test]
fn what_stands_behind_a_failed_resolution_is_not_followed() {
    let mut talk = Talk::begin();
    talk.target.dangling.push("/srv/trap".to_owned());
    let create = flags::WRITE | flags::CREATE;
    talk.engineer(&open_packet(1, "trap", create));
    assert_eq!(talk.target.opened, Vec::<String>::new());
    assert_eq!(talk.statuses(), [(1, status::PERMISSION_DENIED)]);
}

#[test]
fn a_resolution_with_a_remnant_of_a_way_up_is_refused() {
    let mut talk = Talk::begin();
    talk.target.lexical = true;
    talk.engineer(&open_packet(1, "/srv/../etc/shadow", flags::READ));
    assert_eq!(talk.asked, []);
    assert_eq!(talk.statuses(), [(1, status::PERMISSION_DENIED)]);
}

#[test]
fn emptying_a_file_is_writing_it_whatever_the_flags_say() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ | flags::TRUNCATE));
    let writes = |operation: &Operation| matches!(operation, Operation::Write { .. });
    assert!(talk.asked.iter().any(writes), "{:?}", talk.asked);
}

#[test]
fn l9_unknown_extensions_and_copies_on_the_target_are_answered_here_and_never_go_on() {
    let mut talk = Talk::begin();
    let before = talk.target.heard;
    for (id, name) in [(1, "copy-data"), (2, "md5-hash@example.org")] {
        let packet = Packet::with_id(kind::EXTENDED, id).string(name.as_bytes());
        talk.engineer(&packet.raw(&[0; 40]).done());
    }
    assert_eq!(talk.target.heard, before);
    let unsupported = status::OP_UNSUPPORTED;
    assert_eq!(talk.statuses(), [(1, unsupported), (2, unsupported)]);
}

#[test]
fn the_target_s_extensions_are_told_only_as_far_as_they_pass() {
    let talk = Talk::begin();
    let told = String::from_utf8_lossy(&talk.told).into_owned();
    assert!(told.contains("posix-rename@openssh.com"));
    assert!(!told.contains("copy-data") && !told.contains("strange"));
}

#[test]
fn answers_out_of_order_give_the_same_digest() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", b"0123456789");
    talk.engineer(&open_packet(1, "a", flags::READ));
    talk.target.holds = true;
    for (id, offset) in [(2, 0), (3, 4), (4, 8), (5, 10)] {
        talk.engineer(&read_packet(id, "h0", offset, 4));
    }
    talk.target.holds = false;
    let mut held = std::mem::take(&mut talk.target.held);
    held.reverse();
    for answer in held {
        talk.target_says(&answer);
    }
    talk.engineer(&plain(kind::CLOSE, 6, "h0"));
    assert!(talk.files[0].whole, "{:?}", talk.files);
    let sha = talk.files[0].sha256.unwrap();
    assert_eq!(sha.as_bytes()[..], sha256(b"0123456789"));
}

#[test]
fn a_client_that_stops_at_the_known_size_has_read_the_whole() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ));
    talk.engineer(&read_packet(2, "h0", 0, 13));
    talk.engineer(&plain(kind::CLOSE, 3, "h0"));
    assert!(talk.files[0].whole, "{:?}", talk.files);
}

/// Otherwise who opens and closes, again and again, writes an entry each time.
#[test]
fn l09_a_file_that_was_opened_and_not_read_has_not_passed_and_an_empty_one_has() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.target.put("/srv/empty", b"");
    talk.engineer(&open_packet(1, "a", flags::READ));
    talk.engineer(&plain(kind::CLOSE, 2, "h0"));
    assert_eq!(talk.files, []);
    talk.engineer(&open_packet(3, "empty", flags::READ));
    talk.engineer(&read_packet(4, "h1", 0, 100));
    talk.engineer(&plain(kind::CLOSE, 5, "h1"));
    let [empty] = &talk.files[..] else {
        panic!("{:?}", talk.files)
    };
    assert!(empty.whole && empty.bytes == 0);
    talk.engineer(&open_packet(6, "a", flags::WRITE | flags::TRUNCATE));
    talk.engineer(&plain(kind::CLOSE, 7, "h2"));
    assert_eq!(talk.files.len(), 2, "what was emptied is told");
}

#[test]
fn a_file_with_a_gap_a_repetition_or_an_old_tail_is_not_whole() {
    let create = flags::WRITE | flags::CREATE | flags::TRUNCATE;
    for (given, offsets) in [
        (create, &[0, 20][..]),
        (create, &[0, 5]),
        (create, &[5]),
        (flags::WRITE, &[0]),
        (flags::WRITE | flags::APPEND, &[0]),
    ] {
        let mut talk = Talk::begin();
        talk.target.put("/srv/a", b"x");
        talk.engineer(&open_packet(1, "a", given));
        for offset in offsets {
            talk.engineer(&write_packet(2, "h0", *offset, HELLO));
        }
        talk.engineer(&plain(kind::CLOSE, 3, "h0"));
        let file = &talk.files[0];
        assert!(!file.whole && file.sha256.is_none(), "{offsets:?}");
        assert_eq!(file.bytes, 13 * u64::try_from(offsets.len()).unwrap());
    }
}

#[test]
fn a_file_that_was_opened_over_an_older_one_is_not_called_whole_for_a_flag_that_does_nothing() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", b"hello, target, and an old tail");
    talk.engineer(&open_packet(1, "a", flags::WRITE | flags::EXCLUSIVE));
    talk.engineer(&write_packet(2, "h0", 0, HELLO));
    talk.engineer(&plain(kind::CLOSE, 3, "h0"));
    let file = &talk.files[0];
    assert!(!file.whole && file.sha256.is_none(), "{file:?}");
}

#[test]
fn what_is_still_open_at_the_end_is_told_and_not_whole() {
    let mut talk = Talk::begin();
    let create = flags::WRITE | flags::CREATE | flags::TRUNCATE;
    talk.engineer(&open_packet(1, "a", create));
    talk.engineer(&write_packet(2, "h0", 0, HELLO));
    let left = talk.inspector.finish();
    assert_eq!((left.len(), left[0].bytes, left[0].whole), (1, 13, false));
}

#[test]
fn a_handle_that_the_target_did_not_give_goes_nowhere() {
    let mut talk = Talk::begin();
    let before = talk.target.heard;
    talk.engineer(&read_packet(1, "h9", 0, 4));
    talk.engineer(&write_packet(2, "h9", 0, HELLO));
    talk.engineer(&plain(kind::CLOSE, 3, "h9"));
    assert_eq!(talk.target.heard, before);
    let failed = status::FAILURE;
    assert_eq!(talk.statuses(), [(1, failed), (2, failed), (3, failed)]);
}

#[test]
fn a_handle_for_reading_is_not_written_nor_its_attributes_set() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ));
    let before = talk.target.heard;
    talk.engineer(&write_packet(2, "h0", 0, b"x"));
    let fsetstat = Packet::with_id(kind::FSETSTAT, 3).string(b"h0");
    talk.engineer(&fsetstat.u32(1).u64(0).done());
    assert_eq!(talk.target.heard, before);
}

#[test]
fn a_question_of_ours_never_lands_inside_a_write_on_its_way() {
    let mut talk = Talk::begin();
    let create = flags::WRITE | flags::CREATE | flags::TRUNCATE;
    talk.engineer(&open_packet(1, "a", create));
    let mut free = |_: Direction, _: u64| true;
    let stat = plain(kind::STAT, 2, "a");
    let sent = talk.inspector.from_engineer(&stat, &mut free).unwrap();
    assert_eq!(sent.len(), 1);
    let realpath = sent[0].clone();
    let write = write_packet(3, "h0", 0, HELLO);
    let (first, rest) = write.split_at(write.len() - 5);
    let begun = talk.inspector.from_engineer(first, &mut free).unwrap();
    assert_eq!(begun.len(), 2);
    // The target answers in the middle, and the decision comes in the middle.
    let Act::ToTarget(bytes) = realpath else {
        panic!("not a question: {realpath:?}");
    };
    let answer = talk.target.answer(&bytes);
    let acts = talk.inspector.from_target(&answer, &mut free).unwrap();
    let [Act::Ask(Ask { id, .. })] = acts[..] else {
        panic!("not asked: {acts:?}");
    };
    let allow = Verdict::Allow { bytes_left: None };
    assert_eq!(talk.inspector.answer(id, allow).unwrap(), []);
    let acts = talk.inspector.from_engineer(rest, &mut free).unwrap();
    assert_eq!(acts[0], Act::ToTarget(Cow::Borrowed(&HELLO[8..])));
    let Act::ToTarget(stat) = &acts[1] else {
        panic!("the request is missing: {acts:?}");
    };
    assert_eq!(stat[4], kind::STAT);
}

#[test]
fn content_is_passed_on_where_it_lies() {
    let mut talk = Talk::begin();
    talk.engineer(&open_packet(1, "a", flags::WRITE | flags::CREATE));
    let mut free = |_: Direction, _: u64| true;
    let write = write_packet(3, "h0", 0, HELLO);
    let acts = talk.inspector.from_engineer(&write, &mut free).unwrap();
    assert!(matches!(&acts[1], Act::ToTarget(Cow::Borrowed(content)) if *content == HELLO));
}

#[test]
fn l33_a_target_that_answers_what_nobody_asked_ends_the_conversation() {
    let mut free = |_: Direction, _: u64| true;
    let cases: [(Vec<u8>, Misbehaviour); 5] = [
        (
            data_packet(99, b"x"),
            Misbehaviour::AnswerToNothing { id: 99 },
        ),
        (
            status_packet(99, 0, ""),
            Misbehaviour::AnswerToNothing { id: 99 },
        ),
        (
            vec![0, 0, 0, 1, 77],
            Misbehaviour::Malformed { field: "id" },
        ),
        (vec![0, 0, 0, 0], Misbehaviour::PacketEmpty),
        (
            vec![0xff, 0, 0, 0, 104],
            Misbehaviour::PacketTooLong {
                announced: 0xff00_0000,
                most: crate::sftp::MAX_PACKET,
            },
        ),
    ];
    for (bytes, expected) in cases {
        let mut talk = Talk::begin();
        let found = talk.inspector.from_target(&bytes, &mut free).unwrap_err();
        assert_eq!(found, expected);
    }
}

#[test]
fn l33_a_target_that_sends_more_than_was_asked_for_ends_the_conversation() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ));
    let mut free = |_: Direction, _: u64| true;
    let read = read_packet(2, "h0", 0, 4);
    let sent = talk.inspector.from_engineer(&read, &mut free).unwrap();
    let Act::ToTarget(sent) = &sent[0] else {
        panic!("not sent");
    };
    let id = u32::from_be_bytes(sent[5..9].try_into().unwrap());
    let more = data_packet(id, b"12345");
    let found = talk.inspector.from_target(&more, &mut free).unwrap_err();
    assert_eq!(found, Misbehaviour::MoreThanAsked { asked: 4, given: 5 });
}

#[test]
fn l33_a_target_that_breaks_the_protocol_behind_a_close_hides_no_file() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ));
    talk.engineer(&read_packet(2, "h0", 0, 13));
    talk.target.holds = true;
    talk.engineer(&plain(kind::CLOSE, 3, "h0"));
    let mut answers = talk.target.held.concat();
    answers.extend(status_packet(77, status::OK, ""));
    let mut free = |_: Direction, _: u64| true;
    let found = talk.inspector.from_target(&answers, &mut free).unwrap_err();
    assert_eq!(found, Misbehaviour::AnswerToNothing { id: 77 });
    let files = talk.inspector.finish();
    assert_eq!((files.len(), files[0].bytes, files[0].whole), (1, 13, true));
}

#[test]
fn l33_a_target_that_gives_one_handle_for_two_files_ends_the_conversation() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ));
    talk.target.next = 0;
    talk.broken = None;
    talk.engineer(&open_packet(2, "a", flags::READ));
    assert_eq!(talk.broken, Some(Misbehaviour::HandleTwice));
}

#[test]
fn a_request_before_the_version_ends_the_conversation() {
    let mut inspector = Inspector::new(fake::words());
    let mut free = |_: Direction, _: u64| true;
    let stat = plain(kind::STAT, 1, "a");
    let found = inspector.from_engineer(&stat, &mut free);
    let expected = Misbehaviour::OutOfTurn { packet: "request" };
    assert_eq!(found, Err(expected));
}

#[test]
fn l34_refusals_that_nobody_reads_are_bounded() {
    let mut talk = Talk::begin();
    talk.target.put("/srv/a", HELLO);
    talk.engineer(&open_packet(1, "a", flags::READ));
    talk.target.holds = true;
    talk.engineer(&read_packet(2, "h0", 0, 13));
    let held = talk.target.held.remove(0);
    let mut free = |_: Direction, _: u64| true;
    // The target stops in the middle of its answer.
    talk.inspector.from_target(&held[..15], &mut free).unwrap();
    let flood = read_packet(3, "none", 0, 1).repeat(50_000);
    let found = talk.inspector.from_engineer(&flood, &mut free);
    assert!(matches!(found, Err(Misbehaviour::TooMuchHeld { .. })));
}
