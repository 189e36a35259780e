//! The watch: deadlines and stalled recordings, on a thread that needs neither the data path nor the
//! ledger nor the disk to end a session. Beside it, on another thread, what waits for the ledger: entries
//! that failed, counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use access::{Command, EndReason, GatewayNote};
use ids::SessionId;
use store::Health;

use crate::Inner;
use crate::handovers::Pending;

/// The longest time between two looks: half of what a second allows for ending a session.
const LOOK: Duration = Duration::from_millis(250);

/// How long a write or a sync may take before the recorder counts as stalled. Nothing is forwarded
/// meanwhile; a disk that needs longer than this does not come back by itself.
const STALLED: Duration = Duration::from_secs(5);

/// How often strangers are entered as a count, and old rows are forgotten.
const COUNT: Duration = Duration::from_secs(3600);

/// How often entries that failed are tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long an isolation may stand in its marker file before the gateway enters it itself.
const ENTERED_WITHIN: Duration = Duration::from_secs(3);

/// How long a session may be open in the ledger and not here before its end is entered: between its entry
/// and its beginning lies one wake-up.
const BEGINS_WITHIN: Duration = Duration::from_secs(3);

/// Ends what has to end, until the engine stops. Nothing here waits for the ledger or the disk: a
/// deadline is met also while they hang.
pub(crate) fn run(inner: &Arc<Inner>) {
    while !inner.stopping.load(Ordering::SeqCst) {
        let now = look(inner);
        let next = inner
            .live
            .next_deadline()
            .map_or(LOOK, |at| at.saturating_duration_since(now));
        std::thread::sleep(next.min(LOOK).max(Duration::from_millis(1)));
    }
}

/// One look: ends what is over. Gives when, on the monotonic clock.
pub(crate) fn look(inner: &Inner) -> Instant {
    let now = inner.clock.monotonic();
    inner.live.look_at_the_time(inner.clock.now(), now);
    end_if_the_recorder_fails(inner, now);
    now
}

/// What the ledger does not have yet and is to have.
#[derive(Default)]
pub(crate) struct Unentered {
    isolation: Option<Instant>,
    lost: Lost,
}

impl Unentered {
    pub(crate) fn try_again(&mut self, inner: &Inner) {
        let now = inner.clock.monotonic();
        try_again(inner);
        inner.look_at_the_clocks();
        enter_the_isolation(inner, &mut self.isolation, now);
        self.lost.enter_their_ends(inner, now);
    }
}

/// Enters what could not be entered, and what is only counted, until the engine stops.
pub(crate) fn enter(inner: &Arc<Inner>) {
    let mut counted = Instant::now();
    let mut tried = Instant::now();
    let mut unentered = Unentered::default();
    while !inner.stopping.load(Ordering::SeqCst) {
        let now = Instant::now();
        if tried.elapsed() >= AGAIN {
            tried = now;
            unentered.try_again(inner);
        }
        if counted.elapsed() >= COUNT {
            counted = now;
            count_strangers(inner);
            forget_old_rows(inner);
        }
        std::thread::sleep(LOOK);
    }
}

/// A recorder that cannot write takes nothing; what is open then ends with a reason.
fn end_if_the_recorder_fails(inner: &Inner, now: Instant) {
    let stalled = inner
        .journal
        .stalled_for(now)
        .is_some_and(|time| time >= STALLED);
    let failed = matches!(inner.journal.health(), Health::Failed(_));
    if stalled || failed {
        let ended = inner.live.end_all(&EndReason::RecorderFailed);
        if ended > 0 {
            tracing::error!(
                stalled,
                ended,
                "the recorder failed; its sessions have ended"
            );
        }
    }
}

/// A command of the gateway's that is to be entered as soon as that is possible.
#[derive(Clone)]
pub(crate) struct Unsettled {
    pub(crate) command: Command,
    /// The files that are to be entered before.
    pub(crate) after: Option<Arc<Pending>>,
}

