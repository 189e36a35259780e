//! The fold: entries and rows in, sightings out.

use std::net::IpAddr;
use std::time::Duration;

use access::{Entry, Event, Site};
use ids::{DeviceId, PersonId, SessionId, TargetId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::answer::{Grouping, Severity};
use crate::attempts::Attempts;
use crate::bounded::Bounded;
use crate::commands::signs;
use crate::decoys;
use crate::rule::Rule;
use crate::sessions::Sessions;
use crate::upkeep::Upkeep;
use crate::volumes::Volumes;

/// Of a person or the site one is told again after so long. Of a visit once.
const A_DAY: Duration = Duration::from_secs(24 * 3600);
/// What is counted over a week is told again after one.
const A_WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
/// Of commands one is told again after so long: what was stopped and let go on is stopped again.
const A_MINUTE: Duration = Duration::from_secs(60);
/// Groups that are remembered as told: more than a hundred for each rule. Of one that was forgotten one is told once more.
const MOST_TOLD: usize = 4_096;

/// A rule fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Which.
    pub rule: Rule,
    /// When what it saw happened; of something that did not happen: when that was noticed.
    pub at: Timestamp,
    /// To what it belongs: of one group and rule one is told once.
    pub group: Group,
    /// The entry of the ledger that made it fire, by its number; none for a row of a recording, and for what did not happen.
    pub entry: Option<u64>,
    /// Whom and what it is about, as far as that is known.
    pub of: Concerned,
    /// How many: attempts, rows, files, patients, bytes, as the rule counts; 1 where there is nothing to count.
    pub count: u64,
}

/// Whom and what a sighting is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// The visit.
    pub visit: Option<VisitId>,
    /// The session.
    pub session: Option<SessionId>,
    /// The person.
    pub person: Option<PersonId>,
    /// The device.
    pub device: Option<DeviceId>,
    /// The target.
    pub target: Option<TargetId>,
    /// The address from which it came.
    pub source: Option<IpAddr>,
    /// The device in whose log it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// To what a sighting belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// A visit.
    Visit(VisitId),
    /// A person, outside visits.
    Person(PersonId),
    /// A device whose log is kept.
    Log(String),
    /// The site.
    Site,
}

/// A row of a recording's index. Each row is handed in once, in the order of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'a> {
    /// A command line.
    Command(&'a str),
    /// A statement in a database, or a request to a web console, is over: so many rows came out. Of a copy the messages.
    Rows(u64),
    /// Numbers of patients came out.
    Patients {
        /// The numbers.
        numbers: &'a [String],
        /// False: others came out, too, who could not be listed.
        all: bool,
    },
}

/// What the rules remember. It can be rebuilt by folding the ledger again; rows of recordings whose sessions are over need not be
/// read for that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    told: Bounded<(Rule, Group), Option<Timestamp>, MOST_TOLD>,
    attempts: Attempts,
    sessions: Sessions,
    volumes: Volumes,
    upkeep: Upkeep,
}

/// What a family of rules found.
pub(crate) struct Found {
    pub(crate) rule: Rule,
    pub(crate) of: Concerned,
    pub(crate) count: u64,
}

impl Watch {
    /// Before the first entry.
    pub fn new() -> Self {
        Self::default()
    }

    /// An entry stands in the ledger under this number, and `site` is the state after it.
    pub fn heard(&mut self, site: &Site, number: u64, entry: &Entry) -> Vec<Sighting> {
        let mut found = Vec::new();
        self.hear(site, entry, &mut found);
        self.tell(found, entry.at, Some(number), None)
    }

