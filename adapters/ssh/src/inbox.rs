//! What a peer sends on one channel, in order, until somebody looks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::flow::{Credit, Lane, Meter};
use crate::limits::{JOINED, MOST_REQUESTS};
use crate::target::Wanted;

/// Which of a channel's streams: RFC 4254 §5.2 knows two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard input or output.
    Main,
    /// Standard error.
    Error,
}

/// Bytes of a channel, and the room they take until they are sent on.
#[derive(Debug)]
pub struct Piece {
    /// Which stream.
    pub stream: Stream,
    /// At most one packet, never empty.
    pub bytes: Vec<u8>,
    /// Keep it until the bytes are sent: it is what holds the sender.
    pub credit: Credit,
}

/// How a channel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The peer closed it.
    ByPeer,
    /// The connection ended under it.
    WithConnection,
    /// The peer sent more than it had leave to, and we closed it.
    Overflowed,
}

/// What came in on a channel; `T` is what only this side's peer may say.
#[derive(Debug)]
pub enum Received<T> {
    /// Bytes.
    Data(Piece),
    /// No more bytes will come; answers may.
    Eof,
    /// A request or an answer.
    Said(T),
    /// Nothing more will come.
    Closed(Closed),
}

struct State<T> {
    waiting: VecDeque<Received<T>>,
    requests: usize,
    expected: VecDeque<Wanted>,
    over: bool,
    abandoned: bool,
}

/// The end of a queue that a connection fills. Filling never waits.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Notify,
    over: Notify,
    meter: Arc<Meter>,
}

/// The queue took no more: the channel is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl<T> Queue<T> {
    pub(crate) fn new(lane: &Arc<Lane>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                requests: 0,
                expected: VecDeque::new(),
                over: false,
                abandoned: false,
            }),
            arrived: Notify::new(),
            over: Notify::new(),
            meter: Meter::new(lane),
        })
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(crate) fn data(&self, stream: Stream, bytes: &[u8]) -> Result<(), Full> {
        let mut state = self.state();
        if state.over || state.abandoned || bytes.is_empty() {
            return Ok(());
        }
        if self.meter.is_beyond() {
            return Err(Full);
        }
        match state.waiting.back_mut() {
            Some(Received::Data(last))
                if last.stream == stream
                    && last.bytes.len().saturating_add(bytes.len()) <= JOINED =>
            {
                last.credit.grow(bytes.len());
                last.bytes.extend_from_slice(bytes);
            }
            _ => state.waiting.push_back(Received::Data(Piece {
                stream,
                bytes: bytes.to_vec(),
                credit: Credit::take(&self.meter, bytes.len()),
            })),
        }
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    pub(crate) fn said(&self, what: T) -> Result<(), Full> {
        self.push(Received::Said(what))
    }

    pub(crate) fn eof(&self) -> Result<(), Full> {
        self.push(Received::Eof)
    }

    fn push(&self, what: Received<T>) -> Result<(), Full> {
        let mut state = self.state();
        if state.over || state.abandoned {
            return Ok(());
        }
        if state.requests >= MOST_REQUESTS {
            return Err(Full);
        }
        state.requests += 1;
        state.waiting.push_back(what);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Notes a request that the peer will answer: answers come in the order of the requests
    /// (RFC 4254 §5.4), and name none.
    pub(crate) fn expect(&self, wanted: Wanted) {
        self.state().expected.push_back(wanted);
    }

    /// What the answer that just came was to.
    pub(crate) fn expected(&self) -> Wanted {
        let first = self.state().expected.pop_front();
        first.unwrap_or(Wanted::Nothing)
    }

    /// The last thing that comes. What waits is still delivered.
    pub(crate) fn end(&self, how: Closed) {
        let mut state = self.state();
        if state.over {
            return;
        }
        state.over = true;
        if !state.abandoned {
            state.waiting.push_back(Received::Closed(how));
        }
        drop(state);
        self.arrived.notify_one();
        self.over.notify_waiters();
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state().over
    }

    /// Returns when the channel has ended. A sender that waits for its window waits for this too:
    /// `russh` tells it nothing.
    pub(crate) async fn ended(&self) {
        loop {
            let mut over = std::pin::pin!(self.over.notified());
            over.as_mut().enable();
            if self.is_over() {
                return;
            }
            over.await;
        }
    }
}

/// What a peer sends on one channel. Dropping it discards what still comes.
pub struct Inbox<T>(Arc<Queue<T>>);

impl<T> Inbox<T> {
    pub(crate) fn new(queue: &Arc<Queue<T>>) -> Self {
        Self(Arc::clone(queue))
    }

    /// The next thing in order; `None` after [`Received::Closed`]. May be dropped and called again:
    /// nothing is lost.
    pub async fn next(&mut self) -> Option<Received<T>> {
        loop {
            {
                let mut state = self.0.state();
                match state.waiting.pop_front() {
                    Some(what) => {
                        if !matches!(what, Received::Data(_) | Received::Closed(_)) {
                            state.requests = state.requests.saturating_sub(1);
                        }
                        return Some(what);
                    }
                    None if state.over => return None,
                    None => {}
                }
            }
            self.0.arrived.notified().await;
        }
    }
}

impl<T> Drop for Inbox<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.abandoned = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
    }
}

