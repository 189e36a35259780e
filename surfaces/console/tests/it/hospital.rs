//! A small hospital, founded and peopled through the doors that real people use.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use access::Door;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use console::{Arrival, router};
use engine::{Clock, Engine, NewSite, SiteConfig, found_site};
use http_body_util::BodyExt;
use ids::{Digest, NonEmpty, SiteId};
use serde_json::{Value, json};
use tower::ServiceExt;
use tunnel::DeviceKey;
use vault::Unlock;
use wire::join::{JoinDevice, JoinStart};
use wire::{Invitation, Secret};

/// 2026-11-24 10:00 in Japan, a Tuesday.
const START: i64 = 1_795_482_000_000;

pub(crate) const LAN: &str = "192.168.7.20";
pub(crate) const ASAHI: &str = "203.0.113.7";
pub(crate) const BYAKKO: &str = "198.51.100.7";

/// Texts that only some may read.
pub(crate) const PURPOSE: &str = "canary-purpose: replace a disk of the laboratory system";
pub(crate) const PHONE: &str = "canary-phone 03-0000-0001";
pub(crate) const CONTACT: &str = "canary-contact 090-0000-0001";

/// Somebody with their factors, as they hold them.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) login: String,
    pub(crate) passphrase: String,
    pub(crate) totp: Vec<u8>,
    pub(crate) device: Option<Digest>,
    pub(crate) source: IpAddr,
    pub(crate) token: Option<String>,
}

impl Held {
    pub(crate) fn arrival(&self) -> Arrival {
        let door = match self.device {
            Some(_) => tunnel::Door::Engineers,
            None => tunnel::Door::Console,
        };
        Arrival::Network {
            door,
            source: self.source,
            device_key: self.device,
        }
    }

    fn code(&self, seconds: i64) -> String {
        let totp = totp_rs::Builder::new()
            .with_secret(totp_rs::Secret::new_stack(
                <[u8; 20]>::try_from(self.totp.as_slice()).unwrap(),
            ))
            .build_noncompliant();
        totp.generate(u64::try_from(seconds).unwrap()).to_string()
    }
}

/// Everybody of the hospital.
#[derive(Clone)]
pub(crate) struct People {
    /// Approver and operator, the first.
    pub(crate) sato: Held,
    /// Approver.
    pub(crate) suzuki: Held,
    /// Operator.
    pub(crate) tanaka: Held,
    /// Inspector.
    pub(crate) inoue: Held,
    /// The outside custodian.
    pub(crate) mori: Held,
    /// Engineer of Asahi, which maintains `lis-db`.
    pub(crate) abe: Held,
    /// Engineer of Byakko, which does not.
    pub(crate) baba: Held,
}

/// A site with its engine, and a clock to push.
pub(crate) struct Hospital {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) engine: Engine,
    pub(crate) millis: Arc<AtomicI64>,
}

/// What an answer was.
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    /// Its media type.
    pub(crate) media: String,
    pub(crate) body: Value,
    pub(crate) text: String,
}

fn config(dir: &Path) -> SiteConfig {
    SiteConfig {
        site: site(),
        dir: dir.to_owned(),
        listen: "192.168.7.2:443".parse().unwrap(),
        engineers_name: "in.handa.test".to_owned(),
        console_name: "desk.handa.test".to_owned(),
        engineers_address: "in.handa.test:443".to_owned(),
        console_address: "desk.handa.test:443".to_owned(),
    }
}

pub(crate) fn site() -> SiteId {
    "handa".parse().unwrap()
}

