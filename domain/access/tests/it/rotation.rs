//! Secrets that others may know, and that are replaced: who says so, what it forbids, what stands afterwards.

use std::time::Duration;

use access::*;
use ids::NonEmpty;

use crate::world::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn compromised() -> Command {
    Command::CompromiseSecret {
        target: target(SHELL),
        reader: false,
        why: "it stood in a mail".to_owned(),
    }
}

pub(crate) fn begin_rotation() -> Command {
    Command::BeginRotation {
        target: target(SHELL),
        reader: false,
        cause: RotationCause::Asked,
    }
}

pub(crate) fn end_rotation(works: Works, failed: Option<RotationFailure>) -> Command {
    Command::EndRotation {
        target: target(SHELL),
        reader: false,
        works,
        failed,
    }
}

/// Ito may enter the SSH target.
pub(crate) fn granted_ssh() -> World {
    let mut world = upgraded(World::with_ssh(false));
    let request = world.ask(&engineer(ITO), world.ssh_visit(None));
    world.approve(NURSE, &request);
    world
}

fn known(world: &World) -> &Target {
    world.site.target(&target(SHELL)).unwrap()
}

#[test]
fn s0_9_a_secret_that_others_may_know_stays_forbidden_until_it_is_another() {
    let mut world = granted_ssh();
    world.does(&staff(OPERATOR), compromised());
    let before = known(&world).standing.compromised.clone().unwrap();
    assert_eq!(before.why, "it stood in a mail");
    assert_eq!(
        world.refused(&staff(OPERATOR), compromised()),
        [Reason::AlreadySo]
    );
    // A replacement that left the old one in its place changes nothing.
    world.does(&staff(OPERATOR), begin_rotation());
    let failed = Some(RotationFailure::Unreachable);
    world.does(&Caller::gateway(), end_rotation(Works::Old, failed));
    assert_eq!(known(&world).standing.compromised, Some(before));
    assert!(known(&world).standing.rotating.is_none());
    world.does(&staff(OPERATOR), begin_rotation());
    world.does(&Caller::gateway(), end_rotation(Works::New, None));
    let standing = &known(&world).standing;
    assert!(standing.compromised.is_none() && standing.failed.is_none());
    assert_eq!(standing.rotated, Some(world.site.last_at()));
    world.does(&engineer(ITO), open_ssh());
}

#[test]
fn a_replacement_counts_as_a_setting_by_the_gateway_and_only_the_new_one_counts() {
    let mut world = granted_ssh();
    let before = known(&world).secrets;
    world.does(&staff(OPERATOR), begin_rotation());
    assert_eq!(known(&world).secrets, before);
    let open = Some(RotationFailure::Unreachable);
    world.does(&Caller::gateway(), end_rotation(Works::NotKnown, open));
    assert!(known(&world).standing.rotating.is_some());
    assert_eq!(known(&world).secrets, before);
    world.does(&Caller::gateway(), end_rotation(Works::New, None));
    assert_eq!(known(&world).secrets, before + 1);
    let last = known(&world).standing.settings.last().unwrap();
    assert_eq!(last.by, Who::Gateway);
    // It was answered: a second answer is none.
    let again = world.refused(&Caller::gateway(), end_rotation(Works::New, None));
    assert_eq!(again, [Reason::AlreadySo]);
}

#[test]
fn what_is_due_by_the_hospitals_terms_waits_for_the_visit_and_rests_after_a_failure() {
    let mut world = granted_ssh();
    assert_eq!(world.site.rotation_due(world.site.last_at()), None);
    let terms = SecretPolicy {
        rotation: Some(RotationTerms {
            targets: NonEmpty::one(target(SHELL)),
            after_visits: false,
            every_days: Some(30),
        }),
        ..SecretPolicy::default()
    };
    world.does(&staff(OPERATOR), Command::SetSecretPolicy(terms));
    let now = world.site.last_at();
    let due = |world: &World, at| world.site.rotation_due(at).map(|due| due.cause);
    assert_eq!(due(&world, now), None);
    let old = now.plus(DAY * 31);
    assert_eq!(due(&world, old), Some(RotationCause::Scheduled));
    world.does(&staff(OPERATOR), compromised());
    assert_eq!(due(&world, now), Some(RotationCause::Compromised));
    world.does(&staff(OPERATOR), begin_rotation());
    assert_eq!(due(&world, old), None, "it is under way");
    let failed = Some(RotationFailure::ChangeRefused);
    world.does(&Caller::gateway(), end_rotation(Works::Old, failed));
    let now = world.site.last_at();
    assert_eq!(due(&world, now), None, "it failed just now");
    let later = now.plus(Duration::from_secs(3601));
    assert_eq!(due(&world, later), Some(RotationCause::Compromised));
}

