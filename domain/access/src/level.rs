//! From which level of the ledger on an event is written.
//!
//! A program reads every level up to its own and stops at a later one with advice. It writes only what
//! the ledger's level allows: until somebody commits the site to a new level (`sekisho site upgrade
//! --commit`), the release before can be started again, and reads everything (architecture §2).
//!
//! A new kind of event, a new reason or a new word inside an event begins with the next level; the
//! golden ledgers (`tests/golden/`) hold which were there before.

use crate::event::Event;
use crate::terms::{EndReason, SecretKind};

/// The level of a new ledger.
pub const FIRST_LEVEL: u16 = 1;

/// The latest level that this release reads, and to which it can commit a site.
pub const NEWEST_LEVEL: u16 = 2;

/// The level from which databases, web consoles, desktops and telnet are registered, with all by which their servers are known, and
/// risks are accepted with an owner.
const UNDERSTOOD_FROM: u16 = 2;
/// The level from which a secret that is set is said to be weak.
const WEAKNESS_FROM: u16 = 2;
/// The level from which targets trust an authority.
const CERTIFICATES_FROM: u16 = 2;
/// The level from which rules end sessions.
const ALERTS_FROM: u16 = 2;
/// Reasons why an isolation is lifted.
pub(crate) const LIFT_REASONS_FROM: u16 = 2;
/// The level from which it is told what was seen of a file.
const LOOKS_FROM: u16 = 2;
/// The level from which a session ends as its worker crashed.
pub(crate) const CRASHES_FROM: u16 = 2;

/// The kinds that came after the first level, with the level from which they are written.
const LATER: &[(&str, u16)] = &[
    ("ledger_verified", 2),
    ("console_opened", 2),
    ("console_closed", 2),
    ("passkey_added", 2),
    ("passkey_removed", 2),
    ("attestation_trusted", 2),
    ("attestation_distrusted", 2),
    ("target_terms_changed", 2),
    ("engineer_told", 2),
    ("visit_reviewed", 2),
    ("person_limited", 2),
    ("viewed", 2),
    ("mail_server_set", 2),
    ("webhook_set", 2),
    ("webhook_removed", 2),
    ("notice_terms_set", 2),
    ("ways_set", 2),
    ("request_unanswered", 2),
    ("notice_delivered", 2),
    ("notice_seen", 2),
    ("database_server_pinned", 2),
    ("risk_accepted", 2),
    ("risk_withdrawn", 2),
    ("patient_columns_named", 2),
    ("secret_compromised", 2),
    ("secret_rotation_begun", 2),
    ("secret_rotation_ended", 2),
    ("emergency_account_set", 2),
    ("envelope_ordered", 2),
    ("envelope_printed", 2),
    ("envelope_seen", 2),
    ("rotation_way_set", 2),
    ("visit_accounts_set", 2),
    ("visit_account_begun", 2),
    ("visit_account_ended", 2),
    ("secrets_checked", 2),
    ("secret_policy_set", 2),
    ("file_judged", 2),
    ("file_released", 2),
    ("file_refused", 2),
    ("deletion_confirmed", 2),
    ("alert_raised", 2),
    ("alert_settled", 2),
    ("rule_answer_set", 2),
    ("log_inspected", 2),
    ("incident_begun", 2),
    ("incident_noted", 2),
    ("incident_stepped", 2),
    ("incident_closed", 2),
    ("policy_agreed", 2),
    ("contact_set", 2),
    ("contact_tried", 2),
    ("foreign_log_found", 2),
    ("isolated_one", 2),
    ("lift_one_agreed", 2),
    ("lifted_one", 2),
    ("foreign_log_sealed", 2),
    ("decoy_set", 2),
    ("decoy_touched", 2),
    ("sign_in_locked", 2),
];

impl Event {
    /// The level from which it is written.
    pub fn level(&self) -> u16 {
        Self::level_of(self.kind()).max(self.level_of_its_words())
    }

    /// The level of what it says in words that came after its kind. Whatever is said of a database, a web
    /// console or a desktop needs one that is registered.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other event says only what it said at the level of its kind"
    )]
    fn level_of_its_words(&self) -> u16 {
        match self {
            Self::TargetRegistered {
                database: Some(_), ..
            }
            | Self::TargetRegistered { web: Some(_), .. }
            | Self::TargetRegistered {
                desktop: Some(_), ..
            }
            | Self::TargetRegistered {
                telnet: Some(_), ..
            }
            | Self::TargetRegistered { risk: Some(_), .. } => UNDERSTOOD_FROM,
            Self::TargetSecretSet { weak, accepted, .. }
                if !weak.is_empty() || accepted.is_some() =>
            {
                WEAKNESS_FROM
            }
            Self::TargetSecretSet {
                secret: SecretKind::Certificate,
                ..
            } => CERTIFICATES_FROM,
            Self::FileHandedOver { look: Some(_), .. } => LOOKS_FROM,
            Self::SessionClosed {
                reason: EndReason::WorkerCrashed,
                ..
            } => CRASHES_FROM,
            Self::SessionClosed {
                reason: EndReason::EndedByRule,
                ..
            }
            | Self::SessionEnded {
                reason: EndReason::EndedByRule,
                ..
            } => ALERTS_FROM,
            Self::LiftAgreed { why: Some(_) } | Self::Lifted { why: Some(_), .. } => {
                LIFT_REASONS_FROM
            }
            _ => FIRST_LEVEL,
        }
    }

    /// The level from which events of a kind are written.
    pub fn level_of(kind: &str) -> u16 {
        LATER
            .iter()
            .find(|(later, _)| *later == kind)
            .map_or(FIRST_LEVEL, |(_, level)| *level)
    }
}
