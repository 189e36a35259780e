//! The text of clipboards (MS-RDPECLIP) on its static channel: read, judged by the terms, and written anew.
//!
//! Text in UTF-16 is all that passes: Windows makes it of every other kind of text, and a recording can hold it. What
//! else a side has (files, pictures, locks) is neither offered to the other nor asked for, and no flag says that it
//! could be. Long names of formats are never agreed on: the number of a text's format says all.
//!
//! # Limits
//! A text is at most [`MAX_TEXT`] bytes of UTF-8 long. A message that is longer than such a text could be is thrown
//! away while it comes; where it answers a question, the one who asked is told that there is nothing.

mod chunks;
#[cfg(test)]
mod tests;

use zeroize::Zeroizing;

use super::mcs::Data;
use super::misbehaviour::{Misbehaviour, cut};
use super::read::{Reader, u32_at};
use crate::rfb::MAX_CLIPBOARD;
use chunks::Chunks;

/// The longest text that passes, in bytes of UTF-8: what a recording's clipboard may hold.
const MAX_TEXT: usize = MAX_CLIPBOARD;
/// The most names of formats in one list.
const MAX_FORMATS: usize = 1024;
/// Questions and lists of one side that may wait for their answers.
const MAX_WAITING: u8 = 8;
/// The number of text in UTF-16 (2.2.3.1).
const UNICODE_TEXT: u32 = 13;
/// A format's entry with a short name: its number, and 32 bytes of name.
const ENTRY: usize = 36;

/// Kinds of messages (2.2.1).
mod kind {
    pub(super) const MONITOR_READY: u16 = 1;
    pub(super) const FORMAT_LIST: u16 = 2;
    pub(super) const FORMAT_LIST_RESPONSE: u16 = 3;
    pub(super) const FORMAT_DATA_REQUEST: u16 = 4;
    pub(super) const FORMAT_DATA_RESPONSE: u16 = 5;
    pub(super) const CAPS: u16 = 7;
    pub(super) const FILE_CONTENTS_REQUEST: u16 = 8;
    pub(super) const FILE_CONTENTS_RESPONSE: u16 = 9;
}

const OK: u16 = 1;
const FAILED: u16 = 2;

/// One set, of the general kind, version 2, without a flag: no long names, no files, no locks (2.2.2.1).
const NO_FLAGS: [u8; 16] = [1, 0, 0, 0, 1, 0, 12, 0, 2, 0, 0, 0, 0, 0, 0, 0];

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// What of a message goes on, and what is kept of it.
#[derive(Default)]
pub(super) struct Heard {
    /// A message for the other side.
    pub(super) pass: Option<Zeroizing<Vec<u8>>>,
    /// The text in it.
    pub(super) text: Option<Zeroizing<String>>,
    /// What did not pass.
    pub(super) refused: Option<&'static str>,
}

/// What one side said.
#[derive(Default)]
struct Said {
    /// Whether what it copies may be known to the other.
    may: bool,
    chunks: Chunks,
    /// It has a text.
    offers: bool,
    /// Lists that the other did not answer.
    lists: u8,
    /// Questions for its text that it did not answer.
    asked: u8,
}

/// A message as units, on the way and on the channel of `on`.
pub(super) fn units(on: &Data<'_>, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, Misbehaviour> {
    let mut units = Zeroizing::default();
    for chunk in chunks::cut_up(message) {
        chunks::grow(&mut units, &Zeroizing::new(on.unit(&chunk)?));
    }
    Ok(units)
}

/// Follows both sides' clipboards.
pub(super) struct Clipboards {
    client: Said,
    server: Said,
}

impl Clipboards {
    /// `into` is whether text goes to the server, `out` whether it comes from there.
    pub(super) fn new(into: bool, out: bool) -> Self {
        let said = |may| Said {
            may,
            ..Said::default()
        };
        Self {
            client: said(into),
            server: said(out),
        }
    }

    /// One chunk of one side's.
    ///
    /// # Errors
    /// If it cannot be read; nothing of it goes on.
    pub(super) fn hear(&mut self, side: Side, chunk: &[u8]) -> Result<Heard, Misbehaviour> {
        let (says, other) = match side {
            Side::Client => (&mut self.client, &mut self.server),
            Side::Server => (&mut self.server, &mut self.client),
        };
        let Some(whole) = says.chunks.add(chunk)? else {
            return Ok(Heard::default());
        };
        let mut reader = Reader::of(&whole.kept, "a message of a clipboard");
        let (kind, flags) = (reader.u16()?, reader.u16()?);
        let length = usize::try_from(reader.u32()?).unwrap_or(usize::MAX);
        if whole.cut_short {
            return Ok(match kind {
                kind::FORMAT_DATA_RESPONSE => too_much(says),
                _ => nothing(side),
            });
        }
        // Some clients put four bytes more behind it than they say.
        let body = reader.take(length)?;
        Ok(match (kind, side) {
            (kind::CAPS, _) => passes(kind::CAPS, 0, &NO_FLAGS),
            (kind::MONITOR_READY, Side::Server) => passes(kind::MONITOR_READY, 0, &[]),
            (kind::FORMAT_LIST, _) => list(says, side, body)?,
            (kind::FORMAT_LIST_RESPONSE, _) if other.lists > 0 => {
                other.lists = other.lists.saturating_sub(1);
                passes(kind, answer(flags), &[])
            }
            (kind::FORMAT_DATA_REQUEST, _) => question(other, body)?,
            (kind::FORMAT_DATA_RESPONSE, _) => text(says, side, flags, body),
            (kind::FILE_CONTENTS_REQUEST | kind::FILE_CONTENTS_RESPONSE, _) => {
                refuses("files of a clipboard")
            }
            // Folders for files, locks, answers to nobody, and what nobody knows.
            _ => Heard::default(),
        })
    }
}

