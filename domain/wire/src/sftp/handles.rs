//! What is open: the target's handles, and what passed through each.

use std::collections::BTreeMap;

use super::act::{Direction, HandedOver, Spend};
use super::codec::flags;
use super::content::{Content, Room};
use super::path::RemotePath;

/// How many files and directories may be open at once: `sftp-server` itself stops at what a process
/// may open, 1,024 by default.
pub(super) const MAX_HANDLES: usize = 1024;

/// Names a handle inside the machine; the target may give the same handle again after a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Serial(u64);

/// Everything that is open.
#[derive(Default)]
pub(super) struct Handles {
    by_name: BTreeMap<Vec<u8>, Serial>,
    open: BTreeMap<Serial, Open>,
    next: u64,
    pub(super) room: Room,
}

/// One open file or directory.
pub(super) struct Open {
    pub(super) path: RemotePath,
    /// None: a directory.
    pub(super) file: Option<File>,
}

/// One open file: what may pass, each way.
pub(super) struct File {
    pub(super) read: Option<Lane>,
    pub(super) write: Option<Lane>,
}

/// Content of one file, one way.
pub(super) struct Lane {
    direction: Direction,
    content: Content,
    /// Bytes that passed.
    bytes: u64,
    /// Bytes that may still pass.
    left: Option<u64>,
    exceeded: bool,
    /// Where the file ends, or where what was there before was cut off.
    end: Option<End>,
    /// Writes that the target has not confirmed.
    pub(super) unconfirmed: usize,
}

/// What is known of a file's end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing is behind what passed: the file was empty when it was opened for writing.
    WithContent,
    /// The file ends here.
    At(u64),
}

/// Whether content may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paid {
    Yes,
    /// No; `first`: it is the first time for this lane.
    No {
        first: bool,
    },
}

impl Lane {
    pub(super) fn reading(left: Option<u64>) -> Self {
        Self::new(Direction::Download, left)
    }

    /// `given` are the flags of the OPEN.
    pub(super) fn writing(left: Option<u64>, given: u32, room: &mut Room) -> Self {
        let mut lane = Self::new(Direction::Upload, left);
        // EXCLUSIVE says nothing without CREATE: what exists is opened as it is.
        const MADE: u32 = flags::CREATE | flags::EXCLUSIVE;
        if given & flags::TRUNCATE != 0 || given & MADE == MADE {
            lane.end = Some(End::WithContent);
        }
        if given & flags::APPEND != 0 {
            // The target writes at the end, wherever the requests say.
            lane.content.give_up(room);
        }
        lane
    }

    fn new(direction: Direction, left: Option<u64>) -> Self {
        Self {
            direction,
            content: Content::new(),
            bytes: 0,
            left,
            exceeded: false,
            end: None,
            unconfirmed: 0,
        }
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    pub(super) fn exceeded(&self) -> bool {
        self.exceeded
    }

    /// Pays for `bytes` of content, all or nothing. After the first no there is no other answer: a
    /// file with a hole is worth less to the engineer than one that stops.
    pub(super) fn pay(&mut self, bytes: u32, spend: Spend<'_>) -> Paid {
        let bytes = u64::from(bytes);
        let left = self.left.map(|left| left.checked_sub(bytes));
        let refused =
            self.exceeded || left == Some(None) || (bytes > 0 && !spend(self.direction, bytes));
        if refused {
            let first = !std::mem::replace(&mut self.exceeded, true);
            return Paid::No { first };
        }
        self.left = left.flatten();
        Paid::Yes
    }

    /// Content that passes.
    pub(super) fn feed(&mut self, offset: u64, piece: &[u8], room: &mut Room) {
        let more = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(more);
        self.content.feed(offset, piece, room);
    }

    /// The target said that nothing is at `offset` or behind it.
    pub(super) fn ends_at(&mut self, offset: u64) {
        if self.end.is_none() || self.content.length() == Some(offset) {
            self.end = Some(End::At(offset));
        }
    }

    /// A write failed, or the file was cut off somewhere else.
    pub(super) fn spoil(&mut self, room: &mut Room) {
        self.content.give_up(room);
    }

    /// The target set the size of a file that is being written.
    pub(super) fn sized(&mut self, size: u64, room: &mut Room) {
        if size == 0 && self.bytes == 0 {
            self.end = Some(End::WithContent);
        } else if self.content.length() == Some(size) {
            self.end = Some(End::At(size));
        } else {
            self.spoil(room);
        }
    }

    /// Whether only the end of the file is missing to call what passed whole.
    pub(super) fn lacks_end(&self) -> bool {
        let length = self.content.length();
        length.is_some_and(|length| self.end != Some(End::At(length)))
    }

    fn finish(self, path: &RemotePath, closed: bool, room: &mut Room) -> HandedOver {
        let whole = closed
            && !self.exceeded
            && self.unconfirmed == 0
            && self.content.length().is_some_and(|length| {
                matches!(self.end, Some(End::WithContent)) || self.end == Some(End::At(length))
            });
        let digest = self.content.finish(room);
        let sha256 = digest.filter(|_| whole);
        HandedOver {
            direction: self.direction,
            path: path.clone(),
            bytes: self.bytes,
            whole: sha256.is_some(),
            sha256,
        }
    }
}

impl Handles {
    pub(super) fn count(&self) -> usize {
        self.open.len()
    }

