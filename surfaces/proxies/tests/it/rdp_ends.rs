//! How sessions with a desktop over RDP end and stand still.

use std::cell::Cell;
use std::process::Stdio;

use access::EndReason;

use crate::rdp_ground::{Client, Server, wish};
use crate::sshd::until;
use crate::vnc_ground::{Ground, Wish};

fn begun(server: &Server, wish: Wish) -> (Ground, Client) {
    let ground = Ground::at(server.address, server.key, wish);
    let client = Client::at(ground.gateway);
    client.sees(server);
    (ground, client)
}

#[test]
fn nothing_passes_a_paused_desktop_over_rdp_and_then_all_of_it_does() {
    let server = Server::start();
    let (ground, client) = begun(&server, wish());
    let session = ground.session();
    let (engine, clerk) = (ground.engine(), &ground.staffed.clerk);
    let place = || {
        let mut asking = server.display.program("xdotool");
        let asking = asking.arg("getmouselocation").stdout(Stdio::piped());
        String::from_utf8(asking.output().unwrap().stdout).unwrap()
    };
    let before = place();
    ground.run(engine.pause(clerk, &session)).unwrap();
    let mut moving = client.display.program("xdotool");
    moving.args(["mousemove", "33", "44"]).status().unwrap();
    for _ in 0..20 {
        assert_eq!(place(), before);
    }
    ground
        .run(engine.continue_session(clerk, &session))
        .unwrap();
    until("the pointer moved", || place().starts_with("x:33 y:44"));
    client.sees(&server);
}

/// What the recorder does not take is shown to nobody.
#[test]
fn l27_what_is_not_recorded_of_a_desktop_over_rdp_is_not_shown() {
    let server = Server::start();
    let little = Wish {
        quota_bytes: 1 << 20,
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, little);
    let client = Client::at(ground.gateway);
    client.sees(&server);
    let number = Cell::new(0_u32);
    until("the quota is used up", || {
        number.set(number.get().wrapping_add(0x0001_1357));
        server
            .display
            .paint(&format!("#{:06x}", number.get() & 0x00ff_ffff));
        ground.engine().live().count() == 0
    });
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    assert!(ground.recorded().shown.len() <= 1 << 20);
}
