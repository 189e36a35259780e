//! What every decision shares: the asker's standing, the site's, and the list of reasons.

use std::collections::BTreeMap;

use ids::{Digest, PersonId, TargetId, Timestamp, VendorId};

use super::{Decided, Outcome};
use crate::caller::{Caller, Factors, Source, Who};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Device, Person, Sight, Site, Target, Vendor};
use crate::terms::{Employer, Role, Window};

/// A caller before a site, at a moment.
pub(super) struct Asking<'a> {
    pub(super) site: &'a Site,
    pub(super) caller: &'a Caller,
    /// The moment that counts: never before the last entry.
    pub(super) now: Timestamp,
    /// What the wall clock says.
    pub(super) wall: Timestamp,
}

/// Reasons as they are found. A check adds its own and goes on.
#[derive(Default)]
pub(super) struct Reasons(Vec<Reason>);

impl Reasons {
    pub(super) fn no(&mut self, reason: Reason) {
        if !self.0.contains(&reason) && self.0.len() < limits::MOST_REASONS {
            self.0.push(reason);
        }
    }

    pub(super) fn unless(&mut self, holds: bool, reason: Reason) {
        if !holds {
            self.no(reason);
        }
    }

    pub(super) fn maybe(&mut self, reason: Option<Reason>) {
        reason.into_iter().for_each(|reason| self.no(reason));
    }

    pub(super) fn need<T>(&mut self, found: Option<T>, reason: Reason) -> Option<T> {
        self.unless(found.is_some(), reason);
        found
    }

    /// Stops here if any check said no.
    pub(super) fn settle(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal { reasons: self.0 })
        }
    }

    /// The refusal, where something that is needed was not found.
    pub(super) fn refusal(mut self) -> Refusal {
        if self.0.is_empty() {
            self.no(Reason::NotFound);
        }
        Refusal { reasons: self.0 }
    }

    pub(super) fn limit(&mut self, count: usize, most: usize, what: &str) {
        self.unless(count <= most, too_many(what, most));
    }

    pub(super) fn text(&mut self, text: &str, longest: usize) {
        let fits = !text.trim().is_empty()
            && text.chars().count() <= longest
            && !text.chars().any(char::is_control);
        self.unless(fits, Reason::TextTooLong);
    }
}

pub(super) fn too_many(what: &str, most: usize) -> Reason {
    Reason::TooMany {
        what: what.to_owned(),
        most: u32::try_from(most).unwrap_or(u32::MAX),
    }
}

impl Decided {
    pub(super) fn one(event: Event, outcome: Outcome) -> Result<Self, Refusal> {
        Self::of(vec![event], outcome)
    }

    pub(super) fn of(events: Vec<Event>, outcome: Outcome) -> Result<Self, Refusal> {
        Ok(Self { events, outcome })
    }
}

/// The number of the next id of a kind.
pub(super) fn next<K, V>(map: &BTreeMap<K, V>) -> u64 {
    u64::try_from(map.len())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}

impl<'a> Asking<'a> {
    pub(super) fn new(site: &'a Site, caller: &'a Caller, now: Timestamp) -> Self {
        Self {
            site,
            caller,
            now: site.moment(now),
            wall: now,
        }
    }

    /// What a stranger to the hospital may know of a refusal. Whoever asks for what only the
    /// hospital does learns that, and what is wrong with themselves, but nothing of the thing: not
    /// even whether it exists.
    pub(super) fn discreet(&self, refusal: Refusal) -> Refusal {
        let said = |reason| refusal.reasons.contains(&reason);
        let out_of_place = match &self.caller.who {
            // What an engineer asks for as such needs no role but theirs.
            Who::Person(id) => match self.site.persons.get(id).map(|known| &known.employer) {
                Some(Employer::Vendor(_)) => {
                    said(Reason::NotOfTheHospital) || said(Reason::RoleMissing)
                }
                Some(Employer::Hospital | Employer::Custodian) => said(Reason::NotOfTheHospital),
                None => true,
            },
            Who::Invitee(_) => said(Reason::PersonNeeded),
            Who::LocalOperator { .. } | Who::Kit | Who::Gateway => false,
        };
        let mut why = Reasons(refusal.reasons);
        why.0
            .retain(|reason| !out_of_place || about_the_asker(reason));
        why.refusal()
    }

