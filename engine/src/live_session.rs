//! One open session as both its proxy and those who may end it see it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use access::{EndReason, Frozen, Site};
use ids::{SessionId, Timestamp};
use tunnel::Closer;

use crate::attend::Attending;
use crate::cancel::Cancelling;
use crate::freeze::{Freeze, Notice};
use crate::live::lock;
use crate::stage::Stage;

/// How long before its end a session is told of it.
const SOON: Duration = Duration::from_secs(5 * 60);

/// How a session stands, as an entry left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// When it ends by itself.
    pub(crate) until: Timestamp,
    /// Why it ends then.
    pub(crate) then: EndReason,
    /// Why nothing passes, if so.
    pub(crate) frozen: Option<Frozen>,
}

/// How a session stands by this state, or why it has to end.
pub(crate) fn standing(
    site: &Site,
    session: &SessionId,
    now: Timestamp,
) -> Result<Standing, EndReason> {
    let until = site.still_permitted(session, now)?;
    let known = site.session(session).ok_or(EndReason::Interrupted)?;
    let frozen = site.frozen(known);
    let then = match frozen {
        // It waits for an attendant: what comes first, then or the deadline, the domain knows.
        Some(Frozen::AwaitingAttendant) => site.still_permitted(session, until).err(),
        Some(Frozen::Paused) | None => risk_over(site, session, until),
    };
    Ok(Standing {
        until,
        then: then.unwrap_or(EndReason::Deadline),
        frozen,
    })
}

/// Whether it is the accepted risk that ends then, and not the window.
fn risk_over(site: &Site, session: &SessionId, until: Timestamp) -> Option<EndReason> {
    let end = site.still_permitted(session, until).err();
    end.filter(|end| *end == EndReason::RiskOver)
}

/// When a session ends by itself.
struct Ends {
    /// On the monotonic clock, which nobody sets.
    at: Instant,
    standing: Standing,
    /// The end of which the session was told.
    warned: Option<Timestamp>,
}

/// One open session as both the proxy and those who may end it see it.
pub struct LiveSession {
    id: SessionId,
    ended: OnceLock<EndReason>,
    sockets: Mutex<Vec<Closer>>,
    ends: Mutex<Ends>,
    sent: AtomicU64,
    received: AtomicU64,
    changed: tokio::sync::Notify,
    attended: bool,
    pub(crate) cancelling: Cancelling,
    pub(crate) attending: Attending,
    pub(crate) freeze: Freeze,
    pub(crate) stage: Stage,
    pub(crate) recorder: OnceLock<store::Recorder>,
}

impl LiveSession {
    pub(crate) fn new(id: SessionId, at: Instant, standing: Standing, attended: bool) -> Self {
        let session = Self {
            id,
            ended: OnceLock::new(),
            sockets: Mutex::new(Vec::new()),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            changed: tokio::sync::Notify::new(),
            attended,
            cancelling: Cancelling::default(),
            attending: Attending::default(),
            freeze: Freeze::default(),
            stage: Stage::default(),
            recorder: OnceLock::new(),
            ends: Mutex::new(Ends {
                at,
                standing: standing.clone(),
                warned: None,
            }),
        };
        session.freeze(standing.frozen);
        session.count_attendants();
        session
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
        {
            let sockets = lock(&self.sockets);
            // The reason is set while the sockets are held, so that none can be added in between.
            let _first_reason_stands = self.ended.set(reason);
            for socket in sockets.iter() {
                socket.close();
            }
        }
        self.changed.notify_waiters();
    }

    /// Why it has ended, if it has.
    pub fn ended(&self) -> Option<&EndReason> {
        self.ended.get()
    }

    /// Returns once the session has been ended.
    pub async fn withdrawn(&self) {
        self.once(|session| session.ended.get().map(|_| ())).await;
    }

    /// Whether it goes on only while somebody of the hospital attends it.
    pub fn needs_attendant(&self) -> bool {
        self.attended
    }

    /// Why nothing passes for now, if so: neither way, in no channel.
    pub fn frozen(&self) -> Option<Frozen> {
        self.freeze.frozen()
    }

    /// Returns once something may pass. While the session is frozen, and after it was ended frozen,
    /// it does not return: wait for [`LiveSession::withdrawn`] beside it.
    pub async fn thawed(&self) {
        self.once(|session| session.frozen().is_none().then_some(()))
            .await;
    }

    /// Returns once nothing may pass: for whoever is in the middle of passing something on.
    pub async fn froze(&self) {
        self.once(|session| session.frozen().map(|_| ())).await;
    }

    /// What the engineer is to be told, in its order. One reader; it does not return without one.
    pub async fn next_notice(&self) -> Notice {
        self.once(|session| session.freeze.next_notice()).await
    }

    /// Waits until `there` gives something. Whoever makes it give something calls
    /// [`LiveSession::tell`].
    pub(crate) async fn once<T>(&self, there: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            // Made before looking, so that what happens between looking and waiting is not missed.
            let changed = self.changed.notified();
            if let Some(found) = there(self) {
                return found;
            }
            changed.await;
        }
    }

    pub(crate) fn tell(&self) {
        self.changed.notify_waiters();
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
        lock(&self.ends).at
    }

    /// Takes what an entry made of the session.
    pub(crate) fn stand(&self, standing: Standing, now: Timestamp, monotonic: Instant) {
        let frozen = standing.frozen;
        {
            let mut ends = lock(&self.ends);
            let at = monotonic + standing.until.since(now);
            // An end that did not move never comes later because a wall clock was set back.
            ends.at = if ends.standing.until == standing.until {
                ends.at.min(at)
            } else {
                at
            };
            ends.standing = standing;
        }
        self.freeze(frozen);
    }

    /// Ends it if its time is over: by the monotonic clock, or by the wall clock, whichever comes
    /// first (lesson L22).
    pub(crate) fn end_if_over(&self, now: Timestamp, monotonic: Instant) {
        let over = {
            let ends = lock(&self.ends);
            let over = ends.at <= monotonic || ends.standing.until <= now;
            over.then(|| ends.standing.then.clone())
        };
        if let Some(reason) = over {
            self.end(reason);
        }
    }

    /// Tells of the end five minutes before it, once. While an attendant is awaited the end is not
    /// the deadline's, and the engineer was told what is awaited.
    pub(crate) fn warn_if_soon(&self, now: Timestamp, monotonic: Instant) {
        let at = {
            let mut ends = lock(&self.ends);
            let until = ends.standing.until;
            let left = ends
                .at
                .saturating_duration_since(monotonic)
                .min(until.since(now));
            let awaiting = ends.standing.frozen == Some(Frozen::AwaitingAttendant);
            if left > SOON || awaiting || ends.warned == Some(until) {
                return;
            }
            ends.warned = Some(until);
            until
        };
        self.freeze.notice(Notice::EndsSoon { at });
        self.tell();
    }
}
