//! OpenSSH's server, with a configuration and keys of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{answers, free_port, is_root, set_up};
use crate::leash::Leash;
use crate::run::Run;

/// A running `sshd` that lets one key in.
#[derive(Debug)]
pub struct OpenSsh {
    address: SocketAddr,
    folder: PathBuf,
    user: String,
    _leash: Leash,
}

impl OpenSsh {
    /// The one of this test run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<OpenSsh> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `ssh` to this server, over a command whose standard streams are the connection.
    pub fn ssh(&self, proxy_command: &str) -> Run {
        let mut known = String::new();
        let public = std::fs::read_to_string(self.folder.join("host.pub")).expect("a host key");
        let _written = write!(known, "target {public}");
        let known_hosts = self.folder.join("known");
        std::fs::write(&known_hosts, known).expect("our own folder");
        let option = |name: &str, value: &str| format!("{name}={value}");
        Run::of("ssh")
            .args(["-F", "none", "-T", "-i"])
            .arg(self.folder.join("key"))
            .args(["-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"])
            .args([
                "-o",
                "StrictHostKeyChecking=yes",
                "-o",
                "HostKeyAlias=target",
            ])
            .arg("-o")
            .arg(option(
                "UserKnownHostsFile",
                &known_hosts.display().to_string(),
            ))
            .arg("-o")
            .arg(option("ProxyCommand", proxy_command))
            .arg(format!("{}@target", self.user))
    }

    fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sekisho-sshd-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        if is_root() {
            // Where sshd confines what has not signed in yet.
            std::fs::create_dir_all("/run/sshd").expect("root may");
        }
        for key in ["host", "key"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(folder.join(key));
            set_up(&mut keygen);
        }
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let configuration = folder.join("sshd_config");
        std::fs::write(&configuration, configured(&folder, address)).expect("our own folder");
        let mut server = Command::new("/usr/sbin/sshd");
        server.args(["-D", "-e", "-f"]).arg(&configuration);
        let leash = Leash::start(&server, &folder.join("sshd"), Some(&folder), "KILL");
        answers(address);
        let me = Command::new("id").arg("-un").output().expect("id runs");
        let user = String::from_utf8_lossy(&me.stdout).trim().to_owned();
        Self {
            address,
            folder,
            user,
            _leash: leash,
        }
    }
}

fn configured(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "ListenAddress {address}\n\
         HostKey {folder}/host\n\
         AuthorizedKeysFile {folder}/key.pub\n\
         StrictModes no\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         UsePAM no\n\
         PermitRootLogin prohibit-password\n\
         SetEnv HOME={folder}\n\
         PidFile none\n"
    )
}
