//! The few file operations on which a recording's durability rests.
//!
//! They are gathered here so that each passes its [`faults::Point`].

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use faults::Point;

/// A step that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Writing a frame to the journal.
    Append,
    /// Taking back what a failed write may have left.
    TakeBack,
    /// Bringing the journal to the disk.
    Sync,
    /// Beginning a journal file.
    Begin,
    /// Reading the journal back.
    ReadBack,
    /// Writing a segment.
    WriteSegment,
    /// Bringing a segment to the disk.
    SyncSegment,
    /// Giving a segment its name.
    NameSegment,
    /// Bringing a folder to the disk.
    SyncFolder,
    /// Removing a journal file whose frames are all in segments.
    Free,
    /// Reserving space.
    Reserve,
}

impl Step {
    pub(super) fn point(self) -> Point {
        match self {
            Self::Append => Point::JournalFrame,
            Self::TakeBack => Point::JournalTakenBack,
            Self::Sync => Point::JournalSync,
            Self::Begin => Point::JournalBegun,
            Self::ReadBack => Point::JournalReadBack,
            Self::WriteSegment => Point::SegmentWritten,
            Self::SyncSegment => Point::SegmentSync,
            Self::NameSegment => Point::SegmentNamed,
            Self::SyncFolder => Point::RecordingFolder,
            Self::Free => Point::JournalFreed,
            Self::Reserve => Point::JournalReserve,
        }
    }
}

/// The operations, on what lies in one site's folder.
#[derive(Clone)]
pub(crate) struct Files {
    dir: PathBuf,
}

impl Files {
    /// Of this folder.
    pub(crate) fn of(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Appends all of `bytes`: one `write(2)`, and more only if the kernel took a part.
    pub(crate) fn append(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        let write = |bytes: &[u8]| (&*file).write_all(bytes);
        faults::writing(Point::JournalFrame, &self.dir, bytes, write)
    }

    /// Cuts a journal file back to `length`.
    pub(crate) fn take_back(&self, file: &File, length: u64) -> io::Result<()> {
        self.durable(Step::TakeBack, || file.set_len(length))
    }

    /// `fdatasync(2)`.
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        self.durable(Step::Sync, || file.sync_data())
    }

    /// Makes an empty journal file that must not exist yet.
    pub(crate) fn begin(&self, path: &Path) -> io::Result<File> {
        self.durable(Step::Begin, || {
            let mut options = OpenOptions::new();
            options.append(true).read(true).create_new(true).mode(0o600);
            options.open(path)
        })
    }

    /// Reads up to `buffer.len()` bytes at `offset`; fewer only at the file's end.
    pub(crate) fn read_back(
        &self,
        file: &File,
        buffer: &mut [u8],
        offset: u64,
    ) -> io::Result<usize> {
        self.durable(Step::ReadBack, || Ok(()))?;
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match file.read_at(rest, at) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Writes a new file, replacing an unfinished one of the same name.
    pub(crate) fn write_segment(&self, path: &Path, bytes: &[u8]) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(path)?;
        faults::writing(Point::SegmentWritten, path, bytes, |bytes| {
            file.write_all(bytes)
        })?;
        Ok(file)
    }

    /// `fsync(2)` of a segment.
    pub(crate) fn sync_segment(&self, file: &File) -> io::Result<()> {
        self.durable(Step::SyncSegment, || file.sync_all())
    }

    /// Reads a whole file of at most `limit` bytes.
    pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        if file.metadata()?.len() > limit {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Gives a finished segment its name.
    pub(crate) fn name_segment(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.durable(Step::NameSegment, || std::fs::rename(from, to))
    }

    /// Brings a folder's names to the disk.
    pub(crate) fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.durable(Step::SyncFolder, || File::open(path)?.sync_all())
    }

    /// Removes a file; it may be gone already.
    pub(crate) fn free(&self, path: &Path) -> io::Result<()> {
        let removed = self.durable(Step::Free, || std::fs::remove_file(path));
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Writes the reserved space for real: a hole or zeros may cost the file system nothing now and
    /// everything later.
    pub(crate) fn reserve(&self, path: &Path, size: u64) -> io::Result<()> {
        self.durable(Step::Reserve, || fill(path, size))
    }

    fn durable<T>(&self, step: Step, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        faults::around(step.point(), &self.dir, |error| error, act)
    }
}

/// Writes so much of what no file system makes smaller.
fn fill(path: &Path, size: u64) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(1 << 16);
    let mut left = size;
    while left > 0 {
        block.clear();
        while block.len() < 1 << 16 {
            // xorshift64: incompressible, that is all it must be.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        let part = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
        file.write_all(block.get(..part).unwrap_or_default())?;
        left = left.saturating_sub(u64::try_from(part).unwrap_or(u64::MAX));
    }
    file.sync_all()
}
