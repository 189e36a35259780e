//! 全停止: one confirmation, no script needed, and what it did; and how two people lift it.

use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::{self, Done, Isolate, Lift, LiftWay, Status};

use super::failed::PageFailed;
use super::moment;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
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
            None => (confirm(&signed, &status)),
            Some(isolation) => (in_force(&signed, isolation).await?),
        }
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

async fn in_force(signed: &Signed, isolation: &v1::Isolation) -> Result<Markup, PageFailed> {
    let word = |id| signed.say(id, &[]);
    let people = api::people::list(signed.asker.clone()).await?.0;
    let agreed: Vec<String> = isolation
        .agreed
        .iter()
        .map(|by| {
            let known = people.iter().find(|person| person.id == *by);
            let name = known.and_then(|person| person.name.clone());
            name.unwrap_or_else(|| by.to_string())
        })
        .collect();
    let agreed = match agreed.as_slice() {
        [] => word("console-isolated-agreed-nobody"),
        names => names.join("、"),
    };
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
    let Done {} = api::site::isolate(signed.asker.clone(), Form(Isolate { reason }))
        .await?
        .0;
    Ok(done("/isolate", "done-isolated"))
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
    let lifted = api::site::lift(signed.asker.clone(), Form(Lift { way, why }))
        .await?
        .0;
    Ok(if lifted.lifted {
        done("/", "done-lifted")
    } else {
        done("/isolate", "done-lift-agreed")
    })
}
