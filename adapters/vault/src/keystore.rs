//! The key store: one file, `keys.sealed`, with every key that the gateway needs at boot.
//!
//! Line 1 is a header (JSON): form, version, site, how it is unlocked. Line 2 is the sealed body in
//! base64. The header is authenticated with the body. The body is sealed with AES-256-GCM under a
//! key that argon2id makes of a passphrase or of a systemd credential.
//!
//! A crash while it is written leaves the old file or the new one, never a part of either.

mod body;
pub(crate) mod file;

use std::fmt;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::{BASE64, HEXLOWER};
use ids::SiteId;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::primitives::{self, NoRandomness, secret_bytes};
use crate::secret::VaultKey;
use crate::wrapped::PrivateKey;

/// The file's name in the site's folder.
pub const FILE_NAME: &str = "keys.sealed";

/// The systemd credential's name in `$CREDENTIALS_DIRECTORY`.
pub const CREDENTIAL_NAME: &str = "sekisho-keys";

/// What is appended to the key store's path for the bare key of
/// [`Unlock::DangerousKeyBesideData`].
pub const DANGEROUS_SUFFIX: &str = ".dangerous-key";

/// The keys that every site has.
pub const NAMES: [&str; 5] = ["site", "ca", "vault", "recording", "tokens"];

/// Memory, passes and lanes of argon2id: RFC 9106 §4's second choice (64 MiB, 3 passes) on one lane.
/// It runs once per boot; a gateway has this memory, and a guesser's card needs it per guess.
const ARGON2: Argon2Settings = Argon2Settings {
    memory_kib: 65_536,
    passes: 3,
    lanes: 1,
};

/// What a file may ask for at most, so that an altered one cannot exhaust the machine.
const ARGON2_MOST: Argon2Settings = Argon2Settings {
    memory_kib: 1_048_576,
    passes: 16,
    lanes: 8,
};

/// The shortest passphrase or credential, in bytes: `login`'s floor for passphrases is 13.
pub const SHORTEST_SECRET: usize = 13;

/// The form's name and version.
const FORM: &str = "sekisho-keys";
const VERSION: u8 = 1;

secret_bytes!(
    /// The Ed25519 seed that signs the site's checkpoints.
    SiteSeed
);

secret_bytes!(
    /// The key that authenticates the records of sign-ins (`login::Tokens`).
    TokenKey
);

/// The private key of the site's CA, PKCS#8 DER.
#[derive(Clone)]
pub struct CaKey(Zeroizing<Vec<u8>>);

impl CaKey {
    /// From PKCS#8 DER, as `tunnel` made it.
    pub fn from_pkcs8(der: Vec<u8>) -> Self {
        Self(Zeroizing::new(der))
    }

    /// PKCS#8 DER.
    pub fn as_pkcs8(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaKey(…)")
    }
}

/// The keys of a site.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Signs checkpoints.
    pub site: SiteSeed,
    /// Issues certificates.
    pub ca: CaKey,
    /// Seals secrets.
    pub vault: VaultKey,
    /// Receives recording keys.
    pub recording: PrivateKey,
    /// Authenticates sign-ins.
    pub tokens: TokenKey,
}

impl Keys {
    /// Fresh keys beside the CA's, which `tunnel` makes with its first certificate.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate(ca: CaKey) -> Result<Self, NoRandomness> {
        Ok(Self {
            site: SiteSeed::generate()?,
            ca,
            vault: VaultKey::generate()?,
            recording: PrivateKey::generate()?,
            tokens: TokenKey::generate()?,
        })
    }
}

/// What unlocks the key store.
pub enum Unlock {
    /// A passphrase that a person types at every boot.
    Passphrase(Zeroizing<String>),
    /// The content of a systemd credential (`systemd-creds`, bound to the TPM if there is one).
    Credential(Zeroizing<Vec<u8>>),
    /// A bare key in a file beside the sealed one. Whoever copies the disk or a backup of it has
    /// every key; the configuration must say `dangerous_key_beside_data`.
    DangerousKeyBesideData,
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase(…)",
            Self::Credential(_) => "Credential(…)",
            Self::DangerousKeyBesideData => "DangerousKeyBesideData",
        })
    }
}

