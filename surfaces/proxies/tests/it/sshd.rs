//! A hospital whose target is OpenSSH's own server, and an engineer with OpenSSH's own clients: what
//! is between them is the proxy, on a loopback socket.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use access::*;
use engine::{Address, Engine, FileChecks, NewSecret, OpenedSession, TargetForm, Viewing};
use ids::{NonEmpty, SessionId};
use proxies::workers::Workers;
use recording::{ChannelNote, Content, Index, Indexer};
use tempfile::TempDir;

use crate::hospital::{Hospital, Staffed};
use crate::seen::{Ran, Recorded};

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A bound for machines that are busy, not a wait.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// A program that ends with the test, however it ends.
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// `sshd` with keys of its own.
pub(crate) struct Sshd {
    pub(crate) folder: TempDir,
    _server: Kept,
    pub(crate) address: SocketAddr,
    pub(crate) user: String,
    login: ssh::LoginKey,
}

impl Sshd {
    pub(crate) fn start() -> Self {
        Self::with("Subsystem sftp internal-sftp\n")
    }

    pub(crate) fn with(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let host = path.join("host_ed25519");
        let made = run(Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&host));
        assert!(made.status.success());
        let login = ssh::LoginKey::generate().unwrap();
        let public = ssh::check_private_key(&login.pem().unwrap()).unwrap();
        fs::write(path.join("authorized"), format!("{public}\n")).unwrap();
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut text = String::new();
        let place = path.display();
        write!(
            text,
            "ListenAddress {address}\nHostKey {place}/host_ed25519\n\
             AuthorizedKeysFile {place}/authorized\nStrictModes no\nUsePAM no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none\nSetEnv HOME={place}\n\
             MaxSessions 64\nMaxStartups 1000\nPrintLastLog no\nPrintMotd no\nAcceptEnv LANG LC_*\n{more}"
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
        until("sshd listens", || TcpStream::connect(address).is_ok());
        let me = run(Command::new("id").arg("-un"));
        Self {
            folder,
            _server: Kept(server),
            address,
            user: String::from_utf8(me.stdout).unwrap().trim().to_owned(),
            login,
        }
    }

    pub(crate) fn host_key(&self) -> String {
        fs::read_to_string(self.folder.path().join("host_ed25519.pub")).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }
}

/// Until something holds.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < SOON, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// What makes a hospital another one than usual.
pub(crate) struct Wish {
    pub(crate) terms: SshTerms,
    pub(crate) quota_bytes: u64,
    pub(crate) attended: bool,
    /// How files are looked at. Not at all, where a test is about something else.
    pub(crate) checks: FileChecks,
    /// Instead of the target's own.
    pub(crate) host_key: Option<String>,
    /// Instead of the target's own.
    pub(crate) secret: Option<NewSecret>,
    /// The target is a console that speaks telnet, and entered so.
    pub(crate) telnet: Option<TelnetTarget>,
    /// What a worker that somebody took over says instead of its work.
    pub(crate) lie: Option<&'static str>,
    /// When the hospital was founded, by the clock of its targets: where that matters.
    pub(crate) founded: Option<SystemTime>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            terms: SshTerms::shell_only(),
            quota_bytes: 1 << 28,
            attended: false,
            checks: FileChecks::DangerouslyUnchecked,
            host_key: None,
            secret: None,
            telnet: None,
            lie: None,
            founded: None,
        }
    }
}

impl Wish {
    fn protocol(&self) -> Protocol {
        match self.telnet {
            Some(_) => Protocol::Telnet,
            None => Protocol::Ssh,
        }
    }
}

/// Everything together, with a listener on which engineers' clients arrive.
pub(crate) struct Ground {
    pub(crate) staffed: Staffed,
    pub(crate) sshd: Sshd,
    pub(crate) gateway: SocketAddr,
    pub(crate) ends: Arc<Mutex<Vec<EndReason>>>,
    pub(crate) workers: Arc<Workers>,
}

