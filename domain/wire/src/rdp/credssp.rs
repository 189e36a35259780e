//! Network Level Authentication: CredSSP (MS-CSSP) with NTLMv2 (MS-NLMP), the side that signs in.
//!
//! The password is handed over only after the server has proved twice that it is itself: to TLS by the
//! pinned key, and here by knowing the account's password over that very key. Servers that cannot bind the
//! two (CredSSP before version 5, CVE-2018-0886) are not signed in at.
//!
//! MD4, MD5 and RC4 are what NTLM is made of; nothing else of the gateway's rests on them.

mod ntlm;
mod old;

use aws_lc_rs::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::Logon;
use super::der::{only, take, tlv};
use super::misbehaviour::{Misbehaviour, cut};
use ntlm::Sealing;

/// The version that is spoken.
const VERSION: u8 = 6;
/// The oldest in which the server's proof is tied to its key.
const LEAST_VERSION: u32 = 5;
/// The longest message of a server, in bytes.
const LONGEST: usize = 16 << 10;
/// What is hashed with the key in each direction.
const TO_SERVER: &[u8] = b"CredSSP Client-To-Server Binding Hash\0";
const TO_CLIENT: &[u8] = b"CredSSP Server-To-Client Binding Hash\0";

/// Text as Windows writes it.
pub(super) fn utf16(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

/// How long the server's message is that begins so, in bytes; `None` if more has to be seen.
///
/// # Errors
/// If it is none, or too long.
pub fn message_length(begun: &[u8]) -> Result<Option<usize>, Misbehaviour> {
    let (head, length) = match *begun {
        [] | [_] => return Ok(None),
        [0x30, length @ 0..=0x7f, ..] => (2, usize::from(length)),
        [0x30, 0x81, length, ..] => (3, usize::from(length)),
        [0x30, 0x82, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
        [0x30, 0x81 | 0x82, ..] => return Ok(None),
        _ => return Err(cut("a CredSSP message")),
    };
    let whole: usize = head + length;
    if whole > LONGEST {
        return Err(Misbehaviour::TooMuch {
            what: "bytes of a CredSSP message",
            most: LONGEST,
        });
    }
    Ok(Some(whole))
}

/// What was drawn by chance for one sign-in.
pub struct Chance {
    /// NTLM's challenge of the client.
    pub challenge: [u8; 8],
    /// The session's key.
    pub key: Zeroizing<[u8; 16]>,
    /// CredSSP's nonce.
    pub nonce: [u8; 32],
}

/// A message of the server (TSRequest).
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    version: u32,
    token: Vec<u8>,
    proof: Vec<u8>,
    error: Option<u32>,
}

impl Said {
    fn read(bytes: &[u8]) -> Result<Self, Misbehaviour> {
        let mut rest = only(bytes, 0x30)?;
        let mut said = Self::default();
        while !rest.is_empty() {
            let (tag, value, after) = take(rest)?;
            rest = after;
            match tag {
                0xa0 => said.version = number(value)?,
                0xa1 => {
                    // A list of lists, of which the first has one token.
                    let (_, first, _) = take(only(value, 0x30)?)?;
                    said.token = only(only(first, 0xa0)?, 4)?.to_vec();
                }
                0xa3 => said.proof = only(value, 4)?.to_vec(),
                0xa4 => said.error = Some(number(value)?),
                _ => {}
            }
        }
        Ok(said)
    }
}

fn number(value: &[u8]) -> Result<u32, Misbehaviour> {
    let bytes = only(value, 2)?;
    let significant = bytes.len().saturating_sub(4);
    let (above, number) = bytes.split_at_checked(significant).unwrap_or_default();
    if above.iter().any(|byte| *byte != 0) {
        return Err(cut("a number of CredSSP"));
    }
    Ok(number
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// A message of ours, of the parts that it has.
fn request(parts: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = tlv(0xa0, &[2, 1, VERSION]);
    for (tag, value) in parts {
        let value = tlv(4, value);
        body.extend(match tag {
            0xa1 => tlv(0xa1, &tlv(0x30, &tlv(0x30, &tlv(0xa0, &value)))),
            tag => tlv(*tag, &value),
        });
    }
    tlv(0x30, &body)
}

/// Why a server did not let the gateway in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It said a code (NTSTATUS): 0xC000006D for a wrong password, 0xC0000234 for a locked account.
    #[error("the server refuses the account: {0:#010x}")]
    Said(u32),
    /// It binds no sign-in to its key (before version 5).
    #[error("CredSSP of version {0}, which ties no sign-in to the server's key")]
    TooOld(u32),
    /// It breaks the protocol, or is not itself.
    #[error(transparent)]
    Misbehaved(#[from] Misbehaviour),
}

/// Before the server's challenge.
#[derive(Debug)]
pub struct Begun {
    negotiate: Vec<u8>,
}

/// Before the server's proof.
pub struct Challenged {
    nonce: [u8; 32],
    ours: Sealing,
    theirs: Sealing,
}

/// Begins: what is sent first.
pub fn begin() -> (Begun, Vec<u8>) {
    let negotiate = ntlm::negotiate();
    let message = request(&[(0xa1, &negotiate)]);
    (Begun { negotiate }, message)
}

impl Begun {
    /// Answers the server's challenge. `key` is the SubjectPublicKey of its certificate.
    ///
    /// # Errors
    /// If it refuses, is too old, or its challenge cannot be read.
    pub fn answer(
        self,
        message: &[u8],
        logon: &Logon,
        key: &[u8],
        chance: &Chance,
    ) -> Result<(Challenged, Vec<u8>), Refused> {
        let said = heard(message)?;
        let answer = ntlm::authenticate(&self.negotiate, &said.token, logon, chance)?;
        let mut ours = Sealing::new(&chance.key, "client-to-server");
        let theirs = Sealing::new(&chance.key, "server-to-client");
        let proof = ours.seal(&bound(TO_SERVER, &chance.nonce, key));
        let message = request(&[(0xa1, &answer), (0xa3, &proof), (0xa5, &chance.nonce)]);
        let challenged = Challenged {
            nonce: chance.nonce,
            ours,
            theirs,
        };
        Ok((challenged, message))
    }
}

impl Challenged {
    /// Looks at the server's proof, and hands the account over.
    ///
    /// # Errors
    /// If it refuses, or its proof is not that of the server with this key.
    pub fn hand_over(
        mut self,
        message: &[u8],
        logon: &Logon,
        key: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let said = heard(message)?;
        let proof = self.theirs.open(&said.proof);
        let wanted = bound(TO_CLIENT, &self.nonce, key);
        let proof = proof.ok_or(Misbehaviour::NotItself)?;
        if aws_lc_rs::constant_time::verify_slices_are_equal(&proof, &wanted).is_err() {
            return Err(Misbehaviour::NotItself.into());
        }
        let texts = [&*logon.domain, &*logon.user, &*logon.password];
        let mut account = Zeroizing::new(Vec::new());
        for (tag, text) in (0xa0..).zip(texts) {
            account.extend(tlv(tag, &tlv(4, &utf16(text))));
        }
        let account = Zeroizing::new(tlv(0x30, &account));
        let password = tlv(0xa0, &[2, 1, 1]);
        let parts = Zeroizing::new([password, tlv(0xa1, &tlv(4, &account))].concat());
        let whole = Zeroizing::new(tlv(0x30, &parts));
        let sealed = self.ours.seal(&whole);
        Ok(Zeroizing::new(request(&[(0xa2, &sealed)])))
    }
}

fn heard(message: &[u8]) -> Result<Said, Refused> {
    let said = Said::read(message)?;
    if let Some(code) = said.error.filter(|code| *code != 0) {
        return Err(Refused::Said(code));
    }
    if said.version < LEAST_VERSION {
        return Err(Refused::TooOld(said.version));
    }
    Ok(said)
}

fn bound(direction: &[u8], nonce: &[u8; 32], key: &[u8]) -> Vec<u8> {
    digest(&SHA256, &[direction, nonce, key].concat())
        .as_ref()
        .to_vec()
}

/// What NTLM's parts come to for known accounts, for tests.
#[cfg(test)]
pub(super) mod known {
    pub(in super::super) use super::ntlm::{response, response_key};
    pub(in super::super) use super::old::{Rc4, hmac_md5, md4};
}
