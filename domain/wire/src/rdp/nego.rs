//! The first message of each side: which security is spoken (MS-RDPBCGR 2.2.1.1, 2.2.1.2).

use super::misbehaviour::{Misbehaviour, cut};
use super::read::Reader;
use super::unit::TPKT;

/// Protocols by bit (RDP_NEG_REQ).
const TLS: u32 = 1;
const HYBRID: u32 = 2;
/// Kinds of the block that negotiates.
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const FAILURE: u8 = 3;
/// Of the server's flags the one that a client may hear: long Connect Initials are understood.
const EXTENDED_DATA: u8 = 1;
/// The longest first message of a client, in bytes: a routing token of a broker, and the block.
const MAX_REQUEST: usize = 1024;

/// How the gateway signs in at a server. It is said when the server is registered, and not negotiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// Network Level Authentication: CredSSP inside TLS, before anything is shown.
    Nla,
    /// TLS, and the account in Client Info.
    Tls,
}

impl SignIn {
    /// What is asked for.
    fn asked(self) -> u32 {
        match self {
            Self::Nla => TLS | HYBRID,
            Self::Tls => TLS,
        }
    }

    /// What the server has to choose of it.
    pub(super) fn chosen(self) -> u32 {
        match self {
            Self::Nla => HYBRID,
            Self::Tls => TLS,
        }
    }
}

/// What a client asked for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionRequest {
    /// The protocols that it offered, by bit. It compares them later with what it is told of them.
    pub requested: u32,
}

impl ConnectionRequest {
    /// Reads it. Routing tokens and cookies are passed over: nobody is known by them.
    ///
    /// # Errors
    /// If it is no such message, or the client has no TLS.
    pub fn read(unit: &[u8]) -> Result<Self, Misbehaviour> {
        if unit.len() > MAX_REQUEST {
            return Err(Misbehaviour::TooMuch {
                what: "bytes of a first message",
                most: MAX_REQUEST,
            });
        }
        let mut reader = Reader::of(unit, "a first message");
        let head = reader.take(11)?;
        if head.first() != Some(&TPKT) || head.get(5) != Some(&0xe0) {
            return Err(Misbehaviour::Unexpected {
                what: "a first message",
                kind: head.get(5).copied().unwrap_or_default().into(),
            });
        }
        let rest = reader.rest();
        let line = rest.windows(2).position(|end| end == b"\r\n");
        let block = match line {
            Some(end) => rest.get(end.saturating_add(2)..).unwrap_or_default(),
            None => rest,
        };
        let mut reader = Reader::of(block, "a first message");
        let (kind, _flags, _length) = (reader.u8()?, reader.u8()?, reader.u16()?);
        let requested = reader.u32()?;
        if kind != REQUEST || requested & TLS == 0 {
            return Err(Misbehaviour::NotAgreed {
                what: "a client without TLS",
            });
        }
        Ok(Self { requested })
    }
}

/// The gateway's own first message to a server.
pub fn ask_target(sign_in: SignIn) -> [u8; 19] {
    block(0xe0, [0, 0], REQUEST, 0, sign_in.asked())
}

/// What a client is answered when the server was entered: TLS, and nothing else.
pub fn confirm(flags: u8) -> [u8; 19] {
    block(0xd0, [0x12, 0x34], RESPONSE, flags & EXTENDED_DATA, TLS)
}

/// What a client is answered that is not let in. There is no sentence in RDP at this moment.
pub fn refuse() -> [u8; 19] {
    block(0xd0, [0, 0], FAILURE, 0, 1)
}

fn block(kind: u8, reference: [u8; 2], negotiates: u8, flags: u8, value: u32) -> [u8; 19] {
    let [a, b] = reference;
    let [v, w, x, y] = value.to_le_bytes();
    [
        TPKT, 0, 0, 19, 14, kind, 0, 0, a, b, 0, negotiates, flags, 8, 0, v, w, x, y,
    ]
}

/// What a server answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selected {
    /// What was registered; its flags.
    AsRegistered {
        /// For [`confirm`].
        flags: u8,
    },
    /// Another way of signing in, or none with TLS at all.
    Other {
        /// Its code (RDP_NEG_FAILURE), or the protocol that it chose.
        code: u32,
    },
}

/// Whether TLS comes next after a server's answer to [`ask_target`] for [`SignIn::Nla`]: servers that want more than TLS, and
/// those that want no more, both take that.
///
/// # Errors
/// If it is no answer.
pub fn tls_is_next(unit: &[u8]) -> Result<bool, Misbehaviour> {
    let chosen = |by| Selected::read(unit, by);
    let is_registered = |chosen: &Selected| matches!(chosen, Selected::AsRegistered { .. });
    Ok(is_registered(&chosen(SignIn::Nla)?) || is_registered(&chosen(SignIn::Tls)?))
}

impl Selected {
    /// Reads a server's answer.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(unit: &[u8], sign_in: SignIn) -> Result<Self, Misbehaviour> {
        let mut reader = Reader::of(unit, "a server's answer");
        let head = reader.take(11)?;
        if head.first() != Some(&TPKT) || head.get(5) != Some(&0xd0) {
            return Err(cut("a server's answer"));
        }
        // A server of before 2003 answers without the block.
        if reader.is_empty() {
            return Ok(Self::Other { code: 0 });
        }
        let (kind, flags, _length) = (reader.u8()?, reader.u8()?, reader.u16()?);
        let code = reader.u32()?;
        if kind == RESPONSE && code == sign_in.chosen() {
            return Ok(Self::AsRegistered { flags });
        }
        Ok(Self::Other { code })
    }
}
