//! The twin of `unix.rs` for other systems. Written for Windows, and not yet tried there.
//!
//! The folder of a user's application data is readable by that user and the machine's
//! administrators; nothing is added to that. Where Unix proves whose a connection is, this refuses.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// There is no gateway on this system, so there is no socket of one.
pub(crate) type LocalStream = tokio::io::DuplexStream;

/// Refuses: the gateway runs on Linux.
pub(crate) async fn connect_local(_socket: &Path) -> io::Result<LocalStream> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Makes a folder, and those above it.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Makes a new file.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// The permissions are those of the user's folder.
pub(crate) fn is_private(_of: &Metadata) -> bool {
    true
}

/// A rename is durable here without it.
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Waits until the process is told to stop (Ctrl-C).
pub(crate) async fn told_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Standard input and output.
pub(crate) fn standard_streams() -> (tokio::io::Stdin, tokio::io::Stdout) {
    (tokio::io::stdin(), tokio::io::stdout())
}

/// It cannot be found out, so nobody is served: use standard input and output.
pub(crate) fn is_own_peer(_peer: SocketAddr, _ours: SocketAddr) -> Option<bool> {
    None
}

/// There is no raw terminal here: what is watched is printed.
#[derive(Debug)]
pub(crate) enum Raw {}

/// There is none.
pub(crate) fn raw() -> io::Result<Option<Raw>> {
    Ok(None)
}

/// It is not known.
pub(crate) fn size() -> Option<(u16, u16)> {
    None
}
