//! A target in memory, and an engineer who talks to it through the machine.

use std::collections::BTreeMap;

use super::*;
use crate::frame::Decoding;
use crate::sftp::answer::Answer;
use crate::sftp::request::{Plain, Request};

pub(super) fn words() -> Words {
    Words {
        too_much: "more than agreed".to_owned(),
        unsupported: "not offered".to_owned(),
        unresolved: "no such place".to_owned(),
        too_many: "too many".to_owned(),
        not_open: "not open".to_owned(),
    }
}

#[derive(Default)]
pub(super) struct Fake {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Links to nothing, which only LSTAT finds.
    pub(super) dangling: Vec<String>,
    /// Resolves nothing.
    pub(super) lexical: bool,
    handles: BTreeMap<Vec<u8>, String>,
    pub(super) next: usize,
    pub(super) opened: Vec<String>,
    /// Paths that any request but a resolution named.
    pub(super) named: Vec<String>,
    /// Bytes of content that came, and that went.
    pub(super) written: usize,
    /// How many requests came.
    pub(super) heard: usize,
    /// Whether answers wait, and those that do.
    pub(super) holds: bool,
    pub(super) held: Vec<Vec<u8>>,
}

impl Fake {
    pub(super) fn put(&mut self, path: &str, content: &[u8]) {
        self.files.insert(path.to_owned(), content.to_vec());
    }

    fn realpath(&self, path: &str) -> Option<String> {
        if self.lexical {
            return Some(path.to_owned());
        }
        let mut names: Vec<&str> = if path.starts_with('/') {
            Vec::new()
        } else {
            vec!["srv"]
        };
        for name in path.split('/') {
            match name {
                "" | "." => {}
                ".." => drop(names.pop()),
                name => names.push(name),
            }
        }
        let path = format!("/{}", names.join("/"));
        (!self.dangling.contains(&path)).then_some(path)
    }

    /// The answers to whole requests.
    pub(super) fn answer(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut answers = Vec::new();
        while !bytes.is_empty() {
            let Ok(Decoding::Complete { message, used }) = Request::decode(bytes) else {
                panic!("the target was sent half a packet: {bytes:?}");
            };
            self.heard += 1;
            let answer = self.one(&message);
            if self.holds {
                self.held.push(answer);
            } else {
                answers.extend(answer);
            }
            bytes = &bytes[used..];
        }
        answers
    }

    fn one(&mut self, request: &Request<'_>) -> Vec<u8> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        match *request {
            Request::Init { .. } => Packet::new(kind::VERSION)
                .u32(3)
                .string(b"posix-rename@openssh.com")
                .string(b"1")
                .string(b"copy-data")
                .string(b"1")
                .string(b"strange")
                .string(b"1")
                .done(),
            Request::Realpath { id, path } => match self.realpath(&text(path)) {
                None => status_packet(id, status::NO_SUCH_FILE, "none"),
                Some(path) => Packet::with_id(kind::NAME, id)
                    .u32(1)
                    .string(path.as_bytes())
                    .string(path.as_bytes())
                    .u32(0)
                    .done(),
            },
            Request::Open {
                id, path, flags, ..
            } => self.open(id, text(path), flags),
            Request::Close { id, handle } => {
                self.handles.remove(handle).unwrap();
                status_packet(id, status::OK, "")
            }
            Request::Read {
                id,
                handle,
                offset,
                length,
            } => {
                let content = self.files.entry(self.handles[handle].clone()).or_default();
                let from = usize::try_from(offset).unwrap().min(content.len());
                let to = (from + usize::try_from(length).unwrap()).min(content.len());
                if from == to {
                    status_packet(id, status::EOF, "")
                } else {
                    data_packet(id, &content[from..to])
                }
            }
            Request::Write {
                id,
                handle,
                offset,
                content,
            } => {
                self.written += content.len();
                let file = self.files.entry(self.handles[handle].clone()).or_default();
                let from = usize::try_from(offset).unwrap();
                file.resize(file.len().max(from + content.len()), 0);
                file[from..from + content.len()].copy_from_slice(content);
                status_packet(id, status::OK, "")
            }
            Request::Fstat { id, handle } => {
                let path = &self.handles[handle];
                let size = self.files.get(path).map_or(0, Vec::len);
                let attributes = Packet::with_id(kind::ATTRS, id).u32(1);
                attributes.u64(u64::try_from(size).unwrap()).done()
            }
            Request::Plain { id, verb, path } => self.plain(id, verb, text(path)),
            ref other => panic!("the target was sent {other:?}"),
        }
    }

    fn plain(&mut self, id: u32, verb: Plain, path: String) -> Vec<u8> {
        let there = self.files.contains_key(&path);
        let dangles = self.dangling.contains(&path);
        if !dangles {
            self.named.push(path.clone());
        }
        match verb {
            Plain::Stat | Plain::Lstat if there || dangles => {
                Packet::with_id(kind::ATTRS, id).u32(0).done()
            }
            Plain::Remove if there => {
                self.files.remove(&path);
                status_packet(id, status::OK, "")
            }
            _ => status_packet(id, status::NO_SUCH_FILE, "none"),
        }
    }

    fn open(&mut self, id: u32, path: String, given: u32) -> Vec<u8> {
        self.named.push(path.clone());
        self.opened.push(path.clone());
        if given & flags::CREATE != 0 {
            self.files.entry(path.clone()).or_default();
        }
        let Some(file) = self.files.get_mut(&path) else {
            return status_packet(id, status::NO_SUCH_FILE, "none");
        };
        if given & flags::TRUNCATE != 0 {
            file.clear();
        }
        let handle = format!("h{}", self.next).into_bytes();
        self.next += 1;
        let packet = Packet::with_id(kind::HANDLE, id).string(&handle);
        self.handles.insert(handle, path);
        packet.done()
    }
}

