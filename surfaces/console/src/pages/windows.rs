//! The windows that people have open on something that goes on: a session watched, lists that are alive.
//! A window is known to the process alone, and costs it a little; so a person has a bounded number.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use ids::{PersonId, SessionId, Timestamp};

use crate::lines::{Gone, Lines};

/// Windows of one person at the same time: a few tabs on two computers.
const MOST: usize = 8;

/// How long a fresh touch opens one recording: a look at the whole of it, with a telephone call in between.
const RECORDING_STAYS_OPEN_MS: i64 = 30 * 60 * 1000;

/// Recordings that are open at the same time, of everybody.
const MOST_RECORDINGS: usize = 256;

static WINDOWS: LazyLock<Mutex<BTreeMap<PersonId, usize>>> = LazyLock::new(Mutex::default);
static WATCHERS: LazyLock<Mutex<BTreeMap<u64, Watching>>> = LazyLock::new(Mutex::default);
static RECORDINGS: LazyLock<Mutex<BTreeMap<Opened, Timestamp>>> = LazyLock::new(Mutex::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A holder that panicked leaves plain data.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One open window; dropping it closes it.
#[derive(Debug)]
pub(crate) struct Window(PersonId);

impl Window {
    /// Opens one more, if the person may have it.
    pub(crate) fn open(person: &PersonId) -> Option<Self> {
        let mut windows = lock(&WINDOWS);
        let open = windows.entry(person.clone()).or_default();
        if *open >= MOST {
            return None;
        }
        *open += 1;
        Some(Self(person.clone()))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let mut windows = lock(&WINDOWS);
        let left = windows.get_mut(&self.0).map(|open| {
            *open = open.saturating_sub(1);
            *open
        });
        if left == Some(0) {
            windows.remove(&self.0);
        }
    }
}

/// Somebody who watches a session in a browser, which cannot say that it is there in the body of its one
/// request: each of its heartbeats is a request of its own.
struct Watching {
    person: PersonId,
    session: SessionId,
    beats: Arc<Lines>,
}

/// Remembers a watcher. Its number is no secret: a beat counts from its own person only.
pub(crate) fn watches(person: &PersonId, session: &SessionId, beats: Lines) -> u64 {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut watchers = lock(&WATCHERS);
    watchers.retain(|_, watching| !watching.beats.is_closed());
    let watching = Watching {
        person: person.clone(),
        session: session.clone(),
        beats: Arc::new(beats),
    };
    watchers.insert(number, watching);
    number
}

/// A watcher is still there.
pub(crate) async fn beat(person: &PersonId, session: &SessionId, number: u64) -> Result<(), Gone> {
    let beats = {
        let watchers = lock(&WATCHERS);
        let own = watchers
            .get(&number)
            .filter(|watching| watching.person == *person && watching.session == *session);
        own.map(|watching| Arc::clone(&watching.beats))
    };
    beats.ok_or(Gone)?.say(&true).await
}

/// A recording that a sign-in has opened by a fresh touch.
type Opened = (String, SessionId);

/// From now on this sign-in may look at this recording, for a while.
pub(crate) fn opens_recording(sign_in: &str, session: &SessionId, now: Timestamp) {
    let mut recordings = lock(&RECORDINGS);
    recordings.retain(|_, at| stays_open(*at, now));
    if recordings.len() < MOST_RECORDINGS {
        recordings.insert((sign_in.to_owned(), session.clone()), now);
    }
}

/// Whether this sign-in has opened this recording.
pub(crate) fn recording_is_open(sign_in: &str, session: &SessionId, now: Timestamp) -> bool {
    let recordings = lock(&RECORDINGS);
    let at = recordings.get(&(sign_in.to_owned(), session.clone()));
    at.is_some_and(|at| stays_open(*at, now))
}

fn stays_open(at: Timestamp, now: Timestamp) -> bool {
    let since = now.as_millis().saturating_sub(at.as_millis());
    (0..RECORDING_STAYS_OPEN_MS).contains(&since)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u64) -> PersonId {
        PersonId::new(&"windows".parse().unwrap(), number)
    }

    #[test]
    fn l24_a_person_has_so_many_windows_and_a_closed_one_makes_room() {
        let mut open: Vec<_> = (0..MOST)
            .map(|_| Window::open(&person(1)).unwrap())
            .collect();
        assert!(Window::open(&person(1)).is_none());
        assert!(
            Window::open(&person(2)).is_some(),
            "another's are their own"
        );
        open.pop();
        assert!(Window::open(&person(1)).is_some());
    }

    #[test]
    fn a_recording_is_open_for_the_sign_in_that_opened_it_and_for_a_while() {
        let session = SessionId::new(&"windows".parse().unwrap(), 1);
        let now = Timestamp::from_millis(1_000_000);
        opens_recording("one", &session, now);
        assert!(recording_is_open("one", &session, now));
        assert!(!recording_is_open("other", &session, now));
        let other = SessionId::new(&"windows".parse().unwrap(), 2);
        assert!(!recording_is_open("one", &other, now));
        let later = Timestamp::from_millis(1_000_000 + RECORDING_STAYS_OPEN_MS);
        assert!(!recording_is_open("one", &session, later));
        assert!(!recording_is_open(
            "one",
            &session,
            Timestamp::from_millis(0)
        ));
    }
}
