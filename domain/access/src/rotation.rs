//! Secrets that are replaced: one that may be known to others is not used until it was, and the gateway
//! replaces secrets at their targets in two steps, between which both are kept.

use std::time::Duration;

use ids::{NonEmpty, TargetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::reason::Reason;
use crate::secrets::{AccountSecret, SecretStanding};
use crate::site::{Site, Target};
use crate::terms::{Protocol, SecretKind};

/// After a replacement that failed, the gateway begins none by itself for this long: a target that refuses
/// must not be asked every minute, and some lock an account that is asked too often.
const AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);

/// How long a new secret is kept while the target refuses it and takes the old one, if the target may have
/// been told the new one: one that is slow may take it by then.
const DOUBTED_FOR: Duration = Duration::from_secs(10 * 60);

/// While it is not known which of two secrets opens the target, it is asked again after this long, after twice
/// that, and so on.
const FIRST_AGAIN: Duration = Duration::from_secs(60);

/// No less often than this: what was mended there is noticed within an hour.
const LAST_AGAIN: Duration = Duration::from_secs(60 * 60);

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// That a secret may be known to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compromise {
    /// When it was said.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// Why.
    pub why: String,
}

/// Why a secret is replaced at its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationCause {
    /// Somebody asked for it.
    Asked,
    /// Others may know it.
    Compromised,
    /// A visit used it.
    Used,
    /// It is as old as the hospital lets one become.
    Scheduled,
    /// An envelope was ordered for an emergency account.
    Envelope,
}

/// A replacement that is under way: the new secret is kept beside the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// When it began.
    pub begun: Timestamp,
    /// Why.
    pub cause: RotationCause,
    /// Since when it is not known which of the two opens the target, or since its way was chosen anew or it was
    /// doubted after that: from here the tries are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Timestamp>,
    /// Since when the old secret opens the target and the new one does not, although the target may have been
    /// told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubted: Option<Timestamp>,
}

impl Rotation {
    /// When the target is asked again after `last`, if it was ever asked without an answer that counts. It follows
    /// from the ledger alone: a restart neither hastens nor delays it.
    pub fn next_try(&self, last: Timestamp) -> Option<Timestamp> {
        let (mut at, mut waits) = (self.open?.plus(FIRST_AGAIN), FIRST_AGAIN);
        while at <= last {
            waits = waits.saturating_mul(2).min(LAST_AGAIN);
            at = at.plus(waits);
        }
        Some(at)
    }

    /// Whether a new secret that is refused now is given up: it was refused before, some minutes ago.
    pub fn gives_up(&self, now: Timestamp) -> bool {
        let doubted = self.doubted;
        doubted.is_some_and(|since| since.plus(DOUBTED_FOR) <= now)
    }
}

/// Which of two secrets opens the target, as far as the gateway has proved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Works {
    /// The new one.
    New,
    /// The old one; the new one is given up.
    Old,
    /// It is not known yet: both are kept, and it is tried again.
    NotKnown,
}

/// What went wrong with a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationFailure {
    /// The target does not answer, or speaks otherwise than expected.
    Unreachable,
    /// It shows another key than the pinned one: nothing was said to it.
    KeyDiffers,
    /// It refuses the old secret.
    OldRefused,
    /// It refuses to change the secret.
    ChangeRefused,
    /// How the account signs in is not one for which this is built.
    WayNotOffered,
    /// It took the new secret and does not let it in.
    NotProved,
    /// It was interrupted before the new one counted at the target, or the target did not take it in time.
    Interrupted,
    /// The new one works, and the old one could not be removed from the target.
    OldRemains,
    /// The new one works until the device restarts: it was not written where the device keeps it.
    NotSaved,
    /// It was told the new one and did not say that it refuses it: the old one opens it, and the new one
    /// may yet.
    InDoubt,
}

impl RotationFailure {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unreachable,
        Self::KeyDiffers,
        Self::OldRefused,
        Self::ChangeRefused,
        Self::WayNotOffered,
        Self::NotProved,
        Self::Interrupted,
        Self::OldRemains,
        Self::NotSaved,
        Self::InDoubt,
    ];

    /// Its name, in sentences' ids: `rotation-failed-…`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::KeyDiffers => "key-differs",
            Self::OldRefused => "old-refused",
            Self::ChangeRefused => "change-refused",
            Self::WayNotOffered => "way-not-offered",
            Self::NotProved => "not-proved",
            Self::Interrupted => "interrupted",
            Self::OldRemains => "old-remains",
            Self::NotSaved => "not-saved",
            Self::InDoubt => "in-doubt",
        }
    }

    /// Whether the old secret opens the target when it is not known which of the two will.
    pub(crate) fn is_doubt(self) -> bool {
        matches!(self, Self::InDoubt | Self::NotProved)
    }
}

/// A replacement that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationFailed {
    /// When.
    pub at: Timestamp,
    /// What went wrong.
    pub why: RotationFailure,
    /// Which secret opens the target.
    pub works: Works,
}

/// Which secrets the gateway replaces by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationTerms {
    /// At which targets. An account that other programs use too must not be among them.
    pub targets: NonEmpty<TargetId>,
    /// After each visit that used it.
    pub after_visits: bool,
    /// When it is this many days old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_days: Option<u16>,
}

