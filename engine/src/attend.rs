//! Attending a session (立会い): watching it live. Where a target requires an attendant, the session
//! is frozen until somebody attends, and from the moment the last one leaves (lesson L23).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{Caller, Command, Refusal, Who};
use ids::{PersonId, SessionId};
use login::Identity;
use recording::ChannelNote;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::freeze::Entering;
use crate::live::{attends, lock};
use crate::stage::{Shown, Watcher};
use crate::{Engine, LiveSession};

/// Who watches a session. Several windows of one person are one attendance.
#[derive(Default)]
pub(crate) struct Attending {
    persons: Mutex<BTreeMap<PersonId, Windows>>,
    /// Held while somebody arrives, so that the first window of a person is the first.
    arriving: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Windows {
    open: Vec<Arc<Watcher>>,
    /// Whether the ledger has the attendance.
    entered: bool,
}

/// One window of an attendant. Dropping it is leaving.
pub struct Attendance {
    engine: Engine,
    live: Arc<LiveSession>,
    watcher: Arc<Watcher>,
    caller: Caller,
    person: PersonId,
    runtime: Handle,
    /// When the next picture of a desktop is shown at the earliest.
    looks: Instant,
}

/// Pictures of a desktop that an attendant is shown in a second, and their bytes: what one sees that is no film.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const MOST_A_SECOND: u64 = 2 << 20;

impl std::fmt::Debug for Attendance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attendance({}, {})", self.live.id(), self.person)
    }
}

impl Attendance {
    /// The next thing to see; the present state first. `None` when the session has ended, or the
    /// attendant may not attend any more.
    pub async fn next(&mut self) -> Option<Shown> {
        loop {
            if let Some(shown) = self.watcher.take() {
                return Some(shown);
            }
            if self.live.ended().is_some() || self.watcher.has_left() {
                return None;
            }
            let unseen = self.watcher.has_unseen();
            if unseen
                && Instant::now() >= self.looks
                && let Some(picture) = self.live.stage.picture(&self.watcher)
            {
                self.looks = Instant::now() + pause_after(&picture);
                return Some(picture);
            }
            tokio::select! {
                () = self.watcher.told.notified() => {}
                () = self.live.withdrawn() => {}
                () = sleep_until(self.looks), if unseen => {}
            }
        }
    }

    /// The session that is watched.
    pub fn session(&self) -> &LiveSession {
        &self.live
    }

    fn command(&self) -> Command {
        Command::LeaveSession {
            session: self.live.id().clone(),
        }
    }
}

/// How long nothing more is shown behind a picture, so that a line is not filled with them.
fn pause_after(picture: &Shown) -> Duration {
    let Shown::Picture { bytes, .. } = picture else {
        return LOOK_EVERY;
    };
    let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    LOOK_EVERY.max(Duration::from_millis(
        bytes.saturating_mul(1000) / MOST_A_SECOND,
    ))
}

impl Engine {
    /// Attends a session. Looking at it live is looking at its recording: the entry is made before
    /// anything is shown.
    ///
    /// # Errors
    /// If the caller may not, or there is no such session.
    pub async fn attend(&self, by: &Identity, session: &SessionId) -> Result<Attendance, Refusal> {
        let command = Command::Attend {
            session: session.clone(),
        };
        let live = self.inner.live.session(session);
        let (Some(live), Who::Person(person)) = (live, &by.caller().who) else {
            // The one decision function says why, and enters the refusal.
            return Err(match self.submit(by, command).await {
                Ok(_) => crate::writer::unavailable(),
                Err(refusal) => refusal,
            });
        };
        let arriving = Arc::clone(&live);
        let _one_at_a_time = arriving.attending.arriving.lock().await;
        let watcher = live.stage.watch();
        let joins = live.attending.arrive(person, &watcher);
        // From here on every way out is a leaving: also that of a caller who hangs up.
        let attendance = Attendance {
            engine: self.clone(),
            watcher,
            live,
            caller: by.caller().clone(),
            person: person.clone(),
            runtime: Handle::current(),
            looks: Instant::now(),
        };
        let known = joins && self.still_attends(by, session);
        if !known {
            if let Err(refusal) = self.submit(by, command).await {
                attendance
                    .live
                    .attending
                    .turn_away(person, &attendance.watcher);
                return Err(refusal);
            }
            self.begin_to_count(&attendance);
            let by = person.to_string();
            attendance
                .live
                .noted(self.now(), &ChannelNote::Attended { by });
        }
        Ok(attendance)
    }

