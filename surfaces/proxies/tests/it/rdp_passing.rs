//! What passes between an engineer's client and a desktop over RDP, and what stands in the recording.

use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Stdio};

use access::{DesktopSignIn, DesktopTerms, EndReason};
use recording::{ChannelNote, What};

use crate::rdp_ground::{Client, EVERYTHING, SECRET, SIZE, Server, wish};
use crate::sshd::{Kept, until};
use crate::vnc_ground::{Ground, Recorded, Wish};

/// What a recording shows at its end, from its last keyframe on: as whoever plays it reads it.
pub(crate) fn shown_at_the_end(recorded: &Recorded) -> Vec<u32> {
    let keyframe = recorded.index.channels[0].keyframes.last().unwrap();
    assert_eq!((keyframe.width, keyframe.height), (SIZE.width, SIZE.height));
    let from = usize::try_from(keyframe.from).unwrap();
    let mut rest = Reading(&recorded.shown[from..]);
    let across = usize::from(SIZE.width);
    let mut screen = vec![0xffff_ffff; across * usize::from(SIZE.height)];
    while !rest.0.is_empty() {
        assert_eq!(rest.u16(), 0, "an update");
        for _ in 0..rest.u16() {
            let [left, top, width, height] = [(); 4].map(|()| usize::from(rest.u16()));
            assert_eq!(rest.u32().swap_bytes(), 5, "hextile");
            for y in (0..height).step_by(16) {
                for x in (0..width).step_by(16) {
                    let (wide, high) = (16.min(width - x), 16.min(height - y));
                    let mut set = |dx: usize, dy: usize, pixel: u32| {
                        screen[(top + y + dy) * across + left + x + dx] = pixel;
                    };
                    rest.tile(wide, high, &mut set);
                }
            }
        }
    }
    screen
}

struct Reading<'a>(&'a [u8]);

impl Reading<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_first_chunk().unwrap();
        self.0 = rest;
        *taken
    }

    fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.take())
    }

    /// A pixel.
    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn tile(&mut self, wide: usize, high: usize, set: &mut dyn FnMut(usize, usize, u32)) {
        let [made] = self.take();
        let all = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y)));
        if made == 1 {
            all.for_each(|(x, y)| set(x, y, self.u32()));
            return;
        }
        let background = self.u32();
        all.for_each(|(x, y)| set(x, y, background));
        if made & 4 != 0 {
            let foreground = self.u32();
            let [count] = self.take();
            for _ in 0..count {
                let [place, size] = self.take();
                for dx in 0..=usize::from(size >> 4) {
                    set(
                        usize::from(place >> 4) + dx,
                        usize::from(place & 15),
                        foreground,
                    );
                }
            }
        }
    }
}

/// The recording is what the desktop showed, pixel by pixel, from a keyframe on.
#[test]
fn a_windows_desktop_is_entered_by_nla_and_recorded_as_it_was_shown() {
    let server = Server::start();
    let ground = Ground::at(server.address, server.key, wish());
    let client = Client::at(ground.gateway);
    client.sees(&server);
    for colour in ["#00c080", "#e0e000"] {
        server.display.paint(colour);
        client.sees(&server);
    }
    let shown = server.display.pixels();
    drop(client);
    let recorded = ground.recorded();
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    assert!(shown_at_the_end(&recorded) == shown, "other pixels");
    let ChannelNote::Opened { what, .. } = &recorded.notes[0] else {
        panic!("{:?}", recorded.notes[0]);
    };
    let size = (SIZE.width, SIZE.height);
    assert!(matches!(what, What::Desktop { width, height, .. } if (*width, *height) == size));
}

/// Servers without Network Level Authentication are told the account inside TLS.
#[test]
fn a_desktop_that_knows_only_tls_is_entered_where_that_was_registered() {
    let server = Server::with(&["/sec:tls", "-auth"]);
    let wish = Wish {
        rdp: Some(DesktopSignIn::Tls),
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    let client = Client::at(ground.gateway);
    client.sees(&server);
    drop(client);
    assert!(shown_at_the_end(&ground.recorded()) == server.display.pixels());
}

/// Xev says on its output which keys reach its window.
pub(crate) fn listening(server: &Server) -> (Kept, BufReader<ChildStdout>) {
    let mut xev = server.display.program("xev");
    xev.args(["-geometry", "640x480+0+0", "-event", "keyboard"]);
    let mut xev = Kept(xev.stdout(Stdio::piped()).spawn().unwrap());
    let mut out = BufReader::new(xev.0.stdout.take().unwrap());
    let mut line = String::new();
    // The pointer is over its window from the beginning, and it is told so.
    while !line.contains("Keymap") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "xev ended");
    }
    (xev, out)
}

