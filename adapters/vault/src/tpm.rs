//! The key store's passphrase, kept by this machine's TPM 2.0 (decision 0052): the gateway starts after a power cut with nobody
//! there, and a copied disk opens nothing.
//!
//! ```text
//! keys.tpm:  the passphrase, sealed under a random key ── that key, sealed by the TPM ── the name of the TPM's storage key
//! ```
//!
//! It stands beside the key store and changes nothing in it: whoever knows the passphrase opens it without any TPM. What the TPM
//! sealed never leaves it for another one, and is bound to no state of the machine: an update of its firmware
//! locks nobody out.
//!
//! The TPM is asked by Debian's `tpm2-tools`. Secrets go through their standard input and output, encrypted on the way to
//! the chip for its own key, which is compared first with the one that sealed: what sits on the wires between
//! reads nothing and takes nobody's place.

mod tools;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use ids::SiteId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keystore::{KeyStoreError, file};
use crate::primitives::{self, NoRandomness};
use tools::Talk;

/// The file's name in the site's folder.
pub const FILE_NAME: &str = "keys.tpm";

/// Which TPM is meant, as `tpm2-tools` and tpm2-tss read it, if it is not the machine's own. What it names can refuse, and read nothing.
const WHICH_TPM: &str = "TPM2TOOLS_TCTI";

/// The form's name and version.
const FORM: &str = "sekisho-keys-tpm";
const VERSION: u8 = 1;

/// Why the TPM did not keep the passphrase, or did not give it.
#[derive(Debug, thiserror::Error)]
pub enum TpmError {
    /// The programs that speak with it are not there.
    #[error("tpm2-tools is not installed: `apt install tpm2-tools`")]
    NoTools,
    /// Nothing answers as a TPM.
    #[error("no TPM 2.0 answers, or this user may not use it (group tss): {said}")]
    NoTpm {
        /// What was said.
        said: String,
    },
    /// It is not the TPM that sealed, or that one was cleared.
    #[error(
        "this is not the TPM that keeps the passphrase of {path}, or it was cleared: start with --passphrase-file, then run `sekisho site tpm seal` again"
    )]
    Another {
        /// Of which file.
        path: PathBuf,
    },
    /// Somebody set a password for what the TPM keeps for the machine's owner.
    #[error(
        "the TPM's owner hierarchy has a password, so the gateway cannot use it: take it away (tpm2_changeauth -c owner -p OLD), or start with --passphrase-file"
    )]
    OwnersPassword,
    /// It takes no more tries for now, because of wrong ones.
    #[error("the TPM refuses for now, after wrong passwords elsewhere (lockout): {said}")]
    Lockout {
        /// What was said.
        said: String,
    },
    /// It does not answer in time.
    #[error("the TPM did not answer within {} seconds", tools::WITHIN_SECONDS)]
    Silent,
    /// It said no for another reason.
    #[error("the TPM did not {step}: {said}")]
    Failed {
        /// What it was to do.
        step: &'static str,
        /// What was said.
        said: String,
    },
    /// The file is not what this gateway writes, or was altered.
    #[error(
        "{path} is damaged: start with --passphrase-file, then run `sekisho site tpm seal` again"
    )]
    Damaged {
        /// Which.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] KeyStoreError),
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// What stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    form: String,
    version: u8,
    site: SiteId,
    /// The name of the TPM's storage key (TPM 2.0 part 1, §16): a digest of its public half.
    storage: String,
    /// The key under which the passphrase is sealed, as the TPM gave it out: its public part, and the one that it alone reads.
    public: String,
    private: String,
    /// The passphrase, sealed.
    passphrase: String,
}

/// Whether this site's passphrase is kept by a TPM.
pub fn is_kept(folder: &Path) -> bool {
    folder.join(FILE_NAME).exists()
}

/// A TPM.
#[derive(Debug, Clone, Default)]
pub struct Tpm {
    which: Option<OsString>,
}

impl Tpm {
    /// This machine's, or the one that the variable `TPM2TOOLS_TCTI` names.
    pub fn of_this_machine() -> Self {
        Self {
            which: std::env::var_os(WHICH_TPM),
        }
    }

    /// Has the TPM keep the passphrase, in place of any that it kept for this site. The file is there whole, or not at all.
    ///
    /// # Errors
    /// See [`TpmError`]; a file from before is then as it was.
    pub fn keep(&self, folder: &Path, site: &SiteId, passphrase: &str) -> Result<(), TpmError> {
        let path = folder.join(FILE_NAME);
        let talk = Talk::begin(self, folder)?;
        let storage = talk.storage_key()?;
        let key = primitives::random::<32>()?;
        let (public, private) = talk.seal(key.as_slice())?;
        let bound = bound_to(site, &storage);
        let sealed = primitives::seal(&key, &bound, passphrase.as_bytes())?;
        let kept = Kept {
            form: FORM.to_owned(),
            version: VERSION,
            site: site.clone(),
            storage,
            public: BASE64.encode(&public),
            private: BASE64.encode(&private),
            passphrase: BASE64.encode(&sealed),
        };
        // Strings and numbers: none of it can fail to be written.
        let mut text = serde_json::to_vec(&kept).unwrap_or_default();
        text.push(b'\n');
        if path.exists() {
            file::replace(&path, &text)?;
        } else {
            file::create(&path, &text)?;
        }
        Ok(())
    }

    /// The passphrase that the TPM keeps for this site.
    ///
    /// # Errors
    /// See [`TpmError`].
    pub fn passphrase(&self, folder: &Path, site: &SiteId) -> Result<Zeroizing<String>, TpmError> {
        let path = folder.join(FILE_NAME);
        let damaged = || TpmError::Damaged { path: path.clone() };
        let text = file::read_private(&path)?;
        let kept: Kept = serde_json::from_slice(&text).map_err(|_| damaged())?;
        if kept.form != FORM || kept.version != VERSION || kept.site != *site {
            return Err(damaged());
        }
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).map_err(|_| damaged());
        let (public, private) = (bytes(&kept.public)?, bytes(&kept.private)?);
        let talk = Talk::begin(self, folder)?;
        if talk.storage_key()? != kept.storage {
            return Err(TpmError::Another { path });
        }
        let key = talk.unseal(&public, &private, damaged)?;
        let key = <[u8; 32]>::try_from(key.as_slice()).map(Zeroizing::new);
        let key = key.map_err(|_| damaged())?;
        let sealed = bytes(&kept.passphrase)?;
        let plain = primitives::open(&key, &bound_to(site, &kept.storage), &sealed);
        let plain = plain.map_err(|_| damaged())?;
        let text = std::str::from_utf8(&plain).map_err(|_| damaged())?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// Lets the TPM keep it no more; what it sealed is nothing without the file.
///
/// # Errors
/// If the file cannot be removed; one that is not there is removed.
pub fn forget(folder: &Path) -> Result<(), TpmError> {
    file::remove(&folder.join(FILE_NAME)).map_err(TpmError::File)
}

fn bound_to(site: &SiteId, storage: &str) -> Vec<u8> {
    [
        b"sekisho/keys-tpm/v1\0",
        site.as_str().as_bytes(),
        b"\0",
        storage.as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod chip;
#[cfg(test)]
mod tests;
