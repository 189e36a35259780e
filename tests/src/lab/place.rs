//! Who stands where.

use std::net::Ipv4Addr;

/// A machine of the laboratory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The vendor's engineer, on the internet, with a route to the hospital: only the firewall keeps
    /// them out.
    Vendor,
    /// Somebody else on the internet, with the same route.
    Stranger,
    /// The relay, on the internet, with the same route.
    Relay,
    /// The hospital's firewall.
    Firewall,
    /// The gateway, alone in the DMZ.
    Gateway,
    /// The electronic health records.
    Ehr,
    /// The image archive.
    Pacs,
    /// A Linux server.
    Lin,
    /// The PC of somebody who approves.
    Approver,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 9] = [
        Self::Vendor,
        Self::Stranger,
        Self::Relay,
        Self::Firewall,
        Self::Gateway,
        Self::Ehr,
        Self::Pacs,
        Self::Lin,
        Self::Approver,
    ];

    /// Its own address; the firewall's is the one towards the LAN.
    pub const fn address(self) -> Ipv4Addr {
        match self {
            Self::Vendor => Ipv4Addr::new(198, 51, 100, 10),
            Self::Stranger => Ipv4Addr::new(198, 51, 100, 66),
            Self::Relay => Ipv4Addr::new(198, 51, 100, 20),
            Self::Firewall => Ipv4Addr::new(203, 0, 113, 1),
            Self::Gateway => Ipv4Addr::new(192, 0, 2, 10),
            Self::Ehr => Ipv4Addr::new(203, 0, 113, 11),
            Self::Pacs => Ipv4Addr::new(203, 0, 113, 12),
            Self::Lin => Ipv4Addr::new(203, 0, 113, 14),
            Self::Approver => Ipv4Addr::new(203, 0, 113, 50),
        }
    }

    /// Its name in the names of namespaces.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Stranger => "stranger",
            Self::Relay => "relay",
            Self::Firewall => "fw",
            Self::Gateway => "gw",
            Self::Ehr => "ehr",
            Self::Pacs => "pacs",
            Self::Lin => "lin",
            Self::Approver => "approver",
        }
    }

    /// The firewall's address in the same segment; the firewall's own is that of its loopback.
    pub(super) const fn router(self) -> Ipv4Addr {
        match self {
            Self::Vendor | Self::Stranger | Self::Relay => Ipv4Addr::new(198, 51, 100, 254),
            Self::Gateway => Ipv4Addr::new(192, 0, 2, 1),
            Self::Firewall => Ipv4Addr::LOCALHOST,
            Self::Ehr | Self::Pacs | Self::Lin | Self::Approver => Ipv4Addr::new(203, 0, 113, 1),
        }
    }

    /// Somebody who is always there, behind each of its interfaces.
    pub(super) fn neighbours(self) -> Vec<Ipv4Addr> {
        let mut there = vec![Ipv4Addr::LOCALHOST];
        if self == Self::Firewall {
            there.extend([Self::Vendor, Self::Ehr, Self::Gateway].map(Self::address));
        } else {
            there.push(self.router());
        }
        there
    }
}
