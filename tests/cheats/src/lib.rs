//! Who holds to nothing: a client, a relay, a target and a stranger, built from our own code.
//!
//! | module | who it is |
//! |---|---|
//! | `tls` | a TLS client that does what ours never would |
//! | `client` | an engineer's device in the hands of somebody who holds to no protocol |
//! | `relay` | a relay with the right key and nothing else right |
//! | `target` | an SSH server that attacks whoever signs in |
//! | `stranger` | what arrives at every open port of the internet |
//!
//! The acceptance tests use it as a library against the real `sekisho`; the binary `cheat` is the same
//! by hand. It is in no release: without the feature `cheats` the crate is empty, with it nothing is
//! built without debug assertions, and `cargo xtask floors` keeps it out of what ships.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test whose stage cannot be set has failed, and says where"
)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a mischief is named where it is done; everywhere else a cheat behaves itself"
)]

#[cfg(all(feature = "cheats", not(debug_assertions)))]
compile_error!("the cheats are for tests: they are never built without debug assertions");

#[cfg(feature = "cheats")]
pub mod client;
#[cfg(feature = "cheats")]
pub mod relay;
#[cfg(feature = "cheats")]
pub mod stranger;
#[cfg(feature = "cheats")]
pub mod target;
#[cfg(feature = "cheats")]
pub mod tls;
