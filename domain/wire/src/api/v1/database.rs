//! Databases: how a server is known and entered, and what may be done inside a session.

use ids::{Digest, NonEmpty};
use serde::{Deserialize, Serialize};

use super::registry::{Address, Protocol};

/// How a database server is known and entered. Its passwords are set apart, and never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseTarget {
    /// The account that may change data, for visits that do.
    pub user: String,
    /// The account that may only read, for visits that only read. Absent: there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// By what the gateway knows the server.
    pub server: ServerIdentity,
}

/// By what the gateway knows a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerIdentity {
    /// It speaks TLS, with this key and no other.
    Tls {
        /// SHA-256 of its certificate's public key (SubjectPublicKeyInfo, DER).
        spki: Digest,
    },
    /// It does not speak TLS: who holds the hospital's network between the gateway and the server can
    /// read and alter what passes.
    PlainText {
        /// Why the hospital accepts that, and which office of it does: it stands in the ledger.
        accepted: String,
    },
}

/// A database server as the hospital's people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseShown {
    /// The account that may change data.
    pub user: String,
    /// The account that may only read; absent: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// By what the gateway knows the server.
    pub server: ServerIdentity,
    /// The pinned key in words, in their order; none without TLS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Whether the vault has the password of the account that may change data.
    pub password: bool,
    /// Whether it has the one of the account that may only read.
    pub reader_password: bool,
}

/// Pins another server key to a database, or none with the risk accepted. Its sessions end, its grants
/// are withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinDatabaseServer {
    /// By what it is known from here on.
    pub server: ServerIdentity,
}

/// Asks a database server which key it shows. The gateway dials it, and signs in nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskServerKey {
    /// Where it is.
    pub address: Address,
    /// What it speaks; without it PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
}

/// What a database server showed. It is believed only once somebody has compared it at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerKey {
    /// What was dialled.
    pub address: Address,
    /// What it showed.
    pub shown: ServerShown,
}

/// What a database server showed when it was asked for TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerShown {
    /// A key.
    Tls {
        /// SHA-256 of its certificate's public key (SubjectPublicKeyInfo, DER).
        spki: Digest,
        /// The same in words, in their order.
        words: Vec<String>,
    },
    /// That it speaks no TLS.
    PlainText {},
    /// Nothing: nobody answers there, or not as a database does.
    Nothing {},
}

/// What may be done inside a database session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseTerms {
    /// Whether data may be changed.
    pub write: bool,
    /// Which databases of the server.
    pub databases: Databases,
    /// Bytes that results and copies may carry out of the server, over the whole visit.
    pub most_bytes_out: u64,
}

/// Which databases of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Databases {
    /// Each that the account may enter.
    Any,
    /// Those with exactly one of these names.
    Only(NonEmpty<String>),
}
