//! What an authority is shown that asks whether a name is ours (ACME's TLS-ALPN-01, RFC 8737).
//!
//! Answered only while an order is open, only for its name, and only to who asks for `acme-tls/1` and
//! nothing else; to anybody, because authorities do not say where they ask from. Nothing is proved to
//! us by it, and nothing follows the handshake.

use std::collections::BTreeMap;
use std::sync::Arc;

use rcgen::{CertificateParams, CustomExtension, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::ClientHello;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::ListenError;
use super::tls::quiet;
use crate::certificate::{CertificateError, serial};
use crate::provider;

/// The answer for one name, while its order is open.
#[derive(Clone)]
pub struct Challenge {
    name: String,
    config: Arc<ServerConfig>,
}

impl Challenge {
    /// Makes the certificate of RFC 8737 §3: self-signed, for the name alone, with SHA-256 of the key
    /// authorization in the extension `acmeIdentifier`.
    ///
    /// # Errors
    /// If the name cannot stand in a certificate, or the system gives no randomness.
    pub fn new(name: &str, key_authorization: [u8; 32]) -> Result<Self, ListenError> {
        let unusable = |cause: CertificateError| {
            ListenError::Certificate(rustls::Error::General(cause.to_string()))
        };
        let (certificate, key) = self_signed(name, key_authorization).map_err(unusable)?;
        let provider = provider::for_browsers();
        let key = provider.key_provider.load_private_key(key.into())?;
        // Not by way of a check of the certificate: its critical extension is unknown to any but authorities.
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(shown));
        quiet(&mut config, wire::alpn::ACME);
        Ok(Self {
            name: name.to_ascii_lowercase(),
            config: Arc::new(config),
        })
    }
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Challenge({})", self.name)
    }
}

fn self_signed(
    name: &str,
    key_authorization: [u8; 32],
) -> Result<
    (
        rustls::pki_types::CertificateDer<'static>,
        PrivatePkcs8KeyDer<'static>,
    ),
    CertificateError,
> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.serial_number = Some(serial()?);
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(&key_authorization)];
    let certificate = params.self_signed(&key)?.der().clone();
    Ok((certificate, PrivatePkcs8KeyDer::from(key.serialize_der())))
}

/// The orders that are open now.
#[derive(Debug, Default)]
pub(super) struct Challenges(BTreeMap<String, Arc<ServerConfig>>);

impl Challenges {
    pub(super) fn of(open: Vec<Challenge>) -> Self {
        let open = open.into_iter();
        Self(open.map(|one| (one.name, one.config)).collect())
    }

    /// Whether an order is open at all.
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// What this ClientHello is shown, if it is an authority's that asks for an order's name.
    pub(super) fn answer(&self, hello: &ClientHello<'_>) -> Option<Arc<ServerConfig>> {
        let name = hello.server_name()?;
        let asks = is_asked(hello.alpn().into_iter().flatten());
        let config = self.0.get(&name.to_ascii_lowercase());
        config.filter(|_| asks).cloned()
    }
}

/// Whether a ClientHello offers the protocol of the challenge and nothing else (RFC 8737 §3).
pub(crate) fn is_asked<'a>(offered: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut offered = offered.into_iter();
    offered.next() == Some(wire::alpn::ACME) && offered.next().is_none()
}
