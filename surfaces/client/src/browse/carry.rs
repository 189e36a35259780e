//! A request from the browser to the site, and the answer back (RFC 9110 §7.6).
//!
//! What goes on is a list, in both directions where it matters: no cookie and no credential of the
//! browser's reaches the site, and none of the site's reaches the browser.

use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_LANGUAGE, ALT_SVC, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE,
    COOKIE, HOST, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, ORIGIN, PROXY_AUTHENTICATE,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, SET_COOKIE, STRICT_TRANSPORT_SECURITY, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio::sync::Mutex;

use super::site::{Wire, as_it_comes};
use super::{Sent, Shared, shown};
use crate::api::ApiError;

/// What a browser says that a page is made by. The length of a body is told anew.
const TO_THE_SITE: [HeaderName; 14] = [
    ACCEPT,
    ACCEPT_LANGUAGE,
    CACHE_CONTROL,
    CONTENT_TYPE,
    IF_NONE_MATCH,
    USER_AGENT,
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("sec-fetch-dest"),
    HeaderName::from_static("sec-fetch-mode"),
    HeaderName::from_static("sec-fetch-site"),
    HeaderName::from_static("sec-fetch-user"),
    HeaderName::from_static("sekisho-watcher"),
    HeaderName::from_static("x-sekisho-path"),
    HeaderName::from_static("x-sekisho-size"),
];

/// What is between the site and us: for one connection (RFC 9110 §7.6.1), or for the site's own name. A
/// browser that heard of TLS for `127.0.0.1` would ask every program on this computer for it.
const NOT_TO_THE_BROWSER: [HeaderName; 11] = [
    ALT_SVC,
    CONNECTION,
    CONTENT_LENGTH,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    SET_COOKIE,
    STRICT_TRANSPORT_SECURITY,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Whether a browser wants its connection to become a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE)
}

