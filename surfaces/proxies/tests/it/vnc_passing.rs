//! What passes between a viewer and a desktop, and what stands in the recording.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;

use access::{DesktopTerms, EndReason};
use ids::Digest;
use recording::{ChannelNote, What};
use wire::rfb::{Follow, Passed, PixelFormat, ServerSide, ServerSize};

use crate::sshd::Kept;
use crate::vnc_ground::{Ground, Server, Wish, plain};
use crate::vnc_viewer::{Viewer, clipboard};

/// The recording is what the viewer saw, and from each keyframe on it is read without what stood before.
#[test]
fn a_desktop_is_recorded_and_can_be_played_from_each_of_its_keyframes() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut viewer = Viewer::at(ground.gateway);
    for colour in ["#00ff00", "#0000ff"] {
        viewer.whole();
        server.paint(colour);
    }
    viewer.whole();
    let seen = viewer.seen.bytes.clone();
    drop(viewer);
    let recorded = ground.recorded();
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    assert_eq!(recorded.shown, seen);
    let ChannelNote::Opened { what, .. } = &recorded.notes[0] else {
        panic!("{:?}", recorded.notes[0]);
    };
    let What::Desktop {
        name,
        width,
        height,
        ..
    } = what
    else {
        panic!("{what:?}");
    };
    assert!(name.contains("CT console") && (*width, *height) == (320, 240));
    let keyframes = &recorded.index.channels[0].keyframes;
    assert!(keyframes.len() >= 3, "{keyframes:?}");
    for keyframe in keyframes {
        let size = ServerSize::new(keyframe.width, keyframe.height).unwrap();
        let (mut side, mut passed) = (ServerSide::new(size, true), Passed::default());
        let from = usize::try_from(keyframe.from).unwrap();
        side.take(&recorded.shown[from..], &mut passed).unwrap();
        assert_eq!(passed.told[0], Follow::Keyframe { from: 0, size });
    }
}

/// Xev says on its output which keys reach its window.
pub(crate) struct Listening(
    pub(crate) Kept,
    std::io::BufReader<std::process::ChildStdout>,
);

impl Listening {
    pub(crate) fn on(server: &Server) -> Self {
        use std::io::BufRead;
        let mut xev = server.program("xev");
        xev.args(["-geometry", "320x240+0+0", "-event", "keyboard"]);
        let mut xev = Kept(xev.stdout(Stdio::piped()).spawn().unwrap());
        let mut out = std::io::BufReader::new(xev.0.stdout.take().unwrap());
        let mut line = String::new();
        // The pointer is over its window from the beginning, and it is told so.
        while !line.contains("Keymap") {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "xev ended");
        }
        Self(xev, out)
    }

    /// The next key that went down.
    pub(crate) fn key(&mut self) -> String {
        use std::io::BufRead;
        let mut pressed = false;
        loop {
            let mut line = String::new();
            assert!(self.1.read_line(&mut line).unwrap() > 0, "xev ended");
            pressed |= line.contains("KeyPress");
            if let Some((_, after)) = line.split_once("keysym ").filter(|_| pressed) {
                let name = after.split([' ', ',', ')']).nth(2).unwrap();
                return name.to_owned();
            }
        }
    }
}

/// Keys of Japanese keyboards too: a password must never become readable, a command's effect is on the screen.
#[test]
fn l29_keys_reach_the_desktop_and_stand_in_the_recording_sealed_for_good() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut listening = Listening::on(&server);
    let mut viewer = Viewer::at(ground.gateway);
    viewer.whole();
    // h, u, Henkan, Zenkaku_Hankaku, Return.
    let keys = [
        (0x68, "h"),
        (0x75, "u"),
        (0xff23, "Henkan"),
        (0xff2a, "Zenkaku_Hankaku"),
        (0xff0d, "Return"),
    ];
    for (key, name) in keys {
        viewer.press(key);
        assert!(listening.key().starts_with(name), "{name}");
    }
    drop((viewer, listening.0));
    let recorded = ground.recorded();
    assert_eq!(recorded.keys.len(), 2 * keys.len());
    for (channel, sealed) in &recorded.keys {
        assert_ne!(
            *channel, 0,
            "a stream of their own, on which nothing is shown"
        );
        assert!(!sealed.windows(5).any(|window| window == b"00000"));
        assert_eq!(
            sealed.len(),
            recorded.keys[0].1.len(),
            "their length says nothing"
        );
    }
    let revealed = |note: &ChannelNote| matches!(note, ChannelNote::Revealed { .. });
    assert!(!recorded.notes.iter().any(revealed));
    let h = [4, 1, 0, 0, 0, 0, 0, 0x68];
    assert!(!recorded.asked.windows(8).any(|window| window == h));
}

