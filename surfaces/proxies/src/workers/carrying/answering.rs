//! Answers what a worker asks about its session, as the gateway would answer itself, and believes nothing
//! that is not a data path's to say.

use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use access::{ChannelAsk, EndReason};
use engine::{OpenedSession, Shown};
use recording::ChannelNote;
use store::RecordError;
use tokio::task::JoinSet;
use tunnel::Closer;

use super::Events;
use crate::tcp;
use crate::workers::crossing::{Answer, Call, Called, Event, json, secret_packet};
use crate::workers::packets::{Inbox, send};

/// What a session may wait for at once; a worker that asks for more is broken.
const MOST_WAITING: usize = 64;

/// What of a call is to be done.
enum Done {
    Answered,
    Over(EndReason),
    /// It says what no data path says.
    Broken,
}

/// Answers one session's calls.
pub(super) struct Answering<'a> {
    calls: Inbox,
    asked: Asked<'a>,
}

impl<'a> Answering<'a> {
    pub(super) fn new(calls: Inbox, events: Events, opened: &'a Arc<OpenedSession>) -> Self {
        Self {
            calls,
            asked: Asked {
                opened,
                events,
                waiting: JoinSet::new(),
                beside: Arc::default(),
                lent: 0,
            },
        }
    }

    /// Answers until the worker has said its last word, and gives that; `None` if it ended without, or
    /// said what cannot be.
    pub(super) async fn answer(&mut self) -> Option<EndReason> {
        loop {
            let packet = self.calls.next().await.ok()??.0;
            let answer = match Called::read(packet) {
                Some(called) => self.asked.to(called),
                None => (Done::Broken, None),
            };
            if let (_, Some(answer)) = &answer {
                send(self.calls.socket(), answer, &[]).ok()?;
            }
            match answer.0 {
                Done::Answered => {}
                Done::Over(end) => return Some(end),
                Done::Broken => {
                    let session = self.asked.opened.live().id();
                    tracing::error!(%session, "a worker said what no worker says");
                    return None;
                }
            }
        }
    }

    /// Ends what it waits for: afterwards nobody holds the session here.
    pub(super) async fn finish(mut self) {
        self.asked.waiting.shutdown().await;
        replace(&self.asked.beside, None);
    }
}

type Packet = zeroize::Zeroizing<Vec<u8>>;

struct Asked<'a> {
    opened: &'a Arc<OpenedSession>,
    events: Events,
    waiting: JoinSet<()>,
    /// The last connection that was dialled beside the first one.
    beside: Arc<Mutex<Option<Closer>>>,
    /// Taken ahead out of a database, at the last time: the most that can come back.
    lent: u64,
}

impl Asked<'_> {
    fn to(&mut self, called: Called<'_>) -> (Done, Option<Packet>) {
        let opened = self.opened;
        let live = opened.live();
        let call = match called {
            Called::Said(call) => call,
            Called::Stream {
                channel,
                direction,
                stream,
                bytes,
            } => return self.recorded(&opened.stream(channel, direction, stream, bytes)),
            Called::Output { channel, bytes } => {
                opened.show_output(channel, bytes);
                return (Done::Answered, None);
            }
        };
        match call {
            Call::Note(note) if is_of_a_channel(&note) => self.recorded(&opened.note(&note)),
            Call::Notice(text) => self.recorded(&opened.notice(&text)),
            Call::TakeData(bytes) => {
                let taken = opened.take_data_ahead(bytes);
                self.lent = taken.unwrap_or(self.lent);
                answered(&Answer::Taken(taken))
            }
            Call::Secret => {
                let secret = opened.target_secret().ok();
                (Done::Answered, Some(secret_packet(secret.as_ref())))
            }
            Call::Left => {
                let left = live.deadline().saturating_duration_since(Instant::now());
                answered(&Answer::Left(left))
            }
            Call::Ended => answered(&Answer::Ended(live.ended().cloned())),
            Call::Ask { number, ask } if self.waiting.len() < MOST_WAITING => {
                self.ask(number, ask);
                (Done::Answered, None)
            }
            Call::Dial { number } if self.waiting.len() < MOST_WAITING => {
                self.dial(number);
                (Done::Answered, None)
            }
            Call::CancelsBy { number, secret } => {
                live.cancels_by(number, &secret);
                (Done::Answered, None)
            }
            Call::Counted { sent, received } => {
                live.count_sent(sent);
                live.count_received(received);
                (Done::Answered, None)
            }
            Call::Show(shown) if is_shown_by_a_channel(&shown) => {
                opened.show(shown);
                (Done::Answered, None)
            }
            Call::Over { end, unspent } if live.ended().is_some() || is_of_a_data_path(&end) => {
                opened.give_data_back(unspent.min(self.lent));
                (Done::Over(end), None)
            }
            Call::Note(_)
            | Call::Ask { .. }
            | Call::Dial { .. }
            | Call::Show(_)
            | Call::Over { .. } => (Done::Broken, None),
        }
    }

    fn recorded(&self, recorded: &Result<(), RecordError>) -> (Done, Option<Packet>) {
        answered(&Answer::Recorded {
            why_not: recorded.as_ref().err().map(Into::into),
            frozen: self.opened.live().frozen(),
        })
    }

    /// At the one door, where a worker is told what its session may do, as the engineer is.
    fn ask(&mut self, number: u64, ask: ChannelAsk) {
        self.reap();
        let (opened, events) = (Arc::clone(self.opened), self.events.clone());
        self.waiting.spawn(async move {
            let answer = opened.ask(ask).await.map_err(|refusal| refusal.reasons);
            events.say(&Event::Asked { number, answer }, &[]);
        });
    }

    /// The permit's address, and no other. One such connection at a time.
    fn dial(&mut self, number: u64) {
        self.reap();
        let (opened, events) = (Arc::clone(self.opened), self.events.clone());
        let beside = Arc::clone(&self.beside);
        self.waiting.spawn(async move {
            let dialled = tcp::dial(&opened).await.and_then(|target| {
                replace(&beside, Some(Closer::of(&target)?));
                target.into_std()
            });
            match dialled {
                Ok(target) => events.say(&Event::Dialled { number }, &[target.as_fd()]),
                Err(_) => events.say(&Event::Dialled { number }, &[]),
            };
        });
    }

    fn reap(&mut self) {
        while self.waiting.try_join_next().is_some() {}
    }
}

