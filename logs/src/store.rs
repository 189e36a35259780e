//! Records in files of a day, each chained to the one before it, and each day to the day before.
//!
//! A file is named `2026-11-24.001.log` (the day in UTC, and a part). It begins with [`MAGIC`] and the head of the file
//! before it, 32 zeros if there was none. A record is its length (four bytes, big-endian), its body
//! ([`crate::record`]) and its head: SHA-256 of the head before it, the length and the body. So the last head of a day
//! vouches for every byte before it.
//!
//! After a crash: what stands at the end and was never whole is cut, put aside beside the file (`.torn`), and a note in the
//! chain says how much it was. What is whole and does not verify is altered: it is not touched, [`verify()`] tells of it,
//! and records go on in another part, chained to the last head that held.

mod file;
mod retention;
mod verify;

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ids::{Digest, Timestamp};
use rustix::fs::{FlockOperation, flock};

use self::file::{HEADER, Reading, link, scan};
pub use self::file::{MAGIC, Name, Place, from_place, month, names, read_at, since};
pub use self::retention::{Deleted, Retention};
pub use self::verify::{Problem, Report, Sealed, verify};
use crate::record::Record;

/// Why records cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes here.
    #[error("another sekisho-logs writes to {}", .0.display())]
    InUse(PathBuf),
    /// The disk refused.
    #[error("{}: {cause}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// What was found at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// Bytes of a record that was never whole, put aside.
    pub torn: u64,
    /// Where in the last file what was kept was altered.
    pub altered: Option<u64>,
}

/// The one writer of a folder.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    last: Last,
    _lock: File,
}

/// The file that is written to.
#[derive(Debug)]
struct Last {
    name: Name,
    file: File,
    length: u64,
    /// How many records it holds.
    entries: u64,
    head: Digest,
}

impl Store {
    /// Opens a folder for writing, made if it is not there, and looks through its last file.
    ///
    /// # Errors
    /// If another process writes there, or the disk refuses.
    pub fn open(folder: &Path, now: Timestamp) -> Result<(Self, Found), StoreError> {
        let disk = at(folder);
        std::fs::create_dir_all(folder).map_err(&disk)?;
        let lock = lock(folder)?;
        let mut found = Found::default();
        let last = match names(folder).map_err(&disk)?.pop() {
            None => begin(folder, Name::first(now), Digest([0; 32])),
            Some(name) => go_on(folder, name, &mut found),
        };
        let mut store = Self {
            folder: folder.to_owned(),
            last: last.map_err(&disk)?,
            _lock: lock,
        };
        store.say_found(found, now)?;
        Ok((store, found))
    }

    /// Adds a record behind all others, and says where it stands. It is kept for certain after [`Store::sync`].
    ///
    /// # Errors
    /// If the disk refuses. What was written of it is taken back, or else found at the next start.
    pub fn append(&mut self, record: &Record) -> Result<Place, StoreError> {
        let name = Name::first(record.received);
        // A clock that was set back does not go back in the files.
        if name.day > self.last.name.day {
            self.sync()?;
            self.last = begin(&self.folder, name, self.last.head).map_err(at(&self.folder))?;
        }
        let last = &mut self.last;
        let (bytes, head) = link(last.head, &record.encode());
        if let Err(cause) = last.file.write_all(&bytes) {
            let _taken_back = last.file.set_len(last.length);
            return Err(at(&self.folder)(cause));
        }
        let place = Place {
            name: last.name,
            offset: last.length,
        };
        last.length += bytes.len() as u64;
        last.entries += 1;
        last.head = head;
        Ok(place)
    }

    /// Has the disk keep what was added.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.last.file.sync_data().map_err(at(&self.folder))
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The head of all that is kept, and where that ends.
    #[must_use]
    pub fn sealed(&self) -> Sealed {
        Sealed {
            name: self.last.name.to_string(),
            entries: self.last.entries,
            head: self.last.head,
        }
    }

