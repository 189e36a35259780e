//! A recording, played back. It opens by a fresh touch, for this sign-in and for a while; each look at it is
//! an entry. Without JavaScript there is what was done, in order; the screen as it was needs it.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ids::SessionId;
use maud::{Markup, html};
use wire::api::v1::{Handover, Happening, Indexed, RecordingIndex, Session};

use super::failed::{PageFailed, sentence};
use super::page::{Page, done};
use super::parts;
use super::posted::Posted;
use super::signed::Signed;
use super::windows;
use crate::api;
use crate::body::Of;

/// The speeds that are offered.
const SPEEDS: [&str; 5] = ["0.5", "1", "2", "4", "16"];

/// The player, or the question for a fresh touch.
pub(crate) async fn show(
    signed: Signed,
    Of(id): Of<SessionId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let session = api::sessions::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    let number = id.number().to_string();
    let title = signed.say("replay-title", &[("number", &number)]);
    let open = is_open(&signed, &id);
    let index = if open {
        Some(api::replays::index(signed.asker.clone(), Of(id)).await?.0)
    } else {
        None
    };
    let main = html! {
        h1 { (title) }
        (whose(&signed, &session))
        @match &index {
            None => (question(&signed, &session)),
            Some(index) => (player(&signed, &session, index)),
        }
    };
    let page = Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main);
    Ok(if open { page.island("replay") } else { page })
}

/// Opens the recording: the touch was for this very one.
pub(crate) async fn open(
    signed: Signed,
    Of(id): Of<SessionId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    // Whether they may look at all is asked, and entered, where it is shown.
    if let Some(token) = &signed.asker.token {
        windows::opens_recording(token.reveal(), &id, signed.asker.engine.now());
    }
    Ok(done(
        &format!("/sessions/{}/replay", id.number()),
        "done-opened",
    ))
}

/// What was seen, moment by moment.
pub(crate) async fn stream(signed: Signed, Of(id): Of<SessionId>) -> Result<Response, PageFailed> {
    if !is_open(&signed, &id) {
        return Err(PageFailed::NotFresh);
    }
    let played = api::replays::play(signed.asker.clone(), Of(id)).await?;
    debug_assert_eq!(played.status(), StatusCode::OK);
    Ok(played.into_response())
}

fn is_open(signed: &Signed, id: &SessionId) -> bool {
    let token = signed.asker.token.as_ref();
    token.is_some_and(|token| {
        windows::recording_is_open(token.reveal(), id, signed.asker.engine.now())
    })
}

fn whose(signed: &Signed, session: &Session) -> Markup {
    let erased = signed.say("console-erased", &[]);
    let visit = session.visit.number();
    let facts = [
        (
            signed.say("console-who", &[]),
            html! { (session.person_name.as_deref().unwrap_or(&erased)) },
        ),
        (
            signed.say("console-where", &[]),
            html! { (session.target_name) },
        ),
        (
            signed.say("console-when", &[]),
            signed.time(session.opened_at),
        ),
        (
            signed.say("replay-visit", &[]),
            html! { a href=(format!("/visits/{visit}")) { (visit) } },
        ),
    ];
    parts::facts(&facts)
}

fn question(signed: &Signed, session: &Session) -> Markup {
    html! {
        section.card {
            p { (signed.say("replay-lead", &[])) }
            form.narrow method="post" action=(format!("/sessions/{}/replay", session.id.number())) {
                (parts::fresh(signed))
                button.primary type="submit" { (signed.say("replay-open", &[])) }
            }
        }
    }
}

fn player(signed: &Signed, session: &Session, index: &RecordingIndex) -> Markup {
    let word = |id| signed.say(id, &[]);
    html! {
        section.replay data-island="replay"
            data-stream=(format!("/sessions/{}/replay/stream", session.id.number()))
            data-play=(word("replay-play")) data-stop=(word("replay-stop"))
            data-reading=(word("replay-reading")) data-read=(word("replay-read"))
            data-broken=(word("replay-broken")) data-cut=(word("replay-cut"))
            data-channel=(word("watch-channel")) data-none=(word("replay-no-match"))
        {
            p.state role="status" aria-live="polite" {}
            noscript { p { (word("replay-needs-script")) } }
            div.screens role="group" aria-label=(word("watch-screen")) {}
            div.controls hidden { (controls(signed)) }
            ul.remarks {}
        }
        section.card {
            h2 { (word("replay-done")) }
            div.field.replay-find hidden {
                label for="find" { (word("replay-find")) }
                input id="find" type="search" autocomplete="off";
            }
            @if index.items.is_empty() { (parts::empty(&word("replay-nothing"))) }
            ol.told.replay-index { @for item in &index.items { (happened(signed, item)) } }
            @if index.left_out > 0 { p.hint { (signed.say("story-left-out", &[("count", &index.left_out.to_string())])) } }
            @for limit in &index.limits { p.hint { (sentence(signed.language, limit)) } }
        }
    }
}

