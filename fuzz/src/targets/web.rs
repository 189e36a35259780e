//! Web consoles: what a hostile console says of places and cookies, what a hostile engineer asks for.

use wire::web::{
    Jar, Leads, Own, SignInForm, cookie_for_engineer, cookies_for_target, leads, mask_query,
    passes_to_engineer, passes_to_target, plain_path,
};

/// The first byte chooses whether the console speaks TLS; the rest is what somebody says.
pub(super) fn run(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let own = Own {
        tls: choice & 1 == 1,
        host: "console.test:8443",
    };
    if let Leads::Inside(reference) = leads(&text, own) {
        // Nothing that a browser could read as another name, or as the end of a header.
        assert!(!reference.starts_with("//") && !reference.contains('\\'));
        assert!(!reference.bytes().any(|byte| byte.is_ascii_control()));
        let scheme = reference.split(['/', '?', '#']).next().unwrap_or_default();
        assert!(!scheme.to_ascii_lowercase().starts_with("javascript:"));
    }
    if let Some(path) = plain_path(&text) {
        assert!(path.starts_with('/') && !path.contains("//"));
        let goes = |part: &str| part.split(';').next().is_some_and(|name| name == "..");
        assert!(!path.split('/').any(goes), "{path:?}");
    }
    if let Some(cookie) = cookie_for_engineer(&text, own) {
        let said = cookie.to_ascii_lowercase();
        assert!(!said.bytes().any(|byte| byte.is_ascii_control()));
        let mut parts = said.split(';').map(str::trim).skip(1);
        assert!(parts.all(|part| !part.starts_with("domain") && part != "secure"));
    }
    if let Some(cookies) = cookies_for_target(&text) {
        let ours = |pair: &str| pair.trim().starts_with(wire::web::DOOR_COOKIE);
        assert!(!cookies.split("; ").any(ours), "{cookies:?}");
    }
    if let Ok(form) = SignInForm::find(rest) {
        // Where the password goes is this console, whatever its page says.
        if let Some(path) = form.leads_to("/login?x=1", own) {
            assert!(path.starts_with('/') && !path.starts_with("//"), "{path:?}");
        }
        assert!(form.filled("user", "secret").contains("secret"));
    }
    let mut jar = Jar::default();
    jar.take(&text, "/login", own);
    if let Some(cookies) = jar.cookies(Some(&text), "/login") {
        assert!(!cookies.bytes().any(|byte| byte.is_ascii_control()) || cookies.contains(&*text));
    }
    let masked = mask_query(&text, "*");
    assert_eq!(masked.contains('?'), text.contains('?'));
    let _any = (passes_to_target(&text), passes_to_engineer(&text));
}

/// A place, a path, a cookie of each kind.
pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    [
        ("place", &b"\x01https://console.test:8443/app?x=1"[..]),
        ("elsewhere", b"\x01//elsewhere.test/"),
        ("path", b"\x00/app/%2e%2e/admin;v=1?token=x"),
        (
            "form",
            b"\x01<form method=post action=/do><input type=hidden name=t value=1><input name=u><input type=password name=p></form>",
        ),
        (
            "set-cookie",
            b"\x00__Host-sid=1; Secure; Path=/; Domain=console.test; SameSite=None",
        ),
        (
            "cookie",
            b"\x00a=b; sekisho-door-1=key; x-sekisho__Host-sid=1",
        ),
    ]
    .map(|(name, bytes)| (name, bytes.to_vec()))
    .to_vec()
}
