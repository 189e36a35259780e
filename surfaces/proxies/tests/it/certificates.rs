//! Targets that are entered with a certificate for one sign-in, at OpenSSH's server.

use std::fs;
use std::time::{Duration, SystemTime};

use access::EndReason;
use engine::{Account, NewSecret};

use crate::sshd::{Ground, Wish, until};

const MINUTE: Duration = Duration::from_secs(60);

fn authority(ground: &Ground) -> String {
    let (clerk, target) = (&ground.staffed.clerk, &ground.staffed.target);
    let secret = NewSecret::Authority;
    let setting = ground
        .engine()
        .set_target_secret(clerk, target, Account::Main, secret);
    ground.run(setting).unwrap().unwrap()
}

/// A hospital whose clock is so much behind its target's; and the line by which that trusts it.
fn behind(by: Duration) -> (Ground, String) {
    let ground = Ground::new(Wish {
        founded: Some(SystemTime::now() - by),
        ..Wish::default()
    });
    let line = authority(&ground);
    fs::write(ground.sshd.path("authorized"), format!("{line}\n")).unwrap();
    (ground, line)
}

#[test]
fn a_target_trusts_an_authority_keeps_no_key_and_its_own_log_names_who_came() {
    let (ground, line) = behind(Duration::ZERO);
    assert!(
        line.starts_with("cert-authority,restrict,pty ssh-ed25519 "),
        "{line}"
    );
    let ran = ground.ran("ssh", &["target", "echo by-certificate"]);
    assert_eq!(
        (ran.status, ran.out.trim()),
        (Some(0), "by-certificate"),
        "{ran:?}"
    );
    let log = || fs::read_to_string(ground.sshd.path("sshd.log")).unwrap();
    until("the target's log names the session", || {
        log().contains("ED25519-CERT")
            && log().contains("ID sekisho handa/session-1 handa/person-2 (serial 1)")
    });
    // Every sign-in has a key of its own, and a number.
    let again = ground.ran("ssh", &["target", "true"]);
    assert_eq!(again.status, Some(0), "{again:?}");
    until("the next one too", || {
        log().contains("handa/session-2 handa/person-2 (serial 2)")
    });
    let log = log();
    let accepted = log.lines().filter(|line| line.contains("Accepted"));
    let keys: std::collections::BTreeSet<&str> = accepted
        .filter_map(|line| {
            line.split_whitespace()
                .find(|word| word.starts_with("SHA256:"))
        })
        .collect();
    assert_eq!(keys.len(), 2, "{log}");
}

#[test]
fn a_certificate_opens_no_target_whose_clock_says_another_hour_and_the_session_says_so() {
    for (by, opens) in [(12 * MINUTE, true), (40 * MINUTE, false)] {
        let (ground, _) = behind(by);
        let ran = ground.ran("ssh", &["target", "true"]);
        assert_eq!(ran.status == Some(0), opens, "{by:?}: {ran:?}");
        if !opens {
            assert!(ran.err.contains("did not accept the login"), "{ran:?}");
            assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
        }
    }
}

/// What leaks from one target's entry opens no other one.
#[test]
fn s1_14_each_target_has_an_authority_of_its_own() {
    let (ground, _) = behind(Duration::ZERO);
    let (other, line) = behind(Duration::ZERO);
    fs::write(ground.sshd.path("authorized"), format!("{line}\n")).unwrap();
    let ran = ground.ran("ssh", &["target", "true"]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    drop(other);
}

#[test]
fn an_authority_that_was_set_anew_opens_nothing_until_the_target_trusts_it() {
    let (ground, before) = behind(Duration::ZERO);
    let line = authority(&ground);
    assert_ne!(line, before);
    let ran = ground.ran("ssh", &["target", "true"]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    fs::write(ground.sshd.path("authorized"), format!("{line}\n")).unwrap();
    let ran = ground.ran("ssh", &["target", "true"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
}
