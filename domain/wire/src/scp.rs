//! Files by the old protocol of scp (rcp): what passes between an engineer's `scp -O`, `pscp` and
//! a target's `scp -t` or `scp -f`.
//!
//! Source: `scp.c` of OpenSSH; no document specifies it. One side is the source, the other the sink.
//! The source says `T` (times), `C` (a file, its size, its name), `D` and `E` (into a directory and
//! out of it), and content; the sink says 0 after each, or 1 or 2 and a sentence.
//!
//! # Paths
//! The protocol resolves nothing, and its only path is an argument of a command. So the caller:
//! 1. reads the command with [`Command::parse`]; what that does not recognise is a command like any
//!    other, and needs the term for commands;
//! 2. resolves [`Command::path`] by an SFTP channel of its own to the target (REALPATH, then STAT
//!    for [`Base::directory`]; of a file to be made its directory, as [`crate::sftp::Inspector`]
//!    does);
//! 3. runs [`Command::on`] on the target, never the engineer's text;
//! 4. answers each [`Ask`]. Where `resolved` is false, a name of the source stands behind the base,
//!    and a symbolic link can be there: the caller resolves the path in the same way and decides on
//!    what came out, or refuses where the terms name paths.
//!
//! Between the answer and the use, somebody with a shell on the target can put a link there: the
//! same race as in [`crate::sftp::Inspector`], without its substitution for names below the base.
//! The target's scp follows links inside of a directory that is read recursively, so there each
//! file is asked by its own.

mod act;
mod command;
mod line;
mod machine;
mod misbehaviour;
mod text;

pub use act::{Act, Ask, Base, Words};
pub use command::Command;
pub use line::{MAX_LINE, MAX_NAME};
pub use machine::{MAX_DEPTH, Scp};
pub use misbehaviour::Misbehaviour;
