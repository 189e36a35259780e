//! What passes in a channel of a shell or a command: read, recorded, forwarded, shown, counted.

use std::time::Duration;

use access::EndReason;
use engine::{LiveSession, Shown};
use phrases::say;
use recording::{ChannelNote, Direction};
use ssh::{Asked, Closed, Exit, Gone, Inbox, Piece, Received, Said, Size, Stream};
use tokio::time::{Instant, sleep_until};

use super::channel::{Line, ended};
use super::terminal::Keyboard;
use super::windows::{Tell, Told};
use super::{frozen, refusals};
use crate::workers::{TargetChannel, TargetInbox, TargetOut};

/// Both directions of one channel.
struct Pumps<'a> {
    line: &'a Line,
    out: TargetOut,
    keyboard: Option<Keyboard>,
}

/// Runs both directions until the channel is closed.
pub(super) async fn run(
    line: &Line,
    near: Inbox<Asked>,
    far: TargetChannel,
    told: Told,
) -> Result<(), EndReason> {
    let pumps = Pumps {
        line,
        out: far.out,
        keyboard: line.is_typed().then(|| Keyboard::new(line.number)),
    };
    // An end by the recorder ends both at once: nothing more passes either way.
    tokio::try_join!(pumps.up(near), pumps.down(far.inbox, told)).map(|_| ())
}

impl Pumps<'_> {
    fn live(&self) -> &LiveSession {
        self.line.session.opened.live()
    }

    /// From the engineer to the target.
    async fn up(&self, mut near: Inbox<Asked>) -> Result<(), EndReason> {
        while let Some(received) = near.next().await {
            if self.live().frozen().is_some() {
                self.say_that_it_is_frozen(&received).await;
                frozen::passable(self.live()).await;
            }
            let sent = match received {
                Received::Data(piece) => self.send(piece).await?,
                Received::Eof => self.out.eof().await,
                Received::Said(asked) => self.asked(asked).await?,
                Received::Closed(_) => break,
            };
            if sent.is_err() {
                break;
            }
        }
        self.out.close().await;
        Ok(())
    }

    /// Whoever types into a session that is held learns why nothing happens.
    async fn say_that_it_is_frozen(&self, received: &Received<Asked>) {
        if self.line.terminal && matches!(received, Received::Data(_)) {
            let text = say(self.line.language, "session-frozen", &[]);
            let _gone = self.line.say(&text).await;
        }
    }

    /// Records and forwards what the engineer sent. The piece's room is given back when it has gone.
    async fn send(&self, piece: Piece) -> Result<Result<(), Gone>, EndReason> {
        let Piece {
            stream,
            bytes,
            credit: _until_sent,
        } = piece;
        if stream == Stream::Error {
            // Servers have no such input (RFC 4254 §6.5): it goes nowhere.
            return Ok(Ok(()));
        }
        match &self.keyboard {
            Some(keyboard) => keyboard.typed(&self.line.session.opened, &bytes)?,
            None => {
                let output = recording::Stream::Output;
                self.line.record(Direction::ToTarget, output, &bytes)?;
            }
        }
        let length = length(&bytes);
        let sent = self.out.data(bytes).await;
        self.live().count_sent(length);
        Ok(sent)
    }

    async fn asked(&self, asked: Asked) -> Result<Result<(), Gone>, EndReason> {
        Ok(match asked {
            Asked::Resize(size) => {
                self.resized(size)?;
                self.out.resize(size).await
            }
            Asked::Signal(name) => {
                let text = format!("channel {}: signal {name}", self.line.number);
                ended(self.line.session.opened.notice(&text))?;
                self.out.signal(&name).await
            }
            Asked::Forbidden(what) => {
                refusals::forbidden_on_channel(&self.line.session.opened, what).await;
                Ok(())
            }
            // One start per channel, and nothing else of these after it: the adapter sees to that.
            Asked::Start(start) => {
                start.refuse();
                Ok(())
            }
            Asked::Terminal(_) | Asked::Variable { .. } => Ok(()),
        })
    }

    fn resized(&self, size: Size) -> Result<(), EndReason> {
        let channel = self.line.number;
        let (columns, rows) = (size.columns, size.rows);
        self.line.note(&ChannelNote::Resized {
            channel,
            columns,
            rows,
        })?;
        self.line.session.opened.show(Shown::Resized {
            channel,
            columns,
            rows,
        });
        Ok(())
    }

    /// From the target to the engineer, and between its pieces what the gateway says.
    async fn down(&self, mut far: TargetInbox, mut told: Told) -> Result<(), EndReason> {
        let mut held = HeldEof::default();
        let lost = loop {
            let received = tokio::select! {
                biased;
                Some(tell) = told.recv() => {
                    if self.line.tell(&tell).await {
                        break false;
                    }
                    continue;
                }
                received = far.next() => received,
                () = held.over() => Some(Received::Eof),
            };
            if self.wait(&mut told).await {
                break false;
            }
            let sent = match received {
                Some(Received::Data(piece)) => self.receive(piece).await?,
                Some(Received::Eof) if held.begins() => Ok(()),
                Some(Received::Eof) => self.line.out.eof().await,
                Some(Received::Said(Said::Exit(exit))) => {
                    self.line.note(&exited(self.line.number, &exit))?;
                    let told = self.line.out.exit(exit).await;
                    match (told, held.ends()) {
                        (Ok(()), true) => self.line.out.eof().await,
                        (told, _) => told,
                    }
                }
                Some(Received::Said(Said::Answered { .. })) => Ok(()),
                Some(Received::Closed(how)) => break how == Closed::WithConnection,
                None => break false,
            };
            if sent.is_err() {
                break false;
            }
        };
        if lost {
            return Err(EndReason::TargetClosed);
        }
        self.line.out.close().await;
        Ok(())
    }

    /// Waits until something may pass, and says meanwhile what is to be said. True if it is over.
    async fn wait(&self, told: &mut Told) -> bool {
        while self.live().frozen().is_some() {
            let tell: Option<Tell> = tokio::select! {
                biased;
                tell = told.recv() => tell,
                () = self.live().thawed() => return false,
            };
            let Some(tell) = tell else {
                frozen::passable(self.live()).await;
                return false;
            };
            if self.line.tell(&tell).await {
                return true;
            }
        }
        false
    }

    /// Records, forwards and shows what the target sent.
    async fn receive(&self, piece: Piece) -> Result<Result<(), Gone>, EndReason> {
        let Piece {
            stream,
            bytes,
            credit: _until_sent,
        } = piece;
        let opened = &self.line.session.opened;
        let recorded = match stream {
            Stream::Main => recording::Stream::Output,
            Stream::Error => recording::Stream::Error,
        };
        self.line.record(Direction::FromTarget, recorded, &bytes)?;
        if let Some(keyboard) = &self.keyboard {
            keyboard.shown(opened, &bytes)?;
        }
        opened.show_output(self.line.number, &bytes);
        let length = length(&bytes);
        let sent = self.line.out.data(stream, bytes).await;
        self.live().count_received(length);
        Ok(sent)
    }
}

