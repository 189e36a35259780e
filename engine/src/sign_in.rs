//! Signing in with two factors.

mod touch;

use access::{Command, Decoy, Door, GatewayNote, Source};
use ids::{PersonId, Timestamp};
use login::attempts::{About, Keys, Record, Records};
use login::passphrase::{Hash, Passphrase};
use login::totp::Secret;
use login::{Answer, Claim, Connection, Holder, Known, Outcome, Subject, Token, Why};
use tokio::sync::{Mutex, Semaphore};
use zeroize::Zeroizing;

use crate::{Engine, Inner};

/// How many may wait for their turn; the next is answered "failed" at once. Each waits with a few
/// hundred bytes.
const WAITING: usize = 64;

/// Characters that are kept of what a browser calls itself: those of today have fewer than 150.
const LONGEST_AGENT: usize = 200;

/// One attempt at a time per kind of door, so that a hundred at once count as a hundred (lesson
/// L17), and so that engineers' attempts never keep a hospital person waiting.
#[derive(Default)]
pub(crate) struct Turns {
    engineers: Turn,
    hospital: Turn,
}

/// The queue of one kind of door.
pub(crate) struct Turn {
    pub(crate) one: Mutex<()>,
    pub(crate) waiting: Semaphore,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            one: Mutex::new(()),
            waiting: Semaphore::new(WAITING),
        }
    }
}

impl Turns {
    pub(crate) fn of(&self, door: Door) -> &Turn {
        match door {
            Door::Engineers => &self.engineers,
            Door::Console | Door::Local | Door::Inside => &self.hospital,
        }
    }
}

/// Somebody who has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// What their requests carry from now on.
    pub token: Token,
    /// When it ends.
    pub until: Timestamp,
    /// Who.
    pub person: PersonId,
}

/// Not signed in. One answer for an unknown name, a wrong factor and a lock (lesson L10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not signed in")]
pub struct SignInFailed;

impl Engine {
    /// Judges a claim of a program and, if it is right, gives a token bound to this door and device.
    ///
    /// # Errors
    /// One and the same for every cause; the cause stands in the log and the counters.
    pub async fn sign_in(
        &self,
        connection: &Connection,
        login: &str,
        passphrase: &str,
        code: &str,
    ) -> Result<SignedIn, SignInFailed> {
        self.sign_in_as(Holder::Program, connection, (login, passphrase, code), "")
            .await
    }

    /// The same of a browser: the token is for its cookie, and nothing in a program's hands. `agent` is
    /// what the browser calls itself, for the list of one's own sign-ins.
    ///
    /// # Errors
    /// As [`Engine::sign_in`].
    pub async fn sign_in_in_browser(
        &self,
        connection: &Connection,
        claimed: (&str, &str, &str),
        agent: &str,
    ) -> Result<SignedIn, SignInFailed> {
        self.sign_in_as(Holder::Browser, connection, claimed, agent)
            .await
    }

