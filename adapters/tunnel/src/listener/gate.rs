//! What becomes of one connection, from its first packet to an arrival in the hall.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use ids::Digest;
use ipnet::IpNet;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::StartHandshake;
use tokio_rustls::server::TlsStream;

use super::challenge::Challenges;
use super::tls::Configs;
use super::{Admission, Arrival, Door, Doors, Limits, Protocol, TurnedAway};
use crate::certificate::spki_digest;
use crate::closer::{Closer, tune};
use crate::half_open::{HalfOpens, Place};
use crate::hello::{self, NoHello};
use crate::line::Line;

/// How long the accept loop rests when the system has no descriptor left: long enough not to spin.
pub(crate) const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Connections that the kernel has accepted and we have not: a burst of a whole vendor's office.
/// The kernel cuts it to its own `somaxconn`.
const BACKLOG: u32 = 1024;

/// How a connection came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To our own port: its address is the kernel's word.
    Port,
    /// Through a relay: its address is the relay's word.
    Relay,
}

/// What the accept loop and the handshakes share.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) doors: Doors,
    pub(super) limits: Limits,
    pub(super) admission: ArcSwap<Admission>,
    pub(super) challenges: ArcSwap<Challenges>,
    pub(super) configs: ArcSwap<Configs>,
    pub(super) half_opens: HalfOpens,
    pub(super) counts: Counts,
    pub(super) hall: mpsc::Sender<Arrival>,
}

pub(crate) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A restart must not wait for the old connections' last packets.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

pub(super) async fn accept(listener: TcpListener, gate: Arc<Gate>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => gate.receive(stream.into(), canonical(peer), Way::Port),
            // The peer was gone before we came: nothing is wrong here.
            Err(problem) if is_the_peers(&problem) => {}
            Err(problem) => {
                tracing::warn!(%problem, "cannot accept connections; giving up the oldest handshake");
                gate.half_opens.give_up_one();
                tokio::time::sleep(REST_AFTER_ERROR).await;
            }
        }
    }
}

pub(crate) fn is_the_peers(problem: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        problem.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    )
}

/// IPv4 addresses inside IPv6 are IPv4 addresses: one list, one spelling (lesson L41).
pub(crate) fn canonical(peer: SocketAddr) -> SocketAddr {
    SocketAddr::new(peer.ip().to_canonical(), peer.port())
}

impl Gate {
    /// Never waits.
    pub(super) fn receive(self: &Arc<Self>, line: Line, peer: SocketAddr, way: Way) {
        let knows = self.admission.load().knows(peer.ip(), way);
        // While an order is open, its authority may ask from anywhere.
        if !knows && !self.challenges.load().any() {
            self.counts.unlisted.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let place = self.half_opens.enter(peer.ip());
        let number = place.number();
        let gate = Arc::clone(self);
        let task = tokio::spawn(async move { gate.handshake(line, peer, way, place).await });
        self.half_opens
            .may_be_given_up(peer.ip(), number, task.abort_handle());
    }

    async fn handshake(&self, line: Line, peer: SocketAddr, way: Way, place: Place) {
        let deadline = Instant::now() + self.limits.handshake;
        let arrival = match timeout_at(deadline, self.greet(line, peer, way)).await {
            Ok(Ok(Some(arrival))) => arrival,
            Ok(Ok(None)) => return,
            Ok(Err(turned)) => {
                self.counts.count(&turned);
                tracing::debug!(%peer, reason = %turned, "turned away");
                return;
            }
            Err(_) => {
                self.counts.late.fetch_add(1, Ordering::Relaxed);
                return;
            }
        };
        drop(place);
        match self.hall.try_send(arrival) {
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.counts.hall_full.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%peer, "the hall is full: a connection was closed");
            }
        }
    }

    /// Whoever arrives; nobody, if it was an authority that has its answer.
    async fn greet(
        &self,
        mut line: Line,
        peer: SocketAddr,
        way: Way,
    ) -> Result<Option<Arrival>, Turned> {
        tune(line.tcp()).map_err(Turned::Failed)?;
        let accepted = hello::read(&mut line).await?;
        let answer = self.challenges.load().answer(&accepted.client_hello());
        if let Some(config) = answer {
            finish(StartHandshake::from_parts(accepted, line), config).await?;
            return Ok(None);
        }
        let (door, protocol) = self.direct(&accepted.client_hello(), peer.ip(), way)?;
        let config = self.configs.load().of(door, protocol);
        let stream = finish(StartHandshake::from_parts(accepted, line), config).await?;
        let device_key = device_key(&stream)?;
        // It holds a second descriptor: for whoever has come through, not for each that knocks.
        let closer = Closer::of(stream.get_ref().0.tcp()).map_err(Turned::Failed)?;
        Ok(Some(Arrival {
            stream,
            peer,
            door,
            protocol,
            device_key,
            closer,
        }))
    }

    /// Which door and protocol the ClientHello asks for, if they are open to this source.
    fn direct(
        &self,
        hello: &rustls::server::ClientHello<'_>,
        source: IpAddr,
        way: Way,
    ) -> Result<(Door, Protocol), Turned> {
        let name = hello.server_name().ok_or(Turned::Misdirected("no name"))?;
        let door = self
            .doors
            .named(name)
            .ok_or(Turned::Misdirected("a name that is not there"))?;
        let admission = self.admission.load();
        if !admission.lists(door, source, way) {
            return Err(Turned::Misdirected(
                "a name that is not open to its address",
            ));
        }
        // Beyond the LAN the console is pages, and nothing else.
        let inside = door == Door::Engineers || admission.is_lan(source);
        let offered: Vec<&[u8]> = hello.alpn().into_iter().flatten().collect();
        Protocol::ALL
            .into_iter()
            .filter(|protocol| is_open(door, *protocol, admission.joining))
            .filter(|protocol| *protocol == Protocol::Http || inside)
            .find(|protocol| offered.contains(&protocol.alpn()))
            .map(|protocol| (door, protocol))
            .ok_or(Turned::Misdirected("no protocol that is open"))
    }
}

