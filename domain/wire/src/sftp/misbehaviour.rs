//! What either side of an SFTP conversation can do wrong, by name.

/// A side broke the protocol, or a limit that no honest program comes near. The channel is closed;
/// the name goes to the log, not to the peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// A packet without even a type.
    #[error("an empty SFTP packet")]
    PacketEmpty,
    /// A packet says that it is longer than a packet may be. Nothing was allocated for it.
    #[error("an SFTP packet of {announced} bytes was announced, {most} are allowed")]
    PacketTooLong {
        /// What its length said.
        announced: u32,
        /// The limit for a packet of its type.
        most: usize,
    },
    /// A packet whose type this side may not send.
    #[error("an SFTP packet of the type {kind}, which this side does not send")]
    PacketUnknown {
        /// Its type.
        kind: u8,
    },
    /// A packet that ends too early, too late, or has a field that cannot be.
    #[error("an SFTP packet with a malformed {field}")]
    Malformed {
        /// The first field that cannot be read.
        field: &'static str,
    },
    /// A field is longer than its limit.
    #[error("the SFTP field {field:?} is longer than {most} bytes")]
    FieldTooLong {
        /// Which.
        field: &'static str,
        /// Its limit in bytes.
        most: usize,
    },
    /// A packet at a time at which it cannot be: a request before the version, the version twice.
    #[error("the SFTP packet {packet} out of turn")]
    OutOfTurn {
        /// Which.
        packet: &'static str,
    },
    /// A version that is not 3.
    #[error("SFTP of version {offered}, 3 is spoken here")]
    VersionNotSpoken {
        /// What it said.
        offered: u32,
    },
    /// The target answers a request that nobody made.
    #[error("an SFTP answer to the request {id}, which nobody made")]
    AnswerToNothing {
        /// The id in the answer.
        id: u32,
    },
    /// The target answers with a packet that does not answer this request.
    #[error("an SFTP answer of the type {kind} to a request that it cannot answer")]
    AnswerUnfit {
        /// The type of the answer.
        kind: u8,
    },
    /// The target gives a handle that is already open: two files could not be told apart.
    #[error("the target gave an SFTP handle that is already open")]
    HandleTwice,
    /// The target sends more of a file than it was asked for.
    #[error("the target sent {given} bytes of a file, {asked} were asked for")]
    MoreThanAsked {
        /// What the request said.
        asked: u32,
        /// What came.
        given: u32,
    },
    /// More requests at once than any client makes.
    #[error("more than {most} SFTP requests at once")]
    TooManyRequests {
        /// The limit.
        most: usize,
    },
    /// Answers of ours that wait for the end of a packet in progress grow beyond their limit.
    #[error("more than {most} bytes of SFTP wait for the end of a packet that does not end")]
    TooMuchHeld {
        /// The limit in bytes.
        most: usize,
    },
}
