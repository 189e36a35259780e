//! Targets that speak no TLS of today: Debian's nginx, xrdp and FreeRDP, told to speak TLS 1.0.

use std::fs;
use std::sync::Arc;

use access::*;
use engine::{ServerAsked, ServerShown};
use ids::Digest;

use crate::http_ground::{self, Ground, SECRET};
use crate::rdp_ground::{self, Client};
use crate::rotating::stands_in;
use crate::sshd::until;
use crate::vnc_ground;

const PAGE: &str = "location / { return 200 '$ssl_protocol $http_authorization'; }";

/// Processes that speak old TLS for a gateway: their parent is what starts workers for it.
fn speakers(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let ours = numbers.filter(|process: &u32| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        status.contains("Name:\tsekisho-old-tls\n")
            && status.contains(&format!("PPid:\t{parent}\n"))
    });
    ours.collect()
}

fn end_of(ground: &Ground) -> EndReason {
    let _refused = ground.curl("/", &[]);
    ground.end()
}

#[test]
fn a_console_that_speaks_tls_1_1_at_best_is_entered_signed_in_at_and_recorded() {
    let server = http_ground::Server::old_nginx(PAGE);
    let ground = Ground::new(&server, http_ground::Wish::default());
    let ran = ground.curl("/page", &[]);
    assert!(ran.out.starts_with("TLSv1.1 Basic "), "{ran:?}");
    let recorded = ground.recorded();
    let text = String::from_utf8_lossy(&recorded.bytes).into_owned();
    assert!(text.contains("GET /page"), "{text}");
    assert!(!text.contains(SECRET));
    assert!(!stands_in(ground.staffed.hospital.folder(), SECRET));
}

/// Nothing weaker is chosen by itself: whoever is between could have it chosen.
#[test]
fn l34_a_console_that_is_not_registered_for_old_tls_is_not_spoken_with_in_it() {
    let server = http_ground::Server::old_nginx(PAGE);
    let spki = *server.identity.spki().unwrap();
    let wish = http_ground::Wish {
        server: Some(ServerIdentity::Tls { spki }),
        ..http_ground::Wish::default()
    };
    let ground = Ground::new(&server, wish);
    assert_eq!(end_of(&ground), EndReason::TargetWithoutTls);
    assert_eq!(server.heard(), "");
}

#[test]
fn l9_a_console_with_another_key_behind_old_tls_hears_no_request() {
    let server = http_ground::Server::old_nginx(PAGE);
    let wish = http_ground::Wish {
        server: Some(ServerIdentity::OldTls {
            spki: Digest([7; 32]),
        }),
        ..http_ground::Wish::default()
    };
    let ground = Ground::new(&server, wish);
    assert_eq!(end_of(&ground), EndReason::TargetKeyDiffers);
    assert_eq!(server.heard(), "");
}

#[test]
fn a_console_that_was_updated_to_tls_1_3_alone_is_not_entered_as_an_old_one() {
    let server = http_ground::Server::nginx_with("ssl_protocols TLSv1.3;", PAGE);
    let spki = *server.identity.spki().unwrap();
    let wish = http_ground::Wish {
        server: Some(ServerIdentity::OldTls { spki }),
        ..http_ground::Wish::default()
    };
    let ground = Ground::new(&server, wish);
    assert_eq!(end_of(&ground), EndReason::TargetWithoutTls);
}

#[test]
fn something_that_speaks_no_tls_at_all_is_not_entered_as_old_tls() {
    let (mut server, heard) = http_ground::Server::liar(b"HTTP/1.1 200 OK\r\n\r\n");
    server.identity = ServerIdentity::OldTls {
        spki: Digest([7; 32]),
    };
    let ground = Ground::new(&server, http_ground::Wish::default());
    let running = ground.curl_command(&[&ground.at("/")]).spawn();
    let mut running = crate::sshd::Kept(running.unwrap());
    until("it hears of TLS", || !heard.lock().unwrap().is_empty());
    // It waits for the end of a line of HTTP: whoever withdraws the visit does not wait for it.
    let clerk = &ground.staffed.clerk;
    let isolating = ground.engine().isolate(clerk, "test");
    ground.run(isolating).unwrap();
    assert_eq!(ground.end(), EndReason::Isolated);
    assert!(!String::from_utf8_lossy(&heard.lock().unwrap()).contains("GET"));
    running.0.wait().unwrap();
}

