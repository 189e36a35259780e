//! SSH: how a target is known and entered, and what may be done inside a session.

use ids::NonEmpty;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// How an SSH target is known and entered. Its secret is set apart, and never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshTarget {
    /// The account under which the gateway signs in.
    pub user: String,
    /// The target's host key, pinned: `ssh-ed25519 AAAA…` (OpenSSH's public key format).
    pub host_key: String,
}

/// An SSH target as the hospital's people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshShown {
    /// The account under which the gateway signs in.
    pub user: String,
    /// The pinned host key, as a line.
    pub host_key: String,
    /// Of what kind the secret in the vault is; absent: there is none, and nobody can connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretKind>,
}

/// With what the gateway signs in at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// A password.
    Password,
    /// A private key.
    Key,
    /// A certificate for one sign-in, of an authority that this target trusts.
    Certificate,
}

/// Puts the secret of an account of a target into the vault. `Debug` hides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SetTargetSecret {
    /// This password; of a database that of the account that may change data.
    Password(Secret),
    /// Of a database: this password of the account that may only read.
    ReaderPassword(Secret),
    /// This private key, in OpenSSH's format, without a passphrase of its own.
    Key(Secret),
    /// A new key, made by the gateway: nobody ever sees its private half.
    Generate {},
    /// A new authority, made by the gateway: by its certificates this target is entered.
    Certificate {},
}

/// The secret is in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSecretSet {
    /// For a key or an authority: the line for the target's `authorized_keys`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
    /// In what it is weak all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<super::SecretWeakness>,
}

/// Pins another host key to an SSH target. Its sessions end, its grants are withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinHostKey {
    /// The new key: `ssh-ed25519 AAAA…`.
    pub host_key: String,
}

/// The host key that the gateway itself shows to engineers' SSH clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshHostKey {
    /// `ssh-ed25519 AAAA…` (OpenSSH's public key format), as it stands in a `known_hosts` file.
    pub host_key: String,
}

/// What may be done inside an SSH session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshTerms {
    /// An interactive shell.
    pub shell: bool,
    /// Single commands.
    pub exec: bool,
    /// Files into the hospital, by SFTP or SCP.
    pub upload: Files,
    /// Files out of the hospital, by SFTP or SCP.
    pub download: Files,
}

/// Which files may pass, one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Files {
    /// None.
    No,
    /// These.
    Yes {
        /// Where on the target they may lie.
        paths: Paths,
        /// Bytes of all of them together, over the whole visit.
        most_bytes: u64,
    },
}

/// Where files may lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Paths {
    /// Anywhere that the target's account may read or write.
    Anywhere,
    /// In or under one of these absolute folders, or exactly this file.
    Under(NonEmpty<String>),
}
