//! Files by the old protocol of scp: its command, and whole conversations.

use wire::scp::{Act, Ask, Base, Command, Misbehaviour, Scp, Words};
use wire::sftp::{Direction, HandedOver, Operation, RemotePath, Verdict};

use crate::bytes::{Input, field};

/// Reads a command that an engineer's program sends. What we run instead must be ours, with the path
/// that was decided on as one word, in which no shell finds anything.
pub(super) fn command(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(command) = Command::parse(&text) else {
        return;
    };
    let _ = format!("{command:?}");
    for path in ["/srv/a", "/srv/it's", "/srv/-rf", "/srv/$(id)", "/"] {
        let path = RemotePath::resolved(path.as_bytes()).expect("absolute");
        let Some(run) = command.on(&path) else {
            continue;
        };
        let run = String::from_utf8(run).expect("ours");
        assert!(
            run.starts_with("scp -") && !run.contains(['\n', '$', '`', '\\']),
            "{run}"
        );
        let bare = run.ends_with(&format!(" {path}"));
        assert!(bare || run.ends_with(&format!(" \"{path}\"")), "{run}");
        assert!(bare || !path.to_string().contains('"'), "{run}");
    }
}

pub(super) fn command_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let all = [
        ("upload", "scp -t -- /srv/a"),
        ("download", "scp -r -p -f '/srv/it'\\''s'"),
        ("home", "scp -v -d -t ~/x"),
        ("putty", "scp -r -t ."),
    ];
    all.map(|(name, text)| (name, text.as_bytes().to_vec()))
        .to_vec()
}

#[derive(Debug, Default, PartialEq)]
struct Talk {
    to_target: Vec<u8>,
    to_engineer: Vec<u8>,
    asked: Vec<(RemotePath, Option<u64>, bool)>,
    files: Vec<HandedOver>,
    paid: u64,
    broken: Option<Misbehaviour>,
}

/// A conversation: the command, which files are refused, what there is to spend, then what each side says.
/// It is held twice, the second time in single bytes.
pub(super) fn conversation(bytes: &[u8]) {
    let at_once = hold(bytes, usize::MAX);
    let in_pieces = hold(bytes, 1);
    let (Some(at_once), Some(in_pieces)) = (at_once, in_pieces) else {
        return;
    };
    if at_once.broken.is_none() {
        assert_eq!(at_once, in_pieces, "in pieces");
    } else {
        assert!(in_pieces.broken.is_some(), "in pieces it was not broken");
    }
}

fn hold(bytes: &[u8], piece: usize) -> Option<Talk> {
    let mut input = Input::of(bytes);
    let command = Command::parse(std::str::from_utf8(input.field()).ok()?)?;
    let base = Base {
        path: RemotePath::resolved(b"/srv/in").expect("absolute"),
        directory: input.u8().is_multiple_of(2),
    };
    let (refuses, mut purse) = (input.u8(), u64::from(input.u8()));
    let words = Words {
        too_much: "more than agreed".to_owned(),
    };
    let direction = command.direction;
    let mut scp = Scp::new(command, base.clone(), words);
    let mut talk = Talk::default();
    while !input.is_empty() {
        let engineer = input.u8().is_multiple_of(2);
        // Questions are answered when all of it was heard, in however many pieces.
        let mut asks = Vec::new();
        for said in input.field().chunks(piece) {
            if talk.broken.is_none() {
                asks.extend(talk.hear(&mut scp, engineer, said));
            }
        }
        for ask in asks {
            talk.answer(&mut scp, ask, refuses, &mut purse);
        }
    }
    talk.files.extend(scp.finish());
    let passed: u64 = talk.files.iter().map(|file| file.bytes).sum();
    assert!(passed <= talk.paid, "{passed} passed, {} paid", talk.paid);
    for file in &talk.files {
        assert_eq!(file.direction, direction);
        assert_eq!(file.whole, file.sha256.is_some());
        let asked = talk.asked.iter().find(|(path, size, allowed)| {
            *allowed && *path == file.path && size.is_some_and(|size| file.bytes <= size)
        });
        assert!(asked.is_some(), "{file:?} was not allowed");
    }
    for (path, _, _) in &talk.asked {
        assert!(path.is_under("/srv/in"), "{path}");
    }
    Some(talk)
}

impl Talk {
    fn hear(&mut self, scp: &mut Scp, engineer: bool, said: &[u8]) -> Vec<Ask> {
        let acts = if engineer {
            scp.from_engineer(said)
        } else {
            scp.from_target(said)
        };
        match acts {
            Ok(acts) => self.done(acts),
            Err(broken) => {
                self.broken = Some(broken);
                Vec::new()
            }
        }
    }

    fn answer(&mut self, scp: &mut Scp, ask: Ask, refuses: u8, purse: &mut u64) {
        let allowed = refuses >> (self.asked.len() % 8) & 1 == 0;
        let (Operation::Read { path }
        | Operation::Write { path, .. }
        | Operation::Change { path, .. }
        | Operation::List { path }
        | Operation::Look { path }) = ask.operation;
        self.asked.push((path, ask.size, allowed));
        let verdict = if allowed {
            Verdict::Allow { bytes_left: None }
        } else {
            let sentence = "elsewhere".to_owned();
            Verdict::Deny { sentence }
        };
        let paid = &mut self.paid;
        let mut spend = |_: Direction, bytes: u64| {
            let Some(left) = purse.checked_sub(bytes) else {
                return false;
            };
            *purse = left;
            *paid += bytes;
            true
        };
        let acts = scp.answer(ask.id, verdict, &mut spend);
        assert!(self.done(acts).is_empty(), "one question is open at a time");
    }

    fn done(&mut self, acts: Vec<Act<'_>>) -> Vec<Ask> {
        let mut asks = Vec::new();
        for act in acts {
            match act {
                Act::ToTarget(bytes) => self.to_target.extend_from_slice(&bytes),
                Act::ToEngineer(bytes) => self.to_engineer.extend_from_slice(&bytes),
                Act::Exceeded { .. } => {}
                Act::File(file) => self.files.push(file),
                Act::Ask(ask) => asks.push(ask),
            }
        }
        asks
    }
}

fn talk(command: &str, said: &[(u8, &[u8])]) -> Vec<u8> {
    let said = said
        .iter()
        .flat_map(|(side, bytes)| [&[*side][..], &field(bytes)].concat());
    let head = [field(command.as_bytes()), vec![0, 0, 200]].concat();
    head.into_iter().chain(said).collect()
}

pub(super) fn conversation_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let up = [
        (1, &b"\0"[..]),
        (0, b"C0644 5 a.txt\n"),
        (1, b"\0"),
        (0, b"hello\0"),
        (1, b"\0"),
    ];
    let down = [
        (0, &b"\0"[..]),
        (1, b"T1795000000 0 1795000000 0\n"),
        (0, b"\0"),
        (1, b"D0755 0 sub\n"),
        (0, b"\0"),
        (1, b"C0644 3 b\n"),
        (0, b"\0"),
        (1, b"abc\0"),
        (0, b"\0"),
        (1, b"E\n"),
        (0, b"\0"),
    ];
    let trouble = [
        (1, &b"\0"[..]),
        (0, b"C0644 5 a.txt\n"),
        (1, b"\x01scp: no space\n"),
        (0, b"\x02lost\n"),
    ];
    vec![
        ("upload", talk("scp -t /srv/in", &up)),
        ("download", talk("scp -r -p -f /srv/in", &down)),
        ("trouble", talk("scp -t /srv/in", &trouble)),
    ]
}
