//! One world: its gateway, what passed in it, what was promised, what the model says.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use access::{EndReason, Event};
use ids::SessionId;
use tokio::sync::Notify;
use world::Dice;

use crate::casting::{Cast, cast, scratch};
use crate::clocks::Clocks;
use crate::gateway::Gateway;
use crate::lines::{Line, Relay};
use crate::model::{Model, Moment};
use crate::mutations::Mutation;

/// What somebody was told stands in the ledger, from this entry on.
pub(crate) struct Promise {
    pub(crate) what: String,
    pub(crate) after: usize,
    pub(crate) kept_by: Box<dyn Fn(&Event) -> bool + Send>,
}

/// The bytes that passed in a session.
#[derive(Default, Clone)]
pub(crate) struct Passed {
    pub(crate) to_target: Vec<u8>,
    pub(crate) from_target: Vec<u8>,
    /// How many of each are on the disk: the rest is lost with the power.
    pub(crate) synced: (usize, usize),
}

/// What happened in a world, counted: a world in which nothing happens proves nothing.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) opened: u64,
    pub(crate) refused: u64,
    pub(crate) passed: u64,
    pub(crate) starts: u64,
    pub(crate) deaths: u64,
    pub(crate) promises: u64,
    pub(crate) removed: u64,
    pub(crate) entries: u64,
}

#[derive(Default)]
pub(crate) struct Trace {
    hasher: DefaultHasher,
    pub(crate) lines: Vec<String>,
}

pub(crate) struct World {
    pub(crate) cast: &'static Cast,
    pub(crate) clocks: Clocks,
    root: tempfile::TempDir,
    dirs: Mutex<u32>,
    pub(crate) mutation: Mutation,
    pub(crate) gateway: Mutex<Option<Arc<Gateway>>>,
    pub(crate) model: Mutex<Model>,
    /// Since when a session has no permission any more, and why.
    gone: Mutex<BTreeMap<SessionId, (Moment, String)>>,
    pub(crate) passed: Mutex<BTreeMap<SessionId, Passed>>,
    pub(crate) promises: Mutex<Vec<Promise>>,
    pub(crate) counts: Mutex<Counts>,
    trace: Mutex<Trace>,
    dice: Mutex<Dice>,
    pub(crate) lines: Mutex<Vec<Arc<Line>>>,
    pub(crate) relays: [Relay; 2],
    pub(crate) attendances: Mutex<Vec<(usize, engine::Attendance)>>,
    /// A durable step killed the process.
    pub(crate) died: Arc<Notify>,
    pub(crate) recorder_broke: Mutex<bool>,
    /// When the power was lost.
    pub(crate) powerless: Mutex<Vec<Moment>>,
}

impl World {
    pub(crate) fn new(dice: Dice, mutation: Mutation) -> Arc<Self> {
        let cast = cast();
        Arc::new(Self {
            cast,
            clocks: Clocks::beginning(cast.begins),
            root: scratch(),
            dirs: Mutex::new(0),
            mutation,
            gateway: Mutex::default(),
            model: Mutex::default(),
            gone: Mutex::default(),
            passed: Mutex::default(),
            promises: Mutex::default(),
            counts: Mutex::default(),
            trace: Mutex::default(),
            dice: Mutex::new(dice),
            lines: Mutex::default(),
            relays: Default::default(),
            attendances: Mutex::default(),
            died: Arc::default(),
            recorder_broke: Mutex::new(false),
            powerless: Mutex::default(),
        })
    }

    /// The gateway, if one is up.
    pub(crate) fn up(&self) -> Option<Arc<Gateway>> {
        let gateway = self.gateway.lock().unwrap().clone();
        gateway.filter(|gateway| gateway.is_alive())
    }

    /// A directory for the next life of the gateway.
    pub(crate) fn next_dir(&self) -> PathBuf {
        let mut dirs = self.dirs.lock().unwrap();
        *dirs += 1;
        self.root.path().join(dirs.to_string())
    }

    pub(crate) fn between(&self, from: u64, end: u64) -> u64 {
        self.dice.lock().unwrap().between(from, end)
    }

