//! What a ledger says of itself: its size and root, signed (C2SP tlog-checkpoint).

use data_encoding::BASE64;
use ids::{Digest, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::base64;
use crate::note::{NoteError, SignedNote, Signer, Verifier};

/// The size and root of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Which ledger: see [`origin`].
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
}

/// Why a text is not a checkpoint of ours, or its signatures do not hold. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A line is not what it should be.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which line.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// It is of another ledger.
    #[error("line 1: expected the ledger {expected}, found {found}")]
    Origin {
        /// The origin that was asked for.
        expected: String,
        /// The origin that came.
        found: String,
    },
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// The name of a site's ledger, and of the key that signs it.
pub fn origin(site: &SiteId) -> String {
    format!("sekisho/{site}")
}

impl Checkpoint {
    /// The three lines of the note's text.
    pub fn encode(&self) -> String {
        let root = BASE64.encode(self.root.as_bytes());
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Reads the text of a note. Extension lines, which the specification allows and advises
    /// against, are refused: our ledgers have none.
    ///
    /// # Errors
    /// Names the line.
    pub fn decode(text: &str) -> Result<Self, CheckpointError> {
        let wrong = |line, expected| CheckpointError::Line { line, expected };
        let mut lines = text.split('\n');
        let origin = lines.next().unwrap_or_default();
        if origin.is_empty() {
            return Err(wrong(1, "the name of the ledger"));
        }
        let size = lines.next().unwrap_or_default();
        let size = parse_size(size).ok_or_else(|| wrong(2, "the number of entries"))?;
        let root = lines.next().unwrap_or_default();
        let root = base64::decode(root).and_then(|root| root.try_into().ok());
        let root = Digest(root.ok_or_else(|| wrong(3, "a root of 32 bytes in base64"))?);
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(wrong(4, "the end of the text"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

fn parse_size(text: &str) -> Option<u64> {
    let size = text.parse::<u64>().ok()?;
    (size.to_string() == text).then_some(size)
}

/// Signs a checkpoint with the site's key.
///
/// # Errors
/// If the origin cannot stand in a note.
pub fn sign(checkpoint: &Checkpoint, site: &Signer) -> Result<SignedNote, NoteError> {
    SignedNote::sign(&checkpoint.encode(), site, Timestamp::from_millis(0))
}

/// Adds a witness's signature with its time. The witness has to have asked [`crate::witness`]
/// first.
///
/// # Errors
/// If the note is full.
pub fn cosign(note: SignedNote, witness: &Signer, now: Timestamp) -> Result<SignedNote, NoteError> {
    note.and(witness, now)
}

/// Reads a checkpoint that the site has signed, and whose origin is the name of the site's key.
/// Signatures of others are passed over.
///
/// # Errors
/// If it is not signed by the site, is of another ledger, or is malformed.
pub fn open(note: &SignedNote, site: &Verifier) -> Result<Checkpoint, CheckpointError> {
    note.verify(std::slice::from_ref(site))?;
    let checkpoint = Checkpoint::decode(note.text())?;
    if checkpoint.origin != site.name() {
        return Err(CheckpointError::Origin {
            expected: site.name().to_owned(),
            found: checkpoint.origin,
        });
    }
    Ok(checkpoint)
}

#[cfg(test)]
mod tests;
