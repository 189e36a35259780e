//! Which answer belongs to which command.
//!
//! One command is on its way at a time: the next is taken when the answer to the one before is whole. A server
//! knows no other order, and the gateway can answer in its place.

mod answers;
mod asks;
mod patients;

use std::collections::BTreeMap;
use std::sync::Arc;

use ids::Timestamp;

pub(super) use self::answers::Kind;
pub use self::patients::PatientColumn;
use self::patients::{Shape, Watch};

use super::parameters::Kind as Typed;
use crate::statements::{Ended, How, Outcome, Statement, Told};

/// Statements that are kept by their number. Whoever has more loses the text of the first, in the list of
/// statements alone.
const MOST_PREPARED: usize = 1024;

/// Parameters sent before their statement runs, of which is known how long they are.
const MOST_SENT: usize = 1024;

/// What the target is to say next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    /// Nothing: the next command.
    Nothing,
    /// The first message of an answer.
    Answer(Answer),
    /// So many columns, then their end.
    Columns { left: u64, answer: Answer },
    /// The end of the columns.
    ColumnsEnd(Answer),
    /// Rows, or columns without number, until they end.
    Rows,
    /// Parameters, or columns, of a statement that was prepared; how many there are of the others.
    Prepared { left: u16, then: u16 },
    /// Their end.
    PreparedEnd { then: u16 },
}

/// Which answers a command may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Done, failed, or a result; `cursor`: without its rows.
    Result { cursor: bool },
    /// Done or failed.
    Done,
    /// What was prepared, or failed.
    Prepared,
    /// One line of text.
    Line,
    /// Done, an end, or failed.
    End,
}

/// A statement that was handed to the server.
#[derive(Debug)]
struct Run {
    ended: Ended,
    started: Timestamp,
    watch: Watch,
}

/// A statement that was prepared.
#[derive(Debug, Clone, Default)]
struct Prepared {
    text: Arc<str>,
    whole: bool,
    parameters: u16,
    kinds: Vec<Typed>,
    sent: BTreeMap<u16, u64>,
    /// What its rows looked like when it last ran.
    shape: Shape,
}

/// Follows both sides of one session.
#[derive(Debug)]
pub struct Tracker {
    /// Whether the target tells of another database, and the program is told.
    pub(super) tracked: bool,
    pub(super) passes_changes: bool,
    /// The number of the next packet, of whichever side.
    pub(super) packet: u8,
    /// A command is on its way, and not whole.
    pub(super) sending: bool,
    pub(super) expected: Expected,
    next: u64,
    run: Option<Run>,
    preparing: Option<Prepared>,
    prepared: BTreeMap<u32, Prepared>,
    last_prepared: u32,
    /// Columns that hold the numbers of patients.
    watched: Vec<PatientColumn>,
    told: Vec<Told>,
}

impl Tracker {
    /// Of a session that begins. `tracked`: whether the target was asked to tell of another database;
    /// `passes_changes`: whether the engineer's program was.
    pub fn new(tracked: bool, passes_changes: bool) -> Self {
        Self {
            tracked,
            passes_changes,
            packet: 0,
            sending: false,
            expected: Expected::Nothing,
            next: 0,
            run: None,
            preparing: None,
            prepared: BTreeMap::new(),
            last_prepared: 0,
            watched: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Whether a command waits for its answer, or is not whole itself.
    pub fn is_busy(&self) -> bool {
        self.sending || self.expected != Expected::Nothing
    }

    /// The number that the gateway's own packet has when it stands in the place of what comes next: of an
    /// answer, or of the answer to what is asked next.
    pub fn next_packet(&self) -> u8 {
        if self.is_busy() { self.packet } else { 1 }
    }

    /// What was asked goes nowhere: the number of the packet with which the gateway answers. The next command is
    /// taken after that.
    pub fn refused(&mut self) -> u8 {
        self.expected = Expected::Nothing;
        self.packet
    }

    /// What there is to note, in order.
    pub fn told(&mut self) -> Vec<Told> {
        if let Some(run) = &mut self.run {
            run.watch.tell(run.ended.number, &mut self.told);
        }
        std::mem::take(&mut self.told)
    }

    /// The session is over: what ran then did not end.
    pub fn finish(mut self, now: Timestamp) -> Vec<Told> {
        self.end(Outcome::Unfinished, now);
        self.told
    }

    /// Tells of a statement that runs from now on.
    fn begin(&mut self, how: How, text: &str, whole: bool, now: Timestamp) {
        let number = self.number();
        self.told.push(Told::Began(Statement {
            number,
            how,
            text: text.to_owned(),
            whole,
            parameters: Vec::new(),
            more: 0,
        }));
        self.run = Some(Run {
            ended: Ended::of(number),
            started: now,
            watch: Watch::default(),
        });
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        number
    }

    fn end(&mut self, outcome: Outcome, now: Timestamp) {
        let Some(Run {
            mut ended,
            started,
            mut watch,
        }) = self.run.take()
        else {
            return;
        };
        watch.tell(ended.number, &mut self.told);
        ended.millis = u64::try_from(now.since(started).as_millis()).unwrap_or(u64::MAX);
        ended.outcome = outcome;
        self.told.push(Told::Ended(ended));
    }

    /// The statement of this number; the one that was prepared last, where a program says so.
    fn meant(&mut self, number: u32) -> Option<&mut Prepared> {
        let number = if number == u32::MAX {
            self.last_prepared
        } else {
            number
        };
        self.prepared.get_mut(&number)
    }
}
