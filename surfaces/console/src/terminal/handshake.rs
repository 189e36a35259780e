//! From a request to a line (RFC 6455 §4.2).

use axum::body::Body;
use axum::http::header::{
    CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;

use crate::answer::Failed;

/// What the browser is answered, and what its connection becomes.
pub(super) struct Upgrading {
    pub(super) answer: Response,
    pub(super) becomes: OnUpgrade,
}

/// Reads the handshake of a browser whose page was found to be ours.
pub(super) fn upgrade(mut request: Request<Body>) -> Result<Upgrading, Failed> {
    let headers = request.headers();
    if !names(headers, &UPGRADE, "websocket") {
        return Err(Failed::field("upgrade"));
    }
    if !names(headers, &CONNECTION, "upgrade") {
        return Err(Failed::field("connection"));
    }
    if !names(headers, &SEC_WEBSOCKET_VERSION, "13") {
        return Err(Failed::field("sec-websocket-version"));
    }
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let key = keys.next().and_then(|key| key.to_str().ok());
    let key = key.filter(|_| keys.next().is_none());
    let accept = key.and_then(wire::websocket::accept);
    let accept = accept.and_then(|accept| HeaderValue::from_str(&accept).ok());
    let accept = accept.ok_or_else(|| Failed::field("sec-websocket-key"))?;
    // A connection that cannot become another one: not HTTP/1.1.
    let becomes = request.extensions_mut().remove::<OnUpgrade>();
    let becomes = becomes.ok_or(Failed::field("upgrade"))?;
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let said = [
        (UPGRADE, HeaderValue::from_static("websocket")),
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (SEC_WEBSOCKET_ACCEPT, accept),
    ];
    for (name, value) in said {
        answer.headers_mut().insert(name, value);
    }
    Ok(Upgrading { answer, becomes })
}

/// Whether a header's list holds a word, in any case of letters.
fn names(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name).iter();
    let mut words = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    words.any(|own| own.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_handshake_is_refused_by_the_name_of_its_field() {
        let whole = [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        for without in whole {
            let mut request = Request::builder().uri("/");
            for (name, value) in whole.iter().filter(|pair| **pair != without) {
                request = request.header(*name, *value);
            }
            let failed = upgrade(request.body(Body::empty()).unwrap()).err();
            assert_eq!(failed, Some(Failed::field(without.0)));
        }
    }
}
