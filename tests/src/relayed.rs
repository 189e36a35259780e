//! A hospital in the laboratory that opens no port, and the relays through which it is reached.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::ground::Ground;
use crate::hospital::{Approved, Hospital, Plan};
use crate::lab::{Lab, Place, RELAY, Spot};
use crate::leash::Leash;
use crate::link::Link;
use crate::peers::Postgres;
use crate::people::{Person, text};
use crate::run::{Run, Running, sekisho};
use crate::wait;

/// The relay's name at the site.
pub const FIRST: &str = "first";

/// The firewall hides the gateway behind the hospital's only public address.
const FROM_THE_HOSPITAL: &[&str] = &["--from-net", "198.51.100.254/32"];

/// How long a gateway may take to find a relay again that has come back: it tries at least every 30
/// seconds (decision 0011), and the machine is shared.
pub const BACK_WITHIN: Duration = Duration::from_secs(45);

/// A relay of somebody outside.
#[derive(Debug)]
pub struct Relay {
    /// What the site calls it.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its directory.
    pub dir: PathBuf,
    /// Variables of its environment, from the next start on.
    pub environment: Vec<(&'static str, String)>,
    at: Spot,
    running: Option<Leash>,
}

impl Relay {
    /// A new one, with its keys and its file.
    pub fn init(lab: &Lab, name: &str, address: SocketAddr) -> Self {
        let dir = lab.folder().join(format!("relay-{name}"));
        let relay = Self {
            name: name.to_owned(),
            address,
            dir,
            environment: Vec::new(),
            at: lab.spot(Place::Relay),
            running: None,
        };
        let init = relay.verb("init").args(["--listen", &address.to_string()]);
        init.args(["--name", &relay.tls_name()]).ok();
        crate::canary::hand_relay(&relay.dir);
        relay
    }

    /// The name that gateways ask for.
    pub fn tls_name(&self) -> String {
        format!("{}.relay.test", self.name)
    }

    /// What a hospital needs to register it.
    pub fn shown(&self) -> Value {
        self.verb("show").json()
    }

    /// Its operator lets a site in, by what the site says of itself; `from` is the end of the command.
    pub fn admit(&self, site: &Hospital, from: &[&str]) {
        let site = site.clerk.asks(["relay", "introduce"]);
        let value = |member: &str| text(&site, member);
        self.verb("admit")
            .args(["--site", &value("site"), "--key", &value("key")])
            .args(["--engineers-name", &value("engineers_name")])
            .args(["--site-key", &value("site_key")])
            .args(["--kit-key", &value("kit_key")])
            .args(from)
            .ok();
    }

    /// Lets it dial from anywhere, from a restart on.
    pub fn admit_from_anywhere(&mut self, site: &Hospital) {
        self.admit(site, &["--from-anywhere"]);
        self.stop("KILL");
        self.start();
    }

    /// Starts it.
    pub fn start(&mut self) {
        let run = self.verb("run").arg("--json");
        let more = self.environment.iter();
        let run = more.fold(run, |run, (name, value)| run.env(name, value));
        let run = run.into_command();
        let aside = self.dir.join("process");
        let out = aside.with_extension("out");
        // Of an earlier run.
        let _none = std::fs::remove_file(&out);
        let running = Leash::start(&run, &aside, None, "KILL");
        wait::until("the relay's word that it is ready", || {
            assert!(running.runs(), "the relay did not start: {}", self.log());
            let said = std::fs::read_to_string(&out).unwrap_or_default();
            said.contains("ready").then_some(())
        });
        self.running = Some(running);
    }

    /// Its process.
    pub fn running(&self) -> &Leash {
        self.running.as_ref().expect("the relay runs")
    }

    /// Ends it with this signal.
    pub fn stop(&mut self, signal: &str) {
        if let Some(running) = self.running.take() {
            running.end(signal);
        }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("process.log")).unwrap_or_default()
    }

    fn verb(&self, verb: &str) -> Run {
        let run = self.at.run(sekisho());
        run.args(["relay", verb]).arg(&self.dir)
    }
}

/// The hospital: its gateway dials out, its people sit inside, its engineers on the internet.
#[derive(Debug)]
pub struct Relayed {
    // In the order in which they end.
    /// The site and its people.
    pub hospital: Hospital,
    /// The relay that its engineers know.
    pub relay: Relay,
    /// The wires.
    pub lab: Lab,
    next: Cell<u32>,
}

/// A vendor's engineer, and the records' database as their target.
#[derive(Debug)]
pub struct Visitor {
    /// The engineer.
    pub engineer: Person,
    /// The vendor.
    pub vendor: String,
    /// The target.
    pub target: String,
}

impl Relayed {
    /// A hospital with its relay connected. None without root or network namespaces.
    pub fn open() -> Option<Self> {
        Self::open_with("")
    }

    /// With more lines in `site.toml`.
    pub fn open_with(site_toml: &str) -> Option<Self> {
        let lab = Lab::raise()?;
        Some(Self::stand(lab, site_toml))
    }

    /// In a laboratory that was prepared.
    pub fn stand(lab: Lab, site_toml: &str) -> Self {
        let ground = Ground::of(&lab);
        Self::on(lab, ground, site_toml)
    }

    /// With everybody where the test says.
    pub fn on(lab: Lab, ground: Ground, site_toml: &str) -> Self {
        let plan = Plan {
            ground: Some(ground),
            site_toml: site_toml.to_owned(),
            ..Plan::default()
        };
        Self::planned(lab, plan)
    }

