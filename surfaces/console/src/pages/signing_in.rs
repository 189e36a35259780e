//! Signing in, as everybody who is nobody yet sees it: one page that says nothing of the site.

use axum::extract::{RawQuery, State};
use axum::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use phrases::{Language, say};

use super::failed::PageFailed;
use super::manners::{COOKIE, LANGUAGE_COOKIE, set_cookie};
use super::page::Page;
use super::passkey_sign_in::agent;
use super::passkeys::words_of_the_island;
use super::posted::Posted;
use super::signed::{Signed, language_of, next_of};
use crate::asker::Desk;

/// How long a language is remembered: a year, in seconds.
const LANGUAGE_LASTS: u32 = 365 * 24 * 3600;

/// The sign-in page. It is the same for everybody.
pub(crate) async fn page(headers: HeaderMap, RawQuery(query): RawQuery) -> Page {
    let next = query.as_deref().and_then(next_in);
    shown(language_of(&headers), next.as_deref(), None)
}

/// Both factors at once, and one answer for a name that nobody has, a wrong factor and a lock.
pub(crate) async fn sign_in(
    State(desk): State<Desk>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let next = next_of(posted.text("next")).map(str::to_owned);
    let signed_in = desk
        .engine
        .sign_in_in_browser(
            &desk.connection(),
            (
                posted.text("login"),
                posted.text("passphrase"),
                posted.text("code"),
            ),
            agent(&headers),
        )
        .await;
    let Ok(signed_in) = signed_in else {
        let language = language_of(&headers);
        let failed = say(language, "console-sign-in-failed", &[]);
        let mut answer = shown(language, next.as_deref(), Some(&failed)).into_response();
        *answer.status_mut() = StatusCode::UNAUTHORIZED;
        return Ok(answer);
    };
    Ok(signed_in_to(next.as_deref(), signed_in.token.as_str()))
}

/// The answer to whoever is signed in now: their cookie, and the page that they came for.
pub(crate) fn signed_in_to(next: Option<&str>, token: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let to = HeaderValue::from_str(next.unwrap_or("/"));
    let headers = answer.headers_mut();
    headers.insert(LOCATION, to.unwrap_or(HeaderValue::from_static("/")));
    headers.insert(SET_COOKIE, set_cookie(COOKIE, token, None));
    answer
}

/// The sign-in ends, with the sessions that were opened with it.
pub(crate) async fn sign_out(signed: Signed, _: Posted) -> Response {
    if let Some(token) = &signed.asker.token {
        let asker = &signed.asker;
        asker.engine.sign_out(&asker.by, token.reveal()).await;
    }
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let headers = answer.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/sign-in"));
    headers.insert(SET_COOKIE, set_cookie(COOKIE, "", Some(0)));
    answer
}

/// Remembers the language that the reader chose, and shows them the beginning in it.
pub(crate) async fn language(posted: Posted) -> Response {
    let chosen = match posted.text("language") {
        "en" => Language::En,
        _ => Language::Ja,
    };
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let headers = answer.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/"));
    let cookie = set_cookie(LANGUAGE_COOKIE, chosen.tag(), Some(LANGUAGE_LASTS));
    headers.insert(SET_COOKIE, cookie);
    answer
}

fn next_in(query: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let next = pairs.into_iter().find(|(name, _)| name == "next")?.1;
    next_of(&next).map(str::to_owned)
}

fn shown(language: Language, next: Option<&str>, failed: Option<&str>) -> Page {
    let word = |id| say(language, id, &[]);
    let title = word("console-sign-in");
    Page::plain(language, &title).island("passkey").main(html! {
        h1 { (title) }
        p.lead { (word("console-sign-in-lead")) }
        @if let Some(failed) = failed {
            div.notice.bad role="alert" { p { (failed) } }
        }
        form.narrow method="post" action="/sign-in" data-passkey="sign-in" {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            (field(&word("console-login"), html! {
                input #login name="login" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128" required;
            }, "login"))
            div.field {
                button type="button" data-passkey-go aria-describedby="by-passkey-hint" { (word("console-passkey-sign-in")) }
                p.hint #by-passkey-hint { (word("console-passkey-sign-in-hint")) }
                (words_of_the_island(&word))
            }
            h2 { (word("console-passkey-or")) }
            (field(&word("console-passphrase"), html! {
                input #passphrase name="passphrase" type="password" autocomplete="current-password" maxlength="1024" required;
            }, "passphrase"))
            (field(&word("console-sign-in-code"), html! {
                input #code name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="16" aria-describedby="code-hint" required;
                p.hint #code-hint { (word("console-sign-in-code-hint")) }
            }, "code"))
            button.primary type="submit" { (title) }
        }
        p.hint { (word("console-sign-in-help")) }
    })
}

fn field(label: &str, input: Markup, name: &str) -> Markup {
    html! { div.field { label for=(name) { (label) } (input) } }
}
