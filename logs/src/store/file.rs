//! One file of records: its name, how it is read, and how a record is linked to the one before it.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use ids::{Digest, Timestamp};
use jiff::civil::Date;
use jiff::tz::Offset;
use sha2::{Digest as _, Sha256};

use crate::record::{LONGEST_RECORD, Record};

/// What a file begins with: its kind and version.
pub const MAGIC: &[u8; 8] = b"sklogs\x00\x01";

/// The bytes before the first record.
pub(super) const HEADER: u64 = 40;

/// The bytes of a record beside its body.
const AROUND: u64 = 4 + 32;

/// A day in UTC and a part of it. Parts there are after a file was found altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub(super) day: Date,
    pub(super) part: u16,
}

impl Name {
    pub(super) fn first(moment: Timestamp) -> Self {
        let moment = jiff::Timestamp::from_millisecond(moment.as_millis());
        let day = Offset::UTC.to_datetime(moment.unwrap_or_default()).date();
        Self { day, part: 1 }
    }

    pub(super) fn next_part(self) -> Self {
        Self {
            part: self.part.saturating_add(1),
            ..self
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (day, part) = text.strip_suffix(".log")?.split_once('.')?;
        let name = Self {
            day: day.parse().ok()?,
            part: part.parse().ok()?,
        };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}.log", self.day, self.part)
    }
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In which file.
    pub name: Name,
    /// At which byte.
    pub offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.offset)
    }
}

impl Place {
    /// As it was written.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (name, offset) = text.split_once(' ')?;
        Some(Self {
            name: Name::read(name)?,
            offset: offset.parse().ok()?,
        })
    }
}

/// The month of a moment in UTC, as `2026-11`.
#[must_use]
pub fn month(moment: Timestamp) -> String {
    let mut day = Name::first(moment).day.to_string();
    day.truncate(7);
    day
}

/// The files of a folder, oldest first.
///
/// # Errors
/// If the folder cannot be read.
pub fn names(folder: &Path) -> io::Result<Vec<Name>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.extend(entry?.file_name().to_str().and_then(Name::read));
    }
    names.sort();
    Ok(names)
}

/// A record as it is written behind `head`, and the head after it.
pub(super) fn link(head: Digest, body: &[u8]) -> (Vec<u8>, Digest) {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    let head = next(head, length, body);
    let mut bytes = Vec::with_capacity(body.len() + 36);
    bytes.extend(length);
    bytes.extend(body);
    bytes.extend(head.0);
    (bytes, head)
}

fn next(head: Digest, length: [u8; 4], body: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(head.0);
    hash.update(length);
    hash.update(body);
    Digest(hash.finalize().into())
}

/// What a file came to when it was read from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// The head that it begins with.
    pub(super) previous: Digest,
    /// The head of its last good record.
    pub(super) head: Digest,
    /// How many records are good.
    pub(super) entries: u64,
    /// How many bytes are.
    pub(super) good: u64,
    /// How many bytes at the end never were a whole record.
    pub(super) torn: u64,
    /// From which byte on it does not verify.
    pub(super) altered: Option<u64>,
}

/// Reads and verifies a file record by record, each with the head that covers it.
pub(super) fn scan(path: &Path, mut each: impl FnMut(Record, Digest)) -> io::Result<Reading> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let mut reading = Reading {
        previous: Digest([0; 32]),
        head: Digest([0; 32]),
        entries: 0,
        good: 0,
        torn: 0,
        altered: None,
    };
    if length < HEADER {
        reading.torn = length;
        return Ok(reading);
    }
    let mut magic = [0; 8];
    file.read_exact(&mut magic)?;
    file.read_exact(&mut reading.previous.0)?;
    reading.head = reading.previous;
    if magic != *MAGIC {
        reading.altered = Some(0);
        return Ok(reading);
    }
    reading.good = HEADER;
    while reading.good < length {
        let left = length - reading.good;
        match one(&mut file, left, reading.head)? {
            One::Good(record, bytes, head) => {
                each(record, head);
                reading.entries += 1;
                reading.good += bytes;
                reading.head = head;
            }
            One::Torn => {
                reading.torn = left;
                break;
            }
            One::Altered => {
                reading.altered = Some(reading.good);
                break;
            }
        }
    }
    Ok(reading)
}

