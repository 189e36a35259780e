//! The use cases of a site, one file each, over the one writer of its ledger.
//!
//! State is a fold of the ledger (architecture §2): a command is decided by `access` on the pending
//! state, its events are appended in one durable transaction, and only then is anybody answered.
//! Taking access away is the exception in one direction only: it acts in memory first.

mod alerting;
mod attend;
mod backup;
mod behind;
mod by_hand;
mod cancel;
mod certificates;
mod channels;
mod chronology;
mod clock;
mod clocks;
mod close_session;
mod connect;
mod decoys;
mod drafts;
mod emergency;
mod erase_person;
mod evidence;
mod files;
mod foreign_logs;
mod found_site;
mod freeze;
mod handovers;
mod held;
mod host_key_words;
mod inspect;
mod invite;
mod isolate;
mod join;
mod kit;
mod live;
mod live_session;
mod log_out;
mod notify;
mod open_session;
mod open_site;
mod own_sign_ins;
mod passkeys;
mod personal;
mod pin_target;
mod purses;
mod recordings;
mod relays;
mod restored;
mod seal_recordings;
mod search;
mod secrets;
mod server_key;
mod sign_in;
mod snapshot;
mod sources;
mod stage;
mod status;
mod story;
mod tasks;
mod tell_engineer;
mod viewed;
mod watch;
mod witness;
mod writer;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};

use access::{Caller, Command, Outcome, Reason, Refusal, Site};
use ids::{SiteId, Timestamp};
use ledger::Signer;
use store::{AppendError, Journal, Store};

pub use alerting::{answer_to, of_a_rule, usual_answer};
pub use attend::Attendance;
pub use backup::{
    BackUpWanted, BackedUp, BackupError, Checked, RestoreWanted, Restored, back_up_site,
    check_backup, may_restore, restore_site, site_key,
};
#[cfg(feature = "by-hand")]
pub use by_hand::Hand;
pub use certificates::{CertificateWay, ShownCertificate, WebKey, WebKeyNotKept};
pub use chronology::{Chronology, ChronologyRow, Proved};
pub use clock::Clock;
pub use clocks::Asked;
pub use connect::SignInNeeded;
pub use drafts::{
    Claim, Draft, DraftFile, DraftFileSaved, DraftOf, DraftWritten, DraftsUnavailable,
    SaveDraftError,
};
pub use emergency::EnvelopeCodes;
pub use evidence::Exported;
pub use files::{FileChecks, FileRules, FileSeen, Judged, TargetRules};
pub use found_site::{FoundSiteError, Founded, NewSite, found_site};
pub use freeze::Notice;
pub use host_key_words::{HostKeyShown, host_key_shown};
pub use inspect::Week;
pub use invite::Invited;
pub use isolate::Isolated;
pub use join::{BegunInBrowser, JoinError, Joining, NotConfirmed, ShownSecret, said};
pub use kit::{KitError, accept_restored, lift_text};
pub use live::Live;
pub use live_session::LiveSession;
pub use log_out::LogOut;
pub use notify::{MailForm, SetNoticeError, WebhookForm, is_mail_address};
pub use open_session::OpenedSession;
pub use open_site::{OpenSiteError, SiteConfig};
pub use own_sign_ins::OwnSignIn;
pub use passkeys::{
    AddedPasskey, Fresh, NotTouched, OwnDevice, OwnPasskey, PasskeyError, RootNotTrusted,
    SignInBegun, Touched, adding_a_passkey,
};
pub use pin_target::{Address, TargetForm};
pub use purses::FileBudget;
pub use recordings::{RecordingReport, RecordingSummary, Viewing};
pub use relays::Outside;
pub use search::{Findings, FoundCommand};
pub use secrets::{
    Account, AccountManager, AccountToMake, AccountToRemove, Authority, EnvelopeProof, NewSecret,
    RotatedAccount, RotationId, RotationJob, SecretMissing, SecretSet, SecretsShown,
    SetSecretError, TargetSecret,
};
pub use server_key::{OldLook, ServerAsked, ServerShown};
pub use sign_in::{SignInFailed, SignedIn};
pub use sources::Admitted;
pub use stage::Shown;
pub use status::{Finding, Health, Status};
pub use story::{
    FiledReport, GivenCommand, Onward, PassedFile, Reach, ReachAsked, ReachOf, ReachedSession,
    RefusedAsk, SeenPatient, SessionContent, SessionStory, StoryLeftOut, Stretch, VisitStory,
};
pub use syslog::Style as LogStyle;
pub use tasks::{Step, Task, Urgency};
pub use viewed::Looked;
pub use witness::{CosignError, Observed};

