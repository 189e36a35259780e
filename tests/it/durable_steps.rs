//! Durable steps of the gateway break, each by its name (`tests/matrix/faults.txt` has all of them; here it is
//! the real binary that is told so, or dies there).

use std::io::Write;

use acceptance::hospital::Hospital;
use acceptance::link::Link;
use acceptance::{said, wait};

fn died(hospital: &Hospital) {
    wait::until("the gateway's death", || {
        (!hospital.gateway().runs()).then_some(())
    });
}

#[test]
fn l26_an_opening_whose_entry_fails_dials_nobody_and_is_ended_in_the_ledger_if_it_was_kept() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let connect = || {
        let run = crew.engineer.sekisho().args(["connect", &crew.target]);
        run.input("is somebody there?").done()
    };
    for fault in ["ledger.commit:lost", "ledger.commit:kept"] {
        hospital.starts_to_break(fault);
        hospital.breaks_now();
        let before = crew.echo.accepted();
        connect().refused(&["reason-ledger-unavailable"]);
        assert_eq!(crew.echo.accepted(), before, "{fault}");
    }
    // What was kept although it was told as failed: nothing ever passed in it.
    let session = hospital.session_of(&visit.visit);
    let ended = wait::until("its end in the ledger", || {
        let told = hospital.ended(&session);
        (!told["ended"].is_null()).then_some(told)
    });
    assert_eq!(ended["ended"]["reason"]["id"], "end-interrupted");
    assert_eq!(hospital.events("session_opened").len(), 1);
    // And the ledger takes entries again.
    wait::until("an opening that is entered", || {
        (connect().code == 0).then_some(())
    });
}

#[test]
fn l26_a_suspension_that_cannot_be_entered_ends_its_sessions_and_isolates_also_after_kill_9() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    // Its reason, which nothing else writes: a seal's entry could meet a broken commit first.
    hospital.starts_to_break("local.texts:lost");
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    hospital.breaks_now();
    let suspend = ["vendor", "suspend", &crew.vendor, "--reason", "left"];
    let refused = hospital.clerk.tries(suspend);
    assert_ne!(refused.code, 0, "{refused}");
    live.gone();
    drop(link);
    hospital.starts_whole();
    let status = hospital.clerk.asks(["site", "status"]);
    assert!(!status["isolation"].is_null(), "{status:#}");
    let shut = crew.engineer.tries(["connect", &crew.target]);
    assert!(
        shut.err.contains(&said::beginning("reason-site-isolated")),
        "{shut}"
    );
}

#[test]
fn l26_the_gateway_dies_between_a_durable_step_and_its_answer_and_what_was_done_stands() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    // The approval stands, though nobody was told.
    let asked = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = asked["request"].as_str().unwrap();
    hospital.starts_to_break("ledger.commit:dies-after");
    hospital.breaks_now();
    let untold = hospital.clerk.tries(["approve", request]);
    assert_ne!(untold.code, 0, "{untold}");
    died(&hospital);
    hospital.starts_whole();
    let again = hospital.clerk.tries(["approve", request]);
    again.refused(&["reason-already-decided"]);

    // What was recorded is there, though it was not forwarded any more.
    hospital.starts_to_break("journal.frame:dies-after");
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    hospital.breaks_now();
    live.stream.write_all(b"the last words").unwrap();
    died(&hospital);
    live.gone();
    drop(link);
    hospital.starts_whole();
    let visit = asked["visit"].as_str().unwrap();
    let session = hospital.session_of(visit);
    assert_eq!(
        hospital.ended(&session)["ended"]["reason"]["id"],
        "end-interrupted"
    );
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true, "{verified:#}");
    let sent = super::visit::recorded(&hospital, &session, "sent");
    assert_eq!(sent, b"is somebody there?the last words");
    assert_eq!(crew.echo.heard(), b"is somebody there?");
}
