//! Consoles that speak telnet: busybox's own server in front of a log-in of ours, and ones that say what a test wants.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use access::{TelnetSignIn, TelnetTarget, USUAL_LOGIN_PROMPT, USUAL_PASSWORD_PROMPT};
use engine::NewSecret;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::sshd::{Ground, Kept, Sshd, Wish, until};

pub(crate) const ACCOUNT: &str = "service";
pub(crate) const PASSWORD: &str = "Tq7-vz2xRwGm";

/// Asks as old consoles do, and gives a shell. Who is wrong is asked again.
const LOG_IN: &str = r#"#!/bin/sh
stty cols 0 rows 0 2>/dev/null
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
    _server: Kept,
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
            _server: Kept(server),
            address,
        };
        until("the console listens", || {
            TcpStream::connect(address).is_ok()
        });
        console
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }
}

/// How it is signed in at.
pub(crate) fn signs_in() -> TelnetTarget {
    TelnetTarget {
        sign_in: Some(TelnetSignIn {
            user: Some(ACCOUNT.to_owned()),
            login_prompt: USUAL_LOGIN_PROMPT.to_owned(),
            password_prompt: USUAL_PASSWORD_PROMPT.to_owned(),
        }),
    }
}

pub(crate) fn password(text: &str) -> Option<NewSecret> {
    Some(NewSecret::Password(Zeroizing::new(text.to_owned())))
}

/// A hospital whose target is a console, and an engineer with OpenSSH's client.
pub(crate) fn at(address: SocketAddr, wish: Wish) -> Ground {
    let mut wish = wish;
    wish.telnet.get_or_insert_with(signs_in);
    let asks = wish
        .telnet
        .as_ref()
        .is_some_and(|how| how.sign_in.is_some());
    if asks && wish.secret.is_none() {
        wish.secret = password(PASSWORD);
    }
    Ground::at(Sshd::start(), address, wish)
}

/// A console that does what a test wants with its first connection, and the thread that does it.
pub(crate) fn made_up<T: Send + 'static>(
    does: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, std::thread::JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let doing = std::thread::spawn(move || does(listener.accept().unwrap().0));
    (address, doing)
}

/// Reads until what came ends with this, and returns all of it.
pub(crate) fn heard(from: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let (mut all, mut byte) = (Vec::new(), [0; 1]);
    while !all.ends_with(end) {
        from.read_exact(&mut byte).unwrap();
        all.extend(byte);
    }
    all
}

/// Asks for account and password as [`signs_in`] awaits it, and returns what came on the way.
pub(crate) fn asks(stream: &mut TcpStream) -> Vec<u8> {
    stream.write_all(b"login: ").unwrap();
    let mut all = heard(stream, b"service\r\n");
    stream.write_all(b"\r\nPassword: ").unwrap();
    all.extend(heard(stream, format!("{PASSWORD}\r\n").as_bytes()));
    all
}
