//! Who may knock: the source prefixes per name, and the count of those who were turned away.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use access::{Invitation, Site};
use ids::Timestamp;
use ipnet::IpNet;

use crate::live::lock;

/// How often it is told that a decoy's name is tried.
const DECOY_TOLD: Duration = Duration::from_secs(60);

/// From where connections are let in, per name, as the durable state has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admitted {
    /// To the engineers' name: the prefixes of vendors that are not suspended.
    pub engineers: Vec<IpNet>,
    /// To the console's name: the hospital's LAN.
    pub console: Vec<IpNet>,
    /// To the console's name at the gateway's own port, beyond the LAN.
    pub console_wider: Vec<IpNet>,
    /// To the console's name through relays. An address of the LAN is not admitted that way: a relay
    /// could claim it.
    pub console_relayed: Vec<IpNet>,
    /// Whether an invitation is open, so that somebody may join.
    pub joining: bool,
}

impl Admitted {
    pub(crate) fn of(site: &Site, now: Timestamp) -> Self {
        let (engineers, console) = site.admitted_sources(now);
        let open = |invitation: &Invitation| {
            invitation.used.is_none() && invitation.withdrawn.is_none() && now < invitation.until
        };
        let reach = site.console_reach();
        let opened = |way: fn(access::ReachWay) -> bool| {
            let reach = reach.filter(|reach| way(reach.way));
            reach
                .map(access::ConsoleReach::networks)
                .unwrap_or_default()
        };
        Self {
            engineers,
            console,
            console_wider: opened(access::ReachWay::is_port),
            console_relayed: opened(access::ReachWay::is_relays),
            joining: site.invitations().any(open),
        }
    }
}

/// Strangers leave no entry each (a stranger could fill the ledger); they are counted.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    connections: AtomicU64,
    sign_ins: AtomicU64,
    decoy_told: Mutex<Option<Instant>>,
}

impl Strangers {
    pub(crate) fn take(&self) -> (u64, u64) {
        (
            self.connections.swap(0, Ordering::Relaxed),
            self.sign_ins.swap(0, Ordering::Relaxed),
        )
    }

    /// Failed sign-ins since the last count.
    pub(crate) fn failed(&self) -> u64 {
        self.sign_ins.load(Ordering::Relaxed)
    }

    /// Whether somebody who tries a decoy's name is told of now: once in a while, whoever goes on must not fill the ledger.
    pub(crate) fn is_told_of(&self, now: Instant) -> bool {
        let mut told = lock(&self.decoy_told);
        let is_time = told.is_none_or(|then| now.saturating_duration_since(then) >= DECOY_TOLD);
        if is_time {
            *told = Some(now);
        }
        is_time
    }

    pub(crate) fn sign_in_failed(&self) {
        self.sign_ins.fetch_add(1, Ordering::Relaxed);
    }
}

impl crate::Engine {
    /// From where connections are let in at this moment.
    pub fn admitted(&self) -> Admitted {
        Admitted::of(&self.inner.site(), self.now())
    }

    /// Tells `listener` who may knock after every change, before the change is answered. One listener;
    /// a second one is not told.
    pub fn tell_admitted(&self, listener: impl Fn(Admitted) + Send + Sync + 'static) {
        listener(self.admitted());
        // A second listener would be a defect of the gateway; it stays with what it was bound with.
        let _first_listener_stands = self.inner.told.set(Box::new(listener));
    }

    /// Counts connections that the listener turned away before they were anybody.
    pub fn turned_away(&self, connections: u64) {
        self.inner
            .strangers
            .connections
            .fetch_add(connections, Ordering::Relaxed);
    }
}
