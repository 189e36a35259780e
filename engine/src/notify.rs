//! Telling people: what is due is asked of the domain, sent, and entered.
//!
//! The ledger is the outbox. What was told stands in it, so that after a crash nobody is forgotten, and
//! nobody is told again but of what had left and was not entered yet (at least once). Nothing waits for
//! this thread: not the data path, not a decision, not taking access away.

mod seen;
mod sending;
mod setting;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use access::{
    About, Command, Due, GatewayNote, NoticeNote, Refusal, Sent, Tried, Undelivered, Unwell,
};
use ids::{NonEmpty, PersonId, RequestId, Timestamp};

use crate::live::lock;
use crate::{Engine, Inner};

pub use seen::is_mail_address;
pub use setting::{MailForm, SetNoticeError, WebhookForm};

/// How often the thread looks whether there is something to do.
const LOOK: Duration = Duration::from_millis(250);

/// How soon after an entry it asks what is due: a busy ledger is not asked after each.
const SOON: Duration = Duration::from_secs(1);

/// How often it asks what is due though no entry came: hours pass without one, quiet hours end.
const ASK: Duration = Duration::from_secs(2);

/// Messages that are on their way at once.
const AT_ONCE: usize = 8;

/// Messages that one look begins; the rest waits for the next.
const A_LOOK: usize = 64;

/// How often a message is tried before it is given up: a quarter of an hour, with the waits between.
const TRIES: u32 = 6;

/// How long after the first failure it is tried again; twice as long after each.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// A worker crashed: the last one within a day, so that a hundred crashes are one message, and another on the next day
/// if it goes on.
const WORKER: &str = "finding-worker";

/// What stops visits and is seen by the engine alone; and that what a target sent may have broken what reads it.
const UNWELL: [&str; 11] = [
    WORKER,
    "finding-ledger",
    "finding-ledger-broken",
    "finding-recorder",
    "finding-disk",
    "finding-clock",
    "finding-clock-witness",
    "finding-restored",
    "finding-rolled-back",
    "finding-forked",
    "finding-witness",
];

/// One message to one person.
type Key = (About, PersonId);

/// What the engine holds of messages while it runs.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Mutex<BTreeMap<Key, Waiting>>,
    /// Sent or given up, and not entered yet because the ledger takes nothing.
    unentered: Mutex<BTreeMap<Key, Tried>>,
    unwell: Mutex<BTreeMap<String, Timestamp>>,
    /// One change of a secret at a time.
    setting: tokio::sync::Mutex<()>,
    /// One test at a time.
    testing: tokio::sync::Mutex<()>,
}

/// A message that failed and is tried again.
struct Waiting {
    tries: u32,
    next: Instant,
}

/// Tells people until the engine stops.
pub(crate) fn run(inner: &Arc<Inner>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(cause) => {
            tracing::error!(%cause, "nobody is told anything: no runtime");
            return;
        }
    };
    let (mut size, mut asked) = (0, Instant::now());
    while !inner.stopping.load(Ordering::SeqCst) {
        let now = inner.store.size();
        let waited = asked.elapsed();
        if (now != size && waited >= SOON) || waited >= ASK {
            (size, asked) = (now, Instant::now());
            look(inner, &runtime);
        }
        std::thread::sleep(LOOK);
    }
    // A name that is being looked up for somebody does not hold the stop back.
    runtime.shutdown_background();
}

/// One look: refuses what nobody answered, sends what is due, enters what came of it.
fn look(inner: &Arc<Inner>, runtime: &tokio::runtime::Runtime) {
    enter_what_waits(inner);
    refuse_unanswered(inner);
    let begun = to_send(inner);
    if begun.is_empty() {
        return;
    }
    let done = runtime.block_on(sending::all(inner, begun));
    for (key, sent) in done {
        settle(inner, key, sent);
    }
    enter_what_waits(inner);
}

/// A request that nobody answered in time is refused: nobody is no (invariant 5).
fn refuse_unanswered(inner: &Inner) {
    let late: Vec<RequestId> = {
        let site = inner.site();
        let written = site.writes("request_unanswered");
        let late = site.unanswered(inner.clock.now());
        late.into_iter().filter(|_| written).collect()
    };
    for request in late {
        let note = NoticeNote::Unanswered { request };
        if let Err(refusal) = enter(inner, note) {
            tracing::warn!(%refusal, "an unanswered request could not be refused yet");
        }
    }
}

fn enter(inner: &Inner, note: NoticeNote) -> Result<(), Refusal> {
    let command = Command::Note(GatewayNote::Notice(note));
    inner.enter_and_wait(command).map(drop)
}

