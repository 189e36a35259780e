//! Signing in at a target: every way of it, and every server that is not the one or does not hold to the
//! protocol.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use access::{EndReason, ServerIdentity};
use ids::Digest;
use wire::mysql::{Greeting, Login, can, packet};

use crate::database_ground::{Ground, Wish};
use crate::mysql_ground::{Server, wish};

fn plain() -> ServerIdentity {
    ServerIdentity::PlainText {
        accepted: "test network".to_owned(),
    }
}

/// A program of our own.
pub(crate) struct Program(TcpStream);

/// Reads a packet: its number and its body.
fn read(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], 0]);
    let mut body = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some((head[3], body))
}

/// As far as to the first command.
pub(crate) fn signed_in(ground: &Ground) -> Program {
    let mut stream = TcpStream::connect(ground.gateway).unwrap();
    read(&mut stream).unwrap();
    let login = Login {
        letters: 45,
        longest: 1 << 24,
        database: Some("orca".to_owned()),
        ..Login::default()
    };
    let body = login.ours("arai", "mysql_native_password", b"", can::LONG_PROOF);
    stream.write_all(&packet(1, &body)).unwrap();
    let (number, ready) = read(&mut stream).unwrap();
    assert_eq!((number, ready[0]), (2, 0), "{ready:?}");
    Program(stream)
}

impl Program {
    pub(crate) fn says(&mut self, body: &[u8]) {
        self.0.write_all(&packet(0, body)).unwrap();
    }

    /// Says a command and reads its answer: up to the last end that it has.
    pub(crate) fn asks(&mut self, body: &[u8]) -> Vec<Vec<u8>> {
        self.says(body);
        let mut all: Vec<Vec<u8>> = Vec::new();
        let mut ends = 0;
        loop {
            let (_, said) = read(&mut self.0).unwrap();
            ends += usize::from(said[0] == 0xfe && said.len() < 9);
            all.push(said);
            let first = &all[0];
            let wanted = match first[0] {
                0x00 if body[0] == 0x16 => {
                    let columns = usize::from(first[5] != 0);
                    columns + usize::from(first[7] != 0)
                }
                0x00 | 0xff => 0,
                _ => 2,
            };
            if ends >= wanted {
                return all;
            }
        }
    }
}

#[test]
fn each_way_of_signing_in_works_with_the_secret_of_the_vault() {
    let server = Server::start();
    for (user, identity) in [
        ("maint", None),
        ("native", None),
        ("maint", Some(plain())),
        ("native", Some(plain())),
    ] {
        let ground = Ground::with_mysql(
            &server,
            Wish {
                user,
                server: identity,
                ..wish()
            },
        );
        let ran = ground.mariadb("select current_user(), @@ssl_cipher is not null");
        assert!(ran.out.starts_with(user), "{ran:?}");
    }
}

#[test]
fn l39_a_server_with_another_key_hears_no_password() {
    let server = Server::start();
    let ground = Ground::with_mysql(
        &server,
        Wish {
            server: Some(ServerIdentity::Tls {
                spki: Digest([7; 32]),
            }),
            ..wish()
        },
    );
    let ran = ground.mariadb("select 1");
    assert!(ran.err.contains("登録"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetKeyDiffers);
}

#[test]
fn a_wrong_password_ends_the_session_and_names_no_account() {
    let server = Server::start();
    for user in ["maint", "native"] {
        let ground = Ground::with_mysql(
            &server,
            Wish {
                user,
                secret: Some("something-else-walnut-41"),
                ..wish()
            },
        );
        let ran = ground.mariadb("select 1");
        assert_eq!(ran.status, Some(1));
        assert!(!ran.err.contains(user), "{}", ran.err);
        assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    }
}

#[test]
fn l08_a_reader_whose_grants_are_more_than_reading_is_refused_by_the_right_that_is_too_much() {
    let server = Server::start();
    server.does("create user public_reader identified by 'otter-quarry-walnut-2'");
    server.does("grant select on orca.* to public_reader");
    for (reader, right) in [
        ("helper", "UPDATE"),
        ("roled", "writers"),
        ("runner", "EXECUTE"),
        ("lender", "GRANT OPTION"),
        ("public_reader", "DELETE"),
    ] {
        if reader == "public_reader" {
            // What everybody may, the reader may.
            server.does("grant delete on orca.* to public");
        }
        let ground = Ground::with_mysql(
            &server,
            Wish {
                reader,
                write: false,
                ..wish()
            },
        );
        let ran = ground.mariadb("select 1");
        assert!(
            ran.err.contains(reader) && ran.err.contains(right),
            "{}",
            ran.err
        );
        assert_eq!(ground.end(), EndReason::ReaderCanWrite);
    }
}

#[test]
fn what_the_server_itself_refuses_is_said_in_its_words() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let ran = ground.mariadb_with(&["nowhere", "-e", "select 1"]);
    assert!(ran.err.contains("nowhere"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
}

#[test]
fn a_program_that_wants_tls_inside_is_told_that_there_is_none() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut stream = TcpStream::connect(ground.gateway).unwrap();
    let (_, greeting) = read(&mut stream).unwrap();
    assert_eq!(greeting[0], 10);
    let question = Login::default().question_for_tls(0);
    stream.write_all(&question).unwrap();
    let (number, said) = read(&mut stream).unwrap();
    assert_eq!((number, said[0]), (2, 0xff));
    assert!(String::from_utf8_lossy(&said).contains("TLS"));
}

#[test]
fn a_program_that_breaks_the_protocol_is_told_so_and_the_target_hears_nothing_of_it() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut program = signed_in(&ground);
    program
        .0
        .write_all(&packet(7, b"\x03select 'typed'"))
        .unwrap();
    let (_, said) = read(&mut program.0).unwrap();
    assert!(String::from_utf8_lossy(&said).contains("08S01"));
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    assert!(!ground.recorded().holds("typed"));
}

