//! One session: both connections, and what is asked on the engineer's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use access::{EndReason, Frozen};
use engine::{Notice, OpenedSession};
use phrases::Language;
use ssh::{Ask, Engineer, Flow};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tunnel::Closer;

use super::windows::{Tell, Windows};
use super::{channel, entry, refusals, words};
use crate::workers::{Target, Workers};

/// How long the engineer's client may take for version, key exchange and sign-in.
const ACCEPT_WITHIN: Duration = Duration::from_secs(20);

/// How long channels may still bring to their end what was sent before a connection closed.
const LAST_BYTES_WITHIN: Duration = Duration::from_secs(2);

/// How long a sentence about the end may take to be shown. The end does not wait longer for it.
const LAST_WORDS_WITHIN: Duration = Duration::from_millis(200);

/// How long a client may take to hang up after it was told the end. Nothing passes any more meanwhile.
const HANG_UP_WITHIN: Duration = Duration::from_secs(1);

/// How often it is looked whether the target's connection is still there while no channel would notice.
const LOOK: Duration = Duration::from_secs(1);

/// The channels of one session; each says how the session ends, if it ends by it.
pub(super) type Channels = JoinSet<Result<(), EndReason>>;

/// What the channels of one session share.
pub(super) struct Session {
    pub(super) opened: Arc<OpenedSession>,
    pub(super) target: Target,
    pub(super) windows: Windows,
    next_channel: AtomicU32,
}

impl Session {
    /// A number that no other channel of the session has.
    pub(super) fn next_channel(&self) -> u32 {
        self.next_channel.fetch_add(1, Ordering::Relaxed)
    }

    /// Why it ends: a target that is gone with its worker did not close anything.
    pub(super) fn why(&self, end: EndReason) -> EndReason {
        if end == EndReason::TargetClosed && self.target.has_crashed() {
            return EndReason::WorkerCrashed;
        }
        end
    }
}

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their own SSH client speaks; `target` is connected, nothing was said on it, and a worker
/// reads it.
///
/// When it returns, nothing of the session runs any more, and nobody else holds `opened`.
pub async fn carry<S>(
    stream: S,
    target: TcpStream,
    workers: &Workers,
    opened: &Arc<OpenedSession>,
) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    match Closer::of(&target) {
        Ok(closer) => live.holds(closer),
        // Without a way to shut it down the session must not begin.
        Err(_) => return EndReason::TargetUnreachable,
    }
    let flow = Flow::new();
    let mut channels = Channels::new();
    let end = tokio::select! {
        biased;
        () = live.withdrawn() => EndReason::Interrupted,
        end = run(stream, (target, workers), opened, &flow, &mut channels) => end,
    };
    flow.cut();
    channels.shutdown().await;
    // Who ended it from outside knows better than the sockets that noticed.
    live.ended().cloned().unwrap_or(end)
}

async fn run<S>(
    stream: S,
    (target, workers): (TcpStream, &Workers),
    opened: &Arc<OpenedSession>,
    flow: &Flow,
    channels: &mut Channels,
) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Both handshakes at once. A target that says no is told to an engineer who is there to read it.
    let accepting = ssh::accept(stream, opened.ssh_host_key(), flow, ACCEPT_WITHIN);
    let entering = async { Ok(entry::enter(target, workers, opened).await) };
    let (mut engineer, entered) = match tokio::try_join!(accepting, entering) {
        Ok(both) => both,
        Err(cause) => {
            tracing::debug!(%cause, session = %opened.permit().session(), "no SSH client");
            return EndReason::EngineerClosed;
        }
    };
    let target = match entered {
        Ok(target) => target,
        Err(end) => {
            refusals::say_in_first_channel(&mut engineer, &end).await;
            return end;
        }
    };
    let session = Arc::new(Session {
        opened: Arc::clone(opened),
        target,
        windows: Windows::default(),
        next_channel: AtomicU32::new(0),
    });
    let end = session.why(serve(&session, &mut engineer, channels).await);
    if end != EndReason::EngineerClosed {
        session.windows.tell(&Tell::Ended(end.clone()));
        let _said_or_late = timeout(LAST_WORDS_WITHIN, all(channels)).await;
        channels.shutdown().await;
        // Their client has read it when it hangs up.
        let hung_up =
            async { while !matches!(engineer.next().await, Some(Ask::Ended(_)) | None) {} };
        let _in_time = timeout(HANG_UP_WITHIN, hung_up).await;
    }
    end
}