/// Carries one request over.
pub(super) async fn over(
    shared: &Shared,
    wire: &Mutex<Option<Wire>>,
    mut request: Request<Incoming>,
) -> Result<Response<Sent>, ApiError> {
    let becomes = is_upgrade(request.headers()).then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    let head = to_the_site(&head, shared.site.name(), shared.jar.shown())?;
    // One request at a time comes on a browser's connection.
    let mut wire = wire.lock().await;
    let mut answer = shared.site.ask(&mut wire, head, as_it_comes(body)).await?;
    shared.jar.take(answer.headers());
    let switched = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    let far = switched.then(|| hyper::upgrade::on(&mut answer));
    let (head, body) = answer.into_parts();
    let mut back = Response::new(as_it_comes(body));
    *back.status_mut() = head.status;
    *back.headers_mut() = to_the_browser(&head.headers, shared.site.name(), switched);
    if let (Some(near), Some(far)) = (becomes, far) {
        // The connection to the site is the line's now.
        let kept = wire.take();
        *back.body_mut() = shown::empty();
        shared.keep_line(async move {
            let (near, far) = tokio::join!(near, far);
            drop(kept);
            if let (Ok(near), Ok(far)) = (near, far) {
                let (mut near, mut far) = (TokioIo::new(near), TokioIo::new(far));
                // Whoever ends it has ended it for the other, too.
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
    Ok(back)
}

/// The head that the site is sent: its own name, the cookies that are kept here, and where the browser
/// said that it comes from, in the site's words. Only what came from our own origin has come this far.
fn to_the_site(head: &Parts, name: &str, cookies: Option<HeaderValue>) -> Result<Parts, ApiError> {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut asked = asked(head.method.clone(), path, name, cookies)?;
    for known in &TO_THE_SITE {
        for value in head.headers.get_all(known) {
            asked.headers.append(known.clone(), value.clone());
        }
    }
    if !head.headers.contains_key(ORIGIN) {
        asked.headers.remove(ORIGIN);
    }
    if is_upgrade(&head.headers) {
        for known in [SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE] {
            if let Some(value) = head.headers.get(&known) {
                asked.headers.insert(known, value.clone());
            }
        }
        let upgrade = HeaderValue::from_static("Upgrade");
        asked.headers.insert(CONNECTION, upgrade);
    }
    Ok(asked)
}

fn asked(
    method: Method,
    path: &str,
    name: &str,
    cookies: Option<HeaderValue>,
) -> Result<Parts, ApiError> {
    let misread = |what: &str| ApiError::Misread(what.to_owned());
    let uri: Uri = path.parse().map_err(|_| misread("the path"))?;
    let origin = format!("https://{name}");
    let made = Request::builder()
        .method(method)
        .uri(uri)
        .version(Version::HTTP_11)
        .header(HOST, name)
        .header(ORIGIN, origin)
        .body(());
    let (mut parts, ()) = made.map_err(|_| misread("the head"))?.into_parts();
    if let Some(cookies) = cookies {
        parts.headers.insert(COOKIE, cookies);
    }
    Ok(parts)
}

/// The headers of an answer, as the browser may have them.
fn to_the_browser(headers: &HeaderMap, name: &str, switched: bool) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut back = HeaderMap::new();
    for (known, value) in headers {
        let between =
            NOT_TO_THE_BROWSER.contains(known) || named.iter().any(|own| own == known.as_str());
        if !between {
            back.append(known.clone(), value.clone());
        }
    }
    if let Some(here) = headers.get(LOCATION).and_then(|to| on_this_door(to, name)) {
        back.insert(LOCATION, here);
    }
    if switched {
        let upgrade = HeaderValue::from_static("Upgrade");
        back.insert(CONNECTION, upgrade);
        back.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    back
}

/// A place of the site, as a path of this door.
fn on_this_door(to: &HeaderValue, name: &str) -> Option<HeaderValue> {
    let path = to.to_str().ok()?.strip_prefix("https://")?;
    let path = path.strip_prefix(name)?;
    path.starts_with('/')
        .then(|| HeaderValue::from_str(path).ok())?
}

/// Tells the site that the browser's sign-in is over, if there is one.
pub(super) async fn sign_out(shared: &Shared) {
    if !shared.jar.is_signed_in() {
        return;
    }
    let head = asked(
        Method::POST,
        "/sign-out",
        shared.site.name(),
        shared.jar.shown(),
    );
    let Ok(mut head) = head else { return };
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    head.headers.insert(CONTENT_TYPE, form);
    // Whether it was heard changes nothing here.
    let _ = shared.site.ask(&mut None, head, shown::empty()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(method: Method, pairs: &[(&'static str, &'static str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/visits?before=3");
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn l36_what_the_browser_says_of_itself_elsewhere_never_reaches_the_site() {
        let browsers = head(
            Method::POST,
            &[
                ("host", "127.0.0.1:4000"),
                ("origin", "http://127.0.0.1:4000"),
                ("referer", "http://127.0.0.1:4000/x"),
                ("cookie", "sekisho-door-4000=a; __Host-sekisho=forged"),
                ("authorization", "Bearer stolen"),
                ("x-forwarded-for", "10.0.0.1"),
                ("transfer-encoding", "chunked"),
                ("content-length", "7"),
                ("connection", "x-secret"),
                ("content-type", "text/plain"),
                ("x-sekisho-path", "path=a"),
                ("sec-fetch-site", "same-origin"),
            ],
        );
        let kept = HeaderValue::from_static("__Host-sekisho=ours");
        let sent = to_the_site(&browsers, "maintenance.test", Some(kept)).unwrap();
        assert_eq!(sent.uri, "/visits?before=3");
        let mut names: Vec<&str> = sent.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let expected = [
            "content-type",
            "cookie",
            "host",
            "origin",
            "sec-fetch-site",
            "x-sekisho-path",
        ];
        assert_eq!(names, expected);
        assert_eq!(sent.headers["host"], "maintenance.test");
        assert_eq!(sent.headers["origin"], "https://maintenance.test");
        assert_eq!(sent.headers["cookie"], "__Host-sekisho=ours");
    }

    #[test]
    fn what_says_no_origin_is_given_none() {
        let sent = to_the_site(&head(Method::GET, &[]), "maintenance.test", None).unwrap();
        assert!(!sent.headers.contains_key(ORIGIN) && !sent.headers.contains_key(COOKIE));
    }

    #[test]
    fn what_is_for_the_sites_own_name_or_for_one_connection_stays_here() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("set-cookie", "__Host-sekisho=token; Secure"),
            ("strict-transport-security", "max-age=31536000"),
            ("connection", "close, x-only-here"),
            ("x-only-here", "1"),
            ("transfer-encoding", "chunked"),
            ("content-security-policy", "default-src 'none'"),
            ("location", "https://maintenance.test/my?done=x"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let back = to_the_browser(&headers, "maintenance.test", false);
        let mut names: Vec<&str> = back.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-security-policy", "location"]);
        assert_eq!(back["location"], "/my?done=x");
    }

    #[test]
    fn l5_a_redirection_to_another_name_is_no_path_of_this_door() {
        let at = |to: &'static str| on_this_door(&HeaderValue::from_static(to), "a.test");
        assert_eq!(at("https://a.test/x").unwrap(), "/x");
        for other in [
            "https://a.test.evil/x",
            "http://a.test/x",
            "/x",
            "//a.test/x",
        ] {
            assert_eq!(at(other), None, "{other}");
        }
    }
}
