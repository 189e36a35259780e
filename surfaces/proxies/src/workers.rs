//! Parsers that meet a target, in processes of their own (decision 0034).
//!
//! ```text
//! gateway ── "start one" ──▶ spawner ── starts ──▶ worker
//!    │  hands over: the target's socket, the engineer's bytes, a line for calls, a line for events
//!    └────────────────────────────────────────────────▲
//! ```
//!
//! A worker has no file, no network and no program: what it has of a session are these four descriptors.
//! On the line for calls it asks the gateway for what a data path needs: to record what one read brought before it passes
//! it on, to take from a purse, the secret for signing in. On the line for events it hears what the
//! gateway knows: freezes, notices, the end. The gateway answers as it would answer itself; nothing that
//! a worker says is believed beyond its session.
//!
//! Of SSH only the target's end is a worker's (decision 0053): two descriptors cross for a target, and one more for
//! each channel that is opened there (`reached`); where secrets are set there, by a worker of its own. A console that speaks telnet is reached the same way, by a worker
//! of its own (decision 0055).
//!
//! A worker that ends takes the sessions that it carried with it, and nothing else: their recordings are
//! closed, their end says why, and the next session gets a new worker.

mod batch;
mod calls;
mod carrying;
mod consoles;
mod crossing;
mod inside;
mod live;
mod old_tls;
mod packets;
mod pumps;
mod reached;
mod reaching;
mod session;
mod spawner;

pub use carrying::Workers;
pub use inside::be_worker;
pub use old_tls::{look as look_by_old_tls, program as old_tls_program};
pub use spawner::be_spawner;

pub(crate) use batch::Batch;
pub(crate) use live::Live;
pub(crate) use old_tls::known as known_by_old_tls;
pub(crate) use reached::{NotReached, Target, TargetChannel, TargetInbox, TargetOut};
pub(crate) use session::Session;
