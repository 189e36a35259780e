//! Putting a site back on a machine that has nothing of it.

use std::fs::{DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use access::{Entry, Event};
use ids::{SiteId, Timestamp};
use ledger::Verifier;
use ledger::resume::Head;
use store::{Markers, Rebuild, View};
use vault::keystore::FILE_NAME;
use vault::{KeyStore, Kit, Unlock};
use zeroize::Zeroizing;

use super::check::{begin, unlock};
use super::members::{Member, read_members};
use super::{BackupError, Sealed};
use crate::open_site::site_signer;

/// The longest configuration or key body, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

/// What is put back, and where.
#[derive(Debug)]
pub struct RestoreWanted<'a> {
    /// The backup.
    pub from: &'a Path,
    /// The directory: a new one, or empty.
    pub dir: &'a Path,
    /// The recovery kit.
    pub kit: &'a Kit,
    /// The site's public key, from somewhere else than the backup; without it the backup is believed to be
    /// of the site that it names, and everybody who has pinned another key will refuse.
    pub site_key: Option<&'a Verifier>,
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Whose it is.
    pub site: SiteId,
    /// When the backup was made.
    pub made: Timestamp,
    /// How far its ledger reaches.
    pub ledger: Head,
    /// Whether recordings were in it.
    pub recordings: bool,
    /// The site's public key, to be compared with one that somebody has kept.
    pub site_key: String,
}

/// Whether a site may be put there from this file, as far as can be said without the kit: nobody types two
/// sheets to hear of what was plain before.
///
/// # Errors
/// See [`BackupError`].
pub fn may_restore(from: &Path, dir: &Path) -> Result<(), BackupError> {
    free(dir)?;
    begin(from).map(drop)
}

/// Puts a site back: beside its place, verified as a gateway verifies at its start, and only then there.
/// `unlock_for` says, of the configuration in the backup, what is to unlock the new key store.
///
/// # Errors
/// See [`BackupError`]; the directory is then as it was.
pub fn restore_site(
    wanted: &RestoreWanted<'_>,
    unlock_for: &dyn Fn(&str) -> Result<Unlock, String>,
) -> Result<Restored, BackupError> {
    let dir = wanted.dir;
    let aside = free(dir)?;
    let restored = restore_aside(wanted, &aside, unlock_for).and_then(|restored| {
        std::fs::rename(&aside, dir).map_err(BackupError::at(dir))?;
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
        sync(parent.unwrap_or(Path::new(".")))?;
        Ok(restored)
    });
    if restored.is_err() {
        let _half_of_a_site = std::fs::remove_dir_all(&aside);
    }
    restored
}

/// The place beside this one, where the site is put first. Both must be free.
fn free(dir: &Path) -> Result<PathBuf, BackupError> {
    match std::fs::read_dir(dir) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        found => {
            if found.map_err(BackupError::at(dir))?.next().is_some() {
                return Err(BackupError::NotEmpty(dir.to_owned()));
            }
        }
    }
    let aside = aside(dir);
    if aside.exists() {
        return Err(BackupError::InTheWay(aside));
    }
    Ok(aside)
}

fn aside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    dir.with_file_name(name)
}

fn restore_aside(
    wanted: &RestoreWanted<'_>,
    aside: &Path,
    unlock_for: &dyn Fn(&str) -> Result<Unlock, String>,
) -> Result<Restored, BackupError> {
    let mut reading = begin(wanted.from)?;
    let header = reading.header().clone();
    let key = unlock(wanted.from, &header, wanted.kit)?;
    reading.unlock(&key);
    make_folder(aside)?;
    let mut putting = Putting {
        dir: aside,
        site: &header.site,
        unlock_for,
        config: None,
        keys: None,
        rebuild: Rebuild::begin(aside, &header.site)?,
        folders: Vec::new(),
    };
    let put = read_members(&mut reading, &header.site, |member, content| {
        putting.put(member, content)
    });
    if let Err(cause) = put {
        let otherwise = match cause {
            Put::Wrong(cause) => cause,
            Put::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => reading.altered(cause),
            Put::Io(cause) => BackupError::at(aside)(cause),
        };
        return Err(reading.explain(otherwise));
    }
    let (rebuild, keys, folders) = (putting.rebuild, putting.keys, putting.folders);
    let keys = keys.ok_or_else(|| reading.altered("it has no keys"))?;
    let signer = site_signer(&header.site, &keys);
    let signer = signer.map_err(|cause| BackupError::Damaged(cause.to_string()))?;
    // By the key inside, which opens nothing at anybody who has pinned another; and by the one that was
    // given, if one was.
    let own = signer.verifier();
    let sealed = reading.finish(wanted.site_key.unwrap_or(own))?;
    rebuild.finish(own)?;
    let view = View::take(aside, own)?;
    compare(wanted, &view, &sealed)?;
    drop(view);
    folders.iter().try_for_each(|folder| sync(folder))?;
    let marked = Markers::at(aside).set_restored();
    marked.map_err(BackupError::at(aside))?;
    Ok(Restored {
        site: header.site,
        made: header.made,
        ledger: sealed.ledger,
        recordings: header.recordings,
        site_key: own.to_string(),
    })
}

