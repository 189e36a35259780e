//! Attempts at the door.

use access::*;
use watch::{Group, Rule};

use crate::ward::{Ward, from};
use crate::world::*;

#[test]
fn right_factors_from_an_unlisted_source_are_told_of_once_and_from_a_listed_one_not() {
    let mut ward = Ward::of(World::granted());
    assert_eq!(ward.signs_in(&engineer(ITO)), []);
    ward.world.later(20 * MINUTE);
    let abroad = from(engineer(ITO), "198.51.100.9");
    assert_eq!(ward.signs_in(&abroad), [Rule::UnlistedSource]);
    assert_eq!(ward.refused(&abroad, open(BILLING)), []);
    let sighting = ward.seen.last().unwrap();
    assert_eq!(sighting.group, Group::Person(person(ITO)));
    assert_eq!(sighting.of.source, Some("198.51.100.9".parse().unwrap()));
    assert!(sighting.entry.is_some());
    // Of another engineer one is told apart, and of the same one a day later again.
    assert_eq!(
        ward.signs_in(&from(engineer(KATO), "192.0.2.1")),
        [Rule::UnlistedSource]
    );
    ward.world.later(DAY + MINUTE);
    assert_eq!(ward.signs_in(&abroad), [Rule::UnlistedSource]);
}

#[test]
fn one_factor_alone_from_an_unlisted_source_is_no_stolen_credential() {
    let mut ward = Ward::of(World::granted());
    let mut half = from(engineer(ITO), "198.51.100.9");
    half.factors.totp = false;
    half.factors.device = false;
    assert_eq!(ward.refused(&half, open(BILLING)), []);
}

#[test]
fn somebody_of_the_hospital_who_signs_in_on_the_lan_is_nothing() {
    let mut ward = Ward::of(World::granted());
    assert_eq!(ward.signs_in(&staff(NURSE)), []);
}

#[test]
fn right_factors_on_an_unknown_device_are_told_of_once_and_a_pending_device_is_not() {
    let mut ward = Ward::of(World::granted());
    let mut elsewhere = engineer(ITO);
    elsewhere.device = Some(device(3));
    assert_eq!(
        ward.refused(&elsewhere, open(BILLING)),
        [Rule::UnknownDevice]
    );
    assert_eq!(ward.refused(&elsewhere, open(BILLING)), []);
    let pending = vec![Reason::DevicePending];
    assert_eq!(
        ward.was_refused(&engineer(KATO), "open_session", pending, 1),
        []
    );
    // In a browser of the hospital there is no device, and none is asked for.
    let asked = vec![Reason::DeviceUnknown];
    assert_eq!(
        ward.was_refused(&staff(NURSE), "approve_request", asked, 1),
        []
    );
}

fn turned_away(sign_ins: u64) -> GatewayNote {
    GatewayNote::StrangersTurnedAway {
        connections: 9_000,
        sign_ins,
    }
}

#[test]
fn a_burst_of_failed_sign_ins_is_guessing_and_a_day_of_mistyping_is_not() {
    let mut ward = Ward::of(World::hospital());
    for _ in 0..20 {
        assert_eq!(ward.notes(turned_away(2)), []);
        ward.world.later(30 * MINUTE);
    }
    assert_eq!(ward.notes(turned_away(20)), []);
    ward.world.later(MINUTE);
    assert_eq!(ward.notes(turned_away(20)), [Rule::Guessing]);
    ward.world.later(MINUTE);
    assert_eq!(ward.notes(turned_away(500)), []);
    assert_eq!(ward.seen.last().unwrap().group, Group::Site);
}

#[test]
fn slow_guessing_is_told_of_within_the_week_and_a_week_of_mistyping_is_not() {
    let mut ward = Ward::of(World::hospital());
    for _ in 0..7 {
        assert_eq!(ward.notes(turned_away(10)), []);
        ward.world.later(DAY);
    }
    ward.world.later(7 * DAY);
    let mut fired = Vec::new();
    for _ in 0..28 {
        fired.extend(ward.notes(turned_away(6)));
        ward.world.later(6 * HOUR);
    }
    assert_eq!(fired, [Rule::GuessingSlowly]);
}

#[test]
fn wrong_codes_of_one_person_are_guessing_and_two_misheard_ones_are_not() {
    let mut ward = Ward::of(World::hospital());
    let wrong = || vec![Reason::EmergencyCodeWrong];
    let by = staff(NURSE);
    assert_eq!(ward.was_refused(&by, "open_emergency", wrong(), 2), []);
    assert_eq!(
        ward.was_refused(&by, "open_emergency", wrong(), 1),
        [Rule::GuessingPerson]
    );
    assert_eq!(ward.was_refused(&by, "open_emergency", wrong(), 9), []);
}

