//! Work reports (作業報告書), and visits told whole: plan, recordings and report side by side.

use ids::{Digest, GrantId, PersonId, RequestId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::visit_accounts::VisitAccountShown;
use super::visits::{File, Handover, Request, Session, Visit, Window};
use crate::said::Said;
use crate::secret::Bytes;

/// What the engineer states after the visit (`facts/hospitals.md` §4, 実績). Who came, when, and
/// which files passed is not asked: the recording knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What was done (実施内容).
    pub done: String,
    /// What was changed: settings, versions (変更点).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// Patients whose data was seen.
    #[serde(default)]
    pub patients: u32,
    /// Which, in order of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patients_listed: Option<String>,
    /// Whether files that were carried out are erased, and that was checked; absent: none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files_erased: Option<bool>,
    /// What went wrong, or otherwise than planned (障害・逸脱).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether something was restarted (再起動).
    #[serde(default)]
    pub restarted: bool,
    /// What comes next (次回予定).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Files the work report. A later one supplements the earlier; the last one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileReport {
    /// What the engineer states.
    pub report: Statement,
    /// The vendor's own form, if it is handed in too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<ReportFile>,
}

/// A file that belongs to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: Bytes,
}

/// The report that counts, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The document, as the ledger has it.
    pub filed: FiledReport,
    /// Its attachment; for a report of another form, the report itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// The reports before it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<FiledReport>,
}

/// A report that was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiledReport {
    /// SHA-256 of the document.
    pub sha256: Digest,
    /// When it was filed.
    pub at: Timestamp,
    /// Its file name; `None` once erased.
    pub name: Option<String>,
    /// What it states; absent: it is a file of another form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Statement>,
    /// Its attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<AttachedFile>,
}

/// A file that belongs to a report, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachedFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// A visit told whole. Texts of commands and paths come from the engineer's program or the target:
/// make them inert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitStory {
    /// The visit.
    pub visit: Visit,
    /// Whether it is over. Until then nothing is called missing.
    pub over: bool,
    /// Where plan, recordings and report differ: sentences.
    pub differences: Vec<Said>,
    /// Its requests: the first holds the plan, then extensions.
    pub requests: Vec<Request>,
    /// The commands that the plan lists.
    pub planned_commands: Vec<String>,
    /// Who approved what.
    pub approvals: Vec<Approval>,
    /// What was granted: the first, then extensions.
    pub grants: Vec<Granted>,
    /// Its sessions, in order.
    pub sessions: Vec<SessionStory>,
    /// Commands, in order of time.
    pub commands: Vec<GivenCommand>,
    /// Files that passed, in order of time.
    pub files: Vec<PassedFile>,
    /// Patients whose numbers came out of databases, in the order in which they first did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<SeenPatient>,
    /// Statements with which others came out, too, who cannot be listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub patients_unlisted: u64,
    /// The account that was made for it at the target, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<VisitAccountShown>,
    /// What was asked for inside sessions and refused.
    pub refused: Vec<RefusedAsk>,
    /// Lines of input that nobody can read any more.
    pub masked_lines: u64,
    /// The reports in the order in which they were filed; the last one counts.
    pub reports: Vec<FiledReport>,
    /// What is missing here because it is too much.
    pub left_out: StoryLeftOut,
    /// What a list of commands cannot know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Said>,
}

/// One person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Of which request.
    pub request: RequestId,
    /// Whose.
    pub by: PersonId,
    /// Their name, where the caller may see it.
    pub by_name: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Conditions in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
}

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// Its id.
    pub id: GrantId,
    /// When it was granted.
    pub at: Timestamp,
    /// From when until when.
    pub window: Window,
    /// Whether it extends another.
    pub extension: bool,
    /// Whether it was opened in an emergency.
    pub emergency: bool,
    /// Why it holds no more, if it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Said>,
}

/// One session of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionStory {
    /// The session.
    pub session: Session,
    /// Who attended it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attended: Vec<Stretch>,
    /// When it was paused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paused: Vec<Stretch>,
    /// Whether it can be told what was done in it: `content-…`.
    pub content: Said,
}

/// From when until when, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// The person; nobody if it was the machine's operator.
    pub by: Option<PersonId>,
    /// Their name, where the caller may see it.
    pub by_name: Option<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when; nothing while it lasts, or if the session's end ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenCommand {
    /// In which session.
    pub session: SessionId,
    /// In which channel.
    pub channel: u32,
    /// When.
    pub at: Timestamp,
    /// The command.
    pub text: String,
}

/// A patient whose number came out of a database (シQ-23 of the guideline's questions and answers).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenPatient {
    /// The number, as the database has it.
    pub patient: String,
    /// When it first came out.
    pub first: Timestamp,
    /// When it last did.
    pub last: Timestamp,
    /// With how many statements.
    pub statements: u64,
}

/// A file that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassedFile {
    /// In which session.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub direction: Handover,
    /// Its path on the target; `None` once erased.
    pub path: Option<String>,
    /// Bytes that passed.
    pub bytes: u64,
    /// SHA-256 of its content, if it passed whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// Something that was asked for in a session and refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedAsk {
    /// In which session.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// What: the id of the ask, and what it was about.
    pub what: String,
    /// The ids of the reasons.
    pub reasons: Vec<String>,
}

/// How much a story leaves out, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryLeftOut {
    /// Commands, and other things that the index of a recording did not hold any more.
    pub commands: u64,
    /// Files, and other entries.
    pub files: u64,
    /// Patients.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub patients: u64,
    /// Refusals.
    pub refused: u64,
    /// Differences.
    pub differences: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
