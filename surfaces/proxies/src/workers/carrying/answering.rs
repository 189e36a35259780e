//! Answers what a worker asks about its session, as the gateway would answer itself, and believes nothing
//! that is not a data path's to say.

use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use access::{ChannelAsk, EndReason, Protocol};
use engine::{OpenedSession, Shown};
use recording::ChannelNote;
use store::RecordError;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tunnel::Closer;

use super::{Events, Workers};
use crate::tcp;
use crate::workers::batch::{Called, Came, NUMBER};
use crate::workers::crossing::{Answer, Call, Event, NotRecorded, json, secret_packet};
use crate::workers::packets::{Inbox, send};

/// What a session may wait for at once; a worker that asks for more is broken.
const MOST_WAITING: usize = 64;

/// What a call, or a packet of them, came to.
enum Done {
    /// And what its worker waits for.
    Answered(Option<Packet>),
    Over(EndReason),
    /// It says what no worker says.
    Broken,
}

/// Answers one session's calls.
pub(super) struct Answering<'a> {
    calls: Inbox,
    /// Packets that came.
    heard: &'a AtomicU64,
    asked: Asked<'a>,
}

impl<'a> Answering<'a> {
    /// `target` is the connection to it, where another process will speak TLS on it.
    pub(super) fn new(
        workers: &'a Workers,
        calls: Inbox,
        target: Option<TcpStream>,
        events: Events,
        opened: &'a Arc<OpenedSession>,
    ) -> Self {
        Self {
            calls,
            heard: &workers.heard,
            asked: Asked {
                workers,
                target,
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
            self.heard.fetch_add(1, Ordering::Relaxed);
            match self.asked.carry_out(packet) {
                Done::Answered(None) => {}
                Done::Answered(Some(answer)) => send(self.calls.socket(), &answer, &[]).ok()?,
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

/// What one call came to.
enum Did {
    Nothing,
    Recorded(Result<(), RecordError>),
    Answered(Packet),
    Over(EndReason),
    /// It says what no data path says.
    Broken,
}

struct Asked<'a> {
    workers: &'a Workers,
    target: Option<TcpStream>,
    opened: &'a Arc<OpenedSession>,
    events: Events,
    waiting: JoinSet<()>,
    /// The last connection that was dialled beside the first one.
    beside: Arc<Mutex<Option<Closer>>>,
    /// Taken ahead out of a database, at the last time: the most that can come back.
    lent: u64,
}

impl Asked<'_> {
    /// Does what a packet says, in its order, as far as it is recorded: what was not, must not pass, and what
    /// stands behind it was not done. Whoever waits is answered once.
    fn carry_out(&mut self, packet: &[u8]) -> Done {
        let Some(came) = Came::read(packet) else {
            return Done::Broken;
        };
        let number = came.number;
        self.opened.live().count_sent(came.sent);
        self.opened.live().count_received(came.received);
        let mut answer = None;
        for called in came.calls() {
            let Some(called) = called else {
                return Done::Broken;
            };
            match self.to(called) {
                Did::Nothing => {}
                Did::Recorded(Ok(())) => answer = Some(Ok(None)),
                Did::Recorded(Err(cause)) => {
                    answer = Some(Err(NotRecorded::from(&cause)));
                    break;
                }
                Did::Answered(packet) => answer = Some(Ok(Some(packet))),
                Did::Over(end) => return Done::Over(end),
                Did::Broken => return Done::Broken,
            }
        }
        let answer = match answer {
            // What is recorded has to be waited for.
            Some(_) if number == 0 => return Done::Broken,
            None if number == 0 => return Done::Answered(None),
            Some(Ok(Some(packet))) => Some(packet),
            Some(Ok(None)) | None => self.recorded(None),
            Some(Err(cause)) => self.recorded(Some(cause)),
        };
        answer.map_or(Done::Broken, |answer| {
            // In one piece: a buffer that grows leaves what it held behind.
            let mut packet = Packet::new(Vec::with_capacity(NUMBER + answer.len()));
            packet.extend(number.to_be_bytes());
            packet.extend_from_slice(&answer);
            Done::Answered(Some(packet))
        })
    }

    fn to(&mut self, called: Called<'_>) -> Did {
        let opened = self.opened;
        let live = opened.live();
        let call = match called {
            Called::Said(call) => call,
            Called::Stream {
                channel,
                direction,
                stream,
                bytes,
            } => return Did::Recorded(opened.stream(channel, direction, stream, bytes)),
            Called::Typed {
                channel,
                line,
                sealed,
            } => return Did::Recorded(opened.typed(channel, line, sealed)),
            // Of a session that is understood, it is said what the bytes are.
            Called::Raw { .. } if opened.permit().protocol() != Protocol::Tcp => {
                return Did::Broken;
            }
            Called::Raw { direction, bytes } => {
                return Did::Recorded(opened.record(direction, bytes));
            }
            Called::Output { channel, bytes } => {
                opened.show_output(channel, bytes);
                return Did::Nothing;
            }
        };
        match call {
            Call::Note(note) if is_of_a_channel(&note) => Did::Recorded(opened.note(&note)),
            Call::Notice(text) => Did::Recorded(opened.notice(&text)),
            Call::TakeData(bytes) => {
                let taken = opened.take_data_ahead(bytes);
                self.lent = taken.unwrap_or(self.lent);
                answered(&Answer::Taken(taken))
            }
            Call::Secret => {
                let secret = opened.target_secret().ok();
                Did::Answered(secret_packet(secret.as_ref()))
            }
            Call::Left => {
                let left = live.deadline().saturating_duration_since(Instant::now());
                answered(&Answer::Left(left))
            }
            Call::Ended => answered(&Answer::Ended(live.ended().cloned())),
            Call::Ask { number, ask } if self.waiting.len() < MOST_WAITING => {
                self.ask(number, ask);
                Did::Nothing
            }
            Call::Dial { number } if self.waiting.len() < MOST_WAITING => {
                self.dial(number);
                Did::Nothing
            }
            Call::OldTls { number } => match self.target.take() {
                Some(target) => {
                    match self.workers.inside_old_tls(target, None) {
                        Ok(inside) => self
                            .events
                            .say(&Event::Dialled { number }, &[inside.as_fd()]),
                        Err(_) => self.events.say(&Event::Dialled { number }, &[]),
                    };
                    Did::Nothing
                }
                None => Did::Broken,
            },
            Call::CancelsBy { number, secret } => {
                live.cancels_by(number, &secret);
                Did::Nothing
            }
            Call::Show(shown) if is_shown_by_a_channel(&shown) => {
                opened.show(shown);
                Did::Nothing
            }
            Call::Over { end, unspent } if live.ended().is_some() || is_of_a_data_path(&end) => {
                opened.give_data_back(unspent.min(self.lent));
                Did::Over(end)
            }
            Call::Note(_)
            | Call::Ask { .. }
            | Call::Dial { .. }
            | Call::Show(_)
            | Call::Over { .. } => Did::Broken,
        }
    }

    fn recorded(&self, why_not: Option<NotRecorded>) -> Option<Packet> {
        let frozen = self.opened.live().frozen();
        let answer = json(&Answer::Recorded { why_not, frozen });
        answer.ok().map(Packet::new)
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

fn answered(answer: &Answer) -> Did {
    json(answer).map_or(Did::Broken, |packet| Did::Answered(packet.into()))
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
        | ChannelNote::Keyframe(_)
        | ChannelNote::ServerSaid { .. }
        | ChannelNote::Refused { .. } => true,
        ChannelNote::File(_)
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
        | Shown::Pixels { .. }
        | Shown::Notice(_) => true,
        Shown::Frozen(_) | Shown::Lost | Shown::Picture { .. } => false,
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
        | EndReason::TargetSignInUnknown
        | EndReason::ReaderCanWrite
        | EndReason::DataUsedUp
        | EndReason::Interrupted => true,
        EndReason::EndedBy(_)
        | EndReason::VisitAccountNotMade
        | EndReason::EndedLocally
        | EndReason::EndedByRule
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
        | EndReason::RiskOver
        | EndReason::WorkerCrashed
        | EndReason::GatewayStopped => false,
    }
}
