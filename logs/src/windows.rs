//! Event logs of Windows: a file as `wevtutil epl` or the event viewer writes it, event by event.
//!
//! `sekisho-evtx` reads the file, in a process that reaches nothing (decision 0066), and says each event in a line of JSON. Those
//! lines are read here as a stranger's: whoever was administrator of a Windows machine could write any byte of its logs.

mod rules;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::io::{self, BufRead, Read};

use ids::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

pub use self::rules::{Finding, concerns, find};

/// The longest line: an event of 16 MiB, as it is spelled in JSON.
const LONGEST_LINE: u64 = 64 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// When it happened, by that machine's clock.
    pub at: Timestamp,
    /// Which kind, as its provider numbers them.
    pub id: u32,
    /// Its place in its log; one more than that of the event before it.
    pub record: u64,
    /// The log, for example `Security`.
    pub channel: String,
    /// The machine.
    pub computer: String,
    /// Who wrote it.
    pub provider: String,
    /// What is said of it, in its order.
    pub data: Vec<(String, String)>,
}

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// It is no event log.
    #[error("{0}")]
    NotALog(String),
    /// The reader was ended before it came to the end: by the system's limits, or by the file.
    #[error("the reader was ended before it had read everything")]
    Ended,
    /// The reader said something that it never says.
    #[error("the reader said something else")]
    Misspoken,
    /// It cannot be heard.
    #[error(transparent)]
    Unheard(#[from] io::Error),
}

/// A line of the reader's.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Event(Numbered),
    Unreadable(IgnoredAny),
    NotALog(String),
    End(IgnoredAny),
}

/// An event, and which one of its file it is.
#[derive(Deserialize)]
struct Numbered {
    number: u64,
    #[serde(flatten)]
    event: Event,
}

/// What could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// How many events.
    pub events: u64,
    /// How many pieces could not be read, an event or a chunk of them: damaged, or altered without care.
    pub unreadable: u64,
    /// How many events are missing between others by the file's own numbers, which an export counts anew.
    pub missing: u64,
}

/// Reads what the reader says of a log, in its order, and hands over each event.
///
/// # Errors
/// If it is none, or not all of it was read.
pub fn read(mut said: impl BufRead, mut each: impl FnMut(Event)) -> Result<Reading, NotRead> {
    let mut reading = Reading::default();
    let mut last: Option<u64> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = (&mut said)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if length == 0 {
            return Err(NotRead::Ended);
        }
        match serde_json::from_slice(&line).map_err(|_| NotRead::Misspoken)? {
            Line::Event(Numbered { number, event }) => {
                if let Some(last) = last {
                    reading.missing += number.saturating_sub(last).saturating_sub(1);
                }
                last = Some(number);
                reading.events += 1;
                each(event);
            }
            Line::Unreadable(_) => reading.unreadable += 1,
            Line::NotALog(cause) => return Err(NotRead::NotALog(cause)),
            Line::End(_) => return Ok(reading),
        }
    }
}

impl Event {
    /// What is said of it under this name; nothing if nothing is, or `-`, as Windows writes for nothing.
    #[must_use]
    pub fn said(&self, name: &str) -> &str {
        let said = self.data.iter().find(|(known, _)| known == name);
        let said = said.map_or("", |(_, value)| value.trim());
        if said == "-" { "" } else { said }
    }

    /// One line of it, as it is kept and found: its kind, machine, log and place, and all that is said of it.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!(
            "EventID={} {} {} #{} {}",
            self.id, self.computer, self.channel, self.record, self.provider
        );
        for (name, value) in &self.data {
            let _always = write!(line, " {name}={value}");
        }
        line
    }
}
