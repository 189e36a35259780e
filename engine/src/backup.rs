//! Backing a site up, checking a backup, putting it back (docs/formats/backup.md).
//!
//! A backup is one file that only the recovery kit opens, and whose completeness anybody can check with the
//! site's public key. It is made beside a running gateway, by whoever can unlock the key store. What is put
//! back admits nobody until every relay has confirmed that it knows of nothing newer, or the kit has resumed
//! the ledger.

mod check;
mod container;
mod known;
mod members;
mod reading;
mod restore;
mod take;
mod writing;

use std::io;
use std::path::{Path, PathBuf};

use ledger::Verifier;
use ledger::resume::Head;
use vault::keystore::FILE_NAME;
use vault::{KeyStore, Unlock};

pub use check::{Checked, check_backup};
pub use restore::{RestoreWanted, Restored, may_restore, restore_site};
pub use take::{BackUpWanted, BackedUp, back_up_site};

use crate::SiteConfig;
use crate::open_site::site_signer;

/// Files of a site's directory that a backup has as they are.
const FILES: [&str; 3] = ["site.toml", "kit.vkey", "isolated"];

/// Why a site was not backed up, a backup not believed, or not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is there already.
    #[error("{} is there already: backups are never overwritten", .0.display())]
    Exists(PathBuf),
    /// The directory to put it back into holds something.
    #[error("{} is not empty: a site is put back into a new or empty directory", .0.display())]
    NotEmpty(PathBuf),
    /// An earlier attempt was cut off.
    #[error("{} was left by an attempt that was cut off: remove it", .0.display())]
    InTheWay(PathBuf),
    /// A file or folder cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// It is something else.
    #[error("{} is not a backup of a site", .0.display())]
    NotABackup(PathBuf),
    /// A newer release made it.
    #[error("{} was made by a newer release: use that one", .0.display())]
    Newer(PathBuf),
    /// Its end is missing.
    #[error("{} is cut off after {at} bytes", path.display())]
    CutOff {
        /// Which file.
        path: PathBuf,
        /// How much is there.
        at: u64,
    },
    /// It is not what was written.
    #[error("{} was altered: {what}", path.display())]
    Altered {
        /// Which file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// It is whole, and signed by nobody who is trusted here.
    #[error("{} is of {found}, or made up in its name: it is not signed by {expected}", path.display())]
    OtherSite {
        /// Which file.
        path: PathBuf,
        /// Of whom it says it is.
        found: String,
        /// The name of the key that should have signed it.
        expected: String,
    },
    /// It was made for another recovery kit.
    #[error("{} opens with the recovery kit {expected}; these sheets are kit {found}", path.display())]
    OtherKit {
        /// Which file.
        path: PathBuf,
        /// The number of the kit that opens it.
        expected: String,
        /// The number of the kit that was shown.
        found: String,
    },
    /// The site's own record of its kit or keys is damaged.
    #[error("the site's record of its keys is damaged: {0}")]
    Damaged(String),
    /// The key store.
    #[error(transparent)]
    Keys(#[from] vault::KeyStoreError),
    /// The database.
    #[error(transparent)]
    Database(#[from] store::ViewError),
    /// The database that was put back.
    #[error(transparent)]
    Rebuild(#[from] store::RebuildError),
    /// What unlocks the new key store was not given.
    #[error("{0}")]
    Unlock(String),
    /// There is no randomness.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

impl BackupError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::File { path, cause }
    }

    /// Whether something is not what was made or signed: exit code 5.
    pub fn does_not_verify(&self) -> bool {
        matches!(
            self,
            Self::NotABackup(_)
                | Self::CutOff { .. }
                | Self::Altered { .. }
                | Self::OtherSite { .. }
                | Self::OtherKit { .. }
                | Self::Database(store::ViewError::NotVerified(_))
                | Self::Rebuild(_)
        )
    }
}

/// The public key of a site, from its key store: what its backups are signed with.
///
/// # Errors
/// If the key store does not open.
pub fn site_key(config: &SiteConfig, unlock: &Unlock) -> Result<Verifier, BackupError> {
    let keys = KeyStore::open(&config.dir.join(FILE_NAME), &config.site, unlock)?;
    let signer = site_signer(&config.site, &keys).map_err(damaged)?;
    Ok(signer.verifier().clone())
}

fn damaged(cause: impl ToString) -> BackupError {
    BackupError::Damaged(cause.to_string())
}

/// What the seal at a backup's end says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    /// How far its ledger reaches.
    ledger: Head,
    /// Bytes before the seal.
    bytes: u64,
    /// The hash over them.
    sha256: ids::Digest,
}
