//! Both directions: read, seen, noted, recorded, passed on.

use std::io;

use access::EndReason;
use recording::{ChannelNote, Direction};
use store::RecordError;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use wire::mysql::{Asked, EngineerSide, Taken, TargetSide};
use wire::statements::Told;

use super::refusals;
use super::shared::Shared;
use crate::databases::{
    BUFFER, CHANNEL, Refusal, is_fatal, length, notes, over, read_ready, used_up,
};
use crate::frozen;
use crate::tcp::recorder_end;

/// Bytes of commands that are read ahead while one waits for its answer: so that it is noticed when the engineer's
/// program is gone.
const MOST_AHEAD: usize = 4 * BUFFER;

/// What the engineer's program is written to, and whether a message of the gateway's can begin there.
pub(super) struct Near<W> {
    pub(super) out: W,
    pub(super) between: bool,
    /// The session's end was told, by the target or by us: nothing can follow.
    pub(super) over: bool,
}

/// How one direction stopped.
pub(super) struct Stop {
    pub(super) end: EndReason,
    /// What the engineer's program is told, if it is something else than the end.
    pub(super) tell: Option<Refusal>,
    /// With which number.
    pub(super) number: Option<u8>,
}

impl From<EndReason> for Stop {
    fn from(end: EndReason) -> Self {
        Self {
            end,
            tell: None,
            number: None,
        }
    }
}

/// From the engineer to the target: a command, and the next when it was answered.
pub(super) async fn up(
    shared: &Shared<'_>,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> Stop {
    let mut side = EngineerSide::new();
    let mut buffer = vec![0; BUFFER];
    let mut ahead: Vec<u8> = Vec::new();
    let mut waits = false;
    loop {
        frozen::passable(shared.live()).await;
        if waits || ahead.is_empty() {
            let answered = shared.answered.notified();
            waits = waits && shared.tracker().is_busy();
            if waits || ahead.is_empty() {
                tokio::select! {
                    biased;
                    () = answered, if waits => continue,
                    read = read_ready(&mut from, &mut buffer), if ahead.len() < MOST_AHEAD => match read {
                        Ok(0) | Err(_) => return EndReason::EngineerClosed.into(),
                        Ok(read) => ahead.extend_from_slice(buffer.get(..read).unwrap_or_default()),
                    },
                }
                if waits {
                    continue;
                }
            }
        }
        frozen::passable(shared.live()).await;
        let mut rest = ahead.as_slice();
        let mut bytes = Vec::new();
        let now = shared.opened.now();
        let (taken, told) = {
            let mut tracker = shared.tracker();
            let taken = side.take(&mut rest, &mut tracker, now, &mut bytes);
            (taken, tracker.told())
        };
        let used = ahead.len() - rest.len();
        ahead.drain(..used);
        if let Err(stop) = pass(shared, told, &bytes, &mut to).await {
            return stop;
        }
        match taken {
            Ok(Asked::Everything) => {}
            Ok(Asked::Waits) => waits = true,
            Ok(Asked::Database(name)) => match shared.enters(&name).await {
                Ok(()) => {
                    let mut bytes = Vec::new();
                    let told = {
                        let mut tracker = shared.tracker();
                        side.granted(&mut tracker, shared.opened.now(), &mut bytes);
                        tracker.told()
                    };
                    if let Err(stop) = pass(shared, told, &bytes, &mut to).await {
                        return stop;
                    }
                }
                Err(refusal) => shared.answer(&refusal),
            },
            Ok(Asked::NotOffered(kind)) => {
                if let Err(cause) = refused(shared, kind) {
                    return recorder_end(&cause).into();
                }
            }
            // Its last word: the target closes, as it was asked to.
            Ok(Asked::Over) => return EndReason::EngineerClosed.into(),
            Err(wrong) => {
                tracing::warn!(%wrong, session = %shared.live().id(), "an engineer's program broke the protocol");
                return Stop {
                    end: EndReason::EngineerClosed,
                    tell: Some(refusals::not_spoken(shared.language)),
                    number: None,
                };
            }
        }
    }
}

