//! What either side of an scp conversation can do wrong, by name.

/// A side broke the protocol. The channel is closed; the name goes to the log, not to the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// A line that does not end.
    #[error("an scp line of more than {most} bytes")]
    LineTooLong {
        /// The limit in bytes.
        most: usize,
    },
    /// A line that is none of the protocol.
    #[error("an scp line that is not well formed: {part}")]
    LineMalformed {
        /// The first part that cannot be read.
        part: &'static str,
    },
    /// A name that leads out of its directory.
    #[error("an scp name that is not the name of one file")]
    NameUnsafe,
    /// Something that this command does not do: a directory without `-r`, times without `-p`.
    #[error("an scp line that its command did not ask for: {part}")]
    NotOfThisCommand {
        /// Which.
        part: &'static str,
    },
    /// Directories deeper than any that are real.
    #[error("scp directories deeper than {most}")]
    TooDeep {
        /// The limit.
        most: usize,
    },
    /// A side speaks when it is the other's turn.
    #[error("scp bytes out of turn")]
    OutOfTurn,
}
