//! A site with its gateway, its clerk, a second approver, and vendors as they are needed.

mod founded;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::canary::{self, Kind};
use crate::ground::{self, Ground};
use crate::leash::Leash;
use crate::peers::Echo;
use crate::people::{Form, Person, join_at, text};
use crate::run::{Done, Run, sekisho};
use crate::wait;

pub use founded::Founded;

/// The site's id.
pub const SITE: &str = "handa";
/// The hospital's name.
pub const NAME: &str = "半田病院";
/// Where the hospital's people come from.
pub const CLERK_FROM: &str = "127.0.2.1";
/// The second approver's address.
pub const CHIEF_FROM: &str = "127.0.2.2";
/// Where vendors' engineers come from.
pub const VENDOR_NET: &str = "127.0.1.0/24";
/// One of those addresses.
pub const VENDOR_FROM: &str = "127.0.1.5";
/// An address that nobody is expected from.
pub const STRANGER_FROM: &str = "127.0.3.9";

/// How a site is made.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Where its directory lies, if not beside everything else.
    pub dir: Option<PathBuf>,
    /// The passphrase of its keys; without one they lie beside the data.
    pub key_passphrase: Option<String>,
    /// How much the gateway logs.
    pub log: Option<&'static str>,
    /// Where everybody stands, if not on loopback.
    pub ground: Option<Ground>,
    /// What somebody adds to `site.toml` before the gateway starts.
    pub site_toml: String,
    /// Variables of the gateway's environment.
    pub environment: Vec<(&'static str, String)>,
    /// The level of its ledger, if not the newest.
    pub ledger_level: Option<u16>,
}

/// A site and everybody in it.
#[derive(Debug)]
pub struct Hospital {
    /// Everything of this hospital lies here.
    pub folder: PathBuf,
    /// The site's directory.
    pub dir: PathBuf,
    /// Where the gateway listens.
    pub address: SocketAddr,
    /// The office manager: approver and operator, the first person.
    pub clerk: Person,
    /// The second approver.
    pub chief: Person,
    /// Both halves of the recovery kit, as they are typed.
    pub kit: [String; 2],
    /// What `site init` said.
    pub founded: Done,
    /// Where everybody stands.
    pub ground: Ground,
    plan: Plan,
    gateway: Option<Leash>,
    next: AtomicU32,
    _folder: Option<TempDir>,
}

/// A vendor with one engineer and one target, made for one test.
#[derive(Debug)]
pub struct Crew {
    /// The vendor's id.
    pub vendor: String,
    /// Its engineer, signed in on a confirmed device.
    pub engineer: Person,
    /// The target's name.
    pub target: String,
    /// The target.
    pub echo: Echo,
}

/// A visit that was approved.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The request.
    pub request: String,
    /// The visit.
    pub visit: String,
    /// The grant.
    pub grant: String,
}

