//! The relays through which a site is reached, and which cosign its ledger.

use std::net::SocketAddr;

use super::asking::{Asking, Reasons};
use super::targets::{name_possible, never_dialled};
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
        let mut others = self.site.relays.values();
        let taken = others
            .clone()
            .any(|other| other.name.eq_ignore_ascii_case(&relay.name));
        why.unless(!taken, Reason::NameTaken);
        // One key under two names would be two relays, or two witnesses, that are one.
        let known = others.any(|other| other.key == relay.key || other.witness == relay.witness);
        why.unless(!known, Reason::KeyKnown);
        why.limit(self.site.relays.len() + 1, limits::MOST_RELAYS, "relays");
        self.dialled_possible(&relay.address, &mut why);
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

    /// A host and a port, and not the gateway itself (invariant 13). An address of its own machine
    /// stands for itself, because it was typed.
    pub(super) fn dialled_possible(&self, address: &str, why: &mut Reasons) {
        let possible = match address.parse::<SocketAddr>() {
            Ok(typed) => {
                let typed = SocketAddr::new(typed.ip().to_canonical(), typed.port());
                typed.port() != 0 && !never_dialled(typed.ip()) && !self.is_own(typed)
            }
            Err(_) => address.rsplit_once(':').is_some_and(|(host, port)| {
                host_possible(host) && port.parse::<u16>().is_ok_and(|port| port != 0)
            }),
        };
        let address = address.chars().take(limits::LONGEST_TEXT).collect();
        why.unless(possible, Reason::AddressNotAllowed { address });
    }
}

/// A name as it stands in DNS (RFC 1123): letters, digits, hyphens, and dots between them.
fn host_possible(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.len() <= limits::LONGEST_HOST && host.split('.').all(label)
}
