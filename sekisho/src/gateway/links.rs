//! The gateway's connections to its relays: which there are, what comes in through them, what they
//! cosign, and what they find when they try the site from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use access::NewRelay;
use engine::{Admitted, Engine, Outside};
use ipnet::IpNet;
use tokio::runtime::Handle;
use tunnel::link::{CosignError, Link, LinkConfig, LinkState, Via, Wrap};
use tunnel::{Doors, Entrance};
use wire::relay::{AnnouncedName, WhyNotCosigned};

/// New connections a minute from one source, once its burst is used up: an office of twenty whose
/// scripts open a session each ten seconds, with a request beside it.
const PER_MINUTE: u32 = 240;

/// At the console's name: a browser opens half a dozen connections for a page, and an office of five.
/// Strangers at a name that is open to anywhere are held to it too.
const CONSOLE_PER_MINUTE: u32 = 60;

/// How often a relay is shown the ledger, if it has grown: what a receipt of a visit that ended a
/// moment ago waits for at most.
const COSIGN_EVERY: Duration = Duration::from_secs(10);

/// How often a relay is asked all the same: its signature also says what time it is (invariant 14).
const TIME_EVERY: Duration = Duration::from_secs(60);

/// How the hospital's network lets us out to a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayOut {
    /// Whether data connections go in TLS of their own.
    pub(crate) wrap: Wrap,
    /// Through a proxy, or not.
    pub(crate) via: Via,
}

impl WayOut {
    /// Out without help and without hindrance.
    pub(crate) fn direct() -> Self {
        Self {
            wrap: Wrap::Bare,
            via: Via::Direct,
        }
    }
}

/// All relays of the site.
pub(super) struct Links {
    engine: Engine,
    entrance: Entrance,
    doors: Doors,
    way: WayOut,
    handle: Handle,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// Who may come in, as it was told last. Kept here because the engine tells of relays while it
    /// holds its state: who asked it back then could wait for himself.
    admitted: Admitted,
    /// Names for which a certificate is ordered.
    orders: BTreeSet<String>,
    links: BTreeMap<String, Kept>,
}

/// One relay, as it is registered.
struct Kept {
    relay: NewRelay,
    link: Arc<Link>,
    /// It said that the console's name is not ours to announce: its operator has not entered it. What is
    /// announced with it would count for nothing, and the engineers would stay outside.
    without_console: bool,
}

