//! What a rule sees in a session is done something about at once, told in plain words, and judged by a person.

use acceptance::hospital::Hospital;
use acceptance::lab::Lin;
use acceptance::people::text;
use acceptance::run::Running;
use acceptance::ssh::{Shell, register};
use acceptance::wait;
use serde_json::Value;

/// Waits for words on an engineer's screen.
fn answers(running: &mut Running, words: &str) {
    wait::until(&format!("{words:?}"), || {
        let said = String::from_utf8_lossy(&running.answered()).into_owned();
        assert!(said.contains(words) || !running.ended(), "{said}");
        said.contains(words).then_some(())
    });
}

/// The alert about this visit, when it is there.
fn alert_about(hospital: &Hospital, visit: &str) -> Value {
    wait::until("the alert", || {
        let alerts = hospital.clerk.asks(["alerts"]);
        let mut alerts = alerts.as_array().unwrap().iter();
        alerts.find(|alert| alert["about"] == visit).cloned()
    })
}

fn number(alert: &Value) -> String {
    alert["number"].to_string()
}

#[test]
fn s1_8_a_command_that_clears_a_log_pauses_the_visit_and_a_clerk_says_what_it_was() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    let engineer = hospital.engineer(&vendor, "server");
    register(&hospital, "files", &vendor, &lin, &[]);
    let shell = Shell::ready(&hospital, &engineer, "files", &[]);
    let mut ssh = shell.ssh(&["-tt"]).begin();
    ssh.write(b"echo ready-$((6*7))\n");
    answers(&mut ssh, "ready-42");
    assert_eq!(hospital.clerk.asks(["alerts"]), Value::Array(Vec::new()));
    ssh.write(b"history -c\n");
    let visit = &shell.visit.visit;
    let alert = alert_about(&hospital, visit);
    let sign = &alert["signs"][0];
    assert_eq!(text(sign, "rule"), "log-cleared");
    assert_eq!(text(sign, "answer"), "pause");
    let session = hospital.session_of(visit);
    assert_eq!(text(sign, "session"), session);
    // It stands still, and goes on when a person lets it: nothing that was typed meanwhile is lost or was done.
    let touched = lin.home().join("touched");
    ssh.write(format!("touch {}\n", touched.display()).as_bytes());
    hospital.clerk.asks(["sessions"]);
    assert!(!touched.exists(), "it passed the pause");
    // The engineer is not told what was seen, nor shown any alert.
    engineer.tries(["alerts"]).expect(7);
    let judged = ["alerts", "--settle", &number(&alert), "--as", "questioned"];
    let why = [
        "--why",
        "a slip of the vendor's own script, asked on the telephone",
    ];
    hospital.clerk.tries(judged.iter().chain(&why)).expect(0);
    assert_eq!(hospital.clerk.asks(["alerts"]), Value::Array(Vec::new()));
    let all = hospital.clerk.asks(["alerts", "--all"]);
    assert_eq!(text(&all[0]["settled"], "verdict"), "questioned");
    assert!(!touched.exists(), "a judgement lets nothing go on");
    hospital.clerk.tries(["end", &session]).expect(0);
    ssh.finish();
}

#[test]
fn s1_8_a_script_that_is_piped_into_a_shell_is_read_and_nothing_is_begun_anew_until_it_is_settled()
{
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    let engineer = hospital.engineer(&vendor, "server");
    register(&hospital, "files", &vendor, &lin, &[]);
    let shell = Shell::ready(&hospital, &engineer, "files", &[]);
    let mut ssh = shell.ssh(&["-T"]).begin();
    ssh.write(b"echo ready-$((6*7))\nhistory -c\n");
    let visit = &shell.visit.visit;
    let alert = alert_about(&hospital, visit);
    assert_eq!(text(&alert["signs"][0], "rule"), "log-cleared");
    let session = hospital.session_of(visit);
    // Nothing is begun anew in the visit before somebody has said what it was.
    let another = shell.ssh(&["-T"]).begin().finish();
    assert_ne!(another.code, 0, "{another}");
    hospital.clerk.tries(["end", &session]).expect(0);
    assert_ne!(ssh.finish().code, 0);
}

