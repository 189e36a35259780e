//! Files by SFTP: packets, and whole conversations between two hostile sides.

mod said;

use wire::Decoding;
use wire::sftp::{
    Act, Answer, Ask, Direction, HandedOver, Inspector, Misbehaviour, Operation, RemotePath,
    Request, Verdict, Words,
};

use crate::bytes::Input;

pub(super) use said::{conversation_seeds, packet_seeds};

/// Reads a packet, as a client's and as a target's. What is cut is not whole.
pub(super) fn packets(bytes: &[u8]) {
    let request = Request::decode(bytes).map(|read| match read {
        Decoding::Complete { used, .. } => Decoding::Complete { message: (), used },
        Decoding::Needs(missing) => Decoding::Needs(missing),
    });
    let answer = Answer::decode(bytes).map(|read| match read {
        Decoding::Complete { used, .. } => Decoding::Complete { message: (), used },
        Decoding::Needs(missing) => Decoding::Needs(missing),
    });
    for found in [request, answer].into_iter().flatten() {
        match found {
            Decoding::Needs(missing) => assert!(missing >= 1),
            Decoding::Complete { used, .. } => {
                assert!((5..=bytes.len()).contains(&used));
                let cut = bytes.get(..used - 1).unwrap_or_default();
                assert!(matches!(
                    Request::decode(cut),
                    Ok(Decoding::Needs(1)) | Err(_)
                ));
                assert!(matches!(
                    Answer::decode(cut),
                    Ok(Decoding::Needs(1)) | Err(_)
                ));
            }
        }
    }
}

pub(super) fn inspector() -> Inspector {
    Inspector::new(words())
}

fn words() -> Words {
    Words {
        too_much: "more than agreed".to_owned(),
        unsupported: "not offered".to_owned(),
        unresolved: "no such place".to_owned(),
        too_many: "too many".to_owned(),
        not_open: "not open".to_owned(),
    }
}

/// One conversation and what came of it.
struct Talk {
    inspector: Inspector,
    to_target: Vec<u8>,
    to_engineer: Vec<u8>,
    /// Paths that were allowed.
    allowed: Vec<RemotePath>,
    purse: u64,
    uploaded: u64,
    downloaded: u64,
    files: Vec<HandedOver>,
    broken: Option<Misbehaviour>,
    /// Which questions are refused.
    refuses: u8,
    asked: u32,
}

impl Talk {
    fn new(refuses: u8, purse: u64) -> Self {
        Self {
            inspector: inspector(),
            to_target: Vec::new(),
            to_engineer: Vec::new(),
            allowed: Vec::new(),
            purse,
            uploaded: 0,
            downloaded: 0,
            files: Vec::new(),
            broken: None,
            refuses,
            asked: 0,
        }
    }

    fn hear(&mut self, engineer: bool, bytes: &[u8]) -> Vec<Ask> {
        if self.broken.is_some() {
            return Vec::new();
        }
        let (purse, up, down) = (&mut self.purse, &mut self.uploaded, &mut self.downloaded);
        let mut spend = |direction: Direction, bytes: u64| {
            let Some(left) = purse.checked_sub(bytes) else {
                return false;
            };
            *purse = left;
            match direction {
                Direction::Upload => *up += bytes,
                Direction::Download => *down += bytes,
            }
            true
        };
        let acts = if engineer {
            self.inspector.from_engineer(bytes, &mut spend)
        } else {
            self.inspector.from_target(bytes, &mut spend)
        };
        match acts {
            Ok(acts) => self.done(acts),
            Err(broken) => {
                self.broken = Some(broken);
                Vec::new()
            }
        }
    }

    fn answer(&mut self, mut open: Vec<Ask>) {
        while let Some(ask) = open.pop() {
            self.asked += 1;
            let verdict = if self.refuses >> (self.asked % 8) & 1 == 1 {
                let sentence = "elsewhere".to_owned();
                Verdict::Deny { sentence }
            } else {
                self.allow(&ask.operation);
                let few = self.asked.is_multiple_of(3);
                let bytes_left = few.then_some(20);
                Verdict::Allow { bytes_left }
            };
            match self.inspector.answer(ask.id, verdict) {
                Ok(acts) => open.extend(self.done(acts)),
                Err(broken) => self.broken = Some(broken),
            }
        }
    }

    fn done(&mut self, acts: Vec<Act<'_>>) -> Vec<Ask> {
        let mut asks = Vec::new();
        for act in acts {
            match act {
                Act::ToTarget(bytes) => self.to_target.extend_from_slice(&bytes),
                Act::ToEngineer(bytes) => self.to_engineer.extend_from_slice(&bytes),
                Act::Ask(ask) => asks.push(ask),
                Act::Exceeded { .. } => {}
                Act::File(file) => self.files.push(file),
            }
        }
        asks
    }

