//! A session watched in a browser, and its recording looked back at.

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::lab::Lin;
use acceptance::people::text;
use acceptance::run::Running;
use acceptance::ssh::{Shell, register};
use acceptance::wait;
use serde_json::{Value, json};

/// Waits for words in what a program has answered: `ssh` gives what the gateway says as errors.
fn answers(running: &mut Running, words: &str) {
    wait::until(&format!("{words:?}"), || {
        let answered = running.answered();
        let said = format!("{}{}", String::from_utf8_lossy(&answered), running.said());
        assert!(said.contains(words) || !running.ended(), "{said}");
        said.contains(words).then_some(())
    });
}

/// Waits until the shell asks for a line: what is typed before is typed into nothing that echoes.
fn asks_for_a_line(running: &mut Running) {
    wait::until("a prompt", || {
        let answered = running.answered();
        let shown = String::from_utf8_lossy(&answered);
        assert!(!running.ended(), "{shown}");
        shown.trim_end().ends_with(['$', '#', '>']).then_some(())
    });
}

fn number(id: &str) -> u64 {
    let digits = id.rsplit('-').next().and_then(|digits| digits.parse().ok());
    digits.unwrap_or_else(|| panic!("{id} has no number"))
}

/// What a story asks of the engineer: to type a line, to wait for words, to hear how it ended.
fn engineer(ssh: Running) -> impl FnMut(&Value) -> Value {
    let mut ssh = Some(ssh);
    move |asked| {
        let wanted = |name: &str| asked[name].as_str().map(str::to_owned);
        if let Some(line) = wanted("types") {
            ssh.as_mut().unwrap().write(line.as_bytes());
        }
        if let Some(words) = wanted("sees") {
            answers(ssh.as_mut().unwrap(), &words);
        }
        if asked["ends"].as_bool() == Some(true) {
            return json!({ "code": ssh.take().unwrap().finish().code });
        }
        json!({})
    }
}

#[test]
fn l23_a_session_is_watched_paused_spoken_to_and_ended_in_a_browser_and_closing_it_freezes() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers of watching KK");
    let person = hospital.engineer(&vendor, "watching");
    register(&hospital, "watching", &vendor, &lin, &["--attended"]);
    let shell = Shell::ready(&hospital, &person, "watching", &[]);
    let ssh = shell.ssh(&["-tt"]).begin();
    let session = wait::until("the session", || {
        let shown = hospital.clerk.asks(["visit", "show", &shell.visit.visit]);
        shown["sessions"][0].as_str().map(str::to_owned)
    });
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("session", number(&session))
        .fact("sessionId", session.as_str())
        .answers("engineer", engineer(ssh))
        .tells(&["watch"]);
}

#[test]
fn l28_a_recording_is_played_sought_and_searched_in_a_browser_and_nothing_in_it_acts() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers of replaying KK");
    let person = hospital.engineer(&vendor, "replaying");
    register(&hospital, "replaying", &vendor, &lin, &[]);
    let shell = Shell::ready(&hospital, &person, "replaying", &[]);
    let mut ssh = shell.ssh(&["-tt"]).begin();
    asks_for_a_line(&mut ssh);
    ssh.write(b"echo seen-$((6*7))\n");
    answers(&mut ssh, "seen-42");
    ssh.write(b"printf '\\033]0;evil\\007<img src=x onerror=alert(1)>\\n'; echo done-$((6*8))\n");
    answers(&mut ssh, "done-48");
    ssh.write(b"exit\n");
    ssh.finish();
    let session = hospital.session_of(&shell.visit.visit);
    let shown = hospital.clerk.asks(["visit", "show", &shell.visit.visit]);
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("session", number(&session))
        .fact("visit", number(&shell.visit.visit))
        .fact("visitId", shell.visit.visit.as_str())
        .fact("target", text(&shown, "target_name"))
        .tells(&["replay"]);
}
