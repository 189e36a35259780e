//! The facts of one connection, as whoever accepted it established them.

use std::net::IpAddr;

use access::Door;
use ids::Digest;

use crate::answer::Failed;

/// The facts of one connection. What they allow is decided in `access`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// Over TLS, at one of the site's two names.
    Network {
        /// Which name.
        door: tunnel::Door,
        /// The peer's address.
        source: IpAddr,
        /// SHA-256 of the device's public key, proved in this handshake; `None` where none is asked
        /// for.
        device_key: Option<Digest>,
    },
    /// Over the gateway's own socket.
    Local {
        /// The peer's user id, as the kernel gave it.
        uid: u32,
    },
}

impl Arrival {
    /// The door in the words of `access`.
    pub fn door(&self) -> Door {
        match self {
            Self::Network {
                door: tunnel::Door::Engineers,
                ..
            } => Door::Engineers,
            Self::Network {
                door: tunnel::Door::Console,
                ..
            } => Door::Console,
            Self::Local { .. } => Door::Local,
        }
    }

    /// Whether the API is there for this connection. At the engineers' name it is for devices with their
    /// certificate; a browser without one is shown pages, and signs in at them.
    pub(crate) fn may_call(&self) -> Result<(), Failed> {
        match self {
            Self::Network {
                door: tunnel::Door::Engineers,
                device_key: None,
                ..
            } => Err(Failed::SignedOut),
            Self::Network { .. } | Self::Local { .. } => Ok(()),
        }
    }
}

impl From<&tunnel::Arrival> for Arrival {
    fn from(arrival: &tunnel::Arrival) -> Self {
        Self::Network {
            door: arrival.door,
            source: arrival.peer.ip(),
            device_key: arrival.device_key,
        }
    }
}
