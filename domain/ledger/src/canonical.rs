//! Canonical JSON: RFC 8785, restricted to whole numbers that every reader holds exactly.
//!
//! One value has one spelling, so a hash of the bytes is a hash of the value. Strings are not
//! normalised: the bytes that were written are the bytes that are proved.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The longest entry, in bytes.
pub const MAX_ENTRY: usize = 16 * 1024;

/// How deep arrays and objects may lie in each other.
pub const MAX_DEPTH: usize = 32;

/// The largest magnitude that an IEEE 754 double holds exactly, 2^53 - 1 (RFC 8785 §3.2.2.3).
pub const MAX_INTEGER: u64 = 9_007_199_254_740_991;

/// Why a value or bytes are not canonical.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// Longer than the limit.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// Nested too deeply.
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// A number to be written has a fraction, an exponent, or lies beyond ±(2^53 - 1).
    #[error("{0} is not a whole number between -(2^53 - 1) and 2^53 - 1")]
    Number(String),
    /// The bytes are not JSON, or not its one canonical spelling.
    #[error("byte {offset}: expected {expected}")]
    At {
        /// The first wrong byte, from 0.
        offset: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// Canonical, but not of the expected shape.
    #[error("byte {offset}: not of the expected shape: {why}")]
    Shape {
        /// Where it was noticed, from 0.
        offset: usize,
        /// What was expected.
        why: String,
    },
}

/// The canonical bytes of an entry's value.
///
/// # Errors
/// If it holds a number that is not whole and exact, nests too deeply, or is longer than
/// [`MAX_ENTRY`].
pub fn encode(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    encode_within(value, MAX_ENTRY)
}

/// As [`encode`], with another limit on the length in bytes.
///
/// # Errors
/// As [`encode`].
pub fn encode_within(value: &Value, limit: usize) -> Result<Vec<u8>, NotCanonical> {
    let mut writer = Writer {
        out: Vec::with_capacity(256),
        limit,
    };
    writer.value(value, 0)?;
    Ok(writer.out)
}

/// Reads an entry's canonical bytes.
///
/// # Errors
/// If the bytes are not the one canonical spelling of a value.
pub fn decode(bytes: &[u8]) -> Result<Value, NotCanonical> {
    from_slice(bytes)
}

/// The canonical bytes of anything that serialises.
///
/// # Errors
/// As [`encode`], and if it does not serialise to JSON.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    to_vec_within(value, MAX_ENTRY)
}

/// As [`to_vec`], with another limit on the length in bytes.
///
/// # Errors
/// As [`to_vec`].
pub fn to_vec_within<T: Serialize + ?Sized>(
    value: &T,
    limit: usize,
) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(value).map_err(|error| shape(&error))?;
    encode_within(&value, limit)
}

/// Reads canonical bytes as a `T`.
///
/// # Errors
/// As [`decode`], and if the value is not a `T`.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotCanonical> {
    from_slice_within(bytes, MAX_ENTRY)
}

/// As [`from_slice`], with another limit on the length in bytes.
///
/// # Errors
/// As [`from_slice`].
pub fn from_slice_within<T: DeserializeOwned>(
    bytes: &[u8],
    limit: usize,
) -> Result<T, NotCanonical> {
    check_within(bytes, limit)?;
    serde_json::from_slice(bytes).map_err(|error| shape(&error))
}

/// Whether the bytes are the canonical form of some entry. Allocates nothing for keys in ASCII.
///
/// # Errors
/// Names the first byte that is not.
pub fn check(bytes: &[u8]) -> Result<(), NotCanonical> {
    check_within(bytes, MAX_ENTRY)
}

/// As [`check`], with another limit on the length in bytes.
///
/// # Errors
/// As [`check`].
pub fn check_within(bytes: &[u8], limit: usize) -> Result<(), NotCanonical> {
    if bytes.len() > limit {
        return Err(NotCanonical::TooLong { limit });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| NotCanonical::At {
        offset: error.valid_up_to(),
        expected: "UTF-8",
    })?;
    let mut scanner = Scanner { text, at: 0 };
    scanner.value(0)?;
    if scanner.at == bytes.len() {
        Ok(())
    } else {
        Err(scanner.expected("the end"))
    }
}

/// Canonical JSON is one line, so the column is the byte.
fn shape(error: &serde_json::Error) -> NotCanonical {
    NotCanonical::Shape {
        offset: error.column().saturating_sub(1),
        why: error.to_string(),
    }
}

