//! Weak secrets, through the real binary: refused, accepted with a reason, found, listed, never shown.

use acceptance::canary::{self, Kind};
use acceptance::hospital::Hospital;
use acceptance::people::text;
use acceptance::run::Done;

/// Weak, and said only with a reason.
const SHORT: &str = "tRk4wq9Z";
const GOOD: &str = "vG7-qmTz2xRw-heron";

fn set(hospital: &Hospital, target: &str, password: &str, more: &[&str]) -> Done {
    let run = hospital
        .clerk
        .sekisho()
        .args(["secret", "set", target, "--password-stdin"]);
    run.args(more).input(format!("{password}\n")).done()
}

#[test]
fn a_weak_secret_is_refused_accepted_with_a_reason_found_and_never_shown() {
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Weak KK");
    let host_key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEqRzpGK1Mk6Hzbk3nnTZ9/JW/IX+x/pO7F0FAvSXn6t";
    let ssh = ["--protocol", "ssh", "--host-key", host_key, "--user"];
    for (name, user, at) in [
        ("ct", "root", "10.9.8.1:22"),
        ("mri", "hosyu", "10.9.8.2:22"),
    ] {
        let args: Vec<&str> = ssh.iter().copied().chain([user]).collect();
        hospital.target(name, &vendor, at.parse().unwrap(), &args);
    }
    let refused = set(&hospital, "ct", "P@ssw0rd", &[]);
    assert_ne!(refused.code, 0);
    let said = refused.err.clone() + &String::from_utf8_lossy(&refused.out);
    assert!(!said.contains("P@ssw0rd"), "{said}");

    canary::hand(Kind::TargetPassword, SHORT);
    canary::hand(Kind::TargetPassword, GOOD);
    set(
        &hospital,
        "ct",
        SHORT,
        &["--accept", "takes eight characters"],
    )
    .expect(0);
    set(&hospital, "mri", GOOD, &[]).expect(0);
    let secrets = hospital.clerk.asks(["secret", "list"]);
    let ct = &secrets["secrets"][0];
    assert_eq!(text(ct, "accepted"), "takes eight characters");
    assert_eq!(
        ct["weak"],
        serde_json::json!(["guessable", "administrator"])
    );
    assert!(secrets["secrets"][1].get("weak").is_none(), "{secrets}");

    // The same one twice is found on both, and its word stands among what is to be looked at.
    set(&hospital, "ct", GOOD, &[]).expect(0);
    let secrets = hospital.clerk.asks(["secret", "check"]);
    assert_eq!(
        secrets["secrets"][1]["same_as"],
        serde_json::json!(["ct (root)"])
    );
    assert_eq!(secrets["secrets"][1]["weak"], serde_json::json!(["shared"]));
    let status = hospital.clerk.asks(["site", "status"]).to_string();
    assert!(status.contains("finding-secret-shared"), "{status}");

    let policy = [
        "secret",
        "policy",
        "--refused",
        "weak-or-shared",
        "--administrator",
        "hosyu",
    ];
    hospital.clerk.tries(policy).expect(0);
    assert_ne!(set(&hospital, "mri", GOOD, &[]).code, 0);
    let history = hospital.clerk.asks(["secret", "history", "ct"]);
    assert_eq!(history[0]["history"].as_array().map(Vec::len), Some(2));
    for args in [
        &["secret", "list"][..],
        &["secret", "history", "ct"],
        &["secret", "policy"],
    ] {
        let said = hospital.clerk.tries(args).expect(0).out.clone();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(!said.contains(GOOD) && !said.contains(SHORT), "{said}");
    }
    assert!(!hospital.events("secrets_checked").is_empty());
    assert_eq!(hospital.events("secret_policy_set").len(), 1);
}
