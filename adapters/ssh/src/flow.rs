//! How much may wait between two connections, and who is held when it is too much.
//!
//! A session has two transports and two directions, `up` (engineer to target) and `down`. What arrives
//! on one transport waits in a channel's queue until the other side's window takes it. `russh` refills
//! a window when bytes *arrive*, not when they are taken, so the window alone holds nobody:
//!
//! - **The target's transport** is not read while more than `HIGH` waits in `down` (its kernel then
//!   holds the target). If some of its channels are taken and only others are stalled, it is read at a
//!   crawl, so that one window left unread does not freeze its neighbours at once. So it is while a
//!   channel is waited for: its answer stands behind what the others were sent.
//! - **The engineer's transport** is never stopped: window adjustments arrive on it, and `down` drains
//!   by nothing else. Instead the windows of stalled channels are refilled by two bytes at a time
//!   (`russh` asks us how far, on this side only), and each such refill costs a pause of a few milliseconds.
//!
//! So there is no deadlock: `up` waits for the target's transport, which waits for `down`, which waits
//! for the engineer's transport, which waits for nobody.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use crate::limits::{HIGH, LOW, MOST_WAITING, PIECE_COST, STALLED};

/// What waits in one session, in both directions. One is made per session and given to both ends.
#[derive(Debug, Clone)]
pub struct Flow {
    pub(crate) up: Arc<Lane>,
    pub(crate) down: Arc<Lane>,
}

impl Flow {
    /// Nothing waits yet.
    pub fn new() -> Self {
        Self {
            up: Arc::new(Lane::new(Way::Up)),
            down: Arc::new(Lane::new(Way::Down)),
        }
    }

    /// Bytes on their way from engineer to target that no window has taken yet.
    pub fn waiting_up(&self) -> usize {
        self.up.waiting()
    }

    /// Bytes on their way from target to engineer that no window has taken yet.
    pub fn waiting_down(&self) -> usize {
        self.down.waiting()
    }

    /// Cuts both transports at once: what is in flight is lost. Waits for nobody.
    pub fn cut(&self) {
        self.up.cut();
        self.down.cut();
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self::new()
    }
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

/// How fast a transport may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Free,
    Crawl,
    Held,
}

/// One direction, counted where its bytes come in: on the transport of its sender.
#[derive(Debug)]
pub(crate) struct Lane {
    way: Way,
    waiting: AtomicUsize,
    open: AtomicUsize,
    stalled: AtomicUsize,
    trickled: AtomicBool,
    hurry: AtomicBool,
    cut: AtomicBool,
    reader: Mutex<Option<Waker>>,
    writer: Mutex<Option<Waker>>,
}