impl Unlock {
    /// Reads the credential [`CREDENTIAL_NAME`] from the folder that systemd names in
    /// `$CREDENTIALS_DIRECTORY`.
    ///
    /// # Errors
    /// If it cannot be read. systemd guards that folder itself, so its modes are not looked at.
    pub fn from_credentials_directory(folder: &Path) -> Result<Self, KeyStoreError> {
        Ok(Self::Credential(file::read(&folder.join(CREDENTIAL_NAME))?))
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Passphrase(_) | Self::Credential(_) => Kind::Secret,
            Self::DangerousKeyBesideData => Kind::DangerousKeyBesideData,
        }
    }

    /// The bytes of the passphrase or credential: NFKC for what was typed, without the line's end
    /// for what stood in a file.
    fn secret(&self) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        let secret = match self {
            Self::Passphrase(text) => {
                let text: Zeroizing<String> = Zeroizing::new(text.nfkc().collect());
                Zeroizing::new(text.as_bytes().to_vec())
            }
            Self::Credential(bytes) => Zeroizing::new(bytes.trim_ascii_end().to_vec()),
            Self::DangerousKeyBesideData => Zeroizing::new(Vec::new()),
        };
        if secret.len() < SHORTEST_SECRET {
            return Err(KeyStoreError::SecretTooShort);
        }
        Ok(secret)
    }
}

/// Why a key store was not made, opened or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// There is none.
    #[error("{path} does not exist: make the site with `sekisho site init`, or restore the file")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is one already; keys are never overwritten.
    #[error("{path} exists already: keys are never overwritten")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// Others than its owner can read or write it.
    #[error(
        "{path} can be read or written by others (mode {mode:04o}): run `chmod 600 {path}`, and change the keys if somebody may have read it"
    )]
    TooOpen {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not what this gateway writes.
    #[error("{path} is not a key store: {what}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// It was written by a newer release.
    #[error("{path} was written by a newer release (version {version}): upgrade sekisho")]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        version: u8,
    },
    /// It holds the keys of another site.
    #[error("{path} holds the keys of site {found}, not of {expected}")]
    OtherSite {
        /// Which file.
        path: PathBuf,
        /// The site of the folder.
        expected: SiteId,
        /// The site of the keys.
        found: SiteId,
    },
    /// It is unlocked in another way.
    #[error("{path} is unlocked by {found}, and the configuration says otherwise")]
    UnlockedOtherwise {
        /// Which file.
        path: PathBuf,
        /// By what it is unlocked.
        found: &'static str,
    },
    /// The passphrase or credential is too short to protect anything.
    #[error("the passphrase or credential of the key store has at least {SHORTEST_SECRET} bytes")]
    SecretTooShort,
    /// The passphrase is wrong or the file was altered; the two cannot be told apart.
    #[error("{path} does not open: the passphrase or credential is wrong, or the file was altered")]
    DoesNotOpen {
        /// Which file.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The memory for argon2id could not be had.
    #[error("not enough memory to unlock the key store: {} MiB are needed", ARGON2.memory_kib / 1024)]
    NoMemory,
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Secret,
    DangerousKeyBesideData,
}

