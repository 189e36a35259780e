//! What the target answers.

use ids::Timestamp;

use super::{Answer, Expected, MOST_PREPARED, Tracker};
use crate::mysql::misbehaviour::malformed;
use crate::mysql::read::Fields;
use crate::mysql::{Done, End, Misbehaviour, failure};
use crate::statements::{Ended, Failure, How, Outcome, Statement, Told};

/// Tags of one text that are kept.
const MOST_TAGS: usize = 16;

/// The most columns that a server gives.
const MOST_COLUMNS: u64 = 65_535;

/// What a message is, by its first byte and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mysql) enum Kind {
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// The end of columns or rows.
    End,
    /// How many columns there are.
    Count,
    /// A statement was prepared.
    Prepared,
    /// A column, a row, a line: it is not read.
    Passes,
}

/// The longest body of what ends columns or rows: a longer one that begins alike is a row.
const LONGEST_END: u32 = 8;

impl Tracker {
    /// What a message is that begins with this byte and is so long.
    pub(in crate::mysql) fn kind(&self, first: u8, length: u32) -> Result<Kind, Misbehaviour> {
        let is_end = first == 0xfe && length <= LONGEST_END;
        let unexpected = Err(Misbehaviour::Unexpected { kind: first });
        // A failure has its place everywhere: why the server ends the session, if nowhere else.
        if first == 0xff {
            return Ok(Kind::Failed);
        }
        match &self.expected {
            Expected::Nothing => unexpected,
            Expected::Answer(Answer::Result { .. }) => match first {
                0x00 => Ok(Kind::Done),
                0xfb => Err(Misbehaviour::AsksForFile),
                0xfe => unexpected,
                _ => Ok(Kind::Count),
            },
            Expected::Answer(Answer::Done) => match first {
                0x00 => Ok(Kind::Done),
                _ => unexpected,
            },
            Expected::Answer(Answer::Prepared) => match first {
                0x00 => Ok(Kind::Prepared),
                _ => unexpected,
            },
            Expected::Answer(Answer::Line) => Ok(Kind::Passes),
            Expected::Answer(Answer::End) => match first {
                0x00 => Ok(Kind::Done),
                _ if is_end => Ok(Kind::End),
                _ => unexpected,
            },
            Expected::Columns { .. } | Expected::Prepared { .. } => Ok(Kind::Passes),
            Expected::ColumnsEnd(_) | Expected::PreparedEnd { .. } if is_end => Ok(Kind::End),
            Expected::ColumnsEnd(_) | Expected::PreparedEnd { .. } => unexpected,
            Expected::Rows if is_end => Ok(Kind::End),
            Expected::Rows => Ok(Kind::Passes),
        }
    }

