//! Who knocks at the relay's port, and what becomes of them.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use rustls::server::{Accepted, ClientHello};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::StartHandshake;
use tokio_rustls::server::TlsStream;
use wire::Decoding;
use wire::relay::data::{ClientHeader, DataHello, HELLO_MAGIC};

use super::gateway::{DataLine, Gateway};
use super::{Inner, Turned, control};
use crate::certificate::spki_digest;
use crate::closer::tune;
use crate::half_open::Place;
use crate::hello::{CHUNK, HelloReader, MAX_HELLO, NoHello, read_some};
use crate::line::Line;
use crate::listener::{REST_AFTER_ERROR, canonical, is_asked, is_the_peers};

/// Awaits nothing but the next connection.
pub(super) async fn accept(listener: TcpListener, relay: Arc<Inner>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => relay.receive(stream, canonical(peer)),
            // The peer was gone before we came: nothing is wrong here.
            Err(problem) if is_the_peers(&problem) => {}
            Err(problem) => {
                tracing::warn!(%problem, "cannot accept connections; giving up the oldest opening");
                relay.half_opens.give_up_one();
                tokio::time::sleep(REST_AFTER_ERROR).await;
            }
        }
    }
}

/// What the first bytes say.
enum First {
    /// A hello of a data connection.
    Hello(DataHello, [u8; 32]),
    /// A ClientHello, and the bytes that it came in.
    Client(Box<Accepted>, Vec<u8>),
}

/// What a gateway asks for at the relay's own name.
enum Asked {
    Control,
    Data,
}

impl Inner {
    /// Never waits. Looks at the address alone.
    fn receive(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        use std::sync::atomic::Ordering::Relaxed;
        if !self.roads.knows(peer.ip()) {
            self.counts.unlisted.fetch_add(1, Relaxed);
            return;
        }
        if !self.roads.is_connected(peer.ip()) && !self.keeps_its_pace(peer) {
            self.counts.hurried.fetch_add(1, Relaxed);
            return;
        }
        let place = self.half_opens.enter(peer.ip());
        let number = place.number();
        let relay = Arc::clone(self);
        let task = tokio::spawn(async move { relay.open(stream, peer, place).await });
        self.half_opens
            .may_be_given_up(peer.ip(), number, task.abort_handle());
    }

    fn keeps_its_pace(&self, peer: SocketAddr) -> bool {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.take(peer.ip(), Instant::now())
    }