impl Kind {
    fn said(self) -> &'static str {
        match self {
            Self::Secret => "a passphrase or credential",
            Self::DangerousKeyBesideData => "a bare key beside it (dangerous_key_beside_data)",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Argon2Settings {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Line 1 of the file, authenticated as the bytes that stand there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    form: String,
    version: u8,
    site: SiteId,
    unlocked_by: Kind,
    argon2id: Option<Argon2Settings>,
    salt: String,
}

/// What of a header is read first, so that a newer one is recognised as such.
#[derive(Deserialize)]
struct FormAndVersion {
    form: String,
    version: u8,
}

/// An open key store.
pub struct KeyStore {
    path: PathBuf,
    header: Header,
    sealing: Zeroizing<[u8; 32]>,
    keys: Keys,
    others: body::Named,
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl KeyStore {
    /// Makes the file, mode 0600. An existing one is never touched.
    ///
    /// # Errors
    /// See [`KeyStoreError`].
    pub fn create(
        path: &Path,
        site: &SiteId,
        unlock: &Unlock,
        keys: Keys,
    ) -> Result<Self, KeyStoreError> {
        let kind = unlock.kind();
        let header = Header {
            form: FORM.to_owned(),
            version: VERSION,
            site: site.clone(),
            unlocked_by: kind,
            argon2id: (kind == Kind::Secret).then_some(ARGON2),
            salt: HEXLOWER.encode(primitives::random::<16>()?.as_slice()),
        };
        if path.exists() {
            return Err(KeyStoreError::Exists {
                path: path.to_owned(),
            });
        }
        let beside = dangerous_path(path);
        // A bare key without its key store is what a crash in here leaves: it has sealed nothing.
        if kind == Kind::DangerousKeyBesideData && !beside.exists() {
            let bare = primitives::random::<32>()?;
            let text = Zeroizing::new(HEXLOWER.encode(bare.as_slice()));
            file::create(&beside, text.as_bytes())?;
        }
        let sealing = sealing_key(path, &header, unlock)?;
        let store = Self {
            path: path.to_owned(),
            header,
            sealing,
            keys,
            others: body::Named::default(),
        };
        file::create(path, &store.sealed()?)?;
        Ok(store)
    }

    /// Opens the file of a site.
    ///
    /// # Errors
    /// See [`KeyStoreError`].
    pub fn open(path: &Path, site: &SiteId, unlock: &Unlock) -> Result<Self, KeyStoreError> {
        let content = file::read_private(path)?;
        let malformed = |what| KeyStoreError::Malformed {
            path: path.to_owned(),
            what,
        };
        let (first, rest) = content
            .split_at_checked(line_end(&content))
            .ok_or_else(|| malformed("no header"))?;
        let header = read_header(path, first)?;
        if header.site != *site {
            return Err(KeyStoreError::OtherSite {
                path: path.to_owned(),
                expected: site.clone(),
                found: header.site,
            });
        }
        if header.unlocked_by != unlock.kind() {
            let found = header.unlocked_by.said();
            return Err(KeyStoreError::UnlockedOtherwise {
                path: path.to_owned(),
                found,
            });
        }
        let sealed = BASE64
            .decode(rest.trim_ascii())
            .map_err(|_| malformed("the body is not base64"))?;
        let sealing = sealing_key(path, &header, unlock)?;
        let plain =
            primitives::open(&sealing, first, &sealed).map_err(|_| KeyStoreError::DoesNotOpen {
                path: path.to_owned(),
            })?;
        let mut others = body::decode(&plain).map_err(malformed)?;
        let keys = body::take_keys(&mut others).map_err(malformed)?;
        Ok(Self {
            path: path.to_owned(),
            header,
            sealing,
            keys,
            others,
        })
    }

    /// Every key in one piece, for a backup that only the recovery kit opens: whoever has this is the
    /// site.
    pub fn for_backup(&self) -> Zeroizing<Vec<u8>> {
        body::encode(&self.keys, &self.others)
    }

    /// Makes the file anew of what [`KeyStore::for_backup`] gave, unlocked as it is asked here: the
    /// machine that sealed the old one may be gone.
    ///
    /// # Errors
    /// See [`KeyStoreError`].
    pub fn from_backup(
        path: &Path,
        site: &SiteId,
        unlock: &Unlock,
        plain: &[u8],
    ) -> Result<Self, KeyStoreError> {
        let malformed = |what| KeyStoreError::Malformed {
            path: path.to_owned(),
            what,
        };
        let mut others = body::decode(plain).map_err(malformed)?;
        let keys = body::take_keys(&mut others).map_err(malformed)?;
        let mut store = Self::create(path, site, unlock, keys)?;
        for (name, key) in others {
            store.put_other(&name, key)?;
        }
        Ok(store)
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// A further key by its name, for example of the console's TLS certificate.
    pub fn other(&self, name: &str) -> Option<&[u8]> {
        self.others.get(name).map(|bytes| bytes.as_slice())
    }

    /// Keeps a further key and writes the file.
    ///
    /// # Errors
    /// See [`KeyStoreError`]; the file is then as it was.
    pub fn put_other(&mut self, name: &str, key: Zeroizing<Vec<u8>>) -> Result<(), KeyStoreError> {
        let possible = !name.is_empty()
            && name.len() <= 64
            && !NAMES.contains(&name)
            && key.len() <= body::LONGEST_KEY;
        if !possible {
            let what = "a further key has another name than the site's own, and at most 8 KiB";
            return Err(KeyStoreError::Malformed {
                path: self.path.clone(),
                what,
            });
        }
        let before = self.others.insert(name.to_owned(), key);
        let written = self
            .sealed()
            .and_then(|content| file::replace(&self.path, &content));
        if written.is_err() {
            match before {
                Some(before) => self.others.insert(name.to_owned(), before),
                None => self.others.remove(name),
            };
        }
        written
    }

    /// Changes the site's keys (rotation) and writes the file.
    ///
    /// # Errors
    /// See [`KeyStoreError`]; the file and the open store are then as they were.
    pub fn replace_keys(&mut self, keys: Keys) -> Result<(), KeyStoreError> {
        let before = std::mem::replace(&mut self.keys, keys);
        let written = self
            .sealed()
            .and_then(|content| file::replace(&self.path, &content));
        if written.is_err() {
            self.keys = before;
        }
        written
    }

    /// The file's content, sealed under a fresh nonce.
    fn sealed(&self) -> Result<Vec<u8>, KeyStoreError> {
        // Strings and numbers: none of it can fail to be written.
        let header = serde_json::to_vec(&self.header).unwrap_or_default();
        let plain = body::encode(&self.keys, &self.others);
        let sealed = primitives::seal(&self.sealing, &header, &plain)?;
        Ok([
            &header,
            b"\n".as_slice(),
            BASE64.encode(&sealed).as_bytes(),
            b"\n",
        ]
        .concat())
    }
}

fn line_end(content: &[u8]) -> usize {
    content
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(content.len())
}

fn read_header(path: &Path, line: &[u8]) -> Result<Header, KeyStoreError> {
    let malformed = |what| KeyStoreError::Malformed {
        path: path.to_owned(),
        what,
    };
    let form: FormAndVersion =
        serde_json::from_slice(line).map_err(|_| malformed("its first line is no header"))?;
    if form.form != FORM {
        return Err(malformed("its header names another form"));
    }
    if form.version != VERSION {
        return Err(KeyStoreError::Newer {
            path: path.to_owned(),
            version: form.version,
        });
    }
    serde_json::from_slice(line).map_err(|_| malformed("its header is not complete"))
}

fn sealing_key(
    path: &Path,
    header: &Header,
    unlock: &Unlock,
) -> Result<Zeroizing<[u8; 32]>, KeyStoreError> {
    let malformed = |what| KeyStoreError::Malformed {
        path: path.to_owned(),
        what,
    };
    let salt = HEXLOWER
        .decode(header.salt.as_bytes())
        .ok()
        .filter(|salt| salt.len() == 16)
        .ok_or_else(|| malformed("its salt is not 16 bytes"))?;
    match (unlock, header.argon2id) {
        (Unlock::Passphrase(_) | Unlock::Credential(_), Some(settings)) => {
            let settings = bounded(settings)
                .ok_or_else(|| malformed("its argon2id settings are out of bounds"))?;
            let mut key = Zeroizing::new([0u8; 32]);
            Argon2::new(Algorithm::Argon2id, Version::V0x13, settings)
                .hash_password_into(&unlock.secret()?, &salt, key.as_mut_slice())
                .map_err(|_| KeyStoreError::NoMemory)?;
            Ok(key)
        }
        (Unlock::DangerousKeyBesideData, None) => {
            let beside = dangerous_path(path);
            let bare = file::read_private(&beside)?;
            let bare = HEXLOWER.decode(bare.trim_ascii()).map(Zeroizing::new).ok();
            let bare = bare
                .filter(|bare| bare.len() == 32)
                .ok_or(KeyStoreError::Malformed {
                    path: beside,
                    what: "it is not 32 bytes in hexadecimal",
                })?;
            Ok(primitives::derive(&bare, b"sekisho/keys/v1", &salt))
        }
        (Unlock::Passphrase(_) | Unlock::Credential(_) | Unlock::DangerousKeyBesideData, _) => {
            Err(malformed("its header contradicts itself"))
        }
    }
}

fn bounded(settings: Argon2Settings) -> Option<Params> {
    let Argon2Settings {
        memory_kib,
        passes,
        lanes,
    } = settings;
    let most = ARGON2_MOST;
    let within = memory_kib <= most.memory_kib && passes <= most.passes && lanes <= most.lanes;
    let strong = memory_kib >= ARGON2.memory_kib && passes >= ARGON2.passes;
    (within && strong)
        .then(|| Params::new(memory_kib, passes, lanes, Some(32)).ok())
        .flatten()
}

fn dangerous_path(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(DANGEROUS_SUFFIX);
    beside.into()
}

#[cfg(test)]
mod tests;
