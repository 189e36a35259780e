use super::*;

fn judged(status: u16, body: &str) -> Result<Bytes, ApiError> {
    judge(
        StatusCode::from_u16(status).unwrap(),
        Bytes::from(body.to_owned()),
    )
}

#[test]
fn a_refusal_comes_with_every_reason() {
    let body = r#"{"reasons":[{"id":"self-approval"},{"id":"too-late","args":{"until":"x"}}]}"#;
    let Err(ApiError::Refused(refused)) = judged(403, body) else {
        panic!()
    };
    assert_eq!(refused.reasons.len(), 2);
}

#[test]
fn what_is_not_found_and_what_is_broken_are_told_apart() {
    let body = r#"{"id":"something"}"#;
    assert!(matches!(judged(404, body), Err(ApiError::NotFound(_))));
    assert!(matches!(
        judged(503, body),
        Err(ApiError::Problem { status: 503, .. })
    ));
    assert!(matches!(
        judged(401, body),
        Err(ApiError::NotSignedIn(Some(_)))
    ));
    assert!(matches!(judged(401, "?"), Err(ApiError::NotSignedIn(None))));
}

#[test]
fn an_answer_that_does_not_read_is_an_error_and_never_a_guess() {
    for (status, body) in [(403, "{}"), (403, "no"), (500, ""), (302, "<html>")] {
        assert!(
            matches!(judged(status, body), Err(ApiError::Misread(_))),
            "{status} {body}"
        );
    }
}

#[test]
fn l29_an_answer_that_does_not_read_is_not_repeated() {
    let error = read::<u64>(b"\"canary\"").unwrap_err().to_string();
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn l40_whoever_is_not_the_pinned_site_is_untrusted_not_unreachable() {
    for error in [
        ConnectError::PinnedCaDiffers,
        ConnectError::NameDiffers("x".to_owned()),
        ConnectError::NotValidNow,
        ConnectError::NotAServer,
        ConnectError::KeyExchangeRefused,
    ] {
        assert!(matches!(ApiError::from(error), ApiError::Untrusted(_)));
    }
    let closed = ApiError::from(ConnectError::ClosedWithoutAnswer);
    assert!(matches!(closed, ApiError::Unreachable(_)));
}

/// Serves one connection of a local socket: answers each line of the request's body with a line.
#[cfg(unix)]
async fn echo(folder: &Path, status: StatusCode) -> tokio::task::JoinHandle<bool> {
    use hyper::server::conn::http1 as server;
    std::fs::create_dir(folder.join("run")).unwrap();
    let listener = tokio::net::UnixListener::bind(folder.join(SOCKET)).unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper::service::service_fn(async |request: Request<Incoming>| {
            let echoed = request.into_body().map_frame(|frame| {
                let beats = frame.into_data().unwrap();
                let line = format!("{}\n", beats.len());
                hyper::body::Frame::data(Bytes::from(line))
            });
            Response::builder().status(status).body(echoed)
        });
        let connection = server::Builder::new().serve_connection(TokioIo::new(stream), service);
        connection.await.is_err()
    })
}

#[cfg(unix)]
#[tokio::test]
async fn l23_a_watcher_is_there_as_long_as_the_lines_are_held_and_gone_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let serving = echo(folder.path(), StatusCode::OK).await;
    let api = Api::local(folder.path());
    let mut lines = api.watch_lines("/api/v1/sessions/1/attend").await.unwrap();
    // Each beat comes back while the request still goes on.
    assert_eq!(lines.next::<u64>().await.unwrap(), Some(1));
    assert_eq!(lines.next::<u64>().await.unwrap(), Some(1));
    drop(lines);
    assert!(serving.await.unwrap(), "the connection is cut");
}

#[cfg(unix)]
#[tokio::test]
async fn lines_that_end_in_order_end_and_half_a_line_is_none() {
    for (said, whole) in [("1\n2\n", true), ("1\n2", false)] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        let listener = tokio::net::UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let serving = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).await.unwrap();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", said.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            stream
        });
        let api = Api::local(folder.path());
        let mut lines = api.get_lines("/api/v1/recordings/1/play").await.unwrap();
        assert_eq!(lines.next::<u64>().await.unwrap(), Some(1));
        let rest = lines.next::<u64>().await;
        if whole {
            assert_eq!(rest.unwrap(), Some(2));
            assert_eq!(lines.next::<u64>().await.unwrap(), None);
        } else {
            assert!(matches!(rest, Err(ApiError::Misread(_))), "{rest:?}");
        }
        drop(serving.await.unwrap());
    }
}

#[tokio::test]
async fn a_gateway_that_does_not_run_is_named_by_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let Err(error) = Api::local(folder.path()).status().await else {
        panic!()
    };
    assert!(error.to_string().contains("run/sekisho.sock"), "{error}");
}
