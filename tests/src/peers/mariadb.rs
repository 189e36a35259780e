//! MariaDB, with data of its own in a temporary folder.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{answers, as_user, free_port, is_root, number, set_up};
use crate::leash::Leash;
use crate::run::Run;

/// A running MariaDB with TLS, whose certificate is signed by nobody.
#[derive(Debug)]
pub struct MariaDb {
    address: SocketAddr,
    socket: PathBuf,
    _leash: Leash,
}

impl MariaDb {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The client as the server's administrator, on the server's own machine.
    pub fn does(&self, sql: &str) -> Run {
        Run::of("mariadb")
            .args(["--no-defaults", "-N", "-B", "-u", "root", "-S"])
            .arg(&self.socket)
            .args(["-e", sql])
    }

    /// One with an account for nobody.
    pub fn start() -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let folder = tempfile::Builder::new()
            .prefix("sekisho-mariadb-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&folder, open).expect("our own folder");
        let (data, scratch) = (folder.join("data"), folder.join("tmp"));
        for folder in [&data, &scratch] {
            std::fs::create_dir(folder).expect("our own folder");
            give(folder);
        }
        let program = |name: &str| {
            if is_root() {
                as_user("mysql", Path::new(name))
            } else {
                Command::new(name)
            }
        };
        // Temporary tables of two servers in one folder come into each other's way.
        let places = [
            format!("--datadir={}", data.display()),
            format!("--tmpdir={}", scratch.display()),
        ];
        let mut install = program("mariadb-install-db");
        install.current_dir(&folder).arg("--no-defaults");
        install.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
        set_up(install.args(&places));
        certificate(&data);
        let socket = data.join("socket");
        let mut server = program("mariadbd");
        server.arg("--no-defaults").args(&places);
        server.arg(format!("--socket={}", socket.display()));
        server.arg(format!("--pid-file={}", data.join("pid").display()));
        server.arg(format!("--port={}", address.port()));
        server.args([
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--plugin-load-add=auth_ed25519",
        ]);
        server.arg(format!("--ssl-cert={}", data.join("cert.pem").display()));
        server.arg(format!("--ssl-key={}", data.join("key.pem").display()));
        let leash = Leash::start(&server, &folder.join("mariadb"), Some(&folder), "TERM");
        answers(address);
        Self {
            address,
            socket,
            _leash: leash,
        }
    }
}

fn give(path: &Path) {
    if is_root() {
        let owner = (number("-u", Some("mysql")), number("-g", Some("mysql")));
        std::os::unix::fs::chown(path, Some(owner.0), Some(owner.1)).expect("root may");
    }
}

/// A key, and a certificate that nobody vouches for.
fn certificate(data: &Path) {
    let (key, shown) = (data.join("key.pem"), data.join("cert.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "1"]);
    openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=nobody"]);
    openssl.arg("-keyout").arg(&key);
    set_up(openssl.arg("-out").arg(&shown));
    let own = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&key, own).expect("our own file");
    give(&key);
    give(&shown);
}
