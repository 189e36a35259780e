//! A fresh touch before an act that matters: good for one person, one act, once, for two minutes.

use access::Who;
use ids::Digest;
use login::Identity;
use serde_json::Value;

use super::pending::{Owner, Purpose, Waiting};
use crate::Engine;

/// There was no touch for this act by this person. It says nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fresh touch of a passkey, for this very act, is needed")]
pub struct NotTouched;

/// That somebody touched their passkey for one act. Whoever gives out what only such a touch opens takes it.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Touched(());

impl Engine {
    /// Asks for a touch for exactly this action: the digest of what will be done, as whoever does it
    /// computes it again.
    ///
    /// # Errors
    /// If whoever asks is nobody, or has no passkey.
    pub fn touch_begin(&self, by: &Identity, action: &Digest) -> Result<Value, NotTouched> {
        let Who::Person(person) = &by.caller().who else {
            return Err(NotTouched);
        };
        let door = by.caller().door;
        let keys = self.inner.passkeys_that_count(person, door);
        let relying = self.inner.relying(door).filter(|_| !keys.is_empty());
        let begun = relying
            .ok_or(NotTouched)?
            .begin_authentication(person, keys);
        let (options, authenticating) = begun.map_err(|_| NotTouched)?;
        let purpose = Purpose::Touch {
            action: *action,
            authenticating: Box::new(authenticating),
        };
        self.keep_own(&options, person.clone(), door, purpose)
            .map_err(|_| NotTouched)?;
        Ok(options)
    }

    /// Whether this person has touched a passkey for exactly this action. The challenge is used up,
    /// whatever comes of it.
    ///
    /// # Errors
    /// One and the same for every cause; the cause stands in the log.
    pub fn touch_finish(
        &self,
        by: &Identity,
        action: &Digest,
        answer: &str,
    ) -> Result<Touched, NotTouched> {
        let (Who::Person(person), door) = (&by.caller().who, by.caller().door) else {
            return Err(NotTouched);
        };
        let now = self.now();
        let waiting = self.inner.ceremonies.take(answer, true, now);
        let waiting = waiting.ok_or(NotTouched)?;
        let theirs = waiting.owner == Owner::Person(person.clone()) && waiting.door == door;
        let Waiting {
            purpose:
                Purpose::Touch {
                    action: asked,
                    authenticating,
                },
            ..
        } = waiting
        else {
            return Err(NotTouched);
        };
        if !theirs || asked != *action {
            tracing::warn!(%person, "a touch was shown that was given for something else");
            return Err(NotTouched);
        }
        let relying = self.inner.relying(door).ok_or(NotTouched)?;
        let shown = relying.finish_authentication(&authenticating, answer);
        let shown = shown.map_err(|refused| {
            tracing::warn!(%person, %refused, "a touch was not taken");
            NotTouched
        })?;
        let counted = self.inner.counted(&shown, now);
        counted.then_some(Touched(())).ok_or(NotTouched)
    }
}
