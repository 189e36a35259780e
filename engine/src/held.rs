//! The state is read under a lock, and a writer that waits lets nobody new read. So a thread that asks for
//! the state while it holds it already waits for a writer that waits for it: for ever. In a debug build
//! whoever does that is found at once, not only when a writer happens to come in between.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// The state, held by this thread. It is not passed on to another.
pub(crate) struct Held<'a, T> {
    guard: RwLockReadGuard<'a, T>,
    _once: Once,
}

/// Reads what the lock guards.
///
/// # Panics
/// In debug builds, if this thread holds it already.
pub(crate) fn read<T>(lock: &RwLock<T>) -> Held<'_, T> {
    let once = Once::of(std::ptr::from_ref(lock).addr());
    Held {
        guard: lock.read().unwrap_or_else(PoisonError::into_inner),
        _once: once,
    }
}

impl<T> std::ops::Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

#[cfg(debug_assertions)]
use noticed::Once;

/// In a release there is nothing to notice.
#[cfg(not(debug_assertions))]
struct Once;

#[cfg(not(debug_assertions))]
impl Once {
    fn of(_lock: usize) -> Self {
        Self
    }
}

#[cfg(debug_assertions)]
mod noticed {
    use std::cell::RefCell;

    thread_local! {
        /// The locks that this thread holds: two sites in one process are two.
        static HELD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) struct Once(usize);

    impl Once {
        pub(super) fn of(lock: usize) -> Self {
            let already = HELD.with_borrow(|held| held.contains(&lock));
            assert!(
                !already,
                "a thread asks for the state while it holds it: pass on what it has"
            );
            HELD.with_borrow_mut(|held| held.push(lock));
            Self(lock)
        }
    }

    impl Drop for Once {
        fn drop(&mut self) {
            HELD.with_borrow_mut(|held| held.retain(|other| *other != self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "while it holds it")]
    fn a_thread_that_asks_for_what_it_holds_is_found_without_a_writer() {
        let lock = RwLock::new(1);
        let held = read(&lock);
        assert_eq!(*held, 1);
        let _again = read(&lock);
    }

    #[test]
    fn what_was_given_back_is_asked_for_again() {
        let lock = RwLock::new(1);
        drop(read(&lock));
        assert_eq!(*read(&lock), 1);
    }
}
