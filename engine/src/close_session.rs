//! Closing a session: its recording's last frame, the files that passed, then its end.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use access::{Command, EndReason};
use ids::SessionId;

use crate::handovers::Pending;
use crate::watch::Unsettled;
use crate::{Engine, Inner, OpenedSession};

/// How many ended sessions' reasons are remembered for their engineers to read.
const REMEMBERED: usize = 4096;

/// How long a close waits for its files; what takes longer is entered in the background.
const FILES_WITHIN: Duration = Duration::from_secs(30);

impl Engine {
    pub(crate) async fn close(&self, opened: &OpenedSession, reason: EndReason) {
        let session = opened.permit().session();
        if let Err(cause) = opened.recorder().close(self.now(), reason.id()) {
            tracing::error!(%cause, "a recording has no end");
        }
        self.inner.remember_end(session, &reason);
        let well = || self.inner.ledger_well.load(Ordering::SeqCst);
        let files = opened.pending();
        // Whether they are settled then is asked again below.
        let _settled = tokio::time::timeout(FILES_WITHIN, files.settled(|| !well())).await;
        let counted = opened.live().counted();
        let (sent, received) = counted;
        let counted = (sent, received, opened.data_taken());
        self.enter_end(session, reason, counted, Some(files)).await;
        self.inner.live.remove(session);
        self.inner.secrets.visits.look();
    }

    pub(crate) async fn enter_end(
        &self,
        session: &SessionId,
        reason: EndReason,
        counted: (u64, u64, u64),
        files: Option<&Arc<Pending>>,
    ) {
        let command = Command::CloseSession {
            session: session.clone(),
            reason,
            sent: counted.0,
            received: counted.1,
            data_out: counted.2,
        };
        let unsettled = Unsettled {
            command: command.clone(),
            after: files.cloned(),
        };
        if unsettled.has_to_wait() {
            return self.inner.enter_later(unsettled);
        }
        let entered = self
            .submit_with(crate::gateway_caller(), command, Vec::new())
            .await;
        if entered.is_err() {
            self.inner.enter_later(unsettled);
        }
    }

    /// Why a session ended, while that is remembered; for the engineer whose it was.
    pub fn end_reason(&self, session: &SessionId) -> Option<EndReason> {
        if let Some(live) = self.inner.live.session(session) {
            return live.ended().cloned();
        }
        let ended = self
            .inner
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let remembered = ended.iter().rev().find(|(id, _)| id == session);
        remembered
            .map(|(_, reason)| reason.clone())
            .or_else(|| self.inner.site().session(session)?.ended.clone())
    }
}

impl Inner {
    fn remember_end(&self, session: &SessionId, reason: &EndReason) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() >= REMEMBERED {
            ended.pop_front();
        }
        ended.push_back((session.clone(), reason.clone()));
    }

    /// The end of a session that its proxy dropped.
    pub(crate) fn settle_later(&self, dropped: &OpenedSession) {
        let (live, recorder) = (dropped.live(), dropped.recorder());
        let reason = live.ended().cloned().unwrap_or(EndReason::Interrupted);
        if let Err(cause) = recorder.close(self.clock.now(), reason.id()) {
            tracing::error!(%cause, "a recording has no end");
        }
        self.remember_end(live.id(), &reason);
        let (sent, received) = live.counted();
        let command = Command::CloseSession {
            session: live.id().clone(),
            reason,
            sent,
            received,
            data_out: dropped.data_taken(),
        };
        self.enter_later(Unsettled {
            command,
            after: Some(Arc::clone(dropped.pending())),
        });
        self.live.remove(live.id());
    }

    /// The sessions that the ledger has as open.
    pub(crate) fn open_in_the_ledger(&self) -> BTreeSet<SessionId> {
        let site = self.site();
        let open = site.live_sessions();
        open.map(|session| session.id.clone()).collect()
    }

    /// Has the end of a session entered that nobody carries any more, or ever did.
    pub(crate) fn enter_interrupted(&self, session: SessionId) {
        self.enter_later(Command::CloseSession {
            session,
            reason: EndReason::Interrupted,
            sent: 0,
            received: 0,
            data_out: 0,
        });
    }

    /// Keeps a gateway command whose entry failed; the watch tries it again every second, and the
    /// next start closes what is left as interrupted.
    pub(crate) fn enter_later(&self, command: impl Into<Unsettled>) {
        self.unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(command.into());
    }
}
