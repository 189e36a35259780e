//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), the side that has the password; and the
//! digest of servers before PostgreSQL 10.
//!
//! Random bytes are an argument. The server's last word is verified: a server that does not know the
//! password is not believed.

use std::num::NonZeroU32;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use data_encoding::{BASE64, HEXLOWER};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The most rounds that a server may ask for: a hundred times PostgreSQL's own number and more, and less
/// than a second's work. Without a limit a server could keep us busy for hours.
pub const MAX_ITERATIONS: u32 = 1_000_000;

/// The longest message of a server.
const MAX_MESSAGE: usize = 4096;

/// How the sign-in is tied to the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// Not at all: there is no TLS, or the server offers no `-PLUS`.
    None,
    /// To the server's certificate by this digest of it (`tls-server-end-point`, RFC 5929).
    ServerEndPoint(Vec<u8>),
}

impl Binding {
    /// The mechanism's name.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::None => "SCRAM-SHA-256",
            Self::ServerEndPoint(_) => "SCRAM-SHA-256-PLUS",
        }
    }

    fn header(&self) -> &'static str {
        match self {
            Self::None => "n,,",
            Self::ServerEndPoint(_) => "p=tls-server-end-point,,",
        }
    }
}

/// Why a server is not signed in at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    /// It does not speak as the mechanism has it.
    #[error("the server's SCRAM message has a malformed {0}")]
    Malformed(&'static str),
    /// It asks for more work than there is reason for.
    #[error("the server asks for {0} rounds of PBKDF2, at most {MAX_ITERATIONS} are made")]
    TooMuchWork(u64),
    /// It does not know the password.
    #[error("the server does not prove that it knows the password")]
    NotProved,
    /// It says no.
    #[error("the server refuses: {0}")]
    Refused(String),
}

/// One sign-in.
pub struct Scram {
    binding: Binding,
    first_bare: String,
    nonce: String,
    /// What the server has to prove at the end.
    proof: Option<Vec<u8>>,
}

impl Scram {
    /// Begins, with 18 or more random bytes.
    pub fn new(binding: Binding, random: &[u8]) -> Self {
        let nonce = BASE64.encode(random);
        Self {
            binding,
            // PostgreSQL takes the name from the first packet.
            first_bare: format!("n=,r={nonce}"),
            nonce,
            proof: None,
        }
    }

    /// What is said first.
    pub fn first(&self) -> String {
        format!("{}{}", self.binding.header(), self.first_bare)
    }

    /// Answers the server's first message. Takes up to a second.
    ///
    /// # Errors
    /// If the message cannot be.
    pub fn answer(&mut self, password: &[u8], server: &[u8]) -> Result<String, ScramError> {
        let server = text(server)?;
        let mut parts = server.split(',');
        let mut part = |name: &'static str| {
            let part = parts.next().and_then(|part| part.strip_prefix(name));
            part.and_then(|part| part.strip_prefix('='))
                .ok_or(ScramError::Malformed(name))
        };
        let (nonce, salt, rounds) = (part("r")?, part("s")?, part("i")?);
        let theirs = nonce.strip_prefix(&self.nonce);
        if theirs.is_none_or(str::is_empty) {
            return Err(ScramError::Malformed("r"));
        }
        let salt = BASE64
            .decode(salt.as_bytes())
            .map_err(|_| ScramError::Malformed("s"))?;
        let rounds: u64 = rounds.parse().map_err(|_| ScramError::Malformed("i"))?;
        let rounds = u32::try_from(rounds)
            .ok()
            .filter(|rounds| *rounds <= MAX_ITERATIONS)
            .ok_or(ScramError::TooMuchWork(rounds))?;
        let rounds = NonZeroU32::new(rounds).ok_or(ScramError::Malformed("i"))?;

