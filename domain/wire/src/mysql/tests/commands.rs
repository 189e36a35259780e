use ids::Timestamp;
use proptest::prelude::*;

use crate::mysql::*;
use crate::statements::{How, Outcome, Told};

fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

/// Both sides and what they let pass.
struct Talk {
    engineer: EngineerSide,
    target: TargetSide,
    tracker: Tracker,
    told: Vec<Told>,
}

impl Talk {
    fn new() -> Self {
        Self {
            engineer: EngineerSide::new(),
            target: TargetSide::new(),
            tracker: Tracker::new(true, false),
            told: Vec::new(),
        }
    }

    fn asks(&mut self, mut bytes: &[u8]) -> (Vec<u8>, Result<Asked, Misbehaviour>) {
        let mut out = Vec::new();
        let asked = self
            .engineer
            .take(&mut bytes, &mut self.tracker, now(), &mut out);
        self.told.extend(self.tracker.told());
        (out, asked)
    }

    fn hears(&mut self, mut bytes: &[u8]) -> (Vec<u8>, Result<Taken, Misbehaviour>) {
        let mut out = Vec::new();
        let taken = self
            .target
            .take(&mut bytes, &mut self.tracker, now(), |_| true, &mut out);
        self.told.extend(self.tracker.told());
        (out, taken)
    }
}

fn numbered(bodies: &[&[u8]]) -> Vec<u8> {
    let numbers = 1_u8..;
    let all = numbers
        .zip(bodies)
        .map(|(number, body)| packet(number, body));
    all.collect::<Vec<_>>().concat()
}

const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
const END: &[u8] = &[0xfe, 0, 0, 2, 0];

#[test]
fn a_statement_passes_when_it_was_told_and_not_before() {
    let message = query("select 1");
    let mut talk = Talk::new();
    for (at, byte) in message.iter().enumerate() {
        let (out, _) = talk.asks(&[*byte]);
        let last = at + 1 == message.len();
        assert_eq!(talk.told.len(), usize::from(last));
        assert_eq!(out, if last { message.clone() } else { vec![] });
    }
}

#[test]
fn a_statement_of_several_packets_passes_as_it_arrives_and_the_next_waits_for_its_answer() {
    let full = usize::try_from(MAX_PIECE).unwrap();
    let mut talk = Talk::new();
    let first = [&[0xff, 0xff, 0xff, 0][..], &[command::QUERY]].concat();
    let (out, _) = talk.asks(&first);
    assert!(out.is_empty());
    let (out, _) = talk.asks(&vec![b'x'; full - 1]);
    assert_eq!(out.len(), full + HEADER);
    let [Told::Began(statement)] = talk.told.as_slice() else {
        panic!("{:?}", talk.told.len());
    };
    assert_eq!((statement.text.len(), statement.whole), (4096, false));
    let next = [packet(1, b"yy"), query("select 2")].concat();
    let mut rest = next.as_slice();
    let mut out = Vec::new();
    let asked = talk
        .engineer
        .take(&mut rest, &mut talk.tracker, now(), &mut out);
    assert_eq!((asked, out), (Ok(Asked::Waits), packet(1, b"yy")));
    assert_eq!(rest, query("select 2"));
    // The answer goes on counting where the statement stopped.
    let (out, _) = talk.hears(&packet(2, OK));
    assert_eq!(out, packet(2, OK));
    assert!(!talk.tracker.is_busy());
}

#[test]
fn results_of_several_statements_are_counted_up_to_the_last() {
    let mut talk = Talk::new();
    let _asked = talk.asks(&query("select 1; select 2; update"));
    let more: &[u8] = &[0xfe, 0, 0, 0x0a, 0];
    let said = numbered(&[
        &[1],
        b"\x03def",
        END,
        b"\x011",
        more,
        &[1],
        b"\x03def",
        END,
        b"\x012",
        b"\x013",
        more,
        OK,
    ]);
    let (out, taken) = talk.hears(&said);
    assert_eq!((out, taken), (said, Ok(Taken::Everything)));
    let Some(Told::Ended(ended)) = talk.told.last() else {
        panic!("{:?}", talk.told);
    };
    assert_eq!(ended.tags, ["ROWS 1", "ROWS 3", "OK 0"]);
    assert_eq!((ended.rows, ended.bytes_out), (3, 6));
    assert!(!talk.tracker.is_busy());
}

#[test]
fn a_file_of_the_engineers_is_asked_for_by_nobody() {
    let mut talk = Talk::new();
    let _asked = talk.asks(&query("select 1"));
    let (out, taken) = talk.hears(&packet(1, b"\xfb/etc/passwd"));
    assert_eq!((out, taken), (vec![], Err(Misbehaviour::AsksForFile)));
    // The gateway answers in its place.
    assert_eq!(talk.tracker.next_packet(), 1);
    assert!(talk.target.is_between_messages());
}