    /// Takes a handle that the target gave; none if it is open already.
    pub(super) fn insert(&mut self, name: &[u8], open: Open) -> Option<Serial> {
        if self.by_name.contains_key(name) {
            return None;
        }
        let serial = Serial(self.next);
        self.next = self.next.saturating_add(1);
        self.by_name.insert(name.to_vec(), serial);
        self.open.insert(serial, open);
        Some(serial)
    }

    /// The handle by the target's name for it.
    pub(super) fn find(&self, name: &[u8]) -> Option<Serial> {
        self.by_name.get(name).copied()
    }

    /// The handle by the target's name for it, if it is open for writing.
    pub(super) fn find_writing(&mut self, name: &[u8]) -> Option<Serial> {
        let serial = self.find(name)?;
        self.writing(serial).map(|_| serial)
    }

    /// The name is given back: no request can use it from here on.
    pub(super) fn forget_name(&mut self, name: &[u8]) {
        self.by_name.remove(name);
    }

    pub(super) fn path(&self, serial: Serial) -> Option<&RemotePath> {
        self.open.get(&serial).map(|open| &open.path)
    }

    pub(super) fn reading(&mut self, serial: Serial) -> Option<(&mut Lane, &mut Room)> {
        let file = self.open.get_mut(&serial)?.file.as_mut()?;
        Some((file.read.as_mut()?, &mut self.room))
    }

    pub(super) fn writing(&mut self, serial: Serial) -> Option<(&mut Lane, &mut Room)> {
        let file = self.open.get_mut(&serial)?.file.as_mut()?;
        Some((file.write.as_mut()?, &mut self.room))
    }

    /// A size was set by path: what is open for writing there is no longer what passed.
    pub(super) fn spoil(&mut self, path: &RemotePath) {
        let Self { open, room, .. } = self;
        let there = open.values_mut().filter(|open| open.path == *path);
        for lane in there.filter_map(|open| open.file.as_mut()?.write.as_mut()) {
            lane.spoil(room);
        }
    }

    /// Closes: what passed. `closed`: the target confirmed it. Clients open files to look at them, and
    /// some thousands of them: what was opened for reading and not read has not passed.
    pub(super) fn close(&mut self, serial: Serial, closed: bool) -> Vec<HandedOver> {
        let Some(Open { path, file }) = self.open.remove(&serial) else {
            return Vec::new();
        };
        let lanes = file.map(|file| [file.read, file.write]);
        let lanes = lanes.into_iter().flatten().flatten();
        lanes
            .map(|lane| lane.finish(&path, closed, &mut self.room))
            .filter(|file| file.direction == Direction::Upload || file.bytes > 0 || file.whole)
            .collect()
    }

    /// Closes all that is still open.
    pub(super) fn close_all(&mut self) -> Vec<HandedOver> {
        self.by_name.clear();
        let all: Vec<Serial> = self.open.keys().copied().collect();
        let closed = all.into_iter().map(|serial| self.close(serial, false));
        closed.flatten().collect()
    }
}
