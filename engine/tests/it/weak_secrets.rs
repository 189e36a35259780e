//! Weak secrets: found before they are used, told until they are mended, and told without themselves.

use std::time::Duration;

use access::{EndReason, Protocol, Reason, SecretWeakness};
use engine::{Account, NewSecret, SecretSet, SetSecretError};
use ids::TargetId;
use zeroize::Zeroizing;

use crate::hospital::{LAN, Special, Staffed, passphrase, until};

const GOOD: &str = "vG7-qmTz2xRw";
const OTHER: &str = "pK4-wnRb8yQz";

fn host_key() -> String {
    ssh::HostKeyPair::generate().unwrap().public().to_string()
}

fn special() -> Special {
    Special {
        ssh: Some(host_key()),
        ..Special::default()
    }
}

/// A hospital with two SSH targets.
fn two() -> (Staffed, TargetId) {
    let staffed = Staffed::with("127.0.0.1:22".parse().unwrap(), &special());
    let second = another(&staffed, "ct", "10.0.0.6");
    (staffed, second)
}

fn another(staffed: &Staffed, name: &str, ip: &str) -> TargetId {
    registered(staffed, ssh_target(staffed, name, ip))
}

/// Another one like the first.
fn ssh_target(staffed: &Staffed, name: &str, ip: &str) -> access::NewTarget {
    let first = {
        let site = staffed.hospital.engine.site();
        site.target(&staffed.target).unwrap().clone()
    };
    access::NewTarget {
        name: name.to_owned(),
        protocol: Protocol::Ssh,
        address: access::PinnedAddress {
            host: ip.to_owned(),
            ip: ip.parse().unwrap(),
            port: 22,
        },
        recording: first.recording,
        approvals: first.approvals,
        emergency: false,
        hours: first.hours,
        longest_minutes: first.longest_minutes,
        quota_bytes: first.quota_bytes,
        vendors: first.vendors,
        ssh: Some(access::SshTarget {
            user: "root".to_owned(),
            host_key: host_key().split(' ').take(2).collect::<Vec<_>>().join(" "),
        }),
        database: None,
        web: None,
        attended: false,
        risk: None,
        telnet: None,
        desktop: None,
    }
}

fn registered(staffed: &Staffed, new: access::NewTarget) -> TargetId {
    let engine = &staffed.hospital.engine;
    let registering = engine.submit(
        &staffed.clerk,
        access::Command::RegisterTarget(Box::new(new)),
    );
    let registered = staffed.hospital.run(registering).unwrap();
    let access::Outcome::Target(target) = registered else {
        panic!("{registered:?}");
    };
    target
}

fn set(
    staffed: &Staffed,
    target: &TargetId,
    text: &str,
    accepted: Option<&str>,
) -> Result<SecretSet, SetSecretError> {
    let secret = NewSecret::Password(Zeroizing::new(text.to_owned()));
    let accepted = accepted.map(str::to_owned);
    let engine = &staffed.hospital.engine;
    let setting = engine.set_secret(&staffed.clerk, target, Account::Main, secret, accepted);
    staffed.hospital.run(setting)
}

fn refused(set: Result<SecretSet, SetSecretError>) -> Vec<Reason> {
    match set {
        Err(SetSecretError::Refused(refusal)) => refusal.reasons,
        Ok(_) | Err(SetSecretError::Key(_)) => panic!("refused"),
    }
}

fn found(staffed: &Staffed, id: &str) -> Option<String> {
    let findings = staffed.hospital.engine.findings();
    let found = findings.into_iter().find(|finding| finding.id == id);
    found.map(|finding| finding.detail)
}

fn check(staffed: &Staffed) {
    let checking = staffed.hospital.engine.check_secrets(&staffed.clerk);
    staffed.hospital.run(checking).unwrap();
}

fn weak(staffed: &Staffed, target: &TargetId) -> Vec<SecretWeakness> {
    let site = staffed.hospital.engine.site();
    site.target(target).unwrap().standing.weak.clone()
}

#[test]
fn l13_the_password_that_opened_okayamas_vpn_is_not_taken() {
    let (staffed, _) = two();
    let both = [Reason::SecretGuessable, Reason::SecretListed];
    assert_eq!(
        refused(set(&staffed, &staffed.target, "P@ssw0rd", None)),
        both
    );
    let site = staffed.hospital.engine.site();
    assert_eq!(site.target(&staffed.target).unwrap().secrets, 0);
}

#[test]
fn what_is_made_of_the_sites_own_names_is_guessable() {
    let (staffed, _) = two();
    let (name, host) = {
        let site = staffed.hospital.engine.site();
        (
            site.founding().unwrap().name.clone(),
            site.target(&staffed.target).unwrap().name.clone(),
        )
    };
    for text in [
        format!("{name}2026"),
        format!("{host}-0001!"),
        "Handa20211031".to_owned(),
    ] {
        let reasons = refused(set(&staffed, &staffed.target, &text, None));
        assert!(
            reasons.contains(&Reason::SecretGuessable),
            "{text}: {reasons:?}"
        );
    }
}

