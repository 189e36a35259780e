//! What a visit may still use up. Sessions of one visit share each purse, so that many at once use
//! no more than one after the other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use access::{Files, Handover, Permit};
use ids::VisitId;

use crate::Inner;
use crate::live::lock;

/// Of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Purse {
    Recording,
    FilesIn,
    FilesOut,
    DataOut,
}

/// The purses of the visits that have open sessions.
#[derive(Default)]
pub(crate) struct Purses(Mutex<BTreeMap<(VisitId, Purse), Weak<AtomicU64>>>);

impl Purses {
    /// The purse of a visit: that of its open sessions, or what the ledger says is left.
    fn shared(&self, visit: &VisitId, purse: Purse, fresh: impl FnOnce() -> u64) -> Arc<AtomicU64> {
        let mut purses = lock(&self.0);
        purses.retain(|_, left| left.strong_count() > 0);
        let key = (visit.clone(), purse);
        purses.get(&key).and_then(Weak::upgrade).unwrap_or_else(|| {
            let left = Arc::new(AtomicU64::new(fresh()));
            purses.insert(key, Arc::downgrade(&left));
            left
        })
    }
}

/// Takes that much, or nothing.
pub(crate) fn take(left: &AtomicU64, size: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(size)
    })
    .is_ok()
}

/// The most that is taken ahead of what passes, in bytes: some reads' worth.
const MOST_AHEAD: u64 = 256 * 1024;

/// How much may be taken ahead while so many bytes are left: nothing worth speaking of near the end, where
/// another session of the visit would miss it.
pub(crate) fn ahead_of(left: u64) -> u64 {
    (left / 64).min(MOST_AHEAD)
}

/// Bytes that may still pass one way in a visit, of files or out of a database, shared by its sessions.
#[derive(Clone, Default)]
pub struct FileBudget(Arc<AtomicU64>);

impl std::fmt::Debug for FileBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileBudget({})", self.left())
    }
}

impl FileBudget {
    /// Takes so many bytes before they pass. False, and nothing is taken, if fewer are left.
    #[must_use = "what was not taken must not pass"]
    pub fn take(&self, bytes: u64) -> bool {
        take(&self.0, bytes)
    }

    /// Gives back what was taken and did not pass.
    pub(crate) fn give_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes are left.
    pub fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Inner {
    pub(crate) fn recording_purse(&self, permit: &Permit) -> Arc<AtomicU64> {
        self.purses
            .shared(permit.visit(), Purse::Recording, || permit.quota_left())
    }

    /// The bytes that may still be taken out of a database or a web console.
    pub(crate) fn data_purse(&self, permit: &Permit) -> FileBudget {
        let left = self
            .purses
            .shared(permit.visit(), Purse::DataOut, || permit.data_left());
        FileBudget(left)
    }

    /// The bytes of files this way. What the ledger has not entered yet has been taken from the
    /// purse, which those who passed it still hold.
    pub(crate) fn file_purse(&self, permit: &Permit, direction: Handover) -> FileBudget {
        let purse = match direction {
            Handover::In => Purse::FilesIn,
            Handover::Out => Purse::FilesOut,
        };
        let left = self.purses.shared(permit.visit(), purse, || {
            let Some(ssh) = permit.ssh() else {
                return 0;
            };
            let Files::Yes { most_bytes, .. } = ssh.terms.files(direction) else {
                return 0;
            };
            let site = self.site();
            let visit = site.visit(permit.visit());
            most_bytes.saturating_sub(visit.map_or(0, |visit| visit.files_passed(direction)))
        });
        FileBudget(left)
    }
}
