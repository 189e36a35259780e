//! Entering the desktop's server: its pinned key first, then the account from the vault.

use std::io;
use std::time::Duration;

use access::{DesktopEntry, DesktopSignIn, EndReason, ServerIdentity};
use engine::TargetSecret;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tunnel::TargetTlsError;
use wire::rdp::credssp::{self, Chance, Refused};
use wire::rdp::{Logon, Misbehaviour, Selected, SignIn, ask_target};
use zeroize::Zeroizing;

use super::{MOST_FIRST, read_unit};
use crate::desktops::{Far, not_secured};
use crate::workers::{Session, known_by_old_tls};

/// How long a server may take until it has let the gateway in, TLS and sign-in together.
const ENTER_WITHIN: Duration = Duration::from_secs(20);

/// A server that let the gateway in, or will when it hears of the account.
pub(super) struct Entered {
    pub(super) far: Far,
    pub(super) logon: Logon,
    pub(super) sign_in: SignIn,
    /// What its negotiation said beside.
    pub(super) flags: u8,
}

/// Signs in at the server.
pub(super) async fn enter(target: TcpStream, opened: &Session) -> Result<Entered, EndReason> {
    // A permit for a desktop always says how it is entered.
    let entry = opened.permit().desktop();
    let entry = entry.ok_or(EndReason::TargetUnreachable)?;
    let logon = logon(opened, entry)?;
    let entered = timeout(ENTER_WITHIN, sign_in(target, opened, entry, logon)).await;
    let session = opened.permit().session();
    entered
        .unwrap_or(Err(EndReason::TargetUnreachable))
        .inspect_err(|end| tracing::warn!(end = end.id(), %session, "a desktop was not entered"))
}

fn logon(opened: &Session, entry: &DesktopEntry) -> Result<Logon, EndReason> {
    match (opened.target_secret(), &entry.user) {
        (Ok(TargetSecret::Password(password)), Some(user)) => {
            let password = Zeroizing::new(password.as_str().to_owned());
            Ok(Logon::of(user, password))
        }
        (Ok(_) | Err(_), _) => {
            let target = opened.permit().target();
            tracing::error!(%target, "no usable secret");
            Err(EndReason::TargetRefusedLogin)
        }
    }
}

async fn sign_in(
    mut target: TcpStream,
    opened: &Session,
    entry: &DesktopEntry,
    logon: Logon,
) -> Result<Entered, EndReason> {
    // A server over RDP is registered with its key and a way to sign in, and no other is entered.
    let by = entry.sign_in.ok_or(EndReason::TargetWithoutTls)?;
    let sign_in = match by {
        DesktopSignIn::Nla => SignIn::Nla,
        DesktopSignIn::Tls => SignIn::Tls,
    };
    let ask = ask_target(sign_in);
    target.write_all(&ask).await.map_err(gone)?;
    let answer = read_unit(&mut target, MOST_FIRST).await.map_err(gone)?;
    let flags = match Selected::read(&answer, sign_in).map_err(|wrong| strange(&wrong))? {
        Selected::AsRegistered { flags } => flags,
        Selected::Other { code } => {
            tracing::warn!(
                code,
                "a desktop's server signs in otherwise than registered"
            );
            return Err(EndReason::TargetWithoutTls);
        }
    };
    let (mut far, key) = secured(target, opened, &entry.server).await?;
    if sign_in == SignIn::Nla {
        nla(&mut far, &logon, &key).await?;
    }
    Ok(Entered {
        far,
        logon,
        sign_in,
        flags,
    })
}

/// TLS with the server whose key is pinned, and that key.
async fn secured(
    target: TcpStream,
    opened: &Session,
    server: &ServerIdentity,
) -> Result<(Far, Vec<u8>), EndReason> {
    let secured: Result<(Far, Vec<u8>), TargetTlsError> = match server {
        ServerIdentity::Tls { spki } => tunnel::connect_target(target, *spki, b"", None)
            .await
            .map(|secured| (Box::new(secured.stream) as Far, secured.key)),
        ServerIdentity::OldTls { spki } => {
            drop(target);
            let inside = opened.old_tls().await;
            let inside = inside.map_err(|_| EndReason::TargetUnreachable)?;
            known_by_old_tls(inside, *spki)
                .await
                .map(|secured| (Box::new(secured.stream) as Far, secured.key))
        }
        ServerIdentity::PlainText { .. } => return Err(EndReason::TargetWithoutTls),
    };
    secured.map_err(|cause| not_secured(&cause))
}

/// CredSSP: three messages of ours, two of the server.
async fn nla(far: &mut Far, logon: &Logon, key: &[u8]) -> Result<(), EndReason> {
    let chance = chance()?;
    let (begun, message) = credssp::begin();
    say(far, &message).await?;
    let challenge = read_message(far).await?;
    let answered = begun.answer(&challenge, logon, key, &chance);
    let (challenged, message) = answered.map_err(|why| refused(&why))?;
    say(far, &message).await?;
    // Some servers say a code when the account is refused, and some close.
    let proof = read_message(far).await;
    let proof = proof.map_err(|_| EndReason::TargetRefusedLogin)?;
    let account = challenged.hand_over(&proof, logon, key);
    say(far, &account.map_err(|why| refused(&why))?).await
}

fn chance() -> Result<Chance, EndReason> {
    let mut chance = Chance {
        challenge: [0; 8],
        key: Zeroizing::new([0; 16]),
        nonce: [0; 32],
    };
    let drawn = getrandom::fill(&mut chance.challenge)
        .and_then(|()| getrandom::fill(&mut *chance.key))
        .and_then(|()| getrandom::fill(&mut chance.nonce));
    drawn.map_err(|cause| {
        tracing::error!(%cause, "no random bytes for a sign-in");
        EndReason::Interrupted
    })?;
    Ok(chance)
}

async fn say(far: &mut Far, message: &[u8]) -> Result<(), EndReason> {
    far.write_all(message).await.map_err(gone)?;
    far.flush().await.map_err(gone)
}

async fn read_message(from: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, EndReason> {
    let mut message = Vec::new();
    let length = loop {
        let length = credssp::message_length(&message).map_err(|wrong| strange(&wrong))?;
        if let Some(length) = length {
            break length;
        }
        message.push(from.read_u8().await.map_err(gone)?);
    };
    let begun = message.len();
    message.resize(length.max(begun), 0);
    let rest = message.get_mut(begun..).unwrap_or_default();
    from.read_exact(rest).await.map_err(gone)?;
    Ok(message)
}

fn refused(why: &Refused) -> EndReason {
    tracing::warn!(%why, "a desktop did not sign the gateway in");
    match why {
        Refused::Said(_) | Refused::TooOld(_) => EndReason::TargetRefusedLogin,
        Refused::Misbehaved(Misbehaviour::NotItself) => EndReason::TargetKeyDiffers,
        Refused::Misbehaved(_) => EndReason::TargetUnreachable,
    }
}

fn gone(_: io::Error) -> EndReason {
    EndReason::TargetUnreachable
}

fn strange(wrong: &Misbehaviour) -> EndReason {
    tracing::warn!(%wrong, "a desktop speaks something else");
    EndReason::TargetUnreachable
}
