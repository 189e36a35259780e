//! What every page says to a browser.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// The cookie of somebody who is signed in. `__Host-`: only over TLS, only to this very name, for every
/// path (RFC 6265bis §4.1.3.2), so that no neighbour of the name can set it.
pub const COOKIE: &str = "__Host-sekisho";

/// The cookie of the language that somebody chose. It says nothing about them.
pub const LANGUAGE_COOKIE: &str = "__Host-sekisho-language";

/// What a page may do: run our scripts, take our styles, talk to us. Nothing inline, nobody else.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types sekisho";

/// A year. Browsers remember that this name speaks TLS only.
const TLS_ONLY: &str = "max-age=31536000";

/// What a page uses of a device: nothing but its passkeys and its clipboard, and those for itself.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), \
     hid=(), display-capture=(), publickey-credentials-get=(self), publickey-credentials-create=(self), \
     clipboard-read=(self), clipboard-write=(self)";

/// Adds what is missing. A page that sends a file has its own, stricter policy.
pub(crate) async fn with_page_manners(mut response: Response) -> Response {
    let manners: [(HeaderName, &'static str); 10] = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Nothing to other sites. Not `no-referrer`: with it browsers send a form of ours with `Origin: null`
        // (Fetch §3.2, "append a request `Origin` header"), which no form is taken with.
        (REFERRER_POLICY, "same-origin"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (X_FRAME_OPTIONS, "DENY"),
        (STRICT_TRANSPORT_SECURITY, TLS_ONLY),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-embedder-policy"),
            "require-corp",
        ),
    ];
    let headers = response.headers_mut();
    for (name, value) in manners {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The value of a cookie; `None` if there is none, or more than one of that name.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(axum::http::header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

/// A `Set-Cookie` of ours. It lasts until the browser is closed or `seconds` are over, whichever comes
/// first; 0 takes it away.
pub(crate) fn set_cookie(name: &str, value: &str, seconds: Option<u32>) -> HeaderValue {
    let lasts = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{lasts}");
    // A token and a language have letters, digits and hyphens only.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_there_twice_is_nobodys() {
        let mut headers = HeaderMap::new();
        let name = axum::http::header::COOKIE;
        headers.append(
            name.clone(),
            HeaderValue::from_static("a=1; __Host-sekisho=x; b=2"),
        );
        assert_eq!(cookie(&headers, COOKIE), Some("x"));
        assert_eq!(cookie(&headers, "c"), None);
        headers.append(name, HeaderValue::from_static("__Host-sekisho=y"));
        assert_eq!(cookie(&headers, COOKIE), None);
    }

    #[test]
    fn l16_a_cookie_of_ours_is_for_this_name_over_tls_and_out_of_reach_of_scripts() {
        let set = set_cookie(COOKIE, "token", None);
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-sekisho=token; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
    }
}
