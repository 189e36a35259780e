//! Entering the desktop's server: its pinned key first, then the password from the vault.

use std::io;
use std::time::Duration;

use access::{DesktopEntry, EndReason, ServerIdentity};
use engine::TargetSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::rfb::{PixelFormat, ServerInit, Version, plain_answer, security};
use zeroize::Zeroizing;

use super::challenge::challenge_answer;
use crate::desktops::{Far, not_secured};
use crate::workers::Session;

/// How long a server may take until its screen can be shown, TLS and sign-in together.
const ENTER_WITHIN: Duration = Duration::from_secs(20);

/// The longest reason for a refusal that is read, in bytes; it goes to the log.
const MAX_REASON: u32 = 4096;

/// A desktop that is ready to be shown.
pub(super) struct Entered {
    pub(super) far: Far,
    pub(super) init: ServerInit,
    /// The name that it gave itself, on one line and without anything that acts.
    pub(super) name: String,
}

/// Signs in at the server.
pub(super) async fn enter(target: TcpStream, opened: &Session) -> Result<Entered, EndReason> {
    // A permit for a desktop always says how it is entered.
    let entry = opened.permit().desktop();
    let entry = entry.ok_or(EndReason::TargetUnreachable)?;
    let secret = secret(opened)?;
    let entered = timeout(ENTER_WITHIN, sign_in(target, entry, &secret)).await;
    let session = opened.permit().session();
    entered
        .unwrap_or(Err(EndReason::TargetUnreachable))
        .inspect_err(|end| tracing::warn!(end = end.id(), %session, "a desktop was not entered"))
}

fn secret(opened: &Session) -> Result<Zeroizing<Vec<u8>>, EndReason> {
    match opened.target_secret() {
        Ok(TargetSecret::Password(password)) => Ok(password.as_bytes().to_vec().into()),
        Ok(TargetSecret::Key(_) | TargetSecret::Authority(_)) | Err(_) => {
            let target = opened.permit().target();
            tracing::error!(%target, "no usable secret");
            Err(EndReason::TargetRefusedLogin)
        }
    }
}

async fn sign_in(
    mut target: TcpStream,
    entry: &DesktopEntry,
    secret: &[u8],
) -> Result<Entered, EndReason> {
    let mut line = [0; 12];
    target.read_exact(&mut line).await.map_err(gone)?;
    let version = Version::read(&line).map_err(strange)?;
    target.write_all(version.line()).await.map_err(gone)?;
    let offered = offered(&mut target, version).await?;
    let mut far = match &entry.server {
        ServerIdentity::Tls { spki } => {
            if !offered.contains(&security::VENCRYPT) {
                return Err(EndReason::TargetWithoutTls);
            }
            let kind = ask_for_tls(&mut target, entry.user.is_some()).await?;
            let secured = tunnel::connect_target(target, *spki, b"", None).await;
            let secured = secured.map_err(|cause| not_secured(&cause))?;
            let mut far: Far = Box::new(secured.stream);
            if kind == security::x509::PLAIN {
                say_plain(&mut far, entry.user.as_deref(), secret).await?;
            } else {
                answer(&mut far, secret).await?;
            }
            far
        }
        // Nobody registers a viewer's server so.
        ServerIdentity::OldTls { .. } => return Err(EndReason::TargetWithoutTls),
        ServerIdentity::PlainText { .. } => {
            // A password is never said where anybody reads along, and nobody is entered who asks for none.
            if !offered.contains(&security::VNC) {
                tracing::warn!(
                    ?offered,
                    "a desktop without TLS asks for no password by challenge"
                );
                return Err(EndReason::TargetRefusedLogin);
            }
            if version != Version::V3_3 {
                target.write_all(&[security::VNC]).await.map_err(gone)?;
            }
            let mut far: Far = Box::new(target);
            answer(&mut far, secret).await?;
            far
        }
    };
    result(&mut far, version).await?;
    begin(far).await
}

/// The types of security that it offers; before 3.7 the one that it decided on.
async fn offered(target: &mut TcpStream, version: Version) -> Result<Vec<u8>, EndReason> {
    if version == Version::V3_3 {
        let decided = target.read_u32().await.map_err(gone)?;
        return match u8::try_from(decided) {
            Ok(0) | Err(_) => Err(refused(target).await),
            Ok(decided) => Ok(vec![decided]),
        };
    }
    let count = target.read_u8().await.map_err(gone)?;
    if count == 0 {
        return Err(refused(target).await);
    }
    let mut offered = vec![0; usize::from(count)];
    target.read_exact(&mut offered).await.map_err(gone)?;
    Ok(offered)
}

