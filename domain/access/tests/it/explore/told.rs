//! What the entries tell, folded here again: a second memory beside the site's own, which knows nothing
//! of how `Site::apply` folds them. Where the two disagree, the site has forgotten something.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each function hears its own events, and all of them hear each"
)]

use std::collections::{BTreeMap, BTreeSet};

use access::*;
use ids::*;

use super::things::{Party, Thing, party, thing};

/// An isolation, from its first entry to the one that lifted it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Shut {
    /// Who was there before it, with the factors that they had then.
    pub(super) there: BTreeSet<PersonId>,
    /// Who agreed to lift it, and when.
    pub(super) agreed: BTreeMap<Party, Timestamp>,
}

/// An approval that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Owed {
    pub(super) visit: VisitId,
    pub(super) opener: Option<PersonId>,
    pub(super) needs: usize,
    pub(super) approved: BTreeSet<PersonId>,
}

/// What is open now. Everything else that was told only ever grows, and the site's content shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Now {
    pub(super) shut: Option<Shut>,
    pub(super) owed: BTreeMap<RequestId, Owed>,
    pub(super) out: BTreeSet<Thing>,
    /// Sessions that something ended, once and for all.
    pub(super) cut: BTreeSet<SessionId>,
    pub(super) attends: BTreeSet<(SessionId, PersonId)>,
    pub(super) paused: BTreeSet<SessionId>,
    pub(super) passed: BTreeMap<(VisitId, bool), u64>,
}

/// A session as it was opened.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) visit: VisitId,
    pub(super) terms: Terms,
    /// The grant, the person, their vendors, the device and the target.
    pub(super) under: BTreeSet<Thing>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub(super) now: Now,
    pub(super) sessions: BTreeMap<SessionId, Opened>,
    pub(super) grants: BTreeMap<GrantId, Terms>,
    people: BTreeMap<PersonId, Employer>,
    parents: BTreeMap<VendorId, Option<VendorId>>,
    two: BTreeSet<TargetId>,
}

