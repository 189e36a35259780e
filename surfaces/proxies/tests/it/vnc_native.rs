//! A native viewer, and what every viewer does that is shown a pointer instead of a picture.

use std::io::{Read, Write};
use std::process::Stdio;

use access::EndReason;
use ids::Digest;
use wire::rfb::{Follow, ServerSize, request_all};

use crate::sshd::{Kept, until};
use crate::vnc_ground::{Ground, Server, Wish, plain};
use crate::vnc_passing::{Listening, desktop};
use crate::vnc_viewer::Viewer;

/// TigerVNC answers a request with a changed pointer alone, forgets it, and shows the picture to whoever asks
/// again. Every request passes, so that a viewer who does is shown it.
#[test]
fn whoever_was_shown_a_pointer_asks_again_and_is_shown_the_picture() {
    let (address, serving) = desktop();
    let wish = Wish {
        server: Some(plain()),
        ..Wish::default()
    };
    let ground = Ground::at(address, Digest([0; 32]), wish);
    let mut viewer = Viewer::enter(ground.gateway, b"RFB 003.008\n").unwrap();
    let mut server = serving.join().unwrap();
    let serving = std::thread::spawn(move || {
        let mut asked = [[0; 10]; 2];
        server.read_exact(&mut asked[0]).unwrap();
        let pointer = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x11];
        server.write_all(&pointer).unwrap();
        server.read_exact(&mut asked[1]).unwrap();
        let head = [0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 4, 0, 0, 0, 0];
        server.write_all(&[&head[..], &[7; 64]].concat()).unwrap();
        asked
    });
    viewer.whole();
    let size = ServerSize::new(4, 4).unwrap();
    assert_eq!(serving.join().unwrap(), [request_all(size); 2]);
    drop(viewer);
    let recorded = ground.recorded();
    assert!(matches!(
        ground.end(),
        EndReason::EngineerClosed | EndReason::TargetClosed
    ));
    assert_eq!(recorded.index.channels[0].keyframes.len(), 1);
}

/// Debian's TigerVNC viewer, on a desktop of its own, shows what the hospital's desktop shows.
#[test]
fn a_native_viewer_shows_the_desktop_and_works_it() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut listening = Listening::on(&server);
    let engineers = Server::offering("None");
    engineers.paint("#ffffff");
    let mut viewer = engineers.program("xtigervncviewer");
    viewer.args(["-SecurityTypes", "None", "-FullScreen"]);
    viewer.arg(format!("127.0.0.1::{}", ground.gateway.port()));
    let viewer = Kept(
        viewer
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let mut watching = Viewer::enter(engineers.address, b"RFB 003.008\n").unwrap();
    watching.say(&crate::vnc_viewer::encodings(&[0, -239]));
    // 0x00RRGGBB, little-endian, of a window on the hospital's desktop.
    let shows = |watching: &mut Viewer| {
        watching.whole();
        let keyframe = watching.seen.told.iter().rev().find_map(|told| match told {
            Follow::Keyframe { from, .. } => Some(usize::try_from(*from).unwrap()),
            _ => None,
        });
        let bytes = &watching.seen.bytes[keyframe.unwrap()..];
        bytes.windows(4).any(|pixel| pixel == [0x56, 0x34, 0x12, 0])
    };
    let _window = Kept(painted(&server, "#123456"));
    let watching = std::cell::RefCell::new(watching);
    until("the engineer's desktop shows it", || {
        shows(&mut watching.borrow_mut())
    });
    // Its window may not have the keyboard yet: the key is pressed until it arrives. Before it is pressed a
    // second time it went up.
    let mut typing = engineers.program("xdotool");
    typing.args(["key", "--repeat", "600", "--repeat-delay", "100", "k"]);
    let typing = Kept(typing.spawn().unwrap());
    for _ in 0..2 {
        assert!(listening.key().starts_with('k'));
    }
    drop(typing);
    drop(viewer);
    until("it is over", || ground.engine().live().count() == 0);
    assert!(ground.recorded().keys.len() >= 2);
}

/// A window of one colour in a corner of a desktop.
fn painted(server: &Server, colour: &str) -> std::process::Child {
    let mut window = server.program("xterm");
    window.args(["-geometry", "4x1+250+200", "-bg", colour, "-e", "cat"]);
    window.stderr(Stdio::null()).spawn().unwrap()
}
