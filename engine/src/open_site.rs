//! Opening a site: unlock, verify everything, fold, settle what an unclean stop left, begin to work.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock, mpsc};

use access::{Command, EndReason, Entry, Event, GatewayNote};
use ids::{Digest, SessionId, SiteId, VisitId};
use ledger::Signer;
use login::Tokens;
use recording::Ending;
use store::{Journal, SegmentSealed, Store};
use tunnel::SiteCa;
use vault::{KeyStore, Unlock};

use crate::secrets::Secrets;
use crate::writer::{QUEUE, Queue, Writer};
use crate::{Clock, Durable, Engine, Inner, Live, handovers, seal_recordings, watch};

/// Where the CA's certificate stands in the key store, beside its key.
pub(crate) const CA_CERTIFICATE: &str = "ca-certificate";

/// Where the recovery kit's public signing key stands there, so that the kit can be tested before a
/// restored ledger is opened.
pub(crate) const KIT_PUBLIC: &str = "kit-public";

/// How a site is reached and where it lies. Resolved: nothing here means "default".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteConfig {
    /// Which site.
    pub site: SiteId,
    /// Its directory.
    pub dir: PathBuf,
    /// Where the gateway listens; never dialled as a target.
    pub listen: SocketAddr,
    /// The engineers' name (SNI).
    pub engineers_name: String,
    /// The console's name (SNI).
    pub console_name: String,
    /// Where engineers reach it: `host:port`, for invitations.
    pub engineers_address: String,
    /// Where the hospital's people reach it: `host:port`, for invitations.
    pub console_address: String,
}

impl SiteConfig {
    /// The console as a browser's address line has it: its name, with the port where it is not 443.
    pub(crate) fn console_authority(&self) -> String {
        match self.console_address.rsplit_once(':') {
            None | Some((_, "443")) => self.console_name.clone(),
            Some((_, port)) => format!("{}:{port}", self.console_name),
        }
    }
}

/// Why a site does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenSiteError {
    /// The keys.
    #[error(transparent)]
    Keys(#[from] vault::KeyStoreError),
    /// A key is not one.
    #[error("the site's keys are damaged: {0}; restore keys.sealed from a backup")]
    BadKey(String),
    /// The ledger or a local table. The gateway does not start on what it cannot verify
    /// (invariant 12).
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] store::OpenJournalError),
    /// An entry that this release does not understand, or that contradicts the ones before it.
    #[error("entry {index}: {cause}")]
    Entry {
        /// Its number, from 0.
        index: u64,
        /// What is wrong, and what to do.
        cause: String,
    },
    /// A thread could not be started.
    #[error("a thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
    /// The first entries of this start could not be made.
    #[error("the ledger cannot be written: {0}")]
    Ledger(String),
}

impl OpenSiteError {
    /// Whether the ledger is not what was written: not a fault of this machine, nor of how it was
    /// asked, but something to be looked into.
    pub fn does_not_verify(&self) -> bool {
        use store::OpenError;
        match self {
            Self::Entry { .. } => true,
            Self::Store(cause) => matches!(
                cause,
                OpenError::EntryUnreadable { .. }
                    | OpenError::EntryMissing { .. }
                    | OpenError::EntryAltered { .. }
                    | OpenError::EntryNotCanonical { .. }
                    | OpenError::NoCheckpoint { .. }
                    | OpenError::CheckpointNotSigned { .. }
                    | OpenError::EntriesBeyondCheckpoint { .. }
                    | OpenError::EntriesLost { .. }
                    | OpenError::RootDiffers { .. }
                    | OpenError::RolledBack { .. }
                    | OpenError::Replaced { .. }
            ),
            Self::Keys(_)
            | Self::BadKey(_)
            | Self::Journal(_)
            | Self::Thread(_)
            | Self::Ledger(_) => false,
        }
    }
}

/// Where in the ledger things stand, beside the state: derived, never an authority.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// The entries of each visit.
    pub(crate) parts: BTreeMap<VisitId, Vec<Part>>,
    /// The entries that seal recordings, with the blob of their leaves.
    pub(crate) seals: Vec<(u64, Digest)>,
    /// The segments of each session.
    pub(crate) segments: BTreeMap<SessionId, Vec<SegmentSealed>>,
    /// The recovery kit's statements.
    pub(crate) resumptions: Vec<String>,
    /// The verifier keys of every relay that ever was one: what it cosigned stays cosigned.
    pub(crate) relay_keys: Vec<String>,
    /// The persons who are erased.
    pub(crate) erased: Vec<ids::PersonId>,
}

/// One entry of a visit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Its number in the ledger.
    pub(crate) index: u64,
    /// Whether it only tells that somebody looked.
    pub(crate) looked: bool,
}

