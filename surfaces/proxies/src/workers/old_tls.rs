//! TLS that is given up everywhere else, with a target that has no other (decision 0049): a program of its own for each
//! connection, which the gateway's process neither contains nor trusts.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use access::Protocol;
use engine::{Engine, OldLook};
use ids::Digest;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tunnel::{OldTargetTls, TargetTlsError, old_target};

use super::carrying::Workers;
use super::packets;
use super::spawner::OLD_TLS;
use crate::rdp;

/// What it is called; it lies beside our own program.
const PROGRAM: &str = "sekisho-old-tls";

/// How long a target may take: its processor is as old as its TLS.
const WITHIN: Duration = Duration::from_secs(20);

/// Says of servers which key they show by old TLS, for as long as the gateway runs: of each as it is asked for.
pub async fn look(engine: Engine, workers: Arc<Workers>) {
    let Some(mut looks) = engine.old_looks() else {
        return;
    };
    while let Some(look) = looks.recv().await {
        let workers = Arc::clone(&workers);
        tokio::spawn(async move {
            let shown = timeout(WITHIN, workers.looked(&look)).await;
            let shown = shown.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            look.shows(shown.unwrap_or_else(|cause| {
                tracing::debug!(%cause, "a server showed no key by old TLS");
                None
            }));
        });
    }
}

impl Workers {
    async fn looked(&self, look: &OldLook) -> io::Result<Option<Digest>> {
        let mut target = TcpStream::connect(look.address).await?;
        if look.speaks == Protocol::Rdp && !rdp::begins_tls(&mut target).await? {
            return Ok(None);
        }
        // No key has this digest, so the one that is shown is given back instead of being believed.
        match self
            .old_tls(target, Digest([0; 32]), Some(&look.called))
            .await
        {
            Err(TargetTlsError::KeyDiffers { shown, .. }) => Ok(Some(shown)),
            Err(TargetTlsError::Failed(cause)) => Err(cause),
            Ok(_) => Ok(None),
        }
    }

    /// Speaks old TLS on a connection to a target, on which nothing was said in TLS yet, and believes it if its key is the pinned
    /// one. `called` is what the target is called, as in [`tunnel::connect_target`].
    ///
    /// # Errors
    /// As [`TargetTlsError`] says.
    pub(crate) async fn old_tls(
        &self,
        target: TcpStream,
        pinned: Digest,
        called: Option<&str>,
    ) -> Result<OldTargetTls, TargetTlsError> {
        let inside = self
            .inside_old_tls(target, called)
            .and_then(UnixStream::from_std);
        known(inside.map_err(TargetTlsError::Failed)?, pinned).await
    }

    /// What a new process says of this connection, first its certificate: [`known`] reads that.
    pub(super) fn inside_old_tls(
        &self,
        target: TcpStream,
        called: Option<&str>,
    ) -> io::Result<StdUnixStream> {
        if !self.has_old_tls {
            tracing::error!(
                "{PROGRAM} is not installed beside the gateway's program: no target with old TLS is entered"
            );
            return Err(io::ErrorKind::NotFound.into());
        }
        let name = called.and_then(tunnel::name_to_choose_by);
        let mut told = vec![OLD_TLS];
        told.extend(name.unwrap_or_default().bytes());
        let (near, theirs) = StdUnixStream::pair()?;
        near.set_nonblocking(true)?;
        let target = target.into_std()?;
        packets::send(&self.spawner, &told, &[target.as_fd(), theirs.as_fd()])?;
        Ok(near)
    }
}

/// Believes the target if its key is the pinned one.
///
/// # Errors
/// As [`TargetTlsError`] says.
pub(crate) async fn known(
    inside: UnixStream,
    pinned: Digest,
) -> Result<OldTargetTls, TargetTlsError> {
    let spoken = timeout(WITHIN, old_target(inside, pinned)).await;
    spoken.unwrap_or_else(|_| Err(TargetTlsError::Failed(io::ErrorKind::TimedOut.into())))
}

/// The program that speaks old TLS, if it is installed.
pub fn program() -> Option<PathBuf> {
    let ours = std::env::current_exe().ok()?;
    // Beside a program for tests it lies one folder above.
    let folders = ours.ancestors().skip(1).take(2);
    let mut found = folders.map(|folder| folder.join(PROGRAM));
    found.find(|program| program.is_file())
}

pub(super) fn command(program: &Path, called: &[u8]) -> Command {
    let mut command = Command::new(program);
    // The machine's settings forbid what it is there for.
    command.env_clear().env("OPENSSL_CONF", "/dev/null");
    // A name, without any bytes that are none: the gateway said it.
    if !called.is_empty() {
        command.arg(String::from_utf8_lossy(called).as_ref());
    }
    command
}
