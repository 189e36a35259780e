//! Files that nobody but their owner may read.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A file or folder that others can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed {
    /// Which.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// What it should have: 0600 for a file, 0700 for a folder.
    pub wanted: u32,
}

/// The first of these that its group or others can read, write or enter. What does not exist, or cannot
/// be looked at, exposes nothing: who opens it says so.
///
/// # Errors
/// The one that is exposed.
pub fn nobody_else_reads<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), Exposed> {
    for path in paths {
        let Ok(found) = std::fs::metadata(path) else {
            continue;
        };
        let mode = found.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(Exposed {
                path: path.to_owned(),
                mode,
                wanted: if found.is_dir() { 0o700 } else { 0o600 },
            });
        }
    }
    Ok(())
}
