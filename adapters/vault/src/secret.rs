//! Secrets for targets, and the secrets of one-time codes: entries hold a reference, the store holds
//! sealed bytes, and only the running gateway can open them (invariant 8).

use std::fmt;
use std::str::FromStr;

use ids::SiteId;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::primitives::{self, NoRandomness, secret_bytes};

/// The longest secret, in bytes: an RSA-4096 key in PEM has about 3,300.
pub const LONGEST_SECRET: usize = 16 * 1024;

/// The version of the sealed form, its first byte.
const VERSION: u8 = 1;

secret_bytes!(
    /// The key under which all secrets of a site are sealed, each with its own derived key.
    VaultKey
);

/// The name of a secret, for example `target-3/password`: what an entry may say about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SecretRef(String);

/// The text cannot name a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is named by 1 to 100 characters of a-z, 0-9, '-', '.' and '/'")]
pub struct NotASecretRef;

impl SecretRef {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretRef {
    type Err = NotASecretRef;

    fn from_str(text: &str) -> Result<Self, NotASecretRef> {
        let possible = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'/');
        if text.is_empty() || text.len() > 100 || !text.bytes().all(possible) {
            return Err(NotASecretRef);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Why a secret was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is longer than [`LONGEST_SECRET`].
    #[error("a secret has at most {LONGEST_SECRET} bytes")]
    TooLong,
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Why a secret was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed by a newer release.
    #[error("the secret {secret} was sealed by a newer release (form {version})")]
    Newer {
        /// Which.
        secret: SecretRef,
        /// The form's version.
        version: u8,
    },
    /// It was sealed under another key, for another site or reference, or it was altered.
    #[error("the secret {secret} was altered, or sealed with another vault key, site or name")]
    NotAuthentic {
        /// Which.
        secret: SecretRef,
    },
}

/// Seals a secret for this site and reference; it opens for no other.
///
/// # Errors
/// See [`SealError`].
pub fn seal(
    key: &VaultKey,
    site: &SiteId,
    name: &SecretRef,
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    if plain.len() > LONGEST_SECRET {
        return Err(SealError::TooLong);
    }
    let bound = bound_to(site, name);
    let own = primitives::derive(key.as_bytes(), b"sekisho/secret/v1", &bound);
    let mut sealed = vec![VERSION];
    sealed.extend(primitives::seal(&own, &bound, plain)?);
    Ok(sealed)
}

/// Opens a secret.
///
/// # Errors
/// See [`OpenError`].
pub fn open(
    key: &VaultKey,
    site: &SiteId,
    name: &SecretRef,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let altered = || OpenError::NotAuthentic {
        secret: name.clone(),
    };
    let (version, body) = sealed.split_first().ok_or_else(altered)?;
    if *version != VERSION {
        return Err(OpenError::Newer {
            secret: name.clone(),
            version: *version,
        });
    }
    let bound = bound_to(site, name);
    let own = primitives::derive(key.as_bytes(), b"sekisho/secret/v1", &bound);
    primitives::open(&own, &bound, body).map_err(|_| altered())
}

/// The site and the reference, neither of which contains a zero byte.
fn bound_to(site: &SiteId, name: &SecretRef) -> Vec<u8> {
    [
        b"sekisho/secret/v1\0",
        site.as_str().as_bytes(),
        b"\0",
        name.as_str().as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SecretRef {
        text.parse().unwrap()
    }

    #[test]
    fn a_secret_opens_for_its_own_site_and_name_only() {
        let key = VaultKey::generate().unwrap();
        let (handa, osaka): (SiteId, SiteId) = ("handa".parse().unwrap(), "osaka".parse().unwrap());
        let sealed = seal(&key, &handa, &name("target-3/password"), b"open sesame").unwrap();
        let open_as = |key, site, secret| open(key, site, &name(secret), &sealed);
        assert_eq!(
            open_as(&key, &handa, "target-3/password")
                .unwrap()
                .as_slice(),
            b"open sesame"
        );
        assert!(open_as(&key, &osaka, "target-3/password").is_err());
        assert!(open_as(&key, &handa, "target-4/password").is_err());
        assert!(open_as(&VaultKey::generate().unwrap(), &handa, "target-3/password").is_err());
    }

    #[test]
    fn the_sealed_form_shows_nothing_and_is_never_twice_the_same() {
        let key = VaultKey::generate().unwrap();
        let site = "handa".parse().unwrap();
        let once = seal(&key, &site, &name("a"), b"open sesame").unwrap();
        let twice = seal(&key, &site, &name("a"), b"open sesame").unwrap();
        assert_ne!(once, twice);
        assert!(!once.windows(4).any(|window| window == b"open"));
        assert_eq!(format!("{key:?}"), "VaultKey(…)");
    }

    #[test]
    fn a_secret_of_a_newer_release_is_named_as_such() {
        let key = VaultKey::generate().unwrap();
        let site = "handa".parse().unwrap();
        let mut sealed = seal(&key, &site, &name("a"), b"x").unwrap();
        sealed[0] = 2;
        assert_eq!(
            open(&key, &site, &name("a"), &sealed),
            Err(OpenError::Newer {
                secret: name("a"),
                version: 2
            })
        );
    }

    #[test]
    fn l24_an_endless_secret_or_a_strange_name_is_refused() {
        let key = VaultKey::generate().unwrap();
        let site = "handa".parse().unwrap();
        assert_eq!(
            seal(&key, &site, &name("a"), &[0; 16 * 1024 + 1]),
            Err(SealError::TooLong)
        );
        for wrong in ["", "A", "a b", "病院", "a\0b", &"a".repeat(101)] {
            assert_eq!(wrong.parse::<SecretRef>(), Err(NotASecretRef), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_may_be_opened(bytes in proptest::collection::vec(0u8..=255, 0..100)) {
            let key = VaultKey::from_bytes([1; 32]);
            let site = "handa".parse().unwrap();
            proptest::prop_assert!(open(&key, &site, &name("a"), &bytes).is_err());
        }
    }
}
