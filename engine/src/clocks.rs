//! The gateway's own clock beside its witnesses' (invariant 14, decision 0017).
//!
//! A relay that cosigns a checkpoint says when, under its key. What it said goes on with our monotonic
//! clock, so a wall clock that is set later is compared at once, and also while no relay can be reached.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use access::limits::CLOCK_TOLERANCE;
use access::{Clocks, Command, GatewayNote, Outcome, Refusal, Site, WitnessTime};

use access::{compare_clocks, same_difference};
use ids::Timestamp;
use ledger::Verifier;
use ledger::note::SignedNote;
use login::Identity;

use crate::live::lock;
use crate::{Engine, Inner};

/// How long the time that a witness said is worth something: two clocks of computers drift apart by some
/// ten seconds in it, far less than the two minutes that are compared.
const WORTH: Duration = Duration::from_secs(24 * 3600);

/// What the engine holds of other clocks while it runs.
#[derive(Default)]
pub(crate) struct Times {
    said: Mutex<BTreeMap<String, Said>>,
    /// The difference from the witnesses against which a person has confirmed the clock. A restart forgets
    /// it: then one person more is asked.
    confirmed: Mutex<Option<i64>>,
}

/// What a relay said.
struct Said {
    /// The relay's key as a witness: another one in its place has said nothing.
    key: Verifier,
    time: Timestamp,
    took: Duration,
    answered: Instant,
}

/// When a witness was asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked(Instant);

/// Why the clock is in doubt now.
pub(crate) struct Doubt {
    /// What it says.
    pub(crate) wall: Timestamp,
    /// What most of the witnesses say, if they contradict it.
    pub(crate) witness: Option<Timestamp>,
}

impl Engine {
    /// Just before a witness is asked to cosign.
    pub fn asks_for_the_time(&self) -> Asked {
        Asked(self.inner.clock.monotonic())
    }

    /// Takes the time from what a relay has just cosigned. What is not its cosignature says nothing.
    pub fn relay_said_the_time(&self, relay: &str, note: &str, asked: Asked) {
        let answered = self.inner.clock.monotonic();
        let Some(key) = self.witness_of_relay(relay) else {
            return;
        };
        let Some(time) = signed_at(note, &key) else {
            return;
        };
        let said = Said {
            key,
            time,
            took: answered.saturating_duration_since(asked.0),
            answered,
        };
        lock(&self.inner.relays.times.said).insert(relay.to_owned(), said);
    }

    /// Enters that a person has confirmed the clock, and takes the wall clock as it stands.
    ///
    /// # Errors
    /// As [`Engine::submit`].
    pub(crate) async fn confirm_clock(&self, by: &Identity) -> Result<Outcome, Refusal> {
        let confirm = || self.submit_with(by.caller().clone(), Command::ConfirmClock, Vec::new());
        let mut outcome = confirm().await?;
        self.inner.accept_the_clock();
        // It had been ahead, and was set right: now the ledger is ahead of it, and that is confirmed too.
        let behind = self.site().clock_in_doubt(self.now());
        if behind {
            outcome = confirm().await?;
        }
        Ok(outcome)
    }

    /// The relays whose clock contradicts ours, though it is not they who are believed.
    pub(crate) fn relays_off_the_time(&self, site: &Site) -> Vec<String> {
        let now = self.now();
        let times = self.inner.witness_times(site);
        let off = times.iter().filter(|(_, time)| time.contradicts(now));
        off.map(|(relay, _)| relay.clone()).collect()
    }
}

/// When this key signed the note; `None` if it did not.
fn signed_at(note: &str, key: &Verifier) -> Option<Timestamp> {
    let note = SignedNote::decode(note.as_bytes()).ok()?;
    let verified = note.verify(std::slice::from_ref(key)).ok()?;
    verified.iter().find(|verified| verified.by == *key)?.at
}

impl Inner {
    /// What each relay's clock says now.
    fn witness_times(&self, site: &Site) -> Vec<(String, WitnessTime)> {
        let now = self.clock.monotonic();
        let mut said = lock(&self.relays.times.said);
        said.retain(|name, said| {
            let registered = site.relays().any(|relay| {
                let key = relay.witness.parse::<Verifier>();
                relay.name == *name && key.is_ok_and(|key| key == said.key)
            });
            registered && now.saturating_duration_since(said.answered) <= WORTH
        });
        let goes_on = |said: &Said| {
            let elapsed = now.saturating_duration_since(said.answered);
            WitnessTime::after(said.time, said.took, elapsed)
        };
        let times = said.iter();
        times
            .map(|(name, said)| (name.clone(), goes_on(said)))
            .collect()
    }

    /// By how many milliseconds most witnesses contradict this clock, if they do.
    fn contradicted(&self, site: &Site, wall: Timestamp) -> Option<i64> {
        let times = self.witness_times(site).into_iter();
        let times: Vec<WitnessTime> = times.map(|(_, time)| time).collect();
        match compare_clocks(wall, &times) {
            Clocks::Disagree { off } => Some(off),
            Clocks::Agree | Clocks::Unwitnessed => None,
        }
    }

    /// Why the clock is in doubt now, if it is and no person has confirmed just that. It is only ever
    /// raised here: what takes it away is a person's entry.
    pub(crate) fn doubt(&self, site: &Site) -> Option<Doubt> {
        if let Some(wall) = self.clock.stepped() {
            let witness = self.contradicted(site, wall).map(|off| moved(wall, off));
            return Some(Doubt { wall, witness });
        }
        let wall = self.clock.now();
        let off = self.contradicted(site, wall);
        let mut confirmed = lock(&self.relays.times.confirmed);
        let Some(off) = off else {
            // They agree again: what was confirmed is over.
            *confirmed = None;
            return None;
        };
        let known = confirmed.is_some_and(|confirmed| same_difference(confirmed, off));
        let witness = Some(moved(wall, off));
        (!known).then_some(Doubt { wall, witness })
    }

    /// Enters a doubt that is new. For the thread that may wait for the ledger.
    pub(crate) fn look_at_the_clocks(&self) {
        let (doubt, behind, known) = {
            let (site, now) = (self.site(), self.clock.now());
            (
                self.doubt(&site),
                now.plus(CLOCK_TOLERANCE) < site.last_at(),
                site.clock_in_doubt(now),
            )
        };
        let Some(doubt) = doubt else { return };
        // What we count on with is behind our own ledger: it began without a battery, and now somebody has
        // set it. There is nothing in it to hold on to.
        let gives_way = behind && self.clock.stepped().is_some();
        if known && !gives_way {
            return;
        }
        let witness = doubt.witness;
        let note = Command::Note(GatewayNote::ClockDoubted { witness });
        match self.enter_and_wait(note) {
            Ok(_) => {
                let (wall, witness) = (doubt.wall, witness.map(|time| time.to_string()));
                tracing::error!(%wall, witness, "the clock is in doubt: nothing new is admitted");
                if gives_way {
                    self.clock.accept();
                }
            }
            Err(cause) => tracing::warn!(%cause, "a doubt of the clock could not be entered"),
        }
    }

    fn accept_the_clock(&self) {
        self.clock.accept();
        let off = self.contradicted(&self.site(), self.clock.now());
        *lock(&self.relays.times.confirmed) = off;
    }
}

fn moved(wall: Timestamp, off: i64) -> Timestamp {
    Timestamp::from_millis(wall.as_millis().saturating_add(off))
}
