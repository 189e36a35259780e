//! Through a relay as to a listening gateway.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tunnel::link::{AskError, CosignError, Link, LinkState, Via, Wrap};
use tunnel::relay::{Relay, RelayLimits};
use tunnel::{Admission, Arrival, ConnectError, Connection};
use wire::relay::{Offered, WhyNotCosigned};

use crate::relayed::{
    Keys, Relayed, config, connect, connected, gets_in, no_witness, open, until, vendors,
};
use crate::testsite::{CONSOLE, ENGINEERS, TestSite};

/// Both ways at once, more than any buffer on the way holds.
async fn carries(connection: Connection, arrival: Arrival) {
    let sent: Vec<u8> = (0..3_000_000u32).flat_map(u32::to_be_bytes).collect();
    let (mut engineer_reads, mut engineer_writes) = tokio::io::split(connection.stream);
    let (mut site_reads, mut site_writes) = tokio::io::split(arrival.stream);
    let writing = async {
        engineer_writes.write_all(&sent).await.unwrap();
        engineer_writes.shutdown().await.unwrap();
    };
    let echoing = async {
        copy(&mut site_reads, &mut site_writes).await.unwrap();
        // The engineer has ended his side: that was passed on, and we can still speak.
        site_writes.write_all(b"end").await.unwrap();
        site_writes.shutdown().await.unwrap();
    };
    let mut heard = Vec::new();
    let reading = engineer_reads.read_to_end(&mut heard);
    let ((), (), read) = tokio::join!(writing, echoing, reading);
    read.unwrap();
    assert!(heard.strip_suffix(b"end") == Some(&sent[..]));
}

#[tokio::test]
async fn an_engineer_reaches_the_listener_through_the_relay_with_his_own_address() {
    let mut relayed = Relayed::open().await;
    let (connection, arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    carries(connection, arrival).await;
    until(|| relayed.relay.stats().sessions == 0).await;
    assert_eq!(relayed.relay.stats().joined, 1);
}

#[tokio::test]
async fn data_connections_are_dialled_ahead_and_more_when_they_are_needed() {
    let mut relayed = Relayed::open().await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(relayed.a_real_one_gets_in("127.0.0.5").await);
    }
    assert_eq!(relayed.relay.stats().sessions, 20);
    until(|| relayed.relay.stats().parked >= 4).await;
}

#[tokio::test]
async fn wrapped_in_tls_the_same() {
    let wrap = |config: &mut tunnel::link::LinkConfig| config.wrap = Wrap::Tls;
    let mut relayed = Relayed::with(RelayLimits::default(), wrap).await;
    let (connection, arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    carries(connection, arrival).await;
    // Taking access away works as on any other connection (invariant 15).
    let (mut connection, arrival) = relayed.a_real_one_gets_in("127.0.0.6").await;
    arrival.closer.close();
    assert!(connection.stream.read_u8().await.is_err());
    until(|| relayed.relay.stats().sessions == 0).await;
}

/// A proxy that lets through to one address, and counts.
async fn proxy(to: &'static str) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (asked, asks) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let asked = asked.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(client.read_u8().await.unwrap());
                }
                let request = String::from_utf8(request).unwrap();
                let target = request.split(' ').nth(1).unwrap().to_owned();
                let _ = asked.send(request);
                client.write_all(to.as_bytes()).await.unwrap();
                let mut relay = TcpStream::connect(target).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut relay).await;
            });
        }
    });
    (address, asks)
}

