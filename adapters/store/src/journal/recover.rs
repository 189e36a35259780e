//! What an earlier run left behind.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use ids::{SessionId, SiteId};
use recording::Kind;

use super::files::Files;
use super::walk::{Stretch, Walk};
use super::writing::journal_file;
use super::{Damage, DamageKind, Interrupted, Recovered};
use crate::lock::{NotLocked, SiteLock};

/// The journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenJournalError {
    /// Another process has it.
    #[error("the journal in {0:?} is in use by another process")]
    InUse(PathBuf),
    /// A file operation failed.
    #[error("{path:?}: {error}")]
    File {
        /// On which file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
}

impl OpenJournalError {
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }
}

/// What was found.
pub(super) struct Found {
    /// Journal files and their lengths.
    pub(super) files: BTreeMap<u64, u64>,
    /// The last file with frames of a session, by the session's number.
    pub(super) last_file: BTreeMap<u64, u64>,
    pub(super) site: SiteId,
    pub(super) recovered: Recovered,
    pub(super) lock: SiteLock,
}

#[derive(Default)]
struct Seen {
    frames: u64,
    last_at: Option<ids::Timestamp>,
    ended: bool,
}

/// Reads the journal's frame headers, without any key: quick, and enough to know what was cut.
pub(super) fn recover(dir: &Path, site: &SiteId, files: &Files) -> Result<Found, OpenJournalError> {
    let folder = dir.join("journal");
    for folder in [&folder, &dir.join("recordings")] {
        make_folder(folder).map_err(OpenJournalError::at(folder))?;
    }
    files.sync_folder(dir).map_err(OpenJournalError::at(dir))?;
    let mut found = Found {
        files: BTreeMap::new(),
        last_file: BTreeMap::new(),
        site: site.clone(),
        recovered: Recovered::default(),
        lock: take_lock(&folder)?,
    };
    // What is there is reserved anew, whole.
    let _ = std::fs::remove_file(folder.join("reserve"));
    let mut seen = BTreeMap::<u64, Seen>::new();
    let numbers = journal_numbers(&folder).map_err(OpenJournalError::at(&folder))?;
    for number in numbers {
        let path = journal_file(&folder, number);
        let length = found
            .scan(&path, number, files, &mut seen)
            .map_err(OpenJournalError::at(&path))?;
        found.files.insert(number, length);
        found.recovered.waiting = found.recovered.waiting.saturating_add(length);
    }
    for (session, seen) in seen {
        if let (false, Some(last_at)) = (seen.ended, seen.last_at) {
            found.recovered.interrupted.push(Interrupted {
                session: SessionId::new(site, session),
                frames: seen.frames,
                last_at,
            });
        }
    }
    Ok(found)
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn take_lock(folder: &Path) -> Result<SiteLock, OpenJournalError> {
    SiteLock::take(folder).map_err(|cause| match cause {
        NotLocked::Held(_) => OpenJournalError::InUse(folder.to_owned()),
        NotLocked::Unavailable(error) => OpenJournalError::at(&folder.join("lock"))(error),
    })
}

fn journal_numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".sekj"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Found {
    /// The number of the first file that this run begins.
    pub(super) fn next_file(&self) -> u64 {
        self.files.keys().next_back().map_or(1, |last| last + 1)
    }

    fn scan(
        &mut self,
        path: &Path,
        number: u64,
        files: &Files,
        seen: &mut BTreeMap<u64, Seen>,
    ) -> io::Result<u64> {
        let file = File::open(path)?;
        // After a crash of the process alone its frames may be in memory only.
        files.sync(&file)?;
        let length = file.metadata()?.len();
        let mut walk = Walk::new(file, files.clone(), 1 << 14, length);
        while let Some(stretch) = walk.step()? {
            match stretch {
                Stretch::Frame(header) => {
                    let seen = seen.entry(header.session).or_default();
                    seen.frames = header.number.saturating_add(1);
                    seen.last_at = Some(header.at);
                    seen.ended |= header.kind == Kind::End;
                    self.last_file.insert(header.session, number);
                }
                Stretch::Damaged { from, to, torn } => {
                    self.recovered.damage.push(Damage {
                        file: number,
                        from,
                        to,
                        what: if torn {
                            DamageKind::Torn
                        } else {
                            DamageKind::NotFrames
                        },
                    });
                }
            }
        }
        Ok(length)
    }
}
