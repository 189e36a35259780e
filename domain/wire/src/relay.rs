//! The relay protocol: what a gateway and its relay say to each other.
//!
//! ```text
//! control connection, ALPN `sekisho-relay/1`, TLS with keys pinned both ways, kept open:
//!   relay   → Welcome      the number of this link, and where the gateway seems to come from
//!   gateway → Announce     what may come in; again whenever it changes
//!   relay   → Need         a client waits: dial data connections
//!   relay   → Ping, gateway → Pong
//!   gateway → Cosign, relay → Cosigned or NotCosigned
//!   gateway → Probe,  relay → Probed
//!   relay   → Draining     nothing new comes from here
//! data connection, bare or ALPN `sekisho-relay-data/1`: see [`data`]
//! ```

pub mod data;

use std::fmt;

use ids::Digest;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::api::v1::Disagreement;
use crate::frame::Message;
use crate::frame::sealed::Sealed;
use crate::join::{MAX_CHECKPOINT, MAX_NAME};
use crate::misbehaviour::{Misbehaviour, within};

/// A site has two names; room for as many again while it moves from one domain to another.
pub const MAX_NAMES: usize = 4;
/// Prefixes of all names together: fifty vendors with twenty lines each.
pub const MAX_PREFIXES: usize = 1024;
/// The longest content of a frame from a gateway, in bytes: [`MAX_PREFIXES`] of the longest, 46 bytes
/// each in JSON. Only a gateway whose key was proved is listened to so long.
pub const MAX_FROM_GATEWAY: usize = 64 * 1024;
/// Data connections asked for at once.
pub const MAX_NEED: u16 = 256;
/// Ports of one self-test: enough for every service that a gateway's host could show by mistake.
pub const MAX_PORTS: usize = 32;
/// A consistency proof has at most 2 × 64 hashes (RFC 9162 §2.1.4).
pub const MAX_PROOF: usize = 128;
/// A statement of the recovery kit is a short signed note.
pub const MAX_RESUMED: usize = 4 * 1024;

/// The number of a link: random, made by the relay for each control connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkId(pub [u8; 16]);

impl fmt::Debug for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkId(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// One name that clients may ask for, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedName {
    /// The server name (SNI).
    pub name: String,
    /// Sources that may come in. Empty: nobody.
    pub prefixes: Vec<IpNet>,
    /// Connections a minute from each source (an IPv4 address, an IPv6 /64). 0: nobody.
    pub per_minute: u32,
    /// An order of a certificate is open for the name: whoever asks for `acme-tls/1` and nothing else
    /// may come in from anywhere (decision 0024). Not written when it is not so: a relay that does not
    /// know of it is told nothing new before the first order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acme: bool,
}

/// What a gateway says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromGateway {
    /// What may come in from now on; replaces what was announced before.
    Announce {
        /// The names. None: nobody comes in.
        names: Vec<AnnouncedName>,
    },
    /// Asks the relay, as a witness, to cosign a checkpoint.
    Cosign {
        /// Given back with the answer.
        number: u64,
        /// What it is to look at.
        checkpoint: Offered,
    },
    /// Asks the relay to try the address that this very connection comes from.
    Probe {
        /// Given back with the answer.
        number: u64,
        /// The ports to try.
        ports: Vec<u16>,
    },
    /// The answer to `Ping`.
    Pong {},
}

/// A checkpoint as it is shown to a witness (C2SP tlog-witness, in one message).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// The size from which the proof proves.
    pub from: u64,
    /// The signed note (C2SP tlog-checkpoint).
    pub note: String,
    /// After an honest restore: the kit's signed `LedgerResumed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<String>,
    /// The consistency proof (RFC 9162 §2.1.4).
    pub proof: Vec<Digest>,
}

