//! Attachments, kept as files named by the SHA-256 of their bytes.
//!
//! Trusted to: nothing. Every read is hashed and compared with the name that was asked for; the name
//! is a [`Digest`], so that no text of a client ever becomes part of a path (lesson L25).
//! After a crash a blob is there whole or not at all; what was being written is swept at the next open.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use ids::Digest;

use crate::durable;

/// The largest blob, in bytes: a maintenance plan or a photographed form, not a disk image.
pub const MAX_BLOB: usize = 8 * 1024 * 1024;

/// Why a blob was not kept or not given.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Over [`MAX_BLOB`].
    #[error("the attachment has {size} bytes; at most {MAX_BLOB} are kept")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// No blob of this name is here.
    #[error("attachment {digest} is not here: restore it from a backup")]
    Absent {
        /// The name asked for.
        digest: Digest,
    },
    /// The file is there and is not what its name says.
    #[error(
        "attachment {digest} was altered: its file hashes to {found}. Restore it from a backup"
    )]
    Altered {
        /// The name asked for.
        digest: Digest,
        /// What the bytes hash to.
        found: Digest,
    },
    /// The disk refused.
    #[error("attachments cannot be reached")]
    Unavailable(#[from] io::Error),
}

/// The folder of blobs.
#[derive(Debug)]
pub(crate) struct Blobs {
    dir: PathBuf,
    /// Numbers the files being written, so that two writers never share one.
    incoming: AtomicU64,
}

impl Blobs {
    /// Opens the folder, makes it if it is missing, and sweeps what a crash left half written.
    /// The caller holds the store's lock.
    pub(crate) fn open(dir: PathBuf) -> io::Result<Self> {
        durable::make_dir(&dir)?;
        for file in std::fs::read_dir(&dir)? {
            let path = file?.path();
            if path.extension().is_some_and(|found| found == "incoming") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self {
            dir,
            incoming: AtomicU64::new(0),
        })
    }

    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Digest, BlobError> {
        if bytes.len() > MAX_BLOB {
            return Err(BlobError::TooLarge { size: bytes.len() });
        }
        let name = sha256(bytes);
        if self.get(&name).is_ok() {
            return Ok(name);
        }
        let path = self.path(&name);
        let folder = path.parent().unwrap_or(&self.dir);
        durable::make_dir(folder)?;
        let number = self.incoming.fetch_add(1, Ordering::Relaxed);
        let aside = self.dir.join(format!("{number}.incoming"));
        durable::write(durable::BLOB, &path, &aside, bytes)?;
        Ok(name)
    }

    pub(crate) fn get(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        let bytes = read_limited(&self.path(digest)).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                BlobError::Absent { digest: *digest }
            } else {
                BlobError::Unavailable(error)
            }
        })?;
        let found = sha256(&bytes);
        if found == *digest {
            Ok(bytes)
        } else {
            Err(BlobError::Altered {
                digest: *digest,
                found,
            })
        }
    }

    /// Two levels, so that no folder grows without bound: `ab/abcdef…`.
    fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        let folder = name.get(..2).unwrap_or_default().to_owned();
        self.dir.join(folder).join(name)
    }
}

/// An altered file may be of any length; one byte over the limit is enough to tell.
fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_BLOB)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    let hashed = digest(&SHA256, bytes);
    for (to, from) in out.iter_mut().zip(hashed.as_ref()) {
        *to = *from;
    }
    Digest(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().join("blobs")).unwrap();
        (dir, blobs)
    }

    #[test]
    fn a_blob_reads_back_under_its_digest_and_is_kept_once() {
        let (_dir, blobs) = blobs();
        let name = blobs.put(b"plan").unwrap();
        assert_eq!(blobs.put(b"plan").unwrap(), name);
        assert_eq!(blobs.get(&name).unwrap(), b"plan");
        let absent = sha256(b"other");
        assert!(
            matches!(blobs.get(&absent), Err(BlobError::Absent { digest }) if digest == absent)
        );
    }

    #[test]
    fn an_altered_blob_is_never_given_and_a_second_put_heals_it() {
        let (_dir, blobs) = blobs();
        let name = blobs.put(b"plan").unwrap();
        std::fs::write(blobs.path(&name), b"plaN").unwrap();
        assert!(matches!(blobs.get(&name), Err(BlobError::Altered { .. })));
        blobs.put(b"plan").unwrap();
        assert_eq!(blobs.get(&name).unwrap(), b"plan");
    }

    #[test]
    fn l24_a_blob_over_the_limit_is_refused() {
        let (_dir, blobs) = blobs();
        let large = vec![0; MAX_BLOB + 1];
        assert!(matches!(blobs.put(&large), Err(BlobError::TooLarge { .. })));
        assert!(blobs.put(&large[1..]).is_ok());
    }

    #[test]
    fn what_a_crash_left_half_written_is_swept() {
        let (dir, blobs) = blobs();
        let half = dir.path().join("blobs/7.incoming");
        std::fs::write(&half, b"pla").unwrap();
        drop(blobs);
        Blobs::open(dir.path().join("blobs")).unwrap();
        assert!(!half.exists());
    }
}
