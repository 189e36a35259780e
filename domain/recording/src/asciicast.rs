//! One channel of a recording as an asciicast, version 2: the format of terminal recordings that
//! asciinema and many players read (docs.asciinema.org/manual/asciicast/v2).
//!
//! The first line is a header, each further line an event: `[seconds, kind, text]`. Output is `o`,
//! a changed window `r`, what was typed and seen echoed `i`, what the gateway noted `m`. A typed line
//! stands where it was revealed, a moment after it was sent; masked lines are not there. Bytes that an
//! exec channel was sent are not there either: they are no typing.

use ids::Timestamp;
use serde::Serialize;

use crate::content::{Content, Direction, Stream};
use crate::inert::Inert;
use crate::note::{ChannelNote, Terminal, What};
use crate::scan::Utf8;
use crate::typed::Unmasker;

/// What a channel without a terminal is shown in.
const COLUMNS: u32 = 80;
const ROWS: u32 = 24;
/// Sizes beyond this are nonsense of the peer's; players take memory for them.
const MOST: u32 = 1000;

/// Writes one channel as an asciicast, line by line.
#[derive(Debug)]
pub struct Asciicast {
    channel: u32,
    output: Text,
    error: Text,
    unmasker: Unmasker,
    /// When the channel was opened, and the moment of the last event.
    opened: Option<(Timestamp, Timestamp)>,
    closed: bool,
    /// A desktop: what it shows is no text.
    picture: bool,
}

/// How bytes become text.
#[derive(Debug)]
enum Text {
    Inert(Inert),
    Raw(Utf8),
}

#[derive(Serialize)]
struct Header<'a> {
    version: u8,
    width: u32,
    height: u32,
    timestamp: i64,
    env: Environment<'a>,
}

#[derive(Serialize)]
struct Environment<'a> {
    #[serde(rename = "TERM")]
    term: &'a str,
}

impl Asciicast {
    /// For this channel. The output is made inert ([`Inert`]): whoever plays it is a reviewer too.
    pub fn new(channel: u32) -> Self {
        let inert = || Text::Inert(Inert::new());
        Self::with(channel, inert(), inert())
    }

    /// For this channel, with the target's escape sequences as they were. A player that obeys them can
    /// be turned against whoever watches.
    pub fn dangerous_raw(channel: u32) -> Self {
        let raw = || Text::Raw(Utf8::default());
        Self::with(channel, raw(), raw())
    }

    fn with(channel: u32, output: Text, error: Text) -> Self {
        Self {
            channel,
            output,
            error,
            unmasker: Unmasker::new(),
            opened: None,
            closed: false,
            picture: false,
        }
    }

    /// The recording goes on: appends to `out` the lines, each with its `\n`, that follow from it.
    /// Nothing before the channel was opened, nor after it was closed.
    pub fn see(&mut self, at: Timestamp, content: &Content<'_>, out: &mut String) {
        if self.closed {
            return;
        }
        if let Content::Channel(ChannelNote::Opened {
            channel,
            terminal,
            what,
        }) = content
        {
            self.picture |= *channel == self.channel && matches!(what, What::Desktop { .. });
            if *channel == self.channel && self.opened.is_none() {
                self.opened = Some((at, at));
                header(at, terminal.as_ref(), out);
            }
            return;
        }
        if self.opened.is_some() {
            self.opened(at, content, out);
        }
    }

    /// The recording is over: a character that was cut off is shown as such.
    pub fn finish(mut self, out: &mut String) {
        if let Some((_, last)) = self.opened {
            self.flush(last, out);
        }
    }

    fn flush(&mut self, at: Timestamp, out: &mut String) {
        let mut text = self.output.finish();
        text.push_str(&self.error.finish());
        self.event(at, "o", &text, out);
    }

