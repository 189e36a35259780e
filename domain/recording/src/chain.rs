//! The hash chain over a session's frames.

use ids::{Digest, SessionId};

use crate::frame::HEADER;
use crate::key::{SessionKey, sha256};

/// The head of a session's chain, and how many frames it covers.
///
/// `head(0)` is derived from the session's key and name; `head(n+1) = SHA-256(head(n) || header ||
/// content)`. The hash, not the cipher, is what binds: whoever holds the key could make another
/// content with the same tag, but not with the same head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    head: Digest,
    frames: u64,
}

impl Chain {
    /// Before the first frame.
    pub fn start(key: &SessionKey, session: &SessionId) -> Self {
        Self {
            head: key.chain_start(session),
            frames: 0,
        }
    }

    /// Where a segment ended.
    pub fn resume(head: Digest, frames: u64) -> Self {
        Self { head, frames }
    }

    /// Adds the next frame: its encoded header and its content in the clear.
    pub fn push(&mut self, header: &[u8; HEADER], content: &[u8]) {
        self.head = sha256(&[self.head.as_bytes(), header, content]);
        self.frames = self.frames.saturating_add(1);
    }

    /// Steps over frames that are lost. The chain goes on, the gap in their numbers stays visible.
    pub fn skip_to(&mut self, frames: u64) {
        self.frames = frames;
    }

    /// The head.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// The number of the next frame; as no frame is lost, how many there are.
    pub fn frames(&self) -> u64 {
        self.frames
    }
}