/// Shuts down what was held before.
fn replace(held: &Mutex<Option<Closer>>, by: Option<Closer>) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(before) = std::mem::replace(&mut *held, by) {
        before.close();
    }
}

fn answered(answer: &Answer) -> (Done, Option<Packet>) {
    match json(answer) {
        Ok(packet) => (Done::Answered, Some(packet.into())),
        Err(_) => (Done::Broken, None),
    }
}

/// What a session as a whole went through, the gateway notes itself.
fn is_of_a_channel(note: &ChannelNote) -> bool {
    match note {
        ChannelNote::Opened { .. }
        | ChannelNote::Resized { .. }
        | ChannelNote::Exited { .. }
        | ChannelNote::Closed { .. }
        | ChannelNote::Statement(_)
        | ChannelNote::StatementEnded(_)
        | ChannelNote::Patients(_)
        | ChannelNote::ServerSaid { .. }
        | ChannelNote::Refused { .. } => true,
        ChannelNote::File(_)
        | ChannelNote::Keyframe(_)
        | ChannelNote::Revealed { .. }
        | ChannelNote::Paused { .. }
        | ChannelNote::Continued { .. }
        | ChannelNote::Attended { .. }
        | ChannelNote::AttendantLeft { .. } => false,
    }
}

fn is_shown_by_a_channel(shown: &Shown) -> bool {
    match shown {
        Shown::Opened { .. }
        | Shown::Output { .. }
        | Shown::Resized { .. }
        | Shown::Closed { .. }
        | Shown::Notice(_) => true,
        Shown::Frozen(_) | Shown::Lost => false,
    }
}

/// Why people, the clock or the gateway end a session, a worker cannot say.
fn is_of_a_data_path(end: &EndReason) -> bool {
    match end {
        EndReason::EngineerClosed
        | EndReason::TargetClosed
        | EndReason::TargetUnreachable
        | EndReason::Deadline
        | EndReason::QuotaUsedUp
        | EndReason::RecorderFailed
        | EndReason::TargetKeyDiffers
        | EndReason::TargetRefusedLogin
        | EndReason::TargetWithoutTls
        | EndReason::ReaderCanWrite
        | EndReason::DataUsedUp
        | EndReason::Interrupted => true,
        EndReason::EndedBy(_)
        | EndReason::VisitAccountNotMade
        | EndReason::EndedLocally
        | EndReason::SignedOut
        | EndReason::Isolated
        | EndReason::VendorSuspended
        | EndReason::PersonSuspended
        | EndReason::DeviceSuspended
        | EndReason::TargetSuspended
        | EndReason::TargetPinChanged
        | EndReason::GrantWithdrawn
        | EndReason::SourceWithdrawn
        | EndReason::LedgerUnavailable
        | EndReason::AttendantMissing
        | EndReason::WorkerCrashed
        | EndReason::GatewayStopped => false,
    }
}