    /// What happened decides which rules look at all: most of a ledger concerns none.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a new kind of event is no sign of anything until a rule says so"
    )]
    fn hear(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        match &entry.event {
            Event::CommandRefused { .. } => {
                self.attempts.refused(site, entry, found);
                self.volumes.refused(entry, found);
            }
            Event::SignedIn { .. } => {
                self.attempts.signed_in(site, entry, found);
                self.sessions.signed_in(site, entry, found);
            }
            Event::SignInLocked { person, source } => {
                self.attempts.locked(entry.at, (person, *source), found);
            }
            Event::DecoyTouched { .. } => decoys::touched(site, entry, found),
            Event::StrangersTurnedAway { sign_ins, .. } => {
                self.attempts.strangers(entry.at, *sign_ins, found);
            }
            Event::InvitationMissed { invitation } => {
                self.attempts.missed(entry, invitation, found);
            }
            Event::VisitRequested { person, asked, .. } => {
                self.attempts.asked(Some(person), asked.window);
                decoys::touched(site, entry, found);
            }
            Event::ExtensionRequested { visit, window, .. } => {
                let person = site.visit(visit).map(|visit| &visit.person);
                self.attempts.asked(person, *window);
            }
            Event::SessionOpened { .. } => {
                self.sessions.opened(site, entry, found);
                decoys::touched(site, entry, found);
            }
            Event::SessionEnded {
                session, reason, ..
            } => self.sessions.ended(site, session, reason, found),
            Event::SessionClosed {
                session, reason, ..
            } => {
                self.sessions.ended(site, session, reason, found);
                self.volumes.closed(site, entry, found);
                self.upkeep.closed(site, entry, found);
            }
            Event::FileHandedOver { .. } => self.volumes.file(site, entry, found),
            Event::SegmentSealed { .. } => self.upkeep.segment(site, entry, found),
            Event::GatewayStarted { .. } => self.upkeep.started(entry.at),
            Event::ClockDoubted { .. } => found.push(Found::of(Rule::ClockMoved)),
            // Whoever keeps the logs of others may tell of those, and of nothing else.
            Event::ForeignLogFound { found: told, .. } => {
                let rule = Rule::of(&told.rule).filter(|rule| rule.is_of_other_logs());
                // What ordinary work does every day waits for the week's inspection.
                let rule = rule.filter(|rule| rule.about().severity > Severity::Notable);
                found.extend(rule.map(|rule| Found {
                    of: Concerned {
                        log: Some(told.device.clone()),
                        ..Concerned::default()
                    },
                    count: told.count,
                    ..Found::of(rule)
                }));
            }
            Event::WitnessDisagreed { device, .. } => found.push(Found {
                of: Concerned {
                    device: device.clone(),
                    ..Concerned::default()
                },
                ..Found::of(Rule::WitnessDisagrees)
            }),
            _ => {}
        }
    }

    /// A row of the recording of a session, which `site` knows, was written at this moment.
    pub fn read(
        &mut self,
        site: &Site,
        session: &SessionId,
        at: Timestamp,
        row: Row<'_>,
    ) -> Vec<Sighting> {
        let mut found = Vec::new();
        match row {
            Row::Command(line) => {
                let of = Concerned::of_session(site, session);
                found.extend(signs(line).into_iter().map(|sign| Found {
                    of: of.clone(),
                    ..Found::of(sign.rule())
                }));
            }
            Row::Rows(rows) => self.volumes.rows(site, session, rows, &mut found),
            Row::Patients { numbers, all } => {
                self.volumes
                    .patients(site, session, (numbers, all), &mut found);
            }
        }
        let again = matches!(row, Row::Command(_)).then_some(A_MINUTE);
        self.tell(found, at, None, again)
    }

    /// It is now that late: what should have happened and did not. Once a minute is often enough.
    pub fn looked(&mut self, site: &Site, now: Timestamp) -> Vec<Sighting> {
        let mut found = Vec::new();
        self.upkeep.missing(site, now, &mut found);
        self.tell(found, now, None, None)
    }

    fn tell(
        &mut self,
        found: Vec<Found>,
        at: Timestamp,
        entry: Option<u64>,
        again: Option<Duration>,
    ) -> Vec<Sighting> {
        let mut sightings = Vec::new();
        for Found { rule, of, count } in found {
            let group = of.group(rule.about().grouping);
            if self.is_new(rule, &group, at, again) {
                sightings.push(Sighting {
                    rule,
                    at,
                    group,
                    entry,
                    of,
                    count,
                });
            }
        }
        sightings
    }

    /// Whether it is told now; `again`: after how long of a visit, too.
    fn is_new(
        &mut self,
        rule: Rule,
        group: &Group,
        at: Timestamp,
        again: Option<Duration>,
    ) -> bool {
        let told = self.told.touch((rule, group.clone()));
        let quiet = match group {
            Group::Visit(_) => again,
            Group::Person(_) | Group::Site if rule == Rule::GuessingSlowly => Some(A_WEEK),
            Group::Person(_) | Group::Log(_) | Group::Site => Some(A_DAY),
        };
        let is_new = told.is_none_or(|then| quiet.is_some_and(|quiet| at.since(then) >= quiet));
        if is_new {
            *told = Some(at);
        }
        is_new
    }

    /// How much is remembered: the entries of everything that is kept. It has a bound.
    pub fn remembered(&self) -> usize {
        self.told.len()
            + self.attempts.remembered()
            + self.sessions.remembered()
            + self.volumes.remembered()
            + self.upkeep.remembered()
    }
}

impl Found {
    pub(crate) fn of(rule: Rule) -> Self {
        Self {
            rule,
            of: Concerned::default(),
            count: 1,
        }
    }
}

impl Concerned {
    pub(crate) fn of_session(site: &Site, session: &SessionId) -> Self {
        let Some(known) = site.session(session) else {
            return Self {
                session: Some(session.clone()),
                ..Self::default()
            };
        };
        Self {
            visit: Some(known.visit.clone()),
            session: Some(known.id.clone()),
            person: Some(known.person.clone()),
            device: Some(known.device.clone()),
            target: Some(known.target.clone()),
            source: Some(known.source),
            log: None,
        }
    }

    fn group(&self, by: Grouping) -> Group {
        let visit = self.visit.clone().map(Group::Visit);
        let person = self.person.clone().map(Group::Person);
        match by {
            Grouping::Visit => visit.or(person),
            Grouping::Person => person,
            Grouping::Log => self.log.clone().map(Group::Log),
            Grouping::Site => None,
        }
        .unwrap_or(Group::Site)
    }
}
