//! Cancelling what runs in a session, from another connection: databases have it so, because the
//! connection on which a statement runs is busy with it.
//!
//! It opens no session and takes nothing from a grant: whoever could begin a statement may stop it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use access::Who;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use login::Identity;

use crate::{Engine, LiveSession};

/// By what a session's statements are cancelled, and whether somebody asked for it.
#[derive(Default)]
pub(crate) struct Cancelling {
    key: OnceLock<(u32, Vec<u8>)>,
    asked: AtomicBool,
}

impl LiveSession {
    /// From now on what runs is cancelled by this number and this secret. The first ones stand.
    pub fn cancels_by(&self, number: u32, secret: &[u8]) {
        let _first_stands = self.cancelling.key.set((number, secret.to_vec()));
    }

    /// Returns once somebody has asked to cancel what runs. One reader.
    pub async fn cancel_asked(&self) {
        self.once(|session| {
            let asked = &session.cancelling.asked;
            asked.swap(false, Ordering::SeqCst).then_some(())
        })
        .await;
    }

    fn is_cancelled_by(&self, number: u32, secret: &[u8]) -> bool {
        let key = self.cancelling.key.get();
        key.is_some_and(|(known, expected)| {
            *known == number && verify_slices_are_equal(expected, secret).is_ok()
        })
    }
}

impl Engine {
    /// Cancels what runs in the session of this number and secret, if it is one of the same person and
    /// device. Whether there was one is told to nobody.
    pub fn cancel_statement(&self, by: &Identity, number: u32, secret: &[u8]) {
        let caller = by.caller();
        let site = self.inner.site();
        let theirs = |session: &LiveSession| {
            site.session(session.id()).is_some_and(|known| {
                caller.who == Who::Person(known.person.clone())
                    && caller.device.as_ref() == Some(&known.device)
            })
        };
        for session in self.live().sessions() {
            if session.is_cancelled_by(number, secret) && theirs(&session) {
                session.cancelling.asked.store(true, Ordering::SeqCst);
                session.tell();
            }
        }
    }
}
