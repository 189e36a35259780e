//! What is typed into a terminal, and what the terminal shows: a line is readable once it was echoed.

use recording::{ChannelNote, Typist, Unmasker};

use crate::bytes::{Input, field};

const CHANNEL: u32 = 4;

#[derive(Default)]
struct Desk {
    calls: u8,
    /// What was typed, by line.
    typed: Vec<Vec<u8>>,
    shown: Vec<u8>,
    revealed: Vec<(u64, Vec<u8>)>,
}

/// A conversation: what the engineer types and what the target shows, in turn. Whatever is revealed was
/// typed, once, and each of its characters was shown on the screen, in that order.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let (mut typist, mut unmasker) = (Typist::new(CHANNEL), Unmasker::new());
    let mut desk = Desk::default();
    while !input.is_empty() {
        let types = input.u8().is_multiple_of(2);
        let said = input.field();
        if types {
            desk.types(&mut typist, &mut unmasker, said);
        } else {
            desk.shows(&mut typist, &mut unmasker, said);
        }
    }
    let hidden = unmasker.closed(CHANNEL);
    assert!(hidden + desk.revealed.len() <= desk.typed.len() + 1);
    let screen = String::from_utf8_lossy(&desk.shown);
    for (number, line) in &desk.revealed {
        let place = usize::try_from(*number).unwrap_or(usize::MAX);
        assert_eq!(desk.typed.get(place), Some(line), "line {number}");
        was_shown(&String::from_utf8_lossy(line), &screen);
    }
}

impl Desk {
    fn types(&mut self, typist: &mut Typist, unmasker: &mut Unmasker, keys: &[u8]) {
        self.calls = self.calls.wrapping_add(1);
        let pieces = typist.typed(keys, &[self.calls; 32]).expect("a cipher");
        let mut rest = keys;
        for piece in pieces {
            let length = usize::try_from(recording::typed_length(&piece.sealed)).expect("short");
            let (typed, after) = rest.split_at(length);
            rest = after;
            let place = usize::try_from(piece.line).expect("few lines");
            assert!(place <= self.typed.len(), "lines are counted");
            if place == self.typed.len() {
                self.typed.push(Vec::new());
            }
            if let Some(line) = self.typed.get_mut(place) {
                line.extend_from_slice(typed);
            }
            let holds = piece
                .sealed
                .windows(8)
                .any(|sealed| typed.windows(8).any(|typed| sealed == typed));
            assert!(!holds, "in clear");
            unmasker.sealed(CHANNEL, piece.line, &piece.sealed);
        }
        assert!(rest.is_empty(), "what is typed is recorded");
    }

    fn shows(&mut self, typist: &mut Typist, unmasker: &mut Unmasker, output: &[u8]) {
        self.shown.extend_from_slice(output);
        for note in typist.shown(output) {
            let ChannelNote::Revealed { channel, line, key } = note else {
                panic!("{note:?}");
            };
            assert_eq!(channel, CHANNEL);
            assert!(self.revealed.iter().all(|(seen, _)| *seen != line), "twice");
            // What was cut to a bounded length is not given back at all.
            if let Some(typed) = unmasker.revealed(channel, line, &key) {
                self.revealed.push((line, typed));
            }
        }
    }
}

/// Keys that are no characters mean nothing to an echo; everything else was there, one after the other.
fn was_shown(line: &str, screen: &str) {
    let mut screen = screen.chars();
    let mut keys = line.chars().peekable();
    while let Some(key) = keys.next() {
        if key == '\u{1b}' {
            skip_sequence(&mut keys);
        } else if !key.is_control() {
            assert!(screen.any(|shown| shown == key), "{line:?} was not shown");
        }
    }
}

/// `ESC O` and one key, `ESC [` up to its final byte, or `ESC` and one key.
fn skip_sequence(keys: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let plain = |key: &char| ('\u{20}'..'\u{7f}').contains(key);
    match keys.next_if(plain) {
        Some('[') => {
            while keys
                .next_if(|key| ('\u{20}'..='\u{3f}').contains(key))
                .is_some()
            {}
            keys.next_if(plain);
        }
        Some('O') => drop(keys.next_if(plain)),
        _ => {}
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let desk = |said: &[(u8, &[u8])]| {
        let said = said
            .iter()
            .flat_map(|(side, bytes)| [&[*side][..], &field(bytes)].concat());
        said.collect::<Vec<u8>>()
    };
    let command = [
        (1, &b"$ "[..]),
        (0, b"l"),
        (1, b"l"),
        (0, b"s"),
        (1, b"s"),
        (0, b"\r"),
        (1, b"\r\na  b\r\n$ "),
    ];
    let password = [
        (1, &b"$ "[..]),
        (0, b"su\r"),
        (1, b"su\r\nPassword: "),
        (0, b"walnut-77\r"),
        (1, b"\r\n# "),
        (0, b"id\r"),
        (1, b"id\r\nroot\r\n# "),
    ];
    let keys = [
        (1, &b"\x1b[?2004h$ "[..]),
        (0, b"\x1b[A\x1bOB\x1b[200~caf\xc3\xa9\x1b[201~\r"),
        (1, b"caf\xc3\xa9\r\n"),
    ];
    let ahead = [
        (0, &b"one\rtwo\rthree\r"[..]),
        (1, b"one\r\n$ two\r\n$ three\r\n$ "),
    ];
    vec![
        ("command", desk(&command)),
        ("password", desk(&password)),
        ("keys", desk(&keys)),
        ("ahead", desk(&ahead)),
    ]
}
