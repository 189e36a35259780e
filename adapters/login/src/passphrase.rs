//! Passphrases: long and not guessable; no composition rules, no forced rotation (S1-3, S1-34).

mod guessable;
mod keyboard;

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::name::is_invisible;
use crate::{NoRandomness, random};

/// The shortest passphrase by default, in characters after NFKC (S1-34: the report asks for 16).
pub const DEFAULT_CHARS: u16 = 16;

/// No policy may go below this (S1-34: the guideline's floor is 13).
pub const FLOOR_CHARS: u16 = 13;

/// The longest passphrase, in characters: room for a sentence, a bound on the work (lesson L24).
pub const MOST_CHARS: usize = 128;

/// The longest text that is looked at, in bytes as typed.
const MOST_BYTES: usize = 1024;

/// Memory of one hash in KiB: 46 MiB, the most that OWASP's equivalent settings for argon2id name.
/// It bounds what a guesser's graphics card can do at once.
pub const MEMORY_KIB: u32 = 47_104;

/// Passes over that memory: twice OWASP's for this size, about 0.1 s, not felt by a person.
pub const PASSES: u32 = 2;

/// Lanes: one, so that a hash costs one core for its time whoever asks.
pub const LANES: u32 = 1;

/// How many hashes the caller should let run at once: strangers can ask for them, so memory is
/// bounded by this times [`MEMORY_KIB`] (invariant 11).
pub const MOST_AT_ONCE: usize = 4;

/// A well-formed hash with the parameters above of which nobody knows a passphrase: its output was
/// drawn at random. An unknown person costs what a known one does.
pub const DUMMY: &str = "$argon2id$v=19$m=47104,t=2,p=1$X3lGSAErm0JybwnRcqb2SQ$Fl3SL4/VdmyPMhCT6nL4nFJg3DfydMwSH1GkiWX0oeg";

/// A passphrase in NFKC, so that full width, half width and decomposed forms are one passphrase.
/// Cleared when dropped.
#[derive(Clone)]
pub struct Passphrase {
    text: Zeroizing<String>,
    whole: bool,
}

impl Passphrase {
    /// A passphrase as typed. One that is too long is cut and can then neither be set nor be right.
    pub fn new(typed: impl Into<String>) -> Self {
        let typed = Zeroizing::new(typed.into());
        let whole = typed.len() <= MOST_BYTES;
        let mut text = Zeroizing::new(String::with_capacity(MOST_BYTES));
        if whole {
            text.extend(typed.nfkc().take(MOST_CHARS + 1));
        }
        Self { text, whole }
    }

    /// Length in characters.
    pub fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// Whether this is the passphrase of `hash`. Costs the same either way.
    #[must_use]
    pub fn is(&self, hash: &Hash) -> bool {
        let equal = match PasswordHash::new(&hash.0) {
            Ok(parsed) => Argon2::default()
                .verify_password(self.text.as_bytes(), &parsed)
                .is_ok(),
            Err(_) => false,
        };
        equal && self.fits()
    }

    /// Hashes it with argon2id and a fresh salt.
    ///
    /// # Errors
    /// If there is no randomness or not enough memory.
    pub fn hash(&self) -> Result<Hash, HashError> {
        let salt = random::<16>()?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?);
        let hash: PasswordHash = hasher
            .hash_password_with_salt(self.text.as_bytes(), salt.as_slice())
            .map_err(|_| HashError::NoMemory)?;
        Ok(Hash(hash.to_string()))
    }

    fn fits(&self) -> bool {
        self.whole && self.chars() <= MOST_CHARS
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

fn params() -> Result<Params, HashError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashError::NoMemory)
}

/// Why a passphrase could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The memory for the hash could not be had.
    #[error("not enough memory to hash a passphrase: {MEMORY_KIB} KiB are needed")]
    NoMemory,
}

/// The argon2id hash of a passphrase, in PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash(String);

/// The text is not an argon2id hash that this gateway would make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an argon2id hash in PHC format")]
pub struct NotAHash;

impl Hash {
    /// Reads a stored hash.
    ///
    /// # Errors
    /// If it is not argon2id, or asks for more work than ours (a hash is data from the store, and
    /// verifying it must not be a way to stop the gateway).
    pub fn parse(text: &str) -> Result<Self, NotAHash> {
        let parsed = PasswordHash::new(text).map_err(|_| NotAHash)?;
        let params = Params::try_from(&parsed).map_err(|_| NotAHash)?;
        let bounded = params.m_cost() <= 4 * MEMORY_KIB
            && params.t_cost() <= 4 * PASSES
            && params.p_cost() <= 4;
        let whole = parsed.hash.is_some() && parsed.salt.is_some();
        if parsed.algorithm.as_str() != "argon2id" || !bounded || !whole {
            return Err(NotAHash);
        }
        Ok(Self(text.to_owned()))
    }

