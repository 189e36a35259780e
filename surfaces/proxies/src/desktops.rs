//! What desktops of every protocol have in common: the door, the deadline, what is noted.

pub(crate) mod notes;

use std::time::Duration;

use access::{ChannelAsk, EndReason, Frozen, Reason, Refusal as Reasons};
use engine::{Notice, Shown};
use phrases::Language;
use tokio::time::{Instant, sleep_until};
use tunnel::TargetTlsError;

use crate::workers::{Live, Session};
use crate::{frozen, words};

/// What carries bytes to and from a target, with TLS or without.
pub(crate) trait Duplex:
    tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send
{
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send> Duplex for S {}

/// The same, whichever it is.
pub(crate) type Far = Box<dyn Duplex>;

/// How long a sentence about the end may take to be sent. The end does not wait longer for it.
pub(crate) const LAST_WORDS_WITHIN: Duration = Duration::from_millis(200);

/// How long before the deadline nothing more passes: at the deadline itself the sockets are shut down.
const LAST_MOMENT: Duration = Duration::from_millis(200);

/// How often the desktop is asked for again that was refused because the session froze meanwhile.
const MOST_ASKS: usize = 3;

/// How the session ends if there is no TLS with its server.
pub(crate) fn not_secured(cause: &TargetTlsError) -> EndReason {
    tracing::warn!(%cause, "no TLS with a desktop");
    match cause {
        TargetTlsError::KeyDiffers { .. } => EndReason::TargetKeyDiffers,
        TargetTlsError::Failed(_) => EndReason::TargetUnreachable,
    }
}

/// Asks for the desktop at the one door, once something may pass at all.
pub(crate) async fn ask(opened: &Session) -> Result<(), Reasons> {
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

/// Returns when the deadline is there. Whoever waits for an attendant does not wait for it.
pub(crate) async fn deadline(live: &Live) {
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

/// What the hospital says stands in the recording, and those who attend see it: no desktop's protocol has a message that
/// a viewer would show. Does not return.
pub(crate) async fn keep_told(opened: &Session) {
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
