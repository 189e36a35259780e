//! Handshakes under way: a bounded number, shared fairly among sources.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

/// The table of handshakes under way.
///
/// A new one always gets a place. If its source holds its share already, the source's oldest gives
/// way; if all places are taken, the oldest of the source that holds most does. A source that floods
/// thus crowds out its own handshakes and nobody else's, and the memory is bounded either way.
#[derive(Debug, Clone)]
pub(crate) struct HalfOpens {
    most: usize,
    most_per_source: usize,
    table: Arc<Mutex<Table>>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    total: usize,
    crowded_out: u64,
    sources: BTreeMap<IpAddr, BTreeMap<u64, Option<AbortHandle>>>,
}

/// One place in the table; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    source: IpAddr,
    number: u64,
    table: Arc<Mutex<Table>>,
}

impl HalfOpens {
    pub(crate) fn new(most: usize, most_per_source: usize) -> Self {
        Self {
            most: most.max(1),
            most_per_source: most_per_source.max(1),
            table: Arc::default(),
        }
    }

    /// Takes a place, making room if need be.
    pub(crate) fn enter(&self, peer: IpAddr) -> Place {
        let source = source_of(peer);
        let mut table = lock(&self.table);
        let own_oldest = if table.held_by(source) >= self.most_per_source {
            table.crowd_out(source)
        } else {
            None
        };
        let anothers_oldest = if table.total >= self.most {
            table.crowd_out_largest()
        } else {
            None
        };
        let number = table.add(source);
        drop(table);
        give_up(own_oldest.into_iter().chain(anothers_oldest));
        Place {
            source,
            number,
            table: Arc::clone(&self.table),
        }
    }

    /// From now on the handshake can be given up. If it was already, `handle` is used at once.
    pub(crate) fn may_be_given_up(&self, peer: IpAddr, number: u64, handle: AbortHandle) {
        let mut table = lock(&self.table);
        let place = table
            .sources
            .get_mut(&source_of(peer))
            .and_then(|places| places.get_mut(&number));
        match place {
            Some(place) => *place = Some(handle),
            // Over, or crowded out before it could be told.
            None => {
                drop(table);
                handle.abort();
            }
        }
    }

    /// Gives up the oldest handshake of the source that holds most.
    pub(crate) fn give_up_one(&self) {
        let mut table = lock(&self.table);
        let oldest = table.crowd_out_largest();
        drop(table);
        give_up(oldest);
    }

    pub(crate) fn drop_all(&self) {
        let sources = {
            let mut table = lock(&self.table);
            table.total = 0;
            std::mem::take(&mut table.sources)
        };
        give_up(
            sources
                .into_values()
                .flat_map(BTreeMap::into_values)
                .flatten(),
        );
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.table).total
    }

    pub(crate) fn crowded_out(&self) -> u64 {
        lock(&self.table).crowded_out
    }
}

impl Table {
    fn held_by(&self, source: IpAddr) -> usize {
        self.sources.get(&source).map_or(0, BTreeMap::len)
    }

    /// The source that holds most; among equals the one with the oldest.
    fn largest(&self) -> Option<IpAddr> {
        self.sources
            .iter()
            .max_by_key(|(_, places)| {
                let oldest = places.keys().next().copied().unwrap_or(u64::MAX);
                (places.len(), u64::MAX - oldest)
            })
            .map(|(source, _)| *source)
    }

    fn add(&mut self, source: IpAddr) -> u64 {
        let number = self.next;
        self.next += 1;
        self.total += 1;
        self.sources.entry(source).or_default().insert(number, None);
        number
    }

    fn crowd_out_largest(&mut self) -> Option<AbortHandle> {
        self.largest().and_then(|source| self.crowd_out(source))
    }

    /// Takes the place of the source's oldest; what is returned is to be given up.
    fn crowd_out(&mut self, source: IpAddr) -> Option<AbortHandle> {
        let oldest = self.sources.get(&source)?.keys().next().copied()?;
        self.crowded_out += 1;
        self.remove(source, oldest)?
    }

    fn remove(&mut self, source: IpAddr, number: u64) -> Option<Option<AbortHandle>> {
        let places = self.sources.get_mut(&source)?;
        let removed = places.remove(&number)?;
        self.total -= 1;
        if places.is_empty() {
            self.sources.remove(&source);
        }
        Some(removed)
    }
}

impl Place {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.table).remove(self.source, self.number);
    }
}

/// Never while the table is locked: a task that ends gives back its place, which locks it.
fn give_up(handles: impl IntoIterator<Item = AbortHandle>) {
    handles.into_iter().for_each(|handle| handle.abort());
}

/// One customer's line: an IPv4 address, or an IPv6 /64, within which addresses cost nothing.
pub(crate) fn source_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// The table is whole after every statement that changes it, so a panic elsewhere spoils nothing.
fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
