//! What may be read of the state.

use ids::*;
use ipnet::IpNet;

use super::*;
use crate::event::Founding;
use crate::foreign_logs::ForeignLogs;

/// What a reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Everything of the site.
    Everything,
    /// What concerns one vendor, for one of its engineers.
    Own {
        /// The engineer.
        person: PersonId,
        /// Their vendor.
        vendor: VendorId,
    },
}

impl Site {
    /// Its short name.
    pub fn id(&self) -> &SiteId {
        &self.id
    }

    /// How it began.
    pub fn founding(&self) -> Option<&Founding> {
        self.founding.as_ref()
    }

    /// The moment of the last entry.
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// How many entries were folded.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Its relays, by name.
    pub fn relays(&self) -> impl Iterator<Item = &NewRelay> {
        self.relays.values()
    }

    /// Every vendor, in the order of registration.
    pub fn vendors(&self) -> impl Iterator<Item = &Vendor> {
        self.vendors.values()
    }

    /// One vendor.
    pub fn vendor(&self, id: &VendorId) -> Option<&Vendor> {
        self.vendors.get(id)
    }

    /// Every person, in the order of joining.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// One person.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.persons.get(id)
    }

    /// Whether a person may act at all: sign-in asks this.
    pub fn person_stands(&self, id: &PersonId) -> bool {
        self.persons
            .get(id)
            .is_some_and(|person| self.in_standing(person))
    }

    /// Whether a person's time, if they have one, is not over: a sign-in of somebody whose time is over
    /// is worth nothing (lesson L14).
    pub fn person_has_time(&self, id: &PersonId, now: Timestamp) -> bool {
        self.persons
            .get(id)
            .is_some_and(|person| person.time_over(self.moment(now)).is_none())
    }

    /// Every device, in the order of enrolment.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// One device.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.get(id)
    }

    /// A person's devices.
    pub fn devices_of(&self, person: &PersonId) -> impl Iterator<Item = &Device> {
        self.devices
            .values()
            .filter(move |device| device.person == *person)
    }

    /// The device with this key (SHA-256 of its SubjectPublicKeyInfo), in whatever state.
    pub fn device_by_key(&self, key: &Digest) -> Option<&Device> {
        self.devices
            .values()
            .find(|device| device.enrolment.key == *key)
    }

    /// A passkey, by the digest of its id.
    pub fn passkey(&self, id: &Digest) -> Option<&Passkey> {
        self.passkeys.get(id)
    }

    /// A person's passkeys, the oldest first.
    pub fn passkeys_of(&self, person: &PersonId) -> Vec<&Passkey> {
        let mut theirs: Vec<&Passkey> = self
            .passkeys
            .values()
            .filter(|passkey| passkey.person == *person)
            .collect();
        theirs.sort_by_key(|passkey| (passkey.since, passkey.passkey.id));
        theirs
    }

    /// The roots of the makers of authenticators that the hospital trusts, by name.
    pub fn attestation_roots(&self) -> impl Iterator<Item = &AttestationRoot> {
        self.roots.values()
    }

    /// Every target, in the order of registration.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.values()
    }

    /// One target.
    pub fn target(&self, id: &TargetId) -> Option<&Target> {
        self.targets.get(id)
    }

    /// The target with this short name, whatever the case.
    pub fn target_by_name(&self, name: &str) -> Option<&Target> {
        self.targets
            .values()
            .find(|target| target.name.eq_ignore_ascii_case(name))
    }

    /// Every request, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.values()
    }

    /// One request.
    pub fn request(&self, id: &RequestId) -> Option<&Request> {
        self.requests.get(id)
    }

    /// Every grant, in order.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.values()
    }

    /// One grant.
    pub fn grant(&self, id: &GrantId) -> Option<&Grant> {
        self.grants.get(id)
    }

    /// When a grant ends, with the extensions that hold.
    pub fn grant_until(&self, id: &GrantId) -> Option<Timestamp> {
        self.grants.get(id).map(|grant| self.effective_until(grant))
    }

    /// Every visit, in order.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.visits.values()
    }

    /// One visit.
    pub fn visit(&self, id: &VisitId) -> Option<&Visit> {
        self.visits.get(id)
    }

    /// Every session, in order, closed ones included.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// One session.
    pub fn session(&self, id: &SessionId) -> Option<&Session> {
        self.sessions.get(id)
    }

    /// The sessions whose streams are not closed yet.
    pub fn live_sessions(&self) -> impl Iterator<Item = &Session> {
        self.live.iter().filter_map(|id| self.sessions.get(id))
    }

    /// Every invitation, in order.
    pub fn invitations(&self) -> impl Iterator<Item = &Invitation> {
        self.invitations.values()
    }

    /// One invitation.
    pub fn invitation(&self, id: &InvitationId) -> Option<&Invitation> {
        self.invitations.get(id)
    }

    /// The emergency openings whose approval is owed.
    pub fn debts(&self) -> impl Iterator<Item = &Debt> {
        self.debts.values()
    }

    /// Who is asked at night.
    pub fn night_chain(&self) -> &[ChainLink] {
        &self.night_chain
    }

    /// Emergency codes that are still sealed.
    pub fn codes_left(&self) -> usize {
        self.codes
            .values()
            .filter(|state| **state == CodeState::Sealed)
            .count()
    }

    /// The isolation, if the site is isolated.
    pub fn isolation(&self) -> Option<&Isolation> {
        self.isolation.as_ref()
    }

    /// What is isolated by itself, the first one first.
    pub fn isolated_ones(&self) -> &[IsolatedOne] {
        &self.isolated_ones
    }

    /// The isolation of one, if it is isolated by itself.
    pub(crate) fn isolated_one(&self, subject: &Subject) -> Option<&Isolation> {
        let one = self
            .isolated_ones
            .iter()
            .find(|one| one.subject == *subject);
        one.map(|one| &one.isolation)
    }

    /// Whether the site is isolated.
    pub fn isolated(&self) -> bool {
        self.isolation.is_some()
    }

    /// Whether the recovery kit is sealed.
    pub fn kit_sealed(&self) -> bool {
        self.kit_sealed
    }

    /// How far the receiver of other devices' logs was heard.
    pub fn foreign_logs(&self) -> &ForeignLogs {
        &self.foreign_logs
    }

    /// Disagreements of witnesses, oldest first; the last hundred.
    pub fn disagreements(&self) -> &[Disagreement] {
        &self.disagreements
    }

    /// Whether the gateway has started and not stopped in order since; `None` before it first did.
    pub fn running(&self) -> Option<bool> {
        self.running
    }

    /// From where connections are let in at all: to the engineers' name and to the console's.
    /// Suspended vendors and ended exceptions have no prefix here. The first may be empty: nobody.
    pub fn admitted_sources(&self, now: Timestamp) -> (Vec<IpNet>, Vec<IpNet>) {
        let now = self.moment(now);
        let standing = self
            .vendors
            .values()
            .filter(|vendor| !self.vendor_suspended(&vendor.id));
        let engineers = standing
            .flat_map(|vendor| vendor.sources.iter())
            .filter(|prefix| {
                prefix
                    .exception
                    .as_ref()
                    .is_none_or(|wide| now < wide.until)
            })
            .map(|prefix| prefix.net)
            .collect();
        let lan = self
            .founding
            .iter()
            .flat_map(|founding| founding.lan.iter().copied());
        (engineers, lan.collect())
    }

    /// Whether a reader sees a target. Engineers learn only of those that their vendor maintains.
    pub fn sees_target(&self, sight: &Sight, target: &TargetId) -> bool {
        match (sight, self.targets.get(target)) {
            (_, None) => false,
            (Sight::Everything, Some(_)) => true,
            (Sight::Own { vendor, .. }, Some(target)) => self.maintains(vendor, target),
        }
    }

    /// Whether a reader sees a visit, with its requests, sessions and receipt.
    pub fn sees_visit(&self, sight: &Sight, visit: &VisitId) -> bool {
        match (sight, self.visits.get(visit)) {
            (_, None) => false,
            (Sight::Everything, Some(_)) => true,
            (Sight::Own { vendor, .. }, Some(visit)) => visit.vendor == *vendor,
        }
    }

    /// Whether a reader sees a person.
    pub fn sees_person(&self, sight: &Sight, person: &PersonId) -> bool {
        match (sight, self.persons.get(person)) {
            (_, None) => false,
            (Sight::Everything, Some(_)) => true,
            (Sight::Own { person: own, .. }, Some(person)) => person.id == *own,
        }
    }
}
