//! Secrets that others may know, and how the gateway replaces secrets at their targets.

use ids::{TargetId, Timestamp};
use serde::{Deserialize, Serialize};

/// Says that the secret of an account may be known to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompromiseSecret {
    /// Of a database: whether it is that of the account that only reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reader: bool,
    /// Why; it is entered.
    pub reason: String,
}

/// Replaces the secret of an account at its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateSecret {
    /// Of a database: whether it is that of the account that only reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reader: bool,
}

/// That a secret may be known to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretCompromised {
    /// When it was said.
    pub at: Timestamp,
    /// By whom: a person's id, or `gateway`.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Which of two secrets opens a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretWorks {
    /// The new one.
    New,
    /// The old one; the new one was given up.
    Old,
    /// It is not known yet, and is looked at again.
    NotKnown,
}

/// What went wrong when a secret was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationFailure {
    /// The target did not answer.
    Unreachable,
    /// It showed another key than the pinned one.
    KeyDiffers,
    /// It refused the old secret.
    OldRefused,
    /// It refused to change the secret.
    ChangeRefused,
    /// How the account signs in is not one for which this is built.
    WayNotOffered,
    /// It took the new secret and did not let it in.
    NotProved,
    /// It was interrupted before the target had the new one.
    Interrupted,
    /// The old one could not be removed from the target.
    OldRemains,
    /// A device did not keep the new one over a restart.
    NotSaved,
    /// It was told the new one and did not answer: the old one opens it, and the new one may yet.
    InDoubt,
}

impl RotationFailure {
    /// The id of its sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Unreachable => "rotation-failed-unreachable",
            Self::KeyDiffers => "rotation-failed-key-differs",
            Self::OldRefused => "rotation-failed-old-refused",
            Self::ChangeRefused => "rotation-failed-change-refused",
            Self::WayNotOffered => "rotation-failed-way-not-offered",
            Self::NotProved => "rotation-failed-not-proved",
            Self::Interrupted => "rotation-failed-interrupted",
            Self::OldRemains => "rotation-failed-old-remains",
            Self::NotSaved => "rotation-failed-not-saved",
            Self::InDoubt => "rotation-failed-in-doubt",
        }
    }
}

impl SecretWorks {
    /// The id of its sentence.
    fn sentence(self) -> &'static str {
        match self {
            Self::New => "rotation-works-new",
            Self::Old => "rotation-works-old",
            Self::NotKnown => "rotation-works-not-known",
        }
    }
}

/// How the last replacement of a secret failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationFailed {
    /// When.
    pub at: Timestamp,
    /// What went wrong.
    pub why: RotationFailure,
    /// Which secret opens the target.
    pub works: SecretWorks,
}

impl RotationFailed {
    /// The id of the sentence that says which secret opens the target now.
    pub fn works_now(&self) -> &'static str {
        use RotationFailure as Why;
        match (self.works, self.why) {
            (SecretWorks::NotKnown, Why::NotSaved) => "rotation-works-new-for-now",
            (SecretWorks::NotKnown, Why::InDoubt | Why::NotProved) => "rotation-works-old-for-now",
            (works, _) => works.sentence(),
        }
    }
}

/// Which secrets the gateway replaces by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationTerms {
    /// At which targets; at least one.
    pub targets: Vec<TargetId>,
    /// After each visit that used it.
    pub after_visits: bool,
    /// When it is this many days old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_days: Option<u16>,
}
