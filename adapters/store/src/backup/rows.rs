//! A table as bytes: the names of its columns, then its rows.
//!
//! ```text
//! u32 length, column names, each followed by a newline
//! u32 length, row          … until the end
//! row: per column 0 | 1 i64 | 2 u32 length text | 3 u32 length bytes
//! ```
//!
//! All numbers are big-endian.

use std::io::{self, Read};

use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};

use super::ViewError;

/// The longest row, in bytes: an entry has 16 KiB at most, a sealed secret less than a MiB.
const LONGEST_ROW: usize = 4 << 20;
/// The longest list of columns.
const LONGEST_NAMES: usize = 4096;

/// One value of a row.
pub type Cell = Value;

/// The bytes are no table.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// They could not be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// They are not in the form that a backup has.
    #[error("a table of the backup is malformed: {0}")]
    Malformed(&'static str),
    /// The rows were not taken.
    #[error("{0}")]
    NotTaken(String),
}

pub(super) fn write_table(
    connection: &Connection,
    table: &str,
    to: &mut dyn io::Write,
) -> Result<u64, ViewError> {
    let (names, order) = columns(connection, table)?;
    let listed = names.iter().map(|name| format!("\"{name}\""));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let mut head = names.join("\n").into_bytes();
    head.push(b'\n');
    put(to, &head)?;
    let mut select = connection.prepare(&format!(
        "SELECT {listed} FROM \"{table}\" ORDER BY {order}"
    ))?;
    let mut rows = select.query([])?;
    let (mut bytes, mut count) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        bytes.clear();
        for column in 0..names.len() {
            encode(row.get_ref(column)?, &mut bytes)?;
        }
        put(to, &bytes)?;
        count += 1;
    }
    Ok(count)
}

/// A table's columns, and by which it is put in order.
fn columns(connection: &Connection, table: &str) -> Result<(Vec<String>, String), ViewError> {
    let mut names = Vec::new();
    connection.pragma(None, "table_info", table, |row| {
        names.push(row.get::<_, String>(1)?);
        Ok(())
    })?;
    let sound = |name: &String| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if names.is_empty() || !names.iter().all(sound) {
        return Err(ViewError::NotVerified(format!(
            "the table {table} is not ours"
        )));
    }
    let first = names.first().cloned().unwrap_or_default();
    Ok((names, format!("\"{first}\"")))
}

fn encode(value: ValueRef<'_>, to: &mut Vec<u8>) -> io::Result<()> {
    let (tag, bytes) = match value {
        ValueRef::Null => {
            to.push(0);
            return Ok(());
        }
        ValueRef::Integer(number) => {
            to.push(1);
            to.extend_from_slice(&number.to_be_bytes());
            return Ok(());
        }
        ValueRef::Text(text) => (2, text),
        ValueRef::Blob(bytes) => (3, bytes),
        ValueRef::Real(_) => return Err(io::Error::other("a table of ours has no fractions")),
    };
    to.push(tag);
    to.extend_from_slice(&length(bytes)?);
    to.extend_from_slice(bytes);
    Ok(())
}

fn put(to: &mut dyn io::Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&length(bytes)?)?;
    to.write_all(bytes)
}

fn length(bytes: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(bytes.len()).ok();
    let short = length.filter(|_| bytes.len() <= LONGEST_ROW);
    let length = short.ok_or_else(|| io::Error::other("a row of more than 4 MiB"))?;
    Ok(length.to_be_bytes())
}

/// Reads a table: first its columns are shown, then each row.
///
/// # Errors
/// If the bytes are no table, or what is shown is not taken.
pub fn read_rows<T>(
    from: &mut dyn Read,
    begin: impl FnOnce(&[String]) -> Result<T, String>,
    mut each: impl FnMut(&mut T, Vec<Cell>) -> Result<(), String>,
) -> Result<T, RowsError> {
    let mut bytes = Vec::new();
    if !take(from, LONGEST_NAMES, &mut bytes)? {
        return Err(RowsError::Malformed("it has no columns"));
    }
    let names = String::from_utf8(bytes.clone())
        .map_err(|_| RowsError::Malformed("the name of a column is not text"))?;
    let names: Vec<String> = names.lines().map(str::to_owned).collect();
    let mut taken = begin(&names).map_err(RowsError::NotTaken)?;
    while take(from, LONGEST_ROW, &mut bytes)? {
        let row = decode(&bytes, names.len()).ok_or(RowsError::Malformed("a row"))?;
        each(&mut taken, row).map_err(RowsError::NotTaken)?;
    }
    Ok(taken)
}

/// The next record; false at the end.
fn take(from: &mut dyn Read, longest: usize, into: &mut Vec<u8>) -> Result<bool, RowsError> {
    let mut length = [0; 4];
    if from.read(length.get_mut(..1).unwrap_or_default())? == 0 {
        return Ok(false);
    }
    from.read_exact(length.get_mut(1..).unwrap_or_default())?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > longest {
        return Err(RowsError::Malformed("a row is too long"));
    }
    into.clear();
    into.resize(length, 0);
    from.read_exact(into)?;
    Ok(true)
}

fn decode(mut bytes: &[u8], columns: usize) -> Option<Vec<Cell>> {
    let mut cells = Vec::with_capacity(columns.min(64));
    for _ in 0..columns {
        let (tag, rest) = bytes.split_first()?;
        let (cell, rest) = match tag {
            0 => (Value::Null, rest),
            1 => {
                let (number, rest) = rest.split_first_chunk::<8>()?;
                (Value::Integer(i64::from_be_bytes(*number)), rest)
            }
            2 | 3 => {
                let (length, rest) = rest.split_first_chunk::<4>()?;
                let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
                let (content, rest) = rest.split_at_checked(length)?;
                let cell = match tag {
                    2 => Value::Text(String::from_utf8(content.to_vec()).ok()?),
                    _ => Value::Blob(content.to_vec()),
                };
                (cell, rest)
            }
            _ => return None,
        };
        cells.push(cell);
        bytes = rest;
    }
    bytes.is_empty().then_some(cells)
}
