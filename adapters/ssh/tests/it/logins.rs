//! Proving the target, and proving ourselves to it.

use std::time::Duration;

use ssh::{DialError, Flow, HostKeyPair, LoginKey, Secret, TargetLogin, dial, look_at_host_key};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use crate::bridge::SOON;
use crate::peers::Sshd;

async fn dialled(
    sshd: &Sshd,
    login: &TargetLogin,
    pinned: &ssh::HostKey,
) -> Result<ssh::Target, DialError> {
    let stream = TcpStream::connect(sshd.address).await.unwrap();
    dial(stream, login, pinned, &Flow::new(), SOON).await
}

#[tokio::test]
async fn a_target_with_two_keys_is_known_by_the_one_that_was_pinned() {
    let sshd = Sshd::start();
    for kind in ["ed25519", "ecdsa"] {
        let target = dialled(&sshd, &sshd.login(), &sshd.host_key(kind)).await;
        assert!(!target.unwrap().is_over());
    }
    let stream = TcpStream::connect(sshd.address).await.unwrap();
    let shown = look_at_host_key(stream, SOON).await.unwrap();
    assert_eq!(shown, sshd.host_key("ed25519"));
}

#[tokio::test]
async fn l39_a_target_with_another_host_key_gets_no_secret() {
    let sshd = Sshd::start();
    let other = HostKeyPair::generate().unwrap().public();
    let refused = dialled(&sshd, &sshd.login(), &other).await.unwrap_err();
    let DialError::HostKeyDiffers { offered } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(offered, Some(Box::new(sshd.host_key("ed25519"))));
    let log = std::fs::read_to_string(sshd.path("sshd.log")).unwrap();
    assert!(!log.contains("Accepted"), "{log}");
}

#[tokio::test]
async fn a_wrong_key_and_a_wrong_password_are_refused_by_name() {
    let sshd = Sshd::start();
    for secret in [
        Secret::PrivateKey(LoginKey::generate().unwrap().pem().unwrap()),
        Secret::Password(Zeroizing::new("wrong".to_owned())),
    ] {
        let login = TargetLogin {
            user: sshd.user.clone(),
            secret,
        };
        let shown = format!("{login:?}");
        assert!(shown.contains("hidden"), "{shown}");
        let refused = dialled(&sshd, &login, &sshd.host_key("ed25519")).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(&refused, DialError::LoginRefused { offers, .. } if offers.contains("publickey")),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_target_that_says_nothing_is_given_up_at_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let login = TargetLogin {
        user: "x".to_owned(),
        secret: Secret::Password(Zeroizing::new(String::new())),
    };
    let pinned = HostKeyPair::generate().unwrap().public();
    let deadline = Duration::from_millis(50);
    let given_up = dial(stream, &login, &pinned, &Flow::new(), deadline).await;
    assert!(matches!(given_up, Err(DialError::Timeout)));
}
