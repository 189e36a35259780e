//! The fields of a target: who may visit it, when, how long, and with how many approvals.

use ids::{NonEmpty, VendorId};
use maud::{Markup, html};
use wire::api::v1::{Approvals, Hours, Slot, Target, TargetTerms, Vendor};

use super::super::parts;
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{choice, forms};
use crate::answer::Failed;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Bytes in the unit in which recordings are limited on the form.
const GIB: u64 = 1 << 30;

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

/// What is proposed for a new target.
fn proposed() -> TargetTermsShown {
    TargetTermsShown {
        approvals: Approvals::One,
        emergency: false,
        hours: Hours::Always,
        longest_minutes: 240,
        quota_bytes: 2 * GIB,
        vendors: Vec::new(),
        attended: false,
    }
}

/// Terms as they stand in the fields.
struct TargetTermsShown {
    approvals: Approvals,
    emergency: bool,
    hours: Hours,
    longest_minutes: u32,
    quota_bytes: u64,
    vendors: Vec<VendorId>,
    attended: bool,
}

impl From<&Target> for TargetTermsShown {
    fn from(target: &Target) -> Self {
        Self {
            approvals: target.approvals,
            emergency: target.emergency,
            hours: target.hours.clone(),
            longest_minutes: target.longest_minutes,
            quota_bytes: target.quota_bytes.unwrap_or(2 * GIB),
            vendors: target.vendors.clone(),
            attended: target.attended,
        }
    }
}

/// The fields, filled with what a target has, or with what is proposed.
pub(super) fn terms_fields(signed: &Signed, vendors: &[Vendor], target: Option<&Target>) -> Markup {
    let terms = target.map_or_else(proposed, TargetTermsShown::from);
    let listed = vendors
        .iter()
        .filter(|vendor| !vendor.suspended || terms.vendors.contains(&vendor.id));
    let listed: Vec<_> = listed
        .map(|vendor| {
            let ticked = terms.vendors.contains(&vendor.id);
            (vendor.id.number().to_string(), vendor.name.clone(), ticked)
        })
        .collect();
    let approvals = [
        ("one".to_owned(), signed.say("approvals-one", &[])),
        ("two".to_owned(), signed.say("approvals-two", &[])),
    ];
    let needed = match terms.approvals {
        Approvals::One => "one",
        Approvals::Two => "two",
    };
    let gib = terms.quota_bytes.div_ceil(GIB).to_string();
    let line = |name: &str, id: &str, hint: &str, value: &str| {
        parts::line(
            name,
            &signed.say(id, &[]),
            Some(&signed.say(hint, &[])),
            value,
            true,
        )
    };
    html! {
        (forms::ticks(&signed.say("setup-target-vendors", &[]), "vendor", &listed))
        (choice("approvals", &signed.say("setup-approvals", &[]), None, &approvals, needed))
        (hours_fields(signed, &terms.hours, target.is_some()))
        (line("longest", "setup-longest", "setup-longest-hint", &terms.longest_minutes.to_string()))
        (line("quota", "setup-quota", "setup-quota-hint", &gib))
        (parts::tick("attended", "yes", &signed.say("setup-attended", &[]), terms.attended))
        (parts::tick("emergency", "yes", &signed.say("setup-emergency", &[]), terms.emergency))
    }
}

fn hours_fields(signed: &Signed, hours: &Hours, known: bool) -> Markup {
    let always = ("always".to_owned(), signed.say("setup-hours-always", &[]));
    let these = ("these".to_owned(), signed.say("setup-hours-these", &[]));
    let keep = ("keep".to_owned(), signed.say("setup-hours-keep", &[]));
    let kept = known.then_some(keep);
    let options: Vec<_> = kept.into_iter().chain([always, these]).collect();
    let chosen = if known { "keep" } else { "always" };
    let days = DAYS.iter().enumerate().map(|(day, id)| {
        let weekday = day < 5;
        (day.to_string(), signed.say(id, &[]), weekday)
    });
    let days: Vec<_> = days.collect();
    html! {
        @if known { p { (signed.say("setup-hours", &[])) ": " (hours_said(signed, hours)) } }
        (choice("hours", &signed.say("setup-hours", &[]), Some(&signed.say("setup-hours-hint", &[])), &options, chosen))
        (forms::ticks(&signed.say("setup-hours-days", &[]), "day", &days))
        div.pair {
            (time_field("from", &signed.say("setup-hours-from", &[]), "09:00"))
            (time_field("to", &signed.say("setup-hours-to", &[]), "17:00"))
        }
    }
}

