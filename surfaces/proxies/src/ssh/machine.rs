//! The two machines that understand file transfers, as one.

use std::borrow::Cow;

use wire::scp::{self, Scp};
use wire::sftp::{
    self, AskId, Direction, HandedOver, Inspector, Operation, RemotePath, Spend, Verdict,
};

/// Which side spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Engineer,
    Target,
}

/// What is to be done next, in this order.
pub(super) enum Effect<'a> {
    ToTarget(Cow<'a, [u8]>),
    ToEngineer(Cow<'a, [u8]>),
    Ask(Question),
    /// A limit was reached: nothing more of the file passes.
    Exceeded(Direction, RemotePath),
    File(HandedOver),
}

/// Something to decide.
pub(super) struct Question {
    pub(super) id: AskId,
    pub(super) operation: Operation,
    /// Whether the target has resolved the path.
    pub(super) resolved: bool,
}

/// A machine between both sides of one transfer.
pub(super) enum Machine {
    Sftp(Box<Inspector>),
    Scp(Box<Scp>),
    /// Its conversation is over.
    Over,
}

/// What a side did wrong, for the log.
pub(super) type Wrong = String;

impl Machine {
    /// Takes bytes of one side.
    pub(super) fn take<'a>(
        &mut self,
        side: Side,
        bytes: &'a [u8],
        spend: Spend<'_>,
    ) -> Result<Vec<Effect<'a>>, Wrong> {
        match (self, side) {
            (Self::Sftp(machine), Side::Engineer) => from_sftp(machine.from_engineer(bytes, spend)),
            (Self::Sftp(machine), Side::Target) => from_sftp(machine.from_target(bytes, spend)),
            (Self::Scp(machine), Side::Engineer) => from_scp(machine.from_engineer(bytes)),
            (Self::Scp(machine), Side::Target) => from_scp(machine.from_target(bytes)),
            (Self::Over, _) => Ok(Vec::new()),
        }
    }

    /// Takes a decision.
    pub(super) fn answer(
        &mut self,
        id: AskId,
        verdict: Verdict,
        spend: Spend<'_>,
    ) -> Result<Vec<Effect<'static>>, Wrong> {
        match self {
            Self::Sftp(machine) => from_sftp(machine.answer(id, verdict)),
            Self::Scp(machine) => {
                let acts = machine.answer(id, verdict, spend);
                Ok(acts.into_iter().map(Effect::from).collect())
            }
            Self::Over => Ok(Vec::new()),
        }
    }

    /// The conversation is over: what was under way, none of it whole.
    pub(super) fn finish(&mut self) -> Vec<HandedOver> {
        match std::mem::replace(self, Self::Over) {
            Self::Sftp(machine) => machine.finish(),
            Self::Scp(machine) => machine.finish().into_iter().collect(),
            Self::Over => Vec::new(),
        }
    }
}

fn from_sftp(
    acts: Result<Vec<sftp::Act<'_>>, sftp::Misbehaviour>,
) -> Result<Vec<Effect<'_>>, Wrong> {
    let acts = acts.map_err(|wrong| wrong.to_string())?;
    Ok(acts.into_iter().map(Effect::from).collect())
}

fn from_scp(acts: Result<Vec<scp::Act<'_>>, scp::Misbehaviour>) -> Result<Vec<Effect<'_>>, Wrong> {
    let acts = acts.map_err(|wrong| wrong.to_string())?;
    Ok(acts.into_iter().map(Effect::from).collect())
}

impl<'a> From<sftp::Act<'a>> for Effect<'a> {
    fn from(act: sftp::Act<'a>) -> Self {
        match act {
            sftp::Act::ToTarget(bytes) => Self::ToTarget(bytes),
            sftp::Act::ToEngineer(bytes) => Self::ToEngineer(bytes),
            sftp::Act::Ask(ask) => Self::Ask(Question {
                id: ask.id,
                operation: ask.operation,
                resolved: true,
            }),
            sftp::Act::Exceeded { direction, path } => Self::Exceeded(direction, path),
            sftp::Act::File(file) => Self::File(file),
        }
    }
}

impl<'a> From<scp::Act<'a>> for Effect<'a> {
    fn from(act: scp::Act<'a>) -> Self {
        match act {
            scp::Act::ToTarget(bytes) => Self::ToTarget(bytes),
            scp::Act::ToEngineer(bytes) => Self::ToEngineer(bytes),
            scp::Act::Ask(ask) => Self::Ask(Question {
                id: ask.id,
                operation: ask.operation,
                resolved: ask.resolved,
            }),
            scp::Act::Exceeded { direction, path } => Self::Exceeded(direction, path),
            scp::Act::File(file) => Self::File(file),
        }
    }
}
