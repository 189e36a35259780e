//! Attempts: what is tried at the door, before or beside a session.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use access::{Caller, Door, Employer, Entry, Event, Reason, Site, Source, Who, Window};
use ids::{InvitationId, PersonId, Timestamp};

use crate::bounded::{Bounded, Tally};
use crate::rule::Rule;
use crate::watch::{Concerned, Found};

const MINUTES: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// Failed sign-ins within ten minutes that nobody mistypes.
const A_BURST: u64 = 30;
/// Failed sign-ins within a week: ten people who mistype twice a working day stay below.
const A_SLOW_TRICKLE: u64 = 120;
/// Wrong codes of one person within an hour: an envelope holds codes that are read out, and misheard twice at the worst.
const WRONG_CODES: u64 = 3;
/// So often a name is locked within a day: after five failures, and again after each wait. Who mistypes twice over gives up or asks.
const LOCKED: u64 = 3;
/// Persons or invitations with wrong codes, or locked names, within a day.
const SEVERAL: usize = 3;
/// Sessions asked for within ten minutes for which there is nothing.
const TARGETS_TRIED: u64 = 20;
/// Forwardings tried within ten minutes: one that stands in the engineer's own configuration is tried once or twice.
const FORWARDINGS_TRIED: u64 = 5;
/// So long before or after the approved time somebody is early or late, and no more than that.
const EARLY_OR_LATE: Duration = HOUR;

/// As many persons as a site can have.
const MOST_PERSONS: usize = 5_000;
/// Visits that are followed: more than go on at the same time.
const MOST_VISITS: usize = 512;
/// Persons, and invitations, of whom codes are guessed: three are too many.
const MOST_GUESSED: usize = 64;
/// Times that were asked for by one person, the last ones.
const MOST_ASKED: usize = 16;

