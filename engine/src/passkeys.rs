//! Passkeys: adding them, signing in by them, and a fresh touch before what matters.
//!
//! What the ledger says of a passkey counts; what is kept of it beside the ledger (its public key, its
//! counter) opens nothing alone.

mod adding;
mod pending;
mod roots;
mod signing_in;
mod touching;

use access::{Door, Employer, Refusal, Who};
use ids::{DeviceId, Digest, PersonId, Timestamp};
use login::Identity;
use login::passkey::{KeptPasskey, Relying};
use wire::Said;

use crate::{Engine, Inner, said};

pub use adding::{AddedPasskey, Fresh, adding_a_passkey};
pub(crate) use pending::Ceremonies;
pub use roots::RootNotTrusted;
pub use signing_in::SignInBegun;
pub use touching::{NotTouched, Touched};

/// Why a passkey was not added: sentences for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyError {
    /// Every reason.
    pub reasons: Vec<Said>,
}

impl PasskeyError {
    fn because(id: &str) -> Self {
        Self {
            reasons: vec![Said::plain(id)],
        }
    }
}

impl From<Refusal> for PasskeyError {
    fn from(refusal: Refusal) -> Self {
        Self {
            reasons: refusal.reasons.iter().map(said).collect(),
        }
    }
}

/// A passkey, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPasskey {
    /// SHA-256 of its id.
    pub id: Digest,
    /// What its owner calls it.
    pub label: String,
    /// The model of its authenticator (AAGUID).
    pub aaguid: String,
    /// Whether a trusted maker attests that it stays in one device.
    pub attested: bool,
    /// For an engineer: the device that it is.
    pub device: Option<OwnDevice>,
    /// When it was added.
    pub since: Timestamp,
    /// When it last answered.
    pub last_used: Option<Timestamp>,
}

/// The device that a passkey is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDevice {
    /// Its id.
    pub id: DeviceId,
    /// The words that are compared by phone.
    pub words: Vec<String>,
    /// When they were compared.
    pub confirmed: Option<Timestamp>,
    /// Since when it is suspended.
    pub suspended: Option<Timestamp>,
}

impl Engine {
    /// The passkeys of whoever asks, the oldest first.
    ///
    /// # Errors
    /// Every reason why they may not even see their own.
    pub fn own_passkeys(&self, by: &Identity) -> Result<Vec<OwnPasskey>, Refusal> {
        let site = self.inner.site();
        let person = site.oneself(by.caller(), self.now())?;
        let kept = self.inner.store.passkeys_of(&person).unwrap_or_default();
        let shown = site.passkeys_of(&person).into_iter().map(|held| {
            let device = held.device.as_ref().and_then(|id| site.device(id));
            let used = kept.iter().find(|kept| kept.id == held.passkey.id);
            OwnPasskey {
                id: held.passkey.id,
                label: self.text_of(&held.passkey.label).unwrap_or_default(),
                aaguid: held.passkey.aaguid.clone(),
                attested: held.passkey.attested.is_some(),
                device: device.map(|device| OwnDevice {
                    id: device.id.clone(),
                    words: words(&device.enrolment.key),
                    confirmed: device.confirmed,
                    suspended: device.suspended,
                }),
                since: held.since,
                last_used: used.and_then(|kept| kept.last_used),
            }
        });
        Ok(shown.collect())
    }

    /// Whether whoever asks has a passkey to touch, at the door where they are.
    pub fn has_passkey(&self, by: &Identity) -> bool {
        let Who::Person(person) = &by.caller().who else {
            return false;
        };
        let site = self.inner.site();
        let theirs = site.passkeys_of(person);
        let here = |held: &&access::Passkey| held.passkey.door == by.caller().door;
        theirs.into_iter().any(|held| here(&held))
    }
}

impl Inner {
    /// The door as browsers know it; `None` where there is no browser.
    fn relying(&self, door: Door) -> Option<Relying> {
        let (name, address) = match door {
            Door::Console => (&self.config.console_name, &self.config.console_address),
            Door::Engineers => (&self.config.engineers_name, &self.config.engineers_address),
            Door::Local | Door::Inside => return None,
        };
        let port = address.rsplit_once(':').map(|(_, port)| port.parse().ok());
        Relying::at(name, port.flatten().unwrap_or(443), &self.site_name())
    }

    /// What is kept of a person's passkeys, of those that the ledger knows and that were made at this door.
    /// Of an engineer's suspended device none: it signs nobody in.
    fn passkeys_that_count(&self, person: &PersonId, door: Door) -> Vec<KeptPasskey> {
        let kept = self.store.passkeys_of(person).unwrap_or_default();
        let site = self.site();
        let counts = |id: &Digest| {
            let held = site.passkey(id).filter(|held| held.person == *person)?;
            let held = Some(held).filter(|held| held.passkey.door == door)?;
            let device = held.device.as_ref().and_then(|id| site.device(id));
            let suspended = device.is_some_and(|device| device.suspended.is_some());
            (!suspended).then(|| held.device.clone())
        };
        let kept = kept.into_iter().filter_map(|kept| {
            Some(KeptPasskey {
                device: counts(&kept.id)?,
                id: kept.id,
                credential: kept.credential,
            })
        });
        kept.collect()
    }

    fn is_an_engineer(&self, person: &PersonId) -> bool {
        let site = self.site();
        let person = site.person(person);
        person.is_some_and(|person| matches!(person.employer, Employer::Vendor(_)))
    }
}

fn words(key: &Digest) -> Vec<String> {
    let words = access::device_words(key);
    words.iter().map(|word| (*word).to_owned()).collect()
}
