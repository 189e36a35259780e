//! OpenSSH of our own, which knows nobody else: two sshd, one in front of the other, and clients.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cold::Way;
use crate::lane::{Lane, Name, Roles};
use crate::process::{Running, find, free_address, output};
use crate::room::Room;

/// How a local port leads to the far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// `-L` by the outer sshd, with OpenSSH's own choice of cipher: chacha20-poly1305.
    Default,
    /// The same with aes256-gcm.
    Aes256Gcm,
    /// `-J` over the outer sshd, and `-L` by the inner one.
    Jump,
}

/// A jump host, and a machine behind it.
#[derive(Debug)]
pub(crate) struct Machines {
    outer: Server,
    inner: Server,
    folder: PathBuf,
}

/// An sshd.
#[derive(Debug)]
struct Server {
    running: Running,
    at: SocketAddr,
    /// Its public host key.
    host_key: String,
}

impl Machines {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        if rustix::process::geteuid().is_root() {
            // sshd started as root will not run without it; the package's service makes it at start.
            fs::create_dir_all("/run/sshd").context("/run/sshd")?;
        }
        let key = key(folder, "user")?;
        fs::write(folder.join("authorized_keys"), key)?;
        let machines = Self {
            outer: Server::start(folder, "outer")?,
            inner: Server::start(folder, "inner")?,
            folder: folder.to_owned(),
        };
        fs::write(machines.config(), machines.hosts()?)?;
        Ok(machines)
    }

    /// The configuration of every client: `outer`, `inner`, and `through` the one to the other.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("ssh_config")
    }

    /// The machine behind the jump host, as one reaches it by itself.
    pub(crate) fn inner(&self) -> (SocketAddr, &str) {
        (self.inner.at, &self.inner.host_key)
    }

    /// The process of that machine's sshd.
    pub(crate) fn inner_process(&self) -> u32 {
        self.inner.running.pid()
    }

    /// The private key that both let in, and for which login.
    pub(crate) fn login(&self) -> Result<(PathBuf, String)> {
        Ok((self.folder.join("user"), user()?))
    }

    /// The two sshd, the outer one first.
    pub(crate) fn pids(&self) -> (u32, u32) {
        (self.outer.running.pid(), self.inner.running.pid())
    }

    fn hosts(&self) -> Result<String> {
        let known = self.folder.join("known_hosts");
        let mut lines = String::new();
        let mut keys = String::new();
        for (name, server) in [("outer", &self.outer), ("inner", &self.inner)] {
            let (ip, port) = (server.at.ip(), server.at.port());
            lines += &format!("Host {name}\n    HostName {ip}\n    Port {port}\n");
            keys += &format!("[{ip}]:{port} {}\n", server.host_key);
        }
        fs::write(&known, keys)?;
        let (ip, port) = (self.inner.at.ip(), self.inner.at.port());
        lines += &format!(
            "Host through\n    HostName {ip}\n    Port {port}\n    ProxyJump outer\nHost *\n"
        );
        let (user, known) = (user()?, known.display().to_string());
        let identity = self.folder.join("user").display().to_string();
        let settings = [
            ("User", user.as_str()),
            ("IdentityFile", &identity),
            ("IdentitiesOnly", "yes"),
            ("IdentityAgent", "none"),
            // The default of OpenSSH 9 costs the client 78 ms of computing: not what is compared here.
            ("KexAlgorithms", "curve25519-sha256"),
            ("BatchMode", "yes"),
            ("StrictHostKeyChecking", "yes"),
            ("ExitOnForwardFailure", "yes"),
            ("GlobalKnownHostsFile", "none"),
            ("UserKnownHostsFile", &known),
        ];
        for (setting, value) in settings {
            lines += &format!("    {setting} {value}\n");
        }
        Ok(lines)
    }

    /// A local port that leads to `target`.
    pub(crate) fn forward(&self, target: SocketAddr, how: How) -> Result<Forward> {
        let entrance = free_address()?;
        let mut command = Command::new("ssh");
        command.arg("-F").arg(self.config());
        command.args(["-N", "-L", &format!("{entrance}:{target}")]);
        let (host, name, log) = match how {
            How::Default => ("outer", Name::SshDefault, "client.log"),
            How::Aes256Gcm => ("outer", Name::SshGcm, "client-gcm.log"),
            How::Jump => ("through", Name::SshJump, "client-jump.log"),
        };
        if how == How::Aes256Gcm {
            command.args(["-c", "aes256-gcm@openssh.com"]);
        }
        command.arg(host);
        let client = Running::peer("ssh", &mut command, &self.folder.join(log), entrance)?;
        let (outer, inner) = (self.outer.running.pid(), self.inner.running.pid());
        let (gateway, relay) = match how {
            How::Default | How::Aes256Gcm => (vec![outer], Vec::new()),
            How::Jump => (vec![inner], vec![outer]),
        };
        Ok(Forward {
            lane: Lane {
                name,
                entrance: entrance.into(),
                roles: Roles {
                    gateway,
                    relay,
                    client: vec![client.pid()],
                    works_on: false,
                },
            },
            _client: client,
        })
    }
}

