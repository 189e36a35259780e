//! The frame of every page: head, the way around, the one red control, foot.

use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use phrases::{Language, say};

use super::assets;
use super::signed::Signed;

/// A page to be filled.
pub(crate) struct Page {
    language: Language,
    title: String,
    signed: Option<Frame>,
    islands: Vec<&'static str>,
    done: Option<String>,
    main: Markup,
}

/// What the frame shows of who is signed in.
struct Frame {
    name: String,
    site: String,
    isolated: bool,
    hospital: bool,
    engineer: bool,
    operator: bool,
}

impl Page {
    /// A page for somebody who is signed in.
    pub(crate) async fn new(signed: &Signed, title: &str) -> Self {
        let mut page = Self::plain(signed.language, title);
        // Whoever has a passkey is asked to touch it wherever something needs a fresh proof.
        if signed.asker.engine.has_passkey(&signed.asker.by) {
            page = page.island("passkey");
        }
        page.signed = Some(Frame::of(signed).await);
        page
    }

    /// A page for anybody: it says nothing of the site.
    pub(crate) fn plain(language: Language, title: &str) -> Self {
        Self {
            language,
            title: title.to_owned(),
            signed: None,
            islands: vec!["page"],
            done: None,
            main: html! {},
        }
    }

    /// Puts an island on it: the bundle of `web/src/islands/NAME.ts`.
    pub(crate) fn island(mut self, name: &'static str) -> Self {
        if !self.islands.contains(&name) {
            self.islands.push(name);
        }
        self
    }

    /// Says that something was done, if the query names a sentence of that kind (`?done=done-…`): only
    /// our own sentences can be named, none that takes an argument.
    pub(crate) fn after(mut self, query: Option<&str>) -> Self {
        self.done = query.and_then(|query| done_in(self.language, query));
        self
    }

    /// Fills it.
    pub(crate) fn main(mut self, main: Markup) -> Self {
        self.main = main;
        self
    }

    fn word(&self, id: &str) -> String {
        say(self.language, id, &[])
    }

    fn markup(&self) -> Markup {
        let product = self.word("console-product");
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="format-detection" content="telephone=no";
                    title { (self.title) " – " (product) }
                    link rel="stylesheet" href=(assets::path("console.css"));
                    link rel="icon" type="image/svg+xml" href=(assets::path("icon.svg"));
                    @for island in &self.islands {
                        script type="module" src=(assets::path(&format!("{island}.js"))) {}
                    }
                }
                body {
                    a.skip href="#main" { (self.word("console-skip")) }
                    (self.head(&product))
                    main #main tabindex="-1" {
                        @if let Some(done) = &self.done {
                            div.notice.good role="status" { p { (done) } }
                        }
                        (self.main)
                    }
                    (self.foot())
                }
            }
        }
    }

    fn head(&self, product: &str) -> Markup {
        html! {
            header.top {
                a.brand href="/" { (product) @if let Some(frame) = &self.signed { small { (frame.site) } } }
                @if let Some(frame) = &self.signed {
                    nav aria-label=(self.word("console-nav")) { (self.ways(frame)) }
                    @if frame.hospital {
                        a.isolate href="/isolate" {
                            span aria-hidden="true" { "■ " }
                            @if frame.isolated { (self.word("console-isolated-now")) } @else { (self.word("console-isolate")) }
                        }
                    }
                }
            }
            @if self.signed.as_ref().is_some_and(|frame| frame.isolated) {
                div.banner role="alert" { a href="/isolate" { (self.word("console-isolated-banner")) } }
            }
        }
    }

    fn ways(&self, frame: &Frame) -> Markup {
        let mut ways: Vec<(&str, &str)> = Vec::new();
        if frame.hospital {
            ways.extend([
                ("/", "console-nav-home"),
                ("/requests", "console-nav-requests"),
                ("/visits", "console-nav-visits"),
            ]);
        }
        if frame.engineer {
            ways.extend([
                ("/my", "console-nav-my"),
                ("/targets", "console-nav-targets"),
            ]);
        }
        if frame.operator {
            ways.push(("/setup", "console-nav-setup"));
        }
        html! { ul { @for (path, id) in ways { li { a href=(path) { (self.word(id)) } } } } }
    }

    fn foot(&self) -> Markup {
        let other = match self.language {
            Language::Ja => ("en", "English"),
            Language::En => ("ja", "日本語"),
        };
        html! {
            footer {
                @if let Some(frame) = &self.signed {
                    p.who { (frame.name) }
                    a href="/sign-ins" { (self.word("console-sign-ins")) }
                    a href="/notifications" { (self.word("notify-title")) }
                    form method="post" action="/sign-out" {
                        button.quiet type="submit" { (self.word("console-sign-out")) }
                    }
                }
                form method="post" action="/language" {
                    input type="hidden" name="language" value=(other.0);
                    button.quiet type="submit" lang=(other.0) { (other.1) }
                }
            }
        }
    }
}

