//! Whether two secrets are the same one, told without either: a keyed hash whose key is made of the vault's
//! own. A tag means nothing to whoever has not opened the key store, and is written nowhere: it lives as
//! long as a comparison.

use ids::SiteId;

use crate::primitives;
use crate::secret::VaultKey;

/// What is equal for equal secrets of one site.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag([u8; 32]);

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tag(…)")
    }
}

/// The tag of a secret.
pub fn tag(key: &VaultKey, site: &SiteId, plain: &[u8]) -> Tag {
    let own = primitives::derive(
        key.as_bytes(),
        b"sekisho/same-secret/v1",
        site.to_string().as_bytes(),
    );
    Tag(*primitives::derive(
        own.as_slice(),
        b"sekisho/same-secret/v1",
        plain,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_secrets_have_equal_tags_under_one_key_at_one_site_and_nowhere_else() {
        let [key, other] = [1, 2].map(|byte| VaultKey::from_bytes([byte; 32]));
        let [handa, osaka] = ["handa", "osaka"].map(|site| site.parse().unwrap());
        let here = tag(&key, &handa, b"secret");
        assert_eq!(here, tag(&key, &handa, b"secret"));
        assert_ne!(here, tag(&key, &handa, b"Secret"));
        assert_ne!(here, tag(&other, &handa, b"secret"));
        assert_ne!(here, tag(&key, &osaka, b"secret"));
        assert_eq!(format!("{here:?}"), "Tag(…)");
    }
}
