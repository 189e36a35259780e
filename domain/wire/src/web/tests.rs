use proptest::prelude::*;

use super::*;

const OWN: Own<'static> = Own {
    tls: true,
    host: "pacs.test:8443",
};

fn inside(reference: &str) -> Option<String> {
    match leads(reference, OWN) {
        Leads::Inside(reference) => Some(reference),
        Leads::Elsewhere => None,
    }
}

#[test]
fn l5_a_redirection_stays_inside_the_console_or_is_none() {
    for (reference, expected) in [
        ("/app/explorer.html", "/app/explorer.html"),
        ("login?next=/a:b", "login?next=/a:b"),
        ("?page=2", "?page=2"),
        ("#top", "#top"),
        ("https://pacs.test:8443/app", "/app"),
        ("HTTPS://PACS.test:8443", "/"),
        ("https://pacs.test:8443?x=1", "/?x=1"),
        ("//pacs.test:8443/app", "/app"),
        (" /app ", "/app"),
    ] {
        assert_eq!(inside(reference).as_deref(), Some(expected), "{reference}");
    }
    for reference in [
        "https://elsewhere.test/",
        "https://pacs.test/",
        "http://pacs.test:8443/",
        "https://pacs.test:8443@elsewhere.test/",
        "https://pacs.test:8443.elsewhere.test/",
        "//elsewhere.test/",
        "https://pacs.test:8443//elsewhere.test/",
        "/\\elsewhere.test/",
        "\\\\elsewhere.test",
        "/\t/elsewhere.test",
        "https:/elsewhere.test",
        "https:elsewhere.test",
        "https:///elsewhere.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a\nb",
    ] {
        assert_eq!(inside(reference), None, "{reference:?}");
    }
}

#[test]
fn the_usual_port_may_be_said_or_not() {
    let own = Own {
        tls: false,
        host: "router",
    };
    assert_eq!(leads("http://router:80/x", own), Leads::Inside("/x".into()));
    assert_eq!(leads("http://router:443/x", own), Leads::Elsewhere);
}

#[test]
fn a_cookie_holds_for_the_name_that_set_it_and_no_other() {
    let set = |line: &str| cookie_for_engineer(line, OWN);
    assert_eq!(
        set("sid=a=b; Path=/app; Domain=.pacs.test; Secure; HttpOnly; SameSite=None; Partitioned")
            .unwrap(),
        "sid=a=b; Path=/app; HttpOnly; SameSite=Lax"
    );
    assert_eq!(
        set("t=1; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=strict").unwrap(),
        "t=1; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Strict"
    );
    for refused in [
        "sid=1; Domain=elsewhere.test",
        "sid=1; Domain=cs.test",
        "sekisho-door-4000=forged",
        "x-sekisho__Host-a=forged",
        "=x",
        "novalue",
        "a=b\r\nX: y",
    ] {
        assert_eq!(set(refused), None, "{refused:?}");
    }
}

#[test]
fn a_cookie_that_wants_tls_is_called_otherwise_on_the_way_and_comes_back_as_it_was() {
    let set = cookie_for_engineer("__Host-sid=1; Secure; Path=/", OWN).unwrap();
    assert_eq!(set, "x-sekisho__Host-sid=1; Path=/; SameSite=Lax");
    let back = cookies_for_target("a=1; x-sekisho__Host-sid=1; sekisho-door-4000=key").unwrap();
    assert_eq!(back, "a=1; __Host-sid=1");
    assert_eq!(cookies_for_target("sekisho-door-4000=key"), None);
}

#[test]
fn a_path_has_one_reading_or_none() {
    for (target, expected) in [
        ("/", "/"),
        ("/app/explorer.html", "/app/explorer.html"),
        ("/app/", "/app/"),
        ("/a?b=/../c", "/a"),
        ("/%E5%8C%BB/x", "/医/x"),
        ("/a%20b", "/a b"),
        ("/%61pp", "/app"),
        ("/app;v=1/x", "/app;v=1/x"),
        ("/...x", "/...x"),
    ] {
        assert_eq!(plain_path(target).as_deref(), Some(expected), "{target}");
    }
    for target in [
        "",
        "*",
        "app",
        "http://elsewhere/",
        "/app/../admin",
        "/app/%2e%2e/admin",
        "/app/%2E./admin",
        "/app/./x",
        "/app//admin",
        "//admin",
        "/app/..;/admin",
        "/app/.;x/admin",
        "/app/..%3b/admin",
        "/app%2f..%2fadmin",
        "/app/%252e%252e/admin",
        "/app\\..\\admin",
        "/app/%5c..%5cadmin",
        "/app/%00",
        "/app/%0a",
        "/app/%",
        "/app/%4",
        "/app/%zz",
        "/app/.. /admin",
        "/app/%2e%2e%20/admin",
        "/app/%ff",
        "/app#x",
    ] {
        assert_eq!(plain_path(target), None, "{target}");
    }
}

#[test]
fn l36_nothing_that_speaks_for_somebody_else_passes() {
    for name in [
        "connection",
        "transfer-encoding",
        "content-length",
        "host",
        "te",
        "upgrade",
        "x-forwarded-for",
        "x-forwarded-host",
        "forwarded",
        "via",
        "x-real-ip",
        "x-original-url",
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x_api_key",
        "proxy-authorization",
        "cookie",
    ] {
        assert!(!passes_to_target(name), "{name}");
    }
    for name in [
        "accept",
        "content-type",
        "x-csrf-token",
        "range",
        "authorization",
    ] {
        assert!(passes_to_target(name), "{name}");
    }
    for name in [
        "set-cookie",
        "location",
        "strict-transport-security",
        "alt-svc",
        "access-control-allow-origin",
        "transfer-encoding",
        "refresh",
    ] {
        assert!(!passes_to_engineer(name), "{name}");
    }
    for name in [
        "content-type",
        "content-security-policy",
        "etag",
        "content-range",
    ] {
        assert!(passes_to_engineer(name), "{name}");
    }
}

#[test]
fn values_that_look_like_secrets_are_masked() {
    for (target, expected) in [
        ("/a", "/a"),
        ("/a?name=x&Password=y&z", "/a?name=x&Password=***&z"),
        (
            "/a?access_token=t&sid=1&q=pass",
            "/a?access_token=***&sid=***&q=pass",
        ),
        ("/a?p%61ss=1&token=", "/a?p%61ss=***&token="),
    ] {
        assert_eq!(mask_query(target, "***"), expected);
    }
}

proptest! {
    #[test]
    fn no_text_stops_the_readers_and_what_is_inside_names_nobody(text in "\\PC{0,64}") {
        if let Leads::Inside(reference) = leads(&text, OWN) {
            prop_assert!(!reference.starts_with("//"));
            prop_assert!(!reference.contains('\\'));
        }
        if let Some(path) = plain_path(&text) {
            prop_assert!(path.starts_with('/'));
            prop_assert!(path.split('/').all(|part| part != ".." && part != "."));
        }
        if let Some(cookie) = cookie_for_engineer(&text, OWN) {
            prop_assert!(!cookie.to_ascii_lowercase().contains("; domain"));
        }
        let _ = (cookies_for_target(&text), mask_query(&text, "*"));
    }
}