impl Told {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut told = Self::default();
        entries.iter().for_each(|entry| told.hear(entry));
        told
    }

    pub(super) fn employer(&self, person: &PersonId) -> &Employer {
        &self.people[person]
    }

    /// A person, their factors, and the vendors above them.
    pub(super) fn with_vendors(&self, person: &PersonId) -> BTreeSet<Thing> {
        let own = [
            Thing::Person(person.clone()),
            Thing::Factors(person.clone()),
        ];
        let mut all = BTreeSet::from(own);
        let mut next = match self.employer(person) {
            Employer::Vendor(vendor) => Some(vendor.clone()),
            Employer::Hospital | Employer::Custodian => None,
        };
        while let Some(vendor) = next {
            next = self.parents[&vendor].clone();
            all.insert(Thing::Vendor(vendor));
        }
        all
    }

    /// Whether nothing may pass in a session: paused, or needing an attendant and having none.
    pub(super) fn frozen(&self, session: &SessionId) -> bool {
        let attended = self.now.attends.iter().any(|(of, _)| of == session);
        let needs = self.sessions[session].terms.attended;
        self.now.paused.contains(session) || (needs && !attended)
    }

    pub(super) fn hear(&mut self, entry: &Entry) {
        self.hear_of_people(&entry.event);
        self.hear_of_grants(&entry.event, &entry.by.who);
        self.hear_of_sessions(&entry.event);
        self.hear_of_isolation(entry);
    }

    fn hear_of_people(&mut self, event: &Event) {
        match event {
            Event::VendorRegistered { vendor, parent, .. } => {
                self.parents.insert(vendor.clone(), parent.clone());
            }
            Event::PersonJoined {
                person, employer, ..
            } => {
                self.people.insert(person.clone(), employer.clone());
            }
            Event::TargetRegistered {
                target,
                approvals: Approvals::Two,
                ..
            } => {
                self.two.insert(target.clone());
            }
            Event::Suspended { subject, .. } => self.taken_out(thing(subject)),
            Event::Resumed { subject } => {
                self.now.out.remove(&thing(subject));
            }
            Event::PersonErased { person } | Event::FactorsReset { person } => {
                self.taken_out(Thing::Factors(person.clone()));
            }
            Event::FactorsSetUp { person, .. } => {
                self.ends(&Thing::Factors(person.clone()));
                self.now.out.remove(&Thing::Factors(person.clone()));
            }
            Event::SignedOut { person, of: None } => self.ends(&Thing::Person(person.clone())),
            _ => {}
        }
    }

    fn taken_out(&mut self, thing: Thing) {
        self.ends(&thing);
        self.now.out.insert(thing);
    }

    /// Its end is the end of what runs under it, and whose it is attends nothing.
    fn ends(&mut self, thing: &Thing) {
        if let Thing::Person(person) | Thing::Factors(person) = thing {
            self.now.attends.retain(|(_, who)| who != person);
        }
        let under = self.sessions.iter();
        let under = under.filter(|(_, opened)| opened.under.contains(thing));
        let cut: Vec<SessionId> = under.map(|(id, _)| id.clone()).collect();
        self.now.cut.extend(cut);
    }

    fn hear_of_grants(&mut self, event: &Event, by: &Who) {
        match event {
            Event::ApprovalGranted { grant, terms, .. } => {
                self.grants.insert(grant.clone(), terms.clone());
            }
            Event::EmergencyOpened {
                request,
                visit,
                grant,
                authority,
                terms,
            } => {
                self.grants.insert(grant.clone(), terms.clone());
                let opener = match (authority, by) {
                    (Authority::Duty, Who::Person(by)) => Some(by.clone()),
                    _ => None,
                };
                let both = self.two.contains(&terms.target) && opener.is_none();
                let owed = Owed {
                    visit: visit.clone(),
                    opener,
                    needs: if both { 2 } else { 1 },
                    approved: BTreeSet::new(),
                };
                self.now.owed.insert(request.clone(), owed);
            }
            Event::ApprovalGiven { request, .. } => {
                if let (Some(owed), Who::Person(by)) = (self.now.owed.get_mut(request), by) {
                    owed.approved.insert(by.clone());
                }
            }
            Event::DebtAnswered { request, right, .. } => {
                self.now.owed.remove(request);
                if !right {
                    self.taken_out(Thing::Grant(GrantId::new(request.site(), request.number())));
                }
            }
            Event::GrantWithdrawn { grant, .. } => self.taken_out(Thing::Grant(grant.clone())),
            _ => {}
        }
    }

    fn hear_of_sessions(&mut self, event: &Event) {
        match event {
            Event::SessionOpened {
                session,
                visit,
                grant,
                person,
                device,
                target,
                ..
            } => {
                let mut under = self.with_vendors(person);
                under.insert(Thing::Grant(grant.clone()));
                under.insert(Thing::Device(device.clone()));
                under.insert(Thing::Target(target.clone()));
                let opened = Opened {
                    visit: visit.clone(),
                    terms: self.grants[grant].clone(),
                    under,
                };
                self.sessions.insert(session.clone(), opened);
            }
            Event::AttendanceBegan {
                session, person, ..
            } => {
                self.now.attends.insert((session.clone(), person.clone()));
            }
            Event::AttendanceEnded {
                session, person, ..
            } => {
                self.now.attends.remove(&(session.clone(), person.clone()));
            }
            Event::SessionPaused { session, .. } => {
                self.now.paused.insert(session.clone());
            }
            Event::SessionContinued { session, .. } => {
                self.now.paused.remove(session);
            }
            Event::SessionEnded { session, .. } | Event::SessionClosed { session, .. } => {
                self.now.cut.insert(session.clone());
            }
            Event::FileHandedOver {
                visit,
                direction,
                bytes,
                ..
            } => {
                let key = (visit.clone(), *direction == Handover::In);
                *self.now.passed.entry(key).or_default() += bytes;
            }
            _ => {}
        }
    }

    fn hear_of_isolation(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Isolated { .. } => {
                self.now.cut.extend(self.sessions.keys().cloned());
                let there = || self.people.keys().cloned().collect();
                let shut = self.now.shut.get_or_insert_with(|| Shut {
                    there: there(),
                    agreed: BTreeMap::new(),
                });
                shut.agreed.clear();
            }
            Event::LiftAgreed { .. } => {
                if let (Some(shut), Some(party)) = (&mut self.now.shut, party(&entry.by.who)) {
                    shut.agreed.insert(party, entry.at);
                }
            }
            Event::Lifted { .. } => self.now.shut = None,
            Event::FactorsSetUp { person, .. } => {
                if let Some(shut) = &mut self.now.shut {
                    shut.there.remove(person);
                }
            }
            _ => {}
        }
    }
}
