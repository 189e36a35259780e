//! Randomness, HKDF and AES-256-GCM as the rest of this crate uses them.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::{Zeroize, Zeroizing};

/// The operating system gave no random bytes. Nothing secret can be made then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// What was opened is not what was sealed, or not with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAuthentic;

/// `N` random bytes from the operating system, and from nowhere else (lesson L11).
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0u8; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// HKDF-SHA256 (RFC 5869) to 32 bytes: `label` is the salt, `context` the info. One output block is
/// two HMACs, none of which can fail.
pub(crate) fn derive(secret: &[u8], label: &[u8], context: &[u8]) -> Zeroizing<[u8; 32]> {
    let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, label), secret);
    let key = hmac::Key::new(hmac::HMAC_SHA256, extracted.as_ref());
    let mut expand = hmac::Context::with_key(&key);
    expand.update(context);
    expand.update(&[1]);
    let mut derived = Zeroizing::new([0u8; 32]);
    for (to, from) in derived.iter_mut().zip(expand.sign().as_ref()) {
        *to = *from;
    }
    derived
}

/// Seals with AES-256-GCM under a fresh random nonce; `nonce || ciphertext || tag`.
///
/// A key seals far fewer than 2³² times here, so random nonces do not meet (NIST SP 800-38D §8.3).
pub(crate) fn seal(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, NoRandomness> {
    let nonce = random::<NONCE_LEN>()?;
    let mut body = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
    body.extend_from_slice(plain);
    let cipher = cipher(key);
    // Only a text beyond 64 GiB could fail; nothing plain may leave if it does.
    let sealed = cipher.and_then(|cipher| {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        cipher
            .seal_in_place_append_tag(nonce, Aad::from(aad), &mut body)
            .ok()
    });
    if sealed.is_none() {
        body.zeroize();
        return Err(NoRandomness);
    }
    Ok([nonce.as_slice(), &body].concat())
}

/// Opens what [`seal`] made.
pub(crate) fn open(
    key: &[u8; 32],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotAuthentic> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(NotAuthentic)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotAuthentic)?;
    let mut body = Zeroizing::new(body.to_vec());
    let cipher = cipher(key).ok_or(NotAuthentic)?;
    let plain = cipher
        .open_in_place(nonce, Aad::from(aad), &mut body)
        .map_err(|_| NotAuthentic)?
        .len();
    body.truncate(plain);
    Ok(body)
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

/// A type for 32 secret bytes of one purpose: cleared when dropped, invisible to `Debug`.
macro_rules! secret_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<[u8; 32]>);

        impl $name {
            /// Fresh random bytes.
            ///
            /// # Errors
            /// If there is no randomness.
            pub fn generate() -> Result<Self, $crate::NoRandomness> {
                Ok(Self($crate::primitives::random::<32>()?))
            }

            /// From these bytes.
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(Zeroizing::new(bytes))
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}
pub(crate) use secret_bytes;

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::hkdf;

    #[test]
    fn derivation_is_hkdf() {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"label").extract(b"secret");
        let mut expected = [0u8; 32];
        prk.expand(&[b"context"], hkdf::HKDF_SHA256)
            .unwrap()
            .fill(&mut expected)
            .unwrap();
        assert_eq!(*derive(b"secret", b"label", b"context"), expected);
    }

    #[test]
    fn nothing_but_the_very_same_bytes_opens() {
        let sealed = seal(&[1; 32], b"aad", b"plain").unwrap();
        assert_eq!(
            open(&[1; 32], b"aad", &sealed).unwrap().as_slice(),
            b"plain"
        );
        assert!(open(&[2; 32], b"aad", &sealed).is_err());
        assert!(open(&[1; 32], b"other", &sealed).is_err());
        for place in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[place] ^= 1;
            assert!(open(&[1; 32], b"aad", &flipped).is_err(), "{place}");
            assert!(open(&[1; 32], b"aad", &sealed[..place]).is_err(), "{place}");
        }
    }
}
