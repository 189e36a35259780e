//! Everybody's engineer in the room, and everybody's hospital behind a long way.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::Stage;
use crate::entrance::Entrance;
use crate::lane::{Lane, Name, Roles};
use crate::long_way::LongWays;
use crate::process::Running;
use crate::room::Room;

/// Where the gateway's vendors come from.
const VENDOR: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 5);

pub(super) struct Ends {
    lanes: Vec<Lane>,
    _clients: Vec<Running>,
}

impl Ends {
    pub(super) fn start(
        work: &Path,
        stage: Stage<'_>,
        room: &Arc<Room>,
        ways: &LongWays,
    ) -> Result<Self> {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port = ways.port(stage.hospital.address(), VENDOR.into())?;
        let (ours, at) = stage.hospital.far_link(room, port)?;
        let mut clients = vec![ours];
        let mut lanes = vec![lane(Name::Recorded, Entrance::inside(room, at))];
        let target = stage.far_end.address();
        let port = ways.port(stage.machines.outer(), loopback)?;
        let (ssh, at) = stage.machines.far_forward(room, port, target)?;
        clients.push(ssh);
        lanes.push(lane(Name::SshDefault, Entrance::inside(room, at)));
        let port = ways.port(stage.stunnel.server_address(), loopback)?;
        let (stunnel, at) = stage
            .stunnel
            .far_client(&work.join("stunnel"), room, port)?;
        clients.push(stunnel);
        lanes.push(lane(Name::Stunnel, Entrance::inside(room, at)));
        for lane in &lanes {
            crate::driver::first_byte(&lane.entrance)?;
        }
        Ok(Self {
            lanes,
            _clients: clients,
        })
    }

    pub(super) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }
}

/// Nobody asks what it costs.
fn lane(name: Name, entrance: Entrance) -> Lane {
    Lane {
        name,
        entrance,
        roles: Roles::default(),
    }
}
