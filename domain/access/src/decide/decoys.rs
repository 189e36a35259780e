//! Setting and removing decoys.

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::decoys::Decoy;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};

impl Asking<'_> {
    /// What was ever visited is no decoy: somebody has a reason to come back to it.
    pub(super) fn set_decoy(&self, decoy: Decoy, set: bool) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Decoy::Account(name) = &decoy {
            why.text(name, limits::LONGEST_NAME);
        }
        if let Decoy::Target(target) = &decoy {
            let known = self.site.targets.contains_key(target);
            why.unless(known, Reason::NotFound);
            let mut visits = self.site.visits.values();
            let visited = visits.any(|visit| visit.target == *target);
            why.unless(!set || !visited, Reason::InUse);
        }
        why.unless(self.site.decoys.contains(&decoy) != set, Reason::AlreadySo);
        let many = self.site.decoys.len().saturating_add(usize::from(set));
        why.limit(many, limits::MOST_DECOYS, "decoys");
        why.settle()?;
        Decided::one(Event::DecoySet { decoy, set }, Outcome::Done)
    }
}
