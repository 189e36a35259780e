//! Where everything lies on this computer: paths, keys, the memory of the ledger, the sign-in.
//!
//! ```text
//! HOME/sites/SITE/site.json      the pinned site, and who we are there
//!                 device.key     PKCS #8, never leaves this computer   (engineers)
//!                 device.crt     what the site's CA said of it         (engineers)
//!                 witness.key    seed of the cosigning key             (engineers)
//!                 memory.json    the last checkpoint that was seen, compared and kept
//!                 known_hosts    the gateway's own SSH host key, for the engineer's ssh
//!                 sign-in.json   the token of the sign-in and when it ends
//! HOME/local/ID/sign-in.json     the same for a gateway's local socket
//! ```
//!
//! Folders are entered by their owner only (0700), files read by their owner only (0600). Every file
//! is replaced whole: after a crash there is the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use faults::Point;
use ids::{DeviceId, PersonId, SiteId, Timestamp};
use ledger::witness::Memory;
use ledger::{Signer, Verifier};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tunnel::{DeviceIdentity, DialOptions, SiteTrust};
use wire::{Bytes, Secret};
use zeroize::Zeroizing;

use crate::api::Api;
use crate::here;

const SITE: &str = "site.json";
const DEVICE_KEY: &str = "device.key";
const DEVICE_CERTIFICATE: &str = "device.crt";
const WITNESS_KEY: &str = "witness.key";
const MEMORY: &str = "memory.json";
const KNOWN_HOSTS: &str = "known_hosts";
const SIGN_IN: &str = "sign-in.json";
/// The longest of our own files that is read, in bytes: a memory with a full note in it.
const MAX_FILE: u64 = 1024 * 1024;
/// What a token, a seed or a pinned key takes in JSON, several times over.
const ROOM: usize = 8 * 1024;
/// A token is not used in the last moments of its life: the call would arrive too late.
const TOKEN_MARGIN: Duration = Duration::from_secs(5);

/// Why something on this computer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A file or folder cannot be written.
    #[error("{path} cannot be written: {cause}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Others can read what is ours alone.
    #[error(
        "{path} can be read by other users of this computer: expected permissions for its owner only"
    )]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// No site was joined, or not this one.
    #[error("no site was joined on this computer yet")]
    NotJoined,
    /// Several were joined, and none was named.
    #[error("several sites were joined on this computer: name one of {sites:?}")]
    SeveralSites {
        /// Which there are.
        sites: Vec<SiteId>,
    },
    /// This site was joined already.
    #[error("{site} was joined on this computer already")]
    AlreadyJoined {
        /// Which.
        site: SiteId,
    },
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    NoRandomness,
}

/// The folder that holds everything.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

/// The pinned site, and who we are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// The version of this file.
    pub v: u32,
    /// The site.
    pub site: SiteId,
    /// What it is called.
    pub site_name: String,
    /// Where its listener is reached: `host:port`.
    pub address: String,
    /// The name to ask for there (SNI).
    pub name: String,
    /// Its CA certificate, DER.
    pub ca: Bytes,
    /// Its verifier key.
    pub site_key: Verifier,
    /// The verifier key of its recovery kit.
    pub kit_key: Verifier,
    /// Who we are.
    pub person: PersonId,
    /// The name to sign in with, if it was chosen on this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The device that this computer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
}

/// The version of `site.json` that is written here.
pub(crate) const PINNED_VERSION: u32 = 1;

/// A sign-in that may still be good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptSignIn {
    /// The token.
    pub token: Secret,
    /// When it ends.
    pub until: Timestamp,
}

/// One joined site on this computer.
#[derive(Debug, Clone)]
pub struct Membership {
    folder: PathBuf,
    pinned: Pinned,
}

/// Where the sign-in over a gateway's local socket is kept.
#[derive(Debug, Clone)]
pub struct SignInPlace {
    folder: PathBuf,
}

