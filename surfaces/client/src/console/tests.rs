use hyper::Method;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::browse::Why;

const ORIGIN: &str = "http://pacs.localhost:4000";

fn judged(gate: &Gate, method: Method, path: &str, pairs: &[(&str, &str)]) -> Result<Way, Why> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    gate.judge(&method, &path.parse().unwrap(), &headers)
}

fn gate() -> (Gate, String, String) {
    let (gate, link) = Gate::of_console("PACS", 4000).unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap().to_owned();
    let cookie = gate.cookie();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    (gate, path, cookie)
}

#[test]
fn l37_a_console_has_a_name_of_its_own_and_the_link_opens_it_once() {
    let (gate, link, cookie) = gate();
    let here = ("host", "pacs.localhost:4000");
    assert_eq!(
        judged(&gate, Method::GET, "/", &[here]),
        Err(Why::NotOpened)
    );
    assert_eq!(judged(&gate, Method::GET, &link, &[here]), Ok(Way::Opens));
    assert_eq!(
        judged(&gate, Method::GET, &link, &[here]),
        Err(Why::UsedLink)
    );
    let opened = [here, ("cookie", cookie.as_str())];
    for path in ["/", "/open/x", "/api/v1/x", "/app?x=1"] {
        assert_eq!(judged(&gate, Method::GET, path, &opened), Ok(Way::Passes));
    }
    for name in ["127.0.0.1:4000", "localhost:4000", "other.localhost:4000"] {
        let other = [("host", name), ("cookie", cookie.as_str())];
        assert_eq!(
            judged(&gate, Method::GET, "/", &other),
            Err(Why::OtherName),
            "{name}"
        );
    }
}

#[test]
fn l36_no_other_page_of_the_same_browser_uses_it() {
    let (gate, _, cookie) = gate();
    let all = |more: &[(&'static str, &'static str)], method: Method| {
        let mut pairs = vec![("host", "pacs.localhost:4000"), ("cookie", cookie.as_str())];
        pairs.extend(more);
        judged(&gate, method, "/x", &pairs)
    };
    let own = ("origin", ORIGIN);
    for method in [Method::PUT, Method::DELETE, Method::POST] {
        let passes = all(&[own, ("sec-fetch-site", "same-origin")], method.clone());
        assert_eq!(passes, Ok(Way::Passes));
        for site in ["same-site", "cross-site", "none"] {
            let refused = all(&[own, ("sec-fetch-site", site)], method.clone());
            assert_eq!(refused, Err(Why::OtherSite), "{site}");
        }
        assert_eq!(all(&[], method), Err(Why::OtherSite));
    }
    for origin in ["http://evil.test", "http://localhost:4000", "null"] {
        let refused = all(&[("origin", origin)], Method::GET);
        assert_eq!(refused, Err(Why::OtherSite), "{origin}");
    }
    let line = all(&[("upgrade", "websocket")], Method::GET);
    assert_eq!(line, Err(Why::OtherSite));
}

#[tokio::test]
async fn l37_the_port_is_held_at_both_addresses_of_this_computer() {
    let door = ConsoleDoor::bind("pacs", 0).await.unwrap();
    let there = SocketAddr::from((Ipv6Addr::LOCALHOST, door.address().port()));
    let taken = TcpListener::bind(there).await;
    assert!(taken.is_err(), "somebody else could be asked first");
}
