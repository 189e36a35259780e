//! What holds for the whole program.

use std::collections::BTreeSet;
use std::path::Path;

use phrases::{Language, arguments, knows};

/// The beginnings of ids that the source may name.
const FAMILIES: &[&str] = &[
    "cli-",
    "error-",
    "connect-",
    "reason-",
    "end-",
    "role-",
    "employer-",
    "standing-",
    "kind-of-work-",
    "recording-policy-",
    "approvals-",
    "request-state-",
    "visit-state-",
    "device-state-",
    "session-state-",
    "site-state-",
    "demo-",
    "story-",
    "draft-",
    "content-",
    "difference-",
];

#[test]
fn every_sentence_that_the_program_says_exists_in_both_languages() {
    let mut texts = Vec::new();
    collect(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut texts,
    );
    let mut missing = BTreeSet::new();
    for text in &texts {
        for word in text.split('"').filter(|word| is_id(word)) {
            for language in Language::ALL {
                if !knows(language, word) {
                    missing.insert(word.to_owned());
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(texts.len() > 15);
}

#[test]
fn a_sentence_that_takes_nothing_is_never_given_a_hole() {
    for id in [
        "cli-done",
        "cli-refused",
        "cli-nothing-entered",
        "cli-usage-wrong",
    ] {
        assert!(arguments(Language::En, id).is_empty(), "{id}");
    }
}

fn is_id(word: &str) -> bool {
    let whole = word
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let named = |family: &&str| {
        word.strip_prefix(*family)
            .is_some_and(|rest| !rest.is_empty())
    };
    whole && !word.ends_with('-') && FAMILIES.iter().any(named)
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            texts.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}
