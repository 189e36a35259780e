//! What was found, as a table for people and as JSON for machines.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::known::without_sizes;

/// What a row is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    /// So many times the reference, or less.
    Times(f64),
    /// So many times the reference, or more.
    TimesAtLeast(f64),
    /// This, or less.
    Most(f64),
    /// This, or more.
    Least(f64),
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Times(times) => write!(f, "≤ {times} ×"),
            Self::TimesAtLeast(times) => write!(f, "≥ {times} ×"),
            Self::Most(most) => write!(f, "≤ {}", shown(*most)),
            Self::Least(least) => write!(f, "≥ {}", shown(*least)),
        }
    }
}

/// One comparison.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    row: String,
    ours: Option<f64>,
    reference: Option<f64>,
    goal: Option<Goal>,
    /// Why there are no figures.
    not_measured: Option<String>,
}

impl Row {
    pub(crate) fn new(row: impl Into<String>) -> Self {
        Self {
            row: row.into(),
            ..Self::default()
        }
    }

    pub(crate) fn ours(mut self, ours: f64) -> Self {
        self.ours = Some(ours);
        self
    }

    pub(crate) fn reference(mut self, reference: f64) -> Self {
        self.reference = Some(reference);
        self
    }

    pub(crate) fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// A figure that cannot be had on this machine, and why.
    pub(crate) fn not_measured(mut self, why: impl Into<String>) -> Self {
        self.not_measured = Some(why.into());
        (self.ours, self.reference) = (None, None);
        self
    }

    fn ratio(&self) -> Option<f64> {
        let (ours, reference) = (self.ours?, self.reference?);
        (reference > 0.0).then(|| ours / reference)
    }

    /// Whether the goal is met; `None` without a goal.
    fn met(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::Times(times) => self.ratio()? <= times,
            Goal::TimesAtLeast(times) => self.ratio()? >= times,
            Goal::Most(most) => self.ours? <= most,
            Goal::Least(least) => self.ours? >= least,
        })
    }
}

/// Everything that one run found.
#[derive(Debug)]
pub(crate) struct Table {
    machine: String,
    date: String,
    pub(crate) took: Duration,
    pub(crate) load_after: String,
    /// Of every path, not only of the compared ones.
    details: Vec<String>,
    notes: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    pub(crate) fn begun(machine: String, date: String) -> Self {
        Self {
            machine,
            date,
            took: Duration::ZERO,
            load_after: String::new(),
            details: Vec::new(),
            notes: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(crate) fn detail(&mut self, detail: String) {
        self.details.push(detail);
    }

    /// The rows' names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.row.as_str())
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = format!(
            "# Sekisho, measured {}\n\n{}, after {}; took {:.0} s. Ratios are of this run.\n\n",
            self.date,
            self.machine,
            self.load_after,
            self.took.as_secs_f64()
        );
        text.push_str(
            "| row | ours | reference | ratio | goal | met |\n|---|---|---|---|---|---|\n",
        );
        let none = || "–".to_owned();
        for row in &self.rows {
            let number = |value: Option<f64>| value.map_or_else(none, shown);
            let goal = row.goal.map_or_else(none, |goal| goal.to_string());
            let met = match (row.met(), &row.not_measured) {
                (_, Some(why)) => format!("not measured: {why}"),
                (Some(true), None) => "yes".to_owned(),
                (Some(false), None) => "**MISSED**".to_owned(),
                (None, None) => none(),
            };
            // Writing to a String does not fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {goal} | {met} |",
                row.row,
                number(row.ours),
                number(row.reference),
                row.ratio().map_or_else(none, |ratio| format!("{ratio:.2}")),
            );
        }
        for paragraph in self.notes.iter().chain(&self.details) {
            let _ = write!(text, "\n{paragraph}\n");
        }
        let missed = self.rows.iter().filter(|row| row.met() == Some(false));
        let held = self.rows.iter().filter(|row| row.met().is_some());
        let (missed, held) = (missed.count(), held.count());
        let _ = write!(text, "\n{} of {held} goals met.", held - missed);
        text
    }

    /// Writes `latest.json`: the rows, each with where and when it was measured; and `latest.md`: the
    /// same for people.
    pub(crate) fn keep(&self, folder: &Path) -> Result<()> {
        let rows: Vec<Value> = self.rows.iter().map(|row| self.value(row)).collect();
        let file = folder.join("latest.json");
        let text = serde_json::to_string_pretty(&rows)?;
        std::fs::write(file, text + "\n")?;
        Ok(std::fs::write(
            folder.join("latest.md"),
            self.markdown() + "\n",
        )?)
    }

    fn value(&self, row: &Row) -> Value {
        json!({
            "row": row.row,
            "name": without_sizes(&row.row),
            "ours": row.ours,
            "reference": row.reference,
            "ratio": row.ratio(),
            "goal": row.goal.map(|goal| goal.to_string()),
            "met": row.met(),
            "not_measured": row.not_measured,
            "machine": self.machine,
            "date": self.date,
        })
    }
}

/// Three digits that matter.
pub(crate) fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Row, Table};

    fn row(ours: f64, reference: f64, goal: Goal) -> Row {
        Row::new("a row").ours(ours).reference(reference).goal(goal)
    }

    #[test]
    fn a_miss_is_printed_as_a_miss() {
        let mut table = Table::begun("a machine".to_owned(), "today".to_owned());
        table.push(row(9.0, 10.0, Goal::Times(0.8)));
        table.push(row(7.0, 10.0, Goal::Times(0.8)));
        table.push(row(7.0, 10.0, Goal::Least(8.0)));
        table.push(row(7.0, 10.0, Goal::TimesAtLeast(0.8)));
        let text = table.markdown();
        assert!(text.contains("| 7.00 | 10.0 | 0.70 | ≥ 0.8 × | **MISSED** |"));
        assert!(text.contains("| 9.00 | 10.0 | 0.90 | ≤ 0.8 × | **MISSED** |"));
        assert!(text.contains("| 7.00 | 10.0 | 0.70 | ≤ 0.8 × | yes |"));
        assert!(text.contains("1 of 4 goals met."));
    }

    #[test]
    fn what_was_not_measured_says_why_and_is_neither_met_nor_missed() {
        let mut table = Table::begun("a machine".to_owned(), "today".to_owned());
        table.push(Row::new("a row").not_measured("no tun"));
        let text = table.markdown();
        assert!(text.contains("| a row | – | – | – | – | not measured: no tun |"));
        assert!(text.contains("0 of 0 goals met."));
    }

    #[test]
    fn a_row_without_a_goal_is_neither_met_nor_missed() {
        let row = Row::new("a row").ours(1.0).reference(2.0);
        assert_eq!(row.met(), None);
        assert_eq!(row.ratio(), Some(0.5));
    }
}
