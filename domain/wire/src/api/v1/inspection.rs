//! The inspection of the log.

use ids::{Timestamp, VisitId};
use serde::{Deserialize, Serialize};

/// How often something was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The name of what it was: a target's, or that of a reason, a rule, a verdict, a kind of entry.
    pub name: String,
    /// How often.
    pub times: u64,
}

/// Something that should have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingShown {
    /// The id of its sentence.
    pub id: String,
    /// What fills it.
    pub detail: String,
    /// The console's page on which it is mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// An inspection that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionShown {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Up to which entry.
    pub until: u64,
    /// The visits that were to be looked at.
    pub sampled: Vec<VisitId>,
    /// What was found; `None` once erased, and to who is not of the hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What the ledger says since the last inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeekShown {
    /// The first entry.
    pub from: u64,
    /// The end, which is not among them: what is signed for.
    pub until: u64,
    /// When the first of them was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<Timestamp>,
    /// When the last of them was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
    /// When the next inspection is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Sessions, by target.
    pub visited: Vec<Counted>,
    /// What was refused, by reason: `reason-NAME`.
    pub refused: Vec<Counted>,
    /// Connections of nobody known that were turned away.
    pub strangers: u64,
    /// Sign-ins that failed.
    pub failed_sign_ins: u64,
    /// What rules saw: `rule-NAME`.
    pub alerts: Vec<Counted>,
    /// What rules saw in the logs of other devices: `rule-NAME`.
    pub other_logs: Vec<Counted>,
    /// What alerts were: `alert-verdict-NAME`.
    pub judged: Vec<Counted>,
    /// What changed: `entry-NAME`.
    pub changed: Vec<Counted>,
    /// The visits whose recordings are to be looked at.
    pub sampled: Vec<VisitId>,
    /// What should have happened and did not.
    pub missing: Vec<MissingShown>,
    /// The inspections before, the newest first.
    pub before: Vec<InspectionShown>,
}

/// Signs for what the ledger says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectLog {
    /// Up to which entry, which is not among them: as it was shown. The visits follow from it.
    pub until: u64,
    /// What was found; it is entered.
    pub said: String,
}
