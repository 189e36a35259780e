//! Raw TCP: bytes both ways, recorded before they are forwarded (invariant 6), not understood. It rests on an
//! accepted risk (decision 0048), and each session is carried in a worker of its own.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use access::EndReason;
use engine::{LiveSession, OpenedSession};
use recording::Direction;
use store::RecordError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use crate::frozen::{self, Standing};
use crate::workers::{Batch, Live, Session};

/// How long a target may take to answer the connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Read buffer towards the target: two TLS records, which hold at most 16 KiB each.
const UP_BUFFER: usize = 32 * 1024;

/// Read buffer from the target: larger reads make fewer journal frames.
const DOWN_BUFFER: usize = 32 * 1024;

/// How long one direction may still speak after the other has closed in order.
const HALF_CLOSED: Duration = Duration::from_secs(600);

/// Dials the permit's address: this address, resolved and checked when the hospital pinned it. A target
/// that vanishes without a word is noticed.
///
/// # Errors
/// If the target does not answer in time.
pub async fn dial(opened: &OpenedSession) -> io::Result<TcpStream> {
    let connecting = TcpStream::connect(opened.permit().address());
    let stream = tokio::time::timeout(CONNECT_WITHIN, connecting)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    tunnel::tune(&stream)?;
    Ok(stream)
}

/// Carries the session in its worker until either side closes or it is ended, and says why it ended.
pub(crate) async fn carry(near: UnixStream, target: TcpStream, session: &Session) -> EndReason {
    pumped(near, target.into_split(), session).await
}

/// Carries a session between any two streams, in the process of whoever opened it: of a target the half that is read,
/// then the half that is written. For the simulated world, which has no processes.
pub async fn between<C, R, W>(client: C, target: (R, W), opened: &OpenedSession) -> EndReason
where
    C: AsyncRead + AsyncWrite + Unpin + Send,
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    pumped(client, target, opened).await
}

/// A session as what passes in it needs it: the opened one, or what a worker has of it.
trait Passing: Sync {
    type Live: Standing + Sync;

    fn live(&self) -> &Self::Live;

    fn record(
        &self,
        direction: Direction,
        bytes: &[u8],
    ) -> impl Future<Output = Result<(), RecordError>> + Send;

    fn count(&self, direction: Direction, bytes: u64);

    fn withdrawn(&self) -> impl Future<Output = ()> + Send;

    fn ended(&self) -> Option<EndReason>;
}

impl Passing for OpenedSession {
    type Live = LiveSession;

    fn live(&self) -> &LiveSession {
        self.live()
    }

    async fn record(&self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        self.record(direction, bytes)
    }

    fn count(&self, direction: Direction, bytes: u64) {
        match direction {
            Direction::ToTarget => self.live().count_sent(bytes),
            Direction::FromTarget => self.live().count_received(bytes),
        }
    }

    async fn withdrawn(&self) {
        self.live().withdrawn().await;
    }

    fn ended(&self) -> Option<EndReason> {
        self.live().ended().cloned()
    }
}

impl Passing for Session {
    type Live = Live;

    fn live(&self) -> &Live {
        self.live()
    }

    async fn record(&self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        let mut batch = Batch::default();
        batch.raw(direction, bytes);
        self.record(batch).await
    }

    fn count(&self, direction: Direction, bytes: u64) {
        match direction {
            Direction::ToTarget => self.live().count_sent(bytes),
            Direction::FromTarget => self.live().count_received(bytes),
        }
    }

    async fn withdrawn(&self) {
        self.live().withdrawn().await;
    }

    fn ended(&self) -> Option<EndReason> {
        self.live().ended().cloned()
    }
}

async fn pumped<C, R, W>(client: C, target: (R, W), opened: &impl Passing) -> EndReason
where
    C: AsyncRead + AsyncWrite + Unpin + Send,
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let (client_in, client_out) = tokio::io::split(client);
    let (target_in, target_out) = target;
    let up = Pump {
        opened,
        direction: Direction::ToTarget,
    };
    let down = Pump {
        opened,
        direction: Direction::FromTarget,
    };
    let both = both_ways(
        up.run(client_in, target_out, UP_BUFFER),
        down.run(target_in, client_out, DOWN_BUFFER),
    );
    let end = tokio::select! {
        biased;
        () = opened.withdrawn() => EndReason::Interrupted,
        end = both => end,
    };
    // Who ended it from outside knows better than the sockets that noticed.
    opened.ended().unwrap_or(end)
}

