//! Screens.

use std::io::Write as _;
use std::thread::JoinHandle;

use super::{Stands, Underway, Wish};
use crate::rdp_ground::{self, Client};
use crate::vnc_ground::{self, Ground};
use crate::vnc_viewer::{Viewer, encodings};

/// TigerVNC, and a viewer.
pub(super) struct Vnc {
    server: vnc_ground::Server,
    ground: Ground,
    entering: Option<JoinHandle<Viewer>>,
    viewer: Option<Viewer>,
}

pub(super) fn vnc(wish: Wish) -> Vnc {
    let server = vnc_ground::Server::start();
    let wish = vnc_ground::Wish {
        attended: wish.attended,
        quota_bytes: wish.quota_bytes,
        ..vnc_ground::Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let gateway = ground.gateway;
    // It is let in when the session goes on.
    let entering = Some(std::thread::spawn(move || Viewer::at(gateway)));
    Vnc {
        server,
        ground,
        entering,
        viewer: None,
    }
}

impl Underway for Vnc {
    fn ground(&self) -> &dyn Stands {
        &self.ground
    }

    fn passes(&mut self) {
        let entering = &mut self.entering;
        let viewer = self
            .viewer
            .get_or_insert_with(|| entering.take().unwrap().join().unwrap());
        viewer.whole();
    }

    fn target_dies(&mut self) {
        self.server.kill();
    }

    fn engineer_dies(&mut self) {
        self.viewer = None;
    }

    fn hears_of_its_end(&mut self) {
        while self.viewer.as_mut().unwrap().read() {}
    }

    fn does_much(&mut self) {
        let viewer = self.viewer.as_mut().unwrap();
        // Raw, and a pointer of its own, without which TigerVNC serves nobody: 307 200 bytes for each screen.
        viewer.say(&encodings(&[0, -239]));
        while self.ground.engine().live().count() > 0 {
            let asked = wire::rfb::request_all(viewer.size);
            if viewer.stream.write_all(&asked).is_err() || !viewer.read() {
                break;
            }
        }
    }
}

/// FreeRDP at both ends.
pub(super) struct Rdp {
    server: rdp_ground::Server,
    ground: Ground,
    client: Option<Client>,
}

pub(super) fn rdp(wish: Wish) -> Rdp {
    let server = rdp_ground::Server::start();
    let wish = vnc_ground::Wish {
        attended: wish.attended,
        quota_bytes: wish.quota_bytes,
        ..rdp_ground::wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    let client = Some(Client::at(ground.gateway));
    Rdp {
        server,
        ground,
        client,
    }
}

impl Underway for Rdp {
    fn ground(&self) -> &dyn Stands {
        &self.ground
    }

    fn passes(&mut self) {
        self.client.as_ref().unwrap().sees(&self.server);
    }

    fn target_dies(&mut self) {
        self.server.kill();
    }

    fn engineer_dies(&mut self) {
        self.client = None;
    }

    fn hears_of_its_end(&mut self) {
        self.client.take().unwrap().gave_up();
    }

    fn does_much(&mut self) {
        let mut colour = 0_u32;
        while self.ground.engine().live().count() > 0 {
            colour = colour.wrapping_add(0x0001_1357);
            let painted = format!("#{:06x}", colour & 0x00ff_ffff);
            self.server.display.paint(&painted);
        }
    }
}
