//! The recovery kit: 32 random bytes on two sheets of paper, from which two keys are derived.
//!
//! It alone signs that a restored ledger may go on, revokes a stolen site key, and reads recordings
//! and backups when the gateway is gone (architecture §8). Either sheet alone tells nothing: one is
//! random, the other is the seed XOR it.

mod half;
mod page;

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use half::{Half, HalfNumber};
pub use page::Sheet;

use crate::primitives::{self, NoRandomness, secret_bytes};
use crate::wrapped::{PrivateKey, PublicKey};

secret_bytes!(
    /// The Ed25519 seed with which the kit signs.
    SigningSeed
);

/// Length of a kit's number in bytes, and in the characters that are printed.
const ID: usize = 5;

/// The kit's number: it tells two kits apart and betrays nothing. Written as eight characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KitId([u8; ID]);

impl KitId {
    fn of(signing: &[u8; 32]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"sekisho/kit-id/v1\0");
        context.update(signing);
        let mut id = [0u8; ID];
        for (to, from) in id.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        Self(id)
    }
}

impl fmt::Display for KitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for KitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KitId({self})")
    }
}

/// The kit's public halves, which the ledger holds from the founding on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KitPublic {
    /// Verifies its signatures (Ed25519).
    #[serde(with = "hexadecimal")]
    pub signing: [u8; 32],
    /// Recording keys and backups are wrapped to it (X25519).
    pub recording: PublicKey,
}

impl KitPublic {
    /// The kit's number.
    pub fn id(&self) -> KitId {
        KitId::of(&self.signing)
    }
}

/// Two sheets do not make a kit. Nothing of what was typed is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// Too few or too many characters.
    #[error("the {which} text has {found} letters and digits, a sheet has {expected}")]
    Length {
        /// Which of the two texts.
        which: Which,
        /// Characters that count.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A group is mistyped.
    #[error("the {which} text: group {group} is mistyped (line {}, place {})", line(*group), place(*group))]
    Mistyped {
        /// Which of the two texts.
        which: Which,
        /// Which group, from 1.
        group: usize,
    },
    /// Each group is well formed, and together they are no sheet.
    #[error(
        "the {which} text is not one whole sheet: are its groups in order, all from one sheet?"
    )]
    NotASheet {
        /// Which of the two texts.
        which: Which,
    },
    /// The sheet was printed by a newer release.
    #[error("the {which} text is a sheet of a newer release: upgrade sekisho")]
    Newer {
        /// Which of the two texts.
        which: Which,
    },
    /// The same sheet twice.
    #[error("both texts are sheet {0}: the other sheet is needed, too")]
    SameSheet(HalfNumber),
    /// Sheets of two kits.
    #[error("the sheets belong to two kits, {first} and {second}")]
    TwoKits {
        /// The number on the first.
        first: String,
        /// The number on the second.
        second: String,
    },
    /// Well-formed sheets that say the same number and give another kit.
    #[error("the two sheets do not fit together")]
    DoNotFit,
}

/// Which of the two texts that were typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one typed first.
    First,
    /// The other.
    Second,
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Second => "second",
        })
    }
}

fn line(group: usize) -> usize {
    group.saturating_sub(1) / half::GROUPS_OF_A_LINE + 1
}

fn place(group: usize) -> usize {
    group.saturating_sub(1) % half::GROUPS_OF_A_LINE + 1
}

/// The kit is not the one whose public halves the site holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is kit {found}; the site's is {expected}")]
pub struct OtherKit {
    /// The number of the kit that was shown.
    pub found: KitId,
    /// The number of the site's kit.
    pub expected: KitId,
}

/// A recovery kit, whole. It exists in memory only: at the founding, and while its holders use it.
#[derive(Clone)]
pub struct Kit {
    seed: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kit(…)")
    }
}

impl Kit {
    /// A fresh kit.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self {
            seed: primitives::random::<32>()?,
        })
    }

    /// The kit of two sheets as typed, in any order, case and width.
    ///
    /// # Errors
    /// Which text, and which group of it, is mistyped; or why the sheets do not go together.
    pub fn from_halves(first: &str, second: &str) -> Result<Self, KitError> {
        let first = half::parse(first, Which::First)?;
        let second = half::parse(second, Which::Second)?;
        if first.id != second.id {
            return Err(KitError::TwoKits {
                first: first.id.to_string(),
                second: second.id.to_string(),
            });
        }
        if first.number == second.number {
            return Err(KitError::SameSheet(first.number));
        }
        let kit = Self {
            seed: xor(&first.share, &second.share),
        };
        if kit.id() != first.id {
            return Err(KitError::DoNotFit);
        }
        Ok(kit)
    }

    /// The two halves for paper. Each call makes another pair, of which only halves of the same pair
    /// fit together: print once.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn halves(&self) -> Result<[Half; 2], NoRandomness> {
        let id = self.id();
        let share = primitives::random::<32>()?;
        let other = xor(&self.seed, &share);
        Ok([
            Half {
                number: HalfNumber::One,
                id,
                share,
            },
            Half {
                number: HalfNumber::Two,
                id,
                share: other,
            },
        ])
    }

    /// Its number.
    pub fn id(&self) -> KitId {
        self.public().id()
    }

    /// Its public halves.
    pub fn public(&self) -> KitPublic {
        let mut signing = [0u8; 32];
        // A seed of 32 bytes is always a key; were it not, the public half would verify nothing.
        if let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(self.signing_seed().as_bytes()) {
            for (to, from) in signing.iter_mut().zip(pair.public_key().as_ref()) {
                *to = *from;
            }
        }
        KitPublic {
            signing,
            recording: self.private_key().public(),
        }
    }

    /// The Ed25519 seed, for the signed notes of `ledger` (`LedgerResumed`).
    pub fn signing_seed(&self) -> SigningSeed {
        let seed = primitives::derive(self.seed.as_slice(), b"sekisho/kit/v1", b"ed25519");
        SigningSeed::from_bytes(*seed)
    }

    /// The X25519 private key, which unwraps recording keys.
    pub fn private_key(&self) -> PrivateKey {
        let key = primitives::derive(self.seed.as_slice(), b"sekisho/kit/v1", b"x25519");
        PrivateKey::from_bytes(*key)
    }

    /// Its Ed25519 signature over a challenge (`login::kit_proof`). Empty if it cannot sign, which
    /// verifies as nothing.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let pair = Ed25519KeyPair::from_seed_unchecked(self.signing_seed().as_bytes()).ok();
        let signature = pair.and_then(|pair| pair.try_sign(message).ok());
        signature
            .map(|signature| signature.as_ref().to_vec())
            .unwrap_or_default()
    }

    /// Whether this is the kit whose public halves the site holds (`sekisho site kit test`): the
    /// sheets are whole and readable, and nothing is exposed by asking.
    ///
    /// # Errors
    /// The numbers of the two kits.
    pub fn test(&self, site: &KitPublic) -> Result<(), OtherKit> {
        let public = self.public();
        if public != *site {
            return Err(OtherKit {
                found: public.id(),
                expected: site.id(),
            });
        }
        Ok(())
    }
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut sum = Zeroizing::new(*one);
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum ^= other;
    }
    sum
}

/// 32 bytes in hexadecimal, for the founding's entry.
mod hexadecimal {
    use data_encoding::HEXLOWER;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(D::Error::custom)?;
        bytes
            .try_into()
            .map_err(|_| D::Error::custom("expected 32 bytes in hexadecimal"))
    }
}

#[cfg(test)]
mod tests;
