//! What commands and the API answered, written down for the scan.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{append, run, said_of};

/// Verbs that have verbs of their own.
const SUBJECTS: &[&str] = &[
    "device",
    "emergency",
    "ledger",
    "person",
    "receipt",
    "recording",
    "relay",
    "site",
    "target",
    "vendor",
    "visit",
];

/// Verbs that have none, and answer with something secret or take it.
const VERBS: &[&str] = &[
    "attend",
    "connect",
    "demo",
    "gateway",
    "join",
    "login",
    "request",
    "ssh-config",
];

/// What a command asks for, as a word for the name of a file: `person-invite`, `join`, or the program.
pub fn asked(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name();
    let program = program.unwrap_or_default().to_string_lossy().into_owned();
    let words: Vec<&str> = command
        .get_args()
        .filter_map(|word| word.to_str())
        .collect();
    let known = |word: &&str| SUBJECTS.contains(word) || VERBS.contains(word);
    let Some(at) = words.iter().position(known) else {
        return program;
    };
    match (words[at], words.get(at + 1)) {
        (subject, Some(verb)) if SUBJECTS.contains(&subject) => format!("{subject}-{verb}"),
        (verb, _) => verb.to_owned(),
    }
}

/// Writes down what somebody was told; `by` is the word for what was asked.
pub fn told(by: &str, said: &[u8]) {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let Some(run) = run() else { return };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let by = by.replace(
        |letter: char| !letter.is_ascii_lowercase() && letter != '-',
        "_",
    );
    let name = format!("{}-{number}-{by}", std::process::id());
    append(&said_of(&run).join(name), said);
}
