//! Adding a passkey to one's own ways to sign in.

use std::time::Duration;

use access::{Command, Door, NewPasskey, Outcome, Refusal};
use ids::{DeviceId, Digest, PersonId};
use login::Identity;
use login::passkey::{MadePasskey, PasskeyRefused, Registering, Wanted};
use serde_json::Value;

use super::pending::{Owner, Purpose, Waiting};
use super::{PasskeyError, words};
use crate::{Engine, writer};

/// How long after signing in a passkey may be added without another proof: whoever has just joined.
const JUST_NOW: Duration = Duration::from_secs(10 * 60);

/// Characters of what somebody calls a passkey.
const LONGEST_LABEL: usize = 60;

/// How somebody shows that they are there now: adding a passkey is a way in for later.
#[derive(Debug, Clone, Copy)]
pub enum Fresh<'a> {
    /// They signed in ten minutes ago at most.
    JustSignedIn,
    /// By a one-time code that was not used yet.
    Code(&'a str),
    /// By touching a passkey that they have: the browser's answer to [`Engine::touch_begin`] with
    /// [`adding_a_passkey`].
    Touch(&'a str),
}

/// A passkey that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedPasskey {
    /// SHA-256 of its id.
    pub id: Digest,
    /// For an engineer: the device that it is now, and the words to read out by phone.
    pub device: Option<(DeviceId, Vec<String>)>,
}

/// The action of adding a passkey, for its touch.
pub fn adding_a_passkey() -> Digest {
    crate::invite::digest_of(b"sekisho/add-passkey/v1")
}

impl Engine {
    /// Begins to add a passkey to one's own: what the browser is asked.
    ///
    /// # Errors
    /// Sentences for whoever asks.
    pub async fn add_passkey_begin(
        &self,
        by: &Identity,
        label: &str,
        fresh: Fresh<'_>,
    ) -> Result<Value, PasskeyError> {
        let person = self.oneself(by)?;
        let label = label.trim().to_owned();
        if label.is_empty() || label.chars().count() > LONGEST_LABEL {
            return Err(PasskeyError::because("passkey-label-not-possible"));
        }
        self.proved_fresh(by, fresh).await?;
        let door = by.caller().door;
        let relying = self.inner.relying(door);
        let relying = relying.ok_or_else(|| PasskeyError::because("passkey-only-in-a-browser"))?;
        let login = self.inner.store.login_name(&person).ok().flatten();
        let known = self.inner.passkeys_that_count(&person, door);
        let roots = self.inner.roots_for(&person);
        let wanted = Wanted {
            person: &person,
            login: login.as_deref().unwrap_or_default(),
            known: &known,
            roots: roots.as_ref(),
        };
        let (options, registering) = relying.begin_registration(&wanted).map_err(not_taken)?;
        let purpose = Purpose::Add {
            label,
            registering: Box::new(registering),
        };
        self.keep_own(&options, person, door, purpose)?;
        Ok(options)
    }

    /// Verifies what the browser has made, keeps it and enters it.
    ///
    /// # Errors
    /// Sentences for whoever asks; nothing is added then.
    pub async fn add_passkey_finish(
        &self,
        by: &Identity,
        answer: &str,
    ) -> Result<AddedPasskey, PasskeyError> {
        let person = self.oneself(by)?;
        let (label, registering) = self.waiting_for(&person, by.caller().door, answer)?;
        let relying = self.inner.relying(by.caller().door);
        let relying = relying.ok_or_else(|| PasskeyError::because("passkey-only-in-a-browser"))?;
        let made = relying
            .finish_registration(&registering, answer)
            .map_err(not_taken)?;
        self.enter(by, &person, &label, made).await
    }

    /// The label and the registration that this answer belongs to.
    fn waiting_for(
        &self,
        person: &PersonId,
        door: Door,
        answer: &str,
    ) -> Result<(String, Registering), PasskeyError> {
        let too_late = || PasskeyError::because("passkey-too-late");
        let waiting = self.inner.ceremonies.take(answer, true, self.now());
        let waiting = waiting.ok_or_else(too_late)?;
        let theirs = waiting.owner == Owner::Person(person.clone()) && waiting.door == door;
        match waiting {
            Waiting {
                purpose: Purpose::Add { label, registering },
                ..
            } if theirs => Ok((label, *registering)),
            _ => Err(too_late()),
        }
    }

