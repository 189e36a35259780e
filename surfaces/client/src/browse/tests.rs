use hyper::HeaderMap;
use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

use super::*;

const HERE: &str = "127.0.0.1:4000";
const ORIGIN: &str = "http://127.0.0.1:4000";

fn gate() -> (Gate, String, String) {
    let (gate, link) = Gate::new(HERE.parse().unwrap()).unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap().to_owned();
    let cookie = gate.cookie();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    (gate, path, cookie)
}

fn judged(gate: &Gate, method: Method, path: &str, pairs: &[(&str, &str)]) -> Result<Way, Why> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    gate.judge(&method, &path.parse().unwrap(), &headers)
}

#[test]
fn l37_the_link_opens_the_door_once_and_to_nobody_without_it() {
    let (gate, link, cookie) = gate();
    let here = ("host", HERE);
    let wrong = format!("/open/{}", "0".repeat(64));
    for path in [wrong.as_str(), "/open/", "/open/x"] {
        assert_eq!(
            judged(&gate, Method::GET, path, &[here]),
            Err(Why::UsedLink)
        );
    }
    assert_eq!(
        judged(&gate, Method::GET, "/", &[here]),
        Err(Why::NotOpened)
    );
    assert_eq!(judged(&gate, Method::GET, &link, &[here]), Ok(Way::Opens));
    assert_eq!(
        judged(&gate, Method::GET, &link, &[here]),
        Err(Why::UsedLink)
    );
    let again = [here, ("cookie", cookie.as_str())];
    assert_eq!(
        judged(&gate, Method::GET, &link, &again),
        Ok(Way::AlreadyOpen)
    );
}

#[test]
fn l37_without_the_cookie_of_this_very_run_nothing_passes() {
    let (gate, _, cookie) = gate();
    let (_, _, anothers) = self::gate();
    let here = ("host", HERE);
    let with = |cookie: &str| judged(&gate, Method::GET, "/my", &[here, ("cookie", cookie)]);
    assert_eq!(with(&cookie), Ok(Way::Passes));
    assert_eq!(with(&format!("a=b; {cookie}; c=d")), Ok(Way::Passes));
    for wrong in [
        anothers.as_str(),
        "sekisho-door-4000=",
        "sekisho-door-4000",
        &cookie.replace("4000", "4001"),
        &format!("{cookie}; {anothers}"),
        &format!("{anothers}; {cookie}"),
        &cookie[..cookie.len() - 1],
    ] {
        assert_eq!(with(wrong), Err(Why::NotOpened), "{wrong}");
    }
}

#[test]
fn l36_a_name_that_was_made_to_lead_here_is_not_served() {
    let (gate, link, cookie) = gate();
    let cookie = ("cookie", cookie.as_str());
    for host in [
        "evil.test",
        "evil.test:4000",
        "127.0.0.1",
        "127.0.0.1:4001",
        "localhost:4000",
        "127.0.0.1:4000.evil.test",
        "127.1:4000",
    ] {
        for path in ["/", link.as_str()] {
            let asked = judged(&gate, Method::GET, path, &[("host", host), cookie]);
            assert_eq!(asked, Err(Why::OtherName), "{host} {path}");
        }
    }
    assert_eq!(
        judged(&gate, Method::GET, "/", &[cookie]),
        Err(Why::OtherName)
    );
    let twice = [("host", HERE), ("host", "evil.test"), cookie];
    assert_eq!(judged(&gate, Method::GET, "/", &twice), Err(Why::OtherName));
    let whole = "http://evil.test/";
    let asked = judged(&gate, Method::GET, whole, &[("host", HERE), cookie]);
    assert_eq!(asked, Err(Why::OtherName));
}

