//! A door on this computer to one web console, for its own user's browser (decision 0036).
//!
//! ```text
//! browser ⇄ HTTP/1.1 at TARGET.localhost ⇄ this door ⇄ HTTP/2 in one session ⇄ the gateway ⇄ the console
//! ```
//!
//! Each target has an origin of its own: its name, on a port of this run. What is not asked for by the one
//! browser that opened the link, from a page of this very origin, goes no further (lessons L36, L37). The door
//! judges nothing else: what may be asked of the console is decided at the gateway.

mod carry;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use crate::browse::{AtTheDoor, BROWSERS, BrowseError, Gate, Says, Sent, Way};
use crate::connect::{ListenError, Session, listen_for_ourselves};
use crate::here;

/// How long the head of a request may take, and how long a connection may lie idle.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Header lines of a request, and bytes of its head: what the gateway takes.
const MOST_HEADERS: usize = wire::web::MAX_HEADERS;
const MOST_HEADER_BYTES: usize = wire::web::MAX_HEAD;
/// How often a port is looked for that is free at both of this computer's addresses.
const PORT_TRIES: usize = 8;
/// Bytes of one answer on their way, and of all: pages come whole, images do not wait for each other.
const WINDOW: u32 = 1 << 20;
const WINDOW_OF_ALL: u32 = 4 << 20;

/// A local port with one console behind it.
#[derive(Debug)]
pub struct ConsoleDoor {
    listener: TcpListener,
    address: SocketAddr,
    /// The same port at `::1`, where that exists: a browser may ask there first, and nobody else must answer.
    other: Option<(TcpListener, SocketAddr)>,
    gate: Gate,
    link: String,
}

/// What every connection needs.
struct Shared {
    gate: Gate,
    says: Says,
    sender: http2::SendRequest<Sent>,
    /// Connections that became a line.
    lines: Mutex<JoinSet<()>>,
    events: UnboundedSender<AtTheDoor>,
}

impl ConsoleDoor {
    /// Listens on both of this computer's own addresses; port 0 takes any that is free at both. `target` is a
    /// target's name: it becomes the first part of the name in the browser.
    ///
    /// # Errors
    /// If the port cannot be had at both, or this system does not say whose a connection is.
    pub async fn bind(target: &str, port: u16) -> Result<Self, BrowseError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let here = (Ipv4Addr::LOCALHOST, port).into();
            let (listener, address) = listen_for_ourselves(here).await?;
            let there = SocketAddr::from((Ipv6Addr::LOCALHOST, address.port()));
            let other = match TcpListener::bind(there).await {
                Ok(other) => Some((other, there)),
                Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                    if port == 0 && tries < PORT_TRIES {
                        continue;
                    }
                    let address = there;
                    return Err(ListenError::Bind { address, cause }.into());
                }
                // There is no such address: nobody else can listen there either.
                Err(_) => None,
            };
            let (gate, link) = Gate::of_console(target, address.port())?;
            return Ok(Self {
                listener,
                address,
                other,
                gate,
                link,
            });
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that opens it: for one browser, once. It holds a secret.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Serves this user's browser in one session, until the session is over or `stop`. Dropping the future
    /// closes everything at once. `tell` is called with what happens.
    pub async fn serve(
        self,
        session: Session,
        says: Says,
        stop: impl Future<Output = ()>,
        mut tell: impl FnMut(AtTheDoor),
    ) {
        let speaking = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW_OF_ALL)
            .handshake(TokioIo::new(session.into_stream()))
            .await;
        let Ok((sender, connection)) = speaking else {
            return;
        };
        let over = Arc::new(Notify::new());
        let told = Arc::clone(&over);
        let mut session: JoinSet<()> = JoinSet::new();
        session.spawn(async move {
            // Why it is over, the site says.
            let _over = connection.await;
            told.notify_one();
        });
        let (events, mut happening) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            gate: self.gate,
            says,
            sender,
            lines: Mutex::default(),
            events,
        });
        let room = Arc::new(Semaphore::new(BROWSERS));
        let mut browsers: JoinSet<()> = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let (accepted, address) = tokio::select! {
                () = &mut stop => return,
                () = over.notified() => return,
                Some(event) = happening.recv() => {
                    tell(event);
                    continue;
                }
                accepted = self.listener.accept() => (accepted, self.address),
                accepted = accept(self.other.as_ref()) => accepted,
                // Makes room for the next.
                Some(_) = browsers.join_next() => continue,
            };
            let Ok((stream, peer)) = accepted else {
                continue;
            };
            match here::is_own_peer(peer, address) {
                Some(true) => {}
                Some(false) => {
                    tell(AtTheDoor::Stranger(peer));
                    continue;
                }
                // Nobody's any more: browsers dial ahead, and hang up again.
                None => continue,
            }
            let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
                tell(AtTheDoor::Full);
                continue;
            };
            // Otherwise the body of a page waits until its head is acknowledged, which takes browsers 40 ms.
            let _waits = tunnel::tune(&stream);
            let shared = Arc::clone(&shared);
            browsers.spawn(async move {
                one(&shared, stream).await;
                drop(place);
            });
        }
    }
}

/// The next connection at the other address; none ever where there is no such address.
async fn accept(
    other: Option<&(TcpListener, SocketAddr)>,
) -> (io::Result<(TcpStream, SocketAddr)>, SocketAddr) {
    match other {
        Some((listener, address)) => (listener.accept().await, *address),
        None => std::future::pending().await,
    }
}

/// One connection of a browser.
async fn one(shared: &Arc<Shared>, stream: TcpStream) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(shared);
        async move { Ok::<_, Infallible>(shared.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A browser that goes away is everyday.
    let _ = connection.await;
}

impl Shared {
    /// Answers one request: what does not pass the gate is answered here, and nothing of it is sent on.
    async fn answer(&self, request: Request<Incoming>) -> Response<Sent> {
        let (method, uri) = (request.method(), request.uri());
        match self.gate.judge(method, uri, request.headers()) {
            Err(why) => self.says.refusal(why),
            Ok(Way::Opens) => {
                drop(self.events.send(AtTheDoor::Opened));
                self.gate.opened()
            }
            Ok(Way::AlreadyOpen) => crate::browse::on(),
            Ok(Way::Passes) => match carry::over(self, request).await {
                Some(answer) => answer,
                None => self.says.over(),
            },
        }
    }

    fn keep_line(&self, line: impl Future<Output = ()> + Send + 'static) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        while lines.try_join_next().is_some() {}
        lines.spawn(line);
    }
}

#[cfg(test)]
mod tests;
