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

mod control;
mod gateway;
mod knock;
mod rate;
mod roads;
mod session;
#[cfg_attr(not(target_os = "linux"), path = "relay/no_splice.rs")]
mod splice;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ids::{Digest, NonEmpty};
use ipnet::IpNet;
use rustls::ServerConfig;
use rustls::pki_types::ServerName;
use tokio::task::AbortHandle;
use wire::relay::{Offered, WhyNotCosigned};

use self::rate::Buckets;
use self::roads::Roads;
use self::session::Sessions;
use crate::half_open::HalfOpens;
use crate::listener::listen;
use crate::pinned::{PinnedError, PinnedKey, server_config};

/// Sources whose pace is remembered. Each takes about 60 bytes: 1 MiB in all.
const PACES: usize = 16 * 1024;

/// What anybody may cost the relay before a gateway has looked at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayLimits {
    /// Connections that are not yet joined to a gateway's. Each holds a descriptor and at most 8 KiB of
    /// hello, or the state of a gateway's handshake, about 20 KiB: 40 MiB in all.
    pub half_open: usize,
    /// The same from one source (an IPv4 address, an IPv6 /64): a whole office behind one address.
    pub half_open_per_source: usize,
    /// From the first packet until it is joined, or until a gateway has proved its key: three round
    /// trips of a client, and as many of a gateway that dials, on bad lines.
    pub opening: Duration,
    /// Clients joined at once. Each holds two descriptors and about 3 KiB.
    pub sessions: usize,
    /// Connections that a source may open at once before its pace counts: an office that starts work.
    pub burst_per_source: u32,
    /// Its pace after that, connections a minute. Addresses of connected gateways are spared.
    pub per_minute_per_source: u32,
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self {
            half_open: 2048,
            half_open_per_source: 128,
            opening: Duration::from_secs(10),
            sessions: 16 * 1024,
            burst_per_source: 256,
            per_minute_per_source: 1200,
        }
    }
}

/// Where a site's gateways may dial from. To be said in words: there is no default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewaysFrom {
    /// From anywhere: then anybody may send one ClientHello.
    Anywhere,
    /// From these networks only.
    Only(NonEmpty<IpNet>),
}

/// A gateway that the relay serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteEntry {
    /// What the relay's operator calls it; also what the witness is told.
    pub site: String,
    /// The pin of its link key: [`PinnedKey::pin`].
    pub key: Digest,
    /// The names that it may announce, and no other site.
    pub names: NonEmpty<String>,
    /// Where it may dial from.
    pub gateways_from: GatewaysFrom,
}

/// What a relay serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayConfig {
    /// The port to listen on.
    pub listen: SocketAddr,
    /// The relay's own name (SNI): gateways ask for it.
    pub name: String,
    /// The gateways.
    pub sites: Vec<SiteEntry>,
    /// What strangers may cost.
    pub limits: RelayLimits,
}

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

/// How many were turned away, by reason, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelayTurnedAway {
    /// Their address is on no list.
    pub unlisted: u64,
    /// Their source opens too many.
    pub hurried: u64,
    /// They asked for a name that is not there for them, or in no intelligible way.
    pub misdirected: u64,
    /// They did not prove to be a gateway's.
    pub unproved: u64,
    /// Their connection failed.
    pub failed: u64,
    /// They took too long, or no gateway dialled in time.
    pub late: u64,
    /// They gave way to newer ones.
    pub crowded_out: u64,
    /// All sessions were taken.
    pub full: u64,
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
        check(&config)?;
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
            sessions: Sessions::new(limits.sessions),
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

/// Each name and each key leads to one gateway.
fn check(config: &RelayConfig) -> Result<(), RelayError> {
    let mut names = BTreeSet::new();
    let announced = config.sites.iter().flat_map(|site| site.names.iter());
    for name in announced.chain([&config.name]) {
        let is_a_host = matches!(
            ServerName::try_from(name.as_str()),
            Ok(ServerName::DnsName(_))
        );
        if !is_a_host || !names.insert(name.to_ascii_lowercase()) {
            return Err(RelayError::Name(name.clone()));
        }
    }
    let mut keys = BTreeSet::new();
    match config.sites.iter().find(|site| !keys.insert(site.key)) {
        Some(site) => Err(RelayError::KeyTwice(site.key)),
        None => Ok(()),
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("name", &self.name).finish()
    }
}

/// Why one connection came to nothing.
#[derive(Debug, thiserror::Error)]
enum Turned {
    #[error("asked for {0}")]
    Misdirected(&'static str),
    #[error("did not prove to be a gateway's: {0}")]
    Unproved(&'static str),
    #[error("its source opens too many")]
    Hurried,
    #[error("all sessions are taken")]
    Full,
    #[error("{0}")]
    Failed(std::io::Error),
}

#[derive(Debug, Default)]
struct Counts {
    unlisted: AtomicU64,
    hurried: AtomicU64,
    misdirected: AtomicU64,
    unproved: AtomicU64,
    failed: AtomicU64,
    late: AtomicU64,
    full: AtomicU64,
}

impl Counts {
    fn count(&self, turned: &Turned) {
        match turned {
            Turned::Misdirected(_) => &self.misdirected,
            Turned::Unproved(_) => &self.unproved,
            Turned::Hurried => &self.hurried,
            Turned::Full => &self.full,
            Turned::Failed(_) => &self.failed,
        }
        .fetch_add(1, Ordering::Relaxed);
    }

    fn snapshot(&self, crowded_out: u64) -> RelayTurnedAway {
        RelayTurnedAway {
            unlisted: self.unlisted.load(Ordering::Relaxed),
            hurried: self.hurried.load(Ordering::Relaxed),
            misdirected: self.misdirected.load(Ordering::Relaxed),
            unproved: self.unproved.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            late: self.late.load(Ordering::Relaxed),
            crowded_out,
            full: self.full.load(Ordering::Relaxed),
        }
    }
}
