//! Sealed files: AES-256-GCM in chunks, under a key of the file's own that stands nowhere beside it.
//!
//! A file is a row of chunks of [`CHUNK`] bytes, the last one shorter, each followed by its tag. The nonce
//! is the chunk's number: a key seals one file once. What a crash left has no key any more, unless its
//! owner kept it elsewhere: the next start removes it ([`Quarantine::sweep`]).

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{Context, SHA256};
use ids::Digest;
use zeroize::Zeroizing;

/// Plain bytes of a chunk.
const CHUNK: usize = 64 * 1024;

/// Bytes of a tag.
const TAG: usize = 16;

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;

/// The key of one file.
pub type Key = Zeroizing<[u8; KEY_LENGTH]>;

/// Why a file cannot wait, or not be read.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// All that waits together would be more than may wait.
    #[error("the quarantine is full: {most} bytes may wait in it; release or refuse what waits")]
    Full {
        /// The limit in bytes.
        most: u64,
    },
    /// The disk refused.
    #[error("the quarantine cannot be written or read")]
    Unavailable(#[from] io::Error),
    /// A chunk is not what was written, or the system gives no random bytes.
    #[error("a file in quarantine was altered")]
    Altered,
}

/// The folder of what waits.
#[derive(Debug, Clone)]
pub struct Quarantine(Arc<Place>);

#[derive(Debug)]
struct Place {
    dir: PathBuf,
    most: u64,
    used: AtomicU64,
    next: AtomicU64,
}

impl Quarantine {
    /// Opens the folder and makes it if it is missing. `most` bytes may wait together.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(dir: &Path, most: u64) -> io::Result<Self> {
        let made = std::fs::DirBuilder::new().mode(0o700).create(dir);
        match made {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => return Err(cause),
            Ok(()) | Err(_) => {}
        }
        Ok(Self(Arc::new(Place {
            dir: dir.to_owned(),
            most,
            used: AtomicU64::new(0),
            next: AtomicU64::new(0),
        })))
    }

    /// Removes every file but those that are named: of the others nobody has the key any more.
    ///
    /// # Errors
    /// If the folder cannot be read or a file not be removed.
    pub fn sweep(&self, kept: &BTreeSet<String>) -> io::Result<()> {
        let mut used = 0_u64;
        for file in std::fs::read_dir(&self.0.dir)? {
            let file = file?;
            let name = file.file_name();
            if name.to_str().is_some_and(|name| kept.contains(name)) {
                used = used.saturating_add(file.metadata()?.len());
            } else {
                std::fs::remove_file(file.path())?;
            }
        }
        self.0.used.store(used, Ordering::Relaxed);
        Ok(())
    }

    /// Bytes that wait.
    pub fn used(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Begins a file. It is gone with the value that is returned, unless it is finished and kept.
    ///
    /// # Errors
    /// See [`SpoolError`].
    pub fn begin(&self) -> Result<Draft, SpoolError> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        let mut random = [0; 8];
        getrandom::fill(key.as_mut_slice()).map_err(|_| SpoolError::Altered)?;
        getrandom::fill(&mut random).map_err(|_| SpoolError::Altered)?;
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:016x}-{number}", u64::from_be_bytes(random));
        let path = self.0.dir.join(&name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(&path)?;
        Ok(Draft {
            sealing: cipher(&key)?,
            plain: Vec::new(),
            hash: Context::new(&SHA256),
            head: Vec::new(),
            length: 0,
            chunks: 0,
            waiting: Waiting {
                place: Arc::clone(&self.0),
                file: Arc::new(file),
                name,
                key,
                length: 0,
                sha256: Digest([0; 32]),
                head: Vec::new(),
                sealed: 0,
                keeps: false,
            },
        })
    }

    /// A file that was kept, with its key and its length in bytes.
    ///
    /// # Errors
    /// If it is not there, or cannot be read.
    pub fn kept(
        &self,
        name: &str,
        key: Key,
        length: u64,
        sha256: Digest,
    ) -> Result<Waiting, SpoolError> {
        let plain = name.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
        if !plain {
            return Err(SpoolError::Altered);
        }
        let file = File::open(self.0.dir.join(name))?;
        let sealed = file.metadata()?.len();
        let mut waiting = Waiting {
            place: Arc::clone(&self.0),
            file: Arc::new(file),
            name: name.to_owned(),
            key,
            length,
            sha256,
            head: Vec::new(),
            sealed,
            keeps: true,
        };
        let mut head = Vec::new();
        waiting.reader()?.take(HEAD).read_to_end(&mut head)?;
        waiting.head = head;
        Ok(waiting)
    }
}

