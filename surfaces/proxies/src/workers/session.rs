//! A session as its worker has it. Methods have the names of `engine::OpenedSession`, and each asks the
//! gateway. A worker that carries several sessions records with [`Session::record`], which lets the others go on.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use access::{ChannelAsk, DatabaseEntry, DesktopEntry, EndReason, RecordingPolicy, Refusal};
use engine::{Notice, SecretMissing, Shown, TargetSecret};
use ids::{SessionId, TargetId, Timestamp};
use recording::{ChannelNote, Direction, Stream};
use store::RecordError;
use tokio::net::{TcpStream, UnixStream};

use super::batch::{Batch, MAX_BYTES};
use super::calls::{Answered, Calls};
use super::crossing::{Answer, Call, Handed, read, read_secret};
use super::live::Live;

/// One session in its worker.
pub(crate) struct Session {
    terms: Terms,
    calls: Arc<Calls>,
    live: Live,
    /// Bytes that were taken ahead out of a database and have not passed.
    ahead: Mutex<u64>,
    /// Who waits for an answer that comes as an event: in turns.
    asking: tokio::sync::Mutex<u64>,
}

/// What a permit says that a data path needs.
pub(crate) struct Terms {
    session: SessionId,
    target: TargetId,
    recording: RecordingPolicy,
    target_name: String,
    database: Option<DatabaseEntry>,
    desktop: Option<DesktopEntry>,
}

impl Terms {
    /// The session that it is for.
    pub(crate) fn session(&self) -> &SessionId {
        &self.session
    }

    /// Where to.
    pub(crate) fn target(&self) -> &TargetId {
        &self.target
    }

    /// What is kept of its bytes.
    pub(crate) fn recording(&self) -> RecordingPolicy {
        self.recording
    }

    /// What the hospital calls the target.
    pub(crate) fn target_name(&self) -> &str {
        &self.target_name
    }

    /// How a database server is entered, if it is one.
    pub(crate) fn database(&self) -> Option<&DatabaseEntry> {
        self.database.as_ref()
    }

    /// How a desktop is entered and what may be done there, if it is one.
    pub(crate) fn desktop(&self) -> Option<&DesktopEntry> {
        self.desktop.as_ref()
    }
}

impl Session {
    pub(super) fn new(handed: Handed, calls: OwnedFd) -> io::Result<Self> {
        let calls = Arc::new(Calls::new(calls)?);
        let live = Live::new(handed.session.clone(), Arc::clone(&calls), handed.stands);
        Ok(Self {
            terms: Terms {
                session: handed.session,
                target: handed.target,
                recording: handed.recording,
                target_name: handed.target_name,
                database: handed.database,
                desktop: handed.desktop,
            },
            calls,
            live,
            ahead: Mutex::new(0),
            asking: tokio::sync::Mutex::new(0),
        })
    }

    /// What is permitted.
    pub(crate) fn permit(&self) -> &Terms {
        &self.terms
    }

    /// How it stands.
    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// What the engineer is to be told next. One reader.
    pub(crate) async fn next_notice(&self) -> Notice {
        self.live.next_notice().await
    }

