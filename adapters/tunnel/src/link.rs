//! The gateway's side of a relay: dials out, so that the site opens no port.
//!
//! One control connection to each relay, made again whenever it is lost, and a few data connections
//! dialled ahead. A client that the relay gives us enters by the listener's own [`Entrance`]: from the
//! address that the relay declared under its key, and through the same code as one that came to our
//! port.
//!
//! Trusted to: forward or drop. What the relay says is believed of the address alone, and only under
//! the key of this very link; whether that address may come in, the listener's own list decides again.

mod control;
mod data;
mod dial;
mod pause;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ids::Digest;
use ipnet::IpNet;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::timeout;
use wire::NotEncodable;
use wire::relay::{AnnouncedName, FromGateway, FromRelay, Offered, WhyNotCosigned};

pub(crate) use self::dial::by as reach_by;
use crate::listener::Entrance;
use crate::pinned::{PinnedError, PinnedKey, client_config};

/// Questions that wait for the control connection.
const QUESTIONS: usize = 16;

/// How long a question may take: a witness writes its memory, a self-test tries its ports.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// How data connections go to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// Bare: the client's TLS is all there is, and the relay splices.
    Bare,
    /// In TLS once more, for a firewall that insists on seeing TLS from its first byte.
    Tls,
}

/// How the relay is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Directly.
    Direct,
    /// Through an HTTP proxy (CONNECT, RFC 9110 §9.3.6), given as `host:port`.
    HttpConnect(String),
}

/// One relay.
#[derive(Debug)]
pub struct LinkConfig {
    /// Where it is: `host:port`.
    pub address: String,
    /// Its own name (SNI).
    pub name: String,
    /// The pin of its key.
    pub relay: Digest,
    /// Our key: the relay's operator has its pin.
    pub key: PinnedKey,
    /// How data connections go.
    pub wrap: Wrap,
    /// How the relay is reached.
    pub via: Via,
}

/// How it stands with a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Being dialled for the first time.
    Connecting,
    /// Connected; clients can come.
    Connected {
        /// Where we seem to come from.
        seen: IpAddr,
    },
    /// Connected, but the relay does not know these names as ours: nobody comes in.
    NotAnnounced {
        /// Which.
        names: Vec<String>,
    },
    /// Lost; it is dialled again.
    Lost {
        /// Why.
        why: String,
    },
}

/// Why a link cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The relay's name cannot be a host name.
    #[error("{0:?} is not a host name: expected the relay's own name")]
    Name(String),
    /// Our key cannot be used.
    #[error("the key of the link cannot be used: {0}")]
    Key(#[from] PinnedError),
    /// What may come in cannot be announced.
    #[error("the names and networks cannot be announced: {0}")]
    Announced(#[from] NotEncodable),
}

/// Why the relay did not answer a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It is not connected, or was lost meanwhile.
    #[error("the relay is not connected")]
    NotConnected,
    /// It did not answer in time.
    #[error("the relay did not answer within {} seconds", ANSWER_WITHIN.as_secs())]
    TimedOut,
    /// It has too many questions already.
    #[error("the relay is busy: ask again later")]
    Busy,
    /// It answered something else.
    #[error("the relay answered another question")]
    Confused,
}

/// Why there is no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// No answer.
    #[error(transparent)]
    NoAnswer(#[from] AskError),
    /// The witness does not sign.
    #[error("the relay does not cosign: {0:?}")]
    Refused(WhyNotCosigned),
}

/// A relay that is kept connected. Dropping it ends that; streams that have arrived live on.
#[derive(Debug)]
pub struct Link {
    announced: watch::Sender<Vec<AnnouncedName>>,
    states: watch::Receiver<LinkState>,
    questions: mpsc::Sender<Question>,
    keeping: AbortHandle,
}

/// A question, and who waits for its answer.
struct Question {
    /// Its number is set when it is sent.
    ask: Box<dyn FnOnce(u64) -> FromGateway + Send>,
    answer: oneshot::Sender<FromRelay>,
}

/// What the tasks of a link share.
struct Shared {
    config: LinkConfig,
    name: ServerName<'static>,
    control: Arc<ClientConfig>,
    data: Arc<ClientConfig>,
    entrance: Entrance,
}

