//! A Linux server: OpenSSH with a user of its own, whom this machine does not know.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::leash::Leash;
use crate::peers::{answers, free_port, is_root, set_up};
use crate::run::Run;

/// The user's number: outside every range that Debian gives to anybody.
const NUMBER: u32 = 70_010;

/// Lays the server's own lists of users over the machine's, for the server and whoever signs in alone,
/// and becomes the server. The whole of /etc is laid over: what is laid over a file is gone when somebody else
/// puts another file in its place, as whatever adds a user does. The list of who signed in is the server's own, too.
const AMONG_OWN_USERS: &str = r#"
set -e
own=$1; shift
mkdir "$own/machine" "$own/etc"
mount --bind /etc "$own/machine"
for each in "$own"/machine/*; do
  if [ -d "$each" ]; then ln -s "$each" "$own/etc/"; else cp -pP "$each" "$own/etc/"; fi
done
for list in passwd group shadow; do cp -p "$own/$list" "$own/etc/$list"; done
mount --bind "$own/etc" /etc
mount --bind "$own/log" /var/log
exec "$@"
"#;

/// A running `sshd`.
#[derive(Debug)]
pub struct Lin {
    address: SocketAddr,
    folder: PathBuf,
    _leash: Leash,
}

impl Lin {
    /// Who may sign in, with [`Self::PASSWORD`] or [`Self::key`].
    pub const USER: &'static str = "maint";
    /// The user's password.
    pub const PASSWORD: &'static str = "Quince-Heron-Lathe-18";

    /// One on loopback, for tests that need no wires. None without root: it has a user of its own.
    pub fn on_loopback() -> Option<Self> {
        if !is_root() {
            eprintln!("skipped: needs root, for a server with a user of its own");
            return None;
        }
        Some(Self::start(SocketAddr::from(([127, 0, 0, 1], free_port()))))
    }

    /// Starts it.
    pub(super) fn start(address: SocketAddr) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sekisho-lin-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&folder, open).expect("our own folder");
        // Where sshd confines what has not signed in yet.
        std::fs::create_dir_all("/run/sshd").expect("root may");
        for key in ["host", "key"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
            set_up(keygen.arg(folder.join(key)));
        }
        write_users(&folder);
        let log = folder.join("log");
        std::fs::create_dir(&log).expect("our own folder");
        // It is written where there is one.
        std::fs::write(log.join("wtmp"), "").expect("our own folder");
        let configuration = folder.join("sshd_config");
        std::fs::write(&configuration, configured(&folder, address)).expect("our own folder");
        let mut server = Command::new("unshare");
        server
            .args(["--mount", "--", "sh", "-c", AMONG_OWN_USERS, "sh"])
            .arg(&folder)
            .args(["/usr/sbin/sshd", "-D", "-e", "-f"])
            .arg(&configuration);
        let leash = Leash::start(&server, &folder.join("sshd"), Some(&folder), "KILL");
        answers(address);
        Self {
            address,
            folder,
            _leash: leash,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The home of [`Self::USER`].
    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// The private key that lets [`Self::USER`] in.
    pub fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    /// Its host key, as `ssh-ed25519 AAAA…`.
    pub fn host_key(&self) -> String {
        let line = std::fs::read_to_string(self.folder.join("host.pub")).expect("a host key");
        line.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    /// Its host key's fingerprint, as `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        let mut keygen = Command::new("ssh-keygen");
        keygen.arg("-lf").arg(self.folder.join("host.pub"));
        let said = keygen.output().expect("ssh-keygen runs").stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        let fingerprint = said.split(' ').find(|word| word.starts_with("SHA256:"));
        fingerprint.expect("a fingerprint").to_owned()
    }

    /// Lets [`Self::USER`] in by this line of `authorized_keys`, and by no other.
    pub fn trusts(&self, line: &str) {
        std::fs::write(self.folder.join("key.pub"), format!("{line}\n")).expect("our own folder");
    }

    /// What it has said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("sshd.log")).unwrap_or_default()
    }

    /// `ssh` straight to it with the user's key, for whoever can reach it.
    pub fn ssh(&self) -> Run {
        let known = self.folder.join("known");
        std::fs::write(&known, format!("lin {}\n", self.host_key())).expect("our own folder");
        Run::of("ssh")
            .args(["-F", "none", "-T", "-o", "BatchMode=yes", "-i"])
            .arg(self.key())
            .args(["-o", "IdentitiesOnly=yes", "-o", "HostKeyAlias=lin", "-o"])
            .arg(format!("UserKnownHostsFile={}", known.display()))
            .args(["-p", &self.address.port().to_string()])
            .arg(format!("{}@{}", Self::USER, self.address.ip()))
    }
}

/// The machine's users, groups and passwords, and one user more.
fn write_users(folder: &Path) {
    let home = folder.join("home");
    std::fs::create_dir(&home).expect("our own folder");
    chown(&home, Some(NUMBER), Some(NUMBER)).expect("root may");
    let mut hashed = Command::new("openssl");
    hashed.args(["passwd", "-6", Lin::PASSWORD]);
    let hash = hashed.output().expect("openssl runs").stdout;
    let hash = String::from_utf8_lossy(&hash).trim().to_owned();
    let user = Lin::USER;
    let more = [
        (
            "passwd",
            0o644,
            format!("{user}:x:{NUMBER}:{NUMBER}::{}:/bin/sh", home.display()),
        ),
        ("group", 0o644, format!("{user}:x:{NUMBER}:")),
        ("shadow", 0o600, format!("{user}:{hash}:19000:0:99999:7:::")),
    ];
    for (list, mode, line) in more {
        let mut whole = std::fs::read_to_string(Path::new("/etc").join(list)).expect("root may");
        let _infallible = writeln!(whole, "{line}");
        let own = folder.join(list);
        std::fs::write(&own, whole).expect("our own folder");
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&own, mode).expect("our own folder");
    }
}

/// It permits what servers usually permit: what is refused on the way here, the gateway refuses.
fn configured(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "ListenAddress {address}\n\
         HostKey {folder}/host\n\
         AuthorizedKeysFile {folder}/key.pub\n\
         StrictModes no\n\
         PasswordAuthentication yes\n\
         KbdInteractiveAuthentication no\n\
         UsePAM no\n\
         PermitRootLogin no\n\
         AllowTcpForwarding yes\n\
         AllowAgentForwarding yes\n\
         AllowStreamLocalForwarding yes\n\
         X11Forwarding yes\n\
         MaxStartups 400\n\
         MaxSessions 400\n\
         UseDNS no\n\
         Subsystem sftp internal-sftp\n\
         PidFile none\n"
    )
}
