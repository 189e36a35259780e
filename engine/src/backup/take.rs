//! Making a backup, beside a gateway that runs or does not.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use ids::{Digest, Timestamp};
use ledger::Signer;
use ledger::resume::Head;
use store::{Part, View, blob_parts, journal_parts, segment_parts};
use vault::keystore::FILE_NAME;
use vault::{BackupKey, KeyStore, KitPublic, Unlock};

use super::check::check_opened;
use super::container::{Header, finished};
use super::known::Known;
use super::members::{Member, write_end, write_member};
use super::writing::Writing;
use super::{BackupError, FILES, Sealed, damaged};
use crate::SiteConfig;
use crate::open_site::site_signer;

/// What is to be backed up, and where to.
#[derive(Debug)]
pub struct BackUpWanted<'a> {
    /// The site.
    pub config: &'a SiteConfig,
    /// What unlocks its key store: the keys are in the backup, and sign it.
    pub unlock: &'a Unlock,
    /// The file to make.
    pub to: &'a Path,
    /// Whether recordings are in it. Without them it is small, and what was done in a session is lost with
    /// the machine; the ledger, its seals and attachments are there.
    pub recordings: bool,
    /// The present moment.
    pub now: Timestamp,
}

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// How far its ledger reaches.
    pub ledger: Head,
    /// The file's length, in bytes.
    pub bytes: u64,
    /// The number of the kit that opens it.
    pub kit: String,
    /// Segments of recordings in it.
    pub segments: u64,
    /// Segments that the ledger has and the disk has not: not in it.
    pub absent: u64,
    /// Files whose hash is not the one in the ledger: in it as they are.
    pub damaged: Vec<PathBuf>,
}

/// Backs a site up: writes the file aside, reads it back and verifies it, and only then gives it its name.
///
/// # Errors
/// See [`BackupError`]; nothing is left under the file's name.
pub fn back_up_site(wanted: &BackUpWanted<'_>) -> Result<BackedUp, BackupError> {
    if wanted.to.exists() {
        return Err(BackupError::Exists(wanted.to.to_owned()));
    }
    let aside = aside(wanted.to);
    let done = back_up_aside(wanted, &aside).and_then(|done| {
        std::fs::rename(&aside, wanted.to).map_err(BackupError::at(wanted.to))?;
        let folder = wanted.to.parent().unwrap_or(Path::new("."));
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(BackupError::at(folder))?;
        Ok(done)
    });
    if done.is_err() {
        let _half_of_a_backup = std::fs::remove_file(&aside);
    }
    done
}

fn aside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}

fn back_up_aside(wanted: &BackUpWanted<'_>, aside: &Path) -> Result<BackedUp, BackupError> {
    let (dir, site) = (&wanted.config.dir, &wanted.config.site);
    let keys = KeyStore::open(&dir.join(FILE_NAME), site, wanted.unlock)?;
    let signer = site_signer(site, &keys).map_err(damaged)?;
    let known = Known::read(&View::take(dir, signer.verifier())?)?;
    let kit = known.kit()?;
    let key = BackupKey::generate().map_err(|_| BackupError::NoRandomness)?;
    let header = Header {
        site: site.clone(),
        made: wanted.now,
        recordings: wanted.recordings,
        kit: kit.id().to_string(),
        key: key.wrap(site, &kit.recording).map_err(damaged)?,
        signer: signer.verifier().to_string(),
    };
    let file = private(aside).map_err(BackupError::at(aside))?;
    let to = Writing::begin(BufWriter::new(file), &header, &key);
    let mut taking = Taking {
        wanted,
        aside,
        to: to.map_err(BackupError::at(aside))?,
        segments: 0,
        absent: 0,
        damaged: Vec::new(),
    };
    let ledger = taking.everything(&keys, &signer, &kit)?;
    let sealed = taking.to.finish(site, ledger, &signer, wanted.now);
    let (file, sealed) = sealed.map_err(BackupError::at(aside))?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error);
    let synced = file.and_then(|file| file.sync_all());
    synced.map_err(BackupError::at(aside))?;
    read_back(aside, &key, &signer, &sealed)?;
    let bytes = std::fs::metadata(aside).map_err(BackupError::at(aside))?;
    Ok(BackedUp {
        ledger,
        bytes: bytes.len(),
        kit: header.kit,
        segments: taking.segments,
        absent: taking.absent,
        damaged: taking.damaged,
    })
}