    fn allow(&mut self, operation: &Operation) {
        match operation {
            Operation::Read { path }
            | Operation::Write { path, .. }
            | Operation::List { path }
            | Operation::Look { path } => self.allowed.push(path.clone()),
            Operation::Change { path, other, .. } => {
                self.allowed.push(path.clone());
                self.allowed.extend(other.clone());
            }
        }
    }

    /// What holds whatever both sides said.
    fn check(mut self) -> (Vec<u8>, Vec<u8>, Option<Misbehaviour>) {
        let mut written = 0;
        let (whole, rest) = self.to_target.split_at(whole(&self.to_target, |bytes| {
            let read = Request::decode(bytes).expect("the target gets what we understand");
            match read {
                Decoding::Needs(_) => None,
                Decoding::Complete { message, used } => {
                    written += self.may_be(&message);
                    Some(used)
                }
            }
        }));
        assert!(
            written <= self.uploaded,
            "{written} passed, {} paid",
            self.uploaded
        );
        assert!(rest.len() <= wire::sftp::MAX_PACKET + 4);
        let _ = whole;
        let mut read = 0;
        self::whole(&self.to_engineer, |bytes| {
            match Answer::decode(bytes).expect("the engineer gets what we understand") {
                Decoding::Needs(_) => None,
                Decoding::Complete { message, used } => {
                    if let Answer::Data { content, .. } = message {
                        read += u64::try_from(content.len()).unwrap_or(0);
                    }
                    Some(used)
                }
            }
        });
        assert!(
            read <= self.downloaded,
            "{read} passed, {} paid",
            self.downloaded
        );
        self.files.extend(self.inspector.finish());
        for file in &self.files {
            assert!(
                self.allowed.contains(&file.path),
                "{file:?} was not allowed"
            );
            assert_eq!(file.whole, file.sha256.is_some());
        }
        (self.to_target, self.to_engineer, self.broken)
    }

    /// Requests that do something were allowed, by the path that they name. Gives the content written.
    fn may_be(&self, request: &Request<'_>) -> u64 {
        use wire::sftp::Plain::{Lstat, Opendir, Readlink, Remove, Rmdir, Stat};
        let allowed = |path: &[u8]| {
            let found = self
                .allowed
                .iter()
                .any(|allowed| allowed.as_bytes() == path);
            assert!(found, "{:?} was not allowed", String::from_utf8_lossy(path));
        };
        match request {
            Request::Open { path, .. }
            | Request::Mkdir { path, .. }
            | Request::Setstat { path, .. }
            | Request::Plain {
                verb: Opendir | Remove | Rmdir | Readlink,
                path,
                ..
            } => allowed(path),
            Request::Rename { from, to, .. } => {
                allowed(from);
                allowed(to);
            }
            Request::Symlink { .. } => assert!(!self.allowed.is_empty()),
            Request::Write { content, .. } => return u64::try_from(content.len()).unwrap_or(0),
            Request::Plain {
                verb: Stat | Lstat, ..
            }
            | Request::Init { .. }
            | Request::Close { .. }
            | Request::Read { .. }
            | Request::Fstat { .. }
            | Request::Fsetstat { .. }
            | Request::Readdir { .. }
            | Request::Realpath { .. }
            | Request::Extended { .. } => {}
        }
        0
    }
}

/// Steps over whole packets; gives how far it came.
fn whole(bytes: &[u8], mut one: impl FnMut(&[u8]) -> Option<usize>) -> usize {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match one(rest) {
            Some(used) => at += used,
            None => break,
        }
    }
    at
}

/// A conversation: which questions are refused, what there is to spend, then what each side says. It is held
/// twice, the second time in single bytes: both must come to the same.
pub(super) fn conversation(bytes: &[u8]) {
    let hold = |piece: Option<usize>| {
        let mut input = Input::of(bytes);
        let mut talk = Talk::new(input.u8(), u64::from(input.u8()));
        while !input.is_empty() {
            let engineer = input.u8().is_multiple_of(2);
            let said = input.field();
            // Questions are answered when all of it was heard, in however many pieces.
            let pieces = said.chunks(piece.unwrap_or(usize::MAX));
            let open = pieces.flat_map(|said| talk.hear(engineer, said)).collect();
            talk.answer(open);
        }
        talk.check()
    };
    let (at_once, in_pieces) = (hold(None), hold(Some(1)));
    // What the bytes before a break came to is done in pieces, and undone at once.
    if at_once.2.is_none() {
        assert_eq!(at_once, in_pieces, "in pieces");
    } else {
        assert!(in_pieces.2.is_some(), "in pieces it was not broken");
    }
}
