//! What MySQL's and MariaDB's programs say to each other: protocol 10 with the capabilities of MySQL 4.1 and
//! later, as MariaDB's knowledge base has it in "Client/Server Protocol" and MySQL's internals manual.
//!
//! Packets have three bytes of length and a number; [`Framer`] cuts either side's bytes into them without
//! keeping them, however long a message is. [`Greeting`] and [`Login`] are what both begin with; [`Tracker`]
//! follows which answer a command gets; [`EngineerSide`] and [`TargetSide`] are both at work on a stream: they
//! give the bytes that may pass, and what is to be noted before those do. [`prove`] is the engineer's half
//! of signing in, played by the gateway; [`more_than_reading`] reads what an account may do.
//!
//! Both sides are hostile: the engineer's program wants out of the terms, the target wants into the gateway
//! and into the engineer's files (lesson L33). What either sends is bounded before it is kept.

mod back;
mod engineer_side;
mod framer;
mod grants;
mod greeting;
mod login;
mod misbehaviour;
mod parameters;
mod proofs;
mod read;
mod target_side;
mod tracker;
mod write;

pub use back::{Done, End, failure, first_text};
pub use engineer_side::{Asked, EngineerSide};
pub use framer::{Framer, HEADER, Head, MAX_PIECE, Part};
pub use grants::more_than_reading;
pub use greeting::{Greeted, Greeting, Switch};
pub use login::{First, Login};
pub use misbehaviour::Misbehaviour;
pub use proofs::{NotProved, Plugin, Sign, native_hash, prove};
pub use target_side::{Taken, TargetSide};
pub use tracker::{PatientColumn, Tracker};
pub use write::{done, packet, query, refusal};

/// Bytes of a message that are read before it passes; the rest of it goes on as it arrives. A statement's
/// noted text and its noted parameters stand in them.
pub const KEPT: usize = 16 << 10;

/// What both sides can be capable of, as bits (`CLIENT_…`).
pub mod can {
    /// MySQL's meaning of the greeting's spare bytes, so none of MariaDB's extensions.
    pub const MYSQL: u32 = 1;
    /// Rows that were found count, not those that were changed.
    pub const FOUND_ROWS: u32 = 1 << 1;
    /// More bits for columns.
    pub const LONG_FLAG: u32 = 1 << 2;
    /// A database is named while connecting.
    pub const WITH_DATABASE: u32 = 1 << 3;
    /// `database.table.column` is not allowed.
    pub const NO_SCHEMA: u32 = 1 << 4;
    /// Programs of ODBC.
    pub const ODBC: u32 = 1 << 6;
    /// The server may ask for the program's files.
    pub const LOCAL_FILES: u32 = 1 << 7;
    /// Spaces before a bracket.
    pub const IGNORE_SPACE: u32 = 1 << 8;
    /// This protocol.
    pub const PROTOCOL_41: u32 = 1 << 9;
    /// Somebody types.
    pub const INTERACTIVE: u32 = 1 << 10;
    /// TLS.
    pub const TLS: u32 = 1 << 11;
    /// The state of transactions is told.
    pub const TRANSACTIONS: u32 = 1 << 13;
    /// Signing in with a challenge.
    pub const SECURE: u32 = 1 << 15;
    /// Several statements in one text.
    pub const SEVERAL_STATEMENTS: u32 = 1 << 16;
    /// Several results of one text.
    pub const SEVERAL_RESULTS: u32 = 1 << 17;
    /// Several results of what was prepared.
    pub const SEVERAL_PREPARED: u32 = 1 << 18;
    /// Ways of signing in have names.
    pub const PLUGIN: u32 = 1 << 19;
    /// A program says more of itself.
    pub const ATTRIBUTES: u32 = 1 << 20;
    /// Proofs may be longer than 255 bytes.
    pub const LONG_PROOF: u32 = 1 << 21;
    /// The server tells when the database is another.
    pub const TRACK: u32 = 1 << 23;

    /// What passes between the engineer's program and the target, where both can it. Without compression,
    /// without files of the program's, without TLS inside TLS, and with the packets that end columns and
    /// rows, which every program knows.
    pub const PASSED: u32 = FOUND_ROWS
        | LONG_FLAG
        | NO_SCHEMA
        | ODBC
        | IGNORE_SPACE
        | INTERACTIVE
        | TRANSACTIONS
        | SEVERAL_STATEMENTS
        | SEVERAL_RESULTS
        | SEVERAL_PREPARED
        | TRACK;
    /// What a target must be capable of: MySQL 5.5 and MariaDB 5.5 are.
    pub const NEEDED: u32 = PROTOCOL_41 | SECURE | PLUGIN;
}

/// Kinds of commands: a message's first byte.
pub mod command {
    /// The end.
    pub const QUIT: u8 = 0x01;
    /// Another database.
    pub const INIT_DB: u8 = 0x02;
    /// A statement, or several, in text.
    pub const QUERY: u8 = 0x03;
    /// The columns of a table.
    pub const FIELD_LIST: u8 = 0x04;
    /// How the server is, in a line.
    pub const STATISTICS: u8 = 0x09;
    /// Ending another connection.
    pub const PROCESS_KILL: u8 = 0x0c;
    /// Whether the server is there.
    pub const PING: u8 = 0x0e;
    /// Signing in as somebody else.
    pub const CHANGE_USER: u8 = 0x11;
    /// All changes of the server.
    pub const BINLOG_DUMP: u8 = 0x12;
    /// A statement to prepare.
    pub const PREPARE: u8 = 0x16;
    /// Running it with parameters.
    pub const EXECUTE: u8 = 0x17;
    /// A long parameter, before.
    pub const LONG_DATA: u8 = 0x18;
    /// Forgetting it.
    pub const CLOSE: u8 = 0x19;
    /// Forgetting its long parameters.
    pub const RESET: u8 = 0x1a;
    /// Whether several statements may stand in a text.
    pub const SET_OPTION: u8 = 0x1b;
    /// More rows of one that runs.
    pub const FETCH: u8 = 0x1c;
    /// Everything as at the beginning.
    pub const RESET_CONNECTION: u8 = 0x1f;
}

#[cfg(test)]
mod tests;
