//! A hospital in network namespaces: wires, a firewall that lets nothing in, real servers behind it.
//!
//! ```text
//!  vendor   198.51.100.10 ─┐                                     ┌─ ehr      203.0.113.11  PostgreSQL
//!  stranger 198.51.100.66 ─┤                                     ├─ pacs     203.0.113.12  Orthanc
//!  relay    198.51.100.20 ─┴─ internet ─ wan firewall lan ─ LAN ─┼─ lin      203.0.113.14  sshd
//!                                            dmz                 └─ approver 203.0.113.50  a PC
//!                                             └─ gateway 192.0.2.10
//! ```
//!
//! Root is needed. Every wire lies inside a namespace of this laboratory, all addresses are those of
//! documentation (RFC 5737): nothing touches the machine's own network, and laboratories of many tests
//! and processes stand side by side. A laboratory is gone when it is dropped; one whose process was
//! killed is removed when the next is raised.

mod capture;
mod faults;
mod lin;
mod network;
mod pacs;
mod place;
mod slow;
mod spaces;
mod spot;
mod streams;
mod sweep;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::OnceLock;

use tempfile::TempDir;

pub use capture::{Capture, Captured};
pub use lin::Lin;
pub use pacs::Pacs;
pub use place::Place;
pub use slow::Slow;
pub use spot::Spot;
pub use streams::{ClientHello, HYBRID, Stream};
pub use sweep::{Net, SILENCE, Swept};

use crate::peers::{Postgres, is_root};
use crate::run::Run;
use spaces::Spaces;

/// Where the gateway listens, for its own LAN's people: the firewall lets the approver's PC there.
pub const GATEWAY: SocketAddr = SocketAddr::new(ip(192, 0, 2, 10), 443);
/// Where the relay listens: the only thing outside that the firewall lets the gateway reach.
pub const RELAY: SocketAddr = SocketAddr::new(ip(198, 51, 100, 20), 443);
/// The database of the electronic health records.
pub const EHR: SocketAddr = SocketAddr::new(ip(203, 0, 113, 11), 5432);
/// The image archive's HTTP interface.
pub const PACS: SocketAddr = SocketAddr::new(ip(203, 0, 113, 12), 8042);
/// The Linux server.
pub const LIN: SocketAddr = SocketAddr::new(ip(203, 0, 113, 14), 22);
/// The hospital's only public address: its firewall's.
pub const PUBLIC: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 254);

const fn ip(a: u8, b: u8, c: u8, d: u8) -> std::net::IpAddr {
    std::net::IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

/// A laboratory. Its servers are started when they are first asked for.
#[derive(Debug)]
pub struct Lab {
    // In the order in which they end: servers, namespaces with whatever runs there, files.
    ehr: OnceLock<Postgres>,
    pacs: OnceLock<Pacs>,
    lin: OnceLock<Lin>,
    spaces: Spaces,
    folder: TempDir,
}

impl Lab {
    /// Raises one. Without root or network namespaces there is none, and it says so.
    ///
    /// # Panics
    /// If namespaces can be had and the network in them cannot be built: above all, if the firewall's
    /// rules do not load, for a router without rules forwards everything.
    pub fn raise() -> Option<Self> {
        let raised = if is_root() { Spaces::add() } else { None };
        let Some(spaces) = raised else {
            eprintln!("skipped: needs root and network namespaces");
            return None;
        };
        network::build(&spaces);
        let folder = crate::files::temporary("sekisho-lab-");
        Some(Self {
            ehr: OnceLock::new(),
            pacs: OnceLock::new(),
            lin: OnceLock::new(),
            spaces,
            folder,
        })
    }

    /// A folder that goes when the laboratory goes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The names of its namespaces, as `ip netns` lists them.
    pub fn namespaces(&self) -> Vec<String> {
        self.spaces.names()
    }

    /// The way into a place, for whoever belongs there.
    pub fn spot(&self, place: Place) -> Spot {
        self.spaces.spot(place.name())
    }

    /// Does something on a thread that stands in that place, as [`Spot::inside`].
    pub fn inside<T: Send>(&self, place: Place, work: impl FnOnce() -> T + Send) -> T {
        self.spot(place).inside(work)
    }

    /// The same command, to be run in that place.
    pub fn run(&self, place: Place, run: Run) -> Run {
        self.spot(place).run(run)
    }

    /// Whether a TCP connection from there to this address opens. "No" takes [`SILENCE`].
    pub fn reaches(&self, from: Place, to: SocketAddr) -> bool {
        self.inside(from, || TcpStream::connect_timeout(&to, SILENCE).is_ok())
    }

    /// Something that answers there until it is dropped.
    pub fn listen(&self, place: Place, port: u16) -> TcpListener {
        self.inside(place, || {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).expect("the port is free")
        })
    }

    /// The database: user `hospital` with [`Postgres::PASSWORD`], from the DMZ and the LAN.
    pub fn ehr(&self) -> &Postgres {
        self.ehr.get_or_init(|| {
            self.inside(Place::Ehr, || {
                Postgres::at(EHR, &["192.0.2.0/24", "203.0.113.0/24"])
            })
        })
    }

    /// The image archive.
    pub fn pacs(&self) -> &Pacs {
        self.pacs
            .get_or_init(|| self.inside(Place::Pacs, || Pacs::start(PACS)))
    }

    /// The Linux server.
    pub fn lin(&self) -> &Lin {
        self.lin
            .get_or_init(|| self.inside(Place::Lin, || Lin::start(LIN)))
    }
}
