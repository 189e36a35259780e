//! The clocks, read at one place and handed on as arguments.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use access::limits::WITNESS_TOLERANCE;
use ids::Timestamp;

/// How far the anchor of a steady clock stays behind: honest corrections of a minute are no step.
const FOLLOWS_EVERY: Duration = Duration::from_secs(60);

/// Where the engine takes time from: the wall clock, which people set, and the monotonic one, which
/// nobody does.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    monotonic: Arc<dyn Fn() -> Instant + Send + Sync>,
    anchor: Option<Arc<RwLock<Anchor>>>,
}

/// A moment on both clocks, from which a steady clock counts on.
#[derive(Clone, Copy)]
struct Anchor {
    wall: Timestamp,
    monotonic: Instant,
}

impl Clock {
    /// The machine's clocks, steady.
    pub fn system() -> Self {
        let wall = || {
            let since = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        };
        Self::of(wall, Instant::now).steady()
    }

    /// A wall clock that stands where `millis` says: tests push it. The monotonic one is the machine's.
    pub fn pushed(millis: Arc<AtomicI64>) -> Self {
        let wall = move || Timestamp::from_millis(millis.load(Ordering::SeqCst));
        Self::of(wall, Instant::now)
    }

    /// Both clocks from elsewhere: the simulated world (docs/simulated-world.md) has its own.
    pub fn of(
        wall: impl Fn() -> Timestamp + Send + Sync + 'static,
        monotonic: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Self {
        Self {
            wall: Arc::new(wall),
            monotonic: Arc::new(monotonic),
            anchor: None,
        }
    }

    /// The same clock, which does not follow a step of the wall clock by more than two minutes: it counts
    /// on with the monotonic one until the step is taken back or accepted. So a clock that is
    /// set while the gateway runs opens no window, ends no session, and puts no moment into the ledger
    /// behind which the right time would lie (invariant 14).
    pub fn steady(mut self) -> Self {
        self.anchor = Some(Arc::new(RwLock::new(self.anchor_now())));
        self
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        let Some(anchor) = &self.anchor else {
            return (self.wall)();
        };
        let (here, now) = (self.anchor_now(), *read(anchor));
        let expected = now.counted_to(here.monotonic);
        if here.is_a_step_from(expected) {
            return expected;
        }
        if here.monotonic.saturating_duration_since(now.monotonic) >= FOLLOWS_EVERY {
            *anchor.write().unwrap_or_else(PoisonError::into_inner) = here;
        }
        here.wall
    }

    /// What the wall clock says, if it was set by more than two minutes and nobody accepted that.
    pub(crate) fn stepped(&self) -> Option<Timestamp> {
        let (here, now) = (self.anchor_now(), *read(self.anchor.as_ref()?));
        let expected = now.counted_to(here.monotonic);
        here.is_a_step_from(expected).then_some(here.wall)
    }

    /// From now on the wall clock is right, wherever it stands.
    pub(crate) fn accept(&self) {
        if let Some(anchor) = &self.anchor {
            *anchor.write().unwrap_or_else(PoisonError::into_inner) = self.anchor_now();
        }
    }

    fn anchor_now(&self) -> Anchor {
        Anchor {
            wall: (self.wall)(),
            monotonic: (self.monotonic)(),
        }
    }

    /// The present moment on the clock that nobody sets: deadlines and waits are counted on it.
    pub(crate) fn monotonic(&self) -> Instant {
        (self.monotonic)()
    }
}

impl Anchor {
    /// What the wall clock says at this moment if nobody sets it.
    fn counted_to(self, monotonic: Instant) -> Timestamp {
        let passed = monotonic.saturating_duration_since(self.monotonic);
        self.wall.plus(passed)
    }

    fn is_a_step_from(self, expected: Timestamp) -> bool {
        let by = self.wall.since(expected).max(expected.since(self.wall));
        by > WITNESS_TOLERANCE
    }
}

fn read(anchor: &RwLock<Anchor>) -> std::sync::RwLockReadGuard<'_, Anchor> {
    anchor.read().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_795_000_000_000;
    const DAY: i64 = 86_400_000;

    /// A steady clock, its wall, and the milliseconds that have passed.
    fn clock() -> (Clock, Arc<AtomicI64>, Arc<AtomicI64>) {
        let (wall, passed) = (Arc::new(AtomicI64::new(START)), Arc::new(AtomicI64::new(0)));
        let (walls, passes, zero) = (Arc::clone(&wall), Arc::clone(&passed), Instant::now());
        let clock = Clock::of(
            move || Timestamp::from_millis(walls.load(Ordering::SeqCst)),
            move || {
                let passed = passes.load(Ordering::SeqCst);
                zero + Duration::from_millis(u64::try_from(passed).unwrap_or_default())
            },
        );
        (clock.steady(), wall, passed)
    }

    #[test]
    fn it_follows_an_honest_clock_and_its_corrections() {
        let (clock, wall, passed) = clock();
        for hour in 1..=100 {
            let (time, drift) = (hour * 3_600_000, hour * 1_000);
            passed.store(time, Ordering::SeqCst);
            wall.store(START + time + drift, Ordering::SeqCst);
            assert_eq!(clock.now().as_millis(), START + time + drift);
            assert_eq!(clock.stepped(), None);
        }
    }

    #[test]
    fn l22_a_step_is_not_followed_before_it_is_accepted() {
        for to in [START + DAY, START - DAY, 0, 946_684_800_000] {
            let (clock, wall, passed) = clock();
            wall.store(to, Ordering::SeqCst);
            assert_eq!(clock.now().as_millis(), START);
            assert_eq!(clock.stepped(), Some(Timestamp::from_millis(to)));
            passed.store(5000, Ordering::SeqCst);
            assert_eq!(clock.now().as_millis(), START + 5000);
            clock.accept();
            assert_eq!(clock.now().as_millis(), to);
            assert_eq!(clock.stepped(), None);
        }
    }

    #[test]
    fn a_step_that_is_taken_back_has_moved_nothing() {
        let (clock, wall, passed) = clock();
        wall.store(START + DAY, Ordering::SeqCst);
        passed.store(7000, Ordering::SeqCst);
        assert_eq!(clock.now().as_millis(), START + 7000);
        wall.store(START + 7001, Ordering::SeqCst);
        assert_eq!(clock.now().as_millis(), START + 7001);
        assert_eq!(clock.stepped(), None);
    }
}
