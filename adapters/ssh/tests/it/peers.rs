//! OpenSSH, with configuration and keys of its own in a temporary folder.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use ssh::{HostKey, LoginKey, Secret, TargetLogin, check_private_key};
use tempfile::TempDir;

use crate::bridge::{Bridge, Way, host_key};

/// `sshd`.
pub(crate) struct Sshd {
    folder: TempDir,
    _server: Kept,
    pub(crate) address: SocketAddr,
    pub(crate) user: String,
    key: LoginKey,
}

/// A program that ends with the test, however it ends.
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

impl Sshd {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for kind in ["ed25519", "ecdsa"] {
            let host = path.join(format!("host_{kind}"));
            let made = run(Command::new("ssh-keygen")
                .args(["-q", "-t", kind, "-N", "", "-f"])
                .arg(host));
            assert!(made.status.success());
        }
        let key = LoginKey::generate().unwrap();
        let public = check_private_key(&key.pem().unwrap()).unwrap();
        fs::write(path.join("authorized"), format!("{public}\n")).unwrap();
        let address = free_address();
        let mut text = String::new();
        let place = path.display();
        write!(
            text,
            "ListenAddress {address}\nHostKey {place}/host_ed25519\nHostKey {place}/host_ecdsa\n\
             AuthorizedKeysFile {place}/authorized\nStrictModes no\nUsePAM no\n\
             KbdInteractiveAuthentication no\nPasswordAuthentication yes\nPermitRootLogin yes\n\
             PidFile none\nSetEnv HOME={place}\nMaxSessions 64\nMaxStartups 100\nAcceptEnv LC_*\n\
             Subsystem sftp internal-sftp\n"
        )
        .unwrap();
        fs::write(path.join("sshd_config"), text).unwrap();
        let _exists = fs::create_dir_all("/run/sshd");
        let server = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(path.join("sshd_config"))
            .stderr(fs::File::create(path.join("sshd.log")).unwrap())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < Duration::from_secs(20), "sshd listens");
            std::thread::park_timeout(Duration::from_millis(2));
        }
        let me = run(Command::new("id").arg("-un"));
        Self {
            folder,
            _server: Kept(server),
            address,
            user: String::from_utf8(me.stdout).unwrap().trim().to_owned(),
            key,
        }
    }

    pub(crate) fn host_key(&self, kind: &str) -> HostKey {
        let path = self.folder.path().join(format!("host_{kind}.pub"));
        HostKey::parse(&fs::read_to_string(path).unwrap()).unwrap()
    }

    pub(crate) fn login(&self) -> TargetLogin {
        TargetLogin {
            user: self.user.clone(),
            secret: Secret::PrivateKey(self.key.pem().unwrap()),
        }
    }

    pub(crate) async fn bridge(&self) -> Bridge {
        Bridge::start(Way {
            target: self.address,
            login: self.login(),
            pinned: self.host_key("ed25519"),
        })
        .await
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of this many bytes, no two kilobytes alike.
    pub(crate) fn file(&self, name: &str, bytes: usize) -> PathBuf {
        let path = self.path(name);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let content: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        })
        .take(bytes.div_ceil(8))
        .flatten()
        .take(bytes)
        .collect();
        fs::write(&path, content).unwrap();
        path
    }

    /// Options of OpenSSH's clients that lead to a bridge, which they know by its key.
    pub(crate) fn options(&self, bridge: &Bridge) -> Vec<String> {
        let known = self.path("known");
        fs::write(&known, format!("gateway {}\n", host_key().public())).unwrap();
        [
            "BatchMode=yes".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            "HostKeyAlias=gateway".to_owned(),
            "HostName=127.0.0.1".to_owned(),
            format!("Port={}", bridge.address.port()),
            format!("UserKnownHostsFile={}", known.display()),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "IdentityFile=none".to_owned(),
            "SendEnv=LC_ALL".to_owned(),
        ]
        .into_iter()
        .flat_map(|option| ["-o".to_owned(), option])
        .collect()
    }

    pub(crate) fn client(&self, program: &str, bridge: &Bridge) -> Command {
        let mut command = Command::new(program);
        command.args(["-F", "none"]).args(self.options(bridge));
        command
    }
}

/// Runs a client to its end without holding the runtime.
pub(crate) async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Until something holds; a bound for machines that are busy, not a wait.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
