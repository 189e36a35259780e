//! Everything that a viewer and a desktop can say to each other, on every kind of terms: whether the other side hears of it, and what
//! is noted. `tests/matrix/paths-desktops.txt` is the reviewed answer.

use std::fmt::Write as _;
use std::io::{Read, Write};

use access::{DesktopSignIn, DesktopTerms};

use crate::rdp_clipboard::{copies, pasted};
use crate::rdp_ground::{self, Client, Display};
use crate::seen::is_as_reviewed;
use crate::sshd::until;
use crate::vnc_ground::{Ground, Recorded, Wish};
use crate::vnc_passing::face_to_face;
use crate::vnc_viewer::{clipboard, encodings};

const REVIEWED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/matrix/paths-desktops.txt"
);

const TERMS: [(&str, DesktopTerms); 4] = [
    ("looks", terms(false, false, false)),
    ("works", terms(true, false, false)),
    ("works, copies in", terms(true, true, false)),
    ("works, copies out", terms(true, false, true)),
];

const fn terms(input: bool, clipboard_in: bool, clipboard_out: bool) -> DesktopTerms {
    DesktopTerms {
        input,
        clipboard_in,
        clipboard_out,
    }
}

/// What viewers say (RFC 6143 §7.5, and what others than it know): TigerVNC, TightVNC, UltraVNC, QEMU.
fn said_by_a_viewer() -> Vec<(&'static str, Vec<u8>)> {
    let longer = |kind: u8, length: usize| [&[kind][..], &vec![0; length - 1]].concat();
    vec![
        ("key", vec![4, 1, 0, 0, 0, 0, 0, 0x68]),
        ("pointer", vec![5, 1, 0, 3, 0, 4]),
        ("text", clipboard(6, "copied")),
        (
            "extended clipboard",
            [&[6, 0, 0, 0][..], &(-4_i32).to_be_bytes(), &[1, 0, 0, 1]].concat(),
        ),
        (
            "encodings of files and sound",
            encodings(&[0, -1_063_131_698, -259, -308, -313, 22]),
        ),
        (
            "colours of eight bits",
            vec![0, 0, 0, 0, 8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6, 0, 0, 0],
        ),
        ("file transfer of UltraVNC", longer(7, 12)),
        ("chat of UltraVNC", longer(11, 8)),
        ("file transfer of TightVNC", longer(132, 12)),
        ("continuous updates", longer(150, 10)),
        ("fence", longer(248, 9)),
        ("shutdown of the desktop (xvp)", vec![250, 0, 1, 2]),
        ("size of the desktop", longer(251, 8)),
        ("extensions of TightVNC", longer(252, 8)),
        ("devices (gii)", longer(253, 8)),
        ("sound of QEMU", vec![255, 1, 0, 0]),
    ]
}

