//! Alerts: what a rule saw, what was done at once, and what somebody of the hospital made of it.
//!
//! What rules there are, and what each of them looks at, is not known here (`watch`): a rule is a name. Signs that are
//! about the same visit, person, device or target are one alert until it is settled, so that one story is told once.

use std::collections::BTreeMap;

use ids::{Commitment, DeviceId, PersonId, SessionId, TargetId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::limits;
use crate::site::Site;

/// What is done at once when a rule has seen something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// Its name, in sentences' ids: `rule-answer-…`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Pause => "pause",
            Self::End => "end",
            Self::Suspend => "suspend",
            Self::Isolate => "isolate",
        }
    }
}

/// What an alert is about: signs about the same are one alert.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AlertAbout {
    /// A visit.
    Visit(VisitId),
    /// A person, outside a visit.
    Person(PersonId),
    /// A device, outside a visit.
    Device(DeviceId),
    /// A target that somebody reached for.
    Target(TargetId),
    /// A device whose log is kept, by what the hospital or its own log calls it.
    Log(String),
    /// The site itself: its clock, its recordings, its witnesses, strangers at its door.
    Site,
}

/// Where what a rule saw can be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Evidence {
    /// An entry of the ledger, by its place.
    Entry(u64),
    /// A moment of a recording.
    Recording {
        /// Which session's.
        session: SessionId,
        /// Milliseconds since its beginning.
        at_millis: u64,
    },
}

/// What a rule saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The rule's name.
    pub rule: String,
    /// When it was entered.
    pub at: Timestamp,
    /// Where it can be read.
    pub evidence: Evidence,
    /// What was done at once.
    pub answer: RuleAnswer,
}

/// What somebody found an alert to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertVerdict {
    /// Ordinary work.
    Ordinary,
    /// Not in order, and no attack: the vendor was asked.
    Questioned,
    /// An incident.
    Incident,
}

impl AlertVerdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::Questioned, Self::Incident];

    /// Its name, in sentences' ids: `alert-verdict-…`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Questioned => "questioned",
            Self::Incident => "incident",
        }
    }
}

/// What is asked of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertCommand {
    /// Enter that a rule has seen something, and do what is to be done at once. The gateway alone does.
    Raise {
        /// The rule's name.
        rule: String,
        /// What it is about.
        about: AlertAbout,
        /// Where it can be read.
        evidence: Evidence,
        /// What is done at once.
        answer: RuleAnswer,
        /// The reason that stands with a suspension or an isolation.
        reason: Commitment,
    },
    /// Say what an alert was.
    Settle {
        /// Its number.
        alert: u64,
        /// What it was.
        verdict: AlertVerdict,
        /// Why that is known.
        why: Commitment,
    },
    /// Choose what is done when a rule has seen something.
    Answer {
        /// The rule's name.
        rule: String,
        /// What is done; `None`: what the rule itself says.
        answer: Option<RuleAnswer>,
    },
}

/// How an alert was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// What stands in the ledger before this entry was known.
    pub until: u64,
    /// What it was.
    pub verdict: AlertVerdict,
    /// Why that is known.
    pub why: Commitment,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Its number at the site, from 1.
    pub number: u64,
    /// What it is about.
    pub about: AlertAbout,
    /// When the first sign was entered.
    pub since: Timestamp,
    /// What was seen, in order; never empty. A rule stands here again where it was answered again.
    pub signs: Vec<Sign>,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

impl Alert {
    /// The hardest of what was done at once.
    pub fn answered(&self) -> RuleAnswer {
        let answers = self.signs.iter().map(|sign| sign.answer);
        answers.max().unwrap_or(RuleAnswer::Tell)
    }

    pub(crate) fn has(&self, rule: &str) -> bool {
        self.signs.iter().any(|sign| sign.rule == rule)
    }
}

/// The alerts of a site, and what its hospital chose for its rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// How many there were.
    pub(crate) raised: u64,
    /// By their numbers: those that are open, and the latest of the others.
    pub(crate) kept: BTreeMap<u64, Alert>,
    /// What is done for a rule, where it is not what the rule itself says.
    pub(crate) answers: BTreeMap<String, RuleAnswer>,
}

impl Alerts {
    pub(crate) fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    pub(crate) fn open_about(&self, about: &AlertAbout) -> Option<&Alert> {
        let mut open = self.kept.values().filter(|alert| alert.settled.is_none());
        open.find(|alert| alert.about == *about)
    }

    /// Whether somebody has said already what this was, or it is being told: the same place, or one before the settlement of an
    /// alert with the same rule.
    pub(crate) fn was_said(&self, rule: &str, about: &AlertAbout, evidence: &Seen<'_>) -> bool {
        let mut same = self.kept.values().filter(|alert| alert.about == *about);
        same.any(|alert| {
            let settled = alert.settled.as_ref();
            let before = settled.is_some_and(|settled| evidence.was_before(settled));
            let read = |sign: &Sign| sign.rule == rule && sign.evidence == *evidence.evidence;
            (before && alert.has(rule)) || alert.signs.iter().any(read)
        })
    }

    /// Settled ones are forgotten when there are many; the ledger has them.
    pub(crate) fn forget_old(&mut self) {
        if self.kept.len() <= limits::ALERTS_KEPT {
            return;
        }
        let mut over = self.kept.values().filter(|alert| alert.settled.is_some());
        if let Some(oldest) = over.next().map(|alert| alert.number) {
            self.kept.remove(&oldest);
        }
    }
}

/// What a rule saw, and when that was if it stands in a recording.
pub(crate) struct Seen<'a> {
    pub(crate) evidence: &'a Evidence,
    pub(crate) recorded: Option<Timestamp>,
}

impl Seen<'_> {
    fn was_before(&self, settled: &Settled) -> bool {
        match self.evidence {
            Evidence::Entry(number) => *number < settled.until,
            Evidence::Recording { .. } => self.recorded.is_some_and(|at| at <= settled.at),
        }
    }
}

impl Site {
    /// The alerts that are kept, the first one first: every open one.
    pub fn alerts(&self) -> impl DoubleEndedIterator<Item = &Alert> {
        self.alerts.kept.values()
    }

    /// One alert.
    pub fn alert(&self, number: u64) -> Option<&Alert> {
        self.alerts.kept.get(&number)
    }

    /// What this hospital chose to be done for a rule; `None`: what the rule says.
    pub fn rule_answer(&self, rule: &str) -> Option<RuleAnswer> {
        self.alerts.answers.get(rule).copied()
    }
}
