//! A desktop behind the gateway, end to end: registered, granted, worked with a native viewer through
//! `sekisho connect`, recorded, verified, and looked back at in a browser.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use acceptance::browser::Browser;
use acceptance::hospital::Hospital;
use acceptance::link::Link;
use acceptance::wait;

pub(crate) const SECRET: &str = "ct-scan7";

/// What runs for as long as this lives.
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// A desktop of 320 × 240 pixels.
pub(crate) struct Desktop {
    pub(crate) address: SocketAddr,
    display: String,
    _running: Kept,
    _folder: tempfile::TempDir,
}

impl Desktop {
    pub(crate) fn offering(types: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let password = folder.path().join("password");
        let mut made = Command::new("tigervncpasswd");
        made.arg("-f")
            .stdin(Stdio::piped())
            .stdout(std::fs::File::create(&password).unwrap());
        let mut made = made.spawn().unwrap();
        writeln!(made.stdin.take().unwrap(), "{SECRET}").unwrap();
        assert!(made.wait().unwrap().success());
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut server = Command::new("Xtigervnc");
        server
            .args(["-displayfd", "1", "-geometry", "320x240", "-depth", "24"])
            .args(["-localhost", "-nolisten", "tcp", "-SecurityTypes", types])
            .args(["-rfbport", &address.port().to_string(), "-PasswordFile"])
            .arg(&password)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut running = Kept(server.spawn().unwrap());
        let mut display = Vec::new();
        let mut out = running.0.stdout.take().unwrap();
        while !display.ends_with(b"\n") {
            let mut byte = [0];
            out.read_exact(&mut byte).unwrap();
            display.extend(byte);
        }
        let display = format!(":{}", String::from_utf8(display).unwrap().trim());
        Self {
            address,
            display,
            _running: running,
            _folder: folder,
        }
    }

    /// A program on it.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut program = Command::new(name);
        program
            .env("DISPLAY", &self.display)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        program
    }

    pub(crate) fn paint(&self, colour: &str) {
        let mut painting = self.program("xsetroot");
        let painted = painting.args(["-solid", colour]).status().unwrap();
        assert!(painted.success());
    }

    /// Moves its own pointer.
    fn point(&self, x: &str, y: &str) {
        let mut pointing = self.program("xdotool");
        let pointed = pointing.args(["mousemove", x, y]).status().unwrap();
        assert!(pointed.success());
    }
}

/// Who looks at a desktop that asks nobody for anything, at the pixel in its middle.
struct Looking(TcpStream);

impl Looking {
    fn at(desktop: &Desktop) -> Self {
        let mut looking = Self(TcpStream::connect(desktop.address).unwrap());
        looking.read(12);
        looking.say(b"RFB 003.008\n");
        let offered = looking.read(1);
        looking.read(usize::from(offered[0]));
        looking.say(&[1]);
        looking.read(4);
        looking.say(&[1]);
        let init = looking.read(24);
        let name = u32::from_be_bytes(*init.last_chunk().unwrap());
        looking.read(usize::try_from(name).unwrap());
        let encodings = [0_i32, -239].map(i32::to_be_bytes).concat();
        looking.say(&[&[2, 0, 0, 2][..], &encodings].concat());
        looking
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Red, green and blue. A pointer alone answers, too: whoever is shown that asks again.
    fn middle(&mut self) -> [u8; 3] {
        loop {
            self.say(&[3, 0, 0, 160, 0, 120, 0, 1, 0, 1]);
            let head = self.read(4);
            assert_eq!(head[0], 0, "an update");
            let mut shown = None;
            for _ in 0..u16::from_be_bytes([head[2], head[3]]) {
                let place = self.read(12);
                let width = usize::from(u16::from_be_bytes([place[4], place[5]]));
                let height = usize::from(u16::from_be_bytes([place[6], place[7]]));
                let pixels = self.read(width * height * 4);
                if place[8..] == (-239_i32).to_be_bytes() {
                    self.read(width.div_ceil(8) * height);
                } else {
                    shown = Some([pixels[2], pixels[1], pixels[0]]);
                }
            }
            if let Some(shown) = shown {
                return shown;
            }
        }
    }
}

#[test]
fn a_desktop_is_worked_with_a_native_viewer_recorded_verified_and_played_in_a_browser() {
    let hospital = Hospital::own();
    let console = Desktop::offering("VncAuth");
    console.paint("#cc3311");
    let vendor = hospital.vendor("Desktops KK");
    let engineer = hospital.engineer(&vendor, "desktops");
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
    let visit = hospital.visit(&engineer, "ct", &["--once"]);
    let link = Link::open(&engineer, "ct");

    let own = Desktop::offering("None");
    own.paint("#ffffff");
    let mut viewer = own.program("xtigervncviewer");
    viewer.args(["-SecurityTypes", "None", "-FullScreen"]);
    viewer.arg(format!("127.0.0.1::{}", link.address.port()));
    let viewer = Kept(viewer.stdout(Stdio::null()).spawn().unwrap());
    let mut looking = Looking::at(&own);
    wait::until("the engineer sees the desktop", || {
        (looking.middle() == [0xcc, 0x33, 0x11]).then_some(())
    });
    console.paint("#22aa44");
    wait::until("the engineer sees what changes", || {
        (looking.middle() == [0x22, 0xaa, 0x44]).then_some(())
    });
    // In a corner of the desktop a window says which keys reach it.
    let folder = tempfile::tempdir().unwrap();
    let heard = folder.path().join("heard");
    console.point("5", "5");
    let mut hearing = console.program("xev");
    hearing.args(["-geometry", "30x30+0+0", "-event", "keyboard"]);
    hearing.stdout(std::fs::File::create(&heard).unwrap());
    let hearing = Kept(hearing.spawn().unwrap());
    wait::until("a key reaches the desktop", || {
        let pressed = own.program("xdotool").args(["key", "k"]).status();
        assert!(pressed.unwrap().success());
        let said = std::fs::read_to_string(&heard).unwrap();
        said.contains("keysym 0x6b, k").then_some(())
    });
    drop(hearing);
    drop(viewer);
    link.close().expect(0);

    let session = hospital.session_of(&visit.visit);
    hospital.ended(&session);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    assert_eq!(shown["sessions"][0], session.as_str(), "{shown}");
    assert!(!shown.to_string().contains(SECRET));
    let number = session.rsplit('-').next().unwrap();
    Browser::before(&hospital)
        .fact("session", number.parse::<u64>().unwrap())
        .fact("first", "204 51 17")
        .fact("last", "34 170 68")
        .tells(&["desktop"]);
}
