//! One typed line: its key, and how much of it was seen.

use std::collections::VecDeque;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::{FIRST_GAP, GAP, bound};
use crate::content::MAX_PIECE;
use crate::key::{NoCipher, derive};
use crate::note::LineKey;

/// The most characters of a line that are held against the output; a longer line stays masked.
pub(super) const MAX_LINE: usize = 8 << 10;
/// The most typed bytes in one piece.
pub(super) const MAX_SEALED: usize = MAX_PIECE - super::TYPED_OVERHEAD;

/// A line that is not decided yet.
pub(super) struct Line {
    pub(super) number: u64,
    key: LineKey,
    pieces: u32,
    /// Its last byte was typed.
    pub(super) ended: bool,
    /// It had been ended when the line before it was decided.
    pub(super) ahead: bool,
    /// Lines of output that it was held against, if it was typed ahead.
    pub(super) waited: u32,
    /// Its characters; `None`: it stays masked.
    expected: Option<Expected>,
}

/// The characters of a line, and how many of them were seen.
#[derive(Default)]
struct Expected {
    characters: Vec<char>,
    seen: usize,
    gap: u32,
    /// Too much stood between: nothing counts before the next line of output.
    lost: bool,
}

impl Line {
    pub(super) fn new(channel: u32, number: u64, fresh: &[u8; 32]) -> Self {
        let key = derive(fresh, &[&bound(channel, number)]);
        Self {
            number,
            key: LineKey::new(&key),
            pieces: 0,
            ended: false,
            ahead: false,
            waited: 0,
            expected: Some(Expected {
                // Most lines fit: what was typed is not left behind when the list grows.
                characters: Vec::with_capacity(128),
                ..Expected::default()
            }),
        }
    }

    /// Seals the next piece. Each has another nonce: its number.
    pub(super) fn seal(&mut self, channel: u32, piece: &[u8]) -> Result<Vec<u8>, NoCipher> {
        let counter = self.pieces;
        self.pieces = counter.checked_add(1).ok_or(NoCipher)?;
        let mut sealed = Vec::with_capacity(piece.len() + super::TYPED_OVERHEAD);
        sealed.extend_from_slice(&counter.to_be_bytes());
        sealed.extend_from_slice(piece);
        let (_, body) = sealed
            .split_at_mut_checked(super::COUNTER)
            .ok_or(NoCipher)?;
        let aad = Aad::from(bound(channel, self.number));
        let tag = cipher(&self.key)?
            .seal_in_place_separate_tag(nonce(counter), aad, body)
            .map_err(|_| NoCipher)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    pub(super) fn into_key(self) -> LineKey {
        self.key
    }

    /// A character was typed.
    pub(super) fn expect(&mut self, c: char) {
        if let Some(expected) = &mut self.expected {
            expected.characters.push(c);
            if expected.characters.len() > MAX_LINE {
                self.mask();
            }
        }
    }

    /// It stays masked, whatever is seen.
    pub(super) fn mask(&mut self) {
        self.expected = None;
    }

    pub(super) fn masked(&self) -> bool {
        self.expected.is_none()
    }

    pub(super) fn is_empty(&self) -> bool {
        let expected = self.expected.as_ref();
        expected.is_some_and(|expected| expected.characters.is_empty())
    }

    /// All of it was seen.
    pub(super) fn shown(&self) -> bool {
        let expected = self.expected.as_ref();
        expected.is_some_and(|expected| !expected.pending() && !expected.only_stars())
    }

    /// Whether a line of output ended with it.
    pub(super) fn ends(&self, output: &VecDeque<char>) -> bool {
        let Some(expected) = &self.expected else {
            return false;
        };
        let typed = &expected.characters;
        let skip = output.len().checked_sub(typed.len());
        let ends = skip.is_some_and(|skip| output.iter().skip(skip).eq(typed));
        ends && !expected.only_stars()
    }

    /// The output went on with this character.
    pub(super) fn printed(&mut self, c: char) {
        if let Some(expected) = &mut self.expected {
            expected.printed(c);
        }
    }

    /// The output went on with a new line.
    pub(super) fn new_line(&mut self) {
        if let Some(expected) = &mut self.expected
            && expected.pending()
        {
            expected.begin_again();
        }
    }

    /// The output went back to its line's beginning, where what was lost may be drawn anew.
    pub(super) fn carriage_return(&mut self) {
        if let Some(expected) = &mut self.expected
            && expected.lost
        {
            expected.begin_again();
        }
    }
}

impl Expected {
    fn pending(&self) -> bool {
        self.seen < self.characters.len()
    }

    /// What may be the echo of a password. A line of nothing but stars cannot be told from it.
    fn only_stars(&self) -> bool {
        !self.characters.is_empty() && self.characters.iter().all(|c| *c == '*')
    }

    fn begin_again(&mut self) {
        (self.seen, self.gap, self.lost) = (0, 0, false);
    }

    fn printed(&mut self, c: char) {
        if self.lost {
            return;
        }
        let Some(next) = self.characters.get(self.seen) else {
            return;
        };
        if *next == c {
            (self.seen, self.gap) = (self.seen + 1, 0);
            return;
        }
        self.gap += 1;
        let most = if self.seen == 0 { FIRST_GAP } else { GAP };
        self.lost = self.gap > most;
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.characters);
    }
}

pub(super) fn cipher(key: &LineKey) -> Result<LessSafeKey, NoCipher> {
    let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).map_err(|_| NoCipher)?;
    Ok(LessSafeKey::new(key))
}

pub(super) fn nonce(counter: u32) -> Nonce {
    let mut nonce = [0u8; 12];
    let (_, end) = nonce.split_at_mut(8);
    end.copy_from_slice(&counter.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}
