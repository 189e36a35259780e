//! OpenSSH with a local forward: an sshd and an ssh of our own, which know nobody else.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::lane::{Lane, Name};
use crate::process::{Running, find, free_address, output};

/// Which cipher the session takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cipher {
    /// OpenSSH's own choice: chacha20-poly1305.
    Default,
    Aes256Gcm,
}

/// One forward over one live session.
#[derive(Debug)]
pub(crate) struct Ssh {
    // The client first: dropped in this order, the server's session ends by itself.
    client: Running,
    server: Running,
    entrance: SocketAddr,
    cipher: Cipher,
}

impl Ssh {
    pub(crate) fn start(folder: &Path, target: SocketAddr, cipher: Cipher) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (at, entrance) = (free_address()?, free_address()?);
        let keys = Keys::make(folder, at)?;
        let server = server(folder, &keys, at)?;
        let client = client(folder, &keys, at, entrance, target, cipher)?;
        Ok(Self {
            client,
            server,
            entrance,
            cipher,
        })
    }

    pub(crate) fn lane(&self) -> Lane {
        Lane {
            name: match self.cipher {
                Cipher::Default => Name::SshDefault,
                Cipher::Aes256Gcm => Name::SshGcm,
            },
            entrance: self.entrance,
            gateway: vec![self.server.pid()],
            client: vec![self.client.pid()],
            works_on: false,
        }
    }
}

struct Keys {
    host: PathBuf,
    user: PathBuf,
    known_hosts: PathBuf,
}

impl Keys {
    fn make(folder: &Path, at: SocketAddr) -> Result<Self> {
        let keys = Self {
            host: folder.join("host"),
            user: folder.join("user"),
            known_hosts: folder.join("known_hosts"),
        };
        for key in [&keys.host, &keys.user] {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key);
            output(&mut make)?;
        }
        let host = fs::read_to_string(keys.host.with_extension("pub"))?;
        let known = format!("[{}]:{} {host}", at.ip(), at.port());
        fs::write(&keys.known_hosts, known)?;
        Ok(keys)
    }
}

fn server(folder: &Path, keys: &Keys, at: SocketAddr) -> Result<Running> {
    if rustix::process::geteuid().is_root() {
        // sshd started as root will not run without it; the package's service makes it at start.
        fs::create_dir_all("/run/sshd").context("/run/sshd")?;
    }
    let config = folder.join("sshd_config");
    let lines = format!(
        "ListenAddress {at}\n\
         HostKey {host}\n\
         AuthorizedKeysFile {user}.pub\n\
         PidFile none\n\
         UsePAM no\n\
         StrictModes no\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\n\
         AllowTcpForwarding local\n\
         LogLevel ERROR\n",
        host = keys.host.display(),
        user = keys.user.display(),
    );
    fs::write(&config, lines)?;
    let sshd = find("sshd").context("sshd")?;
    let mut command = Command::new(sshd);
    command.args(["-D", "-e", "-f"]).arg(config);
    Running::peer("sshd", &mut command, &folder.join("sshd.log"), at)
}

fn client(
    folder: &Path,
    keys: &Keys,
    at: SocketAddr,
    entrance: SocketAddr,
    target: SocketAddr,
    cipher: Cipher,
) -> Result<Running> {
    let user = output(Command::new("id").arg("-un"))?;
    let mut command = Command::new("ssh");
    command.args(["-N", "-F", "none", "-L", &format!("{entrance}:{target}")]);
    command.arg("-p").arg(at.port().to_string());
    command.arg("-i").arg(&keys.user);
    let known = format!("UserKnownHostsFile={}", keys.known_hosts.display());
    let settings = [
        // The default of OpenSSH 9 costs the client 78 ms of computing: not what is compared here.
        "KexAlgorithms=curve25519-sha256",
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "StrictHostKeyChecking=yes",
        "ExitOnForwardFailure=yes",
        "GlobalKnownHostsFile=none",
        known.as_str(),
    ];
    for setting in settings {
        command.args(["-o", setting]);
    }
    if cipher == Cipher::Aes256Gcm {
        command.args(["-c", "aes256-gcm@openssh.com"]);
    }
    command.arg(format!("{}@{}", user.trim(), at.ip()));
    Running::peer("ssh", &mut command, &folder.join("ssh.log"), entrance)
}
