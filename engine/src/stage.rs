//! What an attendant sees of a session: its open channels, and what passes to their screens.
//!
//! A watcher is shown the present state first, then everything in order. One who reads more slowly
//! than the session speaks loses output, is told so, and is shown the present state again: the
//! session never waits for who watches it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use access::Frozen;
use recording::{Terminal, What};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::live::lock;

/// Bytes of a terminal's last output that are kept for who comes later: more than a full screen of
/// 80 × 50 with its colours.
const TAIL: usize = 16 * 1024;
/// Terminals of one session of which the last output is kept; a person has few windows open.
const MOST_TAILS: usize = 16;
/// Bytes that may wait for one watcher: a second of a fast terminal.
const MOST_WAITING: usize = 256 * 1024;
/// What a thing that is shown weighs beside its bytes.
const WEIGHT: usize = 64;

/// Something that an attendant sees. Bytes are the target's, as they were: whoever shows them to a
/// person makes them inert (lesson L28).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A channel was opened, or is open.
    Opened {
        /// Its number in the session.
        channel: u32,
        /// For what.
        what: What,
        /// Its terminal as it is now, if it has one.
        terminal: Option<Terminal>,
    },
    /// Output of a channel; for one that was open before, the last of it.
    Output {
        /// Which channel's.
        channel: u32,
        /// What the target sent.
        bytes: Arc<[u8]>,
    },
    /// A terminal changed its size.
    Resized {
        /// Which channel's.
        channel: u32,
        /// Columns, in characters.
        columns: u32,
        /// Rows, in characters.
        rows: u32,
    },
    /// A channel was closed.
    Closed {
        /// Which.
        channel: u32,
    },
    /// Nothing passes any more, or it goes on.
    Frozen(Option<Frozen>),
    /// Output was lost because it was read too slowly. Everything that was shown is void; what
    /// follows is the present state.
    Lost,
    /// A sentence of the proxy's.
    Notice(String),
}

impl Shown {
    fn weight(&self) -> usize {
        let bytes = match self {
            Self::Output { bytes, .. } => bytes.len(),
            Self::Notice(text) => text.len(),
            Self::Opened { .. }
            | Self::Resized { .. }
            | Self::Closed { .. }
            | Self::Frozen(_)
            | Self::Lost => 0,
        };
        bytes + WEIGHT
    }
}

/// The stage of one session.
#[derive(Default)]
pub(crate) struct Stage(Mutex<Scene>);

#[derive(Default)]
struct Scene {
    channels: BTreeMap<u32, Open>,
    frozen: Option<Frozen>,
    watchers: Vec<Arc<Watcher>>,
}

/// An open channel.
struct Open {
    what: What,
    terminal: Option<Terminal>,
    tail: Option<VecDeque<u8>>,
}

impl Stage {
    /// Shows something to everybody who watches.
    pub(crate) fn show(&self, shown: Shown) {
        let mut scene = lock(&self.0);
        scene.learn(&shown);
        scene.tell(&shown);
    }

    /// Shows output. Without watchers only a terminal's last output is kept.
    pub(crate) fn show_output(&self, channel: u32, bytes: &[u8]) {
        let mut scene = lock(&self.0);
        scene.keep(channel, bytes);
        if !scene.watchers.is_empty() {
            let bytes = Arc::from(bytes);
            scene.tell(&Shown::Output { channel, bytes });
        }
    }

    /// A new watcher, who is shown the present state first.
    pub(crate) fn watch(&self) -> Arc<Watcher> {
        let mut scene = lock(&self.0);
        let watcher = Arc::new(Watcher::default());
        lock(&watcher.waiting).shown.extend(scene.now());
        scene.watchers.push(Arc::clone(&watcher));
        watcher
    }

    /// Nothing more is shown to this watcher.
    pub(crate) fn leave(&self, watcher: &Arc<Watcher>) {
        let mut scene = lock(&self.0);
        scene.watchers.retain(|other| !Arc::ptr_eq(other, watcher));
        watcher.left.store(true, Ordering::SeqCst);
        watcher.told.notify_one();
    }
}

