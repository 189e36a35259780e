//! What the machine wants done, and what it wants to know.

use std::borrow::Cow;

use ids::Digest;

use super::path::RemotePath;

/// What the caller does next, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act<'a> {
    /// These bytes go to the target.
    ToTarget(Cow<'a, [u8]>),
    /// These bytes go to the engineer.
    ToEngineer(Cow<'a, [u8]>),
    /// Decide this, and call `answer` with the id. Everything else goes on meanwhile.
    Ask(Ask),
    /// A limit was reached: nothing of the file passes from here on. Said once per file.
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

/// Acts, in order.
pub(super) type Acts<'a> = Vec<Act<'a>>;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// For the answer. Counts from 0 and is never used twice.
    pub id: AskId,
    /// What is asked for.
    pub operation: Operation,
}

/// Names a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub(crate) u64);

/// What an engineer wants to do to a file of the target. Paths are as the target resolved them:
/// compare them with the terms as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Read a file's content: a download.
    Read {
        /// Which.
        path: RemotePath,
    },
    /// Write a file's content: an upload.
    Write {
        /// Which.
        path: RemotePath,
        /// Makes it if it does not exist.
        create: bool,
        /// Empties it if it exists.
        truncate: bool,
    },
    /// Change names or attributes.
    Change {
        /// How.
        what: Change,
        /// What is changed or made.
        path: RemotePath,
        /// The other path of a rename (the new name), a link (what it names), a symbolic link
        /// (what it holds). Must be allowed as much as `path`: a link to a file elsewhere is a way
        /// to its content.
        other: Option<RemotePath>,
    },
    /// Read the names in a directory.
    List {
        /// Which.
        path: RemotePath,
    },
    /// Read attributes, or what a symbolic link holds.
    Look {
        /// Of what.
        path: RemotePath,
    },
}

/// Changes that move no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Remove a file.
    Remove,
    /// Make a directory.
    MakeDirectory,
    /// Remove an empty directory.
    RemoveDirectory,
    /// Give another name.
    Rename,
    /// Make a symbolic link.
    SymbolicLink,
    /// Make a second name for a file.
    HardLink,
    /// Set permissions, owner, times.
    Attributes,
    /// Set attributes, the size among them: cuts content off.
    Size,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be.
    Allow {
        /// How many bytes of content may pass, for Read and Write; `None`: no limit for this file.
        bytes_left: Option<u64>,
    },
    /// It may not be.
    Deny {
        /// Why, for the engineer, in his language.
        sentence: String,
    },
}

/// Which way content goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the engineer to the target.
    Upload,
    /// From the target to the engineer.
    Download,
}

/// What is known about a file that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// Which way.
    pub direction: Direction,
    /// Where on the target.
    pub path: RemotePath,
    /// Bytes of content that passed, repetitions counted.
    pub bytes: u64,
    /// SHA-256 of the whole content; present if and only if `whole`.
    pub sha256: Option<Digest>,
    /// Whether what passed is the whole content: from 0 to the end, every byte once, nothing of an
    /// older content left behind it, and every write confirmed by the target.
    pub whole: bool,
}

/// Pays for content before it passes: all of `bytes` or nothing. The caller holds the budget of the
/// session, which may have many channels; `false` refuses.
pub type Spend<'s> = &'s mut dyn FnMut(Direction, u64) -> bool;

/// What the machine says to the engineer itself, in his language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The limit of bytes is reached.
    pub too_much: String,
    /// The request is not offered here.
    pub unsupported: String,
    /// The path cannot be resolved to one place.
    pub unresolved: String,
    /// Too many files are open, or too many requests wait.
    pub too_many: String,
    /// The handle is not open, or not for this.
    pub not_open: String,
}
