//! What is typed into a terminal: recorded before it is forwarded, readable once it was echoed.

use std::sync::{Mutex, PoisonError};

use access::EndReason;
use engine::OpenedSession;
use recording::Typist;
use zeroize::Zeroizing;

use crate::tcp::recorder_end;

/// The keyboard of one channel's terminal. Locked for as long as a piece is looked at.
pub(super) struct Keyboard {
    channel: u32,
    typist: Mutex<Typist>,
}

impl Keyboard {
    /// Of a channel that was just opened.
    pub(super) fn new(channel: u32) -> Self {
        Self {
            channel,
            typist: Mutex::new(Typist::new(channel)),
        }
    }

    /// Records what was typed; it may be forwarded afterwards.
    pub(super) fn typed(&self, opened: &OpenedSession, bytes: &[u8]) -> Result<(), EndReason> {
        let mut fresh = Zeroizing::new([0; 32]);
        getrandom::fill(fresh.as_mut()).map_err(|cause| {
            tracing::error!(%cause, "no random bytes for what was typed");
            EndReason::RecorderFailed
        })?;
        let pieces = {
            let mut typist = self.typist.lock().unwrap_or_else(PoisonError::into_inner);
            typist.typed(bytes, &fresh)
        };
        let pieces = pieces.map_err(|_| EndReason::RecorderFailed)?;
        for piece in pieces {
            let recorded = opened.typed(self.channel, piece.line, &piece.sealed);
            recorded.map_err(|cause| recorder_end(&cause))?;
        }
        Ok(())
    }

    /// Looks at output that was recorded, before the engineer sees it and can answer it: lines that
    /// were echoed become readable.
    pub(super) fn shown(&self, opened: &OpenedSession, output: &[u8]) -> Result<(), EndReason> {
        let notes = {
            let mut typist = self.typist.lock().unwrap_or_else(PoisonError::into_inner);
            typist.shown(output)
        };
        for note in notes {
            opened.note(&note).map_err(|cause| recorder_end(&cause))?;
        }
        Ok(())
    }
}
