//! The one writer of the site's ledger.
//!
//! It decides each command on the pending state, appends the events of a whole batch in one durable
//! transaction, and answers afterwards. If the append fails, the pending state is thrown away and
//! rebuilt from what is durable, and everybody in the batch is told `LedgerUnavailable`: nobody is
//! answered "yes" for something that is not in the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use access::{Caller, Command, Decoy, Entry, GatewayNote, Outcome, Reason, Refusal, Site, Who};
use ids::{Timestamp, VisitId};
use tokio::sync::oneshot;

use crate::Inner;

/// Commands that wait for the writer. More than this many at once are answered "unavailable": the
/// queue is memory that people, not strangers, can fill.
pub(crate) const QUEUE: usize = 1024;

/// The most commands in one transaction.
const BATCH: usize = 256;

/// Refusals of the same caller for the same reasons within this time become one entry with a count.
const COALESCE: Duration = Duration::from_secs(60);

/// The most different refusals that are counted at a time; beyond it they share a line of counts
/// by being entered at once.
const COALESCED: usize = 4096;

/// What the writer is asked.
pub(crate) enum Job {
    /// Decide and enter.
    Command {
        /// Who asks.
        caller: Caller,
        /// What.
        command: Box<Command>,
        /// Reasons that the engine knows and the domain cannot: they refuse, whatever it says.
        outside: Vec<Reason>,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<Outcome, Refusal>>,
    },
    /// Enter what has been counted, then stop.
    Stop {
        /// Answered when all is written.
        reply: oneshot::Sender<()>,
    },
}

/// The sending end.
#[derive(Clone)]
pub(crate) struct Queue {
    pub(crate) jobs: SyncSender<Job>,
    /// Tells whoever moves the writer by hand that there is something to do.
    #[cfg(feature = "by-hand")]
    pub(crate) nudge: Arc<tokio::sync::Notify>,
}

impl Queue {
    pub(crate) fn new(jobs: SyncSender<Job>) -> Self {
        Self {
            jobs,
            #[cfg(feature = "by-hand")]
            nudge: Arc::default(),
        }
    }

    /// Hands a command to the writer. The answer comes when it is durable.
    pub(crate) fn submit(
        &self,
        caller: Caller,
        command: Command,
        outside: Vec<Reason>,
    ) -> oneshot::Receiver<Result<Outcome, Refusal>> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Command {
            caller,
            command: Box::new(command),
            outside,
            reply,
        };
        if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) =
            self.jobs.try_send(job)
            && let Job::Command { reply, .. } = job
        {
            // The asker may have gone; then nobody needs the answer.
            let _gone = reply.send(Err(unavailable()));
        }
        #[cfg(feature = "by-hand")]
        self.nudge.notify_one();
        answer
    }
}

/// "The ledger cannot be written."
pub(crate) fn unavailable() -> Refusal {
    Refusal {
        reasons: vec![Reason::LedgerUnavailable],
    }
}

/// A refusal that is being counted.
struct Counted {
    caller: Caller,
    command: String,
    reasons: Vec<Reason>,
    visit: Option<VisitId>,
    times: u32,
    since: Instant,
}

/// The writer's own state. It owns the pending state; `Inner::site` holds the durable one.
pub(crate) struct Writer {
    inner: Arc<Inner>,
    pending: Site,
    refused: BTreeMap<String, Counted>,
}

/// The answers of a batch, kept until it is durable.
type Answers = Vec<(
    oneshot::Sender<Result<Outcome, Refusal>>,
    Result<Outcome, Refusal>,
)>;

