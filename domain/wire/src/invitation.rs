//! An invitation as text: mailed, printed or read out, and pasted into `sekisho join`.
//!
//! `sekisho-invitation-1:` and base32 (RFC 4648 §6, no padding) of
//!
//! ```text
//! purpose u8 · site · address · name (each: length u8, UTF-8) · CA fingerprint [32]
//! number u64 · until i64 (ms) · secret (length u8) · CRC-32 u32          big-endian
//! ```
//!
//! Base32 survives mail programs, capital letters and being read out; the CRC finds what was mistyped
//! or cut off before a try is spent on it. It proves nothing: what proves is the secret to the site,
//! and the fingerprint to the invitee.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use ids::{Digest, InvitationId, SiteId, Timestamp};

use crate::secret::SecretBytes;

/// What the text begins with.
pub const PREFIX: &str = "sekisho-invitation-1:";
/// 128 random bits.
pub const MIN_SECRET: usize = 16;
/// 256 random bits.
pub const MAX_SECRET: usize = 32;
/// The longest text looked at: the longest invitation takes about 1,000 characters and its line breaks.
pub const MAX_TEXT: usize = 2048;

const FAMILY: &str = "sekisho-invitation-";

/// What somebody is invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be a person of the site, without a device.
    Person,
    /// To be an engineer, with a device.
    Engineer,
    /// To enrol one more device.
    Device,
    /// To set up new factors.
    Factors,
}

/// A one-use invitation. `Debug` hides its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// To what.
    pub purpose: Purpose,
    /// The site.
    pub site: SiteId,
    /// Where its listener is reached: `host:port`.
    pub address: String,
    /// The name to ask for there (SNI).
    pub name: String,
    /// SHA-256 of the site's CA certificate (DER): who answers otherwise is somebody else.
    pub ca: Digest,
    /// Its id.
    pub id: InvitationId,
    /// Its one-use secret, 16 to 32 bytes.
    pub secret: SecretBytes,
    /// When it ends.
    pub until: Timestamp,
}

/// Why a text is not an invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// It begins differently.
    #[error("this is not an invitation: one begins with \"{PREFIX}\"")]
    NotAnInvitation,
    /// It is of another version.
    #[error(
        "this invitation has version {0}, and this program reads version 1: install a newer sekisho"
    )]
    OtherVersion(String),
    /// It is far too long.
    #[error("this is longer than any invitation: copy the invitation alone")]
    TooLong,
    /// A character does not belong.
    #[error(
        "the character {character:?}, number {position} after the colon, is not part of an invitation: only letters A to Z and digits 2 to 7 are"
    )]
    Character {
        /// Which.
        character: char,
        /// Counted from 1, without spaces and line breaks.
        position: usize,
    },
    /// The end is missing.
    #[error("the invitation is cut off: copy it whole, to its last character")]
    CutOff,
    /// The checksum does not match.
    #[error(
        "the invitation is mistyped or cut off (its checksum does not match): copy it again, whole"
    )]
    Checksum,
    /// The checksum matches, but the content is not well formed.
    #[error("the invitation is damaged at its {0}: ask for a new one")]
    Malformed(&'static str),
}

impl fmt::Display for Invitation {
    /// The text form, with the secret: it is the invitation itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = BASE32_NOPAD.encode(&self.to_bytes());
        write!(f, "{PREFIX}{}", text.to_ascii_lowercase())
    }
}

impl Invitation {
    /// Where it is accepted in a browser, with the invitation behind the `#`: browsers send that to
    /// nobody. The page reads it there.
    pub fn link(&self) -> String {
        let port = self.address.rsplit_once(':').map(|(_, port)| port);
        let port = port.filter(|port| *port != "443");
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("https://{}{port}/join#{self}", self.name)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![match self.purpose {
            Purpose::Person => 0,
            Purpose::Engineer => 1,
            Purpose::Device => 2,
            Purpose::Factors => 3,
        }];
        put(&mut bytes, self.site.as_str().as_bytes());
        put(&mut bytes, self.address.as_bytes());
        put(&mut bytes, self.name.as_bytes());
        bytes.extend_from_slice(self.ca.as_bytes());
        bytes.extend_from_slice(&self.id.number().to_be_bytes());
        bytes.extend_from_slice(&self.until.as_millis().to_be_bytes());
        put(&mut bytes, self.secret.reveal());
        let checksum = crc32(&bytes);
        bytes.extend_from_slice(&checksum.to_be_bytes());
        bytes
    }
}

