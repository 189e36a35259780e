//! A hospital in a temporary folder, with a pushed clock: founded, set up, with a vendor, an engineer
//! and a target.

#![expect(
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on is a failed test"
)]

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use access::*;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use engine::{Address, Clock, Engine, NewSite, SiteConfig, TargetForm, found_site};
use ids::{Commitment, DeviceId, Digest, NonEmpty, PersonId, SiteId, TargetId, VendorId};
use login::Identity;
use vault::{Kit, Unlock};
use wire::join::{JoinDevice, JoinStart};
use wire::{Invitation, Secret};

/// A Saturday in November.
pub(crate) const START: i64 = 1_795_000_000_000;

pub(crate) struct Hospital {
    pub(crate) engine: Engine,
    pub(crate) config: SiteConfig,
    pub(crate) kit: Kit,
    pub(crate) now: Arc<AtomicI64>,
    pub(crate) runtime: tokio::runtime::Runtime,
    setup: String,
    folder: tempfile::TempDir,
}

/// A hospital that is set up, with an engineer whose device is confirmed, and a target.
pub(crate) struct Staffed {
    pub(crate) hospital: Hospital,
    pub(crate) clerk: Identity,
    pub(crate) engineer: Identity,
    pub(crate) person: Person,
    pub(crate) target: TargetId,
}

/// What makes a target another one than usual.
#[derive(Default)]
pub(crate) struct Special {
    /// It speaks SSH, and this is its host key.
    pub(crate) ssh: Option<String>,
    /// Under another account than usual.
    pub(crate) user: Option<String>,
    /// It is a database, known and entered so.
    pub(crate) database: Option<DatabaseTarget>,
    /// It needs an attendant.
    pub(crate) attended: bool,
    /// Bytes that a visit may record, if not the usual megabyte.
    pub(crate) quota_bytes: Option<u64>,
}

impl Staffed {
    /// With its target at this address.
    pub(crate) fn with_target(at: SocketAddr) -> Self {
        Self::with(at, &Special::default())
    }

    /// With a target of a special kind at this address.
    pub(crate) fn with(at: SocketAddr, special: &Special) -> Self {
        Self::in_hospital(Hospital::founded(), at, special)
    }

    /// In this new hospital.
    pub(crate) fn in_hospital(hospital: Hospital, at: SocketAddr, special: &Special) -> Self {
        let mut clerk = hospital.set_up();
        hospital.pass(Duration::from_secs(60));
        let clerk = hospital.signed_in(&mut clerk);
        let vendor = hospital.vendor(&clerk, "127.0.1.0/24");
        let mut person = hospital.engineer(&clerk, &vendor, "tanaka");
        let target = hospital.target(&clerk, &vendor, at, special);
        hospital.pass(Duration::from_secs(60));
        let engineer = hospital.signed_in(&mut person);
        Self {
            hospital,
            clerk,
            engineer,
            person,
            target,
        }
    }

    /// Asks for a visit of this length and approves it; gives the request.
    pub(crate) fn visit(&self, lasts: Duration) -> ids::RequestId {
        self.visit_with(lasts, None)
    }

    /// The same under these terms of SSH.
    pub(crate) fn visit_with(&self, lasts: Duration, ssh: Option<SshTerms>) -> ids::RequestId {
        let hospital = &self.hospital;
        let request = hospital.request(&self.engineer, &self.target, lasts, ssh);
        self.hospital.approve(&self.clerk, &request);
        request
    }
}

/// Somebody with factors.
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) login: String,
    pub(crate) device: Option<(DeviceId, Digest)>,
    pub(crate) door: Door,
    pub(crate) source: IpAddr,
    secret: Vec<u8>,
    last_step: i64,
}

pub(crate) const LAN: &str = "127.0.2.10";
pub(crate) const VENDOR: &str = "127.0.1.20";

thread_local! {
    /// In which folder a hospital of this test is founded, if that matters.
    pub(crate) static LIES: std::cell::RefCell<Option<std::path::PathBuf>> = const { std::cell::RefCell::new(None) };
}

