//! In a worker: the target's end of SSH. Its connection is read here, and nowhere else; what passes on its
//! channels goes over lines to the gateway, one for each.
//!
//! A line is read no faster than the target takes, and what the target sends waits here until the line has room:
//! so each side holds the other, as if there were one connection.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use ssh::{
    Came, DialError, Flow, HostKey, Inbox, LoginCertificate, OpenError, Proof, Prover, Said, Sent,
    Target, TargetChannel, TargetOut,
};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use zeroize::Zeroizing;

use super::crossing::{NotEntered, ProvedBy, Reach, Reaching, json, read_secret, read_signature};
use super::packets::Line;
use super::reached::LOGIN_WITHIN;

/// How often it is looked whether the target's connection is still there while no channel would notice.
const LOOK: Duration = Duration::from_secs(1);

/// Enters the target and serves its channels, until the gateway lets go of it.
pub(super) async fn reach(told: Reach, line: OwnedFd, target: TcpStream) {
    let line = match Line::new(line, true) {
        Ok(line) => line,
        Err(cause) => {
            tracing::error!(%cause, "a target was not taken over");
            return;
        }
    };
    let flow = Flow::new();
    let served = match enter(&told, &line, target, &flow).await {
        Ok(target) => serve(&line, target).await,
        Err(why) => say(&line, &Reaching::NotEntered(why)).await,
    };
    flow.cut();
    if let Err(cause) = served {
        tracing::debug!(%cause, "the gateway has let go of a target");
    }
}

pub(super) async fn say(line: &Line, said: &Reaching) -> io::Result<()> {
    line.send(&json(said)?).await
}

async fn enter(
    told: &Reach,
    line: &Line,
    target: TcpStream,
    flow: &Flow,
) -> Result<Target, NotEntered> {
    let pinned = HostKey::parse(&told.host_key).map_err(|_| NotEntered::KeyDiffers)?;
    let by = match &told.by {
        ProvedBy::Password => Proof::Password,
        ProvedBy::Key(key) => {
            Proof::Key(HostKey::parse(key).map_err(|_| NotEntered::LoginRefused)?)
        }
        ProvedBy::Certificate(line) => {
            let shown = LoginCertificate::parse(line);
            Proof::Certificate(shown.map_err(|_| NotEntered::LoginRefused)?)
        }
    };
    let login = (told.user.as_str(), by, AtTheGateway(line));
    let dialled = ssh::dial_by(target, login, &pinned, flow, LOGIN_WITHIN).await;
    dialled.map_err(|cause| {
        tracing::warn!(%cause, "a target was not entered");
        match cause {
            DialError::HostKeyDiffers { .. } => NotEntered::KeyDiffers,
            DialError::LoginRefused { .. } | DialError::SecretUnusable(_) => {
                NotEntered::LoginRefused
            }
            DialError::NoCommonAlgorithm { .. } | DialError::Timeout | DialError::Ended(_) => {
                NotEntered::Unreachable
            }
        }
    })
}

/// The secret is the gateway's: a key signs there, a password is told when the target has shown its key.
struct AtTheGateway<'a>(&'a Line);

impl Prover for AtTheGateway<'_> {
    async fn password(&mut self) -> Option<Zeroizing<String>> {
        password(self.0).await
    }

    async fn signature(&mut self, challenge: &[u8]) -> Option<Vec<u8>> {
        let sign = Reaching::Sign(challenge.to_vec());
        say(self.0, &sign).await.ok()?;
        let signed = self.0.next(|packet, _| read_signature(packet)).await;
        signed.ok()??
    }
}

/// The password, as the gateway tells it once.
pub(super) async fn password(line: &Line) -> Option<Zeroizing<String>> {
    say(line, &Reaching::Password).await.ok()?;
    let told = line.next(|packet, _| read_secret(packet)).await.ok()??;
    match told? {
        engine::TargetSecret::Password(password) => Some(password),
        engine::TargetSecret::Key(_) | engine::TargetSecret::Authority(_) => None,
    }
}

/// Opens a channel for each line that comes.
async fn serve(line: &Line, target: Target) -> io::Result<()> {
    say(line, &Reaching::Entered).await?;
    let target = Arc::new(target);
    let mut channels = JoinSet::new();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_over = false;
    loop {
        tokio::select! {
            next = line.next(|_, mut handed| handed.pop()) => match next? {
                Some(Some(channel)) => {
                    channels.spawn(carry(Arc::clone(&target), Line::new(channel, false)?));
                }
                Some(None) => {}
                None => break,
            },
            Some(_) = channels.join_next(), if !channels.is_empty() => {}
            _ = look.tick(), if !is_over => if target.is_over() {
                is_over = true;
                // What the channels still have goes on meanwhile.
                say(line, &Reaching::Over).await?;
            },
        }
    }
    channels.shutdown().await;
    Ok(())
}

/// One channel, from its opening until the gateway lets go of its line.
async fn carry(target: Arc<Target>, line: Line) {
    let opened = target.open().await;
    let said = match &opened {
        Ok(_) => Came::Opened,
        Err(OpenError::Refused(why)) => Came::Refused(why.clone()),
        Err(OpenError::Ended) => Came::Ended,
    };
    let told = line.send(&said.encode()).await;
    let Ok(TargetChannel { inbox, out }) = opened else {
        return;
    };
    if told.is_err() {
        return out.close().await;
    }
    tokio::join!(up(&line, &out), down(&line, inbox));
}

async fn up(line: &Line, out: &TargetOut) {
    // What comes for a channel that the target has closed goes nowhere, until the gateway knows.
    while let Ok(Some(Some(sent))) = line.next(|packet, _| Sent::decode(packet)).await {
        let _gone = match sent {
            Sent::Terminal(terminal) => out.terminal(&terminal).await,
            Sent::Variable { name, value } => out.variable(&name, &value).await,
            Sent::Start(start) => out.start(&start).await,
            Sent::Data(bytes) => out.data(bytes).await,
            Sent::Eof => out.eof().await,
            Sent::Resize(size) => out.resize(size).await,
            Sent::Signal(name) => out.signal(&name).await,
            Sent::Close => {
                out.close().await;
                Ok(())
            }
        };
    }
    out.close().await;
}

async fn down(line: &Line, mut inbox: Inbox<Said>) {
    while let Some(received) = inbox.next().await {
        // It keeps its room until the line has it: that holds the target.
        let came = Came::Received(received);
        if line.send(&came.encode()).await.is_err() {
            break;
        }
    }
}
