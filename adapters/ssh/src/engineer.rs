//! The engineer's end: our server, their own client.
//!
//! The stream is inside TLS, and the person and the device are proved before a byte of SSH is read.
//! So user authentication is `none`, for any user name, and that is all that is offered: who it is
//! never comes from SSH, from no key that was shown (lesson L1), no name that was claimed (L2).

mod channel;
mod handler;

use std::sync::Arc;
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::{MethodKind, MethodSet, server};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::algorithms::{limits, name, served};
use crate::flow::{Flow, Lane};
use crate::key::HostKeyPair;
use crate::limits::{MOST_ASKS, PACKET, WINDOW};
use crate::throttle::Throttle;

pub use channel::{Asked, EngineerChannel, EngineerOut, NeverOnAChannel, OpenAsk, StartAsk};
use handler::Handler;

/// What an engineer's client asks of the connection.
#[derive(Debug)]
pub enum Ask {
    /// A session channel: answer it. Dropped, it is refused.
    Open(OpenAsk),
    /// Something that is refused always, and was: to be entered.
    Forbidden {
        /// What was asked for.
        what: Forbidden,
        /// How many asks before this one were refused without being told, because too many waited.
        untold: u32,
    },
    /// The connection is over; nothing more comes. Says why, for the log.
    Ended(String),
}

/// What no permit covers. There is no way to grant one of these here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forbidden {
    /// `-L`, `-D`, `-W`, `-J`: a connection from the target to elsewhere (RFC 4254 §7.2).
    DirectTcp {
        /// Whereto.
        host: String,
        /// Which port.
        port: u32,
    },
    /// The same to a Unix socket (OpenSSH).
    DirectSocket {
        /// Which.
        path: String,
    },
    /// `-R`: a listener on the target (RFC 4254 §7.1).
    ListenTcp {
        /// On which address.
        host: String,
        /// Which port; 0 for any.
        port: u32,
    },
    /// The same on a Unix socket (OpenSSH).
    ListenSocket {
        /// Which.
        path: String,
    },
    /// A channel that only a server opens (X11, forwarded connections), asked for by a client.
    Channel {
        /// Of which kind.
        kind: &'static str,
    },
    /// A session channel beyond [`MOST_CHANNELS`](crate::MOST_CHANNELS).
    TooManyChannels,
}

/// A connection that an engineer's client has made.
#[derive(Debug)]
pub struct Engineer {
    asks: mpsc::Receiver<Ask>,
    lane: Arc<Lane>,
}

/// Why the engineer's client did not get as far as asking for anything.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Version, key exchange and sign-in took too long.
    #[error("the SSH client did not finish its handshake in time")]
    Timeout,
    /// It ended before: no common algorithm, our key not accepted, or no SSH at all.
    #[error("the SSH client ended its handshake: {0}")]
    Ended(String),
    /// Our own key cannot be used.
    #[error("the gateway's SSH host key cannot be used: {0}")]
    OurKey(#[from] crate::key::KeyError),
}

/// Serves SSH on a stream. Returns when the client has signed in.
///
/// # Errors
/// [`AcceptError`]. The stream is closed then.
pub async fn accept<S>(
    stream: S,
    host_key: &HostKeyPair,
    flow: &Flow,
    deadline: Duration,
) -> Result<Engineer, AcceptError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = Arc::new(config(host_key.private()?));
    let lane = Arc::clone(&flow.up);
    let throttled = Throttle::new(stream, Arc::clone(&lane));
    let (asks, mut received) = mpsc::channel(MOST_ASKS);
    let (signed_in, ready) = oneshot::channel();
    let handler = Handler::new(asks.clone(), signed_in, Arc::clone(&lane));
    let serving = async {
        let running = server::run_stream(config, throttled, handler).await?;
        tokio::spawn(say_the_end(running, asks));
        Ok::<_, russh::Error>(ready.await)
    };
    let outcome = match timeout(deadline, serving).await {
        Err(_) => Err(AcceptError::Timeout),
        Ok(Err(error)) => Err(AcceptError::Ended(error.to_string())),
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(_))) => Err(AcceptError::Ended(last_words(&mut received).await)),
    };
    match outcome {
        Ok(()) => Ok(Engineer {
            asks: received,
            lane,
        }),
        Err(error) => {
            lane.cut();
            Err(error)
        }
    }
}

async fn say_the_end(running: server::RunningSession<Handler>, asks: mpsc::Sender<Ask>) {
    let why = match running.await {
        Ok(()) => "the client closed the connection".to_owned(),
        Err(error) => error.to_string(),
    };
    let _nobody_listens = asks.send(Ask::Ended(why)).await;
}

async fn last_words(asks: &mut mpsc::Receiver<Ask>) -> String {
    while let Some(ask) = asks.recv().await {
        if let Ask::Ended(why) = ask {
            return why;
        }
    }
    String::new()
}

fn config(host_key: PrivateKey) -> server::Config {
    server::Config {
        server_id: name(),
        methods: MethodSet::from(&[MethodKind::None][..]),
        // Nothing is compared that time could tell of.
        auth_rejection_time: Duration::ZERO,
        keys: vec![host_key],
        limits: limits(),
        window_size: WINDOW,
        maximum_packet_size: PACKET,
        // Nobody reads what russh would queue here: we take everything in callbacks.
        channel_buffer_size: 1,
        preferred: served(),
        max_auth_attempts: 8,
        // Deadlines are the engine's.
        inactivity_timeout: None,
        keepalive_interval: None,
        ..server::Config::default()
    }
}

impl Engineer {
    /// The next ask; `None` after [`Ask::Ended`]. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Ask> {
        self.asks.recv().await
    }

    /// Ends the connection at once; what is in flight is lost.
    pub fn cut(&self) {
        self.lane.cut();
    }
}

impl Drop for Engineer {
    fn drop(&mut self) {
        self.lane.cut();
    }
}