/// Bytes at the beginning of a file that say what it is.
const HEAD: u64 = 4096;

fn cipher(key: &Key) -> Result<LessSafeKey, SpoolError> {
    let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| SpoolError::Altered)?;
    Ok(LessSafeKey::new(key))
}

fn nonce(chunk: u64) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    let (_, low) = bytes.split_at_mut(NONCE_LEN - 8);
    low.copy_from_slice(&chunk.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

fn number(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A file that is being written, from its beginning to its end.
pub struct Draft {
    sealing: LessSafeKey,
    plain: Vec<u8>,
    hash: Context,
    head: Vec<u8>,
    length: u64,
    chunks: u64,
    waiting: Waiting,
}

impl Draft {
    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds content at the end.
    ///
    /// # Errors
    /// See [`SpoolError`]; the file is of no use any more.
    pub fn write(&mut self, mut content: &[u8]) -> Result<(), SpoolError> {
        self.hash.update(content);
        self.length = self.length.saturating_add(number(content.len()));
        let lacks = usize::try_from(HEAD).unwrap_or(0) - self.head.len();
        let first = content.get(..lacks.min(content.len()));
        self.head.extend_from_slice(first.unwrap_or_default());
        while !content.is_empty() {
            let room = CHUNK - self.plain.len();
            let (taken, rest) = content.split_at(room.min(content.len()));
            self.plain.extend_from_slice(taken);
            content = rest;
            if self.plain.len() == CHUNK {
                self.seal()?;
            }
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<(), SpoolError> {
        let mut chunk = std::mem::take(&mut self.plain);
        self.sealing
            .seal_in_place_append_tag(nonce(self.chunks), Aad::empty(), &mut chunk)
            .map_err(|_| SpoolError::Altered)?;
        self.waiting.grow(number(chunk.len()))?;
        let mut file: &File = &self.waiting.file;
        file.write_all(&chunk)?;
        self.chunks += 1;
        chunk.clear();
        self.plain = chunk;
        Ok(())
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// See [`SpoolError`].
    pub fn finish(mut self) -> Result<Waiting, SpoolError> {
        if !self.plain.is_empty() {
            self.seal()?;
        }
        let mut waiting = self.waiting;
        waiting.length = self.length;
        waiting.head = self.head;
        let hash = self.hash.finish();
        let hash = <[u8; 32]>::try_from(hash.as_ref()).map_err(|_| SpoolError::Altered)?;
        waiting.sha256 = Digest(hash);
        Ok(waiting)
    }
}

/// A whole file that waits. It is removed with this value, unless it was kept.
pub struct Waiting {
    place: Arc<Place>,
    file: Arc<File>,
    name: String,
    key: Key,
    length: u64,
    sha256: Digest,
    head: Vec<u8>,
    sealed: u64,
    keeps: bool,
}

impl Waiting {
    /// Its name in the folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its key, for whoever keeps it.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Bytes of content.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// SHA-256 of the content.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    /// The first bytes, from which [`crate::kind()`] is known.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Reads it, from any place.
    ///
    /// # Errors
    /// If the key is none.
    pub fn reader(&self) -> Result<Reader, SpoolError> {
        Ok(Reader {
            file: Arc::clone(&self.file),
            opening: cipher(&self.key)?,
            length: self.length,
            at: 0,
            chunk: None,
            plain: Vec::new(),
        })
    }

    /// It stays when this value goes: on the disk when this returns.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn keep(&mut self) -> Result<(), SpoolError> {
        self.file.sync_all()?;
        File::open(&self.place.dir)?.sync_all()?;
        self.keeps = true;
        Ok(())
    }

    /// It goes with this value after all.
    pub fn let_go(&mut self) {
        self.keeps = false;
    }

    fn grow(&mut self, bytes: u64) -> Result<(), SpoolError> {
        let most = self.place.most;
        let grown = |used: u64| used.checked_add(bytes).filter(|used| *used <= most);
        let used = &self.place.used;
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown)
            .map_err(|_| SpoolError::Full { most })?;
        self.sealed = self.sealed.saturating_add(bytes);
        Ok(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.keeps {
            return;
        }
        // What cannot be removed now is removed at the next start.
        let _swept_later = std::fs::remove_file(self.place.dir.join(&self.name));
        self.place.used.fetch_sub(self.sealed, Ordering::Relaxed);
    }
}

/// Reads a file that waits. Blocks for the disk.
pub struct Reader {
    file: Arc<File>,
    opening: LessSafeKey,
    length: u64,
    at: u64,
    chunk: Option<u64>,
    plain: Vec<u8>,
}

impl Reader {
    fn load(&mut self, chunk: u64) -> io::Result<()> {
        let altered = || io::Error::new(io::ErrorKind::InvalidData, SpoolError::Altered);
        let start = chunk.saturating_mul(number(CHUNK));
        let plain = self.length.saturating_sub(start).min(number(CHUNK));
        let size = usize::try_from(plain).unwrap_or(CHUNK) + TAG;
        let mut sealed = vec![0; size];
        let place = chunk.saturating_mul(number(CHUNK + TAG));
        self.file.read_exact_at(&mut sealed, place)?;
        let opened = self
            .opening
            .open_in_place(nonce(chunk), Aad::empty(), &mut sealed)
            .map_err(|_| altered())?;
        let length = opened.len();
        sealed.truncate(length);
        self.plain = sealed;
        self.chunk = Some(chunk);
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length || into.is_empty() {
            return Ok(0);
        }
        let chunk = self.at / number(CHUNK);
        if self.chunk != Some(chunk) {
            self.load(chunk)?;
        }
        let within = usize::try_from(self.at % number(CHUNK)).unwrap_or(0);
        let there = self.plain.get(within..).unwrap_or_default();
        let taken = there.len().min(into.len());
        if let (Some(into), Some(there)) = (into.get_mut(..taken), there.get(..taken)) {
            into.copy_from_slice(there);
        }
        self.at = self.at.saturating_add(number(taken));
        Ok(taken)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(size: usize) -> Vec<u8> {
        (0..size).map(|n| u8::try_from(n % 251).unwrap()).collect()
    }

    fn put(quarantine: &Quarantine, content: &[u8]) -> Waiting {
        let mut draft = quarantine.begin().unwrap();
        for piece in content.chunks(1000) {
            draft.write(piece).unwrap();
        }
        draft.finish().unwrap()
    }

    #[test]
    fn what_waits_is_read_from_any_place_and_is_not_on_the_disk_in_plain() {
        let folder = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::open(folder.path(), 1 << 20).unwrap();
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let content = content(size);
            let waiting = put(&quarantine, &content);
            assert_eq!(waiting.length(), number(size));
            let mut reader = waiting.reader().unwrap();
            let mut back = Vec::new();
            reader.read_to_end(&mut back).unwrap();
            assert_eq!(back, content);
            let middle = size / 2;
            reader.seek(SeekFrom::Start(number(middle))).unwrap();
            back.clear();
            reader.read_to_end(&mut back).unwrap();
            assert_eq!(back, content[middle..]);
            let raw = std::fs::read(folder.path().join(waiting.name())).unwrap();
            let plain = content.get(..64).unwrap_or(b"nothing to be found");
            assert!(!raw.windows(plain.len()).any(|there| there == plain));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(quarantine.used(), 0);
    }

    #[test]
    fn a_full_quarantine_takes_no_more_and_takes_again_what_was_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::open(folder.path(), 150_000).unwrap();
        let first = put(&quarantine, &content(100_000));
        let mut second = quarantine.begin().unwrap();
        let full = second.write(&content(100_000));
        assert!(matches!(full, Err(SpoolError::Full { most: 150_000 })));
        drop(second);
        drop(first);
        put(&quarantine, &content(100_000));
    }

    #[test]
    fn what_is_kept_outlives_a_crash_and_the_rest_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::open(folder.path(), 1 << 20).unwrap();
        let mut kept = put(&quarantine, b"evidence");
        kept.keep().unwrap();
        let (name, key, sha256) = (kept.name().to_owned(), kept.key().clone(), kept.sha256());
        drop(kept);
        std::fs::write(folder.path().join("0123-9"), "left over").unwrap();
        let again = Quarantine::open(folder.path(), 1 << 20).unwrap();
        again.sweep(&BTreeSet::from([name.clone()])).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let found = again.kept(&name, key, 8, sha256).unwrap();
        assert_eq!(found.head(), b"evidence");
        let elsewhere = again.kept("../keys", Zeroizing::new([0; 32]), 1, sha256);
        assert!(elsewhere.is_err());
    }

    #[test]
    fn a_byte_that_was_altered_on_the_disk_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::open(folder.path(), 1 << 20).unwrap();
        let waiting = put(&quarantine, b"content");
        let path = folder.path().join(waiting.name());
        let mut raw = std::fs::read(&path).unwrap();
        raw[3] ^= 1;
        std::fs::write(&path, raw).unwrap();
        let read = waiting.reader().unwrap().read_to_end(&mut Vec::new());
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
