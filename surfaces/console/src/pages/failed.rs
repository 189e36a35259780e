//! What a page says when it did not happen: every reason in the reader's words, and a way back.

use access::Refusal;
use axum::extract::{Request, State};
use axum::http::header::{LOCATION, REFRESH, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use phrases::{Language, say};
use wire::{Problem, Refused, Said};

use super::manners::{COOKIE, set_cookie};
use super::page::Page;
use super::signed::{language_of, next_of};
use crate::answer::Failed;
use crate::asker::Desk;

/// Why there is no page.
#[derive(Debug, Clone)]
pub(crate) enum PageFailed {
    /// As the API would say it.
    Said(Failed),
    /// Sentences of the engine's.
    Because(Vec<Said>),
    /// Nobody is signed in: a page leads to the sign-in, a form says so.
    SignedOut,
    /// The form was not sent by a page of ours.
    Elsewhere,
    /// The browser was led here by another site and kept its cookie to itself: once more, from here.
    Again,
    /// The act needs a fresh code, or a fresh touch of a passkey, and there is none.
    NotFresh,
}

impl From<Failed> for PageFailed {
    fn from(failed: Failed) -> Self {
        if failed == Failed::SignedOut {
            Self::SignedOut
        } else {
            Self::Said(failed)
        }
    }
}

impl From<Refusal> for PageFailed {
    fn from(refusal: Refusal) -> Self {
        Self::from(Failed::from(refusal))
    }
}

impl IntoResponse for PageFailed {
    /// The middleware [`said_in_words`] makes a page of it: here the reader's language is not known.
    fn into_response(self) -> Response {
        let mut answer = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

/// Turns what failed into a page for this reader.
pub(crate) async fn said_in_words(
    State(desk): State<Desk>,
    request: Request,
    next: Next,
) -> Response {
    let asked = Asked::of(&request);
    let mut answer = next.run(request).await;
    let failed = answer.extensions_mut().remove::<PageFailed>();
    // What reads a path or a body answers for the API too: here it is said in words.
    let said = answer
        .extensions_mut()
        .remove::<Failed>()
        .map(PageFailed::from);
    match failed.or(said) {
        None => answer,
        Some(failed) => shown(&desk, &asked, failed).await,
    }
}

/// What of a request its failure is answered with.
pub(crate) struct Asked {
    headers: HeaderMap,
    /// The page, for whoever signs in and comes back.
    path: String,
    reads: bool,
}

impl Asked {
    /// Of this request.
    pub(crate) fn of(request: &Request) -> Self {
        let uri = request.uri();
        Self {
            headers: request.headers().clone(),
            path: uri
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default(),
            reads: request.method().is_safe(),
        }
    }
}

/// The page that says it.
pub(crate) async fn shown(desk: &Desk, asked: &Asked, failed: PageFailed) -> Response {
    let language = language_of(&asked.headers);
    match failed {
        PageFailed::SignedOut if asked.reads => to_sign_in(&asked.path),
        PageFailed::Again => once_more(language, &asked.path),
        PageFailed::SignedOut => {
            let mut answer = telling(
                language,
                StatusCode::UNAUTHORIZED,
                vec![said("console-signed-out")],
                "/sign-in",
            );
            // What the browser still shows for a sign-in is none.
            let gone = set_cookie(COOKIE, "", Some(0));
            answer.headers_mut().insert(SET_COOKIE, gone);
            answer
        }
        PageFailed::Elsewhere => telling(
            language,
            StatusCode::FORBIDDEN,
            vec![said("console-elsewhere")],
            "/",
        ),
        PageFailed::NotFresh => telling(
            language,
            StatusCode::FORBIDDEN,
            vec![said("console-not-fresh")],
            back(asked),
        ),
        PageFailed::Because(reasons) => {
            telling(language, StatusCode::FORBIDDEN, reasons, back(asked))
        }
        PageFailed::Said(failed) => {
            let (status, reasons) = reasons(failed).await;
            let _ = desk;
            telling(language, status, reasons, back(asked))
        }
    }
}

/// Where a form's page is: forms are sent to a path below their page.
fn back(asked: &Asked) -> &str {
    if asked.reads {
        return "/";
    }
    let path = asked.path.split('?').next().unwrap_or("/");
    match path.rsplit_once('/') {
        Some((page, _)) if !page.is_empty() => page,
        Some(_) | None => "/",
    }
}

fn said(id: &str) -> Said {
    Said::plain(id)
}

/// The API's own answer, read back: one place says which cause is told, and as what.
async fn reasons(failed: Failed) -> (StatusCode, Vec<Said>) {
    let answer = failed.into_response();
    let status = answer.status();
    let body = http_body_util::BodyExt::collect(answer.into_body()).await;
    let bytes = body.map(|body| body.to_bytes()).unwrap_or_default();
    if let Ok(refused) = serde_json::from_slice::<Refused>(&bytes) {
        return (status, refused.reasons);
    }
    let problem = serde_json::from_slice::<Problem>(&bytes);
    let problem = problem.unwrap_or_else(|_| Problem::plain("problem-broken"));
    let Problem { id, args } = problem;
    (status, vec![Said { id, args }])
}

/// A sentence that the engine or the API gives by its id.
pub(crate) fn sentence(language: Language, said: &Said) -> String {
    let arguments: Vec<(&str, &str)> = said
        .args
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if phrases::knows(language, &said.id) {
        say(language, &said.id, &arguments)
    } else {
        say(language, "console-unknown-sentence", &[("id", &said.id)])
    }
}

fn telling(language: Language, status: StatusCode, reasons: Vec<Said>, back: &str) -> Response {
    let title = say(language, "console-not-done", &[]);
    let main = html! {
        h1 { (title) }
        div.notice.bad role="alert" {
            @for reason in &reasons {
                p { (sentence(language, reason)) }
            }
        }
        p { a.button href=(back) { (say(language, "console-back", &[])) } }
    };
    let mut answer = Page::plain(language, &title).main(main).into_response();
    *answer.status_mut() = status;
    answer
}

fn to_sign_in(path: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let to = match next_of(path) {
        None | Some("/") => "/sign-in".to_owned(),
        Some(next) => format!("/sign-in?next={}", encoded(next)),
    };
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/sign-in"));
    answer.headers_mut().insert(LOCATION, to);
    answer
}

/// A browser that comes by a link in a mail does not show its cookie (`SameSite=Strict`) until a page of
/// ours asks.
fn once_more(language: Language, path: &str) -> Response {
    let title = say(language, "console-one-moment", &[]);
    let main: Markup = html! {
        h1 { (title) }
        p { a.button href=(next_of(path).unwrap_or("/")) { (say(language, "console-go-on", &[])) } }
    };
    let mut answer = Page::plain(language, &title).main(main).into_response();
    let to = format!("0;url={}", next_of(path).unwrap_or("/"));
    if let Ok(to) = HeaderValue::from_str(&to) {
        answer.headers_mut().insert(REFRESH, to);
    }
    answer
}

/// Percent-encoded for a query.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
