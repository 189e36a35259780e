//! Searches what a run of the acceptance tests left: `canary-scan FOLDER`. It fails if a secret stands
//! where it must not.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is what it is for"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(run) = std::env::args_os().nth(1) else {
        eprintln!("canary-scan FOLDER: the folder of a run");
        return ExitCode::from(2);
    };
    let report = acceptance::canary::scan(Path::new(&run));
    let secrets: usize = report.handed.values().sum();
    println!("{secrets} secrets in every form, {} files:", report.files);
    let mut places = BTreeMap::new();
    for found in &report.expected {
        let reason = found.reason.unwrap_or_default();
        *places.entry((found.kind, reason)).or_insert(0) += 1;
    }
    for ((kind, reason), count) in places {
        println!("  {kind:?} stands {count} times where it may: {reason}");
    }
    for (kind, count) in &report.handed {
        println!("  {kind:?}: {count} looked for");
    }
    for wrong in &report.wrong {
        println!("WRONG: {wrong}");
    }
    if report.wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