#[test]
fn a_new_secret_that_is_refused_is_given_up_when_it_was_refused_some_minutes_before() {
    let mut world = granted_ssh();
    let given_up = |world: &World, at| known(world).standing.rotating.clone().unwrap().gives_up(at);
    world.does(&staff(OPERATOR), begin_rotation());
    let begun = world.site.last_at();
    assert!(!given_up(&world, begun.plus(DAY)), "it was not refused yet");
    // A target that does not answer refuses nothing.
    let silent = end_rotation(Works::NotKnown, Some(RotationFailure::Unreachable));
    world.does(&Caller::gateway(), silent);
    assert!(!given_up(&world, begun.plus(DAY)));
    for doubt in [RotationFailure::InDoubt, RotationFailure::NotProved] {
        world.does(&Caller::gateway(), end_rotation(Works::Old, None));
        world.does(&staff(OPERATOR), begin_rotation());
        let doubted = end_rotation(Works::NotKnown, Some(doubt));
        world.does(&Caller::gateway(), doubted);
        let at = world.site.last_at();
        assert!(!given_up(&world, at.plus(Duration::from_secs(599))));
        assert!(given_up(&world, at.plus(Duration::from_secs(600))));
        // What is found between does not begin it anew.
        let silent = end_rotation(Works::NotKnown, Some(RotationFailure::Unreachable));
        world.does(&Caller::gateway(), silent);
        assert!(given_up(&world, at.plus(Duration::from_secs(600))));
        // A device that took it, and restarts before it was saved, is asked for as long again.
        let not_saved = end_rotation(Works::NotKnown, Some(RotationFailure::NotSaved));
        world.does(&Caller::gateway(), not_saved);
        assert!(!given_up(&world, at.plus(DAY)));
        let restarted = world.later(DAY).site.last_at();
        let doubted = end_rotation(Works::NotKnown, Some(doubt));
        world.does(&Caller::gateway(), doubted);
        assert!(!given_up(&world, restarted.plus(Duration::from_secs(601))));
    }
}

#[test]
fn a_doubt_is_settled_within_minutes_however_long_the_target_was_silent_before() {
    let mut world = granted_ssh();
    world.does(&staff(OPERATOR), begin_rotation());
    let silent = end_rotation(Works::NotKnown, Some(RotationFailure::Unreachable));
    world.does(&Caller::gateway(), silent);
    let begun = world.later(DAY).site.last_at();
    let doubted = end_rotation(Works::NotKnown, Some(RotationFailure::InDoubt));
    world.does(&Caller::gateway(), doubted);
    let rotating = known(&world).standing.rotating.clone().unwrap();
    let (mut at, mut tries) = (world.site.last_at(), Vec::new());
    while !rotating.gives_up(at) {
        at = rotating.next_try(at).unwrap();
        tries.push(at.since(rotating.doubted.unwrap()).as_secs() / 60);
    }
    assert_eq!(tries, [1, 3, 7, 15], "after {begun}");
}

#[test]
fn it_is_tried_again_less_and_less_often_and_no_less_than_every_hour() {
    let mut world = granted_ssh();
    world.does(&staff(OPERATOR), begin_rotation());
    let rotating = |world: &World| known(world).standing.rotating.clone().unwrap();
    assert_eq!(rotating(&world).next_try(world.site.last_at()), None);
    let open = end_rotation(Works::NotKnown, Some(RotationFailure::NotSaved));
    world.does(&Caller::gateway(), open.clone());
    let since = world.site.last_at();
    let mut last = since;
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let next = rotating(&world).next_try(last).unwrap();
        assert_eq!(next, last.plus(Duration::from_secs(minutes * 60)));
        last = next;
        world.later(Duration::from_secs(minutes * 60));
        // The same answer is entered once.
        let again = world.refused(&Caller::gateway(), open.clone());
        assert_eq!(again, [Reason::AlreadySo]);
    }
    let other = end_rotation(Works::NotKnown, Some(RotationFailure::Unreachable));
    world.does(&Caller::gateway(), other);
    assert_eq!(
        rotating(&world).open,
        Some(since),
        "another answer hastens nothing"
    );
}
