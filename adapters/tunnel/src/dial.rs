//! The client's side: connects to a site that it has pinned. Refuses, never warns (lesson L40).

mod reach;
mod trust;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ids::Digest;
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig, NoKeyLog};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use zeroize::Zeroizing;

pub(crate) use self::reach::reach;
use self::trust::{SiteVerifier, pin_of};
use crate::closer::{Closer, tune};
use crate::listener::Protocol;
use crate::provider;

/// How the native client knows a site: its CA and its name. Nothing else vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteTrust {
    /// The CA's certificate, DER.
    pub ca: Vec<u8>,
    /// The name to ask for (SNI), which the server's certificate must carry.
    pub name: String,
}

/// What a device proves itself with.
pub struct DeviceIdentity {
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Its key, PKCS #8 DER.
    pub key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for DeviceIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "DeviceIdentity({})",
            crate::fingerprint(&self.certificate)
        )
    }
}

/// How to dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialOptions {
    /// The local address to dial from; `None`: the system's choice.
    pub bind: Option<IpAddr>,
    /// For name resolution, connection and handshake together.
    pub timeout: Duration,
}

impl Default for DialOptions {
    fn default() -> Self {
        Self {
            bind: None,
            timeout: Duration::from_secs(15),
        }
    }
}

/// A connection whose other end is the pinned site.
#[derive(Debug)]
pub struct Connection {
    /// The stream.
    pub stream: TlsStream<TcpStream>,
    /// The address that answered.
    pub peer: SocketAddr,
    /// The site's CA certificate, DER; after joining it is what is pinned.
    pub ca: Vec<u8>,
    /// Ends the connection from any thread.
    pub closer: Closer,
}

/// Why there is no connection, so that a person knows what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address has no `host:port` form, or its host is unknown.
    #[error("the address {0:?} cannot be found: expected HOST:PORT with a host that exists")]
    AddressUnknown(String),
    /// The name cannot be a host name.
    #[error("{0:?} is not a host name")]
    NameNotPossible(String),
    /// Our own key or certificate cannot be used.
    #[error("this device's key or certificate cannot be used: {0}")]
    OwnIdentity(rustls::Error),
    /// The stored CA certificate of the site cannot be used.
    #[error("the stored certificate of the site cannot be used: {0}")]
    OwnTrust(rustls::Error),
    /// The local address cannot be used.
    #[error("cannot dial from the address {address}: {problem}")]
    Bind {
        /// Which.
        address: IpAddr,
        /// Why.
        problem: io::Error,
    },
    /// Nobody listens there.
    #[error("{address} cannot be reached: {problem}")]
    Unreachable {
        /// Which.
        address: String,
        /// Why.
        problem: io::Error,
    },
    /// It took too long.
    #[error("no answer within {} seconds: is the address right, and does a firewall let it through?", .0.as_secs())]
    TimedOut(Duration),
    /// The other side closed without a word: that is how a site treats sources that are not listed.
    #[error(
        "the site closed the connection without an answer: is the address that you connect from on the hospital's list, and is the name right?"
    )]
    ClosedWithoutAnswer,
    /// Somebody else answered: not issued by the pinned CA.
    #[error(
        "WRONG SITE: the certificate shown is not from the CA that this program knows the site by; refused. Somebody may be in between: tell the hospital"
    )]
    PinnedCaDiffers,
    /// The site answered with a certificate for another name.
    #[error("WRONG SITE: the certificate shown is not for the name {0:?}; refused")]
    NameDiffers(String),
    /// The server's certificate is out of date, or a clock is wrong.
    #[error("the site's certificate is not valid now: is this computer's clock right?")]
    NotValidNow,
    /// The server's certificate is something else than a server's.
    #[error("what was shown is not a server's certificate; refused")]
    NotAServer,
    /// The site refused our certificate.
    #[error(
        "the site refused this device's certificate: is the device enrolled there, and is its certificate still valid?"
    )]
    CertificateRefused,
    /// The site wants a certificate, and we have none.
    #[error("the site asks for an enrolled device here: join first")]
    CertificateRequired,
    /// No common protocol.
    #[error("the site does not speak this protocol; is one side too old?")]
    ProtocolRefused,
    /// No common key exchange: we use X25519MLKEM768 only.
    #[error(
        "the other side offers no key exchange that we accept (X25519MLKEM768 in TLS 1.3); refused"
    )]
    KeyExchangeRefused,
    /// Something else in TLS.
    #[error("the handshake failed: {0}")]
    Tls(rustls::Error),
    /// Something else below.
    #[error("the connection failed: {0}")]
    Io(io::Error),
}

/// Connects to `address` (`host:port`) and asks for `trust.name`.
///
/// In TLS 1.3 the server looks at our certificate after our handshake is done: if it refuses, the
/// first read fails, and [`why_closed`] says so.
///
/// # Errors
/// Says what a person can do about it.
pub async fn connect(
    address: &str,
    trust: &SiteTrust,
    identity: Option<&DeviceIdentity>,
    protocol: Protocol,
    options: &DialOptions,
) -> Result<Connection, ConnectError> {
    let pin = pin_of(&trust.ca).map_err(ConnectError::OwnTrust)?;
    dial(address, &trust.name, pin, identity, protocol, options).await
}

