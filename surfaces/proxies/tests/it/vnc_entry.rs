//! Entering a desktop: every way of it, and every server that is not the one or does not hold to the
//! protocol.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use access::{EndReason, ServerIdentity};
use ids::Digest;

use crate::vnc_ground::{Ground, Server, Wish, plain};
use crate::vnc_viewer::Viewer;

#[test]
fn each_way_in_works_with_the_password_of_the_vault_and_none_of_the_engineers() {
    let server = Server::start();
    for identity in [None, Some(plain())] {
        let wish = Wish {
            server: identity,
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        for version in [b"RFB 003.008\n", b"RFB 003.007\n", b"RFB 003.003\n"] {
            let mut viewer = Viewer::enter(ground.gateway, version).unwrap();
            assert_eq!((viewer.size.width, viewer.size.height), (320, 240));
            assert!(viewer.name.contains("CT console"), "{}", viewer.name);
            viewer.whole();
        }
    }
}

#[test]
fn l39_a_desktop_with_another_key_hears_no_password() {
    let server = Server::start();
    let wish = Wish {
        server: Some(ServerIdentity::Tls {
            spki: Digest([7; 32]),
        }),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let told = Viewer::enter(ground.gateway, b"RFB 003.008\n")
        .err()
        .unwrap();
    assert!(told.contains("鍵"), "{told}");
    assert_eq!(ground.end(), EndReason::TargetKeyDiffers);
}

#[test]
fn a_wrong_password_ends_the_session_and_is_not_repeated() {
    let server = Server::start();
    let wish = Wish {
        secret: "another7",
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let told = Viewer::enter(ground.gateway, b"RFB 003.003\n")
        .err()
        .unwrap();
    assert!(!told.contains("another7"), "{told}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
}

/// TLS that vouches for nobody is no TLS: a machine in the middle has it too.
#[test]
fn l39_a_pinned_desktop_that_offers_no_certificate_is_not_entered() {
    for types in ["VncAuth", "TLSVnc,VncAuth", "X509None,VncAuth"] {
        let server = Server::offering(types);
        let ground = Ground::new(&server, Wish::default());
        let told = Viewer::enter(ground.gateway, b"RFB 003.008\n")
            .err()
            .unwrap();
        assert!(told.contains("TLS"), "{types}: {told}");
        assert_eq!(ground.end(), EndReason::TargetWithoutTls, "{types}");
    }
}

/// Without TLS a password is said by challenge alone, and who asks for none is not entered.
#[test]
fn a_desktop_without_tls_is_entered_by_challenge_or_not_at_all() {
    let server = Server::offering("None,X509Vnc");
    let wish = Wish {
        server: Some(plain()),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    assert!(Viewer::enter(ground.gateway, b"RFB 003.008\n").is_err());
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
}

/// A server that says this and then listens; what it heard.
fn scripted(says: Vec<u8>) -> (SocketAddr, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&says).unwrap();
        let mut heard = Vec::new();
        // It may be reset: what was heard before counts.
        let _end = stream.read_to_end(&mut heard);
        heard
    });
    (address, serving)
}

#[test]
fn l33_a_server_that_lies_in_its_handshake_ends_the_session() {
    let screen = |width: u16, name: u32| {
        let mut init = b"RFB 003.008\n\x01\x02".to_vec();
        init.extend([0; 16]);
        init.extend([0; 4]);
        init.extend(width.to_be_bytes());
        init.extend(0x4000_u16.to_be_bytes());
        init.extend([0; 16]);
        init.extend(name.to_be_bytes());
        init
    };
    for (why, says) in [
        ("no RFB", b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        ("a screen too large", screen(0x4000, 0)),
        ("a name too long", screen(16, 1 << 30)),
    ] {
        let (address, serving) = scripted(says);
        let wish = Wish {
            server: Some(plain()),
            ..Wish::default()
        };
        let ground = Ground::at(address, Digest([0; 32]), wish);
        assert!(
            Viewer::enter(ground.gateway, b"RFB 003.008\n").is_err(),
            "{why}"
        );
        assert_eq!(ground.end(), EndReason::TargetUnreachable, "{why}");
        let _heard = serving.join().unwrap();
    }
}
