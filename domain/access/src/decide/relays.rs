//! The relays through which a site is reached, and which cosign its ledger.

use super::asking::{Asking, Reasons};
use super::targets::name_possible;
use super::{Decided, Outcome};
use crate::command::NewRelay;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};

impl Asking<'_> {
    pub(super) fn register_relay(&self, relay: NewRelay) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(name_possible(&relay.name), Reason::NameNotPossible);
        let taken = self.site.relays.contains_key(&relay.name);
        why.unless(!taken, Reason::NameTaken);
        let known = self
            .site
            .relays
            .values()
            .any(|other| other.key == relay.key);
        why.unless(!known, Reason::KeyKnown);
        why.limit(self.site.relays.len() + 1, limits::MOST_RELAYS, "relays");
        why.text(&relay.address, limits::LONGEST_HOST);
        why.text(&relay.tls_name, limits::LONGEST_HOST);
        why.text(&relay.witness, limits::LONGEST_KEY);
        why.settle()?;
        Decided::one(Event::RelayRegistered { relay }, Outcome::Done)
    }

    pub(super) fn remove_relay(&self, name: String) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(self.site.relays.contains_key(&name), Reason::NotFound);
        why.settle()?;
        Decided::one(Event::RelayRemoved { name }, Outcome::Done)
    }
}
