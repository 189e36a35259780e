//! Messages that the gateway itself says, to either side.

use super::framer::Head;
use super::startup::{CANCEL, CancelKey};
use super::{VERSION, back_kind, front_kind};

/// The question whether the server speaks TLS.
pub const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// That nothing more is needed to sign in.
pub const AUTHENTICATION_OK: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 0];

/// A message of this kind with this body.
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&Head { kind, length }.encode()[..], body].concat()
}

/// A packet without a kind.
fn packet(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], body].concat()
}

/// A text without the byte that would end it, and that byte.
fn text(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
    bytes.push(0);
    bytes
}

/// The first packet of a session.
pub fn startup<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut body = VERSION.to_be_bytes().to_vec();
    for (name, value) in parameters {
        body.extend(text(name));
        body.extend(text(value));
    }
    body.push(0);
    packet(&body)
}

/// The packet that cancels what runs in another connection.
pub fn cancel_request(key: &CancelKey) -> Vec<u8> {
    let process = key.process.to_be_bytes();
    packet(&[&CANCEL.to_be_bytes()[..], &process, &key.secret].concat())
}

/// That 3.0 is spoken, and none of these extensions is known.
pub fn negotiate(extensions: &[String]) -> Vec<u8> {
    let count = u32::try_from(extensions.len()).unwrap_or(u32::MAX);
    let mut body = [VERSION.to_be_bytes(), count.to_be_bytes()].concat();
    for extension in extensions {
        body.extend(text(extension));
    }
    message(b'v', &body)
}

/// By what the engineer's program cancels.
pub fn backend_key(key: &CancelKey) -> Vec<u8> {
    let body = [&key.process.to_be_bytes()[..], &key.secret].concat();
    message(back_kind::BACKEND_KEY, &body)
}

/// That the next statement is waited for, outside of a transaction.
pub fn ready() -> Vec<u8> {
    message(back_kind::READY, b"I")
}

/// A statement.
pub fn query(statement: &str) -> Vec<u8> {
    message(front_kind::QUERY, &text(statement))
}

/// A password, in the clear or as a digest in text.
pub fn password(password: &[u8]) -> Vec<u8> {
    message(front_kind::PASSWORD, &[password, &[0]].concat())
}

/// The first answer of a mechanism.
pub fn sasl_initial(mechanism: &str, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let body = [&text(mechanism)[..], &length.to_be_bytes(), data].concat();
    message(front_kind::PASSWORD, &body)
}

/// How grave a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The statement failed; the session goes on.
    Error,
    /// The session is over.
    Fatal,
}

/// A refusal with its five-character code (SQLSTATE), a sentence, and what to do.
pub fn refusal(severity: Severity, code: &str, sentence: &str, hint: Option<&str>) -> Vec<u8> {
    let severity = match severity {
        Severity::Error => "ERROR",
        Severity::Fatal => "FATAL",
    };
    message(back_kind::ERROR, &fields(severity, code, sentence, hint))
}

/// A remark.
pub fn notice(sentence: &str) -> Vec<u8> {
    message(
        back_kind::NOTICE,
        &fields("NOTICE", "00000", sentence, None),
    )
}

fn fields(severity: &str, code: &str, sentence: &str, hint: Option<&str>) -> Vec<u8> {
    let mut body = Vec::new();
    // Severity twice: as it is shown, and as programs read it.
    let mut fields = vec![(b'S', severity), (b'V', severity), (b'C', code)];
    fields.push((b'M', sentence));
    fields.extend(hint.map(|hint| (b'H', hint)));
    for (field, value) in fields {
        body.push(field);
        body.extend(text(value));
    }
    body.push(0);
    body
}
