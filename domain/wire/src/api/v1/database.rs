//! Databases: how a server is known and entered, and what may be done inside a session.

use std::fmt;
use std::str::FromStr;

use ids::{Digest, NonEmpty};
use serde::{Deserialize, Serialize};

use super::registry::{Address, Protocol};
use super::risks::AcceptRisk;

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
    /// It speaks only TLS that is given up everywhere else (1.0 or 1.1, or 1.2 with ciphers and keys of that time), with this key
    /// and no other. For web consoles and RDP.
    OldTls {
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
    /// The columns that hold the numbers of patients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<PatientColumn>,
}

/// A column of a database that holds the numbers of patients. Names are as the server keeps them: letters large
/// and small are different ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatientColumn {
    /// PostgreSQL's schema; of MySQL and MariaDB the database.
    pub schema: String,
    /// The table, or the view.
    pub table: String,
    /// The column.
    pub column: String,
}

impl fmt::Display for PatientColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.schema, self.table, self.column)
    }
}

/// Three names with points between them.
impl FromStr for PatientColumn {
    type Err = NotAColumn;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let names: Vec<&str> = typed.split('.').map(str::trim).collect();
        match names.as_slice() {
            [schema, table, column] if names.iter().all(|name| !name.is_empty()) => Ok(Self {
                schema: (*schema).to_owned(),
                table: (*table).to_owned(),
                column: (*column).to_owned(),
            }),
            _ => Err(NotAColumn),
        }
    }
}

/// What was typed is not three names with points between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a column: expected schema.table.column")]
pub struct NotAColumn;

/// Names the columns of a database that hold the numbers of patients, all of them. What comes out of them is
/// listed of sessions that open from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamePatientColumns {
    /// The columns; none: nothing is listed any more.
    pub columns: Vec<PatientColumn>,
}

/// Pins another server key to a database, or none with the risk accepted. Its sessions end, its grants
/// are withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinDatabaseServer {
    /// By what it is known from here on.
    pub server: ServerIdentity,
    /// The risk that is accepted with it, where the server does not encrypt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<AcceptRisk>,
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
    /// A key, by TLS that is given up everywhere else.
    OldTls {
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
