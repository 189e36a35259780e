//! Decoys.

use ids::TargetId;
use serde::{Deserialize, Serialize};

/// A decoy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DecoyName {
    /// A registered target.
    Target(TargetId),
    /// A name with which nobody signs in.
    Account(String),
}

/// The decoys of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoyList {
    /// All of them.
    pub decoys: Vec<DecoyName>,
}

/// Makes something a decoy, or no decoy any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDecoy {
    /// What.
    pub decoy: DecoyName,
    /// Whether it is one from here on.
    pub set: bool,
}