pub(crate) async fn call(
    engine: &Engine,
    arrival: &Arrival,
    token: Option<&str>,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Said {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = match body {
        None => Body::empty(),
        Some(value) => {
            request = request.header("content-type", "application/json");
            Body::from(value.to_string())
        }
    };
    let router = router(engine.clone(), arrival.clone());
    let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
    said(answer).await
}

pub(crate) async fn said(answer: Response) -> Said {
    let status = answer.status();
    let media = answer.headers().get("content-type");
    let media = media.map_or("", |media| media.to_str().unwrap()).to_owned();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Said {
        status,
        media,
        body,
        text,
    }
}

impl Hospital {
    pub(crate) fn open(dir: tempfile::TempDir, millis: i64) -> Self {
        let millis = Arc::new(AtomicI64::new(millis));
        let clock = Clock::pushed(Arc::clone(&millis));
        let config = config(&dir.path().join("site"));
        let engine = Engine::open(config, &Unlock::DangerousKeyBesideData, clock).unwrap();
        Self {
            dir,
            engine,
            millis,
        }
    }

    /// Time goes by.
    pub(crate) fn wait(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.millis.load(Ordering::SeqCst)
    }

    pub(crate) async fn ask(
        &self,
        by: &Held,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Said {
        let token = by.token.as_deref();
        call(
            &self.engine,
            &by.arrival(),
            token,
            method,
            path,
            body.as_ref(),
        )
        .await
    }

    pub(crate) async fn get(&self, by: &Held, path: &str) -> Value {
        let said = self.ask(by, "GET", path, None).await;
        assert_eq!(said.status, 200, "GET {path}: {}", said.text);
        said.body
    }

    pub(crate) async fn post(&self, by: &Held, path: &str, body: Value) -> Value {
        let said = self.ask(by, "POST", path, Some(body)).await;
        assert_eq!(said.status, 200, "POST {path}: {}", said.text);
        said.body
    }

    /// The one-time code of this moment.
    pub(crate) fn code_now(&self, who: &Held) -> String {
        who.code(self.now() / 1000)
    }

    pub(crate) fn sign_in_form(&self, who: &Held) -> Value {
        json!({
            "login": who.login,
            "passphrase": who.passphrase,
            "totp": who.code(self.now() / 1000),
        })
    }

    /// Signs in with the next code.
    pub(crate) async fn sign_in(&self, who: &mut Held) {
        self.wait(30);
        let form = self.sign_in_form(who);
        let said = call(
            &self.engine,
            &who.arrival(),
            None,
            "POST",
            "/api/v1/sign-in",
            Some(&form),
        )
        .await;
        assert_eq!(said.status, 200, "{}: {}", who.login, said.text);
        who.token = Some(said.body["token"].as_str().unwrap().to_owned());
    }

    async fn invited(&self, by: &Held, purpose: Value) -> String {
        let invited = self
            .post(by, "/api/v1/invitations", json!({"purpose": purpose}))
            .await;
        invited["text"].as_str().unwrap().to_owned()
    }

    /// Joins by an invitation; from an engineer's address with a device.
    pub(crate) async fn join(&self, text: &str, login: &str, source: &str) -> Held {
        let invitation: Invitation = text.parse().unwrap();
        let engineer = source != LAN;
        let source: IpAddr = source.parse().unwrap();
        let door = if engineer {
            Door::Engineers
        } else {
            Door::Console
        };
        let key = engineer.then(|| DeviceKey::generate().unwrap());
        let passphrase = format!("{login} violet lantern under the seventh bridge");
        let start = JoinStart {
            invitation: invitation.id.clone(),
            secret: invitation.secret.clone(),
            name: Some(format!("canary-name {login}")),
            login: Some(login.to_owned()),
            contact: Some(format!("canary-reach {login}")),
            passphrase: Some(Secret::from(passphrase.as_str())),
            device: key.as_ref().map(|key| JoinDevice {
                csr: wire::Bytes(key.request().unwrap()),
                witness: witness(login).verifier().to_string(),
                label: format!("canary-label {login}"),
            }),
        };
        let connection = self.engine.connection(None, Some(source), door);
        let (mut joining, shown) = self.engine.join_start(connection, start).await.unwrap();
        let (secret, _) = shown.unwrap();
        let mut held = Held {
            login: login.to_owned(),
            passphrase,
            totp: data_encoding::BASE32_NOPAD
                .decode(secret.as_bytes())
                .unwrap(),
            device: key.map(|key| key.key()),
            source,
            token: None,
        };
        let code = held.code(self.now() / 1000);
        self.engine.join_confirm(&mut joining, &code).await.unwrap();
        held.token = None;
        held
    }

    async fn person(&self, by: &Held, login: &str, employer: Value, roles: &[&str]) -> Held {
        let purpose = json!({"person": {"employer": employer, "roles": roles}});
        let text = self.invited(by, purpose).await;
        let source = match login {
            "abe" | "abe-san" => ASAHI,
            "baba" => BYAKKO,
            _ => LAN,
        };
        self.join(&text, login, source).await
    }

    async fn vendor(&self, by: &Held, name: &str, net: &str) {
        let form = json!({"name": name, "sources": [{"net": net}], "phone": PHONE});
        self.post(by, "/api/v1/vendors", form).await;
    }

    /// Compares the words of a pending device.
    pub(crate) async fn confirm(&self, by: &Held, device: usize) {
        let devices = self.get(by, "/api/v1/devices").await;
        let words = devices[device - 1]["words"].clone();
        let path = format!("/api/v1/devices/{device}/confirm");
        self.post(by, &path, json!({"words": words})).await;
    }

    pub(crate) fn visit_form(&self, target: &str) -> Value {
        let from = self.now();
        json!({
            "target": target,
            "window": {"from": from, "until": from + 2 * 3_600_000},
            "purpose": PURPOSE,
            "kind": "fault",
            "plan": data_encoding::BASE64.encode(b"1. stop 2. replace 3. start"),
            "plan_name": "canary-plan.pdf",
            "contact": CONTACT,
            "privileged": true,
            "sessions": {"at_once": 2},
        })
    }
}

/// The key with which an engineer's device cosigns.
pub(crate) fn witness(login: &str) -> ledger::Signer {
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(login.bytes()) {
        *to = from;
    }
    ledger::Signer::cosigner(&format!("{login}-device"), &seed).unwrap()
}

/// The hospital as every test finds it, made once and copied.
struct Template {
    dir: tempfile::TempDir,
    millis: i64,
    people: People,
}

static TEMPLATE: OnceLock<Template> = OnceLock::new();

/// A hospital of one's own: seven people, two vendors, one target, five requests (the first granted,
/// with one session that was opened and closed), one pending device.
pub(crate) fn hospital() -> (Hospital, People) {
    let template = TEMPLATE.get_or_init(|| std::thread::spawn(template).join().unwrap());
    let dir = tempfile::tempdir().unwrap();
    copy(template.dir.path(), dir.path());
    let millis = template.millis;
    let hospital = std::thread::spawn(move || Hospital::open(dir, millis))
        .join()
        .unwrap();
    (hospital, template.people.clone())
}

impl Drop for Hospital {
    fn drop(&mut self) {
        let engine = self.engine.clone();
        // `stop` blocks, and a test may be on a runtime's thread.
        let _stopped = std::thread::spawn(move || engine.stop()).join();
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), &target).unwrap();
        }
        let mode = entry.metadata().unwrap().permissions();
        std::fs::set_permissions(&target, mode).unwrap();
    }
}