/// The handle through which everybody asks. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// The durable state, and how much of the ledger it is the fold of.
struct Durable {
    site: Site,
    size: u64,
    index: open_site::Index,
}

/// What all use cases share.
pub(crate) struct Inner {
    id: SiteId,
    config: SiteConfig,
    clock: Clock,
    durable: RwLock<Durable>,
    store: Arc<Store>,
    journal: Journal,
    keys: vault::keystore::KeyStore,
    ca: tunnel::SiteCa,
    signer: Signer,
    live: Live,
    queue: writer::Queue,
    steps: by_hand::Steps,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
    told: std::sync::OnceLock<Box<dyn Fn(Admitted) + Send + Sync>>,
    ledger_well: AtomicBool,
    behind: behind::Behind,
    closing: AtomicBool,
    stopping: AtomicBool,
    strangers: sources::Strangers,
    alerting: alerting::Alerting,
    inspecting: Mutex<()>,
    log_out: log_out::Behind,
    foreign_logs: foreign_logs::Hearing,
    tokens: login::Tokens,
    turns: sign_in::Turns,
    ceremonies: passkeys::Ceremonies,
    joining: tokio::sync::Mutex<()>,
    joins: join::Joins,
    lifting: tokio::sync::Mutex<()>,
    purses: purses::Purses,
    handovers: handovers::Handovers,
    files: files::Files,
    restored: restored::Unconfirmed,
    secrets: secrets::Secrets,
    outbox: notify::Outbox,
    relays: relays::Relays,
    certificates: certificates::Certificates,
    ended: Mutex<std::collections::VecDeque<(ids::SessionId, access::EndReason)>>,
    unsettled: Mutex<Vec<watch::Unsettled>>,
    stories: tokio::sync::Semaphore,
    views: viewed::Views,
    searched: search::Searched,
    old_looks: std::sync::OnceLock<tokio::sync::mpsc::Sender<OldLook>>,
}

/// No new session above this part of the disk (architecture §2).
pub(crate) const FULL: f64 = 0.9;

/// The gateway itself as the asker.
pub(crate) fn gateway_caller() -> Caller {
    login::Identity::gateway().caller().clone()
}

impl Engine {
    /// The site.
    pub fn id(&self) -> &SiteId {
        &self.inner.id
    }

    /// The present moment on the site's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The durable state. Not to be held over a wait.
    pub fn site(&self) -> impl std::ops::Deref<Target = Site> + '_ {
        self.inner.site()
    }

    /// The sessions that are open now.
    pub fn live(&self) -> &Live {
        &self.inner.live
    }

    /// Decides a command and enters what it gives. Returns when it is durable.
    ///
    /// # Errors
    /// Every reason why not; `LedgerUnavailable` if it could not be entered.
    pub async fn submit(&self, by: &login::Identity, command: Command) -> Result<Outcome, Refusal> {
        if matches!(command, Command::ConfirmClock) {
            return self.confirm_clock(by).await;
        }
        self.submit_with(by.caller().clone(), command, Vec::new())
            .await
    }

    pub(crate) async fn submit_with(
        &self,
        caller: Caller,
        command: Command,
        outside: Vec<Reason>,
    ) -> Result<Outcome, Refusal> {
        let answer = self.inner.queue.submit(caller, command, outside);
        answer.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    /// The gateway's own entries.
    pub(crate) async fn note(&self, note: access::GatewayNote) -> Result<Outcome, Refusal> {
        self.submit_with(gateway_caller(), Command::Note(note), Vec::new())
            .await
    }

    /// The site's CA.
    pub fn ca(&self) -> &tunnel::SiteCa {
        &self.inner.ca
    }

    /// Stops in order: ends the sessions, enters what is counted, closes the recordings, marks the
    /// stop as clean. Blocks; call it from outside the runtime.
    pub fn stop(&self) {
        self.inner.stop();
    }
}

