//! Who is nobody at the relay learns nothing, and keeps nobody from working.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use acceptance::Person;
use acceptance::cost::Cost;
use acceptance::lab::{Place, RELAY};
use acceptance::relayed::{Relayed, Visitor};
use acceptance::run::Run;
use acceptance::wait;
use socket2::Socket;

use crate::strangers_load::{self, gone};

/// The beginning of a TLS handshake that never goes on.
const CLIENT_HELLO_OF_NOBODY: &[u8] = &[
    0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
];

/// What comes back from the relay, and after how long it is over.
fn answered(send: &[u8]) -> (Vec<u8>, Duration) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(RELAY).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let _closed = stream.write_all(send);
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Err(cause) if cause.kind() == ErrorKind::WouldBlock => {
            panic!("the connection is left open")
        }
        Ok(_) | Err(_) => (said, began.elapsed()),
    }
}

#[test]
fn l41_an_address_that_nobody_listed_is_closed_at_the_relay_without_one_byte() {
    let Some(open) = Relayed::open() else { return };
    let (visitor, _) = open.visitor();
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    let engineer = &visitor.engineer;
    // The vendor's own computer, from an address that it did not register.
    let other = "198.51.100.11";
    let more = ["addr", "add", "198.51.100.11/24", "dev", "eth0"];
    open.lab.run(Place::Vendor, Run::of("ip").args(more)).ok();
    let closed = &acceptance::said::beginning("connect-closed-without-answer");
    let from_there = engineer.from(other).args(["target", "list"]).done();
    assert_ne!(from_there.code, 0);
    from_there.says(closed);
    // The same computer, stolen.
    let stolen = |args: &[&str]| {
        let run = acceptance::sekisho().arg("--home").arg(&engineer.home);
        open.lab.run(Place::Stranger, run).args(args).done()
    };
    for args in [&["target", "list"][..], &["connect", &visitor.target]] {
        let refused = stolen(args);
        assert_ne!(refused.code, 0);
        refused.says(closed);
    }
    open.lab.inside(Place::Stranger, || {
        for send in [
            &b""[..],
            b"GET / HTTP/1.1\r\n\r\n",
            CLIENT_HELLO_OF_NOBODY,
            &[0x16; 3000],
        ] {
            let (said, took) = answered(send);
            assert!(said.is_empty(), "{said:?}");
            assert!(took < Duration::from_secs(5), "it took {took:?}");
        }
    });
    assert_eq!(open.sessions_opened(), 1);
    assert_eq!(visitor.asks("select 6 * 7"), "42");
}

#[test]
fn a_listed_address_that_speaks_anything_else_gets_no_answer_that_says_who_we_are() {
    let Some(open) = Relayed::open() else { return };
    open.crew();
    open.lab.inside(Place::Vendor, || {
        for send in [&b"GET / HTTP/1.1\r\nhost: handa\r\n\r\n"[..], &[0x16; 9000]] {
            let (said, took) = answered(send);
            assert!(said.len() <= 7, "at most an alert of TLS: {said:?}");
            assert!(took < Duration::from_secs(20), "it took {took:?}");
        }
    });
}

/// How an engineer's opening is measured: the middle of five.
fn opening(visitor: &Visitor) -> Duration {
    let mut took: Vec<Duration> = (0..5)
        .map(|_| one_opening(&visitor.engineer, visitor))
        .collect();
    took.sort();
    took[2]
}

/// From the command to the end of a session in which nothing was said: PostgreSQL hears the end of
/// what it is told, and goes.
fn one_opening(engineer: &Person, visitor: &Visitor) -> Duration {
    let done = engineer.tries(["connect", &visitor.target]);
    done.expect(0).took
}

