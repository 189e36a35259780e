//! A client of our own making, which says what OpenSSH never would.

use std::sync::Arc;

use russh::client::{self, Handle, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelId, ChannelMsg};
use ssh::{Ask, Closed, Engineer, Flow, Received, Stream, accept};
use tokio::net::TcpStream;

use crate::bridge::{SOON, host_key};
use crate::peers::Sshd;

/// Told anything on a channel, it asks for another one and speaks on it before it is opened: the
/// number that it does not know yet is 0, which was never given to anybody.
struct Rash;

impl client::Handler for Rash {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        Ok(shown.public_key().to_openssh()? == host_key().public().to_string())
    }

    async fn data(
        &mut self,
        _channel: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        if bytes != b"go" {
            return Ok(());
        }
        let never = session.channel_open_session()?;
        session.exec(never, true, b"id")?;
        session.request_shell(true, never)?;
        session.window_change(never, 1, 1, 1, 1)?;
        session.eof(never)?;
        session.close(never)
    }
}

async fn connected(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
) -> Handle<Rash> {
    let config = Arc::new(client::Config::default());
    let mut client = client::connect_stream(config, stream, Rash).await.unwrap();
    assert!(client.authenticate_none("root").await.unwrap().success());
    client
}

async fn met() -> (Engineer, Handle<Rash>, Flow) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let flow = Flow::new();
    let pair = host_key();
    let (engineer, client) = tokio::join!(accept(near, &pair, &flow, SOON), connected(far));
    (engineer.unwrap(), client, flow)
}

async fn opened(engineer: &mut Engineer) -> ssh::OpenAsk {
    match engineer.next().await {
        Some(Ask::Open(ask)) => ask,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn l34_what_is_said_on_a_channel_that_was_never_opened_reaches_nobody() {
    let (mut engineer, client, _flow) = met().await;
    let (near, far) = tokio::join!(
        async { opened(&mut engineer).await.accept().await },
        client.channel_open_session()
    );
    let mut near = near;
    near.out.data(Stream::Main, b"go".to_vec()).await.unwrap();
    let never = opened(&mut engineer).await;
    // It is all read by now: what follows on the open channel comes after it.
    far.unwrap().data(&b"after"[..]).await.unwrap();
    match near.inbox.next().await {
        Some(Received::Data(piece)) => assert_eq!(piece.bytes, b"after"),
        other => panic!("{other:?}"),
    }
    let mut late = never.accept().await;
    engineer.cut();
    let heard = late.inbox.next().await;
    assert!(
        matches!(heard, Some(Received::Closed(Closed::WithConnection))),
        "{heard:?}"
    );
    assert!(late.inbox.next().await.is_none());
}

#[tokio::test]
async fn l01_l02_no_key_and_no_name_is_asked_for_only_none() {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let flow = Flow::new();
    let pair = host_key();
    let asking = async {
        let config = Arc::new(client::Config::default());
        let mut client = client::connect_stream(config, far, Rash).await.unwrap();
        let refused = client.authenticate_password("root", "guess").await.unwrap();
        let client::AuthResult::Failure {
            remaining_methods, ..
        } = refused
        else {
            panic!("a password was taken")
        };
        assert!(
            remaining_methods
                .iter()
                .all(|method| *method == russh::MethodKind::None)
        );
        assert!(
            client
                .authenticate_none("somebody else")
                .await
                .unwrap()
                .success()
        );
    };
    let (engineer, ()) = tokio::join!(accept(near, &pair, &flow, SOON), asking);
    engineer.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_has_the_size_that_it_was_given_last() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let client = connected(TcpStream::connect(bridge.address).await.unwrap()).await;
    let mut channel = client.channel_open_session().await.unwrap();
    channel
        .request_pty(true, "xterm", 80, 24, 0, 0, &[])
        .await
        .unwrap();
    channel
        .exec(true, "stty size; read line; stty size")
        .await
        .unwrap();
    let mut shown = String::new();
    let mut resized = false;
    while let Some(said) = channel.wait().await {
        if let ChannelMsg::Data { data } = said {
            shown.push_str(&String::from_utf8_lossy(&data));
        }
        if shown.contains("24 80") && !resized {
            resized = true;
            channel.window_change(132, 43, 0, 0).await.unwrap();
            channel.data(&b"\n"[..]).await.unwrap();
        }
    }
    assert!(shown.contains("43 132"), "{shown}");
}
