//! The scan finds what is planted, and knows where a secret may stand.

use std::fs;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};

use super::{Canaries, Canary, Kind, Report, append, asked, handed_of, scan};

const SECRET: &str = "Orbit \"kettle\" für 7 thistles";

fn canary(kind: Kind) -> Canary {
    let secret = SECRET.as_bytes().to_vec();
    Canary { kind, secret }
}

fn canaries() -> Canaries {
    Canaries::new(&[canary(Kind::Passphrase)])
}

/// What the scan says of a run in which this was handed over and this was left.
fn left(kind: Kind, files: &[(&str, &[u8])]) -> Report {
    let run = tempfile::tempdir().unwrap();
    let line = format!("{} {}\n", kind.name(), HEXLOWER.encode(SECRET.as_bytes()));
    append(&handed_of(run.path()).join("1"), line.as_bytes());
    for (path, content) in files {
        append(&run.path().join(path), content);
    }
    scan(run.path())
}

#[test]
fn l29_a_secret_is_found_in_every_form_wherever_it_begins() {
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| SECRET.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let bytes: Vec<String> = SECRET.bytes().map(|byte| byte.to_string()).collect();
    for before in 0..9 {
        let whole = [&vec![b'x'; before][..], SECRET.as_bytes(), b"and more"].concat();
        for planted in [
            whole.clone(),
            HEXLOWER.encode(&whole).into(),
            HEXLOWER.encode(&whole).to_uppercase().into(),
            BASE64.encode(&whole).into(),
            data_encoding::BASE64URL.encode(&whole).into(),
            BASE32_NOPAD.encode(&whole).into(),
            BASE32_NOPAD.encode(&whole).to_lowercase().into(),
            serde_json::Value::from(String::from_utf8(whole.clone()).unwrap())
                .to_string()
                .into(),
            format!("{:?}", String::from_utf8(whole.clone()).unwrap()).into(),
            format!("{whole:?}").into(),
            serde_json::Value::from(whole.clone()).to_string().into(),
        ] {
            let found = canaries().in_bytes(&planted);
            assert!(
                !found.is_empty(),
                "{:?}",
                planted.escape_ascii().to_string()
            );
        }
    }
    for planted in [
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        format!("[{}]", bytes.join(", ")).into(),
        b"?p=Orbit%20%22kettle%22%20f%C3%BCr%207%20thistles&".to_vec(),
        b"p=Orbit+%22kettle%22+f%c3%bcr+7+thistles".to_vec(),
        br#"{"p":"Orbit \"kettle\" f\u00fcr 7 thistles"}"#.to_vec(),
    ] {
        let found = canaries().in_bytes(&planted);
        assert!(
            !found.is_empty(),
            "{:?}",
            planted.escape_ascii().to_string()
        );
    }
    assert!(
        canaries()
            .in_bytes(b"Orbit kettle, and thistles")
            .is_empty()
    );
}

#[test]
fn l29_a_secret_that_the_vault_made_is_looked_for_as_the_target_hears_it() {
    // What the gateway seals has a letter before it; what leaks has none.
    let password = format!("p{SECRET}");
    assert_eq!(
        super::private::of_a_target(password.as_bytes()),
        (Kind::TargetPassword, SECRET.as_bytes().to_vec())
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let mut keygen = std::process::Command::new("ssh-keygen");
    keygen
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&path);
    assert!(keygen.status().unwrap().success());
    let pem = fs::read_to_string(&path).unwrap();
    for letter in ["k", "c"] {
        let sealed = format!("{letter}{pem}");
        let (kind, secret) = super::private::of_a_target(sealed.as_bytes());
        assert_eq!((kind, secret.len()), (Kind::TargetKey, 32));
        let canaries = Canaries::new(&[Canary { kind, secret }]);
        let body: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
        let leaked = BASE64.decode(body.as_bytes()).unwrap();
        assert!(!canaries.in_bytes(&leaked).is_empty());
        assert!(
            !canaries.in_bytes(pem.as_bytes()).is_empty(),
            "as the file is"
        );
    }
}

