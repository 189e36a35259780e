//! How far somebody or something reached (影響範囲): asked in an incident, printed for whoever asks.

use axum::extract::RawQuery;
use ids::{DeviceId, PersonId, TargetId, Timestamp, VendorId};
use maud::{Markup, html};
use wire::api::v1::{AskReach, Reach, ReachedSession};

use super::failed::PageFailed;
use super::page::Page;
use super::parts::{self, Tone};
use super::registry::{of_the_hospital, read};
use super::search::{DAY, choice, date, day};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::body::Form;

/// What the address asks: one kind of thing and its number.
#[derive(Debug, Default)]
struct Asked {
    of: String,
    from: String,
    until: String,
}

impl Asked {
    fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim().to_owned();
            match &*name {
                "of" => asked.of = value,
                "from" => asked.from = value,
                "until" => asked.until = value,
                _ => {}
            }
        }
        asked
    }

    fn form(&self, signed: &Signed) -> Result<AskReach, Failed> {
        let site = signed.asker.engine.id();
        let until = day(&self.until, "until")?;
        let mut form = AskReach {
            from: day(&self.from, "from")?,
            // Until the end of that day.
            until: until.map(|at| Timestamp::from_millis(at.as_millis().saturating_add(DAY))),
            ..AskReach::default()
        };
        let Some((kind, number)) = self.of.split_once('-') else {
            return if self.of.is_empty() {
                Ok(form)
            } else {
                Err(Failed::field("of"))
            };
        };
        let number = number.parse().map_err(|_| Failed::field("of"))?;
        match kind {
            "person" => form.person = Some(PersonId::new(site, number)),
            "device" => form.device = Some(DeviceId::new(site, number)),
            "vendor" => form.vendor = Some(VendorId::new(site, number)),
            "target" => form.target = Some(TargetId::new(site, number)),
            "secret" => form.secret = Some(TargetId::new(site, number)),
            _ => return Err(Failed::field("of")),
        }
        Ok(form)
    }
}

/// The question, and what was found.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    let given = query.is_some_and(|query| !query.is_empty());
    let told = if given {
        let form = asked.form(&signed)?;
        Some(read(
            api::reach::ask(signed.asker.clone(), Form(form)).await,
        )?)
    } else {
        None
    };
    let title = signed.say("reach", &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("reach-lead", &[])) }
        (question(&signed, &asked).await?)
        @if let Some(told) = &told { (results(&signed, told)) }
    };
    Ok(Page::new(&signed, &title).await.main(main))
}

/// Every person, device, vendor and target: as a form sends it, and as it is called.
pub(super) async fn things(signed: &Signed) -> Result<Vec<(String, String)>, PageFailed> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |kind: &str, number: u64, name: &str| {
        let kind_said = signed.say(&format!("reach-of-{kind}"), &[]);
        all.push((format!("{kind}-{number}"), format!("{kind_said}: {name}")));
    };
    for vendor in &read(api::vendors::list(signed.asker.clone()).await)? {
        add("vendor", vendor.id.number(), &vendor.name);
    }
    for target in &read(api::targets::list(signed.asker.clone()).await)? {
        add("target", target.id.number(), &target.name);
    }
    let people = read(api::people::list(signed.asker.clone()).await)?;
    for person in &people {
        let id = person.id.to_string();
        let name = person.name.as_deref().unwrap_or(&id);
        add("person", person.id.number(), name);
    }
    for device in &read(api::devices::list(signed.asker.clone()).await)? {
        add("device", device.id.number(), &device.id.to_string());
    }
    Ok(all)
}