impl Home {
    /// This folder; it need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder that the system's customs name, from the environment: `SEKISHO_HOME`, else
    /// `%APPDATA%\sekisho` on Windows, else `$XDG_CONFIG_HOME/sekisho`, else `~/.config/sekisho`.
    pub fn customary(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(folder) = given("SEKISHO_HOME") {
            return Some(Self::at(folder));
        }
        let base = if cfg!(windows) {
            PathBuf::from(given("APPDATA")?)
        } else if let Some(config) = given("XDG_CONFIG_HOME") {
            PathBuf::from(config)
        } else {
            PathBuf::from(given("HOME")?).join(".config")
        };
        Some(Self::at(base.join("sekisho")))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every site that was joined.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn sites(&self) -> Result<Vec<SiteId>, KeepError> {
        let folder = self.folder.join("sites");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&folder, &error)),
        };
        let mut sites: Vec<SiteId> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        sites.sort();
        Ok(sites)
    }

    /// The named site, or the only one.
    ///
    /// # Errors
    /// If it was not joined, or several were and none was named.
    pub fn choose(&self, named: Option<&SiteId>) -> Result<Membership, KeepError> {
        if let Some(site) = named {
            return self.site(site);
        }
        match self.sites()?.as_slice() {
            [] => Err(KeepError::NotJoined),
            [site] => self.site(site),
            sites => Err(KeepError::SeveralSites {
                sites: sites.to_vec(),
            }),
        }
    }

    /// One site.
    ///
    /// # Errors
    /// If it was not joined, or what was kept cannot be read.
    pub fn site(&self, site: &SiteId) -> Result<Membership, KeepError> {
        let folder = self.site_folder(site);
        let pinned: Pinned = read_json(&folder, SITE)?.ok_or(KeepError::NotJoined)?;
        if pinned.v != PINNED_VERSION || pinned.site != *site {
            return Err(KeepError::Unreadable {
                path: folder.join(SITE),
                cause: format!("expected version {PINNED_VERSION} for {site}"),
            });
        }
        Ok(Membership { folder, pinned })
    }

    /// Where the sign-in over the local socket of this site directory is kept.
    pub fn local(&self, site_dir: &Path) -> SignInPlace {
        let whole = fs::canonicalize(site_dir).unwrap_or_else(|_| site_dir.to_owned());
        let hash = digest(&SHA256, whole.as_os_str().as_encoded_bytes());
        let id: String = HEXLOWER.encode(hash.as_ref()).chars().take(16).collect();
        SignInPlace {
            folder: self.folder.join("local").join(id),
        }
    }

    pub(crate) fn site_folder(&self, site: &SiteId) -> PathBuf {
        self.folder.join("sites").join(site.as_str())
    }

    /// A folder in which a membership is put together before it gets its name.
    pub(crate) fn begin(&self, site: &SiteId) -> Result<PathBuf, KeepError> {
        // A name that is no site's, so that half a membership is never taken for one.
        let folder = self.folder.join("sites").join(format!(".{site}.joining"));
        match fs::remove_dir_all(&folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unwritable(&folder, error)),
        }
        here::private_folder(&folder).map_err(|error| unwritable(&folder, error))?;
        Ok(folder)
    }

    /// Gives a membership its name.
    pub(crate) fn finish(&self, begun: &Path, site: &SiteId) -> Result<Membership, KeepError> {
        let folder = self.site_folder(site);
        durable(Point::KeepNamed, &folder, || fs::rename(begun, &folder))
            .map_err(|error| unwritable(&folder, error))?;
        sync_parent(&folder)?;
        self.site(site)
    }
}

impl Membership {
    /// The pinned site, and who we are there.
    pub fn pinned(&self) -> &Pinned {
        &self.pinned
    }

    /// The site.
    pub fn site(&self) -> &SiteId {
        &self.pinned.site
    }

    /// How the site is known: its CA and its name.
    pub fn trust(&self) -> SiteTrust {
        SiteTrust {
            ca: self.pinned.ca.0.clone(),
            name: self.pinned.name.clone(),
        }
    }

    /// What this device proves itself with, if it is one.
    ///
    /// # Errors
    /// If the key cannot be read, or others can read it.
    pub fn device(&self) -> Result<Option<DeviceIdentity>, KeepError> {
        if self.pinned.device.is_none() {
            return Ok(None);
        }
        let missing = |name: &str| KeepError::Unreadable {
            path: self.folder.join(name),
            cause: io::Error::from(io::ErrorKind::NotFound).to_string(),
        };
        let key = read(&self.folder, DEVICE_KEY)?.ok_or_else(|| missing(DEVICE_KEY))?;
        let certificate =
            read(&self.folder, DEVICE_CERTIFICATE)?.ok_or_else(|| missing(DEVICE_CERTIFICATE))?;
        Ok(Some(DeviceIdentity {
            certificate: certificate.to_vec(),
            key,
        }))
    }

    /// The key with which this device cosigns checkpoints, if it is one.
    ///
    /// # Errors
    /// If it cannot be read, or others can read it.
    pub fn witness(&self) -> Result<Option<Signer>, KeepError> {
        let Some(seed) = read(&self.folder, WITNESS_KEY)? else {
            return Ok(None);
        };
        let malformed = |cause: String| KeepError::Unreadable {
            path: self.folder.join(WITNESS_KEY),
            cause,
        };
        let kept: WitnessKey =
            serde_json::from_slice(&seed).map_err(|error| malformed(error.to_string()))?;
        kept.signer()
            .map(Some)
            .map_err(|error| malformed(error.to_string()))
    }

