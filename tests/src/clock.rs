//! Moments as people type them: tests name days from today on, never a date that will be past.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;
/// Japan Standard Time is ahead of UTC by so much, all the year.
const JAPAN: i64 = 9 * 3600;

/// Now, in milliseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    i64::try_from(since.as_millis()).expect("the clock is before the year 292 million")
}

/// A moment as it is typed, in UTC.
pub fn typed(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    format!("{}Z", civil(seconds))
}

/// A weekday (0 is Monday) between one and two weeks from now, at this time of day in Japan, as it
/// is typed there.
pub fn next(weekday: i64, time: &str) -> String {
    let today = (now() / 1000 + JAPAN).div_euclid(DAY);
    // The first of January 1970 was a Thursday.
    let ahead = (weekday - (today + 3)).rem_euclid(7) + 7;
    let day = civil((today + ahead) * DAY);
    let (day, _) = day.split_once('T').expect("date and time");
    format!("{day}T{time}")
}

/// Date and time of a count of seconds, in the proleptic Gregorian calendar.
fn civil(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Years are counted from March, so that the leap day is the last one.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// The wall clock of one program alone, set while it runs, by libfaketime (decision 0017): the machine's
/// clock is everybody's. The monotonic clock is left alone.
#[derive(Debug, Clone)]
pub struct SetClock(PathBuf);

impl SetClock {
    /// Where Debian's package `faketime` has its library; the loader knows what `$LIB` is here.
    const LIBRARY: &'static str = "/usr/$LIB/faketime/libfaketime.so.1";

    /// For a program that may read this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self(folder.join("clock-of-the-test"))
    }

    /// What the program is started with. Until the clock is set, it is right.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("LD_PRELOAD", Self::LIBRARY.to_owned()),
            ("FAKETIME_TIMESTAMP_FILE", self.0.display().to_string()),
            // Looked at each time: it is set at once.
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    /// Sets it so many seconds ahead of the right time, or behind it.
    pub fn ahead_by(&self, seconds: i64) {
        let next = self.0.with_extension("next");
        std::fs::write(&next, format!("{seconds:+}\n")).expect("a folder of ours");
        // It is read at any moment, and never half.
        std::fs::rename(&next, &self.0).expect("a folder of ours");
    }
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn moments_are_typed_as_the_calendar_has_them() {
        assert_eq!(typed(0), "1970-01-01T00:00:00Z");
        assert_eq!(typed(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(typed(1_795_304_782_671), "2026-11-21T23:46:22Z");
    }
}
