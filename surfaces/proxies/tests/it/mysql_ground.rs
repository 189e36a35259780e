//! A MariaDB server of Debian's, and an engineer with its client or with another program.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command as Program, Stdio};

use access::Protocol;
use ids::Digest;
use tempfile::TempDir;

use crate::database_ground::{Ground, MAIN, READER, Wish, id, ran};
use crate::seen::Ran;
use crate::sshd::{Kept, until};

/// The server's own account, by its socket.
fn owner() -> Option<(u32, u32)> {
    let numbers = || (id("-u", Some("mysql")), id("-g", Some("mysql")));
    (id("-u", None) == 0).then(numbers)
}

/// A program of the server's: it refuses to run as root.
fn program(name: &str) -> Program {
    let Some((user, group)) = owner() else {
        return Program::new(name);
    };
    let mut command = Program::new("setpriv");
    command
        .args([format!("--reuid={user}"), format!("--regid={group}")])
        .args(["--clear-groups", "--"])
        .arg(name);
    command
}

fn give(path: &Path) {
    if let Some((user, group)) = owner() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}

/// A server with TLS, and accounts for each way of signing in.
pub(crate) struct Server {
    folder: TempDir,
    running: Option<Kept>,
    pub(crate) address: SocketAddr,
    pub(crate) key: Digest,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        let data = path.join("data");
        // Temporary tables of two servers in one folder come into each other's way.
        let scratch = path.join("tmp");
        for folder in [&data, &scratch] {
            fs::create_dir(folder).unwrap();
            give(folder);
        }
        let scratch = format!("--tmpdir={}", scratch.display());
        ran(program("mariadb-install-db")
            .current_dir("/")
            .args(["--no-defaults", "--auth-root-authentication-method=normal"])
            .args(["--skip-test-db", "--skip-name-resolve", &scratch])
            .arg(format!("--datadir={}", data.display())));
        let key = certificate(&data);
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut server = program("mariadbd");
        server.current_dir("/").args(["--no-defaults", &scratch]);
        server.arg(format!("--datadir={}", data.display()));
        server.arg(format!("--socket={}", data.join("s").display()));
        server.arg(format!("--pid-file={}", data.join("pid").display()));
        server.arg(format!("--port={}", address.port()));
        server.args(["--bind-address=127.0.0.1", "--skip-name-resolve"]);
        server.args(["--plugin-load-add=auth_ed25519", "--local-infile=1"]);
        server.args([
            "--innodb-flush-log-at-trx-commit=0",
            "--max-allowed-packet=64M",
        ]);
        server.arg(format!("--ssl-cert={}", data.join("cert.pem").display()));
        server.arg(format!("--ssl-key={}", data.join("key.pem").display()));
        server.stderr(fs::File::create(path.join("log")).unwrap());
        let server = Self {
            running: Some(Kept(server.spawn().unwrap())),
            folder,
            address,
            key,
        };
        until("MariaDB answers", || {
            let mut ping = server.client();
            ping.args(["-e", "select 1"]).stdin(Stdio::null());
            ping.output().unwrap().status.success()
        });
        server.populate();
        server
    }

    fn client(&self) -> Program {
        let mut command = Program::new("mariadb");
        command.args(["--no-defaults", "-N", "-B", "-u", "root", "-S"]);
        command.arg(self.folder.path().join("data/s"));
        command
    }

    fn populate(&self) {
        self.does(&format!(
            "create database orca; create database other;
             create table orca.patients (id int primary key, name text);
             insert into orca.patients select seq, concat('name ', seq) from orca.seq_1_to_1000;
             create table other.secrets (x int);
             create user maint identified via ed25519 using password('{MAIN}');
             create user native identified by '{MAIN}';
             create user reader identified via ed25519 using password('{READER}');
             create user helper identified by '{READER}';
             create user roled identified by '{READER}';
             create user runner identified by '{READER}';
             create user lender identified by '{READER}';
             create role writers;
             grant insert on orca.* to writers;
             create procedure orca.twice() begin select 1; select 2; end;"
        ));
        for grant in [
            "all on orca.* to maint",
            "all on other.* to maint",
            "all on orca.* to native",
            "select, show view on orca.* to reader",
            "select (x) on other.secrets to reader",
            "select on orca.* to helper",
            "update (name) on orca.patients to helper",
            "select on orca.* to roled",
            "writers to roled",
            "select on orca.* to runner",
            "execute on procedure orca.twice to runner",
            "select on orca.* to lender with grant option",
        ] {
            self.does(&format!("grant {grant}"));
        }
    }

    pub(crate) fn does(&self, sql: &str) -> String {
        let mut client = self.client();
        ran(client.args(["--delimiter=//", "-e", sql]))
    }

    /// How many connections the accounts of visits have.
    pub(crate) fn visitors(&self) -> String {
        let asked =
            "select count(*) from information_schema.processlist where user in ('maint', 'reader')";
        self.does(asked).trim().to_owned()
    }

    /// Whether a statement like this runs.
    pub(crate) fn runs(&self, like: &str) -> bool {
        let asked = format!(
            "select count(*) from information_schema.processlist where info like '{like}' and user = 'maint'"
        );
        self.does(&asked).trim() != "0"
    }

    /// Stops it as a failing machine would.
    pub(crate) fn kill(&mut self) {
        let pid = fs::read_to_string(self.folder.path().join("data/pid")).unwrap();
        ran(Program::new("kill").args(["-KILL", pid.trim()]));
        self.running = None;
    }
}

