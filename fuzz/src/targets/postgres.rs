//! PostgreSQL: first packets, and whole conversations between two hostile sides.

use ids::Timestamp;
use wire::Decoding;
use wire::postgres::{
    Bound, Collector, Ended, EngineerSide, Failure, MAX_SIGN_IN, Outcome, Parameters, Parsed,
    Passing, PatientColumns, Scram, Startup, TargetSide, Told, Tracker, authentication, back_kind,
    message, query, startup,
};
use wire::statements::{MAX_PATIENT, MOST_AT_ONCE};

use crate::bytes::{Input, field, pieces};

/// What comes before the first statement, of either side.
pub(super) fn first(bytes: &[u8]) {
    if let Ok(Decoding::Complete { message, used }) = Startup::decode(bytes) {
        assert!((8..=bytes.len()).contains(&used));
        let cut = bytes.get(..used - 1).unwrap_or_default();
        assert!(matches!(
            Startup::decode(cut),
            Ok(Decoding::Needs(_)) | Err(_)
        ));
        if let Startup::Session { parameters, .. } = message
            && let Ok(read) = Parameters::read(&parameters)
        {
            // What goes on is of the list, and nothing of it turns off what keeps a reader.
            for (name, _) in &read.passed {
                assert!(wire::postgres::ALLOWED.contains(&name.as_str()), "{name}");
            }
        }
    }
    let _any = (authentication(bytes), Failure::read(bytes));
    let (parsed, bound) = (Parsed::read(bytes), Bound::read(bytes));
    assert!(parsed.text.len() <= 4096 && parsed.name.len() <= 256);
    let parameters = bound.parameters.iter().flatten().map(String::len);
    assert!(parameters.sum::<usize>() <= 4096);
    let mut collector = Collector::new();
    let (mut rest, mut kept) = (bytes, 0);
    while let Ok(Some(said)) = collector.next(&mut rest) {
        kept += said.body.len();
    }
    assert!(kept <= MAX_SIGN_IN);
    // Rounds are few here: a fuzzer would wait for each.
    let mut scram = Scram::new(wire::postgres::Binding::None, &[0; 18]);
    if !bytes
        .windows(2)
        .any(|pair| pair.iter().all(u8::is_ascii_digit))
    {
        let _any = scram.answer(b"secret", bytes);
    }
    assert!(scram.verify(bytes).is_err());
}

/// Both sides in turns. The first byte says how they are cut into pieces; fields alternate.
pub(super) fn conversation(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let turn = input.u8();
    let (mut engineer, mut target) = (EngineerSide::new(), TargetSide::new());
    // A column that bytes of a fuzzer's find: table 1, column 1.
    let mut tracker = Tracker::watching(PatientColumns(vec![(1, 1)]));
    let mut purse = 1000_u64;
    let (mut began, mut ended) = (Vec::new(), Vec::new());
    let mut now = 0;
    let mut learn = |told: Vec<Told>| {
        for told in told {
            match told {
                Told::Began(statement) => began.push(statement.number),
                Told::Ended(Ended { number, .. }) => ended.push(number),
                Told::Said(_) => {}
                Told::Patients(told) => assert!(
                    told.patients.len() <= MOST_AT_ONCE
                        && told.patients.iter().all(|one| one.len() <= MAX_PATIENT)
                ),
            }
        }
    };
    'talk: while !input.is_empty() && !tracker.is_full() {
        for side in [true, false] {
            let said = input.field();
            let mut passed = Vec::new();
            let mut over = false;
            for piece in pieces(said, turn) {
                now += 1;
                let at = Timestamp::from_millis(now);
                let mut passing = Passing::default();
                over = if side {
                    engineer
                        .take(piece, &mut tracker, at, &mut passing)
                        .is_err()
                } else {
                    let before = purse;
                    let spend = |bytes: u64| match purse.checked_sub(bytes) {
                        Some(left) => {
                            purse = left;
                            true
                        }
                        None => false,
                    };
                    let taken = target.take(piece, &mut tracker, at, spend, &mut passing);
                    assert!(purse <= before);
                    !matches!(taken, Ok(true))
                };
                learn(passing.told);
                passed.extend(passing.bytes);
                if over {
                    break;
                }
            }
            if over {
                break 'talk;
            }
        }
    }
    let left = tracker.finish(Timestamp::from_millis(now));
    for told in &left {
        if let Told::Ended(end) = told {
            assert!(matches!(
                end.outcome,
                Outcome::Unfinished | Outcome::Failed(_)
            ));
        }
    }
    learn(left);
    // Numbers are given in order, and every statement ends exactly once.
    assert!(
        began
            .iter()
            .copied()
            .eq(0..u64::try_from(began.len()).unwrap())
    );
    ended.sort_unstable();
    assert_eq!(ended, began);
}

pub(super) fn first_seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "startup",
            startup([
                ("user", "arai"),
                ("database", "orca"),
                ("options", "-c search_path=a"),
            ]),
        ),
        ("ssl", wire::postgres::SSL_REQUEST.to_vec()),
        ("sasl", message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")),
        ("ready", message(back_kind::READY, b"I")),
        ("failure", b"SFATAL\0VFATAL\0C28P01\0Mno\0\0".to_vec()),
        (
            "bind",
            b"p\0s\0\0\x01\0\0\0\x02\0\0\0\x02ab\xff\xff\xff\xff\0\0".to_vec(),
        ),
    ]
}

pub(super) fn conversation_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let ready = message(back_kind::READY, b"I");
    let answer = [
        message(back_kind::ROW, b"\0\x01\0\0\0\x011"),
        message(back_kind::COMPLETE, b"SELECT 1\0"),
        ready.clone(),
    ]
    .concat();
    let series = [
        message(b'P', b"\0select $1\0\0\0"),
        message(b'B', b"\0\0\0\0\0\x01\0\0\0\x01a\0\0"),
        message(b'D', b"P\0"),
        message(b'E', b"\0\0\0\0\0"),
        message(b'S', b""),
    ]
    .concat();
    let failed = [
        message(b'1', b""),
        message(b'E', b"SERROR\0C42601\0Mno\0\0"),
        ready,
    ]
    .concat();
    let copy = [
        message(b'G', b"\0\0\0"),
        message(b'C', b"COPY 1\0"),
        message(b'Z', b"I"),
    ]
    .concat();
    let data = [message(b'd', b"1\ta\n"), message(b'c', b"")].concat();
    let talk = |turn: u8, said: &[&[u8]]| {
        let fields = said.iter().map(|said| field(said));
        [vec![turn], fields.collect::<Vec<_>>().concat()].concat()
    };
    vec![
        ("query", talk(0, &[&query("select 1"), &answer])),
        ("series", talk(3, &[&series, &failed, &series, &answer])),
        (
            "copy",
            talk(5, &[&query("copy t from stdin"), &[], &data, &copy]),
        ),
        (
            "rows",
            talk(
                1,
                &[&query("select 2"), &message(b'D', &[0; 300]).repeat(4)],
            ),
        ),
    ]
}
