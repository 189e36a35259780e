//! How things stand: who is in good standing, until when, and since when not.

use std::net::IpAddr;

use ids::{DeviceId, GrantId, NonEmpty, PersonId, RequestId, SessionId, Timestamp, VendorId};

use super::*;
use crate::caller::Source;
use crate::limits;
use crate::reason::Reason;

impl Site {
    /// The moment that counts: never before the last entry (invariant 14).
    pub(crate) fn moment(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_at)
    }

    /// Whether the clock must be confirmed before anything new is admitted.
    pub fn clock_in_doubt(&self, now: Timestamp) -> bool {
        let behind = now.plus(limits::CLOCK_TOLERANCE) < self.last_at;
        let confirmed_as_behind = self.clock.confirmed.is_some_and(|(wall, ledger)| {
            ledger == self.last_at && now.plus(limits::CLOCK_TOLERANCE) >= wall
        });
        self.clock.doubted || (behind && !confirmed_as_behind)
    }

    /// A vendor and those above it, itself first.
    pub(crate) fn lineage(&self, vendor: &VendorId) -> Vec<&Vendor> {
        let mut lineage: Vec<&Vendor> = Vec::new();
        let mut next = Some(vendor);
        while let Some(found) = next.and_then(|id| self.vendors.get(id)) {
            // Parents exist before their children, so this ends; the bound says so to the reader.
            if lineage.len() > limits::MOST_TIERS {
                break;
            }
            lineage.push(found);
            next = found.parent.as_ref();
        }
        lineage
    }

    /// The first vendor of a family of sub-contractors.
    fn head_of(&self, vendor: &VendorId) -> Option<&VendorId> {
        self.lineage(vendor).last().map(|vendor| &vendor.id)
    }

    /// Whether a vendor or one above it is suspended.
    pub(crate) fn vendor_suspended(&self, vendor: &VendorId) -> bool {
        let lineage = self.lineage(vendor);
        lineage.is_empty() || lineage.iter().any(|vendor| vendor.suspended.is_some())
    }

    /// Whether a vendor maintains a target: a sub-contractor only where its parent does.
    pub(crate) fn maintains(&self, vendor: &VendorId, target: &Target) -> bool {
        match self
            .vendors
            .get(vendor)
            .map(|vendor| vendor.parent.as_ref())
        {
            None => false,
            Some(None) => target.vendors.iter().any(|listed| listed == vendor),
            Some(Some(parent)) => self
                .lineage(parent)
                .last()
                .is_some_and(|head| target.vendors.iter().any(|listed| *listed == head.id)),
        }
    }

    /// Whether a person may act at all.
    pub(crate) fn in_standing(&self, person: &Person) -> bool {
        let vendor_stands = match &person.employer {
            Employer::Vendor(vendor) => !self.vendor_suspended(vendor),
            Employer::Hospital | Employer::Custodian => true,
        };
        vendor_stands
            && person.suspended.is_none()
            && person.erased.is_none()
            && person.reset.is_none()
    }

    /// Hospital persons who can approve now, but for one.
    pub(crate) fn approvers_but(&self, but: Option<&PersonId>) -> usize {
        let approvers = self.persons.values().filter(|person| {
            person.approves() && self.in_standing(person) && Some(&person.id) != but
        });
        approvers.count()
    }

    /// Whether the setup is complete: a person who can approve, and beside them a second one, a
    /// custodian or the sealed kit.
    pub fn setup_complete(&self) -> bool {
        let approvers = self.approvers_but(None);
        let custodian = self
            .persons
            .values()
            .any(|person| person.employer == Employer::Custodian && self.in_standing(person));
        self.founding.is_some() && approvers > 0 && (approvers > 1 || custodian || self.kit_sealed)
    }

    /// Since when a debt of this vendor's family is unpaid.
    pub(crate) fn debt_of(&self, vendor: &VendorId) -> Option<&Debt> {
        let head = self.head_of(vendor);
        self.debts
            .values()
            .find(|debt| self.head_of(&debt.vendor) == head)
    }

    /// Why this source is not one of the employer's, if so. Unknown is no.
    pub(crate) fn source_refused(
        &self,
        employer: &Employer,
        source: Source,
        now: Timestamp,
    ) -> Option<Reason> {
        let vendor = match employer {
            Employer::Vendor(vendor) => self.vendors.get(vendor),
            Employer::Hospital | Employer::Custodian => None,
        };
        match (source, vendor) {
            (Source::Unknown, _) | (Source::Local, Some(_)) => Some(Reason::SourceUnknown),
            (Source::Local, None) => None,
            (Source::Address(address), Some(vendor)) => listed(&vendor.sources, address, now).err(),
            (Source::Address(address), None) => {
                let lan = self.founding.as_ref().map(|founding| &founding.lan);
                let inside = lan
                    .is_some_and(|lan| lan.iter().any(|net| net.contains(&address.to_canonical())));
                (!inside).then_some(Reason::SourceNotListed)
            }
        }
    }

    /// When a grant ends, with the extensions that hold.
    pub(crate) fn effective_until(&self, grant: &Grant) -> Timestamp {
        let mut until = grant.terms.window.until;
        let visit = self.visits.get(&grant.visit);
        // An extension has a later number than what it extends, so one pass in order is enough.
        for id in visit.iter().flat_map(|visit| &visit.extensions) {
            let Some(extension) = self.grants.get(id) else {
                continue;
            };
            let follows = extension.extends.as_ref() == Some(&grant.id)
                && extension.withdrawn.is_none()
                && extension.terms.window.from <= until;
            if follows {
                until = until.max(extension.terms.window.until);
            }
        }
        until
    }

    /// Live sessions under a grant.
    pub(crate) fn live_under(&self, grant: &GrantId) -> usize {
        let live = self.live.iter().filter_map(|id| self.sessions.get(id));
        live.filter(|session| session.grant == *grant).count()
    }

    /// Whether a live session may go on, asked again on each relevant entry (invariant 4).
    ///
    /// # Errors
    /// Why it must end now.
    pub fn still_permitted(
        &self,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<Timestamp, EndReason> {
        let session = self.sessions.get(session).ok_or(EndReason::Interrupted)?;
        if let Some(reason) = &session.ended {
            return Err(reason.clone());
        }
        self.standing_of(&session.person, &session.device, &session.target)?;
        let (Some(grant), Some(target), Some(person)) = (
            self.grants.get(&session.grant),
            self.targets.get(&session.target),
            self.persons.get(&session.person),
        ) else {
            return Err(EndReason::Interrupted);
        };
        if let Some(reason) = &grant.withdrawn {
            return Err(reason.clone());
        }
        let now = self.moment(now);
        let sources_until = self.sources_until(person, session.source, now)?;
        let risk_until = self
            .risk_until(target, now)
            .map_err(|_| EndReason::RiskOver)?;
        let until = self
            .effective_until(grant)
            .min(risk_until)
            .min(target.hours.open_until(now).ok_or(EndReason::Deadline)?)
            .min(sources_until);
        if until <= now {
            return Err(EndReason::Deadline);
        }
        match session.attendant_awaited_until() {
            Some(gone) if gone <= now => Err(EndReason::AttendantMissing),
            Some(gone) => Ok(until.min(gone)),
            None => Ok(until),
        }
    }

    /// Why nothing passes in a session for now, if so.
    pub fn frozen(&self, session: &Session) -> Option<Frozen> {
        if session.attendant_awaited_until().is_some() {
            return Some(Frozen::AwaitingAttendant);
        }
        session.paused.map(|_| Frozen::Paused)
    }

    /// Since when a visit's report is overdue, if it is: it had a session, its grant with its
    /// extensions has ended, the set days have passed, and no report is there. The engineer's next
    /// request is refused for it, and the hospital is told.
    pub fn report_overdue(&self, visit: &Visit, now: Timestamp) -> Option<Timestamp> {
        let grant = self.grants.get(visit.grant.as_ref()?)?;
        let due = self.effective_until(grant).plus(self.report_due());
        let owed = !visit.sessions.is_empty() && visit.reports.is_empty();
        (owed && due <= self.moment(now)).then_some(due)
    }

    /// Whether a visit is over: nobody is inside, and its time is up, or the engineer has filed the
    /// report and with it left. A visit that nobody was allowed to make is never over.
    pub fn visit_over(&self, visit: &Visit, now: Timestamp) -> bool {
        let grant = visit.grant.as_ref().and_then(|id| self.grants.get(id));
        let Some(grant) = grant else {
            return false;
        };
        let inside = visit.sessions.iter().any(|id| self.live.contains(id));
        let up = grant.withdrawn.is_some() || self.effective_until(grant) <= self.moment(now);
        !inside && (up || (!visit.sessions.is_empty() && !visit.reports.is_empty()))
    }

    /// The first file of a visit that waits for a person, and since when: while it can still be fetched.
    pub fn file_waits(&self, visit: &Visit, now: Timestamp) -> Option<(u32, Timestamp)> {
        let mut held = visit.held.iter();
        let (number, file) = held.find(|(_, file)| file.answer.is_none())?;
        (!self.visit_over(visit, now)).then_some((*number, file.at))
    }

    /// Whether a visit waits for somebody who reviews and signs it: its report is filed, it is over, and
    /// nobody has reviewed all of it.
    pub fn awaits_review(&self, visit: &Visit, now: Timestamp) -> bool {
        !visit.reports.is_empty()
            && visit.reviewed().is_none()
            && self.writes("visit_reviewed")
            && self.visit_over(visit, now)
    }

    /// The level to which the site is committed: later events are not written yet.
    pub fn level(&self) -> u16 {
        self.level
    }

    /// Whether events of this kind are written already.
    pub fn writes(&self, kind: &str) -> bool {
        Event::level_of(kind) <= self.level
    }

    /// How long after its end a visit may stay without a report.
    pub fn report_due(&self) -> std::time::Duration {
        std::time::Duration::from_secs(u64::from(self.report_due_days) * 24 * 60 * 60)
    }

    fn standing_of(
        &self,
        person: &PersonId,
        device: &DeviceId,
        target: &TargetId,
    ) -> Result<(), EndReason> {
        if self.isolation.is_some() {
            return Err(EndReason::Isolated);
        }
        let person = self.persons.get(person).ok_or(EndReason::Interrupted)?;
        if let Employer::Vendor(vendor) = &person.employer
            && self.vendor_suspended(vendor)
        {
            return Err(EndReason::VendorSuspended);
        }
        if !self.in_standing(person) {
            return Err(EndReason::PersonSuspended);
        }
        let device = self.devices.get(device).ok_or(EndReason::Interrupted)?;
        if device.suspended.is_some() || device.confirmed.is_none() {
            return Err(EndReason::DeviceSuspended);
        }
        let target = self.targets.get(target).ok_or(EndReason::Interrupted)?;
        if target.suspended.is_some() {
            return Err(EndReason::TargetSuspended);
        }
        Ok(())
    }

    /// Until when the vendor's list holds this address.
    pub(crate) fn sources_until(
        &self,
        person: &Person,
        source: IpAddr,
        now: Timestamp,
    ) -> Result<Timestamp, EndReason> {
        let Employer::Vendor(vendor) = &person.employer else {
            return Err(EndReason::SourceWithdrawn);
        };
        let vendor = self.vendors.get(vendor).ok_or(EndReason::SourceWithdrawn)?;
        listed(&vendor.sources, source, now).map_err(|_| EndReason::SourceWithdrawn)
    }

    /// Who may open this request in an emergency now: those of the night chain whose turn has
    /// come, or, if none of them can act, the first deputy who can.
    pub fn on_call(&self, request: &RequestId, now: Timestamp) -> Vec<PersonId> {
        let Some(request) = self.requests.get(request) else {
            return Vec::new();
        };
        let waited = self.moment(now).since(request.at).as_secs() / 60;
        let able = |link: &&ChainLink| {
            self.persons
                .get(&link.person)
                .is_some_and(|person| person.approves() && self.in_standing(person))
        };
        let due: Vec<PersonId> = self
            .night_chain
            .iter()
            .filter(able)
            .filter(|link| u64::from(link.after_minutes) <= waited)
            .map(|link| link.person.clone())
            .collect();
        if !due.is_empty() {
            return due;
        }
        let deputy = self
            .night_chain
            .iter()
            .filter(able)
            .min_by_key(|link| link.after_minutes);
        deputy.map(|link| link.person.clone()).into_iter().collect()
    }
}

