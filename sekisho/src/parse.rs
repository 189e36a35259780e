//! What a person types: moments, durations, sizes, hours, addresses, files. Time is an argument.

mod database;
mod desktop;
mod terms;
mod web;

use std::net::IpAddr;
use std::time::Duration;

use ids::{Digest, Timestamp};
use wire::api::v1::{Address, FileHandover, Handover, Slot};

pub(crate) use database::{data_narrowed, data_wanted, server};
pub(crate) use desktop::{desktop_narrowed, desktop_wanted};
pub(crate) use terms::{narrowed, wanted};
pub(crate) use web::{web_narrowed, web_wanted};

/// A text that is not what was expected, in the words of `phrases`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotUnderstood {
    /// The sentence: what was expected.
    pub(crate) id: &'static str,
    /// What came.
    pub(crate) text: String,
}

fn not(id: &'static str, text: &str) -> NotUnderstood {
    NotUnderstood {
        id,
        text: text.chars().take(80).collect(),
    }
}

/// `now`, RFC 3339, or a date and time without an offset, which is Japan Standard Time.
pub(crate) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, NotUnderstood> {
    let typed = text.trim();
    if typed == "now" || typed == "今" {
        return Ok(now);
    }
    if let Ok(moment) = typed.parse() {
        return Ok(moment);
    }
    let in_japan = format!("{}+09:00", typed.replacen(' ', "T", 1));
    in_japan.parse().map_err(|_| not("cli-not-a-moment", text))
}

/// The end of a day in Japan, `2027-03-31`.
pub(crate) fn end_of_day(text: &str) -> Result<Timestamp, NotUnderstood> {
    // Its last second: people are shown that day, and not the next one.
    const TO_ITS_END: Duration = Duration::from_secs(24 * 60 * 60 - 1);
    let midnight = format!("{}T00:00:00+09:00", text.trim());
    let midnight: Timestamp = midnight
        .parse()
        .map_err(|_| not("cli-not-a-moment", text))?;
    Ok(midnight.plus(TO_ITS_END))
}

/// `2h`, `90m`, `1h30m`, `1d`.
pub(crate) fn duration(text: &str) -> Result<Duration, NotUnderstood> {
    let wrong = || not("cli-not-a-duration", text);
    let mut rest = text.trim();
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (digits, after) = rest.split_at(unit);
        let (each, unit_length) = match after.chars().next() {
            Some('d') => (86_400, 1),
            Some('h') => (3_600, 1),
            Some('m') => (60, 1),
            Some('s') => (1, 1),
            _ => return Err(wrong()),
        };
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        let part = count.checked_mul(each).ok_or_else(wrong)?;
        seconds = seconds.checked_add(part).ok_or_else(wrong)?;
        rest = after.get(unit_length..).unwrap_or_default();
    }
    // Nothing lasts no time, and nothing is asked for beyond a year.
    if (1..=366 * 86_400).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(wrong())
    }
}

/// Whole minutes of a duration, rounded up.
pub(crate) fn minutes(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
}

/// `2GiB`, `500MiB`, `64KiB`, or bytes.
pub(crate) fn size(text: &str) -> Result<u64, NotUnderstood> {
    let wrong = || not("cli-not-a-size", text);
    let typed = text.trim();
    let unit = typed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(typed.len());
    let (digits, unit) = typed.split_at(unit);
    let each: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(wrong()),
    };
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    count
        .checked_mul(each)
        .filter(|size| *size > 0)
        .ok_or_else(wrong)
}

const DAYS: [[&str; 2]; 7] = [
    ["mon", "月"],
    ["tue", "火"],
    ["wed", "水"],
    ["thu", "木"],
    ["fri", "金"],
    ["sat", "土"],
    ["sun", "日"],
];

