//! Which line stood on the screen when a typed line was sent.

use std::collections::VecDeque;

use ids::Timestamp;

use super::CommandLine;
use super::command::{Typed, command};
use super::screen::Screen;
use crate::content::MAX_TEXT;
use crate::note::shorten;

/// Typed lines that are remembered; older ones were masked.
const MAX_LINES: usize = 64;
/// Lines of the screen that may have been a typed line's.
const MAX_CANDIDATES: usize = 16;

/// A terminal in which somebody types.
#[derive(Debug)]
pub(super) struct Typing {
    pub(super) screen: Screen,
    lines: VecDeque<Sent>,
}

/// A typed line, as far as an index knows it before it is revealed.
#[derive(Debug)]
struct Sent {
    number: u64,
    at: Timestamp,
    /// It went to a program that has the whole screen.
    alternate: bool,
    /// The screen's line when the last piece of it was sent.
    line: String,
    /// The lines that the cursor left after that.
    left: Vec<String>,
}

impl Typing {
    pub(super) fn new(screen: Screen) -> Self {
        Self {
            screen,
            lines: VecDeque::new(),
        }
    }

    /// A piece of a line was sent.
    pub(super) fn typed(&mut self, at: Timestamp, number: u64) {
        if self.lines.back().is_some_and(|last| last.number == number) {
            self.lines.pop_back();
        }
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(Sent {
            number,
            at,
            alternate: self.screen.alternate(),
            line: line_of(&self.screen),
            left: Vec::new(),
        });
    }

    /// The target showed `bytes`.
    pub(super) fn shown(&mut self, bytes: &[u8]) {
        let lines = &mut self.lines;
        self.screen.show(bytes, &mut |screen| {
            let full = |sent: &Sent| sent.left.len() >= MAX_CANDIDATES;
            if screen.alternate() || lines.iter().all(full) {
                return;
            }
            let line = line_of(screen);
            for sent in lines.iter_mut().filter(|sent| !full(sent)) {
                sent.left.push(line.clone());
            }
        });
    }

    /// A line was revealed. Gives the command, if it was one.
    pub(super) fn revealed(&mut self, number: u64, typed: &[u8]) -> Option<CommandLine> {
        let at = self.lines.iter().position(|sent| sent.number == number)?;
        let sent = self.lines.remove(at)?;
        let typed = Typed::read(typed);
        if sent.alternate || !typed.entered {
            return None;
        }
        let here = line_of(&self.screen);
        let candidates = || sent.left.iter().chain([&here, &sent.line]);
        let line = candidates()
            .find(|line| typed.ends(line))
            .or_else(|| candidates().find(|line| typed.stands_in(line)));
        // Edited in a way that is not followed here: then what the cursor left is what was sent.
        let edited = sent.left.first().filter(|_| typed.edited);
        let (prompt, text) = match line.or(edited) {
            Some(line) => command(line, &typed),
            None => (None, typed.text.clone()),
        };
        (!text.is_empty()).then_some(CommandLine {
            at: sent.at,
            prompt,
            text,
            answer: None,
        })
    }
}

fn line_of(screen: &Screen) -> String {
    let mut line = screen.line();
    shorten(&mut line, MAX_TEXT);
    line
}
