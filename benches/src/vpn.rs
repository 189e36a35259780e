//! VPNs: what hospitals have in place of this. The engineer's end stands in a room of its own, the
//! hospital's end on this machine, beside the target.

mod ocserv;
mod wireguard;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use self::ocserv::Ocserv;
use self::wireguard::WireGuard;
use crate::lane::{Absent, Lane, Name};
use crate::room::Room;

/// Those that run here. They end with this value, the room last.
#[derive(Debug, Default)]
pub(crate) struct Vpns {
    ocserv: Option<Ocserv>,
    wireguard: Option<WireGuard>,
    lanes: Vec<Lane>,
    /// Those that do not, and why.
    pub(crate) absent: Vec<Absent>,
}

impl Vpns {
    /// Starts what this machine lets us start. The target listens on all addresses.
    pub(crate) fn start(folder: &Path, target: SocketAddr) -> Self {
        let mut vpns = Self::default();
        let room = match Room::open() {
            Ok(room) => Arc::new(room),
            Err(why) => {
                for name in [Name::Ocserv, Name::WireGuard] {
                    vpns.is_absent(name, &why);
                }
                return vpns;
            }
        };
        match with_a_byte(Ocserv::start(&folder.join("ocserv"), &room), &room, target) {
            Ok((ocserv, lane)) => {
                vpns.ocserv = Some(ocserv);
                vpns.lanes.push(lane);
            }
            Err(why) => vpns.is_absent(Name::Ocserv, &why),
        }
        let wireguard = WireGuard::start(&folder.join("wireguard"), &room);
        match with_a_byte(wireguard, &room, target) {
            Ok((wireguard, lane)) => {
                vpns.wireguard = Some(wireguard);
                vpns.lanes.push(lane);
            }
            Err(why) => vpns.is_absent(Name::WireGuard, &why),
        }
        vpns
    }

    pub(crate) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    fn is_absent(&mut self, name: Name, why: &anyhow::Error) {
        let why = format!("{why:#}").replace(['\n', '|'], " ");
        eprintln!("{name} is not measured: {why}");
        self.absent.push(Absent { name, why });
    }
}

/// A tunnel, and its lane.
trait Tunnel {
    fn lane(&self, room: &Arc<Room>, target: SocketAddr) -> Lane;
}

/// A tunnel counts as running when it has carried a byte.
fn with_a_byte<T: Tunnel>(
    started: Result<T>,
    room: &Arc<Room>,
    target: SocketAddr,
) -> Result<(T, Lane)> {
    let tunnel = started?;
    let lane = tunnel.lane(room, target);
    crate::driver::first_byte(&lane.entrance)?;
    Ok((tunnel, lane))
}
