//! `sekisho/1`: one message asks for a session, one answers, then the target's bytes.
//!
//! Who speaks here has proved the key of a device that the site's CA certified, and nothing else yet.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use access::{Door, EndReason, Protocol, RecordingPolicy, Refusal};
use engine::{Engine, OpenedSession};
use ids::Digest;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tunnel::Closer;
use wire::session::{Channel, OpenAnswer, OpenSession, Recording};
use wire::{Decoding, MAX_FRAME, Message, Said};

use crate::{ssh, tcp};

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
pub async fn serve<S>(engine: Engine, mut arrival: SessionArrival<S>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let reading = read_message::<OpenSession>(&mut arrival.stream);
    let Ok(Ok(asked)) = tokio::time::timeout(FIRST_MESSAGE_WITHIN, reading).await else {
        tracing::debug!("a device said nothing that can be read");
        return;
    };
    let opened = match open(&engine, &arrival, asked).await {
        Ok(opened) => opened,
        Err(reasons) => {
            answer(&mut arrival.stream, &OpenAnswer::Refused { reasons }).await;
            return;
        }
    };
    opened.live().holds(arrival.closer.clone());
    let opened = Arc::new(opened);
    let reason = carry(arrival.stream, &opened).await;
    // Who carried it has let go of it; dropped elsewhere, it would be closed as interrupted.
    if let Some(opened) = Arc::into_inner(opened) {
        opened.close(reason).await;
    }
}

async fn open<S>(
    engine: &Engine,
    arrival: &SessionArrival<S>,
    asked: OpenSession,
) -> Result<OpenedSession, Vec<Said>> {
    let connection = engine.connection(
        Some(&arrival.device_key),
        Some(arrival.source),
        arrival.door,
    );
    let identity = engine
        .identify(Some(asked.token.reveal()), &connection)
        .map_err(|_| vec![Said::plain("error-signed-out")])?;
    let protocol = match asked.channel {
        Channel::Tcp => Protocol::Tcp,
        Channel::Ssh => Protocol::Ssh,
    };
    engine
        .open_session(&identity, &asked.target, asked.grant, protocol)
        .await
        .map_err(said)
}

/// Dials, tells the engineer, relays.
async fn carry<S>(mut stream: S, opened: &Arc<OpenedSession>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
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
        Protocol::Tcp => tcp::relay(stream, target, opened).await,
        Protocol::Ssh => ssh::carry(stream, target, opened).await,
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
