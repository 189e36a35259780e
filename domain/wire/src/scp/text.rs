//! The bytes of the source, cut into lines and content.

use super::Misbehaviour;
use super::line::MAX_LINE;

/// Cuts lines off the beginning of a side's bytes.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// The next line, its end included; none when the bytes are used up before it ends.
    pub(super) fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Vec<u8>>, Misbehaviour> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (taken, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        if self.0.len().saturating_add(taken.len()) > MAX_LINE {
            return Err(Misbehaviour::LineTooLong { most: MAX_LINE });
        }
        *bytes = rest;
        self.0.extend_from_slice(taken);
        Ok(end.map(|_| std::mem::take(&mut self.0)))
    }

    /// Whether a line has begun.
    pub(super) fn begun(&self) -> bool {
        !self.0.is_empty()
    }
}

/// A line with a sentence of one side for the other's terminal, without what moves a cursor there.
pub(super) fn harmless(line: &[u8]) -> Vec<u8> {
    let (kind, sentence) = line.split_at(1.min(line.len()));
    let sentence = sentence.strip_suffix(b"\n").unwrap_or(sentence);
    let mut safe = kind.to_vec();
    for chunk in sentence.utf8_chunks() {
        let shown = |character: char| {
            if character.is_control() {
                '?'
            } else {
                character
            }
        };
        let text: String = chunk.valid().chars().map(shown).collect();
        safe.extend_from_slice(text.as_bytes());
        safe.extend(chunk.invalid().iter().map(|_| b'?'));
    }
    safe.push(b'\n');
    safe
}
