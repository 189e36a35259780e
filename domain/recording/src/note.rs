//! What is noted about a session's channels: when one was opened and for what, its window, its end,
//! each file that passed, each typed line that was shown, and what was refused.
//!
//! A note is JSON, so that the reader of a recording needs no table of numbers. Its texts come from
//! the engineer's program or from the target: they are cut to a bound when they are written, and the
//! cut is visible.

mod keyframe;
mod patients;
mod statement;
mod what;

use std::fmt;

use ids::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::content::{Direction, MAX_TEXT};
use crate::frame::{NotAFrame, NotSealed};

pub use keyframe::KeyframeNote;
pub use patients::{MAX_PATIENT, MOST_PATIENTS, PatientsNote};
pub use statement::{StatementEnd, StatementHow, StatementNote, StatementOutcome};
pub use what::{Terminal, What};

/// The longest name in a note: of a person, a signal, a kind of terminal, a reason.
pub const MAX_NAME: usize = 256;
/// The most reasons in one note.
pub const MAX_REASONS: usize = 16;
/// The longest note: its texts at their bounds, each byte written as `\u00xx`, and the rest.
pub const MAX_NOTE: usize = 64 << 10;
/// What stands at the end of a text that was cut.
pub const CUT: &str = "…";

/// Something about a channel of the session, or about the session as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ChannelNote {
    /// A channel was opened and put to use.
    Opened {
        /// Its number in the session, from 0; never used again.
        channel: u32,
        /// For what.
        what: What,
        /// The terminal that was asked for with it.
        terminal: Option<Terminal>,
    },
    /// The window of a channel's terminal changed its size.
    Resized {
        /// The channel.
        channel: u32,
        /// Columns, in characters.
        columns: u32,
        /// Rows, in characters.
        rows: u32,
    },
    /// What ran in the channel ended (RFC 4254 §6.10).
    Exited {
        /// The channel.
        channel: u32,
        /// Its exit status, if the target told one.
        status: Option<u32>,
        /// The signal that ended it, without `SIG`, if the target told one.
        signal: Option<String>,
    },
    /// The channel was closed.
    Closed {
        /// The channel.
        channel: u32,
    },
    /// A file passed, whole or in part.
    File(FileNote),
    /// A statement goes to a database server.
    Statement(StatementNote),
    /// A statement is over.
    StatementEnded(StatementEnd),
    /// Patients came out with a statement.
    Patients(PatientsNote),
    /// A database server said this without having been asked, as a rule why it ends the session.
    ServerSaid {
        /// The channel.
        channel: u32,
        /// SQLSTATE.
        code: String,
        /// In the server's words.
        message: String,
    },
    /// A desktop was shown whole: its recording can be played from here.
    Keyframe(KeyframeNote),
    /// A typed line was seen on the screen: this opens it.
    Revealed {
        /// The channel.
        channel: u32,
        /// The line's number in its channel, from 0.
        line: u64,
        /// The key under which it was sealed.
        key: LineKey,
    },
    /// Something was asked for and refused.
    Refused {
        /// The channel, if it was asked for in one.
        channel: Option<u32>,
        /// What was asked for.
        what: String,
        /// The identifiers of the reasons.
        reasons: Vec<String>,
    },
    /// The session was paused: nothing passes.
    Paused {
        /// By whom.
        by: String,
    },
    /// The session goes on.
    Continued {
        /// By whom.
        by: String,
    },
    /// Somebody began to watch the session live.
    Attended {
        /// Who.
        by: String,
    },
    /// An attendant stopped watching.
    AttendantLeft {
        /// Who.
        by: String,
    },
}

/// A file that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileNote {
    /// The channel.
    pub channel: u32,
    /// Upload or download.
    pub direction: Direction,
    /// Its path at the target, as the target resolved it; what is not UTF-8 was replaced.
    pub path: String,
    /// Bytes of its content that passed.
    pub bytes: u64,
    /// SHA-256 of its content, if all of it passed and could be followed in order.
    pub sha256: Option<Digest>,
    /// Whether all of it passed.
    pub whole: bool,
}

/// The key of one typed line. Wiped when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct LineKey(Zeroizing<[u8; 32]>);

