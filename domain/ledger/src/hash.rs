//! SHA-256 without an allocation per hash, and counts between `u64` and `usize`.

use aws_lc_rs::digest::{Context, SHA256, digest};
use ids::Digest;

/// What fits is hashed from the stack in one call; a longer piece takes a context on the heap.
const ON_STACK: usize = 1024;

/// SHA-256 of `prefix || bytes`.
pub(crate) fn prefixed(prefix: u8, bytes: &[u8]) -> Digest {
    let mut buffer = [prefix; ON_STACK];
    if let Some(space) = buffer.get_mut(1..=bytes.len()) {
        space.copy_from_slice(bytes);
        if let Some(whole) = buffer.get(..=bytes.len()) {
            return sha256(whole);
        }
    }
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    context.update(bytes);
    to_digest(context.finish().as_ref())
}

/// SHA-256 of the bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    to_digest(digest(&SHA256, bytes).as_ref())
}

/// SHA-256 of the pieces, one after the other.
pub(crate) fn sha256_of(pieces: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    pieces.iter().for_each(|piece| context.update(piece));
    to_digest(context.finish().as_ref())
}

fn to_digest(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    out.copy_from_slice(bytes);
    Digest(out)
}

/// A count as an index. What does not fit is larger than any list in memory.
pub(crate) fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A length as a count.
pub(crate) fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
