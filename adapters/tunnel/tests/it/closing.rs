//! Taking access away never waits (invariant 15).

use std::sync::mpsc;
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tunnel::{Limits, Protocol};

use crate::testsite::{ENGINEERS, TestSite, everybody};

#[test]
fn invariant_15_a_stream_is_closed_from_any_thread_while_the_runtime_is_stuck() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (said, hears) = mpsc::channel();
    runtime.block_on(async {
        let mut site = TestSite::with(Limits::default(), everybody()).await;
        let (_, identity) = site.device();
        let (address, trust) = (site.address().to_string(), site.trust(ENGINEERS));
        let engineer = thread::spawn(move || engineer(&address, &trust, &identity, &said));
        let arrival = site.arrivals.recv().await.unwrap();
        let closer = arrival.closer.clone();
        thread::spawn(move || closer.close()).join().unwrap();
        // The gateway's runtime does nothing from here on, and yet the engineer hears the end.
        hears.recv().unwrap();
        engineer.join().unwrap();
        drop(arrival);
    });
}

fn engineer(
    address: &str,
    trust: &tunnel::SiteTrust,
    identity: &tunnel::DeviceIdentity,
    said: &mpsc::Sender<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let options = crate::testsite::dial_from("127.0.0.1");
        let mut connection =
            tunnel::connect(address, trust, Some(identity), Protocol::Session, &options)
                .await
                .unwrap();
        assert!(connection.stream.read_u8().await.is_err());
        said.send(()).unwrap();
    });
}

#[tokio::test]
async fn closing_twice_does_nothing_more() {
    let mut site = TestSite::open().await;
    let mut connection = site.a_real_one_gets_in("127.0.0.1").await;
    connection.closer.close();
    connection.closer.close();
    assert!(connection.stream.read_u8().await.is_err());
    drop(connection.stream);
    connection.closer.close();
}

/// Who relays is not who accepts: the connection goes on when the runtime that accepted it is gone.
#[test]
fn a_connection_that_came_to_another_runtime_needs_the_listeners_no_more() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap()
    };
    let (listening, relaying) = (runtime(), runtime());
    let (mut connection, mut arrival) = listening.block_on(async {
        let mut site = TestSite::open().await;
        let (_, identity) = site.device();
        let (address, trust) = (site.address().to_string(), site.trust(ENGINEERS));
        let options = crate::testsite::dial_from("127.0.0.1");
        let dialling = tunnel::connect(
            &address,
            &trust,
            Some(&identity),
            Protocol::Session,
            &options,
        );
        let (connection, arrival) = tokio::join!(dialling, site.arrivals.recv());
        (connection.unwrap(), arrival.unwrap())
    });
    relaying.block_on(async { arrival.come_here().unwrap() });
    // The engineer's own end is waited for there.
    let writing = listening.block_on(async {
        connection.stream.write_all(b"here").await.unwrap();
        connection.stream.flush().await
    });
    writing.unwrap();
    let closer = arrival.closer.clone();
    drop((listening, connection));
    let mut heard = [0; 4];
    let here = relaying.block_on(arrival.stream.read_exact(&mut heard));
    assert_eq!((here.unwrap(), &heard), (4, b"here"));
    closer.close();
    let gone = relaying.block_on(arrival.stream.read_u8());
    assert!(gone.is_err());
}