/// Connects to join: the CA is known by its fingerprint (from the invitation) only. The server shows
/// it; what is pinned afterwards is [`Connection::ca`].
///
/// # Errors
/// Says what a person can do about it.
pub async fn connect_for_join(
    address: &str,
    name: &str,
    ca_fingerprint: Digest,
    options: &DialOptions,
) -> Result<Connection, ConnectError> {
    dial(address, name, ca_fingerprint, None, Protocol::Join, options).await
}

/// What a failed read or write on a [`Connection`] means to a person.
pub fn why_closed(problem: io::Error) -> ConnectError {
    explain(problem, "")
}

async fn dial(
    address: &str,
    name: &str,
    pin: Digest,
    identity: Option<&DeviceIdentity>,
    protocol: Protocol,
    options: &DialOptions,
) -> Result<Connection, ConnectError> {
    let config = config(pin, identity, protocol)?;
    let server = ServerName::try_from(name.to_owned())
        .map_err(|_| ConnectError::NameNotPossible(name.to_owned()))?;
    let connecting = async {
        let (tcp, peer) = reach(address, options.bind).await?;
        tune(&tcp).map_err(ConnectError::Io)?;
        let closer = Closer::of(&tcp).map_err(ConnectError::Io)?;
        let stream = TlsConnector::from(config)
            .connect(server, tcp)
            .await
            .map_err(|problem| explain(problem, name))?;
        whole(stream, peer, closer, protocol)
    };
    timeout(options.timeout, connecting)
        .await
        .map_err(|_| ConnectError::TimedOut(options.timeout))?
}

/// Checks what rustls leaves to us: that the protocol was agreed on.
fn whole(
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
    closer: Closer,
    protocol: Protocol,
) -> Result<Connection, ConnectError> {
    let (_, connection) = stream.get_ref();
    if connection.alpn_protocol() != Some(protocol.alpn()) {
        return Err(ConnectError::ProtocolRefused);
    }
    let ca = match connection.peer_certificates() {
        Some([_, ca]) => ca.to_vec(),
        Some(_) | None => return Err(ConnectError::PinnedCaDiffers),
    };
    Ok(Connection {
        stream,
        peer,
        ca,
        closer,
    })
}

fn config(
    pin: Digest,
    identity: Option<&DeviceIdentity>,
    protocol: Protocol,
) -> Result<Arc<ClientConfig>, ConnectError> {
    let provider = provider::hybrid();
    let verifier = Arc::new(SiteVerifier::new(pin, &provider));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(ConnectError::OwnTrust)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from(identity.certificate.clone())],
                PrivatePkcs8KeyDer::from(identity.key.to_vec()).into(),
            )
            .map_err(ConnectError::OwnIdentity)?,
    };
    config.alpn_protocols = vec![protocol.alpn().to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.key_log = Arc::new(NoKeyLog {});
    Ok(Arc::new(config))
}

fn explain(problem: io::Error, name: &str) -> ConnectError {
    let cause = problem
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .cloned();
    match cause {
        Some(cause) => explain_tls(cause, name),
        None if is_an_end(&problem) => ConnectError::ClosedWithoutAnswer,
        None => ConnectError::Io(problem),
    }
}

fn is_an_end(problem: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    [
        UnexpectedEof,
        ConnectionReset,
        ConnectionAborted,
        BrokenPipe,
    ]
    .contains(&problem.kind())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "rustls may add errors; what is not named here is shown as it is"
)]
fn explain_tls(cause: rustls::Error, name: &str) -> ConnectError {
    use rustls::Error;
    match cause {
        Error::InvalidCertificate(certificate) => explain_certificate(certificate, name),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            ConnectError::CertificateRequired
        }
        Error::AlertReceived(alert) if is_about_our_certificate(alert) => {
            ConnectError::CertificateRefused
        }
        Error::AlertReceived(AlertDescription::NoApplicationProtocol)
        | Error::NoApplicationProtocol => ConnectError::ProtocolRefused,
        Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion,
        )
        | Error::PeerIncompatible(_) => ConnectError::KeyExchangeRefused,
        other => ConnectError::Tls(other),
    }
}

fn is_about_our_certificate(alert: AlertDescription) -> bool {
    [
        AlertDescription::BadCertificate,
        AlertDescription::UnsupportedCertificate,
        AlertDescription::CertificateRevoked,
        AlertDescription::CertificateExpired,
        AlertDescription::CertificateUnknown,
        AlertDescription::UnknownCA,
        AlertDescription::AccessDenied,
        AlertDescription::DecryptError,
    ]
    .contains(&alert)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "rustls may add errors; whatever they are, this is not the pinned site"
)]
fn explain_certificate(problem: CertificateError, name: &str) -> ConnectError {
    match problem {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ConnectError::NameDiffers(name.to_owned())
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => ConnectError::NotValidNow,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ConnectError::NotAServer
        }
        _ => ConnectError::PinnedCaDiffers,
    }
}
