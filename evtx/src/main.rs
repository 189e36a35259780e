//! `sekisho-evtx`: an event log of Windows on standard input becomes lines of JSON on standard output. `sekisho-logs import` starts it
//! for each file; no command for people.
//!
//! Whoever was administrator of a Windows machine could write any byte of its logs. This process reads them and holds nothing
//! else: two descriptors, no file, no network (decision 0066). Its lines:
//!
//! | line | what it says |
//! |---|---|
//! | `{"event":{…}}` | an event: `number` is the file's own counting |
//! | `{"unreadable":"…"}` | something could not be read: an event, or a chunk of them |
//! | `{"not_a_log":"…"}` | it is no event log; the last line |
//! | `{"end":true}` | everything was read; without it the process was ended |

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use evtx::{EvtxParser, ParserSettings, SerializedEvtxRecord};
use sandbox::Limits;
use serde_json::{Value, json};

/// What it may use of the machine: the library keeps one chunk of 64 KiB and what an event of it renders to, 16 MiB at the most.
const LIMITS: Limits = Limits {
    memory: 512 << 20,
    descriptors: 8,
    work: 60,
};

/// After so many events it says that it is well.
const WELL_AFTER: u64 = 10_000;

/// How deep the parts of an event are looked into; Windows nests three.
const DEEPEST: usize = 16;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever started it misses the last line.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> io::Result<()> {
    sandbox::confine_worker(LIMITS).map_err(io::Error::other)?;
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut out = BufWriter::with_capacity(256 * 1024, io::stdout().lock());
    let mut say = |line: &Value| {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n")
    };
    let parser = match EvtxParser::from_read_seek(file) {
        Ok(parser) => parser,
        Err(cause) => {
            say(&json!({"not_a_log": cause.to_string()}))?;
            return out.flush();
        }
    };
    let settings = ParserSettings::new()
        .validate_checksums(true)
        .num_threads(1)
        .indent(false);
    let mut parser = parser.with_configuration(settings);
    let mut read = 0_u64;
    for record in parser.records_json_value() {
        read += 1;
        if read.is_multiple_of(WELL_AFTER) {
            sandbox::allow_more_work(LIMITS).map_err(io::Error::other)?;
        }
        match record {
            Ok(record) => match event(&record) {
                Some(event) => say(&json!({ "event": event }))?,
                None => say(&json!({"unreadable": "an event without number, place or kind"}))?,
            },
            Err(cause) => say(&json!({"unreadable": cause.to_string()}))?,
        }
    }
    say(&json!({"end": true}))?;
    out.flush()
}

fn event(record: &SerializedEvtxRecord<Value>) -> Option<Value> {
    let event = record.data.get("Event")?;
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
    Some(json!({
        "number": record.event_record_id,
        "at": record.timestamp.as_millisecond(),
        "id": number(id)?,
        "record": number(system.get("EventRecordID")?)?,
        "channel": text("Channel"),
        "computer": text("Computer"),
        "provider": provider.and_then(Value::as_str).unwrap_or_default(),
        "data": data,
    }))
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<u64> {
    let text = || value.as_str()?.parse().ok();
    value.as_u64().or_else(text)
}

/// Everything at the ends of a tree, each with the name of its element, in their order.
fn leaves(name: &str, value: &Value, out: &mut Vec<(String, String)>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(value) => out.push((name.to_owned(), value.to_string())),
        Value::Number(value) => out.push((name.to_owned(), value.to_string())),
        Value::String(value) => out.push((name.to_owned(), value.clone())),
        Value::Array(values) => {
            for value in values {
                leaves(name, value, out, depth + 1);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                if member != "#attributes" {
                    let name = if member == "#text" { name } else { member };
                    leaves(name, value, out, depth + 1);
                }
            }
        }
    }
}