    /// What is remembered of the site's ledger.
    ///
    /// # Errors
    /// If it cannot be read. It is never started afresh: that would forgive every rewriting.
    pub fn memory(&self) -> Result<Memory, KeepError> {
        read_json(&self.folder, MEMORY)?.ok_or_else(|| KeepError::Unreadable {
            path: self.folder.join(MEMORY),
            cause: io::Error::from(io::ErrorKind::NotFound).to_string(),
        })
    }

    /// Replaces what is remembered. Hold [`Membership::lock`] from reading it until here.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn remember(&self, memory: &Memory) -> Result<(), KeepError> {
        write_json(&self.folder, MEMORY, memory)
    }

    /// Waits until no other process of ours compares with this site's ledger, and keeps others
    /// waiting until the answer is dropped.
    ///
    /// # Errors
    /// If the lock cannot be had.
    pub fn lock(&self) -> Result<impl Drop + Send + use<>, KeepError> {
        let path = self.folder.join("memory.lock");
        let file = match here::private_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                File::options().write(true).open(&path)
            }
            made => made,
        };
        let file = file.map_err(|error| unwritable(&path, error))?;
        file.lock().map_err(|error| unwritable(&path, error))?;
        Ok(Locked(file))
    }

    /// Keeps the gateway's own SSH host key, and gives the file in which `ssh` finds it. `host_key` must
    /// have come over the pinned API.
    ///
    /// # Errors
    /// If it is not a host key, or cannot be written.
    pub fn keep_host_key(&self, host_key: &str) -> Result<PathBuf, KeepError> {
        let path = self.folder.join(KNOWN_HOSTS);
        let line = crate::ssh::known_host(self.site(), host_key).ok_or_else(|| {
            let cause = io::Error::new(io::ErrorKind::InvalidData, "not a host key");
            unwritable(&path, cause)
        })?;
        let kept = read(&self.folder, KNOWN_HOSTS)?;
        if kept.as_deref().map(Vec::as_slice) != Some(line.as_bytes()) {
            write(&self.folder, KNOWN_HOSTS, line.as_bytes())?;
        }
        Ok(path)
    }

    /// Where the sign-in is kept.
    pub fn sign_in_place(&self) -> SignInPlace {
        SignInPlace {
            folder: self.folder.clone(),
        }
    }

    /// The site's API over the network, with the kept sign-in if it is still good.
    ///
    /// # Errors
    /// If the device's key or the sign-in cannot be read.
    pub fn api(&self, bind: Option<IpAddr>, now: Timestamp) -> Result<Api, KeepError> {
        let options = DialOptions {
            bind,
            ..DialOptions::default()
        };
        let token = self.sign_in_place().token(now)?;
        let address = self.pinned.address.clone();
        Ok(Api::network(address, self.trust(), self.device()?, options).with_token(token))
    }
}

/// Unlocks when it is dropped.
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing the file unlocks it as well.
        let _ = self.0.unlock();
    }
}

impl SignInPlace {
    /// The token, unless it has ended.
    ///
    /// # Errors
    /// If what is kept cannot be read.
    pub fn token(&self, now: Timestamp) -> Result<Option<Secret>, KeepError> {
        Ok(self
            .sign_in()?
            .filter(|kept| kept.until > now.plus(TOKEN_MARGIN))
            .map(|kept| kept.token))
    }

    /// What is kept, ended or not.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn sign_in(&self) -> Result<Option<KeptSignIn>, KeepError> {
        read_json(&self.folder, SIGN_IN)
    }

    /// Keeps a sign-in.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, kept: &KeptSignIn) -> Result<(), KeepError> {
        here::private_folder(&self.folder).map_err(|error| unwritable(&self.folder, error))?;
        write_json(&self.folder, SIGN_IN, kept)
    }

    /// Forgets it.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn forget(&self) -> Result<(), KeepError> {
        let path = self.folder.join(SIGN_IN);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unwritable(&path, error)),
        }
    }
}

/// The cosigning key as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WitnessKey {
    /// The name that it signs under.
    pub(crate) name: String,
    /// The Ed25519 seed.
    pub(crate) seed: wire::SecretBytes,
}

