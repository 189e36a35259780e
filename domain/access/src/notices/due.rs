//! What is due: who is to be told what at a moment, and which requests nobody has answered.

use std::collections::BTreeSet;
use std::time::Duration;

use ids::{PersonId, RequestId, Timestamp};

use super::About;
use crate::inspection::CLIMBS_AFTER;
use crate::limits;
use crate::risks::RiskStands;
use crate::site::{Debt, Person, Request, Session, Site, Target};
use crate::terms::{ChainLink, Employer, Role};

/// A message that somebody is to get now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// About what.
    pub about: About,
    /// Who; never empty.
    pub to: Vec<PersonId>,
}

/// Something that stops visits and does not stand in the ledger: the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwell {
    /// The id of the finding.
    pub id: String,
    /// Since when, as far as is known.
    pub since: Timestamp,
}

/// Whether quiet hours give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Haste {
    /// It waits until morning.
    Waits,
    /// Whoever is on duty is told at night too.
    Presses,
}

impl Site {
    /// Everything that somebody is to be told now and was not told yet.
    pub fn due_notices(&self, unwell: &[Unwell], now: Timestamp) -> Vec<Due> {
        if !self.tells_anybody() {
            return Vec::new();
        }
        let now = self.moment(now);
        let mut all = Looking {
            site: self,
            now,
            told: self.told(now),
            due: Vec::new(),
        };
        all.requests();
        all.debts();
        all.isolation();
        all.alerts();
        all.inspection();
        all.unwell(unwell);
        all.sessions();
        all.devices();
        all.reports();
        all.files();
        all.questions();
        all.risks();
        all.due
    }

    /// Requests that are to be refused now because nobody has answered them in time. One whose window
    /// is over has run out by itself.
    pub fn unanswered(&self, now: Timestamp) -> Vec<RequestId> {
        let now = self.moment(now);
        let late = self.requests.values().filter(|request| {
            request.waits()
                && now < request.window.until
                && self.answer_due(request).is_some_and(|due| due <= now)
        });
        late.map(|request| request.id.clone()).collect()
    }

    /// Until when a request waits for its answer; `None`: until its window is over. A visit that is asked
    /// for in advance may be answered until it could begin.
    pub fn answer_due(&self, request: &Request) -> Option<Timestamp> {
        let minutes = self.answer_within()?;
        let after = request.at.plus(minutes_of(minutes));
        Some(after.max(request.window.from))
    }

    fn told(&self, now: Timestamp) -> BTreeSet<(&About, &PersonId)> {
        let told = self.notices.deliveries.iter().filter(|told| {
            // What goes on is told again; a test is no news.
            let again = matches!(told.about, About::Finding(_) | About::Test);
            !again || now.since(told.at) < limits::TOLD_AGAIN_AFTER
        });
        told.map(|told| (&told.about, &told.tried.person)).collect()
    }
}

struct Looking<'a> {
    site: &'a Site,
    now: Timestamp,
    told: BTreeSet<(&'a About, &'a PersonId)>,
    due: Vec<Due>,
}

impl<'a> Looking<'a> {
    /// Adds those of `who` that are to be told now.
    fn tell(&mut self, about: About, since: Timestamp, haste: Haste, who: Vec<&'a Person>) {
        let reachable = |person: &&Person| self.site.reachable(person);
        let who: Vec<&Person> = who.into_iter().filter(reachable).collect();
        let to = match haste {
            Haste::Presses => self.pressing(&who, since),
            Haste::Waits => self.awake(&who),
        };
        let new = |person: &PersonId| !self.told.contains(&(&about, person));
        let to: Vec<PersonId> = to.into_iter().filter(new).collect();
        if !to.is_empty() {
            self.due.push(Due { about, to });
        }
    }