/// A site that was founded a moment ago, and the invitation of its first person.
pub(crate) fn founded() -> (Hospital, String) {
    std::thread::spawn(new_site).join().unwrap()
}

fn new_site() -> (Hospital, String) {
    let dir = tempfile::tempdir().unwrap();
    let millis = Arc::new(AtomicI64::new(START));
    let new = NewSite {
        config: config(&dir.path().join("site")),
        name: "Handa Hospital".to_owned(),
        lan: NonEmpty::one("192.168.7.0/24".parse().unwrap()),
        level: access::NEWEST_LEVEL,
    };
    let clock = Clock::pushed(Arc::clone(&millis));
    let founded = found_site(&new, &Unlock::DangerousKeyBesideData, &clock).unwrap();
    (Hospital::open(dir, START), founded.setup.to_string())
}

fn template() -> Template {
    let (hospital, setup) = new_site();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let people = runtime.block_on(people(&hospital, &setup));
    let millis = hospital.now();
    drop(runtime);
    hospital.engine.stop();
    let dir = tempfile::tempdir().unwrap();
    copy(hospital.dir.path(), dir.path());
    Template {
        dir,
        millis,
        people,
    }
}

async fn people(hospital: &Hospital, setup: &str) -> People {
    let h = hospital;
    let mut sato = h.join(setup, "sato", LAN).await;
    h.sign_in(&mut sato).await;
    h.vendor(&sato, "Asahi Medical", "203.0.113.0/24").await;
    h.vendor(&sato, "Byakko Systems", "198.51.100.0/24").await;
    let hospital_role = json!("hospital");
    let suzuki = h
        .person(&sato, "suzuki", hospital_role.clone(), &["approver"])
        .await;
    let tanaka = h
        .person(&sato, "tanaka", hospital_role.clone(), &["operator"])
        .await;
    let inoue = h
        .person(&sato, "inoue", hospital_role, &["inspector"])
        .await;
    let mori = h
        .person(&sato, "mori", json!("custodian"), &["inspector"])
        .await;
    let asahi = json!({"vendor": "handa/vendor-1"});
    let byakko = json!({"vendor": "handa/vendor-2"});
    let abe = h.person(&sato, "abe", asahi.clone(), &["engineer"]).await;
    let baba = h.person(&sato, "baba", byakko, &["engineer"]).await;
    h.confirm(&sato, 1).await;
    h.confirm(&sato, 2).await;
    let third = h.person(&sato, "abe-san", asahi, &["engineer"]).await;
    drop(third);
    let year = std::time::Duration::from_secs(300 * 24 * 3600);
    let target = json!({
        "name": "lis-db", "protocol": "tcp",
        "risk": {"reason": "its network is apart", "owner": "handa/person-1", "until": h.engine.now().plus(year)},
        "address": {"host": "192.168.7.40", "port": 5432},
        "recording": "payload", "approvals": "one", "emergency": true, "hours": "always",
        "longest_minutes": 240, "quota_bytes": 1_000_000, "vendors": ["handa/vendor-1"],
    });
    h.post(&sato, "/api/v1/targets", target).await;
    let chain = json!({"chain": [{"person": "handa/person-2", "after_minutes": 0}]});
    let set = h
        .ask(&sato, "PUT", "/api/v1/night-chain", Some(chain))
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    let mut all = [sato, suzuki, tanaka, inoue, mori, abe, baba];
    for who in &mut all {
        h.sign_in(who).await;
    }
    let [sato, suzuki, tanaka, inoue, mori, abe, baba] = all;
    for _ in 0..5 {
        let form = h.visit_form("lis-db");
        h.post(&abe, "/api/v1/requests", form).await;
    }
    h.post(
        &suzuki,
        "/api/v1/requests/1/approve",
        json!({"conditions": "canary-condition"}),
    )
    .await;
    let opened = open_session(h, &abe).await;
    opened
        .record(recording::Direction::FromTarget, b"the target is ready")
        .unwrap();
    opened.close(access::EndReason::EngineerClosed).await;
    h.post(&sato, "/api/v1/targets", ssh_target("ehr", false))
        .await;
    let seen = access::AlertCommand::Raise {
        rule: "device-in-two-places".to_owned(),
        about: access::AlertAbout::Site,
        evidence: access::Evidence::Entry(1),
        answer: access::RuleAnswer::Tell,
        reason: ids::Commitment(Digest([9; 32])),
    };
    let by = login::Identity::gateway();
    let raised = h.engine.submit(&by, access::Command::Alerts(seen)).await;
    raised.unwrap();
    People {
        sato,
        suzuki,
        tanaka,
        inoue,
        mori,
        abe,
        baba,
    }
}

