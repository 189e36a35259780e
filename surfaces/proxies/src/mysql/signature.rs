//! MariaDB's Ed25519.

use aws_lc_rs::digest::{SHA512, digest};
use data_encoding::BASE64_NOPAD;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use zeroize::Zeroizing;

/// Signs a challenge with Ed25519 (RFC 8032) and the password in the place of the seed: `SHA512(password)` is the
/// scalar and the prefix, as MariaDB's `plugin/auth_ed25519/ref10/sign.c` has it. A password may have any
/// length, a seed may not: so a key that is made of a seed is of no use.
pub(super) fn ed25519(password: &[u8], challenge: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = key(password);
    // Both halves are of one hash, and the public key is that of the scalar: what the library warns of.
    let public = VerifyingKey::from(&key);
    let signature = raw_sign::<sha2::Sha512>(&key, challenge, &public);
    Zeroizing::new(signature.to_bytes().to_vec())
}

/// What MariaDB keeps of a password for Ed25519: the public key, in Base64 without its padding.
pub(super) fn public(password: &[u8]) -> String {
    BASE64_NOPAD.encode(VerifyingKey::from(&key(password)).as_bytes())
}

fn key(password: &[u8]) -> ExpandedSecretKey {
    let hash = digest(&SHA512, password);
    let mut bytes = Zeroizing::new([0; 64]);
    for (slot, byte) in bytes.iter_mut().zip(hash.as_ref()) {
        *slot = *byte;
    }
    ExpandedSecretKey::from_bytes(&bytes)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on is a failed test"
)]
mod tests {
    use data_encoding::BASE64;
    use ed25519_dalek::{Signature, VerifyingKey};

    use super::{ed25519, public};

    #[test]
    fn a_proof_is_verified_by_the_public_key_that_mariadb_keeps() {
        // MariaDB's manual: `SELECT ed25519_password("secret")`.
        let kept = b"ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=";
        let kept = BASE64.decode(kept).unwrap();
        assert_eq!(
            public(b"secret"),
            BASE64.encode(&kept).trim_end_matches('=')
        );
        let key = VerifyingKey::from_bytes(kept.as_slice().try_into().unwrap()).unwrap();
        let proof = ed25519(b"secret", &[9; 32]);
        let proof = Signature::from_bytes(proof.as_slice().try_into().unwrap());
        assert!(key.verify_strict(&[9; 32], &proof).is_ok());
        assert!(key.verify_strict(&[8; 32], &proof).is_err());
    }
}
