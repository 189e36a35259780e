//! What browsers are shown, as OpenSSL and an authority see it, and from where the console is reached.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use acceptance::ground::Ground;
use acceptance::hospital::{CLERK_FROM, Hospital, Plan, SITE, STRANGER_FROM, VENDOR_FROM};
use acceptance::peers::free_port;
use acceptance::{files, wait};
use cheats::client::Client;
use cheats::tls::Knock;
use serde_json::{Value, json};
use wire::alpn::HTTP;

const CONSOLE: &str = "console.test";
const ENGINEERS: &str = "maintenance.test";

/// Longer than it takes the gateway to look at its files again, and an authority to issue, on a machine
/// that is busy.
const SEEN_WITHIN: Duration = Duration::from_secs(120);

fn openssl(folder: &Path, line: &str) -> String {
    let arguments = line.split_whitespace();
    let mut run = Command::new("openssl");
    let run = run.args(arguments).current_dir(folder);
    let done = run.stdin(Stdio::null()).output().expect("openssl runs");
    let said = [done.stdout, done.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// What `openssl s_client` is shown at a name as a browser: the certificate in Base64, without its lines.
fn shown(hospital: &Hospital, from: &str, name: &str) -> Option<String> {
    let line = format!(
        "s_client -connect {} -bind {from}:0 -servername {name} -alpn http/1.1",
        hospital.address
    );
    let said = openssl(&hospital.folder, &line);
    first_certificate(&said)
}

/// SHA-256 of a certificate in Base64, as the gateway writes it.
fn fingerprint(base64: &str) -> Option<String> {
    let der = data_encoding::BASE64.decode(base64.as_bytes()).ok()?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
    Some(data_encoding::HEXLOWER.encode(digest.as_ref()))
}

fn first_certificate(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    Some(body.split_whitespace().collect())
}

/// Makes a certificate for the console's name, and gives what it is in Base64.
fn made(folder: &Path, days: u32) -> String {
    let line = format!(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key -out new.pem \
         -subj /CN=hospital -addext subjectAltName=DNS:{CONSOLE} -days {days}"
    );
    openssl(folder, &line);
    let text = std::fs::read_to_string(folder.join("new.pem")).expect("openssl made it");
    first_certificate(&text).expect("a certificate")
}

/// Puts the new files in the place of the old ones, as programs do that renew certificates.
fn put(folder: &Path, new: &[&str]) {
    for file in new {
        let to = folder.join(file.replace("new", "console"));
        std::fs::rename(folder.join(file), to).expect("our own folder");
    }
}

fn until_shown(hospital: &Hospital, name: &str, expected: &str) {
    let seen = wait::within(SEEN_WITHIN, || {
        shown(hospital, CLERK_FROM, name).filter(|shown| shown == expected)
    });
    assert!(seen.is_some(), "{}", hospital.log());
}

/// What the status says of certificates and the console, once it says this.
fn until_found(hospital: &Hospital, id: &str) -> String {
    let found = wait::within(SEEN_WITHIN, || {
        let status = hospital.clerk.asks(["site", "status"]);
        let alarms = status["alarms"].as_array()?.clone();
        let alarm = alarms.into_iter().find(|alarm| alarm["id"] == id)?;
        Some(alarm.to_string())
    });
    found.unwrap_or_else(|| panic!("{id}: {}", hospital.log()))
}

#[test]
fn l40_browsers_see_the_files_that_are_put_there_and_our_client_the_sites_own() {
    // Not in the site's own folder: the gateway, which is held to its files, must read it all the same.
    let folder = files::temporary("sekisho-certificates-");
    let folder = folder.path();
    let (chain, key) = (folder.join("console.pem"), folder.join("console.key"));
    let site_toml =
        format!("\n[certificates.console]\npem = {{ chain = {chain:?}, key = {key:?} }}\n");
    let hospital = Hospital::build(Plan {
        site_toml,
        ..Plan::default()
    });
    let before = hospital.gateway().pid();
    // Nothing is there yet: the site's own is shown, and the status says which file is missing.
    let own = shown(&hospital, CLERK_FROM, CONSOLE).expect("a certificate");
    assert!(until_found(&hospital, "finding-certificate-problem").contains("console.pem"));
    let first = made(folder, 90);
    put(folder, &["new.key", "new.pem"]);
    until_shown(&hospital, CONSOLE, &first);
    // The engineers' name has no setting, and our client asks for another protocol.
    hospital.vendor("Browser Medical Systems");
    let engineers = shown(&hospital, VENDOR_FROM, ENGINEERS);
    assert!(engineers.is_some() && engineers != Some(first.clone()));
    let known = hospital.clerk.asks(["console", "show"]);
    let told = |name: &str| {
        let all = known["shown"].as_array().cloned().unwrap_or_default();
        all.into_iter()
            .find(|one| one["name"] == name)
            .expect("both names")
    };
    assert_eq!(told(CONSOLE)["way"], "pem");
    assert_eq!(told(ENGINEERS)["way"], "site_ca");
    assert_eq!(told(CONSOLE)["words"].as_array().map(Vec::len), Some(8));
    // A key that does not fit is not taken; what was shown is shown on.
    made(folder, 90);
    put(folder, &["new.key"]);
    let problem = until_found(&hospital, "finding-certificate-problem");
    assert!(
        problem.contains("console.key") && problem.contains("made together"),
        "{problem}"
    );
    assert_eq!(shown(&hospital, CLERK_FROM, CONSOLE), Some(first.clone()));
    // One that ends soon is shown, and told of.
    let soon = made(folder, 5);
    put(folder, &["new.key", "new.pem"]);
    until_shown(&hospital, CONSOLE, &soon);
    assert!(until_found(&hospital, "finding-certificate-ends").contains(CONSOLE));
    assert_ne!(own, first);
    assert_eq!(hospital.gateway().pid(), before);
}

/// Processes that end with the test.
struct Authority(Vec<Child>);

impl Drop for Authority {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _gone = child.kill();
            let _ended = child.wait();
        }
    }
}

