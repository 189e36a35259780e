//! What the rules remember: it has a bound, and it can be rebuilt.

use std::sync::LazyLock;

use access::*;
use proptest::prelude::*;
use watch::{Row, Rule, Sighting, Watch};

use crate::world::*;

/// A session is open; nothing changes in it.
static WORLD: LazyLock<World> = LazyLock::new(World::connected);

/// Above everything that can be remembered at a time.
const BOUND: usize = 140_000;

fn entry(world: &World, minutes: u64, event: Event) -> Entry {
    Entry {
        v: ENTRY_VERSION,
        site: handa(),
        at: world.now.plus(MINUTE * u32::try_from(minutes).unwrap()),
        by: Caller::gateway(),
        part: None,
        event,
    }
}

/// Something that a rule looks at, about the person, device, visit and so on with this number.
fn event(kind: u8, n: u64) -> Event {
    let mut by = engineer(ITO);
    by.who = Who::Person(person(n));
    by.device = Some(device(n));
    let refused = |command: &str, reason| Event::CommandRefused {
        caller: by.clone(),
        command: command.into(),
        reasons: vec![reason],
        times: 3,
        visit: Some(visit(n)),
    };
    let channel = || "direct-tcpip".to_owned();
    match kind {
        0 => Event::SignedIn {
            person: person(n),
            factors: BOTH,
            device: Some(device(n)),
            source: engineer(if n.is_multiple_of(2) { ITO } else { OTHER }).source,
        },
        1 => refused("open_session", Reason::NoGrant),
        2 => refused(
            "open_channel",
            Reason::ChannelNotGranted { channel: channel() },
        ),
        3 => refused("open_emergency", Reason::EmergencyCodeWrong),
        4 => Event::InvitationMissed {
            invitation: invitation(n),
        },
        5 => Event::StrangersTurnedAway {
            connections: n,
            sign_ins: n % 40,
        },
        6 => Event::SessionClosed {
            session: session(n),
            visit: visit(n),
            reason: EndReason::EngineerClosed,
            sent: 1,
            received: n << 24,
            data_out: 0,
        },
        7 => Event::SegmentSealed {
            session: session(n),
            visit: visit(n),
            number: u32::try_from(n % 3).unwrap(),
            sha256: digest(n),
            frames: n,
            head: digest(n),
            last: n.is_multiple_of(5),
        },
        8 => Event::FileHandedOver {
            session: session(n),
            visit: visit(n),
            direction: Handover::Out,
            name: word(n),
            bytes: n << 20,
            sha256: None,
            look: None,
        },
        _ => Event::ClockDoubted {
            wall: ids::Timestamp::from_millis(0),
            witness: None,
        },
    }
}

#[derive(Debug, Clone)]
enum Step {
    Entry(u8, u64),
    Command(&'static str),
    Rows(u64),
    Look,
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let lines = ["wevtutil cl System", "ls", "nmap 10.0.0.0/8"];
    let step = prop_oneof![
        8 => (0..10_u8, 0..9_u64).prop_map(|(kind, n)| Step::Entry(kind, n)),
        1 => prop::sample::select(lines.to_vec()).prop_map(Step::Command),
        1 => (0..30_000_u64).prop_map(Step::Rows),
        1 => Just(Step::Look),
    ];
    prop::collection::vec((0..400_u64, step), 0..120)
}

fn take(watch: &mut Watch, world: &World, steps: &[(u64, Step)]) -> Vec<Sighting> {
    let mut seen = Vec::new();
    for (minutes, step) in steps {
        let at = world.now.plus(MINUTE * u32::try_from(*minutes).unwrap());
        seen.extend(match step {
            Step::Entry(kind, n) => {
                watch.heard(&world.site, *n, &entry(world, *minutes, event(*kind, *n)))
            }
            Step::Command(line) => watch.read(&world.site, &session(1), at, Row::Command(line)),
            Step::Rows(rows) => watch.read(&world.site, &session(1), at, Row::Rows(*rows)),
            Step::Look => watch.looked(&world.site, at),
        });
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_watch_that_is_rebuilt_anywhere_goes_on_as_if_it_had_never_stopped(
        steps in steps(), cut in 0..120_usize
    ) {
        let mut steps = steps;
        steps.sort_by_key(|(minutes, _)| *minutes);
        let world = &*WORLD;
        let mut whole = Watch::new();
        let at_once = take(&mut whole, world, &steps);
        let (before, after) = steps.split_at(cut.min(steps.len()));
        let mut rebuilt = Watch::new();
        let mut seen = take(&mut rebuilt, world, before);
        // Whoever folds what was before once more is where the first one was.
        let mut again = Watch::new();
        prop_assert_eq!(&take(&mut again, world, before), &seen);
        prop_assert_eq!(&again, &rebuilt);
        seen.extend(take(&mut again, world, after));
        prop_assert_eq!(seen, at_once);
        prop_assert_eq!(again, whole);
    }

    #[test]
    fn of_one_visit_and_rule_one_is_told_once_whatever_happens(steps in steps()) {
        let mut steps = steps;
        steps.sort_by_key(|(minutes, _)| *minutes);
        let seen = take(&mut Watch::new(), &WORLD, &steps);
        // Commands are acts: what is done again is told again, a minute later.
        let acts = [Rule::LogCleared, Rule::NetworkSweep];
        let (acts, rest): (Vec<_>, Vec<_>) =
            seen.into_iter().partition(|one| acts.contains(&one.rule));
        for rule in [Rule::LogCleared, Rule::NetworkSweep] {
            let told: Vec<_> = acts.iter().filter(|one| one.rule == rule).collect();
            prop_assert!(told.windows(2).all(|pair| pair[1].at.since(pair[0].at) >= MINUTE));
        }
        let mut told: Vec<_> = rest.iter().map(|one| (one.rule, one.group.clone())).collect();
        // The steps of a case lie within seven hours: of a person and the site once, too.
        let all = told.len();
        told.sort();
        told.dedup();
        prop_assert_eq!(told.len(), all);
    }
}

#[test]
fn a_flood_of_different_persons_devices_visits_and_sessions_is_remembered_in_part() {
    let world = &*WORLD;
    let mut watch = Watch::new();
    let mut remembered = Vec::new();
    for n in 0..20_000 {
        for kind in 0..9 {
            watch.heard(&world.site, n, &entry(world, n / 10, event(kind, n)));
        }
        if n.is_multiple_of(1_000) {
            remembered.push(watch.remembered());
        }
    }
    assert!(
        remembered.iter().all(|many| *many < BOUND),
        "{remembered:?}"
    );
    // What is full stays as it is.
    assert!(remembered.is_sorted());
    assert_eq!(remembered.last(), remembered.get(16), "{remembered:?}");
    let at = world.now;
    for n in 0..10_000 {
        let numbers = [format!("{n}")];
        let row = Row::Patients {
            numbers: &numbers,
            all: true,
        };
        watch.read(&world.site, &session(1), at, row);
    }
    assert!(watch.remembered() < BOUND, "{}", watch.remembered());
}

#[test]
fn what_was_told_long_ago_is_forgotten_before_what_was_told_just_now() {
    let world = &*WORLD;
    let mut watch = Watch::new();
    let line = Row::Command("wevtutil cl System");
    let told = |watch: &mut Watch| watch.read(&world.site, &session(1), world.now, line).len();
    assert_eq!(told(&mut watch), 1);
    for n in 0..3_000 {
        watch.heard(&world.site, n, &entry(world, 0, event(1, n)));
        assert_eq!(told(&mut watch), 0);
    }
}
