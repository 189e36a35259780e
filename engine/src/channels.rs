//! What happens inside an open session: each channel and each file is asked for at the one door, is
//! recorded before it passes, and is shown to who attends.

use std::sync::Arc;

use access::{ChannelAsk, Command, FileLook, Handover, Outcome, Reason, RecordingPolicy, Refusal};
use ids::SessionId;
use login::Identity;
use recording::{ChannelNote, Direction, FileNote, Stream};
use store::RecordError;

use crate::handovers::Handed;
use crate::personal::MAX_TEXT;
use crate::{Engine, FileBudget, OpenedSession, Shown, purses, writer};

impl OpenedSession {
    /// Asks to open a channel, or to touch a file, as the engineer of this session. Gives the bytes
    /// of files that may still pass that way in the visit.
    ///
    /// A channel is entered before this returns. What is asked inside an open channel is decided on
    /// the durable state and waits for no disk; refused, it is entered and recorded like everything
    /// that is refused. Whoever has a thousand files that are not entered yet waits for them before the
    /// next.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn ask(&self, ask: ChannelAsk) -> Result<u64, Refusal> {
        let what = described(&ask);
        if matches!(ask, ChannelAsk::File { .. }) {
            self.room_for_a_file().await;
        }
        let asked = self.decide(ask).await;
        if let Err(refusal) = &asked {
            self.live().noted(self.now(), &refused(what, refusal));
        }
        asked
    }

    /// Waits for the files before, if many are not entered yet; not after the session has ended.
    async fn room_for_a_file(&self) {
        tokio::select! {
            biased;
            () = self.pending().room() => {}
            () = self.live().withdrawn() => {}
        }
    }

    async fn decide(&self, ask: ChannelAsk) -> Result<u64, Refusal> {
        let command = Command::OpenChannel {
            session: self.permit().session().clone(),
            ask,
        };
        // What freezes in memory may not be entered yet.
        let frozen = self.live().frozen().map(|_| Reason::SessionFrozen);
        if frozen.is_none() {
            let site = self.engine().inner.site();
            let decided = access::decide(&site, self.caller(), command.clone(), self.now());
            if let Ok(decided) = decided
                && decided.events.is_empty()
            {
                return bytes_left(decided.outcome);
            }
        }
        let outside = frozen.into_iter().collect();
        let caller = self.caller().clone();
        let entered = self.engine().submit_with(caller, command, outside).await?;
        bytes_left(entered)
    }

    /// The bytes of files that may still pass this way in the visit, to be taken from before they
    /// pass. One purse for all sessions of the visit.
    pub fn files(&self, direction: Handover) -> FileBudget {
        self.file_purse(direction).clone()
    }

    /// Records bytes of one channel, within what the visit may record. What is forwarded after this
    /// has been recorded.
    ///
    /// # Errors
    /// If they were not recorded: then they are not forwarded.
    pub fn stream(
        &self,
        channel: u32,
        direction: Direction,
        stream: Stream,
        bytes: &[u8],
    ) -> Result<(), RecordError> {
        self.charge(bytes.len())?;
        let now = self.now();
        self.recorder()
            .stream(now, channel, direction, stream, bytes)?;
        let alerting = &self.engine().inner.alerting;
        self.follower()
            .stream(alerting, (now, channel), (direction, stream), bytes);
        Ok(())
    }

    /// Records a piece that was typed into a terminal, sealed by its line's key.
    ///
    /// # Errors
    /// As [`OpenedSession::stream`].
    pub fn typed(&self, channel: u32, line: u64, sealed: &[u8]) -> Result<(), RecordError> {
        self.charge(sealed.len())?;
        let now = self.now();
        self.recorder().typed(now, channel, line, sealed)?;
        self.follower().typed(now, channel, line, sealed);
        Ok(())
    }

    /// Records something about a channel, within what the visit may record.
    ///
    /// # Errors
    /// As [`OpenedSession::stream`].
    pub fn note(&self, note: &ChannelNote) -> Result<(), RecordError> {
        self.charge(note.length())?;
        let now = self.now();
        self.recorder().channel(now, note)?;
        self.follower()
            .note(&self.engine().inner.alerting, now, note);
        Ok(())
    }

    /// A file passed, whole or cut off: it is recorded now, and entered in the background, in its
    /// order and before the end of the session. `look` is what was seen of it in quarantine.
    ///
    /// # Errors
    /// If it was not recorded; it is entered all the same.
    pub fn file_handed_over(
        &self,
        file: &FileNote,
        look: Option<FileLook>,
    ) -> Result<(), RecordError> {
        let direction = match file.direction {
            Direction::ToTarget => Handover::In,
            Direction::FromTarget => Handover::Out,
        };
        self.engine().inner.handovers.add(Handed {
            session: self.permit().session().clone(),
            direction,
            path: cut(&file.path),
            bytes: file.bytes,
            sha256: file.sha256,
            look,
            pending: Arc::clone(self.pending()),
            _purse: self.files(direction),
            opening: None,
        });
        self.note(&ChannelNote::File(file.clone()))
    }

    /// A file met the end of what the visit may hand over in the midst of passing: the refusal is
    /// recorded, and entered without anybody waiting for it.
    ///
    /// # Errors
    /// If it was not recorded; it is entered all the same.
    pub fn files_used_up(
        &self,
        channel: u32,
        direction: Handover,
        path: &str,
    ) -> Result<(), RecordError> {
        let reason = Reason::FilesUsedUp;
        let ask = ChannelAsk::File {
            direction,
            path: path.to_owned(),
        };
        let note = ChannelNote::Refused {
            channel: Some(channel),
            what: described(&ask),
            reasons: vec![reason.id().to_owned()],
        };
        let command = Command::OpenChannel {
            session: self.permit().session().clone(),
            ask,
        };
        let inner = &self.engine().inner;
        let caller = self.caller().clone();
        // Nobody waits for the answer: it is known.
        drop(inner.queue.submit(caller, command, vec![reason]));
        self.note(&note)
    }

    /// Shows something to those who attend.
    pub fn show(&self, shown: Shown) {
        self.live().stage.show(shown);
    }

    /// Shows output to those who attend. Nothing is copied while nobody does, but for the last of a
    /// terminal's.
    pub fn show_output(&self, channel: u32, bytes: &[u8]) {
        self.live().stage.show_output(channel, bytes);
    }

    /// Records a sentence of the proxy's own, that is neither the engineer's nor the target's.
    ///
    /// # Errors
    /// If it was not recorded.
    pub fn notice(&self, text: &str) -> Result<(), RecordError> {
        self.recorder().notice(self.now(), text)
    }

    /// Whose session it is, as they know themselves: the name with which they sign in.
    pub fn who(&self) -> String {
        let person = self.permit().person();
        let name = self.engine().inner.store.login_name(person);
        name.ok().flatten().unwrap_or_else(|| person.to_string())
    }

    /// Takes so many bytes from what the visit may record.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), RecordError> {
        let size = u64::try_from(bytes).unwrap_or(u64::MAX);
        let kept = self.permit().recording() == RecordingPolicy::Payload;
        if kept && !purses::take(self.recording_purse(), size) {
            return Err(RecordError::QuotaUsedUp);
        }
        Ok(())
    }
}