impl Ground {
    pub(crate) fn new(wish: Wish) -> Self {
        let sshd = Sshd::start();
        let address = sshd.address;
        Self::at(sshd, address, wish)
    }

    /// With a target at another address than `sshd`'s.
    pub(crate) fn at(sshd: Sshd, address: SocketAddr, wish: Wish) -> Self {
        let staffed = staffed(&sshd, address, &wish);
        let hospital = &staffed.hospital;
        hospital.engine.check_files(wish.checks.clone());
        let protocol = wish.protocol();
        let own = || NewSecret::Key(sshd.login.pem().unwrap());
        let secret = wish
            .secret
            .or_else(|| (protocol == Protocol::Ssh).then(own));
        if let Some(secret) = secret {
            let setting = hospital.engine.set_target_secret(
                &staffed.clerk,
                &staffed.target,
                engine::Account::Main,
                secret,
            );
            hospital.run(setting).unwrap();
        }
        staffed.visit_with(HOUR, (protocol == Protocol::Ssh).then_some(wish.terms));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = listener.local_addr().unwrap();
        let ends = Arc::default();
        let workers = Arc::new(workers(&hospital.config.dir, wish.lie));
        let carrying = Arc::clone(&workers);
        let engine = hospital.engine.clone();
        let engineer = staffed.engineer.clone();
        let noted = Arc::clone(&ends);
        listener.set_nonblocking(true).unwrap();
        hospital.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let opening = engine.open_session(&engineer, "db", None, protocol);
                let Ok(opened) = opening.await else {
                    continue;
                };
                tokio::spawn(serve(
                    stream,
                    opened,
                    Arc::clone(&carrying),
                    Arc::clone(&noted),
                ));
            }
        });
        Self {
            staffed,
            sshd,
            gateway,
            ends,
            workers,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.staffed.hospital.engine
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.staffed.hospital.run(work)
    }

    /// A client of OpenSSH's that knows the gateway by its key.
    pub(crate) fn client(&self, program: &str) -> Command {
        let known = self.sshd.path("known");
        fs::write(
            &known,
            format!("gateway {}\n", self.engine().ssh_host_key()),
        )
        .unwrap();
        let mut command = Command::new(program);
        command.args(["-F", "none"]);
        for option in [
            "BatchMode=yes".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            "HostKeyAlias=gateway".to_owned(),
            "HostName=127.0.0.1".to_owned(),
            format!("Port={}", self.gateway.port()),
            format!("UserKnownHostsFile={}", known.display()),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "IdentityFile=none".to_owned(),
            "SendEnv=LANG LC_*".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        command.env_remove("LC_ALL").env("LANG", "en_US.UTF-8");
        command
    }

    /// Runs a client to its end.
    pub(crate) fn ran(&self, program: &str, arguments: &[&str]) -> Ran {
        let mut command = self.client(program);
        command.args(arguments).stdin(Stdio::null());
        Ran::of(command.output().unwrap())
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
        let mut indexer = Some(Indexer::new());
        let keep = move |header: &recording::Header, content: Content<'_>| {
            if let Some(indexer) = &mut indexer {
                indexer.see(header.at, &content);
            }
            let told = match &content {
                Content::Channel(note) => Told::Note(note.clone()),
                Content::Stream { bytes, .. } => Told::Bytes(bytes.to_vec()),
                Content::Notice(text) => Told::Notice((*text).to_owned()),
                Content::End(_) => Told::Index(Box::new(indexer.take().unwrap().finish())),
                Content::Start(_)
                | Content::Data(..)
                | Content::Size(..)
                | Content::Typed { .. } => return,
            };
            sender.send(told).unwrap();
        };
        let playing = self
            .engine()
            .recording_observations(clerk, &session, Viewing::Play, keep);
        self.run(playing).unwrap();
        let mut recorded = Recorded::default();
        for told in seen.try_iter() {
            match told {
                Told::Note(note) => recorded.notes.push(note),
                Told::Bytes(bytes) => recorded.bytes.extend(bytes),
                Told::Notice(text) => recorded.notices.push(text),
                Told::Index(index) => recorded.index = *index,
            }
        }
        recorded
    }

    /// The kinds of the visit's entries, in order.
    pub(crate) fn entries(&self) -> Vec<serde_json::Value> {
        let clerk = &self.staffed.clerk;
        let visit = self.engine().recordings(clerk).unwrap().remove(0).visit;
        let receipt = self.run(self.engine().receipt(clerk, &visit)).unwrap();
        receipt
            .entries
            .iter()
            .map(|entry| serde_json::from_slice(&entry.bytes.0).unwrap())
            .collect()
    }

    /// The entries of one kind.
    pub(crate) fn entered(&self, kind: &str) -> Vec<serde_json::Value> {
        let mut all = self.entries();
        all.retain(|entry| {
            entry
                .pointer("/event/kind")
                .is_some_and(|found| found == kind)
        });
        all
    }
}

