//! The shape that all these forms have.

use maud::{Markup, html};

use super::super::fresh;
use super::super::page::Page;
use super::super::parts::{self, Tone};
use super::super::signed::Signed;

/// A page with one act that needs a fresh proof: what it does, what is at risk, its fields, its button.
pub(crate) struct Act<'a> {
    /// The id of its heading, which is also what the button says.
    pub(crate) title: &'a str,
    /// The thing that it is about.
    pub(crate) about: &'a str,
    /// The id of the sentence that names the risk.
    pub(crate) risk: &'a str,
    /// Where the form goes.
    pub(crate) to: &'a str,
    /// Where one came from.
    pub(crate) back: &'a str,
}

impl Act<'_> {
    /// The page.
    pub(crate) async fn page(&self, signed: &Signed, fields: &Markup) -> Page {
        self.proved_by(signed, fields, &parts::fresh(signed)).await
    }

    /// The same for an act that a touch of a passkey alone proves.
    pub(crate) async fn page_by_touch(&self, signed: &Signed, fields: &Markup) -> Page {
        self.proved_by(signed, fields, &fresh::touch(signed)).await
    }

    async fn proved_by(&self, signed: &Signed, fields: &Markup, proof: &Markup) -> Page {
        let title = signed.say(self.title, &[]);
        let main = html! {
            h1 { (title) }
            @if !self.about.is_empty() { p.about { (self.about) } }
            (parts::notice(Tone::Look, &html! { p { (signed.say(self.risk, &[])) } }))
            form.narrow method="post" action=(self.to) {
                (fields)
                (proof)
                p.actions {
                    button.primary type="submit" { (title) }
                    " "
                    a href=(self.back) { (signed.say("setup-not-now", &[])) }
                }
            }
        };
        Page::new(signed, &title).await.main(main)
    }
}

/// A labelled choice of one.
pub(crate) fn choice(
    name: &str,
    label: &str,
    hint: Option<&str>,
    options: &[(String, String)],
    chosen: &str,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) aria-describedby=[hint.map(|_| format!("{name}-hint"))] {
                @for (value, text) in options {
                    option value=(value) selected[value == chosen] { (text) }
                }
            }
            @if let Some(hint) = hint { p.hint id=(format!("{name}-hint")) { (hint) } }
        }
    }
}

/// Boxes of which several may be ticked, under one heading.
pub(crate) fn ticks(label: &str, name: &str, boxes: &[(String, String, bool)]) -> Markup {
    html! {
        fieldset {
            legend { (label) }
            @for (value, text, ticked) in boxes { (parts::tick(name, value, text, *ticked)) }
        }
    }
}

/// Suspending: a reason that may stay empty, and a button. No proof is asked for: taking access away never
/// waits (invariant 15).
pub(crate) fn suspending(signed: &Signed, to: &str, consequence: &str) -> Markup {
    html! {
        section.card.suspending {
            h2 { (signed.say("setup-suspend", &[])) }
            p { (signed.say(consequence, &[])) }
            form method="post" action=(to) {
                (parts::line("reason", &signed.say("setup-reason", &[]), None, "", false))
                button.danger type="submit" { (signed.say("setup-suspend", &[])) }
            }
        }
    }
}

/// The end of a day in Japan, from the field of a date (`2026-11-24`).
pub(crate) fn end_of_day(typed: &str) -> Option<ids::Timestamp> {
    const JAPAN_SECONDS: i64 = 9 * 60 * 60;
    let day: jiff::civil::Date = typed.parse().ok()?;
    let next = day.tomorrow().ok()?;
    let midnight = next.to_datetime(jiff::civil::Time::midnight());
    let in_utc = midnight.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let seconds = in_utc.timestamp().as_second().checked_sub(JAPAN_SECONDS)?;
    // Its last second: people are shown that day, and not the next one.
    Some(ids::Timestamp::from_seconds(seconds.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_with_its_last_second_in_japan() {
        // People are shown this day, and not the next one.
        let end = end_of_day("2026-11-24").unwrap();
        assert_eq!(end.to_string(), "2026-11-24T23:59:59+09:00");
        for wrong in ["", "24.11.2026", "2026-13-01", "9999-12-31x"] {
            assert_eq!(end_of_day(wrong), None, "{wrong}");
        }
    }
}
