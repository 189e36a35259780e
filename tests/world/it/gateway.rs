//! The gateway: the real engine, moved by hand; how it begins, dies, and begins again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Engine, Hand, SiteConfig};
use faults::{Plan, Point, Strike};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use vault::Unlock;

use crate::casting::copy;
use crate::plan::How;
use crate::world::World;

/// Small: a world writes kilobytes. The sync thread sleeps for its whole life; the world syncs.
fn limits() -> store::Limits {
    store::Limits {
        file_bytes: 64 << 10,
        segment_bytes: 16 << 10,
        reserve_bytes: 4 << 10,
        sync_every: Duration::from_secs(24 * 3600),
    }
}

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

pub(crate) struct Gateway {
    pub(crate) engine: Engine,
    pub(crate) hand: Hand,
    dir: PathBuf,
    alive: Arc<AtomicBool>,
    /// Something of this life broke: it may refuse what it need not.
    troubled: AtomicBool,
    /// Where it lies after a durable step killed it.
    doom: Mutex<Option<PathBuf>>,
    tasks: Mutex<Vec<AbortHandle>>,
    /// Bytes were recorded that are not on the disk yet.
    pub(crate) dirty: Arc<Notify>,
    synced: Mutex<BTreeMap<PathBuf, u64>>,
}

impl Gateway {
    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }

    pub(crate) fn is_troubled(&self) -> bool {
        self.troubled.load(Ordering::SeqCst)
    }

    pub(crate) fn trouble(&self) {
        self.troubled.store(true, Ordering::SeqCst);
    }

    /// The world is over.
    pub(crate) fn end(&self) {
        self.alive.store(false, Ordering::SeqCst);
        for task in self.tasks.lock().unwrap().drain(..) {
            task.abort();
        }
    }

    /// A task that dies with the gateway.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap();
        tasks.retain(|task| !task.is_finished());
        tasks.push(tokio::spawn(work).abort_handle());
    }

    fn journal_files(&self) -> BTreeMap<PathBuf, u64> {
        let folder = std::fs::read_dir(self.dir.join("journal")).unwrap();
        let files = folder.map(|file| file.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "sekj"));
        files
            .map(|path| {
                let length = std::fs::metadata(&path).unwrap().len();
                (PathBuf::from(path.file_name().unwrap()), length)
            })
            .collect()
    }
}

impl World {
    /// Begins a life of the gateway in this directory.
    pub(crate) fn start(self: &Arc<Self>, dir: PathBuf) {
        let config = SiteConfig {
            dir: dir.clone(),
            ..self.cast.config.clone()
        };
        let clock = self.clocks.of_the_engine();
        let opened = Engine::open_by_hand(config, &Unlock::DangerousKeyBesideData, clock, limits());
        let (engine, hand) = match opened {
            Ok(opened) => opened,
            Err(cause) => {
                self.model()
                    .find(format!("the site does not open: {cause}"));
                return;
            }
        };
        let gateway = Arc::new(Gateway {
            engine,
            hand,
            dir,
            alive: Arc::new(AtomicBool::new(true)),
            troubled: AtomicBool::new(false),
            doom: Mutex::default(),
            tasks: Mutex::default(),
            dirty: Arc::default(),
            synced: Mutex::default(),
        });
        // The start brings to the disk what the last life left in memory.
        *gateway.synced.lock().unwrap() = gateway.journal_files();
        self.all_is_on_the_disk();
        self.count(|counts| counts.starts += 1);
        self.nothing_was_rewritten(&gateway);
        self.tell("the gateway is up");
        self.hear(&gateway);
        *self.gateway.lock().unwrap() = Some(Arc::clone(&gateway));
        gateway.spawn(writer(Arc::clone(self), Arc::clone(&gateway)));
        gateway.spawn(beat(Arc::clone(self), Arc::clone(&gateway)));
        gateway.spawn(sync(Arc::clone(self), Arc::clone(&gateway)));
    }

    /// Brings the journal to the disk.
    fn sync(&self, gateway: &Gateway) {
        if gateway.is_alive() && gateway.hand.sync() {
            *gateway.synced.lock().unwrap() = gateway.journal_files();
            self.all_is_on_the_disk();
        }
    }

    fn all_is_on_the_disk(&self) {
        for passed in self.passed.lock().unwrap().values_mut() {
            passed.synced = (passed.to_target.len(), passed.from_target.len());
        }
    }

    /// What was durable stands, byte for byte.
    fn nothing_was_rewritten(&self, gateway: &Gateway) {
        let now = gateway.hand.entries(0);
        let mut model = self.model();
        let known = model.entries.len();
        let same = now
            .get(..known)
            .is_some_and(|now| now == model.entries.as_slice());
        if !same {
            model.find("the ledger is not what it was before the start");
        }
    }

    /// The process ends at this moment; if the power is lost, so is what was not on the disk.
    pub(crate) fn crash(self: &Arc<Self>, power: bool) {
        let Some(gateway) = self.up() else { return };
        let dir = self.next_dir();
        copy(&gateway.dir, &dir);
        if power {
            self.lose_what_was_not_synced(&gateway, &dir);
        }
        self.bury(&gateway, dir);
    }

