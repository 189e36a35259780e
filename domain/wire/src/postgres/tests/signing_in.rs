use crate::postgres::*;

/// RFC 7677, section 3, with PostgreSQL's empty name instead of `user`: computed by hand from the same
/// salt, rounds and password; the server's nonce behind ours.
const SERVER: &str = "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

fn nonce_of(first: &str) -> String {
    first.rsplit_once("r=").unwrap().1.to_owned()
}

/// Plays the server, with the library's own primitives.
fn server_proof(password: &[u8], first: &str, server: &str, last_bare: &str) -> String {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let salt = data_encoding::BASE64
        .decode(b"W22ZaJ0SNY7soEsUEjb6gQ==")
        .unwrap();
    let mut salted = [0; 32];
    let rounds = std::num::NonZeroU32::new(4096).unwrap();
    let kind = aws_lc_rs::pbkdf2::PBKDF2_HMAC_SHA256;
    aws_lc_rs::pbkdf2::derive(kind, rounds, &salt, password, &mut salted);
    let key = sign(&Key::new(HMAC_SHA256, &salted), b"Server Key");
    let bare = first.split_once(",,").unwrap().1;
    let all = format!("{bare},{server},{last_bare}");
    let proof = sign(&Key::new(HMAC_SHA256, key.as_ref()), all.as_bytes());
    format!("v={}", data_encoding::BASE64.encode(proof.as_ref()))
}

#[test]
fn a_server_that_knows_the_password_is_believed_and_no_other() {
    for (stored, proved) in [(&b"pencil"[..], true), (b"pencil2", false)] {
        let mut scram = Scram::new(Binding::None, &[9; 18]);
        let first = scram.first();
        let server = format!("r={}server,{SERVER}", nonce_of(&first));
        let answer = scram.answer(b"pencil", server.as_bytes()).unwrap();
        let last_bare = answer.split_once(",p=").unwrap().0;
        let proof = server_proof(stored, &first, &server, last_bare);
        assert_eq!(scram.verify(proof.as_bytes()).is_ok(), proved);
        assert_eq!(
            scram.verify(proof.as_bytes()),
            Err(ScramError::NotProved),
            "once"
        );
    }
}

#[test]
fn the_certificate_is_part_of_what_is_proved() {
    let binding = Binding::ServerEndPoint(vec![1; 32]);
    assert_eq!(binding.mechanism(), "SCRAM-SHA-256-PLUS");
    let mut scram = Scram::new(binding, &[9; 18]);
    let first = scram.first();
    assert!(first.starts_with("p=tls-server-end-point,,n=,r="));
    let server = format!("r={}server,{SERVER}", nonce_of(&first));
    let answer = scram.answer(b"pencil", server.as_bytes()).unwrap();
    let bound = answer
        .strip_prefix("c=")
        .unwrap()
        .split_once(',')
        .unwrap()
        .0;
    let bound = data_encoding::BASE64.decode(bound.as_bytes()).unwrap();
    assert_eq!(bound, [&b"p=tls-server-end-point,,"[..], &[1; 32]].concat());
}

#[test]
fn l34_a_server_cannot_make_the_gateway_work_for_hours() {
    let mut scram = Scram::new(Binding::None, &[9; 18]);
    let nonce = nonce_of(&scram.first());
    for rounds in ["1000001", "4294967296", "18446744073709551615"] {
        let server = format!("r={nonce}x,s=AAAA,i={rounds}");
        let answer = scram.answer(b"pencil", server.as_bytes());
        assert!(matches!(answer, Err(ScramError::TooMuchWork(_))));
    }
}

#[test]
fn a_server_must_go_on_from_our_nonce_and_speak_in_form() {
    let mut scram = Scram::new(Binding::None, &[9; 18]);
    let nonce = nonce_of(&scram.first());
    for server in [
        String::new(),
        "r=other,s=AAAA,i=1".to_owned(),
        format!("r={nonce},s=AAAA,i=1"),
        format!("r={nonce}x,s=*,i=1"),
        format!("r={nonce}x,s=AAAA,i=0"),
        format!("r={nonce}x,s=AAAA"),
        "x".repeat(5000),
    ] {
        let answer = scram.answer(b"pencil", server.as_bytes());
        assert!(
            matches!(answer, Err(ScramError::Malformed(_))),
            "{server:.40}"
        );
    }
    assert_eq!(scram.verify(b"v=AAAA"), Err(ScramError::NotProved));
    let no = scram.verify(b"e=invalid-proof");
    assert_eq!(no, Err(ScramError::Refused("invalid-proof".to_owned())));
}

#[test]
fn the_digest_of_old_servers_is_theirs() {
    // md5(md5("secret" + "user") + salt), by `md5sum`.
    let digest = md5_password("user", b"secret", *b"salt");
    assert_eq!(&*digest, "md5440c573f34f2e2f3ff4b6dbdd8a2686b");
}

#[test]
fn more_than_a_server_has_to_say_while_signing_in_is_refused() {
    let mut collector = Collector::new();
    let long = [b'N', 0, 8, 0, 0];
    let refused = collector.next(&mut &long[..]);
    assert!(matches!(refused, Err(Misbehaviour::TooMuch { .. })));
    let mut collector = Collector::new();
    let refused = collector.next(&mut &b"HTTP/1.1 400 Bad Request"[..]);
    assert!(refused.is_err());
    let mut collector = Collector::new();
    let many = message(back_kind::PARAMETER, b"a\0b\0").repeat(40_000);
    let mut rest = &many[..];
    let end = loop {
        match collector.next(&mut rest) {
            Ok(Some(_)) => {}
            Ok(None) => panic!("all of it was taken"),
            Err(wrong) => break wrong,
        }
    };
    assert_eq!(end, Misbehaviour::TooMuch { most: MAX_SIGN_IN });
}
