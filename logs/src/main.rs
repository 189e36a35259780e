//! `sekisho-logs`: receives, keeps and searches what other people's devices log (decision 0064).

mod cli;
mod failure;
mod importing;
mod reading;
mod serving;

use std::io::{self, Write};
use std::process::ExitCode;

use phrases::{Language, say};

use crate::failure::Failure;

fn main() -> ExitCode {
    let language = cli::language();
    let matches = match cli::command(language).try_get_matches() {
        Ok(matches) => matches,
        Err(answer) => {
            let _printed = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    let done = match matches.subcommand() {
        Some(("serve", given)) => serving::serve(language, given),
        Some(("retain", given)) => serving::retain(language, given),
        Some(("senders", given)) => reading::senders(language, given),
        Some(("verify", given)) => reading::verify(language, given),
        Some(("import", given)) => importing::import(language, given),
        Some(("search", given)) => reading::search(language, given),
        Some(_) | None => Err(Failure::new("logs-about", &[])),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            note(language, failure.id, &failure.arguments());
            ExitCode::FAILURE
        }
    }
}

/// A line of the answer.
fn print(text: &str) {
    let _gone = writeln!(io::stdout().lock(), "{text}");
}

/// A line beside the answer.
fn note(language: Language, id: &str, arguments: &[(&str, &str)]) {
    let _gone = writeln!(io::stderr().lock(), "{}", say(language, id, arguments));
}