impl<T> std::fmt::Debug for Inbox<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Closed, Full, Inbox, Queue, Received, Stream};
    use crate::flow::Flow;
    use crate::limits::{JOINED, MOST_REQUESTS, MOST_WAITING};

    #[tokio::test]
    async fn what_was_sent_comes_in_order_and_then_the_end() {
        let flow = Flow::new();
        let queue = Queue::<u8>::new(&flow.up);
        let mut inbox = Inbox::new(&queue);
        queue.data(Stream::Main, b"a").unwrap();
        queue.data(Stream::Main, b"b").unwrap();
        queue.data(Stream::Error, b"c").unwrap();
        queue.said(7).unwrap();
        queue.eof().unwrap();
        queue.end(Closed::ByPeer);
        queue.end(Closed::WithConnection);
        let mut seen = Vec::new();
        while let Some(what) = inbox.next().await {
            seen.push(match what {
                Received::Data(piece) => String::from_utf8(piece.bytes).unwrap(),
                Received::Said(what) => what.to_string(),
                Received::Eof => "eof".to_owned(),
                Received::Closed(how) => format!("{how:?}"),
            });
        }
        assert_eq!(seen, ["ab", "c", "7", "eof", "ByPeer"]);
        assert_eq!(flow.waiting_up(), 0);
    }

    #[tokio::test]
    async fn an_inbox_that_is_dropped_gives_its_room_back_and_takes_no_more() {
        let flow = Flow::new();
        let queue = Queue::<u8>::new(&flow.up);
        let inbox = Inbox::new(&queue);
        queue.data(Stream::Main, &[0; 100]).unwrap();
        drop(inbox);
        queue.data(Stream::Main, &[0; 100]).unwrap();
        assert_eq!(flow.waiting_up(), 0);
    }

    #[test]
    fn a_sender_beyond_every_window_and_one_with_endless_requests_are_stopped() {
        let flow = Flow::new();
        let queue = Queue::<u8>::new(&flow.up);
        let _inbox = Inbox::new(&queue);
        while queue.data(Stream::Main, &[0; JOINED]).is_ok() {}
        assert!(flow.waiting_up() > MOST_WAITING && flow.waiting_up() < MOST_WAITING + 2 * JOINED);
        assert_eq!(queue.data(Stream::Main, b"x"), Err(Full));
        for _ in 0..MOST_REQUESTS {
            queue.said(0).unwrap();
        }
        assert_eq!(queue.said(0), Err(Full));
    }

    #[tokio::test]
    async fn a_sender_that_waits_hears_of_the_end() {
        let flow = Flow::new();
        let queue = Queue::<u8>::new(&flow.up);
        let waiting = std::sync::Arc::clone(&queue);
        let waiter = tokio::spawn(async move { waiting.ended().await });
        tokio::task::yield_now().await;
        queue.end(Closed::ByPeer);
        waiter.await.unwrap();
    }
}