/// VeNCrypt, up to the TLS inside; which type it is.
async fn ask_for_tls(target: &mut TcpStream, named: bool) -> Result<u32, EndReason> {
    target
        .write_all(&[security::VENCRYPT])
        .await
        .map_err(gone)?;
    let mut version = [0; 2];
    target.read_exact(&mut version).await.map_err(gone)?;
    let ours = security::VENCRYPT_VERSION;
    target.write_all(&ours).await.map_err(gone)?;
    if version < ours || target.read_u8().await.map_err(gone)? != 0 {
        return Err(EndReason::TargetWithoutTls);
    }
    let wanted = if named {
        security::x509::PLAIN
    } else {
        security::x509::VNC
    };
    let count = target.read_u8().await.map_err(gone)?;
    let mut there = false;
    for _ in 0..count {
        there |= target.read_u32().await.map_err(gone)? == wanted;
    }
    // TLS without a certificate has no key that could be the pinned one.
    if !there {
        return Err(EndReason::TargetWithoutTls);
    }
    target.write_u32(wanted).await.map_err(gone)?;
    match target.read_u8().await.map_err(gone)? {
        1 => Ok(wanted),
        _ => Err(EndReason::TargetWithoutTls),
    }
}

async fn answer(far: &mut Far, secret: &[u8]) -> Result<(), EndReason> {
    let mut challenge = [0; 16];
    far.read_exact(&mut challenge).await.map_err(gone)?;
    let answer = challenge_answer(secret, &challenge);
    far.write_all(&answer).await.map_err(gone)?;
    far.flush().await.map_err(gone)
}

async fn say_plain(far: &mut Far, user: Option<&str>, secret: &[u8]) -> Result<(), EndReason> {
    let said = plain_answer(user.unwrap_or_default(), secret);
    let said = said.ok_or(EndReason::TargetRefusedLogin)?;
    far.write_all(&said).await.map_err(gone)?;
    far.flush().await.map_err(gone)
}

/// Whether the server lets the gateway in.
async fn result(far: &mut Far, version: Version) -> Result<(), EndReason> {
    // Before 3.8 some close instead of saying it.
    let said = far.read_u32().await;
    match said {
        Ok(0) => Ok(()),
        Ok(_) if version == Version::V3_8 => Err(refused(far).await),
        Ok(_) | Err(_) => Err(EndReason::TargetRefusedLogin),
    }
}

/// Reads why, for the log.
async fn refused(far: &mut (impl AsyncReadExt + Unpin)) -> EndReason {
    let reason = async {
        let length = far.read_u32().await?.min(MAX_REASON);
        let mut reason = vec![0; usize::try_from(length).unwrap_or(0)];
        far.read_exact(&mut reason).await?;
        Ok::<_, io::Error>(inert(&reason))
    };
    if let Ok(reason) = reason.await {
        tracing::warn!(%reason, "a desktop refused the gateway");
    }
    EndReason::TargetRefusedLogin
}

/// The last of the handshake: the desktop is shared, its screen is known, its pixels are such as can be
/// followed.
async fn begin(mut far: Far) -> Result<Entered, EndReason> {
    far.write_all(&[1]).await.map_err(gone)?;
    far.flush().await.map_err(gone)?;
    let mut head = [0; ServerInit::LENGTH];
    far.read_exact(&mut head).await.map_err(gone)?;
    let (init, length) = ServerInit::read(&head).map_err(strange)?;
    let mut name = vec![0; length];
    far.read_exact(&mut name).await.map_err(gone)?;
    if init.format.is_none() {
        let ask = PixelFormat::OURS.request();
        far.write_all(&ask).await.map_err(gone)?;
    }
    Ok(Entered {
        far,
        init,
        name: inert(&name),
    })
}

fn gone(_: io::Error) -> EndReason {
    EndReason::TargetUnreachable
}

fn strange(wrong: wire::rfb::Misbehaviour) -> EndReason {
    tracing::warn!(%wrong, "a desktop speaks something else");
    EndReason::TargetUnreachable
}

/// Somebody else's words on one line, without anything that acts on a terminal.
fn inert(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let safe = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    safe.take(256).collect()
}
