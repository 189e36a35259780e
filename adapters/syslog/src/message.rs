//! One entry as one message of RFC 5424, and its frame.

use std::fmt::Write;

use access::{Entry, Source, Who};
use ids::Digest;

use crate::{cef, importance, structured};

/// The longest frame in bytes: an entry has at most 16 KiB, and each of its characters becomes at most six.
pub const LONGEST_FRAME: usize = 128 * 1024;
/// The longest field of the head, the name of the host (RFC 5424, 6.2.4).
const LONGEST_FIELD: usize = 255;

/// How a collector wants entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Structured data, and the entry itself as the message.
    Structured {
        /// The private enterprise number under which the element stands. Without one of the hospital's own,
        /// 32473, which RFC 5612 keeps for examples.
        enterprise: u32,
    },
    /// ArcSight's Common Event Format, version 0.
    Cef,
}

/// What stands in every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The gateway's name.
    pub host: String,
    /// This release.
    pub version: &'static str,
    /// How the collector wants entries.
    pub style: Style,
}

/// An entry, and what tells it from all others.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its number in the ledger, from 0.
    pub number: u64,
    /// Its leaf in the ledger's tree: the same number with another leaf is another ledger.
    pub leaf: Digest,
    /// What it says.
    pub entry: &'a Entry,
    /// Its bytes, as the ledger has them.
    pub bytes: &'a [u8],
}

/// The message with its length before it (RFC 5425, octet counting).
pub fn frame(form: &Form, line: &Line<'_>) -> Vec<u8> {
    let message = message(form, line);
    let mut frame = format!("{} ", message.len()).into_bytes();
    frame.extend_from_slice(message.as_bytes());
    frame
}

fn message(form: &Form, line: &Line<'_>) -> String {
    let kind = line.entry.event.kind();
    let mut message = format!(
        "<{}>1 {} {} sekisho - {kind} ",
        importance::priority(kind),
        field(&line.entry.at.to_string()),
        field(&form.host),
    );
    match form.style {
        Style::Structured { enterprise } => {
            structured::write(&mut message, enterprise, form.version, line);
            // The mark of UTF-8 (RFC 5424, 6.4).
            message.push_str(" \u{feff}");
            message.push_str(&inert_json(line.bytes));
        }
        Style::Cef => {
            message.push_str("- ");
            cef::write(&mut message, form.version, line);
        }
    }
    message
}

/// A field of the head is printable ASCII without spaces.
fn field(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(char::is_ascii_graphic)
        .take(LONGEST_FIELD)
        .collect();
    match name.as_str() {
        "" => "-".to_owned(),
        _ => name,
    }
}

/// The entry's JSON with everything escaped that a terminal or a collector could obey: control characters
/// of both sets, separators of lines, marks that turn or hide text. Such stand in JSON inside strings
/// alone, where the escape means the same.
pub(crate) fn inert_json(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut inert = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(inert, "\\u{unit:04x}");
            }
        } else {
            inert.push(character);
        }
    }
    inert
}

/// Whether a character does something instead of standing for itself.
pub(crate) fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whose command it was, in one word.
pub(crate) fn who(entry: &Entry) -> String {
    match &entry.by.who {
        Who::Person(person) => person.to_string(),
        Who::LocalOperator { uid } => format!("local-operator-{uid}"),
        Who::Invitee(invitation) => invitation.to_string(),
        Who::Kit => "kit".to_owned(),
        Who::Gateway => "gateway".to_owned(),
    }
}

/// From where, if it was an address.
pub(crate) fn source(entry: &Entry) -> Option<String> {
    match entry.by.source {
        Source::Address(address) => Some(address.to_string()),
        Source::Local | Source::Unknown => None,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
