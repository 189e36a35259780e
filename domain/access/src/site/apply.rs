//! Folding an entry into the state. Pure, and total: what does not fit is named, nothing panics.

use ids::*;

use super::*;
use crate::caller::Who;
use crate::command::{DeviceEnrolment, NewPasskey, Subject};
use crate::event::Authority;
use crate::foreign_logs::ForeignLogs;
use crate::level::NEWEST_LEVEL;
use crate::limits;
use crate::reason::Reason;
use crate::response::PolicyCard;
use crate::secrets::{SecretFound, SecretSetting};

/// An entry that does not continue this state: the ledger is not whole, or not this site's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// It belongs to another site.
    #[error("the entry belongs to {found}, the ledger to {expected}")]
    OtherSite {
        /// Whose ledger this is.
        expected: SiteId,
        /// Whose entry it is.
        found: SiteId,
    },
    /// Its time is before the entry before it.
    #[error("the entry's time {at} is before the entry before it, {last}")]
    TimeWentBack {
        /// The last entry's.
        last: Timestamp,
        /// This entry's.
        at: Timestamp,
    },
    /// The ledger does not begin with the founding, or has a second one.
    #[error("{kind} is not possible here: a ledger begins with one site_founded")]
    Beginning {
        /// The event's kind.
        kind: &'static str,
    },
    /// Its place in the visit's story is not the next one.
    #[error("the entry is not the next part of {visit}: expected part {expected}, found {found}")]
    Part {
        /// Of which visit.
        visit: VisitId,
        /// The place that comes next.
        expected: u64,
        /// The place found, or none.
        found: String,
    },
    /// It gives an id that is not the next one of its kind.
    #[error("{found} is not the next id of its kind")]
    NotTheNextId {
        /// The id found.
        found: String,
    },
    /// It names something that does not exist.
    #[error("{kind} names {missing}, which does not exist")]
    Missing {
        /// The event's kind.
        kind: &'static str,
        /// What is missing.
        missing: String,
    },
    /// The ledger goes on in a way that this release does not know, or goes back.
    #[error(
        "the ledger goes from level {held} to level {level}, this release knows up to {newest}: upgrade sekisho, then start again"
    )]
    LaterLevel {
        /// The level so far.
        held: u16,
        /// The level from here on.
        level: u16,
        /// The latest that this release knows.
        newest: u16,
    },
    /// The event is written from a later level on than the ledger has.
    #[error("{kind} is written from level {level} on, the ledger has level {held}")]
    BeforeItsLevel {
        /// The event's kind.
        kind: &'static str,
        /// From which level.
        level: u16,
        /// The ledger's.
        held: u16,
    },
    /// The event can only be a person's doing.
    #[error("{kind} is entered by somebody who is not a person")]
    NotAPerson {
        /// The event's kind.
        kind: &'static str,
    },
}