    fn lose_what_was_not_synced(&self, gateway: &Gateway, dir: &Path) {
        let synced = gateway.synced.lock().unwrap();
        for (name, length) in gateway.journal_files() {
            let safe = synced.get(&name).copied().unwrap_or(0).min(length);
            let kept = self.between(safe, length + 1);
            let file = std::fs::OpenOptions::new()
                .write(true)
                .open(dir.join("journal").join(name))
                .unwrap();
            file.set_len(kept).unwrap();
        }
        self.powerless.lock().unwrap().push(self.clocks.elapsed());
        for passed in self.passed.lock().unwrap().values_mut() {
            passed.to_target.truncate(passed.synced.0);
            passed.from_target.truncate(passed.synced.1);
        }
    }

    /// After a death: nothing of that life counts any more; the next begins after a while.
    pub(crate) fn bury(self: &Arc<Self>, gateway: &Arc<Gateway>, next: PathBuf) {
        gateway.alive.store(false, Ordering::SeqCst);
        faults::forget(&gateway.dir);
        *self.gateway.lock().unwrap() = None;
        for task in gateway.tasks.lock().unwrap().drain(..) {
            task.abort();
        }
        self.attendances.lock().unwrap().clear();
        self.tell("the gateway is dead");
        self.count(|counts| counts.deaths += 1);
        let world = Arc::clone(self);
        let wait = Duration::from_millis(self.between(1, 1500));
        tokio::spawn(async move {
            sleep(wait).await;
            world.start(next);
        });
    }

    /// Buries whoever died of a durable step.
    pub(crate) async fn reap(self: Arc<Self>) {
        loop {
            self.died.notified().await;
            let gateway = self.gateway.lock().unwrap().clone();
            if let Some(gateway) = gateway
                && let Some(dir) = gateway.doom.lock().unwrap().take()
            {
                self.bury(&gateway, dir);
            }
        }
    }

    /// Stops in order, once every session has ended.
    pub(crate) async fn stop(self: Arc<Self>) {
        let Some(gateway) = self.up() else { return };
        let live = gateway.engine.live();
        live.end_all(&access::EndReason::GatewayStopped);
        for _ in 0..50 {
            if live.count() == 0 {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        // Whatever is not closed by now is cut.
        if live.count() > 0 || !gateway.is_alive() {
            return self.crash(false);
        }
        gateway.hand.stop();
        self.hear(&gateway);
        if gateway.is_alive() {
            let dir = self.next_dir();
            copy(&gateway.dir, &dir);
            self.bury(&gateway, dir);
        }
    }

    /// Lets a durable step of this life break.
    pub(crate) fn break_at(&self, point: Point, pass: usize, how: How) {
        let Some(gateway) = self.up() else { return };
        gateway.trouble();
        if how != How::Dies && point.name().starts_with("journal.") {
            *self.recorder_broke.lock().unwrap() = true;
        }
        let strike = match how {
            How::Lost => Strike::Lost(EIO),
            How::Kept => Strike::Kept(EIO),
            How::Full => Strike::Lost(ENOSPC),
            How::Dies => {
                let (dir, next) = (gateway.dir.clone(), self.next_dir());
                let (alive, died) = (Arc::clone(&gateway.alive), Arc::clone(&self.died));
                let doomed = Arc::downgrade(&gateway);
                Strike::Meanwhile(Arc::new(move || {
                    if alive.swap(false, Ordering::SeqCst) {
                        copy(&dir, &next);
                        if let Some(gateway) = doomed.upgrade() {
                            *gateway.doom.lock().unwrap() = Some(next.clone());
                        }
                        died.notify_one();
                    }
                }))
            }
        };
        faults::plan(Plan {
            point,
            under: gateway.dir.clone(),
            pass,
            strike,
            when: None,
        });
    }
}

async fn writer(world: Arc<World>, gateway: Arc<Gateway>) {
    loop {
        gateway.hand.asked().await;
        sleep(Duration::from_millis(world.between(0, 8))).await;
        gateway.hand.write();
        world.hear(&gateway);
    }
}

/// The watch, four times a second while something is open; every second what waits to be entered; every
/// ten what was recorded.
async fn beat(world: Arc<World>, gateway: Arc<Gateway>) {
    let (mut entered, mut settled, mut busy) = (0, 0, true);
    loop {
        let pause = if busy { 250 } else { 500 };
        sleep(Duration::from_millis(pause)).await;
        gateway.hand.look();
        let now = world.clocks.elapsed();
        let open = !world.model().open().is_empty();
        if busy {
            world.sync(&gateway);
        }
        if now >= entered + 1000 {
            entered = now;
            gateway.hand.enter();
        }
        if busy && now >= settled + 10_000 {
            settled = now;
            gateway.hand.settle();
            busy = open;
        }
        busy |= open;
        world.hear(&gateway);
        world.see_who_stays(&gateway);
    }
}

/// Within 100 ms everything recorded is on the disk.
async fn sync(world: Arc<World>, gateway: Arc<Gateway>) {
    loop {
        gateway.dirty.notified().await;
        sleep(Duration::from_millis(100)).await;
        world.sync(&gateway);
    }
}
