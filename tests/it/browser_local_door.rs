//! An engineer without a security key, with a browser on a computer that is enrolled.

use std::cell::RefCell;

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::door::LocalDoor;
use acceptance::lab::Lin;
use acceptance::people::text;
use acceptance::ssh::register;
use serde_json::json;

#[test]
fn an_engineer_without_a_security_key_works_in_a_browser_by_the_door_on_their_own_computer() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Doors KK");
    let person = hospital.engineer(&vendor, "indoors");
    register(&hospital, "indoors", &vendor, &lin, &[]);
    let door = LocalDoor::with(&person, &["--lang", "ja"]);
    let (own, link) = (door.origin(), door.link.clone());
    let door = RefCell::new(Some(door));
    Browser::before(&hospital)
        .with("engineer", &person)
        .fact("own", own)
        .fact("link", link)
        .answers("end_the_door", |_| {
            let door = door.borrow_mut().take().unwrap();
            let done = door.close();
            json!({ "code": done.code, "err": done.err })
        })
        .tells(&["local-door"]);
    // What was opened in the browser is a session of this person on this device, and over.
    let opened = hospital.events("session_opened").pop().unwrap();
    let device = person.device.clone().unwrap();
    assert_eq!(text(&opened["event"], "device"), device, "{opened:#}");
    let session = text(&opened["event"], "session");
    let ended = hospital.ended(&session);
    assert_eq!(
        ended["ended"]["reason"]["id"], "end-signed-out",
        "{ended:#}"
    );
}
