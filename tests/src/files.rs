//! Folders copied, searched and damaged.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::canary;

/// A folder that goes when it is dropped; of a run whose files are searched afterwards, one that stays.
pub fn temporary(prefix: &str) -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    let made = match canary::run() {
        Some(run) => {
            let folder = canary::files_of(&run);
            std::fs::create_dir_all(&folder).expect("the run's own folder");
            builder.disable_cleanup(true).tempdir_in(folder)
        }
        None => builder.tempdir(),
    };
    made.expect("a temporary folder")
}

/// Every file below a folder, in order.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                Ok(_) | Err(_) => {}
            }
        }
    }
    found.sort();
    found
}

/// Copies a folder, files and permissions.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a new folder");
    for entry in std::fs::read_dir(from)
        .expect("the folder can be read")
        .flatten()
    {
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("it has a kind");
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
    let permissions = std::fs::metadata(from).expect("it is there").permissions();
    std::fs::set_permissions(to, permissions).expect("our own folder");
}

/// Whether these bytes stand anywhere in those.
pub fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    !wanted.is_empty() && bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// The files below a folder that hold any of these texts, each with the text.
pub fn holding(folder: &Path, wanted: &[String]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for path in below(folder) {
        let bytes = std::fs::read(&path).unwrap_or_default();
        // What is not UTF-8 is replaced; every text that was there is still there.
        let content = String::from_utf8_lossy(&bytes);
        for text in wanted {
            if content.contains(text) {
                found.push((path.clone(), text.clone()));
            }
        }
    }
    found
}

/// Flips one bit of a file.
pub fn flip(path: &Path, at: u64) {
    let mut file = std::fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("the file is ours");
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).expect("a place");
    file.read_exact(&mut byte).expect("the file is that long");
    file.seek(SeekFrom::Start(at)).expect("a place");
    file.write_all(&[byte[0] ^ 1]).expect("the file is ours");
}

/// Places spread over a file: the first byte, the last, and some between.
pub fn places(path: &Path, count: u64) -> Vec<u64> {
    let length = std::fs::metadata(path).expect("the file is there").len();
    if length == 0 {
        return Vec::new();
    }
    let mut places: Vec<u64> = (0..count)
        .map(|part| part * (length - 1) / (count - 1).max(1))
        .collect();
    places.dedup();
    places
}

/// Writes a file that only its owner reads, as a key's or a passphrase's must be.
pub fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .expect("our own folder");
    file.write_all(text.as_bytes()).expect("our own folder");
}
