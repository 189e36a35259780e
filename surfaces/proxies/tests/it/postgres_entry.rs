//! Signing in at a target: every way of it, and every server that is not the one or does not hold to the
//! protocol.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use access::{EndReason, ServerIdentity};
use ids::Digest;

use crate::postgres_ground::{Ground, Server, Wish};
use crate::sshd::until;

fn plain() -> ServerIdentity {
    ServerIdentity::PlainText {
        accepted: "test network".to_owned(),
    }
}

#[test]
fn each_way_of_signing_in_works_with_the_secret_of_the_vault() {
    let server = Server::start();
    // SCRAM tied to the certificate, the digest of old servers, the clear inside TLS, SCRAM without TLS.
    for (user, identity) in [
        ("maint", None),
        ("old", None),
        ("clear", None),
        ("plain", Some(plain())),
        ("old", Some(plain())),
    ] {
        let wish = Wish {
            user,
            server: identity,
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        let ran = ground.psql(&["-c", "select current_user"]);
        assert_eq!(ran.out.trim(), user, "{ran:?}");
    }
}

#[test]
fn l39_a_server_with_another_key_hears_no_password() {
    let server = Server::start();
    let wish = Wish {
        server: Some(ServerIdentity::Tls {
            spki: Digest([7; 32]),
        }),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.psql(&["-c", "select 1"]);
    assert!(
        ran.err.contains("FATAL") && ran.err.contains("登録"),
        "{ran:?}"
    );
    assert_eq!(ground.end(), EndReason::TargetKeyDiffers);
}

#[test]
fn a_wrong_password_ends_the_session_and_names_no_account() {
    let server = Server::start();
    for user in ["maint", "old", "clear"] {
        let wish = Wish {
            user,
            secret: Some("something-else-walnut-41"),
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        let ran = ground.psql(&["-c", "select 1"]);
        assert_eq!(ran.status, Some(2));
        assert!(!ran.err.contains(&format!("\"{user}\"")), "{}", ran.err);
        assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    }
}

#[test]
fn a_reader_that_is_or_can_become_a_superuser_is_refused_by_name() {
    let server = Server::start();
    for reader in ["boss", "aide"] {
        let wish = Wish {
            reader,
            write: false,
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        let ran = ground.psql(&["-c", "select 1"]);
        assert!(ran.err.contains(reader), "{}", ran.err);
        assert_eq!(ground.end(), EndReason::ReaderCanWrite);
    }
}

#[test]
fn what_the_server_itself_refuses_is_said_in_its_words() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut psql = ground.psql_command(&["-c", "select 1"]);
    let ran = psql.env("PGDATABASE", "nowhere").output().unwrap();
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(err.contains("database \"nowhere\" does not exist"), "{err}");
}

#[test]
fn replication_and_other_settings_are_refused_while_connecting() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    for (connect, word) in [
        ("replication=database", "レプリケーション"),
        ("options='-c role=boss'", "role"),
        (
            "options='-c default_transaction_read_only=off'",
            "default_transaction_read_only",
        ),
    ] {
        let ran = ground.psql(&["-d", connect, "-c", "select 1"]);
        assert!(
            ran.err.contains("FATAL") && ran.err.contains(word),
            "{ran:?}"
        );
    }
    let ran = ground.psql(&[
        "-d",
        "options='-c statement_timeout=5s -c search_path=public'",
        "-c",
        "show statement_timeout",
    ]);
    assert_eq!(ran.out.trim(), "5s", "{ran:?}");
}

/// What a server does with a connection.
type Says = fn(&mut TcpStream);

/// A server that says this to whoever asks, and then what the function gives to what it hears.
fn fake(says: Says) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            says(&mut stream);
            // Whoever is gone reads nothing.
            let _gone = stream.read_to_end(&mut Vec::new());
        }
    });
    address
}

fn heard(stream: &mut TcpStream) {
    let mut some = [0; 1024];
    let _some = stream.read(&mut some);
}

fn say(stream: &mut TcpStream, bytes: &[u8]) {
    let _gone = stream.write_all(bytes);
}

const OK: &[u8] = b"R\0\0\0\x08\0\0\0\0";
const READY: &[u8] = b"Z\0\0\0\x05I";