#[test]
fn wrong_codes_of_three_persons_in_a_day_are_spread_guessing_and_of_two_are_not() {
    let mut ward = Ward::of(World::hospital());
    let wrong = || vec![Reason::EmergencyCodeWrong];
    for who in [DOCTOR, NURSE] {
        assert_eq!(
            ward.was_refused(&staff(who), "open_emergency", wrong(), 1),
            []
        );
    }
    let third = staff(OPERATOR);
    assert_eq!(
        ward.was_refused(&third, "open_emergency", wrong(), 1),
        [Rule::GuessingSpread]
    );
    assert_eq!(ward.was_refused(&third, "open_emergency", wrong(), 1), []);
}

#[test]
fn wrong_secrets_of_an_invitation_are_guessing_and_a_slip_is_not() {
    let mut ward = Ward::of(World::hospital());
    let missed = |invitation| Event::InvitationMissed { invitation };
    assert_eq!(ward.enters(missed(invitation(1))), []);
    assert_eq!(ward.enters(missed(invitation(1))), []);
    assert_eq!(ward.enters(missed(invitation(1))), [Rule::GuessingPerson]);
    assert_eq!(ward.enters(missed(invitation(1))), []);
    assert_eq!(ward.enters(missed(invitation(2))), []);
    assert_eq!(ward.enters(missed(invitation(3))), [Rule::GuessingSpread]);
}

#[test]
fn a_session_without_a_plan_is_told_of_once_and_one_that_was_asked_for_is_not() {
    let mut ward = Ward::of(World::hospital());
    let asked = ward.world.visit_to(BILLING, HOUR);
    ward.world.ask(&engineer(ITO), asked);
    // He connects before anybody has answered.
    assert_eq!(ward.refused(&engineer(ITO), open(BILLING)), []);
    assert_eq!(
        ward.refused(&engineer(KATO), open(BILLING)),
        [Rule::WithoutPlan]
    );
    assert_eq!(ward.refused(&engineer(KATO), open(BILLING)), []);
}

#[test]
fn a_session_far_outside_its_window_is_told_of_once_and_one_a_little_late_is_not() {
    let mut ward = Ward::of(World::granted());
    ward.world.later(HOUR + 20 * MINUTE);
    assert_eq!(ward.refused(&engineer(ITO), open(BILLING)), []);
    ward.world.later(5 * HOUR);
    assert_eq!(
        ward.refused(&engineer(ITO), open(BILLING)),
        [Rule::OutsideWindow]
    );
    assert_eq!(ward.refused(&engineer(ITO), open(BILLING)), []);
}

#[test]
fn a_session_hours_before_its_window_is_told_of_and_a_few_minutes_early_is_not() {
    let mut ward = Ward::of(World::hospital());
    let mut asked = ward.world.visit_to(BILLING, HOUR);
    asked.window.from = ward.world.now.plus(8 * HOUR);
    asked.window.until = ward.world.now.plus(9 * HOUR);
    let request = ward.world.ask(&engineer(ITO), asked);
    ward.world.approve(NURSE, &request);
    let mut later = Ward::of(ward.world.clone());
    assert_eq!(
        ward.refused(&engineer(ITO), open(BILLING)),
        [Rule::OutsideWindow]
    );
    later.world.later(7 * HOUR + 50 * MINUTE);
    assert_eq!(later.refused(&engineer(ITO), open(BILLING)), []);
}

#[test]
fn one_target_after_the_other_is_told_of_once_and_a_wrong_name_is_not() {
    let mut ward = Ward::of(World::granted());
    assert_eq!(ward.refused_so_often(&engineer(ITO), open(99), 3), []);
    let mut fired = Vec::new();
    for number in 100..130 {
        fired.extend(ward.refused(&engineer(ITO), open(number)));
    }
    assert_eq!(fired, [Rule::TargetsTried]);
}

#[test]
fn forwarding_tried_again_and_again_is_told_of_once_and_a_configured_one_is_not() {
    let mut ward = Ward::of(World::connected());
    let reasons = |channel: &str| {
        let channel = channel.to_owned();
        vec![Reason::ChannelNotGranted { channel }]
    };
    let by = engineer(ITO);
    let tcp = || reasons("direct-tcpip");
    assert_eq!(ward.was_refused(&by, "open_channel", reasons("x11"), 9), []);
    assert_eq!(ward.was_refused(&by, "open_channel", tcp(), 2), []);
    assert_eq!(
        ward.was_refused(&by, "open_channel", tcp(), 3),
        [Rule::ForwardingTried]
    );
    assert_eq!(ward.was_refused(&by, "open_channel", tcp(), 50), []);
    assert_eq!(ward.seen.last().unwrap().group, Group::Visit(visit(1)));
}

