//! The makers of security keys whose word the hospital takes.

use ids::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// A root certificate of a maker whose attestation makes an engineer's passkey a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationRoot {
    /// What the hospital calls it, unique at the site.
    pub name: String,
    /// SHA-256 of the certificate (DER), as the maker publishes it.
    pub sha256: Digest,
    /// Since when it is trusted.
    pub since: Timestamp,
}

/// Takes passkeys from engineers that this maker attests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddAttestationRoot {
    /// What the hospital calls it: maker and product.
    pub name: String,
    /// Exactly one certificate, in PEM.
    pub pem: String,
}

/// Trusts a maker no more: every key that it attested is suspended, and what is open on one ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveAttestationRoot {
    /// Its name.
    pub name: String,
}
