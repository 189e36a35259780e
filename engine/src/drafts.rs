//! What people have begun to write on the pages: kept for them alone, sent once.
//!
//! A draft says nothing to anybody yet, so saving one is no entry and asks for no permission but to be a
//! person who may still sign in; what comes of it is decided when it is sent.

use access::Who;
use ids::{PersonId, VisitId};
use login::Identity;
use store::{LocalError, SavedFile, WrittenDraft};

pub use store::{Claim, Draft, DraftFile, SaveDraftError};

use crate::Engine;

/// Bytes of an id: nobody guesses one, although guessing would give nothing.
const ID_BYTES: usize = 16;

/// What a draft becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftOf {
    /// A request for a visit.
    Request,
    /// The report of a visit.
    Report(VisitId),
}

impl DraftOf {
    /// As it is kept.
    pub fn word(&self) -> String {
        match self {
            Self::Request => "request".to_owned(),
            Self::Report(visit) => format!("report-{}", visit.number()),
        }
    }

    /// What a kept word means.
    pub fn of(site: &ids::SiteId, word: &str) -> Option<Self> {
        match word.strip_prefix("report-") {
            None => (word == "request").then_some(Self::Request),
            Some(number) => Some(Self::Report(VisitId::new(site, number.parse().ok()?))),
        }
    }
}

/// A draft as a page saves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftWritten {
    /// Its id, from [`Engine::new_draft_id`].
    pub id: String,
    /// What it becomes.
    pub of: DraftOf,
    /// The version that the page showed; 0 for one that is begun.
    pub version: u64,
    /// Its fields, by name, in order.
    pub fields: Vec<(String, String)>,
    /// What becomes of its file.
    pub file: DraftFileSaved,
}

/// What becomes of the file of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftFileSaved {
    /// It stays.
    Same,
    /// It is taken away.
    Removed,
    /// Another comes in its place.
    New(DraftFile),
}

impl Engine {
    /// An id for a draft that somebody begins; `None` if the machine gives no random bytes.
    pub fn new_draft_id(&self) -> Option<String> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes).ok()?;
        Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The open drafts of whoever asks, the latest first, without their files.
    pub fn drafts(&self, by: &Identity) -> Vec<Draft> {
        let Some(person) = person(by) else {
            return Vec::new();
        };
        self.inner.store.drafts_of(person).unwrap_or_else(|cause| {
            tracing::warn!(%cause, "drafts cannot be read");
            Vec::new()
        })
    }

    /// A draft of whoever asks, with its fields.
    pub fn draft(&self, by: &Identity, id: &str) -> Option<(Draft, Vec<(String, String)>)> {
        let draft = self.inner.store.draft(person(by)?, id).ok().flatten()?;
        let fields = serde_json::from_str(&draft.fields).unwrap_or_default();
        Some((draft, fields))
    }

    /// Saves a draft and gives its new version.
    ///
    /// # Errors
    /// Why it was not saved.
    pub fn save_draft(&self, by: &Identity, written: DraftWritten) -> Result<u64, SaveDraftError> {
        let person = person(by).ok_or_else(nobody)?;
        let fields = serde_json::to_string(&written.fields).map_err(|_| nobody())?;
        let file = match written.file {
            DraftFileSaved::Same => SavedFile::Same,
            DraftFileSaved::Removed => SavedFile::None,
            DraftFileSaved::New(file) => SavedFile::This(file),
        };
        let draft = WrittenDraft {
            id: written.id,
            kind: written.of.word(),
            version: written.version,
            at: self.now(),
            fields,
        };
        self.inner.store.save_draft(person, &draft, &file)
    }

    /// Takes the one use of a draft: whoever gets [`Claim::Yours`] sends it, and tells what came of it
    /// with [`Engine::settle_draft`] or [`Engine::unclaim_draft`].
    ///
    /// # Errors
    /// If that cannot be kept: nobody sends then.
    pub fn claim_draft(&self, by: &Identity, id: &str) -> Result<Claim, DraftsUnavailable> {
        let person = person(by).ok_or(DraftsUnavailable)?;
        let claim = self.inner.store.claim_draft(person, id);
        claim.map_err(|cause| logged(&cause))
    }

    /// Gives the use back: what was sent was refused.
    pub fn unclaim_draft(&self, by: &Identity, id: &str) {
        let given = person(by).map(|person| self.inner.store.unclaim_draft(person, id));
        if let Some(Err(cause)) = given {
            logged(&cause);
        }
    }

    /// Notes what came of a draft, and empties it. If that cannot be kept, the draft stays taken: it is
    /// sent by nobody again.
    pub fn settle_draft(&self, by: &Identity, id: &str, became: &str) {
        let settled = person(by).map(|person| self.inner.store.settle_draft(person, id, became));
        if let Some(Err(cause)) = settled {
            logged(&cause);
        }
    }

    /// Throws a draft away; false if there was none.
    pub fn discard_draft(&self, by: &Identity, id: &str) -> bool {
        let gone = person(by).map(|person| self.inner.store.discard_draft(person, id));
        matches!(gone, Some(Ok(true)))
    }
}

/// The table of drafts cannot be written; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("drafts cannot be kept")]
pub struct DraftsUnavailable;

fn logged(cause: &LocalError) -> DraftsUnavailable {
    tracing::error!(%cause, "a draft could not be kept");
    DraftsUnavailable
}

fn nobody() -> SaveDraftError {
    SaveDraftError::Local(LocalError::Unavailable {
        doing: "keeping drafts",
        cause: "nobody's drafts are kept".to_owned(),
    })
}

fn person(by: &Identity) -> Option<&PersonId> {
    match &by.caller().who {
        Who::Person(person) => Some(person),
        Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
    }
}
