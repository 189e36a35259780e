//! A hospital whose target is a database, whichever it speaks, and an engineer with programs of their own: what
//! is between them is the proxy, on a loopback socket.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command as Program, Stdio};
use std::sync::{Arc, Mutex};

use access::*;
use engine::{Account, Address, Engine, NewSecret, OpenedSession, TargetForm, Viewing};
use ids::{Digest, NonEmpty, SessionId};
use proxies::workers::Workers;
use recording::{Content, Indexer};
use zeroize::Zeroizing;

use crate::hospital::{Hospital, Staffed};
use crate::seen::Recorded;
use crate::sshd::{HOUR, until, workers};

/// The password of the account that may change data; it is in no program of the engineer's.
pub(crate) const MAIN: &str = "juniper-ferry-lantern-1";
/// The password of the accounts that read.
pub(crate) const READER: &str = "otter-quarry-walnut-2";

/// What a program says that must succeed.
pub(crate) fn ran(command: &mut Program) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

/// The number of a user or a group.
pub(crate) fn id(of: &str, user: Option<&str>) -> u32 {
    let text = ran(Program::new("id").arg(of).args(user));
    text.trim().parse().unwrap()
}

/// What makes a hospital another one than usual.
pub(crate) struct Wish {
    pub(crate) user: &'static str,
    /// Empty: there is none.
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
    /// What a worker that somebody took over says instead of its work.
    pub(crate) lie: Option<&'static str>,
    pub(crate) protocol: Protocol,
    /// Where the numbers of patients are: schema, table, column.
    pub(crate) patients: &'static [[&'static str; 3]],
    /// Each visit has an account of its own, which this one makes with the password [`MAIN`].
    pub(crate) manager: Option<&'static str>,
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
            lie: None,
            protocol: Protocol::Postgres,
            patients: &[],
            manager: None,
        }
    }
}

/// Everything together, with a listener on which engineers' programs arrive.
pub(crate) struct Ground {
    pub(crate) staffed: Staffed,
    pub(crate) gateway: SocketAddr,
    pub(crate) ends: Arc<Mutex<Vec<EndReason>>>,
    pub(crate) workers: Arc<Workers>,
}

impl Ground {
    /// With whatever listens at this address.
    pub(crate) fn at(address: SocketAddr, key: Digest, wish: Wish) -> Self {
        let (held, lie, protocol) = (wish.held, wish.lie, wish.protocol);
        let staffed = staffed(address, key, wish);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = listener.local_addr().unwrap();
        let ends = Arc::default();
        let workers = Arc::new(workers(&staffed.hospital.config.dir, lie));
        let carrying = Arc::clone(&workers);
        let engine = staffed.hospital.engine.clone();
        let engineer = staffed.engineer.clone();
        let noted = Arc::clone(&ends);
        listener.set_nonblocking(true).unwrap();
        staffed.hospital.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                if protocol == Protocol::Postgres
                    && let Some((process, secret)) = cancel(&stream).await
                {
                    engine.cancel_statement(&engineer, process, &secret);
                    continue;
                }
                let opening = engine.open_session(&engineer, "db", None, protocol);
                let Ok(opened) = opening.await else {
                    continue;
                };
                tokio::spawn(serve(
                    stream,
                    opened,
                    Arc::clone(&carrying),
                    Arc::clone(&noted),
                    held,
                ));
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
    workers: Arc<Workers>,
    ends: Arc<Mutex<Vec<EndReason>>>,
    held: bool,
) {
    stream.set_nodelay(true).unwrap();
    if held {
        opened.live().holds(tunnel::Closer::of(&stream).unwrap());
    }
    let opened = Arc::new(opened);
    let reason = match proxies::visit_accounts::made(&workers, &opened).await {
        Ok(()) => match proxies::tcp::dial(&opened).await {
            Ok(target) => workers.carry(stream, target, &opened).await,
            Err(_) => EndReason::TargetUnreachable,
        },
        Err(end) => end,
    };
    let opened = Arc::into_inner(opened).unwrap();
    opened.close(reason.clone()).await;
    ends.lock().unwrap().push(reason);
}

pub(crate) fn staffed(address: SocketAddr, key: Digest, wish: Wish) -> Staffed {
    let hospital = if wish.manager.is_some() {
        crate::visit_accounts::hospital_of_today()
    } else {
        Hospital::founded()
    };
    let mut clerk = hospital.set_up();
    hospital.pass(std::time::Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    let mut person = hospital.engineer(&clerk, &vendor, "tanaka");
    let open = matches!(wish.server, Some(ServerIdentity::PlainText { .. }));
    let target = NewTarget {
        name: "db".to_owned(),
        protocol: wish.protocol,
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
            reader: (!wish.reader.is_empty()).then(|| wish.reader.to_owned()),
            server: wish.server.unwrap_or(ServerIdentity::Tls { spki: key }),
        }),
        web: None,
        telnet: None,
        desktop: None,
        ssh: None,
        attended: wish.attended,
        risk: open.then(|| hospital.risk(&clerk)).flatten(),
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
    if !wish.patients.is_empty() {
        let columns = wish
            .patients
            .iter()
            .map(|[schema, table, column]| PatientColumn {
                schema: (*schema).to_owned(),
                table: (*table).to_owned(),
                column: (*column).to_owned(),
            });
        let command = Command::NamePatientColumns {
            target: target.clone(),
            columns: columns.collect(),
        };
        hospital.run(engine.submit(&clerk, command)).unwrap();
    }
    if let Some(manager) = wish.manager {
        let accounts = VisitAccounts {
            manager: manager.to_owned(),
            groups: Vec::new(),
        };
        let command = Command::SetVisitAccounts {
            target: target.clone(),
            accounts: Some(accounts),
        };
        hospital.run(engine.submit(&clerk, command)).unwrap();
    }
    for (account, usual) in [(Account::Main, MAIN), (Account::Reader, READER)] {
        let no_reader = wish.manager.is_some() || wish.reader.is_empty();
        if no_reader && account == Account::Reader {
            continue;
        }
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
        web: None,
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
