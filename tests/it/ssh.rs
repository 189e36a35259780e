//! Sessions by SSH, with the engineer's own clients and a real server.

use acceptance::canary::{self, Kind};
use acceptance::files;
use acceptance::hospital::{Hospital, Plan};
use acceptance::lab::Lin;
use acceptance::people::{Person, text};
use acceptance::run::{Run, Running};
use acceptance::said;
use acceptance::ssh::{Shell, register, shown};
use acceptance::wait;
use serde_json::Value;

/// An engineer of their own with an approved visit to a server of its own.
fn ready(
    hospital: &Hospital,
    lin: &Lin,
    name: &str,
    target: &[&str],
    terms: &[&str],
) -> (Person, Shell) {
    let vendor = hospital.vendor(&format!("Servers of {name} KK"));
    let engineer = hospital.engineer(&vendor, name);
    register(hospital, name, &vendor, lin, target);
    let shell = Shell::ready(hospital, &engineer, name, terms);
    (engineer, shell)
}

/// Waits for a line of a program's answer.
fn answers(running: &mut Running, words: &str) {
    wait::until(&format!("{words:?}"), || {
        let said = String::from_utf8_lossy(&running.answered()).into_owned();
        assert!(
            said.contains(words) || !running.ended(),
            "{said}\n{}",
            running.said()
        );
        said.contains(words).then_some(())
    });
}

/// A command of the clerk's at a terminal, typed into.
fn at_a_terminal(hospital: &Hospital, args: &[&str]) -> Running {
    let run = hospital.clerk.sekisho().args(args).into_command();
    let words = std::iter::once(run.get_program()).chain(run.get_args());
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = format!("stty rows 40 cols 120; exec {}", words.join(" "));
    let script = Run::of("script").args(["-q", "-f", "-e", "-c", &line, "/dev/null"]);
    let envs = [("LC_ALL", "en_US.UTF-8"), ("TERM", "xterm-256color")];
    let script = envs
        .iter()
        .fold(script, |script, (name, value)| script.env(name, value));
    script.begin()
}

fn session_of(hospital: &Hospital, shell: &Shell) -> String {
    hospital.session_of(&shell.visit.visit)
}

fn why(hospital: &Hospital, shell: &Shell) -> String {
    let ended = hospital.ended(&session_of(hospital, shell));
    text(&ended["ended"]["reason"], "id")
}

#[test]
fn several_channels_share_one_connection_and_each_is_entered() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::shared();
    let home = shown(&lin.home());
    let (_, shell) = ready(hospital, &lin, "multi", &[], &["--download", &home]);
    std::fs::write(lin.home().join("result"), "the result\n").unwrap();
    let socket = shown(&shell.folder.join("control"));
    let mut master = shell.ssh(&["-M", "-S", &socket, "-N", "-v"]).begin();
    master.heard("Entering interactive session");
    let through = |command: &str| shell.ssh(&["-S", &socket, "-T"]).arg(command).ok().text();
    let mut slow = shell
        .ssh(&["-S", &socket, "-T"])
        .arg("echo began; cat")
        .begin();
    answers(&mut slow, "began");
    assert_eq!(through("echo one"), "one\n");
    let got = shell.folder.join("got");
    let control = format!("ControlPath={socket}");
    let scp = shell.openssh("scp").args(["-o", &control]);
    scp.arg(format!("{}:{home}/result", shell.host()))
        .arg(&got)
        .ok();
    assert_eq!(std::fs::read_to_string(&got).unwrap(), "the result\n");
    slow.write(b"still here\n");
    answers(&mut slow, "still here");
    slow.close_input();
    slow.finish().expect(0);
    shell.ssh(&["-S", &socket, "-O", "exit"]).ok();
    assert_eq!(why(hospital, &shell), "end-engineer-closed");
    let session = session_of(hospital, &shell);
    let opened = hospital.events("channel_opened");
    let mine = opened
        .iter()
        .filter(|entry| entry["event"]["session"] == session.as_str());
    let channels: Vec<String> = mine.map(|entry| text(&entry["event"], "channel")).collect();
    assert_eq!(channels, ["exec", "exec", "sftp"]);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
}

