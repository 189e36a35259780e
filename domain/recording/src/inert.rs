//! Output of a target, made safe for a reviewer's terminal (lesson L28).
//!
//! The target is a stranger to whoever looks at a recording. Its bytes may not write the reviewer's
//! clipboard, ask the reviewer's terminal for answers that a shell would then read, print, retitle,
//! change how keys work, or turn text around. So only what moves, colours, writes and erases passes.

use crate::scan::{Scanner, Token};

/// Puts a terminal back in order after [`Inert`] output: attributes, margins, character set, cursor,
/// wrapping, the primary screen. Written by whoever played a recording, at its end.
pub const RESTORE: &str = "\x1b[m\x1b[r\x1b(B\x1b[?1l\x1b[?7h\x1b[?25h\x1b[?1049l";

/// What stands for a full reset: the same effect on the screen, and none on anything else.
const RESET: &str = "\x1b[m\x1b[r\x1b(B\x1b[?1l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[H\x1b[2J";

/// The most digits of one parameter: a terminal is not made to scroll a thousand million lines.
const MAX_DIGITS: usize = 5;

/// The private modes that may be set and reset: cursor keys, wrapping, cursor, alternate screen.
const MODES: [&[u8]; 7] = [b"1", b"7", b"25", b"47", b"1047", b"1048", b"1049"];

/// Filters a stream: what comes out is safe to write to a terminal, however the stream was split.
///
/// Allowed are printable characters, `\r \n \t \b`, cursor movement, erasing of the screen, inserting, deleting,
/// scrolling, colours, attributes that hide nothing, margins, the saved cursor, the alternate screen, and two character sets. All else is
/// dropped: OSC, DCS, SOS, PM, APC, reports, window operations, printing, keyboard and mouse modes,
/// C1 controls however encoded, bell. What is not UTF-8, and what turns the direction of text, becomes
/// U+FFFD. Its state is bounded.
#[derive(Debug)]
pub struct Inert {
    scanner: Scanner,
}

impl Default for Inert {
    fn default() -> Self {
        Self::new()
    }
}

impl Inert {
    /// At the beginning of a stream.
    pub fn new() -> Self {
        Self {
            scanner: Scanner::new(),
        }
    }

    /// Appends to `out` what of `bytes` is complete and safe. It is UTF-8 by itself.
    pub fn filter(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.scanner.scan(bytes, &mut |token| pass(token, out));
    }

    /// The stream is over: a character that was cut off is shown as such.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.scanner.finish(&mut |token| pass(token, out));
    }
}

fn pass(token: Token<'_>, out: &mut Vec<u8>) {
    match token {
        Token::Print(c) => {
            let c = if turns(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            };
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Token::Control(byte @ (b'\r' | b'\n' | b'\t' | 0x08)) => out.push(byte),
        Token::Control(_) => {}
        Token::Escape(None, b'c') => out.extend_from_slice(RESET.as_bytes()),
        Token::Escape(None, last @ (b'7' | b'8' | b'D' | b'E' | b'M')) => {
            out.extend_from_slice(&[0x1b, last]);
        }
        Token::Escape(Some(b'('), last @ (b'0' | b'B')) => {
            out.extend_from_slice(&[0x1b, b'(', last]);
        }
        Token::Escape(..) => {}
        Token::Sequence(parameters, last) => sequence(parameters, last, out),
    }
}

/// Characters that turn or embed the direction of text, and so can show another text than stands
/// there (Unicode UAX #9).
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn sequence(parameters: &[u8], last: u8, out: &mut Vec<u8>) {
    if let Some(modes) = parameters.strip_prefix(b"?") {
        return private_modes(modes, last, out);
    }
    let plain = parameters
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'));
    let small = parameters
        .split(|byte| !byte.is_ascii_digit())
        .all(|number| number.len() <= MAX_DIGITS);
    let known = match last {
        b'A'..=b'H' | b'K'..=b'M' | b'P' | b'S' | b'X' | b'@' => true,
        // 3 would erase what the reviewer's terminal keeps of earlier output (xterm, Windows Terminal).
        b'J' => parameters
            .split(|byte| !byte.is_ascii_digit())
            .all(|number| matches!(number, b"" | b"0" | b"1" | b"2")),
        b'd' | b'f' | b'm' | b'r' | b's' | b'u' => true,
        // With more parameters it would ask for reports of the mouse.
        b'T' => !parameters.contains(&b';'),
        _ => false,
    };
    if plain && small && known {
        match last {
            b'm' => attributes(parameters, out),
            _ => put(parameters, last, out),
        }
    }
}

/// Colours and attributes (ECMA-48, section 8.3.117), without the one that conceals: who attends sees
/// what the engineer does. Colours are told by numbers of their own (ITU-T T.416, section 13.1.8), behind
/// 38 and 48; those are none of attributes. Behind 58 too, which many terminals do not know: they would
/// take its numbers for attributes.
fn attributes(parameters: &[u8], out: &mut Vec<u8>) {
    let mut left: Vec<&[u8]> = Vec::new();
    let mut numbers = parameters.split(|byte| *byte == b';').peekable();
    while let Some(number) = numbers.next() {
        match value(number) {
            Some(8 | 58) => {}
            Some(38 | 48) if !number.contains(&b':') => {
                let length = match numbers.peek().and_then(|space| value(space)) {
                    Some(2) => 4,
                    Some(5) => 2,
                    _ => continue,
                };
                let colour: Vec<&[u8]> = numbers.by_ref().take(length).collect();
                if colour.len() == length {
                    left.push(number);
                    left.extend(colour);
                }
            }
            _ => left.push(number),
        }
    }
    // Without any number it would mean 0, and take back what it does not name.
    if !left.is_empty() {
        put(&left.join(&b';'), b'm', out);
    }
}

/// The number before the first colon; None if there is none, which means 0.
fn value(parameter: &[u8]) -> Option<u32> {
    let number = parameter.split(|byte| *byte == b':').next()?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

fn private_modes(modes: &[u8], last: u8, out: &mut Vec<u8>) {
    if !matches!(last, b'h' | b'l') {
        return;
    }
    for mode in modes.split(|byte| *byte == b';') {
        if MODES.contains(&mode) {
            put(&[b"?", mode].concat(), last, out);
        }
    }
}

fn put(parameters: &[u8], last: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    out.extend_from_slice(parameters);
    out.push(last);
}

#[cfg(test)]
mod tests;
