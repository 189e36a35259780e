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

fn with_groups(kx_groups: Vec<&'static dyn SupportedKxGroup>) -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups,
        ..aws_lc_rs::default_provider()
    })
}
