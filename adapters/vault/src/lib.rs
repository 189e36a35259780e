//! Keys and secrets, sealed at rest; the recovery kit.
//!
//! Trusted to keep a key from everybody who has the files but not what unlocks them. Not trusted to
//! keep one from root while the gateway runs: architecture §7 says so. Nothing here reads a clock;
//! randomness comes from the operating system.

pub mod backup;
mod inventory;
pub mod keystore;
pub mod kit;
pub mod listed;
mod primitives;
mod secret;
mod tag;
pub mod tpm;
mod wrapped;

pub use backup::BackupKey;
pub use inventory::{Bilingual, KeyFact, inventory};
pub use keystore::{KeyStore, KeyStoreError, Keys, Unlock};
pub use kit::{Kit, KitError, KitPublic};
pub use listed::{BadList, Lists};
pub use secret::{
    LONGEST_SECRET, NotASecretRef, OpenError, SealError, SecretRef, VaultKey, open, seal,
};
pub use tag::{Tag, tag};
pub use tpm::TpmError;
pub use wrapped::{
    NotAPublicKey, PrivateKey, PublicKey, RecordingKey, UnwrapError, WrapError, unwrap, wrap,
};

pub use primitives::NoRandomness;
