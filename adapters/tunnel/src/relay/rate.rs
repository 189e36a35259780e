//! How fast a source may open connections: a bounded table of paces.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::half_open::source_of;

const MINUTE: Duration = Duration::from_secs(60);

/// One pace for every source (an IPv4 address, an IPv6 /64).
///
/// Of a source only one moment is kept: until when its connections so far would have taken at the
/// pace that is allowed (the generic cell rate algorithm, ITU-T I.371). Two generations bound the
/// table: when the younger is full, the older is forgotten. Who is forgotten begins anew, which
/// somebody with so many addresses could have anyway.
#[derive(Debug)]
pub(super) struct Buckets {
    per_minute: u32,
    /// `None`: nobody.
    every: Option<Duration>,
    ahead: Duration,
    most_per_generation: usize,
    young: BTreeMap<IpAddr, Instant>,
    old: BTreeMap<IpAddr, Instant>,
}

impl Buckets {
    /// `per_minute` connections in the long run, `burst` at once, for at most `most` sources.
    pub(super) fn new(per_minute: u32, burst: u32, most: usize) -> Self {
        let every = MINUTE.checked_div(per_minute);
        Self {
            per_minute,
            every,
            ahead: every.unwrap_or_default() * burst.saturating_sub(1),
            most_per_generation: (most / 2).max(1),
            young: BTreeMap::new(),
            old: BTreeMap::new(),
        }
    }

    /// The pace.
    pub(super) fn per_minute(&self) -> u32 {
        self.per_minute
    }

    /// Whether one more connection is within the pace of its source. If so, it counts.
    pub(super) fn take(&mut self, peer: IpAddr, now: Instant) -> bool {
        let Some(every) = self.every else {
            return false;
        };
        let source = source_of(peer);
        let busy_until = self
            .young
            .get(&source)
            .or_else(|| self.old.get(&source))
            .map_or(now, |until| (*until).max(now));
        if busy_until - now > self.ahead {
            return false;
        }
        if self.young.len() >= self.most_per_generation && !self.young.contains_key(&source) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(source, busy_until + every);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_may_open_a_burst_and_then_its_pace() {
        let mut paces = Buckets::new(60, 3, 100);
        let start = Instant::now();
        let source = from("192.0.2.1");
        let opened = (0..10).filter(|_| paces.take(source, start)).count();
        assert_eq!(opened, 3);
        assert!(!paces.take(source, start + Duration::from_millis(900)));
        assert!(paces.take(source, start + Duration::from_millis(1000)));
        assert!(!paces.take(source, start + Duration::from_millis(1000)));
        let later = start + Duration::from_secs(3600);
        let opened = (0..10).filter(|_| paces.take(source, later)).count();
        assert_eq!(opened, 3);
    }

    #[test]
    fn l35_a_source_that_hurries_holds_up_itself_only() {
        let mut paces = Buckets::new(60, 1, 100);
        let start = Instant::now();
        assert!(paces.take(from("2001:db8:1:2::1"), start));
        assert!(!paces.take(from("2001:db8:1:2::2"), start));
        assert!(paces.take(from("2001:db8:1:3::1"), start));
    }

    #[test]
    fn invariant_10_a_pace_of_nothing_admits_nobody() {
        assert!(!Buckets::new(0, 9, 100).take(from("192.0.2.1"), Instant::now()));
    }

    #[test]
    fn invariant_11_the_table_is_bounded_whoever_comes() {
        let mut paces = Buckets::new(60, 1, 100);
        let start = Instant::now();
        for number in 0..10_000u32 {
            paces.take(std::net::Ipv4Addr::from(number).into(), start);
        }
        assert!(paces.young.len() + paces.old.len() <= 100);
        assert!(!paces.take(std::net::Ipv4Addr::from(9_999).into(), start));
    }
}
