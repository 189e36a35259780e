//! What is not done yet and what falls due, in the order in which somebody should do it: a list of tasks,
//! not of errors.
//!
//! It is read from the state and from what the gateway has found ([`crate::Finding`]); nothing is kept of
//! it. A task is done when the state says so, wherever it was done.

mod found;
mod setup;

use std::time::Duration;

use access::response::Matter;
use access::{NEWEST_LEVEL, Site, limits};
use ids::Timestamp;

use crate::{Engine, Finding};

pub use setup::Step;

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// How long before a confirmation of sources ends it is asked for: a month has one meeting.
const SOURCES_ASKED_BEFORE: Duration = Duration::from_secs(30 * DAY);

/// How long before the exception of a wide prefix ends somebody is told.
const EXCEPTION_TOLD_BEFORE: Duration = Duration::from_secs(14 * DAY);

/// How much a task presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Visits are refused until it is done.
    StopsVisits,
    /// It is due.
    Due,
    /// It belongs to being prepared.
    Preparation,
}

/// Something for a person of the hospital to do. Its sentence is `ID`; of a [`Step`], `ID-why` says what it
/// is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The id of its sentence: `task-…`, or a finding's.
    pub id: String,
    /// What fills the sentence.
    pub detail: String,
    /// How much it presses.
    pub urgency: Urgency,
    /// The console's page on which it is done; `None` if it is done elsewhere.
    pub page: Option<String>,
}

impl Task {
    fn new(id: &str, detail: impl Into<String>, urgency: Urgency, page: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            detail: detail.into(),
            urgency,
            page: Some(page.into()),
        }
    }
}

impl Engine {
    /// What is to be done, the most pressing first. Reads from the disk who has cosigned.
    pub fn tasks(&self) -> Vec<Task> {
        let findings = self.findings();
        let now = self.now();
        tasks(&self.inner.site(), &findings, now)
    }

    /// The steps of a site's beginning, in their order, and which of them are done.
    pub fn setup_steps(&self) -> Vec<(Step, bool)> {
        let site = self.inner.site();
        Step::ALL
            .into_iter()
            .map(|step| (step, step.is_done(&site)))
            .collect()
    }
}

/// The tasks of a site in this state, with these findings.
fn tasks(site: &Site, findings: &[Finding], now: Timestamp) -> Vec<Task> {
    let findings = found::causes(site, findings);
    let mut tasks: Vec<Task> = findings.filter_map(Task::of_finding).collect();
    let undone = Step::ALL.into_iter().filter(|step| !step.is_done(site));
    tasks.extend(undone.map(Step::task));
    tasks.extend(sources_due(site, now));
    tasks.extend(people_due(site));
    if let Some(due) = site.inspection_due().filter(|due| *due <= now) {
        let due = due.to_string();
        tasks.push(Task::new(
            "task-inspection",
            due,
            Urgency::Due,
            "/inspection",
        ));
    }
    if let Some(open) = site.open_incident() {
        let number = open.number.to_string();
        let page = format!("/incidents/{number}");
        tasks.push(Task::new(
            "task-incident",
            number,
            Urgency::StopsVisits,
            page,
        ));
    }
    tasks.extend(response_due(site, now));
    if site.decoys().is_empty() && site.targets().next().is_some() {
        let urgency = Urgency::Preparation;
        tasks.push(Task::new("task-decoys", "", urgency, "/decoys"));
    }
    let open = site.alerts().filter(|alert| alert.settled.is_none());
    let open = open.count();
    if open > 0 {
        let open = open.to_string();
        tasks.push(Task::new(
            "task-alerts",
            open,
            Urgency::StopsVisits,
            "/alerts",
        ));
    }
    if site.level() < NEWEST_LEVEL {
        let page = "/settings#upgrade";
        tasks.push(Task::new("task-upgrade", "", Urgency::Preparation, page));
    }
    if site.mail_server().is_none() && site.webhooks().next().is_none() {
        let page = "/notifications";
        tasks.push(Task::new(
            "task-notifications",
            "",
            Urgency::Preparation,
            page,
        ));
    }
    // In their order among those that press alike.
    tasks.sort_by_key(|task| task.urgency);
    tasks
}

