//! A hospital whose target is a web console: Debian's Orthanc or nginx, and an engineer with curl, which speaks
//! HTTP/2 as the door does. What is between them is the proxy, on a loopback socket.

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command as Program, Stdio};
use std::sync::{Arc, Mutex};

use access::*;
use engine::{Account, Address, Engine, NewSecret, OpenedSession, TargetForm, Viewing};
use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use ids::{Digest, NonEmpty, SessionId};
use proxies::workers::Workers;
use recording::{Content, Indexer};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::hospital::{Hospital, Staffed};
use crate::seen::{Ran, Recorded};
use crate::sshd::{HOUR, Kept, until, workers};

/// The password of the console; it is in no program of the engineer's.
pub(crate) const SECRET: &str = "juniper-console-lantern-4";

/// What the console is called, as nobody but the gateway calls it.
pub(crate) const HOST: &str = "console.test";

pub(crate) fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

pub(crate) fn answers(address: SocketAddr) -> bool {
    std::net::TcpStream::connect(address).is_ok()
}

/// A running console.
pub(crate) struct Server {
    pub(crate) folder: TempDir,
    pub(crate) running: Option<Kept>,
    pub(crate) address: SocketAddr,
    pub(crate) identity: ServerIdentity,
}

impl Server {
    /// Debian's Orthanc, which asks for an account.
    pub(crate) fn orthanc() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (address, dicom) = (free(), free());
        let settings = serde_json::json!({
            "Name": "pacs", "HttpPort": address.port(), "DicomPort": dicom.port(),
            "StorageDirectory": folder.path().join("data"),
            "IndexDirectory": folder.path().join("data"),
            "RemoteAccessAllowed": false, "AuthenticationEnabled": true,
            "RegisteredUsers": {"maint": SECRET}, "Plugins": [],
        });
        let file = folder.path().join("orthanc.json");
        fs::write(&file, settings.to_string()).unwrap();
        let mut program = Program::new("Orthanc");
        program
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        program.stderr(fs::File::create(folder.path().join("log")).unwrap());
        let server = Self {
            running: Some(Kept(program.spawn().unwrap())),
            folder,
            address,
            identity: plain(),
        };
        until("Orthanc answers", || answers(address));
        server
    }

    /// Debian's nginx with TLS and these locations.
    pub(crate) fn nginx(locations: &str) -> Self {
        Self::nginx_with("", locations)
    }

    /// The same, which speaks no TLS of today.
    pub(crate) fn old_nginx(locations: &str) -> Self {
        let old = "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;";
        let mut server = Self::nginx_with(old, locations);
        if let ServerIdentity::Tls { spki } = server.identity {
            server.identity = ServerIdentity::OldTls { spki };
        }
        server
    }

    /// With these settings of its TLS.
    pub(crate) fn nginx_with(tls: &str, locations: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free();
        let key = certificate(folder.path());
        let at = folder.path().display();
        let settings = format!(
            "daemon off; master_process off; pid {at}/pid; error_log {at}/error.log;\n\
             events {{ }}\n\
             http {{ access_log {at}/access.log; client_body_temp_path {at}/body;\n\
               proxy_temp_path {at}/p; fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u;\n\
               scgi_temp_path {at}/s; default_type text/plain;\n\
               server {{ listen {address} ssl; ssl_certificate {at}/server.crt;\n\
                 ssl_certificate_key {at}/server.key; {tls} root {at}; {locations} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, settings).unwrap();
        let mut program = Program::new("/usr/sbin/nginx");
        program.arg("-c").arg(&file).arg("-p").arg(folder.path());
        program.stdin(Stdio::null()).stdout(Stdio::null());
        program.stderr(fs::File::create(folder.path().join("log")).unwrap());
        if fs::metadata("/root").is_ok() {
            // It gives its workers another user than root; they read what is here.
            use std::os::unix::fs::PermissionsExt as _;
            let all = fs::Permissions::from_mode(0o777);
            fs::set_permissions(folder.path(), all).unwrap();
        }
        let server = Self {
            running: Some(Kept(program.spawn().unwrap())),
            folder,
            address,
            identity: ServerIdentity::Tls { spki: key },
        };
        until("nginx answers", || answers(address));
        server
    }

    /// Something that answers every connection with these bytes, and says what it heard.
    pub(crate) fn liar(answer: &'static [u8]) -> (Self, Arc<Mutex<Vec<u8>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
        let kept = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                use std::io::Read as _;
                let mut stream = stream.unwrap();
                let mut buffer = [0; 4096];
                while let Ok(read @ 1..) = stream.read(&mut buffer) {
                    kept.lock().unwrap().extend(&buffer[..read]);
                    if kept
                        .lock()
                        .unwrap()
                        .windows(4)
                        .any(|end| end == b"\r\n\r\n")
                    {
                        let _gone = stream.write_all(answer);
                        break;
                    }
                }
            }
        });
        let server = Self {
            folder: tempfile::tempdir().unwrap(),
            running: None,
            address,
            identity: plain(),
        };
        (server, heard)
    }

    /// What nginx has heard: one line for each request.
    pub(crate) fn heard(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default()
    }
}

