//! What our own client refuses, and how it says so (lesson L40).

use std::time::Duration;

use ids::Digest;
use tokio::net::TcpListener;
use tunnel::{
    ConnectError, DialOptions, Limits, Protocol, ServerCertificate, SiteTls, SiteTrust,
    connect_for_join, fingerprint,
};

use crate::testsite::{
    CONSOLE, ENGINEERS, TestSite, device_of, dial_from, everybody, listen, new_ca, validity,
};

#[tokio::test]
async fn a_site_with_another_ca_is_refused() {
    let site = TestSite::open().await;
    let trust = SiteTrust {
        ca: new_ca().certificate().to_vec(),
        name: ENGINEERS.to_owned(),
    };
    let address = site.address().to_string();
    let options = dial_from("127.0.0.1");
    let (_, device) = site.device();
    let refused =
        tunnel::connect(&address, &trust, Some(&device), Protocol::Session, &options).await;
    assert!(matches!(refused, Err(ConnectError::PinnedCaDiffers)));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let ca = new_ca();
    let server = ca.issue_server(&["else.example"], validity()).unwrap();
    let refused = connect_to(SiteTls::new(ca.certificate(), server), ca.certificate()).await;
    assert!(matches!(refused, ConnectError::NameDiffers(name) if name == CONSOLE));
}

#[tokio::test]
async fn l7_a_devices_certificate_does_not_make_a_server() {
    let ca = new_ca();
    let (_, device) = device_of(&ca, validity());
    let server = ServerCertificate {
        certificate: device.certificate,
        key: device.key,
    };
    let refused = connect_to(SiteTls::new(ca.certificate(), server), ca.certificate()).await;
    assert!(matches!(refused, ConnectError::NotAServer), "{refused:?}");
}

#[tokio::test]
async fn a_certificate_out_of_date_is_refused_with_advice_about_the_clock() {
    let ca = new_ca();
    let validity = tunnel::Validity {
        from: "2020-01-01T00:00:00Z".parse().unwrap(),
        until: "2021-01-01T00:00:00Z".parse().unwrap(),
    };
    let server = ca.issue_server(&[CONSOLE], validity).unwrap();
    let refused = connect_to(SiteTls::new(ca.certificate(), server), ca.certificate()).await;
    assert!(matches!(refused, ConnectError::NotValidNow));
}

#[tokio::test]
async fn the_right_ca_shown_beside_a_certificate_of_another_is_refused() {
    let (ours, theirs) = (new_ca(), new_ca());
    let server = theirs.issue_server(&[CONSOLE], validity()).unwrap();
    let refused = connect_to(SiteTls::new(ours.certificate(), server), ours.certificate()).await;
    assert!(matches!(refused, ConnectError::PinnedCaDiffers));
}

async fn connect_to(tls: SiteTls, ca: &[u8]) -> ConnectError {
    let (listener, _arrivals) = listen(&tls, Limits::default(), everybody()).await;
    let trust = SiteTrust {
        ca: ca.to_vec(),
        name: CONSOLE.to_owned(),
    };
    tunnel::connect(
        &listener.local_addr().to_string(),
        &trust,
        None,
        Protocol::Api,
        &dial_from("127.0.0.1"),
    )
    .await
    .unwrap_err()
}

#[tokio::test]
async fn who_joins_pins_the_ca_by_its_fingerprint_and_keeps_it() {
    let mut site = TestSite::open().await;
    let address = site.address().to_string();
    let options = dial_from("127.0.0.1");
    let connection = connect_for_join(&address, CONSOLE, site.ca.fingerprint(), &options)
        .await
        .unwrap();
    assert_eq!(connection.ca, site.ca.certificate());
    assert_eq!(fingerprint(&connection.ca), site.ca.fingerprint());
    assert_eq!(site.arrivals.recv().await.unwrap().protocol, Protocol::Join);

    let wrong = connect_for_join(&address, CONSOLE, Digest([7; 32]), &options).await;
    assert!(matches!(wrong, Err(ConnectError::PinnedCaDiffers)));
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_said() {
    let site = TestSite::open().await;
    let options = dial_from("127.0.0.1");
    let ca = site.ca.fingerprint();
    let no_port = connect_for_join("127.0.0.1", CONSOLE, ca, &options).await;
    assert!(matches!(no_port, Err(ConnectError::AddressUnknown(_))));

    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let nobody = connect_for_join(&address, CONSOLE, ca, &options).await;
    assert!(matches!(nobody, Err(ConnectError::Unreachable { .. })));

    let not_a_name = connect_for_join(&address, "no name", ca, &options).await;
    assert!(matches!(not_a_name, Err(ConnectError::NameNotPossible(_))));

    let elsewhere = dial_from("192.0.2.1");
    let foreign = connect_for_join(&address, CONSOLE, ca, &elsewhere).await;
    assert!(matches!(foreign, Err(ConnectError::Bind { .. })));
}

#[tokio::test]
async fn a_site_that_never_answers_is_not_waited_for_forever() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = DialOptions {
        bind: None,
        timeout: Duration::from_millis(50),
    };
    let address = silent.local_addr().unwrap().to_string();
    let late = connect_for_join(&address, CONSOLE, Digest([7; 32]), &options).await;
    assert!(matches!(late, Err(ConnectError::TimedOut(_))));
}