/// Sessions belong to the engineers' name; joining is open only while there is an invitation.
fn is_open(door: Door, protocol: Protocol, joining: bool) -> bool {
    match (door, protocol) {
        (Door::Engineers, Protocol::Session) | (_, Protocol::Api | Protocol::Http) => true,
        (Door::Console, Protocol::Session) => false,
        (_, Protocol::Join) => joining,
    }
}

async fn finish(
    start: StartHandshake<Line>,
    config: Arc<ServerConfig>,
) -> Result<TlsStream<Line>, Turned> {
    start.into_stream(config).await.map_err(Turned::Failed)
}

fn device_key(stream: &TlsStream<Line>) -> Result<Option<Digest>, Turned> {
    let (_, connection) = stream.get_ref();
    match connection.peer_certificates() {
        None | Some([]) => Ok(None),
        Some([certificate, ..]) => spki_digest(certificate)
            .map(Some)
            .map_err(|problem| Turned::Failed(std::io::Error::other(problem))),
    }
}

fn on(prefixes: &[IpNet], source: IpAddr) -> bool {
    prefixes.iter().any(|prefix| prefix.contains(&source))
}

impl Doors {
    fn named(&self, name: &str) -> Option<Door> {
        if name.eq_ignore_ascii_case(&self.engineers_name) {
            Some(Door::Engineers)
        } else if name.eq_ignore_ascii_case(&self.console_name) {
            Some(Door::Console)
        } else {
            None
        }
    }
}

impl Admission {
    fn lists(&self, door: Door, source: IpAddr, way: Way) -> bool {
        match (door, way) {
            (Door::Engineers, _) => on(&self.engineers, source),
            (Door::Console, Way::Port) => self.is_lan(source) || on(&self.console_wider, source),
            (Door::Console, Way::Relay) => {
                on(&self.console_relayed, source) && !self.is_lan(source)
            }
        }
    }

    fn is_lan(&self, source: IpAddr) -> bool {
        on(&self.console, source)
    }

    fn knows(&self, source: IpAddr, way: Way) -> bool {
        [Door::Engineers, Door::Console]
            .into_iter()
            .any(|door| self.lists(door, source, way))
    }
}

/// Why one connection came to nothing.
#[derive(Debug, thiserror::Error)]
enum Turned {
    #[error("asked for {0}")]
    Misdirected(&'static str),
    #[error("{0}")]
    Failed(std::io::Error),
}

impl From<NoHello> for Turned {
    fn from(problem: NoHello) -> Self {
        match problem {
            NoHello::Said(what) => Self::Misdirected(what),
            NoHello::Failed(problem) => Self::Failed(problem),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    unlisted: AtomicU64,
    misdirected: AtomicU64,
    failed: AtomicU64,
    late: AtomicU64,
    hall_full: AtomicU64,
}

impl Counts {
    fn count(&self, turned: &Turned) {
        match turned {
            Turned::Misdirected(_) => &self.misdirected,
            Turned::Failed(_) => &self.failed,
        }
        .fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self, crowded_out: u64) -> TurnedAway {
        TurnedAway {
            unlisted: self.unlisted.load(Ordering::Relaxed),
            misdirected: self.misdirected.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            late: self.late.load(Ordering::Relaxed),
            crowded_out,
            hall_full: self.hall_full.load(Ordering::Relaxed),
        }
    }
}
