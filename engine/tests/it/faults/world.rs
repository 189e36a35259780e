//! The site in which steps are broken: made once, copied for each case, opened in its own process.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use access::{Door, Employer, Role};
use engine::{Clock, Engine, NewSecret, OpenSiteError, SiteConfig};
use login::Identity;
use serde_json::{Value, json};
use vault::Unlock;
use zeroize::Zeroizing;

use crate::hospital::{Hospital, LAN, Person, Special, VENDOR, passphrase};

const MINUTE: Duration = Duration::from_secs(60);

/// The password that the target has at first.
pub(super) const OLD: &str = "before the exchange";

/// A hospital with an approved visit and a request that waits, and what its people hold in their hands.
pub(super) struct Template {
    folder: tempfile::TempDir,
}

impl Template {
    pub(super) fn make() -> Self {
        let special = Special {
            ssh: Some(ssh::HostKeyPair::generate().unwrap().public().to_string()),
            ..Special::default()
        };
        // At the first level nothing is entered beside the visit: what was verified, whom somebody told.
        let hospital = Hospital::founded_at(access::FIRST_LEVEL);
        let mut clerk = hospital.set_up();
        hospital.pass(MINUTE);
        let by = hospital.signed_in(&mut clerk);
        let vendor = hospital.vendor(&by, "127.0.1.0/24");
        let mut engineer = hospital.engineer(&by, &vendor, "tanaka");
        let leaving = hospital.engineer(&by, &vendor, "sato");
        let at = "127.0.0.1:22".parse().unwrap();
        let target = hospital.target(&by, &vendor, at, &special);
        let secret = NewSecret::Password(Zeroizing::new(OLD.to_owned()));
        let setting =
            hospital
                .engine
                .set_target_secret(&by, &target, engine::Account::Main, secret);
        hospital.run(setting).unwrap();
        let invite = |role| hospital.invite(&by, Employer::Hospital, role);
        let mut chief = hospital.join(&invite(Role::Approver), "suzuki", Door::Console, LAN, false);
        let invitation = invite(Role::Inspector);
        hospital.pass(MINUTE);
        let asker = hospital.signed_in(&mut engineer);
        let request = |hours: u64| {
            let lasts = Duration::from_secs(3600 * hours);
            hospital.request(&asker, &target, lasts, None)
        };
        hospital.approve(&by, &request(2));
        let waits = request(1);
        hospital.pass(MINUTE);
        let mut held = json!({
            "now": hospital.engine.now().as_millis(),
            "engineer": token(&hospital, &mut engineer),
            "clerk": token(&hospital, &mut clerk),
            "chief": token(&hospital, &mut chief),
            "key": engineer.device.as_ref().unwrap().1.to_string(),
            "waits": waits.to_string(),
            "target": target.to_string(),
            "leaving": leaving.id.to_string(),
            "invitation": invitation,
            "requests": hospital.engine.site().requests().count(),
        });
        hospital.pass(MINUTE);
        held["code"] = Value::from(engineer.code(hospital.engine.now()));
        hospital.engine.stop();
        let folder = tempfile::tempdir().unwrap();
        copy(&hospital.config.dir, folder.path());
        std::fs::write(folder.path().join("held"), held.to_string()).unwrap();
        Self { folder }
    }

    /// One more of it.
    pub(super) fn copy(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        copy(&self.folder.path().join("site"), folder.path());
        copy(&self.folder.path().join("held"), folder.path());
        folder
    }
}

fn copy(from: &Path, to: &Path) {
    let mut copying = std::process::Command::new("cp");
    let copied = copying.arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success());
}

fn token(hospital: &Hospital, person: &mut Person) -> String {
    let code = person.code(hospital.engine.now());
    let connection = hospital.connection(person);
    let pass = passphrase(&person.login);
    let signing = hospital
        .engine
        .sign_in(&connection, &person.login, &pass, &code);
    hospital.run(signing).unwrap().token.as_str().to_owned()
}

/// The site, opened in this process.
pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) now: Arc<AtomicI64>,
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) held: Value,
    pub(super) folder: std::path::PathBuf,
}

impl World {
    pub(super) fn open(folder: &Path) -> Result<Self, OpenSiteError> {
        let text = std::fs::read_to_string(folder.join("held")).unwrap();
        let held: Value = serde_json::from_str(&text).unwrap();
        let config = SiteConfig {
            site: "handa".parse().unwrap(),
            dir: folder.join("site"),
            listen: "127.0.0.1:4443".parse().unwrap(),
            engineers_name: "maintenance.test".to_owned(),
            console_name: "console.test".to_owned(),
            engineers_address: "127.0.0.1:4443".to_owned(),
            console_address: "127.0.0.1:4443".to_owned(),
        };
        // A minute after everything that the template did.
        let now = Arc::new(AtomicI64::new(held["now"].as_i64().unwrap() + 60_000));
        let clock = Clock::pushed(Arc::clone(&now));
        let engine = Engine::open(config, &Unlock::DangerousKeyBesideData, clock)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        Ok(Self {
            engine,
            now,
            runtime,
            held,
            folder: folder.to_owned(),
        })
    }

    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(super) fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.held[name].as_str().unwrap().to_owned()
    }

    pub(super) fn connection(&self, door: Door) -> login::Connection {
        let source: IpAddr = match door {
            Door::Engineers => VENDOR.parse().unwrap(),
            Door::Console | Door::Local | Door::Inside => LAN.parse().unwrap(),
        };
        let key: Option<ids::Digest> = match door {
            Door::Engineers => Some(self.text("key").parse().unwrap()),
            Door::Console | Door::Local | Door::Inside => None,
        };
        self.engine.connection(key.as_ref(), Some(source), door)
    }

    pub(super) fn person(&self, who: &str) -> Identity {
        let door = if who == "engineer" {
            Door::Engineers
        } else {
            Door::Console
        };
        let connection = self.connection(door);
        self.engine
            .identify(Some(&self.text(who)), &connection)
            .unwrap()
    }

    /// The checkpoint, with the engineer's device's signature.
    pub(super) fn cosigned(&self) -> String {
        let note = self.engine.checkpoint();
        let note = ledger::note::SignedNote::decode(note.as_bytes()).unwrap();
        let witness = ledger::Signer::cosigner("tanaka-device", &[9; 32]).unwrap();
        let note = ledger::checkpoint::cosign(note, &witness, self.engine.now());
        note.unwrap().to_string()
    }

    /// Another history under the site's own key.
    pub(super) fn forked(&self) -> String {
        let site = "handa".parse().unwrap();
        let keys = self.folder.join("site").join(vault::keystore::FILE_NAME);
        let keys = vault::KeyStore::open(&keys, &site, &Unlock::DangerousKeyBesideData).unwrap();
        let origin = ledger::checkpoint::origin(&site);
        let signer = ledger::Signer::ed25519(&origin, keys.keys().site.as_bytes()).unwrap();
        let forked = ledger::Checkpoint {
            origin,
            size: 3,
            root: ids::Digest([7; 32]),
        };
        ledger::checkpoint::sign(&forked, &signer)
            .unwrap()
            .to_string()
    }
}