/// A certificate signed by nobody: its key is what counts.
fn certificate(data: &Path) -> Digest {
    let (key, shown) = (data.join("key.pem"), data.join("cert.pem"));
    ran(Program::new("openssl")
        .args(["req", "-new", "-x509", "-nodes", "-days", "1"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .args(["-subj", "/CN=nobody", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&shown));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    give(&key);
    give(&shown);
    let der = Program::new("openssl")
        .args(["x509", "-outform", "DER", "-in"])
        .arg(&shown)
        .output()
        .unwrap();
    tunnel::spki_digest(&der.stdout).unwrap()
}

/// As usual, in the words of this protocol.
pub(crate) fn wish() -> Wish {
    Wish {
        protocol: Protocol::Mysql,
        ..Wish::default()
    }
}

impl Ground {
    pub(crate) fn with_mysql(server: &Server, wish: Wish) -> Self {
        Self::at(server.address, server.key, wish)
    }

    pub(crate) fn mariadb_command(&self, arguments: &[&str]) -> Program {
        let mut command = Program::new("mariadb");
        command
            .args([
                "--no-defaults",
                "-N",
                "-B",
                "-A",
                "-h",
                "127.0.0.1",
                "-u",
                "arai",
            ])
            .arg(format!("--port={}", self.gateway.port()))
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// Runs the mariadb client in `orca` with this statement to its end.
    pub(crate) fn mariadb(&self, statement: &str) -> Ran {
        self.mariadb_with(&["orca", "-e", statement])
    }

    /// With these arguments.
    pub(crate) fn mariadb_with(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.mariadb_command(arguments).output().unwrap())
    }

    /// Runs a script of Python's with PyMySQL, which connects with `connect()`.
    pub(crate) fn python(&self, script: &str) -> Ran {
        let port = self.gateway.port();
        let start = format!(
            "import pymysql\n\
             def connect(**more):\n    \
                 more.setdefault('database', 'orca')\n    \
                 return pymysql.connect(host='127.0.0.1', port={port}, user='arai', **more)\n"
        );
        let mut command = Program::new("/usr/bin/python3");
        command.args(["-c", &(start + script)]).stdin(Stdio::null());
        Ran::of(command.output().unwrap())
    }
}
