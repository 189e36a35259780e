//! From where the console's name is reached, and what is said of the certificates shown there.

use std::time::Duration;

use access::{Command, ConsoleReach, Door, ReachFrom, ReachWay};
use engine::{CertificateWay, ShownCertificate, WebKey};
use ids::{Digest, NonEmpty};
use ipnet::IpNet;

use crate::hospital::{Hospital, passphrase};

/// From one code to the next.
const MINUTE: Duration = Duration::from_secs(60);

const DAY: Duration = Duration::from_secs(24 * 3600);

fn opened(from: ReachFrom, way: ReachWay) -> Command {
    Command::OpenConsole(ConsoleReach { from, way })
}

fn findings(hospital: &Hospital) -> Vec<(&'static str, String)> {
    let findings = hospital.engine.findings().into_iter();
    let ours =
        findings.filter(|found| found.id.contains("certificate") || found.id.contains("console"));
    ours.map(|found| (found.id, found.detail)).collect()
}

#[test]
fn what_is_opened_is_let_in_that_way_and_no_other_and_told_if_it_is_everybody() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(MINUTE);
    let by = hospital.signed_in(&mut clerk);
    let admitted = || hospital.engine.admitted();
    let lan = admitted().console;
    assert!(!lan.is_empty());
    let net: IpNet = "198.51.100.0/28".parse().unwrap();
    let one = ReachFrom::Prefixes(NonEmpty::one(net));
    let does = |command| hospital.run(hospital.engine.submit(&by, command)).unwrap();
    for (way, port, relays) in [
        (ReachWay::Port, vec![net], vec![]),
        (ReachWay::Relays, vec![], vec![net]),
        (ReachWay::Both, vec![net], vec![net]),
    ] {
        does(opened(one.clone(), way));
        assert_eq!(admitted().console_wider, port);
        assert_eq!(admitted().console_relayed, relays);
        assert_eq!(admitted().console, lan);
    }
    assert_eq!(findings(&hospital), []);
    does(opened(ReachFrom::Anywhere, ReachWay::Port));
    assert_eq!(admitted().console_wider.len(), 2);
    assert_eq!(
        findings(&hospital),
        [("finding-console-anywhere", String::new())]
    );
    does(Command::CloseConsole);
    assert!(admitted().console_wider.is_empty());
    assert_eq!(findings(&hospital), []);
}

#[test]
fn a_passphrase_and_a_code_from_beyond_the_lan_are_not_even_looked_at() {
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.pass(MINUTE);
    let by = hospital.signed_in(&mut clerk);
    let everybody = opened(ReachFrom::Anywhere, ReachWay::Both);
    hospital
        .run(hospital.engine.submit(&by, everybody))
        .unwrap();
    let outside = "192.0.2.9".parse().unwrap();
    let outside = hospital
        .engine
        .connection(None, Some(outside), Door::Console);
    hospital.pass(MINUTE);
    let code = clerk.code(hospital.engine.now());
    let pass = passphrase(&clerk.login);
    let attempt = |at: &login::Connection| {
        hospital
            .run(hospital.engine.sign_in(at, &clerk.login, &pass, &code))
            .is_ok()
    };
    // More often than a person may mistype: nobody is locked out by it, and the code is not used up.
    for _ in 0..20 {
        assert!(!attempt(&outside));
    }
    assert!(attempt(&hospital.connection(&clerk)));
}

#[test]
fn a_certificate_that_ends_soon_or_was_not_had_is_looked_at_by_somebody() {
    let hospital = Hospital::founded();
    let now = hospital.engine.now();
    let shown = |days: u32, problem: Option<&str>| ShownCertificate {
        door: Door::Console,
        name: "console.example".to_owned(),
        configured: CertificateWay::Pem,
        way: CertificateWay::Pem,
        from: now,
        until: now.plus(DAY * days),
        fingerprint: Digest([1; 32]),
        issuer: String::new(),
        since: now,
        problem: problem.map(str::to_owned),
        account: None,
    };
    hospital.engine.tell_certificates(vec![shown(15, None)]);
    assert_eq!(findings(&hospital), []);
    hospital
        .engine
        .tell_certificates(vec![shown(13, Some("key.pem: not there"))]);
    let found = findings(&hospital);
    let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids,
        ["finding-certificate-problem", "finding-certificate-ends"]
    );
    assert!(found[0].1.contains("key.pem"));
}

/// What is sealed for one authority opens for no other, and lies on the disk as nothing that can be read.
#[test]
fn the_keys_of_an_authority_are_kept_sealed_over_a_restart() {
    let hospital = Hospital::founded();
    let (here, there) = ("https://a.example/dir", "https://b.example/dir");
    let secret = b"canary of an account's key";
    let keep = |key, plain: &[u8]| {
        hospital
            .engine
            .keep_web_key(Door::Console, key, here, plain)
    };
    keep(WebKey::Account, secret).unwrap();
    assert!(keep(WebKey::Certificate, &[0; 64 * 1024]).is_err());
    let hospital = hospital.restarted();
    let kept = |key, directory| hospital.engine.web_key(Door::Console, key, directory);
    assert_eq!(
        kept(WebKey::Account, here).as_deref().map(Vec::as_slice),
        Some(&secret[..])
    );
    assert_eq!(kept(WebKey::Account, there), None);
    assert_eq!(kept(WebKey::Certificate, here), None);
}
