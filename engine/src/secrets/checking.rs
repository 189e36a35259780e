//! Looking at the secrets that are there: every day, whenever somebody asks, and as far as it concerns the
//! others after each that is set. A list of leaked passwords grows; what was good last year may stand on it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use access::{Command, Refusal, SecretFound, limits};
use ids::{TargetId, Timestamp};
use login::Identity;

use super::weak;
use crate::{Engine, Inner, writer};

/// How often the secrets are looked at without being asked: lists change rarely, and a day is what it may
/// take until somebody is told.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often it is entered that nothing was found: the monthly proof that somebody looks (S1-34).
const PROVED_EVERY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long the thread waits before it sees that the gateway stops.
const LOOK: Duration = Duration::from_millis(200);

/// What may be known of the secrets beside the state.
#[derive(Debug, Clone, Default)]
pub struct SecretsShown {
    /// Which accounts have one secret: for each of them, the others.
    pub twins: std::collections::BTreeMap<(TargetId, bool), Vec<(TargetId, bool)>>,
    /// The lists of leaked passwords that are there.
    pub lists: Vec<String>,
    /// Why one of them cannot be used.
    pub bad_list: Option<String>,
}

impl Engine {
    /// Looks at every secret in the vault and enters what is new of it.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn check_secrets(&self, by: &Identity) -> Result<(), Refusal> {
        let nothing = check(Vec::new(), true);
        if self.ahead_of(by, &nothing).is_none() {
            self.submit(by, nothing).await?;
            return Err(writer::unavailable());
        }
        let _nothing_is_set_meanwhile = self.inner.secrets.setting.lock().await;
        for command in commands(self.what_is_new(true).await, true) {
            self.submit(by, command).await?;
        }
        Ok(())
    }

    /// What may be known of the secrets beside the state. Opens each of them for a moment.
    pub fn secrets_shown(&self) -> SecretsShown {
        SecretsShown {
            twins: weak::twins(&self.inner),
            lists: self.inner.secrets.lists.names().unwrap_or_default(),
            bad_list: self.inner.secrets.bad_list(),
        }
    }

    /// After a secret was set: others may share it now, or share it no more. The caller holds the lock.
    pub(super) async fn tell_the_others(&self) {
        if !self.inner.site().writes("secrets_checked") {
            return;
        }
        for command in commands(self.what_is_new(false).await, false) {
            let entered = self.submit_with(crate::gateway_caller(), command, Vec::new());
            if let Err(refusal) = entered.await {
                tracing::warn!(%refusal, "what other secrets share could not be entered; the next check does");
            }
        }
    }

    async fn what_is_new(&self, whole: bool) -> Vec<SecretFound> {
        let engine = self.clone();
        let looking = tokio::task::spawn_blocking(move || weak::what_is_new(&engine.inner, whole));
        looking.await.unwrap_or_default()
    }
}

impl Inner {
    /// Whether a password stands on a list. A list that cannot be used is remembered and told.
    pub(crate) fn listed(&self, password: &str) -> bool {
        let looked = self.secrets.lists.has(password);
        looked.unwrap_or_else(|cause| {
            self.secrets.remember_bad_list(cause.to_string());
            false
        })
    }

    /// Whether a check is due by the state's own clock.
    fn check_is_due(&self, now: Timestamp) -> bool {
        let site = self.site();
        let oldest = site.account_secrets();
        let since = oldest.filter_map(|known| known.standing.set_at()).min();
        let last = site.secrets_checked().or(since);
        site.writes("secrets_checked") && last.is_some_and(|last| last.plus(EVERY) <= now)
    }

    /// Whether it is time to enter a check that found nothing.
    fn proof_is_due(&self, now: Timestamp) -> bool {
        let last = self.site().secrets_checked();
        last.is_none_or(|last| last.plus(PROVED_EVERY) <= now)
    }
}

/// Looks every day until the engine stops.
pub(crate) fn run(inner: &Arc<Inner>) {
    let mut looked: Option<Instant> = None;
    while !inner.stopping.load(Ordering::SeqCst) {
        let rested = looked.is_none_or(|looked| looked.elapsed() >= EVERY);
        if rested && inner.check_is_due(inner.clock.now()) {
            looked = Some(Instant::now());
            look(inner);
        }
        std::thread::sleep(LOOK);
    }
}

fn look(inner: &Inner) {
    let _nothing_is_set_meanwhile = inner.secrets.setting.blocking_lock();
    let found = weak::what_is_new(inner, true);
    if found.is_empty() && !inner.proof_is_due(inner.clock.now()) {
        return;
    }
    for command in commands(found, true) {
        if let Err(refusal) = inner.enter_and_wait(command) {
            tracing::warn!(%refusal, "a check of the secrets could not be entered; tomorrow's does");
        }
    }
}

/// As many commands as it takes; for nothing new, one if every secret was looked at.
fn commands(found: Vec<SecretFound>, whole: bool) -> Vec<Command> {
    let pieces = found.chunks(limits::MOST_FOUND_AT_ONCE);
    let mut commands: Vec<Command> = pieces.map(|piece| check(piece.to_vec(), whole)).collect();
    if commands.is_empty() && whole {
        commands.push(check(found, whole));
    }
    commands
}

fn check(found: Vec<SecretFound>, whole: bool) -> Command {
    Command::CheckSecrets { found, whole }
}
