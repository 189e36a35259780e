//! A channel on which files pass: understood, asked for one by one, counted, recorded as it passes.
//!
//! What either side sends is recorded as it came; what goes on is what the machine makes of it. A
//! decision holds up nothing but the request that it is about.

mod effects;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use access::{EndReason, Handover};
use engine::FileBudget;
use phrases::say;
use ssh::{Asked, Closed, Exit, Inbox, Piece, Received, Said, Stream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::channel::Line;
use super::decisions;
use super::gate::{self, Gated};
use super::machine::{Machine, Question, Side};
use super::outgoing::{Item, Outgoing};
use super::pumps::{HeldEof, exited, length};
use super::resolve::Resolver;
use super::windows::Told;
use super::{frozen, refusals};
use crate::workers::{TargetChannel, TargetInbox, TargetOut};

/// How long a channel that is broken off may take to say so.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(2);

/// Why a transfer stops before both sides have closed.
pub(super) enum Stop {
    /// The session ends.
    Ends(EndReason),
    /// A side broke the protocol: only the channel ends.
    Broken(String),
}

impl From<EndReason> for Stop {
    fn from(end: EndReason) -> Self {
        Self::Ends(end)
    }
}

/// One transfer.
pub(super) struct Transfer<'a> {
    pub(super) line: &'a Line,
    machine: Mutex<Machine>,
    pub(super) to_target: Outgoing,
    pub(super) to_engineer: Outgoing,
    questions: mpsc::UnboundedSender<Question>,
    files_in: FileBudget,
    files_out: FileBudget,
    /// Whether the client shows by itself what it is told of a file: that of the old protocol does.
    tells_itself: bool,
    /// Where files wait; `None`: they pass as they are read.
    gated: Option<Gated>,
    /// The last sentence about a file that was refused: a client that asks again is not told again.
    told: Mutex<String>,
}

/// Runs a transfer until its channel is closed.
pub(super) async fn run(
    line: &Line,
    machine: Machine,
    mut resolver: Option<Resolver>,
    near: Inbox<Asked>,
    far: TargetChannel,
    told: Told,
) -> Result<(), EndReason> {
    let opened = &line.session.opened;
    // A machine has one question open, or few: what it may ask is bounded there.
    let (questions, asked) = mpsc::unbounded_channel();
    let transfer = Transfer {
        line,
        tells_itself: matches!(machine, Machine::Scp(_)),
        machine: Mutex::new(machine),
        to_target: Outgoing::default(),
        to_engineer: Outgoing::default(),
        questions,
        files_in: opened.files(Handover::In),
        files_out: opened.files(Handover::Out),
        gated: opened.quarantine().map(|_| Gated::default()),
        told: Mutex::default(),
    };
    if let Some(gated) = &transfer.gated {
        let asked = decisions::decide(&transfer, asked, &mut resolver);
        return transfer.gated(gated, (near, told), far, asked).await;
    }
    let passing = async {
        tokio::try_join!(
            transfer.up(near),
            transfer.down(far.inbox),
            transfer.send_to_target(&far.out),
            transfer.send_to_engineer(told),
        )
        .map(|_| ())
    };
    let stopped = tokio::select! {
        passed = passing => passed,
        decided = decisions::decide(&transfer, asked, &mut resolver) => decided,
    };
    if let Some(resolver) = resolver {
        resolver.close().await;
    }
    let finished = transfer.finish();
    match stopped {
        Ok(()) => finished,
        Err(Stop::Ends(end)) => Err(end),
        Err(Stop::Broken(wrong)) => {
            transfer.break_off(&wrong).await;
            far.out.close().await;
            finished
        }
    }
}

