//! What witnesses outside say of the time, and when that puts the site's own clock in doubt
//! (invariant 14, decision 0017).
//!
//! More than half of the witnesses that were heard have to disagree. So one that lies stops nobody where
//! two others tell the truth; where it is the only one, it can have new admissions refused until a person
//! has looked, and that is all it can do: no witness ever takes a doubt away.

use std::time::Duration;

use ids::Timestamp;

use crate::limits;

/// A witness's clock is read in whole seconds (C2SP tlog-cosignature).
const READ_IN: Duration = Duration::from_secs(1);

/// Between which moments a witness's clock stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessTime {
    /// Not before this.
    earliest: Timestamp,
    /// And not after this.
    latest: Timestamp,
}

impl WitnessTime {
    /// A witness signed `said` at some moment of the time that its answer `took`, on the monotonic clock;
    /// since the answer came, `elapsed` has passed on it.
    pub fn after(said: Timestamp, took: Duration, elapsed: Duration) -> Self {
        let earliest = said.plus(elapsed);
        Self {
            earliest,
            latest: earliest.plus(READ_IN).plus(took),
        }
    }

    /// By how many milliseconds it is off from this clock at least; more than 0: it is ahead.
    fn off(&self, wall: Timestamp) -> i64 {
        let wall = wall.as_millis();
        let ahead = self.earliest.as_millis().saturating_sub(wall).max(0);
        let behind = self.latest.as_millis().saturating_sub(wall).min(0);
        ahead.saturating_add(behind)
    }

    /// Whether it is further from this clock than an honest one can be.
    pub fn contradicts(&self, wall: Timestamp) -> bool {
        self.off(wall).unsigned_abs() > millis(limits::WITNESS_TOLERANCE)
    }
}

/// What the witnesses that were heard say of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clocks {
    /// None was heard: nobody knows better than the clock itself.
    Unwitnessed,
    /// Not more than half of them contradict it.
    Agree,
    /// More than half of them contradict it.
    Disagree {
        /// By how many milliseconds the clock would have to be moved, as the one in the middle of them
        /// says; more than 0: it is behind.
        off: i64,
    },
}

/// Compares a clock with what every witness says now.
pub fn compare_clocks(wall: Timestamp, witnesses: &[WitnessTime]) -> Clocks {
    if witnesses.is_empty() {
        return Clocks::Unwitnessed;
    }
    let against = witnesses.iter().filter(|time| time.contradicts(wall));
    let mut against: Vec<i64> = against.map(|time| time.off(wall)).collect();
    if against.len() * 2 <= witnesses.len() {
        return Clocks::Agree;
    }
    against.sort_unstable();
    match against.get(against.len() / 2) {
        Some(off) => Clocks::Disagree { off: *off },
        None => Clocks::Agree,
    }
}

/// Whether two differences are one: a person who has confirmed the clock against the first has also
/// confirmed it against the second.
pub fn same_difference(one: i64, other: i64) -> bool {
    one.abs_diff(other) <= millis(limits::WITNESS_TOLERANCE)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn now() -> Timestamp {
        Timestamp::from_seconds(1_795_000_000)
    }

    fn says(off: i64) -> WitnessTime {
        let said = Timestamp::from_millis(now().as_millis() + off);
        WitnessTime::after(said, Duration::from_millis(50), Duration::ZERO)
    }

    fn compared(offs: &[i64]) -> Clocks {
        let all: Vec<WitnessTime> = offs.iter().map(|off| says(*off)).collect();
        compare_clocks(now(), &all)
    }

    #[test]
    fn two_minutes_either_way_are_an_honest_clock() {
        assert_eq!(compared(&[]), Clocks::Unwitnessed);
        assert_eq!(compared(&[120_000]), Clocks::Agree);
        assert_eq!(compared(&[120_001]), Clocks::Disagree { off: 120_001 });
        // The witness may have read its clock up to a second and the answer's way before.
        assert_eq!(compared(&[-121_050]), Clocks::Agree);
        assert_eq!(compared(&[-121_051]), Clocks::Disagree { off: -120_001 });
    }

    #[test]
    fn a_slow_answer_leaves_room_for_the_time_that_it_took() {
        let said = now().minus(Duration::from_secs(135));
        let took = |seconds| WitnessTime::after(said, Duration::from_secs(seconds), Duration::ZERO);
        assert!(took(1).contradicts(now()));
        assert!(!took(20).contradicts(now()));
    }

    #[test]
    fn what_a_witness_said_goes_on_with_the_monotonic_clock() {
        let hour = Duration::from_secs(3600);
        let time = WitnessTime::after(now(), Duration::ZERO, hour);
        assert!(!time.contradicts(now().plus(hour)));
        // The wall clock was set back meanwhile, and nobody was asked again.
        assert!(time.contradicts(now()));
        assert_eq!(
            compare_clocks(now(), &[time]),
            Clocks::Disagree { off: 3_600_000 }
        );
    }

    #[test]
    fn one_witness_that_lies_stops_nobody_where_two_others_do_not() {
        for lie in [-DAY, 300_000, DAY * 365 * 30] {
            assert_eq!(compared(&[0, lie, 20]), Clocks::Agree);
            assert_eq!(compared(&[0, lie]), Clocks::Agree, "our own clock counts");
            assert_eq!(compared(&[lie]), Clocks::Disagree { off: unread(lie) });
        }
        assert_eq!(compared(&[0, DAY, DAY]), Clocks::Disagree { off: DAY });
        // They need not agree with each other to say that ours is wrong.
        let torn = compared(&[-DAY, DAY, DAY + 1000]);
        assert_eq!(torn, Clocks::Disagree { off: DAY });
    }

    /// Of a clock that is behind, what may have been reading and way is not counted.
    fn unread(off: i64) -> i64 {
        if off < 0 { off + 1050 } else { off }
    }

    #[test]
    fn an_empty_battery_is_noticed_by_whoever_was_heard() {
        for started in [0, 946_684_800] {
            let wall = Timestamp::from_seconds(started);
            let found = compare_clocks(wall, &[says(0)]);
            assert!(
                matches!(found, Clocks::Disagree { off } if off > DAY),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_difference_that_was_confirmed_is_another_one_after_two_minutes() {
        assert!(same_difference(DAY, DAY + 120_000));
        assert!(!same_difference(DAY, DAY + 120_001));
        assert!(!same_difference(DAY, -DAY));
    }
}
