#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on is a failed test"
)]

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;

fn address() -> Address {
    "https://hooks.example.jp/services/T0/secret?x=1"
        .parse()
        .unwrap()
}

/// Reads one request to its end and answers it; gives what was read.
async fn serve(mut stream: DuplexStream, answer: Vec<u8>) -> String {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if n == 0 || text.ends_with("{\"a\":1}") {
            // Who hung up in the middle of a long answer has read enough of it.
            let _gone = stream.write_all(&answer).await;
            return text;
        }
    }
}

async fn told(answer: &str, key: Option<&[u8]>) -> (Result<(), Failed>, String) {
    let (ours, theirs) = duplex(1 << 20);
    let body = br#"{"a":1}"#.to_vec();
    let to = address();
    let posted = post(ours, &to, body, key, 1_795_000_000);
    tokio::join!(posted, serve(theirs, answer.as_bytes().to_vec()))
}

#[test]
fn an_address_is_https_with_a_host_and_shows_no_secret() {
    let shown = format!("{:?}", address());
    assert_eq!(shown, "Address(https://hooks.example.jp:443/…)");
    let other: Address = "https://H.example:8443".parse().unwrap();
    assert_eq!((other.host.as_str(), other.port), ("h.example", 8443));
    let long = format!("https://h/{}", "a".repeat(LONGEST_URL));
    for wrong in [
        "http://hooks.example.jp/x",
        "https://",
        "https:///x",
        "https://user@host/x",
        "https://host:0/",
        "https://host:70000/",
        "https://host/x#y",
        "https://host/a b",
        "https://host/a\r\nx: y",
        "https://[::1]/",
        "ftp://host/",
        long.as_str(),
    ] {
        assert_eq!(wrong.parse::<Address>(), Err(NotAnAddress), "{wrong}");
    }
}

#[tokio::test]
async fn a_body_is_posted_whole_and_signed() {
    let (said, read) = told(
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        Some(&[7; 32]),
    )
    .await;
    assert_eq!(said, Ok(()));
    let head = read.to_ascii_lowercase();
    assert!(
        head.starts_with("post /services/t0/secret?x=1 http/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("host: hooks.example.jp\r\n"), "{head}");
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim_start_matches(':').trim().to_owned()
    };
    let (at, signed) = (header(signature::TIMESTAMP), header(signature::SIGNATURE));
    let genuine = signature::verify(&[7; 32], &at, &signed, br#"{"a":1}"#, 1_795_000_100);
    assert_eq!(genuine, Ok(()));
}

#[tokio::test]
async fn each_answer_has_its_class_and_a_redirect_is_not_followed() {
    for (status, class) in [
        ("301 Moved", Undelivered::Rejected),
        ("307 Temporary", Undelivered::Rejected),
        ("400 Bad", Undelivered::Rejected),
        ("401 No", Undelivered::NotSignedIn),
        ("404 Gone", Undelivered::NotSignedIn),
        ("429 Slow", Undelivered::Unreachable),
        ("503 Away", Undelivered::Unreachable),
    ] {
        let answer = format!(
            "HTTP/1.1 {status}\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n"
        );
        let (said, _) = told(&answer, None).await;
        assert_eq!(said.unwrap_err().class, class, "{status}");
    }
    let (said, _) = told("not http at all\r\n\r\n", None).await;
    assert_eq!(said.unwrap_err().class, Undelivered::Unreachable);
}

/// Lesson L24: of an answer without an end a little is read.
#[tokio::test]
async fn l24_an_answer_without_an_end_is_read_to_a_limit() {
    let body = "x".repeat(MOST_ANSWER * 8);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n{body}");
    let (said, _) = told(&answer, None).await;
    assert_eq!(said, Ok(()));
}

/// Lesson L24: of a head without an end, too.
#[tokio::test]
async fn l24_a_head_without_an_end_is_refused() {
    let answer = format!("HTTP/1.1 200 OK\r\n{}", "x: y\r\n".repeat(100_000));
    let (said, _) = told(&answer, None).await;
    assert_eq!(said.unwrap_err().class, Undelivered::Unreachable);
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let (ours, _theirs) = duplex(1 << 16);
    let to = address();
    let never = exchange(ours, &to, Vec::new(), None, 0);
    let said = within(Duration::from_millis(50), never).await;
    assert_eq!(said.unwrap_err().class, Undelivered::Unreachable);
}
