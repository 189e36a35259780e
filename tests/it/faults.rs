//! What breaks between the machines and in them, over real wires: nothing that was forwarded is missing
//! from the recording, the session ends with the right reason, and the next visit needs no operator.
//!
//! How long it takes to notice is measured by the tests that are ignored here: `cargo xtask lab-faults`
//! prints them as a table, docs/operating/faults.md keeps one.

mod table;

use std::time::{Duration, Instant};

use acceptance::ground::Ground;
use acceptance::hospital::Plan;
use acceptance::lab::{LIN, Lab, Place, RELAY, Slow};
use acceptance::relayed::Relayed;
use acceptance::wait;
use acceptance::work::{Pace, Row, Stage};

use crate::disk::{SmallDisk, fill};

/// Longer than a moment: the kernel has tried three times in vain.
const A_MOMENT: u32 = 3;

/// Where it shows that nothing comes through this cable.
fn seen_from(place: Place) -> Place {
    if place == Place::Lin {
        Place::Gateway
    } else if place == Place::Relay {
        Place::Vendor
    } else {
        place
    }
}

/// A cable that is plugged in again before anybody gives up.
fn cut_for_a_moment(stage: &Stage, place: Place) -> Row {
    let work = stage.work(Pace::Busy);
    work.goes_on(&stage.echo);
    let began = Instant::now();
    stage.open.lab.cut(place);
    stage.unanswered(seen_from(place), A_MOMENT);
    let out = began.elapsed();
    stage.open.lab.plug(place);
    let plugged = Instant::now();
    work.goes_on(&stage.echo);
    let back = plugged.elapsed();
    let session = work.session.clone();
    let before = stage.echo.heard().len();
    let sent = work.finish();
    let (why, _) = stage.ended(&session, began);
    assert!(
        ["end-engineer-closed", "end-target-closed"].contains(&&*why),
        "{why}"
    );
    // Of this session alone: the target keeps what it hears of all.
    let heard = stage.echo.heard();
    assert!(heard.len() >= before);
    let own = heard.len() - own_bytes(sent);
    let (heard, recorded) = stage.nothing_is_missing(&session, &heard[own..]);
    assert_eq!(
        heard, recorded,
        "all of it arrived, and no more is recorded"
    );
    Row {
        back: Some(back),
        heard,
        recorded,
        ..Row::unnoticed(&format!(
            "the {place:?}'s cable out for {:.1} s, stream busy",
            out.as_secs_f64()
        ))
    }
}

/// What a session sends: the words that prove it, and then its lines.
fn own_bytes(lines: u64) -> usize {
    b"is somebody there?".len() + usize::try_from(lines).unwrap()
}

/// What of a session's stream the target has heard, if it is the last session.
fn heard_of(stage: &Stage, before: usize) -> Vec<u8> {
    stage.echo.heard()[before..].to_vec()
}

/// A cable that stays out until both ends have given the session up.
fn cut_for_long(stage: &Stage, place: Place, pace: Pace) -> Row {
    let before = stage.echo.heard().len();
    let work = stage.work(pace);
    if pace == Pace::Busy {
        work.goes_on(&stage.echo);
    }
    let session = work.session.clone();
    let cut = Instant::now();
    stage.open.lab.cut(place);
    let (gone, engineer) = work.lost();
    let entered = given_up(stage, cut);
    let heard = heard_of(stage, before);
    stage.open.lab.plug(place);
    let (clerk, _) = stage.ended(&session, cut);
    let (heard, recorded) = stage.nothing_is_missing(&session, &heard);
    Row {
        fault: format!("the {place:?}'s cable out, stream {pace:?}").to_lowercase(),
        engineer,
        clerk,
        noticed: Some(gone - cut),
        entered: Some(entered),
        back: Some(stage.back()),
        heard,
        recorded,
    }
}

/// Waits until the gateway has closed its connection to the target: the session is over there.
fn given_up(stage: &Stage, since: Instant) -> Duration {
    let there = LIN.to_string();
    let over = || {
        let lines = stage.open.lab.connections(Place::Gateway);
        (!lines.iter().any(|line| line.contains(&there))).then_some(())
    };
    let over = wait::within(Duration::from_secs(240), over);
    assert!(over.is_some(), "the gateway still holds the target");
    since.elapsed()
}

/// Breaks something under a busy stream, and mends it.
fn broken(
    stage: &mut Stage,
    fault: &str,
    breaks: impl FnOnce(&mut Stage),
    mends: impl FnOnce(&mut Stage),
) -> Row {
    let before = stage.echo.heard().len();
    let work = stage.work(Pace::Busy);
    work.goes_on(&stage.echo);
    let session = work.session.clone();
    let began = Instant::now();
    breaks(stage);
    let (gone, engineer) = work.lost();
    given_up(stage, began);
    let heard = heard_of(stage, before);
    let mending = Instant::now();
    mends(stage);
    let (clerk, entered) = stage.ended(&session, began);
    let (heard, recorded) = stage.nothing_is_missing(&session, &heard);
    stage.back();
    Row {
        fault: fault.to_owned(),
        engineer,
        clerk,
        noticed: Some(gone - began),
        entered: Some(entered),
        back: Some(mending.elapsed()),
        heard,
        recorded,
    }
}

