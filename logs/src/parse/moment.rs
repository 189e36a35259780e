//! Times as devices write them at the beginning of a message.

use ids::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::{Claimed, number, rfc5424, word};

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// The time that a message begins with, and what follows it: `Nov 24 10:00:00`, with a year before or behind the
/// clock's time, with a mark of Cisco's (`*`, `.`) before it, or as RFC 3339 writes it.
pub(super) fn leading(bytes: &[u8], received: Timestamp, zone: Offset) -> Option<(Claimed, &[u8])> {
    if let Some((first, rest)) = word(bytes)
        && let Some(moment) = rfc5424::moment(first)
    {
        return Some((Claimed::At(moment), rest));
    }
    let bytes = match bytes {
        [b'*' | b'.', rest @ ..] => rest,
        bytes => bytes,
    };
    let (month, rest) = word(bytes)?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let month = i8::try_from(month + 1).ok()?;
    // Days of one digit are filled with a space.
    let (day, rest) = word(rest.strip_prefix(b" ").unwrap_or(rest))?;
    let day = i8::try_from(number(day)?).ok()?;
    let (year, rest) = match word(rest) {
        Some((year, after)) if year.len() == 4 && number(year).is_some() => (number(year), after),
        _ => (None, rest),
    };
    let end = rest.iter().position(|byte| *byte == b' ');
    let (time, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let time = clock(time.strip_suffix(b":").unwrap_or(time))?;
    let moment = match year {
        Some(year) => at(i16::try_from(year).ok()?, month, day, time, zone)?,
        None => nearest(month, day, time, received, zone)?,
    };
    Some((Claimed::Assumed(moment), rest))
}

/// A year that is not said is the one that brings the moment nearest to when it was heard: on the first of January
/// a device may still be telling of December, or its clock may be ahead.
fn nearest(month: i8, day: i8, time: Time, received: Timestamp, zone: Offset) -> Option<Timestamp> {
    let heard = jiff::Timestamp::from_millisecond(received.as_millis()).ok()?;
    let year = zone.to_datetime(heard).year();
    [year.checked_sub(1), Some(year), year.checked_add(1)]
        .into_iter()
        .flatten()
        .filter_map(|year| at(year, month, day, time, zone))
        .min_by_key(|moment| moment.as_millis().abs_diff(received.as_millis()))
}

fn at(year: i16, month: i8, day: i8, time: Time, zone: Offset) -> Option<Timestamp> {
    let date = Date::new(year, month, day).ok()?;
    let moment = zone.to_timestamp(DateTime::from_parts(date, time)).ok()?;
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

/// `2026-11-24` and `10:00:00`.
pub(super) fn civil(date: &[u8], time: &[u8], zone: Offset) -> Option<Timestamp> {
    let mut parts = date.splitn(3, |byte| *byte == b'-');
    let year = i16::try_from(number(parts.next()?)?).ok()?;
    let month = i8::try_from(number(parts.next()?)?).ok()?;
    let day = i8::try_from(number(parts.next()?)?).ok()?;
    at(year, month, day, clock(time)?, zone)
}

/// `10:00:00`, with or without a part of a second.
fn clock(bytes: &[u8]) -> Option<Time> {
    let (whole, part) = match bytes.iter().position(|byte| *byte == b'.') {
        Some(at) => (bytes.get(..at)?, bytes.get(at + 1..)?),
        None => (bytes, &b""[..]),
    };
    let mut parts = whole.splitn(3, |byte| *byte == b':');
    let mut next = || i8::try_from(number(parts.next()?)?).ok();
    let (hour, minute, second) = (next()?, next()?, next()?);
    Time::new(hour, minute, second, nanoseconds(part)?).ok()
}

/// `5` is half a second; nothing is none.
fn nanoseconds(part: &[u8]) -> Option<i32> {
    if part.is_empty() {
        return Some(0);
    }
    let places = u32::try_from(part.len())
        .ok()
        .filter(|places| *places <= 9)?;
    i32::try_from(number(part)?.checked_mul(10_u32.pow(9 - places))?).ok()
}

/// A zone written as `+0900` or `+09:00`.
#[must_use]
pub fn offset(bytes: &[u8]) -> Option<Offset> {
    let (sign, digits) = match bytes {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b, b':', c, d] | [a, b, c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Offset::from_seconds(sign * seconds).ok()
}
