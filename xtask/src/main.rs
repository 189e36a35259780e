//! What the project asks of a machine, as `cargo xtask WORD`. Continuous integration runs the same.
//!
//! It stays quick to compile: the standard library, and serde_json for `cargo metadata`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is what it is for"
)]

mod ci;
mod floors;
mod fuzzing;
mod machine;
mod outcome;
mod readme;
mod running;
mod screens;
mod testing;

use std::process::ExitCode;

use running::{cargo, root};

const HELP: &str = "\
cargo xtask WORD [ARGUMENTS]

  test [CARGO TEST ARGUMENTS]  install what the tests need, run them all, search what they left for secrets,
                               close with one summary
  ci                           everything that continuous integration asks, then the tests
  floors                       who may use whom, and what the documents and sources must hold to
  threats                      write the names of the tests into docs/threats.md
  demo [ARGUMENTS]             build quickly and run `sekisho demo`
  bench [ARGUMENTS]            the benches, in release
  bench --readme               write what they found last into both READMEs
  lab-faults                   break cables and machines in the laboratory, print what that takes (as root)
  fuzz [TARGET] [--seconds N]  the real fuzzer: each target for N seconds
  openapi                      write docs/api/openapi.json from the sources of the API
  screens                      a picture of every page of the console, to target/screens/index.html
  man                          write the man pages to target/man

Exit code: 0 if everything held, 1 if something failed, 2 if the word is not known.";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let word = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match word.as_str() {
        "test" => testing::run(&rest).close(),
        "ci" => ci::run().close(),
        "floors" => {
            let findings = floors::check();
            if findings.is_empty() {
                println!("the floors hold");
            }
            report(&findings)
        }
        "threats" => report(
            &floors::write_threats()
                .err()
                .into_iter()
                .collect::<Vec<_>>(),
        ),
        "demo" => demo(&rest),
        "bench" => bench(&rest),
        "fuzz" => fuzzing::run(&rest),
        "lab-faults" => lab_faults(),
        "openapi" => running::hand_over(cargo(["run", "-q", "-p", "openapi"]).arg("--locked")),
        "screens" => screens::run(),
        "man" => man(),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn report(findings: &[String]) -> ExitCode {
    for finding in findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn demo(arguments: &[String]) -> ExitCode {
    if let Err(missing) = machine::prepare(machine::FOR_DEMO) {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    running::hand_over(
        cargo([
            "run",
            "--profile",
            "demo",
            "-p",
            "sekisho",
            "--bin",
            "sekisho",
        ])
        .args(["--", "demo"])
        .args(arguments),
    )
}

fn bench(arguments: &[String]) -> ExitCode {
    if arguments == ["--readme"] {
        return report(&readme::write().err().into_iter().collect::<Vec<_>>());
    }
    if let Err(missing) = machine::prepare(machine::FOR_BENCHES) {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    running::hand_over(cargo(["run", "--release", "-p", "bench", "--"]).args(arguments))
}

fn lab_faults() -> ExitCode {
    if let Err(missing) = machine::prepare(machine::FOR_TESTS) {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    let table = ["--ignored", "--nocapture", "--exact"];
    let mut test = cargo(["test", "-p", "acceptance", "--test", "it"]);
    test.arg("faults::table::the_table_of_faults");
    running::hand_over(test.arg("--").args(table))
}

fn man() -> ExitCode {
    let folder = root().join("target").join("man");
    if let Err(cause) = std::fs::create_dir_all(&folder) {
        eprintln!("{} cannot be made: {cause}", folder.display());
        return ExitCode::FAILURE;
    }
    running::hand_over(cargo(["run", "-p", "sekisho", "--bin", "sekisho", "--", "man"]).arg(folder))
}
