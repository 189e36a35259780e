//! From the engineer to the target: one command at a time.

use ids::Timestamp;

use super::framer::{Framer, Head, Part};
use super::misbehaviour::malformed;
use super::tracker::Tracker;
use super::{KEPT, Misbehaviour, command, packet};
use crate::statements::lossy;

/// The longest name of a database that is asked for.
const MAX_DATABASE: usize = 256;

/// What came of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// They are used up.
    Everything,
    /// A command waits for its answer: the rest is taken after that.
    Waits,
    /// Another database is asked for. It goes on with [`EngineerSide::granted`]; without it nobody hears of
    /// it, and the gateway answers.
    Database(String),
    /// Something that is not offered. Nobody hears of it, and the gateway answers.
    NotOffered(u8),
    /// The program has said its last word.
    Over,
}

/// A command that is being read.
#[derive(Debug)]
struct Held {
    head: Head,
    body: Vec<u8>,
    rule: Rule,
    bytes: u64,
}

/// What is done with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Its beginning is read first.
    Read,
    /// It is read whole, and asked for.
    Ask,
    /// It is dropped.
    Drop,
    /// It passes.
    Pass,
}

impl Rule {
    fn of(kind: u8) -> Self {
        match kind {
            command::QUIT
            | command::QUERY
            | command::FIELD_LIST
            | command::STATISTICS
            | command::PROCESS_KILL
            | command::PING
            | command::PREPARE
            | command::EXECUTE
            | command::LONG_DATA
            | command::CLOSE
            | command::RESET
            | command::SET_OPTION
            | command::FETCH
            | command::RESET_CONNECTION => Self::Read,
            command::INIT_DB => Self::Ask,
            _ => Self::Drop,
        }
    }
}

/// The engineer's program.
#[derive(Debug, Default)]
pub struct EngineerSide {
    framer: Framer,
    held: Option<Held>,
    asked: Option<Vec<u8>>,
}

impl EngineerSide {
    /// At the first command.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes some of `bytes`; what may pass is added to `out`.
    ///
    /// # Errors
    /// If a packet is out of turn or has no command.
    pub fn take(
        &mut self,
        bytes: &mut &[u8],
        tracker: &mut Tracker,
        now: Timestamp,
        out: &mut Vec<u8>,
    ) -> Result<Asked, Misbehaviour> {
        loop {
            if self.framer.is_between_messages() && tracker.is_busy() {
                return Ok(Asked::Waits);
            }
            match self.framer.next(bytes) {
                None => return Ok(Asked::Everything),
                Some(Part::Head(head)) => self.begins(head, tracker, out)?,
                Some(Part::Body(body)) => self.goes_on(body, tracker, now, out),
                Some(Part::End { whole }) => {
                    if let Some(asked) = self.ends(whole, tracker, now, out)? {
                        return Ok(asked);
                    }
                }
            }
        }
    }

    /// The database that was asked for is granted.
    pub fn granted(&mut self, tracker: &mut Tracker, now: Timestamp, out: &mut Vec<u8>) {
        if let Some(body) = self.asked.take() {
            let name = body.get(1..).unwrap_or_default();
            tracker.asked(command::INIT_DB, name, true, now);
            out.extend(packet(0, &body));
        }
    }

    fn begins(
        &mut self,
        head: Head,
        tracker: &mut Tracker,
        out: &mut Vec<u8>,
    ) -> Result<(), Misbehaviour> {
        let expected = if head.continues { tracker.packet } else { 0 };
        if head.number != expected {
            return Err(Misbehaviour::OutOfOrder {
                number: head.number,
                expected,
            });
        }
        tracker.packet = head.number.wrapping_add(1);
        tracker.sending = true;
        match &mut self.held {
            Some(held) if head.continues => {
                if held.rule == Rule::Pass {
                    out.extend_from_slice(&head.encode());
                }
            }
            _ if head.length == 0 => return Err(malformed("command")),
            _ => {
                self.held = Some(Held {
                    head,
                    body: Vec::new(),
                    rule: Rule::Read,
                    bytes: 0,
                });
            }
        }
        Ok(())
    }

    fn goes_on(&mut self, body: &[u8], tracker: &mut Tracker, now: Timestamp, out: &mut Vec<u8>) {
        let Some(held) = &mut self.held else {
            return;
        };
        let kind = body.first().filter(|_| held.bytes == 0);
        if let Some(kind) = kind {
            held.rule = Rule::of(*kind);
        }
        held.bytes = held
            .bytes
            .saturating_add(u64::try_from(body.len()).unwrap_or(u64::MAX));
        match held.rule {
            Rule::Pass => out.extend_from_slice(body),
            Rule::Drop => {
                let room = 1_usize.saturating_sub(held.body.len());
                held.body.extend(body.iter().take(room));
            }
            Rule::Ask => {
                let room = (MAX_DATABASE + 2).saturating_sub(held.body.len());
                held.body.extend(body.iter().take(room));
            }
            Rule::Read => {
                held.body.extend_from_slice(body);
                if held.body.len() >= KEPT {
                    held.pass(false, tracker, now, out);
                }
            }
        }
    }

    fn ends(
        &mut self,
        whole: bool,
        tracker: &mut Tracker,
        now: Timestamp,
        out: &mut Vec<u8>,
    ) -> Result<Option<Asked>, Misbehaviour> {
        if !whole {
            return Ok(None);
        }
        tracker.sending = false;
        let Some(mut held) = self.held.take() else {
            return Ok(None);
        };
        let kind = held.body.first().copied().unwrap_or(0);
        match held.rule {
            Rule::Drop => return Ok(Some(Asked::NotOffered(kind))),
            Rule::Ask => {
                let name = held.body.get(1..).unwrap_or_default();
                if name.is_empty() || name.len() > MAX_DATABASE {
                    return Err(malformed("name of a database"));
                }
                let name = lossy(name);
                self.asked = Some(held.body);
                return Ok(Some(Asked::Database(name)));
            }
            Rule::Read => held.pass(true, tracker, now, out),
            Rule::Pass => {}
        }
        if kind == command::QUIT {
            return Ok(Some(Asked::Over));
        }
        if kind == command::LONG_DATA {
            let body = held.body.get(1..).unwrap_or_default();
            tracker.sent(body, held.bytes.saturating_sub(1));
        }
        Ok(None)
    }
}

impl Held {
    /// What was read of it is told, and it passes from here on. Of its body the beginning is kept, by which it
    /// is known at its end.
    fn pass(&mut self, whole: bool, tracker: &mut Tracker, now: Timestamp, out: &mut Vec<u8>) {
        let kind = self.body.first().copied().unwrap_or(0);
        tracker.asked(kind, self.body.get(1..).unwrap_or_default(), whole, now);
        out.extend_from_slice(&self.head.encode());
        out.extend_from_slice(&self.body);
        self.body.truncate(8);
        self.rule = Rule::Pass;
    }
}
