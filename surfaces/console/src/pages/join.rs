//! Accepting an invitation in a browser: paste it, say who you are, set up the one-time codes, show one.
//!
//! The invitation comes behind the `#` of a link, which browsers send to nobody, or is pasted; it travels in
//! the body of a form and stands in no path and in no query. Between the last two steps the browser is known
//! by a cookie that is good for nothing else (lesson L4).

mod details;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{JoinError, ShownSecret};
use maud::{Markup, html};
use phrases::{Language, say};
use wire::join::{JoinRequest, JoinStart, Joined};
use wire::{Invitation, Message, Purpose, Said, Secret};

use self::details::Details;
use super::failed::sentence;
use super::manners::{cookie, set_cookie};
use super::page::Page;
use super::parts::{self, Tone};
use super::posted::Posted;
use super::qr;
use super::signed::language_of;
use crate::asker::Desk;

/// The cookie of somebody who is joining.
pub(crate) const JOIN_COOKIE: &str = "__Host-join";

/// How long the browser keeps it, in seconds: as long as the site remembers.
const KEPT: u32 = 600;

/// The first page: where the invitation is pasted, or read from the address bar by the island.
pub(crate) async fn page(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let language = language_of(&headers);
    if !desk.engine.admitted().joining {
        return nothing_open(language);
    }
    pasting(language, &[])
}

/// No invitation is open: then there is nothing to paste.
fn nothing_open(language: Language) -> Response {
    let title = say(language, "join-page-title", &[]);
    let main = html! {
        h1 { (title) }
        (parts::notice(Tone::Look, &html! { p { (say(language, "join-nothing-open", &[])) } }))
        p { a.button href="/sign-in" { (say(language, "join-to-sign-in", &[])) } }
    };
    let page = Page::plain(language, &title).main(main);
    (StatusCode::NOT_FOUND, page).into_response()
}

fn pasting(language: Language, wrong: &[Said]) -> Response {
    let word = |id: &str| say(language, id, &[]);
    let title = word("join-page-title");
    let main = html! {
        h1 { (title) }
        p.lead { (word("join-page-lead")) }
        (told(language, wrong))
        form.narrow method="post" action="/join" data-island="join" {
            div.field {
                label for="invitation" { (word("join-invitation")) }
                textarea #invitation.secret name="invitation" rows="6" maxlength=(wire::invitation::MAX_TEXT)
                    spellcheck="false" autocapitalize="none" autocomplete="off" required
                    aria-describedby="invitation-hint" {}
                p.hint #invitation-hint { (word("join-invitation-hint")) }
            }
            button.primary type="submit" { (word("join-go-on")) }
        }
        p.hint { (word("join-needs-no-program")) }
    };
    let page = Page::plain(language, &title).island("join").main(main);
    if wrong.is_empty() {
        page.into_response()
    } else {
        (StatusCode::BAD_REQUEST, page).into_response()
    }
}

fn told(language: Language, wrong: &[Said]) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.notice.bad role="alert" {
                @for said in wrong { p { (sentence(language, said)) } }
            }
        }
    }
}

/// The invitation, if it can be read and is one of this site's: its secret is not looked at yet.
fn read(desk: &Desk, text: &str) -> Result<Invitation, Said> {
    let alone = text.rsplit_once('#').map_or(text, |(_, behind)| behind);
    let invitation: Invitation = alone
        .parse()
        .map_err(|_| Said::plain("join-invitation-unreadable"))?;
    if invitation.site != *desk.engine.id() {
        return Err(Said::plain("join-invitation-elsewhere"));
    }
    if invitation.purpose == Purpose::Device {
        return Err(Said::plain("join-needs-the-program"));
    }
    Ok(invitation)
}

/// The second page: who somebody is, and their passphrase.
pub(crate) async fn begin(
    State(desk): State<Desk>,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let language = language_of(&headers);
    let text = posted.text("invitation");
    match read(&desk, text) {
        Err(wrong) => pasting(language, &[wrong]),
        Ok(invitation) => Details::empty(text, invitation.purpose).page(language, &[]),
    }
}

