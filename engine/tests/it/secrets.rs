//! Secrets of targets: sealed, used, never seen.

use std::path::Path;
use std::time::Duration;

use access::{EndReason, Protocol, Reason, SecretKind};
use engine::{NewSecret, OpenedSession, SecretMissing, SetSecretError, TargetSecret};
use zeroize::Zeroizing;

use crate::hospital::{Special, Staffed};

/// What must be found nowhere.
const CANARY: &str = "canary-7f3a91c2-password";

fn host_key() -> String {
    let pair = ssh::HostKeyPair::generate().unwrap();
    pair.public().to_string()
}

fn staffed() -> Staffed {
    let special = Special {
        ssh: Some(host_key() + " root@mri"),
        ..Special::default()
    };
    Staffed::with("127.0.0.1:22".parse().unwrap(), &special)
}

fn set(staffed: &Staffed, secret: NewSecret) -> Result<Option<String>, SetSecretError> {
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(
        &staffed.clerk,
        &staffed.target,
        engine::Account::Main,
        secret,
    );
    staffed.hospital.run(setting)
}

fn password(text: &str) -> NewSecret {
    NewSecret::Password(Zeroizing::new(text.to_owned()))
}

fn open(staffed: &Staffed) -> Result<OpenedSession, access::Refusal> {
    let engine = &staffed.hospital.engine;
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Ssh);
    staffed.hospital.run(opening)
}

fn is_password(secret: &TargetSecret, expected: &str) -> bool {
    matches!(secret, TargetSecret::Password(text) if text.as_str() == expected)
}

#[test]
fn a_target_without_a_secret_is_not_entered_and_somebody_is_told() {
    let staffed = staffed();
    staffed.visit(Duration::from_secs(3600));
    let refused = open(&staffed).err().unwrap();
    assert_eq!(refused.reasons, [Reason::SecretMissing]);
    let found = |staffed: &Staffed| {
        let findings = staffed.hospital.engine.findings();
        findings
            .iter()
            .any(|finding| finding.id == "finding-no-secret")
    };
    assert!(found(&staffed));
    set(&staffed, password(CANARY)).unwrap();
    assert!(!found(&staffed));
    let opened = open(&staffed).unwrap();
    assert!(is_password(&opened.target_secret().ok().unwrap(), CANARY));
}

