//! What should have happened: written again, plainly, from the entries alone, knowing nothing of how
//! `access` decides or folds. Each entry is held against what stood before it; whatever it may not follow
//! is a finding.

mod rules;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use access::{Approvals, Entry, Sessions, Subject};
use ids::{
    DeviceId, GrantId, PersonId, RequestId, SessionId, TargetId, Timestamp, VendorId, VisitId,
};

/// Milliseconds on the world's own clock.
pub(crate) type Moment = u64;

#[derive(Clone)]
struct Person {
    vendor: Option<VendorId>,
    approves: bool,
}

#[derive(Clone)]
struct Target {
    vendors: Vec<VendorId>,
    needs: usize,
    attended: bool,
    emergency: bool,
}

#[derive(Clone, PartialEq)]
enum Answer {
    Waits,
    Given,
    Gone,
}

#[derive(Clone)]
struct Request {
    visit: VisitId,
    person: PersonId,
    vendor: VendorId,
    device: DeviceId,
    target: TargetId,
    sessions: Sessions,
    window: (Timestamp, Timestamp),
    extends: Option<GrantId>,
    approved: BTreeSet<PersonId>,
    answer: Answer,
}

#[derive(Clone)]
struct Grant {
    visit: VisitId,
    person: PersonId,
    vendor: VendorId,
    device: DeviceId,
    target: TargetId,
    sessions: Sessions,
    window: (Timestamp, Timestamp),
    extends: Option<GrantId>,
    withdrawn: bool,
    used: usize,
}

#[derive(Clone)]
pub(crate) struct Session {
    grant: GrantId,
    person: PersonId,
    device: DeviceId,
    target: TargetId,
    pub(crate) closed: Option<String>,
    ended: bool,
    /// It was open when the gateway died, and nothing else had ended it.
    cut: bool,
    /// It was open when the gateway died.
    pub(crate) outlived: bool,
    pub(crate) closed_at: Moment,
    paused: bool,
    attendants: BTreeSet<PersonId>,
    /// When it ends by itself, and that many milliseconds after what moment of the world's clock.
    until: Timestamp,
    gone_at: Moment,
}

#[derive(Clone, PartialEq)]
struct Debt {
    vendor: VendorId,
    visit: VisitId,
    opener: Option<PersonId>,
    needs: usize,
    approved: BTreeSet<PersonId>,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) read: Vec<Entry>,
    persons: BTreeMap<PersonId, Person>,
    devices: BTreeMap<DeviceId, (PersonId, bool)>,
    vendors: BTreeSet<VendorId>,
    targets: BTreeMap<TargetId, Target>,
    suspended: Vec<Subject>,
    requests: BTreeMap<RequestId, Request>,
    grants: BTreeMap<GrantId, Grant>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    /// Who agreed to lift it; `None` while nothing is isolated.
    isolated: Option<BTreeSet<PersonId>>,
    debts: BTreeMap<RequestId, Debt>,
    parts: BTreeMap<VisitId, u64>,
    doubted: bool,
    /// The wall clock lay behind the ledger at the last entry.
    behind: bool,
    last: Option<Timestamp>,
    pub(crate) findings: Vec<String>,
    /// Somebody was told, or the gateway decided, that the site is isolated, entered or not.
    pub(crate) isolated_in_memory: bool,
    /// Sessions of which a clerk was told that nothing passes, or that they ended.
    told_paused: BTreeSet<SessionId>,
    pub(crate) told_ended: BTreeSet<SessionId>,
}