    /// Where the next record will stand, if its day is not a new one.
    #[must_use]
    pub fn end(&self) -> Place {
        Place {
            name: self.last.name,
            offset: self.last.length,
        }
    }

    /// Deletes the oldest files until the rest is within `retention`, never the one that is written to. Each one's name,
    /// number of records, size and head are entered, and kept for certain, before it goes.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn retain(
        &mut self,
        retention: Retention,
        now: Timestamp,
    ) -> Result<Vec<Deleted>, StoreError> {
        let due = retention::due(&self.folder, self.last.name, retention, now)
            .map_err(at(&self.folder))?;
        for gone in &due {
            let _place = self.append(&Record::note(now, &gone.note()))?;
            self.sync()?;
            let path = self.folder.join(&gone.name);
            std::fs::remove_file(&path).map_err(at(&path))?;
        }
        Ok(due)
    }

    fn say_found(&mut self, found: Found, now: Timestamp) -> Result<(), StoreError> {
        if found.torn > 0 {
            let text = format!(
                "torn: {} bytes of an unfinished record were put aside",
                found.torn
            );
            let _place = self.append(&Record::note(now, &text))?;
        }
        if let Some(offset) = found.altered {
            let text =
                format!("altered: the file before this one does not verify from byte {offset} on");
            let _place = self.append(&Record::note(now, &text))?;
        }
        self.sync()
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |cause| StoreError::Disk {
        path: path.to_owned(),
        cause,
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .map_err(at(&path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(StoreError::InUse(folder.to_owned())),
    }
}

/// A new file behind `head`; its folder knows it for certain.
fn begin(folder: &Path, name: Name, head: Digest) -> io::Result<Last> {
    let path = folder.join(name.to_string());
    let mut file = OpenOptions::new()
        .create_new(true)
        .read(true)
        .append(true)
        .open(path)?;
    begun(&mut file, head)?;
    File::open(folder)?.sync_all()?;
    Ok(Last {
        name,
        file,
        length: HEADER,
        entries: 0,
        head,
    })
}

/// The newest file that was there, without what was never whole; or another one behind it, if it was altered.
fn go_on(folder: &Path, name: Name, found: &mut Found) -> io::Result<Last> {
    let path = folder.join(name.to_string());
    let read = scan(&path, |_, _| {})?;
    if let Some(offset) = read.altered {
        found.altered = Some(offset);
        return begin(folder, name.next_part(), read.head);
    }
    let mut file = OpenOptions::new().read(true).append(true).open(&path)?;
    let Reading { good, torn, .. } = read;
    if torn > 0 {
        found.torn = torn;
        put_aside(&path, good)?;
        file.set_len(good)?;
        file.sync_all()?;
    }
    if good >= HEADER {
        return Ok(Last {
            name,
            file,
            length: good,
            entries: read.entries,
            head: read.head,
        });
    }
    // The crash came before the file had its beginning.
    let head = before(folder, name)?;
    begun(&mut file, head)?;
    Ok(Last {
        name,
        file,
        length: HEADER,
        entries: 0,
        head,
    })
}

fn begun(file: &mut File, head: Digest) -> io::Result<()> {
    let mut beginning = MAGIC.to_vec();
    beginning.extend(head.0);
    file.write_all(&beginning)?;
    file.sync_all()
}

/// The head of the file before this one.
fn before(folder: &Path, name: Name) -> io::Result<Digest> {
    let earlier = names(folder)?.into_iter().rfind(|other| *other < name);
    match earlier {
        Some(earlier) => Ok(scan(&folder.join(earlier.to_string()), |_, _| {})?.head),
        None => Ok(Digest([0; 32])),
    }
}

/// Keeps what will be cut: it is evidence too.
fn put_aside(path: &Path, good: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut from = File::open(path)?;
    let _at = from.seek(SeekFrom::Start(good))?;
    let mut bytes = Vec::new();
    let _read = from
        .take(crate::record::LONGEST_RECORD as u64 + 64)
        .read_to_end(&mut bytes)?;
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{good}.torn"));
    std::fs::write(aside, bytes)
}
