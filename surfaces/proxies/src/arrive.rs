//! `sekisho/1`: one message asks for a session, one answers, then the target's bytes.
//!
//! Who speaks here has proved the key of a device that the site's CA certified, and nothing else yet.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use access::{Door, EndReason, Protocol, RecordingPolicy, Refusal};
use engine::{Engine, OpenedSession};
use ids::{Digest, GrantId};
use login::Identity;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tunnel::Closer;
use wire::postgres::CancelKey;
use wire::session::{Cancel, Channel, OpenAnswer, OpenSession, Recording};
use wire::{Decoding, MAX_FRAME, Message, Said};

use crate::workers::Workers;
use crate::{http, ssh, tcp, visit_accounts};

/// How long a device may take to say what it wants: one round trip and a slow disk.
pub const FIRST_MESSAGE_WITHIN: Duration = Duration::from_secs(10);

/// How long a peer may take to read the answer before it is left alone.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A connection on which a session is to be opened.
pub struct SessionArrival<S> {
    /// The stream.
    pub stream: S,
    /// The key that was proved.
    pub device_key: Digest,
    /// Where it comes from.
    pub source: std::net::IpAddr,
    /// Through which door.
    pub door: Door,
    /// Ends it from any thread.
    pub closer: Closer,
}

/// Serves one connection from its first message to its end.
pub async fn serve<S>(engine: Engine, workers: Arc<Workers>, mut arrival: SessionArrival<S>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let reading = read_message::<OpenSession>(&mut arrival.stream);
    let Ok(Ok(asked)) = tokio::time::timeout(FIRST_MESSAGE_WITHIN, reading).await else {
        tracing::debug!("a device said nothing that can be read");
        return;
    };
    let cancel = asked.cancel.clone();
    match proved(&engine, &arrival, asked) {
        Ok(asked) if cancel.is_some() => {
            if let Some(key) = cancel.as_ref().and_then(cancel_key) {
                engine.cancel_statement(&asked.by, key.process, &key.secret);
            }
        }
        Ok(asked) => {
            let closer = Some(arrival.closer);
            admit(&engine, &workers, asked, arrival.stream, closer).await;
        }
        Err(reasons) => {
            answer(&mut arrival.stream, &OpenAnswer::Refused { reasons }).await;
        }
    }
}

/// Reads by what is cancelled; `None` if it cannot be a key.
fn cancel_key(cancel: &Cancel) -> Option<CancelKey> {
    let secret = cancel.secret.reveal().as_bytes();
    Some(CancelKey {
        process: cancel.process,
        secret: data_encoding::HEXLOWER.decode(secret).ok()?,
    })
}

/// A session that is asked for by somebody who was proved already.
pub struct Asked {
    /// Who: on the network by device and token, in a page by its sign-in.
    pub by: Identity,
    /// The target's name, or its id.
    pub target: String,
    /// The grant to use; without it the one that fits.
    pub grant: Option<GrantId>,
    /// What is spoken inside.
    pub protocol: Protocol,
}

/// Serves a session over a stream of this process, for somebody whom another part of it has proved: the
/// same answer first, the same session behind it. It is ended by its target's socket, and by hanging up.
pub async fn serve_proved<S>(engine: Engine, workers: Arc<Workers>, asked: Asked, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    admit(&engine, &workers, asked, stream, None).await;
}

/// Whoever arrives: decided, answered, carried, closed.
async fn admit<S>(
    engine: &Engine,
    workers: &Arc<Workers>,
    asked: Asked,
    mut stream: S,
    closer: Option<Closer>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let opening = engine.open_session(&asked.by, &asked.target, asked.grant, asked.protocol);
    let opened = match opening.await.map_err(said) {
        Ok(opened) => opened,
        Err(reasons) => {
            answer(&mut stream, &OpenAnswer::Refused { reasons }).await;
            return;
        }
    };
    if let Some(closer) = closer {
        opened.live().holds(closer);
    }
    let opened = Arc::new(opened);
    let reason = carry(stream, workers, &opened).await;
    // Who carried it has let go of it; dropped elsewhere, it would be closed as interrupted.
    if let Some(opened) = Arc::into_inner(opened) {
        opened.close(reason).await;
    }
}

