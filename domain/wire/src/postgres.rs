//! What PostgreSQL's programs say to each other: protocol 3.0 (PostgreSQL 7.4 and later), as its manual
//! has it in "Frontend/Backend Protocol".
//!
//! [`Startup`] is what an engineer's program begins with; [`Framer`] cuts either side's bytes into
//! messages without keeping them, however long they are; [`Tracker`] follows which answer belongs to
//! which statement; [`EngineerSide`] and [`TargetSide`] are both at work on a stream: they give the bytes
//! that may pass, and what is to be noted before those do. [`Scram`] is the engineer's half of signing in,
//! played by the gateway.
//!
//! Both sides are hostile: the engineer's program wants out of the terms, the target wants into the
//! gateway (lesson L33). What either sends is bounded before it is kept.

mod accepting;
mod back;
mod entering;
mod framer;
mod front;
mod misbehaviour;
mod passing;
mod read;
mod scram;
mod startup;
mod tracker;
mod write;

pub use accepting::{ALLOWED, Parameters, Refused, read_only};
pub use back::{Authentication, Failure, authentication, first_column, own_key, parameter};
pub use entering::{Collected, Collector, MAX_SIGN_IN};
pub use framer::{Framer, HEADER, Head, MAX_BODY, Part};
pub use front::{Bound, Parsed};
pub use misbehaviour::Misbehaviour;
pub use passing::{EngineerSide, KEPT, Passing, TargetSide};
pub use scram::{Binding, MAX_ITERATIONS, Scram, ScramError, md5_password, verifier};
pub use startup::{CancelKey, MAX_STARTUP, Startup};
pub use tracker::{Ended, How, MOST_EXPECTED, Outcome, PatientColumns, Statement, Told, Tracker};
pub use write::{
    AUTHENTICATION_OK, SSL_REQUEST, Severity, backend_key, cancel_request, message, negotiate,
    notice, password, query, ready, refusal, sasl_initial, startup,
};

/// The protocol that is spoken: 3.0. What asks for more is negotiated down.
pub const VERSION: u32 = 3 << 16;

/// Kinds of messages that a program sends.
pub mod front_kind {
    /// A statement, or several, in text.
    pub const QUERY: u8 = b'Q';
    /// A statement to prepare.
    pub const PARSE: u8 = b'P';
    /// Parameters for a prepared statement.
    pub const BIND: u8 = b'B';
    /// A question about a statement or a portal.
    pub const DESCRIBE: u8 = b'D';
    /// Running a portal.
    pub const EXECUTE: u8 = b'E';
    /// Forgetting a statement or a portal.
    pub const CLOSE: u8 = b'C';
    /// Asking for what is there.
    pub const FLUSH: u8 = b'H';
    /// The end of a series.
    pub const SYNC: u8 = b'S';
    /// A call of a function by its number.
    pub const CALL: u8 = b'F';
    /// Data of a copy.
    pub const COPY_DATA: u8 = b'd';
    /// The end of a copy.
    pub const COPY_DONE: u8 = b'c';
    /// A copy that is given up.
    pub const COPY_FAIL: u8 = b'f';
    /// The end.
    pub const TERMINATE: u8 = b'X';
    /// A password, and each other answer while signing in.
    pub const PASSWORD: u8 = b'p';
}

/// Kinds of messages that a server sends.
pub mod back_kind {
    /// About signing in.
    pub const AUTHENTICATION: u8 = b'R';
    /// The key for cancelling.
    pub const BACKEND_KEY: u8 = b'K';
    /// Something was refused or failed.
    pub const ERROR: u8 = b'E';
    /// A remark.
    pub const NOTICE: u8 = b'N';
    /// The value of a parameter of the session.
    pub const PARAMETER: u8 = b'S';
    /// The server waits.
    pub const READY: u8 = b'Z';
    /// A statement is done.
    pub const COMPLETE: u8 = b'C';
    /// The statement was empty.
    pub const EMPTY: u8 = b'I';
    /// A portal gave as many rows as were asked for.
    pub const SUSPENDED: u8 = b's';
    /// What columns a result has.
    pub const COLUMNS: u8 = b'T';
    /// There is no result.
    pub const NO_DATA: u8 = b'n';
    /// What parameters a statement has.
    pub const PARAMETERS: u8 = b't';
    /// A statement was prepared.
    pub const PARSED: u8 = b'1';
    /// Parameters were taken.
    pub const BOUND: u8 = b'2';
    /// A statement or portal was forgotten.
    pub const CLOSED: u8 = b'3';
    /// A row.
    pub const ROW: u8 = b'D';
    /// A function's result.
    pub const CALLED: u8 = b'V';
    /// The server takes a copy.
    pub const COPY_IN: u8 = b'G';
    /// The server gives a copy.
    pub const COPY_OUT: u8 = b'H';
    /// Data of a copy.
    pub const COPY_DATA: u8 = b'd';
    /// The end of a copy.
    pub const COPY_DONE: u8 = b'c';
    /// What another session said with NOTIFY.
    pub const NOTIFICATION: u8 = b'A';
}

#[cfg(test)]
mod tests;