/// What a relay says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromRelay {
    /// The first message.
    Welcome {
        /// The number of this link; every data connection names it.
        link: LinkId,
        /// The address that the gateway seems to come from.
        seen: std::net::IpAddr,
    },
    /// These names are not this gateway's to announce; the announcement counts for nothing.
    NotAnnounced {
        /// Which.
        names: Vec<String>,
    },
    /// Clients wait: dial so many data connections.
    Need {
        /// How many.
        count: u16,
    },
    /// The checkpoint with the relay's cosignature on it.
    Cosigned {
        /// Of which question.
        number: u64,
        /// The signed note.
        note: String,
    },
    /// No cosignature.
    NotCosigned {
        /// Of which question.
        number: u64,
        /// Why.
        why: WhyNotCosigned,
    },
    /// What answered from outside.
    Probed {
        /// Of which question.
        number: u64,
        /// The ports that were open. Empty: nothing answers.
        open: Vec<u16>,
    },
    /// Too many questions at once; ask again later.
    Busy {
        /// Which question is not answered.
        number: u64,
    },
    /// Asks whether the gateway is there.
    Ping {},
    /// The relay ends: nothing new comes from here, what is open goes on for a while.
    Draining {},
}

/// Why a witness does not sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WhyNotCosigned {
    /// It remembers another size than the proof begins at: prove from there.
    Remembers {
        /// The size that it remembers.
        size: u64,
    },
    /// What it remembers contradicts what it is shown: somebody has to look.
    Disagrees {
        /// How.
        how: Disagreement,
        /// The note that it holds.
        held: String,
    },
    /// It knows no key of this site, or its memory cannot be written.
    Unavailable,
}

impl Sealed for FromGateway {}

impl Message for FromGateway {
    const NAME: &'static str = "FromGateway";
    const MOST: usize = MAX_FROM_GATEWAY;

    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Self::Announce { names } => check_names(names),
            Self::Cosign { checkpoint, .. } => {
                within("checkpoint.note", &checkpoint.note, 1, MAX_CHECKPOINT)?;
                if let Some(resumed) = &checkpoint.resumed {
                    within("checkpoint.resumed", resumed, 1, MAX_RESUMED)?;
                }
                at_most("checkpoint.proof", checkpoint.proof.len(), MAX_PROOF)
            }
            Self::Probe { ports, .. } => at_most("ports", ports.len(), MAX_PORTS),
            Self::Pong {} => Ok(()),
        }
    }
}

fn check_names(names: &[AnnouncedName]) -> Result<(), Misbehaviour> {
    at_most("names", names.len(), MAX_NAMES)?;
    let prefixes = names.iter().map(|name| name.prefixes.len()).sum();
    at_most("names.prefixes", prefixes, MAX_PREFIXES)?;
    names
        .iter()
        .try_for_each(|name| within("names.name", &name.name, 1, MAX_NAME))
}

impl Sealed for FromRelay {}

impl Message for FromRelay {
    const NAME: &'static str = "FromRelay";

    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Self::NotAnnounced { names } => {
                at_most("names", names.len(), MAX_NAMES)?;
                names
                    .iter()
                    .try_for_each(|name| within("names", name, 1, MAX_NAME))
            }
            Self::Need { count } => at_most("count", usize::from(*count), usize::from(MAX_NEED)),
            Self::Cosigned { note, .. } => within("note", note, 1, MAX_CHECKPOINT),
            Self::NotCosigned {
                why: WhyNotCosigned::Disagrees { held, .. },
                ..
            } => within("why.held", held, 0, MAX_CHECKPOINT),
            Self::Probed { open, .. } => at_most("open", open.len(), MAX_PORTS),
            Self::Welcome { .. }
            | Self::NotCosigned { .. }
            | Self::Busy { .. }
            | Self::Ping {}
            | Self::Draining {} => Ok(()),
        }
    }
}

fn at_most(field: &'static str, items: usize, most: usize) -> Result<(), Misbehaviour> {
    if items > most {
        Err(Misbehaviour::TooManyItems { field, most })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
