//! What the door itself says to a browser: a redirection, or one sentence.

use std::sync::Arc;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::{Sent, Why};
use crate::api::ApiError;

/// What a page of the door is about.
#[derive(Debug)]
pub enum Notice {
    /// Something went no further.
    Refused(Why),
    /// The site does not answer.
    Unreachable(ApiError),
    /// The session is over.
    Over,
}

/// What a page of the door says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its title.
    pub title: String,
    /// What happened, and what to do; line by line.
    pub text: String,
}

/// The words of the door: its language, and what it says.
#[derive(Clone)]
pub struct Says {
    language: &'static str,
    say: Arc<dyn Fn(Notice) -> Sentence + Send + Sync>,
}

impl Says {
    /// In this language (`ja`, `en`), with these sentences.
    pub fn new(
        language: &'static str,
        say: impl Fn(Notice) -> Sentence + Send + Sync + 'static,
    ) -> Self {
        Self {
            language,
            say: Arc::new(say),
        }
    }

    pub(super) fn language(&self) -> &'static str {
        self.language
    }

    /// The page that says why something goes no further.
    pub(crate) fn refusal(&self, why: Why) -> Response<Sent> {
        let said = (self.say)(Notice::Refused(why));
        self.page(StatusCode::FORBIDDEN, &said)
    }

    /// The page that says that the session is over.
    pub(crate) fn over(&self) -> Response<Sent> {
        let said = (self.say)(Notice::Over);
        self.page(StatusCode::BAD_GATEWAY, &said)
    }

    /// The page that says that the site does not answer, and its sentence.
    pub(super) fn unreachable(&self, error: ApiError) -> (Response<Sent>, String) {
        let said = (self.say)(Notice::Unreachable(error));
        (self.page(StatusCode::BAD_GATEWAY, &said), said.text)
    }

    fn page(&self, status: StatusCode, said: &Sentence) -> Response<Sent> {
        let (language, title) = (self.language, inert(&said.title));
        let lines = said
            .text
            .lines()
            .map(|line| format!("<p>{}</p>", inert(line)));
        let text: String = lines.collect();
        let html = format!(
            "<!DOCTYPE html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\
             <body><main><h1>{title}</h1>{text}</main></body></html>"
        );
        let mut answer = Response::new(whole(html.into()));
        *answer.status_mut() = status;
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        answer.headers_mut().insert(CONTENT_TYPE, kind);
        with_manners(answer)
    }
}

/// The answer to whoever opened the link: the cookie of this run, and the site's first page.
pub(super) fn opened(cookie: &str) -> Response<Sent> {
    let mut answer = on();
    if let Ok(mut cookie) = HeaderValue::from_str(cookie) {
        cookie.set_sensitive(true);
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

/// On to the site's first page.
pub(crate) fn on() -> Response<Sent> {
    let mut answer = Response::new(empty());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    let headers = answer.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/"));
    with_manners(answer)
}

/// No body.
pub(crate) fn empty() -> Sent {
    Empty::new().map_err(|never| match never {}).boxed()
}

fn whole(bytes: Bytes) -> Sent {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

fn with_manners(mut answer: Response<Sent>) -> Response<Sent> {
    let manners: [(HeaderName, &'static str); 6] = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in manners {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn l28_what_a_page_of_the_door_says_is_text() {
        let says = Says::new("en", |_| Sentence {
            title: "<b>".to_owned(),
            text: "a & \"b\"\n<script>\u{1b}".to_owned(),
        });
        let answer = says.refusal(Why::NotOpened);
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains(
            "<h1>&lt;b&gt;</h1><p>a &amp; &quot;b&quot;</p><p>&lt;script&gt;\u{fffd}</p>"
        ));
        assert!(text.contains("<html lang=\"en\">"));
    }
}
