//! The machine between an engineer's scp and a target's.

mod sink;
mod source;

use std::borrow::Cow;

use aws_lc_rs::digest::Context;

use super::act::{Act, Ask, Base, Words};
use super::command::Command;
use super::misbehaviour::Misbehaviour;
use super::text::{Lines, harmless};
use crate::sftp::{
    AskId, Change, Direction, HandedOver, Operation, RemotePath, Spend, Verdict, digest,
};

/// The deepest directories. `PATH_MAX` leaves room for eight times as many, of one letter each.
pub const MAX_DEPTH: usize = 256;

/// Stands between both sides of one scp conversation. Does nothing by itself: it takes the bytes of
/// both sides, and says what goes where and what has to be decided.
///
/// A file's line goes to the sink only after the file was allowed and its size paid for; of its
/// content passes what the line announced, and not a byte more. A refused file is skipped, and the
/// conversation goes on.
pub struct Scp {
    command: Command,
    base: Base,
    words: Words,
    turn: Turn,
    /// What the source began to say.
    lines: Lines,
    /// What the sink began to say.
    replies: Lines,
    /// The directories that the conversation is in.
    inside: Vec<RemotePath>,
    file: Option<Passing>,
    /// What was handed over in the same bytes in which a side broke the protocol.
    untold: Option<HandedOver>,
    next_ask: u64,
}

/// Whose turn it is.
enum Turn {
    /// The sink's: it answers this.
    Sink(Said),
    /// The source's: a line.
    Source,
    /// The caller's: it decides about this line.
    Asking { id: AskId, line: Vec<u8>, of: Said },
    /// The source's: content, so many bytes more.
    Content(u64),
    /// The source's: whether it could read all of it. `answered`: the sink has said 0 already, as
    /// PuTTY's does once it has all the content.
    Trailer { answered: bool },
    /// Nobody's: a side gave up.
    Over,
}

/// What the sink answers to.
enum Said {
    /// Nothing yet: it begins.
    Start,
    /// Times, or the way out of a directory.
    Line,
    File {
        size: u64,
        path: RemotePath,
    },
    Into {
        path: RemotePath,
    },
    /// Content; `clean`: the source could read all of it.
    Content {
        clean: bool,
    },
}

/// A file whose content passes.
struct Passing {
    path: RemotePath,
    bytes: u64,
    hash: Context,
}

impl Scp {
    /// For one channel on whose target side [`Command::on`] runs, with the path of `base`.
    pub fn new(command: Command, base: Base, words: Words) -> Self {
        Self {
            command,
            base,
            words,
            turn: Turn::Sink(Said::Start),
            lines: Lines::default(),
            replies: Lines::default(),
            inside: Vec::new(),
            file: None,
            untold: None,
            next_ask: 0,
        }
    }

