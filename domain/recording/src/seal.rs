//! What the ledger keeps of a session every ten seconds.

use ids::{Digest, SessionId};
use serde::{Deserialize, Serialize};

/// One leaf of the tree over the sessions that changed, whose root stands in one entry.
///
/// Members stand in the order of RFC 8785, so that what serde writes is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealLeaf {
    /// How many frames the chain had.
    pub frames: u64,
    /// Its head.
    pub head: Digest,
    /// The session.
    pub session: SessionId,
}

/// Bytes that are not a seal's leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the leaf of a seal: expected {{\"frames\":…,\"head\":…,\"session\":…}} in canonical form"
)]
pub struct NotASeal;

/// The largest integer of RFC 8785 (I-JSON).
const MAX_INTEGER: u64 = (1 << 53) - 1;

impl SealLeaf {
    /// Canonical JSON (RFC 8785).
    pub fn encode(&self) -> Vec<u8> {
        format!(
            r#"{{"frames":{},"head":"{}","session":"{}"}}"#,
            self.frames.min(MAX_INTEGER),
            self.head,
            self.session
        )
        .into_bytes()
    }

    /// Reads what [`SealLeaf::encode`] wrote.
    ///
    /// # Errors
    /// Anything else, also the same in another spelling.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotASeal> {
        if bytes.len() > 512 {
            return Err(NotASeal);
        }
        let leaf: Self = serde_json::from_slice(bytes).map_err(|_| NotASeal)?;
        if leaf.encode() == bytes {
            Ok(leaf)
        } else {
            Err(NotASeal)
        }
    }
}