fn begin(program: &str, arguments: &[&str], folder: &Path) -> Child {
    let log = std::fs::File::create(folder.join(format!("{program}.log"))).expect("our own folder");
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PEBBLE_VA_NOSLEEP", "1")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a file"))
        .stderr(log)
        .spawn()
        .unwrap_or_else(|cause| panic!("{program}: {cause}"))
}

/// Debian's pebble, whose certificates are good for fifteen seconds, and the root that it is known by.
fn authority(folder: &Path, gateway: std::net::SocketAddr) -> (Authority, String, PathBuf) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        folder,
        &format!("req -x509 {key} -keyout root.key -out root.pem -subj /CN=root -days 2"),
    );
    openssl(
        folder,
        &format!("req -new {key} -keyout server.key -out server.csr -subj /CN=server"),
    );
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").expect("our own folder");
    openssl(
        folder,
        "x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 \
         -extfile names -out server.pem",
    );
    let (listens, dns) = (free_port(), format!("127.0.0.1:{}", free_port()));
    let config = json!({"pebble": {
        "listenAddress": format!("127.0.0.1:{listens}"), "certificate": "server.pem",
        "privateKey": "server.key", "httpPort": 1, "tlsPort": gateway.port(),
        "certificateValidityPeriod": 15,
    }});
    std::fs::write(folder.join("pebble.json"), config.to_string()).expect("our own folder");
    let address = gateway.ip().to_string();
    let names = [
        "-defaultIPv4",
        &address,
        "-defaultIPv6",
        "",
        "-dns01",
        &dns,
        "-http01",
        "",
        "-https01",
        "",
        "-tlsalpn01",
        "",
        "-management",
        "127.0.0.1:0",
    ];
    let running = vec![
        begin("pebble-challtestsrv", &names, folder),
        begin(
            "pebble",
            &["-config", "pebble.json", "-dnsserver", &dns, "-strict"],
            folder,
        ),
    ];
    wait::until("an authority that listens", || {
        std::net::TcpStream::connect(("127.0.0.1", listens)).ok()
    });
    let directory = format!("https://localhost:{listens}/dir");
    (Authority(running), directory, folder.join("root.pem"))
}