fn time_field(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) type="time" name=(name) value=(value);
        }
    }
}

/// Hours as people read them: 月 09:00–17:00, …
pub(crate) fn hours_said(signed: &Signed, hours: &Hours) -> String {
    let slots = match hours {
        Hours::Always => return signed.say("setup-hours-always", &[]),
        Hours::Only(slots) => slots,
    };
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let said = slots.iter().map(|slot| {
        let day = DAYS
            .get(usize::from(slot.weekday))
            .copied()
            .unwrap_or("setup-day-0");
        format!(
            "{} {}–{}",
            signed.say(day, &[]),
            clock(slot.from),
            clock(slot.to)
        )
    });
    said.collect::<Vec<_>>().join("、")
}

/// The terms that were sent; hours that are kept are the ones that `target` has.
pub(super) fn terms(
    signed: &Signed,
    posted: &Posted,
    target: Option<&Target>,
) -> Result<TargetTerms, Failed> {
    let site = signed.asker.engine.id();
    let vendors: Result<Vec<VendorId>, _> = posted
        .all("vendor")
        .map(|number| number.parse().map(|number| VendorId::new(site, number)))
        .collect();
    let vendors = vendors.map_err(|_| Failed::field("vendor"))?;
    let gib: u64 = posted
        .text("quota")
        .parse()
        .map_err(|_| Failed::field("quota"))?;
    let longest = posted.text("longest").parse();
    Ok(TargetTerms {
        approvals: match posted.text("approvals") {
            "two" => Approvals::Two,
            "one" => Approvals::One,
            _ => return Err(Failed::field("approvals")),
        },
        emergency: posted.checked("emergency"),
        hours: hours(posted, target)?,
        longest_minutes: longest.map_err(|_| Failed::field("longest"))?,
        quota_bytes: gib.saturating_mul(GIB),
        vendors: NonEmpty::from_vec(vendors).map_err(|_| Failed::field("vendor"))?,
        attended: posted.checked("attended"),
    })
}

fn hours(posted: &Posted, target: Option<&Target>) -> Result<Hours, Failed> {
    match (posted.text("hours"), target) {
        ("always", _) => Ok(Hours::Always),
        ("keep", Some(target)) => Ok(target.hours.clone()),
        ("these", _) => {
            let from = minute(posted.text("from")).ok_or_else(|| Failed::field("from"))?;
            let to = minute(posted.text("to")).ok_or_else(|| Failed::field("to"))?;
            let days: Result<Vec<u8>, _> = posted.all("day").map(str::parse).collect();
            let days = days.map_err(|_| Failed::field("day"))?;
            let slots = days
                .into_iter()
                .flat_map(|day| slots(day, from, to))
                .collect();
            let slots = NonEmpty::from_vec(slots).map_err(|_| Failed::field("day"))?;
            Ok(Hours::Only(slots))
        }
        _ => Err(Failed::field("hours")),
    }
}

/// One stretch of a day; one that ends before it begins goes over midnight, and is two.
fn slots(weekday: u8, from: u16, to: u16) -> Vec<Slot> {
    let slot = |weekday, from, to| Slot { weekday, from, to };
    if to == 0 {
        return vec![slot(weekday, from, DAY)];
    }
    if from < to {
        return vec![slot(weekday, from, to)];
    }
    vec![slot(weekday, from, DAY), slot((weekday + 1) % 7, 0, to)]
}

/// The minute of the day, from `09:30`.
fn minute(typed: &str) -> Option<u16> {
    let (hour, minute) = typed.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_over_midnight_are_two_stretches() {
        let slot = |weekday, from, to| Slot { weekday, from, to };
        assert_eq!(slots(0, 540, 1020), [slot(0, 540, 1020)]);
        assert_eq!(slots(0, 540, 0), [slot(0, 540, 1440)]);
        assert_eq!(slots(6, 1320, 360), [slot(6, 1320, 1440), slot(0, 0, 360)]);
    }

    #[test]
    fn a_time_is_hours_and_minutes() {
        assert_eq!(minute("09:30"), Some(570));
        for wrong in ["", "9", "24:00", "09:60", "-1:00", "09:30:00"] {
            assert_eq!(minute(wrong), None, "{wrong}");
        }
    }
}
