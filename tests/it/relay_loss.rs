//! A relay that is lost, and a gateway: what was open ends or goes on, and the rest comes back by itself.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use acceptance::ground::Ground;
use acceptance::lab::{Lab, Place, RELAY};
use acceptance::link::Link;
use acceptance::people::text;
use acceptance::relayed::{BACK_WITHIN, FIRST, Relayed, Visitor};
use acceptance::run::{Run, Running};
use acceptance::wait;

/// A session at work: a query that would take ten minutes.
fn at_work(open: &Relayed, visitor: &Visitor, visit: &str) -> (Link, Running) {
    let before = open.sessions(visit);
    let link = visitor.link();
    let running = visitor.psql(&link, "select pg_sleep(600)").begin();
    open.opened(visit, before + 1);
    (link, running)
}

/// Why the latest session of a visit ended.
fn why(open: &Relayed, visit: &str) -> String {
    let session = open.hospital.session_of(visit);
    let ended = open.hospital.ended(&session);
    text(&ended["ended"]["reason"], "id")
}

/// Waits until an engineer can work again, with nobody's help, and says how long that took.
fn back(what: &str, visitor: &Visitor) -> Duration {
    let began = Instant::now();
    let asks = || {
        let answers = visitor.engineer.tries(["target", "list"]).code == 0;
        answers.then_some(())
    };
    let back = wait::within(BACK_WITHIN, asks);
    assert!(
        back.is_some(),
        "{what}: nobody comes in after {BACK_WITHIN:?}"
    );
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    let took = began.elapsed();
    eprintln!("{what}: a new session worked after {took:?}");
    took
}

#[test]
fn a_killed_relay_ends_its_sessions_and_serves_again_by_itself_when_it_is_back() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let (visitor, visit) = open.visitor();
    let (mut link, running) = at_work(&open, &visitor, &visit.visit);
    open.relay.stop("KILL");
    assert_ne!(running.finish().code, 0);
    // Nobody is left who could say why.
    // A connection that is on its way while the relay dies is closed by it; one that begins after that reaches nobody.
    link.running.heard_one_of(&[
        "198.51.100.20:443 cannot be reached",
        "The other side closed without an answer",
    ]);
    assert_eq!(why(&open, &visit.visit), "end-engineer-closed");
    assert!(!open.lab.reaches(Place::Vendor, RELAY));
    open.relay.start();
    back("relay killed and restarted", &visitor);
}

#[test]
fn a_gateway_that_was_killed_or_stopped_is_reached_again_through_the_same_relay() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let (visitor, visit) = open.visitor();
    for (signal, reason) in [("KILL", "end-interrupted"), ("TERM", "end-gateway-stopped")] {
        let (link, running) = at_work(&open, &visitor, &visit.visit);
        open.hospital.stop(signal);
        assert_ne!(running.finish().code, 0);
        drop(link);
        open.hospital.start();
        assert_eq!(why(&open, &visit.visit), reason);
        back(
            &format!("gateway ended by {signal}, and restarted"),
            &visitor,
        );
    }
}

#[test]
fn a_relay_that_is_told_to_stop_lets_open_sessions_end_first() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let (visitor, visit) = open.visitor();
    let link = visitor.link();
    let mut psql = visitor.interactive(&link);
    let mut asks = |question: &str, answer: &str| {
        psql.write(format!("{question};\n").as_bytes());
        wait::until("the database's answer", || {
            let said = String::from_utf8_lossy(&psql.answered()).into_owned();
            said.lines().any(|line| line == answer).then_some(())
        });
    };
    asks("select 40 + 1", "41");
    open.opened(&visit.visit, 1);
    open.relay.running().signal("TERM");
    wait::until("the closed door", || {
        (!open.lab.reaches(Place::Vendor, RELAY)).then_some(())
    });
    asks("select 40 + 2", "42");
    assert!(open.relay.running().runs());
    psql.close_input();
    psql.finish().expect(0);
    link.close();
    wait::until("the relay's end", || {
        (!open.relay.running().runs()).then_some(())
    });
    // It ended as every session does when the work is done, not because the relay stopped.
    let why = why(&open, &visit.visit);
    assert!(
        ["end-engineer-closed", "end-target-closed"].contains(&&*why),
        "{why}"
    );
    open.relay.start();
    back("relay stopped and restarted", &visitor);
}

/// One name of two relays, as a hospital would have it in DNS.
const NAME: &str = "in.handa.test:443";

/// Where the second relay listens.
const SECOND: &str = "198.51.100.21:443";

#[test]
fn with_two_relays_either_is_enough() {
    let Some(lab) = Lab::raise() else { return };
    let second: SocketAddr = SECOND.parse().unwrap();
    let more = ["addr", "add", "198.51.100.21/24", "dev", "eth0"];
    lab.run(Place::Relay, Run::of("ip").args(more)).ok();
    let rule = "insert rule inet fw forward iifname \"dmz\" oifname \"wan\" ip saddr 192.0.2.10 \
                ip daddr 198.51.100.21 tcp dport 443 accept";
    lab.run(Place::Firewall, Run::of("nft").arg(rule)).ok();
    let hosts = lab.folder().join("hosts");
    let lines = "127.0.0.1 localhost\n198.51.100.20 in.handa.test\n198.51.100.21 in.handa.test\n";
    std::fs::write(&hosts, lines).unwrap();
    let mut ground = Ground::of(&lab);
    ground.engineers = NAME.to_owned();
    ground.office = Some(lab.spot(Place::Vendor).knowing(&hosts));
    let mut open = Relayed::on(lab, ground, "");
    let mut other = open.another_relay("second", second);
    let (visitor, _) = open.visitor();
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    open.relay.stop("KILL");
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    open.relay.start();
    open.connected(FIRST);
    other.stop("KILL");
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    other.start();
    open.connected(&other.name);
    // The first one's machine swallows everything: nobody says that it is dead.
    for rule in [
        "add table inet dead",
        "add chain inet dead in { type filter hook input priority filter; }",
        "add rule inet dead in ip daddr 198.51.100.20 drop",
    ] {
        open.lab.run(Place::Relay, Run::of("nft").arg(rule)).ok();
    }
    assert_eq!(visitor.asks("select 6 * 7"), "42");
}
