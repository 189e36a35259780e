//! Who is nobody here learns nothing and costs nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use acceptance::hospital::{Hospital, SITE, STRANGER_FROM, VENDOR_FROM};
use acceptance::link::{Link, connections};
use acceptance::{Person, files, local, wait};
use socket2::{Domain, Socket, Type};

/// What comes back on a connection from some address of loopback.
fn from(address: &str, to: SocketAddr, send: &[u8]) -> Vec<u8> {
    let own: IpAddr = address.parse().unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(own, 0).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let _closed = stream.write_all(send);
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Err(cause) if cause.kind() == ErrorKind::WouldBlock => {
            panic!("the connection is left open")
        }
        Ok(_) | Err(_) => said,
    }
}

#[test]
fn l42_an_address_that_nobody_listed_gets_the_end_of_the_connection_and_not_one_byte() {
    let hospital = Hospital::shared();
    hospital.crew();
    for send in [
        &b""[..],
        b"GET / HTTP/1.1\r\n\r\n",
        CLIENT_HELLO_OF_NOBODY,
        &[0x16; 3000],
    ] {
        let began = Instant::now();
        let said = from(STRANGER_FROM, hospital.address, send);
        assert!(said.is_empty(), "{said:?}");
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "it took {:?}",
            began.elapsed()
        );
    }
}

/// The beginning of a TLS handshake that never goes on.
const CLIENT_HELLO_OF_NOBODY: &[u8] = &[
    0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
];

#[test]
fn what_is_not_tls_from_a_listed_address_gets_no_answer_that_says_who_we_are() {
    let hospital = Hospital::shared();
    hospital.crew();
    let said = from(
        VENDOR_FROM,
        hospital.address,
        b"GET / HTTP/1.1\r\nHost: handa\r\n\r\n",
    );
    assert!(said.len() <= 7, "at most an alert of TLS: {said:?}");
    for word in ["sekisho", SITE, "HTTP"] {
        assert!(!files::contains(&said, word.as_bytes()));
    }
}

#[test]
fn l35_half_open_handshakes_do_not_keep_an_engineer_from_working() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    // From this process' own address, 127.0.0.1: unlisted ones are closed, and come again.
    let held: Vec<TcpStream> = (0..300)
        .filter_map(|_| TcpStream::connect_timeout(&hospital.address, Duration::from_secs(2)).ok())
        .map(|mut stream| {
            let _gone = stream.write_all(CLIENT_HELLO_OF_NOBODY);
            stream
        })
        .collect();
    let began = Instant::now();
    let done = crew
        .engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("through")
        .ok();
    assert_eq!(done.text(), "through");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    drop(held);
}

#[test]
fn strangers_are_counted_and_leave_no_entry_each() {
    let hospital = Hospital::own();
    let size = || {
        hospital.root().args(["site", "status"]).json()["ledger"]["size"]
            .as_u64()
            .unwrap()
    };
    let before = size();
    for _ in 0..20 {
        from(STRANGER_FROM, hospital.address, b"x");
    }
    assert!(size() <= before + 1, "{} entries more", size() - before);
}

#[test]
fn an_engineer_whose_session_was_cut_off_is_closed_at_the_socket() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let established = || connections(crew.engineer.from, hospital.address.port());
    assert!(established() > 0);
    hospital
        .clerk
        .tries(["end", &hospital.session_of(&visit.visit)])
        .expect(0);
    live.gone();
    wait::until("no connection is left", || {
        (established() == 0).then_some(())
    });
}

#[test]
fn l10_after_too_many_wrong_codes_even_the_right_one_waits_and_the_answer_is_the_same() {
    let hospital = Hospital::own();
    let engineer = &hospital.crew().engineer;
    let wrong = |person: &Person| {
        person
            .login_with(person.sekisho(), &person.phone.wrong_code())
            .done()
    };
    let first = wrong(engineer);
    first.expect(4);
    for _ in 0..6 {
        wrong(engineer).expect(4);
    }
    let right = engineer
        .login_with(engineer.sekisho(), &engineer.phone.code())
        .done();
    assert_eq!(right.expect(4).err, first.err);
    // A hospital person is not kept out by that.
    hospital.clerk.sign_in();
}

#[test]
fn nobody_gets_anything_at_the_local_socket_without_a_sign_in_but_the_machines_operator() {
    let hospital = Hospital::shared();
    let forged = local::ask(
        &hospital.dir,
        "GET",
        "/api/v1/status",
        Some("sekisho-token-forged"),
        None,
    );
    assert_eq!(forged.status, 401, "{forged:?}");
    let mut stream =
        std::os::unix::net::UnixStream::connect(hospital.dir.join("run/sekisho.sock")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let _gone = stream.write_all(b"\x00\xff not http at all\r\n\r\n");
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(cause) => assert_ne!(cause.kind(), ErrorKind::WouldBlock, "it is left hanging"),
    }
    assert!(!files::contains(&said, b"sekisho"));
}