impl WitnessKey {
    pub(crate) fn signer(&self) -> Result<Signer, ledger::note::NotAKey> {
        let seed =
            <&[u8; 32]>::try_from(self.seed.reveal()).map_err(|_| ledger::note::NotAKey::Seed)?;
        Signer::cosigner(&self.name, seed)
    }
}

/// Writes the parts of a membership into the folder in which it is put together.
pub(crate) struct Draft<'a>(pub(crate) &'a Path);

impl Draft<'_> {
    pub(crate) fn device_key(&self, pkcs8: &[u8]) -> Result<(), KeepError> {
        write(self.0, DEVICE_KEY, pkcs8)
    }

    pub(crate) fn device_certificate(&self, der: &[u8]) -> Result<(), KeepError> {
        write(self.0, DEVICE_CERTIFICATE, der)
    }

    pub(crate) fn witness_key(&self, key: &WitnessKey) -> Result<(), KeepError> {
        write_json(self.0, WITNESS_KEY, key)
    }

    pub(crate) fn memory(&self, memory: &Memory) -> Result<(), KeepError> {
        write_json(self.0, MEMORY, memory)
    }

    pub(crate) fn pinned(&self, pinned: &Pinned) -> Result<(), KeepError> {
        write_json(self.0, SITE, pinned)
    }
}

/// Writes a new file that only its owner reads; for secrets that a person asked to have in a file.
///
/// # Errors
/// If it exists already, or cannot be written.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = here::private_file(path)?;
    let written = faults::writing(Point::KeepWritten, path, bytes, |bytes| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if written.is_err() {
        // A piece of it would be in the way of the next try.
        let _ = fs::remove_file(path);
    }
    written
}

/// Replaces a file that only its owner reads, whole: after a crash it is the old one or the new one.
///
/// # Errors
/// If it cannot be written; then the old one stands.
pub fn replace_private(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), KeepError> {
    write(folder, name, bytes)
}

/// Reads a file that only its owner may read.
///
/// # Errors
/// If it is not there, others may read it, or it cannot be read.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeepError> {
    let missing = || unreadable(path, &io::ErrorKind::NotFound.into());
    let (Some(folder), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return Err(missing());
    };
    read(folder, name)?.ok_or_else(missing)
}

fn read_json<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, KeepError> {
    let Some(bytes) = read(folder, name)? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| KeepError::Unreadable {
            path: folder.join(name),
            // Where, not what: the content can be secret (lesson L29).
            cause: format!("line {}, column {}", error.line(), error.column()),
        })
}

fn read(folder: &Path, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeepError> {
    use std::io::Read as _;
    let path = folder.join(name);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&path, &error)),
    };
    let metadata = file.metadata().map_err(|error| unreadable(&path, &error))?;
    if !here::is_private(&metadata) {
        return Err(KeepError::Exposed { path });
    }
    // Room for all of it at once: a vector that grows leaves copies behind that nobody wipes.
    let room = usize::try_from(metadata.len().min(MAX_FILE)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 1));
    file.take(MAX_FILE)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&path, &error))?;
    Ok(Some(bytes))
}

fn write_json<T: Serialize>(folder: &Path, name: &str, value: &T) -> Result<(), KeepError> {
    // What holds a secret is a page at most, and fits without growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer_pretty(&mut *bytes, value)
        .map_err(|error| unwritable(&folder.join(name), error.into()))?;
    write(folder, name, &bytes)
}

/// Replaces a file whole: written aside, brought to the disk, renamed.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), KeepError> {
    let path = folder.join(name);
    let aside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = write_new_private(&aside, bytes).or_else(|error| {
        if error.kind() != io::ErrorKind::AlreadyExists {
            return Err(error);
        }
        // Left behind by a process that had our number and crashed.
        fs::remove_file(&aside)?;
        write_new_private(&aside, bytes)
    });
    written
        .and_then(|()| durable(Point::KeepNamed, &path, || fs::rename(&aside, &path)))
        .map_err(|error| unwritable(&path, error))?;
    sync_parent(&path)
}

fn sync_parent(path: &Path) -> Result<(), KeepError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    durable(Point::KeepFolder, path, || here::sync_folder(folder))
        .map_err(|error| unwritable(folder, error))
}

fn durable<T>(point: Point, path: &Path, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    faults::around(point, path, |error| error, act)
}

fn unreadable(path: &Path, error: &io::Error) -> KeepError {
    KeepError::Unreadable {
        path: path.to_owned(),
        cause: error.to_string(),
    }
}

fn unwritable(path: &Path, cause: io::Error) -> KeepError {
    KeepError::Unwritable {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
#[path = "keep/tests.rs"]
mod tests;
