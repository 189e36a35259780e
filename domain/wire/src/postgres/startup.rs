//! What a program says first: a packet without a kind.

use super::read::{Fields, lossy};
use super::{Misbehaviour, VERSION};
use crate::Decoding;

/// The longest first packet, as servers have it (`MAX_STARTUP_PACKET_LENGTH`).
pub const MAX_STARTUP: usize = 10_000;

const SSL: u32 = 80_877_103;
const GSSENC: u32 = 80_877_104;
pub(super) const CANCEL: u32 = 80_877_102;

/// The longest secret of a cancel request (protocol 3.2).
const MAX_CANCEL_SECRET: usize = 256;

/// By what a running statement is cancelled: a number that is told to everybody, and a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct CancelKey {
    /// The number of the server's process.
    pub process: u32,
    /// The secret: four bytes, up to 256 from protocol 3.2 on.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CancelKey({}, hidden)", self.process)
    }
}

/// A first packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Startup {
    /// Whether TLS is spoken. Another first packet follows.
    Ssl,
    /// Whether GSSAPI encryption is spoken. Another first packet follows.
    GssEnc,
    /// A running statement of another connection is to be cancelled. Nothing follows.
    Cancel(CancelKey),
    /// A session.
    Session {
        /// Its second number of the protocol's version: what is spoken is 3.0.
        minor: u16,
        /// The parameters in order, as they came.
        parameters: Vec<(String, String)>,
    },
}

impl Startup {
    /// Reads a first packet from the beginning of `bytes`.
    ///
    /// # Errors
    /// If it is too long, not one of these, or of another version than 3.
    pub fn decode(bytes: &[u8]) -> Result<Decoding<Self>, Misbehaviour> {
        let Some((length, _)) = bytes.split_first_chunk::<4>() else {
            return Ok(Decoding::Needs(4 - bytes.len()));
        };
        let announced = u32::from_be_bytes(*length);
        let size = usize::try_from(announced).unwrap_or(usize::MAX);
        if !(8..=MAX_STARTUP).contains(&size) {
            return Err(Misbehaviour::Length {
                announced,
                most: u32::try_from(MAX_STARTUP).unwrap_or(u32::MAX),
            });
        }
        let Some(packet) = bytes.get(4..size) else {
            return Ok(Decoding::Needs(size - bytes.len()));
        };
        let message = Self::read(packet)?;
        Ok(Decoding::Complete {
            message,
            used: size,
        })
    }

    fn read(packet: &[u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields(packet);
        let code = fields.u32().ok_or(malformed("code"))?;
        match code {
            SSL if fields.0.is_empty() => Ok(Self::Ssl),
            GSSENC if fields.0.is_empty() => Ok(Self::GssEnc),
            CANCEL => {
                let process = fields.u32().ok_or(malformed("process"))?;
                let secret = fields.0.to_vec();
                if !(4..=MAX_CANCEL_SECRET).contains(&secret.len()) {
                    return Err(malformed("secret"));
                }
                Ok(Self::Cancel(CancelKey { process, secret }))
            }
            SSL | GSSENC => Err(malformed("request")),
            version => session(version, fields),
        }
    }
}

fn session(version: u32, mut fields: Fields<'_>) -> Result<Startup, Misbehaviour> {
    let [a, b, c, d] = version.to_be_bytes();
    let (major, minor) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    if u32::from(major) != VERSION >> 16 {
        return Err(Misbehaviour::VersionNotSpoken { major, minor });
    }
    let mut parameters = Vec::new();
    loop {
        let name = fields.text().ok_or(malformed("parameter"))?;
        if name.is_empty() {
            break;
        }
        let value = fields.text().ok_or(malformed("parameter"))?;
        parameters.push((lossy(name), lossy(value)));
    }
    if fields.0.is_empty() {
        Ok(Startup::Session { minor, parameters })
    } else {
        Err(malformed("end"))
    }
}

fn malformed(field: &'static str) -> Misbehaviour {
    Misbehaviour::Malformed { field }
}
