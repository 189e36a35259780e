//! A worker's line for the calls of one session.
//!
//! A packet is sent at once, and waits for its answer under its number: whoever does not wait any more, because
//! the session ends meanwhile, has said what it said all the same. The gateway answers without waiting for anything
//! but its journal; what it does wait for comes as an event.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram as StdUnixDatagram;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::RecvFlags;
use tokio::io::Interest;
use tokio::net::UnixDatagram;
use tokio::sync::Notify;
use zeroize::{Zeroize, Zeroizing};

use super::batch::{self, Batch, NUMBER};
use super::crossing::Call;
use super::packets::{receive, send_waiting};

/// The longest answer, in bytes: a private key.
const ANSWER: usize = 32 * 1024;

/// How long counts may wait for a packet that carries them. People see them.
const COUNTS_WAIT: Duration = Duration::from_millis(500);

/// An answer without its number. It wipes itself.
pub(super) type Answered = Zeroizing<Vec<u8>>;

/// The line.
pub(super) struct Calls {
    line: UnixDatagram,
    turns: Mutex<Turns>,
    /// Somebody took an answer from the line that another waits for.
    came: Notify,
    counted: Notify,
}

struct Turns {
    last: u64,
    /// Who waits, and what came for them.
    answers: BTreeMap<u64, Option<Answered>>,
    /// Bytes that passed and were not told yet.
    sent: u64,
    received: u64,
    buffer: Box<[u8; ANSWER]>,
    /// The gateway is gone, or has given up this session.
    is_over: bool,
}

impl Turns {
    /// Takes one answer from the line.
    fn receive(&mut self, line: &UnixDatagram, flags: RecvFlags) -> io::Result<()> {
        let (length, _) = receive(line, self.buffer.as_mut_slice(), false, flags)?;
        let came = self.buffer.get_mut(..length).unwrap_or_default();
        let Some((number, answer)) = came.split_first_chunk::<NUMBER>() else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        // Nobody waits any more for what has no place here.
        if let Some(place) = self.answers.get_mut(&u64::from_be_bytes(*number)) {
            *place = Some(Zeroizing::new(answer.to_vec()));
        }
        came.zeroize();
        Ok(())
    }

    /// What came for this number, if it did; nothing will if it is over.
    fn came(&mut self, number: u64) -> Option<Option<Answered>> {
        let came = self.answers.get_mut(&number).and_then(Option::take);
        (came.is_some() || self.is_over).then_some(came)
    }
}

/// A place for an answer, as long as somebody waits for it.
struct Waiting<'a> {
    calls: &'a Calls,
    number: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.calls.turns().answers.remove(&self.number);
    }
}

impl Calls {
    /// Inside of a runtime.
    pub(super) fn new(line: OwnedFd) -> io::Result<Self> {
        let line = StdUnixDatagram::from(line);
        let same = line.try_clone()?;
        line.set_nonblocking(true)?;
        let line = UnixDatagram::from_std(line)?;
        // The runtime says when something is there, and no more: whoever does not wait on this thread says so.
        same.set_nonblocking(false)?;
        Ok(Self {
            line,
            turns: Mutex::new(Turns {
                last: 0,
                answers: BTreeMap::new(),
                sent: 0,
                received: 0,
                buffer: Box::new([0; ANSWER]),
                is_over: false,
            }),
            came: Notify::new(),
            counted: Notify::new(),
        })
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says something without an answer. A gateway that is gone ends this process.
    pub(super) fn tell(&self, call: &Call) {
        self.tell_all(Batch::of(call));
    }

    /// The same with several things at once.
    pub(super) fn tell_all(&self, batch: Batch) {
        for packet in batch.packets().unwrap_or_default() {
            self.send(packet, 0);
        }
    }

    /// Counts bytes that passed: the next packet carries it.
    pub(super) fn count(&self, sent: u64, received: u64) {
        let mut turns = self.turns();
        turns.sent += sent;
        turns.received += received;
        drop(turns);
        self.counted.notify_one();
    }

    /// Carries counts for which no other packet comes. Does not return.
    pub(super) async fn keep_counting(&self) {
        loop {
            self.counted.notified().await;
            tokio::time::sleep(COUNTS_WAIT).await;
            let waits = {
                let turns = self.turns();
                turns.sent > 0 || turns.received > 0
            };
            if waits {
                self.send(batch::empty(), 0);
            }
        }
    }

    fn send(&self, mut packet: Vec<u8>, number: u64) {
        let mut turns = self.turns();
        batch::head(&mut packet, number, turns.sent, turns.received);
        (turns.sent, turns.received) = (0, 0);
        turns.is_over |= send_waiting(&self.line, &packet).is_err();
    }

    fn asked(&self, packet: Vec<u8>) -> Waiting<'_> {
        let number = {
            let mut turns = self.turns();
            turns.last += 1;
            let number = turns.last;
            turns.answers.insert(number, None);
            number
        };
        self.send(packet, number);
        Waiting {
            calls: self,
            number,
        }
    }

    /// Asks, and waits on this thread: for what is rare, or a worker that carries one session. `None` if the
    /// gateway is gone, or has given up this session.
    pub(super) fn call(&self, call: &Call) -> Option<Answered> {
        self.call_all(Batch::of(call))?.pop()
    }

    /// The same with several things at once: the answer to each of its packets.
    pub(super) fn call_all(&self, batch: Batch) -> Option<Vec<Answered>> {
        let packets = batch.packets()?.into_iter();
        let waiting: Vec<_> = packets.map(|packet| self.asked(packet)).collect();
        waiting.iter().map(|waiting| self.wait(waiting)).collect()
    }

    fn wait(&self, waiting: &Waiting<'_>) -> Option<Answered> {
        let mut turns = self.turns();
        let answer = loop {
            if let Some(came) = turns.came(waiting.number) {
                break came;
            }
            let received = turns.receive(&self.line, RecvFlags::empty());
            turns.is_over |= received.is_err();
        };
        drop(turns);
        self.came.notify_waiters();
        answer
    }

    /// Asks, and lets other sessions go on until the answers to all of its packets are there. `None` as in
    /// [`Calls::call`].
    pub(super) async fn ask(&self, batch: Batch) -> Option<Vec<Answered>> {
        // All are sent before anything is waited for: whoever is dropped here has said everything.
        let packets = batch.packets()?.into_iter();
        let waiting: Vec<_> = packets.map(|packet| self.asked(packet)).collect();
        let mut answers = Vec::with_capacity(waiting.len());
        for waiting in &waiting {
            answers.push(self.answered(waiting).await?);
        }
        Some(answers)
    }

    async fn answered(&self, waiting: &Waiting<'_>) -> Option<Answered> {
        loop {
            // Made before looking, so that what another takes meanwhile is not missed.
            let came = self.came.notified();
            if let Some(came) = self.turns().came(waiting.number) {
                return came;
            }
            tokio::select! {
                biased;
                ready = self.line.readable() => self.take(&ready),
                () = came => {}
            }
        }
    }

    fn take(&self, ready: &io::Result<()>) {
        let mut turns = self.turns();
        let mut receiving = || turns.receive(&self.line, RecvFlags::DONTWAIT);
        match self.line.try_io(Interest::READABLE, &mut receiving) {
            Ok(()) => {}
            Err(waits) if waits.kind() == io::ErrorKind::WouldBlock && ready.is_ok() => return,
            Err(_) => turns.is_over = true,
        }
        drop(turns);
        self.came.notify_waiters();
    }
}