pub(crate) fn plain() -> ServerIdentity {
    ServerIdentity::PlainText {
        accepted: "on the same machine; IT section".to_owned(),
    }
}

/// A certificate signed by nobody: its key is what counts.
pub(crate) fn certificate(folder: &Path) -> Digest {
    let (key, shown) = (folder.join("server.key"), folder.join("server.crt"));
    let made = Program::new("openssl")
        .args(["req", "-new", "-x509", "-nodes", "-days", "1"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .args(["-subj", "/CN=nobody", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&shown)
        .output()
        .unwrap();
    assert!(made.status.success());
    let der = Program::new("openssl")
        .args(["x509", "-outform", "DER", "-in"])
        .arg(&shown)
        .output()
        .unwrap();
    tunnel::spki_digest(&der.stdout).unwrap()
}

/// What makes a hospital another one than usual.
pub(crate) struct Wish {
    pub(crate) sign_in: WebSignIn,
    pub(crate) terms: WebTerms,
    pub(crate) quota_bytes: u64,
    pub(crate) attended: bool,
    /// Instead of the server's own.
    pub(crate) server: Option<ServerIdentity>,
    pub(crate) secret: &'static str,
    pub(crate) lasts: std::time::Duration,
    pub(crate) recording: RecordingPolicy,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            sign_in: WebSignIn::Basic {
                user: "maint".to_owned(),
            },
            terms: WebTerms {
                write: true,
                ..WebTerms::usual()
            },
            quota_bytes: 1 << 28,
            attended: false,
            server: None,
            secret: SECRET,
            lasts: HOUR,
            recording: RecordingPolicy::Payload,
        }
    }
}

/// These paths and no others.
pub(crate) fn under(paths: &[&str]) -> Paths {
    let paths = paths.iter().map(ToString::to_string).collect();
    Paths::Under(NonEmpty::from_vec(paths).unwrap())
}

/// Everything together, with a listener on which doors arrive.
pub(crate) struct Ground {
    pub(crate) staffed: Staffed,
    pub(crate) gateway: SocketAddr,
    pub(crate) ends: Arc<Mutex<Vec<EndReason>>>,
    pub(crate) workers: Arc<Workers>,
}

impl Ground {
    pub(crate) fn new(server: &Server, wish: Wish) -> Self {
        let staffed = staffed(server, wish);
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
                let opening = engine.open_session(&engineer, "pacs", None, Protocol::Http);
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

    /// curl, speaking as the door does: one session for each run.
    pub(crate) fn curl_command(&self, arguments: &[&str]) -> Program {
        let mut command = Program::new("curl");
        command
            .args([
                "--http2-prior-knowledge",
                "-sS",
                "--max-time",
                "60",
                "--path-as-is",
            ])
            .args(["--noproxy", "*"])
            .args(["-H", "Accept-Language: ja"])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.gateway)
    }

    /// Asks for a path with these arguments.
    pub(crate) fn curl(&self, path: &str, arguments: &[&str]) -> Ran {
        let at = self.at(path);
        let arguments: Vec<&str> = arguments.iter().copied().chain([at.as_str()]).collect();
        Ran::of(self.curl_command(&arguments).output().unwrap())
    }

    /// The status of the answer.
    pub(crate) fn status(&self, path: &str, arguments: &[&str]) -> String {
        let mut all = vec!["-o", "/dev/null", "-w", "%{http_code}"];
        all.extend(arguments);
        self.curl(path, &all).out
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
            sender.send((header.at, note, bytes)).unwrap();
        };
        let engine = self.engine();
        let playing = engine.recording_observations(clerk, &session, Viewing::Play, keep);
        self.run(playing).unwrap();
        let mut recorded = Recorded::default();
        let mut indexer = Indexer::new();
        for (at, note, bytes) in seen.try_iter() {
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

/// A door: HTTP/2 on one session.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) sender: hyper::client::conn::http2::SendRequest<http_body_util::Empty<Bytes>>,
    authority: String,
}

impl Ground {
    pub(crate) async fn door(&self) -> Door {
        let stream = tokio::net::TcpStream::connect(self.gateway).await.unwrap();
        let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
            .handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(async move {
            let _over = connection.await;
        });
        Door {
            sender,
            authority: self.gateway.to_string(),
        }
    }
}

impl Door {
    pub(crate) fn request(&self, path: &str) -> hyper::http::request::Builder {
        hyper::Request::builder().uri(format!("http://{}{path}", self.authority))
    }

    pub(crate) async fn get(&self, path: &str) -> Option<(u16, Bytes)> {
        let request = self.request(path).body(http_body_util::Empty::new());
        let answer = self
            .sender
            .clone()
            .send_request(request.unwrap())
            .await
            .ok()?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.ok()?;
        Some((status, body.to_bytes()))
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
        Ok(target) => proxies::http::carry(stream, target, &workers, &opened).await,
        Err(_) => EndReason::TargetUnreachable,
    };
    let opened = Arc::into_inner(opened).unwrap();
    opened.close(reason.clone()).await;
    ends.lock().unwrap().push(reason);
}

fn staffed(server: &Server, wish: Wish) -> Staffed {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(std::time::Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    let mut person = hospital.engineer(&clerk, &vendor, "tanaka");
    let address = server.address;
    let signs_in = wish.sign_in != WebSignIn::Nothing;
    let known = wish.server.as_ref().unwrap_or(&server.identity);
    let rests_on_a_risk = !matches!(known, ServerIdentity::Tls { .. });
    let target = NewTarget {
        name: "pacs".to_owned(),
        protocol: Protocol::Http,
        address: PinnedAddress {
            host: String::new(),
            ip: address.ip(),
            port: address.port(),
        },
        recording: wish.recording,
        approvals: Approvals::One,
        emergency: true,
        hours: Hours::Always,
        longest_minutes: 240,
        quota_bytes: wish.quota_bytes,
        vendors: NonEmpty::one(vendor),
        ssh: None,
        database: None,
        web: Some(WebTarget {
            server: wish.server.unwrap_or_else(|| server.identity.clone()),
            host: HOST.to_owned(),
            sign_in: wish.sign_in,
        }),
        attended: wish.attended,
        risk: rests_on_a_risk.then(|| hospital.risk(&clerk)).flatten(),
        telnet: None,
        desktop: None,
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
    if signs_in {
        let secret = NewSecret::Password(Zeroizing::new(wish.secret.to_owned()));
        let setting = engine.set_target_secret(&clerk, &target, Account::Main, secret);
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
        sessions: Sessions::AtOnce(100),
        ssh: None,
        database: None,
        web: Some(wish.terms),
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
