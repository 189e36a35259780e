//! Emergency accounts: nobody visits under one, two persons make its envelope, its secret leaves once, and what
//! is seen of it counts.

use access::*;
use ids::NonEmpty;

use crate::rotation::{begin_rotation, compromised, end_rotation, granted_ssh};
use crate::world::*;

pub(crate) fn terms() -> EmergencyTerms {
    EmergencyTerms {
        instructions: "when the gateway is gone: the doctor on duty opens it".to_owned(),
        look_every_days: 365,
    }
}

pub(crate) fn keep_for_emergencies(terms: Option<EmergencyTerms>) -> Command {
    Command::SetEmergencyAccount {
        target: target(SHELL),
        terms,
    }
}

pub(crate) fn order() -> Command {
    Command::OrderEnvelope {
        target: target(SHELL),
    }
}

pub(crate) fn print(number: u64) -> Command {
    Command::PrintEnvelope {
        target: target(SHELL),
        number,
    }
}

pub(crate) fn see(number: u64, found: EnvelopeFound) -> Command {
    let said = matches!(found, EnvelopeFound::Opened | EnvelopeFound::Missing);
    Command::SeeEnvelope {
        target: target(SHELL),
        number,
        found,
        why: said.then(|| "the gateway was down".to_owned()),
    }
}

fn set_by_hand() -> Command {
    Command::SetTargetSecret {
        target: target(SHELL),
        kind: SecretKind::Password,
        reader: false,
        new: NewSecret::default(),
    }
}

/// The account of the SSH target is kept for emergencies, and has a password.
pub(crate) fn kept() -> World {
    let mut world = granted_ssh();
    world.does(&staff(DOCTOR), set_by_hand());
    world.does(&staff(DOCTOR), keep_for_emergencies(Some(terms())));
    world
}

/// The doctor ordered an envelope, and the target has its secret.
pub(crate) fn ready() -> World {
    let mut world = kept();
    world.does(&staff(DOCTOR), order());
    made(&mut world);
    world
}

fn made(world: &mut World) {
    let begin = Command::BeginRotation {
        target: target(SHELL),
        reader: false,
        cause: RotationCause::Envelope,
    };
    world.does(&Caller::gateway(), begin);
    world.does(&Caller::gateway(), end_rotation(Works::New, None));
}

/// And the nurse printed it.
pub(crate) fn printed() -> World {
    let mut world = ready();
    world.does(&staff(NURSE), print(1));
    world
}

fn known(world: &World) -> &Target {
    world.site.target(&target(SHELL)).unwrap()
}

fn stands(world: &World) -> Option<EnvelopeStanding> {
    known(world).envelope_standing(world.site.last_at())
}

fn due(world: &World, at: ids::Timestamp) -> Option<RotationCause> {
    world.site.rotation_due(at).map(|due| due.cause)
}

#[test]
fn nobody_visits_under_an_emergency_account_not_even_with_a_grant_from_before() {
    let world = kept();
    let no = [Reason::ForEmergencies];
    assert_eq!(world.refused(&engineer(ITO), open_ssh()), no);
    let asked = Command::RequestVisit(Box::new(world.ssh_visit(None)));
    assert_eq!(world.refused(&engineer(ITO), asked), no);
    // It is an account like others again when the hospital says so.
    let mut world = world;
    world.does(&staff(OPERATOR), keep_for_emergencies(None));
    world.does(&engineer(ITO), open_ssh());
}

#[test]
fn one_person_orders_an_envelope_another_prints_it_and_nobody_prints_it_twice() {
    let mut world = kept();
    assert_eq!(stands(&world), Some(EnvelopeStanding::NotOrdered));
    world.does(&staff(DOCTOR), order());
    assert_eq!(stands(&world), Some(EnvelopeStanding::BeingMade));
    let early = world.refused(&staff(NURSE), print(1));
    assert_eq!(early, [Reason::EnvelopeNotReady]);
    made(&mut world);
    assert_eq!(stands(&world), Some(EnvelopeStanding::AwaitingPrint));
    let alone = world.refused(&staff(DOCTOR), print(1));
    assert_eq!(alone, [Reason::EnvelopeSecondPerson]);
    assert_eq!(world.refused(&staff(NURSE), print(2)), [Reason::NotFound]);
    world.does(&staff(NURSE), print(1));
    assert_eq!(stands(&world), Some(EnvelopeStanding::Sealed));
    for again in [NURSE, OPERATOR] {
        let twice = world.refused(&staff(again), print(1));
        assert_eq!(twice, [Reason::EnvelopePrinted]);
    }
}

#[test]
fn what_is_printed_was_made_for_it_and_a_secret_that_somebody_typed_is_not_printed() {
    let mut world = ready();
    let typed = set_by_hand();
    world.does(&staff(OPERATOR), typed.clone());
    assert_eq!(stands(&world), Some(EnvelopeStanding::Void));
    let typed_one = world.refused(&staff(NURSE), print(1));
    assert_eq!(typed_one, [Reason::EnvelopeNotReady]);
    // Nor does one open anything that was printed before another secret was set.
    let mut world = printed();
    world.does(&staff(OPERATOR), typed);
    assert_eq!(stands(&world), Some(EnvelopeStanding::Void));
    let mut world = printed();
    world.does(&staff(OPERATOR), compromised());
    assert_eq!(stands(&world), Some(EnvelopeStanding::Void));
}

