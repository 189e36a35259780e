//! The relays of a site as the engine sees them: which there are, what they cosign, and what they
//! find when they try the site from outside. The connections themselves are the gateway's.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Mutex, OnceLock};

use access::{NewRelay, Reason, Refusal, Site};
use ids::Timestamp;
use ledger::Verifier;
use login::Identity;
use wire::relay::Offered;

use crate::live::lock;
use crate::witness::CosignError;
use crate::{Engine, Observed};

type Listener = Box<dyn Fn(Vec<NewRelay>) + Send + Sync>;
type Tried = Pin<Box<dyn Future<Output = Vec<Outside>> + Send>>;
type Trier = Box<dyn Fn(Vec<u16>) -> Tried + Send + Sync>;

/// What the engine holds of relays while it runs.
#[derive(Default)]
pub(crate) struct Relays {
    listener: OnceLock<Listener>,
    told: Mutex<Option<Vec<NewRelay>>>,
    trier: OnceLock<Trier>,
    links: Mutex<BTreeMap<String, Link>>,
    pub(crate) times: crate::clocks::Times,
}

/// The connection to a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    connected: bool,
    since: Timestamp,
}

/// What one relay found when it tried the site from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// Which relay.
    pub relay: String,
    /// The site's address as the relay sees it, and the ports that answered there; empty is right.
    /// `None`: the relay could not be asked.
    pub found: Option<(IpAddr, Vec<u16>)>,
}

impl Relays {
    /// Tells who the relays are, if that has changed.
    pub(crate) fn tell(&self, site: &Site) {
        let Some(listener) = self.listener.get() else {
            return;
        };
        let relays: Vec<NewRelay> = site.relays().cloned().collect();
        let mut told = lock(&self.told);
        if told.as_ref() != Some(&relays) {
            listener(relays.clone());
            *told = Some(relays);
        }
    }
}

impl Engine {
    /// Tells `listener` which relays the site has: now, and after every change, before the change is
    /// answered. One listener; a second one is not told. It must not wait, and not ask for anything of
    /// the site's state: that is held meanwhile.
    pub fn tell_relays(&self, listener: impl Fn(Vec<NewRelay>) + Send + Sync + 'static) {
        let relays = &self.inner.relays;
        // A second listener would be a defect of the gateway; it stays with what it began with.
        let _first_listener_stands = relays.listener.set(Box::new(listener));
        relays.tell(&self.inner.site());
    }

    /// The gateway's connection to a relay is there, or is not.
    pub fn relay_linked(&self, relay: &str, connected: bool) {
        let since = self.now();
        let mut links = lock(&self.inner.relays.links);
        let link = links
            .entry(relay.to_owned())
            .or_insert(Link { connected, since });
        if link.connected != connected {
            *link = Link { connected, since };
        }
    }

    /// What a relay is to be shown to cosign: the last checkpoint, proved from the size that it
    /// cosigned last, or from the one that it says it `remembers`. One that remembers more than there
    /// is sees the checkpoint without a proof, and says that it disagrees. `None` for a relay that is
    /// not registered.
    pub fn checkpoint_for(&self, relay: &str, remembers: Option<u64>) -> Option<Offered> {
        let witness = self.witness_of_relay(relay)?;
        let note = self.inner.store.checkpoint()?.to_string();
        let note_size = {
            let note = ledger::note::SignedNote::decode(note.as_bytes()).ok()?;
            ledger::checkpoint::open(&note, self.inner.signer.verifier())
                .ok()?
                .size
        };
        let key = witness.to_string();
        let cosigned = || {
            let last = self.inner.store.last_cosignatures().unwrap_or_default();
            let last = last.into_iter().find(|given| given.witness == key);
            last.map_or(0, |given| given.size)
        };
        let from = remembers.unwrap_or_else(cosigned);
        let proof = match from {
            0 => Vec::new(),
            from if from >= note_size => Vec::new(),
            from => self.consistency(from, note_size)?,
        };
        Some(Offered {
            from,
            note,
            resumed: self.resumptions().pop(),
            proof,
        })
    }

    /// Keeps a relay's cosignature of a checkpoint.
    ///
    /// # Errors
    /// If it is not one.
    pub fn relay_cosigned(&self, relay: &str, note: &str) -> Result<(), CosignError> {
        let witness = self.witness_of_relay(relay);
        let witness = witness.ok_or(CosignError::NoWitness)?;
        // Under its whole key: a device that took the same name does not stand in its place.
        let name = witness.to_string();
        self.keep_cosignature(&witness, name, note)?;
        self.confirmed_by(relay);
        Ok(())
    }

    /// A relay remembers a checkpoint that this ledger does not continue. Our own signature under it
    /// is the proof: only then is it believed, and then it isolates the site.
    pub async fn relay_disagrees(&self, relay: &str, held: &str) -> Observed {
        let key = self.witness_of_relay(relay).map(|key| key.to_string());
        let who = format!("relay {relay}");
        self.weigh(held, key.as_deref(), None, &who).await
    }

    /// How the site is tried from outside: the gateway asks its relays. One way; a second one is not
    /// used.
    pub fn on_outside_check<F>(&self, try_it: impl Fn(Vec<u16>) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Vec<Outside>> + Send + 'static,
    {
        let trier: Trier = Box::new(move |ports| Box::pin(try_it(ports)));
        let _first_stands = self.inner.relays.trier.set(trier);
    }

    /// Lets each relay try these ports at the address from which the site reaches it, and only
    /// there. Nothing should answer.
    ///
    /// # Errors
    /// If the caller may not know.
    pub async fn outside_check(
        &self,
        by: &Identity,
        ports: Vec<u16>,
    ) -> Result<Vec<Outside>, Refusal> {
        if !self.sees_everything(by) {
            return Err(self
                .refuse(by, "outside_check", vec![Reason::RoleMissing])
                .await);
        }
        match self.inner.relays.trier.get() {
            Some(try_it) => Ok(try_it(ports).await),
            None => Ok(Vec::new()),
        }
    }

    /// Whether a relay is connected, and since when that is so; `None` if nobody tried yet.
    pub fn relay_link(&self, relay: &str) -> Option<(bool, Timestamp)> {
        let links = lock(&self.inner.relays.links);
        links.get(relay).map(|link| (link.connected, link.since))
    }

    /// When a relay last cosigned a checkpoint.
    pub fn relay_cosigned_at(&self, relay: &NewRelay) -> Option<Timestamp> {
        let last = self.inner.store.last_cosignatures().unwrap_or_default();
        let mut own = last.iter().filter(|given| given.witness == relay.witness);
        own.next().map(|given| given.at)
    }

    pub(crate) fn witness_of_relay(&self, name: &str) -> Option<Verifier> {
        let site = self.inner.site();
        let mut relays = site.relays();
        relays
            .find(|relay| relay.name == name)?
            .witness
            .parse()
            .ok()
    }
}
