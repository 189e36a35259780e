//! The engineer's open channels, for what the gateway itself has to say in them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use access::EndReason;
use engine::Notice;
use tokio::sync::mpsc;

/// How much may wait to be said in one channel. What a window does not show for so long, nobody reads.
const MOST_WAITING: usize = 16;

/// Something to say in a channel.
#[derive(Debug, Clone)]
pub(super) enum Tell {
    /// To terminals: something happened to the session.
    Notice(Notice),
    /// To terminals: its time is over in a moment, and nobody will be able to say so then.
    Deadline,
    /// To everybody: it is over, and the channel closes.
    Ended(EndReason),
}

/// What a channel is told, in order.
pub(super) type Told = mpsc::Receiver<Tell>;

/// The channels by their numbers in the session.
#[derive(Debug, Default)]
pub(super) struct Windows(Mutex<BTreeMap<u32, mpsc::Sender<Tell>>>);

impl Windows {
    fn open(&self) -> MutexGuard<'_, BTreeMap<u32, mpsc::Sender<Tell>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A channel that is to be told. It leaves when what it was given is dropped.
    pub(super) fn add(&self, channel: u32) -> Told {
        let (sender, told) = mpsc::channel(MOST_WAITING);
        let mut open = self.open();
        open.retain(|_, sender| !sender.is_closed());
        open.insert(channel, sender);
        told
    }

    /// Tells every channel. One that shows nothing any more misses it.
    pub(super) fn tell(&self, tell: &Tell) {
        for sender in self.open().values() {
            let _full_or_gone = sender.try_send(tell.clone());
        }
    }
}
