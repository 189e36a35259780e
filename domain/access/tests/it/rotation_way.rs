//! How the password at Windows or at a device is replaced: where it can be chosen, and what cannot be chosen beside it.

use access::*;

use crate::rotation::begin_rotation;
use crate::world::*;

const DIALOGUE: &str = "expect #\nsend username {account} secret {new}\nexpect #";

pub(crate) fn by(way: Option<RotationWay>) -> Command {
    Command::SetRotationWay {
        target: target(SHELL),
        way,
    }
}

fn device(text: &str) -> Option<RotationWay> {
    Dialogue::parse(text.lines()).map(RotationWay::Device)
}

/// With an account that is entered with a password.
pub(crate) fn world() -> World {
    let mut world = upgraded(World::with_ssh(false));
    let password = Command::SetTargetSecret {
        target: target(SHELL),
        kind: SecretKind::Password,
        reader: false,
        new: NewSecret::default(),
    };
    world.does(&staff(OPERATOR), password);
    world
}

#[test]
fn a_way_is_chosen_changed_and_given_up() {
    let mut world = world();
    for way in [device(DIALOGUE), Some(RotationWay::Windows), None] {
        world.does(&staff(OPERATOR), by(way.clone()));
        let known = world.site.target(&target(SHELL)).unwrap();
        assert_eq!(known.rotation_way, way);
        let again = world.refused(&staff(OPERATOR), by(way));
        assert_eq!(again, [Reason::AlreadySo]);
    }
}

#[test]
fn how_a_password_is_replaced_stays_while_it_is_being_replaced() {
    let mut world = world();
    world.does(&staff(OPERATOR), by(device(DIALOGUE)));
    world.does(&staff(OPERATOR), begin_rotation());
    let refused = world.refused(&staff(OPERATOR), by(None));
    assert_eq!(refused, [Reason::SecretRotating]);
}

#[test]
fn neither_windows_nor_a_device_has_an_account_for_each_visit() {
    let mut other_way = world();
    let visits = || crate::visit_accounts::choose(Some("root"));
    other_way.does(&staff(OPERATOR), by(Some(RotationWay::Windows)));
    let refused = other_way.refused(&staff(OPERATOR), visits());
    assert_eq!(refused, [Reason::VisitAccountsNotPossible]);
    let mut for_visits = world();
    for_visits.does(&staff(OPERATOR), visits());
    let refused = for_visits.refused(&staff(OPERATOR), by(device(DIALOGUE)));
    assert_eq!(refused, [Reason::RotationWayNotPossible]);
}

#[test]
fn a_dialogue_that_was_not_read_from_its_lines_is_judged_all_the_same() {
    let made = Dialogue {
        change: ids::NonEmpty::one(DialogueLine::Send("secret \"{new}\"".to_owned())),
        save: Vec::new(),
    };
    let refused = world().refused(&staff(OPERATOR), by(Some(RotationWay::Device(made))));
    assert_eq!(refused, [Reason::RotationWayNotPossible]);
}

#[test]
fn an_account_with_a_key_is_replaced_by_the_commands_of_linux_alone() {
    let mut world = upgraded(World::with_ssh(false));
    world.does(&staff(OPERATOR), set_secret(SHELL));
    let refused = world.refused(&staff(OPERATOR), by(Some(RotationWay::Windows)));
    assert_eq!(refused, [Reason::RotationWayNotPossible]);
}

#[test]
fn what_is_typed_last_must_be_answered_in_both_parts() {
    let mut world = world();
    for open in [
        "expect #\nsend password {new}",
        "expect #\nsend password {new}\nexpect #\nsend end",
        "expect #\nsend password {new}\nexpect #\nsave\nexpect #\nsend save",
    ] {
        let refused = world.refused(&staff(OPERATOR), by(device(open)));
        assert_eq!(refused, [Reason::RotationWayNotProvable], "{open}");
    }
    for answered in [
        "send password {new}\nsee changed",
        "send password {new}\nexpect #\nsave\nsend save\nsee [OK]",
    ] {
        world.does(&staff(OPERATOR), by(device(answered)));
    }
}