/// `mon-fri 09:00-18:00`, `sat 22:00-06:00` (until Sunday morning), `daily 00:00-24:00`.
pub(crate) fn hours(text: &str) -> Result<Vec<Slot>, NotUnderstood> {
    let wrong = || not("cli-not-hours", text);
    let (days, times) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let days = weekdays(days).ok_or_else(wrong)?;
    let (from, to) = times.trim().split_once('-').ok_or_else(wrong)?;
    let from = minute_of_day(from).ok_or_else(wrong)?;
    let to = minute_of_day(to).ok_or_else(wrong)?;
    if from == to || from == 24 * 60 || to == 0 {
        return Err(wrong());
    }
    let mut slots = Vec::new();
    for weekday in days {
        if from < to {
            slots.push(Slot { weekday, from, to });
        } else {
            let next = (weekday + 1) % 7;
            slots.push(Slot {
                weekday,
                from,
                to: 24 * 60,
            });
            slots.push(Slot {
                weekday: next,
                from: 0,
                to,
            });
        }
    }
    Ok(slots)
}

fn weekdays(text: &str) -> Option<Vec<u8>> {
    if text == "daily" || text == "毎日" {
        return Some((0..7).collect());
    }
    let Some((first, last)) = text.split_once('-') else {
        return Some(vec![weekday(text)?]);
    };
    let (first, last) = (weekday(first)?, weekday(last)?);
    // Over the end of the week: `sat-mon`.
    let count = (last + 7 - first) % 7;
    Some((0..=count).map(|after| (first + after) % 7).collect())
}

fn weekday(text: &str) -> Option<u8> {
    let typed = text.to_lowercase();
    let at = DAYS
        .iter()
        .position(|names| names.contains(&typed.as_str()))?;
    u8::try_from(at).ok()
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |text: &str| -> Option<u16> {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok())?
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let fits = (hour < 24 && minute < 60) || (hour == 24 && minute == 0);
    fits.then_some(hour * 60 + minute)
}

/// `in:NAME`, `out:NAME`, each with `:SHA256` if the file is known.
pub(crate) fn file(text: &str) -> Result<FileHandover, NotUnderstood> {
    let wrong = || not("cli-not-a-file", text);
    let (way, rest) = text.split_once(':').ok_or_else(wrong)?;
    let direction = match way {
        "in" => Handover::In,
        "out" => Handover::Out,
        _ => return Err(wrong()),
    };
    let (name, sha256) = match rest.rsplit_once(':') {
        Some((name, hash)) => match hash.to_ascii_lowercase().parse::<Digest>() {
            Ok(hash) => (name, Some(hash)),
            // A name may hold a colon; half a hash is a mistake.
            Err(_) if hash.len() >= 32 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
                return Err(wrong());
            }
            Err(_) => (rest, None),
        },
        None => (rest, None),
    };
    if name.is_empty() {
        return Err(wrong());
    }
    Ok(FileHandover {
        direction,
        name: Some(name.to_owned()),
        sha256,
    })
}

/// How many times faster than it happened: more than nothing, and at most a thousand.
pub(crate) fn speed(text: &str) -> Result<f64, String> {
    let speed: Option<f64> = text.parse().ok();
    speed
        .filter(|speed| (0.01..=1000.0).contains(speed))
        .ok_or_else(|| "0.01-1000".to_owned())
}

/// `PERSON` or `PERSON:MINUTES`; without minutes the person is asked at once.
pub(crate) fn link(text: &str) -> Result<(&str, u16), NotUnderstood> {
    match text.rsplit_once(':') {
        None => Ok((text, 0)),
        Some((person, minutes)) => {
            let minutes = minutes.parse().map_err(|_| not("cli-not-a-link", text))?;
            Ok((person, minutes))
        }
    }
}

/// `HOST:PORT`, with an IPv6 address in brackets.
pub(crate) fn address(text: &str) -> Result<Address, NotUnderstood> {
    let wrong = || not("cli-not-an-address", text);
    let (host, port) = text.trim().rsplit_once(':').ok_or_else(wrong)?;
    let port = port
        .parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or_else(wrong)?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match bare {
        Some(bare) => bare,
        None if host.contains(':') => return Err(wrong()),
        None => host,
    };
    if host.is_empty() {
        return Err(wrong());
    }
    Ok(Address {
        host: host.to_owned(),
        ip: host.parse::<IpAddr>().ok(),
        port,
    })
}

