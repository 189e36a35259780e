//! Entering the target: its pinned key first, then the secret from the vault.

use std::time::Duration;

use access::EndReason;
use engine::{OpenedSession, TargetSecret};
use ssh::{DialError, Flow, HostKey, Secret, Target, TargetLogin};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// How long a target may take for version, key exchange and login: an old machine's name look-up for
/// the log takes ten seconds.
const LOGIN_WITHIN: Duration = Duration::from_secs(20);

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
    let unusable = |cause: &dyn std::fmt::Display| {
        tracing::error!(%cause, target = %opened.permit().target(), "no usable secret");
        EndReason::TargetRefusedLogin
    };
    match opened.target_secret().map_err(|cause| unusable(&cause))? {
        TargetSecret::Password(password) => Ok(Secret::Password(password)),
        TargetSecret::Key(pem) => {
            let pem = std::str::from_utf8(&pem).map_err(|cause| unusable(&cause))?;
            Ok(Secret::PrivateKey(Zeroizing::new(pem.to_owned())))
        }
    }
}

fn end(cause: &DialError) -> EndReason {
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
