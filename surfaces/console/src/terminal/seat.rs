//! One terminal: the client's end of a session, whether a page is at it or not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{Files, Handover, SshTerms, Who};
use engine::{Engine, LiveSession};
use ids::{PersonId, SessionId};
use login::Identity;
use phrases::{Language, say};
use ssh::{Inbox, Received, Said, Target, TargetChannel, TargetOut};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until, timeout};
use wire::terminal::{Cells, TICKET};

use super::files::NoFile;
use super::handed::MOST_AT_ONCE;
use super::kept::Kept;
use super::{messages, opening};

/// Pieces of input that wait for the target: a page that types on is read no further.
const MOST_TYPED: usize = 64;

/// How long the last sentence of a session that was ended may take to arrive.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(2);

/// How long a page may take to show the last output before the terminal is cleared away.
const CLEARED_WITHIN: Duration = Duration::from_secs(10);

/// How long the page that opened it may take to sit down, beyond the grace of a lost line.
const FIRST_PAGE_WITHIN: Duration = Duration::from_secs(10);

/// What somebody does at a terminal.
#[derive(Debug)]
pub(super) enum Typed {
    /// Keys, or a paste.
    Keys(Vec<u8>),
    /// Another size.
    Size(Cells),
}

/// A terminal.
pub(crate) struct Seat {
    by: Identity,
    live: Arc<LiveSession>,
    pub(super) target: Target,
    pub(super) language: Language,
    /// What was granted inside.
    terms: Option<SshTerms>,
    /// How long it stays without a page.
    grace: Duration,
    /// The files that may pass at once.
    pub(super) passing: Semaphore,
    shell: Mutex<Option<Shell>>,
    typed: mpsc::Sender<Typed>,
    state: Mutex<State>,
    changed: Notify,
}

/// The shell's channel, until the terminal runs.
struct Shell {
    inbox: Inbox<Said>,
    out: TargetOut,
    typed: mpsc::Receiver<Typed>,
}

/// What pages and the terminal share.
struct State {
    kept: Kept,
    /// The page at it, by its own number and by the number of its line.
    page: Option<[u8; TICKET]>,
    line: u64,
    attached: bool,
    /// When it is cleared away, if no page comes.
    alone_until: Instant,
    over: Option<String>,
}

/// A page at its terminal. Dropped, the line is lost.
pub(super) struct Attached {
    pub(super) seat: Arc<Seat>,
    line: u64,
}

/// What there is for a page.
pub(super) enum News {
    /// Another page has taken over.
    TakenOver,
    /// This output, up to this byte.
    Output(Vec<u8>, u64),
    /// Nothing more: it is over, and this was why.
    Over(String),
    /// Nothing now.
    Nothing,
}

