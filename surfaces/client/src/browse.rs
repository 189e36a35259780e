//! A door on this computer to the site's pages, for its own user's browser (decision 0031).
//!
//! ```text
//! browser ⇄ HTTP on 127.0.0.1 ⇄ this door ⇄ TLS with the device's certificate ⇄ the site
//! ```
//!
//! The site sees the device's certificate on every connection, as it sees it from every program of ours.
//! The cookie of the sign-in stays here: the browser never has it. What is not asked for by the one
//! browser that opened the link, from a page of this very door, goes no further (lessons L36, L37).

mod carry;
mod gate;
mod jar;
mod shown;
mod site;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::api::ApiError;
use crate::connect::{ListenError, listen_for_ourselves};
use crate::here;
use crate::keep::KeepError;

pub(crate) use carry::is_upgrade;
pub use gate::Why;
pub(crate) use gate::{Gate, Way};
pub use shown::{Notice, Says, Sentence};
pub(crate) use shown::{empty, on};
pub use site::Site;

use jar::Jar;
use site::Wire;

/// What is sent on, in either direction.
pub(crate) type Sent = BoxBody<Bytes, hyper::Error>;

/// Connections of browsers at once: a browser keeps six to a name, and one for each terminal and list.
pub const BROWSERS: usize = 64;
/// How long the head of a request may take, and how long a connection may lie idle; as at the site.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Header lines of a request: browsers send about twenty.
const MOST_HEADERS: usize = 64;
/// Bytes of a request's head: browsers send to `127.0.0.1` the cookies of every port.
const MOST_HEADER_BYTES: usize = 32 * 1024;
/// How long the site may take to be told that the browser's sign-in is over.
const SIGNS_OUT_WITHIN: Duration = Duration::from_secs(5);
/// How long a terminal's page has to hear why it is over.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Why no door opens.
#[derive(Debug, thiserror::Error)]
pub enum BrowseError {
    /// Nobody can be listened for.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The operating system gives no random bytes.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// What happens at a [`LocalDoor`], to be told to the person in front of it.
#[derive(Debug)]
pub enum AtTheDoor {
    /// A connection of another user was closed.
    Stranger(SocketAddr),
    /// [`BROWSERS`] connections are open; one more was closed.
    Full,
    /// A browser opened the link.
    Opened,
    /// The site does not answer any more; the sentence that the page says.
    Lost(String),
    /// It answers again.
    Reached,
}

/// A local port with the site's pages behind it.
#[derive(Debug)]
pub struct LocalDoor {
    listener: TcpListener,
    address: SocketAddr,
    gate: Gate,
    link: String,
}

/// What every connection needs.
struct Shared {
    gate: Gate,
    site: Site,
    jar: Jar,
    says: Says,
    /// Connections that became a terminal's line.
    lines: Mutex<JoinSet<()>>,
    lost: AtomicBool,
    events: UnboundedSender<AtTheDoor>,
}

impl LocalDoor {
    /// Listens on `127.0.0.1`; port 0 takes any free one. Not on `localhost`: that name may lead to
    /// `::1` first, where somebody else may listen.
    ///
    /// # Errors
    /// If the port cannot be had, or this system does not say whose a connection is.
    pub async fn bind(port: u16) -> Result<Self, BrowseError> {
        let (listener, address) = listen_for_ourselves((Ipv4Addr::LOCALHOST, port).into()).await?;
        let (gate, link) = Gate::new(address)?;
        Ok(Self {
            listener,
            address,
            gate,
            link,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that opens it: for one browser, once. It holds a secret.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Serves this user's browser until `stop`; then the browser is signed out at the site, which ends
    /// what was opened under its sign-in. Dropping the future closes everything at once. `tell` is
    /// called with what happens, `says` with what a page of the door itself is to say.
    pub async fn serve(
        self,
        site: Site,
        says: Says,
        stop: impl Future<Output = ()>,
        mut tell: impl FnMut(AtTheDoor),
    ) {
        let (events, mut happening) = mpsc::unbounded_channel();
        let jar = Jar::with_language(says.language());
        let shared = Arc::new(Shared {
            gate: self.gate,
            site,
            jar,
            says,
            lines: Mutex::default(),
            lost: AtomicBool::new(false),
            events,
        });
        let room = Arc::new(Semaphore::new(BROWSERS));
        let mut browsers: JoinSet<()> = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(event) = happening.recv() => tell(event),
                accepted = self.listener.accept() => {
                    let Ok((stream, peer)) = accepted else { continue };
                    match here::is_own_peer(peer, self.address) {
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
                    // Otherwise the body of a page waits until its head is acknowledged.
                    let _waits = tunnel::tune(&stream);
                    let shared = Arc::clone(&shared);
                    browsers.spawn(async move {
                        one(&shared, stream).await;
                        drop(place);
                    });
                }
                // Makes room for the next.
                Some(_) = browsers.join_next() => {}
            }
        }
        // No new connection; those that are open may still hear why.
        drop(self.listener);
        shared.say_goodbye().await;
    }
}

/// One connection of a browser, and the connection to the site that answers it.
async fn one(shared: &Arc<Shared>, stream: TcpStream) {
    let wire: Arc<tokio::sync::Mutex<Option<Wire>>> = Arc::default();
    let service = service_fn(move |request| {
        let (shared, wire) = (Arc::clone(shared), Arc::clone(&wire));
        async move { Ok::<_, std::convert::Infallible>(shared.answer(&wire, request).await) }
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
    async fn answer(
        &self,
        wire: &tokio::sync::Mutex<Option<Wire>>,
        request: Request<Incoming>,
    ) -> Response<Sent> {
        let (method, uri) = (request.method(), request.uri());
        match self.gate.judge(method, uri, request.headers()) {
            Err(why) => self.says.refusal(why),
            Ok(Way::Opens) => {
                self.tell(AtTheDoor::Opened);
                self.gate.opened()
            }
            Ok(Way::AlreadyOpen) => on(),
            Ok(Way::Passes) => match carry::over(self, wire, request).await {
                Ok(answer) => {
                    if self.lost.swap(false, Ordering::Relaxed) {
                        self.tell(AtTheDoor::Reached);
                    }
                    answer
                }
                Err(error) => self.unreachable(error),
            },
        }
    }

    /// The page that says so; the person in front of the command hears it once.
    fn unreachable(&self, error: ApiError) -> Response<Sent> {
        let (answer, text) = self.says.unreachable(error);
        if !self.lost.swap(true, Ordering::Relaxed) {
            self.tell(AtTheDoor::Lost(text));
        }
        answer
    }

    /// Nobody listens any more once the door is closed.
    fn tell(&self, event: AtTheDoor) {
        drop(self.events.send(event));
    }

    fn keep_line(&self, line: impl Future<Output = ()> + Send + 'static) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        while lines.try_join_next().is_some() {}
        lines.spawn(line);
    }

    /// Signs the browser out, so that nothing of it lives on at the site, and lets terminals hear it.
    async fn say_goodbye(&self) {
        // A site that cannot be told ends the sign-in by itself, a quarter of an hour after its last use.
        if timeout(SIGNS_OUT_WITHIN, carry::sign_out(self))
            .await
            .is_err()
        {
            return;
        }
        let mut lines = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *lines)
        };
        let ended = async { while lines.join_next().await.is_some() {} };
        let _ = timeout(LAST_WORDS, ended).await;
    }
}

#[cfg(test)]
mod tests;
