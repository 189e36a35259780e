//! A web console behind the gateway, end to end: Orthanc registered, granted, opened with curl at the engineer's own
//! door, looked back at.

use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use acceptance::hospital::Hospital;
use acceptance::link::Link;
use acceptance::peers::free_port;
use acceptance::people::text;
use acceptance::run::Run;
use acceptance::wait;
use serde_json::{Value, json};

const SECRET: &str = "Console-Pass-9";

/// Orthanc, for as long as this lives.
struct Orthanc {
    running: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Orthanc {
    fn drop(&mut self) {
        let _gone = self.running.kill();
        let _waited = self.running.wait();
    }
}

impl Orthanc {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let data = folder.path().join("data");
        let settings = json!({
            "Name": "pacs", "HttpPort": address.port(), "DicomServerEnabled": false,
            "StorageDirectory": data, "IndexDirectory": data, "RemoteAccessAllowed": false,
            "AuthenticationEnabled": true, "RegisteredUsers": {"maint": SECRET}, "Plugins": [],
        });
        let file = folder.path().join("orthanc.json");
        std::fs::write(&file, settings.to_string()).unwrap();
        let running = Command::new("Orthanc")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait::until("Orthanc answers", || TcpStream::connect(address).ok());
        Self {
            running,
            address,
            _folder: folder,
        }
    }
}

fn curl(jar: &std::path::Path, arguments: &[&str]) -> Run {
    Run::of("curl")
        .args(["-sS", "--noproxy", "*", "--max-time", "60", "-i", "-c"])
        .arg(jar)
        .arg("-b")
        .arg(jar)
        .args(arguments)
}

#[test]
fn an_engineer_opens_a_console_without_its_password_and_only_looks() {
    let hospital = Hospital::shared();
    let orthanc = Orthanc::start();
    let vendor = hospital.vendor("Consoles KK");
    let engineer = hospital.engineer(&vendor, "webreader");
    let asked = orthanc.address.to_string();
    let shown = hospital.clerk.asks(["target", "server-key", &asked]);
    assert!(shown["shown"]["plain_text"].is_object(), "{shown}");
    let kind = ["--protocol", "http", "--user", "maint"];
    let risk = ["--plain-text-accepted", "on the same machine; IT section"];
    let all: Vec<&str> = kind.into_iter().chain(risk).collect();
    hospital.target("web-pacs", &vendor, orthanc.address, &all);
    hospital
        .clerk
        .sekisho()
        .args(["target", "secret", "web-pacs", "--password-stdin"])
        .input(format!("{SECRET}\n"))
        .ok();
    // One session: the door carries everything in it.
    let visit = hospital.visit(
        &engineer,
        "web-pacs",
        &["--once", "--page", "/app", "/system"],
    );
    let link = Link::open(&engineer, "web-pacs");
    let said: Value = serde_json::from_slice(
        link.running
            .answered()
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap(),
    )
    .unwrap();
    let opens = text(&said, "link");
    let own = format!("http://web-pacs.localhost:{}", link.address.port());
    assert!(opens.starts_with(&own), "{opens}");
    let folder = tempfile::tempdir().unwrap();
    let jar = folder.path().join("jar");

    // Nobody without the link; nobody with it a second time.
    let system = format!("{own}/system");
    curl(&jar, &[&system]).ok().says("403");
    curl(&jar, &[&opens]).ok().says("303");
    let other = folder.path().join("other");
    curl(&other, &[&opens]).ok().says("403");
    let answer = curl(&jar, &[&system]).ok();
    answer.says("200 OK").says("\"Name\" : \"pacs\"");
    assert!(!answer.text().contains(SECRET));
    let page = format!("{own}/app/explorer.html");
    curl(&jar, &[&page]).ok().says("Orthanc Explorer");
    // Outside what was granted, and from another site's page.
    let outside = format!("{own}/statistics");
    curl(&jar, &[&outside]).ok().says("403");
    let changes = ["-X", "POST", "-H", &format!("Origin: {own}"), &system];
    curl(&jar, &changes).ok().says("403").says("POST");
    let foreign = ["-H", "Origin: http://evil.test", system.as_str()];
    curl(&jar, &foreign).ok().says("403");
    link.close().expect(0);

    let session = hospital.session_of(&visit.visit);
    hospital.ended(&session);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    let told = shown["story"]["commands"].to_string();
    assert!(told.contains("GET /system"), "{told}");
    assert!(!told.contains("/statistics") && !told.contains(SECRET));
    let found = hospital.clerk.asks(["search", "explorer.html"]);
    let found = found["commands"].as_array().cloned().unwrap_or_default();
    assert!(!found.is_empty(), "search finds requests");
}
