//! The target's end: our client, the hospital's server.
//!
//! The target may be hostile (lesson L33): it is read by the same bounded queues as the engineer's
//! client, it can open no channel towards us, and nothing it says is believed before it has shown the
//! key that was pinned when it was registered (L39).

mod channel;
mod handler;
mod login;

use std::sync::Arc;
use std::time::Duration;

use russh::{AlgorithmKind, client};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::algorithms::{KEYS, limits, name, preferred};
use crate::flow::{Flow, Lane, Meter};
use crate::key::{HostKey, KeyError};
use crate::limits::{LONGEST_NAME, MOST_CHANNELS, OPENS, PACKET, WINDOW};
use crate::throttle::Throttle;

pub use channel::{Said, TargetChannel, TargetOut, Wanted};
use handler::{Channels, Failed, Handler, Trust};
use login::{AtHand, SignIn};
pub use login::{Proof, Prover, Secret, TargetLogin};

/// Why a target could not be reached by SSH.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// It shows another host key than the pinned one. Nobody signed in, no secret was sent.
    #[error("the target's host key is not the one that the hospital pinned")]
    HostKeyDiffers {
        /// What it shows; `None` if it has no key of the pinned one's kind at all.
        offered: Option<Box<HostKey>>,
    },
    /// It does not let this login in with this secret.
    #[error("the target refuses the login {user}; it offers: {offers}")]
    LoginRefused {
        /// The login.
        user: String,
        /// The methods that it would go on with, by their names in RFC 4252.
        offers: String,
    },
    /// The stored secret cannot be used.
    #[error("the stored private key cannot be used: {0}")]
    SecretUnusable(#[source] KeyError),
    /// It knows nothing that we would speak.
    #[error("no {what} in common with the target, which offers: {theirs}")]
    NoCommonAlgorithm {
        /// `key exchange`, `cipher`, …
        what: &'static str,
        /// What it offers.
        theirs: String,
    },
    /// It did not finish in time.
    #[error("the target did not finish the SSH handshake in time")]
    Timeout,
    /// It ended the connection, or it speaks no SSH.
    #[error("the target ended the SSH handshake: {0}")]
    Ended(String),
}

/// A connection to a target, signed in.
pub struct Target {
    handle: Arc<client::Handle<Handler>>,
    channels: Channels,
    lane: Arc<Lane>,
    opening: Mutex<()>,
    /// Held by every wish for a channel that the target has not answered, waited for or not.
    unanswered: Arc<()>,
}

/// Why a channel could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The target refuses it: often too many sessions on one connection (`MaxSessions`).
    #[error("the target refuses the channel: {0}")]
    Refused(String),
    /// The connection is over.
    #[error("the connection to the target is over")]
    Ended,
}

/// Connects to a target: key exchange, pinned host key, login.
///
/// # Errors
/// [`DialError`]. The stream is closed then.
pub async fn dial<S>(
    stream: S,
    login: &TargetLogin,
    pinned: &HostKey,
    flow: &Flow,
    deadline: Duration,
) -> Result<Target, DialError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let login = SignIn {
        user: &login.user,
        by: login.proof().map_err(DialError::SecretUnusable)?,
        prover: AtHand(login),
    };
    enter(stream, Some(login), pinned, flow, deadline).await
}

/// As [`dial`], for a process that does not have the secret: `prover` proves the login, when the target has
/// shown the pinned key.
///
/// # Errors
/// [`DialError`]. The stream is closed then.
pub async fn dial_by<S, P>(
    stream: S,
    (user, by, prover): (&str, Proof, P),
    pinned: &HostKey,
    flow: &Flow,
    deadline: Duration,
) -> Result<Target, DialError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    P: Prover,
{
    let login = SignIn { user, by, prover };
    enter(stream, Some(login), pinned, flow, deadline).await
}

/// Connects to our own end of an engineer's connection ([`accept`](crate::accept)) over a stream of this
/// process: the client of a terminal in a page. It signs in as [`accept`](crate::accept) has it, with
/// nothing: who it is was proved elsewhere.
///
/// # Errors
/// [`DialError`]. The stream is closed then.
pub async fn join<S>(
    stream: S,
    ours: &HostKey,
    flow: &Flow,
    deadline: Duration,
) -> Result<Target, DialError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    enter(stream, None::<SignIn<'_, AtHand<'_>>>, ours, flow, deadline).await
}

async fn enter<S, P>(
    stream: S,
    login: Option<SignIn<'_, P>>,
    pinned: &HostKey,
    flow: &Flow,
    deadline: Duration,
) -> Result<Target, DialError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    P: Prover,
{
    let lane = Arc::clone(&flow.down);
    let dialling = async {
        let trust = Trust::Pinned(pinned.clone());
        let (mut handle, channels) = connect(stream, trust, &lane).await?;
        match login {
            Some(login) => login::sign_in(&mut handle, login).await?,
            None => login::sign_in_with_nothing(&mut handle).await?,
        }
        Ok(Target {
            handle: Arc::new(handle),
            channels,
            lane: Arc::clone(&lane),
            opening: Mutex::new(()),
            unanswered: Arc::new(()),
        })
    };
    let outcome = timeout(deadline, dialling).await;
    let outcome = outcome.unwrap_or(Err(DialError::Timeout));
    if outcome.is_err() {
        lane.cut();
    }
    outcome
}

