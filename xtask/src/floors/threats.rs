//! The table of lessons, and the tests that prove our answers. The tests' names are written into it by
//! machine, so that it cannot promise a proof that is not there.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::File;

/// Lessons L1 to L42.
const LESSONS: u32 = 42;

/// What a row says for which a test is still owed.
const OWED: &str = "to be named";

/// Tests by the number of the lesson in their name.
type Proofs = BTreeMap<u32, BTreeSet<String>>;

/// What is wrong with the table: a lesson without a row or without an answer, a test column that does
/// not say what is there.
pub(super) fn check(document: &str, files: &[File]) -> Vec<String> {
    let mut findings: Vec<String> = (1..=LESSONS)
        .filter(|lesson| {
            !document
                .lines()
                .any(|line| row(line).is_some_and(|row| row.0 == *lesson))
        })
        .map(|lesson| format!("docs/threats.md has no row L{lesson}"))
        .collect();
    let proofs = proofs(files);
    for (at, line) in document.lines().enumerate() {
        let Some((lesson, tests)) = row(line) else {
            continue;
        };
        let place = format!("docs/threats.md:{}", at + 1);
        if rewritten(line, &proofs) != line {
            findings.push(format!("{place}: L{lesson}: run `cargo xtask threats`"));
        } else if tests == OWED || tests.is_empty() {
            findings.push(format!(
                "{place}: L{lesson}: no test named l{lesson}_… proves this"
            ));
        }
    }
    findings
}

/// The document with the test column as the sources have it.
pub(super) fn rewrite(document: &str, files: &[File]) -> String {
    let proofs = proofs(files);
    let lines = document.lines().map(|line| rewritten(line, &proofs));
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

fn rewritten(line: &str, proofs: &Proofs) -> String {
    let Some((lesson, tests)) = row(line) else {
        return line.to_owned();
    };
    let written = match proofs.get(&lesson) {
        Some(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        }
        // Names of tests that are gone must not stay.
        None if tests.contains('`') => OWED.to_owned(),
        None => tests.to_owned(),
    };
    let kept = line
        .strip_suffix(" |")
        .and_then(|line| line.strip_suffix(tests));
    kept.map_or_else(|| line.to_owned(), |kept| format!("{kept}{written} |"))
}

/// Lesson and test column of a row `| L17 | … | … | … |`.
fn row(line: &str) -> Option<(u32, &str)> {
    let cells: Vec<&str> = line
        .strip_prefix("| L")?
        .strip_suffix(" |")?
        .split(" | ")
        .collect();
    let [lesson, _, _, tests] = cells.as_slice() else {
        return None;
    };
    Some((lesson.parse().ok()?, tests))
}

/// Every function `l17_…` in the Rust sources.
fn proofs(files: &[File]) -> Proofs {
    let mut proofs = Proofs::new();
    let sources = files
        .iter()
        .filter(|file| file.path.ends_with(".rs") && !file.path.starts_with("xtask/"));
    for line in sources.flat_map(|file| file.text.lines()) {
        let code = line.trim_start();
        let code = code.strip_prefix("async ").unwrap_or(code);
        let Some(rest) = code.strip_prefix("fn l") else {
            continue;
        };
        let name = rest.split('(').next().unwrap_or_default();
        let Some((lesson, sentence)) = name.split_once('_') else {
            continue;
        };
        if let Ok(lesson) = lesson.parse()
            && !sentence.is_empty()
        {
            proofs.entry(lesson).or_default().insert(format!("l{name}"));
        }
    }
    proofs
}

#[cfg(test)]
mod tests {
    use super::{check, rewrite};
    use crate::floors::sources::File;

    fn sources() -> Vec<File> {
        vec![File {
            path: "domain/access/src/tests.rs".to_owned(),
            text: "#[test]\nfn l2_one_is_one() {}\n    async fn l2_a() {}\nfn l3() {}\nfn later() {}\n"
                .to_owned(),
        }]
    }

    #[test]
    fn the_column_is_written_from_the_sources() {
        let table = "| L1 | how | what | not in scope yet: issue 3 |\n| L2 | how | what | to be named |\n| L3 | how | what | `l3_gone` |\n";
        assert_eq!(
            rewrite(table, &sources()),
            "| L1 | how | what | not in scope yet: issue 3 |\n| L2 | how | what | `l2_a`, `l2_one_is_one` |\n| L3 | how | what | to be named |\n"
        );
    }

    #[test]
    fn a_missing_row_a_stale_one_and_an_owed_test_are_found() {
        let row = |lesson, tests| format!("| L{lesson} | how | what | {tests} |\n");
        let mut table: String = (3..=42).map(|lesson| row(lesson, "not in scope")).collect();
        table += &row(1, "to be named");
        table += &row(2, "`l2_other`");
        let found = check(&table, &sources());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("no test named l1_… proves this"));
        assert!(found[1].ends_with("run `cargo xtask threats`"));
        assert_eq!(check(&table.replace("| L9 ", "| M9 "), &sources()).len(), 3);
    }
}
