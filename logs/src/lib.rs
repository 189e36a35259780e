//! What other people's devices log: received, kept in a chain, searched, and missed when it stops.
//!
//! Firewalls, VPN boxes and backup servers keep a few megabytes of log and write over it; who looks for the way an
//! intruder came finds nothing. Here it is kept elsewhere, by a process that holds nothing else: what reads the bytes
//! of strangers has no key, no vault and no ledger beside it (decision 0064).
//!
//! | part | trusted to | not trusted to |
//! |---|---|---|
//! | a sender | nothing: UDP's address is what the datagram claims, its clock is its own | say when a thing happened: when it was heard stands beside it |
//! | a sender with a listed certificate | be who holds that key | send no more than its share |
//! | the disk | keep what an fsync acknowledged | keep it unaltered: each record's digest covers all before it |
//! | the index | find quickly | be believed: what it finds is read from the files; it is made anew from them |

pub mod config;
pub mod framing;
pub mod incoming;
pub mod index;
pub mod intake;
pub mod parse;
pub mod receiver;
pub mod record;
pub mod senders;
pub mod shown;
pub mod store;
pub mod told;
pub mod windows;