    /// What is kept comes first, so that nothing is entered that cannot be used; without its entry it
    /// opens nothing.
    async fn enter(
        &self,
        by: &Identity,
        person: &PersonId,
        label: &str,
        made: MadePasskey,
    ) -> Result<AddedPasskey, PasskeyError> {
        let new = NewPasskey {
            id: made.id,
            door: by.caller().door,
            key: made.key,
            label: self.commit("key-label", label, Some(person))?,
            aaguid: made.aaguid,
            attested: made.attested,
        };
        let command = Command::AddPasskey(new);
        let possible = {
            let site = self.inner.site();
            access::decide(&site, by.caller(), command.clone(), self.now()).is_ok()
        };
        if possible {
            let kept = store::Passkey {
                id: made.id,
                credential: made.credential,
                added: self.now(),
                last_used: None,
            };
            self.inner
                .store
                .put_passkey(person, &kept)
                .map_err(|cause| {
                    tracing::error!(%cause, "a passkey could not be kept");
                    writer::unavailable()
                })?;
        }
        let entered = self.submit(by, command).await;
        if entered.is_err() && possible && self.inner.site().passkey(&made.id).is_none() {
            self.forget_passkey(&made.id);
        }
        let Outcome::Passkey { device } = entered? else {
            return Err(writer::unavailable().into());
        };
        let words = words(&made.key);
        Ok(AddedPasskey {
            id: made.id,
            device: device.map(|device| (device, words)),
        })
    }

    /// Removes a passkey of one's own: whoever signed in by it is signed out.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn remove_passkey(&self, by: &Identity, passkey: &Digest) -> Result<(), Refusal> {
        let command = Command::RemovePasskey { passkey: *passkey };
        self.submit(by, command).await?;
        self.forget_passkey(passkey);
        Ok(())
    }

    fn forget_passkey(&self, passkey: &Digest) {
        if let Err(cause) = self.inner.store.remove_passkey(passkey) {
            // The ledger does not know it: it opens nothing. It is erased with its person.
            tracing::error!(%cause, "what is kept of a passkey could not be removed");
        }
    }

    async fn proved_fresh(&self, by: &Identity, fresh: Fresh<'_>) -> Result<(), PasskeyError> {
        let now = self.now();
        let proved = match fresh {
            Fresh::JustSignedIn => by
                .since()
                .is_some_and(|since| since <= now && now.since(since) <= JUST_NOW),
            Fresh::Code(code) => self.touch_by_code(by, code).await.is_ok(),
            Fresh::Touch(answer) => self.touch_finish(by, &adding_a_passkey(), answer).is_ok(),
        };
        proved
            .then_some(())
            .ok_or_else(|| PasskeyError::because("passkey-not-fresh"))
    }

    pub(super) fn oneself(&self, by: &Identity) -> Result<PersonId, Refusal> {
        self.inner.site().oneself(by.caller(), self.now())
    }

    pub(super) fn keep_own(
        &self,
        options: &Value,
        person: PersonId,
        door: Door,
        purpose: Purpose,
    ) -> Result<(), Refusal> {
        let owner = Owner::Person(person);
        let ceremonies = &self.inner.ceremonies;
        let kept = ceremonies.keep(options, owner, door, purpose, self.now());
        kept.then_some(()).ok_or_else(writer::unavailable)
    }
}

fn not_taken(refused: PasskeyRefused) -> PasskeyError {
    tracing::info!(%refused, "a passkey was not added");
    PasskeyError::because(match refused {
        PasskeyRefused::Malformed | PasskeyRefused::WrongSignature => "passkey-not-read",
        PasskeyRefused::NotVerified => "passkey-holder-not-verified",
        PasskeyRefused::OtherSite => "passkey-of-another-site",
        PasskeyRefused::OtherChallenge | PasskeyRefused::NotTheirs => "passkey-too-late",
        PasskeyRefused::Known => "reason-key-known",
        PasskeyRefused::NotAttested => "reason-passkey-not-attested",
        PasskeyRefused::Copied | PasskeyRefused::Broken => "passkey-not-kept-well",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_an_owner_is_told_has_its_sentence() {
        use PasskeyRefused as R;
        let refused = [
            R::Malformed,
            R::NotVerified,
            R::OtherSite,
            R::OtherChallenge,
            R::NotTheirs,
            R::Known,
            R::Copied,
            R::NotAttested,
            R::WrongSignature,
            R::Broken,
        ];
        let told = refused.map(|refused| not_taken(refused).reasons);
        let told = told.iter().flatten().map(|said| said.id.as_str());
        let others = [
            "passkey-label-not-possible",
            "passkey-only-in-a-browser",
            "passkey-too-late",
            "passkey-not-fresh",
        ];
        for id in told.chain(others) {
            assert!(phrases::knows(phrases::Language::Ja, id), "{id}");
        }
    }
}
