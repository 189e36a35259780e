//! What a request carries, read within limits: nothing is kept of a body that is too long, too slow,
//! not JSON, or has a field that nobody knows.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, RawQuery, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use ids::{
    DeviceId, GrantId, InvitationId, PersonId, RequestId, SessionId, SiteId, TargetId, VendorId,
    VisitId,
};
use serde::de::DeserializeOwned;
use wire::api::v1::{Done, MAX_BODY, MAX_BODY_BEFORE_SIGN_IN};

use crate::answer::Failed;
use crate::asker::Desk;
use crate::serve::BODY_WITHIN;

/// How long a stranger's body may take: it fits one packet or three.
const STRANGERS_BODY_WITHIN: Duration = Duration::from_secs(10);

/// The longest name of a field that an answer repeats.
const LONGEST_FIELD: usize = 64;

/// The body of somebody who is signed in. Stands after [`crate::asker::Asker`] in a handler, so that
/// nothing of it is read before they are known.
pub(crate) struct Form<T>(pub(crate) T);

/// The body of a stranger who signs in.
pub(crate) struct StrangersForm<T>(pub(crate) T);

/// No body, or an empty object.
pub(crate) struct Nothing;

impl<T: DeserializeOwned> FromRequest<Desk> for Form<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, Failed> {
        read_form(request, MAX_BODY, BODY_WITHIN).await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Desk> for StrangersForm<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, Failed> {
        let form = read_form(request, MAX_BODY_BEFORE_SIGN_IN, STRANGERS_BODY_WITHIN);
        form.await.map(Self)
    }
}

impl FromRequest<Desk> for Nothing {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, Failed> {
        let bytes = read(request, MAX_BODY_BEFORE_SIGN_IN, STRANGERS_BODY_WITHIN).await?;
        if !bytes.is_empty() {
            parse::<Done>(&bytes)?;
        }
        Ok(Self)
    }
}

async fn read_form<T: DeserializeOwned>(
    request: Request,
    most: usize,
    within: Duration,
) -> Result<T, Failed> {
    if !is_json(request.headers()) {
        return Err(Failed::NotJson);
    }
    parse(&read(request, most, within).await?)
}

/// A page of another site can make a browser send text or a form, but not this type, without asking
/// first; and nobody answers that question (lesson L36).
fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    given.is_some_and(|given| {
        let essence = given.split(|byte| *byte == b';').next();
        essence.is_some_and(|essence| {
            essence
                .trim_ascii()
                .eq_ignore_ascii_case(b"application/json")
        })
    })
}