/// Runs both directions. After one side has closed in order, the other may still finish speaking.
async fn both_ways(
    up: impl Future<Output = Stopped> + Send,
    down: impl Future<Output = Stopped> + Send,
) -> EndReason {
    tokio::pin!(up, down);
    let (first, rest): (Stopped, Pin<&mut (dyn Future<Output = Stopped> + Send)>) = tokio::select! {
        // Where both stop at once, the engineer's side is told of: a run repeats exactly.
        biased;
        stopped = &mut up => (stopped, down),
        stopped = &mut down => (stopped, up),
    };
    if first.in_order {
        match tokio::time::timeout(HALF_CLOSED, rest).await {
            Ok(second) if !second.in_order && second.by_recorder() => return second.reason,
            Ok(_) | Err(_) => {}
        }
    }
    first.reason
}

/// Why one direction stopped.
struct Stopped {
    reason: EndReason,
    /// The reader said that it had finished, and the writer was told.
    in_order: bool,
}

impl Stopped {
    fn by_recorder(&self) -> bool {
        matches!(
            self.reason,
            EndReason::RecorderFailed | EndReason::QuotaUsedUp
        )
    }
}

/// One direction of a session.
struct Pump<'a, S> {
    opened: &'a S,
    direction: Direction,
}

impl<S: Passing> Pump<'_, S> {
    /// Reads, records, and only then forwards. While the session is frozen nothing passes. A
    /// recorder that cannot take the bytes freezes the direction: they are never written.
    async fn run(
        &self,
        mut from: impl AsyncRead + Unpin + Send,
        mut to: impl AsyncWrite + Unpin + Send,
        buffer: usize,
    ) -> Stopped {
        let mut buffer = vec![0; buffer];
        // How the source ended, if that was seen behind bytes that are still to be passed on.
        let mut over = None;
        let live = self.opened.live();
        loop {
            live.thawed().await;
            let first = match over.take() {
                Some(over) => over,
                None => from.read(&mut buffer).await,
            };
            let mut read = match first {
                Ok(0) => {
                    // The far side may be gone already; then there is nobody to tell.
                    let _gone = to.shutdown().await;
                    return Stopped {
                        reason: self.reader_closed(),
                        in_order: true,
                    };
                }
                Ok(read) => read,
                Err(_) => {
                    return Stopped {
                        reason: self.reader_closed(),
                        in_order: false,
                    };
                }
            };
            // Records of TLS that came together are one frame of the recording and one write.
            while let Some(room) = buffer.get_mut(read..).filter(|room| !room.is_empty()) {
                match there_already(&mut from, room) {
                    None => break,
                    Some(Ok(more)) if more > 0 => read += more,
                    Some(ended) => {
                        over = Some(ended);
                        break;
                    }
                }
            }
            let bytes = buffer.get(..read).unwrap_or_default();
            // It may have been frozen while this was awaited.
            live.thawed().await;
            if let Err(cause) = self.opened.record(self.direction, bytes).await {
                return Stopped {
                    reason: recorder_end(&cause),
                    in_order: false,
                };
            }
            if frozen::pass_on(live, bytes, &mut to).await.is_err() {
                return Stopped {
                    reason: self.writer_closed(),
                    in_order: false,
                };
            }
            self.count(read);
        }
    }

    fn count(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.opened.count(self.direction, bytes);
    }

    fn reader_closed(&self) -> EndReason {
        match self.direction {
            Direction::ToTarget => EndReason::EngineerClosed,
            Direction::FromTarget => EndReason::TargetClosed,
        }
    }

    fn writer_closed(&self) -> EndReason {
        match self.direction {
            Direction::ToTarget => EndReason::TargetClosed,
            Direction::FromTarget => EndReason::EngineerClosed,
        }
    }
}

/// Reads what is there already; `None` if that is nothing.
fn there_already(
    from: &mut (impl AsyncRead + Unpin),
    room: &mut [u8],
) -> Option<io::Result<usize>> {
    // Nobody is woken: whoever reads next waits for himself.
    let mut context = Context::from_waker(Waker::noop());
    let mut room = ReadBuf::new(room);
    match Pin::new(from).poll_read(&mut context, &mut room) {
        Poll::Pending => None,
        Poll::Ready(read) => Some(read.map(|()| room.filled().len())),
    }
}

/// The end of a session whose recorder does not take what passes.
pub(crate) fn recorder_end(cause: &RecordError) -> EndReason {
    match cause {
        RecordError::QuotaUsedUp => EndReason::QuotaUsedUp,
        RecordError::DiskFull
        | RecordError::Failed(_)
        | RecordError::Stopped
        | RecordError::AlreadyRecorded => EndReason::RecorderFailed,
    }
}
