//! What a server answers, as far as the gateway reads it.

use super::Misbehaviour;
use super::misbehaviour::malformed;
use super::read::Fields;
use crate::statements::{Failure, MAX_SENTENCE, cut, lossy};

/// More results follow.
const MORE: u16 = 0x0008;
/// Rows are fetched one by one.
const CURSOR: u16 = 0x0040;
/// Something of the session is another.
const CHANGED: u16 = 0x4000;
/// What is another: the database.
const SCHEMA: u8 = 1;

/// Errors after which a server closes: it is being stopped, the connection was killed, nobody spoke for long.
const FATAL: [u16; 5] = [1053, 1080, 1152, 1927, 4031];

/// A statement without rows was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Rows that were changed.
    pub rows: u64,
    /// Whether more results follow.
    pub more: bool,
    /// The database that the session is in from here on, if it is another.
    pub schema: Option<String>,
    /// The message as a program reads it that is not told of such changes.
    pub untracked: Vec<u8>,
}

impl Done {
    /// Reads a message's body; `tracked`: whether such changes stand in it.
    ///
    /// # Errors
    /// If it is not one.
    pub fn read(body: &[u8], tracked: bool) -> Result<Self, Misbehaviour> {
        let wrong = || malformed("end of a statement");
        let mut fields = Fields(body);
        fields.u8().ok_or_else(wrong)?;
        let rows = fields.number().ok_or_else(wrong)?;
        fields.number().ok_or_else(wrong)?;
        let numbers = body.len() - fields.0.len();
        let status = fields.u16().ok_or_else(wrong)?;
        let warnings = fields.u16().ok_or_else(wrong)?;
        let mut read = Self {
            rows,
            more: status & MORE != 0,
            schema: None,
            untracked: body.to_vec(),
        };
        if !tracked {
            return Ok(read);
        }
        let remark = if fields.0.is_empty() {
            &[][..]
        } else {
            fields.counted().ok_or_else(wrong)?
        };
        let start = body.get(..numbers).unwrap_or_default();
        let status_alone = (status & !CHANGED).to_le_bytes();
        let warnings = warnings.to_le_bytes();
        read.untracked = [start, &status_alone, &warnings, remark].concat();
        if status & CHANGED != 0 {
            let mut changes = Fields(fields.counted().ok_or_else(wrong)?);
            while let Some(kind) = changes.u8() {
                let mut change = Fields(changes.counted().ok_or_else(wrong)?);
                if kind == SCHEMA {
                    read.schema = Some(lossy(change.counted().ok_or_else(wrong)?));
                }
            }
        }
        Ok(read)
    }
}

/// Columns, or rows, are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Whether more results follow.
    pub more: bool,
    /// Whether the rows are fetched one by one.
    pub cursor: bool,
}

impl End {
    /// Reads a message's body.
    pub fn read(body: &[u8]) -> Self {
        let mut fields = Fields(body.get(1..).unwrap_or_default());
        let _warnings = fields.u16();
        let status = fields.u16().unwrap_or(0);
        Self {
            more: status & MORE != 0,
            cursor: status & CURSOR != 0,
        }
    }
}

/// Reads the body of an error. What is not there is empty.
pub fn failure(body: &[u8]) -> Failure {
    let mut fields = Fields(body.get(1..).unwrap_or_default());
    let number = fields.u16().unwrap_or(0);
    let mut state = "HY000".to_owned();
    if let Some(rest) = fields.0.strip_prefix(b"#") {
        let (read, rest) = rest.split_at(rest.len().min(5));
        state = lossy(read);
        fields.0 = rest;
    }
    Failure {
        code: format!("{number} ({state})"),
        message: cut(lossy(fields.0), MAX_SENTENCE).0,
        fatal: FATAL.contains(&number),
    }
}

/// The first column of a row in text, if it is not null.
pub fn first_text(body: &[u8]) -> Option<String> {
    Fields(body).counted().map(lossy)
}