impl Index {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the index is of a handful of events; a new one does not concern it by itself"
    )]
    pub(crate) fn learn(&mut self, number: u64, entry: &Entry) {
        if let Some(part) = &entry.part {
            let looked = matches!(
                entry.event,
                Event::ReceiptIssued { .. } | Event::RecordingViewed { .. } | Event::Viewed { .. }
            );
            self.parts
                .entry(part.visit.clone())
                .or_default()
                .push(Part {
                    index: number,
                    looked,
                });
        }
        match &entry.event {
            Event::RecordingsSealed { leaves, .. } => self.seals.push((number, *leaves)),
            Event::SegmentSealed {
                session,
                number,
                sha256,
                frames,
                head,
                last,
                ..
            } => self
                .segments
                .entry(session.clone())
                .or_default()
                .push(SegmentSealed {
                    session: session.clone(),
                    number: *number,
                    sha256: *sha256,
                    bytes: 0,
                    first: 0,
                    frames: *frames,
                    head: *head,
                    ending: if *last { Ending::Ended } else { Ending::Open },
                }),
            Event::LedgerResumed { statement } => self.resumptions.push(statement.clone()),
            Event::RelayRegistered { relay } => self.relay_keys.push(relay.witness.clone()),
            Event::PersonErased { person } => self.erased.push(person.clone()),
            _ => {}
        }
    }
}

/// Folds what the ledger has beyond what is folded.
pub(crate) fn fold(store: &Store, durable: &mut Durable) -> Result<(), OpenSiteError> {
    let mut failed = None;
    let from = durable.size;
    if from == store.size() {
        return Ok(());
    }
    let read = store.read_from(
        from,
        &mut |index, bytes| match apply(durable, index, bytes) {
            Ok(()) => ControlFlow::Continue(()),
            Err(cause) => {
                failed = Some(OpenSiteError::Entry { index, cause });
                ControlFlow::Break(())
            }
        },
    );
    match (failed, read) {
        (Some(failed), _) => Err(failed),
        (None, Err(cause)) => Err(OpenSiteError::Entry {
            index: durable.size,
            cause: cause.to_string(),
        }),
        (None, Ok(_)) => Ok(()),
    }
}

fn apply(durable: &mut Durable, index: u64, bytes: &[u8]) -> Result<(), String> {
    // Their bytes are those of the tree's leaf, and canonical: the store has seen to both.
    let entry = Entry::from_slice(bytes).map_err(|cause| cause.to_string())?;
    durable
        .site
        .apply(&entry)
        .map_err(|cause| cause.to_string())?;
    durable.index.learn(index, &entry);
    durable.size = index + 1;
    Ok(())
}

impl Engine {
    /// Opens a site and begins to work: from here on the ledger has one writer, and it is this.
    ///
    /// # Errors
    /// Everything that is wrong is named with its place; nothing has been changed then.
    pub fn open(config: SiteConfig, unlock: &Unlock, clock: Clock) -> Result<Self, OpenSiteError> {
        let opening = Opening::of(config, unlock, clock, store::Limits::default())?;
        opening.begin_to_work()
    }
}

/// A site that is read and does not work yet.
pub(crate) struct Opening {
    pub(crate) engine: Engine,
    pub(crate) jobs: mpsc::Receiver<crate::writer::Job>,
    /// Whether the last stop was in order.
    pub(crate) clean: bool,
    pub(crate) recovered: store::Recovered,
}