    /// A signed-in natural person in good standing, with two factors, from where they may come.
    pub(super) fn person(&self, why: &mut Reasons) -> Option<&'a Person> {
        let Who::Person(id) = &self.caller.who else {
            why.no(Reason::PersonNeeded);
            return None;
        };
        let person = why.need(self.site.persons.get(id), Reason::NotFound)?;
        self.standing(person, why);
        why.unless(
            self.proved(person).are_two_classes(),
            Reason::TwoFactorsNeeded,
        );
        self.comes_from(person, why);
        Some(person)
    }

    /// Whether a person may act at all, whoever asks.
    pub(super) fn standing(&self, person: &Person, why: &mut Reasons) {
        let stands = person.suspended.is_none() && person.erased.is_none();
        why.unless(stands, Reason::PersonSuspended);
        why.unless(person.reset.is_none(), Reason::FactorsNotSetUp);
        if let Some(until) = person.time_over(self.now) {
            why.no(Reason::PersonTimeOver { until });
        }
        if let Employer::Vendor(vendor) = &person.employer {
            why.unless(!self.site.vendor_suspended(vendor), Reason::VendorSuspended);
        }
    }

    /// The factors that count: a device is one only while it is enrolled, confirmed and theirs.
    fn proved(&self, person: &Person) -> Factors {
        let device = self
            .caller
            .device
            .as_ref()
            .and_then(|id| self.site.devices.get(id));
        let theirs = device
            .filter(|device| device.person == person.id)
            .filter(|device| device.suspended.is_none());
        let confirmed = theirs.is_some_and(|device| device.confirmed.is_some());
        // A passkey that is a device proves its holder only as long as the device does.
        let stands = self.caller.device.is_none() || theirs.is_some();
        Factors {
            device: self.caller.factors.device && confirmed,
            passkey: self.caller.factors.passkey && stands,
            ..self.caller.factors
        }
    }

    /// A hospital person with one of these roles.
    pub(super) fn hospital(&self, roles: &[Role], why: &mut Reasons) -> Option<&'a Person> {
        let person = self.person(why)?;
        why.unless(
            person.employer == Employer::Hospital,
            Reason::NotOfTheHospital,
        );
        why.unless(
            roles.iter().any(|role| person.has(*role)),
            Reason::RoleMissing,
        );
        Some(person)
    }

    /// An operator or approver of the hospital.
    pub(super) fn keeper(&self, why: &mut Reasons) -> Option<&'a Person> {
        self.hospital(&[Role::Operator, Role::Approver], why)
    }

    /// An approver of the hospital.
    pub(super) fn approver(&self, why: &mut Reasons) -> Option<&'a Person> {
        self.hospital(&[Role::Approver], why)
    }

    /// A vendor's engineer on one of their confirmed devices.
    pub(super) fn engineer(&self, why: &mut Reasons) -> Option<(&'a Person, &'a Vendor)> {
        let person = self.person(why)?;
        why.unless(person.has(Role::Engineer), Reason::RoleMissing);
        let Employer::Vendor(vendor) = &person.employer else {
            why.no(Reason::RoleMissing);
            return None;
        };
        self.device_stands(
            self.caller
                .device
                .as_ref()
                .filter(|_| self.caller.factors.device),
            person,
            why,
        );
        let vendor = why.need(self.site.vendors.get(vendor), Reason::NotFound)?;
        Some((person, vendor))
    }

    /// Whether a device is enrolled, confirmed, not suspended, and this person's.
    pub(super) fn device_stands(
        &self,
        device: Option<&ids::DeviceId>,
        person: &Person,
        why: &mut Reasons,
    ) -> Option<&'a Device> {
        let device = device
            .and_then(|id| self.site.devices.get(id))
            .filter(|device| device.person == person.id);
        let device = why.need(device, Reason::DeviceUnknown)?;
        why.unless(device.confirmed.is_some(), Reason::DevicePending);
        why.unless(device.suspended.is_none(), Reason::DeviceSuspended);
        Some(device)
    }

    /// Whether a vendor's sources were confirmed recently enough.
    pub(super) fn sources_confirmed(&self, vendor: &Vendor, why: &mut Reasons) {
        for vendor in self.site.lineage(&vendor.id) {
            let since = vendor.confirmed.plus(limits::SOURCES_CONFIRMED_FOR);
            why.unless(self.now < since, Reason::SourcesNotReconfirmed { since });
        }
    }

    /// A target that this vendor maintains; of others it does not learn.
    pub(super) fn maintained(
        &self,
        target: &TargetId,
        vendor: &VendorId,
        why: &mut Reasons,
    ) -> Option<&'a Target> {
        let target = self.site.targets.get(target);
        let target = target.filter(|target| self.site.maintains(vendor, target));
        let target = why.need(target, Reason::NotFound)?;
        why.unless(target.suspended.is_none(), Reason::TargetSuspended);
        self.risk_holds(target, why);
        Some(target)
    }

    /// Whether anything new may be admitted: not isolated, the clock beyond doubt.
    pub(super) fn admits(&self, why: &mut Reasons) {
        why.unless(self.site.isolation.is_none(), Reason::SiteIsolated);
        why.unless(!self.site.clock_in_doubt(self.wall), Reason::ClockInDoubt);
    }

    /// Whether a vendor's family owes an approval.
    pub(super) fn no_debt(&self, vendor: &VendorId, why: &mut Reasons) {
        if let Some(debt) = self.site.debt_of(vendor) {
            why.no(Reason::DebtUnpaid { since: debt.since });
        }
    }

    /// Whether a window has a length, is not over, and begins neither long ago nor far ahead.
    pub(super) fn window_possible(&self, window: &Window, why: &mut Reasons) {
        let possible = window.from < window.until
            && self.now < window.until
            && self.now.minus(limits::LATEST_START) <= window.from
            && window.from <= self.now.plus(limits::FARTHEST_WINDOW);
        why.unless(possible, Reason::WindowNotPossible);
    }

    /// Only the gateway says this.
    pub(super) fn gateway_only(&self, why: &mut Reasons) {
        match &self.caller.who {
            Who::Gateway => {}
            Who::Person(_) => why.no(Reason::RoleMissing),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit => why.no(Reason::PersonNeeded),
        }
    }
}