impl Site {
    /// Folds one entry into the state.
    ///
    /// # Errors
    /// If the entry does not continue this state. The state is then to be thrown away: what was
    /// folded of the entry is not undone.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), ApplyError> {
        self.check_frame(entry)?;
        Folding {
            at: entry.at,
            by: &entry.by.who,
            kind: entry.event.kind(),
        }
        .fold(self, &entry.event)?;
        self.check_part(entry)?;
        self.last_at = entry.at;
        self.entries += 1;
        Ok(())
    }

    fn check_frame(&self, entry: &Entry) -> Result<(), ApplyError> {
        if entry.site != self.id {
            return Err(ApplyError::OtherSite {
                expected: self.id.clone(),
                found: entry.site.clone(),
            });
        }
        if entry.at < self.last_at {
            return Err(ApplyError::TimeWentBack {
                last: self.last_at,
                at: entry.at,
            });
        }
        let level = entry.event.level();
        if level > self.level {
            return Err(ApplyError::BeforeItsLevel {
                kind: entry.event.kind(),
                level,
                held: self.level,
            });
        }
        let founds = matches!(entry.event, Event::SiteFounded { .. });
        if founds != self.founding.is_none() {
            return Err(ApplyError::Beginning {
                kind: entry.event.kind(),
            });
        }
        Ok(())
    }

    fn rise(&mut self, level: u16) -> Result<(), ApplyError> {
        let (held, newest) = (self.level, NEWEST_LEVEL);
        if level <= held || level > newest {
            return Err(ApplyError::LaterLevel {
                held,
                level,
                newest,
            });
        }
        self.level = level;
        Ok(())
    }

    /// Counts the entry into its visit's story. After the fold, because the first part of a story
    /// is the entry that begins the visit.
    fn check_part(&mut self, entry: &Entry) -> Result<(), ApplyError> {
        let told = entry.event.visit();
        let found = entry
            .part
            .as_ref()
            .map_or("none".to_owned(), |part| part.n.to_string());
        match (told, &entry.part) {
            (None, None) => Ok(()),
            (Some(id), part) => {
                let visit = self.visits.get_mut(id).ok_or_else(|| ApplyError::Missing {
                    kind: entry.event.kind(),
                    missing: id.to_string(),
                })?;
                let next = part
                    .as_ref()
                    .is_some_and(|p| p.visit == *id && p.n == visit.parts);
                if !next {
                    let expected = visit.parts;
                    return Err(ApplyError::Part {
                        visit: id.clone(),
                        expected,
                        found,
                    });
                }
                visit.parts += 1;
                Ok(())
            }
            (None, Some(part)) => Err(ApplyError::Part {
                visit: part.visit.clone(),
                expected: 0,
                found,
            }),
        }
    }
}

/// The entry being folded, but for its event.
struct Folding<'a> {
    at: Timestamp,
    by: &'a Who,
    kind: &'static str,
}

/// The record under an id, or an error that names it.
macro_rules! the {
    ($folding:ident, $map:expr, $id:expr) => {
        $map.get_mut($id).ok_or_else(|| ApplyError::Missing {
            kind: $folding.kind,
            missing: $id.to_string(),
        })?
    };
}

/// Whether an id is the next one of its kind; ids are never given twice.
macro_rules! next {
    ($map:expr, $id:expr) => {
        if $id.number() != u64::try_from($map.len()).unwrap_or(u64::MAX) + 1 {
            return Err(ApplyError::NotTheNextId {
                found: $id.to_string(),
            });
        }
    };
}

