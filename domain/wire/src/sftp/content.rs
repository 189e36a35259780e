//! Content as it passes: counted, put in order, hashed.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};
use ids::Digest;

/// How much of one file may wait for what comes before it: 64 requests of 32 KiB, which OpenSSH
/// keeps in flight, twice over.
pub(super) const MAX_WAITING: usize = 4 * 1024 * 1024;

/// How much may wait in all files of one conversation.
pub(super) const MAX_WAITING_IN_ALL: usize = 16 * 1024 * 1024;

/// What one piece costs beyond its bytes, so that pieces of one byte cost what they take.
const PIECE: usize = 128;

/// What waits in all files of one conversation.
#[derive(Default)]
pub(super) struct Room {
    used: usize,
}

/// The content of one file, one way.
pub(super) struct Content {
    hash: Context,
    /// Where the next byte to hash stands.
    next: u64,
    /// Pieces behind a gap, by where they stand.
    waiting: BTreeMap<u64, Vec<u8>>,
    /// What they take of the room.
    taken: usize,
    /// A byte came twice, or too much waited: there is no digest any more.
    broken: bool,
}

impl Content {
    pub(super) fn new() -> Self {
        Self {
            hash: Context::new(&SHA256),
            next: 0,
            waiting: BTreeMap::new(),
            taken: 0,
            broken: false,
        }
    }

    /// Takes a piece that stands at `offset`.
    pub(super) fn feed(&mut self, offset: u64, piece: &[u8], room: &mut Room) {
        if self.broken || piece.is_empty() {
            return;
        }
        if offset == self.next {
            self.hash_piece(piece, room);
            self.drain(room);
        } else if offset < self.next {
            self.give_up(room);
        } else {
            self.wait(offset, piece, room);
        }
    }

    fn hash_piece(&mut self, piece: &[u8], room: &mut Room) {
        self.hash.update(piece);
        match self.next.checked_add(length(piece)) {
            Some(next) => self.next = next,
            None => self.give_up(room),
        }
    }

    fn drain(&mut self, room: &mut Room) {
        while let Some(first) = self.waiting.first_entry() {
            if *first.key() > self.next {
                return;
            }
            if *first.key() < self.next {
                return self.give_up(room);
            }
            let piece = first.remove();
            let cost = piece.len().saturating_add(PIECE);
            self.taken = self.taken.saturating_sub(cost);
            room.used = room.used.saturating_sub(cost);
            self.hash_piece(&piece, room);
        }
    }

    fn wait(&mut self, offset: u64, piece: &[u8], room: &mut Room) {
        // A packet that arrives in pieces stays one entry.
        let before = self.waiting.range_mut(..offset).next_back();
        let grows = before.filter(|(at, waits)| at.checked_add(length(waits)) == Some(offset));
        let cost = piece.len() + if grows.is_some() { 0 } else { PIECE };
        let fits = self.taken.saturating_add(cost) <= MAX_WAITING
            && room.used.saturating_add(cost) <= MAX_WAITING_IN_ALL;
        let kept = match grows {
            _ if !fits => false,
            Some((_, waits)) => {
                waits.extend_from_slice(piece);
                true
            }
            None => self.waiting.insert(offset, piece.to_vec()).is_none(),
        };
        if !kept {
            return self.give_up(room);
        }
        self.taken += cost;
        room.used += cost;
    }

    /// There will be no digest: frees what waits.
    pub(super) fn give_up(&mut self, room: &mut Room) {
        self.broken = true;
        self.waiting.clear();
        room.used = room.used.saturating_sub(self.taken);
        self.taken = 0;
    }

    /// How many bytes from 0 on came, each once; none if that cannot be said of them.
    pub(super) fn length(&self) -> Option<u64> {
        (!self.broken && self.waiting.is_empty()).then_some(self.next)
    }

    /// Ends: the digest, if every byte came once.
    pub(super) fn finish(mut self, room: &mut Room) -> Option<Digest> {
        let whole = self.length().is_some();
        self.give_up(room);
        whole.then(|| digest(self.hash))
    }
}

pub(crate) fn digest(hash: Context) -> Digest {
    let mut out = [0; 32];
    out.copy_from_slice(hash.finish().as_ref());
    Digest(out)
}

fn length(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}
