//! 全停止 from a browser, with JavaScript off.

use std::time::{SystemTime, UNIX_EPOCH};

use acceptance::Hospital;
use acceptance::browser::{Browser, approver};
use acceptance::link::{GONE_WITHIN, Link};
use serde_json::json;

#[test]
fn one_confirmation_without_javascript_ends_everything_and_two_people_lift_it() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let night = approver(&hospital, "ito", "伊藤 夜子", "127.0.2.3");
    let deputy = approver(&hospital, "kato", "加藤 次郎", "127.0.2.4");
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let gone = std::thread::spawn(move || {
        live.gone();
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.expect("the clock is past 1970").as_millis()
    });
    let mut gone = Some(gone);
    let within = u64::try_from(GONE_WITHIN.as_millis()).expect("a few seconds");
    Browser::before(&hospital)
        .with("night", &night)
        .with("deputy", &deputy)
        .with("engineer", &crew.engineer)
        .fact("engineer", crew.engineer.name.as_str())
        .fact("target", crew.target.as_str())
        .fact("goneWithin", within)
        .answers("gone", move |_| {
            let gone = gone.take().expect("it is asked once");
            let at = gone.join().expect("the session ended");
            json!({ "gone": u64::try_from(at).expect("a date") })
        })
        .tells(&["isolate"]);
}
