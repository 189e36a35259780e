//! Who gets as far as a handshake, by address, name and protocol.

use std::io::ErrorKind;

use rustls::NamedGroup;
use rustls::crypto::aws_lc_rs::kx_group;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tunnel::{Admission, ConnectError, Door, Protocol};

use crate::cheat::Cheat;
use crate::testsite::{CONSOLE, ENGINEERS, TestSite, everybody};

#[tokio::test]
async fn a_listed_device_arrives_with_its_key_over_the_hybrid_key_exchange() {
    let mut site = TestSite::open().await;
    let (key, identity) = site.device();
    let mut connection = site
        .connect(ENGINEERS, Some(&identity), Protocol::Session, "127.0.0.5")
        .await
        .unwrap();
    let mut arrival = site.arrivals.recv().await.unwrap();
    assert_eq!(arrival.device_key, Some(key.key()));
    assert_eq!(arrival.peer.ip().to_string(), "127.0.0.5");
    assert_eq!(
        (arrival.door, arrival.protocol),
        (Door::Engineers, Protocol::Session)
    );
    for group in [
        connection
            .stream
            .get_ref()
            .1
            .negotiated_key_exchange_group(),
        arrival.stream.get_ref().1.negotiated_key_exchange_group(),
    ] {
        assert_eq!(group.unwrap().name(), NamedGroup::X25519MLKEM768);
    }
    connection.stream.write_all(b"open").await.unwrap();
    connection.stream.flush().await.unwrap();
    let mut heard = [0; 4];
    arrival.stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"open");
}

#[tokio::test]
async fn l41_an_unlisted_source_reads_the_end_and_not_one_byte() {
    let site = TestSite::admitting(Admission {
        engineers: vec!["127.0.0.1/32".parse().unwrap()],
        console: vec!["127.0.0.3/32".parse().unwrap()],
        joining: true,
        ..Admission::default()
    })
    .await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut stream = socket.connect(site.address()).await.unwrap();
    let mut heard = Vec::new();
    assert_eq!(stream.read_to_end(&mut heard).await.unwrap(), 0);
    assert_eq!(site.listener.turned_away().unlisted, 1);
}

#[tokio::test]
async fn invariant_10_empty_lists_admit_nobody() {
    let site = TestSite::admitting(Admission::default()).await;
    let (_, identity) = site.device();
    let refused = site
        .connect(ENGINEERS, Some(&identity), Protocol::Session, "127.0.0.1")
        .await;
    assert!(matches!(refused, Err(ConnectError::ClosedWithoutAnswer)));
}

#[tokio::test]
async fn each_name_has_its_own_list() {
    let mut site = TestSite::admitting(Admission {
        engineers: vec!["127.0.0.1/32".parse().unwrap()],
        console: vec!["127.0.0.3/32".parse().unwrap()],
        joining: false,
        ..Admission::default()
    })
    .await;
    let (_, identity) = site.device();
    let engineer_from_the_lan = site
        .connect(ENGINEERS, Some(&identity), Protocol::Session, "127.0.0.3")
        .await;
    assert!(matches!(
        engineer_from_the_lan,
        Err(ConnectError::ClosedWithoutAnswer)
    ));
    let console_from_a_vendor = site
        .connect(CONSOLE, None, Protocol::Http, "127.0.0.1")
        .await;
    assert!(matches!(
        console_from_a_vendor,
        Err(ConnectError::ClosedWithoutAnswer)
    ));
    let _clerk = site
        .connect(CONSOLE, None, Protocol::Http, "127.0.0.3")
        .await
        .unwrap();
    let arrival = site.arrivals.recv().await.unwrap();
    assert_eq!((arrival.door, arrival.device_key), (Door::Console, None));
    let _engineer = site.a_real_one_gets_in("127.0.0.1").await;
}

#[tokio::test]
async fn a_wrong_name_or_protocol_is_closed_without_an_answer() {
    let site = TestSite::open().await;
    let mut no_protocol = Cheat::asking(CONSOLE, wire::alpn::HTTP);
    no_protocol.alpn = vec![];
    let cases = [
        Cheat::asking("other.example", wire::alpn::HTTP),
        // An address is not sent as a server name: no name at all.
        Cheat::asking("127.0.0.1", wire::alpn::HTTP),
        Cheat::asking(CONSOLE, wire::alpn::SESSION),
        Cheat::asking(CONSOLE, b"h2"),
        Cheat::asking(ENGINEERS, b"sekisho/2"),
        no_protocol,
    ];
    for cheat in cases {
        let closed = cheat.connect(site.address()).await.unwrap_err();
        // An alert would be InvalidData.
        assert!(
            matches!(
                closed.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
            ),
            "{closed:?}"
        );
    }
    assert_eq!(site.listener.turned_away().misdirected, 6);
}

