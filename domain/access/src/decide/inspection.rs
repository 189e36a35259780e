//! Inspecting the log.

use ids::{Commitment, VisitId};

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};

impl Asking<'_> {
    /// Whoever keeps the site signs for what the ledger says up to an entry; never twice for the same.
    pub(super) fn inspect_log(
        &self,
        until: u64,
        sampled: Vec<VisitId>,
        said: Commitment,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(until <= self.site.entries, Reason::NotFound);
        why.unless(self.site.inspected_until() < until, Reason::AlreadySo);
        why.limit(sampled.len(), limits::MOST_SAMPLED, "visits");
        let known = sampled.iter().all(|id| self.site.visits.contains_key(id));
        why.unless(known, Reason::NotFound);
        why.settle()?;
        let inspected = Event::LogInspected {
            until,
            sampled,
            said,
        };
        Decided::one(inspected, Outcome::Done)
    }
}
