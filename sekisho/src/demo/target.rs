//! The server that the demo's engineer maintains: a real OpenSSH server on loopback, with a
//! configuration, keys and folders of its own. It lets in one key: the gateway's.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian puts it; elsewhere it is looked for by name.
const SSHD: &str = "/usr/sbin/sshd";

/// How long it may take until it answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// The running server. Dropping it stops it.
pub(super) struct Target {
    server: Child,
    folder: PathBuf,
    address: SocketAddr,
    user: String,
    host_key: String,
}

impl Target {
    /// Starts it in a new folder.
    pub(super) fn start(folder: &Path) -> std::io::Result<Self> {
        for part in ["out", "private", "in"] {
            std::fs::create_dir_all(folder.join(part))?;
        }
        std::fs::write(folder.join("out").join("status.log"), "orca: OK\n")?;
        std::fs::write(folder.join("private").join("patients.csv"), "1,山田\n")?;
        std::fs::write(folder.join("authorized_keys"), "")?;
        run(Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
            .arg(folder.join("host")))?;
        let host_key = std::fs::read_to_string(folder.join("host.pub"))?;
        let address = super::stage::free_address()?;
        std::fs::write(folder.join("sshd_config"), configured(folder, address))?;
        // Where a server that runs as root confines what has not signed in yet; another needs it not.
        let _may_not = std::fs::create_dir_all("/run/sshd");
        let server = Command::new(SSHD)
            .args(["-D", "-e", "-f"])
            .arg(folder.join("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let me = Command::new("id").arg("-un").output()?;
        let target = Self {
            server,
            folder: folder.to_owned(),
            address,
            user: String::from_utf8_lossy(&me.stdout).trim().to_owned(),
            host_key: host_key.trim().to_owned(),
        };
        target.answers()?;
        Ok(target)
    }

    fn answers(&self) -> std::io::Result<()> {
        let until = Instant::now() + ANSWERS_WITHIN;
        loop {
            match TcpStream::connect_timeout(&self.address, ANSWERS_WITHIN) {
                Ok(_) => return Ok(()),
                Err(cause) if Instant::now() > until => return Err(cause),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The account that the gateway uses.
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// Its host key, to be pinned.
    pub(super) fn host_key(&self) -> &str {
        &self.host_key
    }

    /// A folder of it: `out` may leave, `in` may be written, `private` is nobody's business.
    pub(super) fn folder(&self, part: &str) -> String {
        self.folder.join(part).display().to_string()
    }

    /// Lets this key in.
    pub(super) fn lets_in(&self, line: &str) -> std::io::Result<()> {
        let mut keys = std::fs::OpenOptions::new()
            .append(true)
            .open(self.folder.join("authorized_keys"))?;
        writeln!(keys, "{line}")
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // It is gone already, or goes with the system's temporary folder.
        let _gone = self.server.kill();
        let _reaped = self.server.wait();
    }
}

fn run(command: &mut Command) -> std::io::Result<()> {
    let done = command.stdin(Stdio::null()).output()?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    Err(std::io::Error::other(said))
}

/// Forwarding is allowed on purpose: what refuses it must be the gateway.
fn configured(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "ListenAddress {address}\n\
         HostKey {folder}/host\n\
         AuthorizedKeysFile {folder}/authorized_keys\n\
         StrictModes no\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         UsePAM no\n\
         PermitRootLogin prohibit-password\n\
         AllowTcpForwarding yes\n\
         Subsystem sftp internal-sftp\n\
         PidFile none\n"
    )
}
