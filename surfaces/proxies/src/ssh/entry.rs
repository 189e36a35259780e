//! Entering the target: its pinned key first, then the secret from the vault.

use std::time::Duration;

use access::EndReason;
use engine::{OpenedSession, TargetSecret};
use ssh::{DialError, Flow, HostKey, Secret, Target, TargetLogin};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// How long a target may take for version, key exchange and login: an old machine's name look-up for
/// the log takes ten seconds.
pub(super) const LOGIN_WITHIN: Duration = Duration::from_secs(20);

/// Signs in at the target.
pub(super) async fn enter(
    target: TcpStream,
    opened: &OpenedSession,
    flow: &Flow,
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
    let dialled = ssh::dial(target, &login, &pinned, flow, LOGIN_WITHIN).await;
    dialled.map_err(|cause| {
        tracing::warn!(%cause, session = %permit.session(), "a target was not entered");
        end(&cause)
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

pub(super) fn end(cause: &DialError) -> EndReason {
    match cause {
        DialError::HostKeyDiffers { .. } => EndReason::TargetKeyDiffers,
        DialError::LoginRefused { .. } | DialError::SecretUnusable(_) => {
            EndReason::TargetRefusedLogin
        }
        DialError::NoCommonAlgorithm { .. } | DialError::Timeout | DialError::Ended(_) => {
            EndReason::TargetUnreachable
        }
    }
}
