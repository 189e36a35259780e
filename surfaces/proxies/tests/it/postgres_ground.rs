//! A hospital whose target is a PostgreSQL server of Debian's, and an engineer with PostgreSQL's own
//! programs: what is between them is the proxy, on a loopback socket.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::sync::{Arc, Mutex};

use access::*;
use engine::{Account, Address, Engine, NewSecret, OpenedSession, TargetForm, Viewing};
use ids::{Digest, NonEmpty, SessionId};
use recording::{Content, Indexer};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::hospital::{Hospital, Staffed};
use crate::seen::{Ran, Recorded};
use crate::sshd::{HOUR, Kept, until};

/// The password of the account that may change data; it is in no program of the engineer's.
pub(crate) const MAIN: &str = "maintenance-secret-1";
/// The password of the accounts that read.
pub(crate) const READER: &str = "reading-secret-2";

/// Where the newest installed release has its programs.
fn programs() -> PathBuf {
    let releases = fs::read_dir("/usr/lib/postgresql").unwrap().flatten();
    let bins = releases.map(|release| release.path().join("bin"));
    bins.filter(|bin| bin.join("postgres").is_file())
        .max()
        .unwrap()
}

fn ran(command: &mut Program) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

fn id(of: &str, user: Option<&str>) -> u32 {
    let text = ran(Program::new("id").arg(of).args(user));
    text.trim().parse().unwrap()
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

/// What makes a hospital another one than usual.
pub(crate) struct Wish {
    pub(crate) user: &'static str,
    pub(crate) reader: &'static str,
    pub(crate) write: bool,
    pub(crate) databases: Databases,
    pub(crate) most_bytes_out: u64,
    pub(crate) quota_bytes: u64,
    pub(crate) attended: bool,
    /// Instead of the server's own.
    pub(crate) server: Option<ServerIdentity>,
    /// Instead of both accounts' own.
    pub(crate) secret: Option<&'static str>,
    pub(crate) sessions: Sessions,
    pub(crate) lasts: std::time::Duration,
    /// Whether the engineer's socket is shut down with the session, as on the network.
    pub(crate) held: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            user: "maint",
            reader: "reader",
            write: true,
            databases: Databases::Any,
            most_bytes_out: 1 << 28,
            quota_bytes: 1 << 28,
            attended: false,
            server: None,
            secret: None,
            sessions: Sessions::AtOnce(100),
            lasts: HOUR,
            held: true,
        }
    }
}

/// Everything together, with a listener on which engineers' programs arrive.
pub(crate) struct Ground {
    pub(crate) staffed: Staffed,
    pub(crate) gateway: SocketAddr,
    pub(crate) ends: Arc<Mutex<Vec<EndReason>>>,
}

impl Ground {
    pub(crate) fn new(server: &Server, wish: Wish) -> Self {
        Self::at(server.address, server.key, wish)
    }

    /// With whatever listens at this address.
    pub(crate) fn at(address: SocketAddr, key: Digest, wish: Wish) -> Self {
        let held = wish.held;
        let staffed = staffed(address, key, wish);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = listener.local_addr().unwrap();
        let ends = Arc::default();
        let engine = staffed.hospital.engine.clone();
        let engineer = staffed.engineer.clone();
        let noted = Arc::clone(&ends);
        listener.set_nonblocking(true).unwrap();
        staffed.hospital.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                if let Some((process, secret)) = cancel(&stream).await {
                    engine.cancel_statement(&engineer, process, &secret);
                    continue;
                }
                let opening = engine.open_session(&engineer, "db", None, Protocol::Postgres);
                let Ok(opened) = opening.await else {
                    continue;
                };
                tokio::spawn(serve(stream, opened, Arc::clone(&noted), held));
            }
        });
        Self {
            staffed,
            gateway,
            ends,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.staffed.hospital.engine
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.staffed.hospital.run(work)
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

    /// The one session that is open.
    pub(crate) fn session(&self) -> SessionId {
        until("a session is open", || {
            !self.engine().live().sessions().is_empty()
        });
        self.engine().live().sessions()[0].id().clone()
    }

    /// How the first session ended.
    pub(crate) fn end(&self) -> EndReason {
        until("a session ends", || !self.ends.lock().unwrap().is_empty());
        self.ends.lock().unwrap()[0].clone()
    }

    /// Reads the recording of the session that was opened first.
    pub(crate) fn recorded(&self) -> Recorded {
        self.end();
        let clerk = &self.staffed.clerk;
        let mut all = self.engine().recordings(clerk).unwrap();
        all.sort_by_key(|summary| summary.opened);
        let session = all.remove(0).session;
        let (sender, seen) = std::sync::mpsc::channel();
        let keep = move |header: &recording::Header, content: Content<'_>| {
            let note = match &content {
                Content::Channel(note) => Some(note.clone()),
                _ => None,
            };
            let bytes = match &content {
                Content::Stream { bytes, .. } => bytes.to_vec(),
                _ => Vec::new(),
            };
            let said = match &content {
                Content::Notice(text) => Some((*text).to_owned()),
                _ => None,
            };
            sender.send((header.at, note, bytes, said)).unwrap();
        };
        let engine = self.engine();
        let playing = engine.recording_observations(clerk, &session, Viewing::Play, keep);
        self.run(playing).unwrap();
        let mut recorded = Recorded::default();
        let mut indexer = Indexer::new();
        for (at, note, bytes, said) in seen.try_iter() {
            recorded.notices.extend(said);
            if let Some(note) = note {
                indexer.see(at, &Content::Channel(note.clone()));
                recorded.notes.push(note);
            }
            recorded.bytes.extend(bytes);
        }
        recorded.index = indexer.finish();
        recorded
    }
}

