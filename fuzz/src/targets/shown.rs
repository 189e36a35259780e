//! What a target wrote to the screen, as a reviewer's terminal, an index and a player get it.

use std::time::Duration;

use recording::{Asciicast, Content, Indexer, Inert, Replay};

use super::recording::{at, kind};
use crate::bytes::{Input, field, pieces};

/// Filters the output whole and in pieces, and shows a whole recording to everybody who reads one.
pub(super) fn run(bytes: &[u8]) {
    let whole = inert(&[bytes]);
    for turn in 0..3 {
        assert_eq!(inert(&pieces(bytes, turn)), whole, "in pieces");
    }
    let text = std::str::from_utf8(&whole).expect("what is shown is UTF-8");
    harmless(text);
    assert_eq!(
        inert(&[text.as_bytes()]),
        whole,
        "twice filtered is once filtered"
    );
    recorded(bytes);
}

fn inert(pieces: &[&[u8]]) -> Vec<u8> {
    let (mut inert, mut out) = (Inert::new(), Vec::new());
    pieces
        .iter()
        .for_each(|piece| inert.filter(piece, &mut out));
    inert.finish(&mut out);
    out
}

/// No string sequence, no control that answers or rings, nothing that turns the direction of text.
fn harmless(text: &str) {
    for (at, character) in text.char_indices() {
        match character {
            '\r' | '\n' | '\t' | '\u{8}' => {}
            '\u{1b}' => {
                let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
                let known = matches!(next, Some('[' | '(' | '7' | '8' | 'D' | 'E' | 'M' | 'c'));
                assert!(known, "ESC {next:?}");
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => panic!("{character:?}"),
            character => assert!(!character.is_control(), "{character:?}"),
        }
    }
}

fn recorded(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let (mut index, mut cast) = (Indexer::new(), Asciicast::new(0));
    let mut replay = Replay::new(0, Duration::from_secs(2));
    let (mut lines, mut millis) = (String::new(), 0);
    while !input.is_empty() {
        let kind = kind(input.u8());
        millis += i64::from(input.u8());
        let Ok(content) = Content::decode(kind, input.field()) else {
            continue;
        };
        index.see(at(millis), &content);
        cast.see(at(millis), &content, &mut lines);
        let _ = replay.see(at(millis), &content);
    }
    cast.finish(&mut lines);
    let index = index.finish();
    assert!(!format!("{index:?}").is_empty());
    for line in lines.lines() {
        let read: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(read.is_ok(), "no line of an asciicast: {line}");
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let of = |kind: u8, content: &[u8]| [&[kind, 100][..], &field(content)].concat();
    let shell = br#"{"opened":{"channel":0,"what":"shell","terminal":{"term":"xterm","columns":80,"rows":24}}}"#;
    let talk = [
        of(12, shell),
        of(7, b"ls -l\r\0\0\0\0"),
        of(8, b"\x1b]0;title\x07\x1b[1m$\x1b[0m ls -l\r\n\0\0\0\0"),
        of(12, br#"{"resized":{"channel":0,"columns":132,"rows":50}}"#),
        of(12, br#"{"exited":{"channel":0,"status":0,"signal":null}}"#),
        of(6, b"closed"),
    ];
    vec![
        ("recording", talk.concat()),
        (
            "colours",
            b"\x1b[38;5;196mred\x1b[8mhidden\x1b[58:2::1:2:3m\x1b[?1049h\x1b[?25l".to_vec(),
        ),
        (
            "attacks",
            b"\x1b]52;c;aGk=\x07\x1bP1$r0m\x1b\\\x1b[6n\x1b[21t\xc2\x9b31m\xe5\x8d\x1bc".to_vec(),
        ),
        (
            "japanese",
            "半田市立病院\u{202e}gpj.exe\r\n".as_bytes().to_vec(),
        ),
    ]
}