    /// With a site that is made as planned, on that laboratory's ground.
    pub fn planned(lab: Lab, plan: Plan) -> Self {
        let hospital = Hospital::build(plan);
        let mut relay = Relay::init(&lab, FIRST, RELAY);
        relay.admit(&hospital, FROM_THE_HOSPITAL);
        relay.start();
        register(&hospital, &relay);
        Self {
            hospital,
            relay,
            lab,
            next: Cell::new(1),
        }
    }

    /// One more relay for the same gateway, connected.
    pub fn another_relay(&self, name: &str, address: SocketAddr) -> Relay {
        let mut relay = Relay::init(&self.lab, name, address);
        relay.admit(&self.hospital, FROM_THE_HOSPITAL);
        relay.start();
        register(&self.hospital, &relay);
        relay
    }

    /// An engineer to whom nothing is granted yet.
    pub fn crew(&self) -> Visitor {
        let number = self.next.replace(self.next.get() + 1);
        let vendor = self.hospital.vendor(&format!("Records {number} KK"));
        let login = format!("dba-{number}");
        let engineer = self.hospital.engineer(&vendor, &login);
        let target = format!("ehr-{number}");
        let address = self.lab.ehr().address();
        self.hospital.target(&target, &vendor, address, &[]);
        Visitor {
            engineer,
            vendor,
            target,
        }
    }

    /// An engineer with an approved visit.
    pub fn visitor(&self) -> (Visitor, Approved) {
        let visitor = self.crew();
        let visit = self.hospital.visit(&visitor.engineer, &visitor.target, &[]);
        (visitor, visit)
    }

    /// The site's relays, as the clerk sees them.
    pub fn relays(&self) -> Vec<Value> {
        relays(&self.hospital)
    }

    /// Waits until the gateway is connected to this relay.
    pub fn connected(&self, relay: &str) {
        connected(&self.hospital, relay);
    }

    /// Waits until a visit has so many sessions.
    pub fn opened(&self, visit: &str, count: usize) {
        wait::until("a session of the visit", || {
            (self.sessions(visit) >= count).then_some(())
        });
    }

    /// How many sessions a visit has had.
    pub fn sessions(&self, visit: &str) -> usize {
        let shown = self.hospital.clerk.asks(["visit", "show", visit]);
        shown["sessions"].as_array().map_or(0, Vec::len)
    }

    /// How many sessions the ledger says were opened.
    pub fn sessions_opened(&self) -> usize {
        self.hospital.events("session_opened").len()
    }

    /// What the first relay remembers of the site's ledger.
    pub fn remembered(&self) -> Value {
        let path = self.relay.dir.join("witness/handa.json");
        let bytes = std::fs::read(path).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Waits until the first relay has seen the whole ledger as it is now.
    pub fn seen(&self) {
        let status = self.hospital.root().args(["site", "status"]).json();
        let size = status["ledger"]["size"]
            .as_u64()
            .expect("root sees the ledger");
        wait::until("the relay's memory of the whole ledger", || {
            let remembered = self.remembered()["checkpoint"]["size"].as_u64()?;
            (remembered >= size).then_some(())
        });
    }

    /// Waits until the gateway has the first relay's signature on the whole ledger as it is now.
    pub fn signed(&self) {
        self.seen();
        let written = std::fs::metadata(self.relay.dir.join("witness/handa.json"));
        let written = written
            .and_then(|found| found.modified())
            .expect("it was seen");
        let since = written.duration_since(std::time::UNIX_EPOCH).expect("now");
        // It signs after it has written, and in whole seconds.
        let seconds = i64::try_from(since.as_secs()).expect("a date");
        self.cosigned(FIRST, seconds * 1000);
    }

    /// Waits until the relay has cosigned the ledger, later than `after` (milliseconds since 1970).
    pub fn cosigned(&self, relay: &str, after: i64) {
        wait::until("the relay's cosignature", || {
            let relays = self.relays();
            let found = relays
                .iter()
                .find(|found| found["relay"]["name"] == relay)?;
            (found["cosigned_at"].as_i64()? >= after).then_some(())
        });
    }
}

impl Visitor {
    /// A local port in front of the target.
    pub fn link(&self) -> Link {
        Link::open(&self.engineer, &self.target)
    }

    /// What the database answers through a session of its own.
    pub fn asks(&self, question: &str) -> String {
        let mut link = self.link();
        let answer = self.psql(&link, question).ok().text();
        link.says_done();
        link.close().expect(0);
        answer.trim().to_owned()
    }

    /// `psql` on the engineer's computer, that is typed into.
    pub fn interactive(&self, link: &Link) -> Running {
        self.engineer.at_home(Postgres::psql(link.address)).begin()
    }

    /// `psql` on the engineer's computer, towards an open port.
    pub fn psql(&self, link: &Link, question: &str) -> Run {
        let psql = Postgres::psql(link.address).args(["-c", question]);
        self.engineer.at_home(psql)
    }
}

fn register(hospital: &Hospital, relay: &Relay) {
    let shown = relay.shown();
    let (key, witness) = (text(&shown, "key"), text(&shown, "witness"));
    hospital
        .clerk
        .sekisho()
        .args(["relay", "add", &relay.name])
        .args(["--address", &relay.address.to_string()])
        .args(["--tls-name", &relay.tls_name()])
        .args(["--key", &key, "--witness", &witness])
        .ok();
    connected(hospital, &relay.name);
}

fn relays(hospital: &Hospital) -> Vec<Value> {
    let relays = hospital.clerk.asks(["relay", "list"]);
    relays.as_array().cloned().unwrap_or_default()
}

fn connected(hospital: &Hospital, relay: &str) {
    wait::until("the gateway's connection to the relay", || {
        let relays = relays(hospital);
        let found = relays
            .iter()
            .find(|found| found["relay"]["name"] == relay)?;
        (found["link"]["connected"] == true).then_some(())
    });
}
