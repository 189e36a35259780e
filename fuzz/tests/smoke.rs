//! Seconds of what the real fuzzer does for hours: every committed seed, and some alterations of them that
//! are the same in every run.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests say what they found"
)]

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::Path;

use fuzz::seed::{SUFFIX, from_text};
use fuzz::{TARGETS, Target, mutations, seeds_folder};

/// For each target: together they take a few seconds.
const ALTERATIONS: usize = 1500;

/// The longest seed: what a person can still look at.
const LONGEST: usize = 4096;

/// Every seed of a folder, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let name = name
                .strip_suffix(SUFFIX)
                .unwrap_or_else(|| panic!("{name}"));
            let text = std::fs::read_to_string(file.path()).unwrap();
            let bytes = from_text(&text).unwrap_or_else(|| panic!("{name} is not hexadecimal"));
            (name.to_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

fn stands(target: &Target, what: &str, input: &[u8]) {
    let run = target.run;
    if catch_unwind(|| run(input)).is_err() {
        eprintln!(
            "{}: {what} breaks a promise: {:?}",
            target.name,
            input.escape_ascii().to_string()
        );
        std::panic::resume_unwind(Box::new("see above"));
    }
}

#[test]
fn every_seed_of_every_target_holds_and_so_do_its_alterations() {
    for target in TARGETS {
        let files = files(&seeds_folder().join(target.name));
        assert!(!files.is_empty(), "{} has no seeds", target.name);
        for (name, bytes) in &files {
            assert!(bytes.len() <= LONGEST, "{}/{name} is too long", target.name);
            stands(target, name, bytes);
        }
        let seeds: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
        for (number, input) in mutations(&seeds, ALTERATIONS).enumerate() {
            stands(target, &format!("alteration {number}"), &input);
        }
    }
}

#[test]
fn the_seeds_are_those_that_the_command_writes_and_what_was_found() {
    for target in TARGETS {
        let folder = seeds_folder().join(target.name);
        let found = |name: &String| name.starts_with("found-");
        let there: Vec<_> = files(&folder)
            .into_iter()
            .filter(|(name, _)| !found(name))
            .collect();
        let written = (target.seeds)().into_iter();
        let mut written: Vec<_> = written
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .collect();
        written.sort();
        assert_eq!(
            there, written,
            "cargo run -p fuzz --bin fuzz-seeds writes them: {}",
            target.name
        );
    }
}

#[test]
fn a_folder_of_seeds_belongs_to_a_target() {
    let folders = std::fs::read_dir(seeds_folder()).unwrap();
    let folders: BTreeSet<String> = folders
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    let targets: BTreeSet<String> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    assert_eq!(folders, targets);
}