impl Unsettled {
    pub(crate) fn has_to_wait(&self) -> bool {
        self.after.as_ref().is_some_and(|files| !files.is_settled())
    }
}

impl From<Command> for Unsettled {
    fn from(command: Command) -> Self {
        Self {
            command,
            after: None,
        }
    }
}

/// Enters what could not be entered before.
pub(crate) fn try_again(inner: &Inner) {
    let waiting: Vec<Unsettled> = {
        let mut unsettled = inner
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *unsettled)
    };
    for unsettled in waiting {
        if unsettled.has_to_wait() {
            inner.enter_later(unsettled);
            continue;
        }
        match inner.enter_and_wait(unsettled.command.clone()) {
            Ok(_) => {}
            Err(refusal) if refusal.reasons != [access::Reason::LedgerUnavailable] => {
                tracing::warn!(%refusal, "an entry of the gateway was refused");
            }
            Err(_) => inner.enter_later(unsettled),
        }
    }
}

/// Sessions that the ledger has as open and nobody here carries: whoever asked for one was gone before it
/// began, or its entry was kept although the ledger said that it failed. Nothing ever passed in them, but
/// they count against what their grant allows.
#[derive(Default)]
struct Lost(BTreeMap<SessionId, Instant>);

impl Lost {
    fn enter_their_ends(&mut self, inner: &Inner, now: Instant) {
        let open = inner.open_in_the_ledger();
        let waiting = inner.ends_that_wait();
        let nobodys = |session: &SessionId| {
            inner.live.session(session).is_none() && !waiting.contains(session)
        };
        let nobodys: BTreeSet<SessionId> = open.into_iter().filter(nobodys).collect();
        self.0.retain(|session, _| nobodys.contains(session));
        for session in nobodys {
            let since = *self.0.entry(session.clone()).or_insert(now);
            if now.saturating_duration_since(since) >= BEGINS_WITHIN {
                tracing::warn!(%session, "a session that never began is entered as ended");
                inner.enter_interrupted(session);
            }
        }
    }
}

impl Inner {
    /// Sessions whose ends wait to be entered.
    fn ends_that_wait(&self) -> BTreeSet<SessionId> {
        let unsettled = self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let of = |unsettled: &Unsettled| {
            if let Command::CloseSession { session, .. } = &unsettled.command {
                return Some(session.clone());
            }
            None
        };
        unsettled.iter().filter_map(of).collect()
    }
}

/// An isolation that stands only in its marker file is entered as soon as the ledger takes entries, so
/// that people can lift it.
fn enter_the_isolation(inner: &Inner, since: &mut Option<Instant>, now: Instant) {
    let Ok(_alone) = inner.lifting.try_lock() else {
        return;
    };
    let marked = inner.store.markers().isolated();
    let Some(reason) = marked.filter(|_| !inner.site().isolated()) else {
        *since = None;
        return;
    };
    // Whoever has just isolated the site enters it in their own name.
    if now.saturating_duration_since(*since.get_or_insert(now)) < ENTERED_WITHIN {
        return;
    }
    let reason = if reason.trim().is_empty() {
        "-".to_owned()
    } else {
        reason
    };
    if let Ok(reason) = inner.commit("isolation-reason", &reason, None) {
        let command = Command::Isolate { reason };
        // If it fails, the next look tries again.
        let _entered = inner.enter_and_wait(command);
    }
}

pub(crate) fn count_strangers(inner: &Inner) {
    let (connections, sign_ins) = inner.strangers.take();
    if connections > 0 || sign_ins > 0 {
        inner.enter_later(Command::Note(GatewayNote::StrangersTurnedAway {
            connections,
            sign_ins,
        }));
    }
}

fn forget_old_rows(inner: &Inner) {
    let now = inner.clock.now();
    let day = Duration::from_secs(48 * 3600);
    let forgotten = inner
        .store
        .prune_attempts(now.minus(day))
        .and_then(|_| inner.store.prune_sign_ins(now));
    if let Err(cause) = forgotten {
        tracing::warn!(%cause, "old rows could not be forgotten");
    }
}
