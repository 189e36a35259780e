//! Invitations: how people, devices and new factors come in.

use ids::{Commitment, DeviceId, Digest, InvitationId, NonEmpty, PersonId, Timestamp};

use super::asking::{Asking, Reasons, next, same_secret};
use super::{Decided, Outcome};
use crate::caller::{Source, Who};
use crate::command::{DeviceEnrolment, InvitationFor};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Invitation, Person, only_inspects};
use crate::terms::{Employer, Role};

impl Asking<'_> {
    pub(super) fn invite(
        &self,
        purpose: InvitationFor,
        secret: Digest,
        until: Timestamp,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let by_kit = self.caller.who == Who::Kit;
        match &purpose {
            InvitationFor::FirstPerson => self.may_invite_first(&mut why),
            InvitationFor::Person { employer, roles } => {
                self.may_invite_person(employer, roles, &mut why);
            }
            InvitationFor::Device { person } => self.may_invite_device(person, &mut why),
            InvitationFor::Factors { person } => self.may_reset(person, by_kit, &mut why),
        }
        // The kit's reset waits, with notice to everybody, so that a stolen kit is not a way in.
        let from = if by_kit && matches!(purpose, InvitationFor::Factors { .. }) {
            self.now.plus(limits::KIT_DELAY)
        } else {
            self.now
        };
        let longest = match purpose {
            InvitationFor::FirstPerson => limits::FIRST_INVITATION_LASTS,
            InvitationFor::Person { .. }
            | InvitationFor::Device { .. }
            | InvitationFor::Factors { .. } => limits::INVITATION_LASTS,
        };
        why.unless(
            from < until && until <= from.plus(longest),
            Reason::WindowNotPossible,
        );
        self.invitation_fits(&secret, &mut why);
        why.settle()?;

        let invitation = InvitationId::new(&self.site.id, next(&self.site.invitations));
        let mut events = vec![Event::InvitationIssued {
            invitation: invitation.clone(),
            purpose: purpose.clone(),
            secret,
            from,
            until,
        }];
        if let InvitationFor::Factors { person } = purpose
            && !by_kit
        {
            events.push(Event::FactorsReset { person });
        }
        Decided::of(events, Outcome::Invitation(invitation))
    }

    fn invitation_fits(&self, secret: &Digest, why: &mut Reasons) {
        let waiting = self
            .site
            .invitations
            .values()
            .filter(|i| self.waits(i))
            .count();
        why.limit(waiting + 1, limits::MOST_INVITATIONS, "invitations");
        why.limit(self.site.persons.len() + 1, limits::MOST_PERSONS, "persons");
        let reused = self
            .site
            .invitations
            .values()
            .any(|i| same_secret(&i.secret, secret));
        why.unless(!reused, Reason::KeyKnown);
    }

    /// The ceremony of the first run, and only while there is nobody. Not the machine's operator:
    /// root is not a person.
    fn may_invite_first(&self, why: &mut Reasons) {
        match &self.caller.who {
            Who::Gateway | Who::Kit => {}
            Who::Person(_) => why.no(Reason::RoleMissing),
            Who::LocalOperator { .. } | Who::Invitee(_) => why.no(Reason::PersonNeeded),
        }
        why.unless(self.site.founding.is_some(), Reason::SetupIncomplete);
        why.unless(self.site.persons.is_empty(), Reason::AlreadySo);
    }

    fn may_invite_person(&self, employer: &Employer, roles: &NonEmpty<Role>, why: &mut Reasons) {
        // Who can lift, approve or reset is chosen by those who can: an operator does not make
        // approvers (lesson L20).
        let powerful =
            roles.iter().any(|role| *role == Role::Approver) || *employer == Employer::Custodian;
        if powerful {
            self.approver(why);
        } else {
            self.keeper(why);
        }
        why.unless(roles_possible(employer, roles), Reason::RolesNotPossible);
        if let Employer::Vendor(vendor) = employer {
            let known = why.need(self.site.vendors.get(vendor), Reason::NotFound);
            let suspended = known.is_some() && self.site.vendor_suspended(vendor);
            why.unless(!suspended, Reason::VendorSuspended);
        }
    }

    fn may_invite_device(&self, person: &PersonId, why: &mut Reasons) {
        self.keeper(why);
        if let Some(person) = why.need(self.site.persons.get(person), Reason::NotFound) {
            why.unless(person.has(Role::Engineer), Reason::DeviceNeeded);
            self.standing(person, why);
            self.room_for_a_device(person, why);
        }
    }

    /// A second person resets; an approver's factors only another approver, or the kit, late.
    fn may_reset(&self, person: &PersonId, by_kit: bool, why: &mut Reasons) {
        let of = self.site.persons.get(person);
        if !by_kit {
            let asker = match of {
                Some(of) if of.has(Role::Engineer) => self.keeper(why),
                _ => self.approver(why),
            };
            let other = asker.is_none_or(|asker| asker.id != *person);
            why.unless(other, Reason::SecondPersonNeeded);
        }
        if let Some(of) = why.need(of, Reason::NotFound) {
            let stands = of.suspended.is_none() && of.erased.is_none();
            why.unless(stands, Reason::PersonSuspended);
        }
    }

    pub(super) fn withdraw_invitation(&self, invitation: InvitationId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.invitations.get(&invitation), Reason::NotFound) {
            why.unless(self.waits(found), Reason::AlreadySo);
        }
        why.settle()?;
        Decided::one(Event::InvitationWithdrawn { invitation }, Outcome::Done)
    }

    pub(super) fn accept_invitation(
        &self,
        invitation: InvitationId,
        secret: Digest,
        name: Commitment,
        contact: Commitment,
        device: Option<DeviceEnrolment>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        match &self.caller.who {
            Who::Invitee(own) => why.unless(*own == invitation, Reason::NotYours),
            Who::Person(_) | Who::LocalOperator { .. } | Who::Kit | Who::Gateway => {
                why.no(Reason::NotYours);
            }
        }
        why.unless(!self.site.clock_in_doubt(self.wall), Reason::ClockInDoubt);
        let found = self.site.invitations.get(&invitation);
        // One reason for every way in which it is not good: the answer teaches a guesser nothing.
        let good = found.filter(|i| self.waits(i) && same_secret(&i.secret, &secret));
        let Some(good) = why.need(good, Reason::InvitationInvalid) else {
            return Err(why.refusal());
        };
        why.unless(
            self.now >= good.from,
            Reason::DelayNotOver { until: good.from },
        );
        self.comes_from_where_it_may(good, &mut why);
        self.accept(good, name, contact, device, why)
    }

    /// The invited come from where they will come from later; the first person also from the
    /// machine itself.
    fn comes_from_where_it_may(&self, good: &Invitation, why: &mut Reasons) {
        let (employer, loopback) = match &good.purpose {
            InvitationFor::FirstPerson => (Some(&Employer::Hospital), true),
            InvitationFor::Person { employer, .. } => (Some(employer), false),
            InvitationFor::Device { person } | InvitationFor::Factors { person } => {
                let person = self.site.persons.get(person);
                (person.map(|person| &person.employer), false)
            }
        };
        let from_itself = matches!(self.caller.source, Source::Address(ip) if ip.is_loopback());
        if let Some(employer) = employer
            && !(loopback && from_itself)
        {
            why.maybe(
                self.site
                    .source_refused(employer, self.caller.source, self.now),
            );
        }
    }

    fn accept(
        &self,
        good: &Invitation,
        name: Commitment,
        contact: Commitment,
        device: Option<DeviceEnrolment>,
        mut why: Reasons,
    ) -> Result<Decided, Refusal> {
        let joining = PersonId::new(&self.site.id, next(&self.site.persons));
        let first = NonEmpty::from_vec(vec![Role::Approver, Role::Operator]);
        let (person, event, engineer) = match (&good.purpose, first) {
            (InvitationFor::FirstPerson, Ok(roles)) => {
                why.unless(self.site.persons.is_empty(), Reason::AlreadySo);
                let event = joined(good, &joining, Employer::Hospital, roles, name, contact);
                (joining, Some(event), false)
            }
            (InvitationFor::Person { employer, roles }, _) => {
                self.employer_stands(employer, &mut why);
                let (employer, roles) = (employer.clone(), roles.clone());
                let engineer = matches!(employer, Employer::Vendor(_));
                // Without a device they join all the same, and add a passkey: until they have one, nothing
                // but that is open to them.
                let event = joined(good, &joining, employer, roles, name, contact);
                (joining, Some(event), engineer)
            }
            (InvitationFor::Device { person }, _) => {
                why.unless(device.is_some(), Reason::DeviceNeeded);
                (person.clone(), None, self.known(person, true, &mut why))
            }
            (InvitationFor::Factors { person }, _) => {
                let invitation = good.id.clone();
                let event = Event::FactorsSetUp {
                    invitation,
                    person: person.clone(),
                };
                (
                    person.clone(),
                    Some(event),
                    self.known(person, false, &mut why),
                )
            }
            (InvitationFor::FirstPerson, Err(_)) => return Err(why.refusal()),
        };
        let enrolled = DeviceId::new(&self.site.id, next(&self.site.devices));
        let mut events: Vec<Event> = event.into_iter().collect();
        events.extend(self.limited(good, &person));
        let device = device.map(|enrolment| {
            why.unless(engineer, Reason::DeviceNeeded);
            self.enrolment_possible(&enrolment, &mut why);
            events.push(Event::DeviceEnrolled {
                invitation: good.id.clone(),
                device: enrolled.clone(),
                person: person.clone(),
                enrolment,
            });
            enrolled
        });
        why.settle()?;
        Decided::of(events, Outcome::Person { person, device })
    }

    /// An inspector who joins has an end from the first moment.
    fn limited(&self, good: &Invitation, person: &PersonId) -> Option<Event> {
        let InvitationFor::Person { employer, roles } = &good.purpose else {
            return None;
        };
        let limited = only_inspects(employer, roles) && self.site.writes("person_limited");
        limited.then(|| Event::PersonLimited {
            person: person.clone(),
            until: self.now.plus(limits::INSPECTION_LASTS),
        })
    }

    fn employer_stands(&self, employer: &Employer, why: &mut Reasons) {
        if let Employer::Vendor(vendor) = employer {
            why.unless(!self.site.vendor_suspended(vendor), Reason::VendorSuspended);
            why.unless(self.site.isolation.is_none(), Reason::SiteIsolated);
        }
    }

    /// The standing of an invited person who is known; whether they are an engineer.
    fn known(&self, person: &PersonId, factors: bool, why: &mut Reasons) -> bool {
        let Some(person) = why.need(self.site.persons.get(person), Reason::NotFound) else {
            return false;
        };
        let stands = person.suspended.is_none() && person.erased.is_none();
        why.unless(stands, Reason::PersonSuspended);
        why.unless(!factors || person.reset.is_none(), Reason::FactorsNotSetUp);
        self.employer_stands(&person.employer, why);
        let engineer = person.has(Role::Engineer);
        if engineer && factors {
            self.room_for_a_device(person, why);
        }
        engineer
    }

    pub(super) fn room_for_a_device(&self, person: &Person, why: &mut Reasons) {
        let devices = self.site.devices_of(&person.id);
        let held = devices.filter(|device| device.suspended.is_none()).count();
        why.limit(held + 1, limits::MOST_DEVICES, "devices");
    }

    fn enrolment_possible(&self, enrolment: &DeviceEnrolment, why: &mut Reasons) {
        why.text(&enrolment.witness, limits::LONGEST_KEY);
        let known = self.site.device_by_key(&enrolment.key).is_some();
        why.unless(!known, Reason::KeyKnown);
    }

    /// Whether an invitation can still be used, now or after its delay.
    fn waits(&self, invitation: &Invitation) -> bool {
        let inviter = invitation
            .by
            .as_ref()
            .and_then(|id| self.site.persons.get(id));
        invitation.used.is_none()
            && invitation.withdrawn.is_none()
            && invitation.misses < limits::MOST_TRIES
            && self.now < invitation.until
            && inviter.is_none_or(|person| self.site.in_standing(person))
    }
}

fn joined(
    good: &Invitation,
    person: &PersonId,
    employer: Employer,
    roles: NonEmpty<Role>,
    name: Commitment,
    contact: Commitment,
) -> Event {
    let (invitation, person) = (good.id.clone(), person.clone());
    Event::PersonJoined {
        invitation,
        person,
        employer,
        roles,
        name,
        contact,
    }
}

/// A vendor's people are engineers and nothing else; the hospital's are everything else; a
/// custodian reads, and helps to lift.
fn roles_possible(employer: &Employer, roles: &NonEmpty<Role>) -> bool {
    let mut seen: Vec<Role> = roles.as_slice().to_vec();
    seen.sort();
    seen.dedup();
    let fit = roles.iter().all(|role| match employer {
        Employer::Vendor(_) => *role == Role::Engineer,
        Employer::Hospital => *role != Role::Engineer,
        Employer::Custodian => *role == Role::Inspector,
    });
    fit && seen.len() == roles.len()
}
