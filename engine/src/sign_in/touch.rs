//! A fresh proof by somebody who is signed in: a one-time code that was not used before.

use login::Identity;
use login::attempts::About;
use login::totp;

use super::SignInFailed;
use crate::Engine;
use access::{Door, Who};

impl Engine {
    /// Whether the person is there now, by a code of their authenticator. Each code proves it once, for
    /// one act or one sign-in (lesson L10); attempts are counted, and too many lock.
    ///
    /// # Errors
    /// One and the same for every cause; the cause stands in the log.
    pub async fn touch_by_code(&self, by: &Identity, code: &str) -> Result<(), SignInFailed> {
        let Who::Person(person) = &by.caller().who else {
            return Err(SignInFailed);
        };
        let caller = by.caller();
        // From beyond the hospital's network only a passkey counts, here as in signing in.
        if caller.door == Door::Console && !self.inner.site().is_of_the_lan(caller.source) {
            return Err(SignInFailed);
        }
        let turn = self.inner.turns.of(caller.door);
        let _waiting = turn.waiting.try_acquire().map_err(|_| SignInFailed)?;
        let _turn = turn.one.lock().await;
        let key = format!("touch/{person}");
        let now = self.now();
        let attempts = self.inner.attempt(&key, About::Name);
        if attempts.allowed_at(now).is_err() {
            return Err(SignInFailed);
        }
        let step = self.inner.step_of(person, code, now);
        let first = step.is_some_and(|step| {
            let used = self.inner.store.use_totp_step(person, step.0);
            used.unwrap_or(false)
        });
        let attempts = if first {
            attempts.after_success(About::Name)
        } else {
            attempts.after_failure(About::Name, now)
        };
        let bytes = serde_json::to_vec(&attempts).map_err(|_| SignInFailed)?;
        let kept = self.inner.store.put_attempt(&key, &bytes, now);
        if kept.is_err() || !first {
            tracing::warn!(%person, "a fresh code was not right");
            return Err(SignInFailed);
        }
        Ok(())
    }
}

impl crate::Inner {
    /// The step whose code it is, if it is one of the person's.
    fn step_of(
        &self,
        person: &ids::PersonId,
        code: &str,
        now: ids::Timestamp,
    ) -> Option<totp::Step> {
        let known = self.factors_of(person.clone())?;
        totp::verify(&known.totp, code, now)
    }
}
