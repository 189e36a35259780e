//! What is typed into a terminal: recorded before it is forwarded, readable only if it was echoed.
//!
//! What an engineer types has to be recorded before it is forwarded, and only afterwards it shows
//! whether it was a command, which the target echoes, or a password, which it does not (lesson L29).
//! So each typed line is sealed once more under a key of its own, that stays in memory. When the line
//! was seen on the screen, the key is recorded too. The key of a line that was never echoed is wiped:
//! then nobody can read the line, not even who holds the session's key.
//!
//! A line is what is typed up to and including Enter, `^C`, `^D` or `^Z`, or until a program takes or
//! leaves the whole screen, or a shell begins to read. It is revealed if every
//! character that was typed in it, also one that was erased again, was seen in the output, in this
//! order, from the line's first byte until the first new line of output after its end, or until the
//! next line is begun after the target showed something. Between two of them at most [`GAP`] other characters stand, and no new line of output: on a new line all of them
//! must be seen again. A line that was ended before the line before it was decided (type-ahead) is
//! held against whole lines of output, which must end with exactly what was typed.
//!
//! # Limits
//! - What is typed into a full-screen program is mostly not echoed as typed, and stays masked: single
//!   letters that are commands, text while the screen is drawn anew. The output shows their effect.
//! - Masked stays what was typed faster than the target echoed and then edited, what was typed through
//!   heavy output of another command, and a line whose echo the target changed.
//! - A password is revealed if the target shows its characters in the way described: because it echoes
//!   them, or because by chance just that output comes while it is typed. An echo of `*` is no echo.
//! - Escape sequences (arrows, function keys, Alt with a key) count as no characters.
//! - A line without characters, such as Enter alone, is revealed.

mod keyboard;
mod line;
mod unmask;

use std::collections::VecDeque;

use crate::frame::TAG;
use crate::key::NoCipher;
use crate::note::ChannelNote;
use crate::scan::{Scanner, Token};
use keyboard::{Key, Keyboard};
use line::{Line, MAX_LINE};

pub use unmask::Unmasker;

/// Bytes that sealing adds to a typed piece: its number in its line, and a tag.
pub const TYPED_OVERHEAD: usize = COUNTER + TAG;
const COUNTER: usize = 4;
/// Lines that wait to be decided. Who types further ahead than this has the oldest masked.
const MAX_UNDECIDED: usize = 64;
/// Lines of output that a line typed ahead waits for.
const MAX_AHEAD: u32 = 64;
/// Characters that may stand between the echo of two typed characters: a word drawn anew, not a line
/// of a log in which a password's letters happen to stand.
const GAP: u32 = 16;
/// Characters that may stand before the first: a prompt.
const FIRST_GAP: u32 = 256;

/// How many bytes were typed, by the length of their sealed piece.
pub fn typed_length(sealed: &[u8]) -> u64 {
    u64::try_from(sealed.len().saturating_sub(TYPED_OVERHEAD)).unwrap_or(u64::MAX)
}

/// A sealed piece of a line, to be recorded before the typed bytes are forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPiece {
    /// The line's number in its channel, from 0.
    pub line: u64,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Follows what is typed into one channel's terminal, and what the terminal shows.
pub struct Typist {
    channel: u32,
    keyboard: Keyboard,
    screen: Scanner,
    next_line: u64,
    /// Undecided lines, the oldest first. Only the last may still be growing.
    lines: VecDeque<Line>,
    /// The end of the output's current line, while a line typed ahead is held against it.
    tail: VecDeque<char>,
    /// Something was shown since something was typed.
    answered: bool,
}

impl std::fmt::Debug for Typist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typist(channel {})", self.channel)
    }
}

impl Typist {
    /// For a channel that was just opened with a terminal.
    pub fn new(channel: u32) -> Self {
        Self {
            channel,
            keyboard: Keyboard::default(),
            screen: Scanner::new(),
            next_line: 0,
            lines: VecDeque::new(),
            tail: VecDeque::new(),
            answered: false,
        }
    }

    /// Seals `bytes` that the engineer typed; the pieces are to be recorded before `bytes` are
    /// forwarded.
    ///
    /// `fresh` are 32 random bytes, other ones for each call; the caller wipes them. From them each
    /// line that begins in `bytes` has its own key.
    ///
    /// # Errors
    /// If the cipher refuses: then nothing may be forwarded.
    pub fn typed(&mut self, bytes: &[u8], fresh: &[u8; 32]) -> Result<Vec<TypedPiece>, NoCipher> {
        self.mask_what_was_answered(bytes);
        let mut pieces = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (length, ends) = self.follow(rest, fresh);
            let (piece, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            let channel = self.channel;
            let Some(line) = self.lines.back_mut() else {
                return Err(NoCipher);
            };
            pieces.push(TypedPiece {
                line: line.number,
                sealed: line.seal(channel, piece)?,
            });
            line.ended = ends;
            self.forget_the_oldest();
        }
        Ok(pieces)
    }

