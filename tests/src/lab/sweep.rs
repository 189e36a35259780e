//! A port scan of our own: every port of every address at once, from where somebody stands.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};
use socket2::{Domain, Socket, Type};

use super::{Lab, Place};

/// How long silence is listened to. The first attempt is repeated after one second (RFC 6298, 2.1):
/// what is open has been asked twice.
pub const SILENCE: Duration = Duration::from_millis(1_500);

/// A network of 254 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net([u8; 3]);

impl Net {
    /// 198.51.100.0/24.
    pub const INTERNET: Self = Self([198, 51, 100]);
    /// 192.0.2.0/24.
    pub const DMZ: Self = Self([192, 0, 2]);
    /// 203.0.113.0/24.
    pub const LAN: Self = Self([203, 0, 113]);

    fn addresses(self) -> impl Iterator<Item = Ipv4Addr> {
        let [a, b, c] = self.0;
        (1..=254).map(move |d| Ipv4Addr::new(a, b, c, d))
    }
}

/// What a sweep found. Who says that a port is closed has answered too.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Swept {
    /// Connections that opened.
    pub open: Vec<SocketAddr>,
    /// Connections that were refused.
    pub refused: Vec<SocketAddr>,
}

impl Swept {
    /// Whether nothing answered at all.
    pub fn is_silent(&self) -> bool {
        self.open.is_empty() && self.refused.is_empty()
    }
}

impl Lab {
    /// Tries these ports of every address of these networks, from there.
    ///
    /// # Panics
    /// If a connection cannot even be tried (no route, no descriptors): silence would prove nothing.
    pub fn sweep(&self, from: Place, nets: &[Net], ports: &[u16]) -> Swept {
        // Two sweeps of one process would share its descriptors.
        static ONE_BY_ONE: Mutex<()> = Mutex::new(());
        let _alone = ONE_BY_ONE.lock();
        let addresses = nets.iter().flat_map(|net| net.addresses());
        let all: Vec<SocketAddr> = addresses
            .flat_map(|address| ports.iter().map(move |port| (address, *port).into()))
            .collect();
        let mut swept = Swept::default();
        self.inside(from, || {
            for some in all.chunks(at_once()) {
                sweep(some, &mut swept);
            }
        });
        swept
    }
}

/// More than half of what this process may open; the rest is for everybody else in it.
fn at_once() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(65_536);
    usize::try_from(limit.saturating_mul(3) / 5)
        .unwrap_or(usize::MAX)
        .clamp(64, 16_384)
}

fn sweep(addresses: &[SocketAddr], swept: &mut Swept) {
    let mut waiting: Vec<(SocketAddr, Socket)> = Vec::with_capacity(addresses.len());
    for address in addresses {
        match knock(*address) {
            Some(socket) => waiting.push((*address, socket)),
            None => swept.refused.push(*address),
        }
    }
    let deadline = Instant::now() + SILENCE;
    while !waiting.is_empty() && Instant::now() < deadline {
        waiting.retain(|(address, socket)| match outcome(socket) {
            Outcome::Waiting => true,
            Outcome::Unreachable => false,
            Outcome::Open => {
                swept.open.push(*address);
                false
            }
            Outcome::Refused => {
                swept.refused.push(*address);
                false
            }
        });
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Begins a connection; none if it was refused at once.
fn knock(to: SocketAddr) -> Option<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)
        .unwrap_or_else(|cause| panic!("a sweep needs more descriptors: {cause}"));
    socket.set_nonblocking(true).expect("a socket of ours");
    let Err(cause) = socket.connect(&to.into()) else {
        return Some(socket);
    };
    if cause.kind() == ErrorKind::ConnectionRefused {
        return None;
    }
    let begun = cause.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error());
    assert!(begun, "a sweep cannot try {to}: {cause}");
    Some(socket)
}

enum Outcome {
    Waiting,
    Open,
    Refused,
    Unreachable,
}

fn outcome(socket: &Socket) -> Outcome {
    let cause = match socket.take_error() {
        Ok(None) if socket.peer_addr().is_ok() => return Outcome::Open,
        Ok(None) => return Outcome::Waiting,
        Ok(Some(cause)) | Err(cause) => cause.kind(),
    };
    if cause == ErrorKind::ConnectionRefused || cause == ErrorKind::ConnectionReset {
        return Outcome::Refused;
    }
    // A router or the own machine says that nobody is there.
    Outcome::Unreachable
}
