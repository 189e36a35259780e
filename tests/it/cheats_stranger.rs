//! A stranger at the gateway: from a listed address, so that a byte is read at all.

use std::process::{Command, Stdio};
use std::time::Duration;

use acceptance::files;
use acceptance::hospital::{CLERK_FROM, Hospital, SITE, VENDOR_FROM};
use cheats::client::Client;
use cheats::stranger::{answered, answered_slowly, first_words};
use cheats::tls::Knock;
use wire::alpn::{API, HTTP, JOIN, RELAY, SESSION};

/// The engineers' name of a hospital of these tests, and the console's.
const ENGINEERS: &str = "maintenance.test";
const CONSOLE: &str = "console.test";

/// Longer than the gateway's own patience with a handshake, on a machine that is busy.
const CLOSED_WITHIN: Duration = Duration::from_secs(60);

/// An engineer comes through.
fn an_honest_one_works(hospital: &Hospital) {
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let run = crew.engineer.sekisho().args(["connect", &crew.target]);
    assert_eq!(run.input("honest").ok().text(), "honest");
}

#[test]
fn l34_nothing_that_a_stranger_says_first_is_answered_with_who_we_are() {
    let hospital = Hospital::shared();
    hospital.crew();
    let (from, to) = (VENDOR_FROM.parse().unwrap(), hospital.address);
    let before = hospital.gateway().pid();
    std::thread::scope(|scope| {
        let says = |called: String, words: Vec<u8>, slowly: bool| {
            scope.spawn(move || {
                let said = if slowly {
                    answered_slowly(from, to, &words, CLOSED_WITHIN)
                } else {
                    answered(from, to, &words, CLOSED_WITHIN)
                };
                let said = said.unwrap_or_else(|cause| panic!("{called}: {cause}"));
                // A whole hello is answered as TLS answers it; nothing else is.
                let whole = called.contains("hello and") || called.contains("hello twice");
                assert!(whole || said.len() <= 7, "{called}: {} bytes", said.len());
                for word in ["sekisho", SITE, "HTTP", "SSH"] {
                    assert!(!files::contains(&said, word.as_bytes()), "{called}: {word}");
                }
            });
        };
        for (called, words) in first_words(ENGINEERS) {
            says(format!("{called}, slowly"), words.clone(), true);
            says(called.to_owned(), words, false);
        }
        an_honest_one_works(hospital);
    });
    assert_eq!(hospital.gateway().pid(), before);
    assert!(hospital.gateway().runs());
    an_honest_one_works(hospital);
}