impl Session {
    /// Until when it waits, frozen, for the attendant that it needs and has not.
    fn attendant_awaited_until(&self) -> Option<Timestamp> {
        let (since, before) = self.unattended;
        let waits = if before {
            limits::ATTENDANT_RETURNS
        } else {
            limits::ATTENDANT_COMES
        };
        (self.attended && self.attendants.is_empty()).then(|| since.plus(waits))
    }
}

impl Person {
    /// Whether they have this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|held| *held == role)
    }

    /// Whether they look and do nothing else: then they look for a time. Not the outside custodian, who
    /// is needed when nobody else is there.
    pub fn only_inspects(&self) -> bool {
        only_inspects(&self.employer, &self.roles)
    }

    /// When the time in which they may look ended, if it is over.
    pub fn time_over(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| *until <= now)
    }

    /// Whether they are a hospital person who approves.
    pub fn approves(&self) -> bool {
        self.employer == Employer::Hospital && self.has(Role::Approver)
    }
}

pub(crate) fn only_inspects(employer: &Employer, roles: &NonEmpty<Role>) -> bool {
    *employer == Employer::Hospital && roles.iter().all(|role| *role == Role::Inspector)
}

impl Hours {
    /// When the stretch ends in which `now` lies; the end of time for [`Hours::Always`]; `None`
    /// outside the hours. Slots that touch, also over midnight, are one stretch.
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        let slots = match self {
            Self::Always => return Some(Timestamp::from_millis(i64::MAX)),
            Self::Only(slots) => slots,
        };
        let mut at = now;
        // Eight stretches a day for a fortnight: longer than any window.
        for _ in 0..limits::MOST_SLOTS * 2 {
            match slot_end(slots, at) {
                Some(end) => at = end,
                None => break,
            }
        }
        (at > now).then_some(at)
    }

    /// Whether a whole window lies inside.
    pub fn cover(&self, window: &Window) -> bool {
        self.open_until(window.from)
            .is_some_and(|end| window.until <= end)
    }
}

