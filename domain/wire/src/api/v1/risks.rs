//! Accepted risks of targets.

use ids::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// Accepts the risk on which a target rests, or renews that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptRisk {
    /// Why the hospital accepts it, and what it does meanwhile; it is entered.
    pub reason: String,
    /// Who answers for it: a person of the hospital.
    pub owner: PersonId,
    /// Until when: a year ahead at the farthest.
    pub until: Timestamp,
}

/// Accepts the risk on which a target rests no more. Its sessions end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRisk {
    /// Why; it is entered.
    pub reason: String,
}

/// What is not safe about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskKind {
    /// Its server does not encrypt.
    NoTls,
    /// Its server speaks only TLS that is given up everywhere else.
    OldTls,
    /// Raw TCP: what passes is not understood.
    RawTcp,
    /// Telnet: nothing is encrypted, the password neither, and the console cannot prove which one it is.
    Telnet,
}

impl RiskKind {
    /// The id of its sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoTls => "risk-kind-no-tls",
            Self::OldTls => "risk-kind-old-tls",
            Self::RawTcp => "risk-kind-raw-tcp",
            Self::Telnet => "risk-kind-telnet",
        }
    }
}

/// How the accepted risk of a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskStands {
    /// It holds for long.
    Holds,
    /// It holds, and nobody of the hospital answers for it.
    Unowned,
    /// It ends soon.
    EndsSoon,
    /// It holds no more, or never did: nobody enters the target.
    Over,
}

impl RiskStands {
    /// The id of its sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Holds => "risk-stands-holds",
            Self::Unowned => "risk-stands-unowned",
            Self::EndsSoon => "risk-stands-ends-soon",
            Self::Over => "risk-stands-over",
        }
    }
}

/// The risk on which a target rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskShown {
    /// What is not safe.
    pub kind: RiskKind,
    /// How it stands.
    pub stands: RiskStands,
    /// How it was accepted last, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<AcceptedRisk>,
}

/// How a risk was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedRisk {
    /// Why.
    pub reason: String,
    /// Who answers for it; nobody, if it was accepted before that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Until when.
    pub until: Timestamp,
    /// Who accepted it: a person by their id.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Since when it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Timestamp>,
}
