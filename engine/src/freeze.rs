//! Freezing a session: nothing passes, either way, until it goes on.
//!
//! Pausing, and the leaving of an attendant who is required, act in memory before they are entered
//! (lesson L23). A pause is *held* until its entry is there, so that no entry of something else thaws
//! it; and where an attendant is required, nothing passes while nobody in fact watches, whatever the
//! ledger says.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use access::{Caller, Command, Frozen, Outcome, Reason, Refusal, Who};
use ids::{SessionId, Timestamp};
use login::Identity;
use recording::ChannelNote;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::live::lock;
use crate::stage::Shown;
use crate::{Engine, LiveSession, writer};

/// The most notices that wait to be read: the last of a session matter, not the first.
const MOST_NOTICES: usize = 16;

/// How often what acted already is tried to be entered.
const AGAIN: Duration = Duration::from_secs(1);

/// What the engineer of a session is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// It ends at this moment, five minutes from now or sooner.
    EndsSoon {
        /// When.
        at: Timestamp,
    },
    /// A person of the hospital paused it.
    Paused,
    /// It goes on.
    Continued,
    /// It waits for an attendant, frozen.
    AwaitingAttendant,
    /// The attendant is there.
    Attended,
    /// Somebody of the hospital says this: one line, without anything that acts.
    Said(String),
}

/// Whether a session is frozen, and what is told of it.
#[derive(Default)]
pub(crate) struct Freeze {
    held: Mutex<Held>,
    /// The outcome of `held`, for the data path: read once per piece, without a lock.
    frozen: AtomicU8,
    notices: Mutex<VecDeque<Notice>>,
}

/// Everything that freezes.
#[derive(Debug, Default)]
struct Held {
    entered: Option<Frozen>,
    /// Pauses that are not entered yet.
    pausing: u32,
    /// An attendant is required, and nobody watches.
    unwatched: bool,
}

impl Held {
    fn frozen(&self) -> Option<Frozen> {
        let awaiting = self.unwatched || self.entered == Some(Frozen::AwaitingAttendant);
        let paused = self.pausing > 0 || self.entered == Some(Frozen::Paused);
        match (awaiting, paused) {
            (true, _) => Some(Frozen::AwaitingAttendant),
            (false, true) => Some(Frozen::Paused),
            (false, false) => None,
        }
    }
}

impl Freeze {
    pub(crate) fn frozen(&self) -> Option<Frozen> {
        match self.frozen.load(Ordering::SeqCst) {
            0 => None,
            1 => Some(Frozen::Paused),
            _ => Some(Frozen::AwaitingAttendant),
        }
    }

    pub(crate) fn next_notice(&self) -> Option<Notice> {
        lock(&self.notices).pop_front()
    }

    pub(crate) fn notice(&self, notice: Notice) {
        let mut notices = lock(&self.notices);
        if notices.len() >= MOST_NOTICES {
            notices.pop_front();
        }
        notices.push_back(notice);
    }

    /// Changes what freezes. Gives what is so afterwards, if it is something else than before.
    fn change(&self, change: impl FnOnce(&mut Held)) -> Option<Option<Frozen>> {
        let mut held = lock(&self.held);
        let before = held.frozen();
        change(&mut held);
        let after = held.frozen();
        let code = match after {
            None => 0,
            Some(Frozen::Paused) => 1,
            Some(Frozen::AwaitingAttendant) => 2,
        };
        self.frozen.store(code, Ordering::SeqCst);
        if before == after {
            return None;
        }
        if before == Some(Frozen::AwaitingAttendant) {
            self.notice(Notice::Attended);
        }
        match (before, after) {
            (_, Some(Frozen::AwaitingAttendant)) => self.notice(Notice::AwaitingAttendant),
            (_, Some(Frozen::Paused)) => self.notice(Notice::Paused),
            (Some(Frozen::Paused), None) => self.notice(Notice::Continued),
            (Some(Frozen::AwaitingAttendant) | None, None) => {}
        }
        Some(after)
    }
}

impl LiveSession {
    /// Takes what an entry says: frozen, or not.
    pub(crate) fn freeze(&self, entered: Option<Frozen>) {
        self.changing(|held| held.entered = entered);
    }

    /// Pauses ahead of the entry.
    fn hold(&self) {
        self.changing(|held| held.pausing += 1);
    }

    /// The entry of the pause is there, or will never be: what it says counts.
    fn release(&self) {
        self.changing(|held| held.pausing = held.pausing.saturating_sub(1));
    }

