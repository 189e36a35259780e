//! What a proxy holds of the journal.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use ids::{SessionId, Timestamp};
use recording::{
    ChannelNote, Content, Direction, FrameSealer, MAX_CONTENT, MAX_PIECE, MAX_TEXT, NotSealed,
    Observation, Policy, SessionKey, Stream,
};

use super::{Shared, Trouble, lock};

/// A frame was not recorded: what it holds must not be forwarded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The disk is full. Closing frames can still be written.
    #[error("the recording disk is full")]
    DiskFull,
    /// The journal failed; nothing is recorded until the gateway is started again.
    #[error("the recording failed: {0}")]
    Failed(Trouble),
    /// The visit's recording quota is used up.
    #[error("the recording quota of this visit is used up")]
    QuotaUsedUp,
    /// The recording was closed.
    #[error("the recording is closed")]
    Stopped,
    /// A session of this number was recorded before; a recording is never begun twice.
    #[error("a recording of this session exists already")]
    AlreadyRecorded,
}

/// With what a session's recording begins.
#[derive(Debug)]
pub struct SessionStart<'a> {
    /// The session.
    pub session: &'a SessionId,
    /// When it began.
    pub at: Timestamp,
    /// 32 random bytes for this session alone; the caller wipes them.
    pub key: &'a [u8; 32],
    /// The same, wrapped to each who may read. Kept with the recording, opaque here.
    pub wrapped_keys: Vec<String>,
    /// What is kept.
    pub policy: Policy,
    /// Bytes of journal that this session may still fill.
    pub quota_left: u64,
}

/// Records one session. Clones record the same session, from any thread.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    key: Arc<SessionKey>,
    session: SessionId,
    policy: Policy,
    state: Mutex<State>,
}

struct State {
    sealer: FrameSealer,
    quota_left: u64,
    used: u64,
    last_at: Timestamp,
    closed: bool,
}

thread_local! {
    // One buffer per thread instead of one per session: ten thousand idle sessions hold none.
    static SEALED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder({})", self.inner.session)
    }
}

impl Recorder {
    pub(super) fn begin(
        shared: Arc<Shared>,
        key: Arc<SessionKey>,
        start: SessionStart<'_>,
    ) -> Result<Self, RecordError> {
        let recorder = Self {
            inner: Arc::new(Inner {
                shared,
                key,
                session: start.session.clone(),
                policy: start.policy,
                state: Mutex::new(State {
                    sealer: FrameSealer::new(start.session),
                    quota_left: start.quota_left,
                    used: 0,
                    last_at: start.at,
                    closed: false,
                }),
            }),
        };
        let content = Content::Start(recording::Start {
            session: start.session.clone(),
            policy: start.policy,
            wrapped: start.wrapped_keys,
        });
        let begun = recorder.inner.put(start.at, content, Counted::No);
        if begun.is_err() {
            lock(&recorder.inner.state).closed = true;
        }
        begun.map(|()| recorder)
    }

    /// The session.
    pub fn session(&self) -> &SessionId {
        &self.inner.session
    }

    /// Records bytes that passed in `direction`, or only how many, as the session's policy says.
    ///
    /// Returns after `write(2)` has returned: what is forwarded after this has been recorded. May
    /// block for as long as the disk does; [`super::Journal::stalled_for`] tells a watchdog.
    ///
    /// # Errors
    /// If they were not recorded. Nothing of `bytes` may then be forwarded.
    pub fn record(
        &self,
        at: Timestamp,
        direction: Direction,
        bytes: &[u8],
    ) -> Result<(), RecordError> {
        match self.inner.policy {
            Policy::Payload => bytes.chunks(MAX_CONTENT).try_for_each(|part| {
                self.inner
                    .put(at, Content::Data(direction, part), Counted::Yes)
            }),
            Policy::Metadata => self.size(at, direction, bytes.len()),
        }
    }

