//! `sekisho-join/1`: accepting an invitation. All that a peer without a certificate can say to the
//! site is one bounded message, and one more.

use std::time::Duration;

use engine::{Engine, JoinError, Joining};
use login::Connection;
use tokio::io::{AsyncRead, AsyncWrite};
use wire::Secret;
use wire::join::{JoinAnswer, JoinRequest, Joined};

use crate::arrive::{FIRST_MESSAGE_WITHIN, read_message, write_message};

/// How long somebody may take to set up their authenticator and type its first code.
const CODE_WITHIN: Duration = Duration::from_secs(600);

/// Serves one connection from its first message to its end.
pub async fn serve<S>(engine: Engine, connection: Connection, mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answer = match join(&engine, connection, &mut stream).await {
        Some(Ok(joined)) => JoinAnswer::Joined(Box::new(joined)),
        Some(Err(refused)) => JoinAnswer::Refused {
            reasons: refused.reasons,
        },
        None => return,
    };
    // The peer may be gone; what was entered stands.
    let _sent = write_message(&mut stream, &answer).await;
}

/// `None` if the peer went away or broke the protocol.
async fn join<S>(
    engine: &Engine,
    connection: Connection,
    stream: &mut S,
) -> Option<Result<Joined, JoinError>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let reading = read_message::<JoinRequest>(stream);
    let first = tokio::time::timeout(FIRST_MESSAGE_WITHIN, reading)
        .await
        .ok()?
        .ok()?;
    let JoinRequest::Start(start) = first else {
        return None;
    };
    let (mut joining, shown) = match engine.join_start(connection, *start).await {
        Ok(begun) => begun,
        Err(refused) => return Some(Err(refused)),
    };
    let Some((totp_secret, otpauth)) = shown else {
        return Some(engine.join_confirm(&mut joining, "").await);
    };
    let challenge = JoinAnswer::Challenge {
        totp_secret: Secret::new(totp_secret),
        otpauth: Secret::new(otpauth),
    };
    write_message(stream, &challenge).await.ok()?;
    confirm(engine, &mut joining, stream).await
}

async fn confirm<S>(
    engine: &Engine,
    joining: &mut Joining,
    stream: &mut S,
) -> Option<Result<Joined, JoinError>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let reading = read_message::<JoinRequest>(stream);
        let message = tokio::time::timeout(CODE_WITHIN, reading)
            .await
            .ok()?
            .ok()?;
        let JoinRequest::Confirm { code } = message else {
            return None;
        };
        match engine.join_confirm(joining, code.reveal()).await {
            Ok(joined) => return Some(Ok(joined)),
            Err(refused) if !engine.may_try_again(joining) || !refused.is_wrong_code() => {
                return Some(Err(refused));
            }
            Err(refused) => {
                let again = JoinAnswer::Refused {
                    reasons: refused.reasons,
                };
                write_message(stream, &again).await.ok()?;
            }
        }
    }
}
