//! The walkthroughs of ARCHITECTURE.md: each name that they write in backticks stands in the crate that
//! it names. A search of the text, not a compiler: it finds what was renamed, moved or taken away.

use std::collections::BTreeMap;

use super::sources::{File, is_product_source, mentions, product_lines};
use super::workspace::Workspace;

/// The section that is looked at, to the next one of its rank.
const SECTION: &str = "## One visit, through the code";

/// With what the headings of its walkthroughs begin.
const WALKTHROUGHS: [&str; 4] = ["### Ask", "### Approve", "### Connect", "### Verify"];

/// What is typed, and no name of the code.
const COMMANDS: [&str; 2] = ["sekisho ", "cargo "];

/// Every name that is not there, with its line.
pub(super) fn check(document: &str, workspace: &Workspace, files: &[File]) -> Vec<String> {
    let section: Vec<(usize, &str)> = (1..)
        .zip(document.lines())
        .skip_while(|(_, line)| *line != SECTION)
        .take_while(|(_, line)| *line == SECTION || !line.starts_with("## "))
        .collect();
    let mut findings: Vec<String> = WALKTHROUGHS
        .iter()
        .filter(|heading| !section.iter().any(|(_, line)| line.starts_with(*heading)))
        .map(|heading| format!("ARCHITECTURE.md has no walkthrough `{heading} …` in `{SECTION}`"))
        .collect();
    let crates = Crates::read(workspace, files);
    for (number, line) in section {
        for name in in_backticks(line) {
            if let Err(missing) = crates.look_up(name) {
                findings.push(format!("ARCHITECTURE.md:{number}: `{name}`: {missing}"));
            }
        }
    }
    findings
}

/// The names of the code in a line.
fn in_backticks(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| !COMMANDS.iter().any(|command| text.starts_with(command)))
}

/// The sources of each crate.
struct Crates<'a>(BTreeMap<&'a str, Vec<Source<'a>>>);

/// One file of a crate.
struct Source<'a> {
    /// Where its names stand, from the crate on: `api/calls.rs` is `api`, `calls`.
    module: Vec<&'a str>,
    /// Its lines, without comments and tests.
    code: Vec<String>,
}

impl<'a> Crates<'a> {
    fn read(workspace: &'a Workspace, files: &'a [File]) -> Self {
        let sources = |folder: &str| {
            let within = format!("{folder}/src/");
            let files = files.iter().filter(|file| is_product_source(&file.path));
            files
                .filter_map(|file| Some(Source::read(file.path.strip_prefix(&within)?, &file.text)))
                .collect()
        };
        let members = workspace.members.iter();
        Self(
            members
                .map(|member| (member.name.as_str(), sources(&member.folder)))
                .collect(),
        )
    }

    /// Whether the name is there; if not, what is missing.
    fn look_up(&self, name: &str) -> Result<(), String> {
        let (first, rest) = name
            .split_once("::")
            .ok_or("write it from its crate on: `crate::Type::function`")?;
        let sources = self
            .0
            .get(first)
            .ok_or_else(|| format!("there is no crate {first}"))?;
        let rest: Vec<&str> = rest.split("::").collect();
        let modules = rest.iter().take_while(|part| !is_type(part)).count();
        match rest.split_at(modules) {
            (module, []) => function_or_module(sources, module, first),
            (module, [of]) => defined(sources, module, of, first),
            (module, [of, item]) => {
                defined(sources, module, of, first)?;
                belongs(sources, of, item, first)
            }
            (_, _) => Err("nothing is looked up below a type's function or variant".to_owned()),
        }
    }
}

impl<'a> Source<'a> {
    fn read(path: &'a str, text: &str) -> Self {
        let path = path.strip_suffix(".rs").unwrap_or(path);
        let module = path.split('/').filter(|part| !is_root(part)).collect();
        let code = product_lines(text).into_iter().map(|line| line.code);
        Self {
            module,
            code: code.collect(),
        }
    }

    fn says(&self, words: &str) -> bool {
        self.code.iter().any(|code| mentions(code, words))
    }

    fn defines(&self, of: &str) -> bool {
        let kinds = ["struct", "enum", "trait", "type"].iter();
        kinds
            .map(|kind| format!("{kind} {of}"))
            .any(|words| self.says(&words))
    }

    /// Whether functions of this type stand here.
    fn implements(&self, of: &str) -> bool {
        let begins = |code: &str| code.trim_start().starts_with("impl") && mentions(code, of);
        self.says(&format!("trait {of}")) || self.code.iter().any(|code| begins(code))
    }

