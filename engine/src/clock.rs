//! The clocks, read at one place and handed on as arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ids::Timestamp;

/// Where the engine takes time from: the wall clock, which people set, and the monotonic one, which
/// nobody does.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    monotonic: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl Clock {
    /// The machine's clocks.
    pub fn system() -> Self {
        let wall = || {
            let since = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        };
        Self::of(wall, Instant::now)
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
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        (self.wall)()
    }

    /// The present moment on the clock that nobody sets: deadlines and waits are counted on it.
    pub(crate) fn monotonic(&self) -> Instant {
        (self.monotonic)()
    }
}