impl Seat {
    pub(super) fn new(
        by: Identity,
        live: Arc<LiveSession>,
        target: Target,
        shell: Option<TargetChannel>,
        language: Language,
        terms: Option<SshTerms>,
        grace: Duration,
    ) -> Arc<Self> {
        let (typed, received) = mpsc::channel(MOST_TYPED);
        let shell = shell.map(|TargetChannel { inbox, out }| Shell {
            inbox,
            out,
            typed: received,
        });
        Arc::new(Self {
            by,
            live,
            target,
            language,
            terms,
            grace,
            passing: Semaphore::new(MOST_AT_ONCE),
            shell: Mutex::new(shell),
            typed,
            state: Mutex::new(State {
                kept: Kept::default(),
                page: None,
                line: 0,
                attached: false,
                alone_until: Instant::now() + grace + FIRST_PAGE_WITHIN,
                over: None,
            }),
            changed: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.notify_waiters();
    }

    /// The session.
    pub(crate) fn session(&self) -> &SessionId {
        self.live.id()
    }

    /// The session's control.
    pub(super) fn live(&self) -> &LiveSession {
        &self.live
    }

    /// Whether this is who sat down: the same person, the same device.
    pub(super) fn is(&self, by: &Identity) -> bool {
        fn person(by: &Identity) -> Option<&PersonId> {
            match &by.caller().who {
                Who::Person(person) => Some(person),
                Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
            }
        }
        person(&self.by).is_some()
            && person(&self.by) == person(by)
            && self.by.caller().device == by.caller().device
    }

    /// Refuses a file that is larger than what the visit may still hand over: entered, like every refusal.
    pub(super) async fn refuses_large(
        &self,
        engine: &Engine,
        direction: Handover,
        path: &str,
    ) -> NoFile {
        let session = self.live.id();
        let refused = engine.refuse_large_file(&self.by, session, direction, path);
        let _entered = refused.await;
        NoFile(say(self.language, "reason-files-used-up", &[]))
    }

    /// Whether the visit takes what was pasted.
    pub(super) fn takes_paste(&self, pasted: &[u8]) -> bool {
        let terms = self.terms.as_ref();
        terms.is_some_and(|terms| terms.takes_paste(pasted))
    }

    /// The bytes of files that the visit may pass this way, over its whole length. Where none may pass
    /// there is nothing to count: that is said where they are asked for.
    pub(super) fn most_bytes(&self, direction: Handover) -> u64 {
        let files = self.terms.as_ref().map(|terms| terms.files(direction));
        match files {
            Some(Files::Yes { most_bytes, .. }) => *most_bytes,
            Some(Files::No) | None => u64::MAX,
        }
    }

    /// Where what is typed goes.
    pub(super) fn keyboard(&self) -> &mpsc::Sender<Typed> {
        &self.typed
    }

    /// Brings a page to it. A page that was here before takes up its own line; another only if it
    /// takes over. Gives with which byte its output begins, and up to where that is a repetition.
    pub(super) fn attach(
        self: &Arc<Self>,
        page: &[u8; TICKET],
        shown: u64,
        take_over: bool,
    ) -> Option<(Attached, u64, u64)> {
        let mut state = self.state();
        let same = state.page.as_ref() == Some(page);
        if state.attached && !same && !take_over {
            return None;
        }
        state.page = Some(*page);
        state.line += 1;
        state.attached = true;
        let line = state.line;
        let from = state.kept.from(if same { shown } else { 0 });
        // What this page, or another, has shown and answered is not to be answered again.
        let fresh = if same { from } else { state.kept.shown() };
        state.kept.was_shown(from);
        drop(state);
        self.tell();
        let seat = Arc::clone(self);
        Some((Attached { seat, line }, from, fresh))
    }

    /// Runs it to its end. When this returns nothing of it runs any more, and the session is closed or
    /// closing.
    pub(super) async fn run(self: &Arc<Self>) {
        let shell = self
            .shell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let served = async {
            match shell {
                Some(shell) => self.serve(shell).await,
                None => std::future::pending().await,
            }
        };
        let mut served = std::pin::pin!(served);
        tokio::select! {
            () = &mut served => {}
            () = self.live.withdrawn() => {
                let _said_or_late = timeout(LAST_WORDS_WITHIN, served).await;
            }
            () = self.abandoned() => {}
            () = self.connection_over() => {}
        }
        let text = match self.live.ended() {
            Some(end) => messages::ended(self.language, end),
            None => say(self.language, "terminal-ended", &[]),
        };
        // Hanging up is how an engineer's client ends its session.
        self.target.cut();
        self.state().over = Some(text);
        self.tell();
        let _shown_or_late = timeout(CLEARED_WITHIN, self.deserted()).await;
    }

    /// The shell, both ways, until its channel is closed.
    async fn serve(&self, shell: Shell) {
        let Shell {
            inbox,
            out,
            mut typed,
        } = shell;
        let up = async {
            while let Some(typed) = typed.recv().await {
                let sent = match typed {
                    // A page that is paused sends nothing; what crossed the pause on its way is dropped,
                    // and does not act an hour later.
                    Typed::Keys(_) if self.live.frozen().is_some() => Ok(()),
                    Typed::Keys(bytes) => out.data(bytes).await,
                    Typed::Size(cells) => out.resize(opening::size(cells)).await,
                };
                if sent.is_err() {
                    break;
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = up => {}
            () = self.show(inbox) => {}
        }
    }

    /// Keeps what the shell says, no faster than pages show it.
    async fn show(&self, mut inbox: Inbox<Said>) {
        loop {
            self.until(|state| state.kept.has_room().then_some(()))
                .await;
            match inbox.next().await {
                Some(Received::Data(piece)) => {
                    self.state().kept.add(&piece.bytes);
                    self.tell();
                }
                Some(Received::Eof | Received::Said(_)) => {}
                Some(Received::Closed(_)) | None => return,
            }
        }
    }

    /// Returns when no page came for too long.
    async fn abandoned(&self) {
        loop {
            let until = self
                .until(|state| (!state.attached).then_some(state.alone_until))
                .await;
            let otherwise =
                |state: &State| (state.attached || state.alone_until != until).then_some(());
            tokio::select! {
                () = sleep_until(until) => {}
                () = self.until(otherwise) => continue,
            }
            let state = self.state();
            if !state.attached && state.alone_until <= Instant::now() {
                return;
            }
        }
    }

    /// Returns when the connection to the proxy is gone, with a shell or without.
    async fn connection_over(&self) {
        const LOOK: Duration = Duration::from_secs(1);
        while !self.target.is_over() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Returns when no page is at it.
    async fn deserted(&self) {
        self.until(|state| (!state.attached).then_some(())).await;
    }

    /// Waits until `there` gives something.
    async fn until<T>(&self, there: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Before looking, so that what happens between looking and waiting is not missed.
            changed.as_mut().enable();
            let found = there(&self.state());
            if let Some(found) = found {
                return found;
            }
            changed.await;
        }
    }
}

impl Attached {
    /// What there is for this page behind the byte `sent`, if no more than `window` is on its way.
    pub(super) fn news(&self, sent: u64, window: u64, most: usize) -> News {
        let state = self.seat.state();
        if state.line != self.line {
            return News::TakenOver;
        }
        let under_way = sent.saturating_sub(state.kept.shown());
        if sent < state.kept.end() && under_way < window {
            let bytes = state.kept.after(sent, most);
            let upto = sent.saturating_add(super::kept::count(bytes.len()));
            return News::Output(bytes, upto);
        }
        match &state.over {
            Some(text) if sent >= state.kept.end() => News::Over(text.clone()),
            Some(_) | None => News::Nothing,
        }
    }

    /// The page has shown so much. What it was not sent it cannot have shown.
    pub(super) fn shown(&self, upto: u64, sent: u64) {
        let mut state = self.seat.state();
        if state.line == self.line {
            state.kept.was_shown(upto.min(sent));
        }
        drop(state);
        self.seat.tell();
    }

    /// The engineer is done: no grace.
    pub(super) fn leave(&self) {
        let mut state = self.seat.state();
        if state.line == self.line {
            state.attached = false;
            state.alone_until = Instant::now();
        }
        drop(state);
        self.seat.tell();
    }

    /// Returns when something may have changed since before `look` looked.
    pub(super) async fn changed(&self, sent: u64, window: u64) {
        loop {
            let mut changed = std::pin::pin!(self.seat.changed.notified());
            changed.as_mut().enable();
            if !matches!(self.news(sent, window, 0), News::Nothing) {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let mut state = self.seat.state();
        if state.line == self.line && state.attached {
            state.attached = false;
            state.alone_until = Instant::now() + self.seat.grace;
        }
        drop(state);
        self.seat.tell();
    }
}