impl Opening {
    pub(crate) fn of(
        config: SiteConfig,
        unlock: &Unlock,
        clock: Clock,
        limits: store::Limits,
    ) -> Result<Self, OpenSiteError> {
        let keys = KeyStore::open(
            &config.dir.join(vault::keystore::FILE_NAME),
            &config.site,
            unlock,
        )?;
        let signer = site_signer(&config.site, &keys)?;
        let ca = site_ca(&keys)?;
        let (store, mut durable) = crate::snapshot::open(&config, signer.verifier())?;
        let store = Arc::new(store);
        let behind = crate::behind::Behind::after(durable.size);
        fold(&store, &mut durable)?;
        let (journal, recovered) = open_journal(&config, &keys, limits)?;
        let clean = !store.was_unclean();
        let files = crate::files::Files::open(&config.dir)?;
        let secrets = Secrets::open(&config.site, &keys, &store, &config.dir)?;
        let (sender, jobs) = mpsc::sync_channel(QUEUE);
        let restored = crate::restored::Unconfirmed::of(&store.markers());
        let inner = Arc::new(Inner {
            id: config.site.clone(),
            tokens: Tokens::new(keys.keys().tokens.as_bytes()),
            config,
            clock,
            durable: RwLock::new(durable),
            store,
            journal,
            keys,
            ca,
            signer,
            live: Live::default(),
            queue: Queue::new(sender),
            steps: crate::by_hand::Steps::default(),
            threads: Mutex::default(),
            told: std::sync::OnceLock::new(),
            ledger_well: AtomicBool::new(true),
            behind,
            closing: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            strangers: crate::sources::Strangers::default(),
            alerting: crate::alerting::Alerting::default(),
            inspecting: Mutex::default(),
            log_out: crate::log_out::Behind::default(),
            foreign_logs: crate::foreign_logs::Hearing::default(),
            turns: crate::sign_in::Turns::default(),
            ceremonies: crate::passkeys::Ceremonies::default(),
            joining: tokio::sync::Mutex::new(()),
            joins: crate::join::Joins::default(),
            lifting: tokio::sync::Mutex::new(()),
            purses: crate::purses::Purses::default(),
            handovers: handovers::Handovers::default(),
            files,
            restored,
            secrets,
            outbox: crate::notify::Outbox::default(),
            relays: crate::relays::Relays::default(),
            certificates: crate::certificates::Certificates::default(),
            ended: Mutex::default(),
            unsettled: Mutex::default(),
            stories: tokio::sync::Semaphore::new(crate::story::AT_ONCE),
            views: crate::viewed::Views::default(),
            searched: crate::search::Searched::default(),
            old_looks: std::sync::OnceLock::new(),
        });
        if inner.store.markers().isolated().is_some() || inner.site().isolated() {
            inner.live.isolate();
        }
        let engine = Engine { inner };
        Ok(Self {
            engine,
            jobs,
            clean,
            recovered,
        })
    }

    fn begin_to_work(self) -> Result<Engine, OpenSiteError> {
        let (engine, jobs) = (self.engine, self.jobs);
        let writer = Writer::new(Arc::clone(&engine.inner));
        engine.spawn("writer", move |_| writer.run(&jobs))?;
        engine.enter_what_was_left(self.clean, &self.recovered)?;
        engine.spawn("watch", |inner| watch::run(&inner))?;
        engine.spawn("unsettled", |inner| watch::enter(&inner))?;
        engine.spawn("seals", |inner| seal_recordings::run(&inner))?;
        engine.spawn("handovers", |inner| handovers::run(&inner))?;
        engine.spawn("alerting", |inner| crate::alerting::run(&inner))?;
        engine.spawn("notify", |inner| crate::notify::run(&inner))?;
        engine.spawn("secrets", |inner| crate::secrets::checking::run(&inner))?;
        engine.spawn("behind", |inner| crate::behind::run(&inner))?;
        Ok(engine)
    }
}

impl Engine {
    /// The first entries of a start: that it is one, and the ends of what the last stop cut.
    pub(crate) fn enter_what_was_left(
        &self,
        clean: bool,
        recovered: &store::Recovered,
    ) -> Result<(), OpenSiteError> {
        self.enter_the_start(clean)?;
        for damage in &recovered.damage {
            tracing::error!(?damage, "a stretch of the journal could not be read");
        }
        self.close_what_was_open();
        // Before anybody else is heard: what ended a session that was cut is the cut, and nothing later.
        watch::try_again(&self.inner);
        self.erase_what_was_to_be_erased();
        Ok(())
    }

    fn spawn(
        &self,
        name: &str,
        work: impl FnOnce(Arc<Inner>) + Send + 'static,
    ) -> Result<(), OpenSiteError> {
        let inner = Arc::clone(&self.inner);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(inner))?;
        self.inner.threads().push(thread);
        Ok(())
    }

    fn enter_the_start(&self, clean: bool) -> Result<(), OpenSiteError> {
        let note = GatewayNote::Started {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            clean,
        };
        let entered = self.inner.enter_and_wait(Command::Note(note));
        entered
            .map(drop)
            .map_err(|refusal| OpenSiteError::Ledger(refusal.to_string()))
    }

    /// Sessions that the ledger still has as open were cut by the stop: say so.
    fn close_what_was_open(&self) {
        for session in self.inner.open_in_the_ledger() {
            self.inner.enter_interrupted(session);
        }
    }

    /// An erasure whose entry was made and whose side table was not written yet; and the factors of
    /// somebody whose joining was cut off before its entry.
    fn erase_what_was_to_be_erased(&self) {
        let mut erased = self.inner.index().erased.clone();
        let named = self.inner.store.people_with_login().unwrap_or_default();
        erased.extend(
            named
                .into_iter()
                .filter(|person| self.inner.site().person(person).is_none()),
        );
        for person in erased {
            if let Err(cause) = self.inner.store.erase_person(&person) {
                tracing::error!(%cause, "a person's values could not be erased");
            }
        }
    }
}