#[test]
fn s1_9_a_hospital_chooses_that_a_rule_suspends_whom_it_sees_and_that_survives_a_restart() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let mut hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    let engineer = hospital.engineer(&vendor, "server");
    register(&hospital, "files", &vendor, &lin, &[]);
    let shell = Shell::ready(&hospital, &engineer, "files", &[]);
    let rules = hospital.clerk.asks(["rules"]);
    assert!(rules.as_array().unwrap().len() > 25);
    let choose = ["rules", "log-cleared", "--answer", "suspend"];
    hospital.clerk.tries(choose).expect(0);
    engineer.tries(choose).expect(3);
    // Neither a rule that there is not, nor what cannot be done for one.
    for wrong in [["no-such-rule", "tell"], ["clock-moved", "suspend"]] {
        let [rule, answer] = wrong;
        let refused = hospital.clerk.tries(["rules", rule, "--answer", answer]);
        assert_ne!(refused.code, 0, "{refused}");
    }
    hospital.stop("TERM");
    hospital.start();
    let mut ssh = shell.ssh(&["-tt"]).begin();
    ssh.write(b"echo ready-$((6*7))\n");
    answers(&mut ssh, "ready-42");
    ssh.write(b"history -c\n");
    let alert = alert_about(&hospital, &shell.visit.visit);
    assert_eq!(text(&alert["signs"][0], "answer"), "suspend");
    assert_ne!(ssh.finish().code, 0);
    let session = hospital.session_of(&shell.visit.visit);
    let ended = hospital.ended(&session);
    assert_eq!(
        text(&ended["ended"]["reason"], "id"),
        "end-person-suspended"
    );
    engineer
        .tries(["connect", "files"])
        .refused(&["reason-person-suspended"]);
    // What was told of the day before the restart is not told again.
    hospital.stop("TERM");
    hospital.start();
    hospital.clerk.asks(["sessions"]);
    assert_eq!(hospital.events("alert_raised").len(), 1);
}

#[test]
fn s0_27_whoever_touches_a_decoy_is_stopped_everywhere_at_once_and_it_looked_like_any_target() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    let engineer = hospital.engineer(&vendor, "server");
    register(&hospital, "files", &vendor, &lin, &[]);
    let nowhere = "127.0.0.1:9".parse().unwrap();
    hospital.target("backup-nas", &vendor, nowhere, &[]);
    let shell = Shell::ready(&hospital, &engineer, "files", &[]);
    let decoy = ["decoys", "--target", "backup-nas"];
    engineer.tries(decoy).expect(3);
    hospital.clerk.tries(decoy).expect(0);
    // What was visited is none.
    let visited = hospital.clerk.tries(["decoys", "--target", "files"]);
    visited.refused(&["reason-in-use"]);
    // To the engineer it is a target among others.
    let seen = engineer.asks(["target", "list"]);
    let members = |name: &str| {
        let mut seen = seen.as_array().unwrap().iter();
        let one = seen.find(|target| text(target, "name") == name).unwrap();
        let members = one.as_object().unwrap().keys().cloned();
        members.collect::<Vec<_>>()
    };
    let known: Vec<String> = members("files");
    assert!(
        members("backup-nas")
            .iter()
            .all(|member| known.contains(member))
    );
    engineer.tries(["decoys"]).expect(7);
    let mut ssh = shell.ssh(&["-tt"]).begin();
    ssh.write(b"echo ready-$((6*7))\n");
    answers(&mut ssh, "ready-42");
    engineer
        .tries(["connect", "backup-nas"])
        .refused(&["reason-no-grant"]);
    assert_ne!(ssh.finish().code, 0);
    let alerts = hospital.clerk.asks(["alerts"]);
    let sign = &alerts[0]["signs"][0];
    assert_eq!(text(sign, "rule"), "decoy-touched");
    assert_eq!(text(sign, "answer"), "suspend");
    engineer
        .tries(["connect", "files"])
        .refused(&["reason-person-suspended"]);
    assert_eq!(hospital.events("decoy_touched").len(), 1);
}

#[test]
fn s0_27_a_name_that_was_left_to_be_found_tells_of_whoever_tries_it_and_lets_nobody_in() {
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    let engineer = hospital.engineer(&vendor, "server");
    let set = ["decoys", "--account", "Hosyu-01"];
    hospital.clerk.tries(set).expect(0);
    let taken = ["decoys", "--account", &engineer.login];
    hospital.clerk.tries(taken).refused(&["reason-in-use"]);
    let run = engineer.sekisho().args(["login", "--login", "hosyu-01"]);
    let tried = run
        .args(["--code", "123456", "--passphrase-file"])
        .arg(engineer.passphrase_file());
    assert_ne!(tried.done().code, 0);
    let alert = wait::until("the alert", || {
        let alerts = hospital.clerk.asks(["alerts"]);
        alerts.as_array().unwrap().first().cloned()
    });
    assert_eq!(text(&alert["signs"][0], "rule"), "decoy-touched");
    assert_eq!(alert["about"], Value::Null, "nobody is in a session");
    // Nobody is stopped for what a stranger does.
    engineer.asks(["target", "list"]);
}
