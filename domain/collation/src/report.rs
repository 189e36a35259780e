//! The work report (作業報告書) as a document: what the engineer states after the visit.
//!
//! Who came, from when until when, and which files passed is not asked: the recording knows. The
//! fields are those of the forms in use (`facts/hospitals.md` §4, 実績). The document is kept as a
//! blob under its SHA-256; the ledger holds that digest.

use ids::Digest;
use serde::{Deserialize, Serialize};

/// Limits on a report's texts, in characters.
pub mod limits {
    /// One text: two pages of a form.
    pub const LONGEST_TEXT: usize = 4_000;
    /// The name of an attached file.
    pub const LONGEST_NAME: usize = 200;
    /// Patients of one visit: more than any hospital has.
    pub const MOST_PATIENTS: u32 = 10_000_000;
}

/// What the engineer states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkReport {
    /// What was done (実施内容).
    pub done: String,
    /// What was changed: settings, versions (変更点).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// Patients whose data was seen (アクセスした患者の件数).
    pub patients: u32,
    /// Which, in order of time (シQ-23).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patients_listed: Option<String>,
    /// Whether files that were carried out are erased and that was checked (消去確認); nothing
    /// where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files_erased: Option<bool>,
    /// What went wrong, or otherwise than planned (障害・逸脱).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether something was restarted (再起動).
    pub restarted: bool,
    /// What comes next (次回予定).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The vendor's own form, if it is handed in too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

/// A file that belongs to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// SHA-256 of its content, kept as a blob.
    pub sha256: Digest,
}

/// Why a report is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAReport {
    /// It does not say what was done.
    #[error("the report does not say what was done")]
    Empty,
    /// A text is too long.
    #[error("{field} is longer than {most} characters")]
    TooLong {
        /// Which.
        field: &'static str,
        /// The limit.
        most: usize,
    },
    /// A number is not possible.
    #[error("the number of patients is not possible")]
    Patients,
}

impl WorkReport {
    /// Whether it says what a report must say, within its limits.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn check(&self) -> Result<(), NotAReport> {
        if self.done.trim().is_empty() {
            return Err(NotAReport::Empty);
        }
        if self.patients > limits::MOST_PATIENTS {
            return Err(NotAReport::Patients);
        }
        within("done", Some(&self.done), limits::LONGEST_TEXT)?;
        within("changes", self.changes.as_deref(), limits::LONGEST_TEXT)?;
        let listed = self.patients_listed.as_deref();
        within("patients_listed", listed, limits::LONGEST_TEXT)?;
        within("trouble", self.trouble.as_deref(), limits::LONGEST_TEXT)?;
        within("next", self.next.as_deref(), limits::LONGEST_TEXT)?;
        let name = self.attachment.as_ref().map(|file| file.name.as_str());
        within("attachment", name, limits::LONGEST_NAME)
    }
}

fn within(field: &'static str, text: Option<&str>, most: usize) -> Result<(), NotAReport> {
    let fits = text.is_none_or(|text| text.chars().count() <= most);
    fits.then_some(())
        .ok_or(NotAReport::TooLong { field, most })
}