struct Writer {
    out: Vec<u8>,
    limit: usize,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), NotCanonical> {
        match value {
            Value::Null => self.put(b"null"),
            Value::Bool(true) => self.put(b"true"),
            Value::Bool(false) => self.put(b"false"),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text),
            Value::Array(items) => self.array(items, depth + 1),
            Value::Object(members) => self.object(members, depth + 1),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), NotCanonical> {
        if self.out.len().saturating_add(bytes.len()) > self.limit {
            return Err(NotCanonical::TooLong { limit: self.limit });
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn number(&mut self, number: &serde_json::Number) -> Result<(), NotCanonical> {
        let magnitude = number
            .as_u64()
            .or_else(|| number.as_i64().map(i64::unsigned_abs));
        match magnitude {
            Some(magnitude) if magnitude <= MAX_INTEGER => {
                let negative = number.as_i64().is_some_and(i64::is_negative);
                let sign = if negative { "-" } else { "" };
                self.put(format!("{sign}{magnitude}").as_bytes())
            }
            _ => Err(NotCanonical::Number(number.to_string())),
        }
    }

    fn string(&mut self, text: &str) -> Result<(), NotCanonical> {
        self.put(b"\"")?;
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            let control;
            let escape: &[u8] = match byte {
                b'"' => b"\\\"",
                b'\\' => b"\\\\",
                0x08 => b"\\b",
                0x09 => b"\\t",
                0x0a => b"\\n",
                0x0c => b"\\f",
                0x0d => b"\\r",
                0x00..=0x1f => {
                    control = format!("\\u{byte:04x}");
                    control.as_bytes()
                }
                _ => continue,
            };
            self.put(text.as_bytes().get(plain..at).unwrap_or_default())?;
            self.put(escape)?;
            plain = at + 1;
        }
        self.put(text.as_bytes().get(plain..).unwrap_or_default())?;
        self.put(b"\"")
    }

    fn array(&mut self, items: &[Value], depth: usize) -> Result<(), NotCanonical> {
        if depth > MAX_DEPTH {
            return Err(NotCanonical::TooDeep);
        }
        self.put(b"[")?;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.put(b",")?;
            }
            self.value(item, depth)?;
        }
        self.put(b"]")
    }

    fn object(
        &mut self,
        members: &serde_json::Map<String, Value>,
        depth: usize,
    ) -> Result<(), NotCanonical> {
        if depth > MAX_DEPTH {
            return Err(NotCanonical::TooDeep);
        }
        let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        self.put(b"{")?;
        for (at, (name, value)) in sorted.into_iter().enumerate() {
            if at > 0 {
                self.put(b",")?;
            }
            self.string(name)?;
            self.put(b":")?;
            self.value(value, depth)?;
        }
        self.put(b"}")
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn value(&mut self, depth: usize) -> Result<(), NotCanonical> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => Err(self.expected("a value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expected(&self, expected: &'static str) -> NotCanonical {
        NotCanonical::At {
            offset: self.at,
            expected,
        }
    }

    fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), NotCanonical> {
        if self.peek() != Some(byte) {
            return Err(self.expected(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self, word: &'static str) -> Result<(), NotCanonical> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.expected("true, false or null"));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotCanonical> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        if negative {
            self.at += 1;
        }
        let first = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.text.get(first..self.at).unwrap_or_default();
        let leading_zero = digits.starts_with('0') && (digits.len() > 1 || negative);
        if digits.is_empty() || leading_zero {
            self.at = first;
            return Err(self.expected("a whole number without leading zeroes"));
        }
        if !digits
            .parse::<u64>()
            .is_ok_and(|magnitude| magnitude <= MAX_INTEGER)
        {
            self.at = start;
            return Err(self.expected("a whole number between -(2^53 - 1) and 2^53 - 1"));
        }
        Ok(())
    }

    /// Returns what stands between the quotes, escapes and all.
    fn string(&mut self) -> Result<&'a str, NotCanonical> {
        self.take(b'"', "a string")?;
        let start = self.at;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|byte| is_special(*byte));
            self.at += plain.unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => {
                    let inside = self.text.get(start..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(inside);
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.expected("an escaped control character")),
                None => return Err(self.expected("the end of the string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), NotCanonical> {
        let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        let length = match rest {
            [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            // The five with a short form have no long one.
            [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
            | [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => 6,
            _ => return Err(self.expected("the one canonical escape, or the character itself")),
        };
        self.at += length;
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<(), NotCanonical> {
        if depth > MAX_DEPTH {
            return Err(NotCanonical::TooDeep);
        }
        self.take(b'[', "an array")?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.peek() != Some(b',') {
                return self.take(b']', "\",\" or \"]\"");
            }
            self.at += 1;
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), NotCanonical> {
        if depth > MAX_DEPTH {
            return Err(NotCanonical::TooDeep);
        }
        self.take(b'{', "an object")?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut before: Option<&str> = None;
        loop {
            let start = self.at;
            let name = self.string()?;
            if before.is_some_and(|before| !in_order(before, name)) {
                self.at = start;
                return Err(self.expected("member names in UTF-16 order, each once"));
            }
            before = Some(name);
            self.take(b':', "\":\"")?;
            self.value(depth)?;
            if self.peek() != Some(b',') {
                return self.take(b'}', "\",\" or \"}\"");
            }
            self.at += 1;
        }
    }
}

/// What cannot simply stand in a string.
fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether one name, as spelled, sorts strictly before the other (RFC 8785 §3.2.3).
fn in_order(before: &str, after: &str) -> bool {
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii() && byte != b'\\');
    if plain(before) && plain(after) {
        return before < after;
    }
    let unescaped = |name: &str| serde_json::from_str::<String>(&format!("\"{name}\""));
    match (unescaped(before), unescaped(after)) {
        (Ok(before), Ok(after)) => before.encode_utf16().lt(after.encode_utf16()),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
