//! Of what a command line is a sign.
//!
//! What is read here is what stood on a screen (`recording::CommandLine`), of shells that nobody knows in advance:
//! Bourne's, PowerShell, `cmd.exe`. So nothing is executed in the head: the line is cut into simple commands, each into words,
//! and a command is known by its program and what stands beside it. A name inside quotes of `echo` or `grep` is no sign of anything.
//!
//! # Limits
//! Whoever wants to hide hides: an alias, a script, an encoded command, a renamed program. These rules see what the three
//! incidents did in the open, and are one of several (decision 0059).

mod machines;
mod signs;
mod words;

pub use signs::Sign;

use crate::rule::Rule;

/// Bytes of a line that are looked at. A line of a terminal is shorter.
pub const LONGEST_LINE: usize = 16 * 1024;

/// How deep a command inside a command is looked into (`sh -c "…"`).
const DEEPEST: usize = 4;

/// Of what a line is a sign; nothing twice, in the order of [`Sign`].
pub fn signs(line: &str) -> Vec<Sign> {
    let mut found = Vec::new();
    look(line, DEEPEST, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

/// The machines to which a line goes on from where it is typed, as they stand in it; nothing twice. A line that goes on and
/// names none (an alias, a variable) gives none: [`signs()`] says that it goes on.
pub fn machines(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    name(line, DEEPEST, &mut found);
    found
}

fn name(line: &str, deeper: usize, found: &mut Vec<String>) {
    let end = line.floor_char_boundary(LONGEST_LINE);
    let line = line.get(..end).unwrap_or_default();
    for simple in &words::simple_commands(line) {
        if let Some(inner) = simple.runs().filter(|_| deeper > 0) {
            name(&inner, deeper.saturating_sub(1), found);
        }
        machines::of(simple, found);
    }
}

impl Sign {
    /// The rule that fires at it.
    pub fn rule(self) -> Rule {
        match self {
            Self::SecondHop => Rule::SecondHop,
            Self::Sweep => Rule::NetworkSweep,
            Self::BackupsDeleted => Rule::BackupsDeleted,
            Self::BackupFilesRemoved => Rule::BackupFilesRemoved,
            Self::SecurityStopped => Rule::SecurityStopped,
            Self::AccountAdded => Rule::AccountAdded,
            Self::LogCleared => Rule::LogCleared,
            Self::RemoteTool => Rule::RemoteTool,
            Self::CredentialsDumped => Rule::CredentialsDumped,
        }
    }
}

fn look(line: &str, deeper: usize, found: &mut Vec<Sign>) {
    let end = line.floor_char_boundary(LONGEST_LINE);
    let line = line.get(..end).unwrap_or_default();
    let commands = words::simple_commands(line);
    for simple in &commands {
        if let Some(inner) = simple.runs().filter(|_| deeper > 0) {
            look(&inner, deeper.saturating_sub(1), found);
        }
        signs::of(simple, found);
    }
    signs::of_the_whole(line, &commands, found);
}

#[cfg(test)]
mod tests;
