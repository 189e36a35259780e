//! What an attendant sees of a session: its open channels, and what passes to their screens.
//!
//! A watcher is shown the present state first, then everything in order. One who reads more slowly
//! than the session speaks loses output, is told so, and is shown the present state again: the
//! session never waits for who watches it.
//!
//! A desktop is drawn here as it is recorded. Each watcher is shown what changed since they last saw it, as it is when
//! they have time to look: so many of them, on so slow a line, cost no more than the screen itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use access::Frozen;
use recording::{Terminal, What};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use wire::rfb::{Canvas, Damage, Painted, PixelFormat, ServerSize};

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
    /// A desktop, or a part of it, as an attendant sees it now: an update of RFB in
    /// [`PixelFormat::OURS`]. Made for each of them, and never shown by a proxy.
    Picture {
        /// Which channel's.
        channel: u32,
        /// The update.
        bytes: Arc<[u8]>,
    },
    /// From here on a desktop's pixels are written so. For the stage alone: nobody is shown it.
    Pixels {
        /// Which channel's.
        channel: u32,
        /// As [`What::Desktop`] has it.
        pixels: String,
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
            Self::Output { bytes, .. } | Self::Picture { bytes, .. } => bytes.len(),
            Self::Notice(text) => text.len(),
            Self::Opened { .. }
            | Self::Resized { .. }
            | Self::Closed { .. }
            | Self::Pixels { .. }
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
    /// A desktop as it is now.
    desktop: Option<Canvas>,
}

/// Pixels that are shown to a watcher at once.
const MOST_PIXELS: usize = 1 << 18;

/// A desktop that can be shown; `None` for anything else, and for one that is too large.
fn desktop(what: &What) -> Option<Canvas> {
    let What::Desktop {
        width,
        height,
        pixels,
        ..
    } = what
    else {
        return None;
    };
    let size = ServerSize::new(*width, *height).ok()?;
    Canvas::new(size, format(pixels)?).ok()
}

fn format(digits: &str) -> Option<PixelFormat> {
    let bytes = data_encoding::HEXLOWER.decode(digits.as_bytes()).ok()?;
    PixelFormat::read(bytes.first_chunk()?).ok()
}

