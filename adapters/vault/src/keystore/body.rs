//! The key store's plain body: a count, then each key as its name and its bytes with their lengths.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{CaKey, Keys, SiteSeed, TokenKey};
use crate::secret::VaultKey;
use crate::wrapped::PrivateKey;

/// The longest key, in bytes; an RSA key would have about 2,400.
pub(super) const LONGEST_KEY: usize = 8 * 1024;

/// Keys by their names.
pub(super) type Named = BTreeMap<String, Zeroizing<Vec<u8>>>;

pub(super) fn encode(keys: &Keys, others: &Named) -> Zeroizing<Vec<u8>> {
    let own: [(&str, &[u8]); 5] = [
        ("site", keys.site.as_bytes()),
        ("ca", keys.ca.as_pkcs8()),
        ("vault", keys.vault.as_bytes()),
        ("recording", keys.recording.as_bytes()),
        ("tokens", keys.tokens.as_bytes()),
    ];
    let others = others
        .iter()
        .map(|(name, key)| (name.as_str(), key.as_slice()));
    let all: Vec<(&str, &[u8])> = own.into_iter().chain(others).collect();
    // Whole at once: a vector that grows would leave copies of keys behind.
    let length = all
        .iter()
        .map(|(name, key)| 3 + name.len() + key.len())
        .sum();
    let mut plain = Zeroizing::new(Vec::with_capacity(length));
    for (name, key) in all {
        plain.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        plain.extend_from_slice(name.as_bytes());
        plain.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_be_bytes());
        plain.extend_from_slice(key);
    }
    plain
}

pub(super) fn decode(mut plain: &[u8]) -> Result<Named, &'static str> {
    let mut named = Named::new();
    while !plain.is_empty() {
        let (name, key, rest) = one(plain).ok_or("its body is cut off")?;
        let name = String::from_utf8(name.to_vec()).map_err(|_| "a key's name is not text")?;
        if key.len() > LONGEST_KEY {
            return Err("a key is too long");
        }
        if named.insert(name, Zeroizing::new(key.to_vec())).is_some() {
            return Err("a key stands in it twice");
        }
        plain = rest;
    }
    Ok(named)
}

fn one(plain: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = plain.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((name, key, rest))
}

/// Takes the site's own keys out; the others stay.
pub(super) fn take_keys(named: &mut Named) -> Result<Keys, &'static str> {
    let mut seed = |name| -> Result<[u8; 32], &'static str> {
        let bytes = named
            .remove(name)
            .ok_or("one of the site's keys is missing")?;
        bytes
            .as_slice()
            .try_into()
            .map_err(|_| "one of the site's keys has a wrong length")
    };
    let (site, vault) = (seed("site")?, seed("vault")?);
    let (recording, tokens) = (seed("recording")?, seed("tokens")?);
    let ca = named.remove("ca").ok_or("the CA's key is missing")?;
    Ok(Keys {
        site: SiteSeed::from_bytes(site),
        ca: CaKey::from_pkcs8(ca.to_vec()),
        vault: VaultKey::from_bytes(vault),
        recording: PrivateKey::from_bytes(recording),
        tokens: TokenKey::from_bytes(tokens),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_body_may_be_decoded(plain in proptest::collection::vec(0u8..=255, 0..200)) {
            if let Ok(mut named) = decode(&plain) {
                let _ = take_keys(&mut named);
            }
        }
    }

    #[test]
    fn a_body_cut_anywhere_has_not_all_keys() {
        let keys = Keys::generate(CaKey::from_pkcs8(vec![5; 83])).unwrap();
        let plain = encode(&keys, &Named::new());
        for length in 0..plain.len() {
            let keys = decode(&plain[..length]).and_then(|mut named| take_keys(&mut named));
            assert!(keys.is_err(), "{length}");
        }
    }
}
