//! PostgreSQL, with a cluster of its own in a temporary folder.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{answers, as_user, free_port, is_root, number, set_up};
use crate::leash::Leash;
use crate::run::Run;

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    address: SocketAddr,
    _leash: Leash,
}

impl Postgres {
    /// The password of user `hospital`, for whoever does not come from its own machine.
    pub const PASSWORD: &'static str = "Pg-Pass-1";

    /// The one of this test run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `psql` towards some port of loopback.
    pub fn psql(at: SocketAddr) -> Run {
        Run::of("psql")
            .args([
                "--no-psqlrc",
                "--no-align",
                "--tuples-only",
                "--set",
                "ON_ERROR_STOP=1",
            ])
            .arg("--dbname")
            .arg(format!(
                "host={} port={} user=hospital dbname=postgres sslmode=disable gssencmode=disable \
                 connect_timeout=30",
                at.ip(),
                at.port()
            ))
            .env("PGPASSWORD", Self::PASSWORD)
    }

    /// One that lets its accounts in with TLS and their passwords alone, from loopback too; the user
    /// `hospital` is believed there, to set things up. Its certificate is signed by nobody.
    pub fn guarded() -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        Self::with(
            address,
            "host all hospital 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
            true,
        )
    }

    fn start() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], free_port())), &[])
    }

    /// One at this address. Its own machine is believed; these networks need the password.
    pub(crate) fn at(address: SocketAddr, from: &[&str]) -> Self {
        let rules = from
            .iter()
            .map(|net| format!("host all all {net} scram-sha-256\n"));
        let own = "host all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n";
        Self::with(
            address,
            &(own.to_owned() + &rules.collect::<String>()),
            false,
        )
    }

    fn with(address: SocketAddr, rules: &str, tls: bool) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sekisho-postgres-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&folder, open).expect("our own folder");
        let data = folder.join("data");
        let programs = programs();
        if is_root() {
            // PostgreSQL refuses to run as root.
            std::fs::create_dir(&data).expect("our own folder");
            let owner = (
                number("-u", Some("postgres")),
                number("-g", Some("postgres")),
            );
            std::os::unix::fs::chown(&data, Some(owner.0), Some(owner.1)).expect("root may");
        }
        let program = |name: &str| {
            let path = programs.join(name);
            if is_root() {
                as_user("postgres", &path)
            } else {
                Command::new(path)
            }
        };
        let mut init = program("initdb");
        let password = folder.join("password");
        std::fs::write(&password, Self::PASSWORD).expect("our own folder");
        init.arg("--pwfile").arg(&password);
        init.args([
            "--auth=trust",
            "--username=hospital",
            "--no-sync",
            "--encoding=UTF8",
        ])
        .arg("--locale=C")
        .arg("--pgdata")
        .arg(&data);
        set_up(init.current_dir(&folder));
        std::fs::write(data.join("pg_hba.conf"), rules).expect("root or the owner may");
        if tls {
            certificate(&data);
        }
        let mut server = program("postgres");
        server
            .arg("-D")
            .arg(&data)
            .args([
                "-h",
                &address.ip().to_string(),
                "-k",
                "",
                "-c",
                "fsync=off",
                "-p",
            ])
            .arg(address.port().to_string());
        if tls {
            server.args(["-c", "ssl=on"]);
        }
        let leash = Leash::start(&server, &folder.join("postgres"), Some(&folder), "INT");
        answers(address);
        Self {
            address,
            _leash: leash,
        }
    }
}

/// A key, and a certificate that nobody vouches for.
fn certificate(data: &Path) {
    let key = data.join("server.key");
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "1"]);
    openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=nobody"]);
    openssl.arg("-keyout").arg(&key);
    set_up(openssl.arg("-out").arg(data.join("server.crt")));
    let own = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&key, own).expect("our own file");
    if is_root() {
        let owner = (
            number("-u", Some("postgres")),
            number("-g", Some("postgres")),
        );
        for file in ["server.key", "server.crt"] {
            std::os::unix::fs::chown(data.join(file), Some(owner.0), Some(owner.1))
                .expect("root may");
        }
    }
}

/// Where the newest installed release has its programs.
fn programs() -> PathBuf {
    let releases = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = releases
        .map(|release| release.path().join("bin"))
        .filter(|bin| bin.join("postgres").is_file())
        .max_by_key(|bin| release_number(bin));
    newest.expect("PostgreSQL is installed: `cargo xtask test` does that")
}

fn release_number(bin: &Path) -> u32 {
    let release = bin
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    release.and_then(|name| name.parse().ok()).unwrap_or(0)
}
