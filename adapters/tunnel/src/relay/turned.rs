//! Who was turned away, and why.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many were turned away, by reason, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelayTurnedAway {
    /// Their address is on no list.
    pub unlisted: u64,
    /// Their source opens too many.
    pub hurried: u64,
    /// They asked for a name that is not there for them, or in no intelligible way.
    pub misdirected: u64,
    /// They did not prove to be a gateway's.
    pub unproved: u64,
    /// Their connection failed.
    pub failed: u64,
    /// They took too long, or no gateway dialled in time.
    pub late: u64,
    /// They gave way to newer ones.
    pub crowded_out: u64,
    /// All sessions were taken.
    pub full: u64,
}

/// Why one connection came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Turned {
    #[error("asked for {0}")]
    Misdirected(&'static str),
    #[error("did not prove to be a gateway's: {0}")]
    Unproved(&'static str),
    #[error("its source opens too many")]
    Hurried,
    #[error("all sessions are taken")]
    Full,
    #[error("{0}")]
    Failed(std::io::Error),
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) unlisted: AtomicU64,
    pub(super) hurried: AtomicU64,
    misdirected: AtomicU64,
    unproved: AtomicU64,
    failed: AtomicU64,
    pub(super) late: AtomicU64,
    full: AtomicU64,
}

impl Counts {
    /// One more.
    pub(super) fn count(&self, turned: &Turned) {
        match turned {
            Turned::Misdirected(_) => &self.misdirected,
            Turned::Unproved(_) => &self.unproved,
            Turned::Hurried => &self.hurried,
            Turned::Full => &self.full,
            Turned::Failed(_) => &self.failed,
        }
        .fetch_add(1, Ordering::Relaxed);
    }

    /// All of them.
    pub(super) fn snapshot(&self, crowded_out: u64) -> RelayTurnedAway {
        RelayTurnedAway {
            unlisted: self.unlisted.load(Ordering::Relaxed),
            hurried: self.hurried.load(Ordering::Relaxed),
            misdirected: self.misdirected.load(Ordering::Relaxed),
            unproved: self.unproved.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            late: self.late.load(Ordering::Relaxed),
            crowded_out,
            full: self.full.load(Ordering::Relaxed),
        }
    }
}
