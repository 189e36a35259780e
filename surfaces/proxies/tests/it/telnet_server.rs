//! A console that speaks telnet: busybox's own server in front of a log-in of ours. Also for the acceptance tests.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A bound for machines that are busy, not a wait.
const SOON: Duration = Duration::from_secs(60);

pub(crate) const ACCOUNT: &str = "service";
pub(crate) const PASSWORD: &str = "Tq7-vz2xRwGm";

/// Asks as old consoles do, and gives a shell. Who is wrong is asked again.
const LOG_IN: &str = r#"#!/bin/sh
printf 'CT-01 maintenance console\n'
while :; do
  printf 'ct-01 login: '
  read -r user || exit 1
  stty -echo; printf 'Password: '; read -r password; stty echo; printf '\n'
  if [ "$user" = service ] && [ "$password" = 'PASSWORD' ]; then
    printf 'Last login: Mon Nov 23\n'
    cd FOLDER
    exec env -i PATH="$PATH" TERM="$TERM" HOME=FOLDER PS1='ct> ' sh -i
  fi
  printf 'Login incorrect\n'
done
"#;

/// A shell without any question.
const OPEN: &str = "#!/bin/sh\ncd FOLDER\nexec env -i PATH=\"$PATH\" PS1='ct> ' sh -i\n";

/// busybox's telnetd.
pub(crate) struct Console {
    folder: TempDir,
    server: Child,
    pub(crate) address: SocketAddr,
}

impl Console {
    pub(crate) fn start() -> Self {
        Self::running(LOG_IN)
    }

    /// One that asks nobody.
    pub(crate) fn open() -> Self {
        Self::running(OPEN)
    }

    fn running(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let program = path.join("log-in");
        let script = script
            .replace("PASSWORD", PASSWORD)
            .replace("FOLDER", path.to_str().unwrap());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let server = Command::new("busybox")
            .args(["telnetd", "-F", "-b", "127.0.0.1", "-p"])
            .arg(address.port().to_string())
            .arg("-l")
            .arg(&program)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let console = Self {
            folder,
            server,
            address,
        };
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < SOON, "the console does not listen");
            std::thread::park_timeout(Duration::from_millis(2));
        }
        console
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _gone = self.server.kill();
        let _gone = self.server.wait();
    }
}
