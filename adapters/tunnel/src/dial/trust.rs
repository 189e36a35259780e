//! Which server certificates count: one that the pinned CA issued itself, for the name asked for.

use ids::Digest;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};

use crate::certificate::{fingerprint, parse};

/// Takes the certificate that the CA with this fingerprint issued for the name asked for.
#[derive(Debug)]
pub(super) struct SiteVerifier {
    /// SHA-256 of the CA's certificate.
    pin: Digest,
    algorithms: WebPkiSupportedAlgorithms,
}

impl SiteVerifier {
    pub(super) fn new(pin: Digest, provider: &CryptoProvider) -> Self {
        Self {
            pin,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

/// The pin of a stored CA certificate.
///
/// # Errors
/// If it is not a CA's: then nothing would ever match, and the user should hear why.
pub(super) fn pin_of(ca: &[u8]) -> Result<Digest, Error> {
    match parse(ca) {
        Ok(parsed) if parsed.is_ca() => Ok(fingerprint(ca)),
        Ok(_) | Err(_) => Err(CertificateError::BadEncoding.into()),
    }
}

impl ServerCertVerifier for SiteVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // The site shows its own certificate and its CA's, and that is all.
        let [ca] = intermediates else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        if fingerprint(ca) != self.pin {
            return Err(CertificateError::UnknownIssuer.into());
        }
        let mut anchor = RootCertStore::empty();
        anchor.add(ca.clone())?;
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, &anchor, &[], now, algorithms)?;
        verify_server_name(&certificate, server_name)?;
        if is_a_servers(end_entity) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::InvalidPurpose.into())
        }
    }

    crate::provider::signatures_of_ours!();
}

fn is_a_servers(certificate: &[u8]) -> bool {
    parse(certificate).is_ok_and(|parsed| {
        !parsed.is_ca()
            && matches!(
                parsed.extended_key_usage(),
                Ok(Some(usage)) if usage.value.server_auth && !usage.value.client_auth
            )
    })
}
