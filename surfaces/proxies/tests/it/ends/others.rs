//! A web console, and raw bytes.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use access::{EndReason, Protocol, WebSignIn};
use proxies::workers::Workers;

use super::{Stands, Underway, Wish};
use crate::hospital::{Special, Staffed};
use crate::http_ground::{self, Door};
use crate::sshd::{HOUR, until, workers};

/// nginx, and a door that speaks HTTP/2.
pub(super) struct Http {
    server: http_ground::Server,
    ground: http_ground::Ground,
    door: Option<Door>,
}

pub(super) fn http(wish: Wish) -> Http {
    let server = http_ground::Server::nginx("location / { return 200 there; }");
    let wish = http_ground::Wish {
        sign_in: WebSignIn::Nothing,
        attended: wish.attended,
        quota_bytes: wish.quota_bytes,
        ..http_ground::Wish::default()
    };
    let ground = http_ground::Ground::new(&server, wish);
    let door = Some(ground.run(ground.door()));
    Http {
        server,
        ground,
        door,
    }
}

impl Underway for Http {
    fn ground(&self) -> &dyn Stands {
        &self.ground
    }

    fn passes(&mut self) {
        let door = self.door.as_ref().unwrap();
        until("a page comes", || {
            self.ground
                .run(door.get("/"))
                .is_some_and(|(_, page)| page == "there")
        });
    }

    /// A session at a console goes on, with a page that says what there is not: whoever keeps the console starts it anew. It
    /// ends with its engineer.
    fn target_dies(&mut self) {
        self.server.running = None;
        let door = self.door.take().unwrap();
        let (status, _) = self.ground.run(door.get("/")).unwrap();
        assert_eq!(status, 502);
    }

    fn ends_with_its_target(&self) -> EndReason {
        EndReason::EngineerClosed
    }

    fn engineer_dies(&mut self) {
        self.door = None;
    }

    fn hears_of_its_end(&mut self) {
        if let Some(door) = &self.door {
            assert!(self.ground.run(door.get("/")).is_none());
        }
    }

    fn does_much(&mut self) {
        let door = self.door.as_ref().unwrap();
        for number in 0..4000 {
            let path = format!("/{number}?{}", "x".repeat(3500));
            if self.ground.run(door.get(&path)).is_none() {
                return;
            }
        }
    }

    /// What its console sends is read by a library in safe code, in the gateway (decision 0036).
    fn has_a_worker(&self) -> bool {
        false
    }
}

/// Bytes that nobody understands.
pub(super) struct Tcp {
    staffed: Staffed,
    workers: Arc<Workers>,
    ends: Arc<Mutex<Vec<EndReason>>>,
    listening: TcpListener,
    target: Option<TcpStream>,
    engineer: Option<TcpStream>,
}

pub(super) fn tcp(wish: Wish) -> Tcp {
    let listening = TcpListener::bind("127.0.0.1:0").unwrap();
    let special = Special {
        attended: wish.attended,
        quota_bytes: Some(wish.quota_bytes),
        ..Special::default()
    };
    let staffed = Staffed::with(listening.local_addr().unwrap(), &special);
    staffed.visit(HOUR);
    let workers = Arc::new(workers(&staffed.hospital.config.dir, None));
    let near = TcpListener::bind("127.0.0.1:0").unwrap();
    let engineer = TcpStream::connect(near.local_addr().unwrap()).unwrap();
    let (stream, _) = near.accept().unwrap();
    stream.set_nonblocking(true).unwrap();
    let ends = Arc::<Mutex<Vec<EndReason>>>::default();
    let (carrying, noted) = (Arc::clone(&workers), Arc::clone(&ends));
    let (engine, by) = (staffed.hospital.engine.clone(), staffed.engineer.clone());
    staffed.hospital.runtime.spawn(async move {
        let opening = engine.open_session(&by, "db", None, Protocol::Tcp);
        let opened = opening.await.unwrap();
        let stream = tokio::net::TcpStream::from_std(stream).unwrap();
        opened.live().holds(tunnel::Closer::of(&stream).unwrap());
        let target = proxies::tcp::dial(&opened).await.unwrap();
        let opened = Arc::new(opened);
        let reason = carrying.carry(stream, target, &opened).await;
        let opened = Arc::into_inner(opened).unwrap();
        opened.close(reason.clone()).await;
        noted.lock().unwrap().push(reason);
    });
    Tcp {
        staffed,
        workers,
        ends,
        listening,
        target: None,
        engineer: Some(engineer),
    }
}

impl Stands for Tcp {
    fn staffed(&self) -> &Staffed {
        &self.staffed
    }

    fn workers(&self) -> &Workers {
        &self.workers
    }

    fn end(&self) -> EndReason {
        until("the session ends", || !self.ends.lock().unwrap().is_empty());
        self.ends.lock().unwrap()[0].clone()
    }
}

impl Underway for Tcp {
    fn ground(&self) -> &dyn Stands {
        self
    }

    fn passes(&mut self) {
        let listening = &self.listening;
        let target = self
            .target
            .get_or_insert_with(|| listening.accept().unwrap().0);
        let engineer = self.engineer.as_mut().unwrap();
        let mut heard = [0; 5];
        engineer.write_all(b"there").unwrap();
        target.read_exact(&mut heard).unwrap();
        target.write_all(&heard).unwrap();
        engineer.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"there");
    }

    fn target_dies(&mut self) {
        died(self.target.take());
    }

    fn engineer_dies(&mut self) {
        died(self.engineer.take());
    }

    fn hears_of_its_end(&mut self) {
        let engineer = self.engineer.as_mut().unwrap();
        assert!(matches!(engineer.read(&mut [0]), Ok(0) | Err(_)));
    }

    fn does_much(&mut self) {
        let (mut target, mut engineer) = (
            self.target.take().unwrap(),
            self.engineer.as_ref().unwrap().try_clone().unwrap(),
        );
        let reading = std::thread::spawn(move || std::io::copy(&mut target, &mut std::io::sink()));
        while engineer.write_all(&[7; 64 << 10]).is_ok() {}
        // Until nothing comes any more, whatever the reason.
        let _read = reading.join().unwrap();
    }
}

/// As when its machine fails: not in order, after which the other side might still speak.
fn died(stream: Option<TcpStream>) {
    let stream = stream.unwrap();
    let at_once = Some(std::time::Duration::ZERO);
    rustix::net::sockopt::set_socket_linger(&stream, at_once).unwrap();
}