/// Looks at the host key that a machine shows, and signs in nowhere: for registering it, when somebody
/// will compare the fingerprint with the machine's own.
///
/// # Errors
/// [`DialError`].
pub async fn look_at_host_key<S>(stream: S, deadline: Duration) -> Result<HostKey, DialError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let flow = Flow::new();
    let looking = connect(stream, Trust::Nobody, &flow.down);
    let outcome = timeout(deadline, looking).await;
    flow.cut();
    match outcome {
        Err(_) => Err(DialError::Timeout),
        Ok(Err(DialError::HostKeyDiffers { offered: Some(key) })) => Ok(*key),
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) => Err(DialError::Ended("it showed no key".to_owned())),
    }
}

async fn connect<S>(
    stream: S,
    trust: Trust,
    lane: &Arc<Lane>,
) -> Result<(client::Handle<Handler>, Channels), DialError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = Arc::new(config(&trust));
    let channels = Channels::default();
    let handler = Handler::new(trust, channels.clone(), Arc::clone(lane));
    let throttled = Throttle::new(stream, Arc::clone(lane));
    match client::connect_stream(config, throttled, handler).await {
        Ok(handle) => Ok((handle, channels)),
        Err(failed) => Err(failed.into()),
    }
}

fn config(trust: &Trust) -> client::Config {
    let keys = match trust {
        // Only the pinned kind: a machine with two keys shows the one that was pinned.
        Trust::Pinned(pinned) => vec![pinned.algorithm()],
        Trust::Nobody => KEYS.to_vec(),
    };
    client::Config {
        client_id: name(),
        limits: limits(),
        window_size: WINDOW,
        maximum_packet_size: PACKET,
        // One message, the confirmation; nobody reads more of what russh would queue there.
        channel_buffer_size: 1,
        preferred: preferred(keys.into()),
        inactivity_timeout: None,
        keepalive_interval: None,
        ..client::Config::default()
    }
}

impl From<Failed> for DialError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::OtherKey(offered) => Self::HostKeyDiffers { offered },
            Failed::Ssh(russh::Error::NoCommonAlgo { kind, theirs, .. }) => {
                let what = match kind {
                    AlgorithmKind::Key => return Self::HostKeyDiffers { offered: None },
                    AlgorithmKind::Kex => "key exchange",
                    AlgorithmKind::Cipher => "cipher",
                    AlgorithmKind::Compression => "compression",
                    AlgorithmKind::Mac => "message authentication",
                };
                let theirs: String = theirs.join(", ").chars().take(400).collect();
                Self::NoCommonAlgorithm { what, theirs }
            }
            Failed::Ssh(error) => Self::Ended(error.to_string()),
        }
    }
}

impl Target {
    /// Opens a session channel. A target that does not answer within a minute has refused; if it opens
    /// the channel after all, it is closed, and until then it counts as one that is open.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(&self) -> Result<TargetChannel, OpenError> {
        self.open_within(OPENS).await
    }

    /// As [`Target::open`], of a target that has as long as this.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_within(&self, within: Duration) -> Result<TargetChannel, OpenError> {
        let until = Instant::now() + within;
        let late = || OpenError::Refused("it does not answer".to_owned());
        // One at a time: a channel that is forgotten as ended is none that somebody waits for.
        let one = timeout_at(until, self.opening.lock()).await;
        let _one = one.map_err(|_| late())?;
        let unanswered = Arc::strong_count(&self.unanswered).saturating_sub(1);
        if self.channels.tidy().saturating_add(unanswered) >= MOST_CHANNELS {
            return Err(OpenError::Refused("too many channels".to_owned()));
        }
        let _until_answered = Meter::awaited(&self.lane);
        let mut answer = self.ask_for_one();
        let answered = match timeout_at(until, &mut answer).await {
            Ok(answered) => answered.ok(),
            Err(_) => {
                answer.close();
                Some(answer.try_recv().unwrap_or_else(|_| Err(late())))
            }
        };
        answered.unwrap_or(Err(OpenError::Ended))
    }

    /// Asks for a channel. What is opened when nobody waits any more is closed.
    fn ask_for_one(&self) -> oneshot::Receiver<Result<TargetChannel, OpenError>> {
        let (told, answer) = oneshot::channel();
        let handle = Arc::clone(&self.handle);
        let (channels, lane) = (self.channels.clone(), Arc::clone(&self.lane));
        let unanswered = Arc::clone(&self.unanswered);
        tokio::spawn(async move {
            let opened = match handle.channel_open_session().await {
                Ok(channel) => {
                    let (_, half) = channel.split();
                    let queue = channels.confirmed(half.id(), &lane);
                    Ok(TargetChannel::new(half, queue))
                }
                Err(russh::Error::ChannelOpenFailure(reason)) => {
                    let sentence = reason.description().chars().take(LONGEST_NAME).collect();
                    Err(OpenError::Refused(sentence))
                }
                Err(_) => Err(OpenError::Ended),
            };
            if let Err(Ok(nobody_s)) = told.send(opened) {
                nobody_s.out.close().await;
            }
            drop(unanswered);
        });
        answer
    }

    /// Whether the connection is over.
    pub fn is_over(&self) -> bool {
        self.handle.is_closed()
    }

    /// Ends the connection at once; what is in flight is lost.
    pub fn cut(&self) {
        self.lane.cut();
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.lane.cut();
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").finish_non_exhaustive()
    }
}
