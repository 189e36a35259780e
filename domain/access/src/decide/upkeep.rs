//! The founding, the kit, erasure, the clock, and what the gateway notes.

use ids::{PersonId, SessionId, VisitId};

use super::asking::{Asking, Reasons, too_many};
use super::held_files::Judged;
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::command::GatewayNote;
use crate::event::{Event, Founding};
use crate::foreign_logs::{ForeignTold, ToldAt};
use crate::level::NEWEST_LEVEL;
use crate::limits;
use crate::reason::{Reason, Refusal};

impl Asking<'_> {
    pub(super) fn found(&self, founding: Founding) -> Result<Vec<Event>, Refusal> {
        let mut why = Reasons::default();
        why.unless(self.site.founding.is_none(), Reason::AlreadySo);
        why.text(&founding.name, limits::LONGEST_NAME);
        for host in [&founding.engineers_name, &founding.console_name] {
            why.text(host, limits::LONGEST_HOST);
        }
        let same = founding
            .engineers_name
            .eq_ignore_ascii_case(&founding.console_name);
        why.unless(!same, Reason::NameTaken);
        for key in [&founding.site_vkey, &founding.kit_vkey, &founding.kit_seal] {
            why.text(key, limits::LONGEST_KEY);
        }
        why.limit(founding.lan.len(), limits::MOST_LAN, "networks");
        why.limit(founding.own.len(), limits::MOST_OWN, "addresses");
        for net in founding.lan.iter().filter(|net| net.prefix_len() == 0) {
            why.no(Reason::PrefixTooWide {
                net: net.to_string(),
            });
        }
        why.settle()?;
        Ok(vec![Event::SiteFounded { founding }])
    }

    pub(super) fn seal_kit(&self) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        if self.caller.who == Who::Kit {
            why.unless(self.site.founding.is_some(), Reason::SetupIncomplete);
        } else {
            self.keeper(&mut why);
        }
        why.unless(!self.site.kit_sealed, Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::KitSealed {}, Outcome::Done)
    }

    pub(super) fn erase_person(&self, person: PersonId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let found = self.site.persons.get(&person);
        // Who approves is erased by who approves: an operator does not remove approvers.
        match found {
            Some(found) if found.approves() => self.approver(&mut why),
            _ => self.keeper(&mut why),
        };
        if let Some(found) = why.need(found, Reason::NotFound) {
            why.unless(found.erased.is_none(), Reason::AlreadySo);
            self.not_the_last(Some(found), &mut why);
        }
        why.settle()?;
        Decided::one(Event::PersonErased { person }, Outcome::Done)
    }

    pub(super) fn confirm_clock(&self) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(self.site.clock_in_doubt(self.wall), Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::ClockConfirmed { wall: self.wall }, Outcome::Done)
    }

    pub(super) fn set_report_due(&self, days: u8) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let most = limits::LONGEST_REPORT_DUE_DAYS;
        why.unless(
            (1..=most).contains(&days),
            too_many("days", usize::from(most)),
        );
        why.unless(self.site.report_due_days != days, Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::ReportDueSet { days }, Outcome::Done)
    }

    pub(super) fn upgrade_site(&self) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(self.site.level < NEWEST_LEVEL, Reason::AlreadySo);
        why.settle()?;
        let level = NEWEST_LEVEL;
        Decided::one(Event::SiteUpgraded { level }, Outcome::Done)
    }

    /// Nothing is entered that the release before could not read, until the site is committed to it.
    pub(super) fn readable(&self, decided: Decided) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let held = self.site.level;
        let all = decided.events.iter().all(|event| event.level() <= held);
        why.unless(all, Reason::NotUpgraded);
        why.settle()?;
        Ok(decided)
    }

    pub(super) fn note(&self, note: GatewayNote) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.gateway_only(&mut why);
        if let GatewayNote::FileJudged {
            session,
            direction,
            name,
            bytes,
            sha256,
            look,
        } = note
        {
            return self.judged(Judged {
                session,
                direction,
                name,
                bytes,
                sha256,
                look,
            });
        }
        let event = self.noted(note, &mut why);
        why.settle()?;
        match event {
            Some(event) => Decided::one(event, Outcome::Done),
            None => Err(Reasons::default().refusal()),
        }
    }

    fn noted(&self, note: GatewayNote, why: &mut Reasons) -> Option<Event> {
        Some(match note {
            GatewayNote::Started { version, clean } => {
                why.text(&version, limits::LONGEST_KEY);
                Event::GatewayStarted { version, clean }
            }
            GatewayNote::Notice(note) => return self.notice_noted(note, why),
            GatewayNote::Stopped => Event::GatewayStopped {},
            GatewayNote::Refused {
                caller,
                command,
                reasons,
                times,
                visit,
            } => {
                why.text(&command, limits::LONGEST_NAME);
                why.limit(reasons.len(), limits::MOST_REASONS, "reasons");
                let known = visit
                    .as_ref()
                    .is_none_or(|visit| self.site.visits.contains_key(visit));
                why.unless(known, Reason::NotFound);
                Event::CommandRefused {
                    caller,
                    command,
                    reasons,
                    times,
                    visit,
                }
            }
            GatewayNote::SignInLocked { person, source } => {
                why.unless(self.site.persons.contains_key(&person), Reason::NotFound);
                Event::SignInLocked { person, source }
            }
            GatewayNote::DecoyTouched {
                decoy,
                person,
                device,
                source,
            } => {
                why.unless(self.site.decoys.contains(&decoy), Reason::NotFound);
                Event::DecoyTouched {
                    decoy,
                    person,
                    device,
                    source,
                }
            }
            GatewayNote::ForeignLog { at, told } => self.foreign_log(at, told, why),
            GatewayNote::StrangersTurnedAway {
                connections,
                sign_ins,
            } => Event::StrangersTurnedAway {
                connections,
                sign_ins,
            },
            GatewayNote::FileHandedOver {
                session,
                direction,
                name,
                bytes,
                sha256,
                look,
            } => {
                let visit = self.visit_of(&session, why)?;
                Event::FileHandedOver {
                    session,
                    visit,
                    direction,
                    name,
                    bytes,
                    sha256,
                    look,
                }
            }
            // It has an outcome of its own: taken above.
            GatewayNote::FileJudged { .. } => return None,
            GatewayNote::RecordingsSealed {
                root,
                count,
                leaves,
            } => Event::RecordingsSealed {
                root,
                count,
                leaves,
            },
            GatewayNote::SegmentSealed {
                session,
                number,
                sha256,
                frames,
                head,
                last,
            } => {
                let visit = self.visit_of(&session, why)?;
                Event::SegmentSealed {
                    session,
                    visit,
                    number,
                    sha256,
                    frames,
                    head,
                    last,
                }
            }
            GatewayNote::RecordingViewed { by, session, how } => {
                why.text(&how, limits::LONGEST_NAME);
                let visit = self.visit_of(&session, why)?;
                Event::RecordingViewed {
                    viewer: by,
                    session,
                    visit,
                    how,
                }
            }
            GatewayNote::Viewed {
                by,
                what,
                number,
                visit,
            } => {
                why.text(&what, limits::LONGEST_NAME);
                let known = visit
                    .as_ref()
                    .is_none_or(|visit| self.site.visits.contains_key(visit));
                why.unless(known, Reason::NotFound);
                Event::Viewed {
                    viewer: by,
                    what,
                    number,
                    visit,
                }
            }
            GatewayNote::SignedIn {
                person,
                factors,
                device,
                source,
            } => {
                why.unless(self.site.persons.contains_key(&person), Reason::NotFound);
                Event::SignedIn {
                    person,
                    factors,
                    device,
                    source,
                }
            }
            GatewayNote::SignedOut { person, of } => {
                why.unless(self.site.persons.contains_key(&person), Reason::NotFound);
                Event::SignedOut { person, of }
            }
            GatewayNote::WitnessDisagreed {
                device,
                how,
                size,
                root,
            } => {
                why.text(&how, limits::LONGEST_NAME);
                Event::WitnessDisagreed {
                    device,
                    how,
                    size,
                    root,
                }
            }
            GatewayNote::LedgerResumed { statement } => {
                let fits = statement.chars().count() <= limits::LONGEST_STATEMENT;
                why.unless(fits && !statement.is_empty(), Reason::TextTooLong);
                Event::LedgerResumed { statement }
            }
            GatewayNote::ClockDoubted { witness } => Event::ClockDoubted {
                wall: self.wall,
                witness,
            },
            GatewayNote::ReceiptIssued { by, visit } => {
                why.unless(self.site.visits.contains_key(&visit), Reason::NotFound);
                Event::ReceiptIssued { reader: by, visit }
            }
            GatewayNote::LedgerExported { by, size } => Event::LedgerExported { reader: by, size },
            GatewayNote::LedgerVerified { size, root } => Event::LedgerVerified { size, root },
            GatewayNote::InvitationMissed { invitation } => {
                why.unless(
                    self.site.invitations.contains_key(&invitation),
                    Reason::NotFound,
                );
                Event::InvitationMissed { invitation }
            }
        })
    }

    /// What another process told: its words are bounded, and each place is heard once.
    fn foreign_log(&self, at: ToldAt, told: ForeignTold, why: &mut Reasons) -> Event {
        why.unless(at.is_one(), Reason::TextTooLong);
        why.unless(self.site.foreign_logs.is_new(&at), Reason::AlreadySo);
        match told {
            ForeignTold::Found(found) => {
                why.text(&found.rule, limits::LONGEST_NAME);
                why.text(&found.device, limits::LONGEST_NAME);
                Event::ForeignLogFound { at, found }
            }
            ForeignTold::Sealed(sealed) => {
                why.text(&sealed.file, limits::LONGEST_NAME);
                Event::ForeignLogSealed { at, sealed }
            }
        }
    }

    fn visit_of(&self, session: &SessionId, why: &mut Reasons) -> Option<VisitId> {
        let session = why.need(self.site.sessions.get(session), Reason::NotFound);
        session.map(|session| session.visit.clone())
    }
}
