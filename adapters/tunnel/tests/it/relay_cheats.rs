//! Gateways and relays that do what ours never would, and strangers at the relay's port.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tunnel::link::Link;
use tunnel::relay::RelayLimits;
use tunnel::{Admission, PinnedKey};
use wire::relay::data::{ClientHeader, DataHello, EXPORTER_LABEL};
use wire::relay::{FromGateway, FromRelay, LinkId};
use wire::{Decoding, Message, decode, encode};

use crate::cheat::Cheat;
use crate::relayed::{Keys, RELAY, Relayed, open, until, vendors};
use crate::testsite::{CONSOLE, ENGINEERS, TestSite};

/// The wrapping of a key, as anybody can make it.
fn certificate(key: &PinnedKey) -> Vec<u8> {
    let pkcs8 = key.pkcs8();
    let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(
        &PrivatePkcs8KeyDer::from(&pkcs8[..]),
        &rcgen::PKCS_ECDSA_P256_SHA256,
    );
    let params = rcgen::CertificateParams::new(vec![RELAY.to_owned()]).unwrap();
    params.self_signed(&pair.unwrap()).unwrap().der().to_vec()
}

fn mac(key: &hmac::Key, covered: &[u8]) -> [u8; 32] {
    hmac::sign(key, covered).as_ref().try_into().unwrap()
}

async fn hear<M: Message>(stream: &mut (impl AsyncRead + Unpin)) -> M {
    let mut bytes = Vec::new();
    loop {
        match decode(&bytes).unwrap() {
            Decoding::Complete { message, .. } => return message,
            Decoding::Needs(_) => bytes.push(stream.read_u8().await.unwrap()),
        }
    }
}

/// A gateway whose key is known, and that holds to nothing.
struct CheatGateway {
    control: tokio_rustls::client::TlsStream<TcpStream>,
    link: LinkId,
    key: hmac::Key,
}

impl CheatGateway {
    async fn connect(keys: &Keys, relay: SocketAddr) -> Self {
        let key = keys.link();
        let config = Cheat::asking(RELAY, wire::alpn::RELAY)
            .showing(vec![certificate(&key)], &key.pkcs8())
            .config();
        let tcp = TcpStream::connect(relay).await.unwrap();
        let name = ServerName::try_from(RELAY).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let mut control = connector.connect(name, tcp).await.unwrap();
        let FromRelay::Welcome { link, .. } = hear(&mut control).await else {
            panic!("no welcome")
        };
        let session = control.get_ref().1;
        let exported = session
            .export_keying_material([0u8; 32], EXPORTER_LABEL, None)
            .unwrap();
        Self {
            control,
            link,
            key: hmac::Key::new(hmac::HMAC_SHA256, &exported),
        }
    }

    async fn announce(&mut self) {
        let announce = encode(&FromGateway::Announce { names: vendors() }).unwrap();
        self.control.write_all(&announce).await.unwrap();
    }

    fn hello(&self, number: u64) -> Vec<u8> {
        let hello = DataHello {
            link: self.link,
            number,
        };
        hello.encode(&mac(&self.key, &hello.covered()))
    }
}