/// Begins joining, and shows the secret of the one-time codes.
pub(crate) async fn start(
    State(desk): State<Desk>,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let language = language_of(&headers);
    let invitation = match read(&desk, posted.text("invitation")) {
        Ok(invitation) => invitation,
        Err(wrong) => return pasting(language, &[wrong]),
    };
    let details = Details::posted(&posted, invitation.purpose);
    let start = match details.start(&invitation, &posted) {
        Ok(start) => start,
        Err(wrong) => return details.page(language, &[wrong]),
    };
    match desk.engine.begin_in_browser(desk.connection(), start).await {
        Err(JoinError { reasons }) => details.page(language, &reasons),
        Ok(begun) => {
            let mut answer = codes(language, &begun.shown, &[]);
            let kept = set_cookie(JOIN_COOKIE, &begun.pass, Some(KEPT));
            answer.headers_mut().insert(SET_COOKIE, kept);
            answer
        }
    }
}

/// The third page: the secret for an authenticator, and the first code from it.
fn codes(language: Language, shown: &ShownSecret, wrong: &[Said]) -> Response {
    let word = |id: &str| say(language, id, &[]);
    let title = word("join-codes-title");
    let groups: Vec<String> = shown
        .base32
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    let main = html! {
        h1 { (title) }
        (told(language, wrong))
        p { (word("join-codes-lead")) }
        (qr::drawn(&shown.otpauth, &word("join-codes-qr")))
        p { (word("join-codes-typed")) }
        p.secret { code { (groups.join(" ")) } }
        form.narrow method="post" action="/join/confirm" {
            div.field {
                label for="code" { (word("join-code")) }
                input #code name="code" inputmode="numeric" autocomplete="one-time-code"
                    maxlength="16" required aria-describedby="code-hint";
                p.hint #code-hint { (word("join-code-hint")) }
            }
            button.primary type="submit" { (word("join-finish")) }
        }
    };
    let page = Page::plain(language, &title).main(main);
    if wrong.is_empty() {
        page.into_response()
    } else {
        (StatusCode::FORBIDDEN, page).into_response()
    }
}

/// The first code proves that the authenticator works; then they have joined.
pub(crate) async fn confirm(
    State(desk): State<Desk>,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let language = language_of(&headers);
    let pass = cookie(&headers, JOIN_COOKIE).unwrap_or_default().to_owned();
    let code = posted.text("code");
    let confirmed = desk
        .engine
        .confirm_in_browser(&desk.connection(), &pass, code)
        .await;
    match confirmed {
        Ok(joined) => through(&desk, language, &joined),
        Err(failed) => match failed.again {
            Some(shown) => codes(language, &shown, &failed.error.reasons),
            None => begin_again(language, &failed.error.reasons),
        },
    }
}

fn begin_again(language: Language, reasons: &[Said]) -> Response {
    let title = say(language, "join-page-title", &[]);
    let main = html! {
        h1 { (title) }
        (told(language, reasons))
        p { a.button href="/join" { (say(language, "join-begin", &[])) } }
    };
    let page = Page::plain(language, &title).main(main);
    (StatusCode::FORBIDDEN, page).into_response()
}

/// What comes next: signing in, and for an engineer what still stands between them and a visit.
fn through(desk: &Desk, language: Language, joined: &Joined) -> Response {
    let word = |id: &str| say(language, id, &[]);
    let title = word("join-done");
    let engineer = {
        let site = desk.engine.site();
        let person = site.person(&joined.person);
        person.is_some_and(|person| person.has(access::Role::Engineer))
    };
    let next = if engineer {
        "/sign-in"
    } else {
        "/sign-in?next=/setup"
    };
    let main = html! {
        h1 { (title) }
        (parts::notice(Tone::Good, &html! { p { (say(language, "join-done-at", &[("site", &joined.site_name)])) } }))
        p { (word("join-next-sign-in")) }
        @if engineer { p { (word("join-next-engineer")) } }
        @else { p { (word("join-next-passkey")) } }
        p { a.button href=(next) { (word("join-to-sign-in")) } }
    };
    // The cookie ends by itself: a second press of the button is told the same.
    Page::plain(language, &title).main(main).into_response()
}

/// Whether every field is within its limits, as on the wire (lesson L24).
fn within_limits(start: JoinStart) -> Result<JoinStart, Said> {
    let request = JoinRequest::Start(Box::new(start));
    match (request.check(), request) {
        (Ok(()), JoinRequest::Start(start)) => Ok(*start),
        _ => Err(Said::plain("join-field-length")),
    }
}

/// A secret of a form.
fn secret(text: &str) -> Option<Secret> {
    (!text.is_empty()).then(|| Secret::from(text))
}
