//! Moves bytes under a permit and feeds the recording.
//!
//! A proxy holds its streams, its permit, a recorder and the live session's control, and nothing of
//! the engine's state or of the store: so that it can run in a process of its own one day. `arrive`
//! is the one place here that asks the engine.
//!
//! Trusted to: dial the permit's address and no other; hand on only what the recorder has taken.
//! Not trusted to: decide anything.

pub mod arrive;
mod frozen;
pub mod joining;
pub mod postgres;
pub mod ssh;
pub mod tcp;
pub mod vnc;
mod words;
