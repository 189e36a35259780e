//! The clock of the real gateway is set while it runs, and a relay's is wrong (invariant 14).

use acceptance::clock::SetClock;
use acceptance::ground::Ground;
use acceptance::hospital::Plan;
use acceptance::lab::Lab;
use acceptance::relayed::{FIRST, Relayed};
use acceptance::work::{Pace, Stage};
use acceptance::{said, wait};

const DAY: i64 = 86_400;

/// A hospital whose gateway's clock can be set.
fn stage() -> Option<(Stage, SetClock)> {
    let lab = Lab::raise()?;
    let dir = lab.folder().join("site");
    let clock = SetClock::in_folder(&dir);
    let plan = Plan {
        dir: Some(dir),
        ground: Some(Ground::of(&lab)),
        environment: clock.environment(),
        ..Plan::default()
    };
    Some((Stage::on(Relayed::planned(lab, plan)), clock))
}

/// Nobody new comes in, and is told why.
fn admits_nobody(stage: &Stage) {
    let connect = ["connect", &stage.target];
    stage
        .engineer
        .tries(connect)
        .refused(&["reason-clock-in-doubt"]);
}

/// What stands in `site status` at the gateway's own machine.
fn alarmed(stage: &Stage, id: &str) {
    wait::until(id, || {
        let status = stage.open.hospital.root().args(["site", "status"]).json();
        status["alarms"].to_string().contains(id).then_some(())
    });
}

fn doubts(stage: &Stage) -> usize {
    stage.open.hospital.events("clock_doubted").len()
}

fn confirm(stage: &Stage) {
    let confirm = ["site", "confirm-clock"];
    stage.open.hospital.clerk.tries(confirm).expect(0);
}

#[test]
fn l22_a_clock_set_by_a_day_ends_no_session_and_admits_nobody_until_a_person_confirms_it() {
    let Some((mut stage, clock)) = stage() else {
        return;
    };
    stage.open.cosigned(FIRST, 0);
    let work = stage.work(Pace::Busy);
    for ahead in [DAY, -DAY] {
        let before = doubts(&stage);
        clock.ahead_by(ahead);
        if ahead > 0 {
            admits_nobody(&stage);
        } else {
            // TLS looks at the wall clock itself: no certificate of today is valid yet.
            let connect = ["connect", &stage.target];
            let refused = stage.engineer.tries(connect);
            refused
                .expect(1)
                .says(&said::beginning("connect-certificate-refused"));
        }
        alarmed(&stage, "finding-clock-witness");
        work.goes_on(&stage.echo);
        let doctor = stage.open.hospital.root().arg("doctor").done();
        assert_ne!(doctor.code, 0, "{doctor}");
        doctor.says("differ by more than two minutes");
        wait::until("the entry", || (doubts(&stage) > before).then_some(()));
        // Set right again: a person has to say so.
        clock.ahead_by(0);
        admits_nobody(&stage);
        confirm(&stage);
        stage.back();
        work.goes_on(&stage.echo);
    }
    let session = work.session.clone();
    work.finish();
    stage.open.hospital.ended(&session);
    // Killed in doubt, and started when it is right: the doubt is in the ledger.
    clock.ahead_by(DAY);
    admits_nobody(&stage);
    wait::until("the entry", || (doubts(&stage) > 2).then_some(()));
    stage.open.hospital.stop("KILL");
    clock.ahead_by(0);
    stage.open.hospital.start();
    stage.open.connected(FIRST);
    admits_nobody(&stage);
    confirm(&stage);
    stage.back();
}

#[test]
fn the_only_relay_with_a_wrong_clock_stops_new_visits_until_a_person_confirms_and_no_longer() {
    let Some(mut stage) = Stage::set() else {
        return;
    };
    stage.open.relay.stop("TERM");
    let clock = SetClock::in_folder(&stage.open.relay.dir);
    clock.ahead_by(-DAY);
    stage.open.relay.environment = clock.environment();
    stage.open.relay.start();
    alarmed(&stage, "finding-clock-witness");
    admits_nobody(&stage);
    wait::until("the entry", || (doubts(&stage) > 0).then_some(()));
    // The gateway's clock is right, and somebody has looked: the relay is not believed again.
    confirm(&stage);
    stage.back();
    alarmed(&stage, "finding-relay-clock");
    assert_eq!(doubts(&stage), 1);
}
