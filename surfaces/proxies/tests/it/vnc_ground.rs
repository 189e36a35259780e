//! A hospital whose target is a desktop of Debian's TigerVNC, and an engineer with a viewer: what is
//! between them is the proxy, on a loopback socket.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command as Program, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::*;
use engine::{Account, Address, Engine, NewSecret, OpenedSession, TargetForm, Viewing};
use ids::{Digest, NonEmpty, SessionId};
use proxies::workers::Workers;
use recording::{ChannelNote, Content, Direction, Index, Indexer};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::hospital::{Hospital, Staffed};
use crate::postgres_ground::certificate;
use crate::sshd::workers;
use crate::sshd::{HOUR, Kept, until};

/// The desktop's password: VNC counts eight bytes of it.
pub(crate) const PASSWORD: &str = "ct-scan7";

/// A desktop, of 320 × 240 pixels.
pub(crate) struct Server {
    running: Kept,
    pub(crate) address: SocketAddr,
    pub(crate) key: Digest,
    /// For programs on it: `:7`.
    pub(crate) display: String,
    _folder: TempDir,
}

impl Server {
    /// Offers these types of security.
    pub(crate) fn offering(types: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let key = certificate(path);
        let password = path.join("password");
        let mut made = Program::new("tigervncpasswd");
        made.arg("-f")
            .stdin(Stdio::piped())
            .stdout(fs::File::create(&password).unwrap());
        let mut made = made.spawn().unwrap();
        writeln!(made.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(made.wait().unwrap().success());
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut server = Program::new("Xtigervnc");
        server
            .args(["-displayfd", "1", "-geometry", "320x240", "-depth", "24"])
            .args(["-localhost", "-nolisten", "tcp", "-SecurityTypes", types])
            .arg("-rfbport")
            .arg(address.port().to_string())
            .arg("-PasswordFile")
            .arg(&password)
            .arg("-X509Key")
            .arg(path.join("server.key"))
            .arg("-X509Cert")
            .arg(path.join("server.crt"))
            .args(["-desktop", "CT console"])
            .stdout(Stdio::piped())
            .stderr(fs::File::create(path.join("log")).unwrap());
        let mut running = Kept(server.spawn().unwrap());
        let mut display = String::new();
        let mut out = BufReader::new(running.0.stdout.take().unwrap());
        out.read_line(&mut display).unwrap();
        let server = Self {
            running,
            address,
            key,
            display: format!(":{}", display.trim()),
            _folder: folder,
        };
        server.paint("#ff0000");
        server
    }

    pub(crate) fn start() -> Self {
        Self::offering("X509Vnc,VncAuth")
    }

    /// A program on this desktop.
    pub(crate) fn program(&self, name: &str) -> Program {
        let mut program = Program::new(name);
        program.env("DISPLAY", &self.display).stdin(Stdio::null());
        program
    }

    /// Gives the whole desktop a colour.
    pub(crate) fn paint(&self, colour: &str) {
        let mut painting = self.program("xsetroot");
        assert!(
            painting
                .args(["-solid", colour])
                .status()
                .unwrap()
                .success()
        );
    }

    pub(crate) fn kill(&mut self) {
        self.running.0.kill().unwrap();
    }
}

/// What makes a hospital another one than usual.
pub(crate) struct Wish {
    pub(crate) terms: DesktopTerms,
    pub(crate) quota_bytes: u64,
    pub(crate) attended: bool,
    /// Instead of the server's own key.
    pub(crate) server: Option<ServerIdentity>,
    pub(crate) secret: &'static str,
    pub(crate) lasts: Duration,
    /// Over RDP, signed in at in this way as [`USER`](crate::rdp_ground::USER); over VNC otherwise.
    pub(crate) rdp: Option<DesktopSignIn>,
}

impl Wish {
    fn protocol(&self) -> Protocol {
        match self.rdp {
            Some(_) => Protocol::Rdp,
            None => Protocol::Vnc,
        }
    }
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            terms: DesktopTerms::USUAL,
            quota_bytes: 1 << 28,
            attended: false,
            server: None,
            secret: PASSWORD,
            lasts: HOUR,
            rdp: None,
        }
    }
}

pub(crate) fn plain() -> ServerIdentity {
    ServerIdentity::PlainText {
        accepted: "a console of 2009; IT section".to_owned(),
    }
}

/// Everything together, with a listener on which viewers arrive.
pub(crate) struct Ground {
    pub(crate) staffed: Staffed,
    pub(crate) gateway: SocketAddr,
    ends: Arc<Mutex<Vec<EndReason>>>,
    pub(crate) workers: Arc<Workers>,
}

/// A recording of a desktop, as far as tests look at it.
#[derive(Default)]
pub(crate) struct Recorded {
    pub(crate) notes: Vec<ChannelNote>,
    /// What the desktop sent.
    pub(crate) shown: Vec<u8>,
    /// What the viewer sent, but for keys.
    pub(crate) asked: Vec<u8>,
    /// Keys, as they are sealed: in which channel.
    pub(crate) keys: Vec<(u32, Vec<u8>)>,
    pub(crate) index: Index,
}

