//! Signed notes: text with signatures under it (C2SP signed-note), and cosignatures with a time
//! (C2SP tlog-cosignature, `cosignature/v1`).
//!
//! The text of a note means nothing until a key that the reader already trusts has verified it.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::{BASE64, HEXLOWER};
use ids::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base64;
use crate::hash::sha256_of;

/// The longest note that is read, in bytes: a checkpoint with [`MAX_SIGNATURES`] cosignatures fits.
pub const MAX_NOTE: usize = 64 * 1024;

/// The most signatures under one note. The specification wants at least 16 accepted.
pub const MAX_SIGNATURES: usize = 256;

/// The longest key name, in bytes.
pub const MAX_NAME: usize = 255;

/// How a key signs. The numbers are those of the C2SP registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// 0x01: Ed25519 over the text of the note.
    Ed25519,
    /// 0x04: Ed25519 over `cosignature/v1`, a time in seconds, and the text.
    Cosignature,
}

impl Algorithm {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// The name is empty, too long, or holds a space, a plus or a control character.
    #[error("{0:?} is not a key name: expected 1 to {MAX_NAME} bytes without spaces or \"+\"")]
    Name(String),
    /// Not `name+id+key`.
    #[error("expected NAME+ID+KEY: a name, 8 hexadecimal digits, and base64")]
    Form,
    /// The id is not the one of this name and key.
    #[error("the id of this name and key is {computed:08x}, not {written:08x}")]
    Id {
        /// The id as it follows from name and key.
        computed: u32,
        /// The id as written.
        written: u32,
    },
    /// The key is of a kind that is not known here, or is not 32 bytes.
    #[error("expected an Ed25519 key of type 01 or 04")]
    Kind,
    /// The seed is not one.
    #[error("expected a seed of 32 bytes")]
    Seed,
}

/// A public key with its name: who may have signed. Written `name+id+base64(type || key)`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verifier {
    name: String,
    algorithm: Algorithm,
    key: [u8; 32],
    id: u32,
}

impl Verifier {
    /// A key under a name.
    ///
    /// # Errors
    /// If the name is malformed.
    pub fn new(name: &str, algorithm: Algorithm, key: [u8; 32]) -> Result<Self, NotAKey> {
        if !is_name(name) {
            return Err(NotAKey::Name(name.chars().take(64).collect()));
        }
        Ok(Self {
            name: name.to_owned(),
            algorithm,
            key,
            id: key_id(name, algorithm, &key),
        })
    }

    /// The name under which it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The first four bytes of SHA-256 over name, newline, type and key: tells keys of one name
    /// apart, and proves nothing.
    pub fn key_id(&self) -> u32 {
        self.id
    }

    /// Whether the signature line names this key.
    pub fn is_named_by(&self, signature: &Signature) -> bool {
        self.id == signature.id && self.name == signature.name
    }

    /// Checks one signature over a note's text, and returns the time that a cosigner put on it.
    fn check(&self, text: &str, signature: &Signature) -> Option<Option<Timestamp>> {
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        match self.algorithm {
            Algorithm::Ed25519 => {
                key.verify(text.as_bytes(), &signature.bytes).ok()?;
                Some(None)
            }
            Algorithm::Cosignature => {
                let (time, bytes) = signature.bytes.split_first_chunk::<8>()?;
                let seconds = u64::from_be_bytes(*time);
                let at = Timestamp::from_seconds(i64::try_from(seconds).ok()?);
                // Later than any moment that can be written: the time would not be what was signed.
                if u64::try_from(at.as_seconds()) != Ok(seconds) {
                    return None;
                }
                key.verify(cosigned(text, seconds).as_bytes(), bytes).ok()?;
                Some(Some(at))
            }
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = vec![self.algorithm.byte()];
        material.extend_from_slice(&self.key);
        let key = BASE64.encode(&material);
        write!(f, "{}+{:08x}+{key}", self.name, self.id)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({self})")
    }
}

impl FromStr for Verifier {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAKey::Form);
        };
        let id = HEXLOWER
            .decode(id.as_bytes())
            .map_err(|_| NotAKey::Form)?
            .try_into()
            .map_err(|_| NotAKey::Form)?;
        let written = u32::from_be_bytes(id);
        let material = base64::decode(material).ok_or(NotAKey::Form)?;
        let (kind, key) = material.split_first().ok_or(NotAKey::Kind)?;
        let algorithm = Algorithm::from_byte(*kind).ok_or(NotAKey::Kind)?;
        let key = key.try_into().map_err(|_| NotAKey::Kind)?;
        let verifier = Self::new(name, algorithm, key)?;
        if verifier.id != written {
            return Err(NotAKey::Id {
                computed: verifier.id,
                written,
            });
        }
        Ok(verifier)
    }
}

