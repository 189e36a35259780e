//! A target of our own making: the logins that OpenSSH without PAM does not offer, and malice.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use russh::server::{self, Auth, ChannelOpenHandle, Response, Session};
use russh::{ChannelOpenFailure, MethodKind, MethodSet};
use ssh::{
    Closed, DialError, Flow, HostKey, MOST_CHANNELS, OpenError, Received, Secret, Start, Target,
    TargetLogin, dial,
};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::bridge::SOON;

/// What a machine gets that does not answer however long it has.
const LITTLE: Duration = Duration::from_millis(50);

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
    /// Where wishes for channels go that are not answered at once.
    held: Option<mpsc::UnboundedSender<Seen>>,
}

/// What a machine sees that holds its answers.
enum Seen {
    Asked(ChannelOpenHandle),
    Closed,
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
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        match &self.held {
            Some(held) => {
                let _over = held.send(Seen::Asked(reply));
            }
            None => reply.accept().await,
        }
        Ok(())
    }

    /// Takes back the channel that it had opened.
    async fn exec_request(
        &mut self,
        channel: russh::ChannelId,
        _command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_open_failure(channel, ChannelOpenFailure::ConnectFailed, "", "")
    }

    async fn channel_close(
        &mut self,
        _channel: russh::ChannelId,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        if let Some(held) = &self.held {
            let _over = held.send(Seen::Closed);
        }
        Ok(())
    }
}

async fn dialled(asks: Asks, password: &str) -> Result<Target, DialError> {
    let machine = Machine { asks, held: None };
    dialled_to(machine, password).await
}

async fn dialled_to(machine: Machine, password: &str) -> Result<Target, DialError> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let seed = russh::keys::ssh_key::private::Ed25519Keypair::from_seed(&[3; 32]);
    let key = russh::keys::PrivateKey::from(seed);
    let pinned = HostKey::parse(&key.public_key().to_openssh().unwrap()).unwrap();
    let methods = [MethodKind::Password, MethodKind::KeyboardInteractive];
    let config = server::Config {
        keys: vec![key],
        methods: MethodSet::from(&methods[..]),
        auth_rejection_time: Duration::ZERO,
        ..server::Config::default()
    };
    tokio::spawn(async move {
        let running = server::run_stream(Arc::new(config), far, machine).await;
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

#[tokio::test]
async fn l33_a_target_that_answers_no_wish_for_a_channel_holds_up_no_other_and_its_late_one_is_closed()
 {
    let (held, mut seen) = mpsc::unbounded_channel();
    let machine = Machine {
        asks: Asks::Password,
        held: Some(held),
    };
    let target = dialled_to(machine, "right").await.unwrap();
    // The second gives up while the first still waits: of it the target hears nothing.
    let (first, second) = tokio::join!(target.open_within(10 * LITTLE), target.open_within(LITTLE));
    for refused in [first, second] {
        let refused = refused.unwrap_err();
        assert_eq!(refused, OpenError::Refused("it does not answer".to_owned()));
    }
    let Some(Seen::Asked(late)) = seen.recv().await else {
        panic!("it was asked first")
    };
    late.accept().await;
    assert!(matches!(seen.recv().await, Some(Seen::Closed)));
    let answering = async {
        let Some(Seen::Asked(reply)) = seen.recv().await else {
            panic!("it was asked again")
        };
        reply.accept().await;
    };
    let (third, ()) = tokio::join!(target.open(), answering);
    let _open = third.unwrap();
    assert!(!target.is_over());
}

/// What was asked for and never answered is counted: no target makes us remember without end.
#[tokio::test]
async fn l33_wishes_that_a_target_leaves_unanswered_count_as_channels() {
    let (held, mut seen) = mpsc::unbounded_channel();
    let machine = Machine {
        asks: Asks::Password,
        held: Some(held),
    };
    let target = dialled_to(machine, "right").await.unwrap();
    let mut kept = Vec::new();
    for _ in 0..MOST_CHANNELS {
        let refused = target.open_within(LITTLE).await.unwrap_err();
        assert_eq!(refused, OpenError::Refused("it does not answer".to_owned()));
        kept.push(seen.recv().await);
    }
    let refused = target.open().await.unwrap_err();
    assert_eq!(refused, OpenError::Refused("too many channels".to_owned()));
}

#[tokio::test]
async fn l33_a_channel_that_a_target_takes_back_after_it_had_opened_it_has_ended() {
    let target = dialled(Asks::Password, "right").await.unwrap();
    let mut channel = target.open().await.unwrap();
    let start = Start::Exec(b"anything".to_vec());
    channel.out.start(&start).await.unwrap();
    let ended = async {
        loop {
            match channel.inbox.next().await {
                Some(Received::Closed(how)) => return Some(how),
                Some(_) => {}
                None => return None,
            }
        }
    };
    let ended = tokio::time::timeout(SOON, ended).await;
    assert_eq!(ended.expect("it is not waited for"), Some(Closed::ByPeer));
    let _another = target.open().await.unwrap();
}
