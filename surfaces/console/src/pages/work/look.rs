//! What the fields of a form say, looked at one after the other.

use std::borrow::Cow;

use ids::Timestamp;
use wire::api::v1::MAX_TEXT;

use super::fields::Wrong;
use super::sent::Values;

/// Collects what is wrong, so that everything is said at once.
#[derive(Default)]
pub(super) struct Look {
    pub(super) wrong: Vec<Wrong>,
}

impl Look {
    /// Notes that a field is wrong.
    pub(super) fn wrong(&mut self, field: impl Into<Cow<'static, str>>, says: &'static str) {
        let field = field.into();
        self.wrong.push(Wrong { field, says });
    }

    /// A text that must be there, of so many bytes at most (lesson L24).
    pub(super) fn needed(&mut self, values: &Values, field: &'static str, most: usize) -> String {
        let text = values.text(field);
        if text.is_empty() {
            self.wrong(field, "work-wrong-needed");
        }
        self.within(field, text, most)
    }

    fn within(&mut self, field: &'static str, text: &str, most: usize) -> String {
        if text.len() > most {
            self.wrong(field, "work-wrong-long");
        }
        text.to_owned()
    }

    /// A text that may stay empty.
    pub(super) fn optional(
        &mut self,
        values: &Values,
        field: &'static str,
        most: usize,
    ) -> Option<String> {
        let text = values.some(field)?;
        Some(self.within(field, text, most))
    }

    /// A text that a box asks for.
    pub(super) fn if_ticked(
        &mut self,
        values: &Values,
        tick: &str,
        field: &'static str,
    ) -> Option<String> {
        let told = values.ticked(tick) || values.some(field).is_some();
        told.then(|| self.needed(values, field, MAX_TEXT))
    }

    /// A number.
    pub(super) fn number<T: std::str::FromStr>(
        &mut self,
        values: &Values,
        field: &'static str,
        otherwise: T,
    ) -> T {
        match values.some(field).map(str::parse) {
            None => otherwise,
            Some(Ok(number)) => number,
            Some(Err(_)) => {
                self.wrong(field, "work-wrong-number");
                otherwise
            }
        }
    }

    /// A day and an hour in Japan.
    pub(super) fn moment(
        &mut self,
        values: &Values,
        [day, hour]: [&'static str; 2],
        no_day: &str,
    ) -> Option<Timestamp> {
        let typed = values.some(day).unwrap_or(no_day);
        let read = in_japan(typed, values.text(hour));
        if read.is_none() {
            let empty = typed.is_empty() || values.text(hour).is_empty();
            let field = if typed.is_empty() { day } else { hour };
            self.wrong(
                field,
                if empty {
                    "work-wrong-needed"
                } else {
                    "work-wrong-moment"
                },
            );
        }
        read
    }
}

/// `2026-11-24` and `10:00`, in Japan, which has no summer time.
fn in_japan(day: &str, hour: &str) -> Option<Timestamp> {
    const JAPAN_SECONDS: i64 = 9 * 60 * 60;
    let day: jiff::civil::Date = day.parse().ok()?;
    let hour: jiff::civil::Time = hour.parse().ok()?;
    let there = day
        .to_datetime(hour)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()?;
    let seconds = there.timestamp().as_second().checked_sub(JAPAN_SECONDS)?;
    Some(Timestamp::from_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_an_hour_are_those_of_japan() {
        let at = in_japan("2026-11-24", "10:00").unwrap();
        assert_eq!(at.as_millis(), 1_795_482_000_000);
        for (day, hour) in [
            ("", "10:00"),
            ("2026-11-24", ""),
            ("24.11.2026", "10:00"),
            ("2026-11-24", "25:00"),
        ] {
            assert_eq!(in_japan(day, hour), None, "{day} {hour}");
        }
    }
}
