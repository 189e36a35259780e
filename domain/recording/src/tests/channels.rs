//! Frames of channels: bytes, typed pieces, notes.

use ids::Digest;
use proptest::prelude::*;

use super::*;

fn every_note() -> Vec<ChannelNote> {
    let what = || "ls -l '半田'".to_owned();
    let by = || "nurse@handa".to_owned();
    let terminal = Terminal {
        term: "xterm-256color".into(),
        columns: 120,
        rows: 40,
    };
    let opened = |what, terminal| ChannelNote::Opened {
        channel: 3,
        what,
        terminal,
    };
    vec![
        opened(What::Shell, Some(terminal.clone())),
        opened(What::Exec { command: what() }, Some(terminal)),
        opened(What::Sftp, None),
        opened(What::Scp { command: what() }, None),
        ChannelNote::Resized {
            channel: 3,
            columns: 80,
            rows: 24,
        },
        ChannelNote::Exited {
            channel: 3,
            status: Some(1),
            signal: Some("TERM".into()),
        },
        ChannelNote::Closed { channel: 3 },
        ChannelNote::File(FileNote {
            channel: 3,
            direction: Direction::FromTarget,
            path: "/var/log/app.log".into(),
            bytes: 1 << 40,
            sha256: Some(Digest([7; 32])),
            whole: true,
        }),
        ChannelNote::Revealed {
            channel: 3,
            line: u64::MAX,
            key: LineKey::new(&[0xab; 32]),
        },
        ChannelNote::Refused {
            channel: None,
            what: "direct-tcpip db:5432".into(),
            reasons: vec!["forwarding_not_granted".into()],
        },
        ChannelNote::Paused { by: by() },
        ChannelNote::Continued { by: by() },
        ChannelNote::Attended { by: by() },
        ChannelNote::AttendantLeft { by: by() },
    ]
}

fn every_stream(bytes: &[u8]) -> Vec<Content<'_>> {
    let mut all = Vec::new();
    for direction in [Direction::ToTarget, Direction::FromTarget] {
        for stream in [Stream::Output, Stream::Error] {
            all.push(Content::Stream {
                direction,
                channel: 0x0102_0304,
                stream,
                bytes,
            });
        }
    }
    all.push(Content::Typed {
        channel: 0x0102_0304,
        line: 5,
        sealed: bytes,
    });
    all
}

#[test]
fn what_was_seen_of_channels_is_read_back_and_counted() {
    let mut contents = vec![start()];
    contents.extend(every_stream(b"thirty bytes, of which some ..."));
    contents.extend(every_stream(b""));
    contents.extend(every_note().into_iter().map(Content::Channel));
    contents.push(Content::End("over"));
    let bytes = segment(&contents, 4, Ending::Ended);
    let mut shown = Vec::new();
    let summary = read(&bytes, &key(1), &mut unpack, &mut |header, content, _| {
        let read = Content::decode(header.kind, &[]);
        assert!(read.is_err() || matches!(content, Content::Start(_) | Content::End(_)));
        shown.push(format!("{content:?}"));
    })
    .unwrap();
    let expected: Vec<_> = contents.iter().map(|c| format!("{c:?}")).collect();
    assert_eq!(shown, expected);
    assert_eq!((summary.sent, summary.received), (2 * 31 + 11, 2 * 31));
}

#[test]
fn a_note_reads_back_and_has_no_unknown_part() {
    for note in every_note() {
        let json = note.encode().unwrap();
        assert_eq!(ChannelNote::decode(&json), Ok(note.clone()));
        let text = String::from_utf8(json).unwrap();
        let inner = text.replacen(":{", r#":{"new":1,"#, 1);
        assert_eq!(
            ChannelNote::decode(inner.as_bytes()),
            Err(NotAFrame::Content),
            "{inner}"
        );
        let outer = text.replacen('{', r#"{"new":1,"#, 1);
        assert_eq!(
            ChannelNote::decode(outer.as_bytes()),
            Err(NotAFrame::Content),
            "{outer}"
        );
    }
}

#[test]
fn a_text_that_is_too_long_is_cut_where_one_sees_it() {
    let long = "半".repeat(MAX_TEXT);
    let note = ChannelNote::Opened {
        channel: 0,
        what: What::Exec {
            command: long.clone(),
        },
        terminal: Some(Terminal {
            term: long.clone(),
            columns: 1,
            rows: 1,
        }),
    };
    let read = ChannelNote::decode(&note.encode().unwrap()).unwrap();
    let ChannelNote::Opened {
        what: What::Exec { command },
        terminal: Some(terminal),
        ..
    } = read
    else {
        panic!("another note");
    };
    assert!(command.len() <= MAX_TEXT && command.ends_with("半…"));
    assert!(terminal.term.len() <= MAX_NAME && terminal.term.ends_with("半…"));
    // Not cut by whoever wrote it: not ours.
    let forged = serde_json::to_vec(&note).unwrap();
    assert_eq!(ChannelNote::decode(&forged), Err(NotAFrame::Content));
}

#[test]
fn the_worst_texts_still_fit_a_note() {
    let worst = "\u{1}".repeat(MAX_TEXT);
    let note = ChannelNote::Refused {
        channel: Some(u32::MAX),
        what: worst.clone(),
        reasons: vec![worst; 3 * MAX_REASONS],
    };
    let read = ChannelNote::decode(&note.encode().unwrap()).unwrap();
    let ChannelNote::Refused { reasons, .. } = read else {
        panic!("another note");
    };
    assert_eq!(reasons.len(), MAX_REASONS);
    assert_eq!(reasons.last().map(String::as_str), Some(CUT));
}

#[test]
fn l29_the_key_of_a_line_is_not_shown() {
    let note = ChannelNote::Revealed {
        channel: 1,
        line: 2,
        key: LineKey::new(&[0xab; 32]),
    };
    assert!(!format!("{note:?} {note}").contains("abab"));
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer_about_channels(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = ChannelNote::decode(&bytes);
        for direction in [Direction::ToTarget, Direction::FromTarget] {
            for stream in [Stream::Output, Stream::Error] {
                let _ = Content::decode(Kind::Stream(direction, stream), &bytes);
            }
        }
        let _ = Content::decode(Kind::Typed, &bytes);
        let _ = Content::decode(Kind::Channel, &bytes);
    }
}