/// What the disk gives back is what was written, and whole.
fn read_back(
    path: &Path,
    key: &BackupKey,
    signer: &Signer,
    written: &Sealed,
) -> Result<(), BackupError> {
    let (_, sealed, _) = check_opened(path, signer.verifier(), Some(key))?;
    if sealed != *written {
        return Err(BackupError::Altered {
            path: path.to_owned(),
            what: "the disk gives back another seal than was written".to_owned(),
        });
    }
    Ok(())
}

fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

struct Taking<'a, W> {
    wanted: &'a BackUpWanted<'a>,
    aside: &'a Path,
    to: Writing<W>,
    segments: u64,
    absent: u64,
    damaged: Vec<PathBuf>,
}

impl<W: Write> Taking<'_, W> {
    /// The journal before the ledger, recordings and attachments after it (`store::backup`).
    fn everything(
        &mut self,
        keys: &KeyStore,
        signer: &Signer,
        kit: &KitPublic,
    ) -> Result<Head, BackupError> {
        let dir = &self.wanted.config.dir;
        self.files(keys)?;
        if self.wanted.recordings {
            for part in journal_parts(dir).map_err(BackupError::at(dir))? {
                self.part(part, None)?;
            }
        }
        let view = View::take(dir, signer.verifier())?;
        let known = Known::read(&view)?;
        if known.kit()? != *kit {
            return Err(damaged("the ledger's first entry changed under the backup"));
        }
        for table in view.tables()? {
            write_member(&mut self.to, &Member::Table(table.clone()), |to| {
                view.write_table(&table, to)
            })?;
        }
        let ledger = Head {
            size: view.checkpoint().size,
            root: view.checkpoint().root,
        };
        // The gateway's write-ahead log is let go.
        drop(view);
        if self.wanted.recordings {
            self.recordings(&known)?;
        }
        for part in blob_parts(dir).map_err(BackupError::at(dir))? {
            let named = match &part {
                Part::Blob(digest) => Some(*digest),
                Part::Journal(_) | Part::Segment(..) => None,
            };
            self.part(part, named)?;
        }
        write_end(&mut self.to).map_err(BackupError::at(self.aside))?;
        Ok(ledger)
    }

    fn files(&mut self, keys: &KeyStore) -> Result<(), BackupError> {
        for name in FILES {
            let path = self.wanted.config.dir.join(name);
            let content = match std::fs::read(&path) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
                read => read.map_err(BackupError::at(&path))?,
            };
            self.member(&Member::File(name), |to| to.write_all(&content))?;
        }
        let plain = keys.for_backup();
        self.member(&Member::Keys, |to| to.write_all(&plain))
    }

    fn member<T>(
        &mut self,
        member: &Member,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> Result<T, BackupError> {
        write_member(&mut self.to, member, fill).map_err(BackupError::at(self.aside))
    }

    fn recordings(&mut self, known: &Known) -> Result<(), BackupError> {
        let dir = &self.wanted.config.dir;
        for session in &known.sessions {
            let first = (session.clone(), 0);
            let last = (session.clone(), u32::MAX);
            let mut sealed: BTreeMap<u32, Digest> = known
                .sealed
                .range(first..=last)
                .map(|((_, number), sha256)| (*number, *sha256))
                .collect();
            for part in segment_parts(dir, session).map_err(BackupError::at(dir))? {
                let expected = match &part {
                    Part::Segment(_, number) => sealed.remove(number),
                    Part::Journal(_) | Part::Blob(_) => None,
                };
                self.segments += u64::from(self.part(part, expected)?);
            }
            self.absent += u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        }
        Ok(())
    }

    /// Copies a file as long as it is now. False if it is gone: the background packs the journal.
    fn part(&mut self, part: Part, expected: Option<Digest>) -> Result<bool, BackupError> {
        let path = part.place(&self.wanted.config.dir);
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, file) = match opened {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened.map_err(BackupError::at(&path))?,
        };
        let found = self.member(&Member::Part(part), |to| copy(&mut file.take(length), to))?;
        if expected.is_some_and(|expected| expected != found) {
            self.damaged.push(path);
        }
        Ok(true)
    }
}

/// Copies everything, and gives the SHA-256 of it.
fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<Digest> {
    let mut hash = Context::new(&SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        if read.is_empty() {
            return Ok(finished(hash));
        }
        hash.update(read);
        to.write_all(read)?;
    }
}
