//! Passkeys: ways to sign in; for an engineer, devices too, if a trusted maker attests that their keys
//! cannot be copied (invariant 3).

use ids::{DeviceId, Digest, PersonId, Timestamp};

use super::asking::{Asking, Reasons, next};
use super::{Decided, Outcome};
use crate::caller::Caller;
use crate::command::NewPasskey;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Person, Site};
use crate::terms::Employer;

impl Asking<'_> {
    pub(super) fn add_passkey(&self, new: NewPasskey) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let Some(person) = self.person(&mut why) else {
            return Err(why.refusal());
        };
        let held = self.site.passkeys_of(&person.id).len();
        why.limit(held + 1, limits::MOST_PASSKEYS, "passkeys");
        why.text(&new.aaguid, limits::LONGEST_AAGUID);
        // Whoever makes a passkey stands at its door.
        why.unless(new.door == self.caller.door, Reason::NotYours);
        let known =
            self.site.passkeys.contains_key(&new.id) || self.site.device_by_key(&new.key).is_some();
        why.unless(!known, Reason::KeyKnown);
        let engineer = matches!(person.employer, Employer::Vendor(_));
        if engineer {
            self.serves_as_device(person, &new, &mut why);
        }
        why.settle()?;
        let device = engineer.then(|| DeviceId::new(&self.site.id, next(&self.site.devices)));
        let event = Event::PasskeyAdded {
            person: person.id.clone(),
            passkey: new,
            device: device.clone(),
        };
        Decided::one(event, Outcome::Passkey { device })
    }

    /// The authenticator's own word that a key stays in it proves nothing: its maker's does, if the
    /// hospital trusts the maker.
    fn serves_as_device(&self, person: &Person, new: &NewPasskey, why: &mut Reasons) {
        let trusted = new
            .attested
            .is_some_and(|by| self.site.roots.values().any(|root| root.sha256 == by));
        why.unless(trusted, Reason::PasskeyNotAttested);
        why.unless(self.site.isolation.is_none(), Reason::SiteIsolated);
        self.room_for_a_device(person, why);
    }

    pub(super) fn remove_passkey(&self, passkey: Digest) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let asker = self.person(&mut why);
        // Another's does not exist for whoever asks.
        let found = self.site.passkeys.get(&passkey);
        let own = found.filter(|found| asker.is_some_and(|person| person.id == found.person));
        let Some(own) = why.need(own, Reason::NotFound) else {
            return Err(why.refusal());
        };
        why.settle()?;
        let event = Event::PasskeyRemoved {
            person: own.person.clone(),
            passkey,
        };
        Decided::one(event, Outcome::Done)
    }

    /// Whose word makes an engineer's key a device is chosen by those who approve visits.
    pub(super) fn trust_attestation(
        &self,
        name: String,
        sha256: Digest,
        certificate: String,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.text(&name, limits::LONGEST_NAME);
        why.text(&certificate, limits::LONGEST_CERTIFICATE);
        why.unless(!self.site.roots.contains_key(&name), Reason::NameTaken);
        let known = self.site.roots.values().any(|root| root.sha256 == sha256);
        why.unless(!known, Reason::KeyKnown);
        why.limit(
            self.site.roots.len() + 1,
            limits::MOST_ROOTS,
            "attestation roots",
        );
        why.settle()?;
        let event = Event::AttestationTrusted {
            name,
            sha256,
            certificate,
        };
        Decided::one(event, Outcome::Done)
    }

    pub(super) fn distrust_attestation(&self, name: String) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.need(self.site.roots.get(&name), Reason::NotFound);
        why.settle()?;
        Decided::one(Event::AttestationDistrusted { name }, Outcome::Done)
    }
}

impl Site {
    /// The person who asks, if they may act for themselves at all: in good standing, with two factors,
    /// from where they may come. Enough for their own passkeys and sign-ins, and for nothing else.
    ///
    /// # Errors
    /// Every reason why not.
    pub fn oneself(&self, caller: &Caller, now: Timestamp) -> Result<PersonId, Refusal> {
        let asking = Asking::new(self, caller, now);
        let mut why = Reasons::default();
        let Some(person) = asking.person(&mut why) else {
            return Err(why.refusal());
        };
        why.settle()?;
        Ok(person.id.clone())
    }
}
