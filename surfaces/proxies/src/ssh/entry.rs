//! Entering the target: its pinned key first, then the secret from the vault.

use access::EndReason;
use engine::{OpenedSession, TargetSecret};
use ssh::{HostKey, Secret, TargetLogin};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use crate::workers::{NotReached, Target, Workers};

/// Signs in at the target.
pub(super) async fn enter(
    target: TcpStream,
    workers: &Workers,
    opened: &OpenedSession,
) -> Result<Target, EndReason> {
    let permit = opened.permit();
    // A permit for SSH always says how the target is entered.
    let entry = permit.ssh().ok_or(EndReason::TargetUnreachable)?;
    let pinned = HostKey::parse(&entry.target.host_key).map_err(|cause| {
        tracing::error!(%cause, target = %permit.target(), "a pinned host key cannot be read");
        EndReason::TargetKeyDiffers
    })?;
    let login = TargetLogin {
        user: entry.target.user.clone(),
        secret: secret(opened)?,
    };
    let reached = workers.reach(target, &login, &pinned).await;
    reached.map_err(|cause| {
        tracing::warn!(?cause, session = %permit.session(), "a target was not entered");
        end(cause)
    })
}

fn secret(opened: &OpenedSession) -> Result<Secret, EndReason> {
    let secret = opened.target_secret().ok().and_then(|kept| login(&kept));
    secret.ok_or_else(|| {
        tracing::error!(target = %opened.permit().target(), "no usable secret");
        EndReason::TargetRefusedLogin
    })
}

/// What is signed in with; `None` if it is no text.
pub(super) fn login(kept: &TargetSecret) -> Option<Secret> {
    match kept {
        TargetSecret::Password(password) => Some(Secret::Password(password.clone())),
        TargetSecret::Key(pem) => {
            let pem = std::str::from_utf8(pem).ok()?;
            Some(Secret::PrivateKey(Zeroizing::new(pem.to_owned())))
        }
    }
}

fn end(cause: NotReached) -> EndReason {
    match cause {
        NotReached::KeyDiffers => EndReason::TargetKeyDiffers,
        NotReached::LoginRefused => EndReason::TargetRefusedLogin,
        NotReached::Unreachable => EndReason::TargetUnreachable,
        NotReached::WorkerCrashed => EndReason::WorkerCrashed,
    }
}
