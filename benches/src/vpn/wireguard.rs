//! WireGuard in user space at both ends: `wireguard-go`, as Debian has it.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::Tunnel;
use crate::entrance::Entrance;
use crate::lane::{Lane, Name, Roles};
use crate::process::{Running, output};
use crate::room::{self, Room, ip};

const HOSPITAL: Ipv4Addr = Ipv4Addr::new(10, 213, 78, 1);
const ENGINEER: Ipv4Addr = Ipv4Addr::new(10, 213, 78, 2);
const NET: &str = "10.213.78.0/24";

/// Until an interface is there.
const STARTS_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct WireGuard {
    engineer: Running,
    hospital: Running,
}

/// An interface, the file of its private key, and its public key.
struct End {
    interface: String,
    private: String,
    public: String,
}

impl End {
    fn make(folder: &Path, letter: char) -> Result<Self> {
        let private = output(Command::new("wg").arg("genkey"))?;
        let file = folder.join(letter.to_string());
        client::keep::write_new_private(&file, private.as_bytes())?;
        let mut public = Command::new("wg");
        public.arg("pubkey").stdin(fs::File::open(&file)?);
        let public = public.stderr(Stdio::inherit()).output()?;
        ensure!(public.status.success(), "wg pubkey failed");
        Ok(Self {
            interface: format!("skw{letter}{}", std::process::id() % 100_000),
            private: file.display().to_string(),
            public: String::from_utf8(public.stdout)?.trim().to_owned(),
        })
    }

    /// The process behind the interface; ready when `wg` can speak to it.
    fn run(&self, mut command: Command, log: &Path) -> Result<Running> {
        let log = fs::File::create(log)?;
        command.args(["wireguard-go", "--foreground", &self.interface]);
        command.stdout(log.try_clone()?).stderr(log);
        let running = Running::start("wireguard-go", &mut command)?;
        let started = Instant::now();
        while output(Command::new("wg").args(["show", &self.interface])).is_err() {
            ensure!(
                started.elapsed() < STARTS_WITHIN,
                "wireguard-go makes no interface"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }
}

impl WireGuard {
    pub(super) fn start(folder: &Path, room: &Room) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let port = UdpSocket::bind((room::HERE, 0))?.local_addr()?.port();
        let (ours, theirs) = (End::make(folder, 'h')?, End::make(folder, 'e')?);
        let hospital = ours.run(Command::new("env"), &folder.join("hospital.log"))?;
        let engineer = theirs.run(room.enter(), &folder.join("engineer.log"))?;
        let listen = port.to_string();
        let mut set = Command::new("wg");
        set.args(["set", &ours.interface, "listen-port", &listen]);
        set.args(["private-key", &ours.private, "peer", &theirs.public]);
        output(set.args(["allowed-ips", &format!("{ENGINEER}/32")]))?;
        let mut set = Command::new("wg");
        set.args(["set", &theirs.interface, "private-key", &theirs.private]);
        set.args(["peer", &ours.public, "allowed-ips", NET]);
        output(set.args(["endpoint", &format!("{}:{port}", room::HERE)]))?;
        let address = format!("{HOSPITAL}/24");
        ip(&["addr", "add", &address, "dev", &ours.interface])?;
        ip(&["link", "set", &ours.interface, "up"])?;
        room.address(&theirs.interface, IpAddr::V4(ENGINEER))
            .context("the engineer's address in the tunnel")?;
        Ok(Self { engineer, hospital })
    }
}

impl Tunnel for WireGuard {
    fn lane(&self, room: &Arc<Room>, target: SocketAddr) -> Lane {
        Lane {
            name: Name::WireGuard,
            entrance: Entrance::inside(room, (HOSPITAL, target.port()).into()),
            roles: Roles {
                gateway: vec![self.hospital.pid()],
                client: vec![self.engineer.pid()],
                ..Roles::default()
            },
        }
    }
}
