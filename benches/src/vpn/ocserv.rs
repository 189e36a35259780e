//! ocserv and openconnect over TLS: on this machine cheaper than over DTLS, and never slower.

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::Tunnel;
use crate::entrance::Entrance;
use crate::lane::{Lane, Name, Roles};
use crate::process::{Running, find, output};
use crate::room::{self, Room};

/// ocserv takes the first address of its network for itself.
const HOSPITAL: Ipv4Addr = Ipv4Addr::new(10, 213, 79, 1);
const NET: Ipv4Addr = Ipv4Addr::new(10, 213, 79, 0);

/// Nobody else reaches it.
const PASSWORD: &str = "bench";

/// Until the tunnel is up.
const STARTS_WITHIN: Duration = Duration::from_secs(20);

/// What openconnect calls when it has its address.
const UP: &str = "#!/bin/sh\n\
    [ \"$reason\" = connect ] || exit 0\n\
    ip link set dev \"$TUNDEV\" mtu \"$INTERNAL_IP4_MTU\" up\n\
    ip addr add \"$INTERNAL_IP4_ADDRESS/24\" dev \"$TUNDEV\"\n\
    echo up > \"$0.done\"\n";

#[derive(Debug)]
pub(super) struct Ocserv {
    engineer: Running,
    hospital: Running,
}

impl Ocserv {
    pub(super) fn start(folder: &Path, room: &Room) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let at: SocketAddr = TcpListener::bind((room::HERE, 0))?.local_addr()?;
        let pin = certificate(folder)?;
        passwords(folder)?;
        let config = folder.join("ocserv.conf");
        fs::write(&config, configuration(folder, at))?;
        let mut serve = Command::new(find("ocserv").context("ocserv")?);
        serve.args(["--foreground", "--config"]).arg(&config);
        let log = folder.join("ocserv.log");
        let hospital = Running::peer("ocserv", &mut serve, &log, at)?;
        let engineer = connect(folder, room, at, &pin)?;
        Ok(Self { engineer, hospital })
    }
}

/// A certificate made for the day, and the pin of its key.
fn certificate(folder: &Path) -> Result<String> {
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let mut make = Command::new("openssl");
    make.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]);
    make.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=bench"]);
    make.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    output(&mut make)?;
    let pin = format!(
        "openssl x509 -in '{}' -pubkey -noout | openssl pkey -pubin -outform der \
         | openssl dgst -sha256 -binary | openssl base64",
        certificate.display()
    );
    let pin = output(Command::new("sh").args(["-c", &pin]))?;
    Ok(format!("pin-sha256:{}", pin.trim()))
}

fn passwords(folder: &Path) -> Result<()> {
    let mut make = Command::new("ocpasswd");
    make.arg("-c").arg(folder.join("passwords")).arg("bench");
    make.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut making = make.spawn().context("ocpasswd")?;
    let typed = format!("{PASSWORD}\n{PASSWORD}\n");
    let mut terminal = making.stdin.take().context("its input")?;
    terminal.write_all(typed.as_bytes())?;
    drop(terminal);
    ensure!(making.wait()?.success(), "ocpasswd failed");
    Ok(())
}

fn configuration(folder: &Path, at: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "auth = \"plain[passwd={folder}/passwords]\"\n\
         listen-host = {}\ntcp-port = {}\n\
         run-as-user = nobody\nrun-as-group = daemon\n\
         socket-file = {folder}/socket\n\
         server-cert = {folder}/certificate.pem\nserver-key = {folder}/key.pem\n\
         isolate-workers = false\nmax-clients = 4\n\
         device = skoh\nipv4-network = {NET}\nipv4-netmask = 255.255.255.0\n\
         ping-leases = false\ncisco-client-compat = true\n",
        at.ip(),
        at.port()
    )
}

fn connect(folder: &Path, room: &Room, at: SocketAddr, pin: &str) -> Result<Running> {
    let script = folder.join("up");
    fs::write(&script, UP)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700))?;
    let password = folder.join("typed");
    client::keep::write_new_private(&password, format!("{PASSWORD}\n").as_bytes())?;
    let log = folder.join("openconnect.log");
    let said = fs::File::create(&log)?;
    let program = find("openconnect").context("openconnect")?;
    let mut dial = room.enter();
    dial.arg(program).args(["--no-dtls", "--user", "bench"]);
    dial.args(["--passwd-on-stdin", "--servercert", pin]);
    dial.args(["--interface", "skoe", "--script"]).arg(&script);
    dial.arg(format!("https://{at}"));
    dial.stdout(said.try_clone()?).stderr(said);
    let running = Running::with_input("openconnect", &mut dial, fs::File::open(password)?)?;
    let (up, started) = (folder.join("up.done"), Instant::now());
    while !up.exists() {
        let said = fs::read_to_string(&log).unwrap_or_default();
        ensure!(
            started.elapsed() < STARTS_WITHIN,
            "openconnect does not connect: {}",
            said.lines().last().unwrap_or_default()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(running)
}

impl Tunnel for Ocserv {
    fn lane(&self, room: &Arc<Room>, target: SocketAddr) -> Lane {
        Lane {
            name: Name::Ocserv,
            entrance: Entrance::inside(room, (HOSPITAL, target.port()).into()),
            roles: Roles {
                gateway: vec![self.hospital.pid()],
                client: vec![self.engineer.pid()],
                ..Roles::default()
            },
        }
    }
}
