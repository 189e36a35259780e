//! Signing in: one claim, all of it at once, one answer.
//!
//! There is no state between a first and a second factor, so none can be carried from one claimed
//! name to another (lesson L2), and no restriction can get lost between them (lesson L8). Unknown
//! name, wrong factor and locked cost the same and are answered the same (lesson L10).

use std::fmt;

use access::{Door, Factors, Source};
use ids::{DeviceId, Digest, PersonId, Timestamp};
use zeroize::Zeroizing;

use crate::attempts::Records;
use crate::identity::Connection;
use crate::passkey::{PasskeyRefused, ShownPasskey};
use crate::passphrase::{Hash, Passphrase, dummy};
use crate::totp::{self, Secret, Step};

/// What somebody claims and shows. The name was looked up already; see [`Subject`].
pub struct Claim {
    /// The passphrase.
    pub passphrase: Passphrase,
    /// The one-time code as typed.
    pub code: Zeroizing<String>,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claim(…)")
    }
}

/// What the store knows under the claimed name's key.
#[derive(Debug)]
pub enum Subject {
    /// A person with factors.
    Known(Box<Known>),
    /// Nobody, somebody without factors, or a text that cannot be a name.
    Unknown,
}

/// A person's factors.
#[derive(Debug)]
pub struct Known {
    /// Whose.
    pub person: PersonId,
    /// The hash of the passphrase.
    pub passphrase: Hash,
    /// The secret of the one-time codes.
    pub totp: Secret,
    /// The last step whose code was accepted.
    pub last_step: Option<Step>,
}

/// What came of it. The engine stores `attempts`, and `used_step` in the same transaction in which
/// it lets the person in, and only if the stored last step is still an earlier one: of two racing
/// sign-ins with one code, one wins.
#[derive(Debug)]
pub struct Answer {
    /// Signed in or not: all that the asker may learn.
    pub outcome: Outcome,
    /// The attempt records after this attempt.
    pub attempts: Records,
    /// The step that is used up, if signed in: the person's last step from now on.
    pub used_step: Option<Step>,
    /// Why it failed, for the ledger and for alerts, never for the answer.
    pub why: Option<Why>,
}

/// The outcome of a claim.
#[derive(Debug)]
pub enum Outcome {
    /// Both factors are right.
    SignedIn(SignIn),
    /// Anything else.
    Failed(Failed),
}

/// Not signed in. It says nothing else, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name, the passphrase or the code is not right, or there were too many attempts")]
pub struct Failed;

/// Why a claim failed, for the gateway's own people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Too many failures before: the factors were not looked at.
    Locked,
    /// Nobody has that name.
    UnknownName,
    /// The device on the connection was enrolled for somebody else.
    DeviceOfAnother,
    /// The passphrase is wrong; the code may be, too.
    WrongPassphrase,
    /// The code is wrong.
    WrongCode,
    /// The code is right and was used before.
    CodeUsedBefore,
    /// The passkey's answer is not taken.
    Passkey(PasskeyRefused),
}

/// A sign-in that succeeded. It cannot be made outside this crate; [`crate::Tokens`] turns it into a
/// token and a record, and those into an [`crate::Identity`] again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub(crate) person: PersonId,
    /// The device whose key the connection proved.
    pub(crate) certificate: Option<DeviceId>,
    /// The passkey, and the device that it is, if they signed in by one.
    pub(crate) passkey: Option<(Digest, Option<DeviceId>)>,
    pub(crate) source: Source,
    pub(crate) door: Door,
    pub(crate) at: Timestamp,
}

impl SignIn {
    /// Who signed in.
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    /// The device that was proved: the passkey's, or else the one whose key the connection proved.
    pub fn device(&self) -> Option<&DeviceId> {
        let passkeys = self
            .passkey
            .as_ref()
            .and_then(|(_, device)| device.as_ref());
        passkeys.or(self.certificate.as_ref())
    }

    /// The passkey by which they signed in, if they did: the digest of its id.
    pub fn passkey(&self) -> Option<&Digest> {
        self.passkey.as_ref().map(|(id, _)| id)
    }

    /// What was proved.
    pub fn factors(&self) -> Factors {
        let by_passkey = self.passkey.is_some();
        Factors {
            passphrase: !by_passkey,
            totp: !by_passkey,
            device: self.device().is_some(),
            passkey: by_passkey,
        }
    }