/// As `sekisho connect` does: what cancels opens no session.
async fn cancel(stream: &tokio::net::TcpStream) -> Option<(u32, Vec<u8>)> {
    let mut first = [0; 16];
    loop {
        let read = stream.peek(&mut first).await.ok()?;
        match wire::postgres::Startup::decode(&first[..read]) {
            Ok(wire::Decoding::Complete {
                message: wire::postgres::Startup::Cancel(key),
                ..
            }) => return Some((key.process, key.secret)),
            Ok(wire::Decoding::Needs(_)) if read < 8 => tokio::task::yield_now().await,
            _ => return None,
        }
    }
}

async fn serve(
    stream: tokio::net::TcpStream,
    opened: OpenedSession,
    ends: Arc<Mutex<Vec<EndReason>>>,
    held: bool,
) {
    stream.set_nodelay(true).unwrap();
    if held {
        opened.live().holds(tunnel::Closer::of(&stream).unwrap());
    }
    let opened = Arc::new(opened);
    let reason = match proxies::tcp::dial(&opened).await {
        Ok(target) => proxies::postgres::carry(stream, target, &opened).await,
        Err(_) => EndReason::TargetUnreachable,
    };
    let opened = Arc::into_inner(opened).unwrap();
    opened.close(reason.clone()).await;
    ends.lock().unwrap().push(reason);
}

fn staffed(address: SocketAddr, key: Digest, wish: Wish) -> Staffed {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(std::time::Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    let mut person = hospital.engineer(&clerk, &vendor, "tanaka");
    let target = NewTarget {
        name: "db".to_owned(),
        protocol: Protocol::Postgres,
        address: PinnedAddress {
            host: String::new(),
            ip: address.ip(),
            port: address.port(),
        },
        recording: RecordingPolicy::Payload,
        approvals: Approvals::One,
        emergency: true,
        hours: Hours::Always,
        longest_minutes: 240,
        quota_bytes: wish.quota_bytes,
        vendors: NonEmpty::one(vendor),
        database: Some(DatabaseTarget {
            user: wish.user.to_owned(),
            reader: Some(wish.reader.to_owned()),
            server: wish.server.unwrap_or(ServerIdentity::Tls { spki: key }),
        }),
        desktop: None,
        ssh: None,
        attended: wish.attended,
    };
    let form = TargetForm {
        target,
        address: Address {
            host: address.ip().to_string(),
            port: address.port(),
        },
    };
    let engine = &hospital.engine;
    let target = hospital.run(engine.register_target(&clerk, form)).unwrap();
    for (account, usual) in [(Account::Main, MAIN), (Account::Reader, READER)] {
        let secret = wish.secret.unwrap_or(usual).to_owned();
        let secret = NewSecret::Password(Zeroizing::new(secret));
        let setting = engine.set_target_secret(&clerk, &target, account, secret);
        hospital.run(setting).unwrap();
    }
    hospital.pass(std::time::Duration::from_secs(60));
    let engineer = hospital.signed_in(&mut person);
    let now = engine.now();
    let visit = NewVisit {
        target: target.clone(),
        window: Window {
            from: now,
            until: now.plus(wish.lasts),
        },
        purpose: hospital.text("purpose"),
        kind: KindOfWork::Inspection,
        plan: engine.keep_blob("作業計画書".as_bytes()).unwrap(),
        plan_name: hospital.text("plan-name"),
        contact: hospital.text("contact"),
        privileged: false,
        care: CareImpact::None,
        patients: PatientData::None,
        files: Vec::new(),
        attended: false,
        sub_contractor: None,
        sessions: wish.sessions,
        ssh: None,
        database: Some(DatabaseTerms {
            write: wish.write,
            databases: wish.databases,
            most_bytes_out: wish.most_bytes_out,
        }),
        desktop: None,
    };
    let asking = engine.submit(&engineer, Command::RequestVisit(Box::new(visit)));
    let Outcome::Requested { request, .. } = hospital.run(asking).unwrap() else {
        panic!("not asked for");
    };
    hospital.approve(&clerk, &request);
    Staffed {
        hospital,
        clerk,
        engineer,
        person,
        target,
    }
}
