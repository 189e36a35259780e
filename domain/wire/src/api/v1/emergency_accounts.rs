//! Emergency accounts and their envelopes. The secret of one is in none of these: it goes to paper from a page.

use ids::{TargetId, Timestamp};
use serde::{Deserialize, Serialize};

/// What the hospital says of an emergency account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyTerms {
    /// When the envelope is opened, by whom, and what to do then. It is printed on the sheet.
    pub instructions: String,
    /// After how many days somebody looks whether the envelope is still sealed.
    pub look_every_days: u16,
}

/// Chooses whether the account of a target is kept for emergencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetEmergencyAccount {
    /// How; none: it is an account like others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<EmergencyTerms>,
}

/// What somebody saw of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeSeen {
    /// It lies in its place, sealed.
    Sealed,
    /// It was opened.
    Opened,
    /// It is not where it should be.
    Missing,
}

/// Says what was seen of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeeEnvelope {
    /// Which one: its number.
    pub number: u64,
    /// What.
    pub found: EnvelopeSeen,
    /// In words, of one that was opened or is missing; it is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is known of an envelope whose secret may be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeUse {
    /// Somebody said that it was opened.
    Opened,
    /// Somebody said that it is missing.
    Missing,
    /// The target does not take its secret any more.
    SecretDiffers,
    /// Somebody signed in at the target with the account.
    SignedIn,
}

impl EnvelopeUse {
    /// The id of its sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Opened => "envelope-opened",
            Self::Missing => "envelope-missing",
            Self::SecretDiffers => "envelope-secret-differs",
            Self::SignedIn => "envelope-signed-in",
        }
    }
}

/// That the secret of an envelope may be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeUsed {
    /// When it was said or found.
    pub at: Timestamp,
    /// By whom: a person's id, or `gateway`.
    pub by: String,
    /// What.
    pub found: EnvelopeUse,
    /// What somebody said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The latest envelope of an emergency account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeShown {
    /// Its number.
    pub number: u64,
    /// When it was ordered.
    pub ordered: Timestamp,
    /// By whom: a person's id.
    pub ordered_by: String,
    /// When it was printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<Timestamp>,
    /// By whom: a person's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_by: Option<String>,
    /// When somebody last saw it sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Timestamp>,
    /// That its secret may be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<EnvelopeUsed>,
}

/// What is to be done about an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeStanding {
    /// There is none.
    NotOrdered,
    /// The secret for it is being set at the target.
    BeingMade,
    /// Another person than the one who ordered it prints it.
    AwaitingPrint,
    /// It is printed, and lies sealed as far as is known.
    Sealed,
    /// The same, and it is time that somebody looks.
    LookDue,
    /// Its secret may be known.
    Used,
    /// Another secret was set at the target.
    Void,
}

impl EnvelopeStanding {
    /// The id of its sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotOrdered => "envelope-not-ordered",
            Self::BeingMade => "envelope-being-made",
            Self::AwaitingPrint => "envelope-awaiting-print",
            Self::Sealed => "envelope-sealed",
            Self::LookDue => "envelope-look-due",
            Self::Used => "envelope-used",
            Self::Void => "envelope-void",
        }
    }
}

/// An emergency account, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyAccountShown {
    /// At which target.
    pub target: TargetId,
    /// The target's name.
    pub name: String,
    /// The account's name there.
    pub account: String,
    /// What the hospital says of it.
    pub terms: EmergencyTerms,
    /// What is to be done.
    pub standing: EnvelopeStanding,
    /// The latest envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<EnvelopeShown>,
}

/// A target whose account could be kept for emergencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PossibleEmergencyAccount {
    /// Which.
    pub target: TargetId,
    /// Its name.
    pub name: String,
    /// The account's name there.
    pub account: String,
}

/// The emergency accounts of a hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyAccounts {
    /// Those that are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<EmergencyAccountShown>,
    /// Those that could be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<PossibleEmergencyAccount>,
}