#[test]
fn an_authority_issues_a_certificate_and_it_is_renewed_without_a_restart() {
    let folder = files::temporary("sekisho-authority-");
    let ground = Ground::loopback();
    let (_authority, directory, root) = authority(folder.path(), ground.gateway);
    let hospital = Hospital::build(Plan {
        site_toml: format!(
            "\n[certificates.console]\nacme = {{ directory = {directory:?}, contact = \"it@hospital.test\", \
             root = {root:?} }}\n"
        ),
        ground: Some(ground),
        ..Plan::default()
    });
    let before = hospital.gateway().pid();
    let log = || std::fs::read_to_string(folder.path().join("pebble.log")).unwrap_or_default();
    // What the gateway says of the console's name, once it is the authority's and OpenSSL sees it.
    let issued = |other_than: &Value| {
        let seen = wait::within(SEEN_WITHIN, || {
            let known = hospital.clerk.asks(["console", "show"]);
            let all = known["shown"].as_array()?.clone();
            let console = all.into_iter().find(|one| one["console"] == true)?;
            let seen = fingerprint(&shown(&hospital, CLERK_FROM, CONSOLE)?)?;
            let new = console["way"] == "acme" && console["fingerprint"] != *other_than;
            (new && console["fingerprint"] == *seen).then_some(console)
        });
        seen.unwrap_or_else(|| panic!("{}\n{}", hospital.log(), log()))
    };
    let first = issued(&Value::Null);
    let issuer = first["issuer"].as_str().unwrap_or_default();
    assert!(issuer.contains("Pebble"), "{first}");
    let account = first["account"].as_str().expect("an account").to_owned();
    let second = issued(&first["fingerprint"]);
    assert_eq!(second["account"], first["account"]);
    assert_eq!(hospital.gateway().pid(), before);
    hospital
        .root()
        .arg("doctor")
        .done()
        .says(&format!("accounturi={account}"));
    // Neither account nor key lies in a file of the site.
    for word in ["PRIVATE KEY", "key_pkcs8"] {
        assert_eq!(files::holding(&hospital.dir, &[word.to_owned()]), []);
    }
}

/// The status of one call at the console from an address; nothing if it is closed before.
fn called(hospital: &Hospital, from: &str, call: &str) -> Option<u16> {
    let knock = Knock::asking(CONSOLE, HTTP);
    let mut client = Client::connect(&knock, from.parse().ok()?, hospital.address).ok()?;
    client.calls(call.as_bytes()).0
}

fn sign_in(hospital: &Hospital) -> String {
    let clerk = &hospital.clerk;
    let form = json!({
        "login": clerk.login, "passphrase": clerk.passphrase, "totp": clerk.phone.code(),
    });
    let form = form.to_string();
    format!(
        "POST /api/v1/sign-in HTTP/1.1\r\nhost: {CONSOLE}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
}

#[test]
fn l42_the_console_is_reached_from_beyond_the_lan_only_where_it_was_opened_and_without_a_passphrase()
 {
    let hospital = Hospital::own();
    let page = format!("GET /sign-in HTTP/1.1\r\nhost: {CONSOLE}\r\nconnection: close\r\n\r\n");
    assert_eq!(called(&hospital, STRANGER_FROM, &page), None);
    let net = format!("{STRANGER_FROM}/32");
    let open = ["console", "open", "--from", &net, "--way", "port"];
    hospital.clerk.sekisho().args(open).ok();
    assert_eq!(called(&hospital, STRANGER_FROM, &page), Some(200));
    // The right factors of an approver, from outside: not judged, and nobody is locked out by trying.
    let right = sign_in(&hospital);
    for _ in 0..6 {
        assert_eq!(called(&hospital, STRANGER_FROM, &right), Some(401));
    }
    assert_eq!(called(&hospital, CLERK_FROM, &right), Some(200));
    // A token of the LAN is worth nothing from there.
    let token = hospital.clerk.token(SITE);
    let status = format!(
        "GET /api/v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    assert_eq!(called(&hospital, CLERK_FROM, &status), Some(200));
    let outside = called(&hospital, STRANGER_FROM, &status);
    assert!(matches!(outside, Some(401 | 403)), "{outside:?}");
    hospital.clerk.tries(["console", "close"]).expect(0);
    assert_eq!(called(&hospital, STRANGER_FROM, &page), None);
    let opened: Vec<Value> = hospital.events("console_opened");
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0]["event"]["reach"]["way"], "port");
    assert_eq!(hospital.events("console_closed").len(), 1);
}
