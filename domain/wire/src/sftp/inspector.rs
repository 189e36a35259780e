//! The machine between an engineer's SFTP client and a target's `sftp-server`.

mod engineer;
mod paths;
mod target;

use std::collections::{BTreeSet, VecDeque};

use super::Misbehaviour;
use super::act::{Act, Acts, AskId, HandedOver, Spend, Verdict, Words};
use super::codec::{MAX_REQUEST, status_packet};
use super::extension::Extension;
use super::framer::{Framer, Part};
use super::handles::{Handles, Serial};
use super::job::Job;
use super::outlet::{Outlet, Side};
use super::requests::{Requests, Sent, What};

use paths::Current;

/// How many requests may wait for their paths and decisions: each holds up to 34,000 bytes.
const MAX_QUEUE: usize = 256;

/// Stands between both sides of one SFTP conversation. Does nothing by itself: it takes the bytes
/// of both sides, and says what goes where and what has to be decided.
///
/// What it guarantees:
/// - A request that names a path goes to the target only after the target resolved the path and
///   every operation of the request was allowed, and with the path that was decided on.
/// - Requests that name paths are resolved, asked and sent one after the other, so that a client
///   cannot change the meaning of a path between its decision and its use. Reading and writing of
///   what is open goes on meanwhile.
/// - Content passes only after it was paid for, to the byte, both ways.
/// - Handles are used for what they were opened for, and only by the name that the target gave.
///
/// What it does not: between the target's answer and the request, somebody *else* on the target
/// (with a shell there, or by a second SFTP channel) can put a symbolic link into the path. By a
/// second channel that leads nowhere new as long as the caller allows links only to where `other`
/// is allowed. A target whose REALPATH does not follow links (none of OpenSSH) is governed by names
/// alone. REALPATH, `expand-path` and `home-directory` are not asked about: clients begin with
/// them, and they tell no more than where a path leads.
pub struct Inspector {
    words: Words,
    stage: Stage,
    requests_in: Framer,
    answers_in: Framer,
    to_engineer: Outlet,
    to_target: Outlet,
    /// Where the content of the WRITE in progress goes.
    upload: Flow,
    /// Where the content of the DATA in progress goes.
    download: Flow,
    requests: Requests,
    handles: Handles,
    /// Opens that the target has not answered.
    opening: usize,
    queue: VecDeque<Job>,
    current: Option<Current>,
    next_ask: u64,
    offered: BTreeSet<Extension>,
    /// Files that were closed in the same bytes in which the target broke the protocol.
    untold: Vec<HandedOver>,
}

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was said.
    Fresh,
    /// The engineer's client said its version.
    Greeted,
    /// Both did.
    Open,
}

/// Where content in progress goes.
#[derive(Debug, Clone, Copy)]
enum Flow {
    /// Nowhere: it was refused.
    Nowhere,
    /// On, and its next byte stands at `offset`.
    On { serial: Serial, offset: u64 },
}

impl Inspector {
    /// For one SFTP channel; `words` are what it says to the engineer itself.
    pub fn new(words: Words) -> Self {
        Self {
            words,
            stage: Stage::Fresh,
            requests_in: Framer::of_requests(MAX_REQUEST),
            answers_in: Framer::of_answers(),
            to_engineer: Outlet::to(Side::Engineer),
            to_target: Outlet::to(Side::Target),
            upload: Flow::Nowhere,
            download: Flow::Nowhere,
            requests: Requests::default(),
            handles: Handles::default(),
            opening: 0,
            queue: VecDeque::new(),
            current: None,
            next_ask: 0,
            offered: BTreeSet::new(),
            untold: Vec::new(),
        }
    }

    /// Takes bytes of the engineer's client, in any pieces. `spend` pays for content written.
    ///
    /// # Errors
    /// What the engineer's client did wrong. The conversation is over.
    pub fn from_engineer<'a>(
        &mut self,
        mut bytes: &'a [u8],
        spend: Spend<'_>,
    ) -> Result<Vec<Act<'a>>, Misbehaviour> {
        let mut acts = Vec::new();
        while let Some(part) = self.requests_in.next(&mut bytes)? {
            match part {
                Part::Packet(packet) => self.request(&packet, &mut acts)?,
                Part::Head(head, content) => {
                    self.write(&head, content, &mut acts, &mut *spend)?;
                }
                Part::Content(piece) => self.written(piece, &mut acts),
            }
        }
        Ok(acts)
    }

    /// Takes bytes of the target, in any pieces. `spend` pays for content read.
    ///
    /// # Errors
    /// What the target did wrong. The conversation is over.
    pub fn from_target<'a>(
        &mut self,
        bytes: &'a [u8],
        spend: Spend<'_>,
    ) -> Result<Vec<Act<'a>>, Misbehaviour> {
        let mut acts = Vec::new();
        let said = self.target_says(bytes, &mut acts, spend);
        if said.is_err() {
            // Nothing of it is done any more, but a file that passed has passed.
            self.untold.extend(acts.into_iter().filter_map(Act::file));
            return said.map(|()| Vec::new());
        }
        Ok(acts)
    }

    fn target_says<'a>(
        &mut self,
        mut bytes: &'a [u8],
        acts: &mut Acts<'a>,
        spend: Spend<'_>,
    ) -> Result<(), Misbehaviour> {
        while let Some(part) = self.answers_in.next(&mut bytes)? {
            match part {
                Part::Packet(packet) => self.answered(&packet, acts)?,
                Part::Head(head, content) => self.data(&head, content, acts, &mut *spend)?,
                Part::Content(piece) => self.handed_out(piece, acts),
            }
        }
        Ok(())
    }

    /// Takes a decision. An answer to a question that is not open does nothing.
    ///
    /// # Errors
    /// [`Misbehaviour::TooMuchHeld`] and [`Misbehaviour::TooManyRequests`], as for the engineer.
    pub fn answer(
        &mut self,
        ask: AskId,
        verdict: Verdict,
    ) -> Result<Vec<Act<'static>>, Misbehaviour> {
        let mut acts = Vec::new();
        self.decided(ask, verdict, &mut acts)?;
        Ok(acts)
    }

    /// The conversation is over, however it ended: what was still open, none of it whole, and what was
    /// closed in the bytes with which the target broke the protocol.
    #[must_use]
    pub fn finish(mut self) -> Vec<HandedOver> {
        let mut files = std::mem::take(&mut self.untold);
        files.extend(self.handles.close_all());
        files
    }

    /// Answers the engineer's request `id` ourselves.
    fn say(
        &mut self,
        id: u32,
        code: u32,
        sentence: &str,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let packet = status_packet(id, code, sentence);
        self.to_engineer.packet(acts, packet)
    }

    /// Sends a request of our own to the target; `packet` writes it with its id.
    fn ask_target(
        &mut self,
        what: What,
        answer: u8,
        packet: impl FnOnce(u32) -> Vec<u8>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let id = self.requests.add(Sent {
            engineer: 0,
            answer: Some(answer),
            what,
            settles: false,
        })?;
        self.to_target.packet(acts, packet(id))
    }
}

/// Where the byte behind `piece` stands. An offset that cannot be stays at the end, where the
/// digest is given up.
fn after(offset: u64, piece: &[u8]) -> u64 {
    offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
