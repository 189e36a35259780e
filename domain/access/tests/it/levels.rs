//! What the release before can read, and until when: the levels of a ledger.

use access::*;
use proptest::prelude::*;

use crate::world::*;

fn upgraded(world: &World, level: u16) -> Result<Site, ApplyError> {
    let mut site = world.site.clone();
    let events = vec![Event::SiteUpgraded { level }];
    for entry in site.enter(&staff(DOCTOR), events, world.now) {
        site.apply(&entry)?;
    }
    Ok(site)
}

#[test]
fn a_site_begins_at_the_first_level_and_rises_when_somebody_commits_it() {
    let mut world = World::hospital();
    assert_eq!(world.site.level(), FIRST_LEVEL);
    assert!(!world.site.writes("ledger_verified") && world.site.writes("isolated"));
    world.does(&staff(OPERATOR), Command::UpgradeSite);
    assert_eq!(world.site.level(), NEWEST_LEVEL);
    assert!(world.site.writes("ledger_verified"));
}

#[test]
fn a_ledger_of_a_later_release_stops_at_its_upgrade_with_advice() {
    let world = World::hospital();
    let error = upgraded(&world, NEWEST_LEVEL + 1).unwrap_err();
    assert!(matches!(error, ApplyError::LaterLevel { .. }));
    assert!(error.to_string().contains("upgrade sekisho"), "{error}");
    for level in [0, FIRST_LEVEL] {
        assert!(upgraded(&world, level).is_err(), "a level never falls");
    }
}

/// What `decide` does not give cannot have been written by us: it does not fold either.
#[test]
fn an_event_before_its_level_does_not_fold() {
    let mut world = World::hospital();
    let verified = || Event::LedgerVerified {
        size: 1,
        root: digest(1),
    };
    let enter = |world: &mut World| {
        let entries = world
            .site
            .enter(&Caller::gateway(), vec![verified()], world.now);
        world.site.apply(&entries[0])
    };
    let early = enter(&mut world);
    assert!(matches!(
        early,
        Err(ApplyError::BeforeItsLevel {
            level: 2,
            held: 1,
            ..
        })
    ));
    world.does(&staff(DOCTOR), Command::UpgradeSite);
    enter(&mut world).unwrap();
}

#[test]
fn a_session_whose_worker_crashed_ends_at_every_level_in_words_that_its_release_reads() {
    for (upgraded, told) in [
        (false, EndReason::Interrupted),
        (true, EndReason::WorkerCrashed),
    ] {
        let mut world = World::connected();
        if upgraded {
            world.does(&staff(DOCTOR), Command::UpgradeSite);
        }
        let Command::CloseSession { session, .. } = close(1) else {
            panic!("another command");
        };
        let crashed = Command::CloseSession {
            session: session.clone(),
            reason: EndReason::WorkerCrashed,
            sent: 0,
            received: 0,
            data_out: 0,
        };
        world.does(&Caller::gateway(), crashed);
        let ended = world.site.session(&session).unwrap().ended.clone();
        assert_eq!(ended, Some(told));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: proptest::test_runner::RngSeed::Fixed(4),
        failure_persistence: None,
        ..Default::default()
    })]

    /// A state that was written out and read back goes on as if it had never been: of random ledgers,
    /// at a random place, the fold of all is the fold of the rest on what was read.
    #[test]
    fn a_state_reads_back_from_its_json_and_folds_on(
        choices in prop::collection::vec(any::<u16>(), 0..60),
        at in any::<prop::sample::Index>(),
    ) {
        let world = crate::explore::wandered(&choices);
        let (first, rest) = world.entries.split_at(at.index(world.entries.len() + 1));
        let mut site = Site::empty(handa());
        first.iter().for_each(|entry| site.apply(entry).unwrap());
        let json = serde_json::to_vec(&site).unwrap();
        let mut read: Site = serde_json::from_slice(&json).unwrap();
        prop_assert_eq!(&read, &site);
        rest.iter().for_each(|entry| read.apply(entry).unwrap());
        prop_assert_eq!(&read, &world.site);
        let folded = serde_json::to_vec(&read).unwrap();
        prop_assert_eq!(folded, serde_json::to_vec(&world.site).unwrap());
    }
}
