//! Rules over the ledger and what is done in sessions: what an intrusion looks like.
//!
//! [`Watch`] is a fold: entries of the ledger and rows of recordings in, [`Sighting`]s out. It reads no clock and touches nothing, so
//! the same ledger gives the same sightings. What it remembers has a bound; what was touched longest ago is forgotten first.
//! Each [`Rule`] fires once for a visit, or once a day for a person or the site. What an answer does is the engine's affair.

mod answer;
mod attempts;
mod bounded;
pub mod commands;
mod decoys;
mod rule;
mod sessions;
mod upkeep;
mod volumes;
mod watch;

pub use answer::{Advice, Answer, Grouping, Incident, Severity, Step};
pub use rule::{About, Rule};
pub use watch::{Concerned, Group, Row, Sighting, Watch};
