//! Behind the start: what a start from a snapshot did not read is verified, and snapshots are written for
//! the next one.
//!
//! A snapshot is written only by a process that has verified everything, and dropped by one that stops
//! before it has: so no chain of short runs ever goes on without the whole ledger having been read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use access::{Command, GatewayNote};
use store::Verified;

use crate::{Inner, gateway_caller};

/// Entries after which a new snapshot is written: what a start after a crash folds beside it, in a
/// fraction of a second.
const EVERY: u64 = 20_000;

/// How often it is looked whether there are so many.
const LOOK: Duration = Duration::from_millis(250);

/// How far the ledger of a running gateway is verified.
#[derive(Default)]
pub(crate) struct Behind {
    verified: AtomicBool,
    broken: OnceLock<String>,
    /// Of how many entries the snapshot on the disk is.
    kept: AtomicU64,
}

impl Behind {
    /// After a start from a snapshot of so many entries; 0 without one.
    pub(crate) fn after(kept: u64) -> Self {
        Self {
            kept: AtomicU64::new(kept),
            ..Self::default()
        }
    }

    /// What does not verify, if something does not: then nobody is admitted.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.get().map(String::as_str)
    }
}

/// Verifies what was not read at the start, then keeps the snapshot new, until the engine stops.
pub(crate) fn run(inner: &Arc<Inner>) {
    store::give_way();
    inner.verify_behind();
    inner.read_lines_behind(&|| inner.stopping.load(Ordering::SeqCst));
    while !inner.stopping.load(Ordering::SeqCst) {
        std::thread::sleep(LOOK);
        let behind = &inner.behind;
        let due = behind.kept.load(Ordering::SeqCst).saturating_add(EVERY);
        if behind.verified.load(Ordering::SeqCst) && inner.store.size() >= due {
            inner.keep_snapshot();
        }
    }
}

impl Inner {
    fn verify_behind(&self) {
        let (size, root) = self.store.size_and_root();
        let stop = || self.stopping.load(Ordering::SeqCst);
        match self.store.verify_behind(&stop) {
            Ok(Verified::Everything) => {
                self.behind.verified.store(true, Ordering::SeqCst);
                self.enter_that_it_is_verified(size, root);
            }
            Ok(Verified::Unfinished) => {}
            Err(cause) => self.is_broken(&cause.to_string()),
        }
    }

    /// From level 2 on the ledger says when all of it was read: sessions that were admitted between the
    /// start and this entry were admitted on the snapshot's word.
    fn enter_that_it_is_verified(&self, size: u64, root: ids::Digest) {
        if !self.site().writes("ledger_verified") {
            return;
        }
        let note = GatewayNote::LedgerVerified { size, root };
        // Nobody waits for it: what cannot be entered is only not said.
        let _answer = self
            .queue
            .submit(gateway_caller(), Command::Note(note), Vec::new());
    }

    /// The ledger is not what was written. Everything ends, nobody is admitted, and the next start reads
    /// all of it: then it does not start, and says how to restore (invariant 12).
    fn is_broken(&self, cause: &str) {
        tracing::error!(
            cause,
            "the ledger does not verify: nobody is admitted; stop the gateway and do as it says"
        );
        let _known = self.behind.broken.set(cause.to_owned());
        self.live.isolate();
        if let Err(cause) = self.store.drop_snapshot() {
            tracing::error!(%cause, "the snapshot could not be taken away");
        }
        let reason = format!("the ledger does not verify: {cause}");
        if let Err(cause) = self.store.markers().set_isolated(&reason) {
            tracing::error!(%cause, "the isolation could not be marked");
        }
    }

    /// Writes a snapshot for the next start, if everything is verified and it would be a newer one. If
    /// it was not verified to its end, takes the one away that is there.
    pub(crate) fn keep_snapshot(&self) {
        if !self.behind.verified.load(Ordering::SeqCst) {
            if let Err(cause) = self.store.drop_snapshot() {
                tracing::warn!(%cause, "the snapshot could not be taken away");
            }
            return;
        }
        match self.write_snapshot() {
            Ok(size) => self.behind.kept.store(size, Ordering::SeqCst),
            Err(cause) => {
                // The next start reads more. Tried again after as many entries.
                let size = self.store.size();
                self.behind.kept.store(size, Ordering::SeqCst);
                tracing::warn!(%cause, "no snapshot could be written");
            }
        }
    }
}
