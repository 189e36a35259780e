//! One record: what came, from whom, and when.

use std::net::{IpAddr, Ipv6Addr};

use ids::{Digest, Timestamp};

use crate::framing::LONGEST;

/// The bytes of a record beside those that came.
const FIXED: usize = 1 + 8 + 8 + 16 + 32 + 4;

/// The longest record, in bytes.
pub const LONGEST_RECORD: usize = FIXED + LONGEST;

/// How a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A note of this program itself: what it deleted, dropped, cut, missed.
    Own,
    /// A datagram: its address may be anybody's.
    Udp,
    /// A connection without encryption.
    Tcp,
    /// TLS with a listed certificate.
    Tls,
    /// A person brought a file of it.
    Brought,
}

/// Who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sender {
    /// How.
    pub way: Way,
    /// From which address; all zeros for our own notes and for what was brought.
    pub address: IpAddr,
    /// SHA-256 of the certificate that it showed, or of the file that was brought.
    pub certificate: Option<Digest>,
}

impl Sender {
    /// This program.
    pub const OWN: Self = Self {
        way: Way::Own,
        address: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        certificate: None,
    };

    /// A file that a person brought.
    #[must_use]
    pub const fn brought(file: Digest) -> Self {
        Self {
            way: Way::Brought,
            address: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            certificate: Some(file),
        }
    }
}

/// What is kept of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it was heard, by this machine's clock.
    pub received: Timestamp,
    /// When the sender says that it happened.
    pub claimed: Option<Timestamp>,
    /// Who sent it.
    pub sender: Sender,
    /// How many bytes were lost at its end because it was too long.
    pub lost: u32,
    /// What came.
    pub bytes: Vec<u8>,
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no record")]
pub struct NotARecord;

/// Stands for no time. No clock reaches it.
const NEVER: i64 = i64::MIN;

impl Record {
    /// A note of our own.
    #[must_use]
    pub fn note(now: Timestamp, text: &str) -> Self {
        Self {
            received: now,
            claimed: None,
            sender: Sender::OWN,
            lost: 0,
            bytes: text.as_bytes().to_vec(),
        }
    }

    /// As it stands in a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED + self.bytes.len());
        out.push(match self.sender.way {
            Way::Own => 0,
            Way::Udp => 1,
            Way::Tcp => 2,
            Way::Tls => 3,
            Way::Brought => 4,
        });
        out.extend(self.received.as_millis().to_be_bytes());
        let claimed = self.claimed.map_or(NEVER, Timestamp::as_millis);
        out.extend(claimed.to_be_bytes());
        let address = match self.sender.address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        out.extend(address.octets());
        out.extend(self.sender.certificate.unwrap_or(Digest([0; 32])).0);
        out.extend(self.lost.to_be_bytes());
        out.extend(self.bytes.get(..LONGEST).unwrap_or(&self.bytes));
        out
    }

    /// Reads one.
    ///
    /// # Errors
    /// If it is none.
    pub fn decode(body: &[u8]) -> Result<Self, NotARecord> {
        let (way, rest) = body.split_first().ok_or(NotARecord)?;
        let way = match way {
            0 => Way::Own,
            1 => Way::Udp,
            2 => Way::Tcp,
            3 => Way::Tls,
            4 => Way::Brought,
            _ => return Err(NotARecord),
        };
        let (received, rest) = rest.split_first_chunk().ok_or(NotARecord)?;
        let (claimed, rest) = rest.split_first_chunk().ok_or(NotARecord)?;
        let (address, rest) = rest.split_first_chunk::<16>().ok_or(NotARecord)?;
        let (certificate, rest) = rest.split_first_chunk::<32>().ok_or(NotARecord)?;
        let (lost, bytes) = rest.split_first_chunk().ok_or(NotARecord)?;
        let claimed = i64::from_be_bytes(*claimed);
        Ok(Self {
            received: Timestamp::from_millis(i64::from_be_bytes(*received)),
            claimed: (claimed != NEVER).then(|| Timestamp::from_millis(claimed)),
            sender: Sender {
                way,
                address: Ipv6Addr::from(*address).to_canonical(),
                certificate: (*certificate != [0; 32]).then_some(Digest(*certificate)),
            },
            lost: u32::from_be_bytes(*lost),
            bytes: bytes.to_vec(),
        })
    }
}
