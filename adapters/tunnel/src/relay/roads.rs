//! Which gateways are connected, and which names lead to them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use ids::Digest;
use ipnet::IpNet;
use wire::relay::{AnnouncedName, LinkId};

use super::gateway::Gateway;
use super::rate::Buckets;
use super::{GatewaysFrom, SiteEntry, Turned};

/// Sources whose pace is remembered for one name. Each takes about 60 bytes: 250 KiB for a name.
const PACES: usize = 4096;

/// Questions of authorities a minute from one source: an authority asks from a few places at once, and
/// again when an answer was lost.
const ORDERS: u32 = 30;

/// The table of gateways and names.
pub(super) struct Roads {
    sites: BTreeMap<Digest, Arc<SiteEntry>>,
    table: Mutex<Table>,
    /// What the accept loop looks at: no lock, no search by name.
    sources: ArcSwap<Sources>,
}

#[derive(Default)]
struct Table {
    links: BTreeMap<LinkId, Arc<Gateway>>,
    names: BTreeMap<String, Road>,
    /// The relay is being stopped: nobody is added any more.
    over: bool,
}

/// One name that a gateway announced.
struct Road {
    gateway: Arc<Gateway>,
    prefixes: Vec<IpNet>,
    paces: Buckets,
    /// An order of a certificate is open for it: authorities may ask.
    orders: Option<Buckets>,
}

/// Who may say anything at all.
#[derive(Default)]
struct Sources {
    clients: Vec<IpNet>,
    /// Addresses that control connections come from: their data connections are not counted.
    connected: Vec<IpAddr>,
    /// An order is open for some name: its authority may ask from anywhere.
    orders: bool,
}

impl Roads {
    pub(super) fn new(sites: Vec<SiteEntry>) -> Self {
        Self {
            sites: sites
                .into_iter()
                .map(|site| (site.key, Arc::new(site)))
                .collect(),
            table: Mutex::default(),
            sources: ArcSwap::default(),
        }
    }

    /// The site with this key.
    pub(super) fn site(&self, key: &Digest) -> Option<Arc<SiteEntry>> {
        self.sites.get(key).cloned()
    }