    /// Takes bytes of the engineer's client, in any pieces.
    ///
    /// # Errors
    /// What the engineer's client did wrong. The conversation is over.
    pub fn from_engineer<'a>(&mut self, bytes: &'a [u8]) -> Result<Vec<Act<'a>>, Misbehaviour> {
        let mut acts = Vec::new();
        let said = match self.command.direction {
            Direction::Upload => self.source_says(bytes, &mut acts),
            Direction::Download => self.sink_says(bytes, &mut acts),
        };
        self.unless_broken(said, acts)
    }

    /// Takes bytes of the target, in any pieces.
    ///
    /// # Errors
    /// What the target did wrong. The conversation is over.
    pub fn from_target<'a>(&mut self, bytes: &'a [u8]) -> Result<Vec<Act<'a>>, Misbehaviour> {
        let mut acts = Vec::new();
        let said = match self.command.direction {
            Direction::Upload => self.sink_says(bytes, &mut acts),
            Direction::Download => self.source_says(bytes, &mut acts),
        };
        self.unless_broken(said, acts)
    }

    /// Takes a decision. `spend` pays for the size that the source announced, all or nothing, before
    /// the sink hears of the file. An answer to a question that is not open does nothing.
    pub fn answer(&mut self, ask: AskId, verdict: Verdict, spend: Spend<'_>) -> Vec<Act<'static>> {
        if !matches!(self.turn, Turn::Asking { id, .. } if id == ask) {
            return Vec::new();
        }
        let turn = std::mem::replace(&mut self.turn, Turn::Source);
        let Turn::Asking { line, of, .. } = turn else {
            return Vec::new();
        };
        let bytes_left = match verdict {
            Verdict::Deny { sentence } => return self.refuse(&sentence),
            Verdict::Allow { bytes_left } => bytes_left,
        };
        if let Said::File { size, path } = &of {
            let direction = self.command.direction;
            let fits = bytes_left.is_none_or(|left| *size <= left);
            if !fits || (*size > 0 && !spend(direction, *size)) {
                let path = path.clone();
                let sentence = self.words.too_much.clone();
                let mut acts = vec![Act::Exceeded { direction, path }];
                acts.extend(self.refuse(&sentence));
                return acts;
            }
        }
        self.turn = Turn::Sink(of);
        vec![self.to_sink(Cow::Owned(line))]
    }

    /// The conversation is over, however it ended: the file that was under way, not whole, or the one
    /// whose end came in the bytes with which a side broke the protocol.
    #[must_use]
    pub fn finish(mut self) -> Option<HandedOver> {
        let untold = self.untold.take();
        untold.or_else(|| self.handed_over(false))
    }

    /// Nothing is done any more of bytes that break the protocol. But a file that passed has passed:
    /// it is told by [`Scp::finish`].
    fn unless_broken<'a>(
        &mut self,
        said: Result<(), Misbehaviour>,
        acts: Vec<Act<'a>>,
    ) -> Result<Vec<Act<'a>>, Misbehaviour> {
        if said.is_err() {
            self.untold = acts.into_iter().find_map(Act::file);
            return said.map(|()| Vec::new());
        }
        Ok(acts)
    }

    /// Has the source skip what it offered. A sink of the engineer's hears why, and goes on.
    fn refuse(&self, sentence: &str) -> Vec<Act<'static>> {
        let line = harmless(&[b"\x01", sentence.as_bytes()].concat());
        let mut acts = vec![self.to_source(Cow::Owned(line.clone()))];
        if self.command.direction == Direction::Download {
            acts.push(self.to_sink(Cow::Owned(line)));
        }
        acts
    }

    fn ask(&mut self, line: Vec<u8>, of: Said, resolved: bool) -> Act<'static> {
        let id = AskId(self.next_ask);
        self.next_ask = self.next_ask.saturating_add(1);
        let (operation, size) = self.operation(&of);
        self.turn = Turn::Asking { id, line, of };
        Act::Ask(Ask {
            id,
            operation,
            size,
            resolved,
        })
    }

    fn operation(&self, of: &Said) -> (Operation, Option<u64>) {
        let upload = self.command.direction == Direction::Upload;
        match of {
            Said::File { size, path } => {
                let path = path.clone();
                let operation = if upload {
                    Operation::Write {
                        path,
                        create: true,
                        truncate: true,
                    }
                } else {
                    Operation::Read { path }
                };
                (operation, Some(*size))
            }
            Said::Into { path } if upload => {
                let operation = Operation::Change {
                    what: Change::MakeDirectory,
                    path: path.clone(),
                    other: None,
                };
                (operation, None)
            }
            Said::Into { path } => (Operation::List { path: path.clone() }, None),
            // Nothing else is asked about.
            Said::Start | Said::Line | Said::Content { .. } => {
                let path = self.base.path.clone();
                (Operation::Look { path }, None)
            }
        }
    }

    /// Where a name of the source is on the target, and whether that is the base.
    fn place(&self, name: &[u8]) -> Result<(RemotePath, bool), Misbehaviour> {
        let takes_name = self.command.direction == Direction::Upload && self.base.directory;
        let directory = match self.inside.last() {
            Some(directory) => directory,
            None if takes_name => &self.base.path,
            None => return Ok((self.base.path.clone(), true)),
        };
        let path = directory.join(name).ok_or(Misbehaviour::NameUnsafe)?;
        Ok((path, false))
    }

    fn handed_over(&mut self, whole: bool) -> Option<HandedOver> {
        let Passing { path, bytes, hash } = self.file.take()?;
        Some(HandedOver {
            direction: self.command.direction,
            path,
            bytes,
            sha256: whole.then(|| digest(hash)),
            whole,
        })
    }

    fn to_source<'a>(&self, bytes: Cow<'a, [u8]>) -> Act<'a> {
        match self.command.direction {
            Direction::Upload => Act::ToEngineer(bytes),
            Direction::Download => Act::ToTarget(bytes),
        }
    }

    fn to_sink<'a>(&self, bytes: Cow<'a, [u8]>) -> Act<'a> {
        match self.command.direction {
            Direction::Upload => Act::ToTarget(bytes),
            Direction::Download => Act::ToEngineer(bytes),
        }
    }
}

#[cfg(test)]
mod tests;
