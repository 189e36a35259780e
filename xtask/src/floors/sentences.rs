//! Every id of a sentence that a source names has its sentence in `phrases`. A missing one would reach a
//! clerk as `[join-code-wrong]`.

use std::collections::BTreeSet;

use super::sources::{File, is_product_source};

/// How the ids begin by which crates choose what is said. A new subject of sentences gets its line.
const SUBJECTS: &[&str] = &[
    "cli-",
    "connect-",
    "demo-",
    "error-",
    "join-",
    "logs-",
    "passphrase-",
    "reason-",
];

const SENTENCES: &str = "domain/phrases/locales/ja/";

/// Ids that are named and not known.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let known: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.path.starts_with(SENTENCES))
        .flat_map(|file| file.text.lines())
        .filter_map(|line| Some(line.split_once(" =")?.0))
        .collect();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| names_sentences(&file.path)) {
        for (at, line) in file.text.lines().enumerate() {
            let unknown = ids_in(line).filter(|id| !known.contains(id));
            findings.extend(unknown.map(|id| {
                format!(
                    "{}:{}: {id}: phrases has no such sentence",
                    file.path,
                    at + 1
                )
            }));
        }
    }
    findings
}

fn names_sentences(path: &str) -> bool {
    let outside = ["domain/phrases/", "xtask/"];
    is_product_source(path) && !outside.iter().any(|folder| path.starts_with(folder))
}

/// The string literals of a line that are ids: a known beginning, then words in kebab-case.
fn ids_in(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2).filter(|literal| {
        let words = |rest: &str| {
            rest.starts_with(|first: char| first.is_ascii_lowercase())
                && !rest.ends_with('-')
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        SUBJECTS
            .iter()
            .any(|subject| literal.strip_prefix(subject).is_some_and(words))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::floors::sources::File;

    fn found(source: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&[
            file(
                "domain/phrases/locales/ja/joining.ftl",
                "join-code-wrong = 違います。\n",
            ),
            file("engine/src/join.rs", source),
        ])
    }

    #[test]
    fn a_sentence_that_nobody_wrote_is_found() {
        assert_eq!(
            found("fail(\"join-nothing\")"),
            ["engine/src/join.rs:1: join-nothing: phrases has no such sentence"]
        );
    }

    #[test]
    fn what_is_written_and_what_is_no_id_is_left_alone() {
        for line in [
            "\"join-code-wrong\"",
            "\"join-\"",
            "\"join-CODE\"",
            "\"read-by\"",
            "join-x",
        ] {
            assert!(found(line).is_empty(), "{line}");
        }
    }
}