enum One {
    Good(Record, u64, Digest),
    Torn,
    Altered,
}

fn one(file: &mut impl Read, left: u64, head: Digest) -> io::Result<One> {
    let mut length = [0; 4];
    if left < 4 {
        return Ok(One::Torn);
    }
    file.read_exact(&mut length)?;
    let size = u64::from(u32::from_be_bytes(length));
    if size == 0 {
        // A crash of the machine may leave a file longer than what was written to it.
        return Ok(if only_zeros(file)? {
            One::Torn
        } else {
            One::Altered
        });
    }
    if size > LONGEST_RECORD as u64 {
        return Ok(One::Altered);
    }
    if size + AROUND > left {
        return Ok(One::Torn);
    }
    let mut body = vec![0; usize::try_from(size).unwrap_or(LONGEST_RECORD)];
    file.read_exact(&mut body)?;
    let mut kept = Digest([0; 32]);
    file.read_exact(&mut kept.0)?;
    let wanted = next(head, length, &body);
    Ok(match Record::decode(&body) {
        Ok(record) if kept == wanted => One::Good(record, size + AROUND, wanted),
        _ => One::Altered,
    })
}

fn only_zeros(file: &mut impl Read) -> io::Result<bool> {
    let mut piece = [0; 4096];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(true),
            read if piece.iter().take(read).any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}

/// The record at a place. Its head is not looked at: [`super::verify()`] does.
///
/// # Errors
/// If it cannot be read, or none stands there.
pub fn read_at(folder: &Path, place: Place) -> io::Result<Record> {
    let mut file = File::open(folder.join(place.name.to_string()))?;
    let _at = file.seek(SeekFrom::Start(place.offset))?;
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let size = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if size > LONGEST_RECORD {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; size];
    file.read_exact(&mut body)?;
    Record::decode(&body).map_err(|cause| io::Error::new(io::ErrorKind::InvalidData, cause))
}

/// How many bytes are read of a file at once, but for the last record.
const MOST_READ: u64 = 16 << 20;

/// Up to `most` records from a place on, each with its offset, and the offset behind them. Their heads are not looked at.
/// Ends before what is not whole: it may be written just now.
///
/// # Errors
/// If the file cannot be read.
pub fn from_place(
    folder: &Path,
    place: Place,
    most: usize,
) -> io::Result<(Vec<(u64, Record)>, u64)> {
    let file = File::open(folder.join(place.name.to_string()))?;
    let length = file.metadata()?.len();
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let mut offset = place.offset.max(HEADER);
    let _at = file.seek(SeekFrom::Start(offset))?;
    let mut records = Vec::new();
    let most_bytes = offset.saturating_add(MOST_READ);
    while records.len() < most && offset < most_bytes && offset + 4 <= length {
        let mut size = [0; 4];
        file.read_exact(&mut size)?;
        let size = u64::from(u32::from_be_bytes(size));
        let next = offset + size + AROUND;
        if size > LONGEST_RECORD as u64 || next > length {
            break;
        }
        let mut body = vec![0; usize::try_from(size).unwrap_or(LONGEST_RECORD)];
        file.read_exact(&mut body)?;
        file.seek_relative(32)?;
        let Ok(record) = Record::decode(&body) else {
            break;
        };
        records.push((offset, record));
        offset = next;
    }
    Ok((records, offset))
}

/// Reads the records of the days from `from` on.
///
/// # Errors
/// If a file cannot be read.
pub fn since(folder: &Path, from: Timestamp, mut each: impl FnMut(Record)) -> io::Result<()> {
    let first = Name::first(from);
    for name in names(folder)?.into_iter().filter(|name| *name >= first) {
        let _reading = scan(&folder.join(name.to_string()), |record, _| {
            if record.received >= from {
                each(record);
            }
        })?;
    }
    Ok(())
}
