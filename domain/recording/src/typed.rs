//! What is typed into a terminal, sealed once more line by line.
//!
//! A sealed piece is a counter (u32, the piece's number in its line), the ciphertext and a tag.

use crate::frame::TAG;

/// Bytes that sealing adds to a typed piece.
pub const TYPED_OVERHEAD: usize = COUNTER + TAG;
const COUNTER: usize = 4;

/// How many bytes were typed, by the length of their sealed piece.
pub fn typed_length(sealed: &[u8]) -> u64 {
    u64::try_from(sealed.len().saturating_sub(TYPED_OVERHEAD)).unwrap_or(u64::MAX)
}
