//! What the source says.

use std::borrow::Cow;

use aws_lc_rs::digest::{Context, SHA256};

use super::super::act::Act;
use super::super::line::Line;
use super::super::misbehaviour::Misbehaviour;
use super::super::text::harmless;
use super::{MAX_DEPTH, Passing, Said, Scp, Turn};

impl Scp {
    pub(super) fn source_says<'a>(
        &mut self,
        mut bytes: &'a [u8],
        acts: &mut Vec<Act<'a>>,
    ) -> Result<(), Misbehaviour> {
        while !bytes.is_empty() {
            match self.turn {
                Turn::Source => match self.lines.next(&mut bytes)? {
                    Some(line) => self.line(line, acts)?,
                    None => break,
                },
                Turn::Content(left) => self.content(left, &mut bytes, acts),
                Turn::Trailer { answered } => self.trailer(answered, &mut bytes, acts)?,
                // Nothing passes any more, whatever is still on its way.
                Turn::Over => break,
                Turn::Sink(_) | Turn::Asking { .. } => return Err(Misbehaviour::OutOfTurn),
            }
        }
        Ok(())
    }

    fn line(&mut self, line: Vec<u8>, acts: &mut Vec<Act<'_>>) -> Result<(), Misbehaviour> {
        let said = line.strip_suffix(b"\n").unwrap_or(&line);
        let of = match Line::read(said)? {
            Line::File { size, name } => {
                let (path, resolved) = self.place(name)?;
                (Said::File { size, path }, resolved)
            }
            Line::Into { name } => {
                if !self.command.recursive {
                    return Err(Misbehaviour::NotOfThisCommand { part: "directory" });
                }
                if self.inside.len() >= MAX_DEPTH {
                    return Err(Misbehaviour::TooDeep { most: MAX_DEPTH });
                }
                let (path, resolved) = self.place(name)?;
                (Said::Into { path }, resolved)
            }
            Line::Out => {
                self.inside.pop().ok_or(Misbehaviour::OutOfTurn)?;
                return self.pass(line, acts);
            }
            Line::Times if self.command.preserve => return self.pass(line, acts),
            Line::Times => return Err(Misbehaviour::NotOfThisCommand { part: "times" }),
            Line::Trouble { fatal } => {
                // Nobody answers this.
                acts.push(self.to_sink(Cow::Owned(harmless(&line))));
                if fatal {
                    self.turn = Turn::Over;
                }
                return Ok(());
            }
        };
        let ask = self.ask(line, of.0, of.1);
        acts.push(ask);
        Ok(())
    }

    fn pass(&mut self, line: Vec<u8>, acts: &mut Vec<Act<'_>>) -> Result<(), Misbehaviour> {
        acts.push(self.to_sink(Cow::Owned(line)));
        self.turn = Turn::Sink(Said::Line);
        Ok(())
    }

    fn content<'a>(&mut self, left: u64, bytes: &mut &'a [u8], acts: &mut Vec<Act<'a>>) {
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let (piece, rest) = bytes.split_at(most.min(bytes.len()));
        *bytes = rest;
        let came = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if let Some(file) = &mut self.file {
            file.hash.update(piece);
            file.bytes = file.bytes.saturating_add(came);
        }
        acts.push(self.to_sink(Cow::Borrowed(piece)));
        let left = left.saturating_sub(came);
        self.turn = after_content(left);
    }

    /// After the content: 0, or what went wrong.
    fn trailer(
        &mut self,
        answered: bool,
        bytes: &mut &[u8],
        acts: &mut Vec<Act<'_>>,
    ) -> Result<(), Misbehaviour> {
        let first = bytes.first().copied();
        if !self.lines.begun() && first == Some(0) {
            *bytes = bytes.get(1..).unwrap_or_default();
            acts.push(self.to_sink(Cow::Borrowed(&[0])));
            self.passed(true, answered, acts);
            return Ok(());
        }
        let Some(line) = self.lines.next(bytes)? else {
            return Ok(());
        };
        let said = line.strip_suffix(b"\n").unwrap_or(&line);
        let Line::Trouble { fatal } = Line::read(said)? else {
            return Err(Misbehaviour::OutOfTurn);
        };
        acts.push(self.to_sink(Cow::Owned(harmless(&line))));
        if fatal {
            acts.extend(self.handed_over(false).map(Act::File));
            self.turn = Turn::Over;
        } else {
            self.passed(false, answered, acts);
        }
        Ok(())
    }

    /// All of a file has passed: the sink answers, unless it has.
    fn passed(&mut self, clean: bool, answered: bool, acts: &mut Vec<Act<'_>>) {
        self.turn = Turn::Sink(Said::Content { clean });
        if answered {
            self.accepted(acts);
        }
    }

    /// The sink takes the file: its content comes.
    pub(super) fn begin(&mut self, size: u64, path: super::RemotePath) {
        self.file = Some(Passing {
            path,
            bytes: 0,
            hash: Context::new(&SHA256),
        });
        self.turn = after_content(size);
    }
}

fn after_content(left: u64) -> Turn {
    if left == 0 {
        Turn::Trailer { answered: false }
    } else {
        Turn::Content(left)
    }
}
