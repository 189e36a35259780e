//! Opening one session: decide, enter, then dial. Closing it: seal, enter.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Instant;

use access::{Command, EndReason, Outcome, Permit, Protocol, Reason, RecordingPolicy, Refusal};
use ids::{GrantId, SessionId, TargetId, VisitId};
use login::Identity;
use recording::{Direction, Policy};
use store::{RecordError, Recorder, SessionStart};

use crate::{Engine, Inner, LiveSession, writer};

/// How many ended sessions' reasons are remembered for their engineers to read.
const REMEMBERED: usize = 4096;

/// What the visits with open sessions may still record. Sessions of one visit share one budget, so
/// that many at once record no more than one after the other.
pub(crate) type Budgets = BTreeMap<VisitId, Weak<AtomicU64>>;

/// One open session: the permit, the recorder, and the control under which it runs. Dropping it
/// without [`OpenedSession::close`] ends it as interrupted.
pub struct OpenedSession {
    engine: Engine,
    permit: Permit,
    recorder: Recorder,
    budget: Arc<AtomicU64>,
    live: Arc<LiveSession>,
    closed: bool,
}

impl std::fmt::Debug for OpenedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenedSession({})", self.permit.session())
    }
}

impl OpenedSession {
    /// What is permitted.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Records bytes of this session, within what its visit may record. What is forwarded after this
    /// has been recorded.
    ///
    /// # Errors
    /// If they were not recorded: then they are not forwarded.
    pub fn record(&self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        if self.permit.recording() == RecordingPolicy::Payload {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let taken = self
                .budget
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(size)
                });
            taken.map_err(|_| RecordError::QuotaUsedUp)?;
        }
        self.recorder.record(self.now(), direction, bytes)
    }

    /// The control: counts, and whether it has been ended.
    pub fn live(&self) -> &LiveSession {
        &self.live
    }

    /// The present moment on the site's clock.
    pub fn now(&self) -> ids::Timestamp {
        self.engine.now()
    }

    /// Closes the session: the recording's last frame, then the entry.
    pub async fn close(mut self, reason: EndReason) {
        self.closed = true;
        self.live.end(reason.clone());
        let reason = self.live.ended().cloned().unwrap_or(reason);
        self.engine
            .close(&self.permit, &self.recorder, &self.live, reason)
            .await;
    }
}

impl Drop for OpenedSession {
    fn drop(&mut self) {
        if !self.closed {
            self.live.end(EndReason::Interrupted);
            self.engine.inner.settle_later(&self.live, &self.recorder);
        }
    }
}

impl Engine {
    /// Opens a session under a grant of the caller. The target is dialled by who holds the result.
    ///
    /// # Errors
    /// Every reason why not, the domain's and those of the recorder and the ledger.
    pub async fn open_session(
        &self,
        by: &Identity,
        target: &str,
        grant: Option<GrantId>,
        protocol: Protocol,
    ) -> Result<OpenedSession, Refusal> {
        let target = {
            let site = self.inner.site();
            let named = site.target_by_name(target).map(|target| target.id.clone());
            named.or_else(|| TargetId::parse_at(&self.inner.id, target).ok())
        };
        let Some(target) = target else {
            return Err(self
                .refuse(by, "open_session", vec![Reason::NotFound])
                .await);
        };
        let command = Command::OpenSession {
            target,
            grant,
            protocol,
        };
        let outside = self.inner.reasons_outside();
        let outcome = self
            .submit_with(by.caller().clone(), command, outside)
            .await?;
        let Outcome::Opened(permit) = outcome else {
            return Err(writer::unavailable());
        };
        self.begin(*permit).await
    }

