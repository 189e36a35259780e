//! The inspection of the log (ログ点検): who looked at what the ledger says of a week, at which visits, and what they found.
//!
//! What a week was is read from the ledger by whoever shows it; here stands that somebody did.

use std::time::Duration;

use ids::{Commitment, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::limits;
use crate::site::Site;

/// A week.
pub(crate) const EVERY: Duration = Duration::from_secs(7 * 24 * 3600);

/// After so long without one, whoever approves is told too.
pub(crate) const CLIMBS_AFTER: Duration = Duration::from_secs(3 * 24 * 3600);

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// Up to which entry of the ledger, which is not among them; from where the one before it ended.
    pub until: u64,
    /// The visits whose recordings were to be looked at, chosen by a rule that nobody can foresee.
    pub sampled: Vec<VisitId>,
    /// What was found, in words.
    pub said: Commitment,
}

impl Site {
    /// The inspections that are kept, the first one first.
    pub fn inspections(&self) -> &[Inspection] {
        &self.inspections
    }

    /// From which entry the next inspection looks.
    pub fn inspected_until(&self) -> u64 {
        self.inspections.last().map_or(0, |last| last.until)
    }

    /// When the next inspection is due: a week after the last one, or after the first session.
    pub fn inspection_due(&self) -> Option<Timestamp> {
        let last = self.inspections.last().map(|last| last.at);
        let first = || self.sessions.values().next().map(|session| session.opened);
        Some(last.or_else(first)?.plus(EVERY))
    }

    pub(crate) fn keep_inspection(&mut self, inspection: Inspection) {
        self.inspections.push(inspection);
        if self.inspections.len() > limits::INSPECTIONS_KEPT {
            self.inspections.remove(0);
        }
    }
}
