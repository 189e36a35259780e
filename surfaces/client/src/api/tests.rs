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

#[tokio::test]
async fn a_gateway_that_does_not_run_is_named_by_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let Err(error) = Api::local(folder.path()).status().await else {
        panic!()
    };
    assert!(error.to_string().contains("run/sekisho.sock"), "{error}");
}
