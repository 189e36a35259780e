//! Both directions, each recorded before it passes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{DesktopTerms, EndReason};
use recording::{Direction, Stream};
use store::RecordError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use wire::rfb::{
    Follow, Heard, Misbehaviour, Passed, PixelFormat, Rules, ServerInit, ServerSide, ServerSize,
    ViewerSide, request_all,
};
use zeroize::Zeroizing;

use crate::desktops::notes::{self, CHANNEL, Keyboard};
use crate::frozen;
use crate::tcp::recorder_end;
use crate::workers::{Live, Session};

/// Read buffer of either side: two records of TLS.
const BUFFER: usize = 32 * 1024;

/// From one whole screen to the next at least so long: who looks for a moment in a recording waits for so
/// much of it to be drawn.
const KEYFRAME_EVERY: Duration = Duration::from_secs(30);

/// What both directions share.
pub(super) struct Shared<'a> {
    pub(super) opened: &'a Session,
    screen: Mutex<Screen>,
    /// Somebody waits for the whole screen: it became another one.
    anew: Notify,
    /// Something was shown since the last keyframe was asked for.
    moved: AtomicBool,
    keyboard: Keyboard,
    noted: Noted,
}

#[derive(Clone, Copy)]
struct Screen {
    size: ServerSize,
    pixels: PixelFormat,
}

/// What was refused once is noted once: a viewer says the same with every move.
#[derive(Default)]
struct Noted {
    input: AtomicBool,
    clipboard_in: AtomicBool,
    clipboard_out: AtomicBool,
}

impl<'a> Shared<'a> {
    pub(super) fn new(opened: &'a Session, init: &ServerInit) -> Self {
        Self {
            opened,
            screen: Mutex::new(Screen {
                size: init.size,
                pixels: init.format.unwrap_or(PixelFormat::OURS),
            }),
            anew: Notify::new(),
            moved: AtomicBool::new(false),
            keyboard: Keyboard::new(),
            noted: Noted::default(),
        }
    }

    fn live(&self) -> &Live {
        self.opened.live()
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self, noted: &AtomicBool, what: &str) -> Result<(), RecordError> {
        if noted.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        notes::refused(self.opened, what)
    }

    fn record(&self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.opened
            .stream(CHANNEL, direction, Stream::Output, bytes)
    }

    /// Notes what was told of what is passed on.
    fn tell(&self, told: &[Follow]) -> Result<(), RecordError> {
        for told in told {
            match told {
                Follow::Keyframe { from, size } => {
                    let pixels = self.screen().pixels;
                    notes::keyframe(self.opened, *from, *size, pixels)?;
                }
                Follow::Resized(size) => {
                    self.screen().size = *size;
                    self.anew.notify_one();
                }
                Follow::Clipboard { .. } => {
                    self.refused(&self.noted.clipboard_out, "clipboard from the desktop")?;
                }
            }
        }
        Ok(())
    }
}

/// How one direction stopped.
pub(super) struct Stopped {
    pub(super) end: EndReason,
}

impl From<EndReason> for Stopped {
    fn from(end: EndReason) -> Self {
        Self { end }
    }
}

impl From<RecordError> for Stopped {
    fn from(cause: RecordError) -> Self {
        recorder_end(&cause).into()
    }
}

/// From the viewer to the desktop, and between its messages what the gateway asks for.
pub(super) async fn up(
    shared: &Shared<'_>,
    terms: DesktopTerms,
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
) -> Stopped {
    match carry_up(shared, terms, from, to).await {
        Ok(never) => match never {},
        Err(stopped) => stopped,
    }
}