/// The same, kept as text: for clap.
pub(crate) fn host_port_text(text: &str) -> Result<String, String> {
    match address(text) {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(_) => Err("HOST:PORT".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T22:00:00+09:00".parse().unwrap()
    }

    #[test]
    fn a_last_day_counts_as_a_whole_in_japan() {
        let end = end_of_day("2027-03-31").unwrap();
        assert_eq!(end, "2027-03-31T23:59:59+09:00".parse().unwrap());
        for typed in [
            "",
            "2027-02-30",
            "31.3.2027",
            "2027-03-31T12:00:00Z",
            "年度末",
        ] {
            assert!(end_of_day(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_a_time_in_japan() {
        let nine: Timestamp = "2026-11-22T09:00:00+09:00".parse().unwrap();
        for typed in [
            "2026-11-22T09:00",
            "2026-11-22 09:00",
            "2026-11-22 09:00:00",
            "2026-11-22T00:00:00Z",
        ] {
            assert_eq!(moment(typed, now()), Ok(nine), "{typed}");
        }
        assert_eq!(moment("now", now()), Ok(now()));
        for wrong in ["", "tomorrow", "2026-11-22", "09:00", "2026-13-01T00:00"] {
            assert!(moment(wrong, now()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_duration_says_its_units() {
        for (typed, seconds) in [("2h", 7200), ("90m", 5400), ("1h30m", 5400), ("1d", 86_400)] {
            assert_eq!(duration(typed), Ok(Duration::from_secs(seconds)), "{typed}");
        }
        for wrong in [
            "",
            "2",
            "h",
            "2 h",
            "0m",
            "-1h",
            "99999999999999999999h",
            "400d",
            "2時間",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_is_in_bytes_or_says_its_unit() {
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert_eq!(size("1000"), Ok(1000));
        for wrong in ["", "2GB", "GiB", "0", "-1", "99999999999TiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hours_are_days_and_times_and_may_go_over_midnight() {
        let office = hours("mon-fri 09:00-18:00").unwrap();
        assert_eq!(office.len(), 5);
        assert!(
            office
                .iter()
                .all(|slot| (slot.from, slot.to) == (540, 1080))
        );
        assert_eq!(hours("月-金 09:00-18:00"), Ok(office));
        let night = hours("sun 22:00-06:00").unwrap();
        let ends: Vec<_> = night.iter().map(|s| (s.weekday, s.from, s.to)).collect();
        assert_eq!(ends, [(6, 1320, 1440), (0, 0, 360)]);
        assert_eq!(hours("sat-mon 10:00-11:00").unwrap().len(), 3);
        assert_eq!(hours("daily 00:00-24:00").unwrap().len(), 7);
        for wrong in [
            "mon",
            "mon 9:00-18:00",
            "mon 18:00-18:00",
            "xyz 09:00-18:00",
            "mon 00:00-25:00",
        ] {
            assert!(hours(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_says_which_way_it_goes() {
        let hash = "a5".repeat(32);
        let patch = file(&format!("in:patch 2.zip:{}", hash.to_uppercase())).unwrap();
        assert_eq!(patch.direction, Handover::In);
        assert_eq!(patch.name.as_deref(), Some("patch 2.zip"));
        assert_eq!(patch.sha256.unwrap().to_string(), hash);
        assert_eq!(
            file("out:a:b.log").unwrap().name.as_deref(),
            Some("a:b.log")
        );
        for wrong in [
            "patch.zip",
            "up:patch.zip",
            "in:",
            &format!("in:x:{}", "a".repeat(63)),
        ] {
            assert!(file(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        let v6 = address("[2001:db8::1]:22").unwrap();
        assert_eq!((v6.host.as_str(), v6.port), ("2001:db8::1", 22));
        assert!(v6.ip.is_some() && address("db.local:5432").unwrap().ip.is_none());
        for wrong in ["db", "db:", ":22", "db:0", "db:70000", "2001:db8::1:22"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
