//! Ledgers, receipts and recordings as files on any computer: nothing else has to run, no network is
//! used, and only the keys that the reader brings are trusted.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use ids::{Digest, SessionId};
use ledger::export::{self, SITE_KEY, Verified};
use ledger::note::NotAKey;
use ledger::receipt::{self, MAX_RECEIPT, Receipt, Vouched};
use ledger::{Broken, Trust, Verifier};
use serde_json::Value;
use wire::api::v1::ExportedFile;

/// The longest file of an export: a bundle of 256 entries of 16 KiB is the largest, and some.
const MAX_EXPORTED: u64 = 8 * 1024 * 1024;

/// Why something as files does not verify.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error("{path} cannot be read: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It is broken at this place.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A text is not a key.
    #[error("{text:?} is not a key: {why}")]
    Key {
        /// The text, shortened.
        text: String,
        /// Why not.
        why: NotAKey,
    },
    /// A recording differs from what the ledger says of it.
    #[error("{path}: expected {expected}, found {found}")]
    Segment {
        /// Which file.
        path: PathBuf,
        /// What the ledger says.
        expected: String,
        /// What is there.
        found: String,
    },
}

/// A key as it is given on a command line: the text itself, or a file that holds it.
///
/// # Errors
/// If it is neither.
pub fn key(given: &str) -> Result<Verifier, VerifyError> {
    match Verifier::from_str(given.trim()) {
        Ok(key) => return Ok(key),
        Err(why) if !Path::new(given).exists() => {
            return Err(VerifyError::Key {
                text: given.chars().take(80).collect(),
                why,
            });
        }
        Err(_) => {}
    }
    let path = Path::new(given);
    let text = fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
    Verifier::from_str(text.trim()).map_err(|why| VerifyError::Key {
        text: text.chars().take(80).collect(),
        why,
    })
}

/// The site's key as an exported ledger itself names it. It says who claims to have signed, and
/// proves nothing of that.
///
/// # Errors
/// If it cannot be read, or is not a key.
pub fn claimed_site_key(folder: &Path) -> Result<Verifier, VerifyError> {
    let path = folder.join(SITE_KEY);
    if !path.exists() {
        return Err(unreadable(&path, io::ErrorKind::NotFound.into()));
    }
    key(&path.to_string_lossy()).map_err(|error| match error {
        // The reader gave no key here: it is the export that is damaged.
        VerifyError::Key { text, why } => VerifyError::Segment {
            path: SITE_KEY.into(),
            expected: "the key of the site".to_owned(),
            found: format!("{text:?} ({why})"),
        },
        VerifyError::Unreadable { .. } | VerifyError::Broken(_) | VerifyError::Segment { .. } => {
            error
        }
    })
}

/// The site that a receipt says it is of. Nothing is verified yet.
///
/// # Errors
/// If it cannot be read, or is not a receipt.
pub fn site_of_receipt(file: &Path) -> Result<String, VerifyError> {
    let bytes = read(file, MAX_RECEIPT as u64)?;
    Ok(Receipt::decode(&bytes)?.site.to_string())
}

/// Verifies an exported ledger: every signature, entry and tile.
///
/// # Errors
/// Names the first place that is broken.
pub fn ledger(folder: &Path, trust: &Trust) -> Result<Verified, VerifyError> {
    Ok(export::verify(reading(folder), trust)?)
}

/// Verifies a receipt.
///
/// # Errors
/// Names the first member that is broken.
pub fn receipt(file: &Path, trust: &Trust) -> Result<Vouched, VerifyError> {
    let bytes = read(file, MAX_RECEIPT as u64)?;
    Ok(receipt::verify_bytes(&bytes, trust)?)
}

/// What the ledger says of the files of recordings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealed(BTreeMap<PathBuf, Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    sha256: Digest,
    session: SessionId,
    last: bool,
}

/// Files of recordings that are what the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// The ledger that they were compared with.
    pub ledger: Verified,
    /// Segments found and compared.
    pub segments: u64,
    /// Sessions of which at least one segment is there.
    pub sessions: Vec<SessionId>,
    /// Those of them of which every segment is there, to the last.
    pub complete: Vec<SessionId>,
}

