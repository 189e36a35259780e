//! How fast a page may speak.

use std::time::{Duration, Instant};

/// Messages a second, in the long run: keys held down repeat thirty times a second, a window that is
/// dragged says so sixty times, output at full speed is acknowledged a few hundred times.
const A_SECOND: u32 = 1000;

/// Messages at once: a long paste, and what waited on a slow line.
const AT_ONCE: u32 = 4000;

/// Counts the messages of one line.
#[derive(Debug)]
pub(super) struct Pace {
    left: u32,
    counted: Instant,
}

impl Pace {
    /// Nothing was said yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            left: AT_ONCE,
            counted: now,
        }
    }

    /// Counts one message. False if it is too many.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.counted);
        let more = passed.as_micros().saturating_mul(u128::from(A_SECOND)) / 1_000_000;
        if more > 0 {
            let more = u32::try_from(more).unwrap_or(u32::MAX);
            self.left = self.left.saturating_add(more).min(AT_ONCE);
            self.counted = now;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

/// How often a page is asked whether it is there, and how long it may be silent: four times that.
pub(super) const ASK_EVERY: Duration = Duration::from_secs(5);
pub(super) const SILENT_FOR: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l36_a_flood_is_too_many_and_a_steady_stream_is_not() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let flood = (0..AT_ONCE + 1).filter(|_| pace.allows(start)).count();
        assert_eq!(flood, usize::try_from(AT_ONCE).unwrap());
        let mut steady = Pace::new(start);
        for millis in 0..20_000 {
            assert!(steady.allows(start + Duration::from_millis(millis)));
        }
    }
}