/// When the slot ends in which `at` lies.
fn slot_end(slots: &NonEmpty<Slot>, at: Timestamp) -> Option<Timestamp> {
    let (weekday, minute) = at.weekday_and_minute_jst();
    let inside = slots
        .iter()
        .filter(|slot| slot.weekday == weekday && (slot.from..slot.to).contains(&minute));
    let to = inside.map(|slot| slot.to).max()?;
    let start_of_minute =
        Timestamp::from_millis(at.as_millis() - at.as_millis().rem_euclid(60_000));
    let minutes = u64::from(to.saturating_sub(minute));
    Some(start_of_minute.plus(std::time::Duration::from_secs(minutes * 60)))
}

/// Until when a list holds an address, or why it does not.
fn listed(
    sources: &NonEmpty<SourcePrefix>,
    address: IpAddr,
    now: Timestamp,
) -> Result<Timestamp, Reason> {
    let address = address.to_canonical();
    let matching = sources
        .iter()
        .filter(|prefix| prefix.net.contains(&address));
    let ends = matching.map(|prefix| match &prefix.exception {
        Some(exception) => exception.until,
        None => Timestamp::from_millis(i64::MAX),
    });
    match ends.max() {
        None => Err(Reason::SourceNotListed),
        Some(end) if end <= now => Err(Reason::WideExceptionEnded),
        Some(end) => Ok(end),
    }
}
