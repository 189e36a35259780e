//! The gateway's own socket: for whoever runs the machine, known by the user id that the kernel gives
//! (lesson L37). The folder is nobody else's, the socket is nobody else's, and whoever comes all the
//! same is turned away by their user id.

use std::convert::Infallible;
use std::fs::{DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::{Arrival, serve_connection};

/// Connections at the same time: a handful of programs of the operator's.
const MOST_AT_ONCE: usize = 32;

/// How long accepting rests when the system has no descriptor left.
const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Why there is no local socket.
#[derive(Debug, thiserror::Error)]
pub enum LocalSocketError {
    /// The path has no folder.
    #[error("{} is not a path for a socket", .0.display())]
    NoFolder(PathBuf),
    /// The folder is open to others, or somebody else's.
    #[error("{} must be a folder of this user's alone (mode 0700)", .0.display())]
    FolderNotOwn(PathBuf),
    /// Another gateway answers there.
    #[error("another gateway answers at {}", .0.display())]
    InUse(PathBuf),
    /// Something that is not a socket stands there.
    #[error("{} is not a socket; move it away", .0.display())]
    NotASocket(PathBuf),
    /// The system refuses.
    #[error("{}: {cause}", path.display())]
    System {
        /// Where.
        path: PathBuf,
        /// What it says.
        cause: io::Error,
    },
}

/// The bound socket. Dropping it removes the file.
#[derive(Debug)]
pub struct LocalSocket {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

/// Serves the local socket at `path` until the future is dropped.
///
/// # Errors
/// If the socket cannot be made.
pub async fn serve_local(path: &Path, engine: Engine) -> Result<Infallible, LocalSocketError> {
    Ok(LocalSocket::bind(path)?.serve(engine).await)
}

impl LocalSocket {
    /// Makes the socket, mode 0600, in a folder of mode 0700. A socket that a stopped gateway left
    /// behind is replaced. Must be called on a runtime.
    ///
    /// # Errors
    /// As [`LocalSocketError`] says.
    pub fn bind(path: &Path) -> Result<Self, LocalSocketError> {
        let system = |cause| LocalSocketError::System {
            path: path.to_owned(),
            cause,
        };
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .ok_or_else(|| LocalSocketError::NoFolder(path.to_owned()))?;
        own_folder(folder)?;
        remove_left_behind(path)?;
        let listener = UnixListener::bind(path).map_err(system)?;
        // Nobody could have come in between: the folder is closed to others.
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(system)?;
        let owner = std::fs::symlink_metadata(path).map_err(system)?.uid();
        let folders = std::fs::symlink_metadata(folder).map_err(system)?.uid();
        if folders != owner {
            return Err(LocalSocketError::FolderNotOwn(folder.to_owned()));
        }
        Ok(Self {
            listener,
            path: path.to_owned(),
            owner,
        })
    }

    /// Serves until the future is dropped, which ends the connections too.
    pub async fn serve(self, engine: Engine) -> Infallible {
        let room = Arc::new(Semaphore::new(MOST_AT_ONCE));
        let mut connections = JoinSet::new();
        loop {
            // The semaphore is never closed; if it were, nobody would be let in.
            let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                std::future::pending().await
            };
            while connections.try_join_next().is_some() {}
            match self.listener.accept().await {
                Err(cause) => {
                    tracing::warn!(%cause, "the local socket does not accept");
                    tokio::time::sleep(REST_AFTER_ERROR).await;
                }
                Ok((stream, _)) => match self.known(&stream) {
                    None => tracing::warn!("another user was turned away from the local socket"),
                    Some(uid) => {
                        let engine = engine.clone();
                        connections.spawn(async move {
                            let _place = place;
                            serve_connection(stream, Arrival::Local { uid }, engine).await;
                        });
                    }
                },
            }
        }
    }

    /// The peer's user id, if it is root's or the gateway's own. Unknown is no.
    fn known(&self, stream: &UnixStream) -> Option<u32> {
        let uid = stream.peer_cred().ok()?.uid();
        (uid == 0 || uid == self.owner).then_some(uid)
    }
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        if let Err(cause) = std::fs::remove_file(&self.path) {
            tracing::debug!(%cause, "the local socket's file was not removed");
        }
    }
}

fn own_folder(folder: &Path) -> Result<(), LocalSocketError> {
    let system = |cause| LocalSocketError::System {
        path: folder.to_owned(),
        cause,
    };
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(system(cause)),
    }
    let found = std::fs::symlink_metadata(folder).map_err(system)?;
    let closed = found.is_dir() && found.permissions().mode() & 0o077 == 0;
    if closed {
        Ok(())
    } else {
        Err(LocalSocketError::FolderNotOwn(folder.to_owned()))
    }
}

fn remove_left_behind(path: &Path) -> Result<(), LocalSocketError> {
    let system = |cause| LocalSocketError::System {
        path: path.to_owned(),
        cause,
    };
    let found = match std::fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(system(cause)),
    };
    if !found.file_type().is_socket() {
        return Err(LocalSocketError::NotASocket(path.to_owned()));
    }
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(LocalSocketError::InUse(path.to_owned()));
    }
    std::fs::remove_file(path).map_err(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::symlink_metadata(path)
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    }

    #[tokio::test]
    async fn l37_the_socket_and_its_folder_are_the_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/sekisho.sock");
        let socket = LocalSocket::bind(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let again = LocalSocket::bind(&path).unwrap_err();
        assert!(matches!(again, LocalSocketError::InUse(_)), "{again}");
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn l37_a_folder_that_others_can_enter_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("run");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        let refused = LocalSocket::bind(&folder.join("sekisho.sock")).unwrap_err();
        assert!(
            matches!(refused, LocalSocketError::FolderNotOwn(_)),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn a_socket_that_a_stopped_gateway_left_behind_is_replaced_and_a_file_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/sekisho.sock");
        own_folder(path.parent().unwrap()).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        drop(LocalSocket::bind(&path).unwrap());
        std::fs::write(&path, b"a letter").unwrap();
        let refused = LocalSocket::bind(&path).unwrap_err();
        assert!(
            matches!(refused, LocalSocketError::NotASocket(_)),
            "{refused}"
        );
    }
}