/// A conversation. What is under `/srv` is allowed.
pub(super) struct Talk {
    pub(super) inspector: Inspector,
    pub(super) target: Fake,
    /// What the engineer was told.
    pub(super) told: Vec<u8>,
    pub(super) asked: Vec<Operation>,
    pub(super) files: Vec<HandedOver>,
    pub(super) broken: Option<Misbehaviour>,
    pub(super) most: Option<u64>,
    /// What may still be spent, both ways.
    pub(super) purse: u64,
    /// In which pieces bytes arrive.
    pub(super) pieces: Vec<usize>,
    /// The beginning of a packet for the target.
    pending: Vec<u8>,
    turn: usize,
}

impl Talk {
    pub(super) fn begin() -> Self {
        Self::in_pieces(vec![usize::MAX])
    }

    pub(super) fn in_pieces(pieces: Vec<usize>) -> Self {
        let mut talk = Self {
            inspector: Inspector::new(words()),
            target: Fake::default(),
            told: Vec::new(),
            asked: Vec::new(),
            files: Vec::new(),
            broken: None,
            most: None,
            purse: u64::MAX,
            pieces,
            pending: Vec::new(),
            turn: 0,
        };
        talk.engineer(&Packet::new(kind::INIT).u32(3).done());
        talk
    }

    fn piece(&mut self, left: usize) -> usize {
        self.turn += 1;
        self.pieces[self.turn % self.pieces.len()].clamp(1, left)
    }

    pub(super) fn engineer(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(self.piece(bytes.len()));
            let purse = &mut self.purse;
            let mut spend = |_: Direction, bytes: u64| take(purse, bytes);
            let acts = self.inspector.from_engineer(piece, &mut spend);
            let acts = acts.map(|acts| acts.into_iter().map(owned).collect());
            self.act(acts);
            bytes = rest;
        }
    }

    pub(super) fn target_says(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(self.piece(bytes.len()));
            let purse = &mut self.purse;
            let mut spend = |_: Direction, bytes: u64| take(purse, bytes);
            let acts = self.inspector.from_target(piece, &mut spend);
            let acts = acts.map(|acts| acts.into_iter().map(owned).collect());
            self.act(acts);
            bytes = rest;
        }
    }

    fn act(&mut self, acts: Result<Vec<Act<'static>>, Misbehaviour>) {
        let acts = match acts {
            Ok(acts) => acts,
            Err(found) => {
                self.broken = self.broken.take().or(Some(found));
                return;
            }
        };
        for act in acts {
            match act {
                Act::ToTarget(bytes) => {
                    self.pending.extend_from_slice(&bytes);
                    if matches!(Request::decode(&self.pending), Ok(Decoding::Needs(_))) {
                        continue;
                    }
                    let whole = std::mem::take(&mut self.pending);
                    let answers = self.target.answer(&whole);
                    self.target_says(&answers);
                }
                Act::ToEngineer(bytes) => self.told.extend_from_slice(&bytes),
                Act::Ask(Ask { id, operation }) => {
                    let verdict = self.decide(&operation);
                    self.asked.push(operation);
                    let acts = self.inspector.answer(id, verdict);
                    self.act(acts);
                }
                Act::Exceeded { .. } => {}
                Act::File(file) => self.files.push(file),
            }
        }
    }

    fn decide(&self, operation: &Operation) -> Verdict {
        let (Operation::Read { path }
        | Operation::Write { path, .. }
        | Operation::Change { path, .. }
        | Operation::List { path }
        | Operation::Look { path }) = operation;
        if path.is_under("/srv") {
            let bytes_left = self.most;
            return Verdict::Allow { bytes_left };
        }
        Verdict::Deny {
            sentence: "elsewhere".to_owned(),
        }
    }

    /// The engineer's answers, decoded.
    pub(super) fn answers(&self) -> Vec<Answer<'_>> {
        let mut bytes = &self.told[..];
        let mut answers = Vec::new();
        while let Ok(Decoding::Complete { message, used }) = Answer::decode(bytes) {
            answers.push(message);
            bytes = &bytes[used..];
        }
        assert!(bytes.is_empty(), "half an answer: {bytes:?}");
        answers
    }

    pub(super) fn statuses(&self) -> Vec<(u32, u32)> {
        let answers = self.answers().into_iter();
        let status = |answer| match answer {
            Answer::Status { id, code, .. } => Some((id, code)),
            _ => None,
        };
        answers.filter_map(status).collect()
    }
}

fn take(purse: &mut u64, bytes: u64) -> bool {
    let left = purse.checked_sub(bytes);
    *purse = left.unwrap_or(*purse);
    left.is_some()
}

fn owned(act: Act<'_>) -> Act<'static> {
    match act {
        Act::ToTarget(bytes) => Act::ToTarget(Cow::Owned(bytes.into_owned())),
        Act::ToEngineer(bytes) => Act::ToEngineer(Cow::Owned(bytes.into_owned())),
        Act::Ask(ask) => Act::Ask(ask),
        Act::Exceeded { direction, path } => Act::Exceeded { direction, path },
        Act::File(file) => Act::File(file),
    }
}