    pub(crate) fn model(&self) -> std::sync::MutexGuard<'_, Model> {
        self.model.lock().unwrap()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap());
    }

    /// Says what happened: the same seed says the same.
    pub(crate) fn tell(&self, what: impl AsRef<str>) {
        let line = format!("{:>8} {}", self.clocks.elapsed(), what.as_ref());
        let mut trace = self.trace.lock().unwrap();
        line.hash(&mut trace.hasher);
        trace.lines.push(line);
    }

    /// What was told, in a number; and all of it.
    pub(crate) fn told(&self) -> (u64, Vec<String>) {
        let trace = self.trace.lock().unwrap();
        (trace.hasher.finish(), trace.lines.clone())
    }

    /// Somebody was told that this stands in the ledger.
    pub(crate) fn promise(
        &self,
        what: impl Into<String>,
        after: usize,
        kept_by: impl Fn(&Event) -> bool + Send + 'static,
    ) {
        self.count(|counts| counts.promises += 1);
        self.promises.lock().unwrap().push(Promise {
            what: what.into(),
            after,
            kept_by: Box::new(kept_by),
        });
    }

    /// Reads what has become durable.
    pub(crate) fn hear(&self, gateway: &Gateway) {
        if !gateway.is_alive() {
            return;
        }
        let (wall, now) = (self.clocks.wall(), self.clocks.elapsed());
        let mut model = self.model();
        let from = model.entries.len();
        if u64::try_from(from).unwrap() < gateway.hand.size() {
            for bytes in gateway.hand.entries(u64::try_from(from).unwrap()) {
                let number = model.entries.len();
                model.hear(bytes, wall, now);
                let entry = &model.read[number];
                if let Event::SessionClosed { reason, .. } = &entry.event {
                    let by_itself = [
                        EndReason::EngineerClosed,
                        EndReason::TargetClosed,
                        EndReason::Interrupted,
                    ];
                    let removed = u64::from(!by_itself.contains(reason));
                    self.count(|counts| counts.removed += removed);
                }
                self.tell(format!(
                    "entry {number} {} {:?}",
                    entry.event.kind(),
                    entry.by.who
                ));
            }
            // An end stands in a recording too: the journal is synced within its time.
            gateway.dirty.notify_one();
        }
        drop(model);
        self.see_who_must_go();
    }

    /// Looks which sessions lost their permission.
    pub(crate) fn see_who_must_go(&self) {
        let (wall, now) = (self.clocks.wall(), self.clocks.elapsed());
        let model = self.model();
        let mut gone = self.gone.lock().unwrap();
        let open = model.open();
        gone.retain(|id, _| open.contains(id));
        for id in open {
            match model.must_go(&id, wall, now) {
                None => drop(gone.remove(&id)),
                Some(why) => {
                    gone.entry(id).or_insert((now, why));
                }
            }
        }
    }

    /// Sessions that lost their permission must not be carried any more.
    pub(crate) fn see_who_stays(&self, gateway: &Gateway) {
        self.see_who_must_go();
        let now = self.clocks.elapsed();
        let gone = self.gone.lock().unwrap().clone();
        for (id, (since, why)) in gone {
            let live = gateway.engine.live().session(&id);
            if live.is_some_and(|live| live.ended().is_none()) {
                self.model().still_carried(&id, since, now, &why);
            }
        }
    }

    /// Bytes pass in a session: towards the target, or back. False if whoever writes them is dead.
    pub(crate) fn passes(
        &self,
        gateway: &Gateway,
        session: &SessionId,
        to_target: bool,
        bytes: &[u8],
    ) -> bool {
        if !gateway.is_alive() {
            return false;
        }
        let (wall, now) = (self.clocks.wall(), self.clocks.elapsed());
        let gone = self.gone.lock().unwrap().get(session).cloned();
        let mut model = self.model();
        let why = model.must_go(session, wall, now).unwrap_or_default();
        let since = gone.map(|(since, _)| since).filter(|_| !why.is_empty());
        model.passes(session, since, now, &why);
        drop(model);
        let mut passed = self.passed.lock().unwrap();
        let passed = passed.entry(session.clone()).or_default();
        let kept = if to_target {
            &mut passed.to_target
        } else {
            &mut passed.from_target
        };
        kept.extend_from_slice(bytes);
        self.count(|counts| counts.passed += u64::try_from(bytes.len()).unwrap());
        gateway.dirty.notify_one();
        true
    }
}