impl Links {
    /// Begins to keep what the ledger registers. Nobody comes in before [`Links::admit`].
    pub(super) fn begin(
        engine: &Engine,
        entrance: Entrance,
        doors: Doors,
        way: WayOut,
        handle: Handle,
    ) -> Arc<Self> {
        let links = Arc::new(Self {
            engine: engine.clone(),
            entrance,
            doors,
            way,
            handle,
            table: Mutex::default(),
        });
        let told = Arc::downgrade(&links);
        engine.tell_relays(move |relays| {
            if let Some(links) = told.upgrade() {
                links.keep(relays);
            }
        });
        let asked = Arc::downgrade(&links);
        engine.on_outside_check(move |ports| {
            let links = asked.upgrade();
            async move {
                match links {
                    Some(links) => links.try_from_outside(ports).await,
                    None => Vec::new(),
                }
            }
        });
        links
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects to what is new, lets go of what is not registered any more.
    fn keep(self: &Arc<Self>, relays: Vec<NewRelay>) {
        let _inside = self.handle.enter();
        let mut table = self.lock();
        table.links.retain(|_, kept| {
            let stays = relays.contains(&kept.relay);
            if !stays {
                // Not only let go: a question that is under way would keep it for as long as it takes.
                kept.link.end();
            }
            stays
        });
        for relay in relays {
            if table.links.contains_key(&relay.name) {
                continue;
            }
            match self.connect(&relay) {
                Ok(link) => {
                    let name = relay.name.clone();
                    let kept = Kept {
                        relay,
                        link,
                        without_console: false,
                    };
                    self.announce(&table, &kept);
                    table.links.insert(name, kept);
                }
                Err(cause) => {
                    tracing::error!(cause, relay = relay.name, "a relay cannot be used");
                }
            }
        }
    }

    fn connect(self: &Arc<Self>, relay: &NewRelay) -> Result<Arc<Link>, String> {
        let config = LinkConfig {
            address: relay.address.clone(),
            name: relay.tls_name.clone(),
            relay: relay.key,
            key: self.engine.link_key().map_err(|cause| cause.to_string())?,
            wrap: self.way.wrap,
            via: self.way.via.clone(),
        };
        // With nobody at first: a list that is too long must not keep the link from being there when
        // it is shorter.
        let link = Link::start(config, self.entrance.clone(), Vec::new())
            .map(Arc::new)
            .map_err(|cause| cause.to_string())?;
        self.handle.spawn(watch(
            Arc::downgrade(self),
            self.engine.clone(),
            relay.name.clone(),
            link.states(),
        ));
        Ok(link)
    }

    /// The engineers' name goes out always; the console's where it was opened that way, or while an
    /// authority must find it.
    fn announcement(&self, table: &Table, without_console: bool) -> Vec<AnnouncedName> {
        let announced = |name: &str, prefixes: &[IpNet], per_minute| AnnouncedName {
            name: name.to_owned(),
            prefixes: prefixes.to_vec(),
            per_minute,
            acme: table.orders.contains(name),
        };
        let admitted = &table.admitted;
        let engineers = announced(&self.doors.engineers_name, &admitted.engineers, PER_MINUTE);
        let console = announced(
            &self.doors.console_name,
            &admitted.console_relayed,
            CONSOLE_PER_MINUTE,
        );
        let needed = console.acme || !console.prefixes.is_empty();
        let console = Some(console).filter(|_| needed && !without_console);
        [engineers].into_iter().chain(console).collect()
    }

    fn announce(&self, table: &Table, kept: &Kept) {
        let names = self.announcement(table, kept.without_console);
        if let Err(cause) = kept.link.announce(names) {
            let relay = &kept.relay.name;
            tracing::error!(%cause, relay, "a relay cannot be told who may come in");
        }
    }

    fn announce_all(&self, table: &Table) {
        table
            .links
            .values()
            .for_each(|kept| self.announce(table, kept));
    }

    /// Tells every relay who may come in.
    pub(super) fn admit(&self, admitted: &Admitted) {
        let mut table = self.lock();
        table.admitted = admitted.clone();
        self.announce_all(&table);
    }

    /// Tells every relay for which names a certificate is ordered: authorities may ask for them.
    pub(super) fn orders(&self, names: BTreeSet<String>) {
        let mut table = self.lock();
        // Whoever orders again may have spoken with the relay's operator.
        if !names.is_empty() {
            table
                .links
                .values_mut()
                .for_each(|kept| kept.without_console = false);
        }
        table.orders = names;
        self.announce_all(&table);
    }

    /// Waits until every relay that is connected has heard what was announced.
    pub(super) async fn heard(&self) {
        for (relay, link) in self.all() {
            if let Err(cause) = link.heard().await {
                tracing::debug!(%cause, relay, "a relay may not have heard what was announced");
            }
        }
    }

    /// A relay said that names are not ours. Without the console's the rest counts.
    fn not_announced(&self, relay: &str, names: &[String]) {
        let console = &self.doors.console_name;
        let mut table = self.lock();
        if let Some(kept) = table.links.get_mut(relay) {
            kept.without_console |= names.iter().any(|name| name.eq_ignore_ascii_case(console));
        }
        if let Some(kept) = table.links.get(relay).filter(|kept| kept.without_console) {
            self.announce(&table, kept);
        }
    }

    fn all(&self) -> Vec<(String, Arc<Link>)> {
        let table = self.lock();
        let links = table.links.iter();
        links
            .map(|(name, kept)| (name.clone(), Arc::clone(&kept.link)))
            .collect()
    }

    async fn try_from_outside(&self, ports: Vec<u16>) -> Vec<Outside> {
        let mut found = Vec::new();
        for (relay, link) in self.all() {
            let LinkState::Connected { seen } = link.state() else {
                found.push(Outside { relay, found: None });
                continue;
            };
            let open = link.probe(ports.clone()).await;
            let open = open
                .inspect_err(|cause| tracing::warn!(%cause, relay, "a relay did not try the site"));
            found.push(Outside {
                relay,
                found: open.ok().map(|open| (seen, open)),
            });
        }
        found
    }

    /// Shows the ledger to each relay whenever it has grown, or was not asked for the time for a while.
    pub(super) async fn be_witnessed(self: Arc<Self>) {
        let mut every = tokio::time::interval(COSIGN_EVERY);
        let mut shown: BTreeMap<String, (String, Instant)> = BTreeMap::new();
        loop {
            every.tick().await;
            for (relay, link) in self.all() {
                let Some(offered) = self.engine.checkpoint_for(&relay, None) else {
                    continue;
                };
                let known = shown
                    .get(&relay)
                    .is_some_and(|(note, at)| *note == offered.note && at.elapsed() < TIME_EVERY);
                if known || !matches!(link.state(), LinkState::Connected { .. }) {
                    continue;
                }
                let note = offered.note.clone();
                if self.show(&relay, &link, offered).await {
                    shown.insert(relay, (note, Instant::now()));
                }
            }
        }
    }

    /// Whether the relay has cosigned.
    async fn show(&self, relay: &str, link: &Link, offered: wire::relay::Offered) -> bool {
        let mut asked = self.engine.asks_for_the_time();
        let mut answer = link.cosign(offered).await;
        if let Err(CosignError::Refused(WhyNotCosigned::Remembers { size })) = answer {
            let Some(again) = self.engine.checkpoint_for(relay, Some(size)) else {
                tracing::error!(relay, size, "a relay remembers more than this ledger holds");
                return false;
            };
            asked = self.engine.asks_for_the_time();
            answer = link.cosign(again).await;
        }
        match answer {
            Ok(note) => match self.engine.relay_cosigned(relay, &note) {
                Ok(()) => {
                    self.engine.relay_said_the_time(relay, &note, asked);
                    true
                }
                Err(cause) => {
                    tracing::warn!(%cause, relay, "what a relay signed is not a cosignature");
                    false
                }
            },
            Err(CosignError::Refused(WhyNotCosigned::Disagrees { held, .. })) => {
                tracing::error!(relay, "a relay holds another ledger of this site");
                self.engine.relay_disagrees(relay, &held).await;
                false
            }
            Err(cause) => {
                tracing::debug!(%cause, relay, "no cosignature");
                false
            }
        }
    }
}

/// Tells the engine whenever a link comes or goes; ends with the link.
async fn watch(
    links: Weak<Links>,
    engine: Engine,
    relay: String,
    mut states: tokio::sync::watch::Receiver<LinkState>,
) {
    loop {
        let state = states.borrow_and_update().clone();
        let connected = matches!(state, LinkState::Connected { .. });
        match &state {
            LinkState::Connecting => {}
            LinkState::Connected { .. } => tracing::info!(relay, "connected to a relay"),
            LinkState::NotAnnounced { names } => {
                tracing::error!(relay, ?names, "a relay does not serve these names for us");
                if let Some(links) = links.upgrade() {
                    links.not_announced(&relay, names);
                }
            }
            LinkState::Lost { why } => tracing::warn!(relay, why, "a relay is not connected"),
        }
        engine.relay_linked(&relay, connected);
        if states.changed().await.is_err() {
            return;
        }
    }
}