/// What a server does with a connection.
type Says = fn(&mut TcpStream);

/// A server that says this to whoever asks.
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

fn say(stream: &mut TcpStream, bytes: &[u8]) {
    let _gone = stream.write_all(bytes);
}

fn greet(stream: &mut TcpStream) {
    let greeting = Greeting {
        version: "5.5.5-10.11.0-MariaDB".to_owned(),
        connection: 7,
        challenge: Vec::new(),
        capabilities: !can::TLS,
        plugin: String::new(),
    };
    say(stream, &greeting.ours([5; 20]));
}

fn greet_and_hear(stream: &mut TcpStream) {
    greet(stream);
    let _login = read(stream);
}

const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

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
            |stream| say(stream, b"SSH-2.0-OpenSSH_9.2\r\n"),
            EndReason::TargetUnreachable,
        ),
        (
            "a greeting of sixteen megabytes",
            |stream| say(stream, b"\xff\xff\xff\0\x0a"),
            EndReason::TargetUnreachable,
        ),
        (
            "an old protocol",
            |stream| say(stream, &packet(0, b"\x094.0.1\0\0\0\0\0abcdefgh\0\0\0")),
            EndReason::TargetUnreachable,
        ),
        (
            "the password in the clear",
            |stream| {
                greet_and_hear(stream);
                say(stream, &packet(2, b"\xfemysql_clear_password\0"));
            },
            EndReason::TargetRefusedLogin,
        ),
        (
            "a way that nobody knows",
            |stream| {
                greet_and_hear(stream);
                say(stream, &packet(2, b"\xfedialog\0Password: "));
            },
            EndReason::TargetRefusedLogin,
        ),
        (
            "a sign-in without end",
            |stream| {
                greet_and_hear(stream);
                let mut number = 2_u8;
                loop {
                    let switch = [&b"\xfemysql_native_password\0"[..], &[b'x'; 20], &[0]].concat();
                    say(stream, &packet(number, &switch));
                    if read(stream).is_none() {
                        return;
                    }
                    number = number.wrapping_add(2);
                }
            },
            EndReason::TargetRefusedLogin,
        ),
        (
            "a number out of turn",
            |stream| {
                greet_and_hear(stream);
                say(stream, &packet(9, OK));
            },
            EndReason::TargetUnreachable,
        ),
    ];
    for (what, says, end) in liars {
        let ground = Ground::at(
            fake(says),
            Digest([0; 32]),
            Wish {
                server: Some(plain()),
                ..wish()
            },
        );
        let ran = ground.mariadb("select 1");
        assert_eq!(ran.status, Some(1), "{what}: {ran:?}");
        assert!(ran.err.contains("ERROR"), "{what}: {ran:?}");
        assert_eq!(ground.end(), end, "{what}");
        assert!(ground.recorded().bytes.is_empty(), "{what}");
    }
}

#[test]
fn l40_a_server_that_denies_tls_where_a_key_is_pinned_hears_nothing_more() {
    let ground = Ground::at(fake(greet), Digest([0; 32]), wish());
    let ran = ground.mariadb("select 1");
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetWithoutTls);
}

/// A server that signs everybody in and answers the first statement with this.
fn answers(says: Says) -> Ground {
    Ground::at(
        fake(says),
        Digest([0; 32]),
        Wish {
            server: Some(plain()),
            ..wish()
        },
    )
}

#[test]
fn l33_a_hostile_server_gets_no_file_of_the_engineers_computer() {
    let ground = answers(|stream| {
        greet_and_hear(stream);
        say(stream, &packet(2, OK));
        let _statement = read(stream);
        say(stream, &packet(1, b"\xfb/etc/passwd"));
        // Whatever comes now would be the file.
        let file = read(stream);
        assert!(file.is_none(), "{file:?}");
    });
    // Even a client that would give it.
    let ran = ground.mariadb_with(&["--local-infile=1", "orca", "-e", "select 1"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    let recorded = ground.recorded();
    assert!(!recorded.holds("root:") && !recorded.holds("/etc/passwd"));
}

#[test]
fn a_file_of_the_engineers_computer_is_refused_by_an_honest_server() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let load = "load data local infile '/etc/passwd' into table patients";
    let ran = ground.mariadb_with(&["--local-infile=1", "orca", "-e", load]);
    assert!(
        ran.err.contains("ERROR 4166") || ran.err.contains("ERROR 1148"),
        "{ran:?}"
    );
    assert!(!ground.recorded().holds("root:"));
}

#[test]
fn l33_a_server_that_asks_to_sign_in_again_in_the_midst_of_a_session_does_not_reach_the_engineer() {
    let ground = answers(|stream| {
        greet_and_hear(stream);
        say(stream, &packet(2, OK));
        let _statement = read(stream);
        say(stream, &packet(1, b"\xfemysql_clear_password\0"));
        let _more = read(stream);
    });
    let ran = ground.mariadb("select 1");
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    assert!(!ground.recorded().holds("mysql_clear_password"));
}
