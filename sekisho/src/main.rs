//! `sekisho`: the gateway of a site, and everything that people do with one.

#[cfg(debug_assertions)]
mod breaking;
mod cli;
mod config;
mod context;
mod demo;
mod failure;
mod gateway;
mod layout;
mod parse;
mod qr;
mod relay;
mod service;
mod site_init;
mod verbs;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use phrases::Language;

use crate::cli::{Cli, in_language};
use crate::context::{Context, language, note, print};
use crate::failure::Kind;

fn main() -> ExitCode {
    if let Some(ended) = worker::run() {
        return ended;
    }
    let language = language(asked_language().as_deref(), |name| std::env::var(name).ok());
    let cli = match parse(language) {
        Ok(cli) => cli,
        Err(done) => return done,
    };
    let context = Context::new(&cli.global, language);
    #[cfg(debug_assertions)]
    if let Err(cause) = breaking::arm() {
        note(&cause);
        return ExitCode::from(Kind::Usage as u8);
    }
    let outcome = verbs::run(&context, cli.verb);
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            note(&context::inert_lines(&failure.text(language)));
            ExitCode::from(failure.kind as u8)
        }
    }
}

/// `--lang` is needed before anything is parsed: help is said in it.
fn asked_language() -> Option<String> {
    let mut args = std::env::args();
    while let Some(arg) = args.next() {
        if arg == "--" {
            return None;
        }
        if arg == "--lang" {
            return args.next();
        }
        if let Some(value) = arg.strip_prefix("--lang=") {
            return Some(value.to_owned());
        }
    }
    None
}

/// Parses; help and version are printed here, mistakes explained.
fn parse(language: Language) -> Result<Cli, ExitCode> {
    let command = in_language(Cli::command(), language);
    let matches = command.clone().try_get_matches().map_err(|error| {
        // Help is an answer, a mistake is not: clap knows which stream it belongs to.
        if error.use_stderr() {
            note(&phrases::say(language, "cli-usage-wrong", &[]));
        }
        let _ = error.print();
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Kind::Usage as u8))
    })?;
    if let Some(("help", asked)) = matches.subcommand() {
        let path = asked.get_many::<String>("command").unwrap_or_default();
        return Err(help(command, path, language));
    }
    Cli::from_arg_matches(&matches).map_err(|error| {
        let _ = error.print();
        ExitCode::from(Kind::Usage as u8)
    })
}

/// `sekisho help COMMAND …`
fn help<'a>(
    mut command: clap::Command,
    path: impl Iterator<Item = &'a String>,
    language: Language,
) -> ExitCode {
    command.build();
    let mut found = &mut command;
    for name in path {
        let Some(sub) = found.find_subcommand_mut(name) else {
            note(&format!(
                "{} help {name}",
                phrases::say(language, "cli-usage-wrong", &[])
            ));
            return ExitCode::from(Kind::Usage as u8);
        };
        found = sub;
    }
    print(&found.render_long_help().to_string());
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests;
