//! An engineer with a browser and nothing else, at real desktops.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use acceptance::browser::Browser;
use acceptance::hospital::Hospital;
use acceptance::peers::free_port;
use acceptance::people::text;
use acceptance::wait;
use serde_json::{Value, json};

use crate::vnc::{Desktop, Kept, SECRET};

/// Says which keys and buttons reach a corner of a desktop.
struct Hearing {
    heard: std::path::PathBuf,
    _running: Kept,
    _folder: tempfile::TempDir,
}

impl Hearing {
    fn on(mut program: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let heard = folder.path().join("heard");
        program
            .args(["-geometry", "60x60+0+0"])
            .args(["-event", "keyboard", "-event", "button"])
            .stdout(std::fs::File::create(&heard).unwrap())
            .stderr(Stdio::null());
        Self {
            heard,
            _running: Kept(program.spawn().unwrap()),
            _folder: folder,
        }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.heard).unwrap()
    }
}

/// An engineer at a console over VNC, and what the story that is told may ask of it.
fn at_a_vnc_console(target: &[&str], story: &str) {
    let hospital = Hospital::own();
    let console = Desktop::offering("VncAuth");
    console.paint("#cc3311");
    let hearing = Hearing::on(console.program("xev"));
    let vendor = hospital.vendor("Desktops KK");
    let person = hospital.engineer(&vendor, "looking");
    let plain = "no TLS at this console; IT section";
    let kind = ["--protocol", "vnc", "--plain-text-accepted", plain];
    let kind = [&kind[..], target].concat();
    hospital.target("ct", &vendor, console.address, &kind);
    let few = "VNC counts eight characters";
    hospital
        .clerk
        .sekisho()
        .args(["secret", "set", "ct", "--password-stdin", "--accept", few])
        .input(format!("{SECRET}\n"))
        .ok();
    let desktop = |asked: &Value| -> Value {
        if let Some(colour) = asked["paint"].as_str() {
            console.paint(colour);
        }
        json!({ "heard": hearing.said() })
    };
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("protocol", "vnc")
        .answers("desktop", desktop)
        .tells(&[story]);
    recorded(&hospital);
}

#[test]
fn l36_an_engineer_works_at_a_vnc_desktop_in_a_browser_and_it_is_recorded_like_any_viewers() {
    at_a_vnc_console(&[], "desktop-page");
}

#[test]
fn l23_a_desktop_in_a_browser_is_watched_and_paused_and_freezes_when_its_attendant_leaves() {
    at_a_vnc_console(&["--attended"], "desktop-watch");
}

/// The last session was recorded whole, and says no password.
fn recorded(hospital: &Hospital) {
    let entries = hospital.entries();
    let mut opened = entries
        .iter()
        .filter(|entry| entry["event"]["kind"] == "session_opened");
    let session = opened.next_back().unwrap()["event"]["session"]
        .as_str()
        .unwrap();
    hospital.ended(session);
    let verified = hospital.clerk.asks(["recording", "verify", session]);
    assert_eq!(verified["verified"], true);
    for secret in [SECRET, WINDOWS_SECRET] {
        assert!(
            !entries
                .iter()
                .any(|entry| entry.to_string().contains(secret))
        );
    }
}

/// The account at a desktop over RDP, its password, and what a server keeps of it (the NT hash).
const WINDOWS_USER: &str = "winuser";
const WINDOWS_SECRET: &str = "Win-Pass-1";
const KEPT: &str = "winuser:::74ae59802c434e95bc7f79a2178c4acc:::\n";

/// A desktop of 640 × 480 pixels that FreeRDP's server shows, who asks for Network Level Authentication.
struct Windows {
    address: SocketAddr,
    display: String,
    _screen: Kept,
    _server: Kept,
    _folder: tempfile::TempDir,
}

impl Windows {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut screen = Command::new("Xvfb");
        screen
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"])
            .args(["-screen", "0", "640x480x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut screen = Kept(screen.spawn().unwrap());
        let mut display = String::new();
        let mut out = BufReader::new(screen.0.stdout.take().unwrap());
        out.read_line(&mut display).unwrap();
        let display = format!(":{}", display.trim());
        let kept = folder.path().join("sam");
        std::fs::write(&kept, KEPT).unwrap();
        let address: SocketAddr = ([127, 0, 0, 1], free_port()).into();
        let mut server = program(&display, "freerdp-shadow-cli");
        server
            .arg(format!("/port:{}", address.port()))
            .args(["/bind-address:127.0.0.1", "/sec:nla", "+auth"])
            .arg(format!("/sam-file:{}", kept.display()))
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path());
        let server = Kept(server.spawn().unwrap());
        wait::until("the desktop's server listens", || {
            TcpStream::connect(address).ok()
        });
        Self {
            address,
            display,
            _screen: screen,
            _server: server,
            _folder: folder,
        }
    }

    fn paint(&self, colour: &str) {
        let mut painting = program(&self.display, "xsetroot");
        assert!(
            painting
                .args(["-solid", colour])
                .status()
                .unwrap()
                .success()
        );
    }
}

/// A program on a screen.
fn program(display: &str, name: &str) -> Command {
    let mut program = Command::new(name);
    program
        .env("DISPLAY", display)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    program
}

/// An engineer at a desktop over RDP, and what the story that is told may ask of it.
fn at_a_windows_desktop(target: &[&str], story: &str) {
    let hospital = Hospital::own();
    let windows = Windows::start();
    windows.paint("#cc3311");
    let hearing = Hearing::on(program(&windows.display, "xev"));
    let vendor = hospital.vendor("Windows KK");
    let person = hospital.engineer(&vendor, "windows");
    let address = windows.address.to_string();
    let key = ["target", "server-key", &address, "--protocol", "rdp"];
    let shown = hospital.clerk.asks(key);
    let key = format!("sha256:{}", text(&shown["shown"]["tls"], "spki"));
    let kind = ["--protocol", "rdp", "--user", WINDOWS_USER, "--server-key"];
    let kind = [&kind[..], &[&key], target].concat();
    hospital.target("his", &vendor, windows.address, &kind);
    let short = "a test's password";
    hospital
        .clerk
        .sekisho()
        .args([
            "secret",
            "set",
            "his",
            "--password-stdin",
            "--accept",
            short,
        ])
        .input(format!("{WINDOWS_SECRET}\n"))
        .ok();
    let desktop = |asked: &Value| -> Value {
        if let Some(colour) = asked["paint"].as_str() {
            windows.paint(colour);
        }
        json!({ "heard": hearing.said() })
    };
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("protocol", "rdp")
        .answers("desktop", desktop)
        .tells(&[story]);
    recorded(&hospital);
}

#[test]
fn l36_an_engineer_works_at_a_windows_desktop_in_a_browser_and_it_is_recorded_like_any_clients() {
    at_a_windows_desktop(&[], "desktop-page");
}

#[test]
fn l23_a_desktop_over_rdp_in_a_browser_is_attended_as_one_over_vnc() {
    at_a_windows_desktop(&["--attended"], "desktop-watch");
}