#[test]
fn only_answers_to_what_was_asked_and_in_their_turn_pass() {
    let mut talk = Talk::new();
    let (_, taken) = talk.hears(&packet(0, OK));
    assert_eq!(taken, Err(Misbehaviour::Unexpected { kind: 0 }));
    for (asked, wrong) in [
        (&[command::PING][..], packet(1, &[1])),
        (b"\x03select 1", packet(1, b"\xfemysql_clear_password\0")),
        (b"\x16select 1", packet(1, END)),
        (b"\x03select 1", packet(2, OK)),
    ] {
        let mut talk = Talk::new();
        let _asked = talk.asks(&packet(0, asked));
        let (out, taken) = talk.hears(&wrong);
        assert!(taken.is_err() && out.is_empty(), "{asked:?}");
    }
    // Why the server ends the session is said out of turn.
    let mut talk = Talk::new();
    let (out, _) = talk.hears(&packet(0, b"\xff\x87\x07#70100Connection was killed"));
    assert!(!out.is_empty());
    let [Told::Said(failure)] = talk.told.as_slice() else {
        panic!("{:?}", talk.told);
    };
    assert_eq!(
        (failure.code.as_str(), failure.fatal),
        ("1927 (70100)", true)
    );
}

#[test]
fn a_command_that_is_not_offered_is_dropped_and_the_next_one_passes() {
    let mut talk = Talk::new();
    for kind in [
        command::CHANGE_USER,
        command::BINLOG_DUMP,
        0x05,
        0x1e,
        0xfa,
        0,
    ] {
        let (out, asked) = talk.asks(&packet(0, &[kind, 1, 2, 3]));
        assert_eq!((out, asked), (vec![], Ok(Asked::NotOffered(kind))));
        assert_eq!(talk.tracker.refused(), 1);
    }
    let (out, _) = talk.asks(&query("select 1"));
    assert_eq!(out, query("select 1"));
}

#[test]
fn another_database_goes_on_when_it_is_granted_and_is_told_when_the_server_enters_one() {
    let mut talk = Talk::new();
    let (out, asked) = talk.asks(&packet(0, b"\x02other"));
    assert_eq!(
        (out, asked),
        (vec![], Ok(Asked::Database("other".to_owned())))
    );
    let mut out = Vec::new();
    talk.engineer.granted(&mut talk.tracker, now(), &mut out);
    assert_eq!(out, packet(0, b"\x02other"));
    let told = b"\x00\x00\x00\x02\x40\x00\x00\x00\x08\x01\x06\x05other";
    let (out, taken) = talk.hears(&packet(1, told));
    let expected = Taken::Database {
        name: "other".to_owned(),
        number: 1,
    };
    assert_eq!((out, taken), (vec![], Ok(expected)));
    let mut out = Vec::new();
    talk.target.granted(&mut out);
    assert_eq!(out, packet(1, OK));
}

#[test]
fn parameters_are_told_of_every_type() {
    let mut talk = Talk::new();
    let _asked = talk.asks(&packet(0, b"\x16select ?"));
    let answer = numbered(&[
        b"\x00\x07\0\0\0\0\0\x06\0\0\0\0",
        b"def",
        b"def",
        b"def",
        b"def",
        b"def",
        b"def",
        END,
    ]);
    let (out, taken) = talk.hears(&answer);
    assert_eq!((out, taken), (answer, Ok(Taken::Everything)));
    let types = [1, 0x80, 4, 0, 12, 0, 11, 0, 0xfc, 0, 6, 0];
    let values: [&[u8]; 5] = [
        &[0xff],
        &1.5_f32.to_le_bytes(),
        &[7, 0xea, 0x07, 11, 22, 19, 30, 1],
        &[8, 1, 1, 0, 0, 0, 2, 3, 4],
        b"\x02\xff\x00",
    ];
    let body = [
        &b"\x17\x07\0\0\0\0\x01\0\0\0"[..],
        &[0b10_0000],
        &[1],
        &types,
        &values.concat(),
    ];
    let _asked = talk.asks(&packet(0, &body.concat()));
    let Some(Told::Began(statement)) = talk.told.last() else {
        panic!("{:?}", talk.told);
    };
    let shown: Vec<&str> = statement
        .parameters
        .iter()
        .map(|value| value.as_deref().unwrap_or("NULL"))
        .collect();
    let expected = [
        "255",
        "1.5",
        "2026-11-22 19:30:01",
        "-26:03:04",
        "\\xff00",
        "NULL",
    ];
    assert_eq!(shown, expected);
    assert_eq!(
        (statement.how, statement.text.as_str()),
        (How::Extended, "select ?")
    );
}

#[test]
fn what_runs_when_the_session_ends_did_not_end() {
    let mut talk = Talk::new();
    let _asked = talk.asks(&query("select sleep(9)"));
    let told = talk.tracker.finish(now());
    let [Told::Ended(ended)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(ended.outcome, Outcome::Unfinished);
}

proptest! {
    #[test]
    fn both_sides_may_say_anything_in_any_pieces(
        said in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..60)), 0..30),
    ) {
        let mut talk = Talk::new();
        for (engineer, bytes) in said {
            let body = packet(if engineer { 0 } else { talk.tracker.next_packet() }, &bytes);
            for piece in body.chunks(7) {
                if engineer {
                    let _any = talk.asks(piece);
                } else {
                    let _any = talk.hears(piece);
                }
            }
        }
        let _told = talk.tracker.finish(now());
    }
}