impl Engine {
    /// Refuses a file that is larger than what its visit may still hand over, before anything of it has
    /// passed: entered, and noted in the recording. `path` is as it was asked for; whoever may not touch it
    /// is refused for that too.
    pub async fn refuse_large_file(
        &self,
        by: &Identity,
        session: &SessionId,
        direction: Handover,
        path: &str,
    ) -> Refusal {
        let ask = ChannelAsk::File {
            direction,
            path: cut(path),
        };
        let what = described(&ask);
        let command = Command::OpenChannel {
            session: session.clone(),
            ask,
        };
        let outside = vec![Reason::FilesUsedUp];
        let entered = self.submit_with(by.caller().clone(), command, outside);
        let refusal = match entered.await {
            Err(refusal) => refusal,
            // A reason that is given is never passed over.
            Ok(_) => Refusal {
                reasons: vec![Reason::FilesUsedUp],
            },
        };
        if let Some(live) = self.inner.live.session(session) {
            live.noted(self.now(), &refused(what, &refusal));
        }
        refusal
    }
}

fn bytes_left(outcome: Outcome) -> Result<u64, Refusal> {
    match outcome {
        Outcome::Channel { bytes_left } => Ok(bytes_left),
        Outcome::Done
        | Outcome::Vendor(_)
        | Outcome::Passkey { .. }
        | Outcome::Invitation(_)
        | Outcome::Person { .. }
        | Outcome::Target(_)
        | Outcome::Requested { .. }
        | Outcome::Granted { .. }
        | Outcome::AwaitingSecondApproval
        | Outcome::DebtPaid { .. }
        | Outcome::Opened(_)
        | Outcome::File { .. }
        | Outcome::Lift { .. } => Err(writer::unavailable()),
    }
}

/// What was refused, as a recording says it.
fn refused(what: String, refusal: &Refusal) -> ChannelNote {
    ChannelNote::Refused {
        channel: None,
        what,
        reasons: refusal.reasons.iter().map(|r| r.id().to_owned()).collect(),
    }
}

/// What was asked for, as a recording says it.
fn described(ask: &ChannelAsk) -> String {
    match ask {
        ChannelAsk::File { path, .. } | ChannelAsk::Change { path } | ChannelAsk::Look { path } => {
            format!("{} {path}", ask.id())
        }
        ChannelAsk::Move { from, to } => format!("{} {from} {to}", ask.id()),
        ChannelAsk::WebRequest { method, path } => format!("{} {method} {path}", ask.id()),
        ChannelAsk::Database { name } => format!("{} {name}", ask.id()),
        ChannelAsk::Shell
        | ChannelAsk::Exec
        | ChannelAsk::Sftp
        | ChannelAsk::Scp(_)
        | ChannelAsk::Web
        | ChannelAsk::WebLine
        | ChannelAsk::Desktop
        | ChannelAsk::DirectTcp
        | ChannelAsk::RemoteTcp
        | ChannelAsk::StreamLocal
        | ChannelAsk::Agent
        | ChannelAsk::X11
        | ChannelAsk::Subsystem
        | ChannelAsk::Unknown => ask.id().to_owned(),
    }
}

/// A path as long as a personal text may be; no path that a target opens is longer.
pub(crate) fn cut(path: &str) -> String {
    let end = path.floor_char_boundary(MAX_TEXT);
    path.get(..end).unwrap_or_default().to_owned()
}
