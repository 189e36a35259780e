//! From the target to the engineer.

use ids::Timestamp;

use super::framer::{Framer, Head, MAX_PIECE, Part};
use super::misbehaviour::malformed;
use super::tracker::{Kind, Tracker};
use super::{Done, End, KEPT, Misbehaviour, packet};

/// What came of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// They are used up.
    Everything,
    /// Nothing more may come out: the next message does not pass.
    Spent,
    /// The session is in this database from here on. That it is goes on with [`TargetSide::granted`].
    Database {
        /// Its name.
        name: String,
        /// The number of the packet that says so.
        number: u8,
    },
}

/// A message whose beginning is there.
#[derive(Debug)]
struct Held {
    head: Head,
    body: Vec<u8>,
    /// What it is, once its first byte was seen.
    kind: Option<Kind>,
    /// Whether its beginning is read before it passes.
    noted: bool,
}

impl Held {
    /// What is to be read of it is there: it passes.
    fn note(&mut self, tracker: &mut Tracker, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.noted) {
            let body = std::mem::take(&mut self.body);
            tracker.read(&body);
            out.extend_from_slice(&self.head.encode());
            out.extend_from_slice(&body);
        }
    }
}

/// The target.
#[derive(Debug, Default)]
pub struct TargetSide {
    framer: Framer,
    held: Option<Held>,
    answer: Option<Vec<u8>>,
    /// The message that is refused, of which the next one takes the number.
    refused: bool,
}

impl TargetSide {
    /// At the first answer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether what passed so far ends with a whole message: only there the gateway can say something.
    pub fn is_between_messages(&self) -> bool {
        self.refused || self.framer.is_between_messages()
    }

    /// Takes some of `bytes`; what may pass is added to `out`. `spend` takes bytes of a message from what may
    /// come out, before it does; false where there are not that many left.
    ///
    /// # Errors
    /// If a packet is out of turn, or has no place here: a server that asks for a file of the engineer's
    /// computer, or for a password.
    pub fn take(
        &mut self,
        bytes: &mut &[u8],
        tracker: &mut Tracker,
        now: Timestamp,
        mut spend: impl FnMut(u64) -> bool,
        out: &mut Vec<u8>,
    ) -> Result<Taken, Misbehaviour> {
        loop {
            match self.framer.next(bytes) {
                None => return Ok(Taken::Everything),
                Some(Part::Head(head)) => {
                    if !spend(head.length.into()) {
                        self.refused = !head.continues;
                        return Ok(Taken::Spent);
                    }
                    let begun = self.begins(head, tracker, out);
                    begun.inspect_err(|_| self.refused = !head.continues)?;
                }
                Some(Part::Body(body)) => self.goes_on(body, tracker, out)?,
                Some(Part::End { whole }) => {
                    if let Some((name, number)) = self.ends(whole, tracker, now, out)? {
                        return Ok(Taken::Database { name, number });
                    }
                }
            }
        }
    }

    /// The answer that says in which database the session is now: it passes if that is granted.
    pub fn granted(&mut self, out: &mut Vec<u8>) {
        out.extend(self.answer.take().unwrap_or_default());
    }

    fn begins(
        &mut self,
        head: Head,
        tracker: &mut Tracker,
        out: &mut Vec<u8>,
    ) -> Result<(), Misbehaviour> {
        let expected = tracker.packet;
        // Before a command is whole, and where there is none, only a failure comes: numbered as it likes.
        let in_turn = tracker.is_busy() && !tracker.sending;
        if in_turn && head.number != expected {
            return Err(Misbehaviour::OutOfOrder {
                number: head.number,
                expected,
            });
        }
        if head.continues {
            tracker.packet = head.number.wrapping_add(1);
            tracker.came_out(head.length.into());
            out.extend_from_slice(&head.encode());
            return Ok(());
        }
        if head.length == 0 {
            return Err(malformed("answer"));
        }
        self.held = Some(Held {
            head,
            body: Vec::new(),
            kind: None,
            noted: false,
        });
        Ok(())
    }

    fn goes_on(
        &mut self,
        body: &[u8],
        tracker: &mut Tracker,
        out: &mut Vec<u8>,
    ) -> Result<(), Misbehaviour> {
        let Some(held) = &mut self.held else {
            out.extend_from_slice(body);
            return Ok(());
        };
        let kind = match (held.kind, body.first()) {
            (Some(kind), _) => kind,
            (None, Some(first)) => {
                let kind = tracker.kind(*first, held.head.length);
                let only_failures = tracker.sending && kind != Ok(Kind::Failed);
                let kind = if only_failures {
                    Err(Misbehaviour::Unexpected { kind: *first })
                } else {
                    kind
                };
                let kind = kind.inspect_err(|_| self.refused = true)?;
                let kept = held.head.length <= u32::try_from(KEPT).unwrap_or(MAX_PIECE);
                if kind != Kind::Passes && !kept {
                    self.refused = true;
                    return Err(Misbehaviour::Length {
                        announced: held.head.length,
                        most: KEPT,
                    });
                }
                tracker.packet = held.head.number.wrapping_add(1);
                held.kind = Some(kind);
                if kind == Kind::Passes {
                    tracker.came_out(held.head.length.into());
                    held.noted = tracker.reads_next();
                    if !held.noted {
                        out.extend_from_slice(&held.head.encode());
                    }
                }
                kind
            }
            (None, None) => return Ok(()),
        };
        if kind == Kind::Passes && !held.noted {
            out.extend_from_slice(body);
        } else {
            held.body.extend_from_slice(body);
        }
        if held.noted && held.body.len() >= KEPT {
            held.note(tracker, out);
        }
        Ok(())
    }

    fn ends(
        &mut self,
        whole: bool,
        tracker: &mut Tracker,
        now: Timestamp,
        out: &mut Vec<u8>,
    ) -> Result<Option<(String, u8)>, Misbehaviour> {
        if !whole {
            return Ok(None);
        }
        let Some(mut held) = self.held.take() else {
            return Ok(None);
        };
        held.note(tracker, out);
        let Held {
            head, body, kind, ..
        } = held;
        match kind {
            None => return Err(malformed("answer")),
            Some(Kind::Passes) => {
                tracker.passed();
                return Ok(None);
            }
            Some(Kind::Done) => {
                let done = Done::read(&body, tracker.tracked);
                let done = done.inspect_err(|_| self.refused = true)?;
                tracker.done(&done, now);
                let said = if tracker.tracked && !tracker.passes_changes {
                    packet(head.number, &done.untracked)
                } else {
                    packet(head.number, &body)
                };
                if let Some(schema) = done.schema.filter(|schema| !schema.is_empty()) {
                    self.answer = Some(said);
                    return Ok(Some((schema, head.number)));
                }
                out.extend(said);
                return Ok(None);
            }
            Some(Kind::Failed) => tracker.failed(&body, now),
            Some(Kind::End) => tracker.ended(End::read(&body), now),
            Some(Kind::Count) => {
                let counted = tracker.counted(&body);
                counted.inspect_err(|_| self.refused = true)?;
            }
            Some(Kind::Prepared) => {
                let prepared = tracker.prepared(&body, now);
                prepared.inspect_err(|_| self.refused = true)?;
            }
        }
        out.extend(packet(head.number, &body));
        Ok(None)
    }
}
