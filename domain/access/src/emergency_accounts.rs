//! Emergency accounts (非常時用アカウント): an account at a target for the case that Sekisho, or the people who
//! keep it, are not there. Nobody visits under it. Its secret goes to paper, once, into a numbered envelope.
//!
//! Two persons make an envelope: one orders it, another prints it. Between the two the gateway replaces the
//! secret at the target, so that what is printed was never known to anybody.

use std::time::Duration;

use ids::Timestamp;
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::site::{Site, Target};
use crate::terms::{Protocol, SecretKind};

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// What the hospital says of an emergency account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyTerms {
    /// When the envelope is opened, by whom, and what to do then. It is printed on the sheet.
    pub instructions: String,
    /// After how many days somebody looks whether the envelope is still sealed.
    pub look_every_days: u16,
}

/// An emergency account, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyAccount {
    /// What the hospital says of it.
    pub terms: EmergencyTerms,
    /// The latest envelope. Those before are void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<Envelope>,
}

/// The envelope with an emergency account's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Its number: no other envelope of the site has it.
    pub number: u64,
    /// When it was ordered.
    pub ordered: Timestamp,
    /// By whom.
    pub by: Who,
    /// The number of the secret that was made for it, once the target has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<u64>,
    /// When it was printed, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<(Timestamp, Who)>,
    /// When somebody last saw it sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Timestamp>,
    /// That its secret may be known, or counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<EnvelopeUsed>,
}

/// That the secret of an envelope may be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeUsed {
    /// When it was said or found.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// What was found.
    pub found: EnvelopeFound,
    /// What somebody said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What was found of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeFound {
    /// Somebody looked: it lies in its place, sealed.
    Sealed,
    /// It was opened.
    Opened,
    /// It is not where it should be.
    Missing,
    /// The gateway found that the target does not take its secret any more.
    SecretDiffers,
    /// The gateway found that somebody signed in at the target with the account.
    SignedIn,
}

impl EnvelopeFound {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Sealed,
        Self::Opened,
        Self::Missing,
        Self::SecretDiffers,
        Self::SignedIn,
    ];

    /// Whether only the gateway can find it, because it asks the target.
    pub(crate) fn by_the_gateway(self) -> bool {
        match self {
            Self::SecretDiffers | Self::SignedIn => true,
            Self::Sealed | Self::Opened | Self::Missing => false,
        }
    }
}

/// What is to be done about an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeStanding {
    /// There is none: order one.
    NotOrdered,
    /// The secret for it is being made and set at the target.
    BeingMade,
    /// Another person than the one who ordered it prints it.
    AwaitingPrint,
    /// It is printed, and lies sealed as far as is known.
    Sealed,
    /// The same, and it is time that somebody looks.
    LookDue,
    /// Its secret may be known: order another one.
    Used,
    /// Another secret was set at the target: what is printed opens nothing.
    Void,
}

impl EmergencyAccount {
    /// Whether an envelope was ordered whose secret is not made yet.
    pub(crate) fn awaits_secret(&self) -> bool {
        let ordered = self.envelope.as_ref();
        ordered.is_some_and(|envelope| envelope.secret.is_none())
    }
}

impl Target {
    /// Whether its account can be one for emergencies: the gateway can replace its password, and there is no
    /// other account beside it.
    pub fn can_be_for_emergencies(&self) -> bool {
        let kind = match self.protocol {
            Protocol::Ssh => self.ssh.is_some(),
            Protocol::Postgres | Protocol::Mysql => self
                .database
                .as_ref()
                .is_some_and(|known| known.reader.is_none()),
            Protocol::Http | Protocol::Tcp | Protocol::Vnc | Protocol::Rdp | Protocol::Telnet => {
                false
            }
        };
        kind && self.visit_accounts.is_none() && self.secret.is_none_or(SecretKind::is_password)
    }

    /// How the envelope of its account stands; `None` if it is no emergency account.
    pub fn envelope_standing(&self, now: Timestamp) -> Option<EnvelopeStanding> {
        let account = self.emergency_account.as_ref()?;
        let Some(envelope) = &account.envelope else {
            return Some(EnvelopeStanding::NotOrdered);
        };
        let Some(secret) = envelope.secret else {
            return Some(EnvelopeStanding::BeingMade);
        };
        if envelope.used.is_some() {
            return Some(EnvelopeStanding::Used);
        }
        if secret != self.secrets || self.standing.compromised.is_some() {
            return Some(EnvelopeStanding::Void);
        }
        let Some((printed, _)) = envelope.printed else {
            return Some(EnvelopeStanding::AwaitingPrint);
        };
        let days = u64::from(account.terms.look_every_days);
        let last = envelope.looked.unwrap_or(printed);
        let due = last.plus(Duration::from_secs(days * DAY)) <= now;
        Some(if due {
            EnvelopeStanding::LookDue
        } else {
            EnvelopeStanding::Sealed
        })
    }
}

impl Site {
    /// The targets whose accounts are for emergencies.
    pub fn emergency_accounts(&self) -> impl Iterator<Item = &Target> {
        let all = self.targets.values();
        all.filter(|target| target.emergency_account.is_some())
    }
}
