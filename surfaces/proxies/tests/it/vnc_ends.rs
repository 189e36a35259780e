//! How sessions with a desktop end and stand still.

use access::{EndReason, Subject};

use crate::sshd::until;
use crate::vnc_ground::{Ground, Server, Wish};
use crate::vnc_viewer::Viewer;

fn begun(ground: &Ground) -> Viewer {
    let mut viewer = Viewer::at(ground.gateway);
    viewer.whole();
    viewer
}

/// Nothing comes any more.
#[test]
fn nothing_passes_a_paused_desktop_and_then_all_of_it_does() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut viewer = begun(&ground);
    let session = ground.session();
    let (engine, clerk) = (ground.engine(), &ground.staffed.clerk);
    let place = || {
        let asked = server.program("xdotool").arg("getmouselocation").output();
        String::from_utf8(asked.unwrap().stdout).unwrap()
    };
    let before = place();
    ground.run(engine.pause(clerk, &session)).unwrap();
    viewer.say(&[5, 0, 0, 33, 0, 44]);
    for _ in 0..20 {
        assert_eq!(place(), before);
    }
    ground
        .run(engine.continue_session(clerk, &session))
        .unwrap();
    until("the pointer moved", || place().starts_with("x:33 y:44"));
    viewer.whole();
}

#[test]
fn a_desktop_that_waits_for_its_attendant_is_not_entered() {
    let server = Server::start();
    let wish = Wish {
        attended: true,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let gateway = ground.gateway;
    let waiting = std::thread::spawn(move || Viewer::enter(gateway, b"RFB 003.008\n").err());
    let session = ground.session();
    assert!(ground.engine().live().session(&session).is_some());
    let subject = Subject::Target(ground.staffed.target.clone());
    let suspending = ground
        .engine()
        .suspend(&ground.staffed.clerk, subject, "止める");
    ground.run(suspending).unwrap();
    assert!(
        waiting.join().unwrap().is_some(),
        "nobody came, nobody entered"
    );
    assert!(ground.recorded().shown.is_empty());
}

/// What the recorder does not take is shown to nobody.
#[test]
fn l27_what_is_not_recorded_is_not_shown() {
    let server = Server::start();
    let wish = Wish {
        quota_bytes: 1 << 20,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut viewer = Viewer::at(ground.gateway);
    // Raw, and a pointer of its own, without which TigerVNC serves nobody: 307 200 bytes for each screen.
    viewer.say(&crate::vnc_viewer::encodings(&[0, -239]));
    while ground.engine().live().count() > 0 {
        let asked = wire::rfb::request_all(viewer.size);
        let sent = std::io::Write::write_all(&mut viewer.stream, &asked);
        if sent.is_err() || !viewer.read() {
            break;
        }
    }
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    while viewer.read() {}
    let recorded = ground.recorded();
    assert!(recorded.shown.len() <= 1 << 20);
    assert!(viewer.seen.bytes.len() <= recorded.shown.len());
}