/// Notes, records, passes on, counts.
async fn pass(
    shared: &Shared<'_>,
    told: Vec<Told>,
    bytes: &[u8],
    to: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Stop> {
    if let Err(cause) = shared.record(Direction::ToTarget, told, bytes).await {
        return Err(recorder_end(&cause).into());
    }
    let passed = frozen::pass_on(shared.live(), bytes, to).await;
    passed.map_err(|_| Stop::from(EndReason::TargetClosed))?;
    shared.live().count_sent(length(bytes.len()));
    Ok(())
}

/// A command that is not offered: noted, and answered.
fn refused(shared: &Shared<'_>, kind: u8) -> Result<(), RecordError> {
    shared.opened.note(&ChannelNote::Refused {
        channel: Some(CHANNEL),
        what: format!("command {kind:#04x}"),
        reasons: vec!["channel-not-granted".to_owned()],
    })?;
    shared.answer(&refusals::command(shared.language, kind));
    Ok(())
}

/// From the target to the engineer, and between its messages what the gateway answers.
pub(super) async fn down<W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    mut from: impl AsyncRead + Unpin,
    near: &mut Near<W>,
) -> Stop {
    let mut side = TargetSide::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match next(shared, &mut from, near, &mut buffer).await {
            Next::Read(0) => return EndReason::TargetClosed.into(),
            Next::Read(read) => read,
            Next::Ended(end) => return end.into(),
        };
        frozen::passable(shared.live()).await;
        let mut rest = buffer.get(..read).unwrap_or_default();
        while !rest.is_empty() {
            if let Err(stop) = answered(shared, &mut side, &mut rest, near).await {
                return stop;
            }
        }
    }
}

/// Takes what there is, up to something that is asked for.
async fn answered<W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    side: &mut TargetSide,
    rest: &mut &[u8],
    near: &mut Near<W>,
) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    let now = shared.opened.now();
    let spend = |bytes| shared.opened.take_data(bytes);
    let (mut taken, told) = {
        let mut tracker = shared.tracker();
        let taken = side.take(rest, &mut tracker, now, spend, &mut bytes);
        (taken, tracker.told())
    };
    near.over |= told.iter().any(is_fatal);
    let noted = shared.record(Direction::FromTarget, told, &bytes).await;
    noted.map_err(|cause| recorder_end(&cause))?;
    let mut refused = None;
    if let Ok(Taken::Database { name, number }) = &taken {
        let mut answer = Vec::new();
        side.granted(&mut answer);
        match shared.enters(name).await {
            Ok(()) => {
                let granted = shared.record(Direction::FromTarget, Vec::new(), &answer);
                let noted = granted.await;
                noted.map_err(|cause| recorder_end(&cause))?;
                bytes.extend(answer);
                taken = Ok(Taken::Everything);
            }
            Err(refusal) => refused = Some((refusal, *number)),
        }
    }
    near.between = false;
    let passed = frozen::pass_on(shared.live(), &bytes, &mut near.out).await;
    passed.map_err(|_| EndReason::EngineerClosed)?;
    shared.live().count_received(length(bytes.len()));
    // What is refused is not a part of what passed: that ends with a whole message.
    near.between = side.is_between_messages();
    shared.answered.notify_one();
    if let Some((refusal, number)) = refused {
        return Err(Stop {
            end: EndReason::EngineerClosed,
            tell: Some(refusal),
            number: Some(number),
        });
    }
    match taken {
        Ok(Taken::Everything | Taken::Database { .. }) => Ok(()),
        Ok(Taken::Spent) => Err(used_up(shared.opened).into()),
        Err(wrong) => {
            tracing::warn!(%wrong, session = %shared.live().id(), "a target broke the protocol");
            Err(EndReason::TargetClosed.into())
        }
    }
}

enum Next {
    Read(usize),
    Ended(EndReason),
}

/// Waits for the target, and answers meanwhile what the target does not hear of. What is told to the engineer has
/// no place in the protocol: it is recorded, and shown to those who attend.
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
            told = shared.opened.next_notice() => notes::noticed(shared.opened, &told),
            () = live.thawed(), if is_frozen => {}
            () = shared.to_answer.notified(), if !is_frozen => {
                if say(shared, near).await.is_err() {
                    return Next::Ended(EndReason::EngineerClosed);
                }
            }
            read = read_ready(from, buffer), if !is_frozen => {
                return Next::Read(read.unwrap_or(0));
            }
        }
    }
}

async fn say<W: AsyncWrite + Unpin>(shared: &Shared<'_>, near: &mut Near<W>) -> io::Result<()> {
    let bytes = shared.answers();
    near.between = false;
    near.out.write_all(&bytes).await?;
    near.out.flush().await?;
    near.between = true;
    Ok(())
}
