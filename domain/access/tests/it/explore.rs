//! Every sequence of commands up to a depth, over a small hospital, checked step by step by rules
//! that are written here again and know nothing of how `decide` decides.
//!
//! One vendor with two engineers, two approvers (and a custodian, a kit where they matter), one or two
//! targets. States are told apart by their whole content, by what was told ([`told::Now`]) and the
//! moment. Each exploration prints its depth and the number of states, and fails if it visited others:
//!
//! | what is done | steps | depth | states |
//! |---|---|---|---|
//! | a visit, one approval | 10 | 6 | 1,431 |
//! | a visit, two approvals | 10 | 6 | 1,437 |
//! | extensions | 7 | 7 | 2,371 |
//! | emergencies, one approval | 10 | 6 | 5,073 |
//! | emergencies, two approvals | 10 | 5 | 1,710 |
//! | removals of every kind | 12 | 5 | 1,542 |
//! | isolating and lifting | 16 | 5 | 3,695 |
//! | suspending and resuming | 19 | 4 | 2,471 |
//! | attending and pausing | 17 | 5 | 6,518 |
//! | asking inside a session | 113 | 5 | 1,906 |
//!
//! [`faults`] shows for each rule that it can fail.

mod faults;
mod inside;
mod removals;
mod rules;
mod steps;
mod terms;
mod things;
mod told;
mod vows;

use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use access::*;
use proptest::prelude::*;

use crate::world::*;
use faults::Fault;
use inside::{asking, attending, small_ssh, small_terms};
use removals::{guarded, isolating, suspending, visited};
use steps::{ENGINEER_3, NURSE_2, Step, comes, emergencies, extending, removing, small, visiting};
use told::Told;

/// A world, and beside it what its entries told.
#[derive(Clone)]
struct State {
    world: World,
    told: Told,
}

impl State {
    fn of(world: World) -> Self {
        let told = Told::of(&world.entries);
        Self { world, told }
    }

    /// Enters events one by one; a fault may make the state fold something else than was told. `None`
    /// if an event does not continue the state, which only a fault gives.
    fn enter(&mut self, by: &Caller, events: Vec<Event>, fault: &Fault) -> Option<()> {
        for event in events {
            for entry in self.world.site.enter(by, vec![event], self.world.now) {
                for folded in fault.folded(&self.world, &entry) {
                    let site = &mut self.world.site;
                    for entry in site.enter(by, vec![folded], entry.at) {
                        let applied = site.apply(&entry);
                        let fits = applied.is_ok() || !matches!(fault, Fault::None);
                        assert!(fits, "{applied:?}");
                        applied.ok()?;
                    }
                }
                self.told.hear(&entry);
                self.world.entries.push(entry);
            }
        }
        Some(())
    }
}

/// One step. `None` if nothing changed.
fn take(before: &State, step: &Step, fault: &Fault) -> Option<State> {
    let mut after;
    match step {
        Step::Waits(time) => {
            after = before.clone();
            after.world.entries.clear();
            after.world.later(*time);
            vows::kept(before, &after);
        }
        Step::Asks(name, caller, command) => {
            let command = command(&before.world);
            let (events, outcome) = fault.decided(&before.world, caller, &command)?;
            after = before.clone();
            after.world.entries.clear();
            after.enter(caller, events, fault)?;
            vows::kept(before, &after);
            if matches!(outcome, Outcome::Channel { .. }) {
                vows::allowed(before, caller, &command);
            }
            rules::asked(&before.world, (caller, *name), &command, &outcome);
        }
    }
    rules::holds(&before.world, &after.world);
    Some(after)
}

fn fingerprint(state: &State) -> u64 {
    let text = format!("{:?}", state.world.site);
    // How many entries led here does not matter to what may happen next.
    let (head, rest) = text.split_once("entries: ").unwrap();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let mut hasher = DefaultHasher::new();
    (head, rest, &state.told.now, state.world.now).hash(&mut hasher);
    // Moments are written in whole seconds there; these may differ by less.
    for person in state.world.site.persons() {
        person.since.hash(&mut hasher);
    }
    hasher.finish()
}

/// Breadth first, to the stated depth; gives the number of different states.
fn explore(start: World, steps: &[Step], depth: usize) -> usize {
    explore_with(start, steps, depth, &Fault::None)
}

fn explore_with(start: World, steps: &[Step], depth: usize, fault: &Fault) -> usize {
    let mut start = State::of(start);
    start.world.entries.clear();
    let mut seen = BTreeSet::from([fingerprint(&start)]);
    let mut next = VecDeque::from([(start, 0)]);
    while let Some((state, at)) = next.pop_front() {
        if at == depth {
            continue;
        }
        for after in steps.iter().filter_map(|step| take(&state, step, fault)) {
            if seen.insert(fingerprint(&after)) {
                next.push_back((after, at + 1));
            }
        }
    }
    println!("{} states to depth {depth}", seen.len());
    seen.len()
}