#[test]
fn a_weak_secret_is_taken_with_a_reason_and_stands_in_the_ledger_as_its_kind() {
    let (staffed, _) = two();
    let why = "the device takes eight characters";
    let taken = set(&staffed, &staffed.target, "tRk4wq", Some(why)).unwrap();
    assert_eq!(taken.weak, [SecretWeakness::Guessable]);
    assert_eq!(
        found(&staffed, "finding-secret-guessable"),
        None,
        "it was accepted"
    );
    let exported = staffed
        .hospital
        .run(staffed.hospital.engine.export_ledger(&staffed.clerk));
    let files = exported.unwrap();
    let holds = |text: &str| {
        let text = text.as_bytes();
        files
            .iter()
            .any(|(_, bytes)| bytes.windows(text.len()).any(|part| part == text))
    };
    assert!(holds(why) && holds("\"weak\":[\"guessable\"]"));
    assert!(!holds("tRk4wq"), "nothing of it but its kind");
}

#[test]
fn the_same_secret_on_two_targets_is_one_finding_that_names_both_until_one_is_mended() {
    let (staffed, second) = two();
    set(&staffed, &staffed.target, GOOD, None).unwrap();
    let set_second = set(&staffed, &second, GOOD, None).unwrap();
    assert_eq!(set_second.weak, [SecretWeakness::Shared]);
    assert_eq!(weak(&staffed, &staffed.target), [SecretWeakness::Shared]);
    let named = found(&staffed, "finding-secret-shared").unwrap();
    assert!(
        named.contains("db (") && named.contains("ct (root)"),
        "{named}"
    );
    let twins = staffed.hospital.engine.secrets_shown().twins;
    assert_eq!(
        twins[&(second.clone(), false)],
        [(staffed.target.clone(), false)]
    );
    set(&staffed, &second, OTHER, None).unwrap();
    assert_eq!(weak(&staffed, &staffed.target), []);
    assert_eq!(found(&staffed, "finding-secret-shared"), None);
}

#[test]
fn a_list_that_comes_later_finds_what_was_set_before() {
    let (staffed, _) = two();
    set(&staffed, &staffed.target, GOOD, None).unwrap();
    assert_eq!(found(&staffed, "finding-secret-listed"), None);
    let folder = staffed.hospital.config.dir.join(vault::listed::FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("leaked.words"), format!("{GOOD}\n")).unwrap();
    check(&staffed);
    let named = found(&staffed, "finding-secret-listed").unwrap();
    assert!(named.contains("db ("), "{named}");
    assert_eq!(
        staffed.hospital.engine.secrets_shown().lists,
        ["leaked.words"]
    );
    set(&staffed, &staffed.target, OTHER, None).unwrap();
    assert_eq!(found(&staffed, "finding-secret-listed"), None);
    // A list that is none is said, and stops nobody.
    std::fs::write(folder.join("notes.txt"), "buy milk\n").unwrap();
    check(&staffed);
    let cause = found(&staffed, "finding-password-list").unwrap();
    assert!(cause.contains("notes.txt"), "{cause}");
}

#[test]
fn a_list_is_looked_at_every_day_without_being_asked() {
    let (staffed, _) = two();
    set(&staffed, &staffed.target, GOOD, None).unwrap();
    let folder = staffed.hospital.config.dir.join(vault::listed::FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("leaked.words"), format!("{GOOD}\n")).unwrap();
    staffed.hospital.pass(Duration::from_secs(25 * 3600));
    until("the secret is found", Duration::from_secs(60), || {
        found(&staffed, "finding-secret-listed").is_some()
    });
}

#[test]
fn a_standing_administrator_and_an_old_secret_are_findings() {
    let (staffed, second) = two();
    assert_eq!(
        found(&staffed, "finding-secret-administrator"),
        None,
        "no secret yet"
    );
    set(&staffed, &second, GOOD, None).unwrap();
    let named = found(&staffed, "finding-secret-administrator").unwrap();
    assert_eq!(named, "ct (root)");
    assert_eq!(found(&staffed, "finding-secret-old"), None);
    staffed.hospital.pass(Duration::from_secs(366 * 24 * 3600));
    assert_eq!(found(&staffed, "finding-secret-old").unwrap(), "ct (root)");
}

