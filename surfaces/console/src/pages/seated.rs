//! What pages have in common at which an engineer sits: whose they are, the ticket that is asked for before each
//! line, the bar above the screen, and what it says.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use ids::VisitId;
use maud::{Markup, html};
use serde_json::json;
use wire::api::v1::Visit;

use super::failed::PageFailed;
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::asker::Desk;
use crate::body::Of;
use crate::terminal::{GRACE, Key};

/// `POST /visits/{number}/terminal/ticket`, and of a desktop: what the page shows in its first message.
pub(crate) async fn ticket(
    State(desk): State<Desk>,
    signed: Signed,
    Of(id): Of<VisitId>,
    _: Posted,
) -> Result<Response, PageFailed> {
    let visit = own(&signed, id).await?;
    let token = signed.asker.token.as_ref().ok_or(PageFailed::SignedOut)?;
    let whose = Key::of(&visit.id, token);
    let ticket = desk.terminals.tickets().issue(&whose, desk.engine.now());
    let ticket = ticket.ok_or(Failed::Broken)?;
    Ok(Json(json!({ "ticket": HEXLOWER.encode(&ticket) })).into_response())
}

/// The visit, if it is the asker's own work. To others there is nothing to sit at.
pub(super) async fn own(signed: &Signed, id: VisitId) -> Result<Visit, PageFailed> {
    let visit = api::visits::show(signed.asker.clone(), Of(id)).await?.0;
    if signed.asker.person() == Some(&visit.person) {
        Ok(visit)
    } else {
        Err(Failed::NotFound.into())
    }
}

/// Why there is nothing to sit at.
pub(super) fn said(signed: &Signed, id: &str) -> Markup {
    parts::notice(Tone::Look, &html! { p { (signed.say(id, &[])) } })
}

/// Seconds for which a line that was lost is waited for.
fn grace() -> String {
    GRACE.as_secs().to_string()
}

/// What the bar says, for the page to say it when it is so.
pub(super) fn words(signed: &Signed, base: &str) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    html! {
        span hidden data-part="words"
            data-base=(base)
            data-grace=(grace())
            data-left-unknown=(say("terminal-left-unknown"))
            data-connecting=(say("terminal-connecting"))
            data-live=(say("terminal-live"))
            data-paused=(say("terminal-paused"))
            data-awaiting=(say("terminal-awaiting"))
            data-lost=(signed.say("terminal-lost", &[("seconds", &grace())]))
            data-gone=(say("terminal-gone"))
            data-signed-out=(say("terminal-signed-out")) {}
    }
}

/// The time that is left, how it stands, and what can be done about it.
pub(super) fn bar(signed: &Signed, base: &str) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    html! {
        div.terminal-bar {
            p.left data-part="clock" {
                (say("terminal-left")) ": "
                strong data-part="left" { (say("terminal-left-unknown")) }
                " " span data-part="soon" hidden { (parts::tag(Tone::Look, &say("terminal-soon"))) }
            }
            p.state role="status" data-part="state" { (say("terminal-connecting")) }
            div.acts {
                button type="button" data-part="again" hidden { (say("terminal-again")) }
                button type="button" data-part="take-over" hidden { (say("terminal-take-over")) }
                a.button data-part="sign-in" hidden href=(format!("/sign-in?next={base}")) { (say("terminal-sign-in")) }
                button.quiet type="button" data-part="leave" { (say("terminal-leave")) }
            }
        }
        p.terminal-said role="status" data-part="said" {}
    }
}