    /// Records bytes that passed in one channel, or only how many, as the session's policy says.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub fn stream(
        &self,
        at: Timestamp,
        channel: u32,
        direction: Direction,
        stream: Stream,
        bytes: &[u8],
    ) -> Result<(), RecordError> {
        match self.inner.policy {
            Policy::Payload => bytes.chunks(MAX_PIECE).try_for_each(|bytes| {
                let content = Content::Stream {
                    direction,
                    channel,
                    stream,
                    bytes,
                };
                self.inner.put(at, content, Counted::Yes)
            }),
            Policy::Metadata => self.size(at, direction, bytes.len()),
        }
    }

    /// Records one piece that a typist sealed, or only how much was typed.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub fn typed(
        &self,
        at: Timestamp,
        channel: u32,
        line: u64,
        sealed: &[u8],
    ) -> Result<(), RecordError> {
        match self.inner.policy {
            Policy::Payload => {
                let content = Content::Typed {
                    channel,
                    line,
                    sealed,
                };
                self.inner.put(at, content, Counted::Yes)
            }
            Policy::Metadata => {
                let typed = recording::typed_length(sealed);
                let content = Content::Size(Direction::ToTarget, typed);
                self.inner.put(at, content, Counted::Yes)
            }
        }
    }

    /// Records something about a channel, whatever the policy. Texts that are too long are cut.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub fn channel(&self, at: Timestamp, note: &ChannelNote) -> Result<(), RecordError> {
        let content = Content::Channel(note.clone());
        self.inner.put(at, content, Counted::Yes)
    }

    fn size(&self, at: Timestamp, direction: Direction, length: usize) -> Result<(), RecordError> {
        let size = u64::try_from(length).unwrap_or(u64::MAX);
        let content = Content::Size(direction, size);
        self.inner.put(at, content, Counted::Yes)
    }

    /// Records a sentence of the gateway's, for example that the session was paused.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub fn notice(&self, at: Timestamp, text: &str) -> Result<(), RecordError> {
        let content = Content::Notice(shortened(text));
        self.inner.put(at, content, Counted::Yes)
    }

    /// Records why the session ended, and closes. If the disk is full, the reserved space is given
    /// up for it.
    ///
    /// # Errors
    /// If it was not recorded: the recording then counts as interrupted. It is closed all the same.
    pub fn close(&self, at: Timestamp, reason: &str) -> Result<(), RecordError> {
        self.inner.close(at, reason)
    }

    /// Bytes of journal that this session has filled.
    pub fn used(&self) -> u64 {
        lock(&self.inner.state).used
    }

    /// Frames recorded.
    pub fn frames(&self) -> u64 {
        lock(&self.inner.state).sealer.frames()
    }
}

/// Whether a frame counts against the quota, and waits for space like everybody else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Yes,
    No,
}

impl Inner {
    fn put(
        &self,
        at: Timestamp,
        content: Content<'_>,
        counted: Counted,
    ) -> Result<(), RecordError> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(RecordError::Stopped);
        }
        let closing = matches!(content, Content::End(_));
        state.last_at = at;
        let observation = Observation { at, content };
        SEALED.with_borrow_mut(|buffer| {
            let record = state
                .sealer
                .seal(&self.key, &observation, buffer)
                .map_err(not_sealed)?;
            let size = u64::try_from(record.len()).unwrap_or(u64::MAX);
            let left = match counted {
                Counted::Yes => state.quota_left.checked_sub(size),
                Counted::No => Some(state.quota_left),
            };
            let left = left.ok_or(RecordError::QuotaUsedUp)?;
            match self.shared.append(record, closing) {
                Ok(()) => {
                    state.sealer.written();
                    state.quota_left = left;
                    state.used = state.used.saturating_add(size);
                    Ok(())
                }
                Err(error) => {
                    state.sealer.failed();
                    Err(error)
                }
            }
        })
    }

    fn close(&self, at: Timestamp, reason: &str) -> Result<(), RecordError> {
        let closed = self.put(at, Content::End(shortened(reason)), Counted::No);
        lock(&self.state).closed = true;
        closed
    }
}

impl Drop for Inner {
    /// A recording that nobody closed still says so, instead of looking like a crash.
    fn drop(&mut self) {
        let (closed, at) = {
            let state = lock(&self.state);
            (state.closed, state.last_at)
        };
        if !closed {
            let closed = self.close(at, "abandoned: the recorder was dropped without an end");
            if let Err(error) = closed {
                tracing::error!(session = %self.session, %error, "recording not closed");
            }
        }
    }
}

fn not_sealed(error: NotSealed) -> RecordError {
    RecordError::Failed(Trouble::sealing(error))
}

fn shortened(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