impl Writer {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        let pending = inner.site().clone();
        Self {
            inner,
            pending,
            refused: BTreeMap::new(),
        }
    }

    /// Runs until told to stop.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let first = match jobs.recv_timeout(Duration::from_secs(1)) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if let Some(stopped) = self.work(batch(first, jobs)) {
                // Nobody waits for the stop any more: then it is only done.
                let _gone = stopped.send(());
                return;
            }
        }
    }

    /// What waits, as one batch, on the thread that asks.
    #[cfg(feature = "by-hand")]
    pub(crate) fn work_off(&mut self, jobs: &Receiver<Job>) {
        if let Some(stopped) = self.work(batch(None, jobs)) {
            let _gone = stopped.send(());
        }
    }

    /// One batch: decide, append, publish, answer. Returns where to report a stop, if one was asked.
    fn work(&mut self, batch: Vec<Job>) -> Option<oneshot::Sender<()>> {
        let now = self.inner.clock.now();
        let mut entries = Vec::new();
        let mut answers: Answers = Vec::new();
        let mut stop = None;
        for job in batch {
            match job {
                Job::Command {
                    caller,
                    command,
                    outside,
                    reply,
                } => {
                    let answer = self.decide(caller, *command, outside, now, &mut entries);
                    answers.push((reply, answer));
                }
                Job::Stop { reply } => stop = Some(reply),
            }
        }
        self.enter_counted_refusals(now, stop.is_some(), &mut entries);
        let durable = entries.is_empty() || self.append(&entries);
        if !entries.is_empty() {
            self.publish(now);
        }
        if !durable {
            self.rebuild(&[]);
        }
        for (reply, answer) in answers {
            let answer = if durable { answer } else { Err(unavailable()) };
            let _gone = reply.send(answer);
        }
        stop
    }

    fn decide(
        &mut self,
        caller: Caller,
        command: Command,
        outside: Vec<Reason>,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) -> Result<Outcome, Refusal> {
        let name = command.name();
        let visit = command.visit(&self.pending);
        let decoy = command.reaches_for();
        let decoy = decoy.filter(|target| self.pending.is_decoy_target(target));
        let decoy = decoy.cloned().map(Decoy::Target);
        let decision = access::decide(&self.pending, &caller, command, now);
        let refusal = match decision {
            Ok(decided) if outside.is_empty() => {
                let before = entries.len();
                for entry in self.pending.enter(&caller, decided.events, now) {
                    if let Err(cause) = self.pending.apply(&entry) {
                        // Decide and apply disagree: a defect. Nothing of this command may stand.
                        tracing::error!(%cause, command = name, "an event could not be applied");
                        entries.truncate(before);
                        self.rebuild(entries);
                        return Err(unavailable());
                    }
                    entries.push(entry);
                }
                return Ok(decided.outcome);
            }
            Ok(_) => Refusal { reasons: outside },
            Err(mut refusal) => {
                for reason in outside {
                    if !refusal.reasons.contains(&reason) {
                        refusal.reasons.push(reason);
                    }
                }
                refusal
            }
        };
        if self.count_refusal(&caller, name, &refusal, visit, now, entries)
            && let Some(decoy) = decoy
        {
            self.enter_touch(decoy, &caller, now, entries);
        }
        Err(refusal)
    }

    /// The pending state anew: what is durable, and the entries that are about to be.
    fn rebuild(&mut self, entries: &[Entry]) {
        self.pending = self.inner.site().clone();
        for entry in entries {
            if let Err(cause) = self.pending.apply(entry) {
                tracing::error!(%cause, "an entry of this batch could not be applied again");
            }
        }
    }

    /// Whoever is refused at a decoy has reached for it.
    fn enter_touch(
        &mut self,
        decoy: Decoy,
        caller: &Caller,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) {
        let person = match &caller.who {
            Who::Person(person) => Some(person.clone()),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        };
        let note = GatewayNote::DecoyTouched {
            decoy,
            person,
            device: caller.device.clone(),
            source: caller.source,
        };
        let gateway = crate::gateway_caller();
        let _entered = self.decide(gateway, Command::Note(note), Vec::new(), now, entries);
    }

    /// A refusal of somebody known is an entry: the first at once, repetitions as a count. Whether this was the first.
    fn count_refusal(
        &mut self,
        caller: &Caller,
        command: &str,
        refusal: &Refusal,
        visit: Option<VisitId>,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) -> bool {
        if matches!(caller.who, Who::Gateway) {
            return false;
        }
        let key = format!("{caller:?}/{command}/{visit:?}/{:?}", refusal.reasons);
        if let Some(counted) = self.refused.get_mut(&key) {
            counted.times = counted.times.saturating_add(1);
            return false;
        }
        let counted = Counted {
            caller: caller.clone(),
            command: command.to_owned(),
            reasons: refusal.reasons.clone(),
            visit,
            times: 0,
            since: self.inner.clock.monotonic(),
        };
        self.enter_refusal(&counted, 1, now, entries);
        if self.refused.len() < COALESCED {
            self.refused.insert(key, counted);
        }
        true
    }

    fn enter_counted_refusals(&mut self, now: Timestamp, all: bool, entries: &mut Vec<Entry>) {
        let monotonic = self.inner.clock.monotonic();
        let over = |since: Instant| monotonic.saturating_duration_since(since) >= COALESCE;
        let due: Vec<String> = self
            .refused
            .iter()
            .filter(|(_, counted)| all || over(counted.since))
            .map(|(key, _)| key.clone())
            .collect();
        for key in due {
            if let Some(counted) = self.refused.remove(&key)
                && counted.times > 0
            {
                self.enter_refusal(&counted, counted.times, now, entries);
            }
        }
    }

    fn enter_refusal(
        &mut self,
        counted: &Counted,
        times: u32,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) {
        let note = GatewayNote::Refused {
            caller: counted.caller.clone(),
            command: counted.command.clone(),
            reasons: counted.reasons.clone(),
            times,
            visit: counted.visit.clone(),
        };
        let gateway = crate::gateway_caller();
        // The gateway's own notes are always allowed.
        let _entered = self.decide(gateway, Command::Note(note), Vec::new(), now, entries);
    }

    /// Makes the batch durable. On failure rebuilds the pending state and takes the consequences:
    /// what cannot be written is not admitted, and what is open ends (invariants 6 and 12).
    fn append(&mut self, entries: &[Entry]) -> bool {
        let bytes: Result<Vec<Vec<u8>>, _> =
            entries.iter().map(ledger::canonical::to_vec).collect();
        let appended = bytes
            .map_err(|cause| cause.to_string())
            .and_then(|bytes| self.inner.append(&bytes).map_err(|cause| cause.to_string()));
        match appended {
            Ok(()) => {
                self.inner.ledger_is_well(true);
                true
            }
            Err(cause) => {
                tracing::error!(cause, "the ledger cannot be written; sessions end");
                self.inner.ledger_is_well(false);
                false
            }
        }
    }

    fn publish(&mut self, now: Timestamp) {
        self.inner.catch_up();
        self.inner.state_changed(now);
    }
}

/// Everything that waits now, up to a batch.
fn batch(first: Option<Job>, jobs: &Receiver<Job>) -> Vec<Job> {
    let mut batch = Vec::from_iter(first);
    while batch.len() < BATCH
        && let Ok(job) = jobs.try_recv()
    {
        batch.push(job);
    }
    batch
}