fn locks(ward: &mut Ward, who: u64) -> Vec<Rule> {
    let locked = GatewayNote::SignInLocked {
        person: person(who),
        source: Source::Unknown,
    };
    ward.world.does(&Caller::gateway(), Command::Note(locked));
    ward.fired()
}

#[test]
fn s1_8_a_name_that_is_locked_three_times_in_a_day_is_guessed_and_one_that_is_mistyped_is_not() {
    let mut ward = Ward::of(upgraded(World::granted()));
    assert_eq!(locks(&mut ward, ITO), []);
    ward.world.later(10 * MINUTE);
    assert_eq!(locks(&mut ward, ITO), []);
    ward.world.later(10 * MINUTE);
    assert_eq!(locks(&mut ward, ITO), [Rule::GuessingPerson]);
    assert_eq!(ward.seen.last().unwrap().of.person, Some(person(ITO)));
    assert_eq!(locks(&mut ward, ITO), [], "it was told");
}

#[test]
fn s1_8_three_persons_whose_names_are_locked_within_a_day_are_guessed_together() {
    let mut ward = Ward::of(upgraded(World::granted()));
    assert_eq!(locks(&mut ward, ITO), []);
    assert_eq!(locks(&mut ward, KATO), []);
    ward.world.later(2 * DAY);
    assert_eq!(locks(&mut ward, OTHER), [], "the others were days ago");
    assert_eq!(locks(&mut ward, ITO), []);
    assert_eq!(locks(&mut ward, KATO), [Rule::GuessingSpread]);
}

fn decoy(decoy: Decoy) -> Command {
    Command::SetDecoy { decoy, set: true }
}

fn touched(decoy: Decoy, by: Option<u64>, source: &str) -> Command {
    Command::Note(GatewayNote::DecoyTouched {
        decoy,
        person: by.map(person),
        device: None,
        source: Source::Address(source.parse().unwrap()),
    })
}

#[test]
fn a_decoy_is_touched_once_and_making_one_is_no_touch() {
    let mut ward = Ward::of(upgraded(World::granted()));
    let imaging = Decoy::Target(target(IMAGING));
    ward.does(&staff(DOCTOR), decoy(imaging.clone()));
    let new = target_terms(&ward.world);
    ward.does(&staff(DOCTOR), new);
    assert_eq!(ward.signs_in(&engineer(ITO)), []);
    let asked = ward.world.visit_to(IMAGING, HOUR);
    ward.world.ask(&engineer(OTHER), asked);
    assert_eq!(ward.fired(), [Rule::DecoyTouched]);
    assert_eq!(ward.seen.last().unwrap().of.person, Some(person(OTHER)));
    let asked = ward.world.visit_to(IMAGING, 2 * HOUR);
    ward.world.ask(&engineer(OTHER), asked);
    assert_eq!(ward.fired(), []);
    // Reached for by somebody who is maintained out: refused, and a touch all the same.
    ward.world.does(
        &Caller::gateway(),
        touched(imaging, Some(KATO), "192.0.2.1"),
    );
    assert_eq!(ward.fired(), [Rule::DecoyTouched]);
}

#[test]
fn the_name_of_a_decoy_is_tried_by_nobody_or_by_whoever_is_alone_in_a_session_from_there() {
    let name = || Decoy::Account("hosyu".to_owned());
    let mut ward = Ward::of(upgraded(World::connected()));
    ward.does(&staff(DOCTOR), decoy(name()));
    let stranger = touched(name(), None, "198.51.100.77");
    ward.world.does(&Caller::gateway(), stranger);
    assert_eq!(ward.fired(), [Rule::DecoyTouched]);
    assert_eq!(ward.seen.last().unwrap().group, Group::Site);
    let source = ward.world.site.session(&session(1)).unwrap().source;
    let beside = touched(name(), None, &source.to_string());
    ward.world.does(&Caller::gateway(), beside);
    assert_eq!(ward.fired(), [Rule::DecoyTouched]);
    assert_eq!(
        ward.seen.last().unwrap().group,
        Group::Person(person(ITO)),
        "whose session comes from there"
    );
}

fn target_terms(world: &World) -> Command {
    let known = world.site.target(&target(IMAGING)).unwrap();
    Command::PinTarget {
        target: target(IMAGING),
        address: PinnedAddress {
            port: 5433,
            ..known.address.clone()
        },
    }
}
