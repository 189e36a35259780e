//! Where everybody of a hospital stands: on loopback, or in a laboratory.

use std::net::SocketAddr;

use crate::hospital::{CHIEF_FROM, CLERK_FROM, VENDOR_FROM, VENDOR_NET};
use crate::lab::{GATEWAY, Lab, Place, RELAY, Spot};
use crate::peers::free_port;
use crate::run::Run;

/// Addresses, and the way to the machines that have them.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Where the gateway listens.
    pub gateway: SocketAddr,
    /// Where engineers are told to go.
    pub engineers: String,
    /// The hospital's own network.
    pub lan: &'static str,
    /// Where the office manager comes from.
    pub clerk: String,
    /// Where the second approver comes from.
    pub chief: String,
    /// The network that a vendor registers.
    pub vendor_net: String,
    /// Where an engineer comes from.
    pub vendor: String,
    /// The gateway's machine, if it is not this one.
    pub server: Option<Spot>,
    /// The PC of the hospital's people.
    pub desk: Option<Spot>,
    /// The engineers' computer.
    pub office: Option<Spot>,
}

impl Ground {
    /// Everybody has an address of loopback of their own.
    pub fn loopback() -> Self {
        let gateway = SocketAddr::from(([127, 0, 0, 1], free_port()));
        Self {
            gateway,
            engineers: gateway.to_string(),
            lan: "127.0.2.0/24",
            clerk: CLERK_FROM.to_owned(),
            chief: CHIEF_FROM.to_owned(),
            vendor_net: VENDOR_NET.to_owned(),
            vendor: VENDOR_FROM.to_owned(),
            server: None,
            desk: None,
            office: None,
        }
    }

    /// The gateway in the DMZ, the hospital's people at the one PC that the firewall lets there, and
    /// engineers on the internet, who know of the relay only.
    pub fn of(lab: &Lab) -> Self {
        let desk = Place::Approver.address().to_string();
        let vendor = Place::Vendor.address();
        Self {
            gateway: GATEWAY,
            engineers: RELAY.to_string(),
            lan: "203.0.113.0/24",
            clerk: desk.clone(),
            chief: desk,
            vendor_net: format!("{vendor}/32"),
            vendor: vendor.to_string(),
            server: Some(lab.spot(Place::Gateway)),
            desk: Some(lab.spot(Place::Approver)),
            office: Some(lab.spot(Place::Vendor)),
        }
    }
}

/// The same command at the gateway's machine.
pub fn at_the_gateway(ground: &Ground, run: Run) -> Run {
    at(ground.server.as_ref(), run)
}

/// The same command on this machine, or over there.
pub(crate) fn at(spot: Option<&Spot>, run: Run) -> Run {
    match spot {
        Some(spot) => spot.run(run),
        None => run,
    }
}
