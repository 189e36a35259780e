use std::time::Duration;

use ids::SiteId;

use super::*;
use crate::certificate::{DeviceKey, SiteCa, Validity};

const NAME: &str = "console.handa.example";

fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_482_000)
}

fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let text = data_encoding::BASE64.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n").into_bytes()
}

/// A chain and a key, good for the name for a day.
fn good() -> (Vec<u8>, Vec<u8>) {
    let site: SiteId = "handa".parse().unwrap();
    let ca = SiteCa::generate(&site, now()).unwrap();
    let validity = Validity::starting(now(), Duration::from_secs(24 * 3600));
    let server = ca.issue_server(&[NAME], validity).unwrap();
    let chain = [
        pem("CERTIFICATE", &server.certificate),
        pem("CERTIFICATE", ca.certificate()),
    ];
    (chain.concat(), pem("PRIVATE KEY", &server.key))
}

#[test]
fn a_chain_and_its_key_are_taken_for_their_name_and_tell_until_when() {
    let (chain, key) = good();
    let taken = WebCertificate::read(&chain, &key, NAME, now()).unwrap();
    assert_eq!(taken.chain.len(), 2);
    assert_eq!(
        taken.facts().until,
        now().plus(Duration::from_secs(24 * 3600))
    );
    assert_eq!(taken.facts().issuer, "CN=Sekisho CA handa");
    assert_eq!(taken.facts().fingerprint, fingerprint(&taken.chain[0]));
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_by_name() {
    let (chain, key) = good();
    let read = |chain: &[u8], key: &[u8], name: &str, now| {
        WebCertificate::read(chain, key, name, now).unwrap_err()
    };
    let day = Duration::from_secs(24 * 3600);
    assert_eq!(read(b"", &key, NAME, now()), WebProblem::NoCertificate);
    assert_eq!(read(&key, &key, NAME, now()), WebProblem::NoCertificate);
    let nonsense = pem("CERTIFICATE", b"nonsense");
    assert_eq!(
        read(&nonsense, &key, NAME, now()),
        WebProblem::NoCertificate
    );
    assert_eq!(
        read(&chain.repeat(3), &key, NAME, now()),
        WebProblem::TooMany(6)
    );
    assert_eq!(read(&chain, &chain, NAME, now()), WebProblem::NoKey);
    let nonsense = pem("PRIVATE KEY", b"nonsense");
    assert_eq!(read(&chain, &nonsense, NAME, now()), WebProblem::KindOfKey);
    let other = pem("PRIVATE KEY", &DeviceKey::generate().unwrap().pkcs8());
    assert_eq!(read(&chain, &other, NAME, now()), WebProblem::KeyDiffers);
    assert_eq!(
        read(&chain, &key, "other.example", now()),
        WebProblem::OtherName {
            name: "other.example".to_owned(),
            found: vec![NAME.to_owned()],
        }
    );
    let later = now().plus(day).plus(Duration::from_secs(1));
    assert_eq!(
        read(&chain, &key, NAME, later),
        WebProblem::Over(now().plus(day))
    );
    assert!(matches!(
        read(&chain, &key, NAME, now().minus(day)),
        WebProblem::NotYet(_)
    ));
}

#[test]
fn a_certificate_is_renewed_after_two_thirds_of_its_life_and_not_everywhere_at_once() {
    let day = Duration::from_secs(24 * 3600);
    let facts = WebFacts {
        from: now(),
        until: now().plus(day * 90),
        fingerprint: Digest([1; 32]),
        issuer: String::new(),
    };
    assert_eq!(facts.renew_at(0), now().plus(day * 60));
    let latest = facts.renew_at(u16::MAX);
    assert!(latest > now().plus(day * 67) && latest < now().plus(day * 68));
}
