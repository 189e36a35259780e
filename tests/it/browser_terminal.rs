//! An engineer with a browser and nothing else, at a real server's shell.

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::lab::Lin;
use acceptance::ssh::register;

#[test]
fn l36_an_engineer_works_in_a_browser_and_a_lost_line_or_a_second_tab_loses_nothing() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Browsers KK");
    let person = hospital.engineer(&vendor, "browsing");
    register(&hospital, "browsing", &vendor, &lin, &[]);
    Browser::before(&hospital)
        .with("engineer", &person)
        .tells(&["terminal"]);
}
