//! What waits to be sent on one side of a file transfer, in order.
//!
//! A transfer's two directions answer each other, so they cannot each hold the other up: who reads puts
//! what follows from it here, and reads on only while there is room.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ssh::{Credit, Exit, Stream};
use tokio::sync::Notify;

/// Above this nothing more is read that would add to it: some packets of SFTP, so that a line with a
/// long way is kept busy by what waits before it, not here.
const ROOM: usize = 256 * 1024;

/// Bytes that are sent at once: two packets of SSH.
const AT_ONCE: usize = 64 * 1024;

/// Something to send.
pub(super) enum Item {
    /// Bytes.
    Bytes {
        stream: Stream,
        bytes: Vec<u8>,
        /// The room of the pieces that they came from: given back when they are sent.
        credits: Vec<Credit>,
    },
    /// No more bytes.
    Eof,
    /// How what ran has ended.
    Exit(Exit),
}

#[derive(Default)]
struct State {
    items: VecDeque<Item>,
    waiting: usize,
    /// Nothing more comes.
    closed: bool,
    /// Nobody sends any more.
    abandoned: bool,
}

/// A queue with one reader.
#[derive(Default)]
pub(super) struct Outgoing {
    state: Mutex<State>,
    arrived: Notify,
    taken: Notify,
}

impl Outgoing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds bytes.
    pub(super) fn bytes(&self, stream: Stream, added: &[u8]) {
        let mut state = self.state();
        if state.abandoned || added.is_empty() {
            return;
        }
        state.waiting = state.waiting.saturating_add(added.len());
        match state.items.back_mut() {
            Some(Item::Bytes {
                stream: last,
                bytes,
                ..
            }) if *last == stream && bytes.len().saturating_add(added.len()) <= AT_ONCE => {
                bytes.extend_from_slice(added);
            }
            Some(Item::Eof | Item::Exit(_)) if stream == Stream::Main => {
                // Whoever said that nothing more comes sends nothing more.
                state.waiting = state.waiting.saturating_sub(added.len());
            }
            Some(_) | None => state.items.push_back(Item::Bytes {
                stream,
                bytes: added.to_vec(),
                credits: Vec::new(),
            }),
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Adds something that is not bytes.
    pub(super) fn item(&self, item: Item) {
        let mut state = self.state();
        if !state.abandoned {
            state.items.push_back(item);
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Keeps a piece's room until what waits now is sent.
    pub(super) fn until_sent(&self, credit: Credit) {
        if let Some(Item::Bytes { credits, .. }) = self.state().items.back_mut() {
            credits.push(credit);
        }
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.arrived.notify_one();
    }

    /// Nobody sends any more: what waits is given up.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        state.abandoned = true;
        let given_up = std::mem::take(&mut state.items);
        drop(state);
        drop(given_up);
        self.taken.notify_waiters();
    }

    /// The next item; `None` when nothing more comes. May be dropped and called again.
    pub(super) async fn next(&self) -> Option<Item> {
        loop {
            {
                let mut state = self.state();
                if let Some(item) = state.items.pop_front() {
                    if let Item::Bytes { bytes, .. } = &item {
                        state.waiting = state.waiting.saturating_sub(bytes.len());
                    }
                    drop(state);
                    self.taken.notify_waiters();
                    return Some(item);
                }
                if state.closed {
                    return None;
                }
            }
            self.arrived.notified().await;
        }
    }

    /// Returns when there is room for more.
    pub(super) async fn room(&self) {
        loop {
            let mut taken = std::pin::pin!(self.taken.notified());
            taken.as_mut().enable();
            {
                let state = self.state();
                if state.abandoned || state.waiting < ROOM {
                    return;
                }
            }
            taken.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(item: Option<Item>) -> String {
        match item {
            Some(Item::Bytes { bytes, .. }) => String::from_utf8(bytes).unwrap(),
            Some(Item::Eof) => "eof".to_owned(),
            Some(Item::Exit(_)) => "exit".to_owned(),
            None => "end".to_owned(),
        }
    }

    #[tokio::test]
    async fn small_pieces_are_sent_together_and_nothing_follows_the_end() {
        let queue = Outgoing::default();
        queue.bytes(Stream::Main, b"a");
        queue.bytes(Stream::Main, b"b");
        queue.bytes(Stream::Error, b"c");
        queue.item(Item::Eof);
        queue.bytes(Stream::Main, b"late");
        queue.close();
        let mut sent = Vec::new();
        for _ in 0..4 {
            sent.push(text(queue.next().await));
        }
        assert_eq!(sent, ["ab", "c", "eof", "end"]);
    }

    #[tokio::test]
    async fn whoever_waits_for_room_hears_that_nobody_sends_any_more() {
        let queue = Outgoing::default();
        queue.bytes(Stream::Main, &[0; ROOM]);
        let waiting = queue.room();
        tokio::pin!(waiting);
        tokio::select! {
            biased;
            () = &mut waiting => panic!("there is no room"),
            () = std::future::ready(()) => {}
        }
        queue.abandon();
        waiting.await;
        queue.bytes(Stream::Main, b"x");
        queue.close();
        assert_eq!(text(queue.next().await), "end");
    }
}
