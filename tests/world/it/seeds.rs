//! Thousands of seeds, and one that is replayed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use world::{Dice, shorten};

use crate::mutations::Mutation;
use crate::plan::{Step, plan};
use crate::run::{Ran, run};
use crate::world::Counts;

/// Worlds in one run of the tests. `SEKISHO_SEEDS` asks for another number.
const SEEDS: u64 = 2_000;

/// Runs that are spent on making a failing story short.
const TRIES: usize = 150;

fn story(seed: u64) -> Vec<Step> {
    plan(&mut Dice::new(seed))
}

fn fails(seed: u64, steps: &[Step], mutation: Mutation) -> bool {
    !run(seed, steps, mutation).findings.is_empty()
}

/// What a failing seed says.
fn told(seed: u64, mutation: Mutation) -> String {
    let steps = shorten(&story(seed), TRIES, |steps| fails(seed, steps, mutation));
    let ran = run(seed, &steps, mutation);
    // What the cast did before is the same everywhere.
    let began = |line: &String| line.contains("entry 36 ");
    let lines = ran.lines.iter().skip_while(|line| !began(line));
    let lines: Vec<_> = lines.map(|line| format!("  {line}\n")).collect();
    let steps: Vec<_> = steps.iter().map(|step| format!("  {step:?}\n")).collect();
    format!(
        "seed {seed}: {:#?}\nthe shortest story found:\n{}its end:\n{}replay: SEKISHO_SEED={seed} cargo test -p world --test it replay -- --nocapture",
        ran.findings,
        steps.concat(),
        lines.concat(),
    )
}

fn add(sum: &mut Counts, counts: Counts) {
    sum.opened += counts.opened;
    sum.refused += counts.refused;
    sum.passed += counts.passed;
    sum.starts += counts.starts;
    sum.deaths += counts.deaths;
    sum.promises += counts.promises;
    sum.removed += counts.removed;
    sum.entries += counts.entries;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn what_should_have_happened_happened_in_thousands_of_worlds() {
    let seeds = number("SEKISHO_SEEDS").unwrap_or(SEEDS);
    let first = number("SEKISHO_FIRST_SEED").unwrap_or(0);
    let next = Arc::new(AtomicU64::new(first));
    let sum = Arc::new(Mutex::new(Counts::default()));
    let failed = Arc::new(Mutex::new(Vec::new()));
    // Each world lives on one thread; two of them side by side do not touch.
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (next, sum, failed) = (Arc::clone(&next), Arc::clone(&sum), Arc::clone(&failed));
            std::thread::spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    let enough = failed.lock().unwrap().len() >= 3;
                    if seed >= first + seeds || enough {
                        return;
                    }
                    let ran = run(seed, &story(seed), Mutation::Nothing);
                    add(&mut sum.lock().unwrap(), ran.counts);
                    if !ran.findings.is_empty() {
                        failed.lock().unwrap().push(seed);
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let sum = *sum.lock().unwrap();
    println!("{seeds} worlds from {first}: {sum:?}");
    let mut failed = failed.lock().unwrap().clone();
    failed.sort_unstable();
    if let Some(seed) = failed.first() {
        panic!(
            "seeds {failed:?} failed\n{}",
            told(*seed, Mutation::Nothing)
        );
    }
    let happens = [
        sum.opened,
        sum.refused,
        sum.passed / 100,
        sum.deaths,
        sum.removed,
    ];
    for happens in happens {
        assert!(happens * 5 > seeds, "too little happens: {sum:?}");
    }
}

#[test]
fn a_seed_repeats_itself_exactly() {
    for seed in 0..25 {
        let [one, other]: [Ran; 2] = [(); 2].map(|()| run(seed, &story(seed), Mutation::Nothing));
        assert_eq!(one.lines, other.lines, "seed {seed}");
        assert_eq!(one.trace, other.trace, "seed {seed}");
        assert_eq!(one.findings, other.findings, "seed {seed}");
    }
}

#[test]
fn every_fault_of_the_gateways_own_is_found() {
    for mutation in Mutation::ALL {
        let found = (0..400).find_map(|seed| {
            let findings = run(seed, &story(seed), mutation).findings;
            let expected = |finding: &String| finding.contains(mutation.finding());
            let found = findings.into_iter().find(expected);
            found.map(|finding| (seed, finding))
        });
        let (seed, finding) = found.unwrap_or_else(|| panic!("{mutation:?} was not found"));
        println!("{mutation:?} is found by seed {seed}: {finding}");
    }
}

/// `SEKISHO_SEED=7 cargo test -p world --test it replay -- --nocapture`
#[test]
fn replay() {
    let Some(seed) = number("SEKISHO_SEED") else {
        return;
    };
    let ran = run(seed, &story(seed), Mutation::Nothing);
    for line in &ran.lines {
        println!("{line}");
    }
    println!("trace {:016x}", ran.trace);
    if !ran.findings.is_empty() {
        panic!("{}", told(seed, Mutation::Nothing));
    }
}
