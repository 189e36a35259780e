//! One session: the viewer greeted, the desktop asked for and entered, both carried.

use std::sync::Arc;
use std::time::Duration;

use access::{ChannelAsk, EndReason, Frozen, Reason, Refusal as Reasons};
use engine::{LiveSession, Notice, OpenedSession, Shown};
use phrases::Language;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tunnel::Closer;

use super::entry::{Entered, enter};
use super::notes;
use super::pumps::{Shared, Stopped, down, up};
use super::viewer::{Viewer, greet};
use crate::tcp::recorder_end;
use crate::{frozen, words};

/// How long a viewer may take for its part of the handshake.
const GREET_WITHIN: Duration = Duration::from_secs(20);

/// How long a sentence about the end may take to be sent. The end does not wait longer for it.
const LAST_WORDS_WITHIN: Duration = Duration::from_millis(200);

/// How long before the deadline nothing more passes: at the deadline itself the sockets are shut down.
const LAST_MOMENT: Duration = Duration::from_millis(200);

/// How often the desktop is asked for again that was refused because the session froze meanwhile.
const MOST_ASKS: usize = 3;

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their own viewer speaks; `target` is connected, nothing was said on it.
pub async fn carry<S>(mut stream: S, target: TcpStream, opened: &Arc<OpenedSession>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    match Closer::of(&target) {
        Ok(closer) => live.holds(closer),
        // Without a way to shut it down the session must not begin.
        Err(_) => return EndReason::TargetUnreachable,
    }
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
    opened: &Arc<OpenedSession>,
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
    notes::opened(opened, &entered).map_err(|cause| recorder_end(&cause))?;
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

/// Asks for the desktop at the one door, once something may pass at all.
async fn ask(opened: &OpenedSession) -> Result<(), Reasons> {
    let mut asks = 0;
    loop {
        frozen::passable(opened.live()).await;
        asks += 1;
        match opened.ask(ChannelAsk::Desktop).await {
            Ok(_) => return Ok(()),
            Err(refusal) if refusal.reasons == [Reason::SessionFrozen] && asks < MOST_ASKS => {}
            Err(refusal) => return Err(refusal),
        }
    }
}

/// Carries both directions.
async fn run<S>(stream: S, entered: Entered, opened: &Arc<OpenedSession>) -> EndReason
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

/// Returns when the deadline is there. Whoever waits for an attendant does not wait for it.
async fn deadline(live: &LiveSession) {
    loop {
        let last = live.deadline();
        let last = Instant::from_std(last.checked_sub(LAST_MOMENT).unwrap_or(last));
        sleep_until(last).await;
        let now = live.deadline();
        if Instant::from_std(now.checked_sub(LAST_MOMENT).unwrap_or(now)) > last {
            continue;
        }
        if live.frozen() != Some(Frozen::AwaitingAttendant) {
            return;
        }
        live.thawed().await;
    }
}

/// What the hospital says stands in the recording, and those who attend see it: RFB has no message that a
/// viewer would show. Does not return.
async fn keep_told(opened: &OpenedSession) {
    loop {
        let text = match opened.next_notice().await {
            Notice::EndsSoon { at } => words::ends_soon(Language::default(), at, opened.now()),
            Notice::Said(text) => words::from_the_hospital(Language::default(), &text),
            Notice::Paused | Notice::Continued | Notice::AwaitingAttendant | Notice::Attended => {
                continue;
            }
        };
        if let Err(cause) = opened.notice(&text) {
            tracing::debug!(%cause, "a notice is not in the recording");
        }
        opened.show(Shown::Notice(text));
    }
}
