//! Alerts and the rules behind them.

use ids::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};

/// What is done at once when a rule has seen something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleAnswer {
    /// People are told.
    Tell,
    /// The sessions stand still until a person lets them go on.
    Pause,
    /// The sessions end.
    End,
    /// The person and the device are suspended, too.
    Suspend,
    /// The whole site is isolated.
    Isolate,
}

impl RuleAnswer {
    /// All of them, the mildest first.
    pub const ALL: [Self; 5] = [
        Self::Tell,
        Self::Pause,
        Self::End,
        Self::Suspend,
        Self::Isolate,
    ];

    /// Its name, as it is typed; its sentence is `rule-answer-NAME`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Pause => "pause",
            Self::End => "end",
            Self::Suspend => "suspend",
            Self::Isolate => "isolate",
        }
    }
}

/// What an alert was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertVerdict {
    /// Ordinary work.
    Ordinary,
    /// Not in order, and cleared up with the vendor.
    Questioned,
    /// An incident.
    Incident,
}

impl AlertVerdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::Questioned, Self::Incident];

    /// Its name, as it is typed; its sentence is `alert-verdict-NAME`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Questioned => "questioned",
            Self::Incident => "incident",
        }
    }
}

/// What a rule saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignShown {
    /// The rule's name; its sentences are `rule-NAME` and `rule-NAME-why`.
    pub rule: String,
    /// What a person can do now, three things at the most: `advice-NAME`.
    pub advice: Vec<String>,
    /// When it was entered.
    pub at: Timestamp,
    /// What was done at once.
    pub answer: RuleAnswer,
    /// The entry of the ledger in which it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The session in whose recording it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// At which moment of it, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_millis: Option<u64>,
}

/// How an alert was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettledShown {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What it was.
    pub verdict: AlertVerdict,
    /// Why that is known; `None` once erased, and to who is not of the hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertShown {
    /// Its number.
    pub number: u64,
    /// When it began.
    pub since: Timestamp,
    /// What it is about: the id of a visit, a person, a device or a target; none: the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What that is called, where it has a name that the ledger knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What was seen, the first first.
    pub signs: Vec<SignShown>,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<SettledShown>,
}

/// The alerts of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertList {
    /// Those that are open, then the latest of the others; the newest first.
    pub alerts: Vec<AlertShown>,
}

/// Says what an alert was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleAlert {
    /// Its number.
    pub alert: u64,
    /// What it was.
    pub verdict: AlertVerdict,
    /// Why that is known; it is entered.
    pub why: String,
}

/// A step of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepShown {
    /// Which incident: `incident-NAME`.
    pub incident: String,
    /// The step's number, as decision 0059 counts them.
    pub number: u8,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleShown {
    /// Its name; its sentences are `rule-NAME`, `rule-NAME-why` and `rule-NAME-cost`.
    pub name: String,
    /// How grave it is: `severity-NAME`.
    pub severity: String,
    /// Which steps of which incidents it answers.
    pub steps: Vec<StepShown>,
    /// What a person can do, three things at the most: `advice-NAME`.
    pub advice: Vec<String>,
    /// What is done at once.
    pub answer: RuleAnswer,
    /// What the rule itself says.
    pub usual: RuleAnswer,
    /// What can be chosen.
    pub possible: Vec<RuleAnswer>,
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleList {
    /// All of them.
    pub rules: Vec<RuleShown>,
}

/// Chooses what is done when a rule has seen something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRule {
    /// The rule's name.
    pub rule: String,
    /// What is done; none: what the rule itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RuleAnswer>,
}
