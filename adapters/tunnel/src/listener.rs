//! The site's one listener: who gets in as far as having a stream.
//!
//! Before a byte is read, the source address must be listed. Then the ClientHello must ask, within its
//! deadline and its size, for a name and a protocol that are open to that source; everything else is
//! closed without an answer, so that a stranger learns nothing but that a port is open. Only then does
//! the gateway spend a key exchange.
//!
//! Nothing waits on a stranger (invariant 11, lesson L35): the accept loop awaits nothing but the next
//! connection; a handshake has one deadline for all of it; there is a bounded number of them, and when
//! it is reached, the source that holds most loses its oldest. So a source can crowd out itself only.

mod challenge;
mod device;
mod gate;
mod tls;

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use ids::Digest;
use ipnet::IpNet;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_rustls::server::TlsStream;

pub use self::challenge::Challenge;
pub(crate) use self::challenge::is_asked;
pub(crate) use self::gate::{REST_AFTER_ERROR, canonical, is_the_peers, listen};
pub use self::tls::SiteTls;

use self::challenge::Challenges;
use self::gate::{Counts, Gate, Way, accept};
use self::tls::Configs;
use crate::closer::Closer;
use crate::half_open::HalfOpens;
use crate::line::Line;

/// What anybody may cost before they are somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Handshakes under way. Each holds a descriptor, at most 8 KiB of hello and
    /// a TLS state of about 20 KiB: 40 MiB in all.
    pub half_open: usize,
    /// Handshakes under way from one source (an IPv4 address, an IPv6 /64): a whole office behind one
    /// address that signs in at the same minute.
    pub half_open_per_source: usize,
    /// The deadline of a whole handshake: three round trips on a bad satellite line.
    pub handshake: Duration,
    /// Arrivals that the hall holds before somebody takes them; beyond it they are closed.
    pub hall: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            half_open: 2048,
            half_open_per_source: 128,
            handshake: Duration::from_secs(10),
            hall: 256,
        }
    }
}

/// The two names of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doors {
    /// For vendors' engineers, from listed prefixes.
    pub engineers_name: String,
    /// For the hospital, from its LAN.
    pub console_name: String,
}

/// Who may knock, as the ledger's state says now. Empty lists admit nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    /// Prefixes of the engineers' name.
    pub engineers: Vec<IpNet>,
    /// Prefixes of the console's name: the hospital's LAN.
    pub console: Vec<IpNet>,
    /// Further prefixes of the console's name, at our own port.
    pub console_wider: Vec<IpNet>,
    /// Prefixes of the console's name through relays. An address of [`Admission::console`] is refused
    /// there: where somebody comes from is a relay's word, and the LAN is trusted with more than others.
    pub console_relayed: Vec<IpNet>,
    /// Whether an invitation is open: without one nobody needs the join protocol, at either name.
    pub joining: bool,
}

/// Which name was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// The engineers' name.
    Engineers,
    /// The console's name.
    Console,
}

/// Which protocol was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `sekisho/1`: one session. A device's key was proved.
    Session,
    /// `sekisho-http/1`: the API, for our own client. At the engineers' name a device's key was proved.
    Api,
    /// `http/1.1`: what browsers speak. No device's key is asked for: a browser would ask its user.
    Http,
    /// `sekisho-join/1`: accepting an invitation.
    Join,
}

/// Somebody whose handshake is complete. Proved so far: the device's key, nothing else.
#[derive(Debug)]
pub struct Arrival {
    /// The stream.
    pub stream: TlsStream<Line>,
    /// Where it comes from; IPv4-mapped addresses unwrapped.
    pub peer: SocketAddr,
    /// The name that was asked for.
    pub door: Door,
    /// What is spoken.
    pub protocol: Protocol,
    /// SHA-256 of the device's public key, proved in this handshake. `None` where none is asked for.
    pub device_key: Option<Digest>,
    /// Ends the connection from any thread.
    pub closer: Closer,
}

impl Arrival {
    /// From now on the runtime that calls this waits for the connection, instead of the listener's: else
    /// each thing that arrives wakes a thread of the listener's first, which then wakes one of this.
    ///
    /// # Errors
    /// If the system has no descriptor left; then it stays where it was.
    pub fn come_here(&mut self) -> std::io::Result<()> {
        self.stream.get_mut().0.come_here()
    }
}

/// Why the listener could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address cannot be used.
    #[error("cannot listen on {address}: {problem}")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why.
        problem: std::io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("the site's certificate cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
    /// Both names are the same, or one is not a host name.
    #[error("{0:?} cannot be a name of the site: two different host names are needed")]
    Name(String),
}

