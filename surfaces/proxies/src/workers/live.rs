//! How a session stands, as its worker knows it. Methods have the names of `engine::LiveSession`.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use access::{EndReason, Frozen, Reason};
use engine::Notice;
use ids::{SessionId, Timestamp};
use tokio::sync::Notify;

use super::calls::Calls;
use super::crossing::{Answer, Call, Event, Stands, read};

use crate::frozen::Standing;

/// How near its deadline a session asks whether it was put off: an earlier one ends it from outside.
const NEAR: Duration = Duration::from_secs(2);

/// One session as its worker knows it.
pub(crate) struct Live {
    id: SessionId,
    calls: Arc<Calls>,
    ended: OnceLock<EndReason>,
    known: Mutex<Known>,
    changed: Notify,
}

struct Known {
    frozen: Option<Frozen>,
    deadline: Instant,
    /// The site's clock, and ours at that moment.
    now: (Timestamp, Instant),
    notices: VecDeque<Notice>,
    cancel_asked: bool,
    /// Answers by their number. Who asked may not wait any more.
    asked: VecDeque<(u64, Result<u64, Vec<Reason>>)>,
    dialled: VecDeque<(u64, Option<OwnedFd>)>,
}

impl Known {
    fn take(&mut self, stands: Stands) {
        let here = Instant::now();
        self.frozen = stands.frozen;
        self.deadline = here + stands.left;
        self.now = (stands.now, here);
    }
}

impl Live {
    pub(super) fn new(id: SessionId, calls: Arc<Calls>, stands: Stands) -> Self {
        let here = Instant::now();
        let known = Known {
            frozen: stands.frozen,
            deadline: here + stands.left,
            now: (stands.now, here),
            notices: VecDeque::new(),
            cancel_asked: false,
            asked: VecDeque::new(),
            dialled: VecDeque::new(),
        };
        Self {
            id,
            calls,
            ended: OnceLock::new(),
            known: Mutex::new(known),
            changed: Notify::new(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the gateway says by itself.
    pub(super) fn hear(&self, event: Event, handed: Option<OwnedFd>) {
        {
            let mut known = self.known();
            match event {
                Event::Stands(stands) => known.take(stands),
                Event::Notice { notice, now } => {
                    known.now = (now, Instant::now());
                    known.notices.push_back(notice);
                }
                Event::CancelAsked => known.cancel_asked = true,
                Event::Asked { number, answer } => known.asked.push_back((number, answer)),
                Event::Dialled { number } => known.dialled.push_back((number, handed)),
                Event::Ended(reason) => {
                    let _first_reason_stands = self.ended.set(reason);
                }
            }
        }
        self.changed.notify_waiters();
    }

    /// Takes what an answer says: it is newer than every event that was heard.
    pub(super) fn stands_frozen(&self, frozen: Option<Frozen>) {
        let changed = {
            let mut known = self.known();
            std::mem::replace(&mut known.frozen, frozen) != frozen
        };
        if changed {
            self.changed.notify_waiters();
        }
    }

    /// The gateway does not answer any more: nothing goes on.
    pub(super) fn lost(&self) {
        let _first_reason_stands = self.ended.set(EndReason::Interrupted);
        self.changed.notify_waiters();
    }

    async fn once<T>(&self, there: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            // Made before looking, so that what happens between looking and waiting is not missed.
            let changed = self.changed.notified();
            if let Some(found) = there(self) {
                return found;
            }
            changed.await;
        }
    }

    /// Which session.
    pub(crate) fn id(&self) -> &SessionId {
        &self.id
    }

    /// Why it has ended from outside, if it has. The gateway knows before a socket of it is closed; what
    /// it says of that may still be on its way.
    pub(crate) fn ended(&self) -> Option<&EndReason> {
        if self.ended.get().is_none() {
            let answer = self.calls.call(&Call::Ended);
            match answer.and_then(|answer| read(&answer).ok()) {
                Some(Answer::Ended(Some(reason))) => {
                    let _first_reason_stands = self.ended.set(reason);
                }
                Some(Answer::Ended(None)) => {}
                Some(Answer::Recorded { .. } | Answer::Taken(_) | Answer::Left(_)) | None => {
                    self.lost();
                }
            }
        }
        self.ended.get()
    }

    /// Returns once the session has been ended.
    pub(crate) async fn withdrawn(&self) {
        self.once(|live| live.ended.get().map(|_| ())).await;
    }

    /// Why nothing passes for now, if so.
    pub(crate) fn frozen(&self) -> Option<Frozen> {
        self.known().frozen
    }

    /// Returns once something may pass; does not return while it is frozen.
    pub(crate) async fn thawed(&self) {
        self.once(|live| live.frozen().is_none().then_some(()))
            .await;
    }

    /// Returns once nothing may pass.
    pub(crate) async fn froze(&self) {
        self.once(|live| live.frozen().map(|_| ())).await;
    }

    /// What the engineer is to be told, in its order. One reader.
    pub(crate) async fn next_notice(&self) -> Notice {
        self.once(|live| live.known().notices.pop_front()).await
    }

    /// Returns once somebody has asked to cancel what runs. One reader.
    pub(crate) async fn cancel_asked(&self) {
        self.once(|live| std::mem::take(&mut live.known().cancel_asked).then_some(()))
            .await;
    }

    /// From now on what runs is cancelled by this number and this secret.
    pub(crate) fn cancels_by(&self, number: u32, secret: &[u8]) {
        let secret = secret.to_vec();
        self.calls.tell(&Call::CancelsBy { number, secret });
    }

    /// Counts bytes from the engineer to the target.
    pub(crate) fn count_sent(&self, bytes: u64) {
        self.calls.count(bytes, 0);
    }

    /// Counts bytes from the target to the engineer.
    pub(crate) fn count_received(&self, bytes: u64) {
        self.calls.count(0, bytes);
    }

    /// When it ends by itself, on this process's monotonic clock.
    pub(crate) fn deadline(&self) -> Instant {
        let known = self.known().deadline;
        let here = Instant::now();
        if known.saturating_duration_since(here) > NEAR {
            return known;
        }
        let answer = self.calls.call(&Call::Left);
        let Some(Answer::Left(left)) = answer.and_then(|answer| read(&answer).ok()) else {
            self.lost();
            return known;
        };
        let deadline = here + left;
        self.known().deadline = deadline;
        deadline
    }

    /// The present moment on the site's clock.
    pub(super) fn now(&self) -> Timestamp {
        let (at, then) = self.known().now;
        at.plus(then.elapsed())
    }

    /// The answer of this number. One asker.
    pub(super) async fn answered(&self, number: u64) -> Result<u64, Vec<Reason>> {
        self.once(|live| of_number(&mut live.known().asked, number))
            .await
    }

    /// The connection of this number. One asker.
    pub(super) async fn dialled(&self, number: u64) -> Option<OwnedFd> {
        self.once(|live| of_number(&mut live.known().dialled, number))
            .await
    }
}

/// What came under this number; what came for who waits no more is dropped.
fn of_number<T>(came: &mut VecDeque<(u64, T)>, number: u64) -> Option<T> {
    while let Some((of, found)) = came.pop_front() {
        if of == number {
            return Some(found);
        }
    }
    None
}

impl Standing for Live {
    fn frozen(&self) -> Option<Frozen> {
        self.frozen()
    }

    async fn thawed(&self) {
        self.thawed().await;
    }

    async fn froze(&self) {
        self.froze().await;
    }
}
