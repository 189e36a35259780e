//! An engineer with a browser and nothing else, at real desktops.

use std::process::{Command, Stdio};

use acceptance::browser::Browser;
use acceptance::hospital::Hospital;
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

#[test]
fn l36_an_engineer_works_at_a_vnc_desktop_in_a_browser_and_it_is_recorded_like_any_viewers() {
    let hospital = Hospital::own();
    let console = Desktop::offering("VncAuth");
    console.paint("#cc3311");
    let hearing = Hearing::on(console.program("xev"));
    let vendor = hospital.vendor("Desktops KK");
    let person = hospital.engineer(&vendor, "looking");
    let plain = "no TLS at this console; IT section";
    let kind = ["--protocol", "vnc", "--plain-text-accepted", plain];
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
        .answers("desktop", desktop)
        .tells(&["desktop-page"]);
    let opened = hospital.entries();
    let opened = opened
        .iter()
        .filter(|entry| entry["event"]["kind"] == "session_opened");
    let session = opened.last().unwrap()["event"]["session"].as_str().unwrap();
    hospital.ended(session);
    let verified = hospital.clerk.asks(["recording", "verify", session]);
    assert_eq!(verified["verified"], true);
    assert!(!verified.to_string().contains(SECRET));
}
