//! What the ledger tells of a visit's files: those that passed, and those that were stopped.

use access::{Entry, Event, FileLook, FileVerdict, Handover, Refusal};
use ids::{Digest, SessionId, Timestamp, VisitId};

use crate::Engine;

/// A file that the ledger tells of: it passed, or it was stopped. One that waits is in the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSeen {
    /// In which session.
    pub session: SessionId,
    /// When it was entered.
    pub at: Timestamp,
    /// Which way it went, or would have.
    pub direction: Handover,
    /// Its path on the target; `None` once it is erased.
    pub path: Option<String>,
    /// Bytes that passed, or would have.
    pub bytes: u64,
    /// SHA-256 of the content, if it is known whole and in order.
    pub sha256: Option<Digest>,
    /// What was seen of it; `None` where nobody looked at it.
    pub look: Option<FileLook>,
    /// Whether it passed.
    pub passed: bool,
}

impl FileSeen {
    /// Whether it left the hospital.
    pub fn went_out(&self) -> bool {
        self.passed && self.direction == Handover::Out
    }
}

impl Engine {
    /// The files of a visit that passed or were stopped, in order: what went out among them is what the
    /// report of its deletion is about (10①).
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn files_seen(&self, visit: &VisitId) -> Result<Vec<FileSeen>, Refusal> {
        let broken = |cause: &dyn std::fmt::Display| {
            tracing::error!(%cause, "an entry of a visit cannot be read");
            crate::writer::unavailable()
        };
        let mut seen = Vec::new();
        let parts = self.inner.visit_parts(visit);
        for part in parts.iter().filter(|part| !part.looked) {
            let bytes = self.inner.store.entry(part.index);
            let bytes = bytes.map_err(|cause| broken(&cause))?;
            let value = ledger::canonical::decode(&bytes).map_err(|cause| broken(&cause))?;
            let entry = Entry::from_value(value).map_err(|cause| broken(&cause))?;
            seen.extend(self.file_seen(entry));
        }
        Ok(seen)
    }

    fn file_seen(&self, entry: Entry) -> Option<FileSeen> {
        if let Event::FileHandedOver {
            session,
            direction,
            name,
            bytes,
            sha256,
            look,
            ..
        } = entry.event
        {
            return Some(FileSeen {
                session,
                at: entry.at,
                direction,
                path: self.text_of(&name),
                bytes,
                sha256,
                look,
                passed: true,
            });
        }
        let Event::FileJudged {
            session,
            direction,
            name,
            bytes,
            sha256,
            look,
            ..
        } = entry.event
        else {
            return None;
        };
        (look.verdict == FileVerdict::Stopped).then(|| FileSeen {
            session,
            at: entry.at,
            direction,
            path: self.text_of(&name),
            bytes,
            sha256: Some(sha256),
            look: Some(look),
            passed: false,
        })
    }
}
