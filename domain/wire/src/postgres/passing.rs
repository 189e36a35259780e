//! Both sides at work on a stream: what may pass, and what is to be noted before it does.

use ids::Timestamp;

use super::framer::{Framer, Head, Part};
use super::tracker::{Told, Tracker};
use super::{Misbehaviour, back_kind, front_kind};

/// Bytes of a message that are read before it passes; the rest of it goes on as it arrives. A statement's
/// noted text, a portal's names and its noted parameters stand in them.
pub const KEPT: usize = 16 << 10;

/// What came of some bytes.
#[derive(Debug, Default)]
pub struct Passing {
    /// What may pass, once everything is noted.
    pub bytes: Vec<u8>,
    /// What is to be noted first.
    pub told: Vec<Told>,
}

/// A message that is being read.
#[derive(Debug)]
struct Held {
    head: Head,
    /// The beginning of its body; empty once it passes.
    body: Vec<u8>,
    /// Whether its beginning was read, and the rest passes.
    passes: bool,
}

/// What is done with a message when its head is there.
enum Rule {
    /// Its beginning is read first.
    Read,
    /// It passes as it comes.
    Pass,
    Refuse,
}

/// A side: its messages, and the one that is being read.
#[derive(Debug, Default)]
struct Side {
    framer: Framer,
    held: Option<Held>,
}

