//! What a person brought waits in `incoming/` until it is among the others: one process alone writes the chain, and whoever
//! brings a file does not wait for it.
//!
//! A file there is whole or not there. It is named by when it was brought and the digest of what was, and holds the records as they will be kept,
//! each behind its length. Beside it stands where the chain ended when its first record was added: after a crash what had been
//! added by then is found from there on, and nothing is added twice.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use ids::{Digest, Timestamp};

use crate::record::{LONGEST_RECORD, Record};
use crate::store::{Place, Store, StoreError, from_place, names};

const FOLDER: &str = "incoming";
const READY: &str = "ready";
const BEGUN: &str = "begun";
const ASIDE: &str = "aside";

/// Records that are read back at once.
const A_PAGE: usize = 4_096;

/// Records that are being laid down; nothing is left of them if they are not [`Laying::done`].
#[derive(Debug)]
pub struct Laying {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Laying {
    /// Begins to lay down what came with the file of this digest.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn begin(folder: &Path, now: Timestamp, brought: Digest) -> io::Result<Self> {
        let incoming = folder.join(FOLDER);
        std::fs::create_dir_all(&incoming)?;
        // The oldest is the first by its name, too.
        let path = incoming.join(format!("{:013}-{brought}.{READY}", now.as_millis()));
        let file = File::create(path.with_extension("part"))?;
        Ok(Self {
            path,
            file: Some(BufWriter::with_capacity(256 * 1024, file)),
        })
    }

    /// One more.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn add(&mut self, record: &Record) -> io::Result<()> {
        let body = record.encode();
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let file = self.file.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        file.write_all(&length.to_be_bytes())?;
        file.write_all(&body)
    }

    /// From here on they are taken in.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn done(mut self) -> io::Result<()> {
        let file = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(self.path.with_extension("part"), &self.path)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for Laying {
    fn drop(&mut self) {
        if self.file.is_some() {
            let _gone = std::fs::remove_file(self.path.with_extension("part"));
        }
    }
}

/// Records that are being taken in.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
    file: BufReader<File>,
}

impl Incoming {
    /// The next ones that wait, without those that a process before this one had taken in.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn next(folder: &Path, store: &mut Store) -> Result<Option<Self>, StoreError> {
        let Some(path) = waiting(folder).map_err(at(folder))? else {
            return Ok(None);
        };
        let file = File::open(&path).map_err(at(&path))?;
        let mut incoming = Self {
            file: BufReader::with_capacity(256 * 1024, file),
            path,
        };
        let begun = incoming.path.with_extension(BEGUN);
        let text = match std::fs::read_to_string(&begun) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            text => text.map_err(at(&begun))?,
        };
        if let Some(place) = Place::read(&text) {
            let kept = incoming.skip_what_is_kept(folder, place);
            kept.map_err(at(&begun))?;
        } else {
            let place = store.end().to_string();
            durably(&begun, place.as_bytes()).map_err(at(&begun))?;
        }
        Ok(Some(incoming))
    }

    /// Takes in up to `most`. False if that was all: then they are kept for certain and wait no more. What cannot be read any more
    /// is put aside, and that is entered.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn step(
        &mut self,
        store: &mut Store,
        most: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        for _ in 0..most {
            match self.read() {
                Ok(Some(record)) => {
                    let _place = store.append(&record)?;
                }
                Ok(None) => {
                    store.sync()?;
                    std::fs::remove_file(&self.path).map_err(at(&self.path))?;
                    self.end()?;
                    return Ok(false);
                }
                Err(cause) => {
                    let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                    let text = format!("put aside: {name}: {cause}");
                    let _place = store.append(&Record::note(now, &text))?;
                    store.sync()?;
                    let aside = self.path.with_extension(ASIDE);
                    std::fs::rename(&self.path, &aside).map_err(at(&aside))?;
                    self.end()?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn end(&self) -> Result<(), StoreError> {
        let begun = self.path.with_extension(BEGUN);
        std::fs::remove_file(&begun).map_err(at(&begun))
    }

    fn read(&mut self) -> io::Result<Option<Record>> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > LONGEST_RECORD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut body = vec![0; length];
        self.file.read_exact(&mut body)?;
        let record = Record::decode(&body);
        Ok(Some(record.map_err(|cause| {
            io::Error::new(io::ErrorKind::InvalidData, cause)
        })?))
    }

    /// Goes on behind what the chain has of it from `place` on. Records of others may stand between.
    fn skip_what_is_kept(&mut self, folder: &Path, mut place: Place) -> io::Result<()> {
        let mut ahead = None;
        let first = place.name;
        for name in names(folder)?.into_iter().filter(|name| *name >= first) {
            if name != first {
                place = Place { name, offset: 0 };
            }
            loop {
                let (records, next) = from_place(folder, place, A_PAGE)?;
                place.offset = next;
                if records.is_empty() {
                    break;
                }
                for (_, kept) in records {
                    let mine = match ahead.take() {
                        Some(record) => Some(record),
                        None => self.read()?,
                    };
                    match mine {
                        Some(mine) if mine == kept => {}
                        mine => ahead = mine,
                    }
                }
            }
        }
        if let Some(record) = ahead {
            // It was read and is still to be added.
            let back = i64::try_from(record.encode().len() + 4).unwrap_or(i64::MAX);
            self.file.seek_relative(-back)?;
        }
        Ok(())
    }
}

/// The first that waits, by name.
fn waiting(folder: &Path) -> io::Result<Option<PathBuf>> {
    let incoming = folder.join(FOLDER);
    let entries = match std::fs::read_dir(&incoming) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut waiting = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == READY) {
            waiting.push(path);
        }
    }
    waiting.sort();
    Ok(waiting.into_iter().next())
}

