//! A request from the browser into the session, and the answer back. What passes is decided at the gateway; here
//! only what belongs to one connection (RFC 9110 §7.6.1), and the door's own cookie, stay.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::ext::Protocol;
use hyper::header::{
    CONNECTION, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_KEY, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;

use super::Shared;
use crate::browse::{Sent, empty, is_upgrade};

/// What is said for one connection alone.
const OF_ONE_CONNECTION: [HeaderName; 9] = [
    CONNECTION,
    HOST,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Carries one request over; `None` if the session is over.
pub(super) async fn over(
    shared: &Shared,
    mut request: Request<Incoming>,
) -> Option<Response<Sent>> {
    let key = is_upgrade(request.headers())
        .then(|| request.headers().get(SEC_WEBSOCKET_KEY).cloned())
        .flatten();
    let becomes = key.is_some().then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    let mut made = into_session(&head, shared.gate.authority(), shared.gate.cookie_name())?;
    let body: Sent = if becomes.is_some() {
        made.method = Method::CONNECT;
        let websocket = Protocol::from_static("websocket");
        made.extensions.insert(websocket);
        made.headers.remove(SEC_WEBSOCKET_KEY);
        empty()
    } else {
        body.boxed()
    };
    let mut sender = shared.sender.clone();
    sender.ready().await.ok()?;
    let mut answer = sender
        .send_request(Request::from_parts(made, body))
        .await
        .ok()?;
    let accepted = answer.status() == StatusCode::OK;
    if let (Some(near), Some(key), true) = (becomes, key, accepted) {
        let accept = wire::websocket::accept(key.to_str().ok()?)?;
        let far = hyper::upgrade::on(&mut answer);
        let mut back = Response::new(empty());
        *back.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = back.headers_mut();
        *headers = to_browser(answer.headers());
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&accept).ok()?);
        shared.keep_line(async move {
            if let (Ok(near), Ok(far)) = tokio::join!(near, far) {
                let (mut near, mut far) = (TokioIo::new(near), TokioIo::new(far));
                // Whoever ends it has ended it for the other, too.
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
        return Some(back);
    }
    let (head, body) = answer.into_parts();
    let mut back = Response::new(body.boxed());
    *back.status_mut() = head.status;
    *back.headers_mut() = to_browser(&head.headers);
    Some(back)
}

/// The head that the gateway is sent: the name in the browser's address, without the door's own cookie.
fn into_session(head: &Parts, authority: &str, cookie: &str) -> Option<Parts> {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let uri: Uri = format!("http://{authority}{path}").parse().ok()?;
    let made = Request::builder()
        .method(head.method.clone())
        .uri(uri)
        .version(Version::HTTP_2)
        .body(());
    let (mut made, ()) = made.ok()?.into_parts();
    for (name, value) in &without_connection(&head.headers) {
        if *name != COOKIE {
            made.headers.append(name.clone(), value.clone());
        }
    }
    for line in head.headers.get_all(COOKIE) {
        let pairs = line.to_str().ok()?.split(';').map(str::trim);
        let ours = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| name == cookie);
        let theirs: Vec<&str> = pairs.filter(|pair| !ours(pair)).collect();
        if !theirs.is_empty() {
            let theirs = HeaderValue::from_str(&theirs.join("; ")).ok()?;
            made.headers.append(COOKIE, theirs);
        }
    }
    Some(made)
}

fn to_browser(headers: &HeaderMap) -> HeaderMap {
    without_connection(headers)
}

/// Headers without those that are for one connection, or that it names as such.
fn without_connection(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        let between =
            OF_ONE_CONNECTION.contains(name) || named.iter().any(|own| own == name.as_str());
        if !between {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}