async fn carry_up(
    shared: &Shared<'_>,
    terms: DesktopTerms,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> Result<std::convert::Infallible, Stopped> {
    let mut side = ViewerSide::new(Rules {
        input: terms.input,
        clipboard: terms.clipboard_in,
    });
    let mut buffer = vec![0; BUFFER];
    let mut keyframe = Instant::now() + KEYFRAME_EVERY;
    let mut ready = false;
    loop {
        frozen::passable(shared.live()).await;
        let read = tokio::select! {
            biased;
            // Only whole messages have been passed on: one of ours can stand here.
            () = sleep_until(keyframe), if ready => {
                keyframe = Instant::now() + KEYFRAME_EVERY;
                if shared.moved.swap(false, Ordering::SeqCst) {
                    ask_for_all(shared, &mut to).await?;
                }
                continue;
            }
            () = shared.anew.notified(), if ready => {
                keyframe = Instant::now() + KEYFRAME_EVERY;
                ask_for_all(shared, &mut to).await?;
                continue;
            }
            read = from.read(&mut buffer) => read,
        };
        let read = match read {
            Ok(0) | Err(_) => return Err(EndReason::EngineerClosed.into()),
            Ok(read) => read,
        };
        frozen::passable(shared.live()).await;
        let mut heard = Vec::new();
        let taken = side.take(buffer.get(..read).unwrap_or_default(), &mut heard);
        if let Some(pixels) = side.format() {
            let before = std::mem::replace(&mut shared.screen().pixels, pixels);
            if before != pixels {
                shared.anew.notify_one();
            }
        }
        for heard in heard {
            // Before the viewer has asked for anything itself, it may not be ready to be shown anything.
            ready |= matches!(heard, Heard::Message(_) | Heard::Text(_));
            pass(shared, heard, &mut to).await?;
        }
        taken.map_err(|wrong| {
            let session = shared.live().id();
            tracing::warn!(%wrong, %session, "an engineer's viewer says what does not pass");
            broken(shared, "viewer", &wrong, EndReason::EngineerClosed)
        })?;
    }
}

/// Notes what one side said that ended the session: whoever reads the recording asks why.
fn broken(shared: &Shared<'_>, side: &str, wrong: &Misbehaviour, end: EndReason) -> Stopped {
    match notes::refused(shared.opened, &format!("{side}: {wrong}")) {
        Ok(()) => end.into(),
        Err(cause) => cause.into(),
    }
}

/// Asks for the whole screen, so that a recording can be played from it on.
async fn ask_for_all(
    shared: &Shared<'_>,
    to: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Stopped> {
    let ask = request_all(shared.screen().size);
    let passed = frozen::pass_on(shared.live(), &ask, to).await;
    passed.map_err(|_| EndReason::TargetClosed.into())
}

async fn pass(
    shared: &Shared<'_>,
    heard: Heard,
    to: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Stopped> {
    let bytes: Vec<u8> = match heard {
        Heard::Message(bytes) => {
            shared.record(Direction::ToTarget, &bytes)?;
            bytes
        }
        Heard::Key(key) => {
            shared.keyboard.pressed(shared.opened, key)?;
            key.to_vec()
        }
        // Sealed, as over RDP: who copies a password copies it to paste it where nobody sees it.
        Heard::Text(message) => {
            let text = Zeroizing::new(Heard::latin_1(&message));
            shared.keyboard.pasted(shared.opened, &text)?;
            message
        }
        Heard::Clipboard { .. } => {
            shared.refused(&shared.noted.clipboard_in, "clipboard to the desktop")?;
            return Ok(());
        }
        Heard::Input => {
            shared.refused(&shared.noted.input, "keys and pointer")?;
            return Ok(());
        }
    };
    let passed = frozen::pass_on(shared.live(), &bytes, to).await;
    passed.map_err(|_| EndReason::TargetClosed)?;
    shared.live().count_sent(length(bytes.len()));
    Ok(())
}

/// From the desktop to the viewer.
pub(super) async fn down(
    shared: &Shared<'_>,
    size: ServerSize,
    terms: DesktopTerms,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> Stopped {
    let mut side = ServerSide::new(size, terms.clipboard_out);
    let mut buffer = vec![0; BUFFER];
    loop {
        frozen::passable(shared.live()).await;
        let read = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return EndReason::TargetClosed.into(),
            Ok(read) => read,
        };
        frozen::passable(shared.live()).await;
        let mut passed = Passed::default();
        let taken = side.take(buffer.get(..read).unwrap_or_default(), &mut passed);
        let recorded = shared
            .record(Direction::FromTarget, &passed.bytes)
            .and_then(|()| {
                shared.opened.show_output(CHANNEL, &passed.bytes);
                shared.tell(&passed.told)
            });
        if let Err(cause) = recorded {
            return cause.into();
        }
        shared.moved.store(true, Ordering::SeqCst);
        let written = frozen::pass_on(shared.live(), &passed.bytes, &mut to).await;
        if written.is_err() {
            return EndReason::EngineerClosed.into();
        }
        shared.live().count_received(length(passed.bytes.len()));
        if let Err(wrong) = taken {
            tracing::warn!(%wrong, session = %shared.live().id(), "a desktop broke the protocol");
            return broken(shared, "desktop", &wrong, EndReason::TargetClosed);
        }
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
