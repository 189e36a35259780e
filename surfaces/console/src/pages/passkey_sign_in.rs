//! Signing in by passkey: two calls of the sign-in page's script. Both answers look the same whoever the
//! name is (lesson L10), and the second is taken from the browser that made the first (lesson L4).

use axum::Json;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::manners::{COOKIE, cookie, set_cookie};
use super::posted::Posted;
use super::signed::next_of;
use crate::asker::Desk;

/// The cookie of a browser that has begun to sign in. It proves nothing but that.
pub(crate) const BEGUN_COOKIE: &str = "__Host-sekisho-begun";

/// How long the browser keeps it, in seconds: as long as a challenge is good for.
const KEPT: u32 = 120;

/// What the browser is asked.
pub(crate) async fn begin(State(desk): State<Desk>, posted: Posted) -> Response {
    let login = posted.text("login");
    let begun = desk
        .engine
        .passkey_sign_in_begin(&desk.connection(), login)
        .await;
    match begun {
        Err(_) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(begun) => {
            let cookie = set_cookie(BEGUN_COOKIE, &begun.browser, Some(KEPT));
            ([(SET_COOKIE, cookie)], Json(begun.options)).into_response()
        }
    }
}

/// What the browser answers: the page to go on to and its cookie, or nothing.
pub(crate) async fn finish(
    State(desk): State<Desk>,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let begun = cookie(&headers, BEGUN_COOKIE).unwrap_or_default();
    let answer = posted.text("answer");
    let signed_in = desk
        .engine
        .passkey_sign_in_finish(&desk.connection(), begun, answer, agent(&headers))
        .await;
    let mut response = match &signed_in {
        Err(_) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(_) => {
            let to = next_of(posted.text("next")).unwrap_or("/");
            Json(json!({ "to": to })).into_response()
        }
    };
    let cookies = response.headers_mut();
    cookies.append(SET_COOKIE, set_cookie(BEGUN_COOKIE, "", Some(0)));
    if let Ok(signed_in) = signed_in {
        let cookie = set_cookie(COOKIE, signed_in.token.as_str(), None);
        cookies.append(SET_COOKIE, cookie);
    }
    response
}

/// What a browser calls itself, for its owner's list of sign-ins.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    let named = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    named.unwrap_or_default()
}
