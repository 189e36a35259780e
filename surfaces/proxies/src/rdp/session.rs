//! One session: the client heard, the desktop asked for and entered, both carried.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use access::EndReason;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::rdp::{
    Connected, ConnectionRequest, Desk, Rules, confirm, connect_initial, connect_response,
    data_unit, refuse,
};

use super::entry::{Entered, enter};
use super::pumps::{Shared, down, up};
use super::{MOST_CONNECT, MOST_FIRST, read_unit};
use crate::desktops::{Duplex, Far, LAST_WORDS_WITHIN, ask, deadline, keep_told, notes};
use crate::tcp::recorder_end;
use crate::workers::Session;

/// How long a client may take for its part of the handshake.
const GREET_WITHIN: Duration = Duration::from_secs(20);

/// What MCS says last: Disconnect Provider Ultimatum, because the provider wants it.
const OVER: [u8; 2] = [0x21, 0x80];

/// What stands before what MCS says, in a unit.
const HEAD: usize = 7;

/// Both sides, ready to be carried.
struct Begun {
    near: Box<dyn Duplex>,
    far: Far,
    desk: Desk,
}

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their own client speaks; `target` is connected, nothing was said on it, and the
/// gateway holds it too.
pub(crate) async fn carry<S>(stream: S, target: TcpStream, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    let begun = tokio::select! {
        biased;
        () = live.withdrawn() => Err(EndReason::Interrupted),
        begun = begin(stream, target, opened) => begun,
    };
    let end = match begun {
        Ok(begun) => run(begun, opened).await,
        Err(end) => end,
    };
    // Who ended it from outside knows better than the sockets that noticed.
    live.ended().cloned().unwrap_or(end)
}

async fn begin<S>(
    mut stream: S,
    target: TcpStream,
    opened: &Arc<Session>,
) -> Result<Begun, EndReason>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let terms = opened.permit().desktop().map(|entry| entry.terms);
    // A permit for a desktop always says what may be done there.
    let terms = terms.ok_or(EndReason::TargetUnreachable)?;
    let rules = Rules {
        input: terms.input,
        clipboard_in: terms.clipboard_in,
        clipboard_out: terms.clipboard_out,
    };
    let greeted = timeout(GREET_WITHIN, read_unit(&mut stream, MOST_FIRST)).await;
    let Ok(Ok(first)) = greeted else {
        return Err(EndReason::EngineerClosed);
    };
    let Ok(request) = ConnectionRequest::read(&first) else {
        turn_away(&mut stream).await;
        return Err(EndReason::EngineerClosed);
    };
    if ask(opened).await.is_err() {
        turn_away(&mut stream).await;
        return Err(EndReason::EngineerClosed);
    }
    let entered = match enter(target, opened).await {
        Ok(entered) => entered,
        Err(end) => {
            turn_away(&mut stream).await;
            return Err(end);
        }
    };
    let met = timeout(GREET_WITHIN, meet(stream, request, entered, rules)).await;
    met.unwrap_or(Err(EndReason::EngineerClosed))
}

/// RDP has no sentence at this moment: `sekisho connect` says why.
async fn turn_away<S: AsyncWrite + Unpin>(stream: &mut S) {
    let saying = async {
        stream.write_all(&refuse()).await?;
        stream.shutdown().await
    };
    let _said_or_gone: Result<io::Result<()>, _> = timeout(LAST_WORDS_WITHIN, saying).await;
}

/// TLS with the client, and what both sides announce of themselves.
async fn meet<S>(
    mut stream: S,
    request: ConnectionRequest,
    mut entered: Entered,
    rules: Rules,
) -> Result<Begun, EndReason>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let closed = |_: io::Error| EndReason::EngineerClosed;
    let answer = confirm(entered.flags);
    stream.write_all(&answer).await.map_err(closed)?;
    stream.flush().await.map_err(closed)?;
    let mut near = tunnel::accept_near(stream).await.map_err(closed)?;
    let initial = read_unit(&mut near, MOST_CONNECT).await.map_err(closed)?;
    let initial = initial.get(HEAD..).unwrap_or_default();
    let told = connect_initial(initial, entered.sign_in, rules.clipboard())
        .and_then(|(told, channels)| Ok((data_unit(&told)?, channels)));
    let (told, channels) = told.map_err(|wrong| {
        tracing::warn!(%wrong, "an engineer's client says what does not pass");
        EndReason::EngineerClosed
    })?;
    let far = &mut entered.far;
    // A server that does not take the account closes here, if it said nothing.
    let gone = |_: io::Error| EndReason::TargetClosed;
    far.write_all(&told).await.map_err(gone)?;
    far.flush().await.map_err(gone)?;
    let response = read_unit(far, MOST_CONNECT).await.map_err(gone)?;
    let response = response.get(HEAD..).unwrap_or_default();
    let told = connect_response(response, request.requested, channels)
        .and_then(|(told, connected)| Ok((data_unit(&told)?, connected)));
    let (told, connected): (Vec<u8>, Connected) = told.map_err(|wrong| {
        tracing::warn!(%wrong, "a desktop's server agrees to something else");
        EndReason::TargetClosed
    })?;
    near.write_all(&told).await.map_err(closed)?;
    near.flush().await.map_err(closed)?;
    Ok(Begun {
        near: Box::new(near),
        desk: Desk::new(connected, rules, entered.logon),
        far: entered.far,
    })
}

/// Carries both directions.
async fn run(begun: Begun, opened: &Arc<Session>) -> EndReason {
    let live = opened.live();
    let (near_in, mut near_out) = tokio::io::split(begun.near);
    let (far_in, mut far_out) = tokio::io::split(begun.far);
    let shared = Shared::new(opened, begun.desk);
    let stopped: EndReason = tokio::select! {
        biased;
        () = live.withdrawn() => EndReason::Interrupted,
        () = deadline(live) => EndReason::Deadline,
        stopped = up(&shared, near_in, &mut far_out) => stopped,
        stopped = down(&shared, far_in, &mut near_out) => stopped,
        () = keep_told(opened) => EndReason::Interrupted,
    };
    let end = live.ended().cloned().unwrap_or(stopped);
    // Only between two whole messages; the desktop's own session stays there, disconnected.
    let over = data_unit(&OVER).unwrap_or_default();
    if !shared.within_up.load(Ordering::SeqCst) {
        last_word(&mut far_out, &over).await;
    }
    if !shared.within_down.load(Ordering::SeqCst) {
        last_word(&mut near_out, &over).await;
    }
    if !shared.was_shown() {
        return end;
    }
    match notes::closed(opened) {
        // Whoever ended it knows better than a recorder that then failed.
        Err(cause) if end == EndReason::EngineerClosed => recorder_end(&cause),
        Ok(()) | Err(_) => end,
    }
}

async fn last_word(to: &mut (impl AsyncWrite + Unpin), over: &[u8]) {
    let saying = async {
        to.write_all(over).await?;
        to.shutdown().await
    };
    let _said_or_gone: Result<io::Result<()>, _> = timeout(LAST_WORDS_WITHIN, saying).await;
}
