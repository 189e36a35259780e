//! Keys that know each other: a gateway and its relay, each by the SHA-256 of the other's public key.
//!
//! No authority, no names, no dates: the certificates around the keys are wrapping that TLS asks for.

use std::collections::BTreeSet;
use std::sync::Arc;

use ids::Digest;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData,
    date_time_ymd,
};
use rustls::client::Resumption;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError as TlsCertificateError, ClientConfig, DistinguishedName as TlsName, Error,
    NoKeyLog, ServerConfig,
};
use zeroize::{Zeroize, Zeroizing};

use crate::certificate::{CertificateError, read_key, serial, sha256, spki_digest};
use crate::provider;

/// The key of a relay, or of a gateway towards its relays. ECDSA P-256; wiped when dropped.
pub struct PinnedKey(KeyPair);

impl PinnedKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn generate() -> Result<Self, CertificateError> {
        Ok(Self(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?))
    }

    /// Reads one back from PKCS #8, DER.
    ///
    /// # Errors
    /// If it is not a P-256 key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CertificateError> {
        read_key(der).map(Self)
    }

    /// PKCS #8, DER, for the key store.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize_der())
    }

    /// What the other side pins: SHA-256 of the public key (DER of its SubjectPublicKeyInfo).
    pub fn pin(&self) -> Digest {
        sha256(&self.0.subject_public_key_info())
    }

    /// The wrapping. It is made anew at each start: nobody looks at anything in it but the key.
    fn certificate(&self) -> Result<CertificateDer<'static>, CertificateError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "Sekisho link");
        params.not_before = date_time_ymd(1970, 1, 1);
        params.not_after = date_time_ymd(9999, 12, 31);
        params.serial_number = Some(serial()?);
        Ok(params.self_signed(&self.0)?.der().clone())
    }

    fn private(&self) -> PrivatePkcs8KeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.0.serialize_der())
    }
}

impl Drop for PinnedKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for PinnedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PinnedKey({})", self.pin())
    }
}

/// What a gateway connects to its relay with: TLS 1.3, X25519MLKEM768, one protocol, one pin.
pub(crate) fn client_config(
    key: &PinnedKey,
    pin: Digest,
    alpn: &[u8],
) -> Result<Arc<ClientConfig>, PinnedError> {
    let mut config = ClientConfig::builder_with_provider(provider::hybrid())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Verifier::of([pin]))
        .with_client_auth_cert(vec![key.certificate()?], key.private().into())?;
    config.alpn_protocols = vec![alpn.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.key_log = Arc::new(NoKeyLog {});
    Ok(Arc::new(config))
}

/// What a relay receives gateways with: the same, and the pins of all of them.
pub(crate) fn server_config(
    key: &PinnedKey,
    pins: impl IntoIterator<Item = Digest>,
    alpn: &[u8],
) -> Result<Arc<ServerConfig>, PinnedError> {
    let mut config = ServerConfig::builder_with_provider(provider::hybrid())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Verifier::of(pins))
        .with_single_cert(vec![key.certificate()?], key.private().into())?;
    config.alpn_protocols = vec![alpn.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    config.key_log = Arc::new(NoKeyLog {});
    Ok(Arc::new(config))
}

/// Why a key cannot be used for a link.
#[derive(Debug, thiserror::Error)]
pub enum PinnedError {
    /// Its certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// TLS does not take it.
    #[error(transparent)]
    Tls(#[from] Error),
}

/// Takes the keys that it was told of and no others; that the peer holds the private half, TLS proves.
#[derive(Debug)]
struct Verifier {
    pins: BTreeSet<Digest>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn of(pins: impl IntoIterator<Item = Digest>) -> Arc<Self> {
        Arc::new(Self {
            pins: pins.into_iter().collect(),
            algorithms: provider::hybrid().signature_verification_algorithms,
        })
    }

    fn look_at(
        &self,
        shown: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
    ) -> Result<(), Error> {
        let known = spki_digest(shown).is_ok_and(|key| self.pins.contains(&key));
        if known && more.is_empty() {
            Ok(())
        } else {
            Err(TlsCertificateError::UnknownIssuer.into())
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.look_at(end_entity, intermediates)?;
        Ok(ServerCertVerified::assertion())
    }

    provider::signatures_of_ours!();
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[TlsName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.look_at(end_entity, intermediates)?;
        Ok(ClientCertVerified::assertion())
    }

    provider::signatures_of_ours!();
}
