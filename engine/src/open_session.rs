//! Opening one session: decide, enter, then dial. Closing it: seal, enter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::{
    Caller, Command, EndReason, Frozen, Handover, Outcome, Permit, Protocol, Reason,
    RecordingPolicy, Refusal,
};
use ids::{GrantId, TargetId};
use login::Identity;
use recording::{Direction, Policy};
use store::{RecordError, Recorder, SessionStart};

use crate::alerting::Follower;
use crate::freeze::Notice;
use crate::handovers::Pending;
use crate::live_session::{Standing, standing};
use crate::{Engine, FileBudget, Inner, LiveSession, purses, writer};

/// One open session: the permit, the recorder, and the control under which it runs. Dropping it
/// without [`OpenedSession::close`] ends it as interrupted.
pub struct OpenedSession {
    engine: Engine,
    /// With whom it was opened: everything inside it is asked for in the same name.
    caller: Caller,
    permit: Permit,
    recorder: Recorder,
    purses: Purses,
    live: Arc<LiveSession>,
    /// The files that passed and are not entered yet.
    pending: Arc<Pending>,
    /// Looks at what is typed.
    follower: Follower,
    closed: bool,
}

/// What the session shares with the others of its visit.
struct Purses {
    recording: Arc<AtomicU64>,
    files_in: FileBudget,
    files_out: FileBudget,
    data_out: FileBudget,
    /// What this session took of the last of them.
    data_taken: AtomicU64,
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
        self.charge(bytes.len())?;
        self.recorder.record(self.now(), direction, bytes)
    }

    /// The control: counts, and whether it has been ended.
    pub fn live(&self) -> &LiveSession {
        &self.live
    }

    /// What the engineer is to be told next: that the end is near, that nothing passes for now, that
    /// it goes on. One reader; it does not return without a notice.
    pub async fn next_notice(&self) -> Notice {
        self.live.next_notice().await
    }

    /// The present moment on the site's clock.
    pub fn now(&self) -> ids::Timestamp {
        self.engine.now()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub(crate) fn follower(&self) -> &Follower {
        &self.follower
    }

    pub(crate) fn pending(&self) -> &Arc<Pending> {
        &self.pending
    }

    pub(crate) fn recording_purse(&self) -> &AtomicU64 {
        &self.purses.recording
    }

    pub(crate) fn file_purse(&self, direction: Handover) -> &FileBudget {
        match direction {
            Handover::In => &self.purses.files_in,
            Handover::Out => &self.purses.files_out,
        }
    }

    /// Takes so many bytes of what the visit may take out of a database or a web console, before they pass. False, and
    /// nothing is taken, if fewer are left: then they do not pass, and the session ends.
    #[must_use = "what was not taken must not pass"]
    pub fn take_data(&self, bytes: u64) -> bool {
        let taken = self.purses.data_out.take(bytes);
        if taken {
            self.purses.data_taken.fetch_add(bytes, Ordering::Relaxed);
        }
        taken
    }

    /// The same, and if much is left, a little more at once, so that not every row is asked for by itself.
    /// Gives how much more: what of it does not pass is given back. `None` if fewer are left.
    pub fn take_data_ahead(&self, bytes: u64) -> Option<u64> {
        let ahead = purses::ahead_of(self.purses.data_out.left());
        if ahead > 0 && self.take_data(bytes.saturating_add(ahead)) {
            return Some(ahead);
        }
        self.take_data(bytes).then_some(0)
    }

    /// Gives back what was taken ahead and did not pass.
    pub fn give_data_back(&self, bytes: u64) {
        self.purses.data_out.give_back(bytes);
        self.purses.data_taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes that it took out of a database or a web console so far.
    pub(crate) fn data_taken(&self) -> u64 {
        self.purses.data_taken.load(Ordering::Relaxed)
    }

    /// Closes the session: the recording's last frame, then the entry.
    pub async fn close(mut self, reason: EndReason) {
        self.closed = true;
        self.live.end(reason.clone());
        let reason = self.live.ended().cloned().unwrap_or(reason);
        self.engine.close(&self, reason).await;
    }
}

impl Drop for OpenedSession {
    fn drop(&mut self) {
        if !self.closed {
            self.live.end(EndReason::Interrupted);
            self.engine.inner.settle_later(self);
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
        self.begin(by.caller().clone(), *permit).await
    }

    /// The session is entered: from here on every way out enters its end too.
    async fn begin(&self, caller: Caller, permit: Permit) -> Result<OpenedSession, Refusal> {
        let now = self.now();
        let monotonic = self.inner.clock.monotonic();
        let begins = Standing {
            until: permit.until(),
            then: EndReason::Deadline,
            frozen: permit.attended().then_some(Frozen::AwaitingAttendant),
        };
        let live = &self.inner.live;
        let live = live.add(
            permit.session(),
            begins,
            permit.attended(),
            (now, monotonic),
        );
        let recorder = match self.inner.recorder_for(&permit, now) {
            Ok(recorder) => recorder,
            Err(cause) => {
                tracing::error!(cause, "a recording could not be begun");
                self.enter_end(permit.session(), EndReason::RecorderFailed, (0, 0, 0), None)
                    .await;
                self.inner.live.remove(permit.session());
                return Err(Refusal {
                    reasons: vec![Reason::RecorderUnavailable],
                });
            }
        };
        // The only recorder that this session gets.
        let _first = live.recorder.set(recorder.clone());
        let purses = Purses {
            recording: self.inner.recording_purse(&permit),
            files_in: self.inner.file_purse(&permit, Handover::In),
            files_out: self.inner.file_purse(&permit, Handover::Out),
            data_out: self.inner.data_purse(&permit),
            data_taken: AtomicU64::new(0),
        };
        // Something may have been withdrawn, or somebody may attend, between the decision and here.
        match standing(&self.inner.site(), permit.session(), now) {
            Ok(standing) => live.stand(standing, now, monotonic),
            Err(reason) => live.end(reason),
        }
        Ok(OpenedSession {
            engine: self.clone(),
            caller,
            follower: Follower::new(&permit),
            permit,
            recorder,
            purses,
            live,
            pending: Arc::default(),
            closed: false,
        })
    }
}

impl Inner {
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
}