fn controls(signed: &Signed) -> Markup {
    let word = |id| signed.say(id, &[]);
    html! {
        div.acts {
            button.primary type="button" data-do="play" { (word("replay-play")) }
            button type="button" data-do="back" { (word("replay-back")) }
            button type="button" data-do="on" { (word("replay-on")) }
        }
        div.field {
            label for="seek" { (word("replay-seek")) }
            input id="seek" type="range" min="0" max="0" value="0" step="100";
            output for="seek" {}
        }
        div.field {
            label for="speed" { (word("replay-speed")) }
            select id="speed" { @for speed in SPEEDS { option value=(speed) selected[speed == "1"] { (speed) "×" } } }
        }
        (parts::tick("skip", "on", &word("replay-skip"), true))
        p.hint { (word("replay-keys")) }
    }
}

fn happened(signed: &Signed, item: &Indexed) -> Markup {
    let (id, text) = said(&item.what);
    let what = if id.is_empty() {
        String::new()
    } else {
        signed.say(id, &[])
    };
    let command = matches!(item.what, Happening::Command { .. });
    html! {
        li data-at=(item.at_millis) data-command[command] {
            span.clock { (moment_of(item.at_millis)) } " "
            @if !what.is_empty() { (what) " " }
            @if !text.is_empty() { code { (text) } }
        }
    }
}

/// A sentence and a text. The text is the target's or the engineer's: it is shown as text.
fn said(what: &Happening) -> (&'static str, String) {
    match what {
        Happening::Opened { .. } => ("replay-opened", String::new()),
        Happening::Command { prompt, text } => {
            let prompt = prompt.as_deref().unwrap_or("$").trim_end();
            ("", format!("{prompt} {text}"))
        }
        Happening::Answered { failed, .. } => (answer_id(failed.as_deref()), answer(what)),
        Happening::HiddenLines(count) => ("replay-hidden-lines", count.to_string()),
        Happening::Resized { columns, rows } => ("replay-resized", format!("{columns}×{rows}")),
        Happening::File {
            direction, path, ..
        } => match direction {
            Handover::In => ("handover-in", path.clone()),
            Handover::Out => ("handover-out", path.clone()),
        },
        Happening::Exited { status, signal } => {
            let how = signal.clone().or(status.map(|status| status.to_string()));
            ("replay-exited", how.unwrap_or_default())
        }
        Happening::Closed => ("replay-closed", String::new()),
        Happening::Refused { what, reasons } => {
            ("replay-refused", format!("{what} ({})", reasons.join(", ")))
        }
        Happening::Paused { by } => ("replay-paused", by.clone()),
        Happening::Continued { by } => ("replay-continued", by.clone()),
        Happening::Attended { by } => ("replay-attended", by.clone()),
        Happening::AttendantLeft { by } => ("replay-attendant-left", by.clone()),
        Happening::Notice(text) => ("", text.clone()),
        Happening::End(reason) => ("replay-ended", reason.clone()),
    }
}

/// The sentence over it.
fn answer_id(failed: Option<&str>) -> &'static str {
    match failed {
        None => "replay-answered",
        Some("skipped") => "replay-answer-skipped",
        Some("unfinished") => "replay-answer-unfinished",
        Some(_) => "replay-answer-failed",
    }
}

/// What a server answered, without the words around it.
fn answer(what: &Happening) -> String {
    let Happening::Answered {
        tags,
        bytes_out,
        bytes_in,
        millis,
        failed,
        ..
    } = what
    else {
        return String::new();
    };
    match failed.as_deref() {
        Some("skipped" | "unfinished") => String::new(),
        Some(why) => why.to_owned(),
        None => format!(
            "{} · {} B · {millis} ms",
            tags.join(", "),
            bytes_out.max(bytes_in)
        ),
    }
}

/// Hours, minutes and seconds since the session began.
fn moment_of(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}