#[test]
fn l29_a_secret_is_found_where_lines_were_broken_and_where_a_file_was_read_in_pieces() {
    let wrapped: Vec<String> = BASE64
        .encode(SECRET.as_bytes())
        .as_bytes()
        .chunks(10)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert!(
        !canaries()
            .in_bytes(wrapped.join("\n  ").as_bytes())
            .is_empty()
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    for before in [scan::PIECE - 7, scan::PIECE * 2 - 1] {
        fs::write(&path, [&vec![b'.'; before][..], SECRET.as_bytes()].concat()).unwrap();
        assert!(!canaries().in_file(&path).is_empty(), "{before}");
    }
}

#[test]
fn l29_a_planted_secret_fails_the_scan_and_is_not_shown_by_it() {
    let log = format!(
        "{{\"fields\":{{\"passphrase\":{}}}}}",
        serde_json::Value::from(SECRET)
    );
    let report = left(
        Kind::Passphrase,
        &[("files/sekisho-1/gateway.log", log.as_bytes())],
    );
    assert_eq!(report.wrong.len(), 1, "{report:?}");
    assert!(report.wrong[0].contains("Passphrase") && report.wrong[0].contains("gateway.log"));
    assert!(!format!("{report:?}").contains("kettle"), "{report:?}");
    let named = format!("files/sekisho-1/{}", HEXLOWER.encode(SECRET.as_bytes()));
    let report = left(Kind::Passphrase, &[(&named, b"nothing")]);
    assert_eq!(report.wrong.len(), 1, "in a name: {report:?}");
}

#[test]
fn l29_what_may_stand_in_one_place_may_not_stand_in_another() {
    let (its_own, other) = (
        "files/sekisho-1/passphrase-sato",
        "files/sekisho-1/site/site.db",
    );
    let report = left(Kind::Passphrase, &[(its_own, SECRET.as_bytes())]);
    assert_eq!(
        (report.wrong.len(), report.expected.len()),
        (0, 1),
        "{report:?}"
    );
    let report = left(
        Kind::Passphrase,
        &[(its_own, SECRET.as_bytes()), (other, SECRET.as_bytes())],
    );
    assert_eq!(
        (report.wrong.len(), report.expected.len()),
        (1, 1),
        "{report:?}"
    );
    let report = left(Kind::Token, &[(its_own, SECRET.as_bytes())]);
    assert_eq!(report.wrong.len(), 1, "another secret: {report:?}");
    let report = left(
        Kind::Invitation,
        &[("said/7-1-person-invite", SECRET.as_bytes())],
    );
    assert_eq!(report.wrong, Vec::<String>::new());
    let report = left(
        Kind::Invitation,
        &[("said/7-1-person-list", SECRET.as_bytes())],
    );
    assert_eq!(report.wrong.len(), 1, "{report:?}");
}

#[test]
fn l29_a_core_dump_fails_the_scan_whatever_is_in_it_and_so_does_a_run_that_noted_nothing() {
    let report = left(
        Kind::Passphrase,
        &[("files/sekisho-1/core.4711", b"memory")],
    );
    assert_eq!(report.wrong.len(), 1, "{report:?}");
    let run = tempfile::tempdir().unwrap();
    append(&run.path().join("files/sekisho-1/gateway.log"), b"quiet");
    assert_eq!(scan(run.path()).wrong.len(), 1);
}

#[test]
fn a_command_is_written_down_under_its_verb() {
    let asked = |words: &[&str]| {
        let mut command = std::process::Command::new("/somewhere/sekisho");
        asked(command.args(words))
    };
    assert_eq!(
        asked(&["--home", "/h", "person", "invite", "--out", "x"]),
        "person-invite"
    );
    assert_eq!(
        asked(&[
            "--from-address",
            "127.0.1.5",
            "join",
            "sekisho-invitation-1:x"
        ]),
        "join"
    );
    assert_eq!(asked(&["-vvv"]), "sekisho");
}
