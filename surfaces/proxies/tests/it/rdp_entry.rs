//! How a desktop over RDP is entered, and when not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use access::{DesktopSignIn, EndReason};
use ids::Digest;
use wire::rdp::{SignIn, ask_target, confirm, refuse};

use crate::rdp_ground::{Client, Server, wish};
use crate::vnc_ground::{Ground, Wish};

fn refused(ground: &Ground) -> EndReason {
    let said = Client::at(ground.gateway).gave_up();
    assert!(!said.contains("Win-Pass-1"));
    let end = ground.end();
    assert!(ground.recorded().shown.is_empty());
    end
}

#[test]
fn l09_a_server_with_another_key_is_told_nothing() {
    let server = Server::start();
    let ground = Ground::at(server.address, Digest([7; 32]), wish());
    assert_eq!(refused(&ground), EndReason::TargetKeyDiffers);
}

#[test]
fn a_password_that_the_server_does_not_know_ends_the_entry() {
    let server = Server::start();
    let wrong = Wish {
        secret: "Some-0ther-Pass",
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, wrong);
    assert_eq!(refused(&ground), EndReason::TargetRefusedLogin);
}

/// How it is signed in is registered: a server that has less, or somebody between, is not entered.
#[test]
fn l34_a_server_that_chooses_a_weaker_sign_in_gets_no_account() {
    let server = Server::with(&["/sec:tls", "-auth"]);
    let ground = Ground::at(server.address, server.key, wish());
    assert_eq!(refused(&ground), EndReason::TargetWithoutTls);
    let server = Server::start();
    let tls = Wish {
        rdp: Some(DesktopSignIn::Tls),
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, tls);
    assert_eq!(refused(&ground), EndReason::TargetWithoutTls);
}

#[test]
fn a_client_without_tls_is_turned_away_before_the_server_hears_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ground = Ground::at(listener.local_addr().unwrap(), Digest([1; 32]), wish());
    let mut first = ask_target(SignIn::Tls);
    first[15] = 0;
    let mut stream = TcpStream::connect(ground.gateway).unwrap();
    stream.write_all(&first).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, refuse());
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let (mut heard, _) = listener.accept().unwrap();
    let mut said = Vec::new();
    heard.read_to_end(&mut said).unwrap();
    assert!(said.is_empty());
}

/// A server that is none, or lies about lengths, ends the session and nothing else.
#[test]
fn a_server_that_speaks_something_else_is_not_entered() {
    for says in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        vec![3, 0, 0xff, 0xff],
        vec![3, 0, 0, 2],
        confirm(0).to_vec(),
        refuse().to_vec(),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let saying = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 19]).unwrap();
            stream.write_all(&says).unwrap();
        });
        let ground = Ground::at(address, Digest([1; 32]), wish());
        let end = refused(&ground);
        saying.join().unwrap();
        let expected = [EndReason::TargetUnreachable, EndReason::TargetWithoutTls];
        assert!(expected.contains(&end), "{end:?}");
    }
}
