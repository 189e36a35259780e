//! A moment of wall-clock time, to the millisecond.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Time is always an argument here, never fetched.
///
/// Shown in Japan Standard Time with its offset (RFC 3339), the form that logs use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// Text that is not an RFC 3339 date and time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date and time: expected for example 2026-11-21T22:00+09:00")]
pub struct NotATimestamp(String);

/// 9999-12-31: later moments cannot be written in RFC 3339.
const LATEST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// From milliseconds since the epoch, held between the epoch and the end of the year 9999.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, LATEST))
    }

    /// From whole seconds since the epoch.
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `duration` later; stops at the end of the year 9999.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(LATEST);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// This moment and `duration` earlier; stops at the epoch.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(LATEST);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Day of the week (Monday is 0) and minute of the day, in Japan Standard Time.
    pub fn weekday_and_minute_jst(self) -> (u8, u16) {
        let minutes = self.0.div_euclid(60_000) + 9 * 60;
        // 1970-01-01 was a Thursday, day 3.
        let weekday = (minutes.div_euclid(24 * 60) + 3).rem_euclid(7);
        let minute = minutes.rem_euclid(24 * 60);
        (
            u8::try_from(weekday).unwrap_or(0),
            u16::try_from(minute).unwrap_or(0),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = TimeZone::fixed(Offset::constant(9));
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(
                f,
                "{}",
                moment.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z")
            ),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    /// RFC 3339, with an offset.
    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let moment: jiff::Timestamp = text
            .trim()
            .parse()
            .map_err(|_| NotATimestamp(text.chars().take(64).collect()))?;
        Ok(Self::from_millis(moment.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_japan_standard_time_and_reads_back() {
        let moment: Timestamp = "2026-11-21T22:00:00+09:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-21T22:00:00+09:00");
        assert_eq!("2026-11-21T13:00:00Z".parse(), Ok(moment));
        assert!("2026-11-21".parse::<Timestamp>().is_err());
    }

    #[test]
    fn the_day_of_the_week_is_that_of_japan() {
        // A Saturday evening in Japan; a minute past midnight is Sunday.
        let saturday: Timestamp = "2026-11-21T23:59:00+09:00".parse().unwrap();
        assert_eq!(saturday.weekday_and_minute_jst(), (5, 23 * 60 + 59));
        assert_eq!(
            saturday
                .plus(Duration::from_secs(60))
                .weekday_and_minute_jst(),
            (6, 0)
        );
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        assert_eq!(
            Timestamp::from_millis(5)
                .minus(Duration::from_secs(9))
                .as_millis(),
            0
        );
        assert_eq!(
            Timestamp::from_millis(i64::MAX)
                .plus(Duration::MAX)
                .as_millis(),
            LATEST
        );
        assert_eq!(
            Timestamp::from_millis(5).since(Timestamp::from_millis(9)),
            Duration::ZERO
        );
    }
}
