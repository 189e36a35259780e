//! The rows that a bench may print, as `benches/rows.txt` lists them: what the READMEs quote is a name
//! from there, and a name that is there is one that the bench prints.

use std::collections::BTreeSet;

const ROWS: &str = include_str!("../rows.txt");

/// A row's name without its sizes.
pub(crate) fn without_sizes(row: &str) -> String {
    let mut name = String::new();
    for letter in row.chars() {
        match letter {
            '0'..='9' if name.ends_with('#') => {}
            '0'..='9' => name.push('#'),
            _ => name.push(letter),
        }
    }
    name
}

/// Those of these rows that the list lacks, as it would have them.
pub(crate) fn unknown<'a>(rows: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let listed = ROWS.lines().filter(|line| !line.starts_with("//"));
    let listed: BTreeSet<&str> = listed.filter_map(|line| line.split(" | ").next()).collect();
    let rows = rows.map(without_sizes);
    rows.filter(|row| !listed.contains(row.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::unknown;

    #[test]
    fn a_row_is_known_whatever_its_sizes_are() {
        let rows = [
            "start: open and verify the store, s for 1 M entries",
            "other 5",
        ];
        let unknown: Vec<String> = unknown(rows.into_iter()).into_iter().collect();
        assert_eq!(unknown, ["other #"]);
    }
}
