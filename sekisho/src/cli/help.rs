//! Help in the reader's language: every sentence of it stands in `phrases`.

use clap::{Arg, ArgAction, Command};
use phrases::{Language, knows, say};

/// The command line with its help texts in this language.
pub(crate) fn in_language(command: Command, language: Language) -> Command {
    let named = command.disable_help_subcommand(true);
    let named = named.subcommand(
        Command::new("help").arg(Arg::new("command").num_args(0..).value_name("COMMAND")),
    );
    one(named, language, &[])
}

fn one(command: Command, language: Language, above: &[String]) -> Command {
    let heading = |id: &str| say(language, id, &[]);
    let path = if above.is_empty() && command.get_name() == "sekisho" {
        Vec::new()
    } else {
        [above, &[command.get_name().to_owned()]].concat()
    };
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut said = command
        .about(say(language, &about_id(&path), &[]))
        .subcommand_help_heading(heading("cli-help-commands"))
        .help_template(template(language))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|arg| {
            let id = arg_id(&path, arg.get_id().as_str());
            let place = if arg.is_positional() {
                "cli-help-arguments"
            } else if arg.is_global_set() {
                "cli-help-everywhere"
            } else {
                "cli-help-options"
            };
            let text = say(language, &id, &[]);
            arg.help(text).help_heading(heading(place))
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(heading("cli-help-any-arg-help"))
                .help_heading(heading("cli-help-options")),
        );
    if path.is_empty() {
        said = said.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(heading("cli-help-any-arg-version"))
                .help_heading(heading("cli-help-options")),
        );
    }
    if path == ["exit-codes"] {
        said = said.after_help(exit_codes(language));
    }
    for name in names {
        said = said.mut_subcommand(name, |sub| one(sub, language, &path));
    }
    said
}

fn template(language: Language) -> String {
    let usage = say(language, "cli-help-usage", &[]);
    format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}")
}

/// The sentence of a command.
fn about_id(path: &[String]) -> String {
    if path.is_empty() {
        "cli-help-sekisho".to_owned()
    } else {
        format!("cli-help-{}", path.join("-"))
    }
}

/// The sentence of an argument: its own, or the one of every argument with that name.
fn arg_id(path: &[String], arg: &str) -> String {
    let arg = arg.replace('_', "-");
    let own = format!("{}-arg-{arg}", about_id(path));
    if knows(Language::En, &own) {
        own
    } else {
        format!("cli-help-any-arg-{arg}")
    }
}

/// The exit codes, one per line.
pub(crate) fn exit_codes(language: Language) -> String {
    let line = |code: u8| {
        let id = format!("cli-exit-{code}");
        format!("  {code}  {}", say(language, &id, &[]))
    };
    let lines: Vec<String> = (0..=7).map(line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    fn missing(command: &Command, found: &mut Vec<String>) {
        let untold = |text: Option<String>| text.is_none_or(|text| text.starts_with('['));
        if untold(command.get_about().map(ToString::to_string)) {
            found.push(format!("{}: {:?}", command.get_name(), command.get_about()));
        }
        for arg in command.get_arguments() {
            if untold(arg.get_help().map(ToString::to_string)) {
                found.push(format!(
                    "{} {}: {:?}",
                    command.get_name(),
                    arg.get_id(),
                    arg.get_help()
                ));
            }
        }
        for sub in command.get_subcommands() {
            missing(sub, found);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_both_languages() {
        for language in Language::ALL {
            let mut found = Vec::new();
            missing(&in_language(Cli::command(), language), &mut found);
            assert!(found.is_empty(), "{found:#?}");
        }
    }

    #[test]
    fn the_definition_holds_together_in_both_languages() {
        for language in Language::ALL {
            in_language(Cli::command(), language).debug_assert();
        }
    }
}