    /// Freezes if an attendant is required and nobody watches any more, or lets go.
    pub(crate) fn count_attendants(&self) {
        let required = self.needs_attendant();
        self.changing(|held| held.unwatched = required && !self.attending.anybody());
    }

    fn changing(&self, change: impl FnOnce(&mut Held)) {
        if let Some(frozen) = self.freeze.change(change) {
            self.tell();
            self.stage.show(Shown::Frozen(frozen));
        }
    }

    /// Notes something of the session as a whole in its recording. A recording that is closed, or
    /// cannot be written, has its own end.
    pub(crate) fn noted(&self, at: Timestamp, note: &ChannelNote) {
        if let Some(recorder) = self.recorder.get()
            && let Err(cause) = recorder.channel(at, note)
        {
            tracing::debug!(%cause, "a note is not in the recording");
        }
    }
}

impl Engine {
    /// Pauses a session: nothing passes from this moment on, either way; the entry follows.
    ///
    /// # Errors
    /// If the caller may not, or it is not open or paused already. If only the entry fails, it is
    /// paused all the same.
    pub async fn pause(&self, by: &Identity, session: &SessionId) -> Result<(), Refusal> {
        let command = Command::PauseSession {
            session: session.clone(),
        };
        let permitted = self.ahead_of(by, &command).is_some();
        let live = self.inner.live.session(session).filter(|_| permitted);
        let Some(live) = live else {
            return self.submit(by, command).await.map(drop);
        };
        live.hold();
        let answer = self
            .inner
            .queue
            .submit(by.caller().clone(), command.clone(), Vec::new());
        let by_whom = name_of(&by.caller().who);
        live.noted(self.now(), &ChannelNote::Paused { by: by_whom });
        let (first, answered) = oneshot::channel();
        let entering = Entering {
            engine: self.clone(),
            live,
            pausing: true,
            caller: by.caller().clone(),
            command,
        };
        // On its own, so that it is entered also if whoever asked hangs up.
        tokio::spawn(entering.entered(answer, Some(first)));
        match answered
            .await
            .unwrap_or_else(|_| Err(writer::unavailable()))
        {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.reasons == [Reason::LedgerUnavailable] => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    /// Lets a paused session go on, once that is entered.
    ///
    /// # Errors
    /// If the caller may not, it is not open or not paused, or it cannot be entered.
    pub async fn continue_session(
        &self,
        by: &Identity,
        session: &SessionId,
    ) -> Result<(), Refusal> {
        let command = Command::ContinueSession {
            session: session.clone(),
        };
        self.submit(by, command).await?;
        if let Some(live) = self.inner.live.session(session) {
            let by = name_of(&by.caller().who);
            live.noted(self.now(), &ChannelNote::Continued { by });
        }
        Ok(())
    }
}

/// Who it is, as a recording names them: by id, since names can be erased.
pub(crate) fn name_of(who: &Who) -> String {
    match who {
        Who::Person(person) => person.to_string(),
        Who::LocalOperator { uid } => format!("uid {uid}"),
        Who::Invitee(invitation) => invitation.to_string(),
        Who::Kit => "kit".to_owned(),
        Who::Gateway => "gateway".to_owned(),
    }
}

/// A command that acted in memory already, on its way into the ledger.
pub(crate) struct Entering {
    pub(crate) engine: Engine,
    pub(crate) live: std::sync::Arc<LiveSession>,
    /// Whether it is a pause, which is held until it is entered.
    pub(crate) pausing: bool,
    pub(crate) caller: Caller,
    pub(crate) command: Command,
}

impl Entering {
    /// Waits for the entry, and tries again while the session is open and the ledger fails.
    pub(crate) async fn entered(
        self,
        answer: oneshot::Receiver<Result<Outcome, Refusal>>,
        mut first: Option<oneshot::Sender<Result<Outcome, Refusal>>>,
    ) {
        let mut answer = answer;
        loop {
            let answered = answer.await.unwrap_or_else(|_| Err(writer::unavailable()));
            let failed = matches!(
                &answered,
                Err(refusal) if refusal.reasons == [Reason::LedgerUnavailable]
            );
            if !failed && self.pausing {
                self.live.release();
            }
            if let Some(first) = first.take() {
                // Whoever asked may have gone.
                let _gone = first.send(answered);
            }
            if !failed || self.live.ended().is_some() {
                return;
            }
            tokio::time::sleep(AGAIN).await;
            answer = self.engine.inner.queue.submit(
                self.caller.clone(),
                self.command.clone(),
                Vec::new(),
            );
        }
    }
}