    fn opened(&mut self, at: Timestamp, content: &Content<'_>, out: &mut String) {
        match content {
            Content::Stream {
                direction: Direction::FromTarget,
                channel,
                stream,
                bytes,
            } if *channel == self.channel && !self.picture => {
                let text = match stream {
                    Stream::Output => self.output.read(bytes),
                    Stream::Error => self.error.read(bytes),
                };
                self.event(at, "o", &text, out);
            }
            Content::Typed {
                channel,
                line,
                sealed,
            } if *channel == self.channel => self.unmasker.sealed(*channel, *line, sealed),
            Content::Channel(note) => self.note(at, note, out),
            Content::Notice(text) | Content::End(text) => {
                let inert = Text::Inert(Inert::new()).read(text.as_bytes());
                self.event(at, "m", &inert, out);
            }
            Content::Start(_)
            | Content::Data(..)
            | Content::Size(..)
            | Content::Stream { .. }
            | Content::Typed { .. } => {}
        }
    }

    fn note(&mut self, at: Timestamp, note: &ChannelNote, out: &mut String) {
        if note
            .channel()
            .is_some_and(|channel| channel != self.channel)
        {
            return;
        }
        match note {
            ChannelNote::Resized { columns, rows, .. } => {
                let size = format!("{}x{}", (*columns).clamp(1, MOST), (*rows).clamp(1, MOST));
                self.event(at, "r", &size, out);
            }
            ChannelNote::Revealed { channel, line, key } => {
                let typed = self.unmasker.revealed(*channel, *line, key);
                let typed = typed.unwrap_or_default();
                self.event(at, "i", &String::from_utf8_lossy(&typed), out);
            }
            ChannelNote::Closed { .. } => {
                self.flush(at, out);
                self.closed = true;
            }
            ChannelNote::Paused { .. }
            | ChannelNote::Continued { .. }
            | ChannelNote::Attended { .. }
            | ChannelNote::AttendantLeft { .. }
            | ChannelNote::Refused { .. }
            | ChannelNote::File(_)
            | ChannelNote::Statement(_)
            | ChannelNote::StatementEnded(_)
            | ChannelNote::Patients(_)
            | ChannelNote::ServerSaid { .. }
            | ChannelNote::Keyframe(_)
            | ChannelNote::Exited { .. } => self.event(at, "m", &note.to_string(), out),
            ChannelNote::Opened { .. } => {}
        }
    }

    fn event(&mut self, at: Timestamp, kind: &str, text: &str, out: &mut String) {
        let Some((opened, last)) = &mut self.opened else {
            return;
        };
        if text.is_empty() {
            return;
        }
        // A clock that was set back does not turn time around: players need it to go on.
        *last = at.max(*last);
        let after = last.since(*opened);
        if let Ok(text) = serde_json::to_string(text) {
            let (seconds, millis) = (after.as_secs(), after.subsec_millis());
            out.push_str(&format!("[{seconds}.{millis:03}, \"{kind}\", {text}]\n"));
        }
    }
}

fn header(at: Timestamp, terminal: Option<&Terminal>, out: &mut String) {
    let size = |asked: Option<u32>, usual| match asked {
        None | Some(0) => usual,
        Some(asked) => asked.min(MOST),
    };
    let header = Header {
        version: 2,
        width: size(terminal.map(|terminal| terminal.columns), COLUMNS),
        height: size(terminal.map(|terminal| terminal.rows), ROWS),
        timestamp: at.as_seconds(),
        env: Environment {
            term: terminal.map_or("dumb", |terminal| &terminal.term),
        },
    };
    if let Ok(header) = serde_json::to_string(&header) {
        out.push_str(&header);
        out.push('\n');
    }
}

impl Text {
    fn read(&mut self, bytes: &[u8]) -> String {
        match self {
            Self::Inert(inert) => {
                let mut out = Vec::with_capacity(bytes.len());
                inert.filter(bytes, &mut out);
                String::from_utf8(out).unwrap_or_default()
            }
            Self::Raw(utf8) => {
                let mut out = String::with_capacity(bytes.len());
                bytes
                    .iter()
                    .for_each(|byte| utf8.push(*byte, &mut |c| out.push(c)));
                out
            }
        }
    }

    fn finish(&mut self) -> String {
        match self {
            Self::Inert(inert) => {
                let mut out = Vec::new();
                inert.finish(&mut out);
                String::from_utf8(out).unwrap_or_default()
            }
            Self::Raw(utf8) => {
                let mut out = String::new();
                utf8.finish(&mut |c| out.push(c));
                out
            }
        }
    }
}

#[cfg(test)]
mod tests;
