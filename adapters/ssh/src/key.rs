//! The keys of machines and logins: Ed25519 and ECDSA, nothing else.

use std::fmt;
use std::str::FromStr;

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::{Algorithm, HashAlg, PrivateKey, PublicKey};
use zeroize::Zeroizing;

/// Why something is no key that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a key at all, or a damaged one.
    #[error("no SSH key: expected a line such as `ssh-ed25519 AAAA…`")]
    Unreadable,
    /// A key of a kind that we do not take.
    #[error(
        "{found} keys are not taken: use ssh-ed25519 or ecdsa-sha2-nistp256, -nistp384, -nistp521"
    )]
    Kind {
        /// What it called itself.
        found: String,
    },
    /// The private key is protected by a passphrase, which nobody could type here.
    #[error("the private key has a passphrase: store it without one, it is sealed at rest")]
    Encrypted,
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

/// The public key by which a machine is known. Two are equal when they are the same key.
#[derive(Clone, PartialEq, Eq)]
pub struct HostKey(PublicKey);

impl HostKey {
    /// Reads a line: `KIND BASE64 [COMMENT]`, also as it stands in `known_hosts`, `NAMES KIND BASE64`.
    ///
    /// # Errors
    /// [`KeyError`]: unreadable, or not Ed25519 or ECDSA (RSA, DSA, `sk-` keys and certificates are
    /// refused by name).
    pub fn parse(line: &str) -> Result<Self, KeyError> {
        let words: Vec<&str> = line.split_whitespace().take(4).collect();
        let at = words
            .iter()
            .take(3)
            .position(|word| looks_like_a_kind(word))
            .ok_or(KeyError::Unreadable)?;
        let kind = words.get(at).copied().unwrap_or_default();
        let blob = words.get(at + 1).ok_or(KeyError::Unreadable)?;
        // A marker (`@revoked`, `@cert-authority`) says something else than "this is the key".
        if words.first().is_some_and(|first| first.starts_with('@')) {
            return Err(KeyError::Unreadable);
        }
        if !TAKEN.contains(&kind) {
            return Err(KeyError::Kind {
                found: kind.to_owned(),
            });
        }
        let key =
            PublicKey::from_openssh(&format!("{kind} {blob}")).map_err(|_| KeyError::Unreadable)?;
        Self::taken(&key)
    }

    pub(crate) fn taken(key: &PublicKey) -> Result<Self, KeyError> {
        if !is_taken(&key.algorithm()) {
            return Err(KeyError::Kind {
                found: key.algorithm().to_string(),
            });
        }
        Ok(Self(PublicKey::new(key.key_data().clone(), "")))
    }

    /// As OpenSSH prints it: `SHA256:` and unpadded base64.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The same digest, as bytes.
    pub fn sha256(&self) -> [u8; 32] {
        let fingerprint = self.0.fingerprint(HashAlg::Sha256);
        let mut digest = [0; 32];
        for (to, from) in digest.iter_mut().zip(fingerprint.as_bytes()) {
            *to = *from;
        }
        digest
    }

    /// `ssh-ed25519` and the like.
    pub fn kind(&self) -> String {
        self.0.algorithm().to_string()
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.0
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }

    pub(crate) fn is(&self, key: &PublicKey) -> bool {
        self.0.key_data() == key.key_data()
    }
}

const TAKEN: &[&str] = &[
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
];

fn is_taken(algorithm: &Algorithm) -> bool {
    TAKEN.contains(&algorithm.as_str())
}

/// Whether a word names a kind of key, ours or not. No base64 and no host name begins so.
fn looks_like_a_kind(word: &str) -> bool {
    let begins = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-", "rsa-sha2-"];
    begins.iter().any(|begin| word.starts_with(begin))
}

impl FromStr for HostKey {
    type Err = KeyError;

    fn from_str(line: &str) -> Result<Self, KeyError> {
        Self::parse(line)
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.0.to_openssh().map_err(|_| fmt::Error)?;
        f.write_str(line.trim_end())
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostKey({} {})", self.kind(), self.fingerprint())
    }
}

/// A key of our own (Ed25519): what the gateway shows to engineers, or what it signs in to a target
/// with. Wiped when dropped; `Debug` shows the public half.
#[derive(Clone)]
pub struct HostKeyPair(Seed);

