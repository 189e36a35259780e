//! A PostgreSQL server of Debian's, and an engineer with PostgreSQL's own programs.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};

use ids::Digest;
use tempfile::TempDir;

pub(crate) use crate::database_ground::{Ground, MAIN, READER, Wish};
use crate::database_ground::{id, ran};
use crate::seen::Ran;
use crate::sshd::{Kept, until};

/// Where the newest installed release has its programs.
fn programs() -> PathBuf {
    let releases = fs::read_dir("/usr/lib/postgresql").unwrap().flatten();
    let bins = releases.map(|release| release.path().join("bin"));
    bins.filter(|bin| bin.join("postgres").is_file())
        .max()
        .unwrap()
}

/// A program of the server's: it refuses to run as root.
fn program(name: &str) -> Program {
    let path = programs().join(name);
    if id("-u", None) != 0 {
        return Program::new(path);
    }
    let mut command = Program::new("setpriv");
    command
        .arg(format!("--reuid={}", id("-u", Some("postgres"))))
        .arg(format!("--regid={}", id("-g", Some("postgres"))))
        .args(["--clear-groups", "--"])
        .arg(path);
    command
}

fn give(path: &Path) {
    if id("-u", None) == 0 {
        let owner = (id("-u", Some("postgres")), id("-g", Some("postgres")));
        std::os::unix::fs::chown(path, Some(owner.0), Some(owner.1)).unwrap();
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
    /// Where everything of it lies, its log too.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        let data = path.join("data");
        fs::create_dir(&data).unwrap();
        give(&data);
        ran(program("initdb")
            .current_dir("/")
            .args([
                "--auth=trust",
                "--username=root",
                "--no-sync",
                "--encoding=UTF8",
            ])
            .args(["--locale=C", "--pgdata"])
            .arg(&data));
        let key = certificate(&data);
        // Whoever is not listed needs SCRAM, and TLS but for two.
        let rules = "host all root 127.0.0.1/32 trust\n\
                     host all old 127.0.0.1/32 md5\n\
                     hostssl all clear 127.0.0.1/32 password\n\
                     hostnossl all plain 127.0.0.1/32 scram-sha-256\n\
                     hostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), rules).unwrap();
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut server = program("postgres");
        server.current_dir("/").arg("-D").arg(&data).arg("-p");
        server.arg(address.port().to_string());
        server.args(["-h", "127.0.0.1", "-k", "", "-c", "fsync=off"]);
        server.args(["-c", "ssl=on", "-c", "log_min_messages=fatal"]);
        server.stderr(fs::File::create(path.join("log")).unwrap());
        let server = Self {
            running: Some(Kept(server.spawn().unwrap())),
            folder,
            address,
            key,
        };
        until("PostgreSQL answers", || server.answers());
        server.populate();
        server
    }

    fn answers(&self) -> bool {
        let mut ready = self.psql("select 1");
        ready
            .stdin(Stdio::null())
            .output()
            .unwrap()
            .status
            .success()
    }

    fn populate(&self) {
        let mut sql = String::new();
        for (role, rights, password) in [
            ("maint", "", MAIN),
            ("reader", "", READER),
            ("boss", "superuser", READER),
            ("aide", "in role boss", READER),
            ("plain", "", MAIN),
            ("clear", "", MAIN),
        ] {
            writeln!(
                sql,
                "create role {role} login {rights} password '{password}';"
            )
            .unwrap();
        }
        writeln!(
            sql,
            "set password_encryption = 'md5'; create role old login password '{MAIN}';"
        )
        .unwrap();
        sql.push_str("create database orca;");
        for statement in sql.split_inclusive(';') {
            self.does(statement);
        }
        let mut tables = self.psql(
            "create table patients (id int primary key, name text); \
             insert into patients select n, 'name ' || n from generate_series(1, 1000) n; \
             grant all on patients to maint, old, plain, clear; grant select on patients to reader; \
             grant create on schema public to maint;",
        );
        ran(tables.env("PGDATABASE", "orca"));
    }

    pub(crate) fn does(&self, sql: &str) -> String {
        ran(&mut self.psql(sql))
    }

    /// The same in the database of the visits.
    pub(crate) fn does_there(&self, sql: &str) -> String {
        ran(self.psql(sql).env("PGDATABASE", "orca"))
    }

    fn psql(&self, sql: &str) -> Program {
        let mut command = Program::new("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        command.args(["-U", "root", "-h", "127.0.0.1", "-p"]);
        command.arg(self.address.port().to_string());
        command
            .env("PGDATABASE", "postgres")
            .env("PGSSLMODE", "disable");
        command
    }

    /// Stops it as a failing machine would.
    pub(crate) fn kill(&mut self) {
        let pid = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        ran(Program::new("kill").args(["-QUIT", &pid]));
        self.running = None;
    }
}

/// A certificate signed by nobody, long out of date: its key is what counts.
pub(crate) fn certificate(data: &Path) -> Digest {
    let (key, shown) = (data.join("server.key"), data.join("server.crt"));
    ran(Program::new("openssl")
        .args(["req", "-new", "-x509", "-nodes", "-days", "1", "-text"])
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

impl Ground {
    pub(crate) fn new(server: &Server, wish: Wish) -> Self {
        Self::at(server.address, server.key, wish)
    }

    /// A program of PostgreSQL's, or of Debian's, that finds the gateway by its environment.
    pub(crate) fn client(&self, program: &str) -> Program {
        let mut command = Program::new(program);
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.gateway.port().to_string())
            .env("PGUSER", "arai")
            .env("PGDATABASE", "orca")
            .env("PGCONNECT_TIMEOUT", "30")
            .env("PGCLIENTENCODING", "UTF8")
            .env_remove("PGPASSWORD")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn psql_command(&self, arguments: &[&str]) -> Program {
        let mut command = self.client("psql");
        command.args(["-X", "-A", "-t", "-w"]).args(arguments);
        command
    }

    /// Runs psql with these arguments to its end.
    pub(crate) fn psql(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.psql_command(arguments).output().unwrap())
    }
}