    /// Where it came from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Through which door; its token opens no other.
    pub fn door(&self) -> Door {
        self.door
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// Judges a claim. Takes the time of one argon2id and three HMACs, whoever is claimed.
pub fn sign_in(
    claim: &Claim,
    subject: &Subject,
    attempts: Records,
    connection: &Connection,
    now: Timestamp,
) -> Answer {
    let shown = Shown::of(claim, subject, now);
    // The device that counts is the connection's, whatever record was found for it.
    let device = connection.device.as_ref();
    let device = device.map(|_| attempts.device.unwrap_or_default());
    let attempts = Records { device, ..attempts };
    let judged = if attempts.allowed_at(now).is_err() {
        Err(Why::Locked)
    } else {
        judge(&shown, subject, connection)
    };
    match judged {
        Ok((person, step)) => Answer {
            outcome: Outcome::SignedIn(made(person, None, connection, now)),
            attempts: attempts.after_success(),
            used_step: Some(step),
            why: None,
        },
        // What was not looked at is not a failure, or a lock could be prolonged by knocking.
        Err(Why::Locked) => failed(attempts, Why::Locked),
        Err(why) => failed(attempts.after_failure(now), why),
    }
}

/// Judges a passkey's answer: possession and a PIN or biometry in one. `shown` is what
/// [`crate::passkey::Relying::finish_authentication`] found.
pub fn sign_in_by_passkey(
    shown: Result<&ShownPasskey, PasskeyRefused>,
    attempts: Records,
    connection: &Connection,
    now: Timestamp,
) -> Answer {
    let device = connection.device.as_ref();
    let counted = device.map(|_| attempts.device.unwrap_or_default());
    let attempts = Records {
        device: counted,
        ..attempts
    };
    if attempts.allowed_at(now).is_err() {
        return failed(attempts, Why::Locked);
    }
    let shown = match shown {
        Ok(shown) => shown,
        Err(refused) => return failed(attempts.after_failure(now), Why::Passkey(refused)),
    };
    if device.is_some_and(|device| device.owner != *shown.person()) {
        return failed(attempts.after_failure(now), Why::DeviceOfAnother);
    }
    let passkey = Some((*shown.id(), shown.device().cloned()));
    Answer {
        outcome: Outcome::SignedIn(made(shown.person().clone(), passkey, connection, now)),
        attempts: attempts.after_success(),
        used_step: None,
        why: None,
    }
}

fn made(
    person: PersonId,
    passkey: Option<(Digest, Option<DeviceId>)>,
    connection: &Connection,
    now: Timestamp,
) -> SignIn {
    SignIn {
        person,
        certificate: connection.device.as_ref().map(|device| device.id.clone()),
        passkey,
        source: connection.source,
        door: connection.door,
        at: now,
    }
}

fn failed(attempts: Records, why: Why) -> Answer {
    Answer {
        outcome: Outcome::Failed(Failed),
        attempts,
        used_step: None,
        why: Some(why),
    }
}

/// Which factors are right. Computed whole before anything is decided.
struct Shown {
    passphrase: bool,
    step: Option<Step>,
}

impl Shown {
    fn of(claim: &Claim, subject: &Subject, now: Timestamp) -> Self {
        let nobody = (dummy(), Secret::nobodys());
        let (hash, secret) = match subject {
            Subject::Known(known) => (&known.passphrase, &known.totp),
            Subject::Unknown => (&nobody.0, &nobody.1),
        };
        Self {
            passphrase: claim.passphrase.is(hash),
            step: totp::verify(secret, &claim.code, now),
        }
    }
}

fn judge(
    shown: &Shown,
    subject: &Subject,
    connection: &Connection,
) -> Result<(PersonId, Step), Why> {
    let Subject::Known(known) = subject else {
        return Err(Why::UnknownName);
    };
    if connection
        .device
        .as_ref()
        .is_some_and(|device| device.owner != known.person)
    {
        return Err(Why::DeviceOfAnother);
    }
    if !shown.passphrase {
        return Err(Why::WrongPassphrase);
    }
    let step = shown.step.ok_or(Why::WrongCode)?;
    if known.last_step.is_some_and(|last| step <= last) {
        return Err(Why::CodeUsedBefore);
    }
    Ok((known.person.clone(), step))
}

#[cfg(test)]
mod tests;
