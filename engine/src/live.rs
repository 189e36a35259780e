//! The sessions that are open now, and how they are ended.
//!
//! Taking access away never waits (architecture §2): ending a session is a call that marks it and
//! shuts its sockets down from whatever thread asks, without the data path's help, without the
//! ledger and without the disk. What happened is entered afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use access::EndReason;
use ids::SessionId;
use tunnel::Closer;

/// One open session as both the proxy and those who may end it see it.
pub struct LiveSession {
    id: SessionId,
    ended: OnceLock<EndReason>,
    sockets: Mutex<Vec<Closer>>,
    deadline: Mutex<Instant>,
    sent: AtomicU64,
    received: AtomicU64,
    withdrawn: tokio::sync::Notify,
}

impl LiveSession {
    fn new(id: SessionId, deadline: Instant) -> Self {
        Self {
            id,
            ended: OnceLock::new(),
            sockets: Mutex::new(Vec::new()),
            deadline: Mutex::new(deadline),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            withdrawn: tokio::sync::Notify::new(),
        }
    }

    /// Which session.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Lets this socket be shut down with the session. If the session has ended already, it is
    /// shut down at once.
    pub fn holds(&self, socket: Closer) {
        let mut sockets = lock(&self.sockets);
        if self.ended.get().is_some() {
            socket.close();
        } else {
            sockets.push(socket);
        }
    }

    /// Ends the session: the first reason stands, every socket is shut down now.
    pub fn end(&self, reason: EndReason) {
        let sockets = lock(&self.sockets);
        // The reason is set while the sockets are held, so that none can be added in between.
        let _first_reason_stands = self.ended.set(reason);
        for socket in sockets.iter() {
            socket.close();
        }
        self.withdrawn.notify_waiters();
        self.withdrawn.notify_one();
    }

    /// Why it has ended, if it has.
    pub fn ended(&self) -> Option<&EndReason> {
        self.ended.get()
    }

    /// Returns once the session has been ended.
    pub async fn withdrawn(&self) {
        while self.ended.get().is_none() {
            self.withdrawn.notified().await;
        }
    }

    /// Counts bytes from the engineer to the target.
    pub fn count_sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts bytes from the target to the engineer.
    pub fn count_received(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes from the engineer to the target, and back.
    pub fn counted(&self) -> (u64, u64) {
        (
            self.sent.load(Ordering::Relaxed),
            self.received.load(Ordering::Relaxed),
        )
    }

    /// When it ends by itself, on the monotonic clock.
    pub fn deadline(&self) -> Instant {
        *lock(&self.deadline)
    }

    fn set_deadline(&self, deadline: Instant) {
        *lock(&self.deadline) = deadline;
    }
}

/// All open sessions of the site.
#[derive(Default)]
pub struct Live {
    sessions: Mutex<BTreeMap<SessionId, Arc<LiveSession>>>,
    isolated: AtomicBool,
}

impl Live {
    /// Adds a session. While the site is isolated it is ended before it begins.
    pub(crate) fn add(&self, id: &SessionId, deadline: Instant) -> Arc<LiveSession> {
        let session = Arc::new(LiveSession::new(id.clone(), deadline));
        let mut sessions = lock(&self.sessions);
        if self.isolated.load(Ordering::SeqCst) {
            session.end(EndReason::Isolated);
        }
        sessions.insert(id.clone(), Arc::clone(&session));
        session
    }

    pub(crate) fn remove(&self, id: &SessionId) {
        lock(&self.sessions).remove(id);
    }

    /// The session with this id, while it is open.
    pub fn session(&self, id: &SessionId) -> Option<Arc<LiveSession>> {
        lock(&self.sessions).get(id).cloned()
    }

    /// All open sessions.
    pub fn sessions(&self) -> Vec<Arc<LiveSession>> {
        lock(&self.sessions).values().cloned().collect()
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        lock(&self.sessions).len()
    }

    /// Ends every session for this reason. Returns how many there were.
    pub fn end_all(&self, reason: &EndReason) -> usize {
        let sessions = self.sessions();
        for session in &sessions {
            session.end(reason.clone());
        }
        sessions.len()
    }

    /// Ends everything and admits nothing, at once and in memory.
    pub(crate) fn isolate(&self) -> usize {
        self.isolated.store(true, Ordering::SeqCst);
        self.end_all(&EndReason::Isolated)
    }

    pub(crate) fn lift(&self) {
        self.isolated.store(false, Ordering::SeqCst);
    }

    /// Whether the site is isolated, as the memory of this process has it.
    pub fn is_isolated(&self) -> bool {
        self.isolated.load(Ordering::SeqCst)
    }

    /// Ends what has reached its deadline.
    pub(crate) fn end_overdue(&self, now: Instant) {
        for session in self.sessions() {
            if session.deadline() <= now {
                session.end(EndReason::Deadline);
            }
        }
    }

    /// The moment of the next deadline.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.sessions()
            .iter()
            .map(|session| session.deadline())
            .min()
    }

    /// Asks `still_permitted` about each session; ends those that are not, moves the deadline of
    /// those that are.
    pub(crate) fn recheck(
        &self,
        still_permitted: impl Fn(&SessionId) -> Result<Instant, EndReason>,
    ) {
        for session in self.sessions() {
            match still_permitted(session.id()) {
                Ok(deadline) => session.set_deadline(deadline),
                Err(reason) => session.end(reason),
            }
        }
    }
}

/// A lock whose holder panicked still guards plain data: go on with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