#[test]
fn an_attendant_sees_the_screen_pauses_and_ends() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::shared();
    let (_, shell) = ready(hospital, &lin, "watched", &[], &[]);
    let mut ssh = shell.ssh(&["-tt"]).begin();
    ssh.write(b"echo seen-$((6*7))\n");
    answers(&mut ssh, "seen-42");
    let session = session_of(hospital, &shell);
    let mut attendant = at_a_terminal(hospital, &["attend", &session]);
    answers(&mut attendant, "seen-42");
    ssh.write(b"echo live-$((6*8))\n");
    answers(&mut attendant, "live-48");
    attendant.write(b"p");
    let kind = |kind: &str| {
        let events = hospital.events(kind);
        events
            .iter()
            .any(|entry| entry["event"]["session"] == session.as_str())
    };
    wait::until("the pause", || kind("session_paused").then_some(()));
    let touched = lin.home().join("touched");
    ssh.write(format!("touch {}\n", touched.display()).as_bytes());
    // A whole question to the site, and nothing has happened meanwhile.
    assert!(!kind("session_continued"));
    assert!(!touched.exists(), "it passed a pause");
    attendant.write(b"p");
    wait::until("what was typed", || touched.exists().then_some(()));
    assert!(kind("session_continued"));
    attendant.write(b"ee");
    assert_ne!(ssh.finish().code, 0);
    assert_eq!(why(hospital, &shell), "end-ended-by");
    attendant.finish();
    assert!(kind("attendance_began"));
}

#[test]
fn l23_where_an_attendant_is_required_nothing_passes_before_or_after() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::shared();
    let (_, shell) = ready(hospital, &lin, "attended", &["--attended"], &[]);
    let first = lin.home().join("first");
    let mut ssh = shell.ssh(&["-tt"]).begin();
    ssh.write(format!("touch {}\n", first.display()).as_bytes());
    let session = wait::until("the session", || {
        let shown = hospital.clerk.asks(["visit", "show", &shell.visit.visit]);
        shown["sessions"][0].as_str().map(str::to_owned)
    });
    assert!(!first.exists(), "it passed without an attendant");
    let mut attendant = at_a_terminal(hospital, &["attend", &session]);
    wait::until("what was typed", || first.exists().then_some(()));
    // The attendant's computer dies.
    attendant.kill();
    drop(attendant);
    wait::until("the attendant's leaving", || {
        let ended = hospital.events("attendance_ended");
        let mine = |entry: &Value| entry["event"]["session"] == session.as_str();
        ended.iter().any(mine).then_some(())
    });
    let second = lin.home().join("second");
    ssh.write(format!("touch {}\n", second.display()).as_bytes());
    hospital.clerk.asks(["sessions"]);
    assert!(!second.exists(), "it passed after the attendant had left");
    let _again = at_a_terminal(hospital, &["attend", &session]);
    wait::until("what was typed then", || second.exists().then_some(()));
    hospital.clerk.tries(["end", &session]).expect(0);
    ssh.finish();
}

#[test]
fn l22_a_session_is_warned_in_its_terminal_and_ends_by_itself() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::shared();
    let (_, shell) = ready(hospital, &lin, "brief", &[], &["--for", "15s"]);
    let mut ssh = shell.ssh(&["-tt"]).begin();
    ssh.write(b"echo here-$((6*7))\n");
    answers(&mut ssh, "here-42");
    let done = ssh.finish();
    assert_ne!(done.code, 0);
    let shown = done.text() + &done.err;
    assert!(shown.contains("sekisho:"), "no warning: {done}");
    done.says(&said::beginning("end-deadline"));
    assert_eq!(why(hospital, &shell), "end-deadline");
}

#[test]
fn l28_a_recording_is_exported_as_an_inert_asciicast_without_what_was_not_shown() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::shared();
    let (_, shell) = ready(hospital, &lin, "recorded", &[], &[]);
    let mut ssh = shell.ssh(&["-tt"]).begin();
    // What is waited for does not stand in the echo of the line itself.
    ssh.write(b"stty -echo; printf 'secret%s' '? '; read x; stty echo; echo; echo len-${#x}\n");
    answers(&mut ssh, "secret? ");
    canary::hand(Kind::HiddenInput, "hidden-Walnut-77");
    ssh.write(b"hidden-Walnut-77\n");
    answers(&mut ssh, "len-16");
    // The clipboard (OSC 52), the window's title, and a report of the cursor's place.
    ssh.write(b"printf '\\033]52;c;ZXZpbA==\\007\\033]0;title\\007\\033[6nafter-evil-\\n'; exit\n");
    ssh.finish();
    why(hospital, &shell);
    let session = session_of(hospital, &shell);
    let out = |name: &str| hospital.folder.join(format!("recorded-{name}"));
    let cast = out("cast");
    let export = ["recording", "export", &session];
    let clerk = || hospital.clerk.sekisho().args(export);
    clerk().args(["--channel", "0", "--cast"]).arg(&cast).ok();
    let whole = out("json");
    clerk().args(["--format", "json", "--out"]).arg(&whole).ok();
    let lines = std::fs::read_to_string(&cast).unwrap();
    let mut lines = lines.lines();
    let head: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(head["version"], 2, "{head:#}");
    assert!(
        head["width"].is_u64() && head["height"].is_u64(),
        "{head:#}"
    );
    let (mut before, mut screen) = (0.0, String::new());
    for line in lines {
        let event: Value = serde_json::from_str(line).unwrap();
        let at = event[0].as_f64().unwrap();
        assert!(at >= before, "{line}");
        before = at;
        let kind = event[1].as_str().unwrap();
        assert!(["o", "r", "m", "i"].contains(&kind), "{line}");
        if kind == "o" {
            screen.push_str(event[2].as_str().unwrap());
        }
    }
    assert!(
        screen.contains("after-evil-") && screen.contains("len-16"),
        "{screen}"
    );
    for unsafe_one in ["\u{1b}]", "\u{1b}[6n", "\u{7}"] {
        assert!(!screen.contains(unsafe_one), "{screen:?}");
    }
    let play = ["recording", "play", &session, "--speed", "1000"];
    let played = hospital.clerk.sekisho().args(play).ok();
    played.says("after-evil-");
    for answer in [&cast, &whole] {
        let bytes = std::fs::read(answer).unwrap();
        assert!(
            !files::contains(&bytes, b"hidden-Walnut-77"),
            "{}",
            answer.display()
        );
    }
    assert!(!played.text().contains("hidden-Walnut-77"));
    assert!(!files::contains(&played.out, b"\x1b]"), "{played}");
    let shown = hospital.clerk.tries(["recording", "show", &session]);
    assert!(!shown.text().contains("hidden-Walnut-77"));
}

