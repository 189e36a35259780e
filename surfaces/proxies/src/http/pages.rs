//! What the gateway itself says to a browser: a page with a title and some sentences.

use access::{Frozen, Refusal};
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use phrases::{Language, say};

use super::body::Piped;
use crate::{frozen, words};

/// The longest part of somebody else's words on a page, in characters.
const MAX_SAID: usize = 300;

/// Seconds after which a browser asks again, while nothing passes.
const ASK_AGAIN: &str = "3";

/// What may not be done: every reason.
pub(super) fn refused(language: Language, refusal: &Refusal) -> Response<Piped> {
    let text = words::reasons(language, refusal);
    page(language, StatusCode::FORBIDDEN, "web-refused", &text)
}

/// What is not carried at all.
pub(super) fn not_carried(language: Language, sentence: &str) -> Response<Piped> {
    let text = say(language, sentence, &[]);
    page(language, StatusCode::FORBIDDEN, "web-refused", &text)
}

/// A redirection to another place.
pub(super) fn leads_elsewhere(language: Language, to: &str) -> Response<Piped> {
    let to: String = to.chars().take(MAX_SAID).collect();
    let text = say(language, "web-leads-elsewhere", &[("to", &to)]);
    page(language, StatusCode::BAD_GATEWAY, "web-refused", &text)
}

/// The console gave no answer that can be passed on.
pub(super) fn no_answer(language: Language, sentence: &str) -> Response<Piped> {
    let text = say(language, sentence, &[]);
    page(language, StatusCode::BAD_GATEWAY, "web-no-answer", &text)
}

/// Nothing passes for now; the browser asks again by itself.
pub(super) fn waits(language: Language, why: Frozen) -> Response<Piped> {
    let text = say(language, frozen::sentence(why), &[]);
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut answer = page(language, status, "web-waits", &text);
    let headers = answer.headers_mut();
    let again = HeaderValue::from_static(ASK_AGAIN);
    headers.insert(RETRY_AFTER, again.clone());
    headers.insert(HeaderName::from_static("refresh"), again);
    answer
}

/// To another page of the console.
pub(super) fn go_on(to: &str) -> Response<Piped> {
    let mut answer = Response::new(Piped::none());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(to) = HeaderValue::from_str(to) {
        headers.insert(LOCATION, to);
    }
    answer
}

/// The session ends, or could not go on.
pub(super) fn over(language: Language) -> Response<Piped> {
    let text = say(language, "web-over-text", &[]);
    let status = StatusCode::SERVICE_UNAVAILABLE;
    page(language, status, "web-over", &text)
}

fn page(language: Language, status: StatusCode, title: &str, text: &str) -> Response<Piped> {
    let (tag, title) = (language.tag(), inert(&say(language, title, &[])));
    let lines = text.lines().map(|line| format!("<p>{}</p>", inert(line)));
    let lines: String = lines.collect();
    let html = format!(
        "<!DOCTYPE html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1>{lines}</main></body></html>\n"
    );
    let mut answer = Response::new(Piped::of(Bytes::from(html)));
    *answer.status_mut() = status;
    let manners: [(HeaderName, &'static str); 6] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "SAMEORIGIN"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'",
        ),
    ];
    for (name, value) in manners {
        let value = HeaderValue::from_static(value);
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// Text as text (WHATWG HTML, escaping a string).
fn inert(text: &str) -> String {
    let escaped = |sign: char| match sign {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        sign if sign.is_control() => '\u{fffd}'.to_string(),
        sign => sign.to_string(),
    };
    text.chars().map(escaped).collect()
}
