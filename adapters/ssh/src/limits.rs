//! Every bound of this crate, with its reason. Bytes unless said otherwise.

use std::time::Duration;

/// What a peer may send on a channel before it needs our leave: what OpenSSH gives its own peers, so
/// that our end is never the one that makes a long line slow.
pub(crate) const WINDOW: u32 = 2 * 1024 * 1024;

/// What an engineer's channel gets in place of [`WINDOW`] while its bytes are not taken. Not zero:
/// `russh` asks us about a window only when it refills one, and two is the least that it refills.
pub(crate) const TRICKLE: u32 = 2;

/// The packet that we accept: OpenSSH's own.
pub(crate) const PACKET: u32 = 32 * 1024;

/// Channels of one connection, open or asked for. OpenSSH's server gives ten to a connection; an
/// administrator with a control master and many windows stays far below this.
pub const MOST_CHANNELS: usize = 64;

/// Bytes of one channel that wait for the other side: above, the channel counts as stalled.
pub(crate) const STALLED: usize = 1024 * 1024;

/// Bytes of one direction that wait for the other side: above, its transport is read no faster than
/// somebody takes them.
pub(crate) const HIGH: usize = 4 * 1024 * 1024;

/// Below, a transport that was held is read freely again.
pub(crate) const LOW: usize = 2 * 1024 * 1024;

/// Bytes of one direction that wait, whatever happens: the target is not read above, and the
/// engineer's channel that goes beyond is closed, because its sender does not keep to the window.
pub(crate) const MOST_WAITING: usize = 64 * 1024 * 1024;

/// The pace of a held transport: this many bytes, then a pause.
pub(crate) const STEP_BYTES: usize = 64 * 1024;

/// The pause of a transport that crawls: three megabytes a second, so that a line that is stalled for a
/// minute has not yet filled what may wait.
pub(crate) const STEP: Duration = Duration::from_millis(20);

/// The pause after a refill by [`TRICKLE`]: a stalled upload costs two hundred small packets a second,
/// and what its neighbours type comes as much later.
pub(crate) const TRICKLE_STEP: Duration = Duration::from_millis(5);

/// What a piece in a queue costs beside its bytes: counted, so that a million pieces of one byte are
/// not free.
pub(crate) const PIECE_COST: usize = 128;

/// Small pieces are joined up to this size.
pub(crate) const JOINED: usize = 4 * 1024;

/// Requests of one channel that wait to be looked at. A window dragged for a minute sends fewer.
pub(crate) const MOST_REQUESTS: usize = 256;

/// Asks of a connection (channels, forwardings) that wait to be looked at.
pub(crate) const MOST_ASKS: usize = 128;

/// A command line. Linux takes 128 KiB per argument; nobody types more than this.
pub const LONGEST_COMMAND: usize = 32 * 1024;

/// The name of a terminal, a variable, a subsystem, a signal.
pub const LONGEST_NAME: usize = 256;

/// The value of a variable; an address or a path that somebody wants forwarded.
pub const LONGEST_VALUE: usize = 4 * 1024;

/// How long a shell, a command or a subsystem may wait for its answer before it is refused: the
/// connection's other channels wait with it.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

/// How long a target may take to open a channel, those before it in the line included. Its answer stands
/// behind what its other channels were sent: all that may wait, at the pace of a transport that crawls,
/// is read in twenty seconds.
pub(crate) const OPENS: Duration = Duration::from_secs(60);

/// Bytes under one set of keys. OpenSSH and PuTTY change keys sooner (1 GiB, one hour) and are left to
/// it: `russh` gives up a connection on which more than two windows arrive between its wish for new
/// keys and the peer's, and ours is the wish that comes unasked for. Half of what RFC 4344 §3.2 allows
/// a cipher with blocks of 16 bytes.
pub(crate) const BYTES_PER_KEY: usize = 32 * 1024 * 1024 * 1024;

/// Time under one set of keys, when the peer changes none.
pub(crate) const TIME_PER_KEY: Duration = Duration::from_secs(24 * 60 * 60);

/// Rounds of questions that a target may ask at login. One is the rule, a lecture beforehand two.
pub(crate) const MOST_QUESTIONS: usize = 6;
