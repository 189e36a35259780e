//! What is noted about the statements of a database session (docs/formats/statements.md), and about the
//! requests to a web console in the same words (docs/formats/requests.md).

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, shorten};
use crate::content::MAX_TEXT;

/// The most parameters in a note.
const MOST_PARAMETERS: usize = 64;
/// The most tags in a note.
const MOST_TAGS: usize = 16;

/// A statement, or a request to a web console, noted before the server has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementNote {
    /// The channel.
    pub channel: u32,
    /// Its number in the session, from 0.
    pub number: u64,
    /// In which way it was given.
    pub how: StatementHow,
    /// Its text, passwords in it masked; what is not UTF-8 was replaced.
    pub text: String,
    /// Whether that is all of it.
    pub whole: bool,
    /// Its parameters; nothing for null, `\x` and hexadecimal digits for what was not sent as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Option<String>>,
    /// How many more parameters there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u32,
}

/// In which way a statement was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementHow {
    /// As text; there may be several in it.
    Text,
    /// Prepared, with parameters.
    Prepared,
    /// More rows of a statement that stands before.
    Continued,
    /// Prepared only; it was never run.
    NotRun,
    /// A call of a function by its number, which is the text.
    Call,
    /// A request to a web console: its method and path, and what its body says of itself.
    Request,
}

/// The end of a statement, noted before the engineer's program has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementEnd {
    /// The channel.
    pub channel: u32,
    /// The statement's number.
    pub number: u64,
    /// What the server calls what it did (`SELECT 5`): one for each statement of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Rows that came out; of a copy the messages with its data.
    pub rows: u64,
    /// Bytes of those.
    pub bytes_out: u64,
    /// Bytes that a copy took in.
    pub bytes_in: u64,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// How it ended.
    pub outcome: StatementOutcome,
}

/// How a statement ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StatementOutcome {
    /// The server did it.
    Done,
    /// It gave as many rows as were asked for; there may be more.
    Suspended,
    /// Not done, because something before it failed.
    Skipped,
    /// The server refused or failed.
    Failed {
        /// SQLSTATE.
        code: String,
        /// In the server's words, passwords masked.
        message: String,
    },
    /// The session ended first.
    Unfinished,
}

impl StatementNote {
    pub(super) fn cut(&mut self) {
        let whole = self.text.len();
        shorten(&mut self.text, MAX_TEXT);
        self.whole &= self.text.len() == whole;
        let mut room = MAX_TEXT;
        let fits = |parameter: &Option<String>| {
            let length = parameter.as_ref().map_or(0, String::len);
            let left = room.checked_sub(length);
            room = left.unwrap_or(0);
            left.is_some()
        };
        let kept = self.parameters.iter().take(MOST_PARAMETERS);
        let kept = kept.take_while({
            let mut fits = fits;
            move |parameter| fits(parameter)
        });
        let kept = kept.count();
        let dropped = u32::try_from(self.parameters.len().saturating_sub(kept)).unwrap_or(u32::MAX);
        self.parameters.truncate(kept);
        self.more = self.more.saturating_add(dropped);
    }
}

impl StatementEnd {
    pub(super) fn cut(&mut self) {
        self.tags.truncate(MOST_TAGS);
        self.tags.iter_mut().for_each(|tag| shorten(tag, MAX_NAME));
        if let StatementOutcome::Failed { code, message } = &mut self.outcome {
            shorten(code, MAX_NAME);
            shorten(message, MAX_TEXT);
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over by reference"
)]
fn is_zero(more: &u32) -> bool {
    *more == 0
}
