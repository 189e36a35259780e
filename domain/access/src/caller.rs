//! Who is asking, as `login` proved it and the listener saw it.

use std::net::IpAddr;

use ids::{DeviceId, InvitationId, PersonId};
use serde::{Deserialize, Serialize};

/// The asker of a command. Facts only: what they allow is decided here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Who it is.
    pub who: Who,
    /// Which factors were proved on this connection or its sign-in.
    pub factors: Factors,
    /// The enrolled device whose key this connection proved.
    pub device: Option<DeviceId>,
    /// Where the connection came from.
    pub source: Source,
    /// Through which door.
    pub door: Door,
}

impl Caller {
    /// The gateway itself.
    pub fn gateway() -> Self {
        Self {
            who: Who::Gateway,
            factors: Factors::default(),
            device: None,
            source: Source::Local,
            door: Door::Inside,
        }
    }
}

/// The asker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// A natural person who signed in.
    Person(PersonId),
    /// Somebody with the given user id at the gateway's own socket. Root is not a person.
    LocalOperator {
        /// The peer's user id, as the kernel gave it.
        uid: u32,
    },
    /// The holder of an invitation's secret.
    Invitee(InvitationId),
    /// The holder of the recovery kit, proved by its signature.
    Kit,
    /// The gateway itself: deadlines, seals, counters.
    Gateway,
}

/// The factors proved. Two of different classes are always needed (invariant 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    /// Knowledge: the passphrase.
    pub passphrase: bool,
    /// Possession: a time-based one-time code, used once.
    pub totp: bool,
    /// Possession: the key of an enrolled device.
    pub device: bool,
    /// Both at once: a passkey whose holder was verified by it (PIN or biometry).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passkey: bool,
}

impl Factors {
    /// Whether two factors of different classes were proved.
    pub fn are_two_classes(self) -> bool {
        self.passkey || (self.passphrase && (self.totp || self.device))
    }
}

/// Where a connection came from. What is unknown is never "allowed" (lesson L41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The peer's address, IPv4-mapped addresses unwrapped.
    Address(IpAddr),
    /// The gateway's own socket, or the gateway itself.
    Local,
    /// Not known: refused wherever an address counts.
    Unknown,
}

/// The door through which a command came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The engineers' name: listed vendor prefixes only.
    Engineers,
    /// The console's name: the hospital's LAN.
    Console,
    /// The local socket.
    Local,
    /// The gateway itself.
    Inside,
}
