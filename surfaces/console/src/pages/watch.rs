//! A session, watched live: what its channels show, and the hands on it: a pause, its end, a word. What a
//! target sent comes as data that the server has made inert, and is put into cells (lesson L28).
//!
//! Watching is attending: where an attendant is required, whoever closes the page freezes the session.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ids::SessionId;
use maud::{Markup, html};
use wire::api::v1::{Frozen, Session};

use super::failed::{PageFailed, sentence};
use super::moment;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use super::windows::{self, Window};
use crate::answer::Failed;
use crate::api;
use crate::asker::Desk;
use crate::body::{Nothing, Of};
use crate::lines::{Held, lines};
use access::{Reason, Role};

/// By which number the watcher's heartbeats name it.
const WATCHER: HeaderName = HeaderName::from_static("sekisho-watcher");

/// The page. Without JavaScript it says how the session stands, and its forms work.
pub(crate) async fn show(
    signed: Signed,
    Of(id): Of<SessionId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let session = api::sessions::show(signed.asker.clone(), Of(id)).await?.0;
    let name = session.person_name.as_deref().unwrap_or("–");
    let args = [("name", name), ("target", session.target_name.as_str())];
    let title = signed.say("watch-title", &args);
    let main = html! {
        h1 { (title) }
        @match &session.ended {
            Some(ended) => {
                (parts::notice(Tone::Look, &html! { p { (sentence(signed.language, &ended.reason)) } }))
                p { a.button href=(format!("/visits/{}", session.visit.number())) { (signed.say("watch-to-visit", &[])) } }
            },
            None if attends(&signed) => (live(&signed, &session)),
            None => (state_only(&signed, &session)),
        }
    };
    let page = Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main);
    Ok(if session.ended.is_none() && attends(&signed) {
        page.island("watch")
    } else {
        page
    })
}

/// Who attends, for what is shown: an inspector only reads.
fn attends(signed: &Signed) -> bool {
    signed.of_the_hospital() && (signed.has(Role::Approver) || signed.has(Role::Operator))
}

/// How the session stands.
fn state(signed: &Signed, session: &Session) -> Markup {
    let until = moment::said(signed.language, session.until);
    let (tone, state) = match session.frozen {
        Some(Frozen::AwaitingAttendant) => (Tone::Look, "console-needs-attendant"),
        Some(Frozen::Paused) => (Tone::Look, "console-paused"),
        None => (Tone::Good, "console-live"),
    };
    html! { (parts::tag(tone, &signed.say(state, &[]))) " " (signed.say("console-until", &[("until", &until)])) }
}

fn state_only(signed: &Signed, session: &Session) -> Markup {
    html! {
        p { (state(signed, session)) }
        (parts::notice(Tone::Look, &html! { p { (signed.say("watch-not-yours", &[])) } }))
    }
}

fn live(signed: &Signed, session: &Session) -> Markup {
    let number = session.id.number();
    let word = |id| signed.say(id, &[]);
    html! {
        section.watch data-island="watch"
            data-stream=(format!("/sessions/{number}/watch/stream"))
            data-here=(format!("/sessions/{number}/watch/here"))
            data-live=(word("console-live")) data-paused=(word("console-paused"))
            data-awaiting=(word("console-needs-attendant")) data-connecting=(word("watch-connecting"))
            data-ended=(word("watch-ended")) data-lost=(word("watch-lost")) data-refused=(word("watch-refused"))
            data-channel=(word("watch-channel")) data-again=(word("watch-again"))
        {
            p.state role="status" { (state(signed, session)) }
            @if session.attended { (parts::notice(Tone::Look, &html! { p { (word("watch-leaving-freezes")) } })) }
            noscript { p { (word("watch-needs-script")) } }
            div.screens role="group" aria-label=(word("watch-screen")) {}
            ul.remarks aria-live="polite" {}
            (hands(signed, number, session.frozen))
        }
    }
}

fn hands(signed: &Signed, number: u64, frozen: Option<Frozen>) -> Markup {
    let word = |id| signed.say(id, &[]);
    let paused = frozen == Some(Frozen::Paused);
    html! {
        div.acts {
            form method="post" action=(format!("/sessions/{number}/pause")) data-quiet="pause" hidden[paused] {
                button type="submit" { (word("watch-pause")) }
            }
            form method="post" action=(format!("/sessions/{number}/continue")) data-quiet="continue" hidden[!paused] {
                button type="submit" { (word("watch-continue")) }
            }
            form method="post" action=(format!("/sessions/{number}/end")) {
                button.danger type="submit" { (word("console-end-session")) }
            }
        }
        form method="post" action=(format!("/sessions/{number}/tell")) data-quiet="tell" {
            (parts::line("words", &word("watch-tell"), Some(&word("watch-tell-hint")), "", true))
            button type="submit" { (word("watch-tell-send")) }
        }
        p.said role="status" aria-live="polite" {}
    }
}

/// The session as it goes on, line by line, for as long as the watcher says that it is there.
pub(crate) async fn stream(
    State(desk): State<Desk>,
    signed: Signed,
    Of(id): Of<SessionId>,
) -> Result<Response, PageFailed> {
    let asker = signed.asker.clone();
    let person = asker.person().cloned();
    let person = person.ok_or_else(|| Failed::because(Reason::PersonNeeded))?;
    let window = Window::open(&person).ok_or_else(|| Failed::because(too_many()))?;
    let (beats, body) = lines();
    let watching = api::attending::attend(State(desk), asker, Of(id.clone()), Body::new(body));
    let answer = watching.await?;
    let number = windows::watches(&person, &id, beats);
    let (head, body) = answer.into_parts();
    // The window is open as long as the answer is sent.
    let mut answer = Response::from_parts(head, Body::new(Held::new(body, window)));
    let number = HeaderValue::from(number);
    answer.headers_mut().insert(WATCHER, number);
    Ok(answer)
}

fn too_many() -> Reason {
    Reason::TooMany {
        what: "windows".to_owned(),
        most: 8,
    }
}

/// The watcher is still there.
pub(crate) async fn here(
    signed: Signed,
    Of(id): Of<SessionId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let number = posted.text("watcher").parse().ok();
    let number: u64 = number.ok_or_else(|| Failed::field("watcher"))?;
    let person = signed.asker.person();
    let person = person.ok_or_else(|| Failed::because(Reason::PersonNeeded))?;
    match windows::beat(person, &id, number).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(_) => Err(Failed::NotFound.into()),
    }
}

/// Pauses: nothing passes from here on.
pub(crate) async fn pause(
    signed: Signed,
    Of(id): Of<SessionId>,
    _: Posted,
) -> Result<Response, PageFailed> {
    let back = path(&id);
    let _done = api::attending::pause(signed.asker, Of(id), Nothing).await?;
    Ok(done(&back, "done-paused"))
}

/// Lets it go on.
pub(crate) async fn go_on(
    signed: Signed,
    Of(id): Of<SessionId>,
    _: Posted,
) -> Result<Response, PageFailed> {
    let back = path(&id);
    let _done = api::attending::go_on(signed.asker, Of(id), Nothing).await?;
    Ok(done(&back, "done-continued"))
}

/// Says a word to the engineer.
pub(crate) async fn tell(
    signed: Signed,
    Of(id): Of<SessionId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let back = path(&id);
    let form = wire::api::v1::Tell {
        words: posted.text("words").to_owned(),
    };
    let _done = api::attending::tell(signed.asker, Of(id), crate::body::Form(form)).await?;
    Ok(done(&back, "done-told"))
}

fn path(id: &SessionId) -> String {
    format!("/sessions/{}/watch", id.number())
}
