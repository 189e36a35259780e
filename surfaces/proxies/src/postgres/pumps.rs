//! Both directions: read, seen, noted, recorded, passed on.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use access::EndReason;
use engine::Notice;
use phrases::Language;
use recording::Direction;
use store::RecordError;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;
use wire::postgres::{EngineerSide, Passing, PatientColumns, TargetSide, Told, Tracker, notice};

use crate::databases::{BUFFER, Stopped, is_fatal, length, notes, over, read_ready, used_up};
use crate::frozen;
use crate::tcp::recorder_end;
use crate::workers::{Live, Session};

/// What both directions of a session share.
pub(super) struct Shared<'a> {
    pub(super) opened: &'a Session,
    pub(super) language: Language,
    tracker: Mutex<Tracker>,
    answered: Notify,
}

impl<'a> Shared<'a> {
    pub(super) fn new(opened: &'a Session, language: Language, patients: PatientColumns) -> Self {
        Self {
            opened,
            language,
            tracker: Mutex::new(Tracker::watching(patients)),
            answered: Notify::new(),
        }
    }

    fn live(&self) -> &Live {
        self.opened.live()
    }

    fn tracker(&self) -> MutexGuard<'_, Tracker> {
        self.tracker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session is over: what ran did not end.
    pub(super) fn finish(self) -> Vec<Told> {
        let tracker = self.tracker.into_inner();
        let tracker = tracker.unwrap_or_else(PoisonError::into_inner);
        tracker.finish(self.opened.now())
    }

    /// Notes, then records: only then may it pass.
    async fn record(&self, direction: Direction, passing: &mut Passing) -> Result<(), RecordError> {
        let told = std::mem::take(&mut passing.told);
        notes::record(self.opened, told, direction, &passing.bytes).await
    }
}

/// What the engineer's program is written to, and whether a message of the gateway's can begin there.
pub(super) struct Near<W> {
    pub(super) out: W,
    pub(super) between: bool,
    /// The session's end was told, by the target or by us: nothing can follow.
    pub(super) over: bool,
}

/// From the engineer to the target.
pub(super) async fn up(
    shared: &Shared<'_>,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> Stopped {
    let mut side = EngineerSide::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        frozen::passable(shared.live()).await;
        room(shared).await;
        let read = match read_ready(&mut from, &mut buffer).await {
            Ok(0) | Err(_) => return EndReason::EngineerClosed.into(),
            Ok(read) => read,
        };
        frozen::passable(shared.live()).await;
        let bytes = buffer.get(..read).unwrap_or_default();
        let mut passing = Passing::default();
        let now = shared.opened.now();
        let taken = side.take(bytes, &mut shared.tracker(), now, &mut passing);
        if let Err(cause) = shared.record(Direction::ToTarget, &mut passing).await {
            return recorder_end(&cause).into();
        }
        if frozen::pass_on(shared.live(), &passing.bytes, &mut to)
            .await
            .is_err()
        {
            return EndReason::TargetClosed.into();
        }
        shared.live().count_sent(length(passing.bytes.len()));
        if let Err(wrong) = taken {
            tracing::warn!(%wrong, session = %shared.live().id(), "an engineer's program broke the protocol");
            return Stopped {
                end: EndReason::EngineerClosed,
                broken: true,
            };
        }
        // Its last word: the target closes, as it was asked to.
        if side.is_over() {
            return EndReason::EngineerClosed.into();
        }
    }
}

/// Waits until fewer answers are expected.
async fn room(shared: &Shared<'_>) {
    loop {
        let answered = shared.answered.notified();
        if !shared.tracker().is_full() {
            return;
        }
        answered.await;
    }
}

/// From the target to the engineer, and between its messages what the gateway says.
pub(super) async fn down<W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    mut from: impl AsyncRead + Unpin,
    near: &mut Near<W>,
) -> Stopped {
    let mut side = TargetSide::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match next(shared, &mut from, near, &mut buffer).await {
            Next::Read(0) => return EndReason::TargetClosed.into(),
            Next::Read(read) => read,
            Next::Ended(end) => return end.into(),
        };
        frozen::passable(shared.live()).await;
        let bytes = buffer.get(..read).unwrap_or_default();
        let mut passing = Passing::default();
        let now = shared.opened.now();
        let spend = |bytes| shared.opened.take_data(bytes);
        let taken = side.take(bytes, &mut shared.tracker(), now, spend, &mut passing);
        near.over |= passing.told.iter().any(is_fatal);
        if let Err(cause) = shared.record(Direction::FromTarget, &mut passing).await {
            return recorder_end(&cause).into();
        }
        shared.answered.notify_one();
        near.between = false;
        if frozen::pass_on(shared.live(), &passing.bytes, &mut near.out)
            .await
            .is_err()
        {
            return EndReason::EngineerClosed.into();
        }
        shared.live().count_received(length(passing.bytes.len()));
        // What is refused is not a part of what passed: that ends with a whole message.
        near.between = side.is_between_messages() || !matches!(taken, Ok(true));
        match taken {
            Ok(true) => {}
            Ok(false) => return used_up(shared.opened).into(),
            Err(wrong) => {
                tracing::warn!(%wrong, session = %shared.live().id(), "a target broke the protocol");
                return EndReason::TargetClosed.into();
            }
        }
    }
}

enum Next {
    Read(usize),
    Ended(EndReason),
}

/// Waits for the target, and says meanwhile what is to be said.
async fn next<W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    from: &mut (impl AsyncRead + Unpin),
    near: &mut Near<W>,
    buffer: &mut [u8],
) -> Next {
    let live = shared.live();
    loop {
        let is_frozen = live.frozen().is_some();
        tokio::select! {
            biased;
            () = over(live) => return Next::Ended(EndReason::Deadline),
            told = shared.opened.next_notice(), if near.between => {
                if tell(shared, near, &told).await.is_err() {
                    return Next::Ended(EndReason::EngineerClosed);
                }
            }
            () = live.thawed(), if is_frozen => {}
            read = read_ready(from, buffer), if !is_frozen => {
                return Next::Read(read.unwrap_or(0));
            }
        }
    }
}

/// Tells the engineer, and those who attend.
async fn tell<W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    near: &mut Near<W>,
    told: &Notice,
) -> io::Result<()> {
    notes::noticed(shared.opened, told);
    let text = notes::sentence(shared.opened, shared.language, told);
    near.between = false;
    near.out.write_all(&notice(&text)).await?;
    near.out.flush().await?;
    near.between = true;
    Ok(())
}