/// Addresses of the stranger: the relay bounds what one of them may hold.
const ADDRESSES: u8 = 20;
/// Of each kind.
const HELD: usize = 1_000;
/// Connections that a relay keeps until they are joined, at most (`tunnel::relay::RelayLimits`).
const HALF_OPEN: usize = 2_048;
/// What those may take together, as is stated there, KiB.
const MEMORY: u64 = 40 * 1024;
/// Descriptors of the honest: sessions, and the gateway's connections that wait for one.
const SPARE: usize = 64;
/// For what a machine that others use as well may take longer.
const SLACK: Duration = Duration::from_millis(50);

#[test]
fn l35_half_open_connections_and_slow_hellos_leave_an_engineers_opening_time_alone() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    // Gateways may come from anywhere: the relay has to read everybody's hello.
    open.relay.admit_from_anywhere(&open.hospital);
    open.connected(&open.relay.name);
    let addresses: Vec<String> = (0..ADDRESSES)
        .map(|n| format!("198.51.100.{}", 100 + n))
        .collect();
    for address in &addresses {
        let add = ["addr", "add", &format!("{address}/24"), "dev", "eth0"];
        open.lab.run(Place::Stranger, Run::of("ip").args(add)).ok();
    }
    let (visitor, _) = open.visitor();
    one_opening(&visitor.engineer, &visitor);
    let quiet = opening(&visitor);
    let most = quiet * 2 + SLACK;
    let attack = Attack::default();
    let (attack, stranger) = (&attack, open.lab.spot(Place::Stranger));
    let cost = || Cost::of(open.relay.running().pid());
    let before = cost();
    let busy = std::thread::scope(|scope| {
        scope.spawn(|| stranger.inside(|| attack.go_on(&addresses)));
        wait::until("the attack", || (attack.held() >= 2 * HELD).then_some(()));
        let during = cost();
        eprintln!("the relay: quiet {before:?}, under attack {during:?}");
        let bounded = during.memory <= before.memory + MEMORY
            && during.more_than(&before).unwrap_or(0) <= HALF_OPEN + SPARE;
        // Others use this machine as well: one round of three has to be undisturbed.
        let rounds = || (0..3).map(|_| opening(&visitor)).find(|busy| *busy <= most);
        let busy = catch_unwind(AssertUnwindSafe(rounds));
        attack.over.store(true, Ordering::Relaxed);
        assert!(bounded, "{before:?} {during:?}");
        busy.unwrap_or_else(|panic| resume_unwind(panic))
    });
    eprintln!("opening: quiet {quiet:?}, under attack {busy:?}");
    assert!(busy.is_some(), "never within {most:?}");
    wait::until("the strangers' descriptors", || {
        (cost().more_than(&before).unwrap_or(0) <= SPARE).then_some(())
    });
}

/// Somebody who holds connections open, and opens those again that were closed.
#[derive(Default)]
struct Attack {
    held: AtomicUsize,
    over: AtomicBool,
}

impl Attack {
    fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    fn go_on(&self, addresses: &[String]) {
        let mut sockets: Vec<Option<Socket>> = (0..2 * HELD).map(|_| None).collect();
        let mut round = 0;
        while !self.over.load(Ordering::Relaxed) {
            for (number, place) in sockets.iter_mut().enumerate() {
                let from = &addresses[number % addresses.len()];
                match place {
                    None => *place = knock(from),
                    // Every second one says one byte more of its hello, now and then.
                    Some(socket) if round % 10 == 0 || gone(socket) => {
                        let slow = number % 2 == 0;
                        let more = CLIENT_HELLO_OF_NOBODY.get(round / 10).unwrap_or(&0);
                        if gone(socket) || (slow && socket.send(&[*more]).is_err()) {
                            *place = None;
                        }
                    }
                    Some(_) => {}
                }
            }
            let there = sockets.iter().flatten().count();
            self.held.store(there, Ordering::Relaxed);
            round += 1;
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn knock(from: &str) -> Option<Socket> {
    strangers_load::knock(format!("{from}:0").parse().unwrap(), RELAY)
}
