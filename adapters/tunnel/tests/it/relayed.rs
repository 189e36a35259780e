//! A site behind a relay, all on loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use ids::NonEmpty;
use tunnel::link::{Link, LinkConfig, LinkState, Via, Wrap};
use tunnel::relay::{Cosigner, GatewaysFrom, Relay, RelayConfig, RelayLimits, SiteEntry};
use tunnel::{Arrival, ConnectError, Connection, DeviceIdentity, PinnedKey, Protocol, SiteTrust};
use wire::relay::{AnnouncedName, WhyNotCosigned};

use crate::testsite::{ENGINEERS, TestSite, dial_from};

pub(crate) const RELAY: &str = "relay.example";

pub(crate) struct Relayed {
    pub(crate) site: TestSite,
    pub(crate) relay: Relay,
    pub(crate) link: Link,
    pub(crate) keys: Keys,
}

/// The keys that know each other.
pub(crate) struct Keys {
    relay: Vec<u8>,
    link: Vec<u8>,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let fresh = || PinnedKey::generate().unwrap().pkcs8().to_vec();
        Self {
            relay: fresh(),
            link: fresh(),
        }
    }

    pub(crate) fn relay(&self) -> PinnedKey {
        PinnedKey::from_pkcs8(&self.relay).unwrap()
    }

    pub(crate) fn link(&self) -> PinnedKey {
        PinnedKey::from_pkcs8(&self.link).unwrap()
    }

    pub(crate) fn with_other_link(&self) -> Self {
        Self {
            relay: self.relay.clone(),
            ..Self::new()
        }
    }

    /// The entry of a gateway with this link key.
    pub(crate) fn entry(&self, name: &str) -> SiteEntry {
        SiteEntry {
            site: format!("site of {name}"),
            key: self.link().pin(),
            names: NonEmpty::one(name.to_owned()),
            gateways_from: GatewaysFrom::Only(NonEmpty::one("127.0.0.1/32".parse().unwrap())),
        }
    }

    pub(crate) fn link_to(&self, relay: SocketAddr) -> LinkConfig {
        LinkConfig {
            address: relay.to_string(),
            name: RELAY.to_owned(),
            relay: self.relay().pin(),
            key: self.link(),
            wrap: Wrap::Bare,
            via: Via::Direct,
        }
    }
}

pub(crate) fn config(sites: Vec<SiteEntry>) -> RelayConfig {
    RelayConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        name: RELAY.to_owned(),
        sites,
        limits: RelayLimits::default(),
    }
}

pub(crate) fn no_witness() -> Cosigner {
    Arc::new(|_, _| Err(WhyNotCosigned::Unavailable))
}

pub(crate) fn open(name: &str, prefixes: &[&str]) -> AnnouncedName {
    AnnouncedName {
        name: name.to_owned(),
        prefixes: prefixes.iter().map(|text| text.parse().unwrap()).collect(),
        per_minute: 6000,
        acme: false,
    }
}

/// Vendors come from everywhere but 127.0.0.66.
pub(crate) fn vendors() -> Vec<AnnouncedName> {
    vec![open(ENGINEERS, &["127.0.0.0/26", "127.0.1.0/24"])]
}

pub(crate) async fn connected(link: &Link) {
    let mut states = link.states();
    let is_there = |state: &LinkState| matches!(state, LinkState::Connected { .. });
    states.wait_for(is_there).await.unwrap();
}

/// Until what is true elsewhere is seen here.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}

impl Relayed {
    pub(crate) async fn open() -> Self {
        Self::with(RelayLimits::default(), |_| {}).await
    }

    pub(crate) async fn with(limits: RelayLimits, change: impl FnOnce(&mut LinkConfig)) -> Self {
        let site = TestSite::open().await;
        let keys = Keys::new();
        let mut config = config(vec![keys.entry(ENGINEERS)]);
        config.limits = limits;
        let relay = Relay::bind(config, &keys.relay(), no_witness()).unwrap();
        let mut to = keys.link_to(relay.local_addr());
        change(&mut to);
        let link = Link::start(to, site.listener.entrance(), vendors()).unwrap();
        until(|| relay.stats().names == 1 && relay.stats().parked == 4).await;
        connected(&link).await;
        Self {
            site,
            relay,
            link,
            keys,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.relay.local_addr()
    }

    pub(crate) async fn connect(
        &self,
        identity: &DeviceIdentity,
        from: &str,
    ) -> Result<Connection, ConnectError> {
        let trust = self.site.trust(ENGINEERS);
        connect(self.address(), &trust, identity, from).await
    }

    /// A good device's session arrives, from where it is.
    pub(crate) async fn a_real_one_gets_in(&mut self, from: &str) -> (Connection, Arrival) {
        gets_in(self.relay.local_addr(), &mut self.site, from).await
    }
}

pub(crate) async fn connect(
    to: SocketAddr,
    trust: &SiteTrust,
    identity: &DeviceIdentity,
    from: &str,
) -> Result<Connection, ConnectError> {
    let address = to.to_string();
    let options = dial_from(from);
    tunnel::connect(&address, trust, Some(identity), Protocol::Session, &options).await
}

pub(crate) async fn gets_in(
    relay: SocketAddr,
    site: &mut TestSite,
    from: &str,
) -> (Connection, Arrival) {
    let (key, identity) = site.device();
    let trust = site.trust(ENGINEERS);
    let connection = connect(relay, &trust, &identity, from).await.unwrap();
    let arrival = site.arrivals.recv().await.unwrap();
    assert_eq!(arrival.device_key, Some(key.key()));
    assert_eq!(arrival.peer.ip().to_string(), from);
    assert_eq!(
        arrival.peer,
        connection.stream.get_ref().0.local_addr().unwrap()
    );
    (connection, arrival)
}
