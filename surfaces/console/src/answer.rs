//! What is said when it did not happen: one place turns every cause into a status and a sentence.
//!
//! A cause from inside (a path, a database's words) never leaves; it stands in the log, once, where
//! it happened.

use access::{Reason, Refusal};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::said;
use wire::{Problem, Refused, Said};

/// An answer with its type, or why there is none.
pub(crate) type Answer<T> = Result<Json<T>, Failed>;

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failed {
    /// There is no sign-in on this connection, or it has ended.
    SignedOut,
    /// The factors did not prove anybody: one answer for every cause (lesson L10).
    Unproved,
    /// The site refused.
    Refused(Refusal),
    /// There is no such thing, or it is not the caller's to see: the same answer for both.
    NotFound,
    /// There is no such call.
    UnknownCall,
    /// The path takes other methods.
    OtherMethod,
    /// A field is missing, unknown, or not of its form.
    Field(String),
    /// The body is not JSON.
    NotJson,
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// The body did not come in time.
    TooSlow,
    /// Something of the gateway is broken; it was logged where it broke.
    Broken,
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        match refusal.reasons.as_slice() {
            [Reason::NotFound] => Self::NotFound,
            _ => Self::Refused(refusal),
        }
    }
}

impl Failed {
    /// Names the field that is wrong.
    pub(crate) fn field(name: impl Into<String>) -> Self {
        Self::Field(name.into())
    }

    /// Refused for one reason.
    pub(crate) fn because(reason: Reason) -> Self {
        Self::from(Refusal {
            reasons: vec![reason],
        })
    }
}

/// Whether it is the gateway that cannot, not the caller that may not.
pub(crate) fn is_outage(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::LedgerUnavailable | Reason::RecorderUnavailable
    )
}

fn problem(reason: &Reason) -> Problem {
    let Said { id, args } = said(reason);
    Problem { id, args }
}

impl IntoResponse for Failed {
    /// The cause goes along inside, for a page that says it in words.
    fn into_response(self) -> Response {
        let mut answer = self.clone().in_json();
        answer.extensions_mut().insert(self);
        answer
    }
}

impl Failed {
    fn in_json(self) -> Response {
        let (status, problem) = match self {
            Self::Refused(refusal) => return refused(&refusal),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, Problem::plain("error-signed-out")),
            Self::Unproved => (
                StatusCode::UNAUTHORIZED,
                Problem::plain("error-sign-in-failed"),
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, problem(&Reason::NotFound)),
            Self::UnknownCall => (
                StatusCode::NOT_FOUND,
                Problem::plain("problem-unknown-call"),
            ),
            Self::OtherMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                Problem::plain("problem-unknown-call"),
            ),
            Self::Field(name) => (
                StatusCode::BAD_REQUEST,
                Problem::plain("problem-field").with("field", name),
            ),
            Self::NotJson => (StatusCode::BAD_REQUEST, Problem::plain("problem-not-json")),
            Self::TooLarge(most) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Problem::plain("problem-too-large").with("most", most),
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                Problem::plain("problem-too-slow"),
            ),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                Problem::plain("problem-broken"),
            ),
        };
        (status, Json(problem)).into_response()
    }
}

fn refused(refusal: &Refusal) -> Response {
    let outage = refusal.reasons.iter().find(|reason| is_outage(reason));
    let only_outage = refusal.reasons.iter().all(is_outage);
    if let Some(reason) = outage.filter(|_| only_outage) {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(problem(reason))).into_response();
    }
    let reasons = refusal.reasons.iter().map(said).collect();
    (StatusCode::FORBIDDEN, Json(Refused { reasons })).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(reasons: Vec<Reason>) -> StatusCode {
        Failed::from(Refusal { reasons }).into_response().status()
    }

    #[test]
    fn a_refusal_is_403_a_hidden_thing_404_and_an_outage_503() {
        assert_eq!(status(vec![Reason::RoleMissing]), StatusCode::FORBIDDEN);
        assert_eq!(status(vec![Reason::NotFound]), StatusCode::NOT_FOUND);
        assert_eq!(
            status(vec![Reason::LedgerUnavailable]),
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(
            status(vec![Reason::RoleMissing, Reason::LedgerUnavailable]),
            StatusCode::FORBIDDEN
        );
    }
}