/// `openssl s_client` from a listed address: whether the handshake was done, and what was said.
fn s_client(hospital: &Hospital, arguments: &[&str]) -> (bool, String) {
    let done = Command::new("openssl")
        .args(["s_client", "-connect", &hospital.address.to_string()])
        .args(["-bind", &format!("{VENDOR_FROM}:0")])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("openssl runs");
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn l40_no_older_protocol_exchange_or_name_is_taken_by_the_gateway() {
    let hospital = Hospital::shared();
    hospital.crew();
    let from = VENDOR_FROM.parse().unwrap();
    for old in ["-tls1_2", "-tls1_1"] {
        let arguments = ["-servername", ENGINEERS, "-alpn", "sekisho/1", old];
        let (taken, said) = s_client(hospital, &arguments);
        assert!(!taken && said.contains("CONNECTED"), "{old}: {said}");
        assert!(!said.contains("BEGIN CERTIFICATE"), "{old}: {said}");
    }
    let several = |name: &str, alpn: Vec<&[u8]>| Knock {
        alpn: alpn.into_iter().map(<[u8]>::to_vec).collect(),
        ..Knock::asking(name, SESSION)
    };
    let knocks = [
        Knock::asking(ENGINEERS, SESSION).without_ml_kem(),
        Knock::asking(ENGINEERS, JOIN).without_ml_kem(),
        Knock::asking(ENGINEERS, b"h2"),
        Knock::asking(ENGINEERS, b"sekisho/0"),
        Knock::asking(ENGINEERS, RELAY),
        several(ENGINEERS, Vec::new()),
        // The console is not for who comes from a vendor, whatever is asked for there.
        Knock::asking(CONSOLE, HTTP),
        Knock::asking(CONSOLE, SESSION),
        Knock::asking("localhost", SESSION),
        Knock::asking("127.0.0.1", SESSION),
    ];
    for knock in knocks {
        let refused = match Client::connect(&knock, from, hospital.address) {
            Err(_) => true,
            Ok(mut client) => client.rest().is_empty(),
        };
        assert!(refused, "{knock:?}");
    }
    // Nobody without a device, at any protocol of the engineers' name that asks for one.
    for alpn in [SESSION, API] {
        let knock = Knock::asking(ENGINEERS, alpn);
        let said = Client::connect(&knock, from, hospital.address).map(|mut client| {
            client.says(b"GET /api/v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            client.rest()
        });
        assert!(said.is_err() || said.is_ok_and(|said| said.is_empty()));
    }
    // A browser is let in without one, and the API is not there for it.
    let mut browser =
        Client::connect(&Knock::asking(ENGINEERS, HTTP), from, hospital.address).unwrap();
    let status = "GET /api/v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let (status, answer) = browser.calls(status.as_bytes());
    assert_eq!(status, Some(401), "{answer}");
    assert!(answer.contains("error-signed-out"), "{answer}");
    an_honest_one_works(hospital);
}

/// One call at the console, from the hospital's own network, with these lines in its head.
fn at_the_console(hospital: &Hospital, line: &str, head: &str, body: &str) -> (u16, String) {
    let knock = Knock::asking(CONSOLE, HTTP);
    let from = CLERK_FROM.parse().unwrap();
    let mut client = Client::connect(&knock, from, hospital.address).unwrap();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {CONSOLE}\r\nconnection: close\r\n{head}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, answer) = client.calls(request.as_bytes());
    (status.expect(&answer), answer.to_ascii_lowercase())
}

#[test]
fn l36_no_page_of_somebody_else_reaches_the_console_by_socket_form_or_cookie() {
    let hospital = Hospital::shared();
    let token = hospital.clerk.token(SITE);
    let bearer = format!("authorization: Bearer {token}\r\n");
    let (status, _) = at_the_console(hospital, "GET /api/v1/vendors", &bearer, "");
    assert_eq!(status, 200, "the token is good");
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\norigin: https://evil.test\r\n";
    for path in ["/", "/ws", "/api/v1/status", "/api/v1/watch"] {
        let (status, answer) = at_the_console(hospital, &format!("GET {path}"), upgrade, "");
        // A page leads to the sign-in; nothing is upgraded.
        assert!((300..500).contains(&status), "{path}: {answer}");
    }
    let foreign = "origin: https://evil.test\r\n";
    // Where a page can put a token by itself, none is looked for.
    let by_cookie = format!("{foreign}cookie: token={token}; session={token}\r\n");
    let in_the_address = format!("GET /api/v1/vendors?token={token}&access_token={token}");
    for (line, head) in [
        ("GET /api/v1/vendors", by_cookie.as_str()),
        (in_the_address.as_str(), foreign),
    ] {
        let (status, answer) = at_the_console(hospital, line, head, "");
        assert_eq!(status, 401, "{answer}");
    }
    // What a form can send without being asked about it is not taken, right token or not.
    let body = r#"{"name":"Forged KK","sources":["127.0.9.0/24"],"phone":"03-0000-0000"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let head = format!("{foreign}{bearer}content-type: {kind}\r\n");
        let (status, answer) = at_the_console(hospital, "POST /api/v1/vendors", &head, body);
        assert!((400..500).contains(&status), "{kind}: {answer}");
    }
    let asks = format!("{foreign}access-control-request-method: POST\r\n");
    let (status, answer) = at_the_console(hospital, "OPTIONS /api/v1/vendors", &asks, "");
    assert_eq!(status, 405, "{answer}");
    assert!(!answer.contains("access-control-"), "{answer}");
    let vendors = hospital.clerk.asks(["vendor", "list"]).to_string();
    assert!(!vendors.contains("Forged KK"));
}

#[test]
fn l25_no_path_of_a_caller_leads_to_a_file() {
    let hospital = Hospital::shared();
    let token = hospital.clerk.token(SITE);
    let bearer = format!("authorization: Bearer {token}\r\n");
    let before = hospital.events("recording_viewed").len();
    let climbs = [
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "....//....//etc/passwd",
        "1/../../../site.toml",
        "1%00.cast",
        "-1",
        "99999999999999999999",
        "%2Fetc%2Fpasswd",
        "１",
    ];
    for folder in [
        "recordings",
        "sessions",
        "visits",
        "requests",
        "ledger",
        "receipts",
    ] {
        for climb in climbs {
            for path in [
                format!("/api/v1/{folder}/{climb}"),
                format!("/api/v1/{folder}/{climb}/export"),
                format!("/{climb}"),
            ] {
                let line = format!("GET {path}");
                let (status, answer) = at_the_console(hospital, &line, &bearer, "");
                assert!((400..500).contains(&status), "{path}: {answer}");
                for word in ["root:", "[site]", "listen ="] {
                    assert!(!answer.contains(word), "{path}: {answer}");
                }
            }
        }
    }
    // None of it was taken for a look at a recording.
    assert_eq!(hospital.events("recording_viewed").len(), before);
}
