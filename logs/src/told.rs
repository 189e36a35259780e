//! What is told to the gateway: findings, and heads that it enters in its ledger.
//!
//! Lines of JSON in `told/`, a file a month, for whoever may read that folder and nothing else of ours. The gateway remembers
//! how far it read: a line is written once and never changed. What cannot be written here is in the logs all the same.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ids::{Digest, Timestamp};
use serde::Serialize;
use watch::Rule;

use crate::store::{Retention, month};

/// The folder, under that of the logs.
pub const FOLDER: &str = "told";

/// The longest name of a device or a machine that is told.
const LONGEST_NAME: usize = 64;

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// A rule saw something.
    Found {
        /// Which.
        rule: Rule,
        /// At which device or machine, as the settings or its own log name it.
        device: String,
        /// How often.
        count: u64,
        /// The first time, in milliseconds since 1970.
        first: i64,
        /// The last time.
        last: i64,
    },
    /// All that was kept up to a record.
    Sealed {
        /// In which file it stands.
        file: String,
        /// The how manieth of that file it is.
        entries: u64,
        /// The digest that covers it and all before it.
        head: Digest,
    },
}

impl Telling {
    /// A finding. A name that is too long, or that a terminal would not show, is cut or replaced.
    #[must_use]
    pub fn found(
        rule: Rule,
        device: &str,
        count: u64,
        (first, last): (Timestamp, Timestamp),
    ) -> Self {
        let device = crate::shown::shown(device.as_bytes());
        Self::Found {
            rule,
            device: device.chars().take(LONGEST_NAME).collect(),
            count,
            first: first.as_millis(),
            last: last.as_millis(),
        }
    }
}

#[derive(Serialize)]
struct Line<'t> {
    at: i64,
    #[serde(flatten)]
    told: &'t Telling,
}

/// Adds lines, for certain.
///
/// # Errors
/// If the disk refuses.
pub fn tell(folder: &Path, now: Timestamp, all: &[Telling]) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let told = folder.join(FOLDER);
    std::fs::create_dir_all(&told)?;
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .mode(0o640)
        .open(told.join(format!("{}.jsonl", month(now))))?;
    let mut lines = Vec::new();
    // What a crash left of a line is ended, so that it spoils no other.
    if !ends_with_a_line(&mut file)? {
        lines.push(b'\n');
    }
    for told in all {
        let at = now.as_millis();
        serde_json::to_writer(&mut lines, &Line { at, told })?;
        lines.push(b'\n');
    }
    // In one piece: the receiver and somebody who brings a file may tell at the same time.
    file.write_all(&lines)?;
    file.sync_data()?;
    File::open(&told)?.sync_all()
}

fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let _at = file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Deletes the months that are older than the logs may be.
///
/// # Errors
/// If the disk refuses.
pub fn retain(folder: &Path, retention: Retention, now: Timestamp) -> io::Result<()> {
    let told = folder.join(FOLDER);
    if !told.exists() {
        return Ok(());
    }
    let days = u64::from(retention.days);
    let oldest = month(now.minus(std::time::Duration::from_secs(days * 86_400)));
    let over = |path: &PathBuf| {
        let name = path.file_stem().and_then(|name| name.to_str());
        name.is_some_and(|name| name.len() == oldest.len() && *name < *oldest)
    };
    for entry in std::fs::read_dir(&told)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "jsonl") && over(&path) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ids::{Digest, Timestamp};
    use tempfile::TempDir;
    use watch::Rule;

    use super::{FOLDER, Telling, retain, tell};
    use crate::store::Retention;

    /// 2027-01-15 in UTC.
    fn now() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    fn read(folder: &TempDir) -> String {
        std::fs::read_to_string(folder.path().join(FOLDER).join("2027-01.jsonl")).unwrap()
    }

    #[test]
    fn each_line_says_one_thing_and_what_a_crash_left_spoils_no_other() {
        let folder = TempDir::new().unwrap();
        let found = Telling::found(Rule::LogSilent, "fw\u{202e}\n1", 2, (now(), now()));
        tell(folder.path(), now(), std::slice::from_ref(&found)).unwrap();
        let path = folder.path().join(FOLDER).join("2027-01.jsonl");
        std::fs::write(&path, read(&folder) + "{\"at\":18").unwrap();
        let sealed = Telling::Sealed {
            file: "2027-01-15.001.log".to_owned(),
            entries: 3,
            head: Digest([1; 32]),
        };
        tell(folder.path(), now(), &[sealed, found]).unwrap();
        let text = read(&folder);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[0],
            "{\"at\":1800000000000,\"found\":{\"rule\":\"log-silent\",\"device\":\"fw\u{fffd}\u{fffd}1\",\"count\":2,\"first\":1800000000000,\"last\":1800000000000}}"
        );
        assert_eq!(lines[0], lines[3]);
        assert!(lines[2].starts_with("{\"at\":1800000000000,\"sealed\":{\"file\":"));
    }

    #[test]
    fn months_that_are_older_than_the_logs_are_deleted_and_nothing_else() {
        let folder = TempDir::new().unwrap();
        let told = folder.path().join(FOLDER);
        std::fs::create_dir(&told).unwrap();
        for name in ["2025-11.jsonl", "2025-12.jsonl", "2026-12.jsonl", "notes"] {
            std::fs::write(told.join(name), "").unwrap();
        }
        let year = Retention {
            days: 400,
            bytes: u64::MAX,
        };
        retain(folder.path(), year, now()).unwrap();
        let left = std::fs::read_dir(&told).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["2025-12.jsonl", "2026-12.jsonl", "notes"]);
    }
}
