//! One terminal or desktop: the client's end of a session, whether a page is at it or not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{Handover, Who};
use engine::{Engine, LiveSession};
use ids::{PersonId, SessionId};
use login::Identity;
use phrases::{Language, say};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};
use wire::terminal::{Cells, TICKET};

use super::desktop::AtDesktop;
use super::files::NoFile;
use super::kept::Output;
use super::messages;
use super::shell::AtShell;

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

/// What somebody sits at.
pub(super) enum Inside {
    /// A terminal, with a shell or for files alone.
    Shell(Box<AtShell>),
    /// A desktop.
    Desktop(AtDesktop),
}

/// A terminal or a desktop, and who sits there.
pub(crate) struct Seat {
    by: Identity,
    live: Arc<LiveSession>,
    pub(super) inside: Inside,
    pub(super) language: Language,
    /// How long it stays without a page.
    grace: Duration,
    typed: mpsc::Sender<Typed>,
    /// Until it runs.
    received: Mutex<Option<mpsc::Receiver<Typed>>>,
    state: Mutex<State>,
    changed: Notify,
}

/// What pages and the terminal share.
pub(super) struct State {
    pub(super) output: Output,
    /// The page at it, by its own number and by the number of its line.
    page: Option<[u8; TICKET]>,
    line: u64,
    pub(super) attached: bool,
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
        inside: Inside,
        language: Language,
        grace: Duration,
    ) -> Arc<Self> {
        let (typed, received) = mpsc::channel(MOST_TYPED);
        let output = match &inside {
            Inside::Shell(_) => Output::text(),
            Inside::Desktop(_) => Output::picture(),
        };
        Arc::new(Self {
            by,
            live,
            inside,
            language,
            grace,
            typed,
            received: Mutex::new(Some(received)),
            state: Mutex::new(State {
                output,
                page: None,
                line: 0,
                attached: false,
                alone_until: Instant::now() + grace + FIRST_PAGE_WITHIN,
                over: None,
            }),
            changed: Notify::new(),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self) {
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

    /// What a page typed, if it can be typed there.
    pub(super) fn understands(&self, input: &[u8]) -> bool {
        match &self.inside {
            Inside::Shell(_) => true,
            Inside::Desktop(_) => AtDesktop::understands(input),
        }
    }

    /// What is typed for what was pasted, if the visit takes it; otherwise the sentence that says why not.
    pub(super) fn pasted(&self, bytes: Vec<u8>, bracketed: bool) -> Result<Vec<u8>, &'static str> {
        match &self.inside {
            Inside::Shell(at) => at.pasted(bytes, bracketed),
            Inside::Desktop(at) => at.pasted(&bytes),
        }
    }

    /// The bytes of files that the visit may pass this way, over its whole length. Where none may pass
    /// there is nothing to count: that is said where they are asked for.
    pub(super) fn most_bytes(&self, direction: Handover) -> u64 {
        self.shell().map_or(0, |at| at.most_bytes(direction))
    }

    /// The terminal, if it is one.
    pub(super) fn shell(&self) -> Option<&AtShell> {
        match &self.inside {
            Inside::Shell(at) => Some(at),
            Inside::Desktop(_) => None,
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
        let from = state.output.from(if same { shown } else { 0 });
        // What this page, or another, has shown and answered is not to be answered again.
        let fresh = if same { from } else { state.output.shown() };
        state.output.was_shown(from);
        drop(state);
        self.tell();
        let seat = Arc::clone(self);
        Some((Attached { seat, line }, from, fresh))
    }

    /// Runs it to its end. When this returns nothing of it runs any more, and the session is closed or
    /// closing.
    pub(super) async fn run(self: &Arc<Self>) {
        let received = self
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(typed) = received else {
            return;
        };
        // Hanging up is how an engineer's client ends its session: behind this nothing of it is left.
        let refused = {
            let served = async {
                match &self.inside {
                    Inside::Shell(at) => at.serve(self, typed).await,
                    Inside::Desktop(at) => at.serve(self, typed).await,
                }
            };
            let mut served = std::pin::pin!(served);
            tokio::select! {
                refused = &mut served => refused,
                () = self.live.withdrawn() => {
                    let said_or_late = timeout(LAST_WORDS_WITHIN, served).await;
                    said_or_late.ok().flatten()
                }
                () = self.abandoned() => None,
            }
        };
        if let Some(at) = self.shell() {
            at.hang_up();
        }
        let text = match (self.live.ended(), refused) {
            (_, Some(refused)) => refused,
            (Some(end), None) => messages::ended(self.language, end),
            (None, None) => say(self.language, "terminal-ended", &[]),
        };
        self.state().over = Some(text);
        self.tell();
        let _shown_or_late = timeout(CLEARED_WITHIN, self.deserted()).await;
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

    /// Returns when no page is at it.
    async fn deserted(&self) {
        self.until(|state| (!state.attached).then_some(())).await;
    }

    /// Waits until `there` gives something.
    pub(super) async fn until<T>(&self, there: impl Fn(&State) -> Option<T>) -> T {
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
        let mut state = self.seat.state();
        if state.line != self.line {
            return News::TakenOver;
        }
        let under_way = sent.saturating_sub(state.output.shown());
        if under_way < window {
            state.output.refresh(sent);
        }
        if sent < state.output.end() && under_way < window {
            let bytes = state.output.after(sent, most);
            let upto = sent.saturating_add(super::kept::count(bytes.len()));
            return News::Output(bytes, upto);
        }
        match &state.over {
            Some(text) if sent >= state.output.end() => News::Over(text.clone()),
            Some(_) | None => News::Nothing,
        }
    }

    /// The page has shown so much. What it was not sent it cannot have shown.
    pub(super) fn shown(&self, upto: u64, sent: u64) {
        let mut state = self.seat.state();
        if state.line == self.line {
            state.output.was_shown(upto.min(sent));
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
