//! A site that was put back from a backup. It cannot know by itself whether the backup is the newest state:
//! somebody outside has to. Until every relay of the site has confirmed in this run that it remembers nothing
//! newer, or the recovery kit has resumed the ledger, nobody is admitted.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use store::Markers;

use crate::live::lock;
use crate::{Engine, Inner};

/// Whether the site waits for that, and who has confirmed it.
#[derive(Debug)]
pub(crate) struct Unconfirmed {
    waits: AtomicBool,
    heard: Mutex<BTreeSet<String>>,
}

impl Unconfirmed {
    pub(crate) fn of(markers: &Markers) -> Self {
        Self {
            waits: AtomicBool::new(markers.is_restored()),
            heard: Mutex::default(),
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.waits.load(Ordering::SeqCst)
    }
}

impl Engine {
    /// The relays that have not confirmed yet that a site that was put back is the newest state; `None` if
    /// it waits for nobody. An empty list: there is no relay, and only the kit can say that it goes on.
    pub fn unconfirmed_by(&self) -> Option<Vec<String>> {
        if !self.inner.restored.waits() {
            return None;
        }
        let heard = lock(&self.inner.restored.heard);
        let site = self.inner.site();
        let missing = site.relays().filter(|relay| !heard.contains(&relay.name));
        Some(missing.map(|relay| relay.name.clone()).collect())
    }

    /// A relay has cosigned what it was shown in this run: it remembers nothing that this ledger lacks.
    pub(crate) fn confirmed_by(&self, relay: &str) {
        if !self.inner.restored.waits() {
            return;
        }
        lock(&self.inner.restored.heard).insert(relay.to_owned());
        if self
            .unconfirmed_by()
            .is_some_and(|missing| missing.is_empty())
        {
            tracing::info!(
                "every relay has confirmed that nothing newer than this backup is known"
            );
            self.inner.goes_on();
        }
    }
}

impl Inner {
    /// The site goes on from what was put back.
    pub(crate) fn goes_on(&self) {
        self.restored.waits.store(false, Ordering::SeqCst);
        if let Err(cause) = self.store.markers().clear_restored() {
            tracing::error!(%cause, "the mark of a restore could not be removed; the next start asks again");
        }
        self.state_changed(self.clock.now());
    }
}
