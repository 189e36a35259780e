//! 全停止: one confirmation, no script needed, and what it did; and how two people lift it.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::{DeviceId, PersonId, TargetId, VendorId};
use maud::{Markup, html};
use wire::api::v1::{self, Done, Isolate, IsolateOf, IsolatedShown, Lift, LiftWay, Status};

use super::failed::PageFailed;
use super::moment;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::reach::things;
use super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::body::Form;

/// The one confirmation; or, once it is so, what was done and how it is lifted.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let status = api::status::show(signed.asker.clone()).await?.0;
    let title = signed.say("console-isolate-title", &[]);
    let main = html! {
        h1 { (title) }
        @match &status.isolation {
            None => {
                (confirm(&signed, &status))
                (of_one(&signed).await?)
            },
            Some(isolation) => (in_force(&signed, isolation).await?),
        }
        @for one in &status.isolated { (isolated_one(&signed, one).await?) }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn confirm(signed: &Signed, status: &Status) -> Markup {
    let word = |id| signed.say(id, &[]);
    let live = status.live_sessions.unwrap_or_default().to_string();
    html! {
        p.lead { (word("console-isolate-lead")) }
        p { (signed.say("console-isolate-live", &[("live", &live)])) }
        form method="post" action="/isolate" {
            (parts::line("reason", &word("console-isolate-reason"), None, &word("console-isolate-reason-default"), false))
            button.danger.large type="submit" { (word("console-isolate-now")) }
        }
        p { (word("console-isolate-how-lifted")) }
        p { a.button href="/" { (word("console-isolate-cancel")) } }
    }
}

/// The same for one vendor, target, person or device.
async fn of_one(signed: &Signed) -> Result<Markup, PageFailed> {
    let word = |id| signed.say(id, &[]);
    let things = things(signed).await?;
    let body = html! {
        p { (word("console-isolate-one-lead")) }
        form method="post" action="/isolate" {
            input type="hidden" name="one" value="one";
            div.field {
                label for="of" { (word("console-isolate-one-of")) }
                select id="of" name="of" required {
                    option value="" { (word("console-isolate-one-choose")) }
                    @for (value, text) in &things { option value=(value) { (text) } }
                }
            }
            (words("one-reason", "reason", &word("console-isolate-reason")))
            button.danger type="submit" { (word("console-isolate-one-now")) }
        }
    };
    Ok(parts::card(&html! { (word("console-isolate-one")) }, &body))
}

/// What is isolated by itself, and how two people lift it.
async fn isolated_one(signed: &Signed, one: &IsolatedShown) -> Result<Markup, PageFailed> {
    let word = |id| signed.say(id, &[]);
    let (kind, number) = match &one.of {
        IsolateOf::Vendor(id) => ("vendor", id.number()),
        IsolateOf::Person(id) => ("person", id.number()),
        IsolateOf::Device(id) => ("device", id.number()),
        IsolateOf::Target(id) => ("target", id.number()),
    };
    let number = number.to_string();
    let name = one.name.as_deref().unwrap_or(&number);
    let name = format!("{}: {name}", signed.say(&format!("reach-of-{kind}"), &[]));
    let reason = one.reason.clone();
    let reason = reason.unwrap_or_else(|| word("console-erased"));
    let agreed = agreed_by(signed, &one.agreed).await?;
    let body = html! {
        p { (word("console-isolated-one-did")) }
        (parts::facts(&[
            (word("console-isolated-since"), signed.time(one.since)),
            (word("console-isolated-reason"), html! { (reason) }),
            (word("console-isolated-agreed"), html! { (agreed) }),
        ]))
        form method="post" action="/lift" data-fresh {
            input type="hidden" name="of" value=(format!("{kind}-{number}"));
            (words(&format!("why-{kind}-{number}"), "why", &word("console-lift-reason")))
            (super::fresh::field(signed, &format!("code-{kind}-{number}")))
            button.primary type="submit" { (word("console-lift-one")) }
        }
    };
    Ok(parts::card(&html! { (name) }, &body))
}

/// A line of words in a page that has several forms: its id is its own.
fn words(id: &str, name: &str, label: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            input id=(id) name=(name) type="text" required;
        }
    }
}