    async fn sign_in_as(
        &self,
        holder: Holder,
        connection: &Connection,
        (login, passphrase, code): (&str, &str, &str),
        agent: &str,
    ) -> Result<SignedIn, SignInFailed> {
        // From outside the LAN only a passkey counts. Such a claim is not even judged: a stranger can then
        // neither guess, nor lock out the hospital's people.
        if connection.door == Door::Console && !self.site().is_of_the_lan(connection.source) {
            let name = login::name::key(login).ok();
            self.inner
                .sign_in_failed(name.as_ref(), connection.source, false);
            return Err(SignInFailed);
        }
        let turn = self.inner.turns.of(connection.door);
        let _waiting = turn.waiting.try_acquire().map_err(|_| SignInFailed)?;
        let _turn = turn.one.lock().await;
        let claim = Claim {
            passphrase: Passphrase::new(passphrase),
            code: Zeroizing::new(code.to_owned()),
        };
        // A text that cannot be a name is judged like a name that nobody has.
        let name = login::name::key(login).ok();
        let keys = login::attempts::keys(name.as_ref(), connection);
        let attempts = self.inner.attempts_of(&keys);
        let subject = self
            .inner
            .subject(name.as_ref().map(login::NameKey::as_str));
        let now = self.now();
        let at = connection.clone();
        let answer = tokio::task::spawn_blocking(move || {
            login::sign_in(&claim, &subject, attempts, &at, now)
        });
        let mut answer = answer.await.map_err(|_| SignInFailed)?;
        self.inner.use_up_the_step(&mut answer, attempts, now);
        self.inner.keep_attempts(&keys, &answer.attempts, now)?;
        let Outcome::SignedIn(sign_in) = answer.outcome else {
            let locked = locked_now((attempts, answer.attempts), now);
            self.inner
                .sign_in_failed(name.as_ref(), connection.source, locked);
            tracing::warn!(why = ?answer.why, door = ?connection.door, "a sign-in failed");
            return Err(SignInFailed);
        };
        let signed_in = self.inner.issue(&sign_in, holder, agent)?;
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

impl Inner {
    /// Counts it, and enters it if the name is a decoy's, or a person's that is locked by it. Nobody waits for that: it takes no
    /// longer than for any other name.
    pub(crate) fn sign_in_failed(
        &self,
        name: Option<&login::NameKey>,
        source: Source,
        locked: bool,
    ) {
        self.strangers.sign_in_failed();
        let Some(name) = name.map(login::NameKey::as_str) else {
            return;
        };
        if locked && let Ok(Some(person)) = self.store.person_named(name) {
            self.enter_later(Command::Note(GatewayNote::SignInLocked { person, source }));
        }
        if self.site().is_decoy_account(name) && self.strangers.is_told_of(self.clock.monotonic()) {
            self.enter_later(Command::Note(GatewayNote::DecoyTouched {
                decoy: Decoy::Account(name.to_owned()),
                person: None,
                device: None,
                source,
            }));
        }
    }

    fn subject(&self, name: Option<&str>) -> Subject {
        name.and_then(|name| self.known(name))
            .map_or(Subject::Unknown, |known| Subject::Known(Box::new(known)))
    }

    fn known(&self, name: &str) -> Option<Known> {
        let person = self.store.person_named(name).ok().flatten()?;
        self.factors_of(person)
    }

    /// The one place where a person's factors are read, for signing in and for a fresh code alike.
    fn factors_of(&self, person: PersonId) -> Option<Known> {
        // An inspector whose time is over is somebody whom nobody knows.
        let has_time = self.site().person_has_time(&person, self.clock.now());
        let person = Some(person).filter(|_| has_time)?;
        let credential = self.store.credential(&person).ok().flatten()?;
        let passphrase = Hash::parse(&credential.passphrase).ok()?;
        let totp = self.open_sealed(&totp_reference(&person), &credential.totp)?;
        Some(Known {
            passphrase,
            totp: Secret::from_bytes(&totp)?,
            // The store knows every step that was used; see `use_up_the_step`.
            last_step: None,
            person,
        })
    }

    /// One use per time step per person, made durable before anybody is let in (lessons L10, L18).
    fn use_up_the_step(&self, answer: &mut Answer, before: Records, now: Timestamp) {
        let (Outcome::SignedIn(sign_in), Some(step)) = (&answer.outcome, answer.used_step) else {
            return;
        };
        let first = self.store.use_totp_step(sign_in.person(), step.0);
        if !first.unwrap_or(false) {
            answer.outcome = Outcome::Failed(login::Failed);
            answer.attempts = before.after_failure(now);
            answer.why = Some(Why::CodeUsedBefore);
        }
    }

    pub(crate) fn attempts_of(&self, keys: &Keys) -> Records {
        Records {
            name: self.attempt(&keys.name, About::Name),
            device: keys
                .device
                .as_ref()
                .map(|key| self.attempt(key, About::Device)),
            source: self.attempt(&keys.source, About::Source),
        }
    }

    /// A record that cannot be read counts as a lock, not as a clean slate.
    fn attempt(&self, key: &str, about: About) -> Record {
        let locked = || {
            (0..64).fold(Record::default(), |record, _| {
                record.after_failure(about, self.clock.now())
            })
        };
        match self.store.attempt(key) {
            Ok(None) => Record::default(),
            Ok(Some(bytes)) => serde_json::from_slice(&bytes).unwrap_or_else(|_| locked()),
            Err(_) => locked(),
        }
    }

    pub(crate) fn keep_attempts(
        &self,
        keys: &Keys,
        records: &Records,
        now: Timestamp,
    ) -> Result<(), SignInFailed> {
        let device = keys.device.as_ref().zip(records.device);
        let all = [(&keys.name, records.name), (&keys.source, records.source)]
            .into_iter()
            .chain(device);
        for (key, record) in all {
            let bytes = serde_json::to_vec(&record).map_err(|_| SignInFailed)?;
            self.store.put_attempt(key, &bytes, now).map_err(|cause| {
                tracing::error!(%cause, "an attempt could not be counted");
                SignInFailed
            })?;
        }
        Ok(())
    }

    pub(crate) fn issue(
        &self,
        sign_in: &login::SignIn,
        holder: Holder,
        agent: &str,
    ) -> Result<SignedIn, SignInFailed> {
        let issued = self.tokens.issue(sign_in, holder);
        let issued = issued.map_err(|_| SignInFailed)?;
        let kept = store::SignIn {
            person: sign_in.person().clone(),
            device: sign_in.device().cloned(),
            since: sign_in.at(),
            expires: issued.until,
            last_used: sign_in.at(),
            browser: holder == Holder::Browser,
            passkey: sign_in.passkey().copied(),
            source: place(sign_in.source()),
            agent: inert(agent),
            record: issued.record,
        };
        self.store
            .put_sign_in(issued.digest.as_bytes(), &kept)
            .map_err(|cause| {
                tracing::error!(%cause, "a sign-in could not be kept");
                SignInFailed
            })?;
        Ok(SignedIn {
            token: issued.token,
            until: issued.until,
            person: sign_in.person().clone(),
        })
    }
}

/// An address, as its owner reads it.
/// Whether a name is locked that was not before.
pub(crate) fn locked_now((before, after): (Records, Records), now: Timestamp) -> bool {
    before.name.allowed_at(now).is_ok() && after.name.allowed_at(now).is_err()
}

fn place(source: Source) -> String {
    match source {
        Source::Address(address) => address.to_string(),
        Source::Local | Source::Unknown => String::new(),
    }
}

/// What a stranger's program calls itself, as text that does nothing: one line without signs that are
/// not seen (lesson L28).
fn inert(agent: &str) -> String {
    let seen = agent.chars().filter(|sign| matches!(sign, ' '..='~'));
    seen.take(LONGEST_AGENT).collect()
}

/// Under which reference a person's TOTP secret is sealed.
pub(crate) fn totp_reference(person: &PersonId) -> String {
    format!("totp/{person}")
}
