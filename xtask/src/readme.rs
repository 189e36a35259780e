//! The table of figures in both READMEs: written from what `cargo xtask bench` left, and held to rows that
//! the bench prints.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::running::root;

/// Every row that the bench may print, and how the READMEs call some of them.
pub(crate) const ROWS: &str = "benches/rows.txt";

const LATEST: &str = "target/bench/latest.json";

const BEGIN: &str = "<!-- bench -->\n";
const END: &str = "<!-- /bench -->\n";

/// A README, which name of a row is its own, and the words around the table.
struct Language {
    file: &'static str,
    name: fn(&Quoted) -> &str,
    heading: &'static str,
    measured: fn(&str, &str) -> String,
    not_measured: &'static str,
    missed: &'static str,
}

const LANGUAGES: [Language; 2] = [
    Language {
        file: "README.md",
        name: |quoted| &quoted.english,
        heading: "| what | ours | reference | ratio | goal |",
        measured: |date, machine| format!("Measured {date} on {machine}."),
        not_measured: "not measured",
        missed: "missed",
    },
    Language {
        file: "README.ja.md",
        name: |quoted| &quoted.japanese,
        heading: "| 何を | 関所 | 比べた相手 | 比 | 目標 |",
        measured: |date, machine| format!("計測 {date}、{machine}。"),
        not_measured: "計測なし",
        missed: "未達",
    },
];

/// A row that the READMEs quote.
struct Quoted {
    /// Its name without sizes, as `latest.json` has it too.
    row: String,
    english: String,
    japanese: String,
}

/// Writes the table into both READMEs.
///
/// # Errors
/// If nothing was measured, or a file cannot be read or written.
pub(crate) fn write() -> Result<(), String> {
    let root = root();
    let measured = read(&root, LATEST)?;
    let measured: Vec<Value> =
        serde_json::from_str(&measured).map_err(|cause| format!("{LATEST}: {cause}"))?;
    let quoted = quoted(&read(&root, ROWS)?);
    for language in &LANGUAGES {
        let text = read(&root, language.file)?;
        let (before, _, after) = parts(&text).ok_or_else(|| no_place(language.file))?;
        let table = table(&measured, &quoted, language);
        let text = format!("{before}{BEGIN}{table}{END}{after}");
        std::fs::write(root.join(language.file), text)
            .map_err(|cause| format!("{}: {cause}", language.file))?;
    }
    Ok(())
}

/// Holds the tables in both READMEs to rows that exist.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let rows = match read(root, ROWS) {
        Ok(rows) => rows,
        Err(cause) => return vec![cause],
    };
    let quoted = quoted(&rows);
    let mut findings = Vec::new();
    for language in &LANGUAGES {
        let text = read(root, language.file).unwrap_or_default();
        findings.extend(findings_in(&text, &quoted, language));
    }
    findings
}

fn findings_in(text: &str, quoted: &[Quoted], language: &Language) -> Vec<String> {
    let Some((_, table, _)) = parts(text) else {
        return vec![no_place(language.file)];
    };
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let names = rows.filter_map(|line| line.split(" | ").next());
    let heading = language.heading.trim_start_matches("| ");
    let mut findings = Vec::new();
    for name in names.filter(|name| !heading.starts_with(name)) {
        if !quoted.iter().any(|quoted| (language.name)(quoted) == name) {
            findings.push(format!(
                "{}: {name:?} is no row of {ROWS}: run `cargo xtask bench --readme`",
                language.file
            ));
        }
    }
    findings
}

fn no_place(file: &str) -> String {
    format!("{file} has no place for the table: a line `<!-- bench -->`, a line `<!-- /bench -->`")
}

/// What stands before the table, the table, and what stands behind it.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (table, after) = rest.split_once(END)?;
    Some((before, table, after))
}

fn quoted(rows: &str) -> Vec<Quoted> {
    let lines = rows.lines().filter(|line| !line.starts_with("//"));
    let cells = lines.map(|line| line.split(" | ").collect::<Vec<_>>());
    cells
        .filter_map(|cells| match cells.as_slice() {
            [row, english, japanese] => Some(Quoted {
                row: (*row).to_owned(),
                english: (*english).to_owned(),
                japanese: (*japanese).to_owned(),
            }),
            _ => None,
        })
        .collect()
}

fn table(measured: &[Value], quoted: &[Quoted], language: &Language) -> String {
    let member = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    let first = measured.first();
    let of_first = |name| first.and_then(|row| member(row, name)).unwrap_or_default();
    let mut text = format!(
        "{}\n\n{}\n|---|---|---|---|---|\n",
        (language.measured)(&of_first("date"), &of_first("machine")),
        language.heading
    );
    for quoted in quoted {
        let same = |row: &&Value| member(row, "name").as_deref() == Some(&quoted.row);
        for row in measured.iter().filter(same) {
            let number = |name| row.get(name).and_then(Value::as_f64);
            let shown = |name| number(name).map_or_else(|| "–".to_owned(), shown);
            let goal = match (member(row, "not_measured"), row.get("met")) {
                (Some(why), _) => format!("{}: {why}", language.not_measured),
                (None, Some(Value::Bool(false))) => {
                    let goal = member(row, "goal").unwrap_or_default();
                    format!("{goal} ({})", language.missed)
                }
                (None, _) => member(row, "goal").unwrap_or_else(|| "–".to_owned()),
            };
            // Writing to a String does not fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {goal} |",
                (language.name)(quoted),
                shown("ours"),
                shown("reference"),
                shown("ratio")
            );
        }
    }
    text
}

/// Three digits that matter.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(file)).map_err(|cause| format!("{file}: {cause}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LANGUAGES, findings_in, quoted, table};

    const ROWS: &str = "// words\nget, MB/s\nmemory at #, KiB | memory | メモリ\n";

    #[test]
    fn a_table_quotes_the_rows_that_have_a_name_in_its_language() {
        let measured = [
            json!({"name": "get, MB/s", "ours": 1.0, "date": "today", "machine": "here"}),
            json!({"name": "memory at #, KiB", "ours": 9.5, "reference": 3.0, "ratio": 3.17,
                   "goal": "≤ 8.00", "met": false}),
            json!({"name": "memory at #, KiB", "not_measured": "no room"}),
        ];
        let table = |number: usize| table(&measured, &quoted(ROWS), &LANGUAGES[number]);
        assert!(table(0).starts_with("Measured today on here.\n"));
        assert!(table(0).contains("| memory | 9.50 | 3.00 | 3.17 | ≤ 8.00 (missed) |"));
        assert!(table(1).contains("| メモリ | – | – | – | 計測なし: no room |"));
        for number in [0, 1] {
            let text = format!("<!-- bench -->\n{}<!-- /bench -->\n", table(number));
            let found = findings_in(&text, &quoted(ROWS), &LANGUAGES[number]);
            assert_eq!(found, Vec::<String>::new());
        }
    }

    #[test]
    fn a_row_that_the_bench_does_not_print_and_a_missing_place_are_found() {
        let text = "<!-- bench -->\n| speed of light | 1 | 2 | 3 | 4 |\n<!-- /bench -->\n";
        let found = findings_in(text, &quoted(ROWS), &LANGUAGES[0]);
        assert!(found[0].contains("\"speed of light\" is no row"));
        assert_eq!(findings_in("", &quoted(ROWS), &LANGUAGES[0]).len(), 1);
    }
}