#[test]
fn what_speaks_old_tls_ends_with_its_session_and_its_crash_with_one_request() {
    let server = http_ground::Server::old_nginx(PAGE);
    let ground = Ground::new(&server, http_ground::Wish::default());
    let parent = ground.workers.process();
    let door = ground.run(ground.door());
    assert_eq!(ground.run(door.get("/")).unwrap().0, 200);
    let speaking = speakers(parent);
    assert_eq!(speaking.len(), 1, "one connection, one process");
    // No file, no network: what it could do is what its two sockets can.
    let of = speaking[0];
    for (what, of_it) in [("NoNewPrivs:\t1", true), ("Seccomp:\t2", true)] {
        let status = fs::read_to_string(format!("/proc/{of}/status")).unwrap();
        assert_eq!(status.contains(what), of_it, "{what}: {status}");
    }
    let killed = rustix::process::Pid::from_raw(of.try_into().unwrap()).unwrap();
    rustix::process::kill_process(killed, rustix::process::Signal::KILL).unwrap();
    until("another one speaks, in the same session", || {
        ground
            .run(door.get("/"))
            .is_some_and(|(status, _)| status == 200)
    });
    assert_ne!(speakers(parent), speaking);
    drop(door);
    ground.end();
    until("nothing speaks old TLS any more", || {
        speakers(parent).is_empty()
    });
}

#[test]
fn a_desktop_that_speaks_tls_1_0_is_shown_with_and_without_network_level_authentication() {
    let xrdp = rdp_ground::Server::xrdp_with("ssl_protocols=TLSv1\ntls_ciphers=ALL:@SECLEVEL=0\n");
    let shadow = rdp_ground::Server::old();
    for (server, sign_in) in [(xrdp, DesktopSignIn::Tls), (shadow, DesktopSignIn::Nla)] {
        let wish = || vnc_ground::Wish {
            rdp: Some(sign_in),
            server: Some(ServerIdentity::OldTls { spki: server.key }),
            ..rdp_ground::wish()
        };
        let ground = vnc_ground::Ground::at(server.address, server.key, wish());
        Client::at(ground.gateway).sees(&server);
        let kept = ground.staffed.hospital.folder();
        assert!(!stands_in(kept, rdp_ground::SECRET), "{sign_in:?}");
        drop(ground);
        let other = vnc_ground::Wish {
            server: Some(ServerIdentity::OldTls {
                spki: Digest([7; 32]),
            }),
            ..wish()
        };
        let ground = vnc_ground::Ground::at(server.address, server.key, other);
        let said = Client::at(ground.gateway).gave_up();
        assert!(!said.contains(rdp_ground::SECRET));
        assert_eq!(ground.end(), EndReason::TargetKeyDiffers, "{sign_in:?}");
        assert!(ground.recorded().shown.is_empty());
    }
}

#[test]
fn a_server_that_is_looked_at_is_told_apart_by_the_age_of_its_tls() {
    let old = http_ground::Server::old_nginx(PAGE);
    let new = http_ground::Server::nginx(PAGE);
    let desktop =
        rdp_ground::Server::xrdp_with("ssl_protocols=TLSv1\ntls_ciphers=ALL:@SECLEVEL=0\n");
    let ground = Ground::new(&new, http_ground::Wish::default());
    let engine = ground.engine().clone();
    let looking = proxies::workers::look_by_old_tls(engine.clone(), Arc::clone(&ground.workers));
    ground.staffed.hospital.runtime.spawn(looking);
    let spki = |identity: &ServerIdentity| *identity.spki().unwrap();
    let looks = [
        (
            old.address,
            Protocol::Http,
            ServerShown::OldTls {
                spki: spki(&old.identity),
            },
        ),
        (
            new.address,
            Protocol::Http,
            ServerShown::Tls {
                spki: spki(&new.identity),
            },
        ),
        (
            desktop.address,
            Protocol::Rdp,
            ServerShown::OldTls { spki: desktop.key },
        ),
        // Of a database nobody would speak it.
        (old.address, Protocol::Mysql, ServerShown::Nothing),
    ];
    for (address, speaks, expected) in looks {
        let asked = ServerAsked::Pinned(PinnedAddress {
            host: address.ip().to_string(),
            ip: address.ip(),
            port: address.port(),
        });
        let shown = ground.run(engine.server_key(&ground.staffed.clerk, asked, speaks));
        assert_eq!(shown.unwrap().1, expected, "{speaks:?} at {address}");
    }
}
