//! Which client certificates count: exactly one, of a device, directly from the site's CA.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DistinguishedName, Error, RootCertStore};

use crate::certificate::parse;

/// Lesson L7: a certificate that a device certificate signed, a chain of any kind, a CA's or a
/// server's certificate prove nothing here, whatever a general verifier would say of them.
#[derive(Debug)]
pub(super) struct DeviceVerifier {
    webpki: Arc<dyn ClientCertVerifier>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl DeviceVerifier {
    pub(super) fn new(ca: &[u8], provider: Arc<CryptoProvider>) -> Result<Arc<Self>, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(ca))?;
        let algorithms = provider.signature_verification_algorithms;
        let webpki = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|problem| Error::General(problem.to_string()))?;
        Ok(Arc::new(Self { webpki, algorithms }))
    }
}

impl ClientCertVerifier for DeviceVerifier {
    /// None: a stranger does not learn what the site's CA is called.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if !intermediates.is_empty() {
            return Err(CertificateError::UnknownIssuer.into());
        }
        let verified = self
            .webpki
            .verify_client_cert(end_entity, intermediates, now)?;
        if is_a_devices(end_entity) {
            Ok(verified)
        } else {
            Err(CertificateError::InvalidPurpose.into())
        }
    }

    crate::provider::signatures_of_ours!();
}

/// For client authentication and nothing else, and not a CA. A general verifier accepts a certificate
/// that says nothing about its use; ours all say it.
fn is_a_devices(certificate: &[u8]) -> bool {
    let Ok(parsed) = parse(certificate) else {
        return false;
    };
    let for_clients_only = matches!(
        parsed.extended_key_usage(),
        Ok(Some(usage)) if usage.value.client_auth
            && !usage.value.any
            && !usage.value.server_auth
            && usage.value.other.is_empty()
    );
    let signs_nothing = parsed.key_usage().is_ok_and(|usage| {
        usage.is_some_and(|usage| usage.value.digital_signature() && !usage.value.key_cert_sign())
    });
    for_clients_only && signs_nothing && !parsed.is_ca()
}
