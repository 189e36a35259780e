//! Lists of passwords that are tried first: those with which devices are delivered, written here, and those
//! that the operator puts into the site's folder [`FOLDER`]. Nothing is asked of a network.
//!
//! Three forms are read, as they are published:
//! - `NAME.txt`: one SHA-1 or SHA-256 in hex per line, in their order, each with `:` and a count or without
//!   (Pwned Passwords "ordered by hash", one file of tens of gigabytes). It is searched in place: a look-up
//!   reads some fifty lines.
//! - `NAME/ABCDE.txt`: the ranges of the same list, one file for each beginning of five digits, with the
//!   other thirty-five per line (what its downloader writes by default).
//! - `NAME.words`: one password per line, in UTF-8.
//!
//! Trusted to say what stands in a file. Not trusted to be whole or honest: a list out of order is found out
//! where a look-up meets it, and is named.

mod delivered;
mod hashes;

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use hashes::Wanted;

/// The folder of the lists, inside a site's directory.
pub const FOLDER: &str = "leaked-passwords";

/// The most lists that are looked at.
const MOST_LISTS: usize = 32;

/// The longest list of words, in bytes: it is read whole at every look-up.
const LONGEST_WORDS: u64 = 64 << 20;

/// A list could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the list of passwords {path} cannot be used: {what}")]
pub struct BadList {
    /// Which file or folder.
    pub path: PathBuf,
    /// What is wrong with it, and what was expected.
    pub what: String,
}

/// The lists of one site.
#[derive(Debug, Clone)]
pub struct Lists {
    folder: PathBuf,
}

impl Lists {
    /// The lists in a site's directory. There may be none.
    pub fn of(site_dir: &Path) -> Self {
        Self {
            folder: site_dir.join(FOLDER),
        }
    }

    /// The names of the lists that are there.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, BadList> {
        let lists = self.lists()?;
        let names = lists.iter().filter_map(|path| path.file_name());
        Ok(names
            .map(|name| name.to_string_lossy().into_owned())
            .collect())
    }

    /// Whether a password stands on a list: as it is, or, on lists of words, in other capitals.
    ///
    /// # Errors
    /// If a list could not be used and no other one has it.
    pub fn has(&self, password: &str) -> Result<bool, BadList> {
        if delivered::has(password) {
            return Ok(true);
        }
        let wanted = Wanted::of(password);
        let mut bad = None;
        for path in self.lists()? {
            match has(&path, password, &wanted) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(cause) => bad = bad.or(Some(cause)),
            }
        }
        bad.map_or(Ok(false), Err)
    }

    fn lists(&self) -> Result<Vec<PathBuf>, BadList> {
        let bad = |cause: io::Error| bad(&self.folder, &cause);
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(bad(cause)),
        };
        let mut lists = Vec::new();
        for entry in entries.take(MOST_LISTS) {
            let entry = entry.map_err(bad)?;
            // What editors and file systems leave behind is no list.
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                lists.push(entry.path());
            }
        }
        lists.sort();
        Ok(lists)
    }
}

fn has(path: &Path, password: &str, wanted: &Wanted) -> Result<bool, BadList> {
    let failed = |cause: io::Error| bad(path, &cause);
    let meta = std::fs::metadata(path).map_err(failed)?;
    if meta.is_dir() {
        let (file, rest) = wanted.in_ranges();
        return match File::open(path.join(file)) {
            Ok(file) => hashes::line_begins(file, &rest).map_err(failed),
            // Every range is there when a list is whole; a part of one still says what it has.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(failed(cause)),
        };
    }
    let file = File::open(path).map_err(failed)?;
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("words") => words(file, password).map_err(failed),
        Some("txt") => hashes::sorted(file, meta.len(), wanted).map_err(failed),
        _ => Err(BadList {
            path: path.to_owned(),
            what: "a list ends with .txt (hashes in order) or .words, or is a folder of ranges"
                .to_owned(),
        }),
    }
}

fn words(file: File, password: &str) -> io::Result<bool> {
    let lower = Zeroizing::new(password.to_lowercase());
    for line in BufReader::new(file.take(LONGEST_WORDS)).split(b'\n') {
        let line = line?;
        let word = String::from_utf8_lossy(&line);
        let word = word.trim();
        if !word.is_empty() && (word == password || word.to_lowercase() == *lower) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn bad(path: &Path, cause: &dyn std::fmt::Display) -> BadList {
    BadList {
        path: path.to_owned(),
        what: cause.to_string(),
    }
}

#[cfg(test)]
mod tests;