/// The names of those who agreed.
async fn agreed_by(signed: &Signed, agreed: &[PersonId]) -> Result<String, PageFailed> {
    let people = api::people::list(signed.asker.clone()).await?.0;
    let names: Vec<String> = agreed
        .iter()
        .map(|by| {
            let known = people.iter().find(|person| person.id == *by);
            let name = known.and_then(|person| person.name.clone());
            name.unwrap_or_else(|| by.to_string())
        })
        .collect();
    Ok(match names.as_slice() {
        [] => signed.say("console-isolated-agreed-nobody", &[]),
        names => names.join("、"),
    })
}

/// What a form names: `vendor-3`; nothing is the whole site.
fn named(signed: &Signed, posted: &Posted) -> Result<Option<IsolateOf>, Failed> {
    let Some(of) = posted.some("of") else {
        return Ok(None);
    };
    let site = signed.asker.engine.id();
    let (kind, number) = of.split_once('-').ok_or_else(|| Failed::field("of"))?;
    let number = number.parse().map_err(|_| Failed::field("of"))?;
    Ok(Some(match kind {
        "vendor" => IsolateOf::Vendor(VendorId::new(site, number)),
        "person" => IsolateOf::Person(PersonId::new(site, number)),
        "device" => IsolateOf::Device(DeviceId::new(site, number)),
        "target" => IsolateOf::Target(TargetId::new(site, number)),
        _ => return Err(Failed::field("of")),
    }))
}

async fn in_force(signed: &Signed, isolation: &v1::Isolation) -> Result<Markup, PageFailed> {
    let word = |id| signed.say(id, &[]);
    let agreed = agreed_by(signed, &isolation.agreed).await?;
    let reason = isolation
        .reason
        .clone()
        .unwrap_or_else(|| word("console-erased"));
    Ok(html! {
        (parts::notice(Tone::Bad, &html! { p { (word("console-isolated-did")) } }))
        (parts::facts(&[
            (word("console-isolated-since"), signed.time(isolation.since)),
            (word("console-isolated-reason"), html! { (reason) }),
            (word("console-isolated-agreed"), html! { (agreed) }),
        ]))
        p { (word("console-isolate-how-lifted")) }
        form method="post" action="/lift" data-fresh {
            p { (word("console-lift-lead")) }
            input type="hidden" name="way" value="agree";
            (parts::line("why", &word("console-lift-reason"), None, "", true))
            (parts::fresh(signed))
            button.primary type="submit" { (word("console-lift")) }
        }
        details {
            summary { (word("console-lift-delay")) }
            @if let Some(until) = isolation.delay_until {
                @let until = moment::said(signed.language, until);
                p { (signed.say("console-lift-delay-until", &[("until", &until)])) }
            }
            form method="post" action="/lift" data-fresh {
                input type="hidden" name="way" value="after_delay";
                (parts::fresh_again(signed))
                button type="submit" { (word("console-lift-delay-begin")) }
            }
        }
    })
}

/// Everything has ended when this is answered. It waits for nothing: no fresh touch, no script.
pub(crate) async fn isolate(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let reason = posted.some("reason").map(str::to_owned);
    let reason = reason.unwrap_or_else(|| signed.say("console-isolate-reason-default", &[]));
    let of = named(&signed, &posted)?;
    // Whoever meant one and named none does not mean everything.
    if of.is_none() && posted.some("one").is_some() {
        return Err(Failed::field("of").into());
    }
    let said = if of.is_some() {
        "done-isolated-one"
    } else {
        "done-isolated"
    };
    let isolate = Form(Isolate { reason, of });
    let Done {} = api::site::isolate(signed.asker.clone(), isolate).await?.0;
    Ok(done("/isolate", said))
}

/// One person's agreement to lift it.
pub(crate) async fn lift(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let way = match posted.text("way") {
        "after_delay" => LiftWay::AfterDelay,
        _ => LiftWay::Agree,
    };
    let why = posted.some("why").map(str::to_owned);
    if way == LiftWay::Agree && why.is_none() {
        return Err(Failed::field("why").into());
    }
    let of = named(&signed, &posted)?;
    let (to, said) = match of {
        Some(_) => ("/isolate", "done-lifted-one"),
        None => ("/", "done-lifted"),
    };
    let lift = Form(Lift { way, why, of });
    let lifted = api::site::lift(signed.asker.clone(), lift).await?.0;
    Ok(if lifted.lifted {
        done(to, said)
    } else {
        done("/isolate", "done-lift-agreed")
    })
}
