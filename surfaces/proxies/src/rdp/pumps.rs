//! Both directions, each recorded before it passes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::EndReason;
use recording::{Direction, Stream};
use store::RecordError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use wire::rdp::{Desk, Down, Misbehaviour, Screen, Units};
use wire::rfb::{Follow, Passed, PixelFormat, ServerSide};
use zeroize::Zeroizing;

use crate::desktops::notes::{self, CHANNEL, Keyboard};
use crate::frozen;
use crate::tcp::recorder_end;
use crate::workers::{Live, Session};

/// Read buffer of either side: two records of TLS.
const BUFFER: usize = 32 * 1024;

/// From one whole screen in the recording to the next at least so long: who looks for a moment waits for so
/// much of it to be drawn.
const KEYFRAME_EVERY: Duration = Duration::from_secs(30);

/// A client that has not taken what was shown for so long is not heard either: what cannot be seen is not
/// typed.
const UNSEEN: Duration = Duration::from_secs(2);

/// What both directions share.
pub(super) struct Shared<'a> {
    opened: &'a Session,
    desk: Mutex<Desk>,
    /// What was recorded so far, followed as who plays it will follow it.
    told: Mutex<Option<ServerSide>>,
    keyboard: Keyboard,
    /// What was refused already: it is noted once.
    noted: Mutex<BTreeSet<&'static str>>,
    /// Whether the client takes what it is shown.
    seen: watch::Sender<bool>,
    /// A message is half written in this direction.
    pub(super) within_up: AtomicBool,
    pub(super) within_down: AtomicBool,
}

impl<'a> Shared<'a> {
    pub(super) fn new(opened: &'a Session, desk: Desk) -> Self {
        Self {
            opened,
            desk: Mutex::new(desk),
            told: Mutex::new(None),
            keyboard: Keyboard::new(),
            noted: Mutex::default(),
            seen: watch::Sender::new(true),
            within_up: AtomicBool::new(false),
            within_down: AtomicBool::new(false),
        }
    }

    fn live(&self) -> &Live {
        self.opened.live()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there was a desktop at all.
    pub(super) fn was_shown(&self) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.is_some()
    }

    /// What was refused once is noted once.
    fn refused(&self, what: &'static str) -> Result<(), RecordError> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if !noted.insert(what) {
            return Ok(());
        }
        drop(noted);
        notes::refused(self.opened, what)
    }

    fn record(&self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.opened
            .stream(CHANNEL, direction, Stream::Output, bytes)
    }

    /// Records what is shown, and notes from where it can be played.
    fn show(&self, shown: &[u8]) -> Result<(), RecordError> {
        if shown.is_empty() {
            return Ok(());
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none() {
            // Only a screen that begins is shown first.
            let size = self.desk().screen().map(Screen::size);
            let size = size.ok_or(RecordError::Stopped)?;
            let name = self.opened.permit().target_name();
            notes::opened(self.opened, name, size, PixelFormat::OURS)?;
            // Only texts that pass are among what is shown.
            *told = Some(ServerSide::new(size, true));
        }
        self.record(Direction::FromTarget, shown)?;
        self.opened.show_output(CHANNEL, shown);
        let mut passed = Passed::default();
        let followed = told.as_mut().map(|side| side.take(shown, &mut passed));
        if let Some(Err(wrong)) = followed {
            tracing::error!(%wrong, "what is recorded of a desktop could not be played");
            return Err(RecordError::Stopped);
        }
        for told in passed.told {
            if let Follow::Keyframe { from, size } = told {
                notes::keyframe(self.opened, from, size, PixelFormat::OURS)?;
            }
        }
        Ok(())
    }

    fn broken(&self, side: &str, wrong: &Misbehaviour, end: EndReason) -> EndReason {
        let session = self.live().id();
        tracing::warn!(%wrong, %session, side, "says what does not pass");
        match notes::refused(self.opened, &format!("{side}: {wrong}")) {
            Ok(()) => end,
            Err(cause) => recorder_end(&cause),
        }
    }
}