/// Writes a small file whole or not at all.
///
/// # Errors
/// If the disk refuses.
pub fn durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn at(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |cause| StoreError::Disk {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use ids::{Digest, Timestamp};
    use tempfile::TempDir;

    use super::{FOLDER, Incoming, Laying};
    use crate::record::{Record, Sender, Way};
    use crate::store::{Store, since};

    fn began() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    fn event(number: u32) -> Record {
        Record {
            sender: Sender::brought(Digest([7; 32])),
            ..Record::note(began(), &format!("event {}", number / 2))
        }
    }

    fn lay(folder: &TempDir, events: u32) {
        let mut laying = Laying::begin(folder.path(), began(), Digest([7; 32])).unwrap();
        for number in 0..events {
            laying.add(&event(number)).unwrap();
        }
        laying.done().unwrap();
    }

    fn brought(folder: &TempDir) -> Vec<Record> {
        let mut brought = Vec::new();
        since(folder.path(), began(), |record| {
            if record.sender.way == Way::Brought {
                brought.push(record);
            }
        })
        .unwrap();
        brought
    }

    fn waits(folder: &TempDir) -> usize {
        std::fs::read_dir(folder.path().join(FOLDER))
            .unwrap()
            .count()
    }

    fn take_all(store: &mut Store, folder: &TempDir) {
        while let Some(mut incoming) = Incoming::next(folder.path(), store).unwrap() {
            while incoming.step(store, 3, began()).unwrap() {}
        }
    }

    #[test]
    fn what_was_brought_is_taken_in_once_wherever_a_crash_comes() {
        // Two and two events say the same, as events of a second do.
        for taken in 0..=10 {
            let folder = TempDir::new().unwrap();
            lay(&folder, 10);
            let (mut store, _found) = Store::open(folder.path(), began()).unwrap();
            let mut incoming = Incoming::next(folder.path(), &mut store).unwrap().unwrap();
            for _ in 0..taken {
                assert!(incoming.step(&mut store, 1, began()).unwrap());
                // A device speaks in between.
                let _place = store.append(&Record::note(began(), "meanwhile")).unwrap();
            }
            drop((incoming, store));
            let (mut store, _found) = Store::open(folder.path(), began()).unwrap();
            take_all(&mut store, &folder);
            let wanted: Vec<Record> = (0..10).map(event).collect();
            assert_eq!(brought(&folder), wanted, "{taken}");
            assert_eq!(waits(&folder), 0);
        }
    }

    #[test]
    fn what_was_never_whole_is_not_taken_in() {
        let folder = TempDir::new().unwrap();
        let mut laying = Laying::begin(folder.path(), began(), Digest([7; 32])).unwrap();
        laying.add(&event(1)).unwrap();
        drop(laying);
        let (mut store, _found) = Store::open(folder.path(), began()).unwrap();
        assert!(Incoming::next(folder.path(), &mut store).unwrap().is_none());
        assert_eq!(waits(&folder), 0);
    }

    #[test]
    fn what_cannot_be_read_any_more_is_put_aside_and_stops_nobody() {
        let folder = TempDir::new().unwrap();
        lay(&folder, 2);
        let incoming = folder.path().join(FOLDER);
        let path = std::fs::read_dir(&incoming)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let mut bytes = std::fs::read(&path).unwrap();
        let cut = bytes.len() - 5;
        bytes.truncate(cut);
        std::fs::write(&path, bytes).unwrap();
        let (mut store, _found) = Store::open(folder.path(), began()).unwrap();
        take_all(&mut store, &folder);
        assert_eq!(brought(&folder).len(), 1);
        let mut notes = Vec::new();
        since(folder.path(), began(), |record| notes.push(record.bytes)).unwrap();
        assert!(notes.last().unwrap().starts_with(b"put aside: "));
        let left = std::fs::read_dir(&incoming)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        assert_eq!(left.extension().unwrap(), "aside");
    }

    #[test]
    fn the_same_file_brought_twice_at_once_loses_nothing() {
        let folder = TempDir::new().unwrap();
        lay(&folder, 4);
        let later = began().plus(std::time::Duration::from_millis(1));
        let mut laying = Laying::begin(folder.path(), later, Digest([7; 32])).unwrap();
        laying.add(&Record::note(later, "brought again")).unwrap();
        laying.done().unwrap();
        let (mut store, _found) = Store::open(folder.path(), began()).unwrap();
        take_all(&mut store, &folder);
        assert_eq!(brought(&folder).len(), 4);
        assert_eq!(waits(&folder), 0);
    }
}
