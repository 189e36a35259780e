use proptest::prelude::*;

use crate::Decoding;
use crate::postgres::*;

fn parameters(given: &[(&str, &str)]) -> Result<Parameters, Refused> {
    let given: Vec<(String, String)> = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Parameters::read(&given)
}

#[test]
fn a_first_packet_is_read_as_it_was_written() {
    let packet = startup([("user", "arai"), ("database", "orca")]);
    let Ok(Decoding::Complete { message, used }) = Startup::decode(&packet) else {
        panic!("not whole");
    };
    assert_eq!(used, packet.len());
    let expected = [("user", "arai"), ("database", "orca")];
    let parameters = expected
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    assert_eq!(
        message,
        Startup::Session {
            minor: 0,
            parameters: parameters.collect()
        }
    );
    for cut in 0..packet.len() {
        assert!(matches!(
            Startup::decode(&packet[..cut]),
            Ok(Decoding::Needs(_))
        ));
    }
}

#[test]
fn the_questions_before_a_session_are_known() {
    let ssl = Startup::decode(&SSL_REQUEST).unwrap();
    assert!(matches!(
        ssl,
        Decoding::Complete {
            message: Startup::Ssl,
            used: 8
        }
    ));
    let key = CancelKey {
        process: 7,
        secret: vec![1, 2, 3, 4],
    };
    let Ok(Decoding::Complete { message, .. }) = Startup::decode(&cancel_request(&key)) else {
        panic!("not whole");
    };
    assert_eq!(message, Startup::Cancel(key));
}

#[test]
fn a_first_packet_is_refused_by_its_length_before_anything_is_kept() {
    for length in [0_u32, 7, 10_001, u32::MAX] {
        let packet = [&length.to_be_bytes()[..], &[0; 4]].concat();
        let refused = Startup::decode(&packet);
        assert!(
            matches!(refused, Err(Misbehaviour::Length { announced, .. }) if announced == length)
        );
    }
}

#[test]
fn another_version_than_3_is_refused_by_name_and_3_2_is_negotiated() {
    let mut packet = startup([("user", "a")]);
    packet[5] = 2;
    assert_eq!(
        Startup::decode(&packet),
        Err(Misbehaviour::VersionNotSpoken { major: 2, minor: 0 })
    );
    packet[5] = 3;
    packet[7] = 2;
    let Ok(Decoding::Complete { message, .. }) = Startup::decode(&packet) else {
        panic!("not whole");
    };
    assert!(matches!(message, Startup::Session { minor: 2, .. }));
}

#[test]
fn only_parameters_of_the_list_go_on_however_they_are_written() {
    let read = parameters(&[
        ("user", "arai"),
        ("TimeZone", "Asia/Tokyo"),
        ("options", r"-c statement_timeout=5s --search-path=a\ b"),
        ("lc_messages", "ja_JP.UTF-8"),
        ("replication", "false"),
        ("_pq_.new", "1"),
    ])
    .unwrap();
    assert_eq!(read.database, "arai", "as libpq has it");
    let passed: Vec<(&str, &str)> = read
        .passed
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        passed,
        [
            ("timezone", "Asia/Tokyo"),
            ("statement_timeout", "5s"),
            ("search_path", "a b")
        ]
    );
    assert_eq!(read.messages.as_deref(), Some("ja_JP.UTF-8"));
    assert_eq!(read.extensions, ["_pq_.new"]);
    for refused in [
        ("role", "postgres"),
        ("session_authorization", "postgres"),
        ("default_transaction_read_only", "off"),
        ("options", "-c default_transaction_read_only=off"),
        ("options", "-csession_preload_libraries=x"),
        ("options", "-d 5"),
    ] {
        let read = parameters(&[("user", "arai"), refused]);
        assert!(
            matches!(read, Err(Refused::Parameter { .. })),
            "{refused:?}"
        );
    }
    for replication in ["database", "true", "1", ""] {
        let read = parameters(&[("user", "arai"), ("replication", replication)]);
        assert_eq!(read, Err(Refused::Replication));
    }
    assert_eq!(parameters(&[("database", "x")]), Err(Refused::NoUser));
}

#[test]
fn letters_beyond_ascii_are_said_to_programs_that_read_them() {
    for (encoding, reads) in [("UTF8", true), ("utf-8", true), ("SJIS", false)] {
        let read = parameters(&[("user", "a"), ("client_encoding", encoding)]).unwrap();
        assert_eq!(read.reads_utf8(), reads, "{encoding}");
    }
}

proptest! {
    #[test]
    fn any_first_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(Decoding::Complete { used, .. }) = Startup::decode(&bytes) {
            prop_assert!(used <= bytes.len());
        }
        let _any = authentication(&bytes);
        let _any = (own_key(&bytes), parameter(&bytes), first_column(&bytes));
        let _any = (Failure::read(&bytes), Parsed::read(&bytes), Bound::read(&bytes));
    }
}
