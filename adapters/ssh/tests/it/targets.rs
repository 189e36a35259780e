//! A target of our own making: the logins that OpenSSH without PAM does not offer, and malice.

use std::borrow::Cow;
use std::sync::Arc;

use russh::server::{self, Auth, Response, Session};
use russh::{MethodKind, MethodSet};
use ssh::{DialError, Flow, HostKey, Secret, Target, TargetLogin, dial};
use zeroize::Zeroizing;

use crate::bridge::SOON;

/// How it asks for the password `right`.
#[derive(Clone, Copy)]
enum Asks {
    Password,
    OneQuestion,
    EchoedQuestion,
    TwoQuestions,
}

struct Machine {
    asks: Asks,
}

const HIDDEN: (Cow<'static, str>, bool) = (Cow::Borrowed("Password: "), false);
const SHOWN: (Cow<'static, str>, bool) = (Cow::Borrowed("Favourite colour: "), true);

impl server::Handler for Machine {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let right = (user, password) == ("maint", "right");
        let asked = matches!(self.asks, Asks::Password);
        Ok(if asked && right {
            Auth::Accept
        } else {
            Auth::reject()
        })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        if let Some(mut answers) = response {
            let right = answers.next().is_some_and(|answer| &answer[..] == b"right");
            return Ok(if right { Auth::Accept } else { Auth::reject() });
        }
        let prompts = match self.asks {
            Asks::Password => return Ok(Auth::reject()),
            Asks::OneQuestion => vec![HIDDEN],
            Asks::EchoedQuestion => vec![SHOWN],
            Asks::TwoQuestions => vec![HIDDEN, HIDDEN],
        };
        Ok(Auth::Partial {
            name: Cow::Borrowed(""),
            instructions: Cow::Borrowed(""),
            prompts: Cow::Owned(prompts),
        })
    }

    async fn auth_succeeded(&mut self, session: &mut Session) -> Result<(), russh::Error> {
        session.channel_open_session()?;
        session.channel_open_agent()?;
        session.channel_open_forwarded_tcpip("10.0.0.1", 22, "10.0.0.2", 1)?;
        session.channel_open_x11("10.0.0.2", 1)?;
        session.channel_open_direct_tcpip("10.0.0.1", 22, "10.0.0.2", 1)?;
        Ok(())
    }

    async fn channel_open_confirmation(
        &mut self,
        _id: russh::ChannelId,
        _most: u32,
        _window: u32,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        Err(russh::Error::WrongChannel)
    }

    async fn channel_open_session(
        &mut self,
        _channel: russh::Channel<server::Msg>,
        reply: server::ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }
}

async fn dialled(asks: Asks, password: &str) -> Result<Target, DialError> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let seed = russh::keys::ssh_key::private::Ed25519Keypair::from_seed(&[3; 32]);
    let key = russh::keys::PrivateKey::from(seed);
    let pinned = HostKey::parse(&key.public_key().to_openssh().unwrap()).unwrap();
    let methods = [MethodKind::Password, MethodKind::KeyboardInteractive];
    let config = server::Config {
        keys: vec![key],
        methods: MethodSet::from(&methods[..]),
        auth_rejection_time: std::time::Duration::ZERO,
        ..server::Config::default()
    };
    tokio::spawn(async move {
        let running = server::run_stream(Arc::new(config), far, Machine { asks }).await;
        let _ended = running.unwrap().await;
    });
    let login = TargetLogin {
        user: "maint".to_owned(),
        secret: Secret::Password(Zeroizing::new(password.to_owned())),
    };
    dial(near, &login, &pinned, &Flow::new(), SOON).await
}

#[tokio::test]
async fn a_password_is_given_as_such_and_to_one_hidden_question() {
    for asks in [Asks::Password, Asks::OneQuestion] {
        dialled(asks, "right").await.unwrap();
        let refused = dialled(asks, "wrong").await;
        assert!(matches!(refused, Err(DialError::LoginRefused { .. })));
    }
}

#[tokio::test]
async fn a_password_is_not_given_where_it_would_be_shown_or_something_else_is_asked() {
    for asks in [Asks::EchoedQuestion, Asks::TwoQuestions] {
        let refused = dialled(asks, "right").await;
        assert!(matches!(refused, Err(DialError::LoginRefused { .. })));
    }
}

#[tokio::test]
async fn l33_a_target_opens_no_channel_towards_us() {
    let target = dialled(Asks::Password, "right").await.unwrap();
    // Its wishes came before this answer. Had one been granted, the machine would have ended.
    let _first = target.open().await.unwrap();
    let _second = target.open().await.unwrap();
    assert!(!target.is_over());
}
