//! L29 to the byte: after a whole visit, every file is searched for every secret in every form. The run of
//! all tests is searched in the same way when its last process has ended (`cargo xtask test`).

use acceptance::canary::{self, Canaries, Found, Kind};
use acceptance::hospital::{Hospital, Plan};
use acceptance::lab::Lin;
use acceptance::run::Running;
use acceptance::ssh::{Shell, register};
use acceptance::wait;

const KEY_PASSPHRASE: &str = "lantern \"quarry\" eleven Zürich tides";
const HIDDEN: &str = "hidden-Walnut-78 \"für\" su";

/// What an engineer does: a password typed at a prompt, where the screen shows nothing.
fn types_a_password(shell: &Shell) {
    let mut ssh = shell.ssh(&["-tt"]).begin();
    // What is waited for does not stand in the echo of the line itself.
    ssh.write(b"stty -echo; printf 'Pass%s' 'word: '; read x; stty echo; echo; echo len-${#x}\n");
    answers(&mut ssh, "Password: ");
    canary::hand(Kind::HiddenInput, HIDDEN);
    ssh.write(format!("{HIDDEN}\n").as_bytes());
    answers(&mut ssh, "len-");
    ssh.write(b"exit\n");
    ssh.finish();
}

fn answers(ssh: &mut Running, words: &str) {
    wait::until(words, || {
        let said = String::from_utf8_lossy(&ssh.answered()).into_owned();
        assert!(said.contains(words) || !ssh.ended(), "{said}");
        said.contains(words).then_some(())
    });
}

/// Everything that can be asked about a visit, by everybody, left in files.
fn asks_for_everything(hospital: &Hospital, shell: &Shell, session: &str) {
    let out = |name: &str| hospital.folder.join(format!("asked-{name}"));
    let clerk = || hospital.clerk.sekisho();
    let (visit, answers) = (&shell.visit.visit, hospital.folder.join("answers"));
    clerk()
        .args(["recording", "export", session, "--out"])
        .arg(out("raw"))
        .ok();
    clerk()
        .args(["recording", "export", session, "--format", "json", "--out"])
        .arg(out("json"))
        .ok();
    clerk()
        .args(["recording", "export", session, "--channel", "0", "--cast"])
        .arg(out("cast"))
        .ok();
    clerk()
        .args(["ledger", "export", "--out"])
        .arg(out("ledger"))
        .ok();
    clerk()
        .args(["receipt", "export", visit, "--out"])
        .arg(out("receipt"))
        .ok();
    std::fs::create_dir(&answers).unwrap();
    for (number, args) in [
        &["site", "status"][..],
        &["person", "list"],
        &["device", "list"],
        &["target", "list"],
        &["secret", "check"],
        &["secret", "history", "keyed"],
        &["visit", "show", visit],
        &["recording", "list"],
        &["recording", "show", session],
        &["recording", "show", session, "--frames"],
        &["recording", "play", session, "--speed", "1000"],
    ]
    .iter()
    .enumerate()
    {
        for json in [&[][..], &["--json"]] {
            let done = hospital.clerk.tries(json.iter().chain(*args));
            let said = [done.out, done.err.into_bytes()].concat();
            std::fs::write(answers.join(format!("{number}-{}", json.len())), said).unwrap();
        }
    }
}

fn searched(hospital: &Hospital) -> (Vec<Found>, Vec<Found>) {
    let found = Canaries::new(&canary::handed()).below(&hospital.folder, "files/sekisho-here");
    found.into_iter().partition(|found| found.reason.is_some())
}

#[test]
fn l29_after_a_whole_visit_no_secret_stands_in_any_file_in_any_form() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let mut hospital = Hospital::build(Plan {
        key_passphrase: Some(KEY_PASSPHRASE.to_owned()),
        log: Some("trace"),
        ..Plan::default()
    });
    let vendor = hospital.vendor("Keys KK");
    let engineer = hospital.engineer(&vendor, "keys");
    register(&hospital, "keyed", &vendor, &lin, &[]);
    // The password was there first: what replaces it in the vault is the key.
    canary::hand_ssh_key(&lin.key());
    let key = hospital
        .clerk
        .sekisho()
        .args(["target", "secret", "keyed", "--key"]);
    key.arg(lin.key()).ok();
    let shell = Shell::ready(&hospital, &engineer, "keyed", &[]);
    types_a_password(&shell);
    let session = hospital.session_of(&shell.visit.visit);
    hospital.ended(&session);
    asks_for_everything(&hospital, &shell, &session);
    let (_, wrong) = searched(&hospital);
    assert_eq!(wrong, [], "while the gateway runs");
    hospital.stop("TERM");
    let (expected, wrong) = searched(&hospital);
    assert_eq!(wrong, []);
    for kind in [
        Kind::Passphrase,
        Kind::KeyPassphrase,
        Kind::Kit,
        Kind::Token,
        Kind::DeviceKey,
    ] {
        assert!(
            expected.iter().any(|found| found.kind == kind),
            "the search does not find a {kind:?} where it belongs: {expected:?}"
        );
    }
    assert!(hospital.log().contains("confined"), "the log tells nothing");
}
