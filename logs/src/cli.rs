//! What is understood on the command line, and said by help, in both languages.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use phrases::{Language, say};

/// The language that is asked for, or the locale's.
pub(crate) fn language() -> Language {
    let mut given = std::env::args().skip(1);
    while let Some(one) = given.next() {
        let asked = match one.strip_prefix("--lang") {
            Some("") => given.next(),
            Some(value) => value.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(asked) = asked {
            return Language::from_locale(&asked);
        }
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    Language::from_locale(&locale.unwrap_or_default())
}

/// All commands.
pub(crate) fn command(language: Language) -> Command {
    let said = |id: &str| say(language, id, &[]);
    let path = |name: &'static str, id: &str| {
        Arg::new(name)
            .long(name)
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(said(id))
    };
    let folder = path("folder", "logs-arg-folder");
    let config = path("config", "logs-arg-config");
    let lang = Arg::new("lang")
        .long("lang")
        .global(true)
        .help(said("logs-arg-lang"));
    let words = Arg::new("words")
        .action(ArgAction::Append)
        .required(true)
        .help(said("logs-arg-words"));
    let sender = Arg::new("sender")
        .long("sender")
        .value_parser(value_parser!(std::net::IpAddr))
        .help(said("logs-arg-sender"));
    let limit = Arg::new("limit")
        .long("limit")
        .value_parser(value_parser!(u32).range(1..=100_000))
        .default_value("50")
        .help(said("logs-arg-limit"));
    let files = Arg::new("files")
        .action(ArgAction::Append)
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help(said("logs-arg-files"));
    let against = Arg::new("against")
        .long("against")
        .value_parser(value_parser!(PathBuf))
        .help(said("logs-arg-against"));
    Command::new("sekisho-logs")
        .version(env!("CARGO_PKG_VERSION"))
        .about(said("logs-about"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(lang)
        .subcommands([
            Command::new("serve")
                .about(said("logs-about-serve"))
                .args([&config, &folder]),
            Command::new("search")
                .about(said("logs-about-search"))
                .args([&folder, &sender, &limit, &words]),
            Command::new("senders")
                .about(said("logs-about-senders"))
                .args([&config, &folder]),
            Command::new("verify")
                .about(said("logs-about-verify"))
                .args([&folder, &against]),
            Command::new("import")
                .about(said("logs-about-import"))
                .args([&folder, &files]),
            Command::new("retain")
                .about(said("logs-about-retain"))
                .args([&config, &folder]),
        ])
}

/// A path that is required.
pub(crate) fn path(given: &ArgMatches, name: &str) -> PathBuf {
    given.get_one::<PathBuf>(name).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use phrases::Language;

    use super::command;

    #[test]
    fn every_command_is_well_formed_in_both_languages() {
        for language in Language::ALL {
            command(language).debug_assert();
        }
    }
}