impl Serialize for Verifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Verifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A private key with its name. Shows only its public half.
pub struct Signer {
    pair: Ed25519KeyPair,
    verifier: Verifier,
}

impl Signer {
    /// The key that a 32-byte Ed25519 seed (RFC 8032 §5.1.5) makes. The caller keeps, and wipes,
    /// the seed.
    ///
    /// # Errors
    /// If the name is malformed.
    pub fn new(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey::Seed)?;
        let key = pair.public_key().as_ref();
        let key = key.try_into().map_err(|_| NotAKey::Seed)?;
        let verifier = Verifier::new(name, algorithm, key)?;
        Ok(Self { pair, verifier })
    }

    /// A key that signs text ([`Algorithm::Ed25519`]): a site, a recovery kit.
    ///
    /// # Errors
    /// As [`Signer::new`].
    pub fn ed25519(name: &str, seed: &[u8; 32]) -> Result<Self, NotAKey> {
        Self::new(name, Algorithm::Ed25519, seed)
    }

    /// A key that cosigns checkpoints ([`Algorithm::Cosignature`]): a witness.
    ///
    /// # Errors
    /// As [`Signer::new`].
    pub fn cosigner(name: &str, seed: &[u8; 32]) -> Result<Self, NotAKey> {
        Self::new(name, Algorithm::Cosignature, seed)
    }

    /// The public half.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The signature line for a text. A cosigner puts `now` on it, to the second; other keys have
    /// no time to put.
    pub fn sign(&self, text: &str, now: Timestamp) -> Signature {
        let bytes = match self.verifier.algorithm {
            Algorithm::Ed25519 => self.pair.sign(text.as_bytes()).as_ref().to_vec(),
            Algorithm::Cosignature => {
                let seconds = u64::try_from(now.as_seconds()).unwrap_or(0);
                let signature = self.pair.sign(cosigned(text, seconds).as_bytes());
                [&seconds.to_be_bytes(), signature.as_ref()].concat()
            }
        };
        Signature {
            name: self.verifier.name.clone(),
            id: self.verifier.id,
            bytes,
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

/// One signature line: who claims to have signed, and the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl Signature {
    /// The name of the key that is claimed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that is claimed.
    pub fn key_id(&self) -> u32 {
        self.id
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let decoded = base64::decode(encoded)?;
        let (id, bytes) = decoded.split_first_chunk::<4>()?;
        if !is_name(name) || bytes.is_empty() {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            id: u32::from_be_bytes(*id),
            bytes: bytes.to_vec(),
        })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = BASE64.encode(&[&self.id.to_be_bytes(), self.bytes.as_slice()].concat());
        write!(f, "\u{2014} {} {encoded}", self.name)
    }
}

/// Why bytes are not a signed note, or nobody trusted has signed it. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too many bytes.
    #[error("the note is longer than {MAX_NOTE} bytes")]
    TooLong,
    /// Too many signatures.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A control character, or bytes that are not UTF-8.
    #[error("line {line}: expected text without control characters")]
    NotText {
        /// Where.
        line: usize,
    },
    /// A text to be signed does not end in a newline.
    #[error("the text does not end in a newline")]
    NoNewline,
    /// No blank line between text and signatures.
    #[error("expected text, a blank line, and signatures")]
    NoSignatures,
    /// A signature line is malformed.
    #[error("line {line}: expected a signature: dash, key name, base64")]
    SignatureLine {
        /// Where.
        line: usize,
    },
    /// A known key is named and its signature does not verify.
    #[error("line {line}: the signature of {name} does not verify")]
    BadSignature {
        /// Where.
        line: usize,
        /// The key named.
        name: String,
    },
    /// No known key has signed.
    #[error("none of the known keys has signed")]
    NobodyKnown,
}

/// One signature that verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The key.
    pub by: Verifier,
    /// When a cosigner saw it; `None` for a signature without a time.
    pub at: Option<Timestamp>,
}

/// Text with one or more signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

