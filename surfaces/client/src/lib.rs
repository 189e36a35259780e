//! The engineer's and the clerk's side of a site: join, sign in, ask, connect, remember its ledger.
//!
//! Trusted to: keep the device's key and the memory of the ledger on this computer, speak to the
//! pinned site or to nobody (lesson L40), and serve nobody but its own user (lesson L37). Not trusted
//! to: decide anything. What the site answers is believed only as far as its ledger can prove it.
//!
//! | module | what it does |
//! |---|---|
//! | [`keep`] | where everything lies on this computer |
//! | [`join`](mod@join) | accepts an invitation |
//! | [`api`] | the site's HTTP API, over the network or the local socket |
//! | [`ssh`] | the engineer's own SSH client: host key, options |
//! | [`terminal`] | keys one by one, for whoever attends |
//! | [`signing_in`] | two factors against a token, and back |
//! | [`connect`] | sessions: on a pair of streams, or behind a local port |
//! | [`console`] | one web console for this user's browser, in one session |
//! | [`browse`] | the site's pages for this user's browser, under the device's certificate |
//! | [`witness`] | remembers the ledger, cosigns it, raises the alarm |
//! | [`verify`] | ledgers, receipts and recordings as files, with nothing else running |

pub mod api;
pub mod browse;
pub mod connect;
pub mod console;
pub mod join;
pub mod keep;
pub mod signing_in;
pub mod ssh;
pub mod terminal;
pub mod verify;
pub mod witness;

#[cfg(not(unix))]
#[path = "not_unix.rs"]
mod here;
#[cfg(unix)]
#[path = "unix.rs"]
mod here;

pub use api::{Api, ApiError, LineStream};
pub use join::{Challenge, JoinError, JoinForm, Joining, join};
pub use keep::{Home, KeepError, Membership};
pub use tunnel::{ConnectError, DialOptions};

use std::time::{SystemTime, UNIX_EPOCH};

use ids::Timestamp;

/// This computer's clock. Everything below it takes the time as an argument.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