    fn awake(&self, who: &[&'a Person]) -> Vec<PersonId> {
        let awake = who.iter();
        let awake = awake.filter(|person| !self.site.quiet(&person.id, self.now));
        awake.map(|person| person.id.clone()).collect()
    }

    /// Whoever is awake, and of the night chain whose turn has come. If that is nobody, quiet hours do
    /// not count: nobody told is worse than somebody woken.
    fn pressing(&self, who: &[&'a Person], since: Timestamp) -> Vec<PersonId> {
        let mut to = self.awake(who);
        for person in self.on_duty(who, since) {
            if !to.contains(&person) {
                to.push(person);
            }
        }
        if to.is_empty() {
            to = who.iter().map(|person| person.id.clone()).collect();
        }
        to
    }

    /// Those of the chain whose turn has come; if none of them can be told, the first deputy who can.
    fn on_duty(&self, who: &[&'a Person], since: Timestamp) -> Vec<PersonId> {
        let waited = self.now.since(since).as_secs() / 60;
        let able = |link: &&ChainLink| who.iter().any(|person| person.id == link.person);
        let chain = self.site.night_chain.iter().filter(able);
        let come = chain
            .clone()
            .filter(|link| u64::from(link.after_minutes) <= waited);
        let due: Vec<PersonId> = come.map(|link| link.person.clone()).collect();
        if !due.is_empty() {
            return due;
        }
        let deputy = chain.min_by_key(|link| link.after_minutes);
        deputy.map(|link| link.person.clone()).into_iter().collect()
    }

    fn persons(&self, is: impl Fn(&Person) -> bool) -> Vec<&'a Person> {
        let persons = self.site.persons.values();
        persons.filter(|person| is(person)).collect()
    }

    fn approvers(&self, but: impl Fn(&PersonId) -> bool) -> Vec<&'a Person> {
        self.persons(|person| person.approves() && !but(&person.id))
    }

    fn keepers(&self) -> Vec<&'a Person> {
        self.persons(is_keeper)
    }

    fn requests(&mut self) {
        let site = self.site;
        let waits = |request: &&Request| request.waits() && self.now < request.window.until;
        let waiting: Vec<&Request> = site.requests.values().filter(waits).collect();
        for request in waiting {
            let mut given = Vec::from_iter(request.approvals.iter().map(|given| &given.by));
            given.push(&request.person);
            let who = self.approvers(|person| given.contains(&person));
            let about = About::Request(request.id.clone());
            self.tell(about, request.at, Haste::Presses, who);
        }
        for (id, at) in &site.notices.unanswered {
            let fresh = self.now.since(*at) < limits::NEWS_LASTS;
            let Some(request) = site.requests.get(id).filter(|_| fresh) else {
                continue;
            };
            let who = self.persons(|person| person.id == request.person || person.approves());
            self.tell(About::Unanswered(id.clone()), *at, Haste::Waits, who);
        }
    }

    fn debts(&mut self) {
        let site = self.site;
        for debt in site.debts.values() {
            let who = self.approvers(|person| judges_not(debt, person));
            let about = About::Emergency {
                request: debt.request.clone(),
                reminder: reminder(debt, self.now),
            };
            self.tell(about, debt.since, Haste::Presses, who);
        }
    }

    fn isolation(&mut self) {
        if let Some(isolation) = &self.site.isolation {
            let since = isolation.since;
            let who = self.persons(|person| is_keeper(person) || is_custodian(person));
            self.tell(About::Isolated { since }, since, Haste::Presses, who);
        }
    }

    fn alerts(&mut self) {
        let site = self.site;
        for alert in site.alerts().filter(|alert| alert.settled.is_none()) {
            let who = self.keepers();
            self.tell(About::Alert(alert.number), alert.since, Haste::Presses, who);
        }
    }

    /// Whoever keeps the site; days later whoever approves, too.
    fn inspection(&mut self) {
        let Some(since) = self.site.inspection_due().filter(|due| *due <= self.now) else {
            return;
        };
        let late = since.plus(CLIMBS_AFTER) <= self.now;
        let who = if late {
            self.approvers(|_| false)
        } else {
            self.keepers()
        };
        let about = About::InspectionDue { since, late };
        self.tell(about, since, Haste::Waits, who);
    }

    fn unwell(&mut self, unwell: &[Unwell]) {
        for finding in unwell {
            let about = About::Finding(finding.id.clone());
            let who = self.keepers();
            self.tell(about, finding.since, Haste::Presses, who);
        }
    }

    fn sessions(&mut self) {
        let site = self.site;
        let wants = |person: &Person| {
            let ways = site.notices.ways.get(&person.id);
            person.employer == Employer::Hospital && ways.is_some_and(|ways| ways.sessions)
        };
        let who = self.persons(wants);
        if who.is_empty() {
            return;
        }
        let latest = site.sessions.values().rev().take(limits::SESSIONS_TOLD);
        let latest: Vec<&Session> = latest.collect();
        for session in latest.into_iter().rev() {
            let (id, at) = (session.id.clone(), session.opened);
            match session.closed {
                None => self.tell(About::SessionBegan(id), at, Haste::Waits, who.clone()),
                Some((at, ..)) if self.now.since(at) < limits::NEWS_LASTS => {
                    self.tell(About::SessionEnded(id), at, Haste::Waits, who.clone());
                }
                Some(_) => {}
            }
        }
    }

