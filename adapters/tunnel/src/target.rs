//! TLS towards a target: a database server that the hospital knows by its key.
//!
//! No authority, no name, no date vouches for it: the SHA-256 of its public key, as it was pinned, and
//! nothing else. TLS 1.3, or 1.2 where the server has no other; sessions are never resumed.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use ids::Digest;
use rustls::client::Resumption;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, Error, NoKeyLog};
use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificate::{parse, spki_digest};
use crate::provider;

/// Why there is no TLS with a target.
#[derive(Debug, thiserror::Error)]
pub enum TargetTlsError {
    /// It shows another key than the pinned one: it is not that server, or its key was changed.
    #[error("the target shows the key {shown}, the hospital pinned {pinned}")]
    KeyDiffers {
        /// What it showed.
        shown: Digest,
        /// What is pinned.
        pinned: Digest,
    },
    /// It speaks no TLS that is accepted, or broke off.
    #[error("no TLS with the target: {0}")]
    Failed(io::Error),
}

/// A connection to a target with the pinned key.
#[derive(Debug)]
pub struct TargetTls {
    /// The stream.
    pub stream: TlsStream<TcpStream>,
    /// The digest of its certificate to which a sign-in can be tied (`tls-server-end-point`, RFC 5929);
    /// nothing for a certificate whose signature has no such digest.
    pub end_point: Option<Vec<u8>>,
    /// The bits of its public key (SubjectPublicKey), to which CredSSP ties a sign-in.
    pub key: Vec<u8>,
}

/// Speaks TLS on a connection to a target, and believes it if its key is the pinned one. `alpn` names the
/// protocol inside; empty where it has no name. `called` is what the target is called (`NAME` or `NAME:PORT`): a server
/// with several names shows the key of that one (RFC 6066 §3). An address is not told, and no name vouches for anything.
///
/// # Errors
/// As [`TargetTlsError`] says; nothing but a handshake was sent then.
pub async fn connect_target(
    stream: TcpStream,
    pinned: Digest,
    alpn: &[u8],
    called: Option<&str>,
) -> Result<TargetTls, TargetTlsError> {
    let verifier = Arc::new(Verifier {
        pinned: Some(pinned),
        algorithms: provider::for_services().signature_verification_algorithms,
        differs: std::sync::OnceLock::new(),
    });
    let name = match called.and_then(dns_name) {
        Some(name) => name,
        None => ServerName::from(stream.peer_addr().map_err(TargetTlsError::Failed)?.ip()),
    };
    let config = config(&verifier, alpn);
    let config = config.map_err(|cause| TargetTlsError::Failed(io::Error::other(cause)))?;
    let connecting = TlsConnector::from(config).connect(name, stream);
    let stream = connecting
        .await
        .map_err(|cause| match verifier.differs.get() {
            Some(shown) => TargetTlsError::KeyDiffers {
                shown: *shown,
                pinned,
            },
            None => TargetTlsError::Failed(cause),
        })?;
    let shown = stream.get_ref().1.peer_certificates();
    let shown = shown.and_then(|shown| shown.first());
    let key = shown.and_then(|shown| parse(shown).ok());
    let key = key.map(|parsed| parsed.public_key().subject_public_key.data.to_vec());
    Ok(TargetTls {
        end_point: shown.and_then(end_point),
        key: key.unwrap_or_default(),
        stream,
    })
}

/// Speaks TLS as the client with [`accept_near`](crate::accept_near), through a pipe inside this process: the key was
/// made for this session, and nobody else can be at the other end.
///
/// # Errors
/// If the other end breaks off.
pub async fn connect_near(pipe: DuplexStream) -> io::Result<TlsStream<DuplexStream>> {
    let verifier = Arc::new(Verifier {
        pinned: None,
        algorithms: provider::for_services().signature_verification_algorithms,
        differs: std::sync::OnceLock::new(),
    });
    let config = config(&verifier, b"").map_err(io::Error::other)?;
    let name = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    TlsConnector::from(config).connect(name, pipe).await
}

fn config(verifier: &Arc<Verifier>, alpn: &[u8]) -> Result<Arc<ClientConfig>, Error> {
    let verifier = Arc::clone(verifier) as Arc<dyn ServerCertVerifier>;
    let mut config = ClientConfig::builder_with_provider(provider::for_services())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    if !alpn.is_empty() {
        config.alpn_protocols = vec![alpn.to_vec()];
    }
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.key_log = Arc::new(NoKeyLog {});
    Ok(Arc::new(config))
}

/// The name by which a server could choose its certificate (RFC 6066 §3), if what it is called (`NAME` or
/// `NAME:PORT`) is one: an address is none.
pub fn name_to_choose_by(called: &str) -> Option<&str> {
    let name = called.rsplit_once(':').map_or(called, |(name, _)| name);
    let read = ServerName::try_from(name).ok()?;
    matches!(read, ServerName::DnsName(_)).then_some(name)
}

fn dns_name(called: &str) -> Option<ServerName<'static>> {
    ServerName::try_from(name_to_choose_by(called)?.to_owned()).ok()
}

/// The digest that RFC 5929 §4.1 wants: that of the certificate's signature, and SHA-256 for older ones.
fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let parsed = parse(certificate).ok()?;
    let signed = parsed.signature_algorithm.algorithm.to_id_string();
    let by: &Algorithm = match signed.as_str() {
        // RSA and ECDSA with MD5, SHA-1, SHA-256
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.10045.4.1"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.3.2" => &SHA256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => &SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => &SHA512,
        _ => return None,
    };
    Some(digest(by, certificate).as_ref().to_vec())
}

/// Takes the pinned key and no other; that the server holds the private half, TLS proves.
#[derive(Debug)]
struct Verifier {
    /// `None` inside this process alone.
    pinned: Option<Digest>,
    algorithms: WebPkiSupportedAlgorithms,
    /// The key that was shown instead.
    differs: std::sync::OnceLock<Digest>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = spki_digest(end_entity).map_err(|_| CertificateError::BadEncoding)?;
        if self.pinned.is_none_or(|pinned| shown == pinned) {
            return Ok(ServerCertVerified::assertion());
        }
        // Only one handshake is made with it.
        let _first = self.differs.set(shown);
        Err(CertificateError::UnknownIssuer.into())
    }

    crate::provider::signatures_of_others!();
}

#[cfg(test)]
mod tests {
    use super::dns_name;

    #[test]
    fn a_name_is_told_to_a_server_and_an_address_is_not() {
        for (called, told) in [
            ("pacs.hospital.local:8043", Some("pacs.hospital.local")),
            ("router", Some("router")),
            ("10.0.0.7:8043", None),
            ("10.0.0.7", None),
            ("[::1]:443", None),
            ("::1", None),
            ("", None),
        ] {
            let name = dns_name(called).map(|name| name.to_str().into_owned());
            assert_eq!(name.as_deref(), told, "{called}");
        }
    }
}