/// The end of a target's output, held back until its exit status is there.
///
/// A client whose own input has ended closes its channel when it hears of the end; a server of OpenSSH
/// then still tells the status, over a channel that is half closed, which `russh` is not able to do. So
/// the client hears of the status first, unless what runs closed its output long before it ends.
#[derive(Default)]
pub(super) struct HeldEof {
    until: Option<Instant>,
    passed: bool,
}

/// How long. A server tells the status as soon as it has reaped the process.
const STATUS_WITHIN: Duration = Duration::from_secs(2);

impl HeldEof {
    /// The end came. False if it is not held any longer.
    pub(super) fn begins(&mut self) -> bool {
        if self.passed || self.until.is_some() {
            self.passed = true;
            self.until = None;
            return false;
        }
        self.until = Some(Instant::now() + STATUS_WITHIN);
        true
    }

    /// The status came. True if the end follows it now.
    pub(super) fn ends(&mut self) -> bool {
        self.passed = true;
        self.until.take().is_some()
    }

    /// Returns when it was held for long enough.
    pub(super) async fn over(&self) {
        match self.until {
            Some(until) => sleep_until(until).await,
            None => std::future::pending().await,
        }
    }
}

/// How something ended, as it is recorded.
pub(super) fn exited(channel: u32, exit: &Exit) -> ChannelNote {
    let (status, signal) = match exit {
        Exit::Status(status) => (Some(*status), None),
        Exit::Signal { name, .. } => (None, Some(name.clone())),
    };
    ChannelNote::Exited {
        channel,
        status,
        signal,
    }
}

pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