impl Scene {
    fn learn(&mut self, shown: &Shown) {
        match shown {
            Shown::Opened {
                channel,
                what,
                terminal,
            } => {
                let tails = self.channels.values().filter(|open| open.tail.is_some());
                let kept = terminal.is_some() && tails.count() < MOST_TAILS;
                let open = Open {
                    what: what.clone(),
                    terminal: terminal.clone(),
                    tail: kept.then(VecDeque::new),
                };
                self.channels.insert(*channel, open);
            }
            Shown::Output { channel, bytes } => self.keep(*channel, bytes),
            Shown::Resized {
                channel,
                columns,
                rows,
            } => {
                let open = self.channels.get_mut(channel);
                if let Some(terminal) = open.and_then(|open| open.terminal.as_mut()) {
                    (terminal.columns, terminal.rows) = (*columns, *rows);
                }
            }
            Shown::Closed { channel } => {
                self.channels.remove(channel);
            }
            Shown::Frozen(frozen) => self.frozen = *frozen,
            Shown::Lost | Shown::Notice(_) => {}
        }
    }

    /// Keeps the last of a terminal's output.
    fn keep(&mut self, channel: u32, bytes: &[u8]) {
        let open = self.channels.get_mut(&channel);
        let Some(tail) = open.and_then(|open| open.tail.as_mut()) else {
            return;
        };
        let last = bytes.len().saturating_sub(TAIL);
        let last = bytes.get(last..).unwrap_or_default();
        let over = (tail.len() + last.len()).saturating_sub(TAIL);
        tail.drain(..over);
        tail.extend(last);
    }

    fn tell(&mut self, shown: &Shown) {
        // Made at most once, however many are too slow at once.
        let mut now = None;
        for watcher in &self.watchers {
            if !watcher.add(shown) {
                let now = now.get_or_insert_with(|| self.now());
                watcher.begin_again(now);
            }
        }
    }

    /// The present state.
    fn now(&self) -> Vec<Shown> {
        let mut now = Vec::new();
        if self.frozen.is_some() {
            now.push(Shown::Frozen(self.frozen));
        }
        for (&channel, open) in &self.channels {
            now.push(Shown::Opened {
                channel,
                what: open.what.clone(),
                terminal: open.terminal.clone(),
            });
            let tail = open.tail.iter().flatten().copied();
            let bytes: Arc<[u8]> = tail.collect();
            if !bytes.is_empty() {
                now.push(Shown::Output { channel, bytes });
            }
        }
        now
    }
}

/// One window of an attendant.
#[derive(Default)]
pub(crate) struct Watcher {
    waiting: Mutex<Waiting>,
    left: AtomicBool,
    /// One reader waits here at most.
    pub(crate) told: Notify,
}

#[derive(Default)]
struct Waiting {
    shown: VecDeque<Shown>,
    weight: usize,
}

impl Watcher {
    /// The next thing to see.
    pub(crate) fn take(&self) -> Option<Shown> {
        let mut waiting = lock(&self.waiting);
        let shown = waiting.shown.pop_front()?;
        waiting.weight = waiting.weight.saturating_sub(shown.weight());
        Some(shown)
    }

    /// Whether nothing more is shown.
    pub(crate) fn has_left(&self) -> bool {
        self.left.load(Ordering::SeqCst)
    }

    /// False if too much waits already.
    fn add(&self, shown: &Shown) -> bool {
        let mut waiting = lock(&self.waiting);
        waiting.weight += shown.weight();
        if waiting.weight > MOST_WAITING {
            return false;
        }
        waiting.shown.push_back(shown.clone());
        self.told.notify_one();
        true
    }

    fn begin_again(&self, now: &[Shown]) {
        let mut waiting = lock(&self.waiting);
        waiting.shown.clear();
        waiting.shown.push_back(Shown::Lost);
        waiting.shown.extend(now.iter().cloned());
        // The present state is bounded by itself; what follows it is counted.
        waiting.weight = 0;
        self.told.notify_one();
    }
}

#[cfg(test)]
mod tests;
