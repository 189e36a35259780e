//! A form that was sent, after it was seen to come from our own page.

use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::failed::PageFailed;
use crate::answer::Failed;
use crate::asker::Desk;
use crate::serve::BODY_WITHIN;

/// Bytes of a form: its texts are limited one by one, and none holds a file.
pub(crate) const MOST_FORM: usize = 256 * 1024;

/// Fields of a form: the longest has lists of a few dozen lines.
const MOST_FIELDS: usize = 512;

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Posted {
    /// The path that it was sent to.
    pub(crate) path: String,
    fields: Vec<(String, String)>,
}

impl Posted {
    /// The text of a field, without the spaces around it; empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        let own = self.fields.iter().find(|(known, _)| known == name);
        own.map_or("", |(_, value)| value.trim())
    }

    /// The text of a field that may stay empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every text of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.fields.iter().filter(move |(known, _)| known == name);
        own.map(|(_, value)| value.trim())
    }

    /// Whether a box was ticked.
    pub(crate) fn checked(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// Every field but `without`, in its order: what a fresh touch speaks of.
    pub(crate) fn pairs<'a>(
        &'a self,
        without: &'a [&'a str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let kept = self.fields.iter();
        kept.map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(move |(name, _)| !without.contains(name))
    }

    fn parse(path: &str, body: &[u8]) -> Result<Self, Failed> {
        let fields: Vec<_> = form_urlencoded::parse(body)
            .take(MOST_FIELDS + 1)
            .map(|(name, value)| (name.into_owned(), lines(&value)))
            .collect();
        if fields.len() > MOST_FIELDS {
            return Err(Failed::TooLarge(MOST_FORM));
        }
        let path = path.to_owned();
        Ok(Self { path, fields })
    }
}

/// The lines of a text in which something stands, without the spaces around each.
pub(super) fn filled_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Browsers send the ends of lines as CR LF (WHATWG URL-encoded forms).
fn lines(value: &str) -> String {
    value.replace("\r\n", "\n")
}

impl FromRequest<Desk> for Posted {
    type Rejection = PageFailed;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, PageFailed> {
        from_our_own_page(request.headers())?;
        if !is_form(request.headers()) {
            return Err(Failed::field("content-type").into());
        }
        let path = request.uri().path().to_owned();
        let body = Limited::new(request.into_body(), MOST_FORM).collect();
        let body = match tokio::time::timeout(BODY_WITHIN, body).await {
            Err(_) => return Err(Failed::TooSlow.into()),
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(cause)) if cause.is::<LengthLimitError>() => {
                return Err(Failed::TooLarge(MOST_FORM).into());
            }
            Ok(Err(_)) => return Err(Failed::field("form").into()),
        };
        Ok(Self::parse(&path, &body)?)
    }
}

/// Whether a request that changes something was sent by a page of this very origin (lesson L36). Every
/// browser that speaks TLS 1.3 says where a POST comes from; one that does not say is not believed.
/// The listener has seen to it that `Host` leads here: another name does not reach this door.
pub(crate) fn from_our_own_page(headers: &HeaderMap) -> Result<(), PageFailed> {
    const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let one = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        value.filter(|_| values.next().is_none())
    };
    let host = one(&HOST).unwrap_or_default();
    let own = one(&ORIGIN).and_then(|origin| origin.strip_prefix("https://"));
    let site = headers.contains_key(FETCH_SITE).then(|| one(&FETCH_SITE));
    let same = site.is_none_or(|site| site == Some("same-origin"));
    if same && !host.is_empty() && own == Some(host) {
        Ok(())
    } else {
        Err(PageFailed::Elsewhere)
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    given.is_some_and(|given| {
        let essence = given.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn sent(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        from_our_own_page(&headers).is_ok()
    }

    #[test]
    fn l36_a_form_is_taken_from_our_own_page_only() {
        let host = ("host", "desk.test:8443");
        assert!(sent(&[host, ("origin", "https://desk.test:8443")]));
        assert!(sent(&[
            host,
            ("origin", "https://desk.test:8443"),
            ("sec-fetch-site", "same-origin")
        ]));
        for wrong in [
            &[host][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://desk.test:8443")],
            &[host, ("origin", "https://desk.test")],
            &[host, ("origin", "https://evil.test")],
            &[host, ("origin", "https://desk.test:8443.evil.test")],
            &[
                host,
                ("origin", "https://desk.test:8443"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[
                host,
                ("origin", "https://desk.test:8443"),
                ("sec-fetch-site", "same-site"),
            ],
            &[
                host,
                ("origin", "https://desk.test:8443"),
                ("origin", "https://evil.test"),
            ],
            &[("origin", "https://")],
        ] {
            assert!(!sent(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_form_has_its_texts_its_boxes_and_its_order() {
        let posted =
            Posted::parse("/x", b"reason=a+b%0D%0Ac&box=on&vendor=1&vendor=2&empty=+").unwrap();
        assert_eq!(posted.text("reason"), "a b\nc");
        assert!(posted.checked("box") && !posted.checked("other"));
        assert_eq!(posted.all("vendor").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(posted.some("empty"), None);
        let rest: Vec<_> = posted.pairs(&["reason", "empty"]).collect();
        assert_eq!(rest, [("box", "on"), ("vendor", "1"), ("vendor", "2")]);
    }

    #[test]
    fn l24_a_form_of_a_thousand_fields_is_refused() {
        let body = "a=1&".repeat(MOST_FIELDS + 1);
        assert!(Posted::parse("/x", body.as_bytes()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_may_be_sent_as_a_form(body in proptest::collection::vec(0u8.., 0..400)) {
            let _ = Posted::parse("/x", &body);
        }
    }
}
