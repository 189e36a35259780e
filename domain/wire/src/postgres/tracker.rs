//! Which answer belongs to which statement.
//!
//! A server answers in order, so what is expected of it is a queue. What a hostile server says out of
//! turn can end up beside the wrong statement in the list, never in the wrong place of the recording: the
//! bytes stand there as they came.

mod answers;
mod asks;
mod meant;
mod names;
mod patients;

use std::collections::VecDeque;
use std::sync::Arc;

use ids::Timestamp;

use self::names::Names;
pub use self::patients::PatientColumns;
use self::patients::{Watch, Watched};
pub use crate::statements::{Ended, How, Outcome, Statement, Told};

/// Answers that may be waited for at once. Who asks for more waits for answers first: what is expected
/// takes memory.
pub const MOST_EXPECTED: usize = 8192;

/// What a server is to answer next.
#[derive(Debug)]
enum Expected {
    /// A statement in text, until the server is ready.
    Query(Run),
    /// A call of a function, until the server is ready.
    Call(Run),
    /// A statement that is prepared, under this name.
    Parse { name: Vec<u8>, text: Text },
    /// Parameters, taken for a portal of this name.
    Bind { name: Vec<u8>, portal: Portal },
    /// What was asked about: whether a statement, and its name.
    Describe(bool, Vec<u8>),
    /// A portal that runs.
    Execute(Run),
    /// Something forgotten: whether it is a statement, and its name.
    Close { statement: bool, name: Vec<u8> },
    /// That the server is ready.
    Sync,
}

/// A statement that was handed to the server.
#[derive(Debug)]
struct Run {
    ended: Ended,
    started: Timestamp,
    copying: bool,
    watch: Watch,
}

impl Run {
    fn new(number: u64, started: Timestamp) -> Self {
        Self {
            ended: Ended::of(number),
            started,
            copying: false,
            watch: Watch::default(),
        }
    }

    fn end(mut self, now: Timestamp) -> Ended {
        self.ended.millis = u64::try_from(now.since(self.started).as_millis()).unwrap_or(u64::MAX);
        self.ended
    }
}

/// Follows both sides of one session.
#[derive(Debug, Default)]
pub struct Tracker {
    next: u64,
    expected: VecDeque<Expected>,
    /// What the server has said that it has; what it was only asked for stands in the queue.
    prepared: Names<Text>,
    portals: Names<Portal>,
    /// Something failed in a series whose end was not sent yet: the server reads on to it.
    skipping: bool,
    /// Where it is to be seen whose rows come out.
    watched: Option<Watched>,
    told: Vec<Told>,
}

/// A statement's text, and whether that is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Text {
    text: Arc<str>,
    whole: bool,
}

/// A statement with its parameters, ready to run.
#[derive(Debug, Clone, Default)]
struct Portal {
    text: Text,
    parameters: Vec<Option<String>>,
    more: u32,
    ran: bool,
    /// The name of its statement, and in which forms it gives its columns.
    statement: Vec<u8>,
    formats: Option<Vec<u16>>,
}

impl Tracker {
    /// Of a session that begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether so much is expected that nothing more should be asked for now.
    pub fn is_full(&self) -> bool {
        self.expected.len() >= MOST_EXPECTED
    }

    /// Whether a statement runs.
    pub fn is_busy(&self) -> bool {
        !self.expected.is_empty()
    }

    /// What there is to note, in order.
    pub fn told(&mut self) -> Vec<Told> {
        self.tell_patients();
        std::mem::take(&mut self.told)
    }

    /// The session is over: what ran then did not end.
    pub fn finish(mut self, now: Timestamp) -> Vec<Told> {
        for expected in std::mem::take(&mut self.expected) {
            if let Expected::Query(run) | Expected::Call(run) | Expected::Execute(run) = expected {
                self.end(run, Some(Outcome::Unfinished), now);
            }
        }
        self.told
    }

    /// Tells of a statement. Gives its number.
    fn begin(&mut self, how: How, portal: Portal) -> u64 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        self.told.push(Told::Began(Statement {
            number,
            how,
            text: portal.text.text.to_string(),
            whole: portal.text.whole,
            parameters: portal.parameters,
            more: portal.more,
        }));
        number
    }

    fn end(&mut self, mut run: Run, outcome: Option<Outcome>, now: Timestamp) {
        run.tell_patients(&mut self.told);
        let mut ended = run.end(now);
        if let Some(outcome) = outcome
            && ended.outcome == Outcome::Done
        {
            ended.outcome = outcome;
        }
        self.told.push(Told::Ended(ended));
    }

    fn running(&mut self) -> Option<&mut Run> {
        running(&mut self.expected)
    }
}

/// The statement that the next answer belongs to, if it is one.
fn running(expected: &mut VecDeque<Expected>) -> Option<&mut Run> {
    match expected.front_mut() {
        Some(Expected::Query(run) | Expected::Call(run) | Expected::Execute(run)) => Some(run),
        Some(
            Expected::Parse { .. }
            | Expected::Bind { .. }
            | Expected::Describe(..)
            | Expected::Close { .. }
            | Expected::Sync,
        )
        | None => None,
    }
}
