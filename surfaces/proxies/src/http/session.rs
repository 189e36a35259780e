//! One session: the console asked for and entered, then every request that the engineer's door sends.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use access::{ChannelAsk, EndReason, Reason, Refusal, WebEntry};
use engine::{Notice, OpenedSession, Shown, TargetSecret};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use phrases::{Language, say};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tunnel::Closer;
use wire::web::MAX_HEAD;

use super::console::Console;
use super::heads::{self, SignedIn};
use super::tasks::Tasks;
use super::{notes, requests};
use crate::tcp::recorder_end;
use crate::workers::Workers;
use crate::{frozen, words};

/// Requests of one session at once: a browser asks six, a page with lines that stay open a few more.
const AT_ONCE: u32 = 64;
/// Bytes of bodies on their way to the gateway in one request, and in all of a session.
const WINDOW: u32 = 256 << 10;
const WINDOW_OF_ALL: u32 = 1 << 20;
/// Requests that a door may take back before they were looked at (CVE-2023-44487).
const MOST_RESETS: usize = 32;
/// How often something is asked for again that was refused because the session froze meanwhile.
const MOST_ASKS: usize = 3;

/// What every request of a session needs.
pub(super) struct Shared {
    pub(super) opened: Arc<OpenedSession>,
    pub(super) entry: WebEntry,
    pub(super) signed_in: SignedIn,
    pub(super) console: Console,
    pub(super) tasks: Tasks,
    numbers: AtomicU64,
    end: OnceLock<EndReason>,
    stops: Notify,
}

impl Shared {
    /// The number of the next request.
    pub(super) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends the session from inside.
    pub(super) fn stop(&self, end: EndReason) {
        // The first reason stands.
        let _first = self.end.set(end);
        self.stops.notify_one();
    }

    async fn stopped(&self) -> EndReason {
        loop {
            if let Some(end) = self.end.get() {
                return end.clone();
            }
            self.stops.notified().await;
        }
    }

    /// Asks at the one door, once something may pass at all.
    pub(super) async fn ask(&self, ask: ChannelAsk) -> Result<u64, Refusal> {
        let mut asks = 0;
        loop {
            frozen::passable(self.opened.live()).await;
            asks += 1;
            match self.opened.ask(ask.clone()).await {
                Err(refusal) if refusal.reasons == [Reason::SessionFrozen] && asks < MOST_ASKS => {}
                answered => return answered,
            }
        }
    }
}

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their door speaks HTTP/2; `target` is connected, nothing was said on it.
pub async fn carry<S>(
    stream: S,
    target: TcpStream,
    workers: &Arc<Workers>,
    opened: &Arc<OpenedSession>,
) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    match Closer::of(&target) {
        Ok(closer) => live.holds(closer),
        // Without a way to shut it down the session must not begin. The connections after it end with
        // their tasks.
        Err(_) => return EndReason::TargetUnreachable,
    }
    let tasks = Tasks::default();
    let end = tokio::select! {
        biased;
        () = live.withdrawn() => EndReason::Interrupted,
        end = run(stream, target, workers, opened, &tasks) => end,
    };
    tasks.end().await;
    // Who ended it from outside knows better than the sockets that noticed.
    let end = live.ended().cloned().unwrap_or(end);
    match notes::closed(opened) {
        // Whoever ended it knows better than a recorder that then failed.
        Err(cause) if end == EndReason::EngineerClosed => recorder_end(&cause),
        Ok(()) | Err(_) => end,
    }
}

async fn run<S>(
    stream: S,
    target: TcpStream,
    workers: &Arc<Workers>,
    opened: &Arc<OpenedSession>,
    tasks: &Tasks,
) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shared = match begin(target, workers, opened, tasks).await {
        Ok(shared) => Arc::new(shared),
        Err(end) => {
            tracing::warn!(end = end.id(), session = %opened.permit().session(), "a console was not entered");
            return end;
        }
    };
    let serving = Arc::clone(&shared);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&serving);
        async move { Ok::<_, Infallible>(requests::answer(&shared, request).await) }
    });
    let mut builder = http2::Builder::new(tasks.clone());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(AT_ONCE)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW_OF_ALL)
        .max_pending_accept_reset_streams(MOST_RESETS)
        .max_local_error_reset_streams(MOST_RESETS)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .auto_date_header(false)
        .enable_connect_protocol();
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        biased;
        end = shared.stopped() => end,
        served = serving => {
            if let Err(cause) = served {
                tracing::debug!(%cause, session = %opened.permit().session(), "a door broke off");
            }
            EndReason::EngineerClosed
        }
        () = tell(opened) => EndReason::Interrupted,
    }
}

/// The console entered, and its channel asked for: before it hears of anything.
async fn begin(
    target: TcpStream,
    workers: &Arc<Workers>,
    opened: &Arc<OpenedSession>,
    tasks: &Tasks,
) -> Result<Shared, EndReason> {
    // A permit for a web console always says how it is entered.
    let entry = opened.permit().web().cloned();
    let entry = entry.ok_or(EndReason::TargetUnreachable)?;
    let console = Console::begin(target, &entry.target, workers, tasks).await?;
    let signed_in = signed_in(opened, &entry)?;
    let shared = Shared {
        opened: Arc::clone(opened),
        entry,
        signed_in,
        console,
        tasks: tasks.clone(),
        numbers: AtomicU64::new(0),
        end: OnceLock::new(),
        stops: Notify::new(),
    };
    let asked = shared.ask(ChannelAsk::Web).await;
    asked.map_err(|_| EndReason::EngineerClosed)?;
    notes::opened(opened).map_err(|cause| recorder_end(&cause))?;
    if let Some(form) = shared.signed_in.form() {
        form.enter(&shared).await?;
    }
    Ok(shared)
}

/// How the vault's secret is said, if the console is signed in at.
fn signed_in(opened: &OpenedSession, entry: &WebEntry) -> Result<SignedIn, EndReason> {
    if !entry.target.needs_a_secret() {
        return Ok(SignedIn::Nobody);
    }
    let Ok(TargetSecret::Password(secret)) = opened.target_secret() else {
        let target = opened.permit().target();
        tracing::error!(%target, "no usable secret");
        return Err(EndReason::TargetRefusedLogin);
    };
    heads::sign_in(&entry.target, secret).ok_or(EndReason::TargetRefusedLogin)
}

/// What is to be told. A browser has no place for it but its pages: it stands in the recording, and is shown to
/// those who attend. Does not return.
async fn tell(opened: &OpenedSession) {
    loop {
        let told = opened.next_notice().await;
        let language = Language::default();
        let text = match &told {
            Notice::EndsSoon { at } => words::ends_soon(language, *at, opened.now()),
            Notice::Said(text) => words::from_the_hospital(language, text),
            Notice::Paused => say(language, "session-paused", &[]),
            Notice::Continued => say(language, "session-continued", &[]),
            Notice::AwaitingAttendant => say(language, "session-awaiting-attendant", &[]),
            Notice::Attended => say(language, "session-attended", &[]),
        };
        if matches!(told, Notice::EndsSoon { .. } | Notice::Said(_)) {
            if let Err(cause) = opened.notice(&text) {
                tracing::debug!(%cause, "a notice is not in the recording");
            }
            opened.show(Shown::Notice(text));
        }
    }
}
