//! What is done at databases: how they are known and entered, what a grant allows inside.

use std::fmt;

use ids::{Digest, NonEmpty};
use serde::{Deserialize, Serialize};

use super::Protocol;

/// Bytes that a visit may take out of a database whose request says nothing: reports and the rows of a
/// search, not a copy of the whole.
pub const USUAL_BYTES_OUT: u64 = 256 << 20;

/// How a database server is known and entered. The passwords themselves lie in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseTarget {
    /// The account that may change what is there, under which the gateway signs in for such visits.
    pub user: String,
    /// The account that may only read, for visits that only read. Without one there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// By what the gateway knows that it is that server.
    pub server: ServerIdentity,
}

/// By what the gateway knows a server that it dials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerIdentity {
    /// It speaks TLS, with this key and no other.
    Tls {
        /// SHA-256 of its certificate's public key (SubjectPublicKeyInfo, DER), as the hospital pinned it.
        spki: Digest,
    },
    /// It speaks only TLS that is given up everywhere else (1.0 or 1.1, or 1.2 with ciphers and keys of that time), with
    /// this key and no other: whoever holds the hospital's network between the gateway and the server may break it.
    OldTls {
        /// As that of `Tls`.
        spki: Digest,
    },
    /// It does not speak TLS: whoever reads or alters the hospital's network between the gateway and
    /// the server can read and alter what passes, and pass for the server.
    PlainText {
        /// Why the hospital accepts that, and which office of it does.
        accepted: String,
    },
}

impl ServerIdentity {
    /// The key by which it is known, if it has one.
    pub fn spki(&self) -> Option<&Digest> {
        match self {
            Self::Tls { spki } | Self::OldTls { spki } => Some(spki),
            Self::PlainText { .. } => None,
        }
    }

    /// Whether the gateway speaks with such a server under this protocol.
    pub fn fits(&self, protocol: Protocol) -> bool {
        match self {
            Self::Tls { .. } | Self::PlainText { .. } => true,
            Self::OldTls { .. } => protocol.speaks_old_tls(),
        }
    }
}

/// A column that holds the numbers of patients, by which it is seen whose data come out (シQ-23 of the guideline's
/// questions and answers). Names are as the server keeps them: letters large and small are different ones.
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

/// What may be done inside a database session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseTerms {
    /// Whether data may be changed: then the gateway signs in as [`DatabaseTarget::user`], otherwise as
    /// [`DatabaseTarget::reader`].
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
    /// Each that the account may enter. Said by name, never by an empty list (invariant 10).
    Any,
    /// Those with exactly one of these names.
    Only(NonEmpty<String>),
}

impl DatabaseTarget {
    /// What a request means that says nothing: to read, where the server has an account for that.
    pub fn usual_terms(&self) -> DatabaseTerms {
        DatabaseTerms {
            write: self.reader.is_none(),
            databases: Databases::Any,
            most_bytes_out: USUAL_BYTES_OUT,
        }
    }

    /// The account with which a visit under such terms signs in.
    pub fn account(&self, write: bool) -> Option<&str> {
        if write {
            Some(&self.user)
        } else {
            self.reader.as_deref()
        }
    }
}

impl DatabaseTerms {
    /// Whether these allow nothing that `others` do not.
    pub fn within(&self, others: &Self) -> bool {
        (others.write || !self.write)
            && self.databases.within(&others.databases)
            && self.most_bytes_out <= others.most_bytes_out
    }
}

impl Databases {
    /// Whether a database may be entered. Names are compared byte by byte: servers do.
    pub fn allow(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(names) => names.iter().any(|allowed| allowed == name),
        }
    }

    fn within(&self, others: &Self) -> bool {
        match (self, others) {
            (_, Self::Any) => true,
            (Self::Any, Self::Only(_)) => false,
            (Self::Only(names), Self::Only(_)) => names.iter().all(|name| others.allow(name)),
        }
    }
}