#[test]
fn l29_a_secret_stands_in_no_file_no_answer_and_no_debug_text() {
    let staffed = staffed();
    staffed.visit(Duration::from_secs(3600));
    set(&staffed, password(CANARY)).unwrap();
    let opened = open(&staffed).unwrap();
    let _in_use = opened.target_secret().ok().unwrap();
    let Staffed {
        hospital, clerk, ..
    } = &staffed;
    let visit = opened.permit().visit().clone();
    let mut said = format!(
        "{opened:?} {:?} {:?}",
        opened.permit(),
        &*hospital.engine.site()
    );
    said += &serde_json::to_string(&*hospital.engine.site()).unwrap();
    said += &format!("{:?}", hospital.engine.findings());
    hospital.run(opened.close(EndReason::EngineerClosed));
    let receipt = hospital
        .run(hospital.engine.receipt(clerk, &visit))
        .unwrap();
    said += &format!("{receipt:?}");
    let mut files = 0;
    for (path, bytes) in hospital.run(hospital.engine.export_ledger(clerk)).unwrap() {
        assert!(!holds(&bytes, CANARY), "{path}");
    }
    assert!(!said.contains(CANARY));
    each_file(&hospital.config.dir, &mut |path, bytes| {
        files += 1;
        assert!(!holds(bytes, CANARY), "{}", path.display());
    });
    assert!(files > 3, "the site's files were looked at");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else if path.is_file() {
            look(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_new_secret_takes_the_place_of_the_old_one() {
    let staffed = staffed();
    staffed.visit(Duration::from_secs(3600));
    set(&staffed, password("vG7-qmTz2xRw")).unwrap();
    let before = open(&staffed).unwrap();
    set(&staffed, password("pK4-wnRb8yQz")).unwrap();
    assert_eq!(before.target_secret().err(), Some(SecretMissing));
    let after = open(&staffed).unwrap();
    assert!(is_password(
        &after.target_secret().ok().unwrap(),
        "pK4-wnRb8yQz"
    ));
}

#[test]
fn two_who_set_a_secret_at_once_leave_one_that_opens() {
    let staffed = staffed();
    staffed.visit(Duration::from_secs(3600));
    let Staffed {
        hospital,
        clerk,
        target,
        ..
    } = &staffed;
    let set = |text: &str| {
        hospital
            .engine
            .set_target_secret(clerk, target, engine::Account::Main, password(text))
    };
    let (one, other) = (set("jH5-xcVm3tLs"), set("dS9-zkNf6gWp"));
    let (one, other) = hospital.run(async { tokio::join!(one, other) });
    one.unwrap();
    other.unwrap();
    let opened = open(&staffed).unwrap();
    let secret = opened.target_secret().ok().unwrap();
    assert!(is_password(&secret, "jH5-xcVm3tLs") || is_password(&secret, "dS9-zkNf6gWp"));
}

#[test]
fn a_key_that_the_gateway_made_shows_its_public_half_only() {
    let staffed = staffed();
    staffed.visit(Duration::from_secs(3600));
    let line = set(&staffed, NewSecret::Generate).unwrap().unwrap();
    assert!(line.contains("ssh-ed25519 "), "{line}");
    {
        let site = staffed.hospital.engine.site();
        let target = site.target(&staffed.target).unwrap();
        assert_eq!((target.secret, target.secrets), (Some(SecretKind::Key), 1));
    }
    let opened = open(&staffed).unwrap();
    let Ok(TargetSecret::Key(pem)) = opened.target_secret() else {
        panic!("a key");
    };
    let public = ssh::check_private_key(std::str::from_utf8(&pem).unwrap()).unwrap();
    assert!(line.contains(&public.to_string()), "{line}");
}

#[test]
fn what_is_no_key_is_refused_and_nothing_is_kept() {
    let staffed = staffed();
    let key = NewSecret::Key(Zeroizing::new("-----BEGIN NOTHING-----".to_owned()));
    assert!(matches!(set(&staffed, key), Err(SetSecretError::Key(_))));
    assert!(matches!(
        set(&staffed, password("")),
        Err(SetSecretError::Refused(_))
    ));
    let site = staffed.hospital.engine.site();
    assert_eq!(site.target(&staffed.target).unwrap().secret, None);
}

#[test]
fn an_engineer_sets_no_secret() {
    let staffed = staffed();
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(
        &staffed.engineer,
        &staffed.target,
        engine::Account::Main,
        password("x"),
    );
    let refused = staffed.hospital.run(setting);
    assert!(matches!(refused, Err(SetSecretError::Refused(_))));
}

#[test]
fn the_sites_own_host_key_stays_the_same_after_a_restart() {
    let staffed = staffed();
    let before = staffed.hospital.engine.ssh_host_key();
    assert!(before.starts_with("ssh-ed25519 "));
    let hospital = staffed.hospital.restarted();
    assert_eq!(hospital.engine.ssh_host_key(), before);
}

#[test]
fn a_host_key_is_pinned_without_names_and_comments_and_only_if_it_is_one() {
    let staffed = staffed();
    let Staffed {
        hospital,
        clerk,
        target,
        ..
    } = &staffed;
    let pinned = || {
        let site = hospital.engine.site();
        site.target(target).unwrap().ssh.clone().unwrap().host_key
    };
    assert_eq!(pinned().split(' ').count(), 2, "{}", pinned());
    let other = host_key();
    let line = format!("mri.example,10.0.0.5 {other} root@mri");
    let pinning = hospital.engine.pin_host_key(clerk, target, &line);
    hospital.run(pinning).unwrap();
    assert_eq!(pinned(), other);
    let wrong = hospital
        .engine
        .pin_host_key(clerk, target, "ssh-ed25519 AAAA");
    let refused = hospital.run(wrong).unwrap_err();
    assert_eq!(refused.reasons, [Reason::HostKeyNotPossible]);
}
