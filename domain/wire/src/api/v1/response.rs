//! What an incident asks of people beside writing it down, and what is prepared for one (decision 0062).

use ids::{Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Confidence, IncidentShown};
use crate::Bytes;

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTaken {
    /// Its number in the incident, from 1.
    pub number: u32,
    /// What: `step-NAME`.
    pub step: String,
    /// What it is about: `matter-NAME`, `duty-NAME`, `capture-NAME`, `change-NAME`, `leak-NAME`, `care-NAME` or `public-notice-NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The note, the draft, the task or the first judgement to which it belongs, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u32>,
    /// When it was so.
    pub happened: Timestamp,
    /// When it was entered.
    pub entered: Timestamp,
    /// By whom.
    pub by: String,
    /// Its place in the ledger.
    pub entry: u64,
    /// In words; `None` once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Who decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// SHA-256 of what is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// How certain it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The steps that approved the sentences of which a notice is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<u32>,
}

impl StepTaken {
    /// The step in one line. `say` gives the sentence of an id.
    pub fn line(&self, say: impl Fn(&str) -> String) -> String {
        let mut line = say(&format!("step-{}", self.step));
        if let Some(name) = &self.name {
            line.push_str(": ");
            line.push_str(&say(name));
        }
        if let Some(about) = self.about {
            line.push_str(&format!(" ({about})"));
        }
        for text in [&self.said, &self.who].into_iter().flatten() {
            line.push_str(" / ");
            line.push_str(text);
        }
        line
    }
}

/// Whom to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyShown {
    /// Whom: `duty-NAME`.
    pub duty: String,
    /// When it is late; none where no time is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// It is late.
    pub late: bool,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<StepTaken>,
}

/// Evidence to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureShown {
    /// Which: `capture-NAME`.
    pub capture: String,
    /// Where it is kept, or why it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<StepTaken>,
}

/// A set of data and what was thought of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgedShown {
    /// The number of the step that judged it first.
    pub number: u32,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Every judgement; the last one counts.
    pub revisions: Vec<StepTaken>,
}

/// What keeps care going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CareShown {
    /// What: `care-NAME`.
    pub care: String,
    /// Since when it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<StepTaken>,
    /// How many minutes after the incident began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeDrafted {
    /// Which: `public-notice-NAME`.
    pub kind: String,
    /// Its draft, with the text.
    pub draft: StepTaken,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<StepTaken>,
    /// Who sent it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<StepTaken>,
    /// A note on which it rests was corrected since.
    pub corrected: bool,
}

/// A task after an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskGiven {
    /// Whose it is.
    pub owner: PersonId,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// Until when.
    pub due: Timestamp,
    /// It is late.
    pub late: bool,
    /// What.
    pub given: StepTaken,
    /// Who said that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<StepTaken>,
}

/// A card: what was agreed while nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardShown {
    /// On which matter: `matter-NAME`.
    pub matter: String,
    /// When; none: nothing is agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What an incident asks of people, and what of it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseShown {
    /// The incident.
    pub incident: IncidentShown,
    /// Evidence, in the order in which it is kept.
    pub captures: Vec<CaptureShown>,
    /// Of all of it somebody said where it is, or why not.
    pub preserved: bool,
    /// What was done that destroys evidence.
    pub changes: Vec<StepTaken>,
    /// Whom to tell.
    pub duties: Vec<DutyShown>,
    /// What was decided.
    pub decisions: Vec<StepTaken>,
    /// What was agreed before.
    pub cards: Vec<CardShown>,
    /// What keeps care going.
    pub care: Vec<CareShown>,
    /// Sets of data.
    pub judged: Vec<JudgedShown>,
    /// Sentences that may be said outside.
    pub facts: Vec<StepTaken>,
    /// Notices.
    pub notices: Vec<NoticeDrafted>,
    /// What was learned.
    pub lessons: Vec<StepTaken>,
    /// Tasks.
    pub tasks: Vec<TaskGiven>,
}

/// Takes a step. What each kind needs stands in `docs/operating/response.md`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeStep {
    /// Of which incident.
    pub incident: u64,
    /// What: `decided`, `told`, `not-owed`, `captured`, `not-captured`, `changed`, `judged`, `continued`, `fact`, `drafted`,
    /// `approved`, `published`, `learned`, `given`, `done`.
    pub step: String,
    /// What it is about, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The note, the draft, the task, or the first judgement of the same data, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u32>,
    /// The steps that approved the sentences of a notice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<u32>,
    /// Who decided it; or the name of a set of data that is judged for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Whose task it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// How certain a judgement is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// SHA-256 of evidence that is kept elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// A small piece of evidence, which is kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Bytes>,
    /// When it was so; none: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Timestamp>,
    /// In words. A notice has none: its text is put together from its sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactShown {
    /// Their number on the list, from 1.
    pub number: u32,
    /// As what: `contact-NAME`.
    pub role: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
    /// When somebody last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Timestamp>,
    /// Whether they were reached then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// They were not reached for half a year, or never.
    pub untried: bool,
}

/// What is prepared for incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparationShown {
    /// What was agreed.
    pub cards: Vec<CardShown>,
    /// Whom to call.
    pub contacts: Vec<ContactShown>,
    /// For whom nobody stands on the list: `contact-NAME`.
    pub missing: Vec<String>,
}

/// Agrees on a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreePolicy {
    /// On which: `no-contact`, `no-payment`, `spokesperson`, `cut-lines`.
    pub matter: String,
    /// What.
    pub said: String,
}

/// Adds somebody to call, or changes who stands under a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetContact {
    /// Under which number; none: the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// As what: `director`, `office`, `it`, `vendor`, `ministry`, `police`, `prefecture`, `ppc`, `other`; none: nobody any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How: telephone, another way when that is down, at which hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
}

/// Says that somebody was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TryContact {
    /// Who, by their number.
    pub number: u32,
    /// Whether they were reached.
    pub reached: bool,
}
