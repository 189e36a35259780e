//! Memory with a bound: what was touched longest ago is forgotten first.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ids::Timestamp;

/// A map of at most `MOST` entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounded<K, V, const MOST: usize> {
    entries: BTreeMap<K, (u64, V)>,
    /// By when they were touched: counted, so that two of one moment have an order.
    touched: BTreeMap<u64, K>,
    touches: u64,
}

impl<K, V, const MOST: usize> Default for Bounded<K, V, MOST> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            touched: BTreeMap::new(),
            touches: 0,
        }
    }
}

impl<K: Ord + Clone, V, const MOST: usize> Bounded<K, V, MOST> {
    pub(crate) fn known(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// What is kept under this key, new where nothing was; it is now the one that was touched last.
    pub(crate) fn touch(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.touches = self.touches.saturating_add(1);
        let now = self.touches;
        if let Some((then, _)) = self.entries.get(&key) {
            self.touched.remove(then);
        } else if self.entries.len() >= MOST
            && let Some((_, oldest)) = self.touched.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.touched.insert(now, key.clone());
        let (then, value) = self.entries.entry(key).or_default();
        *then = now;
        value
    }

    pub(crate) fn forget(&mut self, key: &K) {
        if let Some((then, _)) = self.entries.remove(key) {
            self.touched.remove(&then);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, (_, value))| (key, value))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Into how many grains a stretch of time is cut: so many numbers a tally keeps at the most.
const GRAINS: u32 = 64;

/// How often something happened within a stretch of time that moves along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally(VecDeque<(Timestamp, u64)>);

impl Tally {
    /// It happened so often once more; how often it has happened in the last `within`.
    pub(crate) fn add(&mut self, at: Timestamp, times: u64, within: Duration) -> u64 {
        while self
            .0
            .front()
            .is_some_and(|(then, _)| at.since(*then) > within)
        {
            self.0.pop_front();
        }
        match self.0.back_mut() {
            Some((then, so_often)) if at.since(*then) < within / GRAINS => {
                *so_often = so_often.saturating_add(times);
            }
            Some(_) | None => self.0.push_back((at, times)),
        }
        self.0
            .iter()
            .fold(0, |sum, (_, times)| sum.saturating_add(*times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_touched_longest_ago_is_forgotten_first() {
        let mut kept: Bounded<u8, u8, 2> = Bounded::default();
        *kept.touch(1) += 1;
        *kept.touch(2) += 1;
        *kept.touch(1) += 1;
        *kept.touch(3) += 1;
        assert_eq!(kept.iter().collect::<Vec<_>>(), [(&1, &2), (&3, &1)]);
        kept.forget(&1);
        assert_eq!((kept.len(), kept.known(&1)), (1, None));
    }

    #[test]
    fn a_tally_counts_what_lies_within_its_stretch_and_stays_small() {
        let hour = Duration::from_secs(3600);
        let mut tally = Tally::default();
        let at = |second: i64| Timestamp::from_seconds(1_000_000 + second);
        assert_eq!(tally.add(at(0), 2, hour), 2);
        assert_eq!(tally.add(at(3600), 1, hour), 3);
        assert_eq!(tally.add(at(3601), 1, hour), 2);
        for second in 0..100_000 {
            tally.add(at(4000 + second), 1, hour);
        }
        assert!(tally.0.len() <= 66, "{}", tally.0.len());
    }
}
