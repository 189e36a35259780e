//! Which key a server shows, before it is pinned: the gateway dials it, asks for TLS, and looks. A desktop's
//! server speaks first, a database's waits to be asked.
//! It signs in nowhere, and believes nothing: whoever pins the key compares it at the server first.

mod rfb;

use std::net::SocketAddr;
use std::time::Duration;

use access::PinnedAddress;
use ids::Digest;
use login::Identity;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tunnel::TargetTlsError;

use crate::Engine;
use crate::pin_target::{Address, resolve};

/// How long it may take altogether: a round trip for TCP, for the question and for TLS.
const WITHIN: Duration = Duration::from_secs(10);
/// What a server answers that will speak TLS, and what one that will not (PostgreSQL's protocol 3).
const YES: u8 = b'S';
const NO: u8 = b'N';
/// How long a server is waited for that speaks first: a round trip in a hospital.
const SPEAKS_FIRST_WITHIN: Duration = Duration::from_secs(1);
/// What PostgreSQL is called inside TLS.
const ALPN: &[u8] = b"postgresql";

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
    /// That it speaks no TLS.
    PlainText,
    /// Nothing: nobody answers there, or not as a database does.
    Nothing,
}

impl Engine {
    /// What a database server shows, and which address was dialled.
    ///
    /// # Errors
    /// Every reason why the caller may not ask, or why the address is never dialled.
    pub async fn server_key(
        &self,
        by: &Identity,
        asked: ServerAsked,
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
        let looking = tokio::time::timeout(WITHIN, shown_at(dialled));
        let shown = match looking.await {
            Ok(Ok(shown)) => shown,
            Ok(Err(cause)) => {
                tracing::debug!(%cause, "a server showed no key");
                ServerShown::Nothing
            }
            Err(_) => ServerShown::Nothing,
        };
        Ok((address, shown))
    }
}

async fn shown_at(server: SocketAddr) -> std::io::Result<ServerShown> {
    let mut stream = TcpStream::connect(server).await?;
    let speaks_first = tokio::time::timeout(SPEAKS_FIRST_WITHIN, stream.readable()).await;
    if speaks_first.is_ok() {
        return rfb::shown_at(stream).await;
    }
    stream.write_all(&wire::postgres::SSL_REQUEST).await?;
    let mut answer = [0; 1];
    stream.read_exact(&mut answer).await?;
    Ok(match answer {
        [YES] => key_of(stream, ALPN).await?,
        [NO] => ServerShown::PlainText,
        [_] => ServerShown::Nothing,
    })
}

/// The key that is shown in a handshake, which goes no further.
async fn key_of(stream: TcpStream, alpn: &[u8]) -> std::io::Result<ServerShown> {
    // No key has this digest, so the one that is shown is given back instead of being believed.
    let none = Digest([0; 32]);
    match tunnel::connect_target(stream, none, alpn).await {
        Err(TargetTlsError::KeyDiffers { shown, .. }) => Ok(ServerShown::Tls { spki: shown }),
        Err(TargetTlsError::Failed(cause)) => Err(cause),
        Ok(_) => Ok(ServerShown::Nothing),
    }
}
