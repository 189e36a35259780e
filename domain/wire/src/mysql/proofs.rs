//! How a password is proved to a server.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use data_encoding::HEXUPPER;
use zeroize::Zeroizing;

/// Ways of signing in that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plugin {
    /// `mysql_native_password`: SHA-1 over the challenge.
    Native,
    /// `caching_sha2_password` (MySQL 8): SHA-256 over the challenge, or the password inside TLS.
    CachingSha2,
    /// `sha256_password`: the password inside TLS.
    Sha256,
    /// `mysql_clear_password`: the password inside TLS.
    Clear,
    /// `client_ed25519` (MariaDB): a signature over the challenge.
    Ed25519,
}

impl Plugin {
    /// By its name.
    pub fn of(name: &str) -> Option<Self> {
        [
            Self::Native,
            Self::CachingSha2,
            Self::Sha256,
            Self::Clear,
            Self::Ed25519,
        ]
        .into_iter()
        .find(|plugin| plugin.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "mysql_native_password",
            Self::CachingSha2 => "caching_sha2_password",
            Self::Sha256 => "sha256_password",
            Self::Clear => "mysql_clear_password",
            Self::Ed25519 => "client_ed25519",
        }
    }
}

/// Why a password is not proved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// The password would be said in the clear.
    #[error("{0:?} says the password itself, which is done inside TLS alone")]
    WithoutTls(Plugin),
    /// A challenge of another length than this way's.
    #[error("a challenge of {found} bytes, {expected} were expected")]
    Challenge {
        /// What came.
        found: usize,
        /// What this way has.
        expected: usize,
    },
}

/// Signs a challenge with the key that MariaDB makes of a password: what does it brings randomness along, which
/// has no place on this floor.
pub type Sign = fn(password: &[u8], challenge: &[u8]) -> Zeroizing<Vec<u8>>;

/// What proves a password to a server that gave this challenge.
///
/// # Errors
/// If it would be said in the clear outside of TLS, or the challenge is none of this way.
pub fn prove(
    plugin: Plugin,
    password: &[u8],
    challenge: &[u8],
    tls: bool,
    sign: Sign,
) -> Result<Zeroizing<Vec<u8>>, NotProved> {
    let expected = match plugin {
        Plugin::Native | Plugin::CachingSha2 => Some(20),
        Plugin::Ed25519 => Some(32),
        Plugin::Sha256 | Plugin::Clear => None,
    };
    if let Some(expected) = expected.filter(|expected| *expected != challenge.len()) {
        let found = challenge.len();
        return Err(NotProved::Challenge { found, expected });
    }
    match plugin {
        Plugin::Native => Ok(native(password, challenge)),
        Plugin::CachingSha2 => Ok(caching(password, challenge)),
        Plugin::Ed25519 => Ok(sign(password, challenge)),
        Plugin::Sha256 | Plugin::Clear if tls => Ok(Zeroizing::new([password, &[0]].concat())),
        Plugin::Sha256 | Plugin::Clear => Err(NotProved::WithoutTls(plugin)),
    }
}

fn hash(by: &'static Algorithm, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let joined = Zeroizing::new(parts.concat());
    Zeroizing::new(digest(by, &joined).as_ref().to_vec())
}

fn xor(first: &[u8], second: &[u8]) -> Zeroizing<Vec<u8>> {
    let pairs = first.iter().zip(second);
    Zeroizing::new(pairs.map(|(first, second)| first ^ second).collect())
}

/// `SHA1(password) XOR SHA1(challenge ‖ SHA1(SHA1(password)))`.
fn native(password: &[u8], challenge: &[u8]) -> Zeroizing<Vec<u8>> {
    let by = &SHA1_FOR_LEGACY_USE_ONLY;
    let once = hash(by, &[password]);
    let twice = hash(by, &[&once]);
    xor(&once, &hash(by, &[challenge, &twice]))
}

/// What a server keeps of a password for `mysql_native_password`: a statement that sets it may be logged.
pub fn native_hash(password: &[u8]) -> String {
    let by = &SHA1_FOR_LEGACY_USE_ONLY;
    let twice = hash(by, &[&hash(by, &[password])]);
    format!("*{}", HEXUPPER.encode(&twice))
}

/// `SHA256(password) XOR SHA256(SHA256(SHA256(password)) ‖ challenge)`.
fn caching(password: &[u8], challenge: &[u8]) -> Zeroizing<Vec<u8>> {
    let once = hash(&SHA256, &[password]);
    let twice = hash(&SHA256, &[&once]);
    xor(&once, &hash(&SHA256, &[&twice, challenge]))
}
