//! ArcSight's Common Event Format, version 0: a head of eight fields, then pairs.

use std::fmt::Write;

use crate::message::{inert_json, is_obeyed, source, who};
use crate::{Line, importance};

/// Appends `CEF:0|…` with its pairs.
pub(crate) fn write(to: &mut String, version: &str, line: &Line<'_>) {
    let entry = line.entry;
    let kind = entry.event.kind();
    let (_, severity) = importance(kind);
    to.push_str("CEF:0|Sekisho|Sekisho");
    head(to, version);
    head(to, kind);
    head(to, &kind.replace('_', " "));
    head(to, &severity.in_cef().to_string());
    // Writing to a string cannot fail.
    let _ = write!(
        to,
        "|rt={} externalId={}",
        entry.at.as_millis(),
        line.number
    );
    pair(to, "dvchost", &entry.site.to_string());
    pair(to, "suser", &who(entry));
    if let Some(source) = source(entry) {
        pair(
            to,
            if source.contains(':') { "c6a2" } else { "src" },
            &source,
        );
    }
    if let Some(device) = &entry.by.device {
        pair(to, "cs2Label", "device");
        pair(to, "cs2", &device.to_string());
    }
    if let Some(part) = &entry.part {
        pair(to, "cs3Label", "visit");
        pair(to, "cs3", &part.visit.to_string());
    }
    pair(to, "cs1Label", "leaf");
    pair(to, "cs1", &line.leaf.to_string());
    pair(to, "msg", &inert_json(line.bytes));
}

/// A field of the head: bars and backslashes are escaped.
pub(crate) fn head(to: &mut String, value: &str) {
    to.push('|');
    escaped(to, value, '|');
}

/// A pair: equals signs and backslashes are escaped.
pub(crate) fn pair(to: &mut String, key: &str, value: &str) {
    to.push(' ');
    to.push_str(key);
    to.push('=');
    escaped(to, value, '=');
}

fn escaped(to: &mut String, value: &str, mark: char) {
    for character in value.chars() {
        if character == mark || character == '\\' {
            to.push('\\');
            to.push(character);
        } else if is_obeyed(character) {
            to.push('?');
        } else {
            to.push(character);
        }
    }
}