impl Hospital {
    /// The one that tests share which leave the site as it is, and only add to it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Hospital> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut hospital = Self::build(Plan::default());
            // A static is never dropped: the gateway's leash removes the folder.
            if let Some(folder) = hospital._folder.take() {
                let _path = folder.keep();
            }
            hospital.stop("TERM");
            let wipe = hospital.folder.clone();
            let wipe = canary::run().is_none().then_some(wipe.as_path());
            hospital.launch(wipe);
            hospital
        })
    }

    /// One of its own, for tests that stop, isolate or damage it.
    pub fn own() -> Self {
        Self::build(Plan::default())
    }

    /// One of its own, made as planned.
    pub fn build(plan: Plan) -> Self {
        let temporary = crate::files::temporary("sekisho-");
        let folder = temporary.path().to_owned();
        let dir = plan.dir.clone().unwrap_or_else(|| folder.join("site"));
        let ground = plan.ground.clone().unwrap_or_else(Ground::loopback);
        let founded = found(&folder, &dir, &ground, &plan);
        let kit = kit(&folder.join("kit.txt"));
        let setup = invitation_in(&founded.text());
        let gateway = launch(&folder, &dir, &ground, &plan, None);
        let clerk = Form {
            login: "sato",
            name: "佐藤 花子",
            contact: "0569-22-1111",
            from: &ground.clerk,
        };
        let clerk = join_at(ground.desk.as_ref(), &folder, &setup, &clerk);
        clerk.sign_in();
        let invited = clerk.asks([
            "person",
            "invite",
            "--hospital",
            "--role",
            "approver",
            "operator",
        ]);
        let chief = Form {
            login: "suzuki",
            name: "鈴木 一郎",
            contact: "0569-22-2222",
            from: &ground.chief,
        };
        let invitation = text(&invited, "text");
        let chief = join_at(ground.desk.as_ref(), &folder, &invitation, &chief);
        chief.sign_in();
        Self {
            folder,
            dir,
            address: ground.gateway,
            clerk,
            chief,
            kit,
            founded,
            ground,
            plan,
            gateway: Some(gateway),
            next: AtomicU32::new(1),
            _folder: Some(temporary),
        }
    }

    /// The gateway's process.
    pub fn gateway(&self) -> &Leash {
        self.gateway.as_ref().expect("the gateway runs")
    }

    /// Stops the gateway with this signal (`TERM`, `KILL`).
    pub fn stop(&mut self, signal: &str) {
        if let Some(gateway) = self.gateway.take() {
            gateway.end(signal);
        }
    }

    /// Remembers what the vault holds, as canaries; how many of targets there are. The gateway has stopped.
    pub fn hand_vault(&self) -> usize {
        let passphrase = self.plan.key_passphrase.as_deref();
        canary::hand_vault(&self.dir, passphrase, &self.site_key())
    }

    /// Starts the gateway again.
    pub fn start(&mut self) {
        self.launch(None);
    }

    /// Starts the gateway anew; this durable step (`tests/matrix/faults.txt`) breaks once, after
    /// [`Hospital::breaks_now`].
    pub fn starts_to_break(&mut self, fault: &str) {
        self.stop("TERM");
        std::fs::write(self.folder.join("fault"), fault).expect("a fault can be planned");
        let _none_before = std::fs::remove_file(self.folder.join("break-now"));
        self.start();
    }

    /// Starts the gateway anew, after it died of what was planned or not; nothing breaks any more.
    pub fn starts_whole(&mut self) {
        let _none = std::fs::remove_file(self.folder.join("fault"));
        self.stop("KILL");
        self.start();
    }

    /// From now on what was planned comes about.
    pub fn breaks_now(&self) {
        std::fs::write(self.folder.join("break-now"), "").expect("a fault can be asked for");
    }

    fn launch(&mut self, wipe: Option<&Path>) {
        let gateway = launch(&self.folder, &self.dir, &self.ground, &self.plan, wipe);
        self.gateway = Some(gateway);
    }

    /// What the gateway has logged, since the first start.
    pub fn log(&self) -> String {
        let said = ["log", "out"]
            .map(|end| std::fs::read(self.folder.join("gateway").with_extension(end)));
        let said: Vec<u8> = said.into_iter().flatten().flatten().collect();
        String::from_utf8_lossy(&said).into_owned()
    }

    /// A command of root at the gateway's own machine: nobody's person.
    pub fn root(&self) -> Run {
        sekisho()
            .arg("--home")
            .arg(self.folder.join("home-root"))
            .arg("--site-dir")
            .arg(&self.dir)
    }

    /// A vendor with an engineer and a target of their own.
    pub fn crew(&self) -> Crew {
        self.crew_with(&[])
    }

    /// With more arguments for `target add`.
    pub fn crew_with(&self, target: &[&str]) -> Crew {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let vendor = self.vendor(&format!("Crew {number} Medical Systems"));
        let engineer = self.engineer(&vendor, &format!("engineer-{number}"));
        let echo = Echo::start();
        let name = format!("echo-{number}");
        self.target(&name, &vendor, echo.address(), target);
        Crew {
            vendor,
            engineer,
            target: name,
            echo,
        }
    }

    /// Registers a vendor.
    pub fn vendor(&self, name: &str) -> String {
        let added = self.clerk.asks([
            "vendor",
            "add",
            name,
            "--from",
            &self.ground.vendor_net,
            "--phone",
            "03-1234-5678",
        ]);
        text(&added, "id")
    }

    /// A day in a month, in Japan: `2027-03-31`.
    pub fn in_a_month() -> String {
        let month = std::time::Duration::from_secs(31 * 24 * 60 * 60);
        let at = std::time::SystemTime::now() + month;
        let seconds = at
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let at = ids::Timestamp::from_seconds(i64::try_from(seconds).unwrap_or_default());
        at.to_string().chars().take(10).collect()
    }

    /// Registers a target.
    pub fn target(&self, name: &str, vendor: &str, address: SocketAddr, more: &[&str]) -> String {
        let address = address.to_string();
        let add = [
            "target",
            "add",
            name,
            "--vendor",
            vendor,
            "--address",
            &address,
        ];
        // Raw TCP, telnet, and a server without encryption rest on a risk that somebody answers for.
        let raw = !more.contains(&"--protocol") || more.contains(&"telnet");
        let rests = raw || more.contains(&"--plain-text-accepted");
        let until = Self::in_a_month();
        let whose = ["--risk-owner", "1", "--risk-until", &until];
        let why = ["--risk-accepted", "its network is apart"];
        let risk = whose.iter().filter(|_| rests);
        let why = why.iter().filter(|_| raw);
        let typed = add.iter().chain(more).chain(risk).chain(why);
        text(&self.clerk.asks(typed), "id")
    }

    /// An engineer who has joined, whose device is confirmed, and who is signed in.
    pub fn engineer(&self, vendor: &str, login: &str) -> Person {
        let engineer = self.pending_engineer(vendor, login);
        self.confirm(&engineer);
        engineer.sign_in();
        engineer
    }

    /// An engineer whose device waits to be confirmed.
    pub fn pending_engineer(&self, vendor: &str, login: &str) -> Person {
        let invitation = self.invite_engineer(vendor);
        let form = Form {
            login,
            name: &format!("田中 {login}"),
            contact: "090-1234-5678",
            from: &self.ground.vendor,
        };
        join_at(
            self.ground.office.as_ref(),
            &self.folder,
            &invitation,
            &form,
        )
    }

    /// An invitation for an engineer.
    pub fn invite_engineer(&self, vendor: &str) -> String {
        let invited = self
            .clerk
            .asks(["person", "invite", "--vendor", vendor, "--role", "engineer"]);
        text(&invited, "text")
    }

    /// The clerk has heard the device's words by phone.
    pub fn confirm(&self, engineer: &Person) {
        let device = engineer.device.clone().expect("an engineer has a device");
        let mut confirm = vec!["device".to_owned(), "confirm".to_owned(), device];
        confirm.extend(engineer.words.clone());
        self.clerk.tries(confirm).expect(0);
    }

    /// A request for a visit.
    pub fn request(&self, engineer: &Person, target: &str, more: &[&str]) -> Run {
        let plan = self.folder.join("plan.txt");
        std::fs::write(&plan, "1. read the logs\n2. leave\n").expect("our own folder");
        let mut run = engineer
            .sekisho()
            .args([
                "request",
                target,
                "--purpose",
                "monthly inspection",
                "--contact",
                "090-1234-5678",
            ])
            .arg("--plan")
            .arg(&plan);
        for (option, customary) in [("--from", "now"), ("--for", "1h")] {
            if !more.contains(&option) {
                run = run.args([option, customary]);
            }
        }
        run.args(more)
    }

    /// A visit that was asked for and approved.
    pub fn visit(&self, engineer: &Person, target: &str, more: &[&str]) -> Approved {
        let requested = self.request(engineer, target, more).json();
        self.approve(&text(&requested, "request"), &text(&requested, "visit"))
    }

    /// The clerk approves.
    pub fn approve(&self, request: &str, visit: &str) -> Approved {
        let approved = self.clerk.asks(["approve", request]);
        Approved {
            request: request.to_owned(),
            visit: visit.to_owned(),
            grant: text(&approved["granted"], "grant"),
        }
    }

    /// The entries of the ledger, exported by the clerk and read from the bundles.
    pub fn entries(&self) -> Vec<Value> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let out = self.folder.join(format!("entries-{number}"));
        self.clerk
            .sekisho()
            .args(["ledger", "export", "--out"])
            .arg(&out)
            .ok();
        entries_in(&out)
    }

    /// The events of one kind, with the entries around them.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let mut entries = self.entries();
        entries.retain(|entry| entry["event"]["kind"] == kind);
        entries
    }

    /// A session, once it has ended.
    pub fn ended(&self, session: &str) -> Value {
        wait::until(&format!("the end of {session}"), || {
            let sessions = self.clerk.asks(["sessions"]);
            let list = sessions.as_array().cloned().unwrap_or_default();
            let found = list.into_iter().find(|found| found["id"] == session)?;
            (!found["ended"].is_null()).then_some(found)
        })
    }

    /// The latest session of a visit.
    pub fn session_of(&self, visit: &str) -> String {
        let shown = self.clerk.asks(["visit", "show", visit]);
        let sessions = shown["sessions"].as_array().cloned().unwrap_or_default();
        let last = sessions.last().and_then(Value::as_str);
        last.unwrap_or_else(|| panic!("{visit} has no session: {shown:#}"))
            .to_owned()
    }

    /// The site's own verifier key, as it was pinned at joining.
    pub fn site_key(&self) -> String {
        text(&pinned(&self.clerk), "site_key")
    }

    /// Both halves of the kit, typed one after the other.
    pub fn typed_kit(&self) -> String {
        format!("{}\n{}\n", self.kit[0], self.kit[1])
    }
}

