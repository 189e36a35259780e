//! The sessions that are open now, and how they are ended.
//!
//! Taking access away never waits (architecture §2): ending a session is a call that marks it and
//! shuts its sockets down from whatever thread asks, without the data path's help, without the
//! ledger and without the disk. What happened is entered afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use access::{EndReason, Site};
use ids::{PersonId, SessionId, Timestamp};

use crate::live_session::{LiveSession, Standing, standing};

/// All open sessions of the site.
#[derive(Default)]
pub struct Live {
    sessions: Mutex<BTreeMap<SessionId, Arc<LiveSession>>>,
    isolated: AtomicBool,
}

impl Live {
    /// Adds a session. While the site is isolated it is ended before it begins.
    pub(crate) fn add(
        &self,
        id: &SessionId,
        standing: Standing,
        attended: bool,
        (now, monotonic): (Timestamp, Instant),
    ) -> Arc<LiveSession> {
        let at = monotonic + standing.until.since(now);
        let session = Arc::new(LiveSession::new(id.clone(), at, standing, attended));
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

    /// Ends what has reached its end, and tells those whose end is near.
    pub(crate) fn look_at_the_time(&self, now: Timestamp, monotonic: Instant) {
        for session in self.sessions() {
            session.end_if_over(now, monotonic);
            session.warn_if_soon(now, monotonic);
        }
    }

    /// The moment of the next deadline.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.sessions()
            .iter()
            .map(|session| session.deadline())
            .min()
    }

    /// Nobody sees anything more of any session as this person.
    pub(crate) fn turn_out(&self, person: &PersonId) {
        for session in self.sessions() {
            session.turn_out(|other| other != person);
        }
    }

    /// Takes what this state makes of each session: ends those that are not permitted any more,
    /// moves the deadlines of the others, freezes and thaws them.
    pub(crate) fn recheck(&self, site: &Site, now: Timestamp, monotonic: Instant) {
        for session in self.sessions() {
            match standing(site, session.id(), now) {
                Ok(standing) => {
                    session.stand(standing, now, monotonic);
                    session.turn_out(|person| attends(site, session.id(), person));
                }
                Err(reason) => session.end(reason),
            }
        }
    }
}

/// Whether somebody attends by this state, and may.
pub(crate) fn attends(site: &Site, session: &SessionId, person: &PersonId) -> bool {
    let session = site.session(session);
    session.is_some_and(|session| session.attendants.contains(person)) && site.person_stands(person)
}

/// A lock whose holder panicked still guards plain data: go on with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