/// What is remembered of attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    burst: Tally,
    trickle: Tally,
    persons: Bounded<PersonId, Tried, MOST_PERSONS>,
    codes: Bounded<PersonId, Wrong, MOST_GUESSED>,
    invitations: Bounded<InvitationId, Wrong, MOST_GUESSED>,
    names: Bounded<PersonId, Wrong, MOST_GUESSED>,
    forwardings: Bounded<ids::VisitId, Tally, MOST_VISITS>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tried {
    /// Times for which visits were asked, whatever came of it.
    asked: VecDeque<Window>,
    sessions: Tally,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wrong {
    tally: Tally,
    last: Option<Timestamp>,
}

impl Wrong {
    fn add(&mut self, at: Timestamp, times: u64, within: Duration) -> u64 {
        self.last = Some(at);
        self.tally.add(at, times, within)
    }

    fn within_a_day(&self, at: Timestamp) -> bool {
        self.last.is_some_and(|last| at.since(last) <= DAY)
    }
}

impl Attempts {
    pub(crate) fn refused(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::CommandRefused {
            caller,
            command,
            reasons,
            times,
            visit,
        } = &entry.event
        else {
            return;
        };
        let Who::Person(person) = &caller.who else {
            return;
        };
        let of = Concerned {
            visit: visit.clone(),
            ..concerned(caller)
        };
        let times = u64::from(*times);
        let mut push = |rule, count| {
            let of = of.clone();
            found.push(Found { rule, of, count });
        };
        if caller.factors.are_two_classes() {
            if reasons.iter().any(is_of_the_source) {
                push(Rule::UnlistedSource, times);
            }
            if caller.door == Door::Engineers && reasons.iter().any(is_of_the_device) {
                push(Rule::UnknownDevice, times);
            }
        }
        match command.as_str() {
            "open_session" => {
                if let Some(rule) = self.unplanned(person, reasons, entry.at) {
                    push(rule, times);
                }
                let nothing_there = [Reason::NotFound, Reason::NoGrant];
                if reasons.iter().any(|reason| nothing_there.contains(reason)) {
                    let tried = self.persons.touch(person.clone());
                    let tried = tried.sessions.add(entry.at, times, MINUTES);
                    if tried >= TARGETS_TRIED {
                        push(Rule::TargetsTried, tried);
                    }
                }
            }
            "open_channel" if reasons.iter().any(is_forwarding) => {
                let visit = visit.clone().or_else(|| visit_of(site, person));
                let tally = visit.clone().map(|visit| self.forwardings.touch(visit));
                let tried = tally.map_or(0, |tally| tally.add(entry.at, times, MINUTES));
                if tried >= FORWARDINGS_TRIED {
                    let of = Concerned {
                        visit,
                        ..of.clone()
                    };
                    let rule = Rule::ForwardingTried;
                    found.push(Found {
                        rule,
                        of,
                        count: tried,
                    });
                }
            }
            _ => {}
        }
        if reasons.contains(&Reason::EmergencyCodeWrong) {
            self.wrong_code(person, of, entry.at, times, found);
        }
    }

    /// Whether nothing was asked for of which the person may think that it is now.
    fn unplanned(&self, person: &PersonId, reasons: &[Reason], now: Timestamp) -> Option<Rule> {
        let rule = reasons.iter().find_map(|reason| {
            if *reason == Reason::NoGrant {
                return Some(Rule::WithoutPlan);
            }
            is_of_the_time(reason, now).then_some(Rule::OutsideWindow)
        })?;
        let tried = self.persons.known(person);
        let expected = tried
            .into_iter()
            .flat_map(|tried| &tried.asked)
            .any(|window| {
                window.from.minus(EARLY_OR_LATE) <= now && now < window.until.plus(EARLY_OR_LATE)
            });
        (!expected).then_some(rule)
    }

    fn wrong_code(
        &mut self,
        person: &PersonId,
        of: Concerned,
        at: Timestamp,
        times: u64,
        found: &mut Vec<Found>,
    ) {
        let wrong = self.codes.touch(person.clone()).add(at, times, HOUR);
        if wrong >= WRONG_CODES {
            let rule = Rule::GuessingPerson;
            found.push(Found {
                rule,
                of,
                count: wrong,
            });
        }
        let persons = self.codes.iter();
        let several = persons.filter(|(_, wrong)| wrong.within_a_day(at));
        spread(several.count(), found);
    }

    /// Somebody tried an invitation with a wrong secret.
    pub(crate) fn missed(
        &mut self,
        entry: &Entry,
        invitation: &InvitationId,
        found: &mut Vec<Found>,
    ) {
        let wrong = self
            .invitations
            .touch(invitation.clone())
            .add(entry.at, 1, HOUR);
        if wrong >= WRONG_CODES {
            let rule = Rule::GuessingPerson;
            let of = concerned(&entry.by);
            found.push(Found {
                rule,
                of,
                count: wrong,
            });
        }
        let invitations = self.invitations.iter();
        let several = invitations.filter(|(_, wrong)| wrong.within_a_day(entry.at));
        spread(several.count(), found);
    }

    /// A person's name was locked.
    pub(crate) fn locked(
        &mut self,
        at: Timestamp,
        (person, source): (&PersonId, Source),
        found: &mut Vec<Found>,
    ) {
        let times = self.names.touch(person.clone()).add(at, 1, DAY);
        if times >= LOCKED {
            let rule = Rule::GuessingPerson;
            let of = Concerned {
                person: Some(person.clone()),
                source: address(source),
                ..Concerned::default()
            };
            found.push(Found {
                rule,
                of,
                count: times,
            });
        }
        let persons = self.names.iter();
        let several = persons.filter(|(_, locked)| locked.within_a_day(at));
        spread(several.count(), found);
    }

    /// So many sign-ins failed since the last count.
    pub(crate) fn strangers(&mut self, at: Timestamp, sign_ins: u64, found: &mut Vec<Found>) {
        if sign_ins == 0 {
            return;
        }
        let now = self.burst.add(at, sign_ins, MINUTES);
        let slowly = self.trickle.add(at, sign_ins, WEEK);
        // Whoever is loud is told of as that alone.
        let fired = if now >= A_BURST {
            Some((Rule::Guessing, now))
        } else if slowly >= A_SLOW_TRICKLE {
            Some((Rule::GuessingSlowly, slowly))
        } else {
            None
        };
        found.extend(fired.map(|(rule, count)| Found {
            count,
            ..Found::of(rule)
        }));
    }

    /// An engineer signed in, from where they do not come.
    pub(crate) fn signed_in(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::SignedIn {
            person,
            device,
            source: Source::Address(source),
            ..
        } = &entry.event
        else {
            return;
        };
        let Some(Employer::Vendor(vendor)) = site.person(person).map(|known| &known.employer)
        else {
            return;
        };
        let sources = site.vendor(vendor).into_iter();
        let mut sources = sources.flat_map(|vendor| vendor.sources.iter());
        if !sources.any(|prefix| prefix.net.contains(&source.to_canonical())) {
            let of = Concerned {
                person: Some(person.clone()),
                device: device.clone(),
                source: Some(*source),
                ..Concerned::default()
            };
            let rule = Rule::UnlistedSource;
            found.push(Found { rule, of, count: 1 });
        }
    }

    /// A visit, or more time for one, was asked for.
    pub(crate) fn asked(&mut self, person: Option<&PersonId>, window: Window) {
        if let Some(person) = person {
            let asked = &mut self.persons.touch(person.clone()).asked;
            if asked.len() >= MOST_ASKED {
                asked.pop_front();
            }
            asked.push_back(window);
        }
    }

    pub(crate) fn remembered(&self) -> usize {
        self.persons.len()
            + self.codes.len()
            + self.names.len()
            + self.invitations.len()
            + self.forwardings.len()
    }
}

fn spread(several: usize, found: &mut Vec<Found>) {
    if several >= SEVERAL {
        found.push(Found {
            count: u64::try_from(several).unwrap_or(u64::MAX),
            ..Found::of(Rule::GuessingSpread)
        });
    }
}

pub(crate) fn concerned(caller: &Caller) -> Concerned {
    let person = match &caller.who {
        Who::Person(person) => Some(person.clone()),
        Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
    };
    Concerned {
        person,
        device: caller.device.clone(),
        source: address(caller.source),
        ..Concerned::default()
    }
}

pub(crate) fn address(source: Source) -> Option<IpAddr> {
    match source {
        Source::Address(address) => Some(address),
        Source::Local | Source::Unknown => None,
    }
}

/// The visit in which the person has a session, if that is one.
fn visit_of(site: &Site, person: &PersonId) -> Option<ids::VisitId> {
    let mut open = site
        .live_sessions()
        .filter(|session| session.person == *person)
        .map(|session| &session.visit);
    let first = open.next()?;
    open.all(|visit| visit == first).then(|| first.clone())
}

fn is_of_the_source(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::SourceNotListed | Reason::SourceUnknown | Reason::OutsideNeedsPasskey
    )
}

/// A device that waits for its words to be compared is its owner's: they are early.
fn is_of_the_device(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::DeviceUnknown | Reason::DeviceSuspended | Reason::DeviceNotGranted
    )
}

fn is_forwarding(reason: &Reason) -> bool {
    let forwarding = ["direct-tcpip", "tcpip-forward", "streamlocal"];
    matches!(reason, Reason::ChannelNotGranted { channel } if forwarding.contains(&channel.as_str()))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "other reasons say nothing of the time"
)]
fn is_of_the_time(reason: &Reason, now: Timestamp) -> bool {
    match reason {
        Reason::TooEarly { from } => from.since(now) > EARLY_OR_LATE,
        Reason::TooLate { until } => now.since(*until) > EARLY_OR_LATE,
        Reason::OutsideHours => true,
        _ => false,
    }
}
