//! The relay's side: joins clients to connections that a gateway dialled, and reads nothing of theirs.
//!
//! One port. The source address decides whether a byte is read at all; the first bytes decide what the
//! connection is:
//!
//! ```text
//! ClientHello for a name that a gateway announced, from a source listed for it   a client
//! ClientHello for the relay's own name, `sekisho-relay/1`                        a control connection
//! ClientHello for the relay's own name, `sekisho-relay-data/1`                   a wrapped data connection
//! `SKD1`                                                                         a bare data connection
//! ```
//!
//! Everything else is closed without an answer.
//!
//! Trusted to: forward or drop. Not trusted to: read, alter, impersonate, decide. A relay that lies
//! about an address weakens one layer, the list of sources; nothing else depends on it (decision 0011).

mod config;
mod control;
mod gateway;
mod knock;
mod rate;
mod roads;
mod session;
#[cfg_attr(not(target_os = "linux"), path = "relay/no_splice.rs")]
mod splice;
mod turned;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ids::Digest;
use rustls::ServerConfig;
use tokio::task::AbortHandle;
use wire::relay::{Offered, WhyNotCosigned};

pub use self::config::{GatewaysFrom, RelayConfig, RelayLimits, SiteEntry};
pub use self::turned::RelayTurnedAway;

use self::rate::Buckets;
use self::roads::Roads;
use self::session::Sessions;
use self::turned::{Counts, Turned};
use crate::half_open::HalfOpens;
use crate::listener::listen;
use crate::pinned::{PinnedError, PinnedKey, server_config};

/// Sources whose pace is remembered. Each takes about 60 bytes: 1 MiB in all.
const PACES: usize = 16 * 1024;

/// Looks at a checkpoint as a witness: the site's name, what it offers; the signed note with the
/// relay's cosignature, or why not. May block: it is called on a thread of its own.
pub type Cosigner = Arc<dyn Fn(&str, &Offered) -> Result<String, WhyNotCosigned> + Send + Sync>;

/// Why a relay cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The address cannot be used.
    #[error("cannot listen on {address}: {problem}")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why.
        problem: std::io::Error,
    },
    /// The relay's key cannot be used.
    #[error("the relay's key cannot be used: {0}")]
    Key(#[from] PinnedError),
    /// A name that is no host name, or that stands twice.
    #[error(
        "the name {0:?} must be a host name, and of one site only; the relay's own is no site's"
    )]
    Name(String),
    /// A key that stands twice: the relay could not tell the two apart.
    #[error("the key {0} is given to two gateways: each needs its own")]
    KeyTwice(Digest),
}

/// What a relay is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelayStats {
    /// Gateways that are connected.
    pub gateways: usize,
    /// Names that lead somewhere.
    pub names: usize,
    /// Data connections that wait for a client.
    pub parked: usize,
    /// Clients joined to a gateway.
    pub sessions: usize,
    /// Clients joined since the start.
    pub joined: u64,
    /// Connections that are nothing yet.
    pub half_open: usize,
    /// Who was turned away.
    pub turned_away: RelayTurnedAway,
}

/// A running relay. Dropping it closes everything at once; see [`Relay::drain`].
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    inner: Arc<Inner>,
    accepting: AbortHandle,
}

/// What all connections share.
struct Inner {
    name: String,
    limits: RelayLimits,
    control: Arc<ServerConfig>,
    data: Arc<ServerConfig>,
    roads: Roads,
    half_opens: HalfOpens,
    paces: Mutex<Buckets>,
    sessions: Sessions,
    counts: Counts,
    cosigner: Cosigner,
}

impl Relay {
    /// Opens the port. Must be called on a runtime; nobody comes in before a gateway has announced it.
    ///
    /// # Errors
    /// If the address, the key or the configuration cannot be used.
    pub fn bind(
        config: RelayConfig,
        key: &PinnedKey,
        cosigner: Cosigner,
    ) -> Result<Self, RelayError> {
        config.check()?;
        let pins = || config.sites.iter().map(|site| site.key);
        let control = server_config(key, pins(), wire::alpn::RELAY)?;
        let data = server_config(key, pins(), wire::alpn::RELAY_DATA)?;
        let address = config.listen;
        let unusable = |problem| RelayError::Address { address, problem };
        let listener = listen(address).map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let limits = config.limits;
        let inner = Arc::new(Inner {
            name: config.name,
            limits,
            control,
            data,
            roads: Roads::new(config.sites),
            half_opens: HalfOpens::new(limits.half_open, limits.half_open_per_source),
            paces: Mutex::new(Buckets::new(
                limits.per_minute_per_source,
                limits.burst_per_source,
                PACES,
            )),
            sessions: Sessions::new(limits.sessions, limits.after_the_gateway),
            counts: Counts::default(),
            cosigner,
        });
        let accepting = tokio::spawn(knock::accept(listener, Arc::clone(&inner))).abort_handle();
        Ok(Self {
            address,
            inner,
            accepting,
        })
    }

    /// The address that is listened on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it is doing.
    pub fn stats(&self) -> RelayStats {
        let (gateways, names, parked) = self.inner.roads.count();
        RelayStats {
            gateways,
            names,
            parked,
            sessions: self.inner.sessions.open(),
            joined: self.inner.sessions.joined(),
            half_open: self.inner.half_opens.len(),
            turned_away: self
                .inner
                .counts
                .snapshot(self.inner.half_opens.crowded_out()),
        }
    }

    /// Closes the port, tells the gateways to look elsewhere, and waits until what is open has ended,
    /// at most for `patience`; then closes the rest. Returns how many sessions that were.
    pub async fn drain(self, patience: Duration) -> usize {
        self.accepting.abort();
        self.inner.half_opens.drop_all();
        self.inner.roads.drain();
        let ended = self.inner.sessions.ended();
        // What is left after that is closed by the drop.
        let _ = tokio::time::timeout(patience, ended).await;
        self.inner.sessions.open()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
        self.inner.half_opens.drop_all();
        self.inner.roads.end_all();
        self.inner.sessions.end_all();
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("name", &self.name).finish()
    }
}