/// What one side has: a text, or nothing that the other may know of.
fn list(says: &mut Said, side: Side, body: &[u8]) -> Result<Heard, Misbehaviour> {
    let (entries, rest) = body.as_chunks::<ENTRY>();
    if entries.len() > MAX_FORMATS {
        return Err(Misbehaviour::TooMuch {
            what: "formats of a clipboard",
            most: MAX_FORMATS,
        });
    }
    if !rest.is_empty() {
        return Err(cut("a list of a clipboard's formats"));
    }
    let has = entries
        .iter()
        .any(|entry| u32_at(entry, 0) == Some(UNICODE_TEXT));
    says.offers = has && says.may;
    says.lists = says.lists.saturating_add(1).min(MAX_WAITING);
    let mut told = Vec::new();
    if says.offers {
        told.extend(UNICODE_TEXT.to_le_bytes());
        told.resize(ENTRY, 0);
    }
    let mut heard = passes(kind::FORMAT_LIST, 0, &told);
    if has && !says.may {
        heard.refused = Some(way(side));
    }
    Ok(heard)
}

/// A question for the text of `other`, if it has one.
fn question(other: &mut Said, body: &[u8]) -> Result<Heard, Misbehaviour> {
    let format = u32_at(body, 0).ok_or(cut("a question for a format"))?;
    let may = other.offers && format == UNICODE_TEXT && other.asked < MAX_WAITING;
    if !may {
        return Ok(refuses("a clipboard that was not offered"));
    }
    other.asked = other.asked.saturating_add(1);
    Ok(passes(
        kind::FORMAT_DATA_REQUEST,
        0,
        &UNICODE_TEXT.to_le_bytes(),
    ))
}

/// The answer: a text, if it was asked for and can be read.
fn text(says: &mut Said, side: Side, flags: u16, body: &[u8]) -> Heard {
    if says.asked == 0 {
        return nothing(side);
    }
    if answer(flags) == FAILED {
        return failed(says);
    }
    let (units, _odd) = body.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
    // Up to the zero at its end.
    let units = Zeroizing::new(units.take_while(|unit| *unit != 0).collect::<Vec<_>>());
    let text = String::from_utf16(&units).map(Zeroizing::new).ok();
    let Some(text) = text.filter(|text| text.len() <= MAX_TEXT) else {
        return too_much(says);
    };
    says.asked = says.asked.saturating_sub(1);
    let mut told = Zeroizing::new(Vec::with_capacity(units.len().saturating_mul(2)));
    told.extend(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    let mut heard = passes(kind::FORMAT_DATA_RESPONSE, OK, &told);
    heard.text = Some(text);
    heard
}

/// Whoever asked is told that there is nothing.
fn failed(says: &mut Said) -> Heard {
    says.asked = says.asked.saturating_sub(1);
    passes(kind::FORMAT_DATA_RESPONSE, FAILED, &[])
}

fn too_much(says: &mut Said) -> Heard {
    if says.asked == 0 {
        return refuses("a clipboard that nobody asked for");
    }
    let mut heard = failed(says);
    heard.refused = Some("a clipboard that cannot be read, or is too long");
    heard
}

fn nothing(side: Side) -> Heard {
    refuses(way(side))
}

fn way(side: Side) -> &'static str {
    match side {
        Side::Client => "clipboard to the desktop",
        Side::Server => "clipboard from the desktop",
    }
}

fn refuses(what: &'static str) -> Heard {
    Heard {
        refused: Some(what),
        ..Heard::default()
    }
}

fn answer(flags: u16) -> u16 {
    if flags & OK != 0 { OK } else { FAILED }
}

fn passes(kind: u16, flags: u16, body: &[u8]) -> Heard {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let head = [kind, flags].map(u16::to_le_bytes);
    let pass = [head.as_flattened(), &length.to_le_bytes(), body].concat();
    Heard {
        pass: Some(Zeroizing::new(pass)),
        ..Heard::default()
    }
}