/// What a person's computer has pinned of the site.
pub fn pinned(person: &Person) -> Value {
    let file = person.home.join("sites").join(SITE).join("site.json");
    let bytes = std::fs::read(&file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
    serde_json::from_slice(&bytes).expect("it is JSON")
}

/// The entries in an exported ledger, in order: bundles of entries, each after its length.
pub fn entries_in(exported: &Path) -> Vec<Value> {
    let folder = exported.join("tile/entries");
    let mut bundles: Vec<(u64, PathBuf)> = crate::files::below(&folder)
        .into_iter()
        .map(|path| (bundle_number(&folder, &path), path))
        .collect();
    bundles.sort();
    let mut entries = Vec::new();
    for (_, path) in bundles {
        let bytes = std::fs::read(&path).expect("a bundle can be read");
        let mut rest = bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk::<2>() {
            let (entry, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
            entries.push(serde_json::from_slice(entry).expect("an entry is JSON"));
            rest = after;
        }
    }
    entries
}

/// `x001/234` or `000.p/17` as a number (C2SP tlog-tiles).
fn bundle_number(folder: &Path, path: &Path) -> u64 {
    let relative = path
        .strip_prefix(folder)
        .expect("it lies below")
        .to_string_lossy()
        .into_owned();
    let whole = relative.split(".p").next().unwrap_or_default().to_owned();
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a tile's path is a number")
}

/// The first invitation in a text.
pub fn invitation_in(text: &str) -> String {
    const BEGINS: &str = "sekisho-invitation-1:";
    let at = text
        .find(BEGINS)
        .unwrap_or_else(|| panic!("no invitation in {text}"));
    let rest = &text[at + BEGINS.len()..];
    let body: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    format!("{BEGINS}{body}")
}

/// The arguments of `site init` for a hospital on loopback.
pub fn init(dir: &Path, address: SocketAddr) -> Run {
    let ground = Ground {
        gateway: address,
        engineers: address.to_string(),
        ..Ground::loopback()
    };
    init_on(dir, &ground)
}

fn init_on(dir: &Path, ground: &Ground) -> Run {
    let address = ground.gateway.to_string();
    sekisho()
        .args(["site", "init"])
        .arg(dir)
        .args([
            "--id", SITE, "--name", NAME, "--lan", ground.lan, "--listen", &address,
        ])
        .args([
            "--engineers-name",
            "maintenance.test",
            "--console-name",
            "console.test",
        ])
        .args([
            "--engineers-address",
            &ground.engineers,
            "--console-address",
            &address,
        ])
}

fn found(folder: &Path, dir: &Path, ground: &Ground, plan: &Plan) -> Done {
    let run = init_on(dir, ground)
        .arg("--kit-out")
        .arg(folder.join("kit.txt"));
    let run = match plan.ledger_level {
        None => run,
        Some(level) => run.args(["--ledger-level", &level.to_string()]),
    };
    let founded = match &plan.key_passphrase {
        None => run.arg("--dangerous-key-beside-data"),
        Some(passphrase) => {
            let file = folder.join("key-passphrase");
            crate::files::write_private(&file, &format!("{passphrase}\n"));
            run.arg("--passphrase-file").arg(file)
        }
    }
    .ok();
    if let Some(passphrase) = &plan.key_passphrase {
        canary::hand(Kind::KeyPassphrase, passphrase);
    }
    canary::hand_site_keys(dir, plan.key_passphrase.as_deref());
    let mut file = std::fs::File::options()
        .append(true)
        .open(dir.join("site.toml"))
        .expect("a new site has its file");
    file.write_all(plan.site_toml.as_bytes())
        .expect("our own folder");
    if !plan.site_toml.contains("[files]") {
        // A test that is about something else has no scanner.
        file.write_all(b"\n[files]\ndangerous_unchecked = \"the tests of something else\"\n")
            .expect("our own folder");
    }
    founded
}

/// Both halves of a printed kit: three lines of six groups of five letters each.
fn kit(printed: &Path) -> [String; 2] {
    let text = std::fs::read_to_string(printed).expect("the kit was written");
    halves(&text)
}

/// Both halves in a text.
pub fn halves(text: &str) -> [String; 2] {
    let group = |word: &str| {
        word.len() == 5
            && word
                .bytes()
                .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
    };
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| line.split(' ').count() == 6 && line.split(' ').all(group))
        .collect();
    assert_eq!(lines.len(), 6, "two sheets of three lines in {text}");
    for line in &lines {
        canary::hand(Kind::Kit, line);
        canary::hand(Kind::Kit, line.replace(' ', ""));
    }
    [lines[..3].join("\n"), lines[3..].join("\n")]
}

fn launch(folder: &Path, dir: &Path, ground: &Ground, plan: &Plan, wipe: Option<&Path>) -> Leash {
    let run = ground::at(ground.server.as_ref(), sekisho());
    let run = run.args(["--json", "gateway"]).arg(dir);
    let run = run.env("SEKISHO_LOG", plan.log.unwrap_or("info"));
    let more = plan.environment.iter();
    let run = more.fold(run, |run, (name, value)| run.env(name, value));
    // Nobody types it where something else keeps it: then there is no such file any more.
    let passphrase = folder.join("key-passphrase");
    let run = if passphrase.exists() {
        run.arg("--passphrase-file").arg(passphrase)
    } else {
        run
    };
    let run = match std::fs::read_to_string(folder.join("fault")) {
        Err(_) => run,
        Ok(fault) => run
            .env("SEKISHO_FAULT", fault)
            .env("SEKISHO_FAULT_WHEN", folder.join("break-now")),
    };
    let aside = folder.join("gateway");
    let out = aside.with_extension("out");
    let before = std::fs::read_to_string(&out).unwrap_or_default().len();
    let gateway = Leash::start(&run.into_command(), &aside, wipe, "KILL");
    wait::until("the gateway's word that it is ready", || {
        let said = std::fs::read_to_string(&out).unwrap_or_default();
        let ready = said
            .get(before..)
            .is_some_and(|said| said.contains("ready"));
        assert!(
            ready || gateway.runs(),
            "the gateway did not start: {}",
            std::fs::read_to_string(aside.with_extension("log")).unwrap_or_default()
        );
        ready.then_some(())
    });
    gateway
}

impl Drop for Hospital {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the gateway's log:\n{}", tail(&self.log()));
        }
        // Nothing is to be written into a folder that is being removed.
        if let Some(gateway) = self.gateway.take() {
            drop(gateway);
        }
    }
}

/// The last lines of a log.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}