/// From far away, and cold.
impl Machines {
    /// A program for one connection to `target` through the jump host.
    pub(crate) fn cold(&self, target: SocketAddr) -> Way {
        let config = self.config();
        Way {
            name: Name::SshDefault,
            roles: Roles {
                gateway: vec![self.outer.running.pid()],
                ..Roles::default()
            },
            program: Box::new(move || {
                let mut ssh = Command::new("ssh");
                ssh.arg("-F").arg(&config);
                ssh.args(["-W", &target.to_string(), "outer"]);
                ssh
            }),
        }
    }

    /// The jump host.
    pub(crate) fn outer(&self) -> SocketAddr {
        self.outer.at
    }

    /// A client in a room, with a port there that leads to `target`, which knows the jump host at `at`.
    pub(crate) fn far_forward(
        &self,
        room: &Room,
        at: SocketAddr,
        target: SocketAddr,
    ) -> Result<(Running, SocketAddr)> {
        let entrance = free_address()?;
        let known = format!("[{}]:{}", self.outer.at.ip(), self.outer.at.port());
        let mut command = room.enter();
        command.arg("ssh").arg("-F").arg(self.config());
        command.args(["-N", "-L", &format!("{entrance}:{target}")]);
        command.args(["-o", &format!("HostName={}", at.ip())]);
        command.args(["-o", &format!("Port={}", at.port())]);
        command.args(["-o", &format!("HostKeyAlias={known}"), "outer"]);
        let log = self.folder.join("client-far.log");
        let client = Running::peer_inside(room, "ssh", &mut command, &log, entrance)?;
        Ok((client, entrance))
    }
}

impl Server {
    fn start(folder: &Path, name: &str) -> Result<Self> {
        let at = free_address()?;
        let host_key = key(folder, name)?;
        let config = folder.join(format!("{name}.conf"));
        let (host, users) = (folder.join(name), folder.join("authorized_keys"));
        let lines = format!(
            "ListenAddress {at}\n\
             HostKey {host}\n\
             AuthorizedKeysFile {users}\n\
             PidFile none\n\
             UsePAM no\n\
             StrictModes no\n\
             PasswordAuthentication no\n\
             KbdInteractiveAuthentication no\n\
             PermitRootLogin prohibit-password\n\
             AllowTcpForwarding local\n\
             MaxStartups 1000\n\
             Subsystem sftp internal-sftp\n\
             SetEnv HOME={home}\n\
             LogLevel ERROR\n",
            home = folder.display(),
            host = host.display(),
            users = users.display(),
        );
        fs::write(&config, lines)?;
        let mut command = Command::new(find("sshd").context("sshd")?);
        command.args(["-D", "-e", "-f"]).arg(config);
        let log = folder.join(format!("{name}.log"));
        Ok(Self {
            running: Running::peer("sshd", &mut command, &log, at)?,
            at,
            host_key,
        })
    }
}

/// Makes a key pair in two files, and gives the public line.
fn key(folder: &Path, name: &str) -> Result<String> {
    let file = folder.join(name);
    let mut make = Command::new("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&file);
    output(&mut make)?;
    Ok(fs::read_to_string(file.with_extension("pub"))?
        .trim()
        .to_owned())
}

fn user() -> Result<String> {
    Ok(output(Command::new("id").arg("-un"))?.trim().to_owned())
}

/// A forward over a live session.
#[derive(Debug)]
pub(crate) struct Forward {
    lane: Lane,
    _client: Running,
}

impl Forward {
    pub(crate) fn lane(&self) -> Lane {
        self.lane.clone()
    }
}
