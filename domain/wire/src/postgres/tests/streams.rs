use ids::Timestamp;
use proptest::prelude::*;

use crate::postgres::*;

fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

fn engineer(pieces: &[&[u8]]) -> (Vec<u8>, Vec<Told>, Option<Misbehaviour>) {
    let (mut side, mut tracker) = (EngineerSide::new(), Tracker::new());
    let (mut bytes, mut told) = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut passing = Passing::default();
        let taken = side.take(piece, &mut tracker, now(), &mut passing);
        bytes.extend(passing.bytes);
        told.extend(passing.told);
        if let Err(wrong) = taken {
            return (bytes, told, Some(wrong));
        }
    }
    (bytes, told, None)
}

#[test]
fn a_statement_passes_when_it_was_told_and_not_before() {
    let message = query("select 1");
    let (mut side, mut tracker) = (EngineerSide::new(), Tracker::new());
    for (at, byte) in message.iter().enumerate() {
        let mut passing = Passing::default();
        side.take(&[*byte], &mut tracker, now(), &mut passing)
            .unwrap();
        let last = at + 1 == message.len();
        assert_eq!(passing.told.len(), usize::from(last));
        assert_eq!(passing.bytes, if last { message.clone() } else { vec![] });
    }
}

#[test]
fn a_statement_longer_than_what_is_kept_passes_from_there_on_as_it_arrives() {
    let text = "x".repeat(5 * KEPT);
    let message = query(&text);
    let (mut side, mut tracker) = (EngineerSide::new(), Tracker::new());
    let mut passing = Passing::default();
    side.take(&message[..KEPT + HEADER], &mut tracker, now(), &mut passing)
        .unwrap();
    assert_eq!(passing.bytes.len(), KEPT + HEADER);
    let [Told::Began(statement)] = passing.told.as_slice() else {
        panic!("{:?}", passing.told.len());
    };
    assert_eq!((statement.text.len(), statement.whole), (4096, false));
    let mut passing = Passing::default();
    side.take(&message[KEPT + HEADER..], &mut tracker, now(), &mut passing)
        .unwrap();
    assert_eq!(passing.bytes, &message[KEPT + HEADER..]);
    assert!(passing.told.is_empty());
}

#[test]
fn a_password_a_key_and_replication_have_no_place_after_signing_in() {
    let (_, _, wrong) = engineer(&[&password(b"x")]);
    assert_eq!(wrong, Some(Misbehaviour::Unexpected { kind: b'p' }));
    for kind in [b'K', b'R', b'W', b'v', b'x', 0] {
        let mut side = TargetSide::new();
        let taken = side.take(
            &message(kind, b"....."),
            &mut Tracker::new(),
            now(),
            |_| true,
            &mut Passing::default(),
        );
        assert_eq!(taken, Err(Misbehaviour::Unexpected { kind }));
    }
}

#[test]
fn rows_are_paid_for_before_they_pass_and_what_cannot_be_paid_for_does_not() {
    let row = message(back_kind::ROW, &[7; 100]);
    let rows = row.repeat(5);
    let mut left = 250_u64;
    let mut passing = Passing::default();
    let taken = TargetSide::new().take(
        &rows,
        &mut Tracker::new(),
        now(),
        |bytes| left.checked_sub(bytes).map(|rest| left = rest).is_some(),
        &mut passing,
    );
    assert_eq!(taken, Ok(false));
    assert_eq!(passing.bytes, row.repeat(2));
    assert_eq!(left, 50);
}

#[test]
fn data_in_remarks_failures_and_notifications_is_paid_for_too() {
    for kind in [b'D', b'd', b'V', b'N', b'E', b'A'] {
        let mut asked = 0;
        let taken = TargetSide::new().take(
            &message(kind, &[0; 33]),
            &mut Tracker::new(),
            now(),
            |bytes| {
                asked += bytes;
                true
            },
            &mut Passing::default(),
        );
        assert_eq!((taken, asked), (Ok(true), 33));
    }
}

#[test]
fn a_length_that_cannot_be_is_refused_before_anything_is_kept() {
    for length in [0_u32, 3, MAX_BODY + 5, u32::MAX] {
        let bytes = [&[b'D'][..], &length.to_be_bytes()].concat();
        let wrong = Framer::new().next(&mut &bytes[..]);
        assert!(
            matches!(wrong, Err(Misbehaviour::Length { announced, .. }) if announced == length)
        );
    }
}

proptest! {
    #[test]
    fn the_pieces_in_which_bytes_come_make_no_difference(
        messages in proptest::collection::vec(
            (prop::sample::select(&b"QPBDECSHFdcfX"[..]), proptest::collection::vec(any::<u8>(), 0..60)),
            0..12,
        ),
        cuts in proptest::collection::vec(1_usize..40, 1..30),
    ) {
        let all: Vec<u8> = messages.iter().flat_map(|(kind, body)| message(*kind, body)).collect();
        let mut pieces = Vec::new();
        let mut rest = &all[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        let whole = engineer(&[&all]);
        prop_assert_eq!(&engineer(&pieces), &whole);
        prop_assert_eq!(whole.0, all, "every whole message passes as it came");
    }

    #[test]
    fn any_bytes_of_either_side_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (passed, _, _) = engineer(&[&bytes]);
        prop_assert!(bytes.starts_with(&passed));
        let mut passing = Passing::default();
        let _any = TargetSide::new().take(&bytes, &mut Tracker::new(), now(), |_| true, &mut passing);
        prop_assert!(bytes.starts_with(&passing.bytes));
    }
}