impl Folding<'_> {
    fn person(&self) -> Result<PersonId, ApplyError> {
        match self.by {
            Who::Person(person) => Ok(person.clone()),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => {
                Err(ApplyError::NotAPerson { kind: self.kind })
            }
        }
    }

    fn fold(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::SiteFounded { founding } => {
                site.founding = Some(founding.clone());
                Ok(())
            }
            Event::VendorRegistered { .. }
            | Event::SourcesChanged { .. }
            | Event::SourcesReconfirmed { .. } => self.vendor(site, event),
            Event::InvitationIssued { .. }
            | Event::InvitationMissed { .. }
            | Event::InvitationWithdrawn { .. } => self.invitation(site, event),
            Event::PersonJoined { .. }
            | Event::FactorsReset { .. }
            | Event::FactorsSetUp { .. }
            | Event::PersonErased { .. }
            | Event::PersonLimited { .. }
            | Event::DeviceEnrolled { .. }
            | Event::DeviceConfirmed { .. } => self.people(site, event),
            Event::PasskeyAdded { .. }
            | Event::PasskeyRemoved { .. }
            | Event::AttestationTrusted { .. }
            | Event::AttestationDistrusted { .. } => self.passkeys(site, event),
            Event::TargetRegistered { .. }
            | Event::TargetPinned { .. }
            | Event::HostKeyPinned { .. }
            | Event::DatabaseServerPinned { .. }
            | Event::PatientColumnsNamed { .. }
            | Event::TargetSecretSet { .. } => self.target(site, event),
            Event::RiskAccepted {
                target,
                risk_kind,
                risk,
            } => self.risk_accepted(site, target, (*risk_kind, risk)),
            Event::RiskWithdrawn { target, why } => self.risk_withdrawn(site, target, why),
            Event::SecretCompromised {
                target,
                reader,
                why,
            } => self.secret_compromised(site, (target, *reader), why),
            Event::SecretRotationBegun {
                target,
                reader,
                cause,
            } => self.rotation_begun(site, (target, *reader), *cause),
            Event::SecretRotationEnded {
                target,
                reader,
                works,
                failed,
            } => self.rotation_ended(site, (target, *reader), *works, *failed),
            Event::SecretsChecked { found, whole } => self.secrets_checked(site, found, *whole),
            Event::SecretPolicySet { policy } => {
                site.secret_policy = policy.clone();
                Ok(())
            }
            Event::EmergencyAccountSet { target, terms } => {
                self.emergency_account_set(site, target, terms.as_ref())
            }
            Event::EnvelopeOrdered { target, number } => {
                self.envelope_ordered(site, target, *number)
            }
            Event::EnvelopePrinted { target, .. } => self.envelope_printed(site, target),
            Event::EnvelopeSeen {
                target, found, why, ..
            } => self.envelope_seen(site, target, *found, why.as_deref()),
            Event::VisitAccountsSet { target, accounts } => {
                self.visit_accounts_set(site, target, accounts.as_ref())
            }
            Event::RotationWaySet { target, way } => {
                self.rotation_way_set(site, target, way.as_ref())
            }
            Event::VisitAccountBegun {
                visit,
                target,
                account,
            } => self.visit_account_begun(site, visit, target, account),
            Event::VisitAccountEnded { visit, left, .. } => {
                self.visit_account_ended(site, visit, *left)
            }
            Event::AlertRaised {
                alert,
                rule,
                about,
                evidence,
                answer,
            } => {
                self.alert_raised(site, (*alert, rule), about, (evidence, *answer));
                Ok(())
            }
            Event::AlertSettled {
                alert,
                verdict,
                why,
            } => self.alert_settled(site, *alert, *verdict, *why),
            Event::LogInspected {
                until,
                sampled,
                said,
            } => {
                site.keep_inspection(Inspection {
                    at: self.at,
                    by: self.by.clone(),
                    until: *until,
                    sampled: sampled.clone(),
                    said: *said,
                });
                Ok(())
            }
            Event::IncidentBegun { incident, cause } => {
                self.incident_begun(site, *incident, *cause);
                Ok(())
            }
            Event::IncidentNoted { incident, note } => self.incident_noted(site, *incident, note),
            Event::IncidentStepped { incident, step } => {
                self.incident_stepped(site, *incident, step)
            }
            Event::PolicyAgreed { matter, said } => {
                let (at, by, said) = (self.at, self.by.clone(), *said);
                let card = PolicyCard { at, by, said };
                site.preparation.cards.insert(*matter, card);
                Ok(())
            }
            Event::ContactSet { number, contact } => {
                self.contact_set(site, *number, contact.as_ref());
                Ok(())
            }
            Event::ContactTried { number, reached } => {
                let known = the!(self, site.preparation.contacts, number);
                known.tried = Some((self.at, *reached));
                Ok(())
            }
            Event::IncidentClosed { incident, said } => {
                self.incident_closed(site, *incident, *said)
            }
            Event::DecoySet { decoy, set } => {
                if *set {
                    site.decoys.insert(decoy.clone());
                } else {
                    site.decoys.remove(decoy);
                }
                Ok(())
            }
            Event::RuleAnswerSet { rule, answer } => {
                let answers = &mut site.alerts.answers;
                match answer {
                    Some(answer) => answers.insert(rule.clone(), *answer),
                    None => answers.remove(rule),
                };
                Ok(())
            }
            Event::TargetTermsChanged { target, terms } => self.retermed(site, target, terms),
            Event::IsolatedOne { .. } | Event::LiftOneAgreed { .. } | Event::LiftedOne { .. } => {
                self.isolation_of_one(site, event)
            }
            Event::Suspended { .. } | Event::Resumed { .. } | Event::GrantWithdrawn { .. } => {
                self.suspension(site, event)
            }
            Event::VisitRequested { .. }
            | Event::ExtensionRequested { .. }
            | Event::RequestWithdrawn { .. }
            | Event::RequestRefused { .. } => self.request(site, event),
            Event::ApprovalGiven { .. }
            | Event::ApprovalGranted { .. }
            | Event::EmergencyOpened { .. }
            | Event::DebtAnswered { .. } => self.approval(site, event),
            Event::EnvelopeSealed { .. } | Event::NightChainSet { .. } => {
                self.night(site, event);
                Ok(())
            }
            Event::SessionOpened { .. }
            | Event::ChannelOpened { .. }
            | Event::FileHandedOver { .. }
            | Event::FileJudged { .. }
            | Event::FileReleased { .. }
            | Event::FileRefused { .. }
            | Event::DeletionConfirmed { .. }
            | Event::AttendanceBegan { .. }
            | Event::AttendanceEnded { .. }
            | Event::SessionPaused { .. }
            | Event::SessionContinued { .. }
            | Event::EngineerTold { .. }
            | Event::SessionEnded { .. }
            | Event::SessionClosed { .. }
            | Event::ReportFiled { .. }
            | Event::VisitReviewed { .. }
            | Event::SignedOut { .. } => self.session(site, event),
            Event::Isolated { .. }
            | Event::LiftAgreed { .. }
            | Event::LiftDelayStarted { .. }
            | Event::Lifted { .. } => self.isolation(site, event),
            Event::KitSealed {}
            | Event::ClockDoubted { .. }
            | Event::ClockConfirmed { .. }
            | Event::GatewayStarted { .. }
            | Event::GatewayStopped {}
            | Event::CommandRefused { .. }
            | Event::DecoyTouched { .. }
            | Event::SignInLocked { .. }
            | Event::ReportDueSet { .. }
            | Event::RelayRegistered { .. }
            | Event::RelayRemoved { .. }
            | Event::ConsoleOpened { .. }
            | Event::ConsoleClosed {}
            | Event::WitnessDisagreed { .. } => {
                self.upkeep(site, event);
                Ok(())
            }
            Event::MailServerSet { .. }
            | Event::WebhookSet { .. }
            | Event::WebhookRemoved { .. }
            | Event::NoticeTermsSet { .. }
            | Event::WaysSet { .. }
            | Event::RequestUnanswered { .. }
            | Event::NoticeDelivered { .. }
            | Event::NoticeSeen { .. } => {
                site.enter_notice(event, self.at);
                Ok(())
            }
            Event::SiteUpgraded { level } => {
                let before = site.names_risks();
                site.rise(*level)?;
                if !before && site.names_risks() {
                    self.owners_asked_for(site);
                }
                Ok(())
            }
            Event::ForeignLogFound { at, .. } => {
                site.foreign_logs.heard = Some(at.clone());
                Ok(())
            }
            Event::ForeignLogSealed { at, sealed } => {
                site.foreign_logs = ForeignLogs {
                    heard: Some(at.clone()),
                    head: Some(sealed.clone()),
                };
                Ok(())
            }
            Event::StrangersTurnedAway { .. }
            | Event::LedgerVerified { .. }
            | Event::RecordingsSealed { .. }
            | Event::SegmentSealed { .. }
            | Event::RecordingViewed { .. }
            | Event::Viewed { .. }
            | Event::SignedIn { .. }
            | Event::LedgerResumed { .. }
            | Event::ReceiptIssued { .. }
            | Event::LedgerExported { .. } => Ok(()),
        }
    }
}

mod alerts;
mod emergency_accounts;
mod errands;
mod incidents;
mod passkeys;
mod registers;
mod retermed;
mod risks;
mod rotation;
mod secrets;
mod sessions;
mod visit_accounts;
