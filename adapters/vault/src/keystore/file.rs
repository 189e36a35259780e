//! Reading and writing the key store's files: private, whole, durable.
//!
//! What is Unix here (modes, owners, making a folder durable) is in the functions at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use faults::Point;
use zeroize::Zeroizing;

use super::KeyStoreError;
use crate::primitives;

/// The longest file that is read, in bytes; ours have about 600.
const LONGEST: u64 = 256 * 1024;

/// Reads a file that only its owner may read.
pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    let file = open(path)?;
    // Asked of the open file, so that it cannot be exchanged in between.
    let mode = mode_of(&file).map_err(|source| failed("look at", path, source))?;
    if mode & 0o077 != 0 {
        return Err(KeyStoreError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    content(file, path)
}

/// Reads a file whatever its mode.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    content(open(path)?, path)
}

/// Makes a file that did not exist.
pub(crate) fn create(path: &Path, content: &[u8]) -> Result<(), KeyStoreError> {
    let draft = write_draft(path, content)?;
    // A link, unlike a rename, never replaces what is there.
    let linked = durable(Point::KeysNamed, path, || fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyStoreError::Exists {
                path: path.to_owned(),
            });
        }
        linked => linked
            .and(removed)
            .map_err(|source| failed("make", path, source))?,
    }
    make_folder_durable(path)
}

/// Replaces a file by another content, all or nothing.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), KeyStoreError> {
    let draft = write_draft(path, content)?;
    let renamed = durable(Point::KeysNamed, path, || fs::rename(&draft, path));
    if let Err(source) = renamed {
        let _ = fs::remove_file(&draft);
        return Err(failed("replace", path, source));
    }
    make_folder_durable(path)
}

/// Removes a file, durably; one that is not there is removed.
pub(crate) fn remove(path: &Path) -> Result<(), KeyStoreError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(failed("remove", path, source));
        }
        Ok(()) | Err(_) => {}
    }
    make_folder_durable(path)
}

fn open(path: &Path) -> Result<File, KeyStoreError> {
    let file = File::open(path).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            let path = path.to_owned();
            return KeyStoreError::Missing { path };
        }
        failed("open", path, source)
    })?;
    let metadata = file
        .metadata()
        .map_err(|source| failed("look at", path, source))?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        let what = "it is not a file, or too long";
        return Err(KeyStoreError::Malformed {
            path: path.to_owned(),
            what,
        });
    }
    Ok(file)
}

fn content(file: File, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    let length = usize::try_from(LONGEST).unwrap_or(usize::MAX);
    let mut content = Zeroizing::new(Vec::with_capacity(length));
    file.take(LONGEST)
        .read_to_end(&mut content)
        .map_err(|source| failed("read", path, source))?;
    Ok(content)
}

/// Writes the content beside its place, durable. A crash leaves this draft, which nobody reads.
fn write_draft(path: &Path, content: &[u8]) -> Result<PathBuf, KeyStoreError> {
    let mut draft = path.as_os_str().to_owned();
    let number = primitives::random::<8>()?;
    draft.push(format!(".draft-{}", HEXLOWER.encode(number.as_slice())));
    let draft = PathBuf::from(draft);
    let written = private_new(&draft).and_then(|mut file| {
        belongs_to_whose_the_folder_is(&file, path)?;
        faults::writing(Point::KeysWritten, path, content, |content| {
            file.write_all(content).and_then(|()| file.sync_all())
        })
    });
    if let Err(source) = written {
        let _ = fs::remove_file(&draft);
        return Err(failed("write", &draft, source));
    }
    Ok(draft)
}

fn durable<T>(point: Point, path: &Path, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    faults::around(point, path, |error| error, act)
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> KeyStoreError {
    KeyStoreError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

fn private_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The permission bits; elsewhere than on Unix the folder's access list governs.
fn mode_of(file: &File) -> io::Result<u32> {
    #[cfg(unix)]
    {
        let permissions = file.metadata()?.permissions();
        Ok(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o7777)
    }
    #[cfg(not(unix))]
    {
        file.metadata().map(|_| 0o600)
    }
}

/// Root may write it; the gateway, whose the folder is, reads it at its next start. The open file is given away, before
/// it has its name: nobody can put a link in between.
fn belongs_to_whose_the_folder_is(file: &File, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let (folder, own) = (folder_of(path).metadata()?, file.metadata()?);
        if (folder.uid(), folder.gid()) != (own.uid(), own.gid()) && own.uid() == 0 {
            fchown(file, Some(folder.uid()), Some(folder.gid()))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (file, path);
    Ok(())
}

#[cfg(unix)]
fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn make_folder_durable(path: &Path) -> Result<(), KeyStoreError> {
    #[cfg(unix)]
    {
        let folder = folder_of(path);
        let synced = durable(Point::KeysFolder, path, || File::open(folder)?.sync_all());
        synced.map_err(|source| failed("make durable", folder, source))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
