//! Looks whether everything that was kept is there and unaltered.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use ids::Digest;

use super::file::{names, scan};
use super::retention::Deleted;
use crate::record::Way;

/// A file that was read, and the head that vouches for it and all before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its name.
    pub name: String,
    /// How many records it holds.
    pub entries: u64,
    /// The head of its last good record.
    pub head: Digest,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// From this byte on a file is not what was written.
    Altered {
        /// Which.
        name: String,
        /// From where.
        offset: u64,
    },
    /// A file ends in the middle of a record. The next start puts that aside; while records are written it is ordinary.
    Torn {
        /// Which.
        name: String,
        /// How many bytes.
        bytes: u64,
    },
    /// A file does not follow the one that stands before it: one between them is gone, or one was put in another's place.
    OutOfChain {
        /// Which.
        name: String,
    },
    /// Up to this record a file is not what was told to somebody else, or it is gone without a note.
    NotAsTold {
        /// Which.
        name: String,
        /// Up to which of its records.
        entries: u64,
    },
    /// The oldest file follows one of which no note says that it was deleted.
    BeginningGone {
        /// The oldest.
        name: String,
    },
}

/// What there is, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Each file, oldest first. Their heads are what is to be anchored elsewhere: whoever can write this folder can make a
    /// whole chain anew.
    pub heads: Vec<Sealed>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Reads every file, and holds it against heads that stand elsewhere.
///
/// # Errors
/// If the folder or a file cannot be read.
pub fn verify(folder: &Path, told: &[Sealed]) -> io::Result<Report> {
    let mut report = Report::default();
    let mut deleted = BTreeSet::new();
    let mut names_deleted = BTreeSet::new();
    let mut confirmed = BTreeSet::new();
    let mut first = None;
    let mut before: Option<Digest> = None;
    for name in names(folder)? {
        let path = folder.join(name.to_string());
        let name = name.to_string();
        let told_of_it: BTreeMap<u64, Digest> = told
            .iter()
            .filter(|told| told.name == name)
            .map(|told| (told.entries, told.head))
            .collect();
        let mut entries = 0;
        let reading = scan(&path, |record, head| {
            entries += 1;
            if told_of_it.get(&entries) == Some(&head) {
                confirmed.insert((name.clone(), entries));
            }
            if record.sender.way == Way::Own {
                let note = std::str::from_utf8(&record.bytes).ok();
                if let Some((name, head)) = note.and_then(Deleted::read) {
                    deleted.insert(head);
                    names_deleted.insert(name.to_owned());
                }
            }
        })?;
        match before {
            None => first = Some((name.clone(), reading.previous)),
            Some(before) if before != reading.previous => {
                report
                    .problems
                    .push(Problem::OutOfChain { name: name.clone() });
            }
            Some(_) => {}
        }
        before = Some(reading.head);
        if let Some(offset) = reading.altered {
            report.problems.push(Problem::Altered {
                name: name.clone(),
                offset,
            });
        }
        if reading.torn > 0 {
            report.problems.push(Problem::Torn {
                name: name.clone(),
                bytes: reading.torn,
            });
        }
        report.heads.push(Sealed {
            name,
            entries: reading.entries,
            head: reading.head,
        });
    }
    if let Some((name, previous)) = first
        && previous != Digest([0; 32])
        && !deleted.contains(&previous)
    {
        report.problems.push(Problem::BeginningGone { name });
    }
    let holds = |told: &&Sealed| {
        let stands = told.entries == 0 || confirmed.contains(&(told.name.clone(), told.entries));
        stands || names_deleted.contains(&told.name)
    };
    let missed = told.iter().filter(|told| !holds(told));
    report
        .problems
        .extend(missed.map(|told| Problem::NotAsTold {
            name: told.name.clone(),
            entries: told.entries,
        }));
    Ok(report)
}