fn typed(client: &Client, key: &str) {
    let mut typing = client.display.program("xdotool");
    let typing = typing.args(["mousemove", "300", "200", "key", key]);
    assert!(typing.status().unwrap().success());
}

/// Keys stand sealed in the recording, and no password in it at all: neither the vault's, nor what the
/// engineer's client would have signed in with.
#[test]
fn l29_keys_reach_the_desktop_and_stand_sealed_in_the_recording() {
    let server = Server::start();
    let (_xev, mut heard) = listening(&server);
    let ground = Ground::at(server.address, server.key, wish());
    let client = Client::at(ground.gateway);
    client.sees(&server);
    typed(&client, "q");
    let mut line = String::new();
    while !line.contains("keysym") {
        line.clear();
        assert!(heard.read_line(&mut line).unwrap() > 0, "xev ended");
    }
    assert!(line.contains(", q)"), "{line}");
    drop(client);
    let recorded = ground.recorded();
    assert!(recorded.keys.len() >= 2, "down and up");
    assert!(recorded.keys.iter().all(|(channel, _)| *channel == 1));
    for secret in [SECRET, "typed-by-the-engineer", "+00000010\r"] {
        let as_utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let sealed: Vec<u8> = recorded
            .keys
            .iter()
            .flat_map(|(_, key)| key.clone())
            .collect();
        for kept in [&recorded.shown, &recorded.asked, &sealed] {
            for said in [secret.as_bytes(), &as_utf16] {
                assert!(!kept.windows(said.len()).any(|part| part == said));
            }
        }
    }
    // The pointer is there as RFB has it.
    assert!(recorded.asked.chunks(6).all(|said| said[0] == 5));
    assert!(!recorded.asked.is_empty());
}

#[test]
fn a_desktop_that_may_only_be_looked_at_gets_no_key() {
    let server = Server::start();
    let (_xev, _heard) = listening(&server);
    let looks = DesktopTerms {
        input: false,
        ..DesktopTerms::USUAL
    };
    let wish = Wish {
        terms: looks,
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    let client = Client::at(ground.gateway);
    client.sees(&server);
    let mut moving = server.display.program("xdotool");
    let asked = moving.arg("getmouselocation").stdout(Stdio::piped());
    let before = asked.output().unwrap().stdout;
    typed(&client, "q");
    // What is shown after the key was sent came after the key was dropped.
    let mut painting = server.display.program("xterm");
    let _drawn = Kept(painting.args(["-e", "cat"]).spawn().unwrap());
    client.sees(&server);
    assert_eq!(asked.output().unwrap().stdout, before);
    drop(client);
    let recorded = ground.recorded();
    assert!(recorded.keys.is_empty() && recorded.asked.is_empty());
    assert_eq!(recorded.refused(), ["keys and pointer"]);
}

/// L31: neither side reaches into the other's computer, whatever the client would offer.
#[test]
fn l31_a_client_with_every_channel_switched_on_gets_none() {
    let server = Server::start();
    let ground = Ground::at(server.address, server.key, wish());
    let client = Client::with(ground.gateway, &EVERYTHING);
    client.sees(&server);
    server.display.paint("#0080ff");
    client.sees(&server);
    drop(client);
    let recorded = ground.recorded();
    assert!(recorded.refused().is_empty(), "{:?}", recorded.refused());
    assert!(shown_at_the_end(&recorded) == server.display.pixels());
}

#[test]
fn the_picture_is_whole_while_a_program_draws() {
    let server = Server::start();
    let ground = Ground::at(server.address, server.key, wish());
    let client = Client::at(ground.gateway);
    client.sees(&server);
    let mut writing = server.display.program("xterm");
    writing.args(["-geometry", "80x24+10+10", "-e"]);
    let done = tempfile::NamedTempFile::new().unwrap();
    // The terminal answers when it has drawn everything before the question.
    let script = "for n in 1 2 3 4; do ls -la /etc; done
        stty raw -echo; printf '\\033[c'; head -c 1 > \"$0\"; cat";
    writing.args(["sh", "-c", script]).arg(done.path());
    let _writing = Kept(writing.spawn().unwrap());
    until("everything was written", || {
        done.as_file().metadata().unwrap().len() > 0
    });
    client.sees(&server);
    drop(client);
    let recorded = ground.recorded();
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    assert!(shown_at_the_end(&recorded) == server.display.pixels());
}

#[test]
fn a_desktop_of_xrdp_is_shown_as_it_is_and_recorded_so() {
    let server = Server::xrdp();
    let wish = Wish {
        rdp: Some(DesktopSignIn::Tls),
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    let client = Client::at(ground.gateway);
    client.sees(&server);
    server.display.paint("#2060a0");
    client.sees(&server);
    let shown = server.display.pixels();
    drop(client);
    let recorded = ground.recorded();
    assert_eq!(shown_at_the_end(&recorded), shown);
}
