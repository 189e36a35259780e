//! The terminal in the page: an engineer's SSH client that runs in the gateway and is typed into from a
//! browser.
//!
//! ```text
//! page ⇄ WebSocket ⇄ a seat here ⇄ SSH, in memory ⇄ the same proxy as everybody's ⇄ SSH ⇄ target
//! ```
//!
//! The session behind it is a session like any other (decision 0025): opened by the same decision for
//! the identity of the browser's sign-in, carried by the same proxy, asked for its channels and files
//! at the same door, recorded, masked, paused and ended in the same place. Nothing here decides.
//!
//! A desktop is one more place to sit at, in the same way (decision 0046, [`desktop`]).
//!
//! What is here is what an SSH client has: a terminal, its output until somebody has seen it, and files.
//! A page may lose its line; its terminal stays seated for [`GRACE`].

mod carrier;
mod desktop;
mod files;
mod handed;
mod handshake;
mod kept;
mod line;
mod messages;
mod opening;
mod pace;
mod painting;
mod seat;
mod serving;
mod shell;
mod tickets;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ids::VisitId;
use tokio::runtime::Handle;
use wire::Secret;

pub use carrier::{Carrier, Near, Opening, Wish};
pub(crate) use handed::{bring, fetch, list};
pub(crate) use messages::language_variable;
pub(crate) use seat::Seat;
pub(crate) use serving::line;
pub(crate) use tickets::Tickets;

/// How long a terminal stays seated without its page: a telephone that changes from one mast to the
/// next, a laptop that was closed by mistake. Nothing can be typed meanwhile, and whatever ends the
/// session ends it.
pub const GRACE: Duration = Duration::from_secs(60);

/// Terminals at one gateway, those that are being opened included: each holds a few megabytes at worst.
const MOST_SEATS: usize = 128;

/// Every terminal that is open in a page of this gateway.
#[derive(Clone)]
pub struct Terminals(Arc<Inner>);

struct Inner {
    /// `None`: there is nobody here who carries sessions.
    carrier: Option<(Carrier, Handle)>,
    grace: Duration,
    tickets: Tickets,
    seats: Mutex<HashMap<Key, Place>>,
}

/// Whose terminal: one visit, one sign-in. Another sign-in of the same person has its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    visit: VisitId,
    sign_in: [u8; 32],
}

impl Key {
    /// Of the sign-in with this token.
    pub(crate) fn of(visit: &VisitId, token: &Secret) -> Self {
        Self {
            visit: visit.clone(),
            sign_in: digest(token.reveal().as_bytes()),
        }
    }
}

/// SHA-256: what must not lie in memory as itself is compared by it.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap_or_default()
}

enum Place {
    /// Somebody is about to sit down.
    Kept,
    Taken(Arc<Seat>),
}

/// What there is under a key.
pub(crate) enum Found {
    /// A terminal.
    Seat(Arc<Seat>),
    /// One is being opened just now.
    Opening,
    /// There are as many as there may be.
    Full,
    /// Nothing; it is kept for whoever asked, who opens it or lets go.
    Nothing(Reserved),
}

/// A place that is kept for a terminal. Dropped, it is free again.
pub(crate) struct Reserved {
    terminals: Terminals,
    key: Key,
    taken: bool,
}

impl Terminals {
    /// Terminals whose sessions this carries; they run on that runtime, as every session does
    /// (decision 0008).
    pub fn new(carrier: Carrier, data: Handle) -> Self {
        Self::with(Some((carrier, data)), GRACE)
    }

    /// The same, where a terminal stays seated for so long without its page.
    pub fn with_grace(carrier: Carrier, data: Handle, grace: Duration) -> Self {
        Self::with(Some((carrier, data)), grace)
    }

    /// Where nobody carries sessions: no terminal opens.
    pub fn none() -> Self {
        Self::with(None, GRACE)
    }

    fn with(carrier: Option<(Carrier, Handle)>, grace: Duration) -> Self {
        Self(Arc::new(Inner {
            carrier,
            grace,
            tickets: Tickets::default(),
            seats: Mutex::default(),
        }))
    }

    pub(crate) fn grace(&self) -> Duration {
        self.0.grace
    }

    pub(crate) fn tickets(&self) -> &Tickets {
        &self.0.tickets
    }

    pub(crate) fn carrier(&self) -> Option<&(Carrier, Handle)> {
        self.0.carrier.as_ref()
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<Key, Place>> {
        self.0.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The terminal under a key, if there is one.
    pub(crate) fn seat(&self, key: &Key) -> Option<Arc<Seat>> {
        match self.seats().get(key) {
            Some(Place::Taken(seat)) => Some(Arc::clone(seat)),
            Some(Place::Kept) | None => None,
        }
    }

    /// The terminal under a key, or the place for one.
    pub(crate) fn find(&self, key: &Key) -> Found {
        let mut seats = self.seats();
        let full = seats.len() >= MOST_SEATS;
        match seats.entry(key.clone()) {
            Entry::Occupied(place) => match place.get() {
                Place::Kept => Found::Opening,
                Place::Taken(seat) => Found::Seat(Arc::clone(seat)),
            },
            Entry::Vacant(_) if full => Found::Full,
            Entry::Vacant(place) => {
                place.insert(Place::Kept);
                Found::Nothing(Reserved {
                    terminals: self.clone(),
                    key: key.clone(),
                    taken: false,
                })
            }
        }
    }

    fn leave(&self, key: &Key) {
        self.seats().remove(key);
    }
}

impl Reserved {
    /// Seats a terminal there, until it is over.
    pub(crate) fn sit(mut self, seat: &Arc<Seat>) {
        self.taken = true;
        let taken = Place::Taken(Arc::clone(seat));
        self.terminals.seats().insert(self.key.clone(), taken);
        let (terminals, key) = (self.terminals.clone(), self.key.clone());
        let seat = Arc::clone(seat);
        let clearing = async move {
            seat.run().await;
            terminals.leave(&key);
        };
        if let Some((_, data)) = self.terminals.carrier() {
            data.spawn(clearing);
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.taken {
            self.terminals.leave(&self.key);
        }
    }
}
