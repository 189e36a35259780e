//! What the sink answers.

use std::borrow::Cow;

use super::super::act::Act;
use super::super::misbehaviour::Misbehaviour;
use super::super::text::harmless;
use super::{Said, Scp, Turn};

impl Scp {
    pub(super) fn sink_says<'a>(
        &mut self,
        mut bytes: &'a [u8],
        acts: &mut Vec<Act<'a>>,
    ) -> Result<(), Misbehaviour> {
        while let Some(first) = bytes.first().copied() {
            match self.turn {
                Turn::Sink(_) => {}
                Turn::Over => break,
                // Kept until the source has said what is answered.
                Turn::Trailer { answered: false } if first == 0 => {
                    bytes = bytes.get(1..).unwrap_or_default();
                    self.turn = Turn::Trailer { answered: true };
                    continue;
                }
                Turn::Source | Turn::Asking { .. } | Turn::Content(_) | Turn::Trailer { .. } => {
                    return Err(Misbehaviour::OutOfTurn);
                }
            }
            if !self.replies.begun() && first == 0 {
                bytes = bytes.get(1..).unwrap_or_default();
                self.accepted(acts);
                continue;
            }
            if !self.replies.begun() && !matches!(first, 1 | 2) {
                return Err(Misbehaviour::LineMalformed { part: "answer" });
            }
            let Some(line) = self.replies.next(&mut bytes)? else {
                break;
            };
            let fatal = line.first() == Some(&2);
            acts.push(self.to_source(Cow::Owned(harmless(&line))));
            self.declined(fatal, acts);
        }
        Ok(())
    }

    /// The sink said 0 to what the source said last.
    pub(super) fn accepted(&mut self, acts: &mut Vec<Act<'_>>) {
        acts.push(self.to_source(Cow::Borrowed(&[0])));
        match std::mem::replace(&mut self.turn, Turn::Source) {
            Turn::Sink(Said::File { size, path }) => self.begin(size, path),
            Turn::Sink(Said::Into { path }) => self.inside.push(path),
            Turn::Sink(Said::Content { clean }) => {
                acts.extend(self.handed_over(clean).map(Act::File));
            }
            Turn::Sink(Said::Start | Said::Line)
            | Turn::Source
            | Turn::Asking { .. }
            | Turn::Content(_)
            | Turn::Trailer { .. }
            | Turn::Over => {}
        }
    }

    /// The sink could not. What it could not even begin with, it never will.
    fn declined(&mut self, fatal: bool, acts: &mut Vec<Act<'_>>) {
        let fatal = fatal || matches!(self.turn, Turn::Sink(Said::Start));
        acts.extend(self.handed_over(false).map(Act::File));
        self.turn = if fatal { Turn::Over } else { Turn::Source };
    }
}