fn relay_killed(stage: &mut Stage) -> Row {
    let row = broken(
        stage,
        "the relay killed, and started again",
        |stage| stage.open.relay.stop("KILL"),
        |stage| stage.open.relay.start(),
    );
    assert_eq!(row.clerk, "end-engineer-closed", "{row:?}");
    row
}

fn gateway_killed(stage: &mut Stage) -> Row {
    let row = broken(
        stage,
        "the gateway killed, and started again",
        |stage| stage.open.hospital.stop("KILL"),
        |stage| stage.open.hospital.start(),
    );
    assert_eq!(row.clerk, "end-interrupted", "{row:?}");
    row
}

fn target_killed(stage: &mut Stage) -> Row {
    let row = broken(
        stage,
        "the target's process killed, and started again",
        |stage| stage.echo.die(),
        Stage::restart_the_target,
    );
    assert_eq!(row.clerk, "end-target-closed", "{row:?}");
    row
}

/// Somebody's log takes the last room, and somebody removes it.
fn disk_full() -> Option<Row> {
    let disk = SmallDisk::mount()?;
    let lab = Lab::raise()?;
    let plan = Plan {
        dir: Some(disk.at.join("site")),
        ground: Some(Ground::of(&lab)),
        ..Plan::default()
    };
    let mut stage = Stage::on(Relayed::planned(lab, plan));
    let row = broken(
        &mut stage,
        "the disk full, and room again",
        |_| drop(fill(&disk.at)),
        |_| std::fs::remove_file(disk.at.join("somebody-elses-log")).unwrap(),
    );
    let reasons = ["end-recorder-failed", "end-ledger-unavailable"];
    assert!(reasons.contains(&&*row.clerk), "{row:?}");
    Some(row)
}

/// How long a session's opening and an echo take on this way.
fn over(stage: &Stage, way: &str) -> Row {
    let before = stage.echo.heard().len();
    let began = Instant::now();
    let work = stage.work(Pace::Busy);
    let opened = began.elapsed();
    work.goes_on(&stage.echo);
    let session = work.session.clone();
    let sent = work.finish();
    let (clerk, _) = stage.ended(&session, began);
    let heard = heard_of(stage, before);
    assert_eq!(heard.len(), own_bytes(sent), "all of it arrived");
    let (heard, recorded) = stage.nothing_is_missing(&session, &heard);
    assert_eq!(heard, recorded);
    Row {
        clerk,
        heard,
        recorded,
        engineer: format!("a session after {:.1} s", opened.as_secs_f64()),
        ..Row::unnoticed(way)
    }
}

fn far_away(each_way: Duration) -> Option<Stage> {
    let lab = Lab::raise()?;
    let slow = Slow::start(&lab.spot(Place::Vendor), RELAY, each_way);
    let mut ground = Ground::of(&lab);
    ground.engineers = slow.address().to_string();
    Some(Stage::on(Relayed::on(lab, ground, "")))
}

/// Every connection that carries a session is watched by the kernel of each of our machines, so that a
/// peer that vanishes without a word is noticed; the 75 seconds themselves are not waited for here.
fn every_leg_is_watched(stage: &Stage) {
    let work = stage.work(Pace::Idle);
    for (place, to) in [
        (Place::Vendor, RELAY),
        (Place::Relay, RELAY),
        (Place::Gateway, RELAY),
        (Place::Gateway, LIN),
    ] {
        let to = to.to_string();
        let lines = stage.open.lab.connections(place);
        let legs: Vec<_> = lines.iter().filter(|line| line.contains(&to)).collect();
        assert!(!legs.is_empty(), "{place:?}: {lines:?}");
        for leg in legs {
            assert!(leg.contains("timer:("), "{place:?} is not watched: {leg}");
        }
    }
    work.finish();
}

#[test]
fn a_cable_that_is_out_for_a_moment_ends_no_session_and_every_leg_is_watched() {
    let Some(stage) = Stage::set() else { return };
    every_leg_is_watched(&stage);
    for place in [Place::Vendor, Place::Gateway, Place::Lin] {
        cut_for_a_moment(&stage, place);
    }
}

#[test]
fn whatever_is_killed_under_a_busy_stream_nothing_forwarded_is_missing_and_the_next_visit_works() {
    let Some(mut stage) = Stage::set() else {
        return;
    };
    target_killed(&mut stage);
    relay_killed(&mut stage);
    gateway_killed(&mut stage);
}

#[test]
fn over_200_milliseconds_and_over_a_line_that_loses_packets_sessions_are_whole() {
    let Some(stage) = far_away(Duration::from_millis(100)) else {
        return;
    };
    for place in [Place::Vendor, Place::Relay, Place::Gateway] {
        stage.open.lab.lose(place, 2);
    }
    over(&stage, "200 ms, 2 % loss");
}

#[test]
fn after_a_full_disk_the_next_visit_works_as_soon_as_there_is_room() {
    disk_full();
}
