//! The lines of the source.

use super::Misbehaviour;

/// The longest line, in bytes, its end included: a mode, a size, a name, or a sentence.
pub const MAX_LINE: usize = 2048;

/// The longest name, in bytes: `NAME_MAX` of the systems that run scp, four times, because OpenSSH
/// writes bytes that are not printable as four.
pub const MAX_NAME: usize = 1020;

/// One line of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A file follows.
    File { size: u64, name: &'a [u8] },
    /// Into a directory.
    Into { name: &'a [u8] },
    /// Out of a directory.
    Out,
    /// Times of what follows.
    Times,
    /// The source could not; `fatal`: and gives up.
    Trouble { fatal: bool },
}

impl<'a> Line<'a> {
    /// Reads a line, without its end.
    pub(super) fn read(line: &'a [u8]) -> Result<Self, Misbehaviour> {
        let (kind, rest) = line
            .split_first()
            .ok_or(Misbehaviour::LineMalformed { part: "type" })?;
        match kind {
            b'C' => {
                let (size, name) = entry(rest)?;
                Ok(Line::File { size, name })
            }
            b'D' => entry(rest).map(|(_, name)| Line::Into { name }),
            b'E' if rest.is_empty() => Ok(Line::Out),
            b'T' => times(rest),
            1 => Ok(Line::Trouble { fatal: false }),
            2 => Ok(Line::Trouble { fatal: true }),
            _ => Err(Misbehaviour::LineMalformed { part: "type" }),
        }
    }
}

/// Four octal digits of the mode, the size, the name.
fn entry(rest: &[u8]) -> Result<(u64, &[u8]), Misbehaviour> {
    let (mode, rest) = word(rest, "mode")?;
    if mode.len() != 4 || !mode.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
        return Err(Misbehaviour::LineMalformed { part: "mode" });
    }
    let (size, name) = word(rest, "size")?;
    let size = number(size).ok_or(Misbehaviour::LineMalformed { part: "size" })?;
    if !is_name(name) {
        return Err(Misbehaviour::NameUnsafe);
    }
    Ok((size, name))
}

/// Modified and accessed, in seconds and microseconds.
fn times(rest: &[u8]) -> Result<Line<'_>, Misbehaviour> {
    let mut words = rest.split(|byte| *byte == b' ');
    let four = words.by_ref().take(4).filter_map(number).count() == 4;
    if four && words.next().is_none() {
        Ok(Line::Times)
    } else {
        Err(Misbehaviour::LineMalformed { part: "times" })
    }
}

fn word<'a>(rest: &'a [u8], part: &'static str) -> Result<(&'a [u8], &'a [u8]), Misbehaviour> {
    let space = rest.iter().position(|byte| *byte == b' ');
    let split = space.and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?)));
    split.ok_or(Misbehaviour::LineMalformed { part })
}

fn number(digits: &[u8]) -> Option<u64> {
    let decimal = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| decimal)?;
    text.parse().ok()
}

/// The name of one thing in a directory: not the way to another one.
fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..")
        && name.len() <= MAX_NAME
        && !name
            .iter()
            .any(|byte| *byte == b'/' || byte.is_ascii_control())
}
