//! Every ten seconds the heads of the recordings that changed go under one Merkle root into the
//! ledger; finished segments are entered with their hashes; the journal is freed afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use access::{Command, GatewayNote};
use recording::{Ending, SealLeaf};
use store::{Progress, SegmentSealed};

use crate::Inner;

/// How often recordings are sealed (architecture §2).
const SEAL_EVERY: Duration = Duration::from_secs(10);

/// How often segments are packed.
const PACK_EVERY: Duration = Duration::from_millis(200);

/// Frames of so many bytes within [`PACK_EVERY`] are more than anybody types or reads: a file, a dump.
/// Packing costs twice what recording costs, and takes it from those who wait for the file.
const MUCH: u64 = 4 << 20;

/// Whether packing waits: while much is moved, until the next seal, which needs all of it.
fn waits(moved: u64, since_seal: Duration) -> bool {
    moved >= MUCH && since_seal < SEAL_EVERY
}

/// Runs until the engine stops; the stop itself settles what is left.
pub(crate) fn run(inner: &Arc<Inner>) {
    store::give_way();
    let mut sealed = Instant::now();
    let mut before = inner.journal.written();
    while !inner.stopping.load(Ordering::SeqCst) {
        std::thread::sleep(PACK_EVERY);
        let written = inner.journal.written();
        let moved = written.saturating_sub(before);
        before = written;
        if waits(moved, sealed.elapsed()) {
            if let Err(cause) = inner.journal.tend() {
                tracing::warn!(%cause, "the journal takes no new file; trying again");
            }
            continue;
        }
        pack(inner);
        if sealed.elapsed() >= SEAL_EVERY {
            sealed = Instant::now();
            seal(inner);
        }
    }
}

impl Inner {
    /// Packs and seals everything that is recorded so far. For the end of a session, for exports and
    /// for the stop: afterwards files and ledger tell the same.
    pub(crate) fn settle_recordings(&self) {
        if let Err(cause) = self.journal.rotate() {
            tracing::warn!(%cause, "the journal could not be rotated");
        }
        pack(self);
        seal(self);
    }
}

/// Packs what waits, enters its segments, then frees the journal.
pub(crate) fn pack(inner: &Inner) {
    loop {
        let progress = match inner.journal.digest_step() {
            Ok(progress) => progress,
            Err(cause) => {
                tracing::warn!(%cause, "recordings could not be packed; trying again");
                return;
            }
        };
        if !enter_segments(inner, &progress) {
            return;
        }
        if let Err(cause) = inner.journal.free(&progress) {
            tracing::warn!(%cause, "the journal could not be freed");
        }
        if !progress.more {
            return;
        }
    }
}

fn enter_segments(inner: &Inner, progress: &Progress) -> bool {
    for damage in &progress.damage {
        tracing::error!(?damage, "a stretch of the journal could not be read");
    }
    // What a crash kept from being freed is announced again; the ledger has it already.
    let known = |segment: &SegmentSealed| {
        let listed = inner.segments_of(&segment.session);
        listed
            .iter()
            .any(|listed| listed.number == segment.number && listed.sha256 == segment.sha256)
    };
    let mut new = progress.sealed.iter().filter(|segment| !known(segment));
    new.all(|segment| enter(inner, segment_note(segment)))
}

fn segment_note(segment: &SegmentSealed) -> GatewayNote {
    GatewayNote::SegmentSealed {
        session: segment.session.clone(),
        number: segment.number,
        sha256: segment.sha256,
        frames: segment.frames,
        head: segment.head,
        last: segment.ending != Ending::Open,
    }
}

fn seal(inner: &Inner) {
    let heads = match inner.journal.heads() {
        Ok(heads) if heads.is_empty() => return,
        Ok(heads) => heads,
        Err(cause) => {
            tracing::warn!(%cause, "recordings could not be sealed; trying again");
            return;
        }
    };
    let leaves: Vec<Vec<u8>> = heads.iter().map(SealLeaf::encode).collect();
    let blob = leaves.join(&b'\n');
    let kept = match inner.store.put_blob(&blob) {
        Ok(kept) => kept,
        Err(cause) => {
            tracing::error!(%cause, "the leaves of a seal could not be kept");
            return;
        }
    };
    enter(
        inner,
        GatewayNote::RecordingsSealed {
            root: ledger::receipt::seal_root(&leaves),
            count: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
            leaves: kept,
        },
    );
}

fn enter(inner: &Inner, note: GatewayNote) -> bool {
    match inner.enter_and_wait(Command::Note(note)) {
        Ok(_) => true,
        Err(refusal) => {
            tracing::error!(%refusal, "a seal was not entered");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_waits_for_a_large_file_but_never_longer_than_to_the_next_seal() {
        let soon = Duration::from_secs(1);
        assert!(waits(MUCH, soon));
        assert!(!waits(MUCH - 1, soon), "a terminal is packed as it goes");
        assert!(!waits(u64::MAX, SEAL_EVERY));
    }
}
