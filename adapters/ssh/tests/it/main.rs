//! Both ends against OpenSSH, over a bridge that forwards everything.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on is a failed test"
)]

mod bridge;
mod bulk;
mod clients;
mod hostile;
mod logins;
mod peers;
mod strangers;
mod targets;