/// From the client to the desktop.
pub(super) async fn up(
    shared: &Shared<'_>,
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
) -> EndReason {
    let mut units = Units::default();
    let mut buffer = vec![0; BUFFER];
    let mut seen = shared.seen.subscribe();
    loop {
        frozen::passable(shared.live()).await;
        // The sender is beside us: it is not gone.
        let _beside: bool = seen.wait_for(|seen| *seen).await.is_ok();
        let read = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return EndReason::EngineerClosed,
            Ok(read) => read,
        };
        frozen::passable(shared.live()).await;
        units.add(buffer.get(..read).unwrap_or_default());
        loop {
            let unit = match units.next_unit() {
                Ok(Some(unit)) => unit,
                Ok(None) => break,
                Err(wrong) => {
                    return shared.broken("client", &wrong, EndReason::EngineerClosed);
                }
            };
            let bytes = match heard(shared, unit) {
                Ok(bytes) => bytes,
                Err(end) => return end,
            };
            shared.within_up.store(true, Ordering::SeqCst);
            if frozen::pass_on(shared.live(), &bytes, to).await.is_err() {
                return EndReason::TargetClosed;
            }
            shared.within_up.store(false, Ordering::SeqCst);
            shared.live().count_sent(length(bytes.len()));
        }
    }
}

/// One unit of the client: recorded, and what of it goes on.
fn heard(shared: &Shared<'_>, unit: &[u8]) -> Result<Zeroizing<Vec<u8>>, EndReason> {
    let up = shared.desk().up(unit);
    let up = up.map_err(|wrong| shared.broken("client", &wrong, EndReason::EngineerClosed))?;
    let recorded = up
        .refused
        .map_or(Ok(()), |what| shared.refused(what))
        .and_then(|()| shared.record(Direction::ToTarget, &up.pointer))
        .and_then(|()| {
            up.keys
                .iter()
                .try_for_each(|key| shared.keyboard.pressed(shared.opened, key.as_rfb()))
        })
        .and_then(|()| match &up.pasted {
            Some(text) => shared.keyboard.pasted(shared.opened, text),
            None => Ok(()),
        });
    recorded.map_err(|cause| recorder_end(&cause))?;
    Ok(up.pass)
}

/// From the desktop to the client.
pub(super) async fn down(
    shared: &Shared<'_>,
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
) -> EndReason {
    let mut units = Units::default();
    let mut buffer = vec![0; BUFFER];
    let mut keyframe = Instant::now() + KEYFRAME_EVERY;
    let mut moved = false;
    loop {
        frozen::passable(shared.live()).await;
        let read = tokio::select! {
            biased;
            () = sleep_until(keyframe), if moved => {
                (keyframe, moved) = (Instant::now() + KEYFRAME_EVERY, false);
                let whole = shared.desk().screen().map(Screen::whole);
                if let Err(cause) = shared.show(&whole.unwrap_or_default()) {
                    return recorder_end(&cause);
                }
                continue;
            }
            read = from.read(&mut buffer) => read,
        };
        let read = match read {
            Ok(0) | Err(_) => return EndReason::TargetClosed,
            Ok(read) => read,
        };
        frozen::passable(shared.live()).await;
        units.add(buffer.get(..read).unwrap_or_default());
        loop {
            let unit = match units.next_unit() {
                Ok(Some(unit)) => unit,
                Ok(None) => break,
                Err(wrong) => return shared.broken("server", &wrong, EndReason::TargetClosed),
            };
            let told = shared.desk().down(unit);
            let Down {
                pass,
                shown,
                begun,
                refused,
            } = match told {
                Ok(told) => told,
                Err(wrong) => return shared.broken("server", &wrong, EndReason::TargetClosed),
            };
            moved |= !shown.is_empty() && !begun;
            let noted = refused.map_or(Ok(()), |what| shared.refused(what));
            if let Err(cause) = noted.and_then(|()| shared.show(&shown)) {
                return recorder_end(&cause);
            }
            if !show_on(shared, &pass, to).await {
                return EndReason::EngineerClosed;
            }
            shared.live().count_received(length(pass.len()));
        }
    }
}

/// Passes a message on to the client; `false` if it is gone. While it takes none, it is not heard.
async fn show_on(shared: &Shared<'_>, pass: &[u8], to: &mut (impl AsyncWrite + Unpin)) -> bool {
    shared.within_down.store(true, Ordering::SeqCst);
    let mut writing = std::pin::pin!(frozen::pass_on(shared.live(), pass, to));
    let written = match timeout(UNSEEN, &mut writing).await {
        Ok(written) => written,
        Err(_) => {
            shared.seen.send_replace(false);
            let written = writing.await;
            shared.seen.send_replace(true);
            written
        }
    };
    shared.within_down.store(false, Ordering::SeqCst);
    written.is_ok()
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
