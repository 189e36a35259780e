//! What the machine wants done, and what it wants to know.

use std::borrow::Cow;

use crate::sftp::{AskId, Direction, HandedOver, Operation, RemotePath};

/// What the caller does next, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act<'a> {
    /// These bytes go to the target.
    ToTarget(Cow<'a, [u8]>),
    /// These bytes go to the engineer.
    ToEngineer(Cow<'a, [u8]>),
    /// Decide this, and call `answer` with the id.
    Ask(Ask),
    /// A limit was reached: nothing of the file passes.
    Exceeded {
        /// Which way.
        direction: Direction,
        /// Of which file.
        path: RemotePath,
    },
    /// A file was handed over, as far as it was.
    File(HandedOver),
}

impl Act<'_> {
    /// The file, if it is one that was handed over.
    pub(super) fn file(self) -> Option<HandedOver> {
        match self {
            Self::File(file) => Some(file),
            Self::ToTarget(_) | Self::ToEngineer(_) | Self::Ask(_) | Self::Exceeded { .. } => None,
        }
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// For the answer.
    pub id: AskId,
    /// What is asked for: Read or Write of a file, List or MakeDirectory of a directory.
    pub operation: Operation,
    /// The file's size in bytes, as the source announced it; no more than that passes.
    pub size: Option<u64>,
    /// Whether the path is the base, which the caller resolved. If not, it is a name of the source
    /// behind the base, and the target has not resolved it.
    pub resolved: bool,
}

/// The path of the command, resolved by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Where.
    pub path: RemotePath,
    /// Whether a directory is there: then what is uploaded goes into it, else it takes its place.
    pub directory: bool,
}

/// What the machine says to the engineer itself, in his language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The limit of bytes is reached.
    pub too_much: String,
}
