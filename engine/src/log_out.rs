//! Sends the ledger to a collector of the hospital's: in order, and at least once.
//!
//! The cursor is a number in the local settings. It moves only when the collector is known to have read what
//! was sent (`syslog::Sender`), so that after a broken connection, a stop or a crash everything that is not
//! known to have arrived is sent again, with the same number and leaf. Nothing waits for this thread, and the
//! ledger is the queue: a collector that is away for days costs nothing but its distance.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use access::Entry;
use ids::Timestamp;
use syslog::{Form, Line, NotHandedOver, Sender, Style};
use tunnel::{ClientCertificate, PublicError};

use crate::live::lock;
use crate::{Engine, Inner};

/// Where the cursor stands among the local settings.
const CURSOR: &str = "log-out-cursor";
/// How often the thread looks whether there is something to do.
const LOOK: Duration = Duration::from_millis(250);
/// How long a connection is used before the collector has to say that it has read everything: as much is
/// sent twice after a crash.
const PROVE_WITHIN: Duration = Duration::from_secs(5);
/// Entries on one connection, likewise.
const PROVE_AFTER: u64 = 5_000;
/// Entries that are read at once.
const AT_ONCE: usize = 64;
/// How long after a failure it is tried again; twice as long after each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a failure may last before somebody is told: collectors restart.
const TELL_AFTER: Duration = Duration::from_secs(60);

/// A collector, and how it wants the ledger.
pub struct LogOut {
    /// Its host name or address, as its certificate has it.
    pub host: String,
    /// Its port; 6514 by RFC 5425.
    pub port: u16,
    /// What vouches for it, PEM: an authority, or its own certificate.
    pub roots: Vec<u8>,
    /// What we show it, if it asks.
    pub ours: Option<ClientCertificate>,
    /// In which form.
    pub style: Style,
}

/// What is known of the collector while the engine runs.
#[derive(Default)]
pub(crate) struct Behind(Mutex<Option<Failing>>);

/// A failure that lasts.
struct Failing {
    since: Timestamp,
    /// What to say of it.
    finding: &'static str,
}

/// Why a turn ended without proof.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    NotConnected(#[from] PublicError),
    #[error(transparent)]
    NotHandedOver(#[from] NotHandedOver),
    #[error("the ledger or the cursor cannot be read or kept: {0}")]
    Here(String),
}

impl Engine {
    /// Begins to send the ledger to this collector, from where it was proved to be, until the engine stops.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn send_log_out(&self, to: LogOut) -> std::io::Result<()> {
        let inner = Arc::clone(&self.inner);
        let thread = std::thread::Builder::new()
            .name("log-out".to_owned())
            .spawn(move || run(&inner, &to))?;
        self.inner.threads().push(thread);
        Ok(())
    }

    /// The number of the first entry that the collector is not known to have; nothing if that cannot be read.
    pub fn log_out_sent(&self) -> Option<u64> {
        self.inner.log_out_cursor().ok()
    }

    /// What somebody has to look at about the collector.
    pub(crate) fn log_out_findings(&self, found: &mut impl FnMut(&'static str, String, bool)) {
        let failing = lock(&self.inner.log_out.0);
        let now = self.now();
        if let Some(failing) = failing.as_ref() {
            // A certificate does not mend itself.
            let lasts = now.since(failing.since) >= TELL_AFTER;
            if lasts || failing.finding == "finding-log-out-untrusted" {
                let sent = self.log_out_sent().unwrap_or_default();
                let behind = self.inner.store.size().saturating_sub(sent);
                let detail = format!("{}, {behind}", failing.since);
                found(failing.finding, detail, false);
            }
        }
    }
}