#[tokio::test]
async fn through_an_http_proxy_bare_and_wrapped() {
    for wrap in [Wrap::Bare, Wrap::Tls] {
        let (address, mut asks) = proxy("HTTP/1.1 200 Connection established\r\n\r\n").await;
        let mut relayed = Relayed::with(RelayLimits::default(), |config| {
            config.via = Via::HttpConnect(address);
            config.wrap = wrap;
        })
        .await;
        let (connection, arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
        carries(connection, arrival).await;
        let relay = relayed.address();
        let expected = format!("CONNECT {relay} HTTP/1.1\r\nHost: {relay}\r\n\r\n");
        assert_eq!(asks.recv().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_in_the_state_of_the_link() {
    let (address, _asks) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let site = TestSite::open().await;
    let keys = Keys::new();
    let relay = Relay::bind(
        config(vec![keys.entry(ENGINEERS)]),
        &keys.relay(),
        no_witness(),
    );
    let mut to = keys.link_to(relay.unwrap().local_addr());
    to.via = Via::HttpConnect(address);
    let link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    assert!(
        lost(&link)
            .await
            .contains("407 Proxy Authentication Required")
    );
}

async fn lost(link: &Link) -> String {
    let mut states = link.states();
    let is_lost = |state: &LinkState| matches!(state, LinkState::Lost { .. });
    let state = states.wait_for(is_lost).await.unwrap().clone();
    let LinkState::Lost { why } = state else {
        panic!("{state:?}")
    };
    why
}

#[tokio::test]
async fn l40_a_relay_with_another_key_is_refused() {
    let site = TestSite::open().await;
    let (keys, others) = (Keys::new(), Keys::new());
    let relay = Relay::bind(
        config(vec![keys.entry(ENGINEERS)]),
        &others.relay(),
        no_witness(),
    );
    let relay = relay.unwrap();
    let to = keys.link_to(relay.local_addr());
    let link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    assert!(lost(&link).await.contains("not the relay that is pinned"));
    assert_eq!(relay.stats().gateways, 0);
}

#[tokio::test]
async fn l40_a_gateway_with_another_key_is_refused() {
    let site = TestSite::open().await;
    let (keys, others) = (Keys::new(), Keys::new());
    let relay = Relay::bind(
        config(vec![others.entry(ENGINEERS)]),
        &keys.relay(),
        no_witness(),
    );
    let relay = relay.unwrap();
    let to = keys.link_to(relay.local_addr());
    let link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    lost(&link).await;
    assert_eq!(relay.stats().gateways, 0);
    assert!(relay.stats().turned_away.failed >= 1);
}

#[tokio::test]
async fn a_site_may_not_announce_the_name_of_another() {
    let mut relayed_site = TestSite::open().await;
    let thief = TestSite::open().await;
    let keys = Keys::new();
    let thiefs = keys.with_other_link();
    let sites = vec![keys.entry(ENGINEERS), thiefs.entry(CONSOLE)];
    let relay = Relay::bind(config(sites), &keys.relay(), no_witness()).unwrap();
    let address = relay.local_addr();
    let own = vec![open(CONSOLE, &["127.0.0.0/8"])];
    let both = [own, vendors()].concat();
    let stealing = Link::start(thiefs.link_to(address), thief.listener.entrance(), both).unwrap();
    let mut states = stealing.states();
    let told = LinkState::NotAnnounced {
        names: vec![ENGINEERS.to_owned()],
    };
    states.wait_for(|state| *state == told).await.unwrap();
    // Nothing of that announcement counts.
    assert_eq!(relay.stats().names, 0);
    let entrance = relayed_site.listener.entrance();
    let _link = Link::start(keys.link_to(address), entrance, vendors()).unwrap();
    until(|| relay.stats().names == 1).await;
    gets_in(address, &mut relayed_site, "127.0.0.5").await;
}

#[tokio::test]
async fn several_gateways_share_a_relay_and_several_relays_a_gateway() {
    let mut first = TestSite::open().await;
    let mut second = TestSite::open().await;
    let keys = Keys::new();
    let others = keys.with_other_link();
    let sites = || vec![keys.entry(ENGINEERS), others.entry("remote.other.example")];
    let relays = [
        Relay::bind(config(sites()), &keys.relay(), no_witness()).unwrap(),
        Relay::bind(config(sites()), &keys.relay(), no_witness()).unwrap(),
    ];
    let mut links = Vec::new();
    for relay in &relays {
        let address = relay.local_addr();
        let entrance = first.listener.entrance();
        links.push(Link::start(keys.link_to(address), entrance, vendors()).unwrap());
        let announced = vec![open("remote.other.example", &["127.0.0.7/32"])];
        let entrance = second.listener.entrance();
        links.push(Link::start(others.link_to(address), entrance, announced).unwrap());
        until(|| relay.stats().names == 2).await;
    }
    for relay in &relays {
        gets_in(relay.local_addr(), &mut first, "127.0.0.5").await;
        // The other name leads to the other gateway, which knows no such name: nobody answers.
        let (_, identity) = second.device();
        let trust = second.trust("remote.other.example");
        let to_the_other = connect(relay.local_addr(), &trust, &identity, "127.0.0.7").await;
        assert!(matches!(
            to_the_other,
            Err(ConnectError::ClosedWithoutAnswer)
        ));
    }
    assert_eq!(second.listener.turned_away().misdirected, 2);
    assert!(first.arrivals.try_recv().is_err());
    assert!(second.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn a_second_control_connection_with_the_same_key_replaces_the_older() {
    let mut relayed = Relayed::open().await;
    let mut newer = TestSite::open().await;
    let to = relayed.keys.link_to(relayed.address());
    let _newer_link = Link::start(to, newer.listener.entrance(), vendors()).unwrap();
    lost(&relayed.link).await;
    drop(std::mem::replace(&mut relayed.site, TestSite::open().await));
    drop(relayed.link);
    until(|| relayed.relay.stats().names == 1).await;
    assert_eq!(relayed.relay.stats().gateways, 1);
    gets_in(relayed.relay.local_addr(), &mut newer, "127.0.0.5").await;
}

#[tokio::test]
async fn a_link_that_is_ended_is_gone_although_somebody_still_asks() {
    let mut relayed = Relayed::open().await;
    let (connection, arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    relayed.link.end();
    until(|| relayed.relay.stats().gateways == 0).await;
    assert_eq!(
        relayed.link.probe(vec![1]).await,
        Err(AskError::NotConnected)
    );
    carries(connection, arrival).await;
}

#[tokio::test]
async fn a_relay_killed_and_started_again_is_found_without_help() {
    let mut relayed = Relayed::open().await;
    let (mut connection, _arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    let address = relayed.address();
    let Relayed {
        mut site,
        relay,
        link,
        keys,
    } = relayed;
    drop(relay);
    // What was open ends with it.
    assert!(connection.stream.read_u8().await.is_err());
    lost(&link).await;
    assert_eq!(link.probe(vec![1]).await, Err(AskError::NotConnected));
    let mut again = config(vec![keys.entry(ENGINEERS)]);
    again.listen = address;
    let relay = Relay::bind(again, &keys.relay(), no_witness()).unwrap();
    connected(&link).await;
    until(|| relay.stats().names == 1).await;
    gets_in(address, &mut site, "127.0.0.5").await;
}

#[tokio::test]
async fn a_relay_that_drains_lets_nobody_in_and_leaves_what_is_open() {
    let mut relayed = Relayed::open().await;
    let (connection, arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    let address = relayed.address();
    let Relayed { relay, link, .. } = relayed;
    let patience = std::time::Duration::from_secs(3600);
    let draining = tokio::spawn(relay.drain(patience));
    lost(&link).await;
    assert!(TcpStream::connect(address).await.is_err());
    carries(connection, arrival).await;
    assert_eq!(draining.await.unwrap(), 0);
}

#[tokio::test]
async fn a_relay_does_not_drain_for_longer_than_it_was_told() {
    let mut relayed = Relayed::open().await;
    let (mut connection, _arrival) = relayed.a_real_one_gets_in("127.0.0.5").await;
    let patience = std::time::Duration::from_millis(20);
    assert_eq!(relayed.relay.drain(patience).await, 1);
    assert!(connection.stream.read_u8().await.is_err());
}

#[tokio::test]
async fn l14_what_is_announced_no_more_is_closed_at_its_next_connection() {
    let mut relayed = Relayed::open().await;
    relayed.a_real_one_gets_in("127.0.0.5").await;
    let fewer = vec![open(ENGINEERS, &["127.0.0.7/32"])];
    relayed.link.announce(fewer).unwrap();
    let (_, identity) = relayed.site.device();
    // Until the relay has heard it, the older list counts.
    while relayed.connect(&identity, "127.0.0.5").await.is_ok() {}
    relayed.site.arrivals = drained(relayed.site.arrivals);
    relayed.a_real_one_gets_in("127.0.0.7").await;
    relayed.link.announce(Vec::new()).unwrap();
    until(|| relayed.relay.stats().names == 0).await;
    assert!(relayed.connect(&identity, "127.0.0.7").await.is_err());
}

#[tokio::test]
async fn more_than_can_be_announced_is_said_at_once_and_changes_nothing() {
    let mut relayed = Relayed::open().await;
    let many: Vec<String> = (0..1025)
        .map(|number| format!("10.{}.{}.1/32", number / 256, number % 256))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(relayed.link.announce(vec![open(ENGINEERS, &many)]).is_err());
    relayed.a_real_one_gets_in("127.0.0.5").await;
}

#[tokio::test]
async fn l35_a_client_that_the_gateway_turned_away_is_not_kept() {
    let limits = RelayLimits {
        after_the_gateway: std::time::Duration::from_millis(50),
        ..RelayLimits::default()
    };
    let relayed = Relayed::with(limits, |_| {}).await;
    relayed.site.listener.admit(Admission::default());
    let stranger = TcpSocket::new_v4().unwrap();
    stranger.bind("127.0.0.5:0".parse().unwrap()).unwrap();
    let mut stranger = stranger.connect(relayed.address()).await.unwrap();
    let hello = crate::relay_cheats::client_hello(ENGINEERS, wire::alpn::SESSION);
    stranger.write_all(&hello).await.unwrap();
    // He hears the end and does not end his own side.
    let mut heard = Vec::new();
    let _ = stranger.read_to_end(&mut heard).await;
    assert!(heard.is_empty());
    until(|| relayed.relay.stats().sessions == 0).await;
    assert_eq!(relayed.relay.stats().joined, 1);
}

fn drained<T>(mut receiver: mpsc::Receiver<T>) -> mpsc::Receiver<T> {
    while receiver.try_recv().is_ok() {}
    receiver
}

#[tokio::test]
async fn l41_the_gateway_looks_at_the_declared_address_again() {
    let relayed = Relayed::open().await;
    relayed.site.listener.admit(Admission {
        engineers: vec!["127.0.0.9/32".parse().unwrap()],
        ..Admission::default()
    });
    let (_, identity) = relayed.site.device();
    let refused = relayed.connect(&identity, "127.0.0.5").await;
    assert!(matches!(refused, Err(ConnectError::ClosedWithoutAnswer)));
    assert_eq!(relayed.site.listener.turned_away().unlisted, 1);
}

#[tokio::test]
async fn a_listener_that_is_gone_receives_nobody() {
    let relayed = Relayed::open().await;
    let Relayed {
        site, relay, link, ..
    } = relayed;
    let trust = site.trust(ENGINEERS);
    let (_, identity) = site.device();
    let TestSite {
        listener, ca: _ca, ..
    } = site;
    drop(listener);
    let refused = connect(relay.local_addr(), &trust, &identity, "127.0.0.5").await;
    assert!(matches!(refused, Err(ConnectError::ClosedWithoutAnswer)));
    drop(link);
}

#[tokio::test]
async fn l31_the_relay_tries_the_gateways_own_address_from_outside() {
    let relayed = Relayed::open().await;
    let shown = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hidden = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let elsewhere = hidden.local_addr().unwrap().port();
    let open = shown.local_addr().unwrap().port();
    // A port that answers at another address only says nothing here.
    let found = relayed.link.probe(vec![elsewhere, open]).await.unwrap();
    assert!(found.contains(&open));
    assert!(!found.contains(&elsewhere) || elsewhere == open);
    assert_eq!(relayed.link.probe(vec![]).await.unwrap(), Vec::<u16>::new());
}

#[tokio::test]
async fn the_relay_carries_checkpoints_to_its_witness_and_answers_back() {
    let site = TestSite::open().await;
    let keys = Keys::new();
    let witness = Arc::new(|site: &str, offered: &Offered| match offered.from {
        7 => Ok(format!("{}— {site}\n", offered.note)),
        _ => Err(WhyNotCosigned::Remembers { size: 7 }),
    });
    let relay = Relay::bind(config(vec![keys.entry(ENGINEERS)]), &keys.relay(), witness);
    let relay = relay.unwrap();
    let to = keys.link_to(relay.local_addr());
    let link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    let offered = |from| Offered {
        from,
        note: "note\n".to_owned(),
        resumed: None,
        proof: vec![],
    };
    assert_eq!(
        link.cosign(offered(7)).await,
        Err(CosignError::NoAnswer(AskError::NotConnected))
    );
    connected(&link).await;
    let signed = format!("note\n— site of {ENGINEERS}\n");
    assert_eq!(link.cosign(offered(7)).await, Ok(signed));
    assert_eq!(
        link.cosign(offered(6)).await,
        Err(CosignError::Refused(WhyNotCosigned::Remembers { size: 7 }))
    );
}

/// While an order is open its authority comes through, from wherever; nobody else does because of it.
#[tokio::test]
async fn an_authority_comes_through_the_relay_while_an_order_is_open() {
    use crate::cheat::Cheat;
    let mut relayed = Relayed::open().await;
    let ask =
        || Cheat::asking(ENGINEERS, wire::alpn::ACME).connect_from("127.0.0.66", relayed.address());
    assert!(ask().await.is_err());
    let challenge = tunnel::Challenge::new(ENGINEERS, [7; 32]).unwrap();
    relayed.site.listener.answer(vec![challenge]);
    let mut open_order = vendors();
    open_order[0].acme = true;
    relayed.link.announce(open_order).unwrap();
    let mut answered = ask().await;
    while answered.is_err() {
        tokio::task::yield_now().await;
        answered = ask().await;
    }
    assert_eq!(
        answered.unwrap().get_ref().1.alpn_protocol(),
        Some(wire::alpn::ACME)
    );
    let stranger = Cheat::asking(ENGINEERS, wire::alpn::SESSION);
    assert!(
        stranger
            .connect_from("127.0.0.66", relayed.address())
            .await
            .is_err()
    );
    relayed.link.announce(vendors()).unwrap();
    relayed.site.listener.answer(Vec::new());
    while ask().await.is_ok() {
        tokio::task::yield_now().await;
    }
    // Engineers come and go as before.
    let _engineer = relayed.a_real_one_gets_in("127.0.0.5").await;
}