/// What a watcher is told for what a proxy shows; `None` where it is for the stage alone.
fn told(shown: &Shown) -> Option<Shown> {
    if matches!(shown, Shown::Pixels { .. } | Shown::Picture { .. }) {
        return None;
    }
    let mut told = shown.clone();
    if let Shown::Opened {
        what: What::Desktop { pixels, .. },
        ..
    } = &mut told
    {
        // Pictures are shown in one format, whatever the desktop's own is.
        *pixels = data_encoding::HEXLOWER.encode(PixelFormat::OURS.as_bytes());
    }
    Some(told)
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
        if scene.draws(channel, bytes) {
            return;
        }
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
        let (now, unseen) = (scene.now(), scene.unseen());
        {
            let mut waiting = lock(&watcher.waiting);
            waiting.shown.extend(now);
            waiting.unseen = unseen;
        }
        scene.watchers.push(Arc::clone(&watcher));
        watcher
    }

    /// What of the desktops this watcher has not seen yet, as it is now: a part of it.
    pub(crate) fn picture(&self, watcher: &Watcher) -> Option<Shown> {
        let scene = lock(&self.0);
        let mut waiting = lock(&watcher.waiting);
        // Whatever waits was before it: that a desktop was opened, to begin with.
        if !waiting.shown.is_empty() {
            return None;
        }
        let mut unseen = waiting.unseen.iter_mut();
        let (&channel, unseen) = unseen.find(|(_, unseen)| !unseen.damage.is_empty())?;
        let canvas = scene.channels.get(&channel)?.desktop.as_ref()?;
        let mut bytes = Vec::new();
        if !std::mem::replace(&mut unseen.begun, true) {
            bytes = canvas.begin();
        }
        bytes.extend(canvas.picture(&unseen.damage.take(MOST_PIXELS)));
        Some(Shown::Picture {
            channel,
            bytes: bytes.into(),
        })
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
                    desktop: if terminal.is_none() {
                        desktop(what)
                    } else {
                        None
                    },
                };
                let unseen = open.desktop.as_ref().map(Unseen::of);
                self.channels.insert(*channel, open);
                self.see(*channel, unseen.as_ref());
            }
            Shown::Pixels { channel, pixels } => {
                let open = self.channels.get_mut(channel);
                let canvas = open.and_then(|open| open.desktop.as_mut());
                if let (Some(canvas), Some(format)) = (canvas, format(pixels))
                    && canvas.write_as(format)
                {
                    let unseen = Unseen::of(canvas);
                    self.see(*channel, Some(&unseen));
                }
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
                self.see(*channel, None);
            }
            Shown::Frozen(frozen) => self.frozen = *frozen,
            Shown::Lost | Shown::Notice(_) | Shown::Picture { .. } => {}
        }
    }

    /// Whether it is a desktop that says this. It is drawn, and is what watchers have not seen yet.
    fn draws(&mut self, channel: u32, bytes: &[u8]) -> bool {
        let Some(open) = self.channels.get_mut(&channel) else {
            return false;
        };
        let Some(canvas) = open.desktop.as_mut() else {
            return matches!(open.what, What::Desktop { .. });
        };
        let mut painted = Painted::default();
        if let Err(wrong) = canvas.take(bytes, &mut painted) {
            // The session goes on, and is recorded; it cannot be watched any more.
            tracing::warn!(%wrong, "a desktop cannot be shown to who attends");
            open.desktop = None;
            self.see(channel, None);
            return true;
        }
        if painted.resized {
            let unseen = Unseen::of(canvas);
            self.see(channel, Some(&unseen));
            return true;
        }
        for watcher in &self.watchers {
            watcher.has_not_seen(channel, &painted);
        }
        true
    }

    /// Nobody has seen this desktop as it is now; or there is none any more.
    fn see(&self, channel: u32, unseen: Option<&Unseen>) {
        for watcher in &self.watchers {
            let mut waiting = lock(&watcher.waiting);
            match unseen {
                Some(unseen) => drop(waiting.unseen.insert(channel, unseen.clone())),
                None => drop(waiting.unseen.remove(&channel)),
            }
            watcher.told.notify_one();
        }
    }

    /// Every desktop, for somebody who saw nothing.
    fn unseen(&self) -> BTreeMap<u32, Unseen> {
        let of = |(channel, open): (&u32, &Open)| {
            let canvas = open.desktop.as_ref()?;
            Some((*channel, Unseen::of(canvas)))
        };
        self.channels.iter().filter_map(of).collect()
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
        let Some(shown) = &told(shown) else {
            return;
        };
        // Made at most once, however many are too slow at once.
        let mut now = None;
        for watcher in &self.watchers {
            if !watcher.add(shown) {
                let now = now.get_or_insert_with(|| (self.now(), self.unseen()));
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
            now.extend(told(&Shown::Opened {
                channel,
                what: open.what.clone(),
                terminal: open.terminal.clone(),
            }));
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
    unseen: BTreeMap<u32, Unseen>,
}

/// What somebody has not seen of a desktop.
#[derive(Clone)]
struct Unseen {
    damage: Damage,
    /// They know its size.
    begun: bool,
}

impl Unseen {
    fn of(canvas: &Canvas) -> Self {
        Self {
            damage: Damage::whole(canvas.size()),
            begun: false,
        }
    }
}

impl Watcher {
    /// The next thing to see.
    pub(crate) fn take(&self) -> Option<Shown> {
        let mut waiting = lock(&self.waiting);
        let shown = waiting.shown.pop_front()?;
        waiting.weight = waiting.weight.saturating_sub(shown.weight());
        Some(shown)
    }

    /// Whether something of a desktop was not seen yet.
    pub(crate) fn has_unseen(&self) -> bool {
        let waiting = lock(&self.waiting);
        let mut unseen = waiting.unseen.values();
        unseen.any(|unseen| !unseen.damage.is_empty())
    }

    fn has_not_seen(&self, channel: u32, painted: &Painted) {
        let mut waiting = lock(&self.waiting);
        if let Some(unseen) = waiting.unseen.get_mut(&channel) {
            painted
                .places
                .iter()
                .for_each(|place| unseen.damage.add(*place));
            self.told.notify_one();
        }
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

    fn begin_again(&self, (now, unseen): &(Vec<Shown>, BTreeMap<u32, Unseen>)) {
        let mut waiting = lock(&self.waiting);
        waiting.shown.clear();
        waiting.shown.push_back(Shown::Lost);
        waiting.shown.extend(now.iter().cloned());
        waiting.unseen.clone_from(unseen);
        // The present state is bounded by itself; what follows it is counted.
        waiting.weight = 0;
        self.told.notify_one();
    }
}

#[cfg(test)]
mod tests;
