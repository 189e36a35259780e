//! The engineer's forms in a browser: asking for a visit, and reporting on it.

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::lab::Lin;
use acceptance::people::text;
use acceptance::ssh::{Shell, register};

fn number(id: &str) -> u64 {
    let digits = id.rsplit('-').next().and_then(|digits| digits.parse().ok());
    digits.unwrap_or_else(|| panic!("{id} has no number"))
}

#[test]
fn l17_a_request_is_kept_while_it_is_written_and_sent_once_however_often_and_wherever() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    Browser::before(&hospital)
        .with("engineer", &crew.engineer)
        .fact("target", crew.target.as_str())
        .tells(&["request"]);
}

#[test]
fn a_request_that_is_wrong_or_too_late_says_so_and_keeps_what_was_typed() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let brief = ["--for", "5s"];
    Browser::before(&hospital)
        .with("engineer", &crew.engineer)
        .answers("brief", |_| {
            hospital
                .request(&crew.engineer, &crew.target, &brief)
                .json()
        })
        .tells(&["lapsed"]);
}

#[test]
fn l28_a_report_begins_with_what_was_recorded_and_stands_beside_plan_and_recording() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers of reporting KK");
    let person = hospital.engineer(&vendor, "reporting");
    register(&hospital, "reporting", &vendor, &lin, &[]);
    let shell = Shell::ready(&hospital, &person, "reporting", &[]);
    for command in ["echo read-$((6*7))", "echo '<img src=x>' # \u{202e}gpj"] {
        shell.ssh(&[]).arg(command).ok();
    }
    hospital.ended(&hospital.session_of(&shell.visit.visit));
    let shown = hospital.clerk.asks(["visit", "show", &shell.visit.visit]);
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("visit", number(&shell.visit.visit))
        .fact("visitId", shell.visit.visit.as_str())
        .fact("target", text(&shown, "target_name"))
        .tells(&["report"]);
}