/// Windows servers and modality consoles are where one password opened every machine.
#[test]
fn s1_14_the_passwords_of_desktops_are_looked_at_as_all_others_are() {
    let (staffed, ssh) = two();
    let desktop = |name: &str, ip: &str, user: Option<&str>| {
        let rdp = user.is_some();
        let protocol = if rdp { Protocol::Rdp } else { Protocol::Vnc };
        let new = access::NewTarget {
            protocol,
            ssh: None,
            desktop: Some(access::DesktopTarget {
                user: user.map(str::to_owned),
                server: access::ServerIdentity::Tls {
                    spki: ids::Digest([7; 32]),
                },
                sign_in: rdp.then_some(access::DesktopSignIn::Nla),
            }),
            ..ssh_target(&staffed, name, ip)
        };
        registered(&staffed, new)
    };
    let windows = desktop("ris", "10.0.0.7", Some("Administrator"));
    let console = desktop("mri", "10.0.0.8", None);
    set(&staffed, &ssh, GOOD, None).unwrap();
    set(&staffed, &windows, OTHER, None).unwrap();
    let reused = set(&staffed, &console, GOOD, None).unwrap();
    assert_eq!(reused.weak, [SecretWeakness::Shared]);
    let shared = found(&staffed, "finding-secret-shared").unwrap();
    assert!(
        shared.contains("mri") && shared.contains("ct (root)"),
        "{shared}"
    );
    let standing = found(&staffed, "finding-secret-administrator").unwrap();
    assert!(standing.contains("ris (Administrator)"), "{standing}");
    let guessed = refused(set(&staffed, &console, "mri2024", None));
    assert!(!guessed.is_empty());
    staffed.hospital.pass(Duration::from_secs(366 * 24 * 3600));
    let old = found(&staffed, "finding-secret-old").unwrap();
    assert!(
        old.contains("ris (Administrator)") && old.contains("mri"),
        "{old}"
    );
}

#[test]
fn of_a_password_for_vnc_only_what_the_server_counts_is_judged_and_compared() {
    let staffed = Staffed::with("127.0.0.1:22".parse().unwrap(), &special());
    let vnc = |name: &str, ip: &str, user: Option<&str>| {
        let new = access::NewTarget {
            protocol: Protocol::Vnc,
            ssh: None,
            desktop: Some(access::DesktopTarget {
                user: user.map(str::to_owned),
                server: access::ServerIdentity::Tls {
                    spki: ids::Digest([7; 32]),
                },
                sign_in: None,
            }),
            ..ssh_target(&staffed, name, ip)
        };
        registered(&staffed, new)
    };
    let (mri, xray) = (vnc("mri", "10.0.0.8", None), vnc("xray", "10.0.0.9", None));
    // What comes after the eighth is nobody's obstacle.
    let begins_badly = refused(set(&staffed, &mri, "password-Vq8tLm2zRw", None));
    assert!(
        begins_badly.contains(&Reason::SecretListed),
        "{begins_badly:?}"
    );
    set(&staffed, &mri, "Vq8tLm2zRw-one", None).unwrap();
    let same = set(&staffed, &xray, "Vq8tLm2zKd-two", None).unwrap();
    assert_eq!(same.weak, [SecretWeakness::Shared]);
    // Where the server takes all of it, so does the judge.
    let named = vnc("ct", "10.0.0.10", Some("service"));
    let other = set(&staffed, &named, "Vq8tLm2zTy-three", None).unwrap();
    assert_eq!(other.weak, []);
}

#[test]
fn one_key_for_two_targets_is_found_whatever_its_comment() {
    let (staffed, second) = two();
    let key = ssh::LoginKey::generate().unwrap().pem().unwrap();
    for target in [&staffed.target, &second] {
        let secret = NewSecret::Key(key.clone());
        let engine = &staffed.hospital.engine;
        let setting = engine.set_target_secret(&staffed.clerk, target, Account::Main, secret);
        staffed.hospital.run(setting).unwrap();
    }
    assert_eq!(weak(&staffed, &second), [SecretWeakness::Shared]);
}

#[test]
fn an_engineer_asks_for_no_check() {
    let (staffed, _) = two();
    let checking = staffed.hospital.engine.check_secrets(&staffed.engineer);
    assert!(staffed.hospital.run(checking).is_err());
}

#[test]
fn a_session_that_runs_is_not_ended_by_what_a_check_finds() {
    let (staffed, _) = two();
    set(&staffed, &staffed.target, GOOD, None).unwrap();
    staffed.visit(Duration::from_secs(3600));
    let engine = &staffed.hospital.engine;
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Ssh);
    let opened = staffed.hospital.run(opening).unwrap();
    check(&staffed);
    assert!(opened.target_secret().is_ok());
    staffed
        .hospital
        .run(opened.close(EndReason::EngineerClosed));
}

#[test]
fn a_persons_passphrase_that_leaked_is_not_taken_either() {
    let (staffed, _) = two();
    let Staffed { hospital, .. } = &staffed;
    let folder = hospital.config.dir.join(vault::listed::FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    let leaked = passphrase("mori");
    std::fs::write(folder.join("leaked.words"), format!("{leaked}\n")).unwrap();
    let (employer, role) = (access::Employer::Hospital, access::Role::Inspector);
    let invitation = hospital.invite(&staffed.clerk, employer, role);
    let invitation: wire::Invitation = invitation.parse().unwrap();
    let start = wire::join::JoinStart {
        invitation: invitation.id,
        secret: invitation.secret,
        name: Some("森".to_owned()),
        login: Some("mori".to_owned()),
        contact: Some("090-0000-0000".to_owned()),
        passphrase: Some(wire::Secret::new(leaked)),
        device: None,
    };
    let source = Some(LAN.parse().unwrap());
    let connection = hospital
        .engine
        .connection(None, source, access::Door::Console);
    let refused = hospital.run(hospital.engine.join_start(connection, start));
    let reasons = refused.err().unwrap().reasons;
    assert_eq!(reasons, [wire::Said::plain("passphrase-listed")]);
}