    /// The session is entered: from here on every way out enters its end too.
    async fn begin(&self, permit: Permit) -> Result<OpenedSession, Refusal> {
        let now = self.now();
        let deadline = Instant::now() + permit.until().since(now);
        let live = self.inner.live.add(permit.session(), deadline);
        let recorder = match self.inner.recorder_for(&permit, now) {
            Ok(recorder) => recorder,
            Err(cause) => {
                tracing::error!(cause, "a recording could not be begun");
                self.enter_end(permit.session(), EndReason::RecorderFailed, (0, 0))
                    .await;
                self.inner.live.remove(permit.session());
                return Err(Refusal {
                    reasons: vec![Reason::RecorderUnavailable],
                });
            }
        };
        // Something may have been withdrawn between the decision and here.
        let still = self.inner.site().still_permitted(permit.session(), now);
        if let Err(reason) = still {
            live.end(reason);
        }
        Ok(OpenedSession {
            engine: self.clone(),
            budget: self.inner.budget(&permit),
            permit,
            recorder,
            live,
            closed: false,
        })
    }

    async fn close(
        &self,
        permit: &Permit,
        recorder: &Recorder,
        live: &LiveSession,
        reason: EndReason,
    ) {
        if let Err(cause) = recorder.close(self.now(), reason.id()) {
            tracing::error!(%cause, "a recording has no end");
        }
        self.inner.remember_end(permit.session(), &reason);
        self.enter_end(permit.session(), reason, live.counted())
            .await;
        self.inner.live.remove(permit.session());
    }

    async fn enter_end(&self, session: &SessionId, reason: EndReason, counted: (u64, u64)) {
        let command = Command::CloseSession {
            session: session.clone(),
            reason,
            sent: counted.0,
            received: counted.1,
        };
        let entered = self
            .submit_with(crate::gateway_caller(), command.clone(), Vec::new())
            .await;
        if entered.is_err() {
            self.inner.enter_later(command);
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
    /// The budget of a visit: that of its open sessions, or what the ledger says is left.
    fn budget(&self, permit: &Permit) -> Arc<AtomicU64> {
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        budgets.retain(|_, budget| budget.strong_count() > 0);
        let shared = budgets.get(permit.visit()).and_then(Weak::upgrade);
        shared.unwrap_or_else(|| {
            let fresh = Arc::new(AtomicU64::new(permit.quota_left()));
            budgets.insert(permit.visit().clone(), Arc::downgrade(&fresh));
            fresh
        })
    }

    fn recorder_for(&self, permit: &Permit, now: ids::Timestamp) -> Result<Recorder, String> {
        let key = vault::RecordingKey::generate().map_err(|cause| cause.to_string())?;
        let wrapped_keys = self.wrap_recording_key(permit.session(), &key)?;
        let start = SessionStart {
            session: permit.session(),
            at: now,
            key: key.as_bytes(),
            wrapped_keys,
            policy: match permit.recording() {
                RecordingPolicy::Payload => Policy::Payload,
                RecordingPolicy::MetadataOnly => Policy::Metadata,
            },
            quota_left: permit.quota_left(),
        };
        self.journal
            .recorder(start)
            .map_err(|cause| cause.to_string())
    }

    fn remember_end(&self, session: &SessionId, reason: &EndReason) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() >= REMEMBERED {
            ended.pop_front();
        }
        ended.push_back((session.clone(), reason.clone()));
    }

    /// The end of a session that its proxy dropped.
    fn settle_later(&self, live: &LiveSession, recorder: &Recorder) {
        let reason = live.ended().cloned().unwrap_or(EndReason::Interrupted);
        if let Err(cause) = recorder.close(self.clock.now(), reason.id()) {
            tracing::error!(%cause, "a recording has no end");
        }
        self.remember_end(live.id(), &reason);
        let (sent, received) = live.counted();
        self.enter_later(Command::CloseSession {
            session: live.id().clone(),
            reason,
            sent,
            received,
        });
        self.live.remove(live.id());
    }

    /// Keeps a gateway command whose entry failed; the watch tries it again every second, and the
    /// next start closes what is left as interrupted.
    pub(crate) fn enter_later(&self, command: Command) {
        self.unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(command);
    }
}
