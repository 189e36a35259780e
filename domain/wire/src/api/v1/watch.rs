//! Sessions as they are watched live and as they are played back: one JSON value per line.

use ids::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use super::evidence::Recording;
use super::visits::Handover;
use crate::said::Said;
use crate::secret::Bytes;

/// The type of an answer that is one JSON value per line, each line sent as soon as it is known.
pub const LINES: &str = "application/jsonl";
/// The longest line of such an answer, in bytes: what a target says at once, in base64.
pub const MAX_LINE_OF_JSON: usize = 2 * 1024 * 1024;
/// Seconds between two [`Seen::Alive`] lines. A watcher to whom they cannot be sent has left.
pub const HEARTBEAT_SECONDS: u64 = 2;

/// Something that is seen of a session. Bytes of a target are data: never write them to a terminal
/// as they are, also where the site has made them inert already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Seen {
    /// A channel was opened.
    Opened {
        /// Its number in the session.
        channel: u32,
        /// For what.
        what: Purpose,
        /// Its terminal, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terminal: Option<Terminal>,
    },
    /// The target said something in a channel.
    Output {
        /// The channel.
        channel: u32,
        /// What it said, made inert.
        bytes: Bytes,
    },
    /// A desktop showed something. Pixels, and never to be taken for text.
    Picture {
        /// The channel.
        channel: u32,
        /// The next bytes of what was recorded from it, in the form that docs/formats/desktops.md has.
        bytes: Bytes,
    },
    /// A picture ended that showed the whole desktop: whoever looks for a later moment begins with it.
    Keyframe {
        /// The channel.
        channel: u32,
        /// Where it begins: in bytes of all the channel's pictures, from 0.
        from: u64,
        /// The desktop's size in it, in pixels: across,
        width: u16,
        /// and down.
        height: u16,
        /// How its pixels are written: RFB's sixteen bytes, as lower-case hexadecimal digits.
        pixels: String,
    },
    /// A channel's terminal changed its size.
    Resized {
        /// The channel.
        channel: u32,
        /// Columns, in characters.
        columns: u32,
        /// Rows, in characters.
        rows: u32,
    },
    /// A channel was closed.
    Closed {
        /// The channel.
        channel: u32,
    },
    /// Lines were lost because they were read too slowly. All before is void; the present state follows.
    Lost {},
    /// A remark of the gateway.
    Notice(String),
    /// How the session stands, when that changes and every [`HEARTBEAT_SECONDS`].
    Alive {
        /// Why nothing passes for now, if nothing does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        frozen: Option<Frozen>,
        /// When it ends by itself.
        until: Timestamp,
    },
    /// The session is over; the last line.
    Ended(Said),
}

/// Says a word to the engineer of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tell {
    /// What: two lines of a terminal at most.
    pub words: String,
}

/// Why nothing passes in a session for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frozen {
    /// A hospital person paused it.
    Paused,
    /// It needs an attendant and has none.
    AwaitingAttendant,
}

/// For what a channel is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Purpose {
    /// An interactive shell.
    Shell,
    /// One command.
    Exec {
        /// As the engineer's program sent it.
        command: String,
    },
    /// File transfer by SFTP.
    Sftp,
    /// File transfer by the old protocol of `scp`.
    Scp {
        /// As the engineer's program sent it.
        command: String,
    },
    /// Statements in a database.
    Database {
        /// The database.
        database: String,
        /// The account with which the gateway signed in.
        account: String,
    },
    /// Requests to a web console.
    Web {
        /// What it is called.
        host: String,
        /// The account with which the gateway signs in; empty without one.
        account: String,
    },
    /// A desktop.
    Desktop {
        /// The name that it gave itself.
        name: String,
        /// Its size when it was opened, in pixels: across,
        width: u16,
        /// and down.
        height: u16,
        /// How its pixels were written then: RFB's sixteen bytes, as lower-case hexadecimal digits.
        pixels: String,
    },
}

/// A terminal as the engineer's program asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The value of `TERM`.
    pub term: String,
    /// Columns, in characters.
    pub columns: u32,
    /// Rows, in characters.
    pub rows: u32,
}

/// One line of a playback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Played {
    /// Milliseconds since the session began.
    pub at_millis: i64,
    /// What was seen then.
    pub seen: Seen,
}

/// What happened in a recorded session, in order, without what was on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingIndex {
    /// Which recording.
    pub recording: Recording,
    /// What happened.
    pub items: Vec<Indexed>,
    /// How much more happened than an index holds.
    pub left_out: u64,
    /// What an index like this cannot know.
    pub limits: Vec<Said>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indexed {
    /// Milliseconds since the session began.
    pub at_millis: i64,
    /// In which channel, if in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u32>,
    /// What.
    pub what: Happening,
}

/// What happened. Texts come from the engineer's program or the target: make them inert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Happening {
    /// A channel was opened.
    Opened {
        /// For what.
        what: Purpose,
        /// Its terminal, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terminal: Option<Terminal>,
    },
    /// A line was entered in a shell, as it stood on the screen.
    Command {
        /// What stood before it on the line, if that could be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prompt: Option<String>,
        /// The command.
        text: String,
    },
    /// A database server answered the statement before, or a web console the request.
    Answered {
        /// What the server calls what it did, one for each statement of the text; of a web console the status and
        /// the type of the body.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        /// Rows that came out; of a copy the messages with its data.
        rows: u64,
        /// Bytes of those.
        bytes_out: u64,
        /// Bytes that a copy took in.
        bytes_in: u64,
        /// How long it took, in milliseconds.
        millis: u64,
        /// Why not, if it was not done: SQLSTATE and the server's words, `skipped` or `unfinished`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// So many lines were typed and not seen on the screen: passwords, most likely. Nobody can read
    /// them.
    HiddenLines(u64),
    /// The terminal changed its size.
    Resized {
        /// Columns, in characters.
        columns: u32,
        /// Rows, in characters.
        rows: u32,
    },
    /// A file passed.
    File {
        /// Which way.
        direction: Handover,
        /// Its path at the target.
        path: String,
        /// Bytes that passed.
        bytes: u64,
        /// SHA-256 of its content, if all of it passed and in order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<Digest>,
        /// Whether all of it passed.
        whole: bool,
    },
    /// What ran in the channel ended.
    Exited {
        /// Its exit status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u32>,
        /// The signal that ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<String>,
    },
    /// The channel was closed.
    Closed,
    /// Something was asked for and refused.
    Refused {
        /// What.
        what: String,
        /// The identifiers of the reasons.
        reasons: Vec<String>,
    },
    /// The session was paused.
    Paused {
        /// By whom.
        by: String,
    },
    /// The session went on.
    Continued {
        /// By whom.
        by: String,
    },
    /// Somebody began to watch.
    Attended {
        /// Who.
        by: String,
    },
    /// Somebody watched no longer.
    AttendantLeft {
        /// Who.
        by: String,
    },
    /// A remark of the gateway.
    Notice(String),
    /// The session ended, for this reason.
    End(String),
}