#[test]
fn l36_another_sites_page_and_another_ports_are_refused_before_anything_is_sent_on() {
    let (gate, _, cookie) = gate();
    let base = [("host", HERE), ("cookie", cookie.as_str())];
    let with = |method: Method, more: &[(&str, &str)]| {
        judged(&gate, method, "/my", &[&base[..], more].concat())
    };
    let ours = ("origin", ORIGIN);
    let same = ("sec-fetch-site", "same-origin");
    let typed = ("sec-fetch-site", "none");
    for good in [&[][..], &[same], &[typed], &[ours], &[ours, same]] {
        assert_eq!(with(Method::GET, good), Ok(Way::Passes), "{good:?}");
    }
    for good in [&[ours][..], &[ours, same]] {
        assert_eq!(with(Method::POST, good), Ok(Way::Passes), "{good:?}");
    }
    for wrong in [
        &[("sec-fetch-site", "cross-site")][..],
        // A page of another port of this computer.
        &[("sec-fetch-site", "same-site")],
        &[same, ("sec-fetch-site", "cross-site")],
        &[("origin", "http://127.0.0.1:4001")],
        &[("origin", "http://localhost:4000")],
        &[("origin", "https://127.0.0.1:4000")],
        &[("origin", "null")],
        &[ours, ("origin", "https://evil.test")],
    ] {
        assert_eq!(with(Method::GET, wrong), Err(Why::OtherSite), "{wrong:?}");
        assert_eq!(with(Method::POST, wrong), Err(Why::OtherSite), "{wrong:?}");
    }
    for wrong in [&[][..], &[same], &[typed, ours]] {
        assert_eq!(with(Method::POST, wrong), Err(Why::OtherSite), "{wrong:?}");
        let upgrade = [&[("upgrade", "websocket")][..], wrong].concat();
        assert_eq!(
            with(Method::GET, &upgrade),
            Err(Why::OtherSite),
            "{wrong:?}"
        );
    }
}

#[test]
fn only_pages_are_behind_the_door() {
    let (gate, link, cookie) = gate();
    let base = [("host", HERE), ("cookie", &cookie), ("origin", ORIGIN)];
    for (method, path) in [
        (Method::GET, "/api/v1/status"),
        (Method::GET, "/api"),
        (Method::PUT, "/my"),
        (Method::DELETE, "/my"),
        (Method::OPTIONS, "/my"),
        (Method::POST, link.as_str()),
    ] {
        let asked = judged(&gate, method.clone(), path, &base);
        assert_eq!(asked, Err(Why::NotAPage), "{method} {path}");
    }
}

#[test]
fn the_sites_cookies_are_kept_until_they_are_taken_away() {
    let jar = Jar::with_language("en");
    let set = |lines: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("set-cookie", HeaderValue::from_static(line));
        }
        jar.take(&headers);
        jar.shown().map(|value| value.to_str().unwrap().to_owned())
    };
    let language = "__Host-sekisho-language=en";
    assert_eq!(set(&["other=1; Path=/", "junk"]).unwrap(), language);
    assert!(!jar.is_signed_in());
    let both = set(&["__Host-sekisho=token; Path=/; Secure; HttpOnly; SameSite=Strict"]);
    assert_eq!(both.unwrap(), format!("__Host-sekisho=token; {language}"));
    assert!(jar.is_signed_in());
    assert_eq!(
        set(&["__Host-sekisho=; Path=/; Max-Age=0"]).unwrap(),
        language
    );
    assert!(!jar.is_signed_in());
}

/// What a program hears that says this to the door.
async fn hears(address: SocketAddr, head: String) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_browser_that_opened_the_link_is_told_that_the_site_does_not_answer() {
    let door = LocalDoor::bind(0).await.unwrap();
    let address = door.address();
    let link = door.link().to_owned();
    let (stop, stopped) = oneshot::channel::<()>();
    let (told, mut heard) = mpsc::unbounded_channel();
    let says = Says::new("en", |notice| Sentence {
        title: "Sekisho".to_owned(),
        text: match notice {
            Notice::Refused(why) => format!("refused {why:?}"),
            Notice::Unreachable(_) => "unreachable".to_owned(),
            Notice::Over => "over".to_owned(),
        },
    });
    let serving = tokio::spawn(door.serve(
        Site::nowhere(),
        says,
        async { drop(stopped.await) },
        move |event| drop(told.send(event)),
    ));
    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{more}\r\n")
    };
    let refused = hears(address, get("/", "")).await;
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    assert!(refused.contains("refused NotOpened"), "{refused}");
    let path = link.strip_prefix(&format!("http://{address}")).unwrap();
    let opened = hears(address, get(path, "")).await;
    assert!(opened.starts_with("HTTP/1.1 303"), "{opened}");
    assert!(matches!(heard.recv().await, Some(AtTheDoor::Opened)));
    let set = opened.split("set-cookie: ").nth(1).unwrap();
    let cookie = format!("cookie: {}\r\n", set.split(';').next().unwrap());
    for _ in 0..2 {
        let lost = hears(address, get("/", &cookie)).await;
        assert!(lost.starts_with("HTTP/1.1 502"), "{lost}");
        assert!(lost.contains("unreachable"), "{lost}");
    }
    assert!(matches!(heard.recv().await, Some(AtTheDoor::Lost(text)) if text == "unreachable"));
    drop(stop);
    serving.await.unwrap();
    assert!(heard.recv().await.is_none(), "it is said once");
    assert!(TcpStream::connect(address).await.is_err());
}