    /// Whether anything is read of what this source says.
    pub(super) fn knows(&self, source: IpAddr) -> bool {
        let listed = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&source));
        let sources = self.sources.load();
        sources.orders || listed(&sources.clients) || self.gateways_come_from(source)
    }

    /// Whether some site's gateways may dial from there.
    pub(super) fn gateways_come_from(&self, source: IpAddr) -> bool {
        self.sites.values().any(|site| site.admits(source))
    }

    /// Whether a connected gateway's control connection comes from there.
    pub(super) fn is_connected(&self, source: IpAddr) -> bool {
        self.sources.load().connected.contains(&source)
    }

    /// From now on the gateway is there; an older one with the same key is told to end. If the relay
    /// is being stopped, the new one is.
    pub(super) fn add(&self, gateway: Arc<Gateway>) {
        let mut table = self.lock();
        if table.over {
            drop(table);
            gateway.end();
            return;
        }
        let older: Vec<_> = table
            .links
            .values()
            .filter(|other| other.site().key == gateway.site().key)
            .cloned()
            .collect();
        for older in &older {
            table.forget(older);
        }
        table.links.insert(gateway.link(), gateway);
        self.publish(&table);
        drop(table);
        older.iter().for_each(|older| older.end());
    }

    /// The gateway is gone.
    pub(super) fn remove(&self, gateway: &Arc<Gateway>) {
        let mut table = self.lock();
        table.forget(gateway);
        self.publish(&table);
        drop(table);
        gateway.end();
    }

    /// Replaces what a gateway announced. If a name is not its own, nothing changes.
    ///
    /// # Errors
    /// The names that are not its own.
    pub(super) fn announce(
        &self,
        gateway: &Arc<Gateway>,
        names: Vec<AnnouncedName>,
    ) -> Result<(), Vec<String>> {
        let foreign: Vec<String> = names
            .iter()
            .filter(|announced| !gateway.site().may_announce(&announced.name))
            .map(|announced| announced.name.clone())
            .collect();
        if !foreign.is_empty() {
            return Err(foreign);
        }
        let mut table = self.lock();
        // One that was replaced meanwhile has nothing to announce any more.
        if !table.links.contains_key(&gateway.link()) {
            return Ok(());
        }
        table.lead_to(gateway, names);
        self.publish(&table);
        Ok(())
    }

    /// The gateway that the name leads to, for this source, at its pace.
    pub(super) fn road(
        &self,
        name: &str,
        source: IpAddr,
        now: Instant,
    ) -> Result<Arc<Gateway>, Turned> {
        let mut table = self.lock();
        let road = table
            .names
            .get_mut(&name.to_ascii_lowercase())
            .ok_or(Turned::Misdirected("a name that nobody announced"))?;
        if !road.prefixes.iter().any(|net| net.contains(&source)) {
            return Err(Turned::Misdirected(
                "a name that is not open to its address",
            ));
        }
        if !road.paces.take(source, now) {
            return Err(Turned::Hurried);
        }
        Ok(Arc::clone(&road.gateway))
    }

    /// The gateway that an authority's question about this name leads to, while an order is open.
    pub(super) fn order(
        &self,
        name: &str,
        source: IpAddr,
        now: Instant,
    ) -> Result<Arc<Gateway>, Turned> {
        let mut table = self.lock();
        let road = table.names.get_mut(&name.to_ascii_lowercase());
        let road = road.and_then(|road| Some((&road.gateway, road.orders.as_mut()?)));
        let (gateway, paces) = road.ok_or(Turned::Misdirected("a name without an order"))?;
        if !paces.take(source, now) {
            return Err(Turned::Hurried);
        }
        Ok(Arc::clone(gateway))
    }

    /// The gateway of this link.
    pub(super) fn link(&self, link: LinkId) -> Option<Arc<Gateway>> {
        self.lock().links.get(&link).cloned()
    }

    /// Connected gateways, announced names, and parked data connections.
    pub(super) fn count(&self) -> (usize, usize, usize) {
        let table = self.lock();
        let parked = table.links.values().map(|gateway| gateway.parked()).sum();
        (table.links.len(), table.names.len(), parked)
    }

    /// Tells every gateway that nothing new comes from here, and lets nobody in any more.
    pub(super) fn drain(&self) {
        let gateways = self.take_all();
        gateways.iter().for_each(|gateway| gateway.drain());
    }

    /// Ends every control connection.
    pub(super) fn end_all(&self) {
        let gateways = self.take_all();
        gateways.iter().for_each(|gateway| gateway.end());
    }

    fn take_all(&self) -> Vec<Arc<Gateway>> {
        let mut table = self.lock();
        let taken = std::mem::take(&mut *table);
        table.over = true;
        self.publish(&table);
        taken.links.into_values().collect()
    }

    fn publish(&self, table: &Table) {
        let clients: Vec<IpNet> = table
            .names
            .values()
            .flat_map(|road| road.prefixes.iter().copied())
            .collect();
        let connected = table.links.values().map(|link| link.peer().ip());
        self.sources.store(Arc::new(Sources {
            clients: IpNet::aggregate(&clients),
            connected: connected.collect(),
            orders: table.names.values().any(|road| road.orders.is_some()),
        }));
    }

    /// The table is whole after every statement that changes it, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn forget(&mut self, gateway: &Arc<Gateway>) {
        self.links.remove(&gateway.link());
        self.names
            .retain(|_, road| !Arc::ptr_eq(&road.gateway, gateway));
    }

    /// Prefixes change; the paces of a name that stays are remembered.
    fn lead_to(&mut self, gateway: &Arc<Gateway>, announced: Vec<AnnouncedName>) {
        let mut before = std::mem::take(&mut self.names);
        for announced in announced {
            let name = announced.name.to_ascii_lowercase();
            let pace = announced.per_minute;
            let paces = before
                .remove(&name)
                .map(|road| road.paces)
                .filter(|paces| paces.per_minute() == pace)
                .unwrap_or_else(|| Buckets::new(pace, pace, PACES));
            let road = Road {
                gateway: Arc::clone(gateway),
                prefixes: announced.prefixes,
                paces,
                orders: announced.acme.then(|| Buckets::new(ORDERS, ORDERS, PACES)),
            };
            self.names.insert(name, road);
        }
        before.retain(|_, road| !Arc::ptr_eq(&road.gateway, gateway));
        self.names.append(&mut before);
    }
}

impl SiteEntry {
    /// Whether this site's own gateways may dial from there.
    pub(super) fn admits(&self, source: IpAddr) -> bool {
        match &self.gateways_from {
            GatewaysFrom::Anywhere => true,
            GatewaysFrom::Only(nets) => nets.iter().any(|net| net.contains(&source)),
        }
    }

    fn may_announce(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}
