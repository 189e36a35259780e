//! Files that passed are entered in the background, in their order: a transfer of ten thousand small
//! files does not wait ten thousand times for the disk.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use access::{Command, FileLook, GatewayNote, Handover, Reason};
use ids::{Digest, SessionId};
use ledger::commitment::Opening;
use store::PersonalValue;

use crate::live::lock;
use crate::{FileBudget, Inner, gateway_caller};

/// Files of one session that wait to be entered before it may ask for another: a few batches. Without
/// such a bound a slow disk would be answered with memory.
const MOST_PENDING: usize = 4 * BATCH;
/// Entered together: what the writer puts into one transaction.
const BATCH: usize = 256;
/// The level of a ledger that holds what was seen of files.
const LOOKS_FROM: u16 = 2;
/// How often what failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// How long to sleep without work before looking whether the gateway stops.
const LOOK: Duration = Duration::from_millis(250);

/// How many files of one session are not entered yet.
#[derive(Default)]
pub(crate) struct Pending {
    files: AtomicUsize,
    fewer: tokio::sync::Notify,
}

impl Pending {
    pub(crate) fn is_settled(&self) -> bool {
        self.files.load(Ordering::SeqCst) == 0
    }

    /// Returns when all are entered, or `given_up` says so.
    pub(crate) async fn settled(&self, given_up: impl Fn() -> bool) {
        loop {
            let fewer = self.fewer.notified();
            if self.is_settled() || given_up() {
                return;
            }
            // Whoever gives up tells nobody: look again by itself.
            let _either = tokio::time::timeout(LOOK, fewer).await;
        }
    }

    /// Returns when another file may be asked for.
    pub(crate) async fn room(&self) {
        loop {
            let fewer = self.fewer.notified();
            if self.files.load(Ordering::SeqCst) < MOST_PENDING {
                return;
            }
            fewer.await;
        }
    }

    fn one_more(&self) {
        self.files.fetch_add(1, Ordering::SeqCst);
    }

    fn one_less(&self) {
        self.files.fetch_sub(1, Ordering::SeqCst);
        self.fewer.notify_waiters();
    }
}

/// A file that passed.
pub(crate) struct Handed {
    pub(crate) session: SessionId,
    pub(crate) direction: Handover,
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: Option<Digest>,
    /// What was seen of it in quarantine; it is told from the level on at which it can be.
    pub(crate) look: Option<FileLook>,
    pub(crate) pending: Arc<Pending>,
    /// Held until the ledger counts these bytes, so that nobody counts them as free meanwhile.
    pub(crate) _purse: FileBudget,
    /// The path as it stands in the entry, once it is kept.
    pub(crate) opening: Option<Opening>,
}

/// The files that wait to be entered.
#[derive(Default)]
pub(crate) struct Handovers {
    waiting: Mutex<VecDeque<Handed>>,
    arrived: Condvar,
}

impl Handovers {
    pub(crate) fn add(&self, handed: Handed) {
        handed.pending.one_more();
        lock(&self.waiting).push_back(handed);
        self.arrived.notify_one();
    }

    /// The next batch; empty after a while without one.
    fn next(&self) -> Vec<Handed> {
        let waiting = lock(&self.waiting);
        let waited = self
            .arrived
            .wait_timeout_while(waiting, LOOK, |waiting| waiting.is_empty());
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        let most = waiting.len().min(BATCH);
        waiting.drain(..most).collect()
    }

    fn put_back(&self, failed: Vec<Handed>) {
        let mut waiting = lock(&self.waiting);
        for handed in failed.into_iter().rev() {
            waiting.push_front(handed);
        }
    }
}

/// Runs until the engine stops and everything was tried once more.
pub(crate) fn run(inner: &Arc<Inner>) {
    loop {
        let stopping = inner.stopping.load(Ordering::SeqCst);
        let batch = inner.handovers.next();
        if batch.is_empty() {
            if stopping {
                return;
            }
            continue;
        }
        let failed = enter(inner, batch);
        if failed.is_empty() {
            continue;
        }
        if stopping {
            tracing::error!(files = failed.len(), "files that passed are not entered");
            return;
        }
        inner.handovers.put_back(failed);
        std::thread::sleep(AGAIN);
    }
}

/// Enters a batch; gives what could not be entered.
fn enter(inner: &Inner, mut batch: Vec<Handed>) -> Vec<Handed> {
    if let Err(cause) = keep_paths(inner, &mut batch) {
        tracing::warn!(cause, "the paths of files could not be kept; trying again");
        return batch;
    }
    let answers: Vec<_> = batch
        .into_iter()
        .map(|handed| {
            let answer = handed.note(inner).map(|note| {
                let command = Command::Note(note);
                inner.queue.submit(gateway_caller(), command, Vec::new())
            });
            (handed, answer)
        })
        .collect();
    let mut failed = Vec::new();
    for (handed, answer) in answers {
        let answered = answer.and_then(|answer| inner.answered(answer));
        match answered {
            Some(Ok(_)) => handed.pending.one_less(),
            Some(Err(refusal)) if refusal.reasons != [Reason::LedgerUnavailable] => {
                tracing::error!(%refusal, "a file that passed was not entered");
                handed.pending.one_less();
            }
            Some(Err(_)) | None => failed.push(handed),
        }
    }
    failed
}

fn keep_paths(inner: &Inner, batch: &mut [Handed]) -> Result<(), String> {
    let mut fresh = Vec::new();
    for handed in batch.iter_mut().filter(|handed| handed.opening.is_none()) {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|cause| cause.to_string())?;
        let opening = Opening::new(salt, "file-name", &handed.path);
        fresh.push((handed, opening));
    }
    let values: Vec<PersonalValue> = fresh
        .iter()
        .map(|(_, opening)| PersonalValue {
            opening: opening.clone(),
            owner: None,
        })
        .collect();
    if values.is_empty() {
        return Ok(());
    }
    let kept = inner.store.put_personal(&values);
    kept.map_err(|cause| cause.to_string())?;
    for (handed, opening) in fresh {
        handed.opening = Some(opening);
    }
    Ok(())
}

impl Handed {
    fn note(&self, inner: &Inner) -> Option<GatewayNote> {
        let told = inner.site().level() >= LOOKS_FROM;
        Some(GatewayNote::FileHandedOver {
            session: self.session.clone(),
            direction: self.direction,
            name: self.opening.as_ref()?.commitment,
            bytes: self.bytes,
            sha256: self.sha256,
            look: self.look.clone().filter(|_| told),
        })
    }
}

#[cfg(test)]
mod tests;