/// What is due and was not begun: each with its message and the ways to send it.
fn to_send(inner: &Arc<Inner>) -> Vec<sending::Begun> {
    if !inner.site().tells_anybody() {
        return Vec::new();
    }
    let engine = Engine {
        inner: Arc::clone(inner),
    };
    let unwell = inner.outbox.unwell(&engine);
    let site = inner.site();
    let due = keys(site.due_notices(&unwell, inner.clock.now()));
    inner.outbox.forget_all_but(&due);
    let new = due.into_iter().filter(|key| inner.outbox.may_begin(key));
    let begun = new.take(A_LOOK).map(|key| inner.begin(&site, key));
    begun.collect()
}

fn keys(due: Vec<Due>) -> Vec<Key> {
    let each = |due: Due| {
        let about = due.about;
        due.to
            .into_iter()
            .map(move |person| (about.clone(), person))
    };
    due.into_iter().flat_map(each).collect()
}

/// A message that left, or is given up, is to be entered; another one waits.
fn settle(inner: &Inner, key: Key, sent: Vec<Sent>) {
    let mut waiting = lock(&inner.outbox.waiting);
    let tries = waiting.get(&key).map_or(0, |waiting| waiting.tries) + 1;
    let tried = Tried {
        person: key.1.clone(),
        sent,
        tries,
    };
    if tried.arrived() || tries >= TRIES || is_hopeless(&tried.sent) {
        waiting.remove(&key);
        if !tried.arrived() {
            tracing::error!(person = %key.1, about = ?key.0, tries, "a message was given up");
        }
        drop(waiting);
        lock(&inner.outbox.unentered).insert(key, tried);
    } else {
        let wait = FIRST_WAIT * 2_u32.saturating_pow(tries.saturating_sub(1));
        let next = Instant::now() + wait;
        waiting.insert(key, Waiting { tries, next });
    }
}

/// Whether trying again would give the same.
fn is_hopeless(sent: &[Sent]) -> bool {
    let finally = |sent: &Sent| {
        matches!(
            sent.failed,
            Some(Undelivered::Rejected | Undelivered::NotUsable)
        )
    };
    sent.iter().all(finally)
}

/// Enters deliveries, all persons of one matter in one entry. What the ledger does not take is tried with
/// the next look; it is not sent again.
fn enter_what_waits(inner: &Inner) {
    let waiting = lock(&inner.outbox.unentered).clone();
    let mut matters: BTreeMap<About, Vec<Tried>> = BTreeMap::new();
    for ((about, _), tried) in waiting {
        matters.entry(about).or_default().push(tried);
    }
    for (about, told) in matters {
        for some in told.chunks(access::limits::MOST_TOLD_AT_ONCE) {
            let Ok(told) = NonEmpty::from_vec(some.to_vec()) else {
                continue;
            };
            let about = about.clone();
            let note = NoticeNote::Delivered { about, told };
            let entered = enter(inner, note.clone());
            if entered.is_err_and(|refusal| refusal.reasons == [access::Reason::LedgerUnavailable])
            {
                return;
            }
            // Entered, or such that it never will be: its person is gone.
            inner.outbox.entered(&note);
        }
    }
}

impl Outbox {
    /// What of this is so now, and since when as far as this process knows.
    fn unwell(&self, engine: &Engine) -> Vec<Unwell> {
        let now = engine.now();
        let found: BTreeSet<&str> = engine
            .findings()
            .into_iter()
            .map(|finding| finding.id)
            .filter(|id| UNWELL.contains(id))
            .collect();
        let mut known = lock(&self.unwell);
        known.retain(|id, _| found.contains(id.as_str()));
        for id in found {
            known.entry(id.to_owned()).or_insert(now);
        }
        let known = known.iter();
        known
            .map(|(id, since)| Unwell {
                id: id.clone(),
                since: *since,
            })
            .collect()
    }

    /// What is not due any more is not tried again.
    fn forget_all_but(&self, due: &[Key]) {
        lock(&self.waiting).retain(|key, _| due.contains(key));
    }

    fn may_begin(&self, key: &Key) -> bool {
        let now = Instant::now();
        let waits = lock(&self.waiting)
            .get(key)
            .is_some_and(|waiting| now < waiting.next);
        !waits && !lock(&self.unentered).contains_key(key)
    }

    fn entered(&self, note: &NoticeNote) {
        if let NoticeNote::Delivered { about, told } = note {
            let mut unentered = lock(&self.unentered);
            for tried in told {
                unentered.remove(&(about.clone(), tried.person.clone()));
            }
        }
    }
}
