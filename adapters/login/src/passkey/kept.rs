//! Passkeys as they are made, kept and shown.

use ids::{DeviceId, Digest, PersonId};

/// A key that was made and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePasskey {
    /// SHA-256 of the id that its authenticator gave it.
    pub id: Digest,
    /// SHA-256 of its public key, in a form of our own (tag, algorithm, coordinates).
    pub key: Digest,
    /// The model of its authenticator (AAGUID).
    pub aaguid: String,
    /// The root that attests its authenticator, and so that the key stays there.
    pub attested: Option<Digest>,
    /// What is kept of it; opaque.
    pub credential: String,
}

/// A passkey as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPasskey {
    /// SHA-256 of its id.
    pub id: Digest,
    /// The device that it is at the same time.
    pub device: Option<DeviceId>,
    /// What is kept of it; opaque.
    pub credential: String,
}

/// A passkey that has answered its challenge, its holder verified. Only this crate makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPasskey {
    pub(super) person: PersonId,
    pub(super) id: Digest,
    pub(super) device: Option<DeviceId>,
    pub(super) before: String,
    pub(super) after: String,
}

impl ShownPasskey {
    /// Whose it is.
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    /// SHA-256 of its id.
    pub fn id(&self) -> &Digest {
        &self.id
    }

    /// The device that it is at the same time.
    pub fn device(&self) -> Option<&DeviceId> {
        self.device.as_ref()
    }

    /// What was kept of it, and what is to be kept from now on (its counter): to be changed only if the
    /// first still stands, or one answer of two is a copy's.
    pub fn kept(&self) -> (&str, &str) {
        (&self.before, &self.after)
    }
}
