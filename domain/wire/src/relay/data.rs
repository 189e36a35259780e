//! A data connection between gateway and relay: one hello, one header, then a client's bytes.
//!
//! ```text
//! gateway → [`DataHello`]      which link, which connection of it, MAC        when it is dialled
//! relay   → [`ClientHeader`]   which connection, whose client, MAC            when a client comes
//! client ⇄ gateway             TLS between those two; the relay moves it unread
//! ```
//!
//! The MACs are HMAC-SHA-256 (RFC 2104) under a key that both sides export from the TLS of the control
//! connection ([`EXPORTER_LABEL`], no context). A hello counts once, so that it cannot be replayed; a
//! header carries the number of the hello that it answers, so that it cannot be moved to another
//! connection or address. Nothing here computes a MAC: this is what it covers, and where it stands.

use std::net::{IpAddr, SocketAddr};

use super::LinkId;
use crate::frame::Decoding;
use crate::misbehaviour::Misbehaviour;

/// The label under which the key is exported (RFC 8446 §7.5, RFC 5705 §4).
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-sekisho-relay-data";

/// The first bytes of a hello. No TLS record begins so.
pub const HELLO_MAGIC: [u8; 4] = *b"SKD1";
/// The first bytes of a header.
pub const HEADER_MAGIC: [u8; 4] = *b"SKC1";

/// Bytes of a MAC.
pub const MAC: usize = 32;

const HELLO_DOMAIN: &[u8] = b"sekisho-relay-data/1 hello\0";
const HEADER_DOMAIN: &[u8] = b"sekisho-relay-data/1 client\0";

const IPV4: u8 = 4;
const IPV6: u8 = 6;

/// What a gateway says first on a data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataHello {
    /// The link that it belongs to.
    pub link: LinkId,
    /// The number of this data connection: never twice on one link.
    pub number: u64,
}

/// What the relay says once on a data connection: for whom it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientHeader {
    /// The number of the data connection.
    pub number: u64,
    /// Where the client comes from; an IPv4-mapped address reads back as IPv4.
    pub peer: SocketAddr,
}

impl DataHello {
    /// Its bytes: magic, link, number, MAC.
    pub const LENGTH: usize = 4 + 16 + 8 + MAC;

    /// What the MAC covers.
    pub fn covered(&self) -> Vec<u8> {
        [HELLO_DOMAIN, &self.link.0, &self.number.to_be_bytes()].concat()
    }

    /// Writes it.
    pub fn encode(&self, mac: &[u8; MAC]) -> Vec<u8> {
        [
            &HELLO_MAGIC[..],
            &self.link.0,
            &self.number.to_be_bytes(),
            mac,
        ]
        .concat()
    }

    /// Reads one, and its MAC, which is still to be verified. Total.
    ///
    /// # Errors
    /// If the bytes begin otherwise.
    pub fn decode(bytes: &[u8]) -> Result<Decoding<(Self, [u8; MAC])>, Misbehaviour> {
        let mut fields = Fields::of(bytes, HELLO_MAGIC, "DataHello")?;
        let (Some(link), Some(number), Some(mac)) = (fields.take(), fields.take(), fields.take())
        else {
            return Ok(Decoding::Needs(Self::LENGTH - bytes.len()));
        };
        let hello = Self {
            link: LinkId(link),
            number: u64::from_be_bytes(number),
        };
        Ok(Decoding::Complete {
            message: (hello, mac),
            used: Self::LENGTH,
        })
    }
}

impl ClientHeader {
    /// Its bytes: magic, number, kind of address, address, port, MAC.
    pub const LENGTH: usize = 4 + 8 + 1 + 16 + 2 + MAC;

    /// What the MAC covers. The link is part of it, though it is not sent.
    pub fn covered(&self, link: LinkId) -> Vec<u8> {
        let (kind, address) = address(self.peer.ip());
        [
            HEADER_DOMAIN,
            &link.0,
            &self.number.to_be_bytes(),
            &[kind],
            &address,
            &self.peer.port().to_be_bytes(),
        ]
        .concat()
    }

    /// Writes it.
    pub fn encode(&self, mac: &[u8; MAC]) -> Vec<u8> {
        let (kind, address) = address(self.peer.ip());
        [
            &HEADER_MAGIC[..],
            &self.number.to_be_bytes(),
            &[kind],
            &address,
            &self.peer.port().to_be_bytes(),
            mac,
        ]
        .concat()
    }

    /// Reads one, and its MAC, which is still to be verified. Total.
    ///
    /// # Errors
    /// If the bytes begin otherwise, or name no address that a client can come from: an unknown
    /// address is nobody's (lesson L41).
    pub fn decode(bytes: &[u8]) -> Result<Decoding<(Self, [u8; MAC])>, Misbehaviour> {
        let mut fields = Fields::of(bytes, HEADER_MAGIC, "ClientHeader")?;
        let (Some(number), Some([kind]), Some(address), Some(port), Some(mac)) = (
            fields.take(),
            fields.take(),
            fields.take(),
            fields.take(),
            fields.take(),
        ) else {
            return Ok(Decoding::Needs(Self::LENGTH - bytes.len()));
        };
        let address = read_address(kind, address).ok_or(Misbehaviour::NotThisMessage {
            expected: "ClientHeader",
            detail: "an address that nobody has",
        })?;
        let header = Self {
            number: u64::from_be_bytes(number),
            peer: SocketAddr::new(address, u16::from_be_bytes(port)),
        };
        Ok(Decoding::Complete {
            message: (header, mac),
            used: Self::LENGTH,
        })
    }
}

fn address(address: IpAddr) -> (u8, [u8; 16]) {
    match address.to_canonical() {
        IpAddr::V4(address) => (IPV4, address.to_ipv6_mapped().octets()),
        IpAddr::V6(address) => (IPV6, address.octets()),
    }
}

/// One address has one spelling: an IPv4 address is written as IPv4, never as IPv6.
fn read_address(kind: u8, octets: [u8; 16]) -> Option<IpAddr> {
    let address = IpAddr::from(octets).to_canonical();
    let spelled = match address {
        IpAddr::V4(_) => IPV4,
        IpAddr::V6(_) => IPV6,
    };
    (kind == spelled && !address.is_unspecified() && !address.is_multicast()).then_some(address)
}

/// Takes fields of fixed length one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The bytes after the magic, as far as they have come.
    fn of(bytes: &'a [u8], magic: [u8; 4], expected: &'static str) -> Result<Self, Misbehaviour> {
        if bytes.iter().zip(magic).any(|(came, due)| *came != due) {
            return Err(Misbehaviour::NotThisMessage {
                expected,
                detail: "it begins otherwise",
            });
        }
        Ok(Self(bytes.get(magic.len()..).unwrap_or_default()))
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }
}
