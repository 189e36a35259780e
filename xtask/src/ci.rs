//! What continuous integration asks, step by step. Every step is run, whatever failed before it, and
//! counts as one in the summary: a pull request learns everything at once.

use std::path::PathBuf;
use std::process::Command;

use crate::outcome::Outcome;
use crate::running::{cargo, find, root, succeeds};
use crate::{floors, machine, testing};

/// The version whose `deny.toml` ours is: the file's shape has changed between versions.
const CARGO_DENY: &str = "0.20.2";

/// A workspace of its own (decision 0066).
const EVTX: &str = "evtx/Cargo.toml";

/// Runs every step, and the tests last.
pub(crate) fn run() -> Outcome {
    let mut outcome = Outcome::default();
    step(&mut outcome, "formatting", || {
        let ours = succeeds(&mut cargo(["fmt", "--all", "--check"]));
        succeeds(&mut cargo(["fmt", "--manifest-path", EVTX, "--check"])) && ours
    });
    step(&mut outcome, "floors", || {
        let findings = floors::check();
        findings.iter().for_each(|finding| println!("{finding}"));
        findings.is_empty()
    });
    // Before the first build, which needs some of them.
    step(&mut outcome, "packages", || {
        machine::prepare(machine::FOR_TESTS)
            .inspect_err(|missing| println!("{missing}"))
            .is_ok()
    });
    step(&mut outcome, "clippy", || {
        succeeds(&mut cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    step(&mut outcome, "clippy of the reader of event logs", || {
        succeeds(&mut cargo([
            "clippy",
            "--manifest-path",
            EVTX,
            "--target-dir",
            "target/evtx",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    step(&mut outcome, "documentation", || {
        let mut doc = cargo([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ]);
        succeeds(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    step(&mut outcome, "types of the pages' scripts", || {
        let web = root().join("surfaces/console/web");
        // The build above has put the compiler there, as the lock file says.
        succeeds(
            Command::new("node_modules/.bin/tsc")
                .arg("--noEmit")
                .current_dir(web),
        )
    });
    dependencies(&mut outcome);
    println!("\n== tests");
    outcome.add(testing::run(&[]));
    outcome
}

fn step(outcome: &mut Outcome, name: &str, held: impl FnOnce() -> bool) {
    println!("\n== {name}");
    if held() {
        outcome.passed += 1;
    } else {
        outcome.fail(name);
    }
}

/// Licences, bans and sources are judged from the lock file alone; advisories need their database.
fn dependencies(outcome: &mut Outcome) {
    println!("\n== dependencies");
    let Some(deny) = cargo_deny() else {
        outcome.fail("dependencies: cargo-deny could not be installed");
        return;
    };
    step(outcome, "licences, bans, sources", || {
        let ours = ["--locked", "check", "bans", "licenses", "sources"];
        let ours = succeeds(Command::new(&deny).args(ours));
        // What it brings in two versions is its own.
        let config = ["--manifest-path", EVTX, "--locked", "--config", "deny.toml"];
        let mut evtx = Command::new(&deny);
        let evtx = evtx.args(config).args(["check", "licenses", "sources"]);
        succeeds(evtx) && ours
    });
    println!("\n== advisories");
    match advisories(&deny) {
        Advisories::Clean => outcome.passed += 1,
        Advisories::Found => outcome.fail("advisories"),
        Advisories::NotHad => {
            println!(
                "NOT CHECKED: the advisory database could not be had here. \
                 Nothing is known about published weaknesses of our dependencies."
            );
            outcome.skipped += 1;
        }
    }
}

enum Advisories {
    Clean,
    Found,
    NotHad,
}

fn advisories(deny: &PathBuf) -> Advisories {
    let mut check = Command::new(deny);
    check.args(["--locked", "check", "advisories"]);
    let Ok(output) = check.output() else {
        return Advisories::NotHad;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Advisories::Clean
    } else if database_missing(&said) {
        Advisories::NotHad
    } else {
        print!("{said}");
        Advisories::Found
    }
}

fn database_missing(said: &str) -> bool {
    said.contains("failed to fetch advisory database")
        || said.contains("failed to load advisory database")
}

/// cargo-deny, installed if it is not there. A debug build of it is good enough and builds in a third
/// of the time.
fn cargo_deny() -> Option<PathBuf> {
    if let Some(deny) = installed_deny() {
        return Some(deny);
    }
    println!("installing cargo-deny {CARGO_DENY}");
    let installed = succeeds(&mut cargo([
        "install",
        "--locked",
        "--debug",
        "cargo-deny",
        "--version",
        CARGO_DENY,
    ]));
    installed.then(installed_deny).flatten()
}

fn installed_deny() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let at_home = home.map(|home| home.join("bin").join("cargo-deny"));
    find("cargo-deny").or_else(|| at_home.filter(|file| file.is_file()))
}

#[cfg(test)]
mod tests {
    use super::{database_missing, step};
    use crate::outcome::Outcome;

    #[test]
    fn a_database_that_cannot_be_had_is_not_taken_for_a_finding() {
        assert!(database_missing(
            "[ERROR] failed to fetch advisory database https://… with cli"
        ));
        assert!(!database_missing("error[vulnerability]: a hole in x"));
    }

    #[test]
    fn every_step_counts_as_one_and_a_failing_one_is_named() {
        let mut outcome = Outcome::default();
        step(&mut outcome, "formatting", || true);
        step(&mut outcome, "floors", || false);
        assert_eq!(outcome.summary(), "1 passed, 1 failed, 0 skipped");
        assert_eq!(outcome.failures, ["floors"]);
    }
}
