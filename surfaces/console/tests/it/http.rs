//! HTTP itself: what an answer says to a browser, and what the other side may spend.

use console::{Arrival, LocalSocket, MOST_HEADER_BYTES, MOST_REQUESTS_OF_A_STRANGER};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::hospital::{Hospital, call, hospital};

const STATUS: &str = "GET /api/v1/status HTTP/1.1\r\nhost: desk.handa.test\r\n";

/// Says something on a new connection and reads until the other side closes.
async fn exchange(hospital: &Hospital, arrival: Arrival, said: &[u8]) -> String {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let engine = hospital.engine.clone();
    let served = tokio::spawn(console::serve_connection(theirs, arrival, engine));
    let answer = talk(ours, said).await;
    served.await.unwrap();
    answer
}

async fn talk(mut io: impl AsyncRead + AsyncWrite + Unpin, said: &[u8]) -> String {
    // The other side may close before it has read everything: that is an answer too.
    let _ = io.write_all(said).await;
    let mut answer = Vec::new();
    let _ = io.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn console_arrival() -> Arrival {
    Arrival::Network {
        door: tunnel::Door::Console,
        source: crate::hospital::LAN.parse().unwrap(),
        device_key: None,
    }
}

/// Lesson L36: another site's page can read nothing, and a browser keeps and guesses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn l36_every_answer_has_manners_and_none_lets_another_site_read_it() {
    let (hospital, _) = hospital();
    for (request, status) in [
        (
            format!("{STATUS}origin: https://evil.test\r\nconnection: close\r\n\r\n"),
            "401",
        ),
        (
            "GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            "404",
        ),
        (
            "OPTIONS /api/v1/sign-in HTTP/1.1\r\nhost: a\r\norigin: https://evil.test\r\n\
             access-control-request-method: POST\r\nconnection: close\r\n\r\n"
                .to_owned(),
            "405",
        ),
    ] {
        let answer = exchange(&hospital, console_arrival(), request.as_bytes()).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        let answer = answer.to_ascii_lowercase();
        assert!(answer.contains("cache-control: no-store"), "{answer}");
        assert!(
            answer.contains("x-content-type-options: nosniff"),
            "{answer}"
        );
        assert!(!answer.contains("access-control-"), "{answer}");
        assert!(!answer.contains("set-cookie"), "{answer}");
    }
}

/// A browser gets as far as a stream at the engineers' name; the API is not there for it, whatever it
/// shows: another connection's token, right factors, nothing.
#[tokio::test(flavor = "multi_thread")]
async fn l16_without_a_device_certificate_the_api_answers_nobody_at_the_engineers_name() {
    let (hospital, people) = hospital();
    let abe = &people.abe;
    let browser = Arrival::Network {
        door: tunnel::Door::Engineers,
        source: abe.source,
        device_key: None,
    };
    let engine = &hospital.engine;
    assert!(abe.token.is_some());
    for (method, path, _) in console::ENDPOINTS {
        let path = path.replace("{number}", "1");
        for token in [None, abe.token.as_deref()] {
            let form = (*method != "GET").then(|| json!({}));
            let said = call(engine, &browser, token, method, &path, form.as_ref()).await;
            // Sign-in looks at the form first: what is not one says nothing of anybody.
            let form_first = path == wire::api::v1::paths::SIGN_IN && said.status == 400;
            assert!(
                said.status == 401 || form_first,
                "{method} {path}: {}",
                said.text
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_closed_after_a_few_tries() {
    let (hospital, _) = hospital();
    let many = format!("{STATUS}\r\n").repeat(100);
    let answer = exchange(&hospital, console_arrival(), many.as_bytes()).await;
    let answers = answer.matches("HTTP/1.1 401").count();
    assert_eq!(
        answers,
        usize::try_from(MOST_REQUESTS_OF_A_STRANGER).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn l24_a_head_or_body_that_is_too_long_is_not_kept() {
    let (hospital, people) = hospital();
    let long = "a".repeat(MOST_HEADER_BYTES * 2);
    let head = format!("{STATUS}cookie: {long}\r\n\r\n");
    let answer = exchange(&hospital, console_arrival(), head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many = format!("{STATUS}{}\r\n", "x: y\r\n".repeat(200));
    let answer = exchange(&hospital, console_arrival(), many.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let form = json!({"login": "a", "passphrase": "b".repeat(5000)});
    let engine = &hospital.engine;
    let said = call(
        engine,
        &console_arrival(),
        None,
        "POST",
        "/api/v1/sign-in",
        Some(&form),
    )
    .await;
    assert_eq!(
        said.status, 413,
        "a stranger's passphrase has {} bytes",
        said.text
    );
    let mut form = hospital.visit_form("lis-db");
    form["purpose"] = json!("x".repeat(7 * 1024 * 1024));
    let said = hospital
        .ask(&people.abe, "POST", "/api/v1/requests", Some(form.clone()))
        .await;
    assert_eq!(said.status, 413);
    let said = call(
        engine,
        &console_arrival(),
        None,
        "POST",
        "/api/v1/requests",
        Some(&form),
    )
    .await;
    assert_eq!(said.status, 401, "nothing of a stranger's body is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn l36_a_form_that_a_foreign_page_could_send_is_not_taken() {
    let (hospital, people) = hospital();
    let body = hospital.sign_in_form(&people.sato).to_string();
    for kind in ["content-type: text/plain\r\n", ""] {
        let request = format!(
            "POST /api/v1/sign-in HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{kind}\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(&hospital, console_arrival(), request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
}

/// Lesson L37, over a real socket.
#[tokio::test(flavor = "multi_thread")]
async fn l37_the_local_socket_knows_its_peer() {
    let (hospital, _) = hospital();
    let path = hospital.dir.path().join("run/sekisho.sock");
    let socket = LocalSocket::bind(&path).unwrap();
    let serving = tokio::spawn(socket.serve(hospital.engine.clone()));
    let ask = async |request: String| {
        let stream = tokio::net::UnixStream::connect(&path).await.unwrap();
        talk(stream, request.as_bytes()).await
    };
    let status = ask(format!("{STATUS}connection: close\r\n\r\n")).await;
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    let vendors = "GET /api/v1/vendors HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let refused = ask(vendors.to_owned()).await;
    assert!(refused.contains("reason-person-needed"), "{refused}");
    serving.abort();
    let _aborted = serving.await;
    assert!(!path.exists(), "the socket is gone with its server");
}
