//! Structured data: the registered element `origin`, and one under the hospital's enterprise number.

use std::fmt::Write;

use crate::Line;
use crate::message::{is_obeyed, source, who};

/// Appends `[origin …][sekisho@N …]`.
pub(crate) fn write(to: &mut String, enterprise: u32, version: &str, line: &Line<'_>) {
    let entry = line.entry;
    to.push_str("[origin software=\"sekisho\"");
    parameter(to, "swVersion", version);
    // Writing to a string cannot fail.
    let _ = write!(to, "][sekisho@{enterprise}");
    parameter(to, "site", &entry.site.to_string());
    parameter(to, "entry", &line.number.to_string());
    parameter(to, "leaf", &line.leaf.to_string());
    parameter(to, "kind", entry.event.kind());
    parameter(to, "by", &who(entry));
    if let Some(device) = &entry.by.device {
        parameter(to, "device", &device.to_string());
    }
    if let Some(source) = source(entry) {
        parameter(to, "source", &source);
    }
    if let Some(part) = &entry.part {
        parameter(to, "visit", &part.visit.to_string());
    }
    to.push(']');
}

/// `NAME="value"`. What RFC 5424 (6.3.3) asks to be escaped is; what does something becomes a question mark.
pub(crate) fn parameter(to: &mut String, name: &str, value: &str) {
    to.push(' ');
    to.push_str(name);
    to.push_str("=\"");
    for character in value.chars() {
        match character {
            '"' | '\\' | ']' => {
                to.push('\\');
                to.push(character);
            }
            _ if is_obeyed(character) => to.push('?'),
            _ => to.push(character),
        }
    }
    to.push('"');
}
