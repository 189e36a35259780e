use super::*;

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn now() -> Timestamp {
    "2026-11-21T22:00:00+09:00".parse().unwrap()
}

fn a_year() -> Validity {
    Validity::starting(now(), Duration::from_secs(365 * 24 * 3600))
}

fn device() -> DeviceId {
    DeviceId::new(&site(), 3)
}

#[test]
fn a_ca_reads_back_from_what_the_key_store_keeps() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    let again = SiteCa::from_der(ca.certificate(), &ca.key_pkcs8()).unwrap();
    assert_eq!(again.fingerprint(), ca.fingerprint());
    assert_eq!(ca.fingerprint(), fingerprint(ca.certificate()));
}

#[test]
fn a_key_of_another_ca_is_not_taken_for_this_ones() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    let other = SiteCa::generate(&site(), now()).unwrap();
    assert!(matches!(
        SiteCa::from_der(ca.certificate(), &other.key_pkcs8()),
        Err(CertificateError::KeyDiffers)
    ));
    let server = ca.issue_server(&["console.example"], a_year()).unwrap();
    assert!(matches!(
        SiteCa::from_der(&server.certificate, &server.key),
        Err(CertificateError::NotACa)
    ));
}

#[test]
fn l7_a_device_certificate_is_for_clients_only_and_never_a_ca() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    let key = DeviceKey::generate().unwrap();
    let request = DeviceRequest::read(&key.request().unwrap()).unwrap();
    let certificate = ca.issue_device(&request, &device(), a_year()).unwrap();
    let parsed = parse(&certificate).unwrap();
    assert!(!parsed.is_ca());
    let usage = parsed.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth && !usage.any);
    assert!(!parsed.key_usage().unwrap().unwrap().value.key_cert_sign());
    assert_eq!(parsed.subject().to_string(), "CN=handa/device-3");
}

#[test]
fn l7_a_request_cannot_ask_to_become_a_ca_or_another_name() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut wishes = CertificateParams::new(vec!["console.example".to_owned()]).unwrap();
    wishes.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    wishes.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let csr = wishes.serialize_request(&key).unwrap();
    let request = DeviceRequest::read(csr.der()).unwrap();
    let certificate = ca.issue_device(&request, &device(), a_year()).unwrap();
    let parsed = parse(&certificate).unwrap();
    assert!(!parsed.is_ca());
    assert!(parsed.subject_alternative_name().unwrap().is_none());
    assert!(
        !parsed
            .extended_key_usage()
            .unwrap()
            .unwrap()
            .value
            .server_auth
    );
}

#[test]
fn the_key_that_was_entered_is_the_key_that_a_handshake_shows() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    let key = DeviceKey::generate().unwrap();
    let request = DeviceRequest::read(&key.request().unwrap()).unwrap();
    let certificate = ca.issue_device(&request, &device(), a_year()).unwrap();
    assert_eq!(request.key(), key.key());
    assert_eq!(spki_digest(&certificate).unwrap(), key.key());
    let again = DeviceKey::from_pkcs8(&key.pkcs8()).unwrap();
    assert_eq!(again.key(), key.key());
}

#[test]
fn l1_a_key_that_was_offered_without_proof_of_holding_it_is_refused() {
    let mine = DeviceKey::generate().unwrap().request().unwrap();
    let theirs = DeviceKey::generate().unwrap().request().unwrap();
    let spki = DeviceRequest::read(&theirs).unwrap().spki;
    let at = position(&mine, &DeviceRequest::read(&mine).unwrap().spki);
    let mut stolen = mine.clone();
    stolen[at..at + spki.len()].copy_from_slice(&spki);
    assert!(matches!(
        DeviceRequest::read(&stolen),
        Err(CertificateError::NoProofOfPossession)
    ));
}

fn position(whole: &[u8], part: &[u8]) -> usize {
    whole.windows(part.len()).position(|w| w == part).unwrap()
}

#[test]
fn l1_no_flipped_bit_turns_a_request_into_one_for_another_key() {
    let csr = DeviceKey::generate().unwrap().request().unwrap();
    for end in 0..csr.len() {
        assert!(DeviceRequest::read(&csr[..end]).is_err(), "cut at {end}");
    }
    let key = DeviceRequest::read(&csr).unwrap().key();
    for at in 0..csr.len() * 8 {
        let mut flipped = csr.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        // Tags outside the signed part may be read leniently; the key may not change by it.
        let read = DeviceRequest::read(&flipped).map(|request| request.key());
        assert!(
            read.is_err() || read.is_ok_and(|other| other == key),
            "bit {at}"
        );
    }
    let longer = [csr.as_slice(), &[0]].concat();
    assert!(DeviceRequest::read(&longer).is_err());
    assert!(DeviceRequest::read(&vec![0x30; MAX_REQUEST + 1]).is_err());
}

#[test]
fn a_key_of_another_kind_is_not_certified() {
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let csr = CertificateParams::default()
        .serialize_request(&key)
        .unwrap();
    assert!(matches!(
        DeviceRequest::read(csr.der()),
        Err(CertificateError::KindOfKey)
    ));
}

#[test]
fn a_certificate_is_valid_from_and_until_what_was_asked() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    let validity = a_year();
    let server = ca.issue_server(&["console.example"], validity).unwrap();
    let parsed = parse(&server.certificate).unwrap();
    let span = parsed.validity();
    assert_eq!(span.not_before.timestamp(), validity.from.as_seconds());
    assert_eq!(span.not_after.timestamp(), validity.until.as_seconds());
}

#[test]
fn a_server_certificate_needs_a_name_that_can_stand_in_it() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    assert!(matches!(
        ca.issue_server(&[], a_year()),
        Err(CertificateError::Name(_))
    ));
    assert!(matches!(
        ca.issue_server(&["半田"], a_year()),
        Err(CertificateError::Name(_))
    ));
}

#[test]
fn l29_keys_do_not_show_themselves_in_a_debug_line() {
    let ca = SiteCa::generate(&site(), now()).unwrap();
    assert_eq!(format!("{ca:?}"), format!("SiteCa({})", ca.fingerprint()));
    let key = DeviceKey::generate().unwrap();
    assert_eq!(format!("{key:?}"), format!("DeviceKey({})", key.key()));
}
