//! A TLS client that does what ours never would.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) struct Cheat {
    pub(crate) name: &'static str,
    pub(crate) alpn: Vec<&'static [u8]>,
    pub(crate) groups: Vec<&'static dyn SupportedKxGroup>,
    pub(crate) identity: Option<(Vec<Vec<u8>>, Vec<u8>)>,
}

impl Cheat {
    pub(crate) fn asking(name: &'static str, alpn: &'static [u8]) -> Self {
        Self {
            name,
            alpn: vec![alpn],
            groups: vec![aws_lc_rs::kx_group::X25519MLKEM768],
            identity: None,
        }
    }

    pub(crate) fn showing(mut self, chain: Vec<Vec<u8>>, key: &[u8]) -> Self {
        self.identity = Some((chain, key.to_vec()));
        self
    }

    pub(crate) async fn connect(
        self,
        to: std::net::SocketAddr,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(self.name).unwrap();
        let connector = TlsConnector::from(Arc::new(self.config()));
        connector
            .connect(name, TcpStream::connect(to).await.unwrap())
            .await
    }

    pub(crate) async fn connect_from(
        self,
        from: &str,
        to: std::net::SocketAddr,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(self.name).unwrap();
        let connector = TlsConnector::from(Arc::new(self.config()));
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(format!("{from}:0").parse().unwrap())?;
        connector.connect(name, socket.connect(to).await?).await
    }

    /// Whether the server closes, be it after its look at the certificate. Waits for ever if not.
    pub(crate) async fn finds_itself_refused(self, to: std::net::SocketAddr) -> bool {
        match self.connect(to).await {
            Ok(mut stream) => stream.read_u8().await.is_err(),
            Err(_) => true,
        }
    }

    pub(crate) fn config(self) -> ClientConfig {
        let provider = CryptoProvider {
            kx_groups: self.groups,
            ..aws_lc_rs::default_provider()
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Gullible));
        let mut config = match self.identity {
            None => builder.with_no_client_auth(),
            // Unlike `with_client_auth_cert`, this does not look whether the two belong together.
            Some((chain, key)) => {
                let key = PrivatePkcs8KeyDer::from(key).into();
                let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
                let chain = chain.into_iter().map(CertificateDer::from).collect();
                let pair = SingleCertAndKey::from(CertifiedKey::new(chain, key));
                builder.with_client_cert_resolver(Arc::new(pair))
            }
        };
        config.alpn_protocols = self.alpn.into_iter().map(<[u8]>::to_vec).collect();
        config
    }
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
