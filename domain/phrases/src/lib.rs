//! Every sentence a user reads, in Japanese and English.
//!
//! The sentences stand in Project Fluent files (`locales/{ja,en}/*.ftl`, one file per subject) and are
//! built into the program: nothing is read from disk, and a missing translation fails a test, not a
//! clerk. What is said is chosen by an id; arguments are given by name, and are never formatted again.
//!
//! ```text
//! say(Language::En, "reason-too-early", &[("from", "2026-11-21 09:00")])
//! ```

mod catalogue;
mod language;

pub use catalogue::{arguments, ids, knows, say};
pub use language::Language;

#[cfg(test)]
mod tests;
