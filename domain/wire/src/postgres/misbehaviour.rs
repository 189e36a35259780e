//! What either side of a PostgreSQL conversation can do wrong, by name.

/// A side broke the protocol, or a limit that no honest program comes near. The session ends; the name
/// goes to the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// A message says that it is shorter than its own length, or longer than a message may be. Nothing
    /// was allocated for it.
    #[error("a PostgreSQL message of {announced} bytes was announced, 4 to {most} are possible")]
    Length {
        /// What its length said.
        announced: u32,
        /// The limit.
        most: u32,
    },
    /// A message whose kind this side may not send at this point.
    #[error("a PostgreSQL message of the kind {kind:#04x}, which has no place here")]
    Unexpected {
        /// Its kind.
        kind: u8,
    },
    /// A message that ends too early, or has a field that cannot be.
    #[error("a PostgreSQL message with a malformed {field}")]
    Malformed {
        /// The first field that cannot be read.
        field: &'static str,
    },
    /// Not PostgreSQL's protocol 3.
    #[error("version {major}.{minor} of PostgreSQL's protocol, 3.0 is spoken here")]
    VersionNotSpoken {
        /// Its first number.
        major: u16,
        /// Its second number.
        minor: u16,
    },
    /// More was said while signing in than a server has to say.
    #[error("more than {most} bytes or messages while signing in")]
    TooMuch {
        /// The limit.
        most: usize,
    },
}
