//! Which client certificates count (lesson L7).

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::io::AsyncReadExt;
use tunnel::{ConnectError, Door, Protocol, Validity, why_closed};

use crate::cheat::Cheat;
use crate::testsite::{CONSOLE, ENGINEERS, TestSite, device_of, new_ca, now, validity};

fn new_key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

fn issuer<'a>(certificate: &[u8], key: &[u8]) -> Issuer<'a, KeyPair> {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(
        &PrivatePkcs8KeyDer::from(key),
        &PKCS_ECDSA_P256_SHA256,
    )
    .unwrap();
    Issuer::from_ca_cert_der(&CertificateDer::from(certificate.to_vec()), key).unwrap()
}

/// What a device's certificate looks like, made by hand.
fn like_a_device() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// Closed, and no arrival was made of it.
async fn assert_refused(site: &mut TestSite, chain: Vec<Vec<u8>>, key: &[u8]) {
    let cheat = Cheat::asking(ENGINEERS, wire::alpn::SESSION).showing(chain, key);
    let address = site.address();
    tokio::select! {
        refused = cheat.finds_itself_refused(address) => assert!(refused),
        _ = site.arrivals.recv() => panic!("it was let in"),
    }
    assert!(site.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn the_hand_made_certificate_of_these_tests_would_be_a_good_one() {
    let mut site = TestSite::open().await;
    let issuer = issuer(site.ca.certificate(), &site.ca.key_pkcs8());
    let key = new_key();
    let good = like_a_device().signed_by(&key, &issuer).unwrap();
    let cheat = Cheat::asking(ENGINEERS, wire::alpn::SESSION)
        .showing(vec![good.der().to_vec()], key.serialized_der());
    let _stream = cheat.connect(site.address()).await.unwrap();
    assert!(site.arrivals.recv().await.unwrap().device_key.is_some());
}

#[tokio::test]
async fn without_a_certificate_nobody_gets_in_at_the_engineers_name() {
    let mut site = TestSite::open().await;
    for protocol in [Protocol::Session, Protocol::Api] {
        let mut connection = site
            .connect(ENGINEERS, None, protocol, "127.0.0.1")
            .await
            .unwrap();
        let closed = connection.stream.read_u8().await.unwrap_err();
        assert!(matches!(
            why_closed(closed),
            ConnectError::CertificateRequired
        ));
    }
    assert!(site.arrivals.try_recv().is_err());
    assert_eq!(site.listener.turned_away().failed, 2);
}

/// A browser that were asked for a certificate would ask its user to choose one.
#[tokio::test]
async fn a_browser_is_not_asked_for_a_certificate_at_either_name() {
    let mut site = TestSite::open().await;
    let (_, device) = site.device();
    for (name, door) in [(ENGINEERS, Door::Engineers), (CONSOLE, Door::Console)] {
        let cheat = Cheat::asking(name, wire::alpn::HTTP)
            .showing(vec![device.certificate.clone()], &device.key);
        let _stream = cheat.connect(site.address()).await.unwrap();
        let arrival = site.arrivals.recv().await.unwrap();
        assert_eq!((arrival.door, arrival.protocol), (door, Protocol::Http));
        assert_eq!(arrival.device_key, None, "{name}");
    }
}

#[tokio::test]
async fn who_can_speak_our_own_protocol_is_not_taken_for_a_browser() {
    let mut site = TestSite::open().await;
    let (key, device) = site.device();
    let mut both =
        Cheat::asking(ENGINEERS, wire::alpn::HTTP).showing(vec![device.certificate], &device.key);
    both.alpn.push(wire::alpn::API);
    let stream = both.connect(site.address()).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(wire::alpn::API));
    let arrival = site.arrivals.recv().await.unwrap();
    assert_eq!(arrival.protocol, Protocol::Api);
    assert_eq!(arrival.device_key, Some(key.key()));
}

#[tokio::test]
async fn a_device_of_another_site_is_refused_and_told_so() {
    let mut site = TestSite::open().await;
    let (_, stranger) = device_of(&new_ca(), validity());
    let mut connection = site
        .connect(ENGINEERS, Some(&stranger), Protocol::Session, "127.0.0.1")
        .await
        .unwrap();
    let closed = connection.stream.read_u8().await.unwrap_err();
    assert!(matches!(
        why_closed(closed),
        ConnectError::CertificateRefused
    ));
    assert!(site.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn a_certificate_out_of_date_is_refused() {
    let mut site = TestSite::open().await;
    let yesterday = Validity {
        from: now().minus(std::time::Duration::from_secs(48 * 3600)),
        until: now().minus(std::time::Duration::from_secs(24 * 3600)),
    };
    let (_, old) = device_of(&site.ca, yesterday);
    assert_refused(&mut site, vec![old.certificate], &old.key).await;
}

#[tokio::test]
async fn l7_a_certificate_through_an_intermediate_is_refused() {
    let mut site = TestSite::open().await;
    let root = issuer(site.ca.certificate(), &site.ca.key_pkcs8());
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let middle_key = new_key();
    let middle = params.signed_by(&middle_key, &root).unwrap();
    let key = new_key();
    let leaf = like_a_device()
        .signed_by(&key, &issuer(middle.der(), middle_key.serialized_der()))
        .unwrap();
    let chain = vec![leaf.der().to_vec(), middle.der().to_vec()];
    assert_refused(&mut site, chain, key.serialized_der()).await;
}

#[tokio::test]
async fn l7_a_certificate_signed_by_a_devices_key_is_refused() {
    let mut site = TestSite::open().await;
    let (_, device) = site.device();
    let key = new_key();
    let nested = like_a_device()
        .signed_by(&key, &issuer(&device.certificate, &device.key))
        .unwrap();
    let chain = vec![nested.der().to_vec(), device.certificate.clone()];
    assert_refused(&mut site, chain, key.serialized_der()).await;
    assert_refused(&mut site, vec![nested.der().to_vec()], key.serialized_der()).await;
}

#[tokio::test]
async fn l7_a_good_certificate_with_anything_beside_it_is_refused() {
    let mut site = TestSite::open().await;
    let (_, device) = site.device();
    let chain = vec![device.certificate.clone(), site.ca.certificate().to_vec()];
    assert_refused(&mut site, chain, &device.key).await;
}

#[tokio::test]
async fn l7_the_servers_and_the_cas_own_certificates_are_not_devices() {
    let mut site = TestSite::open().await;
    let server = site.ca.issue_server(&[ENGINEERS], validity()).unwrap();
    assert_refused(&mut site, vec![server.certificate], &server.key).await;
    let ca = (site.ca.certificate().to_vec(), site.ca.key_pkcs8());
    assert_refused(&mut site, vec![ca.0], &ca.1).await;
}

#[tokio::test]
async fn l7_a_certificate_that_does_not_say_that_it_is_a_devices_is_refused() {
    let mut site = TestSite::open().await;
    let mut silent = like_a_device();
    silent.extended_key_usages = vec![];
    let mut anything = like_a_device();
    anything.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
    let mut both = like_a_device();
    both.insert_extended_key_usage(ExtendedKeyUsagePurpose::ServerAuth);
    let mut signer = like_a_device();
    signer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for params in [silent, anything, both, signer] {
        let issuer = issuer(site.ca.certificate(), &site.ca.key_pkcs8());
        let key = new_key();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        assert_refused(
            &mut site,
            vec![certificate.der().to_vec()],
            key.serialized_der(),
        )
        .await;
    }
}

#[tokio::test]
async fn l16_a_certificate_without_its_key_is_refused() {
    let mut site = TestSite::open().await;
    let (_, victim) = site.device();
    let (_, thief) = site.device();
    assert_refused(&mut site, vec![victim.certificate.clone()], &thief.key).await;
    // Our own client does not even try.
    let mixed = tunnel::DeviceIdentity {
        certificate: victim.certificate,
        key: thief.key,
    };
    let refused = site
        .connect(ENGINEERS, Some(&mixed), Protocol::Session, "127.0.0.1")
        .await;
    assert!(matches!(refused, Err(ConnectError::OwnIdentity(_))));
}