#[test]
fn before_it_is_proved_one_password_is_changed_and_no_second_one() {
    let mut world = world();
    for two in [
        "send administrator password\nsend {new}\nsend {new}\nsend login user {account} {new}\nexpect #",
        "send enable {new}\nexpect #\nsend username {account} secret {new}\nexpect #",
        "send {new}\nsend next\nsend {new}\nexpect #",
        "send {new}\nexpect :\nsend {new}\nexpect :\nsend enable {new}\nexpect #",
    ] {
        let refused = world.refused(&staff(OPERATOR), by(device(two)));
        assert_eq!(refused, [Reason::RotationWayNotProvable], "{two}");
    }
    for one in [
        "send passwd\nexpect New:\nsend {new}\nexpect Again:\nsend {new}\nexpect #",
        "send login user {account} {new}\nexpect #\nsave\nsend administrator password {new}\nexpect #",
        "send set password {new}\nexpect Confirm:\nsend {new}\nexpect #",
    ] {
        world.does(&staff(OPERATOR), by(device(one)));
    }
}

#[test]
fn a_way_that_does_not_fit_the_device_is_mended_while_the_replacement_is_stuck_at_it() {
    let mut world = world();
    world.does(&staff(OPERATOR), by(device(DIALOGUE)));
    for stuck in [RotationFailure::NotSaved, RotationFailure::InDoubt] {
        world.does(&staff(OPERATOR), begin_rotation());
        let open = crate::rotation::end_rotation(Works::NotKnown, Some(stuck));
        world.does(&Caller::gateway(), open);
        let stranger = world.refused(&engineer(ITO), by(Some(RotationWay::Windows)));
        assert!(stranger.contains(&Reason::RoleMissing), "{stranger:?}");
        world.later(std::time::Duration::from_secs(5 * 60 * 60));
        world.does(&staff(OPERATOR), by(Some(RotationWay::Windows)));
        let mended = world.site.last_at();
        let known = world.site.target(&target(SHELL)).unwrap();
        let rotating = known.standing.rotating.clone().unwrap();
        let next = rotating.next_try(mended);
        assert_eq!(next, Some(mended.plus(std::time::Duration::from_secs(60))));
        let new = crate::rotation::end_rotation(Works::New, None);
        world.does(&Caller::gateway(), new);
        world.does(&staff(OPERATOR), by(device(DIALOGUE)));
    }
}

/// Lines that were chosen before it was asked of them that somebody answers.
fn unanswered(world: &mut World) {
    let before = Event::RotationWaySet {
        target: target(SHELL),
        way: device("expect #\nsend password {new}"),
    };
    world.enter(&staff(OPERATOR), vec![before]);
    let known = world.site.target(&target(SHELL)).unwrap();
    assert!(!known.is_way_provable());
}

fn by_itself() -> Command {
    Command::SetSecretPolicy(SecretPolicy {
        rotation: Some(RotationTerms {
            targets: ids::NonEmpty::one(target(SHELL)),
            after_visits: false,
            every_days: Some(1),
        }),
        ..SecretPolicy::default()
    })
}

#[test]
fn a_way_that_was_chosen_before_this_was_asked_is_read_and_not_used() {
    let mut world = world();
    world.does(&staff(OPERATOR), by_itself());
    unanswered(&mut world);
    let refused = world.refused(&staff(OPERATOR), begin_rotation());
    assert_eq!(refused, [Reason::RotationWayNotProvable]);
    // Nor by itself: it would be tried for ever.
    let days = std::time::Duration::from_secs(3 * 24 * 60 * 60);
    let later = world.site.last_at().plus(days);
    assert_eq!(world.site.rotation_due(later), None);
    world.does(&staff(OPERATOR), by(device(DIALOGUE)));
    assert!(world.site.rotation_due(later).is_some());
}

#[test]
fn nobody_asks_for_what_would_wait_for_lines_that_are_not_used() {
    let mut world = world();
    unanswered(&mut world);
    let not_provable = [Reason::RotationWayNotProvable];
    let terms = world.refused(&staff(OPERATOR), by_itself());
    assert_eq!(terms, not_provable);
    let kept = crate::emergency_accounts::terms();
    let kept = crate::emergency_accounts::keep_for_emergencies(Some(kept));
    world.does(&staff(DOCTOR), kept);
    let order = crate::emergency_accounts::order;
    assert_eq!(world.refused(&staff(DOCTOR), order()), not_provable);
    world.does(&staff(OPERATOR), by(device(DIALOGUE)));
    world.does(&staff(DOCTOR), order());
}