    /// Who begins another line after the target answered has seen the answer: what was not echoed by
    /// then stays masked. Otherwise the echo of the next line could be taken for a password's, where
    /// a program ends its question without a new line.
    fn mask_what_was_answered(&mut self, bytes: &[u8]) {
        let answered = !bytes.is_empty() && std::mem::take(&mut self.answered);
        if answered && self.lines.back().is_some_and(|line| line.ended) {
            self.lines.clear();
            self.tail.clear();
        }
    }

    /// Follows `bytes` to the end of the growing line, which it begins if there is none. Gives how
    /// many belong to it, and whether they end it.
    fn follow(&mut self, bytes: &[u8], fresh: &[u8; 32]) -> (usize, bool) {
        if self.lines.back().is_none_or(|line| line.ended) {
            let number = self.next_line;
            self.next_line = number.saturating_add(1);
            self.lines.push_back(Line::new(self.channel, number, fresh));
        }
        let Some(line) = self.lines.back_mut() else {
            return (bytes.len(), false);
        };
        let most = bytes.len().min(line::MAX_SEALED);
        for (index, byte) in bytes.iter().take(most).enumerate() {
            let mut ended = false;
            self.keyboard.press(*byte, &mut |key| match key {
                Key::Character(c) => line.expect(c),
                Key::Unreadable => line.mask(),
                Key::End => ended = true,
            });
            if ended {
                return (index + 1, true);
            }
        }
        (most, false)
    }

    fn forget_the_oldest(&mut self) {
        if self.lines.len() > MAX_UNDECIDED {
            self.next_front();
        }
    }

    /// Follows `output` of the channel, after it was recorded. Gives a [`ChannelNote::Revealed`] for
    /// each line that has now been seen; they are to be recorded.
    pub fn shown(&mut self, output: &[u8]) -> Vec<ChannelNote> {
        let mut seen = Vec::new();
        let mut screen = std::mem::replace(&mut self.screen, Scanner::new());
        screen.scan(output, &mut |token| {
            self.answered |= matches!(token, Token::Print(_) | Token::Control(b'\n'));
            match token {
                Token::Print(c) => self.printed(c),
                Token::Control(b'\n') => self.new_line(&mut seen),
                Token::Control(b'\r') => self.front(Line::carriage_return),
                Token::Sequence(modes, b'h' | b'l') if switches(modes) => self.switched(),
                Token::Control(_) | Token::Escape(..) | Token::Sequence(..) => {}
            }
            self.settle(&mut seen);
        });
        self.screen = screen;
        seen
    }

    fn front(&mut self, what: impl FnOnce(&mut Line)) {
        if let Some(line) = self.lines.front_mut() {
            what(line);
        }
    }

    fn printed(&mut self, c: char) {
        let Some(line) = self.lines.front_mut() else {
            return;
        };
        if line.ahead {
            self.tail.push_back(c);
            if self.tail.len() > MAX_LINE {
                self.tail.pop_front();
            }
        } else {
            line.printed(c);
        }
    }

    /// A program took or left the screen, or a shell began to read: what was typed before, for example
    /// the `q` that ends a pager, is not part of the line that is typed now.
    fn switched(&mut self) {
        if let Some(line) = self.lines.back_mut() {
            line.ended = true;
        }
    }

    /// A new line of output: the last moment for the line that was ended before it.
    fn new_line(&mut self, seen: &mut Vec<ChannelNote>) {
        let Some(line) = self.lines.front_mut() else {
            return;
        };
        if !line.ended {
            return line.new_line();
        }
        if !line.ahead {
            let shown = line.shown();
            return self.decide(shown, seen);
        }
        line.waited += 1;
        let over = line.waited > MAX_AHEAD || line.masked();
        let shown = line.ends(&self.tail);
        self.tail.clear();
        if shown || over {
            self.decide(shown, seen);
        }
    }

    /// Reveals what needs no new line to be decided.
    fn settle(&mut self, seen: &mut Vec<ChannelNote>) {
        while let Some(line) = self.lines.front() {
            let shown = line.ended && line.shown() && (!line.ahead || line.is_empty());
            if !shown {
                return;
            }
            self.decide(true, seen);
        }
    }

    /// The oldest line is revealed, or masked for good.
    fn decide(&mut self, shown: bool, seen: &mut Vec<ChannelNote>) {
        let Some(line) = self.next_front() else {
            return;
        };
        if shown {
            seen.push(ChannelNote::Revealed {
                channel: self.channel,
                line: line.number,
                key: line.into_key(),
            });
        }
    }

    /// Takes the oldest line away; the next one is held against the output from here.
    fn next_front(&mut self) -> Option<Line> {
        let line = self.lines.pop_front();
        self.tail.clear();
        self.front(|next| next.ahead = next.ended);
        line
    }
}

/// The private modes by which a program takes and leaves the whole screen, and by which a shell's line
/// editor says that it begins and ends to read (bracketed paste).
fn switches(modes: &[u8]) -> bool {
    let known: [&[u8]; 4] = [b"?47", b"?1047", b"?1049", b"?2004"];
    known.contains(&modes)
}

/// What a piece of a line is bound to: no other channel or line opens it.
fn bound(channel: u32, line: u64) -> Vec<u8> {
    let label: &[u8] = b"sekisho/recording/typed/v1\0";
    [label, &channel.to_be_bytes(), &line.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests;
