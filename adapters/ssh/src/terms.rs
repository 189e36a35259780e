//! The words that both ends share.

use russh::{Pty, Sig};

use crate::limits::{LONGEST_COMMAND, LONGEST_NAME};

/// The size of a terminal, in characters and in pixels (0: unknown).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Characters in a line.
    pub columns: u32,
    /// Lines.
    pub rows: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// A terminal that is asked for (RFC 4254 §6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// `xterm-256color` and the like; at most [`LONGEST_NAME`] bytes.
    pub term: String,
    /// Its size.
    pub size: Size,
    pub(crate) modes: Vec<(Pty, u32)>,
}

impl Terminal {
    /// A terminal with no modes set: the target's own apply.
    pub fn plain(term: &str, size: Size) -> Self {
        Self {
            term: term.to_owned(),
            size,
            modes: Vec::new(),
        }
    }
}

/// What a channel is to run (RFC 4254 §6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The login shell.
    Shell,
    /// A command line, for the target's shell; at most [`LONGEST_COMMAND`] bytes, of any encoding.
    Exec(Vec<u8>),
    /// A subsystem by name, `sftp` in practice; at most [`LONGEST_NAME`] bytes.
    Subsystem(String),
}

impl Start {
    pub(crate) fn is_bounded(&self) -> bool {
        match self {
            Self::Shell => true,
            Self::Exec(command) => command.len() <= LONGEST_COMMAND,
            Self::Subsystem(name) => name.len() <= LONGEST_NAME,
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Status(u32),
    /// By a signal.
    Signal {
        /// Without `SIG`: `TERM`, `KILL`.
        name: String,
        /// Whether it left a core.
        core: bool,
        /// What the target's system says about it.
        message: String,
    },
}

pub(crate) fn signal_name(signal: &Sig) -> String {
    match signal {
        Sig::ABRT => "ABRT",
        Sig::ALRM => "ALRM",
        Sig::FPE => "FPE",
        Sig::HUP => "HUP",
        Sig::ILL => "ILL",
        Sig::INT => "INT",
        Sig::KILL => "KILL",
        Sig::PIPE => "PIPE",
        Sig::QUIT => "QUIT",
        Sig::SEGV => "SEGV",
        Sig::TERM => "TERM",
        Sig::USR1 => "USR1",
        Sig::Custom(name) => name,
    }
    .to_owned()
}

pub(crate) fn signal(name: &str) -> Sig {
    match name {
        "ABRT" => Sig::ABRT,
        "ALRM" => Sig::ALRM,
        "FPE" => Sig::FPE,
        "HUP" => Sig::HUP,
        "ILL" => Sig::ILL,
        "INT" => Sig::INT,
        "KILL" => Sig::KILL,
        "PIPE" => Sig::PIPE,
        "QUIT" => Sig::QUIT,
        "SEGV" => Sig::SEGV,
        "TERM" => Sig::TERM,
        "USR1" => Sig::USR1,
        other => Sig::Custom(other.to_owned()),
    }
}

/// The peer is gone, or the channel is: nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the channel is closed")]
pub struct Gone;
