//! Who is in the world: one hospital with three approvers, two vendors with three engineers, three
//! targets. Made once for all worlds, by the ceremonies that make a real one, and copied for each.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use access::*;
use engine::{Address, SiteConfig, TargetForm};
use ids::{DeviceId, Digest, NonEmpty, PersonId, TargetId, Timestamp, VendorId};
use login::Identity;
use tempfile::TempDir;

use crate::hospital::{Hospital, LAN, Person, VENDOR};

/// The other vendor's network, and an address in it.
const OTHER_NET: &str = "127.0.3.0/24";
const OTHER: &str = "127.0.3.20";

/// Somebody who has signed in.
pub(crate) struct Known {
    pub(crate) id: PersonId,
    pub(crate) token: String,
    pub(crate) device: Option<(DeviceId, Digest)>,
    pub(crate) door: Door,
    pub(crate) source: IpAddr,
}

pub(crate) struct Cast {
    folder: TempDir,
    pub(crate) config: SiteConfig,
    pub(crate) clerks: Vec<Known>,
    pub(crate) engineers: Vec<Known>,
    pub(crate) vendors: Vec<VendorId>,
    /// One approval; two approvals; an attendant.
    pub(crate) targets: Vec<TargetId>,
    /// When the world begins.
    pub(crate) begins: Timestamp,
}

/// The one cast of all worlds.
pub(crate) fn cast() -> &'static Cast {
    static CAST: OnceLock<Cast> = OnceLock::new();
    CAST.get_or_init(Cast::make)
}

impl Cast {
    fn make() -> Self {
        let hospital = Hospital::founded();
        let mut first = hospital.set_up();
        hospital.pass(Duration::from_secs(60));
        let clerk = hospital.signed_in(&mut first);
        let others = ["second", "third"].map(|name| {
            let invitation = hospital.invite(&clerk, Employer::Hospital, Role::Approver);
            hospital.join(&invitation, name, Door::Console, LAN, false)
        });
        let vendors = vec![
            hospital.vendor(&clerk, "127.0.1.0/24"),
            hospital.vendor(&clerk, OTHER_NET),
        ];
        let engineers = [
            engineer(&hospital, &clerk, &vendors[0], ("ito", VENDOR)),
            engineer(&hospital, &clerk, &vendors[0], ("mori", VENDOR)),
            engineer(&hospital, &clerk, &vendors[1], ("tanaka", OTHER)),
        ];
        let targets = targets(&hospital, &clerk, &vendors);
        on_call(&hospital, &clerk, [&first, &others[0]]);
        hospital.pass(Duration::from_secs(60));
        let [second, third] = others;
        let clerks = [first, second, third].map(|clerk| known(&hospital, clerk));
        let engineers = engineers.map(|engineer| known(&hospital, engineer));
        hospital.pass(Duration::from_secs(1));
        hospital.engine.stop();
        let folder = scratch();
        copy(&hospital.config.dir, folder.path());
        Self {
            folder,
            config: hospital.config.clone(),
            clerks: clerks.into(),
            engineers: engineers.into(),
            vendors,
            targets,
            begins: hospital.engine.now(),
        }
    }

    /// A copy of the hospital for one world.
    pub(crate) fn enters(&self, dir: &Path) {
        copy(self.folder.path(), dir);
    }
}

fn engineer(
    hospital: &Hospital,
    clerk: &Identity,
    vendor: &VendorId,
    (name, source): (&str, &str),
) -> Person {
    let invitation = hospital.invite(clerk, Employer::Vendor(vendor.clone()), Role::Engineer);
    let engineer = hospital.join(&invitation, name, Door::Engineers, source, true);
    let (device, key) = engineer.device.clone().unwrap();
    let words = device_words(&key).map(str::to_owned).to_vec();
    let confirm = Command::ConfirmDevice { device, words };
    hospital
        .run(hospital.engine.submit(clerk, confirm))
        .unwrap();
    engineer
}

fn targets(hospital: &Hospital, clerk: &Identity, vendors: &[VendorId]) -> Vec<TargetId> {
    let kinds = [
        ("one", Approvals::One, false),
        ("two", Approvals::Two, false),
        ("attended", Approvals::One, true),
    ];
    let ports = 5001..;
    let each = kinds.into_iter().zip(ports);
    each.map(|((name, approvals, attended), port)| {
        let ip: IpAddr = "127.0.0.1".parse().unwrap();
        let target = NewTarget {
            name: name.to_owned(),
            protocol: Protocol::Tcp,
            address: PinnedAddress {
                host: String::new(),
                ip,
                port,
            },
            recording: RecordingPolicy::Payload,
            approvals,
            emergency: true,
            hours: Hours::Always,
            longest_minutes: 240,
            quota_bytes: 1 << 20,
            vendors: NonEmpty::from_vec(vendors.to_vec()).unwrap(),
            ssh: None,
            database: None,
            web: None,
            telnet: None,
            desktop: None,
            attended,
            risk: hospital.risk(clerk),
        };
        let address = Address {
            host: ip.to_string(),
            port,
        };
        let form = TargetForm { target, address };
        hospital
            .run(hospital.engine.register_target(clerk, form))
            .unwrap()
    })
    .collect()
}

/// The first two approvers may open emergencies at once.
fn on_call(hospital: &Hospital, clerk: &Identity, persons: [&Person; 2]) {
    let chain = persons.map(|person| ChainLink {
        person: person.id.clone(),
        after_minutes: 0,
    });
    let chain = NonEmpty::from_vec(chain.to_vec()).unwrap();
    let command = Command::SetNightChain { chain };
    hospital
        .run(hospital.engine.submit(clerk, command))
        .unwrap();
}

fn known(hospital: &Hospital, mut person: Person) -> Known {
    let code = person.code(hospital.engine.now());
    let connection = hospital.connection(&person);
    let passphrase = crate::hospital::passphrase(&person.login);
    let signing_in = hospital
        .engine
        .sign_in(&connection, &person.login, &passphrase, &code);
    let signed_in = hospital.run(signing_in).unwrap();
    Known {
        id: person.id,
        token: signed_in.token.as_str().to_owned(),
        device: person.device,
        door: person.door,
        source: person.source,
    }
}

/// A folder for the time of a run: in memory where the system offers that, since nothing in it is to
/// outlive the test.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let there = tempfile::Builder::new()
        .prefix("sekisho-world")
        .tempdir_in(memory);
    there.or_else(|_| tempfile::tempdir()).unwrap()
}

/// Copies a site's directory as it lies there, but for what only a running gateway has.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    private(to);
    for found in std::fs::read_dir(from).unwrap() {
        let found = found.unwrap();
        let (path, name) = (found.path(), found.file_name());
        let skipped = ["lock", "reserve", "site.db-shm"];
        if skipped.iter().any(|skipped| name == *skipped) {
            continue;
        }
        let to: PathBuf = to.join(&name);
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

fn private(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let only_us = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(dir, only_us).unwrap();
}