/// A login key that the gateway made for a target: the target's administrator enters the public line
/// in `authorized_keys`.
#[derive(Clone)]
pub struct LoginKey(Seed);

type Seed = Zeroizing<[u8; 32]>;

fn fresh() -> Result<Seed, KeyError> {
    let mut seed = Seed::default();
    getrandom::fill(seed.as_mut_slice()).map_err(|_| KeyError::NoRandomness)?;
    Ok(seed)
}

fn private(seed: &Seed, comment: &str) -> Result<PrivateKey, KeyError> {
    let pair = Ed25519Keypair::from_seed(seed);
    PrivateKey::new(KeypairData::Ed25519(pair), comment).map_err(|_| KeyError::Unreadable)
}

fn public(seed: &Seed) -> HostKey {
    let pair = Ed25519Keypair::from_seed(seed);
    HostKey(PublicKey::new(pair.public.into(), ""))
}

impl HostKeyPair {
    /// A new one, from the operating system's randomness.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        fresh().map(Self)
    }

    /// The one that [`bytes`](Self::bytes) gave, or 32 random bytes.
    pub fn from_bytes(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(seed)
    }

    /// The Ed25519 seed (RFC 8032 §5.1.5), to be sealed at rest.
    pub fn bytes(&self) -> &Zeroizing<[u8; 32]> {
        &self.0
    }

    /// What engineers' clients see and pin.
    pub fn public(&self) -> HostKey {
        public(&self.0)
    }

    pub(crate) fn private(&self) -> Result<PrivateKey, KeyError> {
        private(&self.0, "")
    }
}

impl LoginKey {
    /// A new one, from the operating system's randomness.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        fresh().map(Self)
    }

    /// The line for `authorized_keys`. `restrict` forbids forwardings on the target too, `pty` allows
    /// the shell that grants may allow.
    pub fn authorized_line(&self, comment: &str) -> String {
        format!("restrict,pty {}", self.line(comment))
    }

    /// The line for `authorized_keys` with which a target trusts certificates of this key
    /// ([`certify`](crate::certify)), under the same restrictions.
    pub fn authority_line(&self, comment: &str) -> String {
        format!("cert-authority,restrict,pty {}", self.line(comment))
    }

    fn line(&self, comment: &str) -> String {
        let comment: String = comment
            .chars()
            .filter(|letter| letter.is_ascii_graphic())
            .take(64)
            .collect();
        format!("{} {comment}", self.public())
    }

    /// Its public half.
    pub fn public(&self) -> HostKey {
        public(&self.0)
    }

    /// OpenSSH's private key file, for the vault and for
    /// [`Secret::PrivateKey`](crate::Secret::PrivateKey).
    ///
    /// # Errors
    /// Never in practice; the encoder's errors are passed on as [`KeyError::Unreadable`].
    pub fn pem(&self) -> Result<Zeroizing<String>, KeyError> {
        private(&self.0, "sekisho")?
            .to_openssh(LineEnding::LF)
            .map_err(|_| KeyError::Unreadable)
    }
}

impl fmt::Debug for HostKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostKeyPair({})", self.public().fingerprint())
    }
}

impl fmt::Debug for LoginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginKey({})", self.public().fingerprint())
    }
}

/// Reads a private key file, if it is one that we take and without passphrase.
pub(crate) fn read_private(pem: &str) -> Result<PrivateKey, KeyError> {
    let key = PrivateKey::from_openssh(pem).map_err(|_| KeyError::Unreadable)?;
    if key.is_encrypted() {
        return Err(KeyError::Encrypted);
    }
    if !is_taken(&key.algorithm()) {
        return Err(KeyError::Kind {
            found: key.algorithm().to_string(),
        });
    }
    Ok(key)
}

/// Whether a private key file is one that a target can be signed in to with: to be asked when it is
/// stored, not when it is needed. Gives its public line.
///
/// # Errors
/// [`KeyError`].
pub fn check_private_key(pem: &str) -> Result<HostKey, KeyError> {
    HostKey::taken(read_private(pem)?.public_key())
}

#[cfg(test)]
mod tests;