impl SignedNote {
    /// Signs a text. A cosigner puts `now` on its line.
    ///
    /// # Errors
    /// If the text is too long, does not end in a newline, or holds control characters.
    pub fn sign(text: &str, signer: &Signer, now: Timestamp) -> Result<Self, NoteError> {
        check_text(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::NoNewline);
        }
        let signatures = vec![signer.sign(text, now)];
        let note = Self {
            text: text.to_owned(),
            signatures,
        };
        note.within_limits()
    }

    /// This note with one more signature. A signature of the same key is replaced.
    ///
    /// # Errors
    /// If the limits of a note are passed.
    pub fn and(mut self, signer: &Signer, now: Timestamp) -> Result<Self, NoteError> {
        let signature = signer.sign(&self.text, now);
        self.signatures
            .retain(|held| !signer.verifier.is_named_by(held));
        self.signatures.push(signature);
        self.within_limits()
    }

    /// This note with the signatures of another note over the same text that it does not have.
    ///
    /// # Errors
    /// If the limits of a note are passed.
    pub fn merged(mut self, other: &Self) -> Result<Self, NoteError> {
        if self.text == other.text {
            for signature in &other.signatures {
                let held = |own: &Signature| (own.id, &own.name) == (signature.id, &signature.name);
                if !self.signatures.iter().any(held) {
                    self.signatures.push(signature.clone());
                }
            }
        }
        self.within_limits()
    }

    fn within_limits(self) -> Result<Self, NoteError> {
        if self.signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        if self.to_string().len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        Ok(self)
    }

    /// Reads a note from bytes.
    ///
    /// # Errors
    /// If it is not one. Nothing is verified yet.
    pub fn decode(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| NoteError::NotText {
            line: line_at(bytes, error.valid_up_to()),
        })?;
        text.parse()
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, verified or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Which line of the whole note the `index`-th signature (from 0) stands on, counted from 1.
    pub fn signature_line(&self, index: usize) -> usize {
        self.text.lines().count() + 2 + index
    }

    /// Checks the signatures of the known keys, and passes over those of unknown ones.
    ///
    /// # Errors
    /// If a known key's signature does not verify, or no known key has signed.
    pub fn verify(&self, known: &[Verifier]) -> Result<Vec<Verified>, NoteError> {
        let lines = self.verify_each(known)?;
        let verified: Vec<Verified> = lines.into_iter().flatten().collect();
        if verified.is_empty() {
            return Err(NoteError::NobodyKnown);
        }
        Ok(verified)
    }

    /// What each signature line is worth: `None` where the key is unknown.
    ///
    /// # Errors
    /// If a known key's signature does not verify.
    pub fn verify_each(&self, known: &[Verifier]) -> Result<Vec<Option<Verified>>, NoteError> {
        let each = self.signatures.iter().enumerate();
        each.map(|(index, signature)| {
            let Some(key) = known.iter().find(|key| key.is_named_by(signature)) else {
                return Ok(None);
            };
            match key.check(&self.text, signature) {
                Some(at) => Ok(Some(Verified {
                    by: key.clone(),
                    at,
                })),
                None => Err(NoteError::BadSignature {
                    line: self.signature_line(index),
                    name: signature.name.clone(),
                }),
            }
        })
        .collect()
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|s| writeln!(f, "{s}"))
    }
}

impl FromStr for SignedNote {
    type Err = NoteError;

    fn from_str(whole: &str) -> Result<Self, NoteError> {
        check_text(whole)?;
        let blank = whole.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, below) = whole.split_at(blank + 1);
        let below = below.strip_prefix('\n').ok_or(NoteError::NoSignatures)?;
        let first_line = text.lines().count() + 2;
        let Some(lines) = below.strip_suffix('\n') else {
            let line = whole.lines().count().max(1);
            return Err(if below.is_empty() {
                NoteError::NoSignatures
            } else {
                NoteError::SignatureLine { line }
            });
        };
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = lines.split('\n').enumerate().map(|(index, line)| {
            Signature::parse(line).ok_or(NoteError::SignatureLine {
                line: first_line + index,
            })
        });
        Ok(Self {
            text: text.to_owned(),
            signatures: signatures.collect::<Result<_, _>>()?,
        })
    }
}

impl Serialize for SignedNote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SignedNote {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a cosigner signs (tlog-cosignature, "Ed25519 signed message").
fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

fn key_id(name: &str, algorithm: Algorithm, key: &[u8; 32]) -> u32 {
    let digest = sha256_of(&[name.as_bytes(), b"\n", &[algorithm.byte()], key]);
    let [a, b, c, d, ..] = digest.0;
    u32::from_be_bytes([a, b, c, d])
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE {
        return Err(NoteError::TooLong);
    }
    match text.bytes().position(|byte| byte < 0x20 && byte != b'\n') {
        Some(offset) => Err(NoteError::NotText {
            line: line_at(text.as_bytes(), offset),
        }),
        None => Ok(()),
    }
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
}

#[cfg(test)]
mod tests;