async fn says(relay: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(relay).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

async fn is_closed(mut stream: TcpStream) -> bool {
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    heard.is_empty()
}

#[tokio::test]
async fn a_data_connection_counts_once_and_only_with_its_own_mac_and_link() {
    let Relayed {
        relay, link, keys, ..
    } = Relayed::open().await;
    drop(link);
    until(|| relay.stats().gateways == 0).await;
    let address = relay.local_addr();
    let gateway = CheatGateway::connect(&keys, address).await;
    until(|| relay.stats().gateways == 1).await;
    let parked = says(address, &gateway.hello(5)).await;
    until(|| relay.stats().parked == 1).await;
    let mut other_link = gateway.hello(6);
    other_link[4] ^= 1;
    let mut other_number = gateway.hello(6);
    other_number[27] ^= 1;
    let mut other_mac = gateway.hello(6);
    other_mac[59] ^= 1;
    // A replay, three forgeries, and one that says too much.
    let wrong = [
        gateway.hello(5),
        other_link,
        other_number,
        other_mac,
        [&gateway.hello(6)[..], b"x"].concat(),
        b"SKD2".repeat(20),
    ];
    for hello in &wrong {
        assert!(is_closed(says(address, hello).await).await);
    }
    let turned_away = relay.stats().turned_away;
    assert_eq!((turned_away.unproved, turned_away.misdirected), (4, 2));
    assert_eq!(relay.stats().parked, 1);
    // The number was not used up by those who could not prove it.
    let _parked = (parked, says(address, &gateway.hello(6)).await);
    until(|| relay.stats().parked == 2).await;
}

#[tokio::test]
async fn a_data_connection_of_a_link_that_is_over_is_closed() {
    let Relayed {
        relay, link, keys, ..
    } = Relayed::open().await;
    drop(link);
    until(|| relay.stats().gateways == 0).await;
    let gateway = CheatGateway::connect(&keys, relay.local_addr()).await;
    let hello = gateway.hello(1);
    drop(gateway);
    until(|| relay.stats().gateways == 0).await;
    assert!(is_closed(says(relay.local_addr(), &hello).await).await);
}

#[tokio::test]
async fn a_client_whose_gateway_does_not_dial_waits_for_one_deadline_and_no_longer() {
    let limits = RelayLimits {
        opening: Duration::from_millis(300),
        ..RelayLimits::default()
    };
    let Relayed {
        site,
        relay,
        link,
        keys,
    } = Relayed::with(limits, |_| {}).await;
    drop(link);
    until(|| relay.stats().gateways == 0).await;
    let mut gateway = CheatGateway::connect(&keys, relay.local_addr()).await;
    gateway.announce().await;
    until(|| relay.stats().names == 1).await;
    let (_, identity) = site.device();
    let trust = site.trust(ENGINEERS);
    let address = relay.local_addr();
    let waits = crate::relayed::connect(address, &trust, &identity, "127.0.0.5").await;
    assert!(waits.is_err());
    assert_eq!(relay.stats().turned_away.late, 1);
    // It was asked to.
    let mut asked = FromRelay::Ping {};
    while asked == (FromRelay::Ping {}) {
        asked = hear(&mut gateway.control).await;
    }
    assert_eq!(asked, FromRelay::Need { count: 1 });
    assert_eq!(relay.stats().sessions, 0);
}

/// A relay with the right key, and nothing else right.
struct CheatRelay {
    listener: TcpListener,
    control: tokio_rustls::server::TlsStream<TcpStream>,
    link: LinkId,
    key: hmac::Key,
}

impl CheatRelay {
    async fn welcomes(keys: &Keys, listener: TcpListener) -> Self {
        let key = keys.relay();
        let mut config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate(&key))],
                PrivatePkcs8KeyDer::from(key.pkcs8().to_vec()).into(),
            )
            .unwrap();
        config.alpn_protocols = vec![wire::alpn::RELAY.to_vec()];
        let (tcp, _) = listener.accept().await.unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut control = acceptor.accept(tcp).await.unwrap();
        let link = LinkId([7; 16]);
        let welcome = FromRelay::Welcome {
            link,
            seen: [127, 0, 0, 1].into(),
        };
        control.write_all(&encode(&welcome).unwrap()).await.unwrap();
        let session = control.get_ref().1;
        let exported = session
            .export_keying_material([0u8; 32], EXPORTER_LABEL, None)
            .unwrap();
        Self {
            listener,
            control,
            link,
            key: hmac::Key::new(hmac::HMAC_SHA256, &exported),
        }
    }

    /// The next data connection, and its number.
    async fn is_dialled(&self) -> (TcpStream, u64) {
        let (mut data, _) = self.listener.accept().await.unwrap();
        let mut bytes = [0; DataHello::LENGTH];
        data.read_exact(&mut bytes).await.unwrap();
        let Ok(Decoding::Complete {
            message: (hello, seen),
            ..
        }) = DataHello::decode(&bytes)
        else {
            panic!("no hello")
        };
        assert_eq!(hello.link, self.link);
        assert_eq!(seen, mac(&self.key, &hello.covered()));
        (data, hello.number)
    }

    fn header(&self, number: u64, peer: &str) -> Vec<u8> {
        let header = ClientHeader {
            number,
            peer: peer.parse().unwrap(),
        };
        header.encode(&mac(&self.key, &header.covered(self.link)))
    }
}

