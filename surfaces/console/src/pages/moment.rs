//! Moments as people in Japan read them. The hour is that of Japan, everywhere and always.

use ids::Timestamp;
use jiff::tz::{Offset, TimeZone};
use maud::{Markup, html};
use phrases::Language;

/// Japan's offset from UTC, in hours; it has no summer time.
const JAPAN: i8 = 9;

fn civil(at: Timestamp) -> jiff::Zoned {
    let moment = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    moment.to_zoned(TimeZone::fixed(Offset::constant(JAPAN)))
}

fn weekday(language: Language, day: &jiff::Zoned) -> &'static str {
    let names = match language {
        Language::Ja => ["月", "火", "水", "木", "金", "土", "日"],
        Language::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    };
    let number = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    names.get(number).copied().unwrap_or_default()
}

/// Day and hour: 11月24日(火) 10:00.
pub(crate) fn said(language: Language, at: Timestamp) -> String {
    let day = civil(at);
    format!("{} {}", day_said(language, at), day.strftime("%H:%M"))
}

/// The day, with its year where the year is not that of `today`.
pub(crate) fn day_said(language: Language, at: Timestamp) -> String {
    let day = civil(at);
    let weekday = weekday(language, &day);
    match language {
        Language::Ja => format!(
            "{}年{}月{}日({weekday})",
            day.year(),
            day.month(),
            day.day()
        ),
        Language::En => format!("{weekday} {}", day.strftime("%-d %b %Y")),
    }
}

/// From when until when; the second day only if it is another.
pub(crate) fn window_said(language: Language, from: Timestamp, until: Timestamp) -> String {
    let dash = match language {
        Language::Ja => "から",
        Language::En => "–",
    };
    let end = if civil(from).date() == civil(until).date() {
        civil(until).strftime("%H:%M").to_string()
    } else {
        said(language, until)
    };
    match language {
        Language::Ja => format!("{} {dash} {end} まで", said(language, from)),
        Language::En => format!("{} {dash} {end}", said(language, from)),
    }
}

/// The year by the era, as forms to authorities have it: 令和8年11月24日.
pub(crate) fn era(at: Timestamp) -> String {
    let day = civil(at);
    // 令和 began on 2019-05-01; no record of a site is older.
    let year = i32::from(day.year()).saturating_sub(2018);
    let year = if year == 1 {
        "元".to_owned()
    } else {
        year.to_string()
    };
    format!("令和{year}年{}月{}日", day.month(), day.day())
}

/// A moment on a page: for people, and for programs.
pub(crate) fn time(language: Language, at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (said(language, at)) } }
}

/// How long, in the units that people use: 2時間15分.
pub(crate) fn lasting(language: Language, from: Timestamp, until: Timestamp) -> String {
    let minutes = until.as_millis().saturating_sub(from.as_millis()).max(0) / 60_000;
    let (hours, minutes) = (minutes / 60, minutes % 60);
    match (language, hours, minutes) {
        (Language::Ja, 0, _) => format!("{minutes}分"),
        (Language::Ja, _, 0) => format!("{hours}時間"),
        (Language::Ja, ..) => format!("{hours}時間{minutes}分"),
        (Language::En, 0, _) => format!("{minutes} min"),
        (Language::En, _, 0) => format!("{hours} h"),
        (Language::En, ..) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24 10:00 in Japan.
    const AT: i64 = 1_795_482_000_000;

    #[test]
    fn a_moment_is_said_in_japans_hours_and_in_the_readers_words() {
        let at = Timestamp::from_millis(AT);
        assert_eq!(said(Language::Ja, at), "2026年11月24日(火) 10:00");
        assert_eq!(said(Language::En, at), "Tue 24 Nov 2026 10:00");
        assert_eq!(era(at), "令和8年11月24日");
    }

    #[test]
    fn a_window_of_one_day_names_the_day_once() {
        let from = Timestamp::from_millis(AT);
        let until = Timestamp::from_millis(AT + 2 * 3_600_000);
        assert_eq!(
            window_said(Language::Ja, from, until),
            "2026年11月24日(火) 10:00 から 12:00 まで"
        );
        let morrow = Timestamp::from_millis(AT + 24 * 3_600_000);
        assert!(window_said(Language::Ja, from, morrow).contains("25日(水) 10:00 まで"));
        assert_eq!(lasting(Language::Ja, from, until), "2時間");
        assert_eq!(lasting(Language::En, from, morrow), "24 h");
    }
}