impl Frame {
    async fn of(signed: &Signed) -> Self {
        let asker = &signed.asker;
        let (person, name) = {
            let site = asker.engine.site();
            let person = asker.person().and_then(|person| site.person(person));
            let name = site.founding().map(|founding| founding.name.clone());
            (person.cloned(), name)
        };
        let has = |role| {
            let mut roles = person.iter().flat_map(|person| person.roles.iter());
            roles.any(|own| *own == role)
        };
        let text = person.as_ref().map(|person| person.name);
        let own = match text {
            None => None,
            Some(text) => {
                let engine = asker.engine.clone();
                asker
                    .blocking(move || engine.text_of(&text))
                    .await
                    .ok()
                    .flatten()
            }
        };
        Self {
            name: own.unwrap_or_default(),
            site: name.unwrap_or_default(),
            isolated: asker.engine.live().is_isolated(),
            hospital: person
                .as_ref()
                .is_some_and(|person| person.employer == access::Employer::Hospital),
            engineer: has(access::Role::Engineer),
            operator: has(access::Role::Operator) || has(access::Role::Approver),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let PreEscaped(text) = self.markup();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        let language = HeaderValue::from_static(self.language.tag());
        let headers = [(CONTENT_TYPE, kind), (CONTENT_LANGUAGE, language)];
        (headers, unturned(text)).into_response()
    }
}

/// Without the signs that turn the direction of writing: what was typed into a target, or as the name of a
/// file, would read as something else to whoever looks at it (lesson L28). No sentence of ours has one.
fn unturned(text: String) -> String {
    let turns = |sign: char| matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.contains(turns) {
        text.replace(turns, "\u{fffd}")
    } else {
        text
    }
}

/// After a form: on to a page, which says what was done. Loading that page again does nothing again.
pub(crate) fn done(path: &str, sentence: &'static str) -> Response {
    let joint = if path.contains('?') { '&' } else { '?' };
    let to = HeaderValue::from_str(&format!("{path}{joint}done={sentence}"));
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let to = to.unwrap_or(HeaderValue::from_static("/"));
    answer.headers_mut().insert(LOCATION, to);
    answer
}

fn done_in(language: Language, query: &str) -> Option<String> {
    let id = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("done="))?;
    let ours = id.starts_with("done-") && phrases::knows(language, id);
    (ours && phrases::arguments(language, id).is_empty()).then(|| say(language, id, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l28_what_turns_the_direction_of_writing_reaches_no_page() {
        let typed = "rm 帳票\u{202e}gpj.sh \u{2066}x\u{2069}".to_owned();
        assert_eq!(unturned(typed), "rm 帳票\u{fffd}gpj.sh \u{fffd}x\u{fffd}");
        assert_eq!(unturned("帳票 a".to_owned()), "帳票 a");
    }

    #[test]
    fn l5_a_query_can_name_a_sentence_of_ours_and_say_nothing_of_its_own() {
        let said = |query| done_in(Language::Ja, query);
        assert!(said("before=3&done=done-refused").is_some());
        for other in [
            "done=<b>",
            "done=console-code",
            "done=reason-not-found",
            "done=",
            "x",
        ] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}