/// Who it is by token, device and source, and what they ask for.
fn proved<S>(
    engine: &Engine,
    arrival: &SessionArrival<S>,
    asked: OpenSession,
) -> Result<Asked, Vec<Said>> {
    let connection = engine.connection(
        Some(&arrival.device_key),
        Some(arrival.source),
        arrival.door,
    );
    let by = engine
        .identify(Some(asked.token.reveal()), &connection)
        .map_err(|_| vec![Said::plain("error-signed-out")])?;
    Ok(Asked {
        by,
        target: asked.target,
        grant: asked.grant,
        protocol: match asked.channel {
            Channel::Tcp => Protocol::Tcp,
            Channel::Ssh => Protocol::Ssh,
            Channel::Postgres => Protocol::Postgres,
            Channel::Mysql => Protocol::Mysql,
            Channel::Http => Protocol::Http,
            Channel::Vnc => Protocol::Vnc,
            Channel::Rdp => Protocol::Rdp,
            Channel::Telnet => Protocol::Telnet,
        },
    })
}

/// Dials, tells the engineer, relays.
async fn carry<S>(mut stream: S, workers: &Arc<Workers>, opened: &Arc<OpenedSession>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let made = tokio::select! {
        biased;
        () = opened.live().withdrawn() => return EndReason::Interrupted,
        made = visit_accounts::made(workers, opened) => made,
    };
    if let Err(end) = made {
        let reasons = vec![Said::plain(&format!("end-{}", end.id()))];
        answer(&mut stream, &OpenAnswer::Refused { reasons }).await;
        return end;
    }
    let dialled = tokio::select! {
        biased;
        () = opened.live().withdrawn() => return EndReason::Interrupted,
        dialled = tcp::dial(opened) => dialled,
    };
    let target = match dialled {
        Ok(target) => target,
        Err(cause) => {
            tracing::warn!(%cause, session = %opened.permit().session(), "a target does not answer");
            let reasons = vec![Said::plain("end-target-unreachable")];
            answer(&mut stream, &OpenAnswer::Refused { reasons }).await;
            return EndReason::TargetUnreachable;
        }
    };
    let permit = opened.permit();
    let terms = OpenAnswer::Opened {
        session: permit.session().clone(),
        visit: permit.visit().clone(),
        until: permit.until(),
        recording: match permit.recording() {
            RecordingPolicy::Payload => Recording::Payload,
            RecordingPolicy::MetadataOnly => Recording::MetadataOnly,
        },
    };
    if !answer(&mut stream, &terms).await {
        return EndReason::EngineerClosed;
    }
    match permit.protocol() {
        // The engineer's end is SSH, whatever the console speaks.
        Protocol::Ssh | Protocol::Telnet => ssh::carry(stream, target, workers, opened).await,
        Protocol::Tcp | Protocol::Postgres | Protocol::Mysql | Protocol::Vnc | Protocol::Rdp => {
            workers.carry(stream, target, opened).await
        }
        Protocol::Http => http::carry(stream, target, workers, opened).await,
    }
}

async fn answer<S: AsyncWrite + Unpin>(stream: &mut S, message: &OpenAnswer) -> bool {
    let writing = write_message(stream, message);
    matches!(
        tokio::time::timeout(ANSWER_WITHIN, writing).await,
        Ok(Ok(()))
    )
}

/// The reasons of a refusal as they travel.
fn said(refusal: Refusal) -> Vec<Said> {
    refusal.reasons.iter().map(engine::said).collect()
}

/// Reads one framed message and not a byte more.
///
/// # Errors
/// If the peer closes, or what it sends is not such a message.
pub async fn read_message<M: Message>(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<M> {
    let mut bytes = vec![0; 4];
    stream.read_exact(&mut bytes).await?;
    let announced = match wire::decode::<M>(&bytes) {
        Ok(Decoding::Needs(more)) => more.min(MAX_FRAME),
        Ok(Decoding::Complete { .. }) => 0,
        Err(misbehaviour) => return Err(io::Error::other(misbehaviour)),
    };
    bytes.resize(4 + announced, 0);
    if let Some(rest) = bytes.get_mut(4..) {
        stream.read_exact(rest).await?;
    }
    match wire::decode::<M>(&bytes) {
        Ok(Decoding::Complete { message, .. }) => Ok(message),
        Ok(Decoding::Needs(_)) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(misbehaviour) => Err(io::Error::other(misbehaviour)),
    }
}

/// Writes one framed message.
///
/// # Errors
/// If it cannot be encoded or sent.
pub async fn write_message<M: Message>(
    stream: &mut (impl AsyncWrite + Unpin),
    message: &M,
) -> io::Result<()> {
    let frame = wire::encode(message).map_err(io::Error::other)?;
    stream.write_all(&frame).await?;
    stream.flush().await
}