/// A host key, and another.
pub(crate) const HOST_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
pub(crate) const OTHER_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";
/// What nobody ever reads again.
pub(crate) const TARGET_PASSWORD: &str = "the-secret-of-a-target";

pub(crate) fn ssh_target(name: &str, attended: bool) -> Value {
    json!({
        "name": name, "protocol": "ssh",
        "address": {"host": "192.168.7.50", "ip": "192.168.7.50", "port": 22},
        "recording": "payload", "approvals": "one", "emergency": false, "hours": "always",
        "longest_minutes": 240, "quota_bytes": 1_000_000, "vendors": ["handa/vendor-1"],
        "ssh": {"user": "maint", "host_key": HOST_KEY}, "attended": attended,
    })
}

/// Registers an SSH target, asks for it, grants it, and opens a session as the tunnel would.
pub(crate) async fn ssh_session(
    hospital: &Hospital,
    people: &People,
    name: &str,
    attended: bool,
) -> engine::OpenedSession {
    let added = hospital
        .post(&people.sato, "/api/v1/targets", ssh_target(name, attended))
        .await;
    let path = format!("/api/v1/targets/{}/secret", number(&added["id"]));
    let secret = json!({"password": TARGET_PASSWORD});
    hospital.post(&people.sato, &path, secret).await;
    let form = hospital.visit_form(name);
    let asked = hospital.post(&people.abe, "/api/v1/requests", form).await;
    let path = format!("/api/v1/requests/{}/approve", number(&asked["request"]));
    hospital.post(&people.suzuki, &path, json!({})).await;
    let engine = &hospital.engine;
    let abe = &people.abe;
    let connection = engine.connection(abe.device.as_ref(), Some(abe.source), Door::Engineers);
    let by = engine.identify(abe.token.as_deref(), &connection).unwrap();
    let opened = engine
        .open_session(&by, name, None, access::Protocol::Ssh)
        .await;
    opened.unwrap()
}

/// The number of an id.
pub(crate) fn number(id: &Value) -> String {
    id.as_str().unwrap().rsplit_once('-').unwrap().1.to_owned()
}

/// Opens a session as the tunnel would.
pub(crate) async fn open_session(hospital: &Hospital, who: &Held) -> engine::OpenedSession {
    let engine = &hospital.engine;
    let connection = engine.connection(who.device.as_ref(), Some(who.source), Door::Engineers);
    let by = engine.identify(who.token.as_deref(), &connection).unwrap();
    let opened = engine
        .open_session(&by, "lis-db", None, access::Protocol::Tcp)
        .await;
    opened.unwrap()
}
