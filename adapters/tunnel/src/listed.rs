//! TLS for devices of others that send to us: each shows a certificate, and is known by its fingerprint alone.
//!
//! No authority, name or date counts: firewalls and backup servers make their own certificates, and go on sending when
//! those are over. Whoever is not on the list does not end the handshake.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use ids::Digest;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DistinguishedName, Error, NoKeyLog, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::certificate::fingerprint;
use crate::provider;

/// Speaks TLS 1.3 or 1.2 as the server with those whose certificates are listed.
#[derive(Clone)]
pub struct ListedTls(TlsAcceptor);

impl std::fmt::Debug for ListedTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ListedTls(…)")
    }
}

/// Why such a server cannot be.
#[derive(Debug, thiserror::Error)]
pub enum ListedTlsError {
    /// There is no certificate, or something that is none.
    #[error("no certificate in it: expected PEM, the server's own certificate first")]
    NoCertificate,
    /// There is no private key.
    #[error("no private key in it: expected PEM (PKCS #8, PKCS #1 or SEC 1) without a passphrase")]
    NoKey,
    /// They cannot be used, or do not belong together.
    #[error("certificate and key cannot be used together: {0}")]
    Unusable(#[from] Error),
}

impl ListedTls {
    /// Reads what is shown (PEM), and takes whose certificates (SHA-256 of the DER) are let in. An empty list lets in nobody.
    ///
    /// # Errors
    /// As [`ListedTlsError`] says.
    pub fn new(chain: &[u8], key: &[u8], listed: BTreeSet<Digest>) -> Result<Self, ListedTlsError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| ListedTlsError::NoCertificate)?;
        if chain.is_empty() {
            return Err(ListedTlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| ListedTlsError::NoKey)?;
        let provider = provider::for_services();
        let algorithms = provider.signature_verification_algorithms;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(Listed { listed, algorithms }))
            .with_single_cert(chain, key)?;
        // A resumed session would outlive the list that it was let in by.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        config.key_log = Arc::new(NoKeyLog {});
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Makes the handshake, and says whose certificate was shown.
    ///
    /// # Errors
    /// If the peer is not listed, cannot prove its key, or breaks off.
    pub async fn accept<S>(&self, stream: S) -> io::Result<(TlsStream<S>, Digest)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let stream = self.0.accept(stream).await?;
        let shown = stream.get_ref().1.peer_certificates();
        let shown = shown
            .and_then(|chain| chain.first())
            .map(|leaf| fingerprint(leaf));
        match shown {
            Some(shown) => Ok((stream, shown)),
            None => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
}

#[derive(Debug)]
struct Listed {
    listed: BTreeSet<Digest>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Listed {
    /// None: a stranger does not learn who sends here.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if self.listed.contains(&fingerprint(end_entity)) {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    crate::provider::signatures_of_others!();
}
