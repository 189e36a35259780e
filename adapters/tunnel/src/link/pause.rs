//! How long to wait before the relay is dialled again.

use std::time::Duration;

/// The first pause: a relay that is restarted is back in a moment.
const FIRST: Duration = Duration::from_millis(500);

/// The longest: a relay that was away for a day is found again within half a minute.
const LONGEST: Duration = Duration::from_secs(30);

/// A connection that lived so long was a good one. One that ends sooner, again and again, is not
/// dialled twice a second for ever.
const GOOD: Duration = Duration::from_secs(10);

/// Grows with each failure.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    failures: u32,
}

impl Pauses {
    /// The next pause, after a connection that lived for `lived`. `random` spreads the gateways of a
    /// relay that was restarted: between half and all of the pause.
    pub(super) fn next(&mut self, lived: Duration, random: u32) -> Duration {
        if lived >= GOOD {
            self.failures = 0;
        }
        let pause = FIRST
            .saturating_mul(1u32.checked_shl(self.failures).unwrap_or(u32::MAX))
            .min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let half = pause / 2;
        // The upper 16 bits: a part of 65,536.
        let part = (half * (random >> 16)) / (1 << 16);
        (half + part).max(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_a_minute_and_are_never_longer() {
        let mut pauses = Pauses::default();
        let all: Vec<Duration> = (0..100)
            .map(|_| pauses.next(Duration::ZERO, u32::MAX))
            .collect();
        assert!(all.is_sorted());
        assert!(all.iter().all(|pause| *pause >= FIRST && *pause <= LONGEST));
        assert!(*all.last().unwrap() > LONGEST - FIRST);
    }

    #[test]
    fn no_randomness_still_leaves_half() {
        let mut pauses = Pauses::default();
        let last = (0..20).map(|_| pauses.next(Duration::ZERO, 0)).last();
        assert_eq!(last, Some(LONGEST / 2));
    }

    #[test]
    fn after_a_good_connection_it_is_dialled_at_once_again() {
        let mut pauses = Pauses::default();
        for _ in 0..20 {
            pauses.next(Duration::ZERO, 0);
        }
        assert_eq!(pauses.next(GOOD, 0), FIRST);
    }
}
