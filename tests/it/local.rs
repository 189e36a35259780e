//! Every call of the API as nobody, and with what is not what it expects.

use acceptance::hospital::Hospital;
use acceptance::local::ask;

/// Every call, as the paths in `wire` document it.
fn calls() -> Vec<(&'static str, String)> {
    let source = include_str!("../../domain/wire/src/api/v1/paths.rs");
    let mut calls = Vec::new();
    let mut comment = String::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            comment.push_str(text);
            comment.push(' ');
        } else if let Some(path) = line
            .strip_prefix("pub const ")
            .and_then(|rest| rest.split('"').nth(1))
        {
            for method in ["GET", "POST", "PUT"] {
                if comment.split([' ', ',']).any(|word| word == method) {
                    calls.push((method, path.replace("{number}", "1")));
                }
            }
            comment.clear();
        }
    }
    assert!(calls.len() > 50, "{}", calls.len());
    calls
}

#[test]
fn l15_every_call_with_a_forged_token_is_answered_with_sign_in_first() {
    let hospital = Hospital::shared();
    for (method, path) in calls() {
        if path.ends_with("/sign-in") {
            continue;
        }
        let answer = ask(
            &hospital.dir,
            method,
            &path,
            Some("sekisho-token-AAAA"),
            Some(b"{}"),
        );
        assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
        assert_eq!(answer.json()["id"], "error-signed-out", "{method} {path}");
    }
}

#[test]
fn every_call_says_what_is_wrong_with_bad_input_and_nothing_falls_over() {
    let hospital = Hospital::shared();
    let bad: [&[u8]; 6] = [
        b"not json",
        b"[]",
        br#"{"surprise":1}"#,
        b"\xff\xfe",
        br#"{"reason":"a","reason":"b"}"#,
        b"{\"reason\":\"\\u0000\"}",
    ];
    for (method, path) in calls() {
        // What the machine's operator may do is tested where it does not harm the others.
        let harmful = ["/isolate", "/end"].iter().any(|end| path.ends_with(end));
        // A search is a reading with a body, and an empty list is an empty one.
        if method == "GET" || path.ends_with("/search") || harmful {
            continue;
        }
        for body in bad {
            if path.ends_with("/verify") && body == b"[]" {
                // The operator may verify a recording, and an empty list is no field too many.
                continue;
            }
            let answer = ask(&hospital.dir, method, &path, None, Some(body));
            assert!(
                (400..500).contains(&answer.status),
                "{method} {path} with {}: {answer:?}",
                String::from_utf8_lossy(body)
            );
            let said = answer.json();
            let has_words = said["id"].is_string() || said["reasons"].is_array();
            assert!(has_words, "{method} {path}: {answer:?}");
        }
    }
    let unknown = ask(&hospital.dir, "GET", "/api/v1/nothing", None, None);
    assert_eq!(unknown.status, 404);
    let other = ask(&hospital.dir, "DELETE", "/api/v1/status", None, None);
    assert_eq!(other.status, 405);
    assert_eq!(
        ask(&hospital.dir, "GET", "/api/v1/status", None, None).status,
        200
    );
}

#[test]
fn root_without_a_persons_factors_changes_nothing_at_any_call() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let before = ask(&hospital.dir, "GET", "/api/v1/targets", None, None);
    for (method, path) in calls() {
        // A search is a reading.
        let allowed = ["/isolate", "/end", "/sign-in", "/sign-out", "/search"];
        if method == "GET" || allowed.iter().any(|end| path.ends_with(end)) {
            continue;
        }
        for body in bodies(&crew.vendor) {
            let answer = ask(&hospital.dir, method, &path, None, Some(body.as_bytes()));
            assert!(
                (400..500).contains(&answer.status),
                "root may {method} {path} with {body}: {answer:?}"
            );
        }
    }
    let after = ask(&hospital.dir, "GET", "/api/v1/targets", None, None);
    assert_eq!(before.body, after.body);
}

/// One body of the right form for each call that takes one.
fn bodies(vendor: &str) -> Vec<String> {
    let address = r#"{"host":"127.0.0.1","ip":"127.0.0.1","port":9}"#;
    vec![
        "{}".to_owned(),
        r#"{"reason":"because"}"#.to_owned(),
        r#"{"way":"agree"}"#.to_owned(),
        r#"{"way":"after_delay"}"#.to_owned(),
        r#"{"way":"duty"}"#.to_owned(),
        format!(r#"{{"address":{address}}}"#),
        r#"{"purpose":{"person":{"employer":"hospital","roles":["approver"]}}}"#.to_owned(),
        r#"{"words":["a","b","c","d","e","f","g","h"]}"#.to_owned(),
        r#"{"sources":[{"net":"10.1.0.0/24"}]}"#.to_owned(),
        r#"{"name":"Own KK","sources":[{"net":"10.1.0.0/24"}],"phone":"1"}"#.to_owned(),
        format!(
            r#"{{"name":"own","protocol":"tcp","address":{address},"recording":"payload","approvals":"one",
            "emergency":false,"hours":"always","longest_minutes":60,"quota_bytes":1000,"vendors":["{vendor}"]}}"#
        ),
    ]
}

#[test]
fn l37_the_local_socket_is_its_owners_alone() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let hospital = Hospital::shared();
    let socket = hospital.dir.join("run/sekisho.sock");
    let found = std::fs::symlink_metadata(&socket).unwrap();
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    let folder = std::fs::metadata(socket.parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    for (path, what) in [("site.db", "the ledger"), ("keys.sealed", "the keys")] {
        let path = hospital.dir.join(path);
        if path.exists() {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{what} can be read by others");
        }
    }
}

#[test]
fn a_person_signed_in_at_the_machine_approves_there() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let requested = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = requested["request"].as_str().unwrap();
    hospital.chief.sign_in_at_the_gateway(&hospital.dir);
    let approved = hospital
        .chief
        .at_the_gateway(&hospital.dir)
        .args(["approve", request])
        .json();
    assert!(approved["granted"]["grant"].is_string(), "{approved:#}");
    // The same token is worth nothing over the network.
    let kept = acceptance::files::below(&hospital.chief.home.join("local"));
    let local_sign_in = kept
        .iter()
        .find(|path| path.ends_with("sign-in.json"))
        .unwrap();
    let network = hospital.chief.home.join("sites/handa/sign-in.json");
    std::fs::copy(local_sign_in, &network).unwrap();
    hospital.chief.tries(["requests"]).expect(4);
}
