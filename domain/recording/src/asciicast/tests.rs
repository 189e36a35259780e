//! What players read.

use proptest::prelude::*;

use super::*;
use crate::note::What;
use crate::typed::Typist;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + millis)
}

fn opened(channel: u32) -> Content<'static> {
    Content::Channel(ChannelNote::Opened {
        channel,
        what: What::Shell,
        terminal: Some(Terminal {
            term: "xterm-256color".into(),
            columns: 120,
            rows: 40,
        }),
    })
}

fn output(channel: u32, bytes: &[u8]) -> Content<'_> {
    Content::Stream {
        direction: Direction::FromTarget,
        channel,
        stream: Stream::Output,
        bytes,
    }
}

fn cast(mut cast: Asciicast, contents: &[(i64, Content<'_>)]) -> String {
    let mut out = String::new();
    for (millis, content) in contents {
        cast.see(at(*millis), content, &mut out);
    }
    cast.finish(&mut out);
    out
}

#[test]
fn a_channel_becomes_a_header_and_events() {
    let mut typist = Typist::new(1);
    let pieces = typist.typed(b"ls\r", &[1; 32]).unwrap();
    let typed = Content::Typed {
        channel: 1,
        line: 0,
        sealed: &pieces[0].sealed,
    };
    let revealed = typist.shown(b"ls\r\n").remove(0);
    let contents = [
        (0, Content::Notice("before it was opened")),
        (1000, opened(1)),
        (1200, output(1, "半".as_bytes().split_at(1).0)),
        (1300, output(1, "半".as_bytes().split_at(1).1)),
        (1350, output(2, b"another channel")),
        (1400, typed),
        (2500, output(1, b"ls\r\n")),
        (2500, Content::Channel(revealed)),
        (
            2600,
            Content::Channel(ChannelNote::Resized {
                channel: 1,
                columns: 80,
                rows: 0,
            }),
        ),
        (2700, Content::Notice("paused \"now\"")),
        (2650, output(1, b"\x1b[31m\x1b]0;x\x07\x9b")),
        (2800, output(1, b"\xe5")),
        (2900, Content::Channel(ChannelNote::Closed { channel: 1 })),
        (3000, Content::End("after it was closed")),
    ];
    let expected = [
        r#"{"version":2,"width":120,"height":40,"timestamp":1795000001,"env":{"TERM":"xterm-256color"}}"#,
        r#"[0.300, "o", "半"]"#,
        r#"[1.500, "o", "ls\r\n"]"#,
        r#"[1.500, "i", "ls\r"]"#,
        r#"[1.600, "r", "80x1"]"#,
        r#"[1.700, "m", "paused \"now\""]"#,
        r#"[1.700, "o", "\u001b[31m�"]"#,
        r#"[1.900, "o", "�"]"#,
        "",
    ];
    assert_eq!(cast(Asciicast::new(1), &contents), expected.join("\n"));
    let raw = cast(Asciicast::dangerous_raw(1), &contents);
    assert!(raw.contains(r#""\u001b[31m\u001b]0;x\u0007�""#), "{raw}");
    assert_eq!(cast(Asciicast::new(7), &contents), "");
}

#[test]
fn l29_a_masked_line_is_not_exported() {
    let mut typist = Typist::new(1);
    let pieces = typist.typed(b"hunter2\r", &[1; 32]).unwrap();
    assert_eq!(typist.shown(b"\r\n# "), []);
    let typed = Content::Typed {
        channel: 1,
        line: 0,
        sealed: &pieces[0].sealed,
    };
    let forged = ChannelNote::Revealed {
        channel: 1,
        line: 0,
        key: crate::note::LineKey::new(&[0; 32]),
    };
    let contents = [(0, opened(1)), (1, typed), (2, Content::Channel(forged))];
    assert_eq!(cast(Asciicast::new(1), &contents).lines().count(), 1);
}

proptest! {
    #[test]
    fn any_output_gives_valid_lines_with_the_text_of_the_whole(
        chunks in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..12), 0i64..5000), 0..20),
    ) {
        let mut contents = vec![(0, opened(1))];
        contents.extend(chunks.iter().map(|(bytes, millis)| (*millis, output(1, bytes))));
        let out = cast(Asciicast::dangerous_raw(1), &contents);
        let (mut text, mut last) = (String::new(), 0.0);
        for line in out.lines().skip(1) {
            let (after, kind, data): (f64, String, String) = serde_json::from_str(line).unwrap();
            prop_assert!(kind == "o" && after >= last);
            last = after;
            text.push_str(&data);
        }
        let whole: Vec<u8> = chunks.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        prop_assert_eq!(text, String::from_utf8_lossy(&whole));
    }
}