    /// One deadline for all of it.
    async fn open(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, _place: Place) {
        match timeout(self.limits.opening, self.greet(stream, peer)).await {
            Ok(Ok(())) => {}
            Ok(Err(turned)) => {
                self.counts.count(&turned);
                tracing::debug!(%peer, reason = %turned, "turned away");
            }
            Err(_) => {
                let late = &self.counts.late;
                late.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    async fn greet(
        self: &Arc<Self>,
        mut stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<(), Turned> {
        tune(&stream).map_err(Turned::Failed)?;
        match read_first(&mut stream).await? {
            First::Hello(hello, mac) => self.data(&hello, &mac, Line::Tcp(stream), peer),
            First::Client(accepted, bytes) => {
                let hello = accepted.client_hello();
                let name = own(&hello)?;
                let order = is_asked(hello.alpn().into_iter().flatten());
                if name.eq_ignore_ascii_case(&self.name) {
                    self.gateway(*accepted, stream, peer).await
                } else {
                    let now = Instant::now();
                    let gateway = if order {
                        self.roads.order(&name, peer.ip(), now)?
                    } else {
                        self.roads.road(&name, peer.ip(), now)?
                    };
                    drop(accepted);
                    self.join(stream, &bytes, peer, &gateway).await
                }
            }
        }
    }

    /// A client: joined to a connection that its gateway dialled.
    async fn join(
        self: &Arc<Self>,
        client: TcpStream,
        bytes: &[u8],
        peer: SocketAddr,
        gateway: &Gateway,
    ) -> Result<(), Turned> {
        let place = self.sessions.enter().ok_or(Turned::Full)?;
        loop {
            let mut data = gateway.take().await?;
            if give(&mut data, gateway, peer, bytes).await.is_ok() {
                place.carry(client, data.line);
                return Ok(());
            }
            // It was gone: the next one.
        }
    }

    /// A gateway at the relay's own name.
    async fn gateway(
        self: &Arc<Self>,
        accepted: Accepted,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<(), Turned> {
        if !self.roads.gateways_come_from(peer.ip()) {
            return Err(Turned::Misdirected("the relay itself, from elsewhere"));
        }
        let asked = asked(&accepted.client_hello())?;
        let config = match asked {
            Asked::Control => &self.control,
            Asked::Data => &self.data,
        };
        let stream = StartHandshake::from_parts(accepted, stream)
            .into_stream(Arc::clone(config))
            .await
            .map_err(Turned::Failed)?;
        let site = shown(&stream)
            .and_then(|key| self.roads.site(&key))
            .filter(|site| site.admits(peer.ip()))
            .ok_or(Turned::Unproved("a key that is not known from there"))?;
        match asked {
            Asked::Control => {
                control::start(Arc::clone(self), site, stream, peer);
                Ok(())
            }
            Asked::Data => self.wrapped(stream, peer).await,
        }
    }

    async fn wrapped(
        &self,
        mut stream: TlsStream<TcpStream>,
        peer: SocketAddr,
    ) -> Result<(), Turned> {
        let mut bytes = [0u8; DataHello::LENGTH];
        let read = stream.read_exact(&mut bytes).await;
        read.map_err(Turned::Failed)?;
        let (hello, mac) = read_hello(&bytes)?;
        self.data(&hello, &mac, Line::Wrapped(Box::new(stream.into())), peer)
    }

    /// A data connection, wrapped or bare.
    fn data(
        &self,
        hello: &DataHello,
        mac: &[u8; 32],
        line: Line,
        peer: SocketAddr,
    ) -> Result<(), Turned> {
        let gateway = self
            .roads
            .link(hello.link)
            .filter(|gateway| gateway.site().admits(peer.ip()))
            .ok_or(Turned::Unproved("a link that is not known from there"))?;
        gateway.offer(hello, mac, line)
    }
}

/// Tells the gateway whose connection it is from here on, and what was read of it.
async fn give(
    data: &mut DataLine,
    gateway: &Gateway,
    peer: SocketAddr,
    bytes: &[u8],
) -> std::io::Result<()> {
    let header = ClientHeader {
        number: data.number,
        peer,
    };
    let first = [&gateway.key().header(&header), bytes].concat();
    data.line.write_all(&first).await?;
    data.line.flush().await
}

/// Reads as far as it takes to know what this is, and not more than a ClientHello may take.
async fn read_first(stream: &mut TcpStream) -> Result<First, Turned> {
    let mut chunk = [0u8; CHUNK];
    let mut bytes = Vec::new();
    let mut reader = HelloReader::default();
    loop {
        let some = read_some(stream, &mut chunk, MAX_HELLO - bytes.len()).await?;
        bytes.extend_from_slice(some);
        if bytes.first() == HELLO_MAGIC.first() {
            if bytes.len() >= DataHello::LENGTH {
                let (hello, mac) = read_hello(&bytes)?;
                return Ok(First::Hello(hello, mac));
            }
        } else if let Some(accepted) = reader.take(some)? {
            return Ok(First::Client(Box::new(accepted), bytes));
        }
    }
}

/// A hello, and nothing after it: a gateway is silent until it has a client.
fn read_hello(bytes: &[u8]) -> Result<(DataHello, [u8; 32]), Turned> {
    match DataHello::decode(bytes) {
        Ok(Decoding::Complete { message, used }) if used == bytes.len() => Ok(message),
        Ok(_) | Err(_) => Err(Turned::Misdirected("nothing intelligible")),
    }
}

fn own(hello: &ClientHello<'_>) -> Result<String, Turned> {
    let name = hello.server_name().ok_or(Turned::Misdirected("no name"))?;
    Ok(name.to_owned())
}

fn asked(hello: &ClientHello<'_>) -> Result<Asked, Turned> {
    let mut offered = hello.alpn().into_iter().flatten();
    match (offered.next(), offered.next()) {
        (Some(wire::alpn::RELAY), None) => Ok(Asked::Control),
        (Some(wire::alpn::RELAY_DATA), None) => Ok(Asked::Data),
        _ => Err(Turned::Misdirected("no protocol of a relay")),
    }
}

fn shown(stream: &TlsStream<TcpStream>) -> Option<ids::Digest> {
    let [certificate] = stream.get_ref().1.peer_certificates()? else {
        return None;
    };
    spki_digest(certificate).ok()
}

impl From<NoHello> for Turned {
    fn from(problem: NoHello) -> Self {
        match problem {
            NoHello::Said(what) => Self::Misdirected(what),
            NoHello::Failed(problem) => Self::Failed(problem),
        }
    }
}
