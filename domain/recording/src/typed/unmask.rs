//! Reading what was typed, once its line's key stands in the recording.

use std::collections::BTreeMap;

use aws_lc_rs::aead::Aad;

use super::bound;
use super::line::{cipher, nonce};
use crate::note::LineKey;

/// The most sealed bytes that are held. Masked lines stay until their channel is closed; of the oldest
/// the reader lets go.
const MAX_HELD: usize = 4 << 20;

/// Holds the sealed pieces of a recording until their lines are revealed.
#[derive(Debug, Default)]
pub struct Unmasker {
    lines: BTreeMap<(u32, u64), Vec<Vec<u8>>>,
    held: usize,
}

impl Unmasker {
    /// At the beginning of a recording.
    pub fn new() -> Self {
        Self::default()
    }

    /// A sealed piece of a line, in the order of the recording.
    pub fn sealed(&mut self, channel: u32, line: u64, sealed: &[u8]) {
        self.held = self.held.saturating_add(sealed.len());
        let pieces = self.lines.entry((channel, line)).or_default();
        pieces.push(sealed.to_vec());
        while self.held > MAX_HELD {
            let Some((_, pieces)) = self.lines.pop_first() else {
                return;
            };
            self.let_go(&pieces);
        }
    }

    /// A line was revealed: gives what was typed in it. `None` if the key does not open its pieces, or
    /// they are not there.
    pub fn revealed(&mut self, channel: u32, line: u64, key: &LineKey) -> Option<Vec<u8>> {
        let pieces = self.lines.remove(&(channel, line))?;
        self.let_go(&pieces);
        let cipher = cipher(key).ok()?;
        let mut typed = Vec::new();
        for (counter, mut sealed) in (0u32..).zip(pieces) {
            let (number, body) = sealed.split_first_chunk_mut::<{ super::COUNTER }>()?;
            if u32::from_be_bytes(*number) != counter {
                return None;
            }
            let aad = Aad::from(bound(channel, line));
            let piece = cipher.open_in_place(nonce(counter), aad, body).ok()?;
            typed.extend_from_slice(piece);
        }
        Some(typed)
    }

    /// The channel is closed: its undecided lines stay masked. Gives how many there are.
    pub fn closed(&mut self, channel: u32) -> usize {
        let masked: Vec<_> = self
            .lines
            .range((channel, 0)..=(channel, u64::MAX))
            .map(|(line, _)| *line)
            .collect();
        for line in &masked {
            if let Some(pieces) = self.lines.remove(line) {
                self.let_go(&pieces);
            }
        }
        masked.len()
    }

    fn let_go(&mut self, pieces: &[Vec<u8>]) {
        let size: usize = pieces.iter().map(Vec::len).sum();
        self.held = self.held.saturating_sub(size);
    }
}
