//! An emergency account through the real binary, a real browser and a real `sshd`: one person orders the envelope,
//! another prints it, somebody uses it past the gateway, that is found, and the next number takes its place.

use std::cell::RefCell;

use acceptance::browser::{Browser, approver};
use acceptance::canary::{self, Canaries, Kind};
use acceptance::hospital::{Hospital, Plan};
use acceptance::lab::Lin;
use acceptance::people::{Person, text};
use acceptance::run::Run;
use acceptance::ssh::register;
use acceptance::wait;
use serde_json::{Value, json};

const TARGET: &str = "lin-for-emergencies";

fn account(hospital: &Hospital) -> Value {
    let kept = hospital.clerk.asks(["secret", "envelope", TARGET]);
    kept[0].clone()
}

fn stands(hospital: &Hospital, standing: &str) {
    wait::until(standing, || {
        (text(&account(hospital), "standing") == standing).then_some(())
    });
}

/// Orders envelope `number`, has it printed in a browser by somebody else, and gives what stands on the sheet.
fn envelope(hospital: &Hospital, number: u64, prints: &Person) -> String {
    let order = ["secret", "envelope", TARGET, "--order"];
    hospital.clerk.sekisho().args(order).ok();
    stands(hospital, "awaiting_print");
    let known = account(hospital);
    assert_eq!(known["envelope"]["number"], number);
    let target = text(&known, "target");
    let target = target.rsplit('-').next().unwrap_or_default();
    let sheet = RefCell::new(String::new());
    Browser::before(hospital)
        .with("orders", &hospital.clerk)
        .with("prints", prints)
        .fact("target", target)
        .fact("envelope", number)
        .answers("sheet", |asked| {
            let secret = text(asked, "secret");
            canary::hand(Kind::EnvelopePassword, &secret);
            *sheet.borrow_mut() = secret;
            json!({})
        })
        .tells(&["envelope"]);
    stands(hospital, "sealed");
    sheet.into_inner()
}

/// `ssh` straight to the server as somebody with the opened envelope types it.
fn past_the_gateway(hospital: &Hospital, lin: &Lin, password: &str, more: &[&str]) -> Run {
    let types = hospital.folder.join("types-a-password");
    let known = hospital.folder.join("known-hosts");
    acceptance::files::write_private(&known, &format!("lin {}\n", lin.host_key()));
    acceptance::files::write_private(&types, "#!/bin/sh\nprintf '%s\\n' \"$TYPED\"\n");
    use std::os::unix::fs::PermissionsExt;
    let runs = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&types, runs).unwrap();
    Run::of("ssh")
        .env("SSH_ASKPASS", types.display().to_string())
        .env("SSH_ASKPASS_REQUIRE", "force")
        .env("TYPED", password)
        .args(["-F", "none", "-o", "HostKeyAlias=lin", "-o"])
        .arg(format!("UserKnownHostsFile={}", known.display()))
        .args(["-o", "PreferredAuthentications=password"])
        .args(["-o", "NumberOfPasswordPrompts=1"])
        .args(["-p", &lin.address().port().to_string()])
        .args(more)
        .arg(format!("{}@{}", Lin::USER, lin.address().ip()))
}

fn opens(hospital: &Hospital, lin: &Lin, password: &str) -> bool {
    let done = past_the_gateway(hospital, lin, password, &["-T"]).arg("echo in");
    done.done().text().trim() == "in"
}

/// Everything that can be asked about it, left in files.
fn asks_for_everything(hospital: &Hospital) {
    let answers = hospital.folder.join("answers");
    std::fs::create_dir_all(&answers).unwrap();
    let ledger = hospital.folder.join("asked-ledger");
    let export = ["ledger", "export", "--out"];
    hospital.clerk.sekisho().args(export).arg(ledger).ok();
    for (number, args) in [
        &["secret", "envelope"][..],
        &["secret", "envelope", TARGET],
        &["secret", "list"],
        &["secret", "check"],
        &["secret", "history", TARGET],
        &["site", "status"],
        &["target", "list"],
        &["search", TARGET],
    ]
    .iter()
    .enumerate()
    {
        for how in [&[][..], &["--json"]] {
            let done = hospital.clerk.tries(how.iter().chain(*args));
            let said = [done.out, done.err.into_bytes()].concat();
            std::fs::write(answers.join(format!("{number}-{}", how.len())), said).unwrap();
        }
    }
}

fn nowhere(hospital: &Hospital) {
    let mut handed = canary::handed();
    handed.retain(|canary| matches!(canary.kind, Kind::EnvelopePassword | Kind::TargetPassword));
    assert!(!handed.is_empty(), "there is something to look for");
    let found = Canaries::new(&handed).below(&hospital.folder, "files/sekisho-here");
    assert_eq!(found, []);
}

#[test]
fn l29_an_envelope_is_printed_by_another_opens_the_server_is_found_used_and_replaced_and_stands_nowhere()
 {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let mut hospital = Hospital::build(Plan {
        log: Some("trace"),
        ..Plan::default()
    });
    let vendor = hospital.vendor("Emergencies KK");
    register(&hospital, TARGET, &vendor, &lin, &[]);
    let words = "当直医が開けます。終わったら事務長に知らせてください。";
    let keep = ["secret", "emergency", TARGET, "--instructions", words];
    hospital.clerk.sekisho().args(keep).ok();
    let night = approver(&hospital, "ito", "伊藤 夜子", "127.0.2.3");
    let first = envelope(&hospital, 1, &night);
    assert!(!opens(&hospital, &lin, Lin::PASSWORD), "what was before it");
    assert!(opens(&hospital, &lin, &first), "what is printed");

    // At night somebody sits down at a terminal of it.
    let used = past_the_gateway(&hospital, &lin, &first, &["-tt"]);
    used.arg("echo used").ok();
    // A gateway that starts asks at once what it asks every six hours otherwise.
    hospital.stop("TERM");
    hospital.start();
    stands(&hospital, "used");
    let found = account(&hospital);
    assert_eq!(
        text(&found["envelope"]["used"], "found"),
        "signed_in",
        "{found:#}"
    );
    let alarms = hospital.clerk.asks(["site", "status"]);
    assert!(!alarms.to_string().contains(&first));

    let deputy = approver(&hospital, "kato", "加藤 次郎", "127.0.2.4");
    let other = envelope(&hospital, 2, &deputy);
    assert!(!opens(&hospital, &lin, &first), "the old number is void");
    assert!(opens(&hospital, &lin, &other), "the new one");
    asks_for_everything(&hospital);
    nowhere(&hospital);
    hospital.stop("TERM");
    assert!(hospital.hand_vault() > 0, "the vault holds the second one");
    nowhere(&hospital);
    assert!(hospital.log().contains("confined"), "the log tells nothing");
}