impl Side {
    /// Takes some bytes: asks what to do with each message, and gives its beginning to be read.
    fn take(
        &mut self,
        mut bytes: &[u8],
        out: &mut Vec<u8>,
        mut rule: impl FnMut(Head) -> Rule,
        mut read: impl FnMut(u8, &[u8]),
    ) -> Result<(), Misbehaviour> {
        while let Some(part) = self.framer.next(&mut bytes)? {
            match part {
                Part::Head(head) => {
                    let passes = match rule(head) {
                        Rule::Read => false,
                        Rule::Pass => true,
                        Rule::Refuse => return Err(Misbehaviour::Unexpected { kind: head.kind }),
                    };
                    if passes {
                        out.extend_from_slice(&head.encode());
                    }
                    self.held = Some(Held {
                        head,
                        body: Vec::new(),
                        passes,
                    });
                }
                Part::Body(body) => {
                    let Some(held) = self.held.as_mut().filter(|held| !held.passes) else {
                        out.extend_from_slice(body);
                        continue;
                    };
                    held.body.extend_from_slice(body);
                    if held.body.len() >= KEPT {
                        held.pass(out, &mut read);
                    }
                }
                Part::End => {
                    if let Some(mut held) = self.held.take()
                        && !held.passes
                    {
                        held.pass(out, &mut read);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Held {
    fn pass(&mut self, out: &mut Vec<u8>, read: &mut impl FnMut(u8, &[u8])) {
        let body = std::mem::take(&mut self.body);
        read(self.head.kind, &body);
        out.extend_from_slice(&self.head.encode());
        out.extend_from_slice(&body);
        self.passes = true;
    }
}

/// From the engineer to the target.
#[derive(Debug, Default)]
pub struct EngineerSide {
    side: Side,
    over: bool,
}

impl EngineerSide {
    /// At the first message after signing in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the program has said its last word.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// If it is no message, or one that has no place after signing in. What is in `passing` may pass all
    /// the same: it came before.
    pub fn take(
        &mut self,
        bytes: &[u8],
        tracker: &mut Tracker,
        now: Timestamp,
        passing: &mut Passing,
    ) -> Result<(), Misbehaviour> {
        let tracker = std::cell::RefCell::new(tracker);
        let mut over = false;
        let rule = |head: Head| match head.kind {
            front_kind::QUERY
            | front_kind::PARSE
            | front_kind::BIND
            | front_kind::DESCRIBE
            | front_kind::EXECUTE
            | front_kind::CLOSE
            | front_kind::SYNC
            | front_kind::CALL
            | front_kind::COPY_DONE
            | front_kind::COPY_FAIL => Rule::Read,
            front_kind::COPY_DATA => {
                tracker.borrow_mut().copied_in(u64::from(head.length));
                Rule::Pass
            }
            front_kind::FLUSH => Rule::Pass,
            front_kind::TERMINATE => {
                over = true;
                Rule::Pass
            }
            _ => Rule::Refuse,
        };
        let read = |kind: u8, body: &[u8]| tracker.borrow_mut().asked(kind, body, now);
        let taken = self.side.take(bytes, &mut passing.bytes, rule, read);
        self.over |= over;
        passing.told.extend(tracker.borrow_mut().told());
        taken
    }
}

/// From the target to the engineer.
#[derive(Debug, Default)]
pub struct TargetSide(Side);

impl TargetSide {
    /// At the first message after signing in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether what passed so far ends with a whole message: only there the gateway can say something.
    pub fn is_between_messages(&self) -> bool {
        self.0.framer.is_between_messages()
    }

    /// Takes some bytes. `spend` takes bytes of rows, copies and whatever else can carry data from what may
    /// come out, before they do; false where there are not that many left: then nothing more passes, and
    /// this gives false.
    ///
    /// # Errors
    /// If it is no message, or one that has no place after signing in: a server's key or a question for a
    /// password would reach the engineer's program, replication carries everything out.
    pub fn take(
        &mut self,
        bytes: &[u8],
        tracker: &mut Tracker,
        now: Timestamp,
        mut spend: impl FnMut(u64) -> bool,
        passing: &mut Passing,
    ) -> Result<bool, Misbehaviour> {
        let mut spent = false;
        let tracker = std::cell::RefCell::new(tracker);
        let rule = |head: Head| match head.kind {
            kind if carries_data(kind) => {
                let length = u64::from(head.length);
                if !spend(length) {
                    spent = true;
                    return Rule::Refuse;
                }
                match kind {
                    back_kind::ROW => {
                        let mut tracker = tracker.borrow_mut();
                        tracker.came_out(length);
                        if tracker.reads_rows() {
                            Rule::Read
                        } else {
                            Rule::Pass
                        }
                    }
                    back_kind::COPY_DATA | back_kind::CALLED => {
                        let mut tracker = tracker.borrow_mut();
                        tracker.came_out(length);
                        tracker.unseen();
                        Rule::Pass
                    }
                    back_kind::ERROR => Rule::Read,
                    _ => Rule::Pass,
                }
            }
            back_kind::READY
            | back_kind::COMPLETE
            | back_kind::EMPTY
            | back_kind::SUSPENDED
            | back_kind::COLUMNS
            | back_kind::NO_DATA
            | back_kind::PARSED
            | back_kind::BOUND
            | back_kind::CLOSED
            | back_kind::COPY_IN => Rule::Read,
            back_kind::PARAMETER
            | back_kind::PARAMETERS
            | back_kind::COPY_OUT
            | back_kind::COPY_DONE => Rule::Pass,
            _ => Rule::Refuse,
        };
        let read = |kind: u8, body: &[u8]| tracker.borrow_mut().answered(kind, body, now);
        let taken = self.0.take(bytes, &mut passing.bytes, rule, read);
        passing.told.extend(tracker.borrow_mut().told());
        match taken {
            Ok(()) => Ok(true),
            Err(_) if spent => Ok(false),
            Err(wrong) => Err(wrong),
        }
    }
}

/// Whether a statement can decide what stands in such a message: in rows and copies, and as well in a
/// remark (`RAISE`), a failure, a function's result, a notification.
fn carries_data(kind: u8) -> bool {
    matches!(
        kind,
        back_kind::ROW
            | back_kind::COPY_DATA
            | back_kind::CALLED
            | back_kind::NOTICE
            | back_kind::ERROR
            | back_kind::NOTIFICATION
    )
}
