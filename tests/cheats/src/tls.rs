//! A TLS client that does what ours never would: believes any server, shows any certificate with any
//! key, asks for any name and protocol.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};
use socket2::{Domain, Socket, Type};

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A connection whose handshake is done on this side.
pub type Wire = StreamOwned<ClientConnection, TcpStream>;

/// What is asked for, and what is shown.
#[derive(Debug, Clone)]
pub struct Knock {
    /// The server's name (SNI).
    pub name: String,
    /// The protocols (ALPN).
    pub alpn: Vec<Vec<u8>>,
    /// The key exchanges that are offered.
    pub groups: Vec<&'static dyn SupportedKxGroup>,
    /// Certificates, leaf first, and a key (PKCS #8) that need not belong to them.
    pub identity: Option<(Vec<Vec<u8>>, Vec<u8>)>,
}

impl Knock {
    /// Asks for one name and one protocol, as our own client does.
    pub fn asking(name: &str, alpn: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            alpn: vec![alpn.to_vec()],
            groups: vec![aws_lc_rs::kx_group::X25519MLKEM768],
            identity: None,
        }
    }

    /// Shows these certificates and proves them with this key, whosever it is.
    #[must_use]
    pub fn showing(mut self, chain: Vec<Vec<u8>>, key: &[u8]) -> Self {
        self.identity = Some((chain, key.to_vec()));
        self
    }

    /// Offers the key exchange of yesterday only.
    #[must_use]
    pub fn without_ml_kem(mut self) -> Self {
        self.groups = vec![aws_lc_rs::kx_group::X25519];
        self
    }

    /// Connects, from this address.
    ///
    /// # Errors
    /// If the server does not take the handshake. In TLS 1.3 it looks at our certificate later: what it
    /// thinks of that shows at the first read.
    pub fn connect(&self, from: IpAddr, to: SocketAddr) -> io::Result<Wire> {
        let mut tcp = dial(from, to)?;
        let name = ServerName::try_from(self.name.clone()).map_err(io::Error::other)?;
        let mut connection =
            ClientConnection::new(Arc::new(self.config()), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut tcp)?;
        }
        Ok(StreamOwned::new(connection, tcp))
    }

    /// The first bytes that this client would say: its ClientHello.
    pub fn hello(&self) -> Vec<u8> {
        let name = ServerName::try_from(self.name.clone()).expect("a host name");
        let mut client = ClientConnection::new(Arc::new(self.config()), name).expect("a client");
        let mut hello = Vec::new();
        client.write_tls(&mut hello).expect("memory");
        hello
    }

    fn config(&self) -> ClientConfig {
        let provider = CryptoProvider {
            kx_groups: self.groups.clone(),
            ..aws_lc_rs::default_provider()
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Gullible));
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            // Unlike `with_client_auth_cert`, this does not look whether the two belong together.
            Some((chain, key)) => {
                let key = PrivatePkcs8KeyDer::from(key.clone()).into();
                let key = aws_lc_rs::sign::any_supported_type(&key).expect("a key");
                let chain = chain.iter().cloned().map(CertificateDer::from).collect();
                let pair = SingleCertAndKey::from(CertifiedKey::new(chain, key));
                builder.with_client_cert_resolver(Arc::new(pair))
            }
        };
        config.alpn_protocols.clone_from(&self.alpn);
        config
    }
}

/// A TCP connection from an address of ours. Who waits on it gives up after [`PATIENCE`].
///
/// # Errors
/// If there is none.
pub fn dial(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect(&to.into())?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Believes any server.
#[derive(Debug)]
struct Gullible;

impl ServerCertVerifier for Gullible {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