#[tokio::test]
async fn l41_a_header_that_is_forged_moved_or_readdressed_brings_nobody_in() {
    let _installed_by_whichever_test_is_first =
        rustls::crypto::aws_lc_rs::default_provider().install_default();
    let site = TestSite::open().await;
    let keys = Keys::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = keys.link_to(listener.local_addr().unwrap());
    let _link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    let relay = CheatRelay::welcomes(&keys, listener).await;

    let (mut first, number) = relay.is_dialled().await;
    let (mut second, other) = relay.is_dialled().await;
    assert_ne!(number, other);
    // The header of another connection of the same link.
    let moved = relay.header(number, "127.0.0.5:1000");
    second.write_all(&moved).await.unwrap();
    assert!(is_closed(second).await);
    // Another address under the same MAC.
    let mut readdressed = relay.header(number, "127.0.0.66:1000");
    readdressed[28] = 5;
    first.write_all(&readdressed).await.unwrap();
    assert!(is_closed(first).await);
    for change in [4, 12, 30, 40] {
        let (mut data, number) = relay.is_dialled().await;
        let mut forged = relay.header(number, "127.0.0.5:1000");
        forged[change] ^= 1;
        data.write_all(&forged).await.unwrap();
        assert!(is_closed(data).await);
    }
    assert_eq!(site.listener.half_open(), 0);
    // The right one does.
    let (mut data, number) = relay.is_dialled().await;
    let right = relay.header(number, "127.0.0.5:1000");
    data.write_all(&right).await.unwrap();
    until(|| site.listener.half_open() == 1).await;
    drop(relay.control);
}

#[tokio::test]
async fn what_a_relay_needs_beyond_what_is_dialled_at_once_is_dialled_later() {
    let _installed_by_whichever_test_is_first =
        rustls::crypto::aws_lc_rs::default_provider().install_default();
    let site = TestSite::open().await;
    let keys = Keys::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = keys.link_to(listener.local_addr().unwrap());
    let _link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    let mut relay = CheatRelay::welcomes(&keys, listener).await;
    let mut dialled = Vec::new();
    for _ in 0..4 {
        dialled.push(relay.is_dialled().await);
    }
    for count in [256, 20] {
        let needs = encode(&FromRelay::Need { count }).unwrap();
        relay.control.write_all(&needs).await.unwrap();
    }
    for _ in 0..252 {
        dialled.push(relay.is_dialled().await);
    }
    // Clients are given to 24; so many more were asked for.
    for (mut data, number) in dialled.drain(..24) {
        let header = relay.header(number, "127.0.0.5:1000");
        data.write_all(&header).await.unwrap();
    }
    for _ in 0..24 {
        dialled.push(relay.is_dialled().await);
    }
    assert_eq!(dialled.len(), 256);
}

