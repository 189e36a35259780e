//! What was typed, by its bytes.

use crate::scan::Utf8;

/// The longest escape sequence that a key sends.
const MAX_SEQUENCE: u8 = 16;

/// What one or several bytes from the keyboard mean. Keys that are no characters mean nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A character that is echoed, if typing is echoed.
    Character(char),
    /// What no echo can be held against: not UTF-8, or too long a sequence.
    Unreadable,
    /// Enter, `^C`, `^D` or `^Z`.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Plain,
    Escape,
    /// After `ESC [`, with so many bytes of parameters.
    Sequence(u8),
    /// After `ESC O`: one byte more.
    Function,
}

/// Takes typed bytes apart, wherever they are split.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    state: State,
    utf8: Utf8,
}

impl Keyboard {
    pub(super) fn press(&mut self, byte: u8, tell: &mut impl FnMut(Key)) {
        let state = std::mem::take(&mut self.state);
        // A control is what it is, also in the midst of a sequence; other bytes belong to it.
        if state == State::Plain || !(0x20..0x7f).contains(&byte) {
            return self.plain(byte, tell);
        }
        self.state = match (state, byte) {
            (State::Escape, b'[') => State::Sequence(0),
            (State::Escape, b'O') => State::Function,
            (State::Sequence(length), 0x20..=0x3f) if length < MAX_SEQUENCE => {
                State::Sequence(length + 1)
            }
            (State::Sequence(_), 0x20..=0x3f) => {
                tell(Key::Unreadable);
                State::Plain
            }
            _ => State::Plain,
        };
    }

    fn plain(&mut self, byte: u8, tell: &mut impl FnMut(Key)) {
        let mut character = |c: char| match c {
            char::REPLACEMENT_CHARACTER => tell(Key::Unreadable),
            c if c.is_control() => tell(Key::Unreadable),
            c => tell(Key::Character(c)),
        };
        if byte >= 0x80 {
            return self.utf8.push(byte, &mut character);
        }
        self.utf8.finish(&mut character);
        match byte {
            b'\r' | b'\n' | 0x03 | 0x04 | 0x1a => tell(Key::End),
            0x1b => self.state = State::Escape,
            0x20..=0x7e => character(char::from(byte)),
            _ => {}
        }
    }
}
