//! TLS as devices speak it that get no updates any more: TLS 1.0 and 1.1, or 1.2 with ciphers and keys that the
//! gateway takes from nobody else (decision 0049). It lies between one connection to a target and the gateway.
//!
//! ```text
//! gateway ──[ length, certificate, then what is inside TLS ]── this program ──[ TLS ]── target
//! ```
//!
//! Nothing is decided here: whoever started it compares the key of the certificate with the pinned one, and says nothing
//! before. That the target holds the private half, the handshake proves, as well as TLS of that age proves anything.
//!
//! OpenSSL, which the gateway links nowhere else, because rustls speaks nothing older than TLS 1.2.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::pin::Pin;
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::ssl::{
    Ssl, SslContext, SslMethod, SslOptions, SslSessionCacheMode, SslVerifyMode, SslVersion,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest, copy};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{sleep, timeout};
use tokio_openssl::SslStream;

/// Every cipher that this OpenSSL was built with which encrypts, and whose key exchange proves the target's key. Keys of any size:
/// which one is right, the hospital has pinned.
const CIPHERS: &str = "ALL:COMPLEMENTOFALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0";

/// `SSL_OP_LEGACY_SERVER_CONNECT` of OpenSSL: a server from before RFC 5746 (2010) is entered; nothing is ever
/// negotiated anew.
const SERVERS_BEFORE_RFC_5746: u64 = 1 << 2;

/// How long the other direction may go on when one is over: a console's last bytes, and not a target that
/// never hangs up.
const LETS_GO_WITHIN: Duration = Duration::from_secs(3);

/// What is made ready before the process is confined: OpenSSL reads its settings.
#[derive(Debug)]
pub struct Ready {
    context: SslContext,
}

impl Ready {
    /// Reads what OpenSSL reads once.
    ///
    /// # Errors
    /// If this OpenSSL has nothing of what is asked for.
    pub fn new() -> Result<Self, ErrorStack> {
        openssl::init();
        let mut context = SslContext::builder(SslMethod::tls_client())?;
        context.set_security_level(0);
        context.set_min_proto_version(Some(SslVersion::TLS1))?;
        context.set_max_proto_version(Some(SslVersion::TLS1_2))?;
        context.set_cipher_list(CIPHERS)?;
        // Not by an authority: by its key, outside.
        context.set_verify(SslVerifyMode::NONE);
        context.set_session_cache_mode(SslSessionCacheMode::OFF);
        context.set_options(
            SslOptions::NO_RENEGOTIATION
                | SslOptions::NO_COMPRESSION
                | SslOptions::NO_TICKET
                | SslOptions::from_bits_retain(SERVERS_BEFORE_RFC_5746),
        );
        Ok(Self {
            context: context.build(),
        })
    }

    /// Speaks TLS with the target and passes on what is inside, until either side closes. To `near` the certificate is
    /// said first: two bytes of its length, in network order, and its DER; a length of 0 if there is no TLS with this target.
    /// `called` is the name by which a server chooses its certificate (RFC 6066 §3).
    ///
    /// # Errors
    /// If there is no TLS, or `near` is gone.
    pub async fn speak(
        &self,
        target: TcpStream,
        mut near: UnixStream,
        called: Option<&str>,
    ) -> io::Result<()> {
        let spoken = tokio::select! {
            biased;
            () = gone(&mut near) => return Ok(()),
            spoken = self.begin(target, called) => spoken,
        };
        let (inside, certificate) = match spoken {
            Ok(begun) => begun,
            Err(cause) => {
                near.write_all(&[0; 2]).await?;
                return Err(cause);
            }
        };
        let length = u16::try_from(certificate.len()).map_err(io::Error::other)?;
        near.write_all(&length.to_be_bytes()).await?;
        near.write_all(&certificate).await?;
        let watched = StdUnixStream::from(near.as_fd().try_clone_to_owned()?);
        let watched = UnixStream::from_std(watched)?;
        tokio::select! {
            biased;
            () = let_go(&watched) => {}
            () = pass(inside, near) => {}
        }
        Ok(())
    }

    async fn begin(
        &self,
        target: TcpStream,
        called: Option<&str>,
    ) -> io::Result<(SslStream<TcpStream>, Vec<u8>)> {
        let mut ssl = Ssl::new(&self.context)?;
        if let Some(name) = called {
            ssl.set_hostname(name)?;
        }
        let mut inside = SslStream::new(ssl, target)?;
        let connecting = Pin::new(&mut inside).connect();
        connecting.await.map_err(io::Error::other)?;
        let certificate = inside.ssl().peer_certificate();
        let certificate = certificate.ok_or_else(|| io::Error::other("it shows no certificate"))?;
        Ok((inside, certificate.to_der()?))
    }
}

/// Returns when the gateway is gone, or speaks before it may.
async fn gone(near: &mut UnixStream) {
    let mut early = [0];
    let _any = near.read(&mut early).await;
}

/// Returns when the gateway has let go of the connection, also where what it said before waits for a target that neither reads nor
/// writes: a session that is over leaves nothing behind. Of one direction alone it lets go a little earlier.
async fn let_go(near: &UnixStream) {
    // Ready for that is what hangs up, and not what has something to be read; both directions do so in one event.
    let _any = near.ready(Interest::PRIORITY).await;
    let other = timeout(LETS_GO_WITHIN, near.ready(Interest::WRITABLE)).await;
    if let Ok(Ok(other)) = other
        && !other.is_write_closed()
    {
        sleep(LETS_GO_WITHIN).await;
    }
}

async fn pass(inside: SslStream<TcpStream>, near: UnixStream) {
    let (mut from_target, mut to_target) = tokio::io::split(inside);
    let (mut from_near, mut to_near) = near.into_split();
    let out = async {
        // A side that breaks off is everyday: the other one hears of it.
        let _broken = copy(&mut from_target, &mut to_near).await;
        let _gone = to_near.shutdown().await;
    };
    let back = async {
        let _broken = copy(&mut from_near, &mut to_target).await;
        let _gone = to_target.shutdown().await;
    };
    tokio::pin!(out, back);
    tokio::select! {
        () = &mut out => drop(timeout(LETS_GO_WITHIN, back).await),
        () = &mut back => drop(timeout(LETS_GO_WITHIN, out).await),
    }
}
