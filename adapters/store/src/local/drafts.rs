//! What somebody has begun to write and not sent: a request, a work report.
//!
//! A draft is its owner's alone: every look and every change names the person, and there is no list of
//! everybody's (lesson L15). Its id is also the one use of its form: [`Store::claim_draft`] succeeds once,
//! however often a button is pressed (lesson L17). A claim that came to nothing is given back; one that
//! succeeded empties the draft and remembers what came of it.

mod rows;

use faults::Point;
use ids::{PersonId, Timestamp};

use self::rows::{draft, forget_old, one, save};
use super::{LocalError, short, within};
use crate::{Reader, Store};

/// The fields of a draft, in bytes: those of a form, which has 256 KiB at most.
const MAX_FIELDS: usize = 320 * 1024;
/// The file of a draft, in bytes: a plan or a report of the vendor's own.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// Drafts that one person may have open: three visits in preparation, and reports.
pub const MOST_DRAFTS: u64 = 12;

/// What is kept of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id, made by whoever began it.
    pub id: String,
    /// What it becomes, for example `request` or `report-7`.
    pub kind: String,
    /// Counts its changes: whoever saves says which one they saw.
    pub version: u64,
    /// When it was changed last.
    pub at: Timestamp,
    /// Its fields, as the pages write them; opaque here.
    pub fields: String,
    /// The file that goes with it.
    pub file: Option<DraftFile>,
    /// Whether it was sent, or is being sent.
    pub claimed: bool,
    /// What came of it, once it was sent.
    pub became: Option<String>,
}

/// A draft as its writer saves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenDraft {
    /// Its id.
    pub id: String,
    /// What it becomes.
    pub kind: String,
    /// The version that its writer saw; 0 begins one.
    pub version: u64,
    /// When it is saved.
    pub at: Timestamp,
    /// Its fields.
    pub fields: String,
}

/// A file that goes with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is done with the file of a draft when it is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SavedFile {
    /// It stays as it is.
    Same,
    /// There is none any more.
    None,
    /// It is this one.
    This(DraftFile),
}

/// Why a draft was not saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveDraftError {
    /// The person has as many drafts as anybody may have.
    #[error("there are {MOST_DRAFTS} drafts already")]
    TooMany,
    /// It was saved from elsewhere since; nothing was changed.
    #[error("the draft was changed elsewhere; it has the version {0} now")]
    ChangedElsewhere(u64),
    /// It was sent; nothing was changed.
    #[error("the draft was sent")]
    Sent,
    /// It could not be kept.
    #[error(transparent)]
    Local(#[from] LocalError),
}

/// What came of claiming a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's to send, now and once.
    Yours,
    /// Somebody sends it, or did: what became of it, if that is known.
    Another(Option<String>),
    /// The person has no such draft.
    Unknown,
}

const DOING: &str = "keeping drafts";

impl Reader {
    /// A draft of this person.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn draft(&self, person: &PersonId, id: &str) -> Result<Option<Draft>, LocalError> {
        self.look(DOING, |db| one(db, person, id))
    }

    /// The open drafts of this person, the latest first, without their files.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn drafts_of(&self, person: &PersonId) -> Result<Vec<Draft>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached(
                "SELECT id, kind, version, at, fields, claimed, became, file_name, NULL FROM drafts
                 WHERE person = ?1 AND became IS NULL ORDER BY at DESC, id",
            )?
            .query_map([person.to_string()], draft)?
            .collect()
        })
    }
}

impl Store {
    /// Saves a draft over the version that its writer saw. Gives its new version. What nobody has
    /// touched for 90 days goes.
    ///
    /// # Errors
    /// Why not; nothing was changed then.
    pub fn save_draft(
        &self,
        person: &PersonId,
        draft: &WrittenDraft,
        file: &SavedFile,
    ) -> Result<u64, SaveDraftError> {
        short(DOING, &draft.id)?;
        short(DOING, &draft.kind)?;
        within(DOING, draft.fields.len(), MAX_FIELDS)?;
        if let SavedFile::This(file) = file {
            short(DOING, &file.name)?;
            within(DOING, file.bytes.len(), MAX_FILE)?;
        }
        let saved = self.change(Point::Texts, DOING, |db| {
            forget_old(db, draft.at)?;
            save(db, person, draft, file)
        });
        saved?
    }

    /// Takes the one use of a draft.
    ///
    /// # Errors
    /// If the database refuses: it is not taken then.
    pub fn claim_draft(&self, person: &PersonId, id: &str) -> Result<Claim, LocalError> {
        self.change(Point::Texts, DOING, |db| {
            let claimed = db.execute(
                "UPDATE drafts SET claimed = 1 WHERE person = ?1 AND id = ?2 AND claimed = 0",
                (person.to_string(), id),
            )?;
            if claimed == 1 {
                return Ok(Claim::Yours);
            }
            Ok(match one(db, person, id)? {
                Some(draft) => Claim::Another(draft.became),
                None => Claim::Unknown,
            })
        })
    }

    /// Gives the use of a draft back: what was sent was refused.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn unclaim_draft(&self, person: &PersonId, id: &str) -> Result<(), LocalError> {
        self.change(Point::Texts, DOING, |db| {
            db.execute(
                "UPDATE drafts SET claimed = 0 WHERE person = ?1 AND id = ?2 AND became IS NULL",
                (person.to_string(), id),
            )
        })
        .map(drop)
    }

    /// Notes what became of a draft, and empties it.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn settle_draft(
        &self,
        person: &PersonId,
        id: &str,
        became: &str,
    ) -> Result<(), LocalError> {
        short(DOING, became)?;
        self.change(Point::Texts, DOING, |db| {
            db.execute(
                "UPDATE drafts SET became = ?3, fields = '', file = NULL, file_name = NULL
                 WHERE person = ?1 AND id = ?2 AND claimed = 1",
                (person.to_string(), id, became),
            )
        })
        .map(drop)
    }

    /// Throws a draft away; false if there was none.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn discard_draft(&self, person: &PersonId, id: &str) -> Result<bool, LocalError> {
        self.change(Point::TextsErased, DOING, |db| {
            let gone = db.execute(
                "DELETE FROM drafts WHERE person = ?1 AND id = ?2 AND became IS NULL",
                (person.to_string(), id),
            )?;
            Ok(gone == 1)
        })
    }
}