impl Recorded {
    pub(crate) fn refused(&self) -> Vec<&str> {
        let what = |note: &'_ ChannelNote| matches!(note, ChannelNote::Refused { .. });
        let refused = self.notes.iter().filter(|note| what(note));
        refused
            .filter_map(|note| match note {
                ChannelNote::Refused { what, .. } => Some(what.as_str()),
                _ => None,
            })
            .collect()
    }
}

impl Ground {
    pub(crate) fn new(server: &Server, wish: Wish) -> Self {
        Self::at(server.address, server.key, wish)
    }

    /// With whatever listens at this address.
    pub(crate) fn at(address: SocketAddr, key: Digest, wish: Wish) -> Self {
        let protocol = wish.protocol();
        let staffed = staffed(address, key, wish);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = listener.local_addr().unwrap();
        let ends = Arc::default();
        let workers = Arc::new(workers(&staffed.hospital.config.dir, None));
        let carrying = Arc::clone(&workers);
        let engine = staffed.hospital.engine.clone();
        let engineer = staffed.engineer.clone();
        let noted = Arc::clone(&ends);
        listener.set_nonblocking(true).unwrap();
        staffed.hospital.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let opening = engine.open_session(&engineer, "ct", None, protocol);
                let Ok(opened) = opening.await else {
                    continue;
                };
                let carrying = Arc::clone(&carrying);
                tokio::spawn(serve(stream, opened, carrying, Arc::clone(&noted)));
            }
        });
        Self {
            staffed,
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
        let kept = Arc::new(Mutex::new((Recorded::default(), Indexer::new())));
        let keeping = Arc::clone(&kept);
        let keep = move |header: &recording::Header, content: Content<'_>| {
            let (recorded, indexer) = &mut *keeping.lock().unwrap();
            indexer.see(header.at, &content);
            match content {
                Content::Channel(note) => recorded.notes.push(note),
                Content::Stream {
                    direction, bytes, ..
                } => match direction {
                    Direction::FromTarget => recorded.shown.extend(bytes),
                    Direction::ToTarget => recorded.asked.extend(bytes),
                },
                Content::Typed {
                    channel, sealed, ..
                } => recorded.keys.push((channel, sealed.to_vec())),
                _ => {}
            }
        };
        let engine = self.engine();
        let playing = engine.recording_observations(clerk, &session, Viewing::Play, keep);
        self.run(playing).unwrap();
        let (mut recorded, indexer) = std::mem::take(&mut *kept.lock().unwrap());
        recorded.index = indexer.finish();
        recorded
    }
}

async fn serve(
    stream: tokio::net::TcpStream,
    opened: OpenedSession,
    workers: Arc<Workers>,
    ends: Arc<Mutex<Vec<EndReason>>>,
) {
    stream.set_nodelay(true).unwrap();
    opened.live().holds(tunnel::Closer::of(&stream).unwrap());
    let opened = Arc::new(opened);
    let reason = match proxies::tcp::dial(&opened).await {
        Ok(target) => workers.carry(stream, target, &opened).await,
        Err(_) => EndReason::TargetUnreachable,
    };
    let opened = Arc::into_inner(opened).unwrap();
    opened.close(reason.clone()).await;
    ends.lock().unwrap().push(reason);
}

fn staffed(address: SocketAddr, key: Digest, wish: Wish) -> Staffed {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    let mut person = hospital.engineer(&clerk, &vendor, "tanaka");
    let rests_on_a_risk = matches!(
        wish.server,
        Some(ServerIdentity::PlainText { .. } | ServerIdentity::OldTls { .. })
    );
    let target = NewTarget {
        name: "ct".to_owned(),
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
        ssh: None,
        database: None,
        telnet: None,
        desktop: Some(DesktopTarget {
            user: wish.rdp.map(|_| crate::rdp_ground::USER.to_owned()),
            server: wish.server.unwrap_or(ServerIdentity::Tls { spki: key }),
            sign_in: wish.rdp,
        }),
        attended: wish.attended,
        risk: rests_on_a_risk.then(|| hospital.risk(&clerk)).flatten(),
        web: None,
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
    let secret = NewSecret::Password(Zeroizing::new(wish.secret.to_owned()));
    // VNC counts eight characters, which is too few for the vault: somebody says why they are kept.
    let why = Some("VNCのパスワードは8文字までのため".to_owned());
    let setting = engine.set_secret(&clerk, &target, Account::Main, secret, why);
    hospital.run(setting).unwrap();
    hospital.pass(Duration::from_secs(60));
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
        sessions: Sessions::AtOnce(100),
        ssh: None,
        database: None,
        desktop: Some(wish.terms),
        web: None,
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
