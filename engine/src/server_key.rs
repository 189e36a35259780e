//! Which key a server of a database, a web console or a desktop shows, before it is pinned: the gateway
//! dials it, asks for TLS, and looks.
//! It signs in nowhere, and believes nothing: whoever pins the key compares it at the server first.

mod old;
mod rdp;
mod rfb;

use std::net::SocketAddr;
use std::time::Duration;

use access::{PinnedAddress, Protocol};
use ids::Digest;
use login::Identity;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tunnel::TargetTlsError;
use wire::mysql::{Greeted, HEADER, Login, can};

pub use self::old::OldLook;
use crate::Engine;
use crate::pin_target::{Address, resolve};

/// How long it may take altogether: a round trip for TCP, for the question and for TLS.
const WITHIN: Duration = Duration::from_secs(10);
/// Of that, how long a database may take to say whether it speaks TLS: others wait for the end of a line.
const DATABASE_WITHIN: Duration = Duration::from_secs(3);
/// And how long TLS may take at a console.
const CONSOLE_WITHIN: Duration = Duration::from_secs(3);
/// What a server answers that will speak TLS, and what one that will not (PostgreSQL's protocol 3).
const YES: u8 = b'S';
const NO: u8 = b'N';
/// What PostgreSQL is called inside TLS.
const ALPN: &[u8] = b"postgresql";
/// The longest greeting of a MySQL that is read.
const MAX_GREETING: usize = 1024;

/// Which server is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerAsked {
    /// The one at an address that somebody resolved.
    Pinned(PinnedAddress),
    /// The one that a name stands for now.
    Named(Address),
}

/// What it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerShown {
    /// A key.
    Tls {
        /// SHA-256 of its certificate's public key (SubjectPublicKeyInfo, DER).
        spki: Digest,
    },
    /// A key, by TLS that is given up everywhere else. The engine itself speaks none of that.
    OldTls {
        /// As that of `Tls`.
        spki: Digest,
    },
    /// That it speaks no TLS.
    PlainText,
    /// Nothing: nobody answers there, or not as a database, a console or a desktop does.
    Nothing,
}

impl Engine {
    /// What a server shows, and which address was dialled.
    ///
    /// # Errors
    /// Every reason why the caller may not ask, or why the address is never dialled.
    pub async fn server_key(
        &self,
        by: &Identity,
        asked: ServerAsked,
        speaks: Protocol,
    ) -> Result<(PinnedAddress, ServerShown), access::Refusal> {
        let address = match asked {
            ServerAsked::Pinned(address) => address,
            ServerAsked::Named(address) => resolve(&address).await?,
        };
        let may = access::may_ask_server(&self.inner.site(), by.caller(), &address, self.now());
        if let Err(refusal) = may {
            return Err(self
                .refuse(by, "pin_database_server", refusal.reasons)
                .await);
        }
        let dialled = SocketAddr::new(address.ip.to_canonical(), address.port);
        let looking = tokio::time::timeout(WITHIN, shown_at(dialled, speaks, &address.host));
        let shown = match looking.await {
            Ok(Ok(shown)) => shown,
            Ok(Err(cause)) => {
                tracing::debug!(%cause, "a server showed no key");
                ServerShown::Nothing
            }
            Err(_) => ServerShown::Nothing,
        };
        // A server that speaks TLS of today is not asked for any other. One that says in HTTP that it wants TLS
        // seems to speak none.
        let may_be_old = speaks.speaks_old_tls() && !matches!(shown, ServerShown::Tls { .. });
        if may_be_old {
            let old = old::shown_at(&self.inner, dialled, &address.host, speaks).await;
            if let Some(spki) = old {
                return Ok((address, ServerShown::OldTls { spki }));
            }
        }
        Ok((address, shown))
    }
}

async fn shown_at(
    server: SocketAddr,
    speaks: Protocol,
    called: &str,
) -> std::io::Result<ServerShown> {
    match speaks {
        Protocol::Mysql => mysql(TcpStream::connect(server).await?).await,
        Protocol::Http => shown_by_a_console(server, called).await,
        Protocol::Vnc => rfb::shown_at(TcpStream::connect(server).await?).await,
        Protocol::Rdp => rdp::shown_at(TcpStream::connect(server).await?).await,
        Protocol::Postgres | Protocol::Tcp | Protocol::Ssh | Protocol::Telnet => {
            postgres(server, called).await
        }
    }
}

async fn postgres(server: SocketAddr, called: &str) -> std::io::Result<ServerShown> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(&wire::postgres::SSL_REQUEST).await?;
    let mut answer = [0; 1];
    let answered = tokio::time::timeout(DATABASE_WITHIN, stream.read_exact(&mut answer)).await;
    match (answered, answer) {
        (Ok(Ok(_)), [YES]) => by_tls(stream, ALPN, None).await,
        (Ok(Ok(_)), [NO]) => Ok(ServerShown::PlainText),
        // No database: a console speaks TLS from the first byte, or HTTP.
        (Ok(Ok(_) | Err(_)) | Err(_), _) => shown_by_a_console(server, called).await,
    }
}

async fn shown_by_a_console(server: SocketAddr, called: &str) -> std::io::Result<ServerShown> {
    let stream = TcpStream::connect(server).await?;
    let looking = tokio::time::timeout(
        CONSOLE_WITHIN,
        by_tls(stream, wire::alpn::HTTP, Some(called)),
    );
    if let Ok(Ok(shown)) = looking.await {
        return Ok(shown);
    }
    let mut stream = TcpStream::connect(server).await?;
    stream
        .write_all(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).await?;
    Ok(match &answer {
        b"HTTP/1." => ServerShown::PlainText,
        _ => ServerShown::Nothing,
    })
}

/// A MySQL says first what it is capable of; it is asked for TLS by the beginning of a sign-in.
async fn mysql(mut stream: TcpStream) -> std::io::Result<ServerShown> {
    let mut head = [0; HEADER];
    stream.read_exact(&mut head).await?;
    let [a, b, c, _] = head;
    let length = u32::from_le_bytes([a, b, c, 0]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > MAX_GREETING {
        return Ok(ServerShown::Nothing);
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let Ok(Greeted::Greeting(greeting)) = Greeted::read(&body) else {
        return Ok(ServerShown::Nothing);
    };
    if greeting.capabilities & can::TLS == 0 {
        return Ok(ServerShown::PlainText);
    }
    let question = Login::default().question_for_tls(greeting.capabilities);
    stream.write_all(&question).await?;
    by_tls(stream, b"", None).await
}

async fn by_tls(
    stream: TcpStream,
    alpn: &[u8],
    called: Option<&str>,
) -> std::io::Result<ServerShown> {
    // No key has this digest, so the one that is shown is given back instead of being believed.
    let none = Digest([0; 32]);
    match tunnel::connect_target(stream, none, alpn, called).await {
        Err(TargetTlsError::KeyDiffers { shown, .. }) => Ok(ServerShown::Tls { spki: shown }),
        Err(TargetTlsError::Failed(cause)) => Err(cause),
        Ok(_) => Ok(ServerShown::Nothing),
    }
}