async fn question(signed: &Signed, asked: &Asked) -> Result<Markup, PageFailed> {
    let word = |id: &str| signed.say(id, &[]);
    let mut of = things(signed).await?;
    for target in &read(api::targets::list(signed.asker.clone()).await)? {
        let said = format!("{}: {}", word("reach-of-secret"), target.name);
        of.push((format!("secret-{}", target.id.number()), said));
    }
    Ok(html! {
        form.card method="get" action="/reach" {
            (choice("of", &word("reach-of"), &word("reach-of-everybody"), &of, &asked.of))
            (date("from", &word("search-from"), &asked.from))
            (date("until", &word("search-until"), &asked.until))
            p.hint { (word("reach-entered")) }
            button.primary type="submit" { (word("reach-go")) }
        }
    })
}

fn results(signed: &Signed, told: &Reach) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let counted = |id: &str, count: u64| signed.say(id, &[("count", &count.to_string())]);
    // Where a moment can be looked at.
    let replay = |session: &ids::SessionId, at: Timestamp| {
        let known = told.sessions.iter().find(|one| one.session == *session);
        let from = known.map_or(0, |one| {
            at.as_millis().saturating_sub(one.opened.as_millis())
        });
        format!("/sessions/{}/replay#at={}", session.number(), from.max(0))
    };
    html! {
        @for (count, id) in [
            (told.left_out, "reach-left-out"),
            (told.patients_unlisted, "reach-unlisted"),
            (told.masked_lines, "reach-masked"),
        ] {
            @if count > 0 { (parts::notice(Tone::Look, &html! { p { (counted(id, count)) } })) }
        }
        @if !told.shared.is_empty() {
            (parts::notice(Tone::Bad, &html! {
                p { (word("reach-shared")) }
                ul { @for target in &told.shared { li { a href=(format!("/targets/{}", target.number())) { (target) } } } }
            }))
        }
        (part(signed, "reach-sessions", told.sessions.iter().map(|one| session(signed, one)).collect()))
        (part(signed, "reach-onward", told.onward.iter().map(|one| html! {
            a href=(replay(&one.session, one.at)) { (signed.time(one.at)) } " "
            strong { (one.to.join(", ")) } " " code { (one.command) }
        }).collect()))
        (part(signed, "reach-commands", told.commands.iter().map(|one| html! {
            a href=(replay(&one.session, one.at)) { (signed.time(one.at)) } " " code { (one.text) }
        }).collect()))
        (part(signed, "reach-files", told.files.iter().map(|one| html! {
            (signed.time(one.at)) " " (one.path.clone().unwrap_or_else(|| word("chronology-erased"))) " " (one.bytes) " B"
            @if let Some(sha256) = &one.sha256 { " " code { "SHA-256 " (sha256) } }
        }).collect()))
        (part(signed, "reach-patients", told.patients.iter().map(|one| html! {
            (one.patient) " " (signed.time(one.first)) " – " (signed.time(one.last))
        }).collect()))
        (part(signed, "reach-refused", told.refused.iter().map(|one| html! {
            (signed.time(one.at)) " " code { (one.what) }
        }).collect()))
        p { (word("chronology-print")) }
    }
}

fn part(signed: &Signed, id: &str, rows: Vec<Markup>) -> Markup {
    html! {
        section.card {
            h2 { (signed.say(id, &[])) " (" (rows.len()) ")" }
            @if rows.is_empty() { (parts::empty(&signed.say("reach-nothing", &[]))) }
            @else { ul.rows { @for row in &rows { li { (row) } } } }
        }
    }
}

fn session(signed: &Signed, one: &ReachedSession) -> Markup {
    let (person, target) = (one.person.to_string(), one.target.to_string());
    let vendor = one.vendor.to_string();
    html! {
        (signed.time(one.opened)) " "
        a href=(format!("/visits/{}", one.visit.number())) { (one.session) } " "
        (one.person_name.as_deref().unwrap_or(&person)) " / "
        (one.vendor_name.as_deref().unwrap_or(&vendor)) " / " (one.device) " / " (one.source) " → "
        strong { (one.target_name.as_deref().unwrap_or(&target)) } " "
        (signed.say(&one.content, &[]))
    }
}