impl Model {
    pub(crate) fn find(&mut self, what: impl Into<String>) {
        self.findings.push(what.into());
    }

    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(what());
        }
    }

    /// A request, counted from the latest back.
    pub(crate) fn request(&self, back: usize) -> Option<RequestId> {
        self.requests.keys().rev().nth(back).cloned()
    }

    pub(crate) fn requester(&self, request: &RequestId) -> Option<PersonId> {
        Some(self.requests.get(request)?.person.clone())
    }

    /// The visit that a request begins, and when its grant ends.
    pub(crate) fn visit_and_end(&self, request: &RequestId) -> Option<(VisitId, Timestamp)> {
        let number = GrantId::new(request.site(), request.number());
        let grant = self.grants.get(&number)?;
        Some((grant.visit.clone(), self.until(&number)))
    }

    /// The first half of what was asked for.
    pub(crate) fn half(&self, request: &RequestId) -> Option<access::Window> {
        let (from, until) = self.requests.get(request)?.window;
        let until = from.plus(until.since(from) / 2);
        Some(access::Window { from, until })
    }

    /// A clerk was told that a session is paused, having asked after so many entries.
    pub(crate) fn paused(&mut self, session: &SessionId, after: usize) {
        let went_on = self.read.iter().skip(after).any(|entry| {
            matches!(&entry.event, access::Event::SessionContinued { session: on, .. } if on == session)
        });
        if !went_on {
            self.told_paused.insert(session.clone());
        }
    }

    /// Entries that may change what is admitted.
    pub(crate) fn changes(&self) -> usize {
        let idle = ["command_refused", "segment_sealed", "recordings_sealed"];
        let changes = self
            .read
            .iter()
            .filter(|entry| !idle.contains(&entry.event.kind()));
        changes.count()
    }

    fn suspends(&self, subject: &Subject) -> bool {
        self.suspended.contains(subject)
    }

    /// Whether somebody may act at all.
    fn stands(&self, person: &PersonId) -> bool {
        let vendor = self.persons.get(person).map(|person| person.vendor.clone());
        let with_vendor = match vendor {
            None => false,
            Some(None) => true,
            Some(Some(vendor)) => !self.suspends(&Subject::Vendor(vendor)),
        };
        with_vendor && !self.suspends(&Subject::Person(person.clone()))
    }

    fn device_stands(&self, device: &DeviceId, person: &PersonId) -> bool {
        let known = self.devices.get(device);
        known.is_some_and(|(of, confirmed)| of == person && *confirmed)
            && !self.suspends(&Subject::Device(device.clone()))
    }

    /// Until when a grant holds, with what extends it and joins on.
    fn until(&self, id: &GrantId) -> Timestamp {
        let mut until = self.grants[id].window.1;
        for extension in self.grants.values() {
            let joins = extension.extends.as_ref() == Some(id)
                && !extension.withdrawn
                && extension.window.0 <= until;
            if joins {
                until = until.max(extension.window.1);
            }
        }
        until
    }

    fn open_under(&self, grant: &GrantId) -> usize {
        let open = self.sessions.values();
        open.filter(|session| session.grant == *grant && session.closed.is_none() && !session.ended)
            .count()
    }

    /// What the model and the engine's own state both know, in one text.
    pub(crate) fn outline(&self) -> String {
        let open = self
            .sessions
            .iter()
            .filter(|(_, s)| s.closed.is_none() && !s.ended);
        let open: Vec<_> = open.map(|(id, _)| id.to_string()).collect();
        let owed: Vec<_> = self.debts.iter().map(outline_of_debt).collect();
        let mut out: Vec<_> = self.suspended.iter().map(|s| format!("{s:?}")).collect();
        out.sort();
        let withdrawn = self.grants.iter().filter(|(_, grant)| grant.withdrawn);
        let withdrawn: Vec<_> = withdrawn.map(|(id, _)| id.to_string()).collect();
        let isolated = self.isolated.is_some();
        format!(
            "isolated {isolated}; open {open:?}; owed {owed:?}; out {out:?}; withdrawn {withdrawn:?}"
        )
    }
}

fn outline_of_debt((request, debt): (&RequestId, &Debt)) -> String {
    format!("{request} {} of {}", debt.approved.len(), debt.needs)
}

/// The same of the engine's state.
pub(crate) fn outline_of(site: &access::Site) -> String {
    let open: Vec<_> = site.live_sessions().map(|s| s.id.to_string()).collect();
    let owed: Vec<_> = site
        .debts()
        .map(|debt| format!("{} {} of {}", debt.request, debt.approved.len(), debt.needs))
        .collect();
    let vendors = site.vendors().filter(|v| v.suspended.is_some());
    let persons = site.persons().filter(|p| p.suspended.is_some());
    let devices = site.devices().filter(|d| d.suspended.is_some());
    let targets = site.targets().filter(|t| t.suspended.is_some());
    let mut out: Vec<_> = vendors
        .map(|v| Subject::Vendor(v.id.clone()))
        .chain(persons.map(|p| Subject::Person(p.id.clone())))
        .chain(devices.map(|d| Subject::Device(d.id.clone())))
        .chain(targets.map(|t| Subject::Target(t.id.clone())))
        .map(|subject| format!("{subject:?}"))
        .collect();
    out.sort();
    let withdrawn = site.grants().filter(|grant| grant.withdrawn.is_some());
    let withdrawn: Vec<_> = withdrawn.map(|grant| grant.id.to_string()).collect();
    let isolated = site.isolated();
    format!(
        "isolated {isolated}; open {open:?}; owed {owed:?}; out {out:?}; withdrawn {withdrawn:?}"
    )
}

fn needed(approvals: Approvals) -> usize {
    match approvals {
        Approvals::One => 1,
        Approvals::Two => 2,
    }
}
