//! Entering the target: its pinned key first, then the secret from the vault. A console that speaks telnet has no key, and
//! may ask for no secret.

use access::{EndReason, TelnetEntry};
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
    if let Some(entry) = permit.telnet() {
        return enter_console(target, workers, opened, entry).await;
    }
    // A permit for SSH always says how the target is entered.
    let entry = permit.ssh().ok_or(EndReason::TargetUnreachable)?;
    let pinned = HostKey::parse(&entry.target.host_key).map_err(|cause| {
        tracing::error!(%cause, target = %permit.target(), "a pinned host key cannot be read");
        EndReason::TargetKeyDiffers
    })?;
    let login = TargetLogin {
        user: entry.target.user.clone(),
        secret: secret(opened, &entry.target.user)?,
    };
    let reached = workers.reach(target, &login, &pinned).await;
    reached.map_err(|cause| not_entered(opened, cause))
}

/// Signs in at a console, where it asks.
async fn enter_console(
    target: TcpStream,
    workers: &Workers,
    opened: &OpenedSession,
    entry: &TelnetEntry,
) -> Result<Target, EndReason> {
    let secret = match &entry.sign_in {
        None => None,
        Some(_) => Some(opened.target_secret().map_err(|cause| {
            tracing::error!(%cause, target = %opened.permit().target(), "no usable secret");
            EndReason::TargetRefusedLogin
        })?),
    };
    let reached = workers.reach_console(target, entry, secret.as_ref()).await;
    reached.map_err(|cause| not_entered(opened, cause))
}

fn not_entered(opened: &OpenedSession, cause: NotReached) -> EndReason {
    tracing::warn!(?cause, session = %opened.permit().session(), "a target was not entered");
    end(cause)
}

fn secret(opened: &OpenedSession, user: &str) -> Result<Secret, EndReason> {
    let kept = opened.target_secret().ok();
    let secret = kept.and_then(|kept| login(&kept, user));
    secret.ok_or_else(|| {
        tracing::error!(target = %opened.permit().target(), "no usable secret");
        EndReason::TargetRefusedLogin
    })
}

/// What this account is signed in with; `None` if that cannot be used.
pub(super) fn login(kept: &TargetSecret, user: &str) -> Option<Secret> {
    match kept {
        TargetSecret::Password(password) => Some(Secret::Password(password.clone())),
        TargetSecret::Key(pem) => {
            let pem = std::str::from_utf8(pem).ok()?;
            Some(Secret::PrivateKey(Zeroizing::new(pem.to_owned())))
        }
        TargetSecret::Authority(authority) => authority.certify(user).ok(),
    }
}

fn end(cause: NotReached) -> EndReason {
    match cause {
        NotReached::KeyDiffers => EndReason::TargetKeyDiffers,
        NotReached::LoginRefused => EndReason::TargetRefusedLogin,
        NotReached::Unreachable => EndReason::TargetUnreachable,
        NotReached::SignInUnknown => EndReason::TargetSignInUnknown,
        NotReached::WorkerCrashed => EndReason::WorkerCrashed,
    }
}