/// What was put together is what was sealed, of this kit.
fn compare(wanted: &RestoreWanted<'_>, view: &View, sealed: &Sealed) -> Result<(), BackupError> {
    let altered = |what: &str| BackupError::Altered {
        path: wanted.from.to_owned(),
        what: what.to_owned(),
    };
    let found = view.checkpoint();
    if (found.size, found.root) != (sealed.ledger.size, sealed.ledger.root) {
        return Err(altered("its seal is over another ledger"));
    }
    let mut kit = None;
    view.verify(&mut |bytes| {
        if kit.is_none() {
            kit = Some(kit_of(bytes));
        }
    })?;
    let own = ledger::resume::kit_name(view.site());
    let seed = wanted.kit.signing_seed();
    let shown = ledger::Signer::ed25519(&own, seed.as_bytes());
    let shown = shown.map(|shown| shown.verifier().to_string()).ok();
    if kit.flatten() != shown {
        return Err(altered("the ledger inside is of a site with another kit"));
    }
    Ok(())
}

fn kit_of(first: &[u8]) -> Option<String> {
    let value = ledger::canonical::decode(first).ok()?;
    let Event::SiteFounded { founding } = Entry::from_value(value).ok()?.event else {
        return None;
    };
    Some(founding.kit_vkey)
}

/// What went wrong with a member.
enum Put {
    Wrong(BackupError),
    /// In reading the backup, which knows more of it, or in writing.
    Io(io::Error),
}

impl From<io::Error> for Put {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

struct Putting<'a> {
    dir: &'a Path,
    site: &'a SiteId,
    unlock_for: &'a dyn Fn(&str) -> Result<Unlock, String>,
    config: Option<String>,
    keys: Option<KeyStore>,
    rebuild: Rebuild,
    folders: Vec<PathBuf>,
}

impl Putting<'_> {
    fn put(&mut self, member: &Member, content: &mut dyn Read) -> Result<(), Put> {
        match member {
            Member::File(name) => {
                let mut text = String::new();
                content.take(LONGEST_FILE).read_to_string(&mut text)?;
                self.file(&self.dir.join(name), &mut text.as_bytes())?;
                if *name == "site.toml" {
                    self.config = Some(text);
                }
            }
            Member::Keys => self.keys(content)?,
            Member::Table(name) => {
                let filled = self.rebuild.table(name, content);
                filled.map_err(|cause| Put::Wrong(cause.into()))?;
            }
            Member::Part(part) => self.file(&part.place(self.dir), content)?,
        }
        Ok(())
    }

    /// The configuration comes before: it says how the key store is unlocked.
    fn keys(&mut self, content: &mut dyn Read) -> Result<(), Put> {
        let mut plain = Zeroizing::new(Vec::with_capacity(64 * 1024));
        content.take(LONGEST_FILE).read_to_end(&mut plain)?;
        let config = self.config.as_deref().unwrap_or_default();
        let unlock =
            (self.unlock_for)(config).map_err(|cause| Put::Wrong(BackupError::Unlock(cause)))?;
        let path = self.dir.join(FILE_NAME);
        let keys = KeyStore::from_backup(&path, self.site, &unlock, &plain);
        self.keys = Some(keys.map_err(|cause| Put::Wrong(cause.into()))?);
        Ok(())
    }

    fn file(&mut self, path: &Path, content: &mut dyn Read) -> Result<(), Put> {
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(Put::Wrong)?;
            // A member after another lies in the same folder nearly always.
            if self.folders.last().map(PathBuf::as_path) != Some(folder) {
                self.folders.push(folder.to_owned());
            }
        }
        let mut options = File::options();
        let made = options.write(true).create_new(true).mode(0o600).open(path);
        let mut file = made.map_err(|cause| Put::Wrong(BackupError::at(path)(cause)))?;
        io::copy(content, &mut file)?;
        file.sync_all()
            .map_err(|cause| Put::Wrong(BackupError::at(path)(cause)))
    }
}

fn make_folder(path: &Path) -> Result<(), BackupError> {
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(path);
    made.map_err(BackupError::at(path))
}

fn sync(folder: &Path) -> Result<(), BackupError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(BackupError::at(folder))
}
