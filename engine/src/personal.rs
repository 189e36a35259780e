//! Personal values: they stand in entries as commitments, and here in the clear until erased.

use access::{Reason, Refusal};
use ids::{Commitment, Digest, PersonId};
use ledger::commitment::Opening;
use store::PersonalValue;

use crate::{Engine, Inner, writer};

/// The longest personal text, in bytes: a page of Japanese.
pub(crate) const MAX_TEXT: usize = 4 * 1024;

impl Engine {
    /// Keeps a text and gives the commitment that stands for it in an entry. Call it before the
    /// command; what no entry names in the end is removed at the next start.
    ///
    /// # Errors
    /// If the text is empty or too long, or cannot be kept.
    pub fn commit(
        &self,
        label: &str,
        value: &str,
        owner: Option<&PersonId>,
    ) -> Result<Commitment, Refusal> {
        self.inner.commit(label, value, owner)
    }

    /// The text that a commitment stands for; `None` once it is erased.
    pub fn text_of(&self, commitment: &Commitment) -> Option<String> {
        let opening = self.inner.store.opening(commitment).ok().flatten()?;
        Some(opening.value)
    }

    /// Keeps an attachment and gives its SHA-256.
    ///
    /// # Errors
    /// If it is too large, or cannot be kept.
    pub fn keep_blob(&self, bytes: &[u8]) -> Result<Digest, Refusal> {
        self.inner.store.put_blob(bytes).map_err(|cause| {
            tracing::warn!(%cause, "an attachment was not kept");
            match cause {
                store::BlobError::TooLarge { .. } => too_long(),
                store::BlobError::Absent { .. }
                | store::BlobError::Altered { .. }
                | store::BlobError::Unavailable(_) => writer::unavailable(),
            }
        })
    }

    /// An attachment, verified against its SHA-256.
    pub fn blob(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.inner.store.blob(digest).ok()
    }
}

impl Inner {
    pub(crate) fn commit(
        &self,
        label: &str,
        value: &str,
        owner: Option<&PersonId>,
    ) -> Result<Commitment, Refusal> {
        if value.trim().is_empty() || value.len() > MAX_TEXT {
            return Err(too_long());
        }
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|_| writer::unavailable())?;
        let opening = Opening::new(salt, label, value.trim());
        let commitment = opening.commitment;
        let value = PersonalValue {
            opening,
            owner: owner.cloned(),
        };
        self.store.put_personal(&[value]).map_err(|cause| {
            tracing::error!(%cause, "a personal value was not kept");
            writer::unavailable()
        })?;
        Ok(commitment)
    }
}

fn too_long() -> Refusal {
    Refusal {
        reasons: vec![Reason::TextTooLong],
    }
}