    /// The attendance is entered: it counts, unless its person was suspended or signed out between the
    /// entry and here, when they could not be turned out yet.
    fn begin_to_count(&self, attendance: &Attendance) {
        let live = &attendance.live;
        let site = self.inner.site();
        live.attending.entered(&attendance.person);
        live.turn_out(|person| attends(&site, live.id(), person));
        live.count_attendants();
    }

    /// Whether somebody who attends already may open one more window: asked of the domain, which
    /// then has nothing against it but that it is so already.
    fn still_attends(&self, by: &Identity, session: &SessionId) -> bool {
        let command = Command::Attend {
            session: session.clone(),
        };
        let site = self.inner.site();
        let asked = access::decide(&site, by.caller(), command, self.now());
        asked.is_err_and(|refusal| refusal.reasons == [access::Reason::AlreadySo])
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.live.stage.leave(&self.watcher);
        let last = self.live.attending.leave(&self.person, &self.watcher);
        // Now, and in memory: nothing passes unwatched while this is entered.
        self.live.count_attendants();
        if !last || self.live.ended().is_some() {
            return;
        }
        let answer =
            self.engine
                .inner
                .queue
                .submit(self.caller.clone(), self.command(), Vec::new());
        let by = self.person.to_string();
        let note = ChannelNote::AttendantLeft { by };
        self.live.noted(self.engine.now(), &note);
        let entering = Entering {
            engine: self.engine.clone(),
            live: Arc::clone(&self.live),
            pausing: false,
            caller: self.caller.clone(),
            command: self.command(),
        };
        // If the runtime is gone the gateway stops, and the session with it.
        self.runtime.spawn(entering.entered(answer, None));
    }
}

impl LiveSession {
    /// Ends the windows of those who may not watch any more: suspended, or signed out.
    pub(crate) fn turn_out(&self, may: impl Fn(&PersonId) -> bool) {
        let out = self.attending.turn_out(may);
        if out.is_empty() {
            return;
        }
        self.count_attendants();
        for watcher in out {
            self.stage.leave(&watcher);
        }
    }
}

impl Attending {
    /// Whether it joins an attendance that the ledger has. Then no other window is the last any more.
    fn arrive(&self, person: &PersonId, watcher: &Arc<Watcher>) -> bool {
        let mut persons = lock(&self.persons);
        let windows = persons.entry(person.clone()).or_default();
        windows.open.push(Arc::clone(watcher));
        windows.entered
    }

    fn entered(&self, person: &PersonId) {
        if let Some(windows) = lock(&self.persons).get_mut(person) {
            windows.entered = true;
        }
    }

    /// The window goes without having been one.
    fn turn_away(&self, person: &PersonId, watcher: &Arc<Watcher>) {
        let _was_last = self.leave(person, watcher);
    }

    /// Whether this was the person's last window. One that is not there any more was nobody's.
    fn leave(&self, person: &PersonId, watcher: &Arc<Watcher>) -> bool {
        let mut persons = lock(&self.persons);
        let Some(windows) = persons.get_mut(person) else {
            return false;
        };
        let before = windows.open.len();
        windows.open.retain(|other| !Arc::ptr_eq(other, watcher));
        if windows.open.len() == before || !windows.open.is_empty() {
            return false;
        }
        persons.remove(person);
        true
    }

    /// Whether anybody attends whose attendance is entered.
    pub(crate) fn anybody(&self) -> bool {
        lock(&self.persons)
            .values()
            .any(|windows| windows.entered && !windows.open.is_empty())
    }

    /// Takes out those who are entered and may not be there; gives their windows.
    fn turn_out(&self, may: impl Fn(&PersonId) -> bool) -> Vec<Arc<Watcher>> {
        let mut persons = lock(&self.persons);
        let mut out = Vec::new();
        persons.retain(|person, windows| {
            let stays = !windows.entered || may(person);
            if !stays {
                out.append(&mut windows.open);
            }
            stays
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_joins_an_attendance_only_while_another_of_its_person_is_there() {
        let attending = Attending::default();
        let site: ids::SiteId = "handa".parse().unwrap();
        let person = PersonId::new(&site, 1);
        let [one, other, third] = [(); 3].map(|()| Arc::new(Watcher::default()));
        assert!(!attending.arrive(&person, &one));
        attending.entered(&person);
        assert!(attending.arrive(&person, &other));
        assert!(!attending.leave(&person, &one), "not the last");
        assert!(attending.leave(&person, &other));
        assert!(!attending.arrive(&person, &third), "it begins anew");
        assert!(!attending.anybody());
    }
}