#[tokio::test]
async fn nonsense_and_a_client_hello_without_end_are_not_answered() {
    let site = TestSite::open().await;
    let endless = [&[22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc][..], &[0; 9000]].concat();
    for said in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x80; 64], &endless] {
        let mut stream = TcpStream::connect(site.address()).await.unwrap();
        let _ = stream.write_all(said).await;
        let mut heard = Vec::new();
        // With bytes unread the kernel closes by a reset; without, in order.
        let _ = stream.read_to_end(&mut heard).await;
        assert!(heard.is_empty());
    }
    assert_eq!(site.listener.turned_away().misdirected, 3);
}

#[tokio::test]
async fn joining_is_open_only_while_there_is_an_invitation() {
    let mut site = TestSite::admitting(Admission {
        joining: false,
        ..everybody()
    })
    .await;
    for name in [ENGINEERS, CONSOLE] {
        let early = site.connect(name, None, Protocol::Join, "127.0.0.1").await;
        assert!(matches!(early, Err(ConnectError::ClosedWithoutAnswer)));
    }
    site.listener.admit(everybody());
    for (name, door) in [(ENGINEERS, Door::Engineers), (CONSOLE, Door::Console)] {
        let _invitee = site
            .connect(name, None, Protocol::Join, "127.0.0.1")
            .await
            .unwrap();
        let arrival = site.arrivals.recv().await.unwrap();
        assert_eq!(
            (arrival.door, arrival.protocol, arrival.device_key),
            (door, Protocol::Join, None)
        );
    }
}

#[tokio::test]
async fn l14_a_source_taken_off_the_list_is_closed_at_its_next_connection() {
    let mut site = TestSite::open().await;
    let _before = site.a_real_one_gets_in("127.0.0.1").await;
    site.listener.admit(Admission::default());
    let (_, identity) = site.device();
    let after = site
        .connect(ENGINEERS, Some(&identity), Protocol::Session, "127.0.0.1")
        .await;
    assert!(matches!(after, Err(ConnectError::ClosedWithoutAnswer)));
}

#[tokio::test]
async fn l40_without_the_hybrid_key_exchange_nobody_gets_in_at_the_engineers_name() {
    let site = TestSite::open().await;
    let (_, identity) = site.device();
    for alpn in [wire::alpn::SESSION, wire::alpn::API, wire::alpn::JOIN] {
        let mut old = Cheat::asking(ENGINEERS, alpn)
            .showing(vec![identity.certificate.clone()], &identity.key);
        old.groups = vec![kx_group::X25519];
        assert!(old.connect(site.address()).await.is_err());
    }
    for alpn in [wire::alpn::API, wire::alpn::JOIN] {
        let mut old = Cheat::asking(CONSOLE, alpn);
        old.groups = vec![kx_group::X25519];
        assert!(old.connect(site.address()).await.is_err());
    }
}

#[tokio::test]
async fn a_browser_without_ml_kem_reaches_the_console() {
    let mut site = TestSite::open().await;
    let mut browser = Cheat::asking(CONSOLE, wire::alpn::HTTP);
    browser.groups = vec![kx_group::X25519];
    browser.alpn = vec![b"h2", wire::alpn::HTTP];
    let stream = browser.connect(site.address()).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(wire::alpn::HTTP));
    assert_eq!(site.arrivals.recv().await.unwrap().protocol, Protocol::Http);
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_from_the_next_handshake_on() {
    use tunnel::SiteTls;
    let mut site = TestSite::open().await;
    let before = site.a_real_one_gets_in("127.0.0.1").await;
    let server = site
        .ca
        .issue_server(&[ENGINEERS, CONSOLE], crate::testsite::validity())
        .unwrap();
    let renewed = server.certificate.clone();
    site.listener
        .renew(&SiteTls::new(site.ca.certificate(), server))
        .unwrap();
    let after = site.a_real_one_gets_in("127.0.0.1").await;
    let shown =
        |c: &tunnel::Connection| c.stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    assert_ne!(shown(&before), renewed);
    assert_eq!(shown(&after), renewed);
}