#[test]
fn who_may_only_look_moves_nothing_and_that_is_noted_once() {
    let server = Server::start();
    let wish = Wish {
        terms: DesktopTerms {
            input: false,
            ..DesktopTerms::USUAL
        },
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut viewer = Viewer::at(ground.gateway);
    let place = || {
        let out = server
            .program("xdotool")
            .arg("getmouselocation")
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let before = place();
    viewer.whole();
    viewer.press(0x68);
    viewer.say(&[5, 1, 0, 3, 0, 4]);
    viewer.say(&[5, 0, 0, 30, 0, 40]);
    viewer.whole();
    assert_eq!(place(), before);
    drop(viewer);
    let recorded = ground.recorded();
    assert_eq!(recorded.refused(), ["keys and pointer"]);
    assert!(recorded.keys.is_empty());
}

/// A desktop that says and hears what a test wants: signed in at, told of its screen, then left alone.
pub(crate) fn desktop() -> (SocketAddr, std::thread::JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"RFB 003.008\n").unwrap();
        let mut said = [0; 12];
        stream.read_exact(&mut said).unwrap();
        stream.write_all(&[1, 2]).unwrap();
        stream.read_exact(&mut said[..1]).unwrap();
        stream.write_all(&[9; 16]).unwrap();
        stream.read_exact(&mut [0; 16]).unwrap();
        stream.write_all(&[0; 4]).unwrap();
        stream.read_exact(&mut said[..1]).unwrap();
        let init = [&[0, 4, 0, 4][..], PixelFormat::OURS.as_bytes(), &[0; 4]];
        stream.write_all(&init.concat()).unwrap();
        stream
    });
    (address, serving)
}

/// A hospital on these terms, a viewer that says nothing by itself, and such a desktop.
pub(crate) fn face_to_face(terms: DesktopTerms) -> (Ground, Viewer, TcpStream) {
    let (address, serving) = desktop();
    let wish = Wish {
        terms,
        server: Some(plain()),
        ..Wish::default()
    };
    let ground = Ground::at(address, Digest([0; 32]), wish);
    let viewer = Viewer::enter(ground.gateway, b"RFB 003.008\n").unwrap();
    (ground, viewer, serving.join().unwrap())
}

fn clipboards(terms: DesktopTerms) -> (Vec<u8>, Vec<u8>, Vec<String>) {
    let (ground, mut viewer, mut server) = face_to_face(terms);
    viewer.say(&clipboard(6, "patient 12345"));
    viewer.say(&clipboard(6, "and another"));
    viewer.say(&[5, 0, 0, 1, 0, 1]);
    server
        .write_all(&clipboard(3, "name of a patient"))
        .unwrap();
    server.write_all(&[2]).unwrap();
    // A pointer on one side and a bell on the other come after the texts.
    let mut heard = Vec::new();
    while !heard.ends_with(&[5, 0, 0, 1, 0, 1]) {
        let mut byte = [0];
        server.read_exact(&mut byte).unwrap();
        heard.extend(byte);
    }
    while !viewer.seen.bytes.ends_with(&[2]) {
        assert!(viewer.read());
    }
    let seen = viewer.seen.bytes.clone();
    drop((viewer, server));
    let recorded = ground.recorded();
    let refused = recorded.refused().into_iter().map(str::to_owned).collect();
    assert_eq!(recorded.shown, seen);
    // What is brought is sealed as keys are; what is taken out can be read.
    let brought = heard.starts_with(&[6]);
    assert_eq!(!recorded.keys.is_empty(), brought);
    let holds = |kept: &[u8]| kept.windows(7).any(|part| part == b"patient");
    assert!(!holds(&recorded.asked));
    assert!(!recorded.keys.iter().any(|(_, sealed)| holds(sealed)));
    (heard, seen, refused)
}

#[test]
fn a_clipboard_passes_in_the_directions_of_the_terms_and_no_other() {
    let terms = |clipboard_in, clipboard_out| DesktopTerms {
        input: true,
        clipboard_in,
        clipboard_out,
    };
    let to = [clipboard(6, "patient 12345"), clipboard(6, "and another")].concat();
    let pointer = vec![5, 0, 0, 1, 0, 1];
    let from = clipboard(3, "name of a patient");
    let closed_in = "clipboard to the desktop".to_owned();
    let closed_out = "clipboard from the desktop".to_owned();
    let (heard, seen, mut refused) = clipboards(terms(false, false));
    refused.sort();
    assert_eq!((heard, seen), (pointer.clone(), vec![2]));
    assert_eq!(refused, [closed_out.clone(), closed_in.clone()]);
    let (heard, seen, refused) = clipboards(terms(true, false));
    assert_eq!((heard, seen), ([to, pointer.clone()].concat(), vec![2]));
    assert_eq!(refused, [closed_out]);
    let (heard, seen, refused) = clipboards(terms(false, true));
    assert_eq!((heard, seen), (pointer, [from, vec![2]].concat()));
    assert_eq!(refused, [closed_in]);
}

#[test]
fn a_viewer_that_asks_for_another_size_of_pixels_ends_its_session_and_that_is_noted() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut viewer = Viewer::at(ground.gateway);
    viewer.whole();
    viewer.say(&[0, 0, 0, 0, 8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6, 0, 0, 0]);
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let recorded = ground.recorded();
    assert!(
        recorded.refused()[0].contains("8 bits"),
        "{:?}",
        recorded.refused()
    );
}