#[test]
fn l33_a_server_that_lies_is_left_and_nothing_of_it_reaches_the_engineer() {
    let liars: [(&str, Says, EndReason); 8] = [
        (
            "garbage",
            |stream| say(stream, &[0xff; 5000]),
            EndReason::TargetUnreachable,
        ),
        (
            "another protocol",
            |stream| {
                heard(stream);
                say(stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            },
            EndReason::TargetUnreachable,
        ),
        (
            "a length of four gigabytes",
            |stream| {
                heard(stream);
                say(stream, b"R\xff\xff\xff\xff");
            },
            EndReason::TargetUnreachable,
        ),
        (
            "a sign-in without end",
            |stream| {
                heard(stream);
                say(stream, OK);
                let parameter = b"S\0\0\0\x08a\0b\0".repeat(100_000);
                say(stream, &parameter);
            },
            EndReason::TargetUnreachable,
        ),
        (
            "the password in the clear",
            |stream| {
                heard(stream);
                say(stream, b"R\0\0\0\x08\0\0\0\x03");
            },
            EndReason::TargetRefusedLogin,
        ),
        (
            "a week of rounds",
            |stream| {
                heard(stream);
                say(stream, b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0");
                let mut asked = [0; 200];
                let read = stream.read(&mut asked).unwrap_or(0);
                let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
                let nonce = asked.split("r=").nth(1).unwrap_or_default();
                let server = format!("r={nonce}x,s=AAAA,i=2000000000");
                let length = u32::try_from(server.len() + 8).unwrap().to_be_bytes();
                let body = [b"R", &length[..], &[0, 0, 0, 11], server.as_bytes()].concat();
                say(stream, &body);
            },
            EndReason::TargetRefusedLogin,
        ),
        (
            "no proof that it knows the password",
            |stream| {
                heard(stream);
                say(stream, b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0");
                heard(stream);
                say(stream, OK);
            },
            EndReason::TargetRefusedLogin,
        ),
        (
            "nothing more after the sign-in",
            |stream| {
                heard(stream);
                say(stream, OK);
                let _closed = stream.shutdown(std::net::Shutdown::Write);
            },
            EndReason::TargetUnreachable,
        ),
    ];
    for (what, says, end) in liars {
        let wish = Wish {
            server: Some(plain()),
            ..Wish::default()
        };
        let ground = Ground::at(fake(says), Digest([0; 32]), wish);
        let ran = ground.psql(&["-c", "select 1"]);
        assert_eq!(ran.status, Some(2), "{what}: {ran:?}");
        assert!(ran.err.contains("FATAL"), "{what}: {ran:?}");
        assert_eq!(ground.end(), end, "{what}");
        assert!(ground.recorded().bytes.is_empty(), "{what}");
    }
}

#[test]
fn l40_a_server_that_denies_tls_where_a_key_is_pinned_hears_nothing_more() {
    for (answer, end) in [
        (b"N", EndReason::TargetWithoutTls),
        (b"E", EndReason::TargetUnreachable),
        (b"S", EndReason::TargetUnreachable),
    ] {
        let says: Says = match answer {
            b"N" => |stream| say(stream, b"N"),
            b"E" => |stream| say(stream, b"E\0\0\0\x0bMtrust me\0\0"),
            // What comes before the handshake is read as the handshake.
            _ => |stream| say(stream, b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"),
        };
        let ground = Ground::at(fake(says), Digest([0; 32]), Wish::default());
        let ran = ground.psql(&["-c", "select 1"]);
        assert!(!ran.err.contains("trust me"), "{ran:?}");
        assert_eq!(ground.end(), end);
    }
}

#[test]
fn l33_a_server_that_asks_for_the_password_in_the_midst_of_a_session_does_not_reach_the_engineer() {
    let says: Says = |stream| {
        heard(stream);
        say(stream, &[OK, READY].concat());
        heard(stream);
        say(stream, b"R\0\0\0\x08\0\0\0\x03");
    };
    let wish = Wish {
        server: Some(plain()),
        ..Wish::default()
    };
    let ground = Ground::at(fake(says), Digest([0; 32]), wish);
    let ran = ground.psql(&["-c", "select 1"]);
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    assert!(!ground.recorded().holds("R\0\0\0\x08\0\0\0\x03"));
}

/// A program of our own, as far as to the first statement.
fn signed_in(ground: &Ground, minor: u8) -> (TcpStream, Vec<u8>) {
    let mut stream = TcpStream::connect(ground.gateway).unwrap();
    let mut first = wire::postgres::startup([("user", "arai"), ("database", "orca")]);
    first[7] = minor;
    stream.write_all(&first).unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(READY) {
        let mut some = [0; 1024];
        let read = stream.read(&mut some).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&some[..read]);
    }
    (stream, heard)
}

#[test]
fn a_program_of_protocol_3_2_is_negotiated_down_and_gets_a_key_that_is_not_the_servers() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let (stream, heard) = signed_in(&ground, 2);
    assert_eq!(&heard[..13], b"v\0\0\0\x0c\0\x03\0\0\0\0\0\0");
    let at = heard.windows(5).position(|w| w == b"K\0\0\0\x0c").unwrap();
    let process = u32::from_be_bytes(heard[at + 5..at + 9].try_into().unwrap());
    let real = server.does("select pid from pg_stat_activity where usename = 'maint'");
    assert_ne!(real.trim(), process.to_string());
    drop(stream);
    assert_eq!(ground.end(), EndReason::EngineerClosed);
}

#[test]
fn a_program_that_breaks_the_protocol_is_told_so_and_the_target_hears_nothing_of_it() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let (mut stream, _) = signed_in(&ground, 0);
    stream
        .write_all(&wire::postgres::password(b"typed"))
        .unwrap();
    let mut told = Vec::new();
    stream.read_to_end(&mut told).unwrap();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(told.starts_with('E') && told.contains("08P01"), "{told}");
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    assert!(!ground.recorded().holds("typed"));
}

#[test]
fn l15_the_right_key_in_the_hands_of_another_person_cancels_nothing() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let (mut stream, heard) = signed_in(&ground, 0);
    let at = heard.windows(5).position(|w| w == b"K\0\0\0\x0c").unwrap();
    let process = u32::from_be_bytes(heard[at + 5..at + 9].try_into().unwrap());
    let secret = &heard[at + 9..at + 13];
    let sleep = wire::postgres::query("select pg_sleep(600)");
    stream.write_all(&sleep).unwrap();
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' \
                  and state = 'active' and usename = 'maint'";
    until("it sleeps", || server.does(sleeps) == "1\n");
    let engine = ground.engine();
    engine.cancel_statement(&ground.staffed.clerk, process, secret);
    engine.cancel_statement(&ground.staffed.engineer, process, &[secret, &[0]].concat());
    assert_eq!(server.does(sleeps), "1\n");
    engine.cancel_statement(&ground.staffed.engineer, process, secret);
    let mut told = Vec::new();
    while !told.ends_with(READY) {
        let mut some = [0; 1024];
        let read = stream.read(&mut some).unwrap();
        assert!(read > 0);
        told.extend_from_slice(&some[..read]);
    }
    assert!(String::from_utf8_lossy(&told).contains("57014"));
    drop(stream);
    assert_eq!(ground.recorded().notices.len(), 1, "one cancel");
}
