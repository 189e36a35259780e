//! What either side of a MySQL conversation can do wrong, by name.

/// A side broke the protocol, or a limit that no honest program comes near. The session ends; the name
/// goes to the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// A packet out of turn.
    #[error("a MySQL packet with the number {number}, {expected} was expected")]
    OutOfOrder {
        /// Its number.
        number: u8,
        /// The one that had its turn.
        expected: u8,
    },
    /// A message whose kind this side may not send at this point.
    #[error("a MySQL message that begins with {kind:#04x}, which has no place here")]
    Unexpected {
        /// Its first byte.
        kind: u8,
    },
    /// The server asks the engineer's program for a file of its computer.
    #[error("the server asks for a file of the engineer's computer")]
    AsksForFile,
    /// A message that ends too early, or has a field that cannot be.
    #[error("a MySQL message with a malformed {field}")]
    Malformed {
        /// The first field that cannot be read.
        field: &'static str,
    },
    /// A message that is read whole is longer than it may be.
    #[error("a MySQL message of {announced} bytes was announced, {most} are read here")]
    Length {
        /// What its length said.
        announced: u32,
        /// The limit.
        most: usize,
    },
}

pub(super) fn malformed(field: &'static str) -> Misbehaviour {
    Misbehaviour::Malformed { field }
}
