//! Nothing waits on a stranger (invariant 11, lessons L34 and L35).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tunnel::{Limits, Protocol};

use crate::cheat::Cheat;
use crate::testsite::{CONSOLE, TestSite, everybody};

async fn knock(to: SocketAddr, from: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Until the listener has taken up what was sent to it.
async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}

/// Strangers are not late here, however slow the machine is.
fn patient() -> Limits {
    Limits {
        handshake: Duration::from_secs(3600),
        ..Limits::default()
    }
}

/// The first flight of a real client.
fn client_hello() -> Vec<u8> {
    let config = Cheat::asking(CONSOLE, wire::alpn::HTTP).config();
    let name = CONSOLE.try_into().unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    hello
}

/// Opens a thousand connections from 250 addresses; each says `words` and no more.
async fn a_thousand(site: &TestSite, words: &[u8]) -> Vec<TcpStream> {
    let mut strangers = Vec::new();
    for number in 0..1000 {
        let from = format!("127.0.1.{}", number % 250 + 1);
        let mut stranger = knock(site.address(), &from).await;
        stranger.write_all(words).await.unwrap();
        strangers.push(stranger);
    }
    until(|| site.listener.half_open() == 1000).await;
    strangers
}

#[tokio::test]
async fn l35_a_thousand_half_open_connections_do_not_keep_a_real_one_out() {
    let mut site = TestSite::with(patient(), everybody()).await;
    let strangers = a_thousand(&site, b"").await;
    let _engineer = site.a_real_one_gets_in("127.0.0.1").await;
    assert_eq!(site.listener.half_open(), 1000);
    assert_eq!(strangers.len(), 1000);
}

#[tokio::test]
async fn l35_a_thousand_halves_of_a_client_hello_do_not_keep_a_real_one_out() {
    let mut site = TestSite::with(patient(), everybody()).await;
    let hello = client_hello();
    let _strangers = a_thousand(&site, &hello[..hello.len() / 2]).await;
    let _engineer = site.a_real_one_gets_in("127.0.0.1").await;
    assert_eq!(site.listener.half_open(), 1000);
}

#[tokio::test]
async fn l35_a_thousand_handshakes_stalled_in_the_middle_do_not_keep_a_real_one_out() {
    let mut site = TestSite::with(patient(), everybody()).await;
    let _strangers = a_thousand(&site, &client_hello()).await;
    let _engineer = site.a_real_one_gets_in("127.0.0.1").await;
    assert_eq!(site.listener.half_open(), 1000);
}

#[tokio::test]
async fn l35_a_source_that_floods_crowds_out_itself_only() {
    let mut site = TestSite::with(patient(), everybody()).await;
    let share = Limits::default().half_open_per_source;
    let mut patient = knock(site.address(), "127.0.0.8").await;
    until(|| site.listener.half_open() == 1).await;
    let mut flood = Vec::new();
    for _ in 0..1000 {
        flood.push(knock(site.address(), "127.0.0.9").await);
    }
    let crowded_out = u64::try_from(1000 - share).unwrap();
    until(|| site.listener.turned_away().crowded_out == crowded_out).await;
    assert_eq!(site.listener.half_open(), share + 1);
    // From elsewhere, and from the flooding address itself: an engineer may sit behind the same line.
    let _engineer = site.a_real_one_gets_in("127.0.0.1").await;
    let _colleague = site.a_real_one_gets_in("127.0.0.9").await;
    // The first of the flood is gone; the patient one is not, and finishes its handshake.
    assert_eq!(flood[0].read(&mut [0; 1]).await.unwrap(), 0);
    patient.write_all(&client_hello()).await.unwrap();
    assert_eq!(patient.read(&mut [0; 1]).await.unwrap(), 1);
}

#[tokio::test]
async fn invariant_11_all_places_taken_by_many_sources_leave_room_for_one_more() {
    let limits = Limits {
        half_open: 100,
        ..patient()
    };
    let mut site = TestSite::with(limits, everybody()).await;
    let mut strangers = Vec::new();
    for number in 0..300 {
        let from = format!("127.0.1.{}", number % 250 + 1);
        strangers.push(knock(site.address(), &from).await);
    }
    until(|| site.listener.turned_away().crowded_out == 200).await;
    assert_eq!(site.listener.half_open(), 100);
    let _engineer = site.a_real_one_gets_in("127.0.0.1").await;
    assert!(site.listener.half_open() <= 100);
}

#[tokio::test]
async fn one_deadline_ends_a_handshake_at_whatever_step_it_stalls() {
    let limits = Limits {
        handshake: Duration::from_millis(50),
        ..Limits::default()
    };
    let site = TestSite::with(limits, everybody()).await;
    let hello = client_hello();
    for words in [&b""[..], &hello[..40], &hello[..]] {
        let mut stranger = knock(site.address(), "127.0.0.1").await;
        stranger.write_all(words).await.unwrap();
        let mut heard = Vec::new();
        stranger.read_to_end(&mut heard).await.unwrap();
    }
    assert_eq!(site.listener.turned_away().late, 3);
    assert_eq!(site.listener.half_open(), 0);
}

#[tokio::test]
async fn a_full_hall_closes_the_next_and_keeps_accepting() {
    let limits = Limits {
        hall: 1,
        ..Limits::default()
    };
    let mut site = TestSite::with(limits, everybody()).await;
    let _first = site
        .connect(CONSOLE, None, Protocol::Http, "127.0.0.1")
        .await
        .unwrap();
    let mut second = site
        .connect(CONSOLE, None, Protocol::Http, "127.0.0.1")
        .await
        .unwrap();
    assert!(second.stream.read_u8().await.is_err());
    assert_eq!(site.listener.turned_away().hall_full, 1);
    site.arrivals.recv().await.unwrap();
    let _third = site
        .connect(CONSOLE, None, Protocol::Http, "127.0.0.1")
        .await
        .unwrap();
    site.arrivals.recv().await.unwrap();
}

#[tokio::test]
async fn a_listener_that_is_dropped_closes_its_port_and_its_handshakes() {
    let site = TestSite::open().await;
    let address = site.address();
    let mut stranger = knock(address, "127.0.0.1").await;
    until(|| site.listener.half_open() == 1).await;
    let TestSite {
        listener,
        mut arrivals,
        ..
    } = site;
    drop(listener);
    assert_eq!(stranger.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(arrivals.recv().await.is_none());
    assert!(TcpStream::connect(address).await.is_err());
}