/// How many were turned away, by reason, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TurnedAway {
    /// Their address is on no list.
    pub unlisted: u64,
    /// They asked for a name or protocol that is not open to them, or in no intelligible way.
    pub misdirected: u64,
    /// Their handshake failed: no or a wrong certificate, no common key exchange.
    pub failed: u64,
    /// Their handshake took too long.
    pub late: u64,
    /// They gave way to newer ones.
    pub crowded_out: u64,
    /// The hall was full.
    pub hall_full: u64,
}

impl TurnedAway {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.unlisted
            + self.misdirected
            + self.failed
            + self.late
            + self.crowded_out
            + self.hall_full
    }
}

/// The open listener. Dropping it closes the port; streams that have arrived live on.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    gate: Arc<Gate>,
    accepting: AbortHandle,
}

impl Listener {
    /// Opens the port and begins to accept. Arrivals come out of the receiver.
    ///
    /// Admits nobody before the first [`Listener::admit`] unless `admission` says so.
    ///
    /// # Errors
    /// If the address or the certificate cannot be used.
    pub async fn bind(
        address: SocketAddr,
        doors: Doors,
        tls: &SiteTls,
        limits: Limits,
        admission: Admission,
    ) -> Result<(Self, mpsc::Receiver<Arrival>), ListenError> {
        let configs = Configs::build(&doors, tls)?;
        let listener =
            listen(address).map_err(|problem| ListenError::Address { address, problem })?;
        let address = listener
            .local_addr()
            .map_err(|problem| ListenError::Address { address, problem })?;
        let (hall, arrivals) = mpsc::channel(limits.hall.max(1));
        let gate = Arc::new(Gate {
            doors,
            limits,
            admission: ArcSwap::from_pointee(admission),
            challenges: ArcSwap::default(),
            configs: ArcSwap::from_pointee(configs),
            half_opens: HalfOpens::new(limits.half_open, limits.half_open_per_source),
            counts: Counts::default(),
            hall,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&gate))).abort_handle();
        Ok((
            Self {
                address,
                gate,
                accepting,
            },
            arrivals,
        ))
    }

    /// The address that is listened on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// A second way in, for connections that come through a relay.
    pub fn entrance(&self) -> Entrance {
        Entrance(Arc::downgrade(&self.gate))
    }

    /// Replaces who may knock, from the next connection on. Streams that are open are the engine's
    /// to close, by their [`Closer`].
    pub fn admit(&self, admission: Admission) {
        self.gate.admission.store(Arc::new(admission));
    }

    /// Replaces the certificates, from the next handshake on.
    ///
    /// # Errors
    /// If they cannot be used; the old ones stay.
    pub fn renew(&self, tls: &SiteTls) -> Result<(), ListenError> {
        let configs = Configs::build(&self.gate.doors, tls)?;
        self.gate.configs.store(Arc::new(configs));
        Ok(())
    }

    /// Replaces which orders of certificates are open: whoever asks for `acme-tls/1` at their names is
    /// shown the answer. None: nobody is.
    pub fn answer(&self, open: Vec<Challenge>) {
        self.gate.challenges.store(Arc::new(Challenges::of(open)));
    }

    /// How many were turned away since the start.
    pub fn turned_away(&self) -> TurnedAway {
        self.gate
            .counts
            .snapshot(self.gate.half_opens.crowded_out())
    }

    /// Handshakes under way.
    pub fn half_open(&self) -> usize {
        self.gate.half_opens.len()
    }
}

/// Receives connections that did not come to the listener's own port, and treats them alike: source
/// list, limits, TLS, protocols. Where somebody comes from is what a relay says, and one that lies could
/// say an address of the hospital's LAN: so the console's name has a list of its own for who comes this
/// way, and the LAN is never on it. Closed once the listener is gone.
#[derive(Debug, Clone)]
pub struct Entrance(Weak<Gate>);

impl Entrance {
    /// Receives a connection from `peer`. Never waits; must be called on a runtime.
    pub fn receive(&self, line: Line, peer: SocketAddr) {
        if let Some(gate) = self.0.upgrade() {
            gate.receive(line, canonical(peer), Way::Relay);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
        self.gate.half_opens.drop_all();
    }
}

impl Protocol {
    /// In the order in which we prefer them.
    pub(super) const ALL: [Self; 4] = [Self::Session, Self::Api, Self::Http, Self::Join];

    /// Its ALPN name.
    pub fn alpn(self) -> &'static [u8] {
        match self {
            Self::Session => wire::alpn::SESSION,
            Self::Api => wire::alpn::API,
            Self::Http => wire::alpn::HTTP,
            Self::Join => wire::alpn::JOIN,
        }
    }
}
