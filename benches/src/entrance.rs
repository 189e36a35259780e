//! Where the engineer's program connects, and from which room.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use crate::room::Room;

/// An address, and the network in which it means something.
#[derive(Debug, Clone)]
pub(crate) struct Entrance {
    address: SocketAddr,
    /// `None`: this machine's own network.
    room: Option<Arc<Room>>,
}

impl From<SocketAddr> for Entrance {
    fn from(address: SocketAddr) -> Self {
        Self {
            address,
            room: None,
        }
    }
}

impl Entrance {
    /// From inside a room.
    pub(crate) fn inside(room: &Arc<Room>, address: SocketAddr) -> Self {
        Self {
            address,
            room: Some(Arc::clone(room)),
        }
    }

    pub(crate) fn connect(&self) -> io::Result<TcpStream> {
        match &self.room {
            Some(room) => room.inside(|| TcpStream::connect(self.address))?,
            None => TcpStream::connect(self.address),
        }
    }
}

impl std::fmt::Display for Entrance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address.fmt(f)
    }
}