#[tokio::test]
async fn l41_a_relay_that_claims_an_address_of_the_lan_does_not_reach_the_console() {
    let _installed_by_whichever_test_is_first =
        rustls::crypto::aws_lc_rs::default_provider().install_default();
    let admission = Admission {
        engineers: vec!["127.0.0.5/32".parse().unwrap()],
        console: vec!["127.0.0.0/24".parse().unwrap()],
        // Also where the console is open to anywhere through relays.
        console_relayed: vec!["0.0.0.0/0".parse().unwrap()],
        joining: true,
        ..Admission::default()
    };
    let site = TestSite::admitting(admission).await;
    let keys = Keys::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = keys.link_to(listener.local_addr().unwrap());
    let _link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
    let relay = CheatRelay::welcomes(&keys, listener).await;
    // An address that is open to the console only, and one that is open to both names.
    for peer in ["127.0.0.9:1000", "127.0.0.5:1000"] {
        let (mut data, number) = relay.is_dialled().await;
        data.write_all(&relay.header(number, peer)).await.unwrap();
        let hello = client_hello(CONSOLE, wire::alpn::HTTP);
        data.write_all(&hello).await.unwrap();
        assert!(is_closed(data).await);
    }
    let turned_away = site.listener.turned_away();
    assert_eq!((turned_away.unlisted, turned_away.misdirected), (1, 1));
    let (mut data, number) = relay.is_dialled().await;
    data.write_all(&relay.header(number, "203.0.113.9:1000"))
        .await
        .unwrap();
    data.write_all(&client_hello(CONSOLE, wire::alpn::HTTP))
        .await
        .unwrap();
    assert!(data.read_u8().await.is_ok(), "from elsewhere it is open");
    drop(relay.control);
}

async fn knock(to: SocketAddr, from: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

#[tokio::test]
async fn l41_an_unlisted_source_reads_the_end_and_not_one_byte() {
    let relayed = Relayed::open().await;
    let stranger = knock(relayed.address(), "127.0.0.66").await;
    assert!(is_closed(stranger).await);
    assert_eq!(relayed.relay.stats().turned_away.unlisted, 1);
}

#[tokio::test]
async fn what_is_not_for_the_relay_is_closed_without_an_answer() {
    let relayed = Relayed::open().await;
    let cases = [
        Cheat::asking("other.example", wire::alpn::SESSION),
        // A name of the site that it did not announce.
        Cheat::asking(CONSOLE, wire::alpn::HTTP),
        Cheat::asking("127.0.0.1", wire::alpn::SESSION),
        Cheat::asking(RELAY, wire::alpn::SESSION),
        Cheat::asking(RELAY, b"h2"),
    ];
    for cheat in cases {
        let closed = cheat.connect(relayed.address()).await.unwrap_err();
        let kinds = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset];
        assert!(kinds.contains(&closed.kind()), "{closed:?}");
    }
    for said in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x80; 64], &[22; 9000]] {
        assert!(is_closed(says(relayed.address(), said).await).await);
    }
    let stats = relayed.relay.stats();
    assert_eq!(stats.turned_away.misdirected, 8);
    assert_eq!((stats.sessions, stats.joined), (0, 0));
}

#[tokio::test]
async fn the_relays_own_name_is_for_addresses_that_gateways_come_from() {
    let relayed = Relayed::open().await;
    let mut hello = knock(relayed.address(), "127.0.0.5").await;
    hello
        .write_all(&client_hello(RELAY, wire::alpn::RELAY))
        .await
        .unwrap();
    assert!(is_closed(hello).await);
    assert_eq!(relayed.relay.stats().turned_away.misdirected, 1);
}

#[tokio::test]
async fn nobody_gets_a_control_connection_without_a_key_or_without_the_hybrid_exchange() {
    let relayed = Relayed::open().await;
    let keyless = Cheat::asking(RELAY, wire::alpn::RELAY);
    assert!(keyless.finds_itself_refused(relayed.address()).await);
    let key = relayed.keys.link();
    let mut old =
        Cheat::asking(RELAY, wire::alpn::RELAY).showing(vec![certificate(&key)], &key.pkcs8());
    old.groups = vec![rustls::crypto::aws_lc_rs::kx_group::X25519];
    assert!(old.finds_itself_refused(relayed.address()).await);
    // Somebody else's key around our certificate: it is not proved.
    let other = PinnedKey::generate().unwrap();
    let stolen =
        Cheat::asking(RELAY, wire::alpn::RELAY).showing(vec![certificate(&key)], &other.pkcs8());
    assert!(stolen.finds_itself_refused(relayed.address()).await);
    assert_eq!(relayed.relay.stats().gateways, 1);
}

