//! The site itself: clock, recordings, witnesses.

use access::*;
use ids::Timestamp;
use watch::{Group, Rule};

use crate::ward::Ward;
use crate::world::*;

#[test]
fn a_doubted_clock_is_told_of_once_and_a_confirmed_one_is_not() {
    let mut ward = Ward::of(World::hospital());
    let wall = ward.world.now;
    assert_eq!(ward.enters(Event::ClockConfirmed { wall }), []);
    let doubted = Event::ClockDoubted {
        wall: wall.minus(DAY),
        witness: None,
    };
    assert_eq!(ward.enters(doubted.clone()), [Rule::ClockMoved]);
    assert_eq!(ward.enters(doubted), []);
}

#[test]
fn a_witness_that_disagrees_is_told_of_once_and_a_verified_ledger_is_not() {
    let mut ward = Ward::of(upgraded(World::hospital()));
    let verified = Event::LedgerVerified {
        size: 10,
        root: digest(1),
    };
    assert_eq!(ward.enters(verified), []);
    let disagreed = Event::WitnessDisagreed {
        device: Some(device(1)),
        how: "forked".into(),
        size: 9,
        root: digest(2),
    };
    assert_eq!(ward.enters(disagreed.clone()), [Rule::WitnessDisagrees]);
    assert_eq!(ward.enters(disagreed), []);
    assert_eq!(ward.seen.last().unwrap().group, Group::Site);
}

fn told(line: u64, rule: &str, device: &str) -> Event {
    Event::ForeignLogFound {
        at: ToldAt {
            month: "2026-11".to_owned(),
            line,
        },
        found: ForeignFound {
            rule: rule.to_owned(),
            device: device.to_owned(),
            count: 3,
            first: Timestamp::from_seconds(1),
            last: Timestamp::from_seconds(2),
        },
    }
}

#[test]
fn what_is_seen_in_the_logs_of_others_is_told_of_for_each_device_and_nothing_else_can_be_told_so() {
    let mut ward = Ward::of(upgraded(World::hospital()));
    for rule in Rule::ALL {
        let (told, id) = (told, rule.id());
        let seen = [
            ward.enters(told(1, id, "ad1")),
            ward.enters(told(2, id, "ad1")),
            ward.enters(told(3, id, "ad2")),
        ];
        let alarms = rule.about().severity > watch::Severity::Notable;
        if rule.is_of_other_logs() && alarms {
            assert_eq!(seen, [vec![*rule], vec![], vec![*rule]], "{id}");
            let last = ward.seen.last().unwrap();
            assert_eq!(
                (last.count, &last.group),
                (3, &Group::Log("ad2".to_owned()))
            );
        } else {
            assert_eq!(seen, [vec![], vec![], vec![]], "{id}");
        }
    }
    assert_eq!(ward.enters(told(3, "no-rule", "ad1")), []);
}

fn segment(number: u32, frames: u64, last: bool) -> Event {
    Event::SegmentSealed {
        session: session(1),
        visit: visit(1),
        number,
        sha256: digest(3),
        frames,
        head: digest(4),
        last,
    }
}

#[test]
fn a_segment_that_is_left_out_is_told_of_once_and_one_after_the_other_is_not() {
    let mut ward = Ward::of(World::connected());
    for event in [
        segment(0, 10, false),
        segment(1, 10, false),
        segment(2, 30, false),
    ] {
        assert_eq!(ward.enters(event), []);
    }
    assert_eq!(
        ward.enters(segment(4, 50, false)),
        [Rule::RecordingShortened]
    );
    assert_eq!(ward.enters(segment(6, 60, true)), []);
}

#[test]
fn a_recording_that_grows_shorter_or_goes_on_behind_its_end_is_told_of() {
    let mut ward = Ward::of(World::connected());
    ward.enters(segment(0, 10, false));
    assert_eq!(
        ward.enters(segment(1, 9, false)),
        [Rule::RecordingShortened]
    );
    let mut ward = Ward::of(World::connected());
    ward.enters(segment(0, 10, true));
    assert_eq!(
        ward.enters(segment(1, 12, false)),
        [Rule::RecordingShortened]
    );
}

#[test]
fn a_recorder_that_failed_is_told_of() {
    let mut ward = Ward::of(World::connected());
    let close = Command::CloseSession {
        session: session(1),
        reason: EndReason::RecorderFailed,
        sent: 1,
        received: 1,
        data_out: 0,
    };
    assert_eq!(
        ward.does(&Caller::gateway(), close),
        [Rule::RecordingShortened]
    );
}

#[test]
fn a_recording_whose_end_does_not_come_is_told_of_once_and_one_that_is_sealed_late_is_not() {
    let mut ward = Ward::of(World::connected());
    ward.enters(segment(0, 10, false));
    assert_eq!(ward.closes(session(1), 400, 0), []);
    ward.world.later(59 * MINUTE);
    assert_eq!(ward.looks(), []);
    let mut late = Ward::of(ward.world.clone());
    assert_eq!(late.enters(segment(1, 12, true)), []);
    late.world.later(DAY);
    assert_eq!(late.looks(), []);
    ward.world.later(2 * MINUTE);
    assert_eq!(ward.looks(), [Rule::RecordingShortened]);
    ward.world.later(DAY);
    assert_eq!(ward.looks(), []);
}

#[test]
fn what_a_gateway_that_was_down_could_not_seal_has_an_hour_from_its_start() {
    let mut ward = Ward::of(World::connected());
    assert_eq!(ward.closes(session(1), 400, 0), []);
    ward.world.later(10 * HOUR);
    let started = Event::GatewayStarted {
        version: "1".into(),
        clean: false,
    };
    assert_eq!(ward.enters(started), []);
    assert_eq!(ward.looks(), []);
    ward.world.later(HOUR + MINUTE);
    assert_eq!(ward.looks(), [Rule::RecordingShortened]);
}

#[test]
fn a_session_in_which_nothing_passed_has_no_recording_to_wait_for() {
    let mut ward = Ward::of(World::connected());
    let close = Command::CloseSession {
        session: session(1),
        reason: EndReason::TargetUnreachable,
        sent: 0,
        received: 0,
        data_out: 0,
    };
    ward.does(&Caller::gateway(), close);
    ward.world.later(DAY);
    assert_eq!(ward.looks(), []);
}
