//! What is noted of a database session's statements, whichever protocol they came in.

mod patients;

pub(crate) use patients::Touched;
pub use patients::{MAX_PATIENT, MOST_AT_ONCE, MOST_PATIENTS, Patients};

/// The longest text of a statement that is noted, in bytes.
pub const MAX_STATEMENT: usize = 4096;
/// The most parameters that are noted.
pub const MOST_PARAMETERS: usize = 64;
/// Bytes of text of all noted parameters together.
pub const MAX_PARAMETERS: usize = 4096;
/// The longest text of a failure that is kept, in bytes.
pub const MAX_SENTENCE: usize = 1024;

/// What went wrong at the server, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// SQLSTATE; of MySQL and MariaDB the number of the error before it.
    pub code: String,
    /// What is shown first.
    pub message: String,
    /// Whether the session is over with it.
    pub fatal: bool,
}

/// Something to note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A statement goes to the server.
    Began(Statement),
    /// It is over.
    Ended(Ended),
    /// Patients come out with it.
    Patients(Patients),
    /// The server said this without having been asked: why it ends the session, as a rule.
    Said(Failure),
}

/// A statement, before the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its number in the session, from 0.
    pub number: u64,
    /// In which way it was given.
    pub how: How,
    /// Its text, or the beginning of it; what is not UTF-8 was replaced.
    pub text: String,
    /// Whether that is all of it.
    pub whole: bool,
    /// Its parameters.
    pub parameters: Vec<Option<String>>,
    /// How many more parameters there are.
    pub more: u32,
}

/// In which way a statement was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As text; there may be several in it.
    Simple,
    /// Prepared, with parameters.
    Extended,
    /// More rows of one that was suspended.
    Continued,
    /// Prepared, and not run.
    Prepared,
    /// Not as a statement: a call of a function by its number, or another command of the protocol.
    Call,
}

/// The end of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The statement's number.
    pub number: u64,
    /// What the server calls what it did (`SELECT 5`), one for each statement of the text; the first ones.
    pub tags: Vec<String>,
    /// Rows that came out; for a copy the messages with its data.
    pub rows: u64,
    /// Bytes of those.
    pub bytes_out: u64,
    /// Bytes that a copy took in.
    pub bytes_in: u64,
    /// How long it took.
    pub millis: u64,
    /// How it ended.
    pub outcome: Outcome,
}

impl Ended {
    pub(crate) fn of(number: u64) -> Self {
        Self {
            number,
            tags: Vec::new(),
            rows: 0,
            bytes_out: 0,
            bytes_in: 0,
            millis: 0,
            outcome: Outcome::Done,
        }
    }
}

/// How a statement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server did it.
    Done,
    /// It gave as many rows as were asked for; there may be more.
    Suspended,
    /// The server did not do it, because something before it failed.
    Skipped,
    /// It failed.
    Failed(Failure),
    /// The session ended first.
    Unfinished,
}

/// As text; what is not UTF-8 is replaced.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// At most so many bytes of a text, and whether that is all of it.
pub(crate) fn cut(mut text: String, most: usize) -> (String, bool) {
    let whole = text.len() <= most;
    if !whole {
        text.truncate(text.floor_char_boundary(most));
    }
    (text, whole)
}
