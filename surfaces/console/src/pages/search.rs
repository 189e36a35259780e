//! Searching the ledger and the commands in recordings. The question stands in the page's own address, so
//! that it can be gone back to; whoever reads the address reads what was looked for, and nothing found.

use axum::extract::RawQuery;
use ids::{TargetId, Timestamp, VendorId};
use maud::{Markup, html};
use wire::api::v1::{Found, FoundCommand, FoundEntry, Search};

use super::failed::{PageFailed, sentence};
use super::page::Page;
use super::parts::{self, Tone};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::body::Form;

/// A day, in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

/// Japan's offset from UTC, in milliseconds: days are Japan's.
const JAPAN: i64 = 9 * 60 * 60 * 1000;

/// What the address asks.
#[derive(Debug, Default)]
struct Asked {
    text: String,
    vendor: String,
    target: String,
    from: String,
    until: String,
    before: Option<u64>,
}

/// The question, and what was found.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    let given = query.is_some_and(|query| !query.is_empty());
    let found = match given {
        false => None,
        true => {
            let form = asked.form(&signed)?;
            Some(
                api::search::search(signed.asker.clone(), Form(form))
                    .await?
                    .0,
            )
        }
    };
    let title = signed.say("search-title", &[]);
    let form = question(&signed, &asked).await?;
    let main = html! {
        h1 { (title) }
        (form)
        @if signed.of_the_hospital() { p { a href="/reach" { (signed.say("reach", &[])) } } }
        @if let Some(found) = &found { (results(&signed, &asked, found)) }
    };
    Ok(Page::new(&signed, &title).await.main(main))
}

impl Asked {
    fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim().to_owned();
            match &*name {
                "text" => asked.text = value,
                "vendor" => asked.vendor = value,
                "target" => asked.target = value,
                "from" => asked.from = value,
                "until" => asked.until = value,
                "before" => asked.before = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    fn form(&self, signed: &Signed) -> Result<Search, Failed> {
        let site = signed.asker.engine.id();
        let number = |text: &str, name: &str| match text {
            "" => Ok(None),
            text => text
                .parse::<u64>()
                .map(Some)
                .map_err(|_| Failed::field(name)),
        };
        let vendor = number(&self.vendor, "vendor")?;
        let target = number(&self.target, "target")?;
        // Until the end of that day.
        let until = day(&self.until, "until")?;
        let until = until.map(|at| Timestamp::from_millis(at.as_millis() + DAY));
        Ok(Search {
            text: self.text.clone(),
            vendor: vendor.map(|number| VendorId::new(site, number)),
            target: target.map(|number| TargetId::new(site, number)),
            from: day(&self.from, "from")?,
            until,
            before: self.before,
            ..Search::default()
        })
    }

    fn path(&self, before: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let given = [
            ("text", &self.text),
            ("vendor", &self.vendor),
            ("target", &self.target),
            ("from", &self.from),
            ("until", &self.until),
        ];
        for (name, value) in given.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.append_pair("before", &before.to_string());
        format!("/search?{}", query.finish())
    }
}

/// The beginning of a day of Japan's, from a browser's date field: `2026-11-22`.
pub(super) fn day(text: &str, name: &str) -> Result<Option<Timestamp>, Failed> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: Result<jiff::civil::Date, _> = text.parse();
    let date = date.map_err(|_| Failed::field(name))?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC);
    let midnight = midnight.map_err(|_| Failed::field(name))?;
    let millis = midnight.timestamp().as_millisecond() - JAPAN;
    Ok(Some(Timestamp::from_millis(millis)))
}