/// Who starts workers for a gateway of this folder: `examples/worker.rs`, which `cargo test -p proxies` builds
/// beside this test. With the name of a test behind it cargo builds no examples: what was changed in the proxies is
/// then tried in an older worker, unless `cargo build -p proxies --example worker` comes first.
pub(crate) fn workers(own: &Path, lie: Option<&str>) -> Workers {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples/worker");
    assert!(
        program.is_file(),
        "run `cargo build -p proxies --example worker`"
    );
    let mut command = Command::new(program);
    command.arg("workers").arg(own).args(lie);
    Workers::start(command).unwrap()
}

async fn serve(
    stream: tokio::net::TcpStream,
    opened: OpenedSession,
    workers: Arc<Workers>,
    ends: Arc<Mutex<Vec<EndReason>>>,
) {
    stream.set_nodelay(true).unwrap();
    opened.live().holds(tunnel::Closer::of(&stream).unwrap());
    let target = proxies::tcp::dial(&opened).await.unwrap();
    let opened = Arc::new(opened);
    let reason = proxies::ssh::carry(stream, target, &workers, &opened).await;
    let opened = Arc::into_inner(opened).unwrap();
    opened.close(reason.clone()).await;
    ends.lock().unwrap().push(reason);
}

fn staffed(sshd: &Sshd, address: SocketAddr, wish: &Wish) -> Staffed {
    let hospital = wish.founded.map_or_else(Hospital::founded, |founded| {
        let since = founded.duration_since(UNIX_EPOCH).unwrap();
        Hospital::founded_when(NEWEST_LEVEL, i64::try_from(since.as_millis()).unwrap())
    });
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    let mut person = hospital.engineer(&clerk, &vendor, "tanaka");
    let target = NewTarget {
        name: "db".to_owned(),
        protocol: wish.protocol(),
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
        database: None,
        web: None,
        telnet: wish.telnet.clone(),
        desktop: None,
        ssh: wish.telnet.is_none().then(|| SshTarget {
            user: sshd.user.clone(),
            host_key: wish.host_key.clone().unwrap_or_else(|| sshd.host_key()),
        }),
        attended: wish.attended,
        risk: (wish.telnet.as_ref()).and_then(|_| hospital.risk(&clerk)),
    };
    let form = TargetForm {
        target,
        address: Address {
            host: address.ip().to_string(),
            port: address.port(),
        },
    };
    let target = hospital
        .run(hospital.engine.register_target(&clerk, form))
        .unwrap();
    hospital.pass(Duration::from_secs(60));
    let engineer = hospital.signed_in(&mut person);
    Staffed {
        hospital,
        clerk,
        engineer,
        person,
        target,
    }
}

enum Told {
    Note(ChannelNote),
    Bytes(Vec<u8>),
    Notice(String),
    Index(Box<Index>),
}