/// Compares a copy of the recordings' folder with an exported ledger: every segment that is there
/// must be, byte for byte, the one that was sealed. No key is needed, and none of the content is
/// seen.
///
/// # Errors
/// Names the first file that differs, is not in the ledger, or is missing between others.
pub fn recordings(
    recordings: &Path,
    exported: &Path,
    trust: &Trust,
) -> Result<Segments, VerifyError> {
    let mut sealed = Sealed::default();
    let verified = export::verify_each(reading(exported), trust, |_, entry| sealed.note(entry))?;
    let mut found: BTreeMap<SessionId, u64> = BTreeMap::new();
    let mut segments = 0;
    for path in segment_files(recordings)? {
        let relative = path.strip_prefix(recordings).unwrap_or(&path).to_owned();
        let expected = sealed
            .0
            .get(&relative)
            .ok_or_else(|| VerifyError::Segment {
                path: relative.clone(),
                expected: "a segment that the ledger knows".to_owned(),
                found: "one that it does not".to_owned(),
            })?;
        let digest = hash(&path)?;
        if digest != expected.sha256 {
            return Err(VerifyError::Segment {
                path: relative,
                expected: format!("SHA-256 {}", expected.sha256),
                found: digest.to_string(),
            });
        }
        *found.entry(expected.session.clone()).or_default() += 1;
        segments += 1;
    }
    for session in found.keys() {
        sealed.without_gap(session, recordings)?;
    }
    let complete = found
        .keys()
        .filter(|session| sealed.of(session).any(|(_, segment)| segment.last))
        .cloned()
        .collect();
    Ok(Segments {
        ledger: verified,
        segments,
        sessions: found.into_keys().collect(),
        complete,
    })
}

impl Sealed {
    /// Notes what one entry says of a segment, if it does.
    fn note(&mut self, entry: &[u8]) {
        if let Some((path, segment)) = sealed_segment(entry) {
            self.0.insert(path, segment);
        }
    }

    fn of(&self, session: &SessionId) -> impl Iterator<Item = (&PathBuf, &Segment)> {
        self.0
            .iter()
            .filter(move |(_, segment)| segment.session == *session)
    }

    /// Every segment of a session of which one is there must be there.
    fn without_gap(&self, session: &SessionId, recordings: &Path) -> Result<(), VerifyError> {
        for (path, segment) in self.of(session) {
            if !recordings.join(path).is_file() {
                return Err(VerifyError::Segment {
                    path: path.clone(),
                    expected: format!("SHA-256 {}", segment.sha256),
                    found: "no such file".to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// The file that an entry `segment_sealed` speaks of, as the store names it.
fn sealed_segment(entry: &[u8]) -> Option<(PathBuf, Segment)> {
    let entry: Value = serde_json::from_slice(entry).ok()?;
    let event = entry.get("event")?;
    if event.get("kind")?.as_str()? != "segment_sealed" {
        return None;
    }
    let session: SessionId = event.get("session")?.as_str()?.parse().ok()?;
    let number = event.get("number")?.as_u64()?;
    let folder = format!("{}-session-{}", session.site(), session.number());
    let segment = Segment {
        sha256: event.get("sha256")?.as_str()?.parse().ok()?,
        last: event.get("last")?.as_bool()?,
        session,
    };
    Some((
        PathBuf::from(folder).join(format!("{number:04}.seg")),
        segment,
    ))
}

/// Every `*.seg` one folder below, in order.
fn segment_files(recordings: &Path) -> Result<Vec<PathBuf>, VerifyError> {
    let mut files = Vec::new();
    for folder in entries(recordings)? {
        if !folder.is_dir() {
            continue;
        }
        let segments = entries(&folder)?.into_iter();
        files.extend(segments.filter(|file| file.extension().is_some_and(|ext| ext == "seg")));
    }
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, VerifyError> {
    let listed = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<PathBuf>>>()
    });
    listed.map_err(|cause| unreadable(folder, cause))
}

fn hash(path: &Path) -> Result<Digest, VerifyError> {
    use io::Read as _;
    let mut file = fs::File::open(path).map_err(|cause| unreadable(path, cause))?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let read = file.read(&mut buffer);
        match read.map_err(|cause| unreadable(path, cause))? {
            0 => break,
            n => context.update(buffer.get(..n).unwrap_or_default()),
        }
    }
    let digest = <[u8; 32]>::try_from(context.finish().as_ref()).unwrap_or_default();
    Ok(Digest(digest))
}

fn reading(folder: &Path) -> impl FnMut(&str) -> Option<Vec<u8>> {
    move |path| read(&folder.join(inside(path)?), MAX_EXPORTED).ok()
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, VerifyError> {
    use io::Read as _;
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|cause| unreadable(path, cause))?;
    Ok(bytes)
}

/// A path that stays inside a folder: relative, and without `..`. `None` for any other.
pub fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path);
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    let stays = path.components().all(plain) && path.components().next().is_some();
    stays.then_some(path)
}

/// Writes an exported ledger into a folder that is new or empty.
///
/// # Errors
/// If a path would leave the folder, or something cannot be written.
pub fn write_export(folder: &Path, files: &[ExportedFile]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    for file in files {
        let path = inside(&file.path).ok_or(io::ErrorKind::InvalidInput)?;
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        durably(&path, &file.content.0)?;
    }
    fs::File::open(folder)?.sync_all()
}

/// Writes a file that is on the disk, or the stick, when this returns: people pull sticks.
///
/// # Errors
/// If it cannot be written.
pub fn durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

fn unreadable(path: &Path, cause: io::Error) -> VerifyError {
    VerifyError::Unreadable {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests;