async fn question(signed: &Signed, asked: &Asked) -> Result<Markup, PageFailed> {
    let vendors = api::vendors::list(signed.asker.clone()).await?.0;
    let targets = api::targets::list(signed.asker.clone()).await?.0;
    let vendors: Vec<(u64, String)> = vendors
        .into_iter()
        .map(|vendor| (vendor.id.number(), vendor.name))
        .collect();
    let targets: Vec<(u64, String)> = targets
        .into_iter()
        .map(|target| (target.id.number(), target.name))
        .collect();
    let word = |id| signed.say(id, &[]);
    Ok(html! {
        form.card method="get" action="/search" role="search" {
            (parts::line("text", &word("search-text"), Some(&word("search-text-hint")), &asked.text, false))
            details open[!(asked.vendor.is_empty() && asked.target.is_empty() && asked.from.is_empty() && asked.until.is_empty())] {
                summary { (word("search-narrow")) }
                (choice("vendor", &word("console-firm"), &word("search-any"), &vendors, &asked.vendor))
                (choice("target", &word("console-where"), &word("search-any"), &targets, &asked.target))
                (date("from", &word("search-from"), &asked.from))
                (date("until", &word("search-until"), &asked.until))
            }
            button.primary type="submit" { (word("search-go")) }
        }
    })
}

pub(super) fn choice(
    name: &str,
    label: &str,
    any: &str,
    of: &[(impl std::fmt::Display, String)],
    chosen: &str,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { (any) }
                @for (value, text) in of {
                    @let value = value.to_string();
                    option value=(value) selected[value == chosen] { (text) }
                }
            }
        }
    }
}

pub(super) fn date(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type="date" value=(value);
        }
    }
}

fn results(signed: &Signed, asked: &Asked, found: &Found) -> Markup {
    let unread = found.unread.to_string();
    let oldest = found.entries.last().map(|entry| entry.number);
    html! {
        @if found.behind > 0 { (parts::notice(Tone::Look, &html! { p { (signed.say("search-behind", &[])) } })) }
        @if !found.commands.is_empty() || found.unread > 0 {
            section.card {
                h2 { (signed.say("search-commands", &[])) }
                @if found.unread > 0 { p.hint { (signed.say("search-unread", &[("count", &unread)])) } }
                ul.rows { @for command in &found.commands { (command_found(signed, command)) } }
            }
        }
        section.card {
            h2 { (signed.say("search-entries", &[])) }
            @if found.entries.is_empty() { (parts::empty(&signed.say("search-none", &[]))) }
            ul.rows { @for entry in &found.entries { (entry_found(signed, entry)) } }
            @if let Some(oldest) = oldest.filter(|_| found.more) {
                p { a.button href=(asked.path(oldest)) { (signed.say("search-older", &[])) } }
            }
        }
    }
}

fn entry_found(signed: &Signed, entry: &FoundEntry) -> Markup {
    let of = [&entry.by_name, &entry.target_name, &entry.vendor_name];
    let of: Vec<&str> = of.into_iter().flatten().map(String::as_str).collect();
    html! {
        li {
            p.what { strong { (sentence(signed.language, &entry.what)) } " " (signed.time(entry.at)) }
            @if !of.is_empty() { p { (of.join(" · ")) } }
            p.hint {
                (signed.say("search-number", &[("number", &entry.number.to_string())]))
                @if let Some(visit) = &entry.visit {
                    " " a href=(format!("/visits/{}", visit.number())) { (signed.say("search-visit", &[("number", &visit.number().to_string())])) }
                }
            }
        }
    }
}

fn command_found(signed: &Signed, command: &FoundCommand) -> Markup {
    let number = command.session.number();
    let visit = command.visit.number().to_string();
    html! {
        li {
            p.what { code { (command.text) } }
            p { (signed.time(command.at)) }
            div.acts {
                a.button href=(format!("/sessions/{number}/replay#at={}", command.at_millis)) { (signed.say("visits-replay", &[])) }
                a.button href=(format!("/visits/{visit}")) { (signed.say("search-visit", &[("number", &visit)])) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let at = day("2026-11-22", "from").unwrap().unwrap();
        assert!(at.to_string().starts_with("2026-11-22T00:00:00"), "{at}");
        assert_eq!(day("", "from"), Ok(None));
        assert!(day("tomorrow", "from").is_err());
    }

    #[test]
    fn the_next_page_asks_the_same_question() {
        let asked = Asked::of("text=%E3%81%82%20b&vendor=2&page=1");
        assert_eq!(asked.path(7), "/search?text=%E3%81%82+b&vendor=2&before=7");
    }
}
