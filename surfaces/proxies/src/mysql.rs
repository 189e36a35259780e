//! MySQL and MariaDB: the engineer's program, the decisions, the recording and the target's connection,
//! joined.
//!
//! Both ends are signed in on their own: the engineer's program with nothing, for it speaks inside the
//! session; the gateway at the target with the vault's secret, over TLS with the pinned key. From there on
//! one command passes at a time, each recorded first (invariant 6), and what is a statement, its end, or a
//! row is seen by `wire::mysql`.
//!
//! All of this runs in a worker (`crate::workers`), which holds this session and nothing of the gateway's.
//!
//! A visit that only reads is kept to that by the server: by the account, whose grants must be of reading
//! alone, and by `SET SESSION TRANSACTION READ ONLY` beside it. No SQL is judged here.

mod engineer;
mod entry;
mod packets;
mod pumps;
mod reader;
mod refusals;
pub(crate) mod rotating;
mod session;
mod shared;
mod signature;

pub(crate) use session::carry;
