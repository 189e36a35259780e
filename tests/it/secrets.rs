//! L29: no secret stands where it was not meant to.

use acceptance::canary::{self, Kind};
use acceptance::hospital::{Hospital, Plan, SITE, invitation_in};
use acceptance::link::Link;
use acceptance::{Person, files};
use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};

/// Every form in which bytes could have been written.
fn forms(bytes: &[u8]) -> Vec<String> {
    vec![
        HEXLOWER.encode(bytes),
        BASE64.encode(bytes),
        BASE32_NOPAD.encode(bytes),
        BASE32_NOPAD.encode(bytes).to_lowercase(),
    ]
}

/// The secret inside an invitation: the last field before the checksum, after its length.
fn secret_of(invitation: &str) -> Vec<u8> {
    let body = invitation.split_once(':').unwrap().1.to_uppercase();
    let bytes = BASE32_NOPAD.decode(body.as_bytes()).unwrap();
    let end = bytes.len() - 4;
    let length = [32, 20, 16]
        .into_iter()
        .find(|length| usize::from(bytes[end - length - 1]) == *length)
        .expect("a secret of 128 bits or more");
    bytes[end - length..end].to_vec()
}

fn of_a_person(person: &Person) -> Vec<String> {
    let seed = BASE32_NOPAD.decode(person.phone.shown.as_bytes()).unwrap();
    let mut canaries = vec![
        person.passphrase.clone(),
        person.phone.shown.clone(),
        person.token(SITE),
    ];
    canaries.extend(forms(&seed));
    canaries
}

#[test]
fn l29_no_secret_stands_in_the_sites_files_the_log_or_the_answers() {
    const KEY_PASSPHRASE: &str = "umbrella quarry eleven Saffron tides";
    let mut hospital = Hospital::build(Plan {
        key_passphrase: Some(KEY_PASSPHRASE.to_owned()),
        log: Some("trace"),
        ..Plan::default()
    });
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let visit = hospital.visit(engineer, &crew.target, &[]);
    let mut link = Link::open(engineer, &crew.target);
    let mut live = link.live();
    live.echo(b"a word that only the recording may hold: cerulean-heron");
    drop(live);
    link.says("end-engineer-closed");
    let codes = hospital.clerk.asks(["emergency", "codes"]);
    let codes: Vec<String> = codes["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    for code in &codes {
        canary::hand(Kind::EmergencyCode, code);
    }
    let unused = hospital.invite_engineer(&crew.vendor);
    hospital.clerk.sign_in_at_the_gateway(&hospital.dir);
    let receipt = hospital.folder.join("receipt");
    hospital
        .clerk
        .sekisho()
        .args(["receipt", "export", &visit.visit, "--out"])
        .arg(&receipt)
        .ok();
    // A wrong passphrase is a secret, too: it is often the right one of somewhere else.
    let wrong = hospital.folder.join("wrong-passphrase");
    std::fs::write(&wrong, "kettle orbit thistle Granite 44\n").unwrap();
    engineer
        .sekisho()
        .args([
            "login",
            "--login",
            &engineer.login,
            "--code",
            "123456",
            "--passphrase-file",
        ])
        .arg(&wrong)
        .done()
        .expect(4);

    let mut canaries = vec![
        KEY_PASSPHRASE.to_owned(),
        "kettle orbit thistle Granite 44".to_owned(),
        "cerulean-heron".to_owned(),
    ];
    for person in [&hospital.clerk, &hospital.chief, engineer] {
        canaries.extend(of_a_person(person));
    }
    canaries.extend(codes);
    for invitation in [invitation_in(&hospital.founded.text()), unused] {
        canaries.extend(forms(&secret_of(&invitation)));
        canaries.push(invitation.split_once(':').unwrap().1.to_owned());
    }
    for half in &hospital.kit {
        canaries.extend(half.split_whitespace().map(str::to_owned));
        canaries.push(half.clone());
    }
    let lines = |half: &String| half.split('\n').map(str::to_owned).collect::<Vec<_>>();
    canaries.retain(|canary| canary.len() > 5);
    canaries.extend(hospital.kit.iter().flat_map(lines));

    let answers = [
        hospital.clerk.tries(["site", "status"]),
        hospital.clerk.tries(["person", "list"]),
        hospital.clerk.tries(["device", "list"]),
        hospital.clerk.tries(["requests", "--all"]),
        hospital.clerk.tries(["sessions"]),
        hospital.clerk.tries(["visit", "show", &visit.visit]),
        hospital.clerk.tries(["recording", "list"]),
        engineer.tries(["target", "list"]),
        engineer.sign_in(),
    ];
    canaries.push(engineer.token(SITE));
    let exported = hospital.folder.join("exported-ledger");
    hospital
        .clerk
        .sekisho()
        .args(["ledger", "export", "--out"])
        .arg(&exported)
        .ok();
    for answer in &answers {
        for canary in &canaries {
            assert!(
                !answer.text().contains(canary) && !answer.err.contains(canary),
                "{canary}: {answer}"
            );
        }
    }
    assert_eq!(files::holding(&hospital.dir, &canaries), []);
    assert_eq!(files::holding(&exported, &canaries), []);
    assert_eq!(files::holding(&receipt, &canaries), []);
    assert!(
        hospital.log().contains("a sign-in failed"),
        "the log tells nothing: {}",
        hospital.log()
    );
    let held: Vec<&String> = canaries
        .iter()
        .filter(|canary| hospital.log().contains(*canary))
        .collect();
    assert_eq!(held, Vec::<&String>::new(), "in the gateway's log");
    hospital.stop("TERM");
    assert_eq!(files::holding(&hospital.dir, &canaries), []);
    assert!(
        files::holding(&hospital.dir, &[SITE.to_owned()]).len() > 1,
        "the search finds what is there"
    );
}

#[test]
fn what_joining_shows_is_shown_once_and_to_the_person_alone() {
    let hospital = Hospital::shared();
    let engineer = &hospital.crew().engineer;
    // The secret of the codes goes beside the answer: it is not for a program's log.
    assert!(!engineer.joined.text().contains(&engineer.phone.shown));
    assert!(engineer.joined.err.contains("otpauth://"));
    let home = engineer.home.join("sites").join(SITE);
    for name in [
        "site.json",
        "device.key",
        "witness.key",
        "sign-in.json",
        "memory.json",
    ] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let everything = files::holding(
        &engineer.home,
        &[engineer.passphrase.clone(), engineer.phone.shown.clone()],
    );
    assert_eq!(everything, [], "neither passphrase nor secret is kept");
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let key = crew
        .engineer
        .home
        .join("sites")
        .join(SITE)
        .join("device.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let done = crew.engineer.tries(["connect", &crew.target]);
    done.expect(1).says("device.key");
}

#[test]
fn an_invitation_can_be_kept_in_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Files KK");
    let out = hospital.folder.join("invitation.txt");
    let shown = hospital
        .clerk
        .sekisho()
        .args([
            "person", "invite", "--vendor", &vendor, "--role", "engineer", "--out",
        ])
        .arg(&out)
        .json();
    assert!(
        !shown.to_string().contains("sekisho-invitation"),
        "{shown:#}"
    );
    assert_eq!(
        std::fs::metadata(&out).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(shown["until"].is_i64(), "{shown:#}");
    invitation_in(&std::fs::read_to_string(&out).unwrap());
}