impl Inner {
    pub(crate) fn site(&self) -> SiteGuard<'_> {
        SiteGuard(held::read(&self.durable))
    }

    fn durable_mut(&self) -> RwLockWriteGuard<'_, Durable> {
        self.durable.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a batch to the ledger, expecting it to be as long as what we have folded.
    pub(crate) fn append(&self, entries: &[Vec<u8>]) -> Result<(), AppendError> {
        let expected = held::read(&self.durable).size;
        let sign = |checkpoint: &ledger::Checkpoint| {
            ledger::checkpoint::sign(checkpoint, &self.signer)
                .map(|note| note.to_string())
                .unwrap_or_default()
        };
        self.store.append(expected, entries, sign).map(|_| ())
    }

    /// Enters a command of the gateway's and waits until that is durable. For the engine's own threads.
    pub(crate) fn enter_and_wait(&self, command: Command) -> Result<Outcome, Refusal> {
        let answer = self.queue.submit(gateway_caller(), command, Vec::new());
        self.answered(answer)
            .unwrap_or_else(|| Err(writer::unavailable()))
    }

    /// What the writer answers; `None` if it has stopped.
    pub(crate) fn answered<T>(&self, mut answer: tokio::sync::oneshot::Receiver<T>) -> Option<T> {
        if self.steps.write() {
            return answer.try_recv().ok();
        }
        answer.blocking_recv().ok()
    }

    /// Folds what the ledger has and the state has not: after an append, and after one that failed
    /// and was kept all the same.
    pub(crate) fn catch_up(&self) {
        if let Err(cause) = open_site::fold(&self.store, &mut self.durable_mut()) {
            tracing::error!(%cause, "a durable entry could not be folded");
        }
    }

    /// Remembers whether the ledger takes entries; if it does not, what is open ends.
    pub(crate) fn ledger_is_well(&self, well: bool) {
        let was = self.ledger_well.swap(well, Ordering::SeqCst);
        if !well {
            self.live.end_all(&access::EndReason::LedgerUnavailable);
        } else if !was {
            tracing::info!("the ledger takes entries again");
        }
    }

    /// After new entries, before anybody is answered: who may knock is told to the listener, and who
    /// may stay is asked anew.
    pub(crate) fn state_changed(&self, now: Timestamp) {
        let site = self.site();
        if let Some(tell) = self.told.get() {
            tell(Admitted::of(&site, now));
        }
        self.relays.tell(&site);
        if site.isolated() {
            self.live.isolate();
        } else if self.store.markers().isolated().is_none() {
            self.live.lift();
        }
        self.live.recheck(&site, now, self.clock.monotonic());
    }

    /// Seals a secret in the vault, bound to this site and reference.
    pub(crate) fn seal(&self, reference: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let name = reference.parse().ok()?;
        vault::seal(&self.keys.keys().vault, &self.id, &name, plain).ok()
    }

    /// Opens what was sealed under this reference.
    pub(crate) fn open_sealed(
        &self,
        reference: &str,
        sealed: &[u8],
    ) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let name = reference.parse().ok()?;
        vault::open(&self.keys.keys().vault, &self.id, &name, sealed)
            .inspect_err(|cause| tracing::error!(%cause, "a secret does not open"))
            .ok()
    }

    /// Reasons against admitting anybody that the domain cannot know.
    pub(crate) fn reasons_outside(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if !self.ledger_well.load(Ordering::SeqCst) || self.behind.broken().is_some() {
            reasons.push(Reason::LedgerUnavailable);
        }
        if !self.recorder_is_well() {
            reasons.push(Reason::RecorderUnavailable);
        }
        if self.live.is_isolated() || self.closing.load(Ordering::SeqCst) {
            reasons.push(Reason::SiteIsolated);
        }
        if self.doubt(&self.site()).is_some() {
            reasons.push(Reason::ClockInDoubt);
        }
        if self.restored.waits() {
            reasons.push(Reason::RestoredUnconfirmed);
        }
        reasons
    }

    fn recorder_is_well(&self) -> bool {
        matches!(self.journal.health(), store::Health::Well)
            && self.journal.has_reserve()
            && self.journal.space().is_ok_and(|used| used <= FULL)
    }
}

/// The durable state, held for reading.
pub(crate) struct SiteGuard<'a>(held::Held<'a, Durable>);

impl std::ops::Deref for SiteGuard<'_> {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.0.site
    }
}