#[test]
fn an_ordered_envelope_is_due_at_once_and_rests_after_a_failure_until_somebody_orders_again() {
    let mut world = kept();
    assert_eq!(due(&world, world.site.last_at()), None);
    world.does(&staff(DOCTOR), order());
    assert_eq!(
        due(&world, world.site.last_at()),
        Some(RotationCause::Envelope)
    );
    let begin = Command::BeginRotation {
        target: target(SHELL),
        reader: false,
        cause: RotationCause::Envelope,
    };
    world.does(&Caller::gateway(), begin);
    assert_eq!(due(&world, world.site.last_at()), None);
    let busy = world.refused(&staff(DOCTOR), order());
    assert_eq!(busy, [Reason::SecretRotating]);
    let failed = Some(RotationFailure::Unreachable);
    world.does(&Caller::gateway(), end_rotation(Works::Old, failed));
    assert_eq!(due(&world, world.site.last_at()), None);
    let later = world.site.last_at().plus(HOUR);
    assert_eq!(due(&world, later), Some(RotationCause::Envelope));
    world.later(MINUTE);
    world.does(&staff(DOCTOR), order());
    assert_eq!(
        due(&world, world.site.last_at()),
        Some(RotationCause::Envelope)
    );
    made(&mut world);
    // The number of the order that failed is never used again.
    assert_eq!(world.refused(&staff(NURSE), print(1)), [Reason::NotFound]);
    world.does(&staff(NURSE), print(2));
}

#[test]
fn the_secret_of_an_emergency_account_changes_with_an_order_and_not_otherwise() {
    let mut world = printed();
    let asked = world.refused(&staff(OPERATOR), begin_rotation());
    assert_eq!(asked, [Reason::EnvelopeNotOrdered]);
    let by_itself = Command::SetSecretPolicy(SecretPolicy {
        rotation: Some(RotationTerms {
            targets: NonEmpty::one(target(SHELL)),
            after_visits: true,
            every_days: None,
        }),
        ..SecretPolicy::default()
    });
    let reasons = world.refused(&staff(OPERATOR), by_itself.clone());
    assert_eq!(reasons, [Reason::RotationNotPossible]);
    let for_visits = crate::visit_accounts::choose(Some("root"));
    let reasons = world.refused(&staff(OPERATOR), for_visits);
    assert_eq!(reasons, [Reason::VisitAccountsNotPossible]);
    let key = world.refused(&staff(OPERATOR), set_secret(SHELL));
    assert_eq!(key, [Reason::PasswordNeeded]);
    world.does(&staff(OPERATOR), keep_for_emergencies(None));
    // Whoever has the paper knows the secret still: until it is another, nobody enters with it.
    assert!(known(&world).standing.compromised.is_some());
    world.does(&staff(OPERATOR), by_itself);
    // What was printed before another secret was set says nothing of that one.
    let mut void = printed();
    void.does(&staff(OPERATOR), set_by_hand());
    void.does(&staff(OPERATOR), keep_for_emergencies(None));
    assert!(known(&void).standing.compromised.is_none());
    let reasons = world.refused(&staff(OPERATOR), keep_for_emergencies(Some(terms())));
    assert_eq!(reasons, [Reason::EmergencyAccountNotPossible]);
}

#[test]
fn what_was_opened_counts_no_more_until_another_one_is_printed() {
    for found in [EnvelopeFound::Opened, EnvelopeFound::Missing] {
        let mut world = printed();
        world.does(&staff(OPERATOR), see(1, found));
        assert_eq!(stands(&world), Some(EnvelopeStanding::Used));
        let after = world.refused(&staff(OPERATOR), see(1, EnvelopeFound::Sealed));
        assert_eq!(after, [Reason::AlreadySo]);
        world.does(&staff(NURSE), order());
        made(&mut world);
        world.does(&staff(OPERATOR), print(2));
        assert_eq!(stands(&world), Some(EnvelopeStanding::Sealed));
        // The old number is no envelope any more.
        let old = world.refused(&staff(OPERATOR), see(1, EnvelopeFound::Sealed));
        assert_eq!(old, [Reason::NotFound]);
    }
}

#[test]
fn only_the_gateway_says_what_a_target_says_and_only_people_what_lies_in_a_drawer() {
    let mut world = printed();
    for found in [EnvelopeFound::SecretDiffers, EnvelopeFound::SignedIn] {
        assert!(!world.refused(&staff(OPERATOR), see(1, found)).is_empty());
    }
    let gateway = Caller::gateway();
    assert!(
        !world
            .refused(&gateway, see(1, EnvelopeFound::Sealed))
            .is_empty()
    );
    world.does(&gateway, see(1, EnvelopeFound::SecretDiffers));
    assert_eq!(stands(&world), Some(EnvelopeStanding::Used));
    let twice = world.refused(&gateway, see(1, EnvelopeFound::SignedIn));
    assert_eq!(twice, [Reason::AlreadySo]);
}

#[test]
fn somebody_looks_after_as_many_days_as_the_hospital_said() {
    let mut world = printed();
    world.later(DAY * 365);
    let now = world.site.last_at().plus(DAY * 365);
    let at = |world: &World, now| known(world).envelope_standing(now);
    assert_eq!(at(&world, now), Some(EnvelopeStanding::LookDue));
    world.does(&staff(OPERATOR), see(1, EnvelopeFound::Sealed));
    assert_eq!(stands(&world), Some(EnvelopeStanding::Sealed));
}

#[test]
fn an_account_whose_secret_is_a_key_is_none_for_paper() {
    let mut world = granted_ssh();
    world.does(&staff(OPERATOR), set_secret(SHELL));
    let reasons = world.refused(&staff(OPERATOR), keep_for_emergencies(Some(terms())));
    assert_eq!(reasons, [Reason::EmergencyAccountNotPossible]);
}