    /// Whether an enumeration here has a line that begins with this name.
    fn has_variant(&self, of: &str, variant: &str) -> bool {
        let line = |code: &String| {
            let rest = code.trim_start().strip_prefix(variant);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        self.says(&format!("enum {of}")) && self.code.iter().any(line)
    }
}

fn is_root(part: &str) -> bool {
    matches!(part, "lib" | "main")
}

fn is_type(part: &str) -> bool {
    part.starts_with(char::is_uppercase)
}

fn function_or_module(sources: &[Source<'_>], path: &[&str], name: &str) -> Result<(), String> {
    let Some((last, module)) = path.split_last() else {
        return Err("a crate alone is no name".to_owned());
    };
    let function = format!("fn {last}");
    let found = sources.iter().any(|source| {
        source.module.starts_with(path)
            || source.module.starts_with(module) && source.says(&function)
    });
    let place = [&[name], module].concat().join("::");
    found
        .then_some(())
        .ok_or_else(|| format!("no `{function}` and no module {last} in {place}"))
}

fn defined(sources: &[Source<'_>], module: &[&str], of: &str, name: &str) -> Result<(), String> {
    let mut inside = sources
        .iter()
        .filter(|source| source.module.starts_with(module));
    let place = [&[name], module].concat().join("::");
    inside
        .any(|source| source.defines(of))
        .then_some(())
        .ok_or_else(|| format!("no struct, enum, trait or type {of} in {place}"))
}

fn belongs(sources: &[Source<'_>], of: &str, item: &str, name: &str) -> Result<(), String> {
    let function = format!("fn {item}");
    if is_type(item) {
        let found = sources.iter().any(|source| source.has_variant(of, item));
        return found
            .then_some(())
            .ok_or_else(|| format!("no variant {item} beside `enum {of}` in {name}"));
    }
    let found = sources
        .iter()
        .any(|source| source.implements(of) && source.says(&function));
    found
        .then_some(())
        .ok_or_else(|| format!("no `{function}` in a file of {name} that implements {of}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floors::workspace::Member;

    const HEADINGS: &str = "### Ask\n### Approve\n### Connect\n### Verify\n";

    fn found(walkthrough: &str) -> Vec<String> {
        let member = Member {
            name: "engine".to_owned(),
            folder: "engine".to_owned(),
            ..Member::default()
        };
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let files = [
            file(
                "engine/src/lib.rs",
                "pub struct Engine;\nimpl Engine {\n    pub fn submit(&self) {}\n}\n",
            ),
            file(
                "engine/src/writer.rs",
                "enum Job {\n    /// Enter nothing more.\n    Stop { reply: u8 },\n}\n// fn gone() {}\n\
                 fn run() {}\n#[cfg(test)]\nmod tests {\n    fn tried() {}\n}\n",
            ),
            file("engine/src/writer/tests.rs", "fn tried_too() {}\n"),
        ];
        let workspace = Workspace {
            members: vec![member],
        };
        check(
            &format!("{SECTION}\n{HEADINGS}{walkthrough}\n## Next\n`x`"),
            &workspace,
            &files,
        )
    }

    #[test]
    fn names_that_are_there_hold() {
        let text = "1. `engine::Engine::submit`, `engine::Engine` and `engine::writer::Job::Stop`\n\
                    2. `engine::writer::run` in `engine::writer`, as `sekisho request` and `cargo test` do";
        assert_eq!(found(text), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_is_said_with_its_line_and_its_crate() {
        let text = "1. `engine::Engine::sumbit`\n2. `engine::writer::Job::Go`\n3. `engine::Job::run`\n\
                    4. `engine::run::Job`, `engine::writer::gone`, `motor::run`, `submit`";
        assert_eq!(
            found(text),
            [
                "ARCHITECTURE.md:6: `engine::Engine::sumbit`: no `fn sumbit` in a file of engine that implements Engine",
                "ARCHITECTURE.md:7: `engine::writer::Job::Go`: no variant Go beside `enum Job` in engine",
                "ARCHITECTURE.md:8: `engine::Job::run`: no `fn run` in a file of engine that implements Job",
                "ARCHITECTURE.md:9: `engine::run::Job`: no struct, enum, trait or type Job in engine::run",
                "ARCHITECTURE.md:9: `engine::writer::gone`: no `fn gone` and no module gone in engine::writer",
                "ARCHITECTURE.md:9: `motor::run`: there is no crate motor",
                "ARCHITECTURE.md:9: `submit`: write it from its crate on: `crate::Type::function`",
            ]
        );
    }

    #[test]
    fn what_only_tests_have_is_not_there() {
        for name in ["engine::writer::tried", "engine::tried_too"] {
            assert_eq!(found(&format!("1. `{name}`")).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_walkthrough_that_is_gone_is_missed() {
        let findings = check("# Architecture\n", &Workspace::default(), &[]);
        assert_eq!(findings.len(), WALKTHROUGHS.len());
    }
}
