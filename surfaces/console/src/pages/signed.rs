//! Somebody who is signed in at a browser.

use access::{Employer, Role};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use ids::Timestamp;
use maud::Markup;
use phrases::Language;
use wire::Secret;

use super::failed::PageFailed;
use super::manners::{COOKIE, LANGUAGE_COOKIE, cookie};
use super::moment;
use super::posted::Posted;
use crate::asker::{Asker, Desk};

/// The longest path that a sign-in leads back to.
const LONGEST_NEXT: usize = 200;

/// Somebody who is signed in at a browser, and the language in which they read.
#[derive(Clone)]
pub(crate) struct Signed {
    /// The same asker as the API's: what they may is decided in the same place.
    pub(crate) asker: Asker,
    /// The reader's language.
    pub(crate) language: Language,
}

impl FromRequestParts<Desk> for Signed {
    type Rejection = PageFailed;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, PageFailed> {
        let language = language_of(&parts.headers);
        let shown = cookie(&parts.headers, COOKIE).filter(|token| !token.is_empty());
        let Some(token) = shown else {
            return Err(nobody(parts));
        };
        if token.len() > wire::session::MAX_TOKEN {
            return Err(PageFailed::SignedOut);
        }
        let token = Secret::from(token);
        let by = desk
            .identify_browser(Some(&token), somebody_did_it(parts))
            .map_err(|_| PageFailed::SignedOut)?;
        let asker = Asker {
            engine: desk.engine.clone(),
            by,
            token: Some(token),
        };
        super::looked::opened(parts, &asker).await?;
        Ok(Self { asker, language })
    }
}

/// Whether somebody did something, and not a page by itself: what a script only reads keeps nobody signed
/// in (lesson L16). A browser that does not say counts as used.
fn somebody_did_it(parts: &Parts) -> bool {
    const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
    let by_script = parts
        .headers
        .get(FETCH_DEST)
        .is_some_and(|dest| dest == "empty");
    !(by_script && parts.method.is_safe())
}

/// Nobody; or a browser that was led here by another site and shows its cookie only to our own pages.
fn nobody(parts: &Parts) -> PageFailed {
    const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let led_here = parts
        .headers
        .get(FETCH_SITE)
        .is_some_and(|site| site == "cross-site");
    if led_here && parts.method.is_safe() {
        PageFailed::Again
    } else {
        PageFailed::SignedOut
    }
}

/// The language that the reader chose; Japanese if they chose none.
pub(crate) fn language_of(headers: &HeaderMap) -> Language {
    match cookie(headers, LANGUAGE_COOKIE) {
        Some("en") => Language::En,
        Some(_) | None => Language::Ja,
    }
}

/// A path of our own to go on to, or nothing (lesson L5): no other site, no scheme, no way around by
/// backslashes or control characters, and not the sign-in itself.
pub(crate) fn next_of(path: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_?=&.%".contains(&byte);
    let own = path.starts_with('/') && !path.starts_with("//");
    let signing = path.starts_with("/sign-") && !path.starts_with("/sign-ins");
    (own && path.len() <= LONGEST_NEXT && path.bytes().all(plain) && !signing).then_some(path)
}

impl Signed {
    /// A sentence in the reader's language.
    pub(crate) fn say(&self, id: &str, arguments: &[(&str, &str)]) -> String {
        phrases::say(self.language, id, arguments)
    }

    /// A moment as the reader reads it.
    pub(crate) fn time(&self, at: Timestamp) -> Markup {
        moment::time(self.language, at)
    }

    /// Whether the reader has a role, for what is shown; what they may is decided elsewhere.
    pub(crate) fn has(&self, role: Role) -> bool {
        let site = self.asker.engine.site();
        let person = self.asker.person().and_then(|person| site.person(person));
        person.is_some_and(|person| person.roles.iter().any(|own| *own == role))
    }

    /// Whether the reader is of the hospital.
    pub(crate) fn of_the_hospital(&self) -> bool {
        let site = self.asker.engine.site();
        let person = self.asker.person().and_then(|person| site.person(person));
        person.is_some_and(|person| person.employer == Employer::Hospital)
    }

    /// Wants a fresh proof that the person is there, for this very act: a code that was not used yet.
    ///
    /// # Errors
    /// If there is none, or it is not right. Attempts count like those of signing in.
    pub(crate) async fn fresh(&self, posted: &Posted) -> Result<(), PageFailed> {
        super::fresh::proved(self, posted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l5_a_sign_in_leads_to_a_path_of_our_own_and_nowhere_else() {
        for own in ["/", "/requests/7", "/visits?before=3", "/sign-ins"] {
            assert_eq!(next_of(own), Some(own));
        }
        for other in [
            "",
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
            "/<script>",
            "/sign-in",
            "/sign-out",
            "requests",
            &"/a".repeat(LONGEST_NEXT),
        ] {
            assert_eq!(next_of(other), None, "{other}");
        }
    }
}
