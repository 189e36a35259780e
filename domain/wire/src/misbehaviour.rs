//! What a peer can do wrong, by name.

/// A peer broke the protocol. The connection is closed; the name goes to the log, not to the peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// The frame says that it is longer than a frame may be. Nothing was allocated for it.
    #[error("a frame of {announced} bytes was announced, {most} are allowed")]
    FrameTooLong {
        /// What its length said.
        announced: u32,
        /// The limit.
        most: usize,
    },
    /// The frame has no content.
    #[error("an empty frame")]
    FrameEmpty,
    /// The frame's content is not JSON (RFC 8259), or has bytes after it.
    #[error("a frame that is not JSON")]
    NotJson,
    /// The frame's content is JSON, but not an object.
    #[error("a frame that is not a JSON object")]
    NotAnObject,
    /// A member of the message stands twice: two readers could read two messages.
    #[error("a message with the member {name:?} twice")]
    DuplicateMember {
        /// Which.
        name: String,
    },
    /// The message does not say its version.
    #[error("a message without a version")]
    VersionMissing,
    /// The message is of a version that we do not speak.
    #[error("a message of version {offered}, {spoken} is spoken here")]
    VersionUnknown {
        /// What it said.
        offered: String,
        /// What we speak.
        spoken: u64,
    },
    /// The message is not the one that is due now.
    #[error("not a {expected}: {detail}")]
    NotThisMessage {
        /// The message that was due.
        expected: &'static str,
        /// What was wrong about it, without the peer's own words: they could be secret.
        detail: &'static str,
    },
    /// A field is longer than its limit.
    #[error("the field {field:?} is longer than {most} bytes")]
    FieldTooLong {
        /// Which.
        field: &'static str,
        /// Its limit in bytes.
        most: usize,
    },
    /// A field that needs content has none.
    #[error("the field {field:?} is empty")]
    FieldEmpty {
        /// Which.
        field: &'static str,
    },
    /// A list has more items than its limit.
    #[error("the list {field:?} has more than {most} items")]
    TooManyItems {
        /// Which.
        field: &'static str,
        /// Its limit.
        most: usize,
    },
}

/// Looks at a field's length in bytes; `least` is 0 or 1.
pub(crate) fn within(
    field: &'static str,
    text: &str,
    least: usize,
    most: usize,
) -> Result<(), Misbehaviour> {
    if text.len() > most {
        Err(Misbehaviour::FieldTooLong { field, most })
    } else if text.len() < least {
        Err(Misbehaviour::FieldEmpty { field })
    } else {
        Ok(())
    }
}
