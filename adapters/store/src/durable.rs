//! Files that are there, whole, after a loss of power.
//!
//! A file is written aside, synced, renamed into place, and the directory synced: open(O_EXCL),
//! write, fsync, rename, fsync(dir). A crash leaves either nothing under the final name or all of it.
//! What is not defended against: a disk that acknowledges an fsync and then forgets.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use faults::Point;

/// Nobody but the service's own user reads a site's files.
pub(crate) const FILE_MODE: u32 = 0o600;
const DIR_MODE: u32 = 0o700;

/// A durable step on a file.
pub(crate) fn step<T>(
    point: Point,
    path: &Path,
    act: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    faults::around(point, path, |error| error, act)
}

/// Makes a directory for our user alone, and its entry durable. One that exists is left as it is.
pub(crate) fn make_dir(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(DIR_MODE).create(path) {
        Ok(()) => path.parent().map_or(Ok(()), sync_dir),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Closes an empty directory to other users. False if it is open to them and not empty: then others
/// may depend on it.
pub(crate) fn make_private(dir: &Path) -> io::Result<bool> {
    if open_to_others(dir)?.is_none() {
        return Ok(true);
    }
    if std::fs::read_dir(dir)?.next().is_some() {
        return Ok(false);
    }
    std::fs::set_permissions(dir, Permissions::from_mode(DIR_MODE))?;
    Ok(true)
}

/// The three durable steps of a file that is replaced whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replacing {
    /// It is written aside, and brought to the disk.
    pub(crate) written: Point,
    /// It gets its name.
    pub(crate) named: Point,
    /// Its name is brought to the disk.
    pub(crate) folder: Point,
}

/// An attachment.
pub(crate) const BLOB: Replacing = Replacing {
    written: Point::BlobWritten,
    named: Point::BlobNamed,
    folder: Point::BlobFolder,
};

/// A file that a new site or the next start needs, and makes again if it is missing.
pub(crate) const PREPARED: Replacing = Replacing {
    written: Point::SiteWritten,
    named: Point::SiteNamed,
    folder: Point::SiteFolder,
};

/// Writes `bytes` under `path`, whole or not at all; replaces what was there.
///
/// `aside` is where it is written first: on the same file system, and nobody else's.
pub(crate) fn write(steps: Replacing, path: &Path, aside: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = write_aside(steps, aside, bytes)
        .and_then(|()| step(steps.named, path, || std::fs::rename(aside, path)));
    if written.is_err() {
        // On a full disk the half-written file is what fills it.
        let _ = std::fs::remove_file(aside);
    }
    written?;
    step(steps.folder, path, || {
        path.parent().map_or(Ok(()), sync_dir)
    })
}

fn write_aside(steps: Replacing, aside: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().create(true).truncate(true).open(aside)?;
    faults::writing(steps.written, aside, bytes, |bytes| {
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Options that open for writing and create for our user alone.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(FILE_MODE);
    options
}

/// Makes creations, renames and removals in this directory durable.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Removes a file and makes that durable; fine if there was none.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => path.parent().map_or(Ok(()), sync_dir),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The permission bits with which others than the owner could reach this file, if any are set.
pub(crate) fn open_to_others(path: &Path) -> io::Result<Option<u32>> {
    let mode = std::fs::metadata(path)?.mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}
