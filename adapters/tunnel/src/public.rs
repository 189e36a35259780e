//! The client's side towards servers of others: webhooks of chat services. Their certificates are judged
//! by given roots, as everywhere on the web; nothing else is different from how we treat our own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, NoKeyLog, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::closer::tune;
use crate::provider;

/// For name, connection and handshake together.
const WITHIN: Duration = Duration::from_secs(15);
/// The most certificates that are read of one file: the web's are some 150.
const MOST_ROOTS: usize = 1024;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum PublicError {
    /// No certificate could be read that would vouch for anybody.
    #[error("there is no certificate in what is to vouch for the server: expected PEM")]
    NoRoots,
    /// Our own certificate and its key do not go together, or are none.
    #[error("our own certificate or its key cannot be used: expected PEM, and one for the other")]
    NoCertificate,
    /// The name cannot be a host name.
    #[error("{0:?} is not a host name")]
    NameNotPossible(String),
    /// It cannot be reached, or not in time.
    #[error("cannot be reached: {0}")]
    Unreachable(io::Error),
    /// Its certificate is not one that counts, or it speaks no TLS that we accept.
    #[error("not who it should be: {0}")]
    Untrusted(io::Error),
}

/// Connects to `host:port` in TLS for HTTP/1.1 and believes it if one of `roots` (PEM) vouches for `host`.
/// TLS 1.3, or 1.2 where a service has no other.
///
/// # Errors
/// As [`PublicError`] says; nothing but a handshake was sent then.
pub async fn connect_public(
    host: &str,
    port: u16,
    roots: &[u8],
) -> Result<TlsStream<TcpStream>, PublicError> {
    let mut config = config(roots, None)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    connect(host, port, config).await
}

/// What a collector may ask of us: a certificate and its key, PEM. `Debug` shows neither.
pub struct ClientCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientCertificate(…)")
    }
}

impl ClientCertificate {
    /// Reads both.
    ///
    /// # Errors
    /// [`PublicError::NoCertificate`] if one of them is none.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, PublicError> {
        let certificates = CertificateDer::pem_slice_iter(chain).take(MOST_ROOTS);
        let chain: Vec<_> = certificates.filter_map(Result::ok).collect();
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| PublicError::NoCertificate)?;
        match chain.is_empty() {
            true => Err(PublicError::NoCertificate),
            false => Ok(Self { chain, key }),
        }
    }
}

/// Connects to a collector of logs in TLS and believes it if one of `roots` (PEM: an authority, or the
/// collector's own certificate) vouches for `host`.
///
/// # Errors
/// As [`PublicError`] says; nothing but a handshake was sent then.
pub async fn connect_collector(
    host: &str,
    port: u16,
    roots: &[u8],
    ours: Option<&ClientCertificate>,
) -> Result<TlsStream<TcpStream>, PublicError> {
    connect(host, port, config(roots, ours)?).await
}

async fn connect(
    host: &str,
    port: u16,
    config: ClientConfig,
) -> Result<TlsStream<TcpStream>, PublicError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| PublicError::NameNotPossible(host.to_owned()))?;
    let connecting = async {
        let tcp = TcpStream::connect((host, port)).await;
        let tcp = tcp.map_err(PublicError::Unreachable)?;
        tune(&tcp).map_err(PublicError::Unreachable)?;
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await;
        stream.map_err(judged)
    };
    let late = || PublicError::Unreachable(io::ErrorKind::TimedOut.into());
    timeout(WITHIN, connecting).await.map_err(|_| late())?
}

/// A failure of TLS is one of trust; anything else is the network's.
fn judged(cause: io::Error) -> PublicError {
    let tls = cause
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>());
    if tls {
        PublicError::Untrusted(cause)
    } else {
        PublicError::Unreachable(cause)
    }
}

fn config(roots: &[u8], ours: Option<&ClientCertificate>) -> Result<ClientConfig, PublicError> {
    let mut store = RootCertStore::empty();
    let certificates = CertificateDer::pem_slice_iter(roots).take(MOST_ROOTS);
    let (read, _) = store.add_parsable_certificates(certificates.filter_map(Result::ok));
    if read == 0 {
        return Err(PublicError::NoRoots);
    }
    let builder = ClientConfig::builder_with_provider(provider::for_services())
        .with_safe_default_protocol_versions()
        .map_err(|cause| PublicError::Untrusted(io::Error::other(cause)))?
        .with_root_certificates(store);
    let mut config = match ours {
        None => builder.with_no_client_auth(),
        Some(ours) => builder
            .with_client_auth_cert(ours.chain.clone(), ours.key.clone_key())
            .map_err(|_| PublicError::NoCertificate)?,
    };
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.key_log = Arc::new(NoKeyLog {});
    Ok(config)
}

/// Whether this is PEM with a certificate that can vouch for a server.
pub fn are_roots(pem: &[u8]) -> bool {
    config(pem, None).is_ok()
}
