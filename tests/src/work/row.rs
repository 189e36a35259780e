//! What came of a fault, as a line of a table.

use std::fmt::Write as _;
use std::time::Duration;

/// What came of a fault.
#[derive(Debug, Clone)]
pub struct Row {
    /// What happened.
    pub fault: String,
    /// What the engineer was told.
    pub engineer: String,
    /// What the hospital sees: why the session ended.
    pub clerk: String,
    /// From the fault to the engineer's closed connection.
    pub noticed: Option<Duration>,
    /// From the fault to the end in the ledger.
    pub entered: Option<Duration>,
    /// From the repair to the next session that works.
    pub back: Option<Duration>,
    /// Bytes that the target heard, and bytes to it in the recording.
    pub heard: usize,
    /// Bytes to it in the recording.
    pub recorded: usize,
}

impl Row {
    /// Of something that nobody has noticed.
    pub fn unnoticed(fault: &str) -> Self {
        Self {
            fault: fault.to_owned(),
            engineer: "a pause".to_owned(),
            clerk: "the session goes on".to_owned(),
            noticed: None,
            entered: None,
            back: None,
            heard: 0,
            recorded: 0,
        }
    }

    /// Rows as a Markdown table.
    pub fn table(rows: &[Self]) -> String {
        let mut table = "| fault | the engineer is told | the clerk sees | closed after | entered after | \
                         works again after | target heard / recorded, bytes |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
        let seconds = |time: Option<Duration>| {
            time.map_or("–".to_owned(), |time| {
                format!("{:.1} s", time.as_secs_f64())
            })
        };
        for row in rows {
            let _infallible = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} / {} |",
                row.fault,
                row.engineer,
                row.clerk,
                seconds(row.noticed),
                seconds(row.entered),
                seconds(row.back),
                row.heard,
                row.recorded
            );
        }
        table
    }
}
