//! A connection that waits for the next session: who opens one stream often opens more at once, and the
//! next then costs one round trip in place of a handshake.
//!
//! It gives nobody anything: what may be opened on it is decided when it is asked for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tunnel::Connection;

use super::{Errand, reach};
use crate::keep::Membership;

/// How long one waits. The site closes a connection on which nothing is asked for after ten seconds.
const WAITS: Duration = Duration::from_secs(5);

/// A handshake is some work at both ends: the session that has just opened says its first words before.
const LATER: Duration = Duration::from_millis(2);

/// At most one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Ready(Arc<Mutex<Place>>);

#[derive(Debug, Default)]
struct Place {
    connection: Option<Connection>,
    /// How many there were: whoever made one takes back that one, and no later one.
    made: u64,
    /// One is being made.
    making: bool,
}

impl Ready {
    /// The connection that waits, if the site still holds it.
    pub(super) fn take(&self) -> Option<Connection> {
        let waiting = self.with(|place| place.connection.take());
        waiting.and_then(quiet)
    }

    /// Makes one, unless there is one, and closes it again if it is not taken in time.
    pub(super) async fn prepare(&self, membership: &Membership, errand: &Errand) {
        let wanted = self.with(|place| {
            let wanted = place.connection.is_none() && !place.making;
            place.making |= wanted;
            wanted
        });
        if !wanted {
            return;
        }
        tokio::time::sleep(LATER).await;
        let made = reach(membership, errand).await.ok();
        let number = self.with(|place| {
            place.making = false;
            place.connection = made;
            place.made += 1;
            place.made
        });
        tokio::time::sleep(WAITS).await;
        let _closed = self.with(|place| match place.made == number {
            true => place.connection.take(),
            false => None,
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Place) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection on which the site has said nothing: it neither ended it nor wants anything.
fn quiet(mut connection: Connection) -> Option<Connection> {
    let mut byte = [0u8; 1];
    let mut context = Context::from_waker(Waker::noop());
    let stream = Pin::new(&mut connection.stream);
    let read = stream.poll_read(&mut context, &mut ReadBuf::new(&mut byte));
    read.is_pending().then_some(connection)
}