impl Site {
    /// What this caller may read. Reading is decided like everything else (invariant 1).
    ///
    /// # Errors
    /// If they may read nothing, with every reason.
    pub fn sight(&self, caller: &Caller, now: Timestamp) -> Result<Sight, Refusal> {
        let asking = Asking::new(self, caller, now);
        if matches!(caller.who, Who::LocalOperator { .. } | Who::Gateway) {
            return Ok(Sight::Everything);
        }
        let mut why = Reasons::default();
        let Some(person) = asking.person(&mut why) else {
            return Err(why.refusal());
        };
        let sight = match &person.employer {
            Employer::Hospital | Employer::Custodian => Sight::Everything,
            Employer::Vendor(vendor) => {
                let device = caller.device.as_ref().filter(|_| caller.factors.device);
                asking.device_stands(device, person, &mut why);
                Sight::Own {
                    person: person.id.clone(),
                    vendor: vendor.clone(),
                }
            }
        };
        why.settle()?;
        Ok(sight)
    }
}

/// Whether two secrets' digests are equal, in a time that does not tell where they differ.
pub(super) fn same_secret(one: &Digest, other: &Digest) -> bool {
    let bytes = one.as_bytes().iter().zip(other.as_bytes());
    bytes.fold(0u8, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// Used where a caller is asked for as a person and may be nobody.
pub(super) fn asker(caller: &Caller) -> Option<&PersonId> {
    match &caller.who {
        Who::Person(person) => Some(person),
        Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
    }
}

/// The address that an engineer came from.
pub(super) fn address(source: Source) -> Option<std::net::IpAddr> {
    match source {
        Source::Address(address) => Some(address.to_canonical()),
        Source::Local | Source::Unknown => None,
    }
}

/// A new reason is about the thing, until it is listed here.
fn about_the_asker(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::PersonNeeded
            | Reason::NotOfTheHospital
            | Reason::RoleMissing
            | Reason::SelfApproval
            | Reason::TwoFactorsNeeded
            | Reason::PersonSuspended
            | Reason::PersonTimeOver { .. }
            | Reason::FactorsNotSetUp
            | Reason::VendorSuspended
            | Reason::SourceNotListed
            | Reason::SourceUnknown
            | Reason::OutsideNeedsPasskey
            | Reason::WideExceptionEnded
    )
}
