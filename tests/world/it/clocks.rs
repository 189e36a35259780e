//! The world's clocks: one that nobody sets, which the runtime pushes, and the gateway's wall clock, which
//! people set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ids::Timestamp;
use tokio::time::Instant;

#[derive(Clone)]
pub(crate) struct Clocks {
    begin: Instant,
    wall_at_begin: i64,
    /// How far the wall clock was set, in milliseconds.
    set: Arc<AtomicI64>,
}

impl Clocks {
    pub(crate) fn beginning(wall: Timestamp) -> Self {
        Self {
            begin: Instant::now(),
            wall_at_begin: wall.as_millis(),
            set: Arc::default(),
        }
    }

    /// Milliseconds since the world began.
    pub(crate) fn elapsed(&self) -> u64 {
        u64::try_from((Instant::now() - self.begin).as_millis()).unwrap_or(u64::MAX)
    }

    /// What the gateway's wall clock says.
    pub(crate) fn wall(&self) -> Timestamp {
        let elapsed = i64::try_from(self.elapsed()).unwrap_or(i64::MAX);
        let set = self.set.load(Ordering::SeqCst);
        Timestamp::from_millis(self.wall_at_begin + elapsed + set)
    }

    /// Sets the wall clock forward or back.
    pub(crate) fn step(&self, millis: i64) {
        self.set.fetch_add(millis, Ordering::SeqCst);
    }

    /// What the engine reads.
    pub(crate) fn of_the_engine(&self) -> engine::Clock {
        let wall = self.clone();
        engine::Clock::of(move || wall.wall(), || Instant::now().into_std())
    }
}
