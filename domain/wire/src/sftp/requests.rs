//! What the target was asked and has not answered. Ids are ours on the target's side, so that
//! questions of our own stand beside the engineer's and never meet them.

use std::collections::BTreeMap;

use super::Misbehaviour;
use super::handles::Serial;
use super::path::RemotePath;

/// How many requests may wait for the target. OpenSSH's client keeps 64 in flight, PuTTY's fewer.
pub(super) const MAX_REQUESTS: usize = 4096;

#[derive(Default)]
pub(super) struct Requests {
    next: u32,
    sent: BTreeMap<u32, Sent>,
}

/// One request on its way.
pub(super) struct Sent {
    /// The id that the engineer's client gave; of no meaning for our own.
    pub(super) engineer: u32,
    /// The type of the answer besides a status.
    pub(super) answer: Option<u8>,
    pub(super) what: What,
    /// The next path waits for this one's answer.
    pub(super) settles: bool,
}

/// What the answer means.
pub(super) enum What {
    /// Nothing to us.
    Plain,
    /// The limits of the target, which become no larger than ours.
    Limits,
    /// A file is open.
    Open {
        path: RemotePath,
        flags: u32,
        read_left: Option<u64>,
        write_left: Option<u64>,
    },
    /// A directory is open.
    OpenDirectory { path: RemotePath },
    /// Content of a file, or its end.
    Read {
        serial: Serial,
        offset: u64,
        length: u32,
    },
    /// Content is written.
    Write { serial: Serial },
    /// A handle is given back.
    Close { serial: Serial },
    /// A file that is open has another size.
    Resized { serial: Serial, size: u64 },
    /// A file has another size.
    Cut { path: RemotePath },
    /// Ours: a path, resolved.
    Resolved,
    /// Ours: whether a path that could not be resolved names something nevertheless.
    Absent,
    /// Ours: the size of a file that is about to be closed.
    Size { serial: Serial },
}

impl Requests {
    /// Takes a request; answers with its id on the target's side.
    pub(super) fn add(&mut self, sent: Sent) -> Result<u32, Misbehaviour> {
        if self.sent.len() >= MAX_REQUESTS {
            return Err(Misbehaviour::TooManyRequests { most: MAX_REQUESTS });
        }
        while self.sent.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.sent.insert(id, sent);
        Ok(id)
    }

    /// The request that an answer is for; it has no second one.
    pub(super) fn take(&mut self, id: u32) -> Result<Sent, Misbehaviour> {
        let sent = self.sent.remove(&id);
        sent.ok_or(Misbehaviour::AnswerToNothing { id })
    }
}
