//! What browsers are shown, what an authority is shown, and from where the console's name is reached.

use std::io::ErrorKind;

use tunnel::{
    Admission, Challenge, ConnectError, Door, Protocol, SiteTls, WebCertificate, fingerprint,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::cheat::Cheat;
use crate::testsite::{CONSOLE, ENGINEERS, TestSite, everybody, new_ca, now, validity};

/// The digest that an authority expects.
const DIGEST: [u8; 32] = [7; 32];

fn pem(label: &str, der: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// A certificate for a name from another authority than the site's.
fn for_browsers(name: &str) -> WebCertificate {
    let server = new_ca().issue_server(&[name], validity()).unwrap();
    let chain = pem("CERTIFICATE", &server.certificate);
    let key = pem("PRIVATE KEY", &server.key);
    WebCertificate::read(chain.as_bytes(), key.as_bytes(), name, now()).unwrap()
}

async fn shown(site: &TestSite, name: &'static str, alpn: &'static [u8]) -> ids::Digest {
    let (_, device) = site.device();
    let cheat = Cheat::asking(name, alpn).showing(vec![device.certificate], &device.key);
    let stream = cheat.connect(site.address()).await.unwrap();
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    fingerprint(&chain[0])
}

#[tokio::test]
async fn l40_browsers_see_their_certificate_and_our_client_the_sites_own_always() {
    let site = TestSite::open().await;
    let own = site
        .ca
        .issue_server(&[ENGINEERS, CONSOLE], validity())
        .unwrap();
    let of_the_site = fingerprint(&own.certificate);
    let (engineers, console) = (for_browsers(ENGINEERS), for_browsers(CONSOLE));
    let tls = SiteTls::new(site.ca.certificate(), own)
        .for_browsers(Door::Engineers, engineers.clone())
        .for_browsers(Door::Console, console.clone());
    site.listener.renew(&tls).unwrap();
    for (name, web) in [(ENGINEERS, &engineers), (CONSOLE, &console)] {
        let to_browsers = shown(&site, name, wire::alpn::HTTP).await;
        assert_eq!(to_browsers, web.facts().fingerprint, "{name}");
        for alpn in [wire::alpn::API, wire::alpn::JOIN] {
            assert_eq!(shown(&site, name, alpn).await, of_the_site, "{name}");
        }
    }
    let session = shown(&site, ENGINEERS, wire::alpn::SESSION).await;
    assert_eq!(session, of_the_site);
    // Somebody in between who holds a certificate that every browser trusts is refused, and not asked again.
    let client = site.connect(CONSOLE, None, Protocol::Http, "127.0.0.1");
    assert!(matches!(client.await, Err(ConnectError::PinnedCaDiffers)));
    let client = site.connect(CONSOLE, None, Protocol::Api, "127.0.0.1");
    assert!(client.await.is_ok());
}

fn acme(name: &'static str) -> Cheat {
    Cheat::asking(name, wire::alpn::ACME)
}

async fn is_closed(cheat: Cheat, site: &TestSite) -> bool {
    let closed = cheat.connect(site.address()).await.unwrap_err();
    matches!(
        closed.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
    )
}

#[tokio::test]
async fn an_authority_is_answered_while_its_order_is_open_and_by_nothing_but_the_proof() {
    // Nobody is on a list: authorities do not say where they ask from.
    let mut site = TestSite::admitting(Admission::default()).await;
    assert!(is_closed(acme(CONSOLE), &site).await);
    let challenge = Challenge::new(CONSOLE, DIGEST).unwrap();
    site.listener.answer(vec![challenge]);
    let stream = acme(CONSOLE).connect(site.address()).await.unwrap();
    let (_, tls) = stream.get_ref();
    assert_eq!(tls.alpn_protocol(), Some(wire::alpn::ACME));
    let chain = tls.peer_certificates().unwrap();
    assert_eq!(chain.len(), 1);
    let (_, certificate) = X509Certificate::from_der(&chain[0]).unwrap();
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    assert_eq!(names.value.general_names.len(), 1);
    let proof = certificate
        .extensions()
        .iter()
        .find(|extension| extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.31")
        .unwrap();
    assert!(proof.critical);
    assert_eq!(proof.value, [&[4, 32][..], &DIGEST].concat());
    // Another name, another protocol, a protocol beside it: a stranger like any other.
    assert!(is_closed(acme(ENGINEERS), &site).await);
    assert!(is_closed(Cheat::asking(CONSOLE, wire::alpn::HTTP), &site).await);
    let mut beside = acme(CONSOLE);
    beside.alpn.push(wire::alpn::HTTP);
    assert!(is_closed(beside, &site).await);
    site.listener.answer(Vec::new());
    assert!(is_closed(acme(CONSOLE), &site).await);
    assert!(site.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn the_console_reached_from_further_networks_is_reached_from_those_alone() {
    let mut site = TestSite::admitting(Admission {
        console: vec!["127.0.0.1/32".parse().unwrap()],
        console_wider: vec!["127.0.0.8/30".parse().unwrap()],
        ..Admission::default()
    })
    .await;
    for (from, in_) in [
        ("127.0.0.1", true),
        ("127.0.0.9", true),
        ("127.0.0.20", false),
    ] {
        let arrives = site.connect(CONSOLE, None, Protocol::Http, from).await;
        assert_eq!(arrives.is_ok(), in_, "{from}");
        if in_ {
            assert_eq!(site.arrivals.recv().await.unwrap().door, Door::Console);
        }
    }
    assert_eq!(site.listener.turned_away().unlisted, 1);
    // From there it is pages, and nothing else.
    site.listener.admit(Admission {
        joining: true,
        console_wider: everybody().console,
        ..Admission::default()
    });
    for protocol in [Protocol::Api, Protocol::Join] {
        let refused = site.connect(CONSOLE, None, protocol, "127.0.0.9").await;
        assert!(matches!(refused, Err(ConnectError::ClosedWithoutAnswer)));
    }
}