/// A replacement that is due by the hospital's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationDue {
    /// At which target.
    pub target: TargetId,
    /// Of a database: whether that of the account that only reads.
    pub reader: bool,
    /// Why.
    pub cause: RotationCause,
}

impl SecretStanding {
    /// Why no session may be opened with it.
    pub(crate) fn not_usable(&self) -> Option<Reason> {
        if self.compromised.is_some() {
            Some(Reason::SecretCompromised)
        } else {
            self.rotating.as_ref().map(|_| Reason::SecretRotating)
        }
    }
}

impl Target {
    /// Whether the gateway can replace its secrets: it knows how to sign in and how to ask for it.
    pub fn can_be_rotated(&self) -> bool {
        match self.protocol {
            Protocol::Ssh => self.ssh.is_some(),
            Protocol::Postgres | Protocol::Mysql => self.database.is_some(),
            Protocol::Http | Protocol::Tcp | Protocol::Vnc | Protocol::Rdp | Protocol::Telnet => {
                false
            }
        }
    }

    /// Of what kind the secret of an account is, if there is one.
    pub fn secret_of(&self, reader: bool) -> Option<SecretKind> {
        if reader {
            (self.reader_secrets > 0).then_some(SecretKind::Password)
        } else {
            self.secret
        }
    }

    /// How many secrets were set for an account: the number of the one that counts.
    pub fn secrets_of(&self, reader: bool) -> u64 {
        if reader {
            self.reader_secrets
        } else {
            self.secrets
        }
    }

    /// What is known of one account's secret.
    pub fn standing_of(&self, reader: bool) -> &SecretStanding {
        if reader {
            &self.reader_standing
        } else {
            &self.standing
        }
    }
}

impl Site {
    /// Whether a session is open that signed in with this account's secret, or the account is needed to
    /// remove that of a visit.
    pub fn account_in_use(&self, target: &TargetId, reader: bool) -> bool {
        if !reader && self.accounts_at(target).next().is_some() {
            return true;
        }
        let mut live = self.live_sessions();
        live.any(|session| &session.target == target && self.signed_in_as(&session.grant) == reader)
    }

    /// Whether sessions under a grant sign in as the account that only reads.
    fn signed_in_as(&self, grant: &ids::GrantId) -> bool {
        let grant = self.grant(grant);
        let terms = grant.and_then(|grant| grant.terms.database.as_ref());
        terms.is_some_and(|terms| !terms.write)
    }

    /// The replacements that are under way.
    pub fn rotations(&self) -> impl Iterator<Item = AccountSecret<'_>> {
        let all = self.account_secrets();
        all.filter(|known| known.standing.rotating.is_some())
    }

    /// The first replacement that is due and can begin.
    pub fn rotation_due(&self, now: Timestamp) -> Option<RotationDue> {
        let ordered = self.emergency_accounts().find(|target| {
            let envelope = target.emergency_account.as_ref();
            let envelope = envelope.and_then(|account| account.envelope.as_ref());
            // One that was ordered after a failure is a person's wish to try again.
            let asked = envelope.map(|envelope| envelope.ordered);
            let failed = target.standing.failed.as_ref();
            let waits = failed.is_some_and(|failed| {
                asked.is_some_and(|asked| failed.at >= asked) && now < failed.at.plus(AGAIN_AFTER)
            });
            envelope.is_some_and(|envelope| envelope.secret.is_none())
                && target.secret.is_some()
                && target.standing.rotating.is_none()
                && target.is_way_provable()
                && !waits
        });
        if let Some(target) = ordered {
            return Some(RotationDue {
                target: target.id.clone(),
                reader: false,
                cause: RotationCause::Envelope,
            });
        }
        self.rotation_due_by_terms(now)
    }

    fn rotation_due_by_terms(&self, now: Timestamp) -> Option<RotationDue> {
        let terms = self.secret_policy.rotation.as_ref()?;
        let covered = self
            .account_secrets()
            .filter(|known| terms.targets.iter().any(|id| *id == known.target.id));
        covered.into_iter().find_map(|known| {
            let set = known.standing.set_at()?;
            let idle = known.target.can_be_rotated()
                && known.target.is_way_provable()
                && known.target.secret_of(known.reader).is_some()
                && known.standing.rotating.is_none()
                && !self.account_in_use(&known.target.id, known.reader);
            let failed = known.standing.failed.as_ref();
            let waits = failed.is_some_and(|failed| now < failed.at.plus(AGAIN_AFTER));
            if !idle || waits {
                return None;
            }
            let old = terms
                .every_days
                .is_some_and(|days| set.plus(Duration::from_secs(u64::from(days) * DAY)) <= now);
            let used = terms.after_visits && self.used_since(&known, set);
            let cause = if known.standing.compromised.is_some() {
                RotationCause::Compromised
            } else if used {
                RotationCause::Used
            } else if old {
                RotationCause::Scheduled
            } else {
                return None;
            };
            Some(RotationDue {
                target: known.target.id.clone(),
                reader: known.reader,
                cause,
            })
        })
    }

    fn used_since(&self, known: &AccountSecret<'_>, set: Timestamp) -> bool {
        self.sessions().any(|session| {
            session.target == known.target.id
                && session.opened >= set
                && self.signed_in_as(&session.grant) == known.reader
        })
    }
}
