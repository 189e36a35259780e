//! The secrets of targets: weak ones are refused or told, and nothing of a secret stands in an entry.

use std::time::Duration;

use access::*;

use crate::world::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn world() -> World {
    upgraded(World::with_ssh(false))
}

pub(crate) fn weak(weak: &[SecretWeakness], accepted: Option<&str>) -> Command {
    Command::SetTargetSecret {
        target: target(SHELL),
        kind: SecretKind::Password,
        reader: false,
        new: NewSecret {
            weak: weak.to_vec(),
            accepted: accepted.map(str::to_owned),
        },
    }
}

fn policy(refused: RefusedSecrets) -> SecretPolicy {
    SecretPolicy {
        refused,
        ..SecretPolicy::default()
    }
}

fn standing(world: &World) -> &SecretStanding {
    &world.site.target(&target(SHELL)).unwrap().standing
}

#[test]
fn what_is_leaked_or_guessable_is_refused_unless_somebody_says_why_not() {
    use SecretWeakness::{Guessable, Listed, Shared};
    let mut world = world();
    let both = [Listed, Guessable];
    assert_eq!(
        world.refused(&staff(OPERATOR), weak(&both, None)),
        [Reason::SecretGuessable, Reason::SecretListed]
    );
    let empty = world.refused(&staff(OPERATOR), weak(&both, Some(" ")));
    assert_eq!(empty, [Reason::TextTooLong]);
    world.does(
        &staff(OPERATOR),
        weak(&both, Some("takes eight characters")),
    );
    assert_eq!(standing(&world).weak, [Guessable, Listed]);
    assert_eq!(standing(&world).accepted(), Some("takes eight characters"));
    // What is shared is taken and told.
    world.does(&staff(OPERATOR), weak(&[Shared], None));
    assert_eq!(standing(&world).weak, [Shared]);
    assert_eq!(standing(&world).accepted(), None);
    // What is not weak needs no reason, and keeps none.
    world.does(&staff(OPERATOR), weak(&[], Some("to be sure")));
    assert_eq!(standing(&world).accepted(), None);
    assert_eq!(
        standing(&world).settings.len(),
        4,
        "that of the beginning, too"
    );
}

#[test]
fn the_hospital_says_which_weak_secrets_are_refused() {
    let mut world = world();
    let by = staff(OPERATOR);
    world.does(
        &by,
        Command::SetSecretPolicy(policy(RefusedSecrets::WeakOrShared)),
    );
    let shared = || weak(&[SecretWeakness::Shared], None);
    assert_eq!(world.refused(&by, shared()), [Reason::SecretShared]);
    world.does(
        &by,
        Command::SetSecretPolicy(policy(RefusedSecrets::DangerousNone)),
    );
    world.does(&by, shared());
    world.does(&by, weak(&[SecretWeakness::Listed], None));
    assert_eq!(standing(&world).weak, [SecretWeakness::Listed]);
}

#[test]
fn a_weak_secret_is_refused_before_the_site_is_committed_too() {
    let mut world = World::with_ssh(false);
    let by = staff(OPERATOR);
    let guessable = [SecretWeakness::Guessable];
    assert_eq!(
        world.refused(&by, weak(&guessable, None)),
        [Reason::SecretGuessable]
    );
    assert_eq!(
        world.refused(&by, weak(&guessable, Some("why"))),
        [Reason::NotUpgraded]
    );
    world.does(&by, weak(&[SecretWeakness::Shared], None));
    assert!(
        standing(&world).weak.is_empty(),
        "an older release reads this ledger"
    );
}

#[test]
fn a_check_says_what_is_weak_now_and_what_no_longer() {
    let mut world = world();
    world.does(&staff(OPERATOR), weak(&[], None));
    let found = |weak: &[SecretWeakness]| Command::CheckSecrets {
        found: vec![SecretFound {
            target: target(SHELL),
            reader: false,
            weak: weak.to_vec(),
        }],
        whole: true,
    };
    world.does(&Caller::gateway(), found(&[SecretWeakness::Listed]));
    assert_eq!(standing(&world).weak, [SecretWeakness::Listed]);
    assert_eq!(world.site.secrets_checked(), Some(world.site.last_at()));
    world.does(&staff(OPERATOR), found(&[]));
    assert!(standing(&world).weak.is_empty());
    let refused = world.refused(&engineer(ITO), found(&[]));
    assert!(
        refused.contains(&Reason::RoleMissing) || refused.contains(&Reason::NotOfTheHospital),
        "{refused:?}"
    );
}

#[test]
fn a_secret_grows_old_and_its_story_keeps_the_latest_settings() {
    let mut world = world();
    for _ in 0..limits::SETTINGS_KEPT + 3 {
        world.does(&staff(OPERATOR), weak(&[], None));
    }
    assert_eq!(standing(&world).settings.len(), limits::SETTINGS_KEPT);
    let by = &standing(&world).settings[0].by;
    assert_eq!(*by, Who::Person(person(OPERATOR)));
    let old = |world: &World| {
        let site = &world.site;
        let mut accounts = site.target(&target(SHELL)).unwrap().accounts();
        accounts
            .next()
            .unwrap()
            .is_old(site.secret_policy(), world.now)
    };
    world.later(364 * DAY);
    assert!(!old(&world));
    world.later(DAY);
    assert!(old(&world));
}

#[test]
fn an_administrators_account_is_known_by_its_name() {
    let mut policy = SecretPolicy::default();
    policy.administrators.push("Hosyu".to_owned());
    for name in [
        "root",
        "Administrator",
        "HOSPITAL\\Administrator",
        "sa",
        "hosyu",
        "admin@handa.local",
    ] {
        assert!(policy.is_administrator(name), "{name}");
    }
    for name in ["sekisho", "rooted", "orca", "administrators"] {
        assert!(!policy.is_administrator(name), "{name}");
    }
}

#[test]
fn a_policy_that_asks_for_nothing_possible_is_refused() {
    let mut world = world();
    let by = staff(OPERATOR);
    for days in [0, limits::LONGEST_SECRET_AGE_DAYS + 1] {
        let oldest_days = days;
        let asked = SecretPolicy {
            oldest_days,
            ..SecretPolicy::default()
        };
        let refused = world.refused(&by, Command::SetSecretPolicy(asked));
        assert_eq!(refused[0].id(), "too-many");
    }
    let same = Command::SetSecretPolicy(SecretPolicy::default());
    assert_eq!(world.refused(&by, same), [Reason::AlreadySo]);
    world.does(
        &by,
        Command::SetSecretPolicy(policy(RefusedSecrets::DangerousNone)),
    );
}
