//! What is prepared for incidents while nothing happens: what was agreed, and whom to call. Printed, it hangs beside the telephone.

use access::response::{ContactRole, Matter};
use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::{AgreePolicy, CardShown, ContactShown, SetContact, TryContact};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::registry::{choice, of_the_hospital, read};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api::response as api;
use crate::body::Form;

/// Where it stands.
const HERE: &str = "/preparation";

/// The page.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::preparation(signed.asker.clone()).await)?;
    let word = |id: &str| signed.say(id, &[]);
    let title = word("preparation");
    let main = html! {
        h1 { (title) }
        p.lead { (word("preparation-lead")) }
        h2 { (word("preparation-cards")) }
        @for card in &known.cards { (policy(&signed, card)) }
        (agreeing(&signed))
        h2 { (word("preparation-contacts")) }
        @if !known.missing.is_empty() {
            (parts::notice(Tone::Look, &html! {
                p { (word("preparation-missing")) }
                ul { @for role in &known.missing { li { (word(role)) } } }
            }))
        }
        @for one in &known.contacts { (contact(&signed, one)) }
        (adding(&signed))
        p { (word("preparation-print")) }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn policy(signed: &Signed, card: &CardShown) -> Markup {
    let heading = html! { (signed.say(&card.matter, &[])) };
    let body = html! {
        @match (&card.said, card.at) {
            (Some(said), Some(at)) => {
                p { (said) }
                p.hint { (signed.time(at)) " " (card.by.as_deref().unwrap_or_default()) }
            },
            (None, Some(_)) => p { (signed.say("chronology-erased", &[])) },
            (_, None) => p { (parts::tag(Tone::Look, &signed.say("preparation-not-agreed", &[]))) },
        }
    };
    parts::card(&heading, &body)
}

fn agreeing(signed: &Signed) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let cards =
        Matter::CARDS.map(|card| (card.id().to_owned(), word(&format!("matter-{}", card.id()))));
    html! {
        details {
            summary { (word("preparation-agree")) }
            form.narrow method="post" action=(format!("{HERE}/policies")) {
                (choice("matter", &word("response-about"), None, &cards, ""))
                (parts::lines("said", &word("preparation-said"), Some(&word("preparation-said-hint")), "", true))
                button.primary type="submit" { (word("preparation-agree")) }
            }
        }
    }
}

fn contact(signed: &Signed, contact: &ContactShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let erased = word("chronology-erased");
    let number = contact.number.to_string();
    let name = contact.name.as_deref().unwrap_or(&erased);
    let heading = html! { (number) ". " (word(&contact.role)) ": " (name) };
    let tried = match (contact.tried, contact.reached) {
        (Some(at), Some(true)) => html! { (word("preparation-reached")) " " (signed.time(at)) },
        (Some(at), _) => html! { (word("preparation-not-reached")) " " (signed.time(at)) },
        (None, _) => html! { (word("preparation-never")) },
    };
    let tone = if contact.untried {
        Tone::Look
    } else {
        Tone::Good
    };
    let body = html! {
        p { (contact.reach.as_deref().unwrap_or(&erased)) }
        p { (parts::tag(tone, &word(if contact.untried { "preparation-untried" } else { "preparation-tried" }))) " " (tried) }
        form method="post" action=(format!("{HERE}/contacts/tried")) {
            input type="hidden" name="number" value=(number);
            p.actions {
                button type="submit" name="reached" value="yes" { (word("preparation-was-reached")) } " "
                button type="submit" name="reached" value="no" { (word("preparation-was-not")) }
            }
        }
        details {
            summary { (word("preparation-remove")) }
            form method="post" action=(format!("{HERE}/contacts")) {
                input type="hidden" name="number" value=(number);
                button.danger type="submit" { (word("preparation-remove")) }
            }
        }
    };
    parts::card(&heading, &body)
}

fn adding(signed: &Signed) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let roles = ContactRole::ALL.iter();
    let roles: Vec<(String, String)> = roles
        .map(|role| {
            (
                role.id().to_owned(),
                word(&format!("contact-{}", role.id())),
            )
        })
        .collect();
    html! {
        details {
            summary { (word("preparation-add")) }
            form.narrow method="post" action=(format!("{HERE}/contacts")) {
                (choice("role", &word("preparation-role"), None, &roles, ""))
                (parts::line("name", &word("preparation-name"), None, "", true))
                (parts::lines("reach", &word("preparation-reach"), Some(&word("preparation-reach-hint")), "", true))
                (parts::line("number", &word("preparation-number"), Some(&word("preparation-number-hint")), "", false))
                button.primary type="submit" { (word("preparation-add")) }
            }
        }
    }
}

/// Agrees on a matter.
pub(crate) async fn agree(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let form = AgreePolicy {
        matter: posted.text("matter").to_owned(),
        said: posted.text("said").to_owned(),
    };
    read(api::agree(signed.asker.clone(), Form(form)).await)?;
    Ok(done(HERE, "done-changed"))
}

fn number(posted: &Posted) -> Result<Option<u32>, Failed> {
    let typed = posted.some("number").map(str::parse);
    typed.transpose().map_err(|_| Failed::field("number"))
}

/// Adds somebody to call, or changes who stands under a number.
pub(crate) async fn set_contact(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let text = |name: &str| posted.some(name).map(str::to_owned);
    let form = SetContact {
        number: number(&posted)?,
        role: text("role"),
        name: text("name"),
        reach: text("reach"),
    };
    read(api::set_contact(signed.asker.clone(), Form(form)).await)?;
    Ok(done(HERE, "done-changed"))
}

/// Says that somebody was called.
pub(crate) async fn try_contact(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let number = number(&posted)?.ok_or_else(|| Failed::field("number"))?;
    let reached = match posted.text("reached") {
        "yes" => true,
        "no" => false,
        _ => return Err(Failed::field("reached").into()),
    };
    let form = TryContact { number, reached };
    read(api::try_contact(signed.asker.clone(), Form(form)).await)?;
    Ok(done(HERE, "done-changed"))
}