    /// The present moment on the site's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.live.now()
    }

    /// Asks to open a channel. Gives the bytes of files that may still pass.
    ///
    /// # Errors
    /// Every reason why not. A gateway that is gone is a session that ended: this does not return then.
    pub(crate) async fn ask(&self, ask: ChannelAsk) -> Result<u64, Refusal> {
        let mut turn = self.asking.lock().await;
        *turn += 1;
        let number = *turn;
        self.calls.tell(&Call::Ask { number, ask });
        let answer = self.live.answered(number).await;
        answer.map_err(|reasons| Refusal { reasons })
    }

    /// One more connection to the same target: the gateway dials it.
    ///
    /// # Errors
    /// If the target does not answer in time.
    pub(crate) async fn dial(&self) -> io::Result<TcpStream> {
        let mut turn = self.asking.lock().await;
        *turn += 1;
        let number = *turn;
        self.calls.tell(&Call::Dial { number });
        let dialled = self.live.dialled(number).await;
        let dialled = dialled.ok_or(io::ErrorKind::ConnectionRefused)?;
        TcpStream::from_std(dialled.into())
    }

    /// What is inside of the old TLS that is spoken from now on on the connection to the target: by another process (decision 0049).
    /// Nobody else may use that connection any more. Once.
    ///
    /// # Errors
    /// If there is no such process.
    pub(crate) async fn old_tls(&self) -> io::Result<UnixStream> {
        let mut turn = self.asking.lock().await;
        *turn += 1;
        let number = *turn;
        self.calls.tell(&Call::OldTls { number });
        let inside = self.live.dialled(number).await;
        let inside = inside.ok_or(io::ErrorKind::ConnectionRefused)?;
        UnixStream::from_std(inside.into())
    }

    /// Records what one read brought, in its order. What is forwarded after this has been recorded.
    ///
    /// # Errors
    /// If it was not recorded: then nothing of it is forwarded.
    pub(crate) async fn record(&self, batch: Batch) -> Result<(), RecordError> {
        self.recorded(self.calls.ask(batch).await)
    }

    /// Records bytes of one channel, waiting on this thread. What is forwarded after this has been recorded.
    ///
    /// # Errors
    /// If they were not recorded: then they are not forwarded.
    pub(crate) fn stream(
        &self,
        channel: u32,
        direction: Direction,
        stream: Stream,
        bytes: &[u8],
    ) -> Result<(), RecordError> {
        // One after the other: a whole screen would be kept once more, and its answers would not be read.
        for piece in bytes.chunks(MAX_BYTES) {
            let mut batch = Batch::default();
            batch.stream(channel, direction, stream, piece);
            self.recorded(self.calls.call_all(batch))?;
        }
        Ok(())
    }

    /// Records a piece of what was typed, sealed for good, waiting on this thread.
    ///
    /// # Errors
    /// As [`Session::stream`].
    pub(crate) fn typed(&self, channel: u32, line: u64, sealed: &[u8]) -> Result<(), RecordError> {
        let mut batch = Batch::default();
        batch.typed(channel, line, sealed);
        self.recorded(self.calls.call_all(batch))
    }

    /// Records something about a channel, waiting on this thread.
    ///
    /// # Errors
    /// As [`Session::stream`].
    pub(crate) fn note(&self, note: &ChannelNote) -> Result<(), RecordError> {
        let mut batch = Batch::default();
        batch.note(note.clone());
        self.recorded(self.calls.call_all(batch))
    }

    /// Records a sentence of the gateway's own, waiting on this thread.
    ///
    /// # Errors
    /// As [`Session::stream`].
    pub(crate) fn notice(&self, text: &str) -> Result<(), RecordError> {
        let batch = Batch::of(&Call::Notice(text.to_owned()));
        self.recorded(self.calls.call_all(batch))
    }

    fn recorded(&self, answers: Option<Vec<Answered>>) -> Result<(), RecordError> {
        let lost = || {
            self.live.lost();
            RecordError::Stopped
        };
        let mut first = Ok(());
        for answer in answers.ok_or_else(lost)? {
            let Ok(Answer::Recorded { why_not, frozen }) = read(&answer) else {
                return Err(lost());
            };
            self.live.stands_frozen(frozen);
            first = first.and(why_not.map_or(Ok(()), |cause| Err(cause.into())));
        }
        first
    }

    /// Takes so many bytes of what the visit may take out of a database, before they pass.
    #[must_use = "what was not taken must not pass"]
    pub(crate) fn take_data(&self, bytes: u64) -> bool {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = ahead.checked_sub(bytes) {
            *ahead = left;
            return true;
        }
        let answer = self.calls.call(&Call::TakeData(bytes - *ahead));
        match answer.and_then(|answer| read(&answer).ok()) {
            Some(Answer::Taken(Some(more))) => {
                *ahead = more;
                true
            }
            Some(Answer::Taken(None)) => false,
            Some(Answer::Recorded { .. } | Answer::Left(_) | Answer::Ended(_)) | None => {
                self.live.lost();
                false
            }
        }
    }

    /// With what the target is signed in at.
    ///
    /// # Errors
    /// If the vault has nothing.
    pub(crate) fn target_secret(&self) -> Result<TargetSecret, SecretMissing> {
        let answer = self.calls.call(&Call::Secret).ok_or(SecretMissing)?;
        read_secret(&answer).ok_or(SecretMissing)
    }

    /// Shows something to those who attend.
    pub(crate) fn show(&self, shown: Shown) {
        self.calls.tell(&Call::Show(shown));
    }

    /// Shows output to those who attend.
    pub(crate) fn show_output(&self, channel: u32, bytes: &[u8]) {
        let mut batch = Batch::default();
        batch.show_output(channel, bytes);
        self.calls.tell_all(batch);
    }

    /// Carries counts for which no other packet comes. Does not return.
    pub(super) async fn keep_counting(&self) {
        self.calls.keep_counting().await;
    }

    /// The last word.
    pub(super) fn over(&self, end: EndReason) {
        let unspent = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        self.calls.tell(&Call::Over { end, unspent });
    }
}