/// 3's visit of three hours, connected.
fn visiting_now() -> World {
    let mut start = small(Approvals::One, false);
    let request = start.ask(&comes(ENGINEER_3), start.visit_to(BILLING, HOUR * 3));
    start.approve(NURSE_2, &request);
    start.does(&comes(ENGINEER_3), open(BILLING));
    start
}

/// An attended session of 3's that is open.
fn attended_now() -> World {
    let start = State::of(small_ssh());
    let opens = attending().swap_remove(0);
    let mut open = take(&start, &opens, &Fault::None).unwrap().world;
    open.entries = [start.world.entries, open.entries].concat();
    open
}

#[test]
fn no_session_without_anothers_approval_in_every_sequence_of_visiting_to_depth_6() {
    assert_eq!(explore(small(Approvals::One, false), &visiting(), 6), 1431);
}

#[test]
fn two_approvals_are_two_persons_in_every_sequence_of_visiting_to_depth_6() {
    assert_eq!(explore(small(Approvals::Two, false), &visiting(), 6), 1437);
}

#[test]
fn no_sequence_of_extensions_widens_a_grant_to_depth_7() {
    let mut start = small(Approvals::One, false);
    let request = start.ask(&comes(ENGINEER_3), start.visit_to(BILLING, HOUR));
    start.approve(NURSE_2, &request);
    assert_eq!(explore(start, &extending(), 7), 2371);
}

#[test]
fn no_debt_disappears_in_every_sequence_of_emergencies_to_depth_6() {
    assert_eq!(
        explore(small(Approvals::One, true), &emergencies(), 6),
        5073
    );
}

#[test]
fn a_debt_of_two_is_paid_by_two_in_every_sequence_of_emergencies_to_depth_5() {
    assert_eq!(
        explore(small(Approvals::Two, true), &emergencies(), 5),
        1710
    );
}

#[test]
fn isolated_and_suspended_stay_out_in_every_sequence_of_removals_to_depth_5() {
    assert_eq!(explore(visiting_now(), &removing(), 5), 1542);
}

#[test]
fn an_isolated_site_admits_nothing_until_two_lifted_it_in_every_sequence_to_depth_5() {
    assert_eq!(explore(guarded(), &isolating(), 5), 3695);
}

#[test]
fn what_is_suspended_stays_out_in_every_order_of_suspending_and_resuming_to_depth_4() {
    let start = visited(small(Approvals::One, false));
    assert_eq!(explore(start, &suspending(), 4), 2471);
}

#[test]
fn nothing_passes_while_frozen_in_every_sequence_of_attending_to_depth_5() {
    assert_eq!(explore(attended_now(), &attending(), 5), 6518);
}

#[test]
fn nothing_is_allowed_that_the_terms_do_not_hold_in_every_sequence_of_asks_to_depth_5() {
    assert_eq!(explore(small_terms(), &asking(), 5), 1906);
}

/// Takes these steps, one after the other, as far as they are possible.
fn walk(start: World, steps: &[Step], choices: &[usize]) {
    let mut state = State::of(start);
    for choice in choices {
        let step = &steps[choice % steps.len()];
        if let Some(after) = take(&state, step, &Fault::None) {
            state = after;
        }
    }
}

/// The ledger, from its first entry, of a walk over all of these steps, as far as they are possible.
pub(crate) fn wandered(choices: &[u16]) -> World {
    let all = [
        visiting(),
        extending(),
        emergencies(),
        removing(),
        suspending(),
    ]
    .concat();
    let mut state = State::of(small(Approvals::One, true));
    let mut entries = state.world.entries.clone();
    for choice in choices {
        let step = &all[usize::from(*choice) % all.len()];
        if let Some(after) = take(&state, step, &Fault::None) {
            entries.extend_from_slice(&after.world.entries);
            state = after;
        }
    }
    World {
        entries,
        ..state.world
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Long walks inside sessions.
    #[test]
    fn nothing_passes_while_frozen_on_long_walks(choices in prop::collection::vec(0usize..17, 60)) {
        walk(small_ssh(), &attending(), &choices);
    }

    /// Long walks over all of these steps together.
    #[test]
    fn the_same_holds_on_long_walks(choices in prop::collection::vec(0usize..128, 40)) {
        let all = [visiting(), extending(), emergencies(), removing(), suspending()];
        walk(small(Approvals::One, true), &all.concat(), &choices);
    }
}
