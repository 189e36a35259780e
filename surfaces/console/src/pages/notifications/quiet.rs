//! Quiet hours on a form: from when until when, and on which days they begin.

use maud::{Markup, html};
use wire::api::v1::Slot;

use super::super::parts;
use super::super::posted::Posted;
use super::super::signed::Signed;
use crate::answer::Failed;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// The days of a week, Monday first, as their sentences are called.
const DAYS: [&str; 7] = [
    "setup-day-0",
    "setup-day-1",
    "setup-day-2",
    "setup-day-3",
    "setup-day-4",
    "setup-day-5",
    "setup-day-6",
];

/// The stretches in words, one after another.
pub(super) fn said(signed: &Signed, slots: &[Slot]) -> Markup {
    let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
    html! {
        @if slots.is_empty() { "—" }
        @for slot in slots {
            span.slot { (day(signed, slot.weekday)) " " (clock(slot.from)) "–" (clock(slot.to)) } " "
        }
    }
}

fn day(signed: &Signed, weekday: u8) -> String {
    let id = DAYS
        .get(usize::from(weekday))
        .copied()
        .unwrap_or("setup-day-0");
    signed.say(id, &[])
}

/// The fields. What stands already and fits them is filled in; anything else is typed anew.
pub(super) fn fields(signed: &Signed, slots: &[Slot]) -> Markup {
    let evening = slots.iter().find(|slot| slot.to == DAY || slot.from > 0);
    let morning = slots.iter().find(|slot| slot.from == 0 && slot.to < DAY);
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let from = evening.map(|slot| clock(slot.from)).unwrap_or_default();
    let until = match (morning, evening) {
        (Some(morning), _) => clock(morning.to),
        (None, Some(evening)) if evening.to < DAY => clock(evening.to),
        (None, _) => String::new(),
    };
    let begins = |weekday: usize| {
        let begins = |slot: &Slot| usize::from(slot.weekday) == weekday && slot.from > 0;
        slots.is_empty() || slots.iter().any(begins)
    };
    html! {
        fieldset {
            legend { (signed.say("notify-quiet", &[])) }
            p.hint { (signed.say("notify-quiet-hint", &[])) }
            (time("quiet_from", &signed.say("notify-quiet-from", &[]), &from))
            (time("quiet_until", &signed.say("notify-quiet-until", &[]), &until))
            @for (weekday, id) in DAYS.iter().enumerate() {
                (parts::tick("quiet_day", &weekday.to_string(), &signed.say(id, &[]), begins(weekday)))
            }
        }
    }
}

fn time(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type="time" value=(value);
        }
    }
}

/// What was typed, as stretches of single days.
pub(super) fn read(posted: &Posted) -> Result<Vec<Slot>, Failed> {
    let (from, until) = match (posted.some("quiet_from"), posted.some("quiet_until")) {
        (None, None) => return Ok(Vec::new()),
        (from, until) => (from.and_then(minute), until.and_then(minute)),
    };
    let from = from.ok_or_else(|| Failed::field("quiet_from"))?;
    let until = until.ok_or_else(|| Failed::field("quiet_until"))?;
    if from == until {
        return Err(Failed::field("quiet_until"));
    }
    let mut slots = Vec::new();
    for weekday in posted.all("quiet_day") {
        let weekday: u8 = weekday.parse().map_err(|_| Failed::field("quiet_day"))?;
        if weekday > 6 {
            return Err(Failed::field("quiet_day"));
        }
        slots.extend(stretch(weekday, from, until));
    }
    Ok(slots)
}

fn stretch(weekday: u8, from: u16, until: u16) -> Vec<Slot> {
    let slot = |weekday, from, to| Slot { weekday, from, to };
    if from < until {
        return vec![slot(weekday, from, until)];
    }
    let mut slots = vec![slot(weekday, from, DAY)];
    if until > 0 {
        slots.push(slot((weekday + 1) % 7, 0, until));
    }
    slots
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_is_two_stretches_and_sunday_goes_on_into_monday() {
        let slot = |weekday, from, to| Slot { weekday, from, to };
        assert_eq!(stretch(0, 540, 600), [slot(0, 540, 600)]);
        let night = [slot(6, 1320, DAY), slot(0, 0, 420)];
        assert_eq!(stretch(6, 1320, 420), night);
        assert_eq!(stretch(5, 1320, 0), [slot(5, 1320, DAY)]);
    }

    #[test]
    fn a_time_is_hours_and_minutes() {
        assert_eq!(minute("22:30"), Some(1350));
        for wrong in ["", "22", "24:00", "7:60", "a:bc", "1:2"] {
            assert_eq!(minute(wrong), None, "{wrong}");
        }
    }
}
