//! Invariant 5: emergencies, their debts, the envelope and the night chain.

use access::*;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

/// Invariant 5.
#[test]
fn an_emergency_opens_for_two_hours_at_most_and_leaves_a_debt() {
    let mut world = World::hospital();
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0), (DOCTOR, 30)]));
    let request = world.ask(&ito(), world.visit_to(BILLING, HOUR * 3));
    let Outcome::Granted { until, .. } = world.does(&staff(NURSE), duty(&request)) else {
        panic!()
    };
    assert_eq!(until, world.now.plus(HOUR * 2));
    world.does(&ito(), open(BILLING));
    assert_eq!(world.site.debts().count(), 1);
    let own = world.refused(&staff(NURSE), approve(&request));
    assert_eq!(
        own,
        [Reason::SecondPersonNeeded],
        "the duty person does not approve themselves"
    );
    let paid = world.approve(DOCTOR, &request);
    assert_eq!(paid, Outcome::DebtPaid { visit: visit(1) });
    assert_eq!(world.site.debts().count(), 0);
    world.does(
        &engineer(KATO),
        Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR))),
    );
}

#[test]
fn an_emergency_replaces_the_approval_and_no_other_check() {
    let fresh = || {
        let mut world = World::hospital();
        world.does(&staff(NURSE), Command::SealEnvelope { codes: codes(&[1]) });
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        (world, request)
    };
    let removals = [
        (isolate(), "site-isolated"),
        (
            suspend(Subject::Target(target(BILLING))),
            "target-suspended",
        ),
        (suspend(Subject::Vendor(vendor(1))), "vendor-suspended"),
        (suspend(Subject::Person(person(ITO))), "person-suspended"),
        (suspend(Subject::Device(device(1))), "device-suspended"),
    ];
    for (removal, id) in removals {
        let (mut world, request) = fresh();
        world.does(&staff(NURSE), removal);
        let reasons = world.refused(&staff(DOCTOR), envelope(&request, 1));
        assert!(
            reasons.iter().any(|reason| reason.id() == id),
            "{id}: {reasons:?}"
        );
    }
    let (mut world, request) = fresh();
    world.later(HOUR);
    let reasons = world.refused(&ito(), envelope(&request, 1));
    assert!(reasons.contains(&Reason::RequestExpired));
}

/// Found by the simulated world: the older grant was tried first, and refused for the debt.
#[test]
fn an_emergency_is_used_also_beside_an_older_grant_for_the_same_target() {
    let mut world = World::granted();
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0)]));
    let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
    world.does(&staff(NURSE), duty(&request));
    let Outcome::Opened(permit) = world.does(&ito(), open(BILLING)) else {
        panic!()
    };
    assert_eq!(permit.visit(), &visit(2));
}

#[test]
fn a_refused_emergency_ends_at_once_and_pays_the_debt() {
    let mut world = World::in_debt();
    world.does(&ito(), open(BILLING));
    world.does(&staff(NURSE), refuse(&request(1)));
    let ended = world.site.still_permitted(&session(1), world.now);
    assert_eq!(ended, Err(EndReason::GrantWithdrawn));
    assert_eq!(world.site.debts().count(), 0);
    assert_eq!(
        world.site.request(&request(1)).unwrap().state,
        RequestState::Refused
    );
}

#[test]
fn a_debt_outlives_time_suspension_and_isolation() {
    let mut world = World::in_debt();
    world.later(DAY * 400);
    world.does(&staff(NURSE), suspend(Subject::Vendor(vendor(1))));
    world.does(&staff(NURSE), isolate());
    assert_eq!(world.site.debts().count(), 1);
    // And it can be answered in every state.
    world.approve(NURSE, &request(1));
    assert_eq!(world.site.debts().count(), 0);
}

#[test]
fn a_code_debt_at_a_target_of_two_is_paid_by_two() {
    let mut world = World::hospital();
    world.does(&staff(NURSE), Command::SealEnvelope { codes: codes(&[1]) });
    let request = world.ask(&ito(), world.visit_to(RECORDS, HOUR));
    world.does(&ito(), envelope(&request, 1));
    assert_eq!(
        world.approve(NURSE, &request),
        Outcome::AwaitingSecondApproval
    );
    assert!(
        world
            .refused(&staff(NURSE), approve(&request))
            .contains(&Reason::AlreadyApprovedByYou)
    );
    assert_eq!(
        world.approve(DOCTOR, &request),
        Outcome::DebtPaid { visit: visit(1) }
    );
}

#[test]
fn wrong_emergency_codes_are_counted_across_restarts() {
    let mut world = World::hospital();
    world.does(&staff(NURSE), Command::SealEnvelope { codes: codes(&[1]) });
    let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
    let reasons = world.refused(&ito(), envelope(&request, 9));
    assert_eq!(reasons, [Reason::EmergencyCodeWrong]);
    let note = GatewayNote::Refused {
        caller: ito(),
        command: "open_emergency".into(),
        reasons,
        times: limits::MOST_CODE_MISSES,
        visit: None,
    };
    world.does(&Caller::gateway(), Command::Note(note));
    let reasons = world.refused(&ito(), envelope(&request, 1));
    assert!(
        matches!(reasons[..], [Reason::TooMany { .. }]),
        "{reasons:?}"
    );
    // Nor is it told whether a code is right: that would be one more guess.
    assert_eq!(world.refused(&ito(), envelope(&request, 9)), reasons);
    world.later(MINUTE * 59);
    world.does(&staff(DOCTOR), envelope(&request, 1));
}

#[test]
fn the_night_chain_passes_to_its_deputies() {
    let mut world = World::hospital();
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0), (DOCTOR, 15)]));
    let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
    let on_call = |world: &World| world.site.on_call(&request, world.now);
    assert_eq!(on_call(&world), [person(NURSE)]);
    world.later(MINUTE * 15);
    assert_eq!(on_call(&world), [person(NURSE), person(DOCTOR)]);
    let mut nurse_gone = World::hospital();
    nurse_gone.does(&staff(DOCTOR), chain(&[(NURSE, 5), (DOCTOR, 15)]));
    nurse_gone.does(&staff(DOCTOR), suspend(Subject::Person(person(NURSE))));
    nurse_gone.ask(&ito(), nurse_gone.visit_to(BILLING, HOUR));
    assert_eq!(
        on_call(&nurse_gone),
        [person(DOCTOR)],
        "a deputy stands in at once"
    );
}