impl Lane {
    fn new(way: Way) -> Self {
        Self {
            way,
            waiting: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            stalled: AtomicUsize::new(0),
            trickled: AtomicBool::new(false),
            hurry: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            reader: Mutex::new(None),
            writer: Mutex::new(None),
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        wake(&self.reader);
        wake(&self.writer);
    }

    /// How the transport may be read, given that it `was_held` at the last look.
    pub(crate) fn pace(&self, was_held: bool) -> Pace {
        let waiting = self.waiting();
        if waiting <= if was_held { LOW } else { HIGH } {
            return Pace::Free;
        }
        match self.way {
            Way::Up => Pace::Crawl,
            Way::Down if waiting > MOST_WAITING => Pace::Held,
            Way::Down => {
                let taken =
                    self.open.load(Ordering::Acquire) > self.stalled.load(Ordering::Acquire);
                if taken { Pace::Crawl } else { Pace::Held }
            }
        }
    }

    /// A window was refilled by a trickle: the next read pauses.
    pub(crate) fn trickled(&self) {
        self.trickled.store(true, Ordering::Release);
    }

    pub(crate) fn take_trickled(&self) -> bool {
        self.trickled.swap(false, Ordering::AcqRel)
    }

    /// Whether a pause that runs is over because somebody took something.
    pub(crate) fn take_hurry(&self) -> bool {
        self.hurry.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn reader_waits(&self, waker: &Waker) {
        keep(&self.reader, waker);
    }

    pub(crate) fn writer_waits(&self, waker: &Waker) {
        keep(&self.writer, waker);
    }

    fn hurry(&self) {
        self.hurry.store(true, Ordering::Release);
        wake(&self.reader);
    }
}

fn keep(slot: &Mutex<Option<Waker>>, waker: &Waker) {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    match slot.as_mut() {
        Some(kept) => kept.clone_from(waker),
        None => *slot = Some(waker.clone()),
    }
}

fn wake(slot: &Mutex<Option<Waker>>) {
    let waker = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// What waits in one channel.
#[derive(Debug)]
pub(crate) struct Meter {
    lane: Arc<Lane>,
    waiting: AtomicUsize,
}

impl Meter {
    pub(crate) fn new(lane: &Arc<Lane>) -> Arc<Self> {
        lane.open.fetch_add(1, Ordering::AcqRel);
        Arc::new(Self {
            lane: Arc::clone(lane),
            waiting: AtomicUsize::new(0),
        })
    }

    /// For a channel that is not open yet. It counts as one that is taken, so that a transport that is
    /// held for the others is read, at a crawl, until the answer comes that lies behind their bytes.
    pub(crate) fn awaited(lane: &Arc<Lane>) -> Arc<Self> {
        let meter = Self::new(lane);
        lane.hurry();
        meter
    }

    /// Whether its window is to be refilled by a trickle only.
    pub(crate) fn is_stalled(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > STALLED || self.lane.waiting() > HIGH
    }

    /// Whether its sender has gone beyond everything that a sender who keeps to the window could.
    pub(crate) fn is_beyond(&self) -> bool {
        self.lane.way == Way::Up && self.lane.waiting() > MOST_WAITING
    }

    fn charge(&self, bytes: usize) {
        let before = self.waiting.fetch_add(bytes, Ordering::AcqRel);
        if before <= STALLED && before.saturating_add(bytes) > STALLED {
            self.lane.stalled.fetch_add(1, Ordering::AcqRel);
        }
        self.lane.waiting.fetch_add(bytes, Ordering::AcqRel);
    }

    fn release(&self, bytes: usize) {
        let before = self.waiting.fetch_sub(bytes, Ordering::AcqRel);
        let lane_before = self.lane.waiting.fetch_sub(bytes, Ordering::AcqRel);
        let mut wanted = lane_before > LOW && lane_before.saturating_sub(bytes) <= LOW;
        if before > STALLED && before.saturating_sub(bytes) <= STALLED {
            self.lane.stalled.fetch_sub(1, Ordering::AcqRel);
            wanted = true;
        }
        if wanted {
            self.lane.hurry();
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.lane.open.fetch_sub(1, Ordering::AcqRel);
        // The last channel that was taken may be gone: a held transport looks again.
        self.lane.hurry();
    }
}

/// Room that bytes take between the two connections. Keep it until they are sent; dropping it gives
/// the room back.
#[derive(Debug)]
pub struct Credit {
    bytes: usize,
    /// `None`: the room is another process's, which was told already that they came.
    meter: Option<Arc<Meter>>,
}

impl Credit {
    pub(crate) fn of_another_process() -> Self {
        Self {
            bytes: 0,
            meter: None,
        }
    }

    pub(crate) fn take(meter: &Arc<Meter>, bytes: usize) -> Self {
        let bytes = bytes.saturating_add(PIECE_COST);
        meter.charge(bytes);
        Self {
            bytes,
            meter: Some(Arc::clone(meter)),
        }
    }

    pub(crate) fn grow(&mut self, bytes: usize) {
        if let Some(meter) = &self.meter {
            meter.charge(bytes);
        }
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        if let Some(meter) = &self.meter {
            meter.release(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Credit, Flow, Meter, Pace};
    use crate::limits::{HIGH, MOST_WAITING, STALLED};

    #[test]
    fn what_is_taken_is_given_back_in_full() {
        let flow = Flow::new();
        let meter = Meter::new(&flow.down);
        let mut credit = Credit::take(&meter, 10);
        credit.grow(5);
        assert!(flow.waiting_down() >= 15);
        drop(credit);
        assert_eq!((flow.waiting_down(), flow.waiting_up()), (0, 0));
    }

    #[test]
    fn the_target_is_held_when_its_only_channel_stalls_and_crawls_beside_one_that_is_taken() {
        let flow = Flow::new();
        let stalled = Meter::new(&flow.down);
        let credit = Credit::take(&stalled, HIGH);
        assert_eq!(flow.down.pace(false), Pace::Held);
        let taken = Meter::new(&flow.down);
        assert_eq!(flow.down.pace(false), Pace::Crawl);
        let _more = Credit::take(&stalled, MOST_WAITING);
        assert_eq!(flow.down.pace(false), Pace::Held);
        drop((credit, taken));
    }

    #[test]
    fn a_target_that_is_held_is_read_while_a_channel_is_waited_for() {
        let flow = Flow::new();
        let stalled = Meter::new(&flow.down);
        let _credit = Credit::take(&stalled, HIGH);
        assert_eq!(flow.down.pace(true), Pace::Held);
        let awaited = Meter::awaited(&flow.down);
        assert!(flow.down.take_hurry(), "whoever reads it looks again");
        assert_eq!(flow.down.pace(true), Pace::Crawl);
        drop(awaited);
        assert_eq!(flow.down.pace(true), Pace::Held);
    }

    #[test]
    fn the_engineer_is_never_held() {
        let flow = Flow::new();
        let meter = Meter::new(&flow.up);
        let _credit = Credit::take(&meter, MOST_WAITING);
        assert_eq!(flow.up.pace(false), Pace::Crawl);
        assert!(meter.is_beyond());
    }

    #[test]
    fn a_held_transport_is_free_again_only_well_below_the_mark() {
        let flow = Flow::new();
        let meter = Meter::new(&flow.down);
        let first = Credit::take(&meter, HIGH / 2 + STALLED);
        let second = Credit::take(&meter, HIGH / 2);
        assert_eq!(flow.down.pace(false), Pace::Held);
        drop(second);
        assert_eq!(flow.down.pace(true), Pace::Held);
        assert_eq!(flow.down.pace(false), Pace::Free);
        drop(first);
        assert_eq!(flow.down.pace(true), Pace::Free);
        assert!(flow.down.take_hurry());
    }
}
