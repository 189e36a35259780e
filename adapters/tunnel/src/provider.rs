//! The cryptography of every connection: aws-lc-rs, TLS 1.3, hybrid key exchange.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};

/// X25519MLKEM768 and nothing else: between our own programs there is no reason to accept less, so
/// there is nothing to downgrade to (lesson L40).
pub(crate) fn hybrid() -> Arc<CryptoProvider> {
    with_groups(vec![aws_lc_rs::kx_group::X25519MLKEM768])
}

/// X25519MLKEM768 first, X25519 for browsers that know no ML-KEM.
pub(crate) fn for_browsers() -> Arc<CryptoProvider> {
    with_groups(vec![
        aws_lc_rs::kx_group::X25519MLKEM768,
        aws_lc_rs::kx_group::X25519,
    ])
}

/// As it comes: services of others choose among more than browsers do.
pub(crate) fn for_services() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn with_groups(kx_groups: Vec<&'static dyn SupportedKxGroup>) -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups,
        ..aws_lc_rs::default_provider()
    })
}

/// What `rustls` wants of every verifier beside its judgement of the certificate: signatures of
/// TLS 1.3 by the one kind of key that we issue. For verifiers with a field `algorithms`.
macro_rules! signatures_of_ours {
    () => {
        fn verify_tls12_signature(
            &self,
            _message: &[u8],
            _cert: &rustls::pki_types::CertificateDer<'_>,
            _dss: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Err(rustls::Error::General("TLS 1.2 is not spoken".to_owned()))
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &rustls::pki_types::CertificateDer<'_>,
            dss: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            vec![rustls::SignatureScheme::ECDSA_NISTP256_SHA256]
        }
    };
}
pub(crate) use signatures_of_ours;

/// The same for keys of others, whatever kind they are: TLS 1.2 and 1.3, as the field `algorithms` knows.
macro_rules! signatures_of_others {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &rustls::pki_types::CertificateDer<'_>,
            dss: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &rustls::pki_types::CertificateDer<'_>,
            dss: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            self.algorithms.supported_schemes()
        }
    };
}
pub(crate) use signatures_of_others;