#[test]
fn l29_a_targets_password_stands_nowhere_but_at_the_target() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let mut hospital = Hospital::build(Plan {
        log: Some("trace"),
        ..Plan::default()
    });
    let (engineer, shell) = ready(&hospital, &lin, "canary", &[], &[]);
    let done = shell.ssh(&["-T", "-vvv"]).arg("id -un").ok();
    assert_eq!(done.text().trim(), Lin::USER);
    why(&hospital, &shell);
    let session = session_of(&hospital, &shell);
    let canaries = [
        Lin::PASSWORD.to_owned(),
        data_encoding::BASE64.encode(Lin::PASSWORD.as_bytes()),
    ];
    let raw = hospital.folder.join("raw");
    let whole = hospital.folder.join("whole");
    let export = |run: Run, out| run.arg("--out").arg(out).ok();
    let clerk = || hospital.clerk.sekisho();
    export(clerk().args(["recording", "export", &session]), &raw);
    let json = ["recording", "export", &session, "--format", "json"];
    export(clerk().args(json), &whole);
    let ledger = hospital.folder.join("exported");
    export(clerk().args(["ledger", "export"]), &ledger);
    let answers = [
        done,
        hospital.clerk.tries(["--json", "target", "list"]),
        engineer.tries(["--json", "target", "list"]),
        hospital
            .clerk
            .tries(["--json", "visit", "show", &shell.visit.visit]),
        hospital
            .clerk
            .tries(["--json", "recording", "show", &session]),
        hospital
            .clerk
            .tries(["--json", "recording", "show", &session, "--frames"]),
        engineer.tries(["ssh-config", "canary"]),
    ];
    for answer in &answers {
        for canary in &canaries {
            assert!(
                !answer.text().contains(canary) && !answer.err.contains(canary),
                "{answer}"
            );
        }
    }
    for folder in [&hospital.dir, &raw, &ledger, &engineer.home, &shell.folder] {
        assert_eq!(
            files::holding(folder, &canaries),
            [],
            "{}",
            folder.display()
        );
    }
    let exported = std::fs::read(&whole).unwrap();
    let held = canaries.iter().filter(|canary| {
        files::contains(&exported, canary.as_bytes()) || hospital.log().contains(*canary)
    });
    assert_eq!(held.count(), 0, "in an export or the log");
    hospital.stop("TERM");
    assert_eq!(files::holding(&hospital.dir, &canaries), []);
    assert!(!files::holding(&hospital.dir, &["handa".to_owned()]).is_empty());
}

#[test]
fn a_target_that_takes_certificates_says_in_its_own_log_who_came_and_knows_no_key() {
    let hospital = Hospital::shared();
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let (_engineer, shell) = ready(hospital, &lin, "certified", &[], &[]);
    let set = hospital
        .clerk
        .asks(["target", "secret", "certified", "--certificate"]);
    let line = text(&set, "public");
    assert!(line.starts_with("cert-authority,restrict,pty "), "{line}");
    lin.trusts(&line);
    let ran = shell.ssh(&["-T"]).arg("echo by-certificate").ok();
    ran.says("by-certificate");
    let session = session_of(hospital, &shell);
    let id = format!("ID sekisho {session} ");
    wait::until("its log names the session", || {
        lin.log().contains(&id).then_some(())
    });
    let targets = hospital.clerk.sekisho().args(["target", "list"]).ok();
    targets.says("certificate for each sign-in");
}
