//! Changing when, how long and by whom a target may be visited.

use access::*;
use ids::*;

use crate::world::*;

fn terms(world: &World, number: u64) -> TargetTerms {
    world.site.target(&target(number)).unwrap().terms()
}

fn change(number: u64, terms: TargetTerms) -> Command {
    Command::ChangeTargetTerms {
        target: target(number),
        terms,
    }
}

/// Another hour than the one in which the test's world stands.
fn other_hours(world: &World) -> Hours {
    let (weekday, minute) = world.now.weekday_and_minute_jst();
    let from = if minute < 12 * 60 { 13 * 60 } else { 60 };
    let to = from + 60;
    Hours::Only(NonEmpty::one(Slot { weekday, from, to }))
}

#[test]
fn narrower_hours_end_a_session_that_runs() {
    let mut world = upgraded(World::connected());
    assert!(world.permitted().is_ok());
    let narrower = TargetTerms {
        hours: other_hours(&world),
        ..terms(&world, BILLING)
    };
    world.does(&staff(OPERATOR), change(BILLING, narrower));
    assert_eq!(world.permitted(), Err(EndReason::Deadline));
    let refused = world.refused(&engineer(ITO), open(BILLING));
    assert!(refused.contains(&Reason::OutsideHours), "{refused:?}");
}

#[test]
fn a_vendor_that_is_taken_from_a_target_loses_its_sessions_and_grants() {
    let mut world = upgraded(World::connected());
    let others = TargetTerms {
        vendors: NonEmpty::one(vendor(2)),
        ..terms(&world, BILLING)
    };
    let before = terms(&world, BILLING);
    world.does(&staff(OPERATOR), change(BILLING, others));
    assert_eq!(world.permitted(), Err(EndReason::GrantWithdrawn));
    // Put back, the vendor may ask again; what was withdrawn stays withdrawn.
    world.does(&staff(OPERATOR), change(BILLING, before));
    assert_eq!(world.permitted(), Err(EndReason::GrantWithdrawn));
    let refused = world.refused(&engineer(ITO), open(BILLING));
    assert_eq!(refused, [Reason::GrantWithdrawn]);
}

#[test]
fn a_grant_keeps_what_it_was_granted_with() {
    let mut world = upgraded(World::connected());
    let until = world.permitted().unwrap();
    let other = TargetTerms {
        approvals: Approvals::Two,
        emergency: false,
        longest_minutes: 5,
        quota_bytes: 1,
        attended: true,
        ..terms(&world, BILLING)
    };
    world.does(&staff(OPERATOR), change(BILLING, other));
    assert_eq!(world.permitted(), Ok(until));
    assert_eq!(world.frozen(), None);
    // The next request is measured by the new terms.
    let refused = world.refused(
        &engineer(KATO),
        Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR))),
    );
    assert_eq!(refused, [Reason::WindowTooLong { longest_minutes: 5 }]);
}

#[test]
fn a_request_that_waits_needs_the_approvals_that_the_target_asks_for_now() {
    let mut world = upgraded(World::hospital());
    let request = world.ask(&engineer(ITO), world.visit_to(BILLING, HOUR));
    let two = TargetTerms {
        approvals: Approvals::Two,
        ..terms(&world, BILLING)
    };
    world.does(&staff(OPERATOR), change(BILLING, two));
    let given = world.approve(NURSE, &request);
    assert_eq!(given, Outcome::AwaitingSecondApproval);
}

#[test]
fn terms_are_held_to_the_same_limits_as_at_the_registration() {
    let world = upgraded(World::hospital());
    let with = |wrong: fn(&mut TargetTerms)| {
        let mut asked = terms(&world, BILLING);
        wrong(&mut asked);
        world.refused(&staff(OPERATOR), change(BILLING, asked))
    };
    let longest_minutes = limits::LONGEST_WINDOW_MINUTES;
    let too_long = [Reason::WindowTooLong { longest_minutes }];
    assert_eq!(with(|asked| asked.longest_minutes = 0), too_long);
    assert!(matches!(
        with(|asked| asked.quota_bytes = 0).as_slice(),
        [Reason::TooMany { what, .. }] if what == "quota-gib"
    ));
    let unknown = with(|asked| asked.vendors = NonEmpty::one(vendor(99)));
    assert_eq!(unknown, [Reason::NotFound]);
    let slot = Slot {
        weekday: 7,
        from: 0,
        to: 1,
    };
    let backwards = Hours::Only(NonEmpty::one(slot));
    let mut asked = terms(&world, BILLING);
    asked.hours = backwards;
    let refused = world.refused(&staff(OPERATOR), change(BILLING, asked));
    assert_eq!(refused, [Reason::WindowNotPossible]);
    let same = terms(&world, BILLING);
    let refused = world.refused(&staff(OPERATOR), change(BILLING, same));
    assert_eq!(refused, [Reason::AlreadySo]);
}

#[test]
fn a_site_that_is_not_committed_to_this_release_keeps_the_terms_it_has() {
    let world = World::hospital();
    let other = TargetTerms {
        longest_minutes: 5,
        ..terms(&world, BILLING)
    };
    let refused = world.refused(&staff(OPERATOR), change(BILLING, other));
    assert_eq!(refused, [Reason::NotUpgraded]);
}
