//! What an index holds.

use ids::Timestamp;
use serde::{Deserialize, Serialize};

use crate::note::{FileNote, KeyframeNote, PatientsNote, StatementEnd, Terminal, What};

/// What was done in a session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Index {
    /// Its channels, in the order in which they were opened.
    pub channels: Vec<ChannelStory>,
    /// What was refused.
    pub refused: Vec<Refused>,
    /// What the gateway said, and who watched, paused and went on.
    pub notices: Vec<Notice>,
    /// What is missing here, though it stands in the recording.
    pub left_out: LeftOut,
}

/// What is missing in an index because it grew too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Channels.
    pub channels: u64,
    /// Terminals whose commands are not listed.
    pub terminals: u64,
    /// Commands, files, resizes, refusals and notices.
    pub entries: u64,
}

/// What was done in a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelStory {
    /// Its number in the session.
    pub channel: u32,
    /// For what it was opened.
    pub what: What,
    /// The terminal that was asked for.
    pub terminal: Option<Terminal>,
    /// When it was opened.
    pub started: Timestamp,
    /// When it was closed.
    pub ended: Option<Timestamp>,
    /// The exit status that the target told.
    pub status: Option<u32>,
    /// The signal that the target told.
    pub signal: Option<String>,
    /// The commands.
    pub commands: Vec<CommandLine>,
    /// The files that passed.
    pub files: Vec<FileStory>,
    /// How the terminal's window changed.
    pub resizes: Vec<Resize>,
    /// Of a desktop: from where it can be played.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keyframes: Vec<Keyframe>,
    /// Bytes from the engineer to the target.
    pub sent: u64,
    /// Bytes from the target to the engineer, standard error included.
    pub received: u64,
    /// Typed lines that were not seen echoed.
    pub masked_lines: u64,
    /// Patients who came out of a database, as the statements with which they did ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<PatientsStory>,
}

/// Patients who came out with a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientsStory {
    /// When it was noted: before the rows passed.
    pub at: Timestamp,
    /// Who.
    pub patients: PatientsNote,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// When it was sent.
    pub at: Timestamp,
    /// What stood before it on the line, if that could be told.
    pub prompt: Option<String>,
    /// The command; it ends with [`crate::CUT`] where it was cut. Parameters of a statement stand behind it.
    pub text: String,
    /// Of a statement in a database: what the server answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What a database server answered to a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When.
    pub at: Timestamp,
    /// What it was.
    pub ended: StatementEnd,
}

/// A file that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStory {
    /// When it was finished.
    pub at: Timestamp,
    /// The file.
    pub file: FileNote,
}

/// A change of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resize {
    /// When.
    pub at: Timestamp,
    /// Columns, in characters.
    pub columns: u32,
    /// Rows, in characters.
    pub rows: u32,
}

/// From where a desktop can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyframe {
    /// When all of it had been shown.
    pub at: Timestamp,
    /// Where its update begins: in bytes of what the channel recorded from the target.
    pub from: u64,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

impl Keyframe {
    pub(super) fn of(at: Timestamp, note: &KeyframeNote) -> Self {
        Self {
            at,
            from: note.from,
            width: note.width,
            height: note.height,
        }
    }
}

/// Something that was asked for and refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// In which channel, if in one.
    pub channel: Option<u32>,
    /// What was asked for.
    pub what: String,
    /// The identifiers of the reasons.
    pub reasons: Vec<String>,
}

/// Something about the session as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: NoticeKind,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A sentence of the gateway's.
    Said(String),
    /// The session was paused, by this person.
    Paused(String),
    /// The session went on, by this person.
    Continued(String),
    /// This person began to watch.
    Attended(String),
    /// This person stopped watching.
    AttendantLeft(String),
    /// The session ended, for this reason.
    Ended(String),
}
