//! An engineer with a browser and nothing else, at a real server's shell.

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::lab::Lin;
use acceptance::ssh::{register, shown};
use serde_json::{Value, json};

/// Tells a story at a hospital with one server and one firm's engineer. What the story asks of the server's
/// disk: `{ "put": name, "content": text }` lays a file there, `{ "read": name }` gives it, or null.
fn tells(story: &str) {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Browsers KK");
    let person = hospital.engineer(&vendor, "browsing");
    register(&hospital, "browsing", &vendor, &lin, &[]);
    let home = lin.home();
    let disk = |asked: &Value| -> Value {
        if let (Some(name), Some(content)) = (asked["put"].as_str(), asked["content"].as_str()) {
            std::fs::write(home.join(name), content).unwrap();
        }
        let read = asked["read"].as_str();
        let read = read.map(|name| std::fs::read_to_string(home.join(name)));
        json!(read.and_then(Result::ok))
    };
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("lin", shown(&lin.home()))
        .answers("disk", disk)
        .tells(&[story]);
}

#[test]
fn l36_an_engineer_works_in_a_browser_and_a_lost_line_or_a_second_tab_loses_nothing() {
    tells("terminal");
}

#[test]
fn what_is_pasted_and_copied_in_a_page_is_what_the_visit_allows_and_the_gateway_decides() {
    tells("terminal-paste");
}

#[test]
fn l25_files_pass_in_a_page_as_granted_and_page_ledger_and_command_line_say_the_same() {
    tells("terminal-files");
}

#[test]
fn l16_a_page_says_how_long_and_why_nothing_passes_and_another_sign_out_ends_nothing_here() {
    tells("terminal-held");
}
