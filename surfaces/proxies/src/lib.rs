//! Moves bytes under a permit and feeds the recording.
//!
//! A proxy holds its streams, its permit, a recorder and the live session's control, and nothing of
//! the engine's state or of the store. What parses the protocol of a database or a desktop runs in a process of
//! its own (`workers`). `arrive` is the one place here that asks the engine.
//!
//! Trusted to: dial the permit's address and no other; hand on only what the recorder has taken.
//! Not trusted to: decide anything.

pub mod arrive;
mod databases;
mod desktops;
mod frozen;
pub mod http;
pub mod joining;
mod mysql;
mod postgres;
pub mod rdp;
pub mod rotation;
pub mod ssh;
pub mod tcp;
mod telnet;
pub mod visit_accounts;
mod vnc;
mod words;
pub mod workers;
