//! Event logs of Windows: a file as `wevtutil epl` or the event viewer writes it, event by event.
//!
//! Whoever was administrator of a Windows machine could write any byte of its logs. The file is read by `evtx` in a process
//! that can reach nothing else (decision 0066); here its events get one form, whatever a provider put into them.

mod rules;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::io::{Read, Seek};

use evtx::{EvtxParser, ParserSettings};
use ids::Timestamp;
use serde_json::Value;

pub use self::rules::{Finding, concerns, find};

/// How deep the parts of an event are looked into; Windows nests three.
const DEEPEST: usize = 16;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// It is no event log, or none of which anything can be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotALog(String);

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

/// Reads a log in its order, and hands over each event.
///
/// # Errors
/// If it is none.
pub fn read<F: Read + Seek>(file: F, mut each: impl FnMut(Event)) -> Result<Reading, NotALog> {
    let parser = EvtxParser::from_read_seek(file).map_err(|cause| NotALog(cause.to_string()))?;
    let settings = ParserSettings::new()
        .validate_checksums(true)
        .num_threads(1)
        .indent(false);
    let mut parser = parser.with_configuration(settings);
    let mut reading = Reading::default();
    let mut last: Option<u64> = None;
    for record in parser.records_json_value() {
        let event = record.ok().and_then(|record| {
            let number = record.event_record_id;
            if let Some(last) = last {
                reading.missing += number.saturating_sub(last).saturating_sub(1);
            }
            last = Some(number);
            let at = Timestamp::from_millis(record.timestamp.as_millisecond());
            Event::of(at, &record.data)
        });
        match event {
            Some(event) => {
                reading.events += 1;
                each(event);
            }
            None => reading.unreadable += 1,
        }
    }
    Ok(reading)
}

impl Event {
    fn of(at: Timestamp, whole: &Value) -> Option<Self> {
        let event = whole.get("Event")?;
        let system = event.get("System")?;
        // `<EventID>1</EventID>`, or with attributes.
        let id = system.get("EventID")?;
        let id = id.get("#text").unwrap_or(id);
        let text = |name: &str| system.get(name).and_then(Value::as_str).unwrap_or_default();
        let provider = system.pointer("/Provider/#attributes/Name");
        let mut data = Vec::new();
        for part in ["EventData", "UserData"] {
            if let Some(part) = event.get(part) {
                leaves("Data", part, &mut data, 0);
            }
        }
        Some(Self {
            at,
            id: u32::try_from(number(id)?).ok()?,
            record: number(system.get("EventRecordID")?)?,
            channel: text("Channel").to_owned(),
            computer: text("Computer").to_owned(),
            provider: provider
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            data,
        })
    }

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

/// A number, or a text that is one.
fn number(value: &Value) -> Option<u64> {
    let text = || value.as_str()?.parse().ok();
    value.as_u64().or_else(text)
}

/// Everything at the ends of a tree, each with the name of its element.
fn leaves(name: &str, value: &Value, out: &mut Vec<(String, String)>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(value) => out.push((name.to_owned(), value.to_string())),
        Value::Number(value) => out.push((name.to_owned(), value.to_string())),
        Value::String(value) => out.push((name.to_owned(), value.clone())),
        Value::Array(values) => values
            .iter()
            .for_each(|value| leaves(name, value, out, depth + 1)),
        Value::Object(members) => members
            .iter()
            .filter(|(member, _)| *member != "#attributes")
            .for_each(|(member, value)| {
                let name = if member == "#text" { name } else { member };
                leaves(name, value, out, depth + 1);
            }),
    }
}
