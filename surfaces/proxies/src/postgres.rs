//! PostgreSQL: the engineer's program, the decisions, the recording and the target's connection, joined.
//!
//! Both ends are signed in on their own: the engineer's program with nothing, for it speaks inside the
//! session; the gateway at the target with the vault's secret, over TLS with the pinned key. From there on
//! messages pass as they came, each recorded first (invariant 6), and what is a statement, its end, or a row
//! is seen by `wire::postgres`.
//!
//! All of this runs in a worker (`crate::workers`), which holds this session and nothing of the gateway's.
//!
//! A visit that only reads is kept to that by the server: by the account, which must not be able to do
//! more, and by `default_transaction_read_only`. No SQL is judged here.

mod cancel;
mod engineer;
mod entry;
mod patients;
mod pumps;
mod refusals;
mod roles;
pub(crate) mod rotating;
mod session;
pub(crate) mod visit_accounts;

pub(crate) use session::carry;
