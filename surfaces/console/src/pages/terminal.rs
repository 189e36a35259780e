//! The page with an engineer's terminal. What lives in it is `crate::terminal`; here is its frame, and the
//! ticket that it asks for before each line.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use ids::VisitId;
use maud::{Markup, html};
use serde_json::json;
use wire::api::v1::{Files, SshTerms, Visit};

use super::failed::PageFailed;
use super::page::Page;
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::asker::Desk;
use crate::body::Of;
use crate::terminal::{GRACE, Key};

/// The keys that a telephone's keyboard does not have, each with what it sends, in hexadecimal.
const KEYS: [(&str, &str); 7] = [
    ("Esc", "1b"),
    ("Tab", "09"),
    ("Ctrl+C", "03"),
    ("Ctrl+D", "04"),
    ("↑", "1b5b41"),
    ("↓", "1b5b42"),
    ("/", "2f"),
];

/// `GET /visits/{number}/terminal`: to whom the visit was granted, and to nobody else.
pub(crate) async fn show(signed: Signed, Of(id): Of<VisitId>) -> Result<Page, PageFailed> {
    let visit = own(&signed, id).await?;
    let title = signed.say("terminal-title", &[("target", &visit.target_name)]);
    let back = format!("/visits/{}", visit.id.number());
    let page = Page::new(&signed, &title).await;
    let (page, body) = match (&visit.grant, &visit.ssh) {
        (Some(_), Some(terms)) => (page.island("terminal"), terminal(&signed, &visit, terms)),
        (None, _) => (page, said(&signed, "terminal-not-granted")),
        (Some(_), None) => (page, said(&signed, "terminal-not-ssh")),
    };
    Ok(page.main(html! {
        h1 { (title) }
        (body)
        p { a.button href=(back) { (signed.say("terminal-back", &[])) } }
    }))
}

/// `POST /visits/{number}/terminal/ticket`: what the page shows in its first message.
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

/// The visit, if it is the asker's own work. To others there is no terminal.
async fn own(signed: &Signed, id: VisitId) -> Result<Visit, PageFailed> {
    let visit = api::visits::show(signed.asker.clone(), Of(id)).await?.0;
    if signed.asker.person() == Some(&visit.person) {
        Ok(visit)
    } else {
        Err(Failed::NotFound.into())
    }
}

fn said(signed: &Signed, id: &str) -> Markup {
    parts::notice(Tone::Look, &html! { p { (signed.say(id, &[])) } })
}

fn terminal(signed: &Signed, visit: &Visit, terms: &SshTerms) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    let base = format!("/visits/{}/terminal", visit.id.number());
    let seconds = GRACE.as_secs().to_string();
    let files_out = passes(&terms.download);
    html! {
        noscript { (said(signed, "terminal-no-script")) }
        div.terminal data-island="terminal"
            data-base=(base)
            data-sign-in=(format!("/sign-in?next={base}"))
            data-grace=(seconds)
            data-copy=(if files_out { "yes" } else { "no" })
            data-lines=(if passes(&terms.upload) { "yes" } else { "no" })
            data-left-unknown=(say("terminal-left-unknown"))
            data-soon=(say("terminal-soon"))
            data-connecting=(say("terminal-connecting"))
            data-live=(say("terminal-live"))
            data-paused=(say("terminal-paused"))
            data-awaiting=(say("terminal-awaiting"))
            data-lost=(signed.say("terminal-lost", &[("seconds", &seconds)]))
            data-gone=(say("terminal-gone"))
            data-leave-sure=(say("terminal-leave-sure"))
            data-paste-sure=(say("terminal-paste-sure"))
            data-copy-no=(say("terminal-copy-no"))
            data-up=(say("terminal-files-up"))
            data-empty=(say("terminal-files-empty"))
            data-sent=(say("terminal-files-sent"))
            data-taken=(say("terminal-files-taken"))
            data-passing=(say("terminal-files-passing"))
            data-failed=(say("terminal-files-failed"))
            data-signed-out=(say("terminal-signed-out"))
        {
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
            div.terminal-screen data-part="screen" role="group" aria-label=(say("terminal-screen")) {}
            div.terminal-keys role="group" aria-label=(say("terminal-keys")) data-part="keys" {
                @for (name, hex) in KEYS { button type="button" data-key=(hex) { (name) } }
            }
            p.hint { (say("terminal-lead")) " " (say("terminal-key-hint")) " " (say("terminal-manners")) }
            (files(signed, terms, &base))
        }
    }
}

/// Whether files pass in a direction.
fn passes(files: &Files) -> bool {
    matches!(files, Files::Yes { .. })
}

fn files(signed: &Signed, terms: &SshTerms, base: &str) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    let (into, out) = (passes(&terms.upload), passes(&terms.download));
    html! {
        details.card.terminal-files data-part="files" {
            summary { (say("terminal-files")) }
            @if into || out {
                p { (say("terminal-files-rule")) }
                form method="post" action=(format!("{base}/list")) data-part="folder" {
                    label { (say("terminal-files-folder")) input name="path" autocomplete="off" spellcheck="false"; }
                    button type="submit" { (say("terminal-files-show")) }
                }
                ul.rows data-part="names" {}
                @if into {
                    form method="post" action=(format!("{base}/bring")) data-part="send" {
                        label { (say("terminal-files-send")) input name="file" type="file" required; }
                        button type="submit" { (say("terminal-files-send-now")) }
                    }
                }
                p role="status" data-part="files-said" {}
            } @else {
                p { (say("terminal-files-off")) }
            }
        }
    }
}
