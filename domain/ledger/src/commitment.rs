//! A personal value as a salted digest that the ledger can keep when the value is erased.

use data_encoding::HEXLOWER;
use ids::Commitment;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::{sha256_of, to_u64};

const DOMAIN: &[u8] = b"sekisho/commitment/v1\0";

/// The digest that stands for `value`: SHA-256 of a fixed prefix, the salt, the length of the label
/// (32 bits, big-endian), the label and the value. The salt is random and never used twice: it
/// keeps short values from being guessed from the digest.
pub fn commit(salt: &[u8; 32], label: &str, value: &str) -> Commitment {
    // Labels are short words of ours; the length keeps a byte from moving into the value.
    let length = u32::try_from(to_u64(label.len())).unwrap_or(u32::MAX);
    Commitment(sha256_of(&[
        DOMAIN,
        salt,
        &length.to_be_bytes(),
        label.as_bytes(),
        value.as_bytes(),
    ]))
}

/// The random 32 bytes of one commitment. Written as lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt")
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = || serde::de::Error::custom("expected 64 lower-case hexadecimal digits");
        let text = String::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| expected())?;
        Ok(Self(bytes.try_into().map_err(|_| expected())?))
    }
}

/// What shows the value behind a commitment to somebody entitled to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The commitment as it stands in an entry.
    pub commitment: Commitment,
    /// Its salt.
    pub salt: Salt,
    /// What kind of value: `name`, `contact`, `purpose` …
    pub label: String,
    /// The value.
    pub value: String,
}

/// Personal values and salts belong in no log.
impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opening({}, {})", self.label, self.commitment.0)
    }
}

impl Opening {
    /// Commits to a value.
    pub fn new(salt: [u8; 32], label: &str, value: &str) -> Self {
        Self {
            commitment: commit(&salt, label, value),
            salt: Salt(salt),
            label: label.to_owned(),
            value: value.to_owned(),
        }
    }

    /// Whether this is what was committed to.
    pub fn opens(&self) -> bool {
        commit(&self.salt.0, &self.label, &self.value) == self.commitment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_opens_to_its_own_salt_label_and_value_only() {
        let opening = Opening::new([7; 32], "name", "山田 花子");
        assert!(opening.opens());
        let other = |change: fn(&mut Opening)| {
            let mut changed = opening.clone();
            change(&mut changed);
            changed.opens()
        };
        assert!(!other(|o| o.value.push(' ')));
        assert!(!other(|o| o.label = "contact".into()));
        assert!(!other(|o| o.salt.0[31] ^= 1));
        assert!(!other(|o| o.commitment.0.0[0] ^= 1));
    }

    #[test]
    fn a_byte_cannot_move_from_the_label_to_the_value() {
        assert_ne!(commit(&[0; 32], "ab", "c"), commit(&[0; 32], "a", "bc"));
    }

    #[test]
    fn the_digest_is_the_one_that_is_documented() {
        let mut bytes = b"sekisho/commitment/v1\0".to_vec();
        bytes.extend([9; 32]);
        bytes.extend([0, 0, 0, 4]);
        bytes.extend(b"namehanako");
        let expected = crate::hash::sha256(&bytes);
        assert_eq!(commit(&[9; 32], "name", "hanako").0, expected);
    }

    #[test]
    fn neither_salt_nor_value_shows_itself_in_a_log() {
        let opening = Opening::new([0xab; 32], "name", "山田");
        let shown = format!("{opening:?} {:?}", opening.salt);
        let expected = format!("Opening(name, {}) Salt", opening.commitment.0);
        assert_eq!(shown, expected);
    }
}
