//! Decoys: what no honest visit uses. To an engineer they look like anything else; whoever touches one looks for what there is.

use std::collections::BTreeSet;

use ids::TargetId;
use serde::{Deserialize, Serialize};

use crate::site::Site;

/// A decoy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Decoy {
    /// A registered target that nobody maintains.
    Target(TargetId),
    /// A name with which nobody signs in, in the form in which names are compared. It is left, with some password beside it, where
    /// somebody finds it who searches a server.
    Account(String),
}

impl Site {
    /// The decoys.
    pub fn decoys(&self) -> &BTreeSet<Decoy> {
        &self.decoys
    }

    /// Whether this target is one.
    pub fn is_decoy_target(&self, target: &TargetId) -> bool {
        self.decoys.contains(&Decoy::Target(target.clone()))
    }

    /// Whether this name, in the form in which names are compared, is one.
    pub fn is_decoy_account(&self, name: &str) -> bool {
        self.decoys.contains(&Decoy::Account(name.to_owned()))
    }
}