    fn devices(&mut self) {
        let site = self.site;
        let waiting = site.devices.values().filter(|device| {
            let owner = site.persons.get(&device.person);
            let stands = owner.is_some_and(|owner| site.in_standing(owner));
            device.confirmed.is_none() && device.suspended.is_none() && stands
        });
        for device in waiting {
            let about = About::DeviceWaits(device.id.clone());
            let who = self.keepers();
            self.tell(about, device.since, Haste::Waits, who);
        }
    }

    fn reports(&mut self) {
        let site = self.site;
        for visit in site.visits.values() {
            let Some(since) = site.report_overdue(visit, self.now) else {
                continue;
            };
            let who = self.persons(|person| person.id == visit.person || is_keeper(person));
            let about = About::ReportOverdue(visit.id.clone());
            self.tell(about, since, Haste::Waits, who);
        }
    }

    /// An engineer stands before a file that waits; a virus is nobody's morning post.
    fn files(&mut self) {
        let site = self.site;
        for visit in site.visits.values() {
            if let Some((file, since)) = site.file_waits(visit, self.now) {
                let visit = visit.id.clone();
                let who = self.keepers();
                let about = About::FileWaits { visit, file };
                self.tell(about, since, Haste::Presses, who);
            }
            if let Some(since) = visit.infected.filter(|_| visit.reviewed().is_none()) {
                let who = self.keepers();
                let about = About::FileInfected(visit.id.clone());
                self.tell(about, since, Haste::Presses, who);
            }
        }
    }

    /// Its owner, and whoever can renew it or replace what rests on it.
    fn risks(&mut self) {
        let site = self.site;
        let entered = |target: &&Target| target.suspended.is_none();
        for target in site.targets.values().filter(entered) {
            let stands = site.risk_stands(target, self.now);
            let (Some(stands), Some(risk)) = (stands, target.accepted_risk()) else {
                continue;
            };
            let (target, until) = (target.id.clone(), risk.ends());
            let (about, since) = match stands {
                // Who withdrew it knows it.
                RiskStands::Over if risk.withdrawn.is_none() => {
                    (About::RiskEnded { target, until }, until)
                }
                RiskStands::EndsSoon | RiskStands::Unowned
                    if site.names_risks() && until <= self.now.plus(limits::RISK_TOLD_BEFORE) =>
                {
                    let since = until.minus(limits::RISK_TOLD_BEFORE);
                    (About::RiskEnds { target, until }, since)
                }
                RiskStands::Holds
                | RiskStands::EndsSoon
                | RiskStands::Unowned
                | RiskStands::Over => continue,
            };
            let owner = risk.owner.as_ref();
            let who = self.persons(|person| is_keeper(person) || Some(&person.id) == owner);
            self.tell(about, since, Haste::Waits, who);
        }
    }

    fn questions(&mut self) {
        let site = self.site;
        for visit in site.visits.values() {
            let Some((review, since)) = visit.question() else {
                continue;
            };
            let who = self.persons(|person| person.id == visit.person);
            let visit = visit.id.clone();
            self.tell(About::Question { visit, review }, since, Haste::Waits, who);
        }
    }
}

fn is_keeper(person: &Person) -> bool {
    person.employer == Employer::Hospital
        && (person.has(Role::Approver) || person.has(Role::Operator))
}

fn is_custodian(person: &Person) -> bool {
    person.employer == Employer::Custodian
}

fn judges_not(debt: &Debt, person: &PersonId) -> bool {
    debt.opened_by.as_ref() == Some(person) || debt.approved.contains(person)
}

/// How many reminders of a debt have fallen due.
fn reminder(debt: &Debt, now: Timestamp) -> u32 {
    let passed = now.since(debt.since).as_secs() / limits::DEBT_REMINDED_AFTER.as_secs();
    u32::try_from(passed).unwrap_or(u32::MAX)
}

fn minutes_of(minutes: u16) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}
