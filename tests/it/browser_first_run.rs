//! The first day of a site in a browser: from `sekisho site init` to the first visit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use acceptance::browser::Browser;
use acceptance::canary::{self, Kind};
use acceptance::hospital::Founded;
use acceptance::lab::Lin;
use acceptance::leash::Leash;
use acceptance::peers::{MailServer, free_port};
use acceptance::people::text;
use acceptance::phone::Phone;
use acceptance::{Done, files, sekisho, wait};
use serde_json::{Value, json};

/// What everybody of this story types twice, with something of their own before it.
const PASSPHRASE: &str = "marmot-Lighthouse seven purple staircases";

/// Everybody who joins, where they stand, and what they are called.
fn newcomers() -> Value {
    let newcomer = |login: &str, name: &str, contact: &str, from: &str| {
        json!({
            "login": login,
            "name": name,
            "contact": contact,
            "from": from,
            "passphrase": format!("{login} {PASSPHRASE}"),
        })
    };
    json!({
        "operator": newcomer("sato", "佐藤 花子", "内線 1234", "127.0.2.1"),
        "clerk": newcomer("suzuki", "鈴木 一郎", "内線 5678", "127.0.2.2"),
        "engineer": newcomer("abe", "阿部 健", "090-0000-0007", "127.0.1.5"),
    })
}

/// A certificate of the hospital's own for both names, and the root that its computers trust.
struct Given {
    folder: tempfile::TempDir,
}

impl Given {
    fn issue() -> Self {
        let given = Self {
            folder: files::temporary("sekisho-given-"),
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90";
        given.openssl(&format!(
            "req -x509 {key} -keyout root.key -out root.pem -subj /CN=hospital"
        ));
        given.openssl(&format!(
            "req -x509 {key} -CA root.pem -CAkey root.key -keyout own.key -out own.pem -subj /CN=console.test \
             -addext basicConstraints=critical,CA:FALSE \
             -addext subjectAltName=DNS:console.test,DNS:maintenance.test"
        ));
        given
    }

    fn openssl(&self, line: &str) {
        let mut run = Command::new("openssl");
        let run = run.args(line.split_whitespace());
        let run = run.current_dir(self.folder.path()).stdin(Stdio::null());
        let done = run.output().expect("openssl runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{line}: {said}");
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    fn site_toml(&self) -> String {
        let at = |file: &str| self.folder.path().join(file).display().to_string();
        let pem = format!(
            "pem = {{ chain = \"{}\", key = \"{}\" }}",
            at("own.pem"),
            at("own.key")
        );
        format!("\n[certificates.console]\n{pem}\n\n[certificates.engineers]\n{pem}\n")
    }
}

/// A relay of somebody else's, on this machine.
struct Relay {
    dir: PathBuf,
    address: String,
    running: RefCell<Option<Leash>>,
}

impl Relay {
    fn start(folder: &Path) -> Self {
        let dir = folder.join("relay-tokyo");
        let address = format!("127.0.0.1:{}", free_port());
        let init = sekisho().args(["relay", "init"]).arg(&dir);
        let init = init.args(["--listen", &address, "--name", "tokyo.relay.test"]);
        init.ok();
        canary::hand_relay(&dir);
        let running = Self::run(&dir);
        Self {
            dir,
            address,
            running: RefCell::new(Some(running)),
        }
    }

    fn run(dir: &Path) -> Leash {
        let run = sekisho().args(["relay", "run"]).arg(dir).arg("--json");
        let aside = dir.join("process");
        let out = aside.with_extension("out");
        // Of an earlier run.
        let _none = std::fs::remove_file(&out);
        let running = Leash::start(&run.into_command(), &aside, None, "KILL");
        wait::until("the relay's word that it is ready", || {
            assert!(running.runs(), "the relay did not start");
            let said = std::fs::read_to_string(&out).unwrap_or_default();
            said.contains("ready").then_some(())
        });
        running
    }

    /// What its operator gives the hospital.
    fn shown(&self) -> Value {
        let mut shown = sekisho().args(["relay", "show"]).arg(&self.dir).json();
        shown["address"] = json!(self.address);
        shown["tls_name"] = json!("tokyo.relay.test");
        shown
    }

    /// Its operator lets the site in, by what stands on the hospital's page, and starts it anew.
    fn admit(&self, asked: &Value) -> Value {
        let value = |member: &str| text(asked, member);
        let admit = sekisho().args(["relay", "admit"]).arg(&self.dir);
        admit
            .args(["--site", &value("site"), "--key", &value("key")])
            .args(["--engineers-name", &value("engineers_name")])
            .args(["--site-key", &value("site_key")])
            .args(["--kit-key", &value("kit_key")])
            .args(["--from-net", "127.0.0.1/32"])
            .ok();
        if let Some(running) = self.running.take() {
            running.end("TERM");
        }
        self.running.replace(Some(Self::run(&self.dir)));
        json!({})
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.dir.join("process.log"));
            eprintln!("the relay's log:\n{}", log.unwrap_or_default());
        }
    }
}