pub(crate) fn client_hello(name: &'static str, alpn: &'static [u8]) -> Vec<u8> {
    let config = Cheat::asking(name, alpn).config();
    let name = name.try_into().unwrap();
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    hello
}

/// Strangers are not late here, however slow the machine is.
fn patient() -> RelayLimits {
    RelayLimits {
        opening: Duration::from_secs(3600),
        ..RelayLimits::default()
    }
}

async fn a_thousand(relayed: &Relayed, words: &[u8]) -> Vec<TcpStream> {
    let before = relayed.relay.stats().half_open;
    let mut strangers = Vec::new();
    for number in 0..1000 {
        let from = format!("127.0.1.{}", number % 250 + 1);
        let mut stranger = knock(relayed.address(), &from).await;
        stranger.write_all(words).await.unwrap();
        strangers.push(stranger);
    }
    until(|| relayed.relay.stats().half_open == before + 1000).await;
    strangers
}

#[tokio::test]
async fn l35_a_thousand_half_open_and_a_thousand_slow_hellos_at_the_relay_keep_nobody_out() {
    let mut relayed = Relayed::with(patient(), |_| {}).await;
    let _half_open = a_thousand(&relayed, b"").await;
    relayed.a_real_one_gets_in("127.0.0.5").await;
    let hello = client_hello(ENGINEERS, wire::alpn::SESSION);
    let _slow = a_thousand(&relayed, &hello[..hello.len() / 2]).await;
    relayed.a_real_one_gets_in("127.0.0.5").await;
    assert_eq!(relayed.relay.stats().half_open, 2000);
    assert_eq!(relayed.relay.stats().turned_away.crowded_out, 0);
}

#[tokio::test]
async fn l35_a_source_that_hurries_is_closed_and_nobody_else() {
    let limits = RelayLimits {
        burst_per_source: 3,
        per_minute_per_source: 1,
        ..RelayLimits::default()
    };
    let mut relayed = Relayed::with(limits, |_| {}).await;
    let mut flood = Vec::new();
    for _ in 0..10 {
        flood.push(knock(relayed.address(), "127.0.0.9").await);
    }
    until(|| relayed.relay.stats().turned_away.hurried == 7).await;
    // The gateway's own address is spared: its data connections are many.
    for number in 10..30 {
        let from = format!("127.0.0.{number}");
        relayed.a_real_one_gets_in(&from).await;
    }
    assert_eq!(relayed.relay.stats().turned_away.hurried, 7);
}

#[tokio::test]
async fn a_name_has_the_pace_that_its_gateway_announced() {
    let relayed = Relayed::open().await;
    let mut slow = open(ENGINEERS, &["127.0.0.0/26"]);
    slow.per_minute = 2;
    relayed.link.announce(vec![slow]).unwrap();
    let (_, identity) = relayed.site.device();
    let mut refused = false;
    while !refused {
        refused = relayed.connect(&identity, "127.0.0.5").await.is_err();
    }
    assert!(relayed.relay.stats().turned_away.hurried >= 1);
    let elsewhere = relayed.connect(&identity, "127.0.0.6").await;
    assert!(elsewhere.is_ok());
}

#[tokio::test]
async fn invariant_11_when_all_sessions_are_taken_the_next_is_closed() {
    let limits = RelayLimits {
        sessions: 1,
        ..RelayLimits::default()
    };
    let mut relayed = Relayed::with(limits, |_| {}).await;
    let held = relayed.a_real_one_gets_in("127.0.0.5").await;
    let (_, identity) = relayed.site.device();
    assert!(relayed.connect(&identity, "127.0.0.5").await.is_err());
    assert_eq!(relayed.relay.stats().turned_away.full, 1);
    drop(held);
    until(|| relayed.relay.stats().sessions == 0).await;
    relayed.a_real_one_gets_in("127.0.0.5").await;
}
