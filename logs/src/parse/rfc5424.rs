//! RFC 5424: `1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`, behind the priority.

use ids::Timestamp;

use super::{Claimed, Form, Message, word};

/// The longest time that RFC 3339 writes, with nine places.
const LONGEST_MOMENT: usize = 35;

/// What follows the priority, if it holds to the RFC.
pub(super) fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let rest = bytes.strip_prefix(b"1 ")?;
    let (when, rest) = word(rest)?;
    let claimed = match when {
        b"-" => Claimed::Never,
        when => Claimed::At(moment(when)?),
    };
    let (host, rest) = word(rest)?;
    let (program, rest) = word(rest)?;
    let (_process, rest) = word(rest)?;
    // Some leave out what follows the kind of message when there is none of it.
    let (_kind, rest) = word(rest)?;
    let rest = behind_data(rest)?;
    Some(Message {
        form: Form::Rfc5424,
        priority: None,
        claimed,
        host: said(host),
        program: said(program),
        text: match rest {
            [b' ', text @ ..] => text,
            text => text,
        },
    })
}

/// `-` stands for nothing.
fn said(value: &[u8]) -> Option<&[u8]> {
    (value != b"-").then_some(value)
}

pub(super) fn moment(bytes: &[u8]) -> Option<Timestamp> {
    if bytes.len() > LONGEST_MOMENT {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let moment: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

/// What stands behind the structured data, which begins with a space if there is a message.
fn behind_data(mut bytes: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = bytes.strip_prefix(b"-") {
        return Some(rest);
    }
    if bytes.first() != Some(&b'[') {
        return None;
    }
    while let Some(element) = bytes.strip_prefix(b"[") {
        bytes = behind_element(element)?;
    }
    Some(bytes)
}

/// A bracket within quotes, or behind a backslash there, does not end an element.
fn behind_element(bytes: &[u8]) -> Option<&[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return bytes.get(at + 1..),
            _ => {}
        }
    }
    None
}
