//! A request, as an approver answers it in a browser: at night, on a telephone, with the line that there is.

use acceptance::Hospital;
use acceptance::browser::{Browser, approver};
use acceptance::people::text;
use serde_json::{Value, json};

/// Answers a story that wants one more request to answer.
fn asks<'a>(
    hospital: &'a Hospital,
    crew: &'a acceptance::hospital::Crew,
) -> impl FnMut(&Value) -> Value + 'a {
    |_| hospital.request(&crew.engineer, &crew.target, &[]).json()
}

#[test]
fn from_a_message_to_a_grant_it_takes_one_page_and_one_fresh_proof() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let night = approver(&hospital, "ito", "伊藤 夜子", "127.0.2.3");
    let deputy = approver(&hospital, "kato", "加藤 次郎", "127.0.2.4");
    let vendors = hospital.clerk.asks(["vendor", "list"]);
    Browser::before(&hospital)
        .with("night", &night)
        .with("deputy", &deputy)
        .with("engineer", &crew.engineer)
        .fact("engineer", crew.engineer.name.as_str())
        .fact("vendor", text(&vendors[0], "name"))
        .fact("target", crew.target.as_str())
        .answers("request", asks(&hospital, &crew))
        .tells(&["approve", "conditions"]);
}

#[test]
fn l20_a_request_is_answered_once_however_often_wherever_and_on_whatever_line_it_is_answered() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    Browser::before(&hospital)
        .answers("request", asks(&hospital, &crew))
        .answers("withdraw", |asked| {
            let request = text(asked, "request");
            let withdrawn = crew.engineer.tries(["withdraw", &request]);
            json!({ "code": withdrawn.expect(0).code })
        })
        .tells(&["refuse"]);
}
