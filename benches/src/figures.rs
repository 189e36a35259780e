//! Medians, percentiles, and an order that nobody chose.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The value below which `percent` of the samples lie; 0 of none.
pub(crate) fn percentile(samples: &[f64], percent: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let at = sorted.len() * percent / 100;
    sorted.get(at.min(last)).copied().unwrap_or_default()
}

/// The middle one; of an even number the mean of the middle two; 0 of none.
pub(crate) fn median(samples: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = samples.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 {
        at(half)
    } else {
        (at(half.saturating_sub(1)) + at(half)) / 2.0
    }
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// A random order, so that no peer always comes after the same other one.
#[derive(Debug)]
pub(crate) struct Shuffle(u64);

impl Shuffle {
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seed = since.map_or(1, |since| u64::from(since.subsec_nanos()) | 1);
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn shuffled<T>(&mut self, things: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut drawn: Vec<(u64, T)> = things
            .into_iter()
            .map(|thing| (self.next(), thing))
            .collect();
        drawn.sort_unstable_by_key(|(lot, _)| *lot);
        drawn.into_iter().map(|(_, thing)| thing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Shuffle, median, percentile};

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert!((median([4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!((median([9.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!(median([]).abs() < 1e-9);
    }

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let samples: Vec<f64> = (0..100u32).rev().map(f64::from).collect();
        assert!((percentile(&samples, 50) - 50.0).abs() < 1e-9);
        assert!((percentile(&samples, 100) - 99.0).abs() < 1e-9);
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut drawn = Shuffle::new().shuffled(0..50);
        drawn.sort_unstable();
        assert_eq!(drawn, (0..50).collect::<Vec<_>>());
    }
}