impl Inner {
    pub(crate) fn threads(&self) -> std::sync::MutexGuard<'_, Vec<std::thread::JoinHandle<()>>> {
        self.threads
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Stops in order. Sessions end first; then everything they left is entered and sealed.
    pub(crate) fn stop(&self) {
        // Nothing is admitted from here on; what was being admitted is ended as it appears.
        self.closing.store(true, Ordering::SeqCst);
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(5);
        while self.live.end_all(&EndReason::GatewayStopped) > 0
            && std::time::Instant::now() < patience
        {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if self.stopping.swap(true, Ordering::SeqCst) {
            return;
        }
        let (writer, others): (Vec<_>, Vec<_>) = {
            let threads = std::mem::take(&mut *self.threads());
            threads
                .into_iter()
                .partition(|thread| thread.thread().name() == Some("writer"))
        };
        join(others);
        watch::try_again(self);
        self.settle_recordings();
        let note = Command::Note(GatewayNote::Stopped);
        // If it cannot be entered, the next start says that the stop was not in order.
        let _entered = self.enter_and_wait(note);
        let (reply, done) = tokio::sync::oneshot::channel();
        if self
            .queue
            .jobs
            .send(crate::writer::Job::Stop { reply })
            .is_ok()
        {
            let _written = self.answered(done);
        }
        join(writer);
        self.keep_snapshot();
        if let Err(cause) = self.store.close() {
            tracing::error!(%cause, "the store was not closed in order");
        }
    }

    pub(crate) fn index(&self) -> IndexGuard<'_> {
        IndexGuard(crate::held::read(&self.durable))
    }

    pub(crate) fn visit_parts(&self, visit: &VisitId) -> Vec<Part> {
        self.index().parts.get(visit).cloned().unwrap_or_default()
    }

    /// The recovery kit's statements that ledgers were resumed, oldest first.
    pub(crate) fn statements(&self) -> Vec<ledger::resume::Resume> {
        let Some(kit) = self.kit_verifier() else {
            return Vec::new();
        };
        let statements = self.index().resumptions.clone();
        statements
            .iter()
            .filter_map(|text| ledger::note::SignedNote::decode(text.as_bytes()).ok())
            .filter_map(|note| ledger::resume::open(&note, &kit).ok())
            .collect()
    }

    pub(crate) fn kit_verifier(&self) -> Option<ledger::Verifier> {
        self.site().founding()?.kit_vkey.parse().ok()
    }
}

fn join(threads: Vec<std::thread::JoinHandle<()>>) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a thread of the engine panicked");
        }
    }
}

/// The index, held for reading.
pub(crate) struct IndexGuard<'a>(crate::held::Held<'a, Durable>);

impl std::ops::Deref for IndexGuard<'_> {
    type Target = Index;

    fn deref(&self) -> &Index {
        &self.0.index
    }
}

pub(crate) fn site_signer(site: &SiteId, keys: &KeyStore) -> Result<Signer, OpenSiteError> {
    Signer::ed25519(
        &ledger::checkpoint::origin(site),
        keys.keys().site.as_bytes(),
    )
    .map_err(|cause| OpenSiteError::BadKey(cause.to_string()))
}

fn site_ca(keys: &KeyStore) -> Result<SiteCa, OpenSiteError> {
    let certificate = keys
        .other(CA_CERTIFICATE)
        .ok_or_else(|| OpenSiteError::BadKey("the CA's certificate is missing".to_owned()))?;
    SiteCa::from_der(certificate, keys.keys().ca.as_pkcs8())
        .map_err(|cause| OpenSiteError::BadKey(cause.to_string()))
}

fn open_journal(
    config: &SiteConfig,
    keys: &KeyStore,
    limits: store::Limits,
) -> Result<(Journal, store::Recovered), OpenSiteError> {
    let private = keys.keys().recording.clone();
    let unwrap = move |session: &SessionId, wrapped: &[String]| {
        let key = vault::unwrap(&private, session, wrapped).ok()?;
        Some(*key.as_bytes())
    };
    Ok(Journal::open(
        &config.dir,
        &config.site,
        limits,
        Box::new(unwrap),
    )?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::SiteConfig;

    #[test]
    fn a_link_to_the_console_names_its_port_where_it_is_not_443() {
        let at = |console_address: &str| SiteConfig {
            site: "handa".parse().unwrap(),
            dir: "site".into(),
            listen: "192.0.2.1:443".parse().unwrap(),
            engineers_name: "in.handa.example".to_owned(),
            console_name: "console.handa.example".to_owned(),
            engineers_address: "in.handa.example:443".to_owned(),
            console_address: console_address.to_owned(),
        };
        let usual = at("192.0.2.1:443").console_authority();
        assert_eq!(usual, "console.handa.example");
        let other = at("192.0.2.1:8443").console_authority();
        assert_eq!(other, "console.handa.example:8443");
    }
}