/// Serves what the engineer's client asks, until the session ends.
async fn serve(
    session: &Arc<Session>,
    engineer: &mut Engineer,
    channels: &mut Channels,
) -> EndReason {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = false;
    let end = loop {
        let last_moment = last_moment(session);
        tokio::select! {
            () = sleep_until(last_moment), if !told => {
                // It may have been put off meanwhile.
                if self::last_moment(session) <= last_moment {
                    told = true;
                    tell_of_the_deadline(session);
                }
            },
            ask = engineer.next() => match ask {
                Some(Ask::Open(ask)) => {
                    channels.spawn(channel::serve(Arc::clone(session), ask));
                }
                Some(Ask::Forbidden { what, untold }) => {
                    refusals::forbidden(&session.opened, &what, untold).await;
                }
                Some(Ask::Ended(why)) => {
                    tracing::debug!(why, "the engineer's client is gone");
                    break EndReason::EngineerClosed;
                }
                None => break EndReason::EngineerClosed,
            },
            Some(done) = channels.join_next(), if !channels.is_empty() => {
                match outcome(done) {
                    Ok(()) => {}
                    Err(EndReason::TargetClosed) => break EndReason::TargetClosed,
                    Err(end) => return end,
                }
            }
            notice = session.opened.next_notice() => tell(session, notice),
            _ = look.tick() => if session.target.is_over() {
                break EndReason::TargetClosed;
            },
        }
    };
    // What was sent before the connection closed is still brought to its end, and recorded.
    match timeout(LAST_BYTES_WITHIN, all(channels)).await {
        Ok(Err(by_recorder)) => by_recorder,
        // A client hangs up when its last channel closes: that may be seen before why it closed.
        Ok(Ok(Last::TargetLost)) => EndReason::TargetClosed,
        Ok(Ok(Last::Done)) | Err(_) => end,
    }
}

/// When it is told that the time is over: at the deadline itself the sockets are shut down.
fn last_moment(session: &Session) -> Instant {
    let deadline = session.opened.live().deadline();
    let moment = deadline.checked_sub(LAST_WORDS_WITHIN);
    Instant::from_std(moment.unwrap_or(deadline))
}

fn tell_of_the_deadline(session: &Session) {
    // Whoever waits for an attendant does not wait for the deadline.
    if session.opened.live().frozen() != Some(Frozen::AwaitingAttendant) {
        session.windows.tell(&Tell::Deadline);
    }
}

/// How the last channels of a session ended.
enum Last {
    Done,
    /// One of them because the target's connection was gone.
    TargetLost,
}

/// Waits for every channel, or for the first by which the recorder ends the session.
async fn all(channels: &mut Channels) -> Result<Last, EndReason> {
    let mut last = Last::Done;
    while let Some(done) = channels.join_next().await {
        match outcome(done) {
            Ok(()) => {}
            Err(EndReason::TargetClosed) => last = Last::TargetLost,
            Err(end) => return Err(end),
        }
    }
    Ok(last)
}

type Joined = Result<Result<(), EndReason>, tokio::task::JoinError>;

fn outcome(done: Joined) -> Result<(), EndReason> {
    done.unwrap_or_else(|cause| {
        tracing::error!(%cause, "a channel broke off");
        Ok(())
    })
}

/// Tells the engineer's terminals, and those who attend.
fn tell(session: &Session, notice: Notice) {
    let opened = &session.opened;
    let text = match &notice {
        Notice::EndsSoon { at } => Some(words::ends_soon(Language::default(), *at, opened.now())),
        Notice::Said(text) => Some(words::from_the_hospital(Language::default(), text)),
        Notice::Paused | Notice::Continued | Notice::AwaitingAttendant | Notice::Attended => None,
    };
    session.windows.tell(&Tell::Notice(notice));
    if let Some(text) = text {
        if let Err(cause) = opened.notice(&text) {
            tracing::debug!(%cause, "a notice is not in the recording");
        }
        opened.show(engine::Shown::Notice(text));
    }
}