impl Link {
    /// Begins to dial, and never gives up. Must be called on a runtime.
    ///
    /// # Errors
    /// If the name, the key or what is to be announced cannot be used.
    pub fn start(
        config: LinkConfig,
        entrance: Entrance,
        announced: Vec<AnnouncedName>,
    ) -> Result<Self, LinkError> {
        let name = ServerName::try_from(config.name.clone())
            .map_err(|_| LinkError::Name(config.name.clone()))?;
        let shared = Arc::new(Shared {
            control: client_config(&config.key, config.relay, wire::alpn::RELAY)?,
            data: client_config(&config.key, config.relay, wire::alpn::RELAY_DATA)?,
            name,
            config,
            entrance,
        });
        let (announced, to_announce) = watch::channel(announceable(announced)?);
        let (state, states) = watch::channel(LinkState::Connecting);
        let (questions, asked) = mpsc::channel(QUESTIONS);
        let keeping = control::Keeper::new(shared, to_announce, state, asked);
        Ok(Self {
            announced,
            states,
            questions,
            keeping: tokio::spawn(keeping.keep()).abort_handle(),
        })
    }

    /// Replaces what may come in, now and after every reconnection.
    ///
    /// # Errors
    /// If it is more than fits ([`wire::relay::MAX_PREFIXES`]); then nothing changes.
    pub fn announce(&self, names: Vec<AnnouncedName>) -> Result<(), NotEncodable> {
        let names = announceable(names)?;
        self.announced.send_if_modified(|announced| {
            let changes = *announced != names;
            *announced = names;
            changes
        });
        Ok(())
    }

    /// Waits until the relay has heard what was announced before this call.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn heard(&self) -> Result<(), AskError> {
        // A question about no port at all: nothing is tried, and it is answered in its turn.
        self.probe(Vec::new()).await.map(drop)
    }

    /// Ends it now, whoever still holds it. Streams that have arrived live on.
    pub fn end(&self) {
        self.keeping.abort();
    }

    /// How it stands.
    pub fn state(&self) -> LinkState {
        self.states.borrow().clone()
    }

    /// How it stands, to be waited for.
    pub fn states(&self) -> watch::Receiver<LinkState> {
        self.states.clone()
    }

    /// Asks the relay, as a witness, to cosign; what comes back is the note with its cosignature,
    /// which is still to be verified.
    ///
    /// # Errors
    /// If it does not answer, or does not sign.
    pub async fn cosign(&self, checkpoint: Offered) -> Result<String, CosignError> {
        let ask = move |number| FromGateway::Cosign { number, checkpoint };
        match self.ask(Box::new(ask)).await? {
            FromRelay::Cosigned { note, .. } => Ok(note),
            FromRelay::NotCosigned { why, .. } => Err(CosignError::Refused(why)),
            FromRelay::Busy { .. } => Err(AskError::Busy.into()),
            FromRelay::Welcome { .. }
            | FromRelay::NotAnnounced { .. }
            | FromRelay::Need { .. }
            | FromRelay::Probed { .. }
            | FromRelay::Ping {}
            | FromRelay::Draining {} => Err(AskError::Confused.into()),
        }
    }

    /// Asks the relay to try these ports (at most [`wire::relay::MAX_PORTS`]) of the address that we
    /// seem to come from. Returns those that answered; empty: nothing answers.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn probe(&self, ports: Vec<u16>) -> Result<Vec<u16>, AskError> {
        let ask = move |number| FromGateway::Probe { number, ports };
        match self.ask(Box::new(ask)).await? {
            FromRelay::Probed { open, .. } => Ok(open),
            FromRelay::Busy { .. } => Err(AskError::Busy),
            FromRelay::Welcome { .. }
            | FromRelay::NotAnnounced { .. }
            | FromRelay::Need { .. }
            | FromRelay::Cosigned { .. }
            | FromRelay::NotCosigned { .. }
            | FromRelay::Ping {}
            | FromRelay::Draining {} => Err(AskError::Confused),
        }
    }

    async fn ask(
        &self,
        ask: Box<dyn FnOnce(u64) -> FromGateway + Send>,
    ) -> Result<FromRelay, AskError> {
        let connected = matches!(
            *self.states.borrow(),
            LinkState::Connected { .. } | LinkState::NotAnnounced { .. }
        );
        if !connected {
            return Err(AskError::NotConnected);
        }
        let (answer, answered) = oneshot::channel();
        let asking = async {
            let question = Question { ask, answer };
            let gone = |_| AskError::NotConnected;
            self.questions.send(question).await.map_err(gone)?;
            answered.await.map_err(|_| AskError::NotConnected)
        };
        timeout(ANSWER_WITHIN, asking)
            .await
            .map_err(|_| AskError::TimedOut)?
    }
}

/// In the fewest prefixes that say the same, and within the limits of the protocol.
fn announceable(mut names: Vec<AnnouncedName>) -> Result<Vec<AnnouncedName>, NotEncodable> {
    for name in &mut names {
        name.prefixes = IpNet::aggregate(&name.prefixes);
    }
    wire::encode(&FromGateway::Announce {
        names: names.clone(),
    })?;
    Ok(names)
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}