impl LineKey {
    /// From its 32 bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*key))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineKey(hidden)")
    }
}

/// 64 lower-case hexadecimal digits.
impl Serialize for LineKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Digest(*self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LineKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Digest::deserialize(deserializer).map(|key| Self::new(key.as_bytes()))
    }
}

/// One line of text, for a reader who knows nothing else of notes: its JSON. A line's key is left out.
impl fmt::Display for ChannelNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Revealed { channel, line, .. } = self {
            return write!(f, r#"{{"revealed":{{"channel":{channel},"line":{line}}}}}"#);
        }
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl ChannelNote {
    /// The channel that it is about; `None` if it is about the session.
    pub fn channel(&self) -> Option<u32> {
        match self {
            Self::Opened { channel, .. }
            | Self::Resized { channel, .. }
            | Self::Exited { channel, .. }
            | Self::Closed { channel }
            | Self::Revealed { channel, .. }
            | Self::ServerSaid { channel, .. }
            | Self::Statement(StatementNote { channel, .. })
            | Self::StatementEnded(StatementEnd { channel, .. })
            | Self::Patients(PatientsNote { channel, .. })
            | Self::Keyframe(KeyframeNote { channel, .. })
            | Self::File(FileNote { channel, .. }) => Some(*channel),
            Self::Refused { channel, .. } => *channel,
            Self::Paused { .. }
            | Self::Continued { .. }
            | Self::Attended { .. }
            | Self::AttendantLeft { .. } => None,
        }
    }

    /// The bytes that it takes in a recording, beside the frame; [`MAX_NOTE`] for one that is none.
    pub fn length(&self) -> usize {
        self.encode().map_or(MAX_NOTE, |note| note.len())
    }

    /// The note's bytes, its texts cut to their bounds.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, NotSealed> {
        let json = serde_json::to_vec(&self.clone().cut());
        json.ok()
            .filter(|json| json.len() <= MAX_NOTE)
            .ok_or(NotSealed::TooLong)
    }

    /// Reads a note.
    ///
    /// # Errors
    /// If the bytes are not a note within its bounds.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAFrame> {
        if bytes.len() > MAX_NOTE {
            return Err(NotAFrame::Content);
        }
        let note: Option<Self> = serde_json::from_slice(bytes).ok();
        note.filter(|note| note.clone().cut() == *note)
            .ok_or(NotAFrame::Content)
    }

    /// The same with every text at most as long as it may be.
    fn cut(mut self) -> Self {
        match &mut self {
            Self::Opened { what, terminal, .. } => {
                what.cut();
                if let Some(terminal) = terminal {
                    shorten(&mut terminal.term, MAX_NAME);
                }
            }
            Self::Exited { signal, .. } => {
                if let Some(signal) = signal {
                    shorten(signal, MAX_NAME);
                }
            }
            Self::File(file) => shorten(&mut file.path, MAX_TEXT),
            Self::Statement(statement) => statement.cut(),
            Self::StatementEnded(ended) => ended.cut(),
            Self::Patients(patients) => patients.cut(),
            Self::Keyframe(keyframe) => keyframe.cut(),
            Self::ServerSaid { code, message, .. } => {
                shorten(code, MAX_NAME);
                shorten(message, MAX_TEXT);
            }
            Self::Refused { what, reasons, .. } => {
                shorten(what, MAX_TEXT);
                if reasons.len() > MAX_REASONS {
                    reasons.truncate(MAX_REASONS - 1);
                    reasons.push(CUT.to_owned());
                }
                reasons
                    .iter_mut()
                    .for_each(|reason| shorten(reason, MAX_NAME));
            }
            Self::Paused { by }
            | Self::Continued { by }
            | Self::Attended { by }
            | Self::AttendantLeft { by } => shorten(by, MAX_NAME),
            Self::Resized { .. } | Self::Closed { .. } | Self::Revealed { .. } => {}
        }
        self
    }
}

/// Cuts `text` to `most` bytes, the mark of the cut included.
pub(crate) fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let end = text.floor_char_boundary(most.saturating_sub(CUT.len()));
        text.truncate(end);
        text.push_str(CUT);
    }
}