impl Transfer<'_> {
    /// The same, with the quarantine in the target's place.
    async fn gated(
        &self,
        gated: &Gated,
        (near, told): (Inbox<Asked>, Told),
        far: TargetChannel,
        deciding: impl Future<Output = Result<(), Stop>>,
    ) -> Result<(), EndReason> {
        let (to_gate, from_machine) = mpsc::channel(gate::QUEUED);
        let (to_machine, from_gate) = mpsc::channel(gate::QUEUED);
        let passing = async {
            tokio::try_join!(
                self.up(near),
                self.down_from_gate(from_gate),
                self.send_to_gate(to_gate),
                gate::sftp(self, gated, far, from_machine, to_machine),
                self.send_to_engineer(told),
            )
            .map(|_| ())
        };
        let stopped = tokio::select! {
            passed = passing => passed,
            decided = deciding => decided,
        };
        let finished = self.finish();
        match stopped {
            Ok(()) => finished,
            Err(Stop::Ends(end)) => Err(end),
            Err(Stop::Broken(wrong)) => {
                self.break_off(&wrong).await;
                finished
            }
        }
    }

    /// What the gate says, in the target's place. It is recorded before it passes, like a target's word.
    pub(super) fn said_by_gate(&self, bytes: &[u8]) -> Result<(), Stop> {
        let (way, output) = (recording::Direction::FromTarget, recording::Stream::Output);
        self.line.record(way, output, bytes)?;
        self.line
            .session
            .opened
            .live()
            .count_received(length(bytes));
        self.effects(Side::Target, bytes)
    }

    /// From the engineer.
    async fn up(&self, mut near: Inbox<Asked>) -> Result<(), Stop> {
        loop {
            self.to_target.room().await;
            // What is refused is answered from here: that needs room too.
            self.to_engineer.room().await;
            let Some(received) = near.next().await else {
                break;
            };
            frozen::passable(self.line.session.opened.live()).await;
            match received {
                Received::Data(piece) => self.take(Side::Engineer, piece)?,
                Received::Eof => self.to_target.item(Item::Eof),
                Received::Said(Asked::Forbidden(what)) => {
                    refusals::forbidden_on_channel(&self.line.session.opened, what).await;
                }
                // Nothing that a transfer needs.
                Received::Said(_) => {}
                Received::Closed(_) => break,
            }
        }
        self.to_target.close();
        Ok(())
    }

    /// From the target.
    async fn down(&self, mut far: TargetInbox) -> Result<(), Stop> {
        let mut held = HeldEof::default();
        loop {
            self.to_engineer.room().await;
            let received = tokio::select! {
                received = far.next() => received,
                () = held.over() => Some(Received::Eof),
            };
            let Some(received) = received else {
                break;
            };
            frozen::passable(self.line.session.opened.live()).await;
            match received {
                Received::Data(piece) => self.take(Side::Target, piece)?,
                Received::Eof if held.begins() => {}
                Received::Eof => self.to_engineer.item(Item::Eof),
                Received::Said(Said::Exit(exit)) => {
                    self.line.note(&exited(self.line.number, &exit))?;
                    self.to_engineer.item(Item::Exit(exit));
                    if held.ends() {
                        self.to_engineer.item(Item::Eof);
                    }
                }
                Received::Said(Said::Answered { .. }) => {}
                Received::Closed(Closed::WithConnection) => {
                    return Err(EndReason::TargetClosed.into());
                }
                Received::Closed(Closed::ByPeer | Closed::Overflowed) => break,
            }
        }
        self.to_engineer.close();
        Ok(())
    }

    /// Records a piece, and does what the machine makes of it.
    fn take(&self, side: Side, piece: Piece) -> Result<(), Stop> {
        let Piece {
            stream,
            bytes,
            credit,
        } = piece;
        let live = self.line.session.opened.live();
        match (side, stream) {
            (Side::Engineer, Stream::Main) => {
                let (way, output) = (recording::Direction::ToTarget, recording::Stream::Output);
                self.line.record(way, output, &bytes)?;
                live.count_sent(length(&bytes));
                self.effects(side, &bytes)?;
                self.to_target.until_sent(credit);
            }
            (Side::Target, Stream::Main) => {
                let (way, output) = (recording::Direction::FromTarget, recording::Stream::Output);
                self.line.record(way, output, &bytes)?;
                live.count_received(length(&bytes));
                self.effects(side, &bytes)?;
                self.to_engineer.until_sent(credit);
            }
            (Side::Target, Stream::Error) => {
                let (way, error) = (recording::Direction::FromTarget, recording::Stream::Error);
                self.line.record(way, error, &bytes)?;
                live.count_received(length(&bytes));
                self.to_engineer.bytes(Stream::Error, &bytes);
                self.to_engineer.until_sent(credit);
            }
            // Servers have no such input: it goes nowhere.
            (Side::Engineer, Stream::Error) => {}
        }
        Ok(())
    }

    fn effects(&self, side: Side, bytes: &[u8]) -> Result<(), Stop> {
        let effects = {
            let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
            let mut spend = |direction, bytes| self.spend(direction, bytes);
            machine.take(side, bytes, &mut spend)
        };
        let effects = effects.map_err(|wrong| Stop::Broken(format!("{side:?}: {wrong}")))?;
        self.follow(effects)
    }

    /// Does what the machine makes of a decision.
    pub(super) fn answered(
        &self,
        question: &Question,
        verdict: wire::sftp::Verdict,
    ) -> Result<(), Stop> {
        let effects = {
            let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
            let mut spend = |direction, bytes| self.spend(direction, bytes);
            machine.answer(question.id, verdict, &mut spend)
        };
        self.follow(effects.map_err(Stop::Broken)?)
    }

    async fn send_to_target(&self, out: &TargetOut) -> Result<(), Stop> {
        while let Some(item) = self.to_target.next().await {
            frozen::passable(self.line.session.opened.live()).await;
            let sent = match item {
                Item::Bytes {
                    bytes,
                    credits: _until_sent,
                    ..
                } => out.data(bytes).await,
                Item::Eof => out.eof().await,
                Item::Exit(_) => Ok(()),
            };
            if sent.is_err() {
                break;
            }
        }
        self.to_target.abandon();
        out.close().await;
        Ok(())
    }

    async fn send_to_engineer(&self, mut told: Told) -> Result<(), Stop> {
        let out = &self.line.out;
        loop {
            let item = tokio::select! {
                biased;
                Some(tell) = told.recv() => {
                    if self.line.tell(&tell).await {
                        break;
                    }
                    continue;
                }
                item = self.to_engineer.next() => item,
            };
            let Some(item) = item else {
                break;
            };
            frozen::passable(self.line.session.opened.live()).await;
            let sent = match item {
                Item::Bytes {
                    stream,
                    bytes,
                    credits: _until_sent,
                } => out.data(stream, bytes).await,
                Item::Eof => out.eof().await,
                Item::Exit(exit) => out.exit(exit).await,
            };
            if sent.is_err() {
                break;
            }
        }
        self.to_engineer.abandon();
        out.close().await;
        Ok(())
    }

    /// A side broke the protocol: nothing of it is believed any more.
    async fn break_off(&self, wrong: &str) {
        let opened = &self.line.session.opened;
        tracing::warn!(wrong, session = %opened.permit().session(), "a file transfer was broken off");
        let note = format!("channel {}: {wrong}", self.line.number);
        if let Err(cause) = opened.notice(&note) {
            tracing::debug!(%cause, "a notice is not in the recording");
        }
        let saying = async {
            let text = say(self.line.language, "session-file-broken", &[]);
            if self.line.say(&text).await.is_ok() {
                let _gone = self.line.out.exit(Exit::Status(1)).await;
            }
        };
        let _said_or_late = timeout(LAST_WORDS_WITHIN, saying).await;
        self.line.out.close().await;
    }
}

/// A channel whose session is ended is dropped where it stands: the files that were under way are
/// entered all the same.
impl Drop for Transfer<'_> {
    fn drop(&mut self) {
        if let Err(end) = self.finish() {
            tracing::debug!(?end, "a file that was cut off is not in the recording");
        }
    }
}
