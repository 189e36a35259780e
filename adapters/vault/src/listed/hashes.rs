//! Looking up a hash in a list of hashes, without reading the list.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use zeroize::Zeroizing;

/// Hex digits of a SHA-1 and of a SHA-256.
const SHA1_DIGITS: usize = 40;
const SHA256_DIGITS: usize = 64;

/// Digits that name a file of ranges.
const RANGE: usize = 5;

/// The longest line: a SHA-256, a colon, a count.
const LONGEST_LINE: u64 = 128;

/// Looks before a search gives up: a file of 2^63 bytes is halved so often.
const MOST_LOOKS: usize = 64;

/// Below this a search goes through what is left line by line, in bytes.
const LINE_BY_LINE: u64 = 4096;

/// The hashes of a password, in upper-case hex. They are as good as a short password itself: cleared.
pub(super) struct Wanted {
    sha1: Zeroizing<String>,
    sha256: Zeroizing<String>,
}

impl Wanted {
    pub(super) fn of(password: &str) -> Self {
        let hex = |algorithm| {
            let mut context = Context::new(algorithm);
            context.update(password.as_bytes());
            Zeroizing::new(data_encoding::HEXUPPER.encode(context.finish().as_ref()))
        };
        Self {
            sha1: hex(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: hex(&SHA256),
        }
    }

    /// The file of ranges that would have it, and the beginning of its line there.
    pub(super) fn in_ranges(&self) -> (String, Zeroizing<String>) {
        let (range, rest) = self.sha1.split_at(RANGE.min(self.sha1.len()));
        (format!("{range}.txt"), Zeroizing::new(rest.to_owned()))
    }

    fn with_digits(&self, digits: usize) -> Option<&str> {
        match digits {
            SHA1_DIGITS => Some(&self.sha1),
            SHA256_DIGITS => Some(&self.sha256),
            _ => None,
        }
    }
}

/// Whether a line is this hash, with a count or without.
pub(super) fn line_begins(file: File, rest: &str) -> io::Result<bool> {
    let mut lines = BufReader::new(file);
    loop {
        let Some(line) = line(&mut lines)? else {
            return Ok(false);
        };
        let digits = line.split(':').next().unwrap_or_default();
        if digits.eq_ignore_ascii_case(rest) {
            return Ok(true);
        }
    }
}

/// Whether a file of hashes in their order has one of the wanted ones.
pub(super) fn sorted(mut file: File, length: u64, wanted: &Wanted) -> io::Result<bool> {
    let Some((_, first)) = hash_after(&mut file, 0)? else {
        return Ok(false);
    };
    let wanted = wanted
        .with_digits(first.len())
        .ok_or_else(|| malformed(&first))?;
    let (mut low, mut high) = (0, length);
    let (mut least, mut greatest) = (first, None::<String>);
    for _ in 0..MOST_LOOKS {
        if high.saturating_sub(low) <= LINE_BY_LINE {
            break;
        }
        let middle = low + (high - low) / 2;
        let Some((_, found)) = hash_after(&mut file, middle)? else {
            high = middle;
            continue;
        };
        // Between what stands before it and what stands behind it, or the list is not in order.
        let in_order = found >= least && greatest.as_ref().is_none_or(|most| found <= *most);
        if !in_order || found.len() != wanted.len() {
            return Err(out_of_order());
        }
        match wanted.cmp(found.as_str()) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => (high, greatest) = (middle, Some(found)),
            std::cmp::Ordering::Greater => (low, least) = (middle, found),
        }
    }
    // What is left, and the line that begins in it.
    let mut at = low;
    while let Some((next, found)) = hash_after(&mut file, at)? {
        if found.as_str() >= wanted || at > high {
            return Ok(found == wanted);
        }
        at = next;
    }
    Ok(false)
}

/// The first whole line at or after a place, and where the line after it is looked for.
fn hash_after(file: &mut File, place: u64) -> io::Result<Option<(u64, String)>> {
    // One byte before: a place that is the beginning of a line has that line.
    let from = place.saturating_sub(1);
    file.seek(SeekFrom::Start(from))?;
    let mut lines = BufReader::with_capacity(512, file);
    let mut begins = from;
    if place > 0 {
        let mut cut = Vec::new();
        let read = lines
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut cut)?;
        begins += u64::try_from(read).unwrap_or(u64::MAX);
    }
    let Some(text) = line(&mut lines)? else {
        return Ok(None);
    };
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let digits = text.split(':').next().unwrap_or_default().trim();
    let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !hex || !matches!(digits.len(), SHA1_DIGITS | SHA256_DIGITS) {
        return Err(malformed(digits));
    }
    Ok(Some((begins + length, digits.to_ascii_uppercase())))
}

/// The next line with its end, as text; `None` at the end of the file.
fn line(lines: &mut impl io::BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = lines
        .by_ref()
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).map_err(|_| malformed("bytes that are no text"))?;
    Ok(Some(text))
}

fn malformed(found: &str) -> io::Error {
    let shown: String = found.chars().take(8).collect();
    io::Error::other(format!(
        "a line begins with a SHA-1 or SHA-256 in hex; one begins with {shown:?}"
    ))
}

fn out_of_order() -> io::Error {
    io::Error::other("its hashes are not in their order: fetch the list \"ordered by hash\"")
}