/// A length and the bytes. Nothing here is longer than 255; what is would not read back.
fn put(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u8::try_from(field.len()).unwrap_or(u8::MAX);
    bytes.push(length);
    bytes.extend(field.iter().take(usize::from(length)));
}

impl FromStr for Invitation {
    type Err = InvitationError;

    fn from_str(text: &str) -> Result<Self, InvitationError> {
        if text.len() > MAX_TEXT {
            return Err(InvitationError::TooLong);
        }
        let bytes = decode_base32(body(text.trim())?)?;
        let (content, checksum) = bytes
            .split_last_chunk::<4>()
            .ok_or(InvitationError::CutOff)?;
        if crc32(content) != u32::from_be_bytes(*checksum) {
            return Err(InvitationError::Checksum);
        }
        Reader(content).invitation()
    }
}

/// What follows the prefix, in whatever case it was typed.
fn body(text: &str) -> Result<&str, InvitationError> {
    let (head, body) = text
        .split_once(':')
        .ok_or(InvitationError::NotAnInvitation)?;
    let head = head.to_ascii_lowercase();
    let version = head
        .strip_prefix(FAMILY)
        .ok_or(InvitationError::NotAnInvitation)?;
    if version == "1" {
        Ok(body)
    } else {
        Err(InvitationError::OtherVersion(
            version.chars().take(16).collect(),
        ))
    }
}

fn decode_base32(body: &str) -> Result<Vec<u8>, InvitationError> {
    let mut symbols = Vec::with_capacity(body.len());
    for character in body.chars().filter(|c| !c.is_whitespace()) {
        let upper = character.to_ascii_uppercase();
        if !matches!(upper, 'A'..='Z' | '2'..='7') {
            return Err(InvitationError::Character {
                character,
                position: symbols.len() + 1,
            });
        }
        symbols.push(u8::try_from(upper).unwrap_or_default());
    }
    // A length that base32 cannot have, or bits left over: the end is missing.
    BASE32_NOPAD
        .decode(&symbols)
        .map_err(|_| InvitationError::CutOff)
}

/// Takes fields from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn invitation(mut self) -> Result<Invitation, InvitationError> {
        let [purpose] = self.array("purpose")?;
        let purpose = match purpose {
            0 => Purpose::Person,
            1 => Purpose::Engineer,
            2 => Purpose::Device,
            3 => Purpose::Factors,
            _ => return Err(InvitationError::Malformed("purpose")),
        };
        let site: SiteId = self
            .text("site")?
            .parse()
            .map_err(|_| InvitationError::Malformed("site"))?;
        let address = self.text("address")?;
        if !is_host_and_port(&address) {
            return Err(InvitationError::Malformed("address"));
        }
        let name = self.text("name")?;
        if name.is_empty() {
            return Err(InvitationError::Malformed("name"));
        }
        let ca = Digest(self.array("fingerprint")?);
        let number = u64::from_be_bytes(self.array("number")?);
        let until = i64::from_be_bytes(self.array("end")?);
        let secret = SecretBytes::new(self.field("secret")?.to_vec());
        if !(MIN_SECRET..=MAX_SECRET).contains(&secret.reveal().len()) {
            return Err(InvitationError::Malformed("secret"));
        }
        if !self.0.is_empty() {
            return Err(InvitationError::Malformed("length"));
        }
        if number == 0 {
            return Err(InvitationError::Malformed("number"));
        }
        let until = Some(Timestamp::from_millis(until))
            .filter(|moment| moment.as_millis() == until)
            .ok_or(InvitationError::Malformed("end"))?;
        Ok(Invitation {
            purpose,
            id: InvitationId::new(&site, number),
            site,
            address,
            name,
            ca,
            secret,
            until,
        })
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], InvitationError> {
        let (head, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(InvitationError::Malformed(field))?;
        self.0 = rest;
        Ok(*head)
    }

    fn field(&mut self, field: &'static str) -> Result<&[u8], InvitationError> {
        let [length] = self.array(field)?;
        let (head, rest) = self
            .0
            .split_at_checked(usize::from(length))
            .ok_or(InvitationError::Malformed(field))?;
        self.0 = rest;
        Ok(head)
    }

    fn text(&mut self, field: &'static str) -> Result<String, InvitationError> {
        String::from_utf8(self.field(field)?.to_vec())
            .map_err(|_| InvitationError::Malformed(field))
    }
}

fn is_host_and_port(address: &str) -> bool {
    address
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|p| p != 0))
}

/// CRC-32 as in ISO 3309 (IEEE 802.3): finds every change of up to 32 bits in a row.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = crc & 1;
            crc >>= 1;
            if carry == 1 {
                crc ^= 0xEDB8_8320;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests;
