//! Signing in by a passkey: a name, then a touch. A name that nobody has is asked like any (lesson L10).

use std::fmt;

use access::{Door, GatewayNote};
use data_encoding::BASE64URL_NOPAD;
use ids::{Digest, Timestamp};
use login::passkey::{PasskeyRefused, ShownPasskey};
use login::{Answer, Connection, Holder, Outcome, Why};
use serde_json::Value;
use zeroize::Zeroizing;

use super::pending::{Owner, Purpose, Waiting};
use crate::invite::digest_of;
use crate::sign_in::locked_now;
use crate::sign_in::{SignInFailed, SignedIn};
use crate::{Engine, Inner};

/// A sign-in that waits for its touch.
pub struct SignInBegun {
    /// What the browser is asked.
    pub options: Value,
    /// What this browser keeps, and shows with its answer: nobody finishes in another browser what was
    /// begun in this one (lesson L4).
    pub browser: Zeroizing<String>,
}

impl fmt::Debug for SignInBegun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInBegun(…)")
    }
}

impl Engine {
    /// Begins a sign-in by passkey. Whoever the name is, and whether it is anybody's, does not show.
    ///
    /// # Errors
    /// If this door has no browsers, or there is no randomness.
    pub async fn passkey_sign_in_begin(
        &self,
        connection: &Connection,
        login: &str,
    ) -> Result<SignInBegun, SignInFailed> {
        let relying = self.inner.relying(connection.door).ok_or(SignInFailed)?;
        let mut secret = Zeroizing::new([0u8; 32]);
        getrandom::fill(secret.as_mut_slice()).map_err(|_| SignInFailed)?;
        let browser = Zeroizing::new(BASE64URL_NOPAD.encode(secret.as_slice()));
        let name = login::name::key(login).ok();
        let known = name.as_ref().and_then(|name| {
            let person = self
                .inner
                .store
                .person_named(name.as_str())
                .ok()
                .flatten()?;
            let keys = self.inner.passkeys_that_count(&person, connection.door);
            (!keys.is_empty()).then_some((person, keys))
        });
        let (options, authenticating) = match known {
            Some((person, keys)) => relying
                .begin_authentication(&person, keys)
                .map(|(options, state)| (options, Some(Box::new(state)))),
            None => {
                let text = name.as_ref().map_or(login, |name| name.as_str());
                let decoys = self.inner.tokens.decoys(text);
                relying.decoy(&decoys).map(|options| (options, None))
            }
        }
        .map_err(|_| SignInFailed)?;
        let purpose = Purpose::SignIn {
            name,
            browser: digest_of(browser.as_bytes()),
            authenticating,
        };
        let owner = Owner::Source(connection.source);
        let (door, now) = (connection.door, self.now());
        let kept = self
            .inner
            .ceremonies
            .keep(&options, owner, door, purpose, now);
        kept.then_some(SignInBegun { options, browser })
            .ok_or(SignInFailed)
    }

    /// Finishes a sign-in by passkey in the browser that began it. Gives a token for that browser's cookie.
    ///
    /// # Errors
    /// One and the same for every cause; the cause stands in the log and the counters.
    pub async fn passkey_sign_in_finish(
        &self,
        connection: &Connection,
        browser: &str,
        answer: &str,
        agent: &str,
    ) -> Result<SignedIn, SignInFailed> {
        let turn = self.inner.turns.of(connection.door);
        let _waiting = turn.waiting.try_acquire().map_err(|_| SignInFailed)?;
        let _turn = turn.one.lock().await;
        let now = self.now();
        let waiting = self.inner.ceremonies.take(answer, false, now);
        let waiting = waiting.filter(|waiting| is_from(waiting, connection, browser));
        let name = match waiting.as_ref().map(|waiting| &waiting.purpose) {
            Some(Purpose::SignIn { name, .. }) => name.clone(),
            _ => None,
        };
        let keys = login::attempts::keys(name.as_ref(), connection);
        let before = self.inner.attempts_of(&keys);
        let shown = self.inner.shown(waiting, connection.door, answer);
        let mut judged = login::sign_in_by_passkey(
            shown.as_ref().map_err(|refused| *refused),
            before,
            connection,
            now,
        );
        self.inner
            .use_passkey(&mut judged, shown.as_ref().ok(), before, now);
        self.inner.keep_attempts(&keys, &judged.attempts, now)?;
        let Outcome::SignedIn(sign_in) = judged.outcome else {
            let locked = locked_now((before, judged.attempts), now);
            self.inner
                .sign_in_failed(name.as_ref(), connection.source, locked);
            tracing::warn!(why = ?judged.why, door = ?connection.door, "a sign-in by passkey failed");
            return Err(SignInFailed);
        };
        let signed_in = self.inner.issue(&sign_in, Holder::Browser, agent)?;
        let note = GatewayNote::SignedIn {
            person: sign_in.person().clone(),
            factors: sign_in.factors(),
            device: sign_in.device().cloned(),
            source: sign_in.source(),
        };
        self.note(note).await.map_err(|_| SignInFailed)?;
        Ok(signed_in)
    }
}

/// Whether the answer comes from where the question went: this browser, at this door, at this address.
fn is_from(waiting: &Waiting, connection: &Connection, shown: &str) -> bool {
    let Purpose::SignIn { browser, .. } = &waiting.purpose else {
        return false;
    };
    waiting.door == connection.door
        && waiting.owner == Owner::Source(connection.source)
        && same(browser, &digest_of(shown.as_bytes()))
}

fn same(one: &Digest, other: &Digest) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

impl Inner {
    fn shown(
        &self,
        waiting: Option<Waiting>,
        door: Door,
        answer: &str,
    ) -> Result<ShownPasskey, PasskeyRefused> {
        let purpose = waiting.map(|waiting| waiting.purpose);
        let Some(Purpose::SignIn { authenticating, .. }) = purpose else {
            return Err(PasskeyRefused::OtherChallenge);
        };
        let authenticating = authenticating.ok_or(PasskeyRefused::NotTheirs)?;
        let relying = self.relying(door).ok_or(PasskeyRefused::OtherSite)?;
        relying.finish_authentication(&authenticating, answer)
    }

    /// Keeps the new counter before anybody is let in: of two answers at once, one wins.
    fn use_passkey(
        &self,
        judged: &mut Answer,
        shown: Option<&ShownPasskey>,
        before: login::attempts::Records,
        now: Timestamp,
    ) {
        let (Outcome::SignedIn(_), Some(shown)) = (&judged.outcome, shown) else {
            return;
        };
        if !self.counted(shown, now) {
            judged.outcome = Outcome::Failed(login::Failed);
            judged.attempts = before.after_failure(now);
            judged.why = Some(Why::Passkey(PasskeyRefused::Copied));
        }
    }

    /// Whether a passkey's answer is the first with its counter, and the ledger still knows it.
    pub(super) fn counted(&self, shown: &ShownPasskey, now: Timestamp) -> bool {
        let known = self.site().passkey(shown.id()).is_some();
        let (kept, next) = shown.kept();
        let used = self.store.use_passkey(shown.id(), kept, next, now);
        known && used.unwrap_or(false)
    }
}