        let mut salted = Zeroizing::new([0; 32]);
        derive(
            PBKDF2_HMAC_SHA256,
            rounds,
            &salt,
            &prepared(password),
            &mut *salted,
        );
        let client = sign(&hmac(&*salted), b"Client Key");
        let stored = digest(&SHA256, client.as_ref());
        let bound = self.bound();
        let last_bare = format!("c={},r={nonce}", BASE64.encode(&bound));
        let all = format!("{},{server},{last_bare}", self.first_bare);
        let signature = sign(&hmac(stored.as_ref()), all.as_bytes());
        let proof: Vec<u8> = client
            .as_ref()
            .iter()
            .zip(signature.as_ref())
            .map(|(key, signature)| key ^ signature)
            .collect();
        let key = sign(&hmac(&*salted), b"Server Key");
        let expected = sign(&hmac(key.as_ref()), all.as_bytes());
        self.proof = Some(expected.as_ref().to_vec());
        Ok(format!("{last_bare},p={}", BASE64.encode(&proof)))
    }

    /// Verifies the server's last word.
    ///
    /// # Errors
    /// If it refuses, or does not prove that it knows the password.
    pub fn verify(&mut self, server: &[u8]) -> Result<(), ScramError> {
        let server = text(server)?;
        if let Some(why) = server.strip_prefix("e=") {
            return Err(ScramError::Refused(why.to_owned()));
        }
        let proof = server.strip_prefix("v=").unwrap_or_default();
        let proof = BASE64
            .decode(proof.as_bytes())
            .map_err(|_| ScramError::Malformed("v"))?;
        let expected = self.proof.take().ok_or(ScramError::NotProved)?;
        verify_slices_are_equal(&expected, &proof).map_err(|_| ScramError::NotProved)
    }

    fn bound(&self) -> Vec<u8> {
        let mut bound = self.binding.header().as_bytes().to_vec();
        if let Binding::ServerEndPoint(digest) = &self.binding {
            bound.extend_from_slice(digest);
        }
        bound
    }
}

fn text(server: &[u8]) -> Result<&str, ScramError> {
    let short = server.get(..=MAX_MESSAGE).is_none();
    let text = std::str::from_utf8(server).ok().filter(|_| short);
    text.ok_or(ScramError::Malformed("text"))
}

fn hmac(key: &[u8]) -> Key {
    Key::new(HMAC_SHA256, key)
}

/// The password as servers store it: normalised as SASLprep has it (NFKC) where it is text, its bytes
/// otherwise. What SASLprep drops or forbids beyond that is not typed in passwords.
fn prepared(password: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match std::str::from_utf8(password) {
        Ok(text) if !text.is_ascii() => text.nfkc().collect::<String>().into_bytes(),
        Ok(_) | Err(_) => password.to_vec(),
    })
}

/// What a server keeps of a password (PostgreSQL's `SCRAM-SHA-256$rounds:salt$StoredKey:ServerKey`, RFC 5803):
/// a statement that sets it may be logged, and nobody signs in with it. The salt is an argument.
pub fn verifier(password: &[u8], salt: [u8; 16]) -> String {
    const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);
    let mut salted = Zeroizing::new([0; 32]);
    derive(
        PBKDF2_HMAC_SHA256,
        ROUNDS,
        &salt,
        &prepared(password),
        &mut *salted,
    );
    let client = sign(&hmac(&*salted), b"Client Key");
    let stored = digest(&SHA256, client.as_ref());
    let server = sign(&hmac(&*salted), b"Server Key");
    format!(
        "SCRAM-SHA-256${ROUNDS}:{}${}:{}",
        BASE64.encode(&salt),
        BASE64.encode(stored.as_ref()),
        BASE64.encode(server.as_ref())
    )
}

/// What a server before PostgreSQL 10 asks for: `md5` and a digest with its salt.
pub fn md5_password(user: &str, password: &[u8], salt: [u8; 4]) -> Zeroizing<String> {
    let digest = |first: &[u8], second: &[u8]| {
        let joined = Zeroizing::new([first, second].concat());
        HEXLOWER.encode(&*md5::compute(&*joined))
    };
    let inner = Zeroizing::new(digest(password, user.as_bytes()));
    Zeroizing::new(format!("md5{}", digest(inner.as_bytes(), &salt)))
}