    /// A message that is not read, of so many bytes, passed whole.
    pub(in crate::mysql) fn passed(&mut self) {
        match &mut self.expected {
            Expected::Columns { left, answer } => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.expected = Expected::ColumnsEnd(*answer);
                    self.columns_said();
                }
            }
            Expected::Prepared { left, then } => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.expected = Expected::PreparedEnd { then: *then };
                }
            }
            Expected::Rows => {
                if let Some(run) = &mut self.run {
                    run.ended.rows = run.ended.rows.saturating_add(1);
                }
            }
            Expected::Answer(_) => self.expected = Expected::Nothing,
            Expected::Nothing | Expected::ColumnsEnd(_) | Expected::PreparedEnd { .. } => {}
        }
    }

    /// So many bytes of rows came out.
    pub(in crate::mysql) fn came_out(&mut self, bytes: u64) {
        if let (Expected::Rows, Some(run)) = (&self.expected, &mut self.run) {
            run.ended.bytes_out = run.ended.bytes_out.saturating_add(bytes);
        }
    }

    /// A statement without rows is done.
    pub(in crate::mysql) fn done(&mut self, done: &Done, now: Timestamp) {
        self.tag(format!("OK {}", done.rows));
        if done.more {
            self.expected = Expected::Answer(Answer::Result { cursor: false });
        } else {
            self.settled(Outcome::Done, now);
        }
    }

    /// How many columns there are.
    pub(in crate::mysql) fn counted(&mut self, body: &[u8]) -> Result<(), Misbehaviour> {
        let left = Fields(body).number();
        let left = left.filter(|left| (1..=MOST_COLUMNS).contains(left));
        let left = left.ok_or_else(|| malformed("number of columns"))?;
        if let Expected::Answer(answer) = self.expected {
            self.expected = Expected::Columns { left, answer };
            self.result_begins();
        }
        Ok(())
    }

    /// Columns or rows are over.
    pub(in crate::mysql) fn ended(&mut self, end: End, now: Timestamp) {
        match self.expected {
            Expected::ColumnsEnd(Answer::Result { cursor: true }) if end.cursor => {
                self.tag("CURSOR".to_owned());
                self.settled(Outcome::Suspended, now);
            }
            Expected::ColumnsEnd(_) => self.expected = Expected::Rows,
            Expected::PreparedEnd { then: 0 } => self.settled(Outcome::Done, now),
            Expected::PreparedEnd { then } => {
                self.expected = Expected::Prepared {
                    left: then,
                    then: 0,
                };
            }
            Expected::Rows => {
                let rows = self.run.as_ref().map_or(0, |run| run.ended.rows);
                self.tag(format!("ROWS {rows}"));
                if end.more {
                    self.expected = Expected::Answer(Answer::Result { cursor: false });
                } else {
                    self.settled(Outcome::Done, now);
                }
            }
            Expected::Nothing
            | Expected::Answer(_)
            | Expected::Columns { .. }
            | Expected::Prepared { .. } => self.settled(Outcome::Done, now),
        }
    }

    /// A statement was prepared: its number, its columns, its parameters.
    pub(in crate::mysql) fn prepared(
        &mut self,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Misbehaviour> {
        let mut fields = Fields(body.get(1..).unwrap_or_default());
        let read = (fields.u32(), fields.u16(), fields.u16());
        let (Some(number), Some(columns), Some(parameters)) = read else {
            return Err(malformed("prepared statement"));
        };
        let mut prepared = self.preparing.take().unwrap_or_default();
        prepared.parameters = parameters;
        if self.prepared.len() >= MOST_PREPARED && !self.prepared.contains_key(&number) {
            self.prepared.pop_first();
        }
        self.prepared.insert(number, prepared);
        self.last_prepared = number;
        match (parameters, columns) {
            (0, 0) => self.settled(Outcome::Done, now),
            (0, left) => self.expected = Expected::Prepared { left, then: 0 },
            (left, then) => self.expected = Expected::Prepared { left, then },
        }
        Ok(())
    }

    /// Something failed: what was asked, or the session.
    pub(in crate::mysql) fn failed(&mut self, body: &[u8], now: Timestamp) {
        let failure = failure(body);
        if let Some(prepared) = self.preparing.take() {
            self.not_prepared(&prepared.text, prepared.whole, failure);
        } else if self.run.is_some() {
            self.end(Outcome::Failed(failure), now);
        } else {
            self.told.push(Told::Said(failure));
        }
        self.expected = Expected::Nothing;
    }

    fn not_prepared(&mut self, text: &str, whole: bool, failure: Failure) {
        let number = self.number();
        self.told.push(Told::Began(Statement {
            number,
            how: How::Prepared,
            text: text.to_owned(),
            whole,
            parameters: Vec::new(),
            more: 0,
        }));
        let mut ended = Ended::of(number);
        ended.outcome = Outcome::Failed(failure);
        self.told.push(Told::Ended(ended));
    }

    fn settled(&mut self, outcome: Outcome, now: Timestamp) {
        self.expected = Expected::Nothing;
        self.end(outcome, now);
    }

    fn tag(&mut self, tag: String) {
        if let Some(run) = &mut self.run
            && run.ended.tags.len() < MOST_TAGS
        {
            run.ended.tags.push(tag);
        }
    }
}