    /// The PHC string, for the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it was made with other parameters than today's: hash anew at the next sign-in.
    pub fn is_outdated(&self) -> bool {
        let ours = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
        !self.0.starts_with(&ours)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("passphrase::Hash(…)")
    }
}

/// The hash of [`DUMMY`].
pub(crate) fn dummy() -> Hash {
    Hash(DUMMY.to_owned())
}

/// Whether a guesser finds a secret that no person types every day, such as a target's password: judged as
/// passphrases are, but for their length and their signs. `context` as for [`Policy::check`].
pub fn is_guessable(secret: &str, context: &[String]) -> bool {
    // Nobody guesses through so many characters, and the estimate would take its time.
    let plain: Zeroizing<String> = Zeroizing::new(secret.nfkc().take(MOST_CHARS).collect());
    guessable::check(&plain, context).is_err()
}

/// How long a passphrase must be. Nothing else about it is configurable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    min_chars: u16,
}

/// The policy would fall below the floor, or ask for more than anybody can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a passphrase has at least {FLOOR_CHARS} and at most {MOST_CHARS} characters; {0} was asked for"
)]
pub struct NotAPolicy(pub u16);

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_chars: DEFAULT_CHARS,
        }
    }
}

impl Policy {
    /// A policy with another minimum.
    ///
    /// # Errors
    /// Below [`FLOOR_CHARS`] or above half of [`MOST_CHARS`].
    pub fn new(min_chars: u16) -> Result<Self, NotAPolicy> {
        if min_chars < FLOOR_CHARS || usize::from(min_chars) > MOST_CHARS / 2 {
            return Err(NotAPolicy(min_chars));
        }
        Ok(Self { min_chars })
    }

    /// The shortest passphrase, in characters.
    pub fn min_chars(self) -> u16 {
        self.min_chars
    }

    /// Whether a passphrase may be set. `context` has what a guesser would try here: names of the
    /// facility, of persons and of vendors, in every script they are written in, and login names.
    ///
    /// # Errors
    /// The first weakness found, never the passphrase.
    pub fn check(self, passphrase: &Passphrase, context: &[String]) -> Result<(), Weakness> {
        if !passphrase.fits() {
            let most = u16::try_from(MOST_CHARS).unwrap_or(u16::MAX);
            return Err(Weakness::TooLong { most });
        }
        if passphrase.text.chars().any(is_invisible) {
            return Err(Weakness::Invisible);
        }
        if passphrase.chars() < usize::from(self.min_chars) {
            return Err(Weakness::TooShort {
                at_least: self.min_chars,
            });
        }
        guessable::check(&passphrase.text, context)
    }
}

/// What is wrong with a passphrase. Its id is its name in kebab-case; `phrases` has a sentence for
/// each that also says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Weakness {
    /// Fewer characters than the policy asks for.
    TooShort {
        /// How many it asks for.
        at_least: u16,
    },
    /// More characters than anybody types.
    TooLong {
        /// How many are possible.
        most: u16,
    },
    /// A control character, or one that cannot be seen: it would not be typed twice alike.
    Invisible,
    /// Little more than a name of this hospital, its people or its vendors, however disguised.
    MadeOfNames,
    /// Little more than words that are tried first, however disguised.
    MadeOfCommonWords,
    /// Little more than neighbouring keys.
    KeyboardWalk,
    /// A short piece, repeated.
    Repeated,
    /// Too few guesses are needed for other reasons: words in their usual order, dates, sequences.
    Guessable,
}

impl Weakness {
    /// The id under which `phrases` has its sentence.
    pub fn id(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "passphrase-too-short",
            Self::TooLong { .. } => "passphrase-too-long",
            Self::Invisible => "passphrase-invisible",
            Self::MadeOfNames => "passphrase-made-of-names",
            Self::MadeOfCommonWords => "passphrase-made-of-common-words",
            Self::KeyboardWalk => "passphrase-keyboard-walk",
            Self::Repeated => "passphrase-repeated",
            Self::Guessable => "passphrase-guessable",
        }
    }

    /// The arguments of its sentence.
    pub fn args(&self) -> Vec<(&'static str, u64)> {
        match self {
            Self::TooShort { at_least } => vec![("at_least", u64::from(*at_least))],
            Self::TooLong { most } => vec![("most", u64::from(*most))],
            Self::Invisible
            | Self::MadeOfNames
            | Self::MadeOfCommonWords
            | Self::KeyboardWalk
            | Self::Repeated
            | Self::Guessable => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