/// What incidents still ask for, and what is to be prepared for the next one.
fn response_due(site: &Site, now: Timestamp) -> Vec<Task> {
    let mut due = Vec::new();
    for incident in site.incidents() {
        let number = incident.number;
        let open = incident.duties().into_iter();
        let late = open.filter(|duty| duty.answered.is_none());
        let late = late.filter(|duty| duty.due.is_some_and(|due| due <= now));
        // An alert that was ordinary work is told to nobody.
        let nothing = incident
            .closed
            .as_ref()
            .is_some_and(|closed| closed.said.is_none());
        if late.count() > 0 && !nothing {
            let page = format!("/incidents/{number}/steps");
            due.push(Task::new(
                "task-duties",
                number.to_string(),
                Urgency::Due,
                page,
            ));
        }
        let given = incident.given_tasks().into_iter();
        let given = given.filter(|task| task.done.is_none() && task.due <= now);
        let given = given.count();
        if given > 0 {
            let page = format!("/incidents/{number}/steps#tasks");
            due.push(Task::new(
                "task-given",
                number.to_string(),
                Urgency::Due,
                page,
            ));
        }
    }
    let agreed = Matter::CARDS
        .iter()
        .filter(|matter| site.policy_card(**matter).is_some());
    let unprepared = agreed.count() < Matter::CARDS.len() || !site.contacts_missing().is_empty();
    if unprepared {
        let urgency = Urgency::Preparation;
        due.push(Task::new("task-preparation", "", urgency, "/preparation"));
    } else if site.contacts_untried(now).next().is_some() {
        due.push(Task::new("task-contacts", "", Urgency::Due, "/preparation"));
    }
    due
}

/// Vendors whose list of sources is to be confirmed, or loses an exception soon.
fn sources_due(site: &Site, now: Timestamp) -> Vec<Task> {
    let mut due = Vec::new();
    for vendor in site.vendors().filter(|vendor| vendor.suspended.is_none()) {
        let page = || format!("/vendors/{}", vendor.id.number());
        let until = vendor.confirmed.plus(limits::SOURCES_CONFIRMED_FOR);
        if until <= now {
            let urgency = Urgency::StopsVisits;
            due.push(Task::new(
                "task-sources-over",
                &*vendor.name,
                urgency,
                page(),
            ));
        } else if until <= now.plus(SOURCES_ASKED_BEFORE) {
            let urgency = Urgency::Due;
            due.push(Task::new("task-sources", &*vendor.name, urgency, page()));
        }
        let ends = |until: Timestamp| now < until && until <= now.plus(EXCEPTION_TOLD_BEFORE);
        let exceptions = vendor.sources.iter();
        if exceptions
            .filter_map(|source| source.exception.as_ref())
            .any(|exception| ends(exception.until))
        {
            let urgency = Urgency::Due;
            due.push(Task::new("task-exception", &*vendor.name, urgency, page()));
        }
    }
    due
}

/// Devices that wait for their words, and people who wait for new factors.
fn people_due(site: &Site) -> Vec<Task> {
    let mut due = Vec::new();
    let pending = site.devices().filter(|device| {
        let waits = device.confirmed.is_none() && device.suspended.is_none();
        waits && site.person_stands(&device.person)
    });
    let pending = pending.count();
    if pending > 0 {
        let urgency = Urgency::Due;
        due.push(Task::new(
            "task-devices",
            pending.to_string(),
            urgency,
            "/devices",
        ));
    }
    let reset = site.persons().filter(|person| {
        person.reset.is_some() && person.suspended.is_none() && person.erased.is_none()
    });
    let reset = reset.count();
    if reset > 0 {
        let urgency = Urgency::Due;
        due.push(Task::new(
            "task-factors",
            reset.to_string(),
            urgency,
            "/persons",
        ));
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &'static str, detail: &str, stops_visits: bool) -> Finding {
        Finding {
            id,
            detail: detail.to_owned(),
            stops_visits,
        }
    }

    #[test]
    fn a_new_site_has_its_setup_to_do_and_what_stops_visits_first() {
        let site = Site::empty("handa".parse().unwrap());
        let findings = [
            finding("finding-no-witness", "", false),
            finding("finding-recorder", "", true),
        ];
        let tasks = tasks(&site, &findings, Timestamp::from_seconds(1_800_000_000));
        let ids: Vec<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
        assert_eq!(ids.first(), Some(&"finding-recorder"));
        assert!(!ids.contains(&"task-found-no-witness"), "there is no relay");
        assert!(ids.contains(&"task-kit") && ids.contains(&"task-relay"));
        let urgencies: Vec<Urgency> = tasks.iter().map(|task| task.urgency).collect();
        assert!(urgencies.is_sorted());
    }
}
