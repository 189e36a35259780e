//! One's own passkeys: seen, added, removed.

use axum::Json;
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{AddedPasskey, Fresh, OwnPasskey, PasskeyError};
use ids::Digest;
use maud::{Markup, html};
use serde_json::json;
use wire::Said;

use super::failed::{PageFailed, sentence};
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use crate::answer::Failed;

/// The reader's own passkeys, and the form that adds one.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let asker = signed.asker.clone();
    let passkeys = signed
        .asker
        .blocking(move || asker.engine.own_passkeys(&asker.by))
        .await??;
    let title = signed.say("console-passkeys-title", &[]);
    let word = |id| signed.say(id, &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (word("console-passkeys-lead")) }
        @if !signed.of_the_hospital() { p { (word("console-passkeys-engineer")) } }
        @if passkeys.is_empty() { (parts::empty(&word("console-passkeys-none"))) }
        @for passkey in &passkeys { (shown(&signed, passkey)) }
        (adding(&signed))
    };
    let page = Page::new(&signed, &title).await.island("passkey");
    Ok(page.after(query.as_deref()).main(main))
}

fn shown(signed: &Signed, passkey: &OwnPasskey) -> Markup {
    let word = |id| signed.say(id, &[]);
    let used = match passkey.last_used {
        Some(at) => signed.time(at),
        None => html! { (word("console-passkey-never-used")) },
    };
    let mut rows = vec![
        (word("console-passkey-since"), signed.time(passkey.since)),
        (word("console-passkey-used"), used),
    ];
    if let Some(device) = &passkey.device {
        let (tone, says) = match (device.suspended, device.confirmed) {
            (Some(_), _) => (Tone::Bad, "console-passkey-suspended"),
            (None, None) => (Tone::Look, "console-passkey-pending"),
            (None, Some(_)) => (Tone::Good, "console-passkey-confirmed"),
        };
        let number = device.id.to_string();
        let standing = html! { (number) " " (parts::tag(tone, &word(says))) };
        rows.push((word("console-passkey-device"), standing));
        if device.confirmed.is_none() && device.suspended.is_none() {
            let words = html! { ol.words { @for one in &device.words { li { (one) } } } };
            rows.push((word("console-passkey-words"), words));
        }
    }
    let heading = html! {
        (passkey.label)
        @if passkey.attested { " " (parts::tag(Tone::Good, &word("console-passkey-attested"))) }
    };
    let body = html! {
        (parts::facts(&rows))
        details {
            summary { (word("console-passkey-remove")) }
            p { (word("console-passkey-remove-why")) }
            form method="post" action=(format!("/passkeys/{}/remove", passkey.id)) data-fresh {
                (super::fresh::field(signed, &format!("code-{}", passkey.id)))
                button.danger type="submit" { (word("console-passkey-remove")) }
            }
        }
    };
    parts::card(&heading, &body)
}

fn adding(signed: &Signed) -> Markup {
    let word = |id| signed.say(id, &[]);
    html! {
        section.card {
            h2 { (word("console-passkey-add-title")) }
            form.narrow method="post" action="/passkeys" data-passkey="add" {
                (parts::line("label", &word("console-passkey-label"), Some(&word("console-passkey-label-hint")), "", true))
                div.field {
                    label for="add-code" { (word("console-code")) }
                    input #add-code name="code" inputmode="numeric" autocomplete="one-time-code"
                        maxlength="16" aria-describedby="add-code-hint";
                    p.hint #add-code-hint { (word("console-passkey-code-hint")) }
                }
                (words_of_the_island(&word))
                button.primary type="submit" { (word("console-passkey-add")) }
            }
        }
    }
}

/// What the island says, beside the button: it has no sentence of its own.
pub(crate) fn words_of_the_island(word: &dyn Fn(&'static str) -> String) -> Markup {
    html! {
        p.status role="status" aria-live="polite" data-passkey-status
            data-working=(word("console-passkey-working"))
            data-failed=(word("console-passkey-failed"))
            data-cancelled=(word("console-passkey-cancelled"))
            data-unknown=(word("console-passkey-unknown")) {}
    }
}

/// What the browser is asked, to make one.
pub(crate) async fn begin(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let fresh = match (posted.some("touch"), posted.some("code")) {
        (Some(touch), _) => Fresh::Touch(touch),
        (None, Some(code)) => Fresh::Code(code),
        (None, None) => Fresh::JustSignedIn,
    };
    let asker = &signed.asker;
    let begun = asker
        .engine
        .add_passkey_begin(&asker.by, posted.text("label"), fresh)
        .await;
    Ok(match begun {
        Ok(options) => Json(options).into_response(),
        Err(error) => told(&signed, &error),
    })
}

/// What the browser has made.
pub(crate) async fn finish(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let asker = &signed.asker;
    let added = asker
        .engine
        .add_passkey_finish(&asker.by, posted.text("answer"))
        .await;
    Ok(match added {
        Ok(AddedPasskey { .. }) => {
            Json(json!({ "to": "/passkeys?done=done-passkey-added" })).into_response()
        }
        Err(error) => told(&signed, &error),
    })
}

fn told(signed: &Signed, error: &PasskeyError) -> Response {
    let said = |said: &Said| sentence(signed.language, said);
    let reasons: Vec<String> = error.reasons.iter().map(said).collect();
    (StatusCode::FORBIDDEN, Json(json!({ "reasons": reasons }))).into_response()
}

/// Removes one of the reader's own.
pub(crate) async fn remove(
    signed: Signed,
    Path(passkey): Path<String>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let passkey: Digest = passkey.parse().map_err(|_| Failed::NotFound)?;
    signed.fresh(&posted).await?;
    let asker = &signed.asker;
    asker.engine.remove_passkey(&asker.by, &passkey).await?;
    Ok(done("/passkeys", "done-passkey-removed"))
}
