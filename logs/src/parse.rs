//! What a message of syslog says about itself: RFC 5424, RFC 3164 as devices really send it, and what is neither.
//!
//! Nothing is refused. Whatever cannot be understood is kept as it came and is text; a device that breaks a rule of
//! 2009 is the very one whose log is wanted.

mod moment;
mod rfc5424;

#[cfg(test)]
mod tests;

use ids::Timestamp;
use jiff::tz::Offset;

pub use self::moment::offset;

/// The longest name of a host or a program that is taken for one (RFC 5424 allows 255 for a host).
const LONGEST_NAME: usize = 255;

/// By which rules a message was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// RFC 5424.
    Rfc5424,
    /// RFC 3164, or near enough that its time or its host was found.
    Rfc3164,
    /// `key=value` pairs with `date=`, `time=` and `devname=`, as FortiGate sends them.
    Pairs,
    /// Neither: all of it is text.
    Bare,
}

/// When the sender says that it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It does not say.
    Never,
    /// It says so, with its zone.
    At(Timestamp),
    /// It says so without year or zone: the year nearest to when it was heard, and the zone that is set.
    Assumed(Timestamp),
}

impl Claimed {
    /// The moment, however it was come by.
    #[must_use]
    pub fn moment(self) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(moment) | Self::Assumed(moment) => Some(moment),
        }
    }
}

/// A message, and what was found in it. Its parts are those of the bytes that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'b> {
    /// By which rules it was read.
    pub form: Form,
    /// Facility times eight and severity, 0 to 191.
    pub priority: Option<u8>,
    /// When the sender says that it happened.
    pub claimed: Claimed,
    /// What the sender calls itself. Anybody can say any name.
    pub host: Option<&'b [u8]>,
    /// The program of the sender that says it.
    pub program: Option<&'b [u8]>,
    /// What it says, without a byte order mark.
    pub text: &'b [u8],
}

impl Message<'_> {
    /// 0 (emergency) to 7 (debug).
    #[must_use]
    pub fn severity(&self) -> Option<u8> {
        self.priority.map(|priority| priority % 8)
    }
}

/// Reads a message that was heard at `received`. `zone` is that of senders that name none.
#[must_use]
pub fn parse(bytes: &[u8], received: Timestamp, zone: Offset) -> Message<'_> {
    let bytes = trimmed(bytes);
    let (priority, rest) = match priority(bytes) {
        Some((priority, rest)) => (Some(priority), rest),
        None => (None, bytes),
    };
    let read = priority
        .and_then(|_| rfc5424::read(rest))
        .or_else(|| pairs(rest, zone))
        .or_else(|| rfc3164(rest, received, zone));
    let message = read.unwrap_or(Message {
        form: Form::Bare,
        priority,
        claimed: Claimed::Never,
        host: None,
        program: program(rest).map(|(name, _)| name),
        text: rest,
    });
    Message {
        priority,
        text: without_mark(message.text),
        ..message
    }
}

/// Without what ends a line or a message of C: senders add them to datagrams too.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r' | 0] = bytes {
        bytes = rest;
    }
    bytes
}

fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// `<0>` to `<191>`.
fn priority(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let rest = without_mark(bytes).strip_prefix(b"<")?;
    let end = rest.iter().take(4).position(|byte| *byte == b'>')?;
    let (digits, rest) = rest.split_at_checked(end)?;
    let number = u8::try_from(number(digits)?).ok()?;
    (number <= 191).then_some((number, rest.get(1..)?))
}

/// Some digits and nothing else.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// One word, and what follows the space behind it.
fn word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes
        .iter()
        .take(LONGEST_NAME + 1)
        .position(|byte| *byte == b' ')?;
    let (word, rest) = bytes.split_at_checked(end)?;
    (!word.is_empty()).then_some((word, rest.get(1..)?))
}

fn rfc3164(bytes: &[u8], received: Timestamp, zone: Offset) -> Option<Message<'_>> {
    let (claimed, rest) = moment::leading(bytes, received, zone)?;
    // Some send no host: what stands in its place then is the program, with its colon or its brackets.
    let (host, rest) = match word(rest) {
        Some((name, after)) if is_host(name) => (Some(name), after),
        _ => (None, rest),
    };
    let (program, text) = match program(rest) {
        Some((name, text)) => (Some(name), text),
        None => (None, rest),
    };
    Some(Message {
        form: Form::Rfc3164,
        priority: None,
        claimed,
        host,
        program,
        text,
    })
}

/// A name or an address: no colon at its end, no bracket, no `%` of a message's own number.
fn is_host(name: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_:".contains(byte);
    name.iter().all(allowed) && name.last() != Some(&b':')
}

/// `name:`, `name[123]:` at the beginning: the program, and the text behind it.
fn program(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_/%()".contains(byte);
    let end = bytes
        .iter()
        .take(LONGEST_NAME)
        .position(|byte| !named(byte))?;
    let (name, mut rest) = bytes.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    if let Some(process) = rest.strip_prefix(b"[") {
        let end = process.iter().take(32).position(|byte| *byte == b']')?;
        rest = process.get(end + 1..)?;
    }
    let text = rest.strip_prefix(b":")?;
    // `12:30`, `a::b`: no program, but a time or an address.
    match text.first() {
        None => Some((name, text)),
        Some(b' ') => Some((name, text.get(1..)?)),
        Some(_) => None,
    }
}

/// `date=2026-11-24 time=10:00:00 devname="FG" … tz="+0900"`.
fn pairs(bytes: &[u8], zone: Offset) -> Option<Message<'_>> {
    if !bytes.starts_with(b"date=") {
        return None;
    }
    let value = |key: &str| pair(bytes, key);
    let own = value("tz").and_then(offset);
    let moment = moment::civil(value("date")?, value("time")?, own.unwrap_or(zone))?;
    Some(Message {
        form: Form::Pairs,
        priority: None,
        claimed: match own {
            Some(_) => Claimed::At(moment),
            None => Claimed::Assumed(moment),
        },
        host: value("devname").or_else(|| value("devid")),
        program: value("type"),
        text: bytes,
    })
}

/// How far into a message pairs are looked for.
const PAIRS_WITHIN: usize = 2048;

/// The value of the first pair with this key, without its quotes.
fn pair<'b>(bytes: &'b [u8], key: &str) -> Option<&'b [u8]> {
    let mut rest = bytes.get(..PAIRS_WITHIN).unwrap_or(bytes);
    loop {
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let (name, after) = rest.split_at_checked(equals)?;
        let after = after.get(1..)?;
        let (value, next) = match after.strip_prefix(b"\"") {
            Some(quoted) => {
                let end = quoted.iter().position(|byte| *byte == b'"')?;
                (quoted.get(..end)?, quoted.get(end + 1..)?)
            }
            None => {
                let end = after.iter().position(|byte| *byte == b' ');
                let end = end.unwrap_or(after.len());
                (after.get(..end)?, after.get(end..)?)
            }
        };
        if name == key.as_bytes() {
            return Some(value);
        }
        rest = next.strip_prefix(b" ").unwrap_or(next);
    }
}