/// The authenticators of those who have joined, by login.
#[derive(Default)]
struct Phones(RefCell<BTreeMap<String, Phone>>);

impl Phones {
    fn scan(&self, asked: &Value) -> Value {
        let address = format!("otpauth://totp/x?secret={}", text(asked, "secret"));
        let login = text(asked, "person");
        self.0.borrow_mut().insert(login, Phone::scan(&address));
        json!({})
    }

    fn code(&self, login: &str) -> String {
        let phones = self.0.borrow();
        phones.get(login).expect("it was set up").code()
    }
}

/// The mails that have come, once these words stand in them: a Japanese body travels as Base64.
fn mailed(mail: &MailServer, asked: &Value) -> Value {
    let words = text(asked, "words");
    let read = |block: &str| {
        let letters: String = block.split_whitespace().collect();
        let decoded = data_encoding::BASE64.decode(letters.as_bytes());
        decoded.map_or(block.to_owned(), |body| {
            String::from_utf8_lossy(&body).into_owned()
        })
    };
    let all = wait::until(&format!("a mail with {words:?}"), || {
        let delivered = mail.delivered().replace('\r', "");
        let all: Vec<String> = delivered.split("\n\n").map(read).collect();
        let all = all.join("\n\n");
        all.contains(&words).then_some(all)
    });
    json!(all)
}

/// The operator's account at the gateway's machine: signed in when it is first used.
fn operates(site: &Founded, phones: &Phones, asked: &Value) -> Value {
    let login = text(asked, "person");
    let home = site.folder.join(format!("home-{login}"));
    if !home.exists() {
        let passphrase = site.folder.join(format!("passphrase-{login}"));
        files::write_private(&passphrase, &format!("{login} {PASSPHRASE}\n"));
        let code = phones.code(&login);
        let run = site.at_the_gateway(&home);
        let run = run.args(["login", "--login", &login, "--code", &code]);
        run.arg("--passphrase-file").arg(&passphrase).ok();
    }
    let args = asked["args"].as_array().into_iter().flatten();
    let args = args.filter_map(Value::as_str).chain(["--json"]);
    let done: Done = site.at_the_gateway(&home).args(args).done();
    let out: Value = serde_json::from_slice(&done.out).unwrap_or_default();
    json!({ "code": done.code, "out": out, "err": done.err })
}

#[test]
fn a_site_is_set_up_from_its_first_link_to_its_first_visit_by_browsers_alone() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let given = Given::issue();
    let site = Founded::with(given.site_toml());
    let (relay, mail, phones) = (
        Relay::start(&site.folder),
        MailServer::start(),
        Phones::default(),
    );
    canary::hand(Kind::Passphrase, PASSPHRASE);
    canary::hand(Kind::TargetPassword, Lin::PASSWORD);
    let said = site.said.text();
    let link = said.lines().find(|line| line.starts_with("https://"));
    let target = json!({
        "host": lin.address().ip().to_string(),
        "port": lin.address().port().to_string(),
        "user": Lin::USER,
        "host_key": lin.host_key(),
        "fingerprint": lin.fingerprint(),
        "password": Lin::PASSWORD,
    });
    let roots = std::fs::read_to_string(&mail.roots).expect("it was made");
    let server = json!({
        "port": mail.start_tls.to_string(),
        "user": MailServer::USER,
        "password": MailServer::PASSWORD,
        "roots": roots,
    });
    Browser::before_the_first(&site, &given.root())
        .fact("link", link.expect("site init says it"))
        .fact("newcomers", newcomers())
        .fact("target", target)
        .fact("relay", relay.shown())
        .fact("mail", server)
        .fact("shots", std::env::var("SEKISHO_SHOTS").ok())
        .answers("authenticator", |asked| phones.scan(asked))
        .answers("code", |asked| json!(phones.code(&text(asked, "person"))))
        .answers("admit", |asked| relay.admit(asked))
        .answers("mailed", |asked| mailed(&mail, asked))
        .answers("sekisho", |asked| operates(&site, &phones, asked))
        .tells(&["first-run"]);
}
