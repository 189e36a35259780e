//! One session: the viewer greeted, the desktop asked for and entered, both carried.

use std::sync::Arc;
use std::time::Duration;

use access::EndReason;
use phrases::Language;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::rfb::PixelFormat;

use super::entry::{Entered, enter};
use super::pumps::{Shared, Stopped, down, up};
use super::viewer::{Viewer, greet};
use crate::desktops::{LAST_WORDS_WITHIN, ask, deadline, keep_told, notes};
use crate::tcp::recorder_end;
use crate::words;
use crate::workers::Session;

/// How long a viewer may take for its part of the handshake.
const GREET_WITHIN: Duration = Duration::from_secs(20);

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their own viewer speaks; `target` is connected, nothing was said on it, and the
/// gateway holds it too.
pub(crate) async fn carry<S>(mut stream: S, target: TcpStream, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    let begun = tokio::select! {
        biased;
        () = live.withdrawn() => Err(EndReason::Interrupted),
        begun = begin(&mut stream, target, opened) => begun,
    };
    let end = match begun {
        Ok(entered) => run(stream, entered, opened).await,
        Err(end) => end,
    };
    // Who ended it from outside knows better than the sockets that noticed.
    live.ended().cloned().unwrap_or(end)
}

async fn begin<S>(
    stream: &mut S,
    target: TcpStream,
    opened: &Arc<Session>,
) -> Result<Entered, EndReason>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let greeted = timeout(GREET_WITHIN, greet(stream)).await;
    let Ok(Ok(viewer)) = greeted else {
        return Err(EndReason::EngineerClosed);
    };
    if let Err(reasons) = ask(opened).await {
        let sentence = words::channel_refused(Language::default(), &reasons);
        tell(&viewer, stream, &sentence).await;
        return Err(EndReason::EngineerClosed);
    }
    let mut entered = match enter(target, opened).await {
        Ok(entered) => entered,
        Err(end) => {
            let end = opened.live().ended().cloned().unwrap_or(end);
            let sentence = words::ended(Language::default(), &end);
            tell(&viewer, stream, &sentence).await;
            return Err(end);
        }
    };
    let pixels = entered.init.format.unwrap_or(PixelFormat::OURS);
    let noted = notes::opened(opened, &entered.name, entered.init.size, pixels);
    noted.map_err(|cause| recorder_end(&cause))?;
    let admitted = async {
        viewer.admit(stream).await?;
        let told = entered.init.told(&entered.name);
        stream.write_all(&told).await?;
        stream.flush().await?;
        entered.far.flush().await
    };
    match timeout(GREET_WITHIN, admitted).await {
        Ok(Ok(())) => Ok(entered),
        Ok(Err(_)) | Err(_) => Err(EndReason::EngineerClosed),
    }
}

async fn tell<S: AsyncWrite + Unpin>(viewer: &Viewer, stream: &mut S, sentence: &str) {
    let saying = viewer.refuse(stream, sentence);
    let _said_or_gone: Result<std::io::Result<()>, _> = timeout(LAST_WORDS_WITHIN, saying).await;
}

/// Carries both directions.
async fn run<S>(stream: S, entered: Entered, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    // A permit for a desktop always says what may be done there.
    let Some(terms) = opened.permit().desktop().map(|entry| entry.terms) else {
        return EndReason::TargetUnreachable;
    };
    let live = opened.live();
    let (near_in, near_out) = tokio::io::split(stream);
    let (far_in, far_out) = tokio::io::split(entered.far);
    let shared = Shared::new(opened, &entered.init);
    let stopped: Stopped = tokio::select! {
        biased;
        () = live.withdrawn() => EndReason::Interrupted.into(),
        () = deadline(live) => EndReason::Deadline.into(),
        stopped = up(&shared, terms, near_in, far_out) => stopped,
        stopped = down(&shared, entered.init.size, terms, far_in, near_out) => stopped,
        () = keep_told(opened) => EndReason::Interrupted.into(),
    };
    let end = live.ended().cloned().unwrap_or(stopped.end);
    match notes::closed(opened) {
        // Whoever ended it knows better than a recorder that then failed.
        Err(cause) if end == EndReason::EngineerClosed => recorder_end(&cause),
        Ok(()) | Err(_) => end,
    }
}
