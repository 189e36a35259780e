//! For what a channel is used.

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, shorten};
use crate::content::MAX_TEXT;

/// For what a channel is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// An interactive shell (RFC 4254 §6.5).
    Shell,
    /// One command (RFC 4254 §6.5).
    Exec {
        /// As the engineer's program sent it; what is not UTF-8 was replaced.
        command: String,
    },
    /// File transfer by SFTP.
    Sftp,
    /// File transfer by the old protocol of `scp`.
    Scp {
        /// The command that the engineer's program sent.
        command: String,
    },
    /// Statements in a database.
    Database {
        /// The database.
        database: String,
        /// The account with which the gateway signed in.
        account: String,
        /// The user's name that was typed; it is not used.
        typed: String,
        /// The name that the engineer's program gave itself.
        application: String,
    },
    /// Requests to a web console (docs/formats/requests.md).
    Web {
        /// What the console is called.
        host: String,
        /// The account with which the gateway signs in; empty without one.
        account: String,
    },
    /// A desktop: RFB's messages after the handshake, as `docs/formats/desktops.md` says.
    Desktop {
        /// The name that it gave itself.
        name: String,
        /// Pixels across, when it was opened.
        width: u16,
        /// Pixels down, when it was opened.
        height: u16,
        /// How its pixels are written at first: RFB's sixteen bytes, as lower-case hexadecimal digits.
        pixels: String,
    },
}

/// A terminal, as the engineer's program asked for it (RFC 4254 §6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The value of `TERM`.
    pub term: String,
    /// Columns, in characters.
    pub columns: u32,
    /// Rows, in characters.
    pub rows: u32,
}

impl What {
    pub(super) fn cut(&mut self) {
        match self {
            Self::Exec { command } | Self::Scp { command } => shorten(command, MAX_TEXT),
            Self::Database {
                database,
                account,
                typed,
                application,
            } => {
                for name in [database, account, typed, application] {
                    shorten(name, MAX_NAME);
                }
            }
            Self::Web { host, account } => {
                shorten(host, MAX_NAME);
                shorten(account, MAX_NAME);
            }
            Self::Desktop { name, pixels, .. } => {
                shorten(name, MAX_NAME);
                shorten(pixels, MAX_NAME);
            }
            Self::Shell | Self::Sftp => {}
        }
    }
}