/// What desktops say (RFC 6143 §7.6).
fn said_by_a_desktop() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("text", clipboard(3, "copied")),
        ("colour map", vec![1, 0, 0, 0, 0, 0]),
        (
            "file transfer of UltraVNC",
            vec![7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        ("chat of UltraVNC", vec![11, 0, 0, 0, 0, 0, 0, 0]),
        ("fence", vec![248, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("extensions of TightVNC", vec![252, 0, 0, 0, 0, 0, 0, 0]),
        ("sound of QEMU", vec![255, 1, 0, 0]),
    ]
}

/// Passes in every session: asking for a part of the picture, and a bell.
const ASKS: [u8; 10] = [3, 1, 0, 1, 0, 2, 0, 3, 0, 4];
const BELL: [u8; 1] = [2];

fn noted(recorded: &Recorded) -> String {
    match recorded.refused()[..] {
        [] => "-".to_owned(),
        ref refused => refused.join(", "),
    }
}

/// What becomes of something that one side says.
fn over_vnc(terms: DesktopTerms, by_viewer: bool, said: &[u8]) -> String {
    let (ground, mut viewer, mut server) = face_to_face(terms);
    let (heard, whole) = if by_viewer {
        viewer.say(said);
        // Whoever was sent away cannot say this any more.
        let _gone = viewer.stream.write_all(&ASKS);
        heard(&mut server, &ASKS)
    } else {
        server.write_all(said).unwrap();
        let _gone = server.write_all(&BELL);
        heard(&mut viewer.stream, &BELL)
    };
    drop((viewer, server));
    let recorded = ground.recorded();
    let became = match (heard.is_empty(), whole) {
        (_, false) => "ends the session",
        (true, true) => "not heard",
        (false, true) => "heard",
    };
    format!("{became} | {}", noted(&recorded))
}

/// What came before this, and whether it came.
fn heard(from: &mut impl Read, end: &[u8]) -> (Vec<u8>, bool) {
    let (mut all, mut byte) = (Vec::new(), [0; 1]);
    while !all.ends_with(end) {
        match from.read(&mut byte) {
            Ok(1) => all.extend(byte),
            Ok(_) | Err(_) => return (all, false),
        }
    }
    all.truncate(all.len() - end.len());
    (all, true)
}

/// A client that offers everything of its computer, at a desktop that would take it.
fn over_rdp(terms: DesktopTerms, found: &mut String, name: &str) {
    let server = rdp_ground::Server::xrdp();
    let wish = Wish {
        rdp: Some(DesktopSignIn::Tls),
        terms,
        ..rdp_ground::wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    let display = Display::start();
    let _copied = copies(&display, "of the engineer");
    let client = Client::on(display, ground.gateway, &rdp_ground::EVERYTHING);
    client.sees(&server);
    let shows_more = |colour| {
        server.display.paint(colour);
        client.sees(&server);
    };
    let place = || {
        let mut asking = server.display.program("xdotool");
        let asked = asking
            .arg("getmouselocation")
            .stdout(std::process::Stdio::piped());
        asked.output().unwrap().stdout
    };
    let before = place();
    let mut moving = client.display.program("xdotool");
    assert!(
        moving
            .args(["mousemove", "123", "77"])
            .status()
            .unwrap()
            .success()
    );
    if terms.input {
        until("the pointer moves", || place() != before);
    } else {
        shows_more("#0080ff");
        assert_eq!(place(), before, "{name}");
    }
    if terms.clipboard_in {
        until("it is there", || {
            pasted(&server.display) == "of the engineer"
        });
    } else {
        shows_more("#00c080");
        assert_ne!(pasted(&server.display), "of the engineer", "{name}");
    }
    let _there = copies(&server.display, "name of a patient");
    if terms.clipboard_out {
        until("it is there", || {
            pasted(&client.display) == "name of a patient"
        });
    } else {
        shows_more("#8000c0");
        assert_ne!(pasted(&client.display), "name of a patient", "{name}");
    }
    drop(client);
    let recorded = ground.recorded();
    for (what, passes) in [
        ("picture", true),
        ("pointer", terms.input),
        ("text to the desktop", terms.clipboard_in),
        ("text from the desktop", terms.clipboard_out),
    ] {
        let heard = if passes { "heard" } else { "not heard" };
        writeln!(found, "rdp | {what} | {name} | {heard}").unwrap();
    }
    // What stands between has others' names, so that numbers stay the same on both sides.
    let channels = server.asked_for();
    let channels = channels.iter().filter(|name| !name.starts_with("off"));
    let channels: Vec<&str> = channels.map(String::as_str).collect();
    let channels = match channels[..] {
        [] => "none".to_owned(),
        ref names => names.join(", "),
    };
    let noted = noted(&recorded);
    writeln!(
        found,
        "rdp | every channel offered | {name} | {channels} | {noted}"
    )
    .unwrap();
}

#[test]
fn l31_everything_that_passes_between_a_viewer_and_a_desktop_is_decided_as_was_reviewed() {
    let mut found = String::new();
    for (name, terms) in TERMS {
        for (what, said) in said_by_a_viewer() {
            let became = over_vnc(terms, true, &said);
            writeln!(found, "vnc, viewer | {what} | {name} | {became}").unwrap();
        }
        for (what, said) in said_by_a_desktop() {
            let became = over_vnc(terms, false, &said);
            writeln!(found, "vnc, desktop | {what} | {name} | {became}").unwrap();
        }
        over_rdp(terms, &mut found, name);
    }
    is_as_reviewed(&found, REVIEWED);
}
