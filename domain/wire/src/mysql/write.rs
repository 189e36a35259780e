//! Packets that the gateway itself says, to either side.

use super::command;
use super::framer::Head;

/// A packet with this number. What the gateway says is short.
pub fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let head = Head {
        length: u32::try_from(body.len()).unwrap_or(u32::MAX),
        number,
        continues: false,
    };
    [&head.encode()[..], body].concat()
}

/// A text without the byte that would end it, and that byte.
pub(super) fn text(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
    bytes.push(0);
    bytes
}

/// A statement.
pub fn query(statement: &str) -> Vec<u8> {
    packet(0, &[&[command::QUERY], statement.as_bytes()].concat())
}

/// That something is done, and nothing more is to be said of it.
pub fn done(number: u8) -> Vec<u8> {
    // No row changed, no number given, nothing in a transaction (autocommit), no warning.
    packet(number, &[0, 0, 0, 2, 0, 0, 0])
}

/// A refusal with its number, its SQLSTATE and a sentence.
pub fn refusal(number: u8, code: u16, state: &str, sentence: &str) -> Vec<u8> {
    let state: String = state.chars().chain("HY000".chars()).take(5).collect();
    let [a, b] = code.to_le_bytes();
    let start = [&[0xff, a, b, b'#'], state.as_bytes()].concat();
    packet(number, &[&start[..], sentence.as_bytes()].concat())
}

/// A number of up to eight bytes whose first says how many there are.
pub(super) fn number(value: u64) -> Vec<u8> {
    let [a, b, c, rest @ ..] = value.to_le_bytes();
    match value {
        0..=0xfa => vec![a],
        0xfb..=0xffff => vec![0xfc, a, b],
        0x1_0000..=0xff_ffff => vec![0xfd, a, b, c],
        _ => [&[0xfe, a, b, c], &rest[..]].concat(),
    }
}

/// A text with its length before it.
pub(super) fn counted(text: &[u8]) -> Vec<u8> {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    [&number(length)[..], text].concat()
}