async fn read(request: Request, most: usize, within: Duration) -> Result<Vec<u8>, Failed> {
    let body = Limited::new(request.into_body(), most).collect();
    match tokio::time::timeout(within, body).await {
        Err(_) => Err(Failed::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes().into()),
        Ok(Err(cause)) if cause.is::<LengthLimitError>() => Err(Failed::TooLarge(most)),
        Ok(Err(_)) => Err(Failed::NotJson),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(bytes).map_err(|cause| match cause.classify() {
        serde_json::error::Category::Data => Failed::field(field_of(&cause, bytes)),
        serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof
        | serde_json::error::Category::Io => Failed::NotJson,
    })
}

/// The field that does not fit: as the error names it, else the last one before the place where
/// reading stopped. Only a name is repeated, never a value.
fn field_of(cause: &serde_json::Error, bytes: &[u8]) -> String {
    let message = cause.to_string();
    let named = ["missing field `", "unknown field `", "unknown variant `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next());
    let name = match named {
        Some(name) => name.to_owned(),
        None => last_name(bytes, cause.line(), cause.column()),
    };
    name.chars().take(LONGEST_FIELD).collect()
}

fn last_name(bytes: &[u8], line: usize, column: usize) -> String {
    let start: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let before = bytes.get(..start.saturating_add(column)).unwrap_or(bytes);
    let text = String::from_utf8_lossy(before);
    let name = text.rmatch_indices("\":").find_map(|(end, _)| {
        let before = text.get(..end)?;
        before.rfind('"').and_then(|start| before.get(start + 1..))
    });
    name.unwrap_or_default().to_owned()
}

/// An id of the site, from the number in the path.
pub(crate) struct Of<T>(pub(crate) T);

/// What has a number at its site.
pub(crate) trait Numbered: Sized {
    /// The one with this number.
    fn at(site: &SiteId, number: u64) -> Self;
}

macro_rules! numbered {
    ($($id:ident),+) => {
        $(impl Numbered for $id {
            fn at(site: &SiteId, number: u64) -> Self {
                Self::new(site, number)
            }
        })+
    };
}

numbered!(
    DeviceId,
    GrantId,
    InvitationId,
    PersonId,
    RequestId,
    SessionId,
    TargetId,
    VendorId,
    VisitId
);

impl<T: Numbered> FromRequestParts<Desk> for Of<T> {
    type Rejection = Failed;

    /// What is not a number is the number of nothing. No text of the path goes further (lesson L25).
    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failed> {
        let text = Path::<String>::from_request_parts(parts, desk).await;
        let Path(text) = text.map_err(|_| Failed::NotFound)?;
        let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let number = text.parse().ok().filter(|_| canonical);
        let number = number.ok_or(Failed::NotFound)?;
        Ok(Self(T::at(desk.engine.id(), number)))
    }
}

/// Numbers of a query: each may be given once, others are refused by name.
pub(crate) struct Query<const N: usize>([Option<u64>; N]);

impl<const N: usize> Query<N> {
    /// Reads the named numbers of a query.
    pub(crate) fn read(query: &RawQuery, names: [&'static str; N]) -> Result<Self, Failed> {
        let mut found = [None; N];
        let text = query.0.as_deref().unwrap_or_default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let wrong = || Failed::field(name.chars().take(LONGEST_FIELD).collect::<String>());
            let known = names
                .iter()
                .zip(&mut found)
                .find(|(known, _)| **known == name);
            let (_, slot) = known.ok_or_else(wrong)?;
            let number = value.parse().map_err(|_| wrong())?;
            if slot.replace(number).is_some() {
                return Err(wrong());
            }
        }
        Ok(Self(found))
    }

    /// The numbers, in the order of their names.
    pub(crate) fn numbers(self) -> [Option<u64>; N] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use wire::api::v1::{AddVendor, SignIn};

    use super::*;

    fn wrong<T: DeserializeOwned>(text: &str) -> Failed {
        parse::<T>(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn bad_input_is_answered_with_the_name_of_the_field() {
        let cases = [
            (r#"{"login":"a"}"#, "passphrase"),
            (r#"{"login":"a","passphrase":"b","shell":1}"#, "shell"),
            (r#"{"login":7,"passphrase":"b"}"#, "login"),
            ("{\"login\":\"a\",\n\"passphrase\": [1]}", "passphrase"),
        ];
        for (text, field) in cases {
            assert_eq!(wrong::<SignIn>(text), Failed::field(field), "{text}");
        }
        let empty = r#"{"name":"a","sources":[],"phone":"1"}"#;
        assert_eq!(wrong::<AddVendor>(empty), Failed::field("sources"));
    }

    #[test]
    fn l29_a_wrong_value_is_not_repeated() {
        let failed = wrong::<SignIn>(r#"{"login":"a","passphrase":["canary-secret"]}"#);
        assert!(!format!("{failed:?}").contains("canary"));
    }

    #[test]
    fn what_is_not_json_is_said_to_be_that() {
        for text in ["", "{", "login=a", "\u{0}"] {
            assert_eq!(wrong::<SignIn>(text), Failed::NotJson, "{text:?}");
        }
    }

    #[test]
    fn a_query_takes_its_own_numbers_once_each() {
        let read = |text: &str| Query::read(&RawQuery(Some(text.to_owned())), ["from", "resumed"]);
        assert_eq!(read("from=7").unwrap().numbers(), [Some(7), None]);
        assert_eq!(
            read("resumed=1&from=7").unwrap().numbers(),
            [Some(7), Some(1)]
        );
        for text in ["from=7&from=8", "size=7", "from=", "from=-1", "from"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