impl Hospital {
    pub(crate) fn founded() -> Self {
        Self::founded_at(NEWEST_LEVEL)
    }

    /// Whose ledger begins at this level.
    pub(crate) fn founded_at(level: u16) -> Self {
        Self::founded_when(level, START)
    }

    /// Founded at this moment, in milliseconds: at the present one where a target has a clock of its own.
    pub(crate) fn founded_when(level: u16, start: i64) -> Self {
        let folder = LIES.with_borrow(|lies| match lies {
            Some(folder) => tempfile::tempdir_in(folder),
            None => tempfile::tempdir(),
        });
        let folder = folder.unwrap();
        let config = SiteConfig {
            site: "handa".parse().unwrap(),
            dir: folder.path().join("site"),
            listen: "127.0.0.1:4443".parse().unwrap(),
            engineers_name: "maintenance.test".to_owned(),
            console_name: "console.test".to_owned(),
            engineers_address: "127.0.0.1:4443".to_owned(),
            console_address: "127.0.0.1:4443".to_owned(),
        };
        let now = Arc::new(AtomicI64::new(start));
        let new = NewSite {
            config: config.clone(),
            name: "半田病院".to_owned(),
            lan: NonEmpty::one("127.0.2.0/24".parse().unwrap()),
            level,
        };
        let clock = Clock::pushed(Arc::clone(&now));
        let founded = found_site(&new, &Unlock::DangerousKeyBesideData, &clock).unwrap();
        let engine = Engine::open(config.clone(), &Unlock::DangerousKeyBesideData, clock).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            engine,
            config,
            kit: founded.kit,
            now,
            runtime,
            setup: founded.setup.to_string(),
            folder,
        }
    }

    /// Stops and opens again, as after a restart.
    pub(crate) fn restarted(self) -> Self {
        let clock = Clock::pushed(Arc::clone(&self.now));
        self.restarted_on(clock)
    }

    /// The same, with another clock.
    pub(crate) fn restarted_on(self, clock: Clock) -> Self {
        self.engine.stop();
        drop(self.engine);
        let engine =
            Engine::open(self.config.clone(), &Unlock::DangerousKeyBesideData, clock).unwrap();
        Self { engine, ..self }
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The first person, with the kit sealed: the setup is complete.
    pub(crate) fn set_up(&self) -> Person {
        let mut clerk = self.join(&self.setup, "clerk", Door::Console, LAN, false);
        let identity = self.signed_in(&mut clerk);
        self.run(self.engine.submit(&identity, Command::SealKit))
            .unwrap();
        clerk
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn site(&self) -> SiteId {
        self.config.site.clone()
    }

    pub(crate) fn text(&self, label: &str) -> Commitment {
        self.engine.commit(label, "理由", None).unwrap()
    }

    pub(crate) fn vendor(&self, by: &Identity, net: &str) -> VendorId {
        let new = NewVendor {
            name: format!("vendor {net}"),
            parent: None,
            sources: NonEmpty::one(SourcePrefix {
                net: net.parse().unwrap(),
                exception: None,
            }),
            phone: self.text("phone"),
        };
        match self
            .run(self.engine.submit(by, Command::RegisterVendor(new)))
            .unwrap()
        {
            Outcome::Vendor(vendor) => vendor,
            other => panic!("{other:?}"),
        }
    }

    /// A risk that they answer for themselves; none where the ledger cannot name its owner.
    pub(crate) fn risk(&self, by: &Identity) -> Option<NewRisk> {
        let Who::Person(owner) = &by.caller().who else {
            panic!("nobody");
        };
        let names = self.engine.site().writes("risk_accepted");
        names.then(|| NewRisk {
            reason: "its network is apart; it is replaced in spring".to_owned(),
            owner: owner.clone(),
            until: self.engine.now().plus(Duration::from_secs(300 * 24 * 3600)),
        })
    }

    pub(crate) fn invite(&self, by: &Identity, employer: Employer, role: Role) -> String {
        let purpose = InvitationFor::Person {
            employer,
            roles: NonEmpty::one(role),
        };
        let day = Duration::from_secs(24 * 3600);
        self.run(self.engine.invite(by, purpose, day)).unwrap().text
    }

    /// An engineer whose device a hospital person has confirmed.
    pub(crate) fn engineer(&self, by: &Identity, vendor: &VendorId, login: &str) -> Person {
        let invitation = self.invite(by, Employer::Vendor(vendor.clone()), Role::Engineer);
        let engineer = self.join(&invitation, login, Door::Engineers, VENDOR, true);
        let (device, key) = engineer.device.clone().unwrap();
        let words = device_words(&key)
            .iter()
            .map(|word| (*word).to_owned())
            .collect();
        self.run(
            self.engine
                .submit(by, Command::ConfirmDevice { device, words }),
        )
        .unwrap();
        engineer
    }

    pub(crate) fn target(
        &self,
        by: &Identity,
        vendor: &VendorId,
        at: SocketAddr,
        special: &Special,
    ) -> TargetId {
        let target = NewTarget {
            name: "db".to_owned(),
            protocol: match (&special.ssh, &special.database) {
                (Some(_), _) => Protocol::Ssh,
                (None, Some(_)) => Protocol::Postgres,
                (None, None) => Protocol::Tcp,
            },
            address: PinnedAddress {
                host: String::new(),
                ip: at.ip(),
                port: at.port(),
            },
            recording: RecordingPolicy::Payload,
            approvals: Approvals::One,
            emergency: true,
            hours: Hours::Always,
            longest_minutes: 240,
            quota_bytes: special.quota_bytes.unwrap_or(1 << 20),
            vendors: NonEmpty::one(vendor.clone()),
            database: special.database.clone(),
            web: None,
            telnet: None,
            desktop: None,
            ssh: special.ssh.clone().map(|host_key| SshTarget {
                user: special.user.clone().unwrap_or("maint".to_owned()),
                host_key,
            }),
            attended: special.attended,
            risk: (special.ssh.is_none() && special.database.is_none())
                .then(|| self.risk(by))
                .flatten(),
        };
        let address = Address {
            host: at.ip().to_string(),
            port: at.port(),
        };
        self.run(
            self.engine
                .register_target(by, TargetForm { target, address }),
        )
        .unwrap()
    }

    pub(crate) fn request(
        &self,
        by: &Identity,
        target: &TargetId,
        lasts: Duration,
        ssh: Option<SshTerms>,
    ) -> ids::RequestId {
        self.request_inside(by, target, lasts, (ssh, None))
    }

    /// For a database, under these terms.
    pub(crate) fn data_request(
        &self,
        by: &Identity,
        target: &TargetId,
        lasts: Duration,
        terms: DatabaseTerms,
    ) -> ids::RequestId {
        self.request_inside(by, target, lasts, (None, Some(terms)))
    }

    fn request_inside(
        &self,
        by: &Identity,
        target: &TargetId,
        lasts: Duration,
        (ssh, database): (Option<SshTerms>, Option<DatabaseTerms>),
    ) -> ids::RequestId {
        let now = self.engine.now();
        let visit = NewVisit {
            target: target.clone(),
            window: Window {
                from: now,
                until: now.plus(lasts),
            },
            purpose: self.text("purpose"),
            kind: KindOfWork::Inspection,
            plan: self.engine.keep_blob("作業計画書".as_bytes()).unwrap(),
            plan_name: self.text("plan-name"),
            contact: self.text("contact"),
            privileged: false,
            care: CareImpact::None,
            patients: PatientData::None,
            files: Vec::new(),
            attended: false,
            sub_contractor: None,
            sessions: Sessions::AtOnce(1000),
            ssh,
            database,
            web: None,
            desktop: None,
        };
        match self
            .run(
                self.engine
                    .submit(by, Command::RequestVisit(Box::new(visit))),
            )
            .unwrap()
        {
            Outcome::Requested { request, .. } => request,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn approve(&self, by: &Identity, request: &ids::RequestId) {
        let command = Command::ApproveRequest {
            request: request.clone(),
            conditions: None,
            narrower: None,
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        };
        self.run(self.engine.submit(by, command)).unwrap();
    }

    pub(crate) fn join(
        &self,
        invitation: &str,
        login: &str,
        door: Door,
        source: &str,
        with_device: bool,
    ) -> Person {
        let invitation: Invitation = invitation.parse().unwrap();
        let key = tunnel::DeviceKey::generate().unwrap();
        let witness = ledger::Signer::cosigner(&format!("{login}-device"), &[9; 32]).unwrap();
        let start = JoinStart {
            invitation: invitation.id.clone(),
            secret: invitation.secret.clone(),
            name: Some(format!("名前 {login}")),
            login: Some(login.to_owned()),
            contact: Some("090-0000-0000".to_owned()),
            passphrase: Some(Secret::new(passphrase(login))),
            device: with_device.then(|| JoinDevice {
                csr: wire::Bytes(key.request().unwrap()),
                witness: witness.verifier().to_string(),
                label: "laptop".to_owned(),
            }),
        };
        let source: IpAddr = source.parse().unwrap();
        let connection = self.engine.connection(None, Some(source), door);
        let (mut joining, shown) = self
            .run(self.engine.join_start(connection, start))
            .unwrap_or_else(|e| panic!("{e:?}"));
        let secret = BASE32_NOPAD.decode(shown.unwrap().0.as_bytes()).unwrap();
        let mut person = Person {
            id: PersonId::new(&self.site(), 1),
            login: login.to_owned(),
            device: None,
            door,
            source,
            secret,
            last_step: 0,
        };
        let code = person.code(self.engine.now());
        let joined = self
            .run(self.engine.join_confirm(&mut joining, &code))
            .unwrap();
        person.id = joined.person;
        person.device = joined.device.map(|device| (device.id, key.key()));
        person
    }

    pub(crate) fn connection(&self, person: &Person) -> login::Connection {
        let key = person.device.as_ref().map(|(_, key)| key);
        self.engine
            .connection(key, Some(person.source), person.door)
    }

    pub(crate) fn signed_in(&self, person: &mut Person) -> Identity {
        let code = person.code(self.engine.now());
        let connection = self.connection(person);
        let pass = passphrase(&person.login);
        let signed_in = self
            .run(
                self.engine
                    .sign_in(&connection, &person.login, &pass, &code),
            )
            .unwrap();
        self.engine
            .identify(Some(signed_in.token.as_str()), &connection)
            .unwrap()
    }
}

/// Looks until something is so; fails if it is not so within this time.
pub(crate) fn until(what: &str, within: Duration, so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + within;
    while !so() {
        assert!(std::time::Instant::now() < deadline, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

pub(crate) fn passphrase(login: &str) -> String {
    format!("quince 47 lantern {login} gravel otter")
}

impl Person {
    /// The same person's name, device and phone in other hands.
    pub(crate) fn copy(&self) -> Self {
        Self {
            id: self.id.clone(),
            login: self.login.clone(),
            device: self.device.clone(),
            door: self.door,
            source: self.source,
            secret: self.secret.clone(),
            last_step: self.last_step,
        }
    }

    /// A code that was not shown before.
    pub(crate) fn code(&mut self, now: ids::Timestamp) -> String {
        let step = (now.as_seconds() / 30).max(self.last_step + 1);
        self.last_step = step;
        code_of_step(&self.secret, step)
    }
}

/// The code that an authenticator shows for a secret as it is shown to people.
pub(crate) fn code_of(shown: &str, now: ids::Timestamp) -> String {
    let secret = BASE32_NOPAD.decode(shown.as_bytes()).unwrap();
    code_of_step(&secret, now.as_seconds() / 30)
}

fn code_of_step(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}