fn run(inner: &Inner, to: &LogOut) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(cause) => {
            tracing::error!(%cause, "the ledger is sent to nobody: no runtime");
            return;
        }
    };
    let (mut wait, mut next_try) = (FIRST_WAIT, Instant::now());
    while !inner.stopping.load(Ordering::SeqCst) {
        if Instant::now() >= next_try {
            match runtime.block_on(until_stopped(inner, turn(inner, to))) {
                None => break,
                Some(Ok(())) => {
                    wait = FIRST_WAIT;
                    *lock(&inner.log_out.0) = None;
                }
                Some(Err(failed)) => {
                    tracing::warn!(host = to.host, %failed, "the collector is not known to have the ledger");
                    inner.log_out.failed(inner.clock.now(), &failed);
                    next_try = Instant::now() + wait;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
        std::thread::sleep(LOOK);
    }
    runtime.shutdown_background();
}

/// The collector does not hold the stop back: what it is not known to have is sent after the next start.
async fn until_stopped<T>(inner: &Inner, turn: impl Future<Output = T>) -> Option<T> {
    let stopped = async {
        while !inner.stopping.load(Ordering::SeqCst) {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::select! {
        done = turn => Some(done),
        () = stopped => None,
    }
}

/// One connection: sends what there is and what comes meanwhile, has it proved, moves the cursor.
async fn turn(inner: &Inner, to: &LogOut) -> Result<(), Failed> {
    let first = inner.log_out_cursor()?;
    if first >= inner.store.size() {
        return Ok(());
    }
    let stream = tunnel::connect_collector(&to.host, to.port, &to.roots, to.ours.as_ref()).await?;
    let mut sender = Sender::on(stream);
    let form = Form {
        host: inner.config.console_name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        style: to.style,
    };
    let (began, mut next) = (Instant::now(), first);
    while began.elapsed() < PROVE_WITHIN && next.saturating_sub(first) < PROVE_AFTER {
        let frames = inner.frames(next, &form)?;
        if frames.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        for frame in frames {
            sender.send(&frame).await?;
            next = next.saturating_add(1);
        }
    }
    sender.prove().await?;
    let kept = inner.store.put_setting(CURSOR, &next.to_string());
    kept.map_err(|cause| Failed::Here(cause.to_string()))
}

impl Inner {
    /// The number of the first entry that the collector is not known to have. Without one that can be read
    /// it is the first of all: rather twice than never. A ledger that was restored may be shorter.
    fn log_out_cursor(&self) -> Result<u64, Failed> {
        let kept = self.store.setting(CURSOR);
        let kept = kept.map_err(|cause| Failed::Here(cause.to_string()))?;
        let kept = kept.and_then(|kept| kept.parse().ok()).unwrap_or(0);
        Ok(if kept > self.store.size() { 0 } else { kept })
    }

    /// The next entries, as the collector wants them.
    fn frames(&self, next: u64, form: &Form) -> Result<Vec<Vec<u8>>, Failed> {
        let mut frames = Vec::new();
        let mut each = |number, bytes: &[u8]| {
            let entry = match Entry::from_slice(bytes) {
                Ok(entry) => entry,
                Err(cause) => return ControlFlow::Break(Some(cause.to_string())),
            };
            let leaf = ledger::tree::leaf_hash(bytes);
            let line = Line {
                number,
                leaf,
                entry: &entry,
                bytes,
            };
            frames.push(syslog::frame(form, &line));
            match frames.len() < AT_ONCE {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(None),
            }
        };
        match self.store.read_from(next, &mut each) {
            Ok(ControlFlow::Continue(()) | ControlFlow::Break(None)) => Ok(frames),
            Ok(ControlFlow::Break(Some(cause))) => Err(Failed::Here(cause)),
            Err(cause) => Err(Failed::Here(cause.to_string())),
        }
    }
}

impl Behind {
    fn failed(&self, now: Timestamp, failed: &Failed) {
        let finding = match failed {
            Failed::NotConnected(PublicError::Unreachable(_))
            | Failed::NotHandedOver(_)
            | Failed::Here(_) => "finding-log-out-behind",
            Failed::NotConnected(
                PublicError::NoRoots
                | PublicError::NoCertificate
                | PublicError::NameNotPossible(_)
                | PublicError::Untrusted(_),
            ) => "finding-log-out-untrusted",
        };
        let mut failing = lock(&self.0);
        let since = failing.as_ref().map_or(now, |failing| failing.since);
        *failing = Some(Failing { since, finding });
    }
}
