//! The chunks that a message of a static channel is cut into (MS-RDPBCGR 2.2.6.1).

use zeroize::Zeroizing;

use super::MAX_TEXT;
use crate::rdp::misbehaviour::{Misbehaviour, cut};
use crate::rdp::read::Reader;

/// The head of a message, a text in UTF-16 with its zero, and what some clients pad with.
const MAX_MESSAGE: usize = 8 + 2 * MAX_TEXT + 2 + 4;
/// The most of a message in one chunk, while nothing else was agreed on (CHANNEL_CHUNK_LENGTH).
const PIECE: usize = 1600;
const FIRST: u32 = 0x1;
const LAST: u32 = 0x2;
/// Its head is for the channel's program too (CHANNEL_FLAG_SHOW_PROTOCOL), as the channel was asked for.
const SHOWN: u32 = 0x10;
/// Suspend and resume: the channel's, with no bytes of a message.
const PAUSES: u32 = 0x20 | 0x40;
const COMPRESSED: u32 = 0x0020_0000;

/// A message of one side, as far as it came.
#[derive(Default)]
pub(super) struct Chunks {
    coming: Option<Coming>,
}

struct Coming {
    whole: Whole,
    missing: usize,
}

/// A message that came to its end.
pub(super) struct Whole {
    pub(super) kept: Zeroizing<Vec<u8>>,
    /// It was longer than anything that passes; its beginning is there.
    pub(super) cut_short: bool,
}

impl Chunks {
    /// One more chunk; the message, if it was the last.
    pub(super) fn add(&mut self, chunk: &[u8]) -> Result<Option<Whole>, Misbehaviour> {
        const WHAT: &str = "a chunk of a channel";
        let mut reader = Reader::of(chunk, WHAT);
        let total = usize::try_from(reader.u32()?).unwrap_or(usize::MAX);
        let (flags, bytes) = (reader.u32()?, reader.rest());
        if flags & COMPRESSED != 0 {
            return Err(Misbehaviour::NotAgreed {
                what: "compression",
            });
        }
        if flags & PAUSES != 0 {
            return Ok(None);
        }
        if (flags & FIRST != 0) == self.coming.is_some() {
            return Err(cut("a message in chunks"));
        }
        let coming = self.coming.get_or_insert_with(|| Coming {
            whole: Whole {
                kept: Zeroizing::default(),
                cut_short: total > MAX_MESSAGE,
            },
            missing: total,
        });
        let missing = coming.missing.checked_sub(bytes.len());
        coming.missing = missing.ok_or(cut("a message in chunks"))?;
        if !coming.whole.cut_short || flags & FIRST != 0 {
            grow(&mut coming.whole.kept, bytes);
        }
        if flags & LAST == 0 {
            return Ok(None);
        }
        let Some(coming) = self.coming.take().filter(|coming| coming.missing == 0) else {
            return Err(cut("a message in chunks"));
        };
        Ok(Some(coming.whole))
    }
}

/// Adds without leaving a copy of what was there: it may be a password.
pub(super) fn grow(kept: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let length = kept.len().saturating_add(bytes.len());
    if length > kept.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(length.saturating_mul(2)));
        larger.extend_from_slice(kept);
        *kept = larger;
    }
    kept.extend_from_slice(bytes);
}

/// A message in chunks, each as a channel's data has it.
pub(super) fn cut_up(message: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let total = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let last = message.len().div_ceil(PIECE).saturating_sub(1);
    let piece = |(at, bytes): (usize, &[u8])| {
        let first = if at == 0 { FIRST } else { 0 };
        let end = if at == last { LAST } else { 0 };
        let head = [total, first | end | SHOWN].map(u32::to_le_bytes);
        Zeroizing::new([head.as_flattened(), bytes].concat())
    };
    message.chunks(PIECE).enumerate().map(piece).collect()
}
