//! One process per site's directory, and one per its journal.
//!
//! An advisory lock (`flock`) on the file `lock`: the kernel frees it when its holder ends, however
//! that happens, so that a crash never leaves a lock behind. The file says who took it last.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::durable;

/// Held as long as this value lives.
#[derive(Debug)]
pub(crate) struct SiteLock {
    file: File,
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum NotLocked {
    /// Another process has it: what it wrote about itself.
    Held(String),
    Unavailable(io::Error),
}

impl SiteLock {
    pub(crate) fn take(dir: &Path) -> Result<Self, NotLocked> {
        let file = durable::private()
            .read(true)
            .create(true)
            .truncate(false)
            .open(dir.join("lock"))
            .map_err(NotLocked::Unavailable)?;
        match file.try_lock() {
            Ok(()) => {
                // Only a help to people: on a full disk the lock itself still holds.
                let _ = sign(&file);
                Ok(Self { file })
            }
            Err(TryLockError::WouldBlock) => Err(NotLocked::Held(holder(&file))),
            Err(TryLockError::Error(error)) => Err(NotLocked::Unavailable(error)),
        }
    }
}

impl Drop for SiteLock {
    /// Unlocked, not only closed: a program being started by this process holds a copy of the
    /// descriptor for a moment, and with it the lock.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn sign(file: &File) -> io::Result<()> {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = Path::new(&program)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let program = program.unwrap_or_else(|| "unknown".to_owned());
    let text = format!("process {} ({program})\n", std::process::id());
    file.set_len(0)?;
    file.write_all_at(text.as_bytes(), 0)
}

fn holder(file: &File) -> String {
    let mut bytes = [0; 256];
    let length = file.read_at(&mut bytes, 0).unwrap_or(0);
    let text = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
    match text.trim() {
        "" => "another process".to_owned(),
        known => known.to_owned(),
    }
}
