//! Where somebody is signed in: their own list, and how they end what is not theirs any more.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use engine::OwnSignIn;
use ids::Digest;
use maud::{Markup, html};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use crate::answer::Failed;

/// The reader's own sign-ins, the one of this browser first.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let asker = signed.asker.clone();
    let token = asker.token.clone().ok_or(Failed::SignedOut)?;
    let mut own = signed
        .asker
        .blocking(move || asker.engine.own_sign_ins(&asker.by, token.reveal()))
        .await??;
    own.sort_by_key(|own| !own.this);
    let title = signed.say("console-sign-ins-title", &[]);
    let word = |id| signed.say(id, &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (word("console-sign-ins-lead")) }
        p { a.button href="/passkeys" { (word("console-passkeys")) } }
        @for one in &own { (shown(&signed, one)) }
        @if own.len() > 1 {
            form method="post" action="/sign-ins/end-others" {
                button.danger type="submit" { (word("console-sign-ins-end-others")) }
            }
        }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn shown(signed: &Signed, own: &OwnSignIn) -> Markup {
    let word = |id| signed.say(id, &[]);
    let how = match (own.browser, own.passkey) {
        (true, true) => "console-sign-in-by-passkey",
        (true, false) => "console-sign-in-by-code",
        (false, _) => "console-sign-in-of-a-program",
    };
    let mut rows = vec![
        (word("console-sign-in-since"), signed.time(own.since)),
        (word("console-sign-in-used"), signed.time(own.last_used)),
        (word("console-sign-in-until"), signed.time(own.until)),
    ];
    // A stranger's words, shown as such and as nothing else.
    for (name, text) in [
        ("console-sign-in-source", &own.source),
        ("console-sign-in-agent", &own.agent),
    ] {
        if !text.is_empty() {
            rows.push((word(name), html! { span.words { (text) } }));
        }
    }
    let heading = html! {
        (word(how))
        @if own.this { " " (parts::tag(Tone::Good, &word("console-sign-in-this"))) }
    };
    let body = html! {
        (parts::facts(&rows))
        @if !own.this {
            form method="post" action=(format!("/sign-ins/{}/end", own.id)) {
                button type="submit" { (word("console-sign-in-end")) }
            }
        }
    };
    parts::card(&heading, &body)
}

/// Ends one of them. Taking access away waits for nothing.
pub(crate) async fn end(
    signed: Signed,
    Path(id): Path<String>,
    _: Posted,
) -> Result<Response, PageFailed> {
    let id: Digest = id.parse().map_err(|_| Failed::NotFound)?;
    let asker = &signed.asker;
    if asker.engine.end_own_sign_in(&asker.by, &id).await? {
        Ok(done("/sign-ins", "done-sign-in-ended"))
    } else {
        Err(Failed::NotFound.into())
    }
}

/// Ends all but the one of this browser.
pub(crate) async fn end_others(signed: Signed, _: Posted) -> Result<Response, PageFailed> {
    let asker = &signed.asker;
    let token = asker.token.as_ref().ok_or(Failed::SignedOut)?;
    asker
        .engine
        .end_other_sign_ins(&asker.by, token.reveal())
        .await?;
    Ok(done("/sign-ins", "done-sign-in-ended"))
}
