use super::*;

fn sent() -> Vec<Sent> {
    let size = Size {
        columns: 80,
        rows: 24,
        width: 0,
        height: 7,
    };
    vec![
        Sent::Terminal(Terminal {
            term: "xterm".to_owned(),
            size,
            modes: vec![(Pty::VINTR, 3), (Pty::ECHO, 1)],
        }),
        Sent::Variable {
            name: "LANG".to_owned(),
            value: "ja_JP.UTF-8".to_owned(),
        },
        Sent::Start(Start::Shell),
        Sent::Start(Start::Exec(b"cat \xff".to_vec())),
        Sent::Start(Start::Subsystem("sftp".to_owned())),
        Sent::Data(b"bytes".to_vec()),
        Sent::Eof,
        Sent::Resize(size),
        Sent::Signal("TERM".to_owned()),
        Sent::Close,
    ]
}

fn came() -> Vec<Came> {
    let said = |said| Came::Received(Received::Said(said));
    vec![
        Came::Opened,
        Came::Refused("no".to_owned()),
        Came::Ended,
        Came::Received(piece(Stream::Main, b"out")),
        Came::Received(piece(Stream::Error, b"err")),
        Came::Received(Received::Eof),
        said(Said::Answered {
            wanted: Wanted::Start,
            granted: true,
        }),
        said(Said::Exit(Exit::Status(259))),
        said(Said::Exit(Exit::Signal {
            name: "KILL".to_owned(),
            core: false,
            message: "終了".to_owned(),
        })),
        Came::Received(Received::Closed(Closed::WithConnection)),
    ]
}

#[test]
fn whatever_passes_on_a_channel_crosses_as_it_is() {
    for what in sent() {
        assert_eq!(Sent::decode(&what.encode()), Some(what));
    }
    for what in came() {
        let read = Came::decode(&what.encode());
        assert_eq!(format!("{:?}", read.unwrap()), format!("{what:?}"));
    }
}

#[test]
fn what_is_cut_off_or_has_something_behind_it_says_nothing_else() {
    let fixed = [OPENED, ENDED, EOF, ANSWERED, STATUS, CLOSE];
    for what in came() {
        let packet = what.encode();
        if fixed.contains(&packet[0]) {
            for length in 0..packet.len() {
                assert!(Came::decode(&packet[..length]).is_none(), "{what:?}");
            }
            let longer = [packet.as_slice(), b"x"].concat();
            assert!(Came::decode(&longer).is_none(), "{what:?}");
        }
    }
    for none in [&b""[..], b"d", b"q", b"a\x03\x01", b"a\x01\x02", b"g\x02"] {
        assert!(Came::decode(none).is_none(), "{none:?}");
    }
}

#[test]
fn a_text_longer_than_a_target_may_say_is_none() {
    let long = Came::Refused("x".repeat(LONGEST_VALUE + 1));
    assert!(Came::decode(&long.encode()).is_none());
    let signal = Exit::Signal {
        name: "x".repeat(LONGEST_NAME + 1),
        core: false,
        message: String::new(),
    };
    let long = Came::Received(Received::Said(Said::Exit(signal)));
    assert!(Came::decode(&long.encode()).is_none());
}
