//! The channels of an SSH session, above the library that reads packets: what a channel is set up and
//! started for, and the machine between both sides of a file transfer. The sources are the product's own.

#[allow(dead_code, reason = "the product does more with it")]
#[path = "../../../surfaces/proxies/src/ssh/machine.rs"]
mod machine;
#[allow(dead_code, reason = "the product does more with it")]
#[path = "../../../surfaces/proxies/src/ssh/start.rs"]
mod start;
#[allow(dead_code, reason = "the product does more with it")]
#[path = "../../../surfaces/proxies/src/words.rs"]
mod words;

use access::{ChannelAsk, Handover};
use machine::{Effect, Machine, Question, Side};
use recording::What;
use ssh::{Size, Start, Terminal};
use start::{Purpose, Setup};
use wire::scp::{self, Scp};
use wire::sftp::{Direction, HandedOver, RemotePath, Verdict};

use crate::bytes::{Input, field};

/// What the longest set-up may hold: fifteen variables of a name and 64 bytes, and a terminal.
const SETUP: usize = 4096;

/// A channel is set up and started. Whatever a client sends, only locales are kept, and what is started is
/// asked for and recorded as what it is.
pub(super) fn start(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let mut setup = Setup::default();
    let (mut said, mut begun) = (0, None);
    while begun.is_none() && !input.is_empty() {
        match input.u8() % 6 {
            0 => {
                let mut text = || String::from_utf8_lossy(input.field()).into_owned();
                let (name, value) = (text(), text());
                said += value.len();
                setup.variable(name, value);
            }
            1 => {
                let term = String::from_utf8_lossy(input.take(16)).into_owned();
                setup.terminal = Some(Terminal::plain(&term, size(&mut input)));
            }
            2 => setup.resize(size(&mut input)),
            3 => begun = Some(Start::Shell),
            4 => {
                let name = String::from_utf8_lossy(input.field()).into_owned();
                begun = Some(Start::Subsystem(name));
            }
            _ => begun = Some(Start::Exec(input.field().to_vec())),
        }
        assert_eq!(
            setup.terminal.is_some(),
            setup.recorded_terminal().is_some()
        );
    }
    let _either = setup.locale.language();
    // A locale that is only learnt from may be long; there are three.
    let shown = format!("{setup:?}");
    assert!(shown.len() <= SETUP + 12 * said, "{shown}");
    let kept = shown.rsplit("variables: ").next().unwrap_or_default();
    for never in ["$(", "`", "(\"LD_PRELOAD\""] {
        assert!(!kept.contains(never), "{shown}");
    }
    if let Some(start) = begun {
        purpose(&start);
    }
}

fn size(input: &mut Input<'_>) -> Size {
    let mut number = || u32::from(input.u8()) << 24 | u32::from(input.u8());
    Size {
        columns: number(),
        rows: number(),
        width: 0,
        height: 0,
    }
}

fn purpose(start: &Start) {
    let purpose = Purpose::of(start);
    let (ask, what) = (purpose.ask(), purpose.what());
    match (start, &ask) {
        (Start::Shell, ask) => assert_eq!(*ask, ChannelAsk::Shell),
        (Start::Subsystem(name), ask) => assert_eq!(*ask == ChannelAsk::Sftp, name == "sftp"),
        (Start::Exec(command), ChannelAsk::Scp(_)) => assert!(command.starts_with(b"scp ")),
        (Start::Exec(_), ask) => assert_eq!(*ask, ChannelAsk::Exec),
    }
    match (what, &ask) {
        (None, ask) => assert_eq!(*ask, ChannelAsk::Subsystem),
        (Some(What::Shell), ask) => assert_eq!(*ask, ChannelAsk::Shell),
        (Some(What::Sftp), ask) => assert_eq!(*ask, ChannelAsk::Sftp),
        (Some(What::Exec { command }), ask) => {
            assert_eq!(*ask, ChannelAsk::Exec);
            assert_eq!(command.into_bytes(), lossy(start));
        }
        (Some(What::Scp { command }), ask) => {
            assert!(matches!(ask, ChannelAsk::Scp(_)) && command.as_bytes() == lossy(start));
        }
        (Some(What::Database { .. } | What::Web { .. } | What::Desktop { .. }), ask) => {
            panic!("{ask:?} inside SSH opens no database, no console and no desktop");
        }
    }
    if let (Purpose::Scp(command, _), ChannelAsk::Scp(way)) = (&purpose, &ask) {
        assert_eq!(command.direction == Direction::Upload, *way == Handover::In);
    }
}

/// The command as a recording shows it.
fn lossy(start: &Start) -> Vec<u8> {
    match start {
        Start::Exec(command) => String::from_utf8_lossy(command).into_owned().into_bytes(),
        Start::Shell | Start::Subsystem(_) => Vec::new(),
    }
}

/// A transfer: which machine, what there is to spend, then what each side says; questions are answered out
/// of order. No more passes than was paid for, no file twice, and after the end nothing at all.
pub(super) fn transfer(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let Some(mut machine) = machine_of(&mut input) else {
        return;
    };
    let mut talk = Talk {
        purse: u64::from(input.u8()) * 64,
        refuses: input.u8(),
        ..Talk::default()
    };
    while !input.is_empty() && !talk.broken {
        let who = input.u8();
        if who % 4 == 3 {
            talk.answer(&mut machine, usize::from(who / 4));
            continue;
        }
        let side = if who.is_multiple_of(2) {
            Side::Engineer
        } else {
            Side::Target
        };
        talk.hear(&mut machine, side, input.field());
    }
    talk.files.extend(machine.finish());
    let passed: u64 = talk.files.iter().map(|file| file.bytes).sum();
    assert!(passed <= talk.paid, "{passed} passed, {} paid", talk.paid);
    for file in &talk.files {
        assert_eq!(file.whole, file.sha256.is_some(), "{file:?}");
    }
    assert!(machine.finish().is_empty(), "twice");
    let mut spend = |_, _| panic!("it is over");
    for side in [Side::Engineer, Side::Target] {
        let after = machine.take(side, b"anything", &mut spend);
        assert!(after.is_ok_and(|effects| effects.is_empty()), "it is over");
    }
}

fn machine_of(input: &mut Input<'_>) -> Option<Machine> {
    if input.u8().is_multiple_of(2) {
        return Some(Machine::Sftp(Box::new(super::sftp::inspector())));
    }
    let command = scp::Command::parse(std::str::from_utf8(input.field()).ok()?)?;
    let base = scp::Base {
        path: RemotePath::resolved(b"/srv/in")?,
        directory: input.u8().is_multiple_of(2),
    };
    let words = scp::Words {
        too_much: "more than agreed".to_owned(),
    };
    Some(Machine::Scp(Box::new(Scp::new(command, base, words))))
}

#[derive(Default)]
struct Talk {
    purse: u64,
    paid: u64,
    refuses: u8,
    decided: usize,
    open: Vec<Question>,
    files: Vec<HandedOver>,
    broken: bool,
}

/// Pays from a purse.
fn pay(purse: &mut u64, paid: &mut u64, bytes: u64) -> bool {
    let Some(left) = purse.checked_sub(bytes) else {
        return false;
    };
    *purse = left;
    *paid += bytes;
    true
}

impl Talk {
    fn hear(&mut self, machine: &mut Machine, side: Side, said: &[u8]) {
        let (purse, paid) = (&mut self.purse, &mut self.paid);
        let mut spend = |_, bytes| pay(purse, paid, bytes);
        match machine.take(side, said, &mut spend) {
            Ok(effects) => follow(effects, &mut self.open, &mut self.files),
            Err(wrong) => {
                assert!(wrong.len() < 400, "{wrong}");
                self.broken = true;
            }
        }
    }

    fn answer(&mut self, machine: &mut Machine, which: usize) {
        if self.open.is_empty() {
            return;
        }
        let question = self.open.remove(which % self.open.len());
        let refused = self.refuses >> (self.decided % 8) & 1 == 1;
        self.decided += 1;
        let verdict = if refused {
            let sentence = "elsewhere".to_owned();
            Verdict::Deny { sentence }
        } else {
            Verdict::Allow { bytes_left: None }
        };
        let (purse, paid) = (&mut self.purse, &mut self.paid);
        let mut spend = |_, bytes| pay(purse, paid, bytes);
        match machine.answer(question.id, verdict, &mut spend) {
            Ok(effects) => follow(effects, &mut self.open, &mut self.files),
            Err(_) => self.broken = true,
        }
    }
}

fn follow(effects: Vec<Effect<'_>>, open: &mut Vec<Question>, files: &mut Vec<HandedOver>) {
    for effect in effects {
        match effect {
            Effect::Ask(question) => open.push(question),
            Effect::File(file) => files.push(file),
            Effect::ToTarget(_) | Effect::ToEngineer(_) | Effect::Exceeded(..) => {}
        }
    }
}

pub(super) fn start_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let variable = |name: &str, value: &str| {
        [&[0][..], &field(name.as_bytes()), &field(value.as_bytes())].concat()
    };
    let exec = |command: &str| [&[5][..], &field(command.as_bytes())].concat();
    let terminal = [
        &[1][..],
        b"xterm-256color\0\0",
        &[0, 80, 0, 24, 2, 0, 100, 0, 40],
    ]
    .concat();
    let shell = [variable("LANG", "ja_JP.UTF-8"), terminal, vec![3]].concat();
    let never = [
        variable("LD_PRELOAD", "x"),
        variable("LC_ALL", "$(id)"),
        exec("id"),
    ]
    .concat();
    vec![
        ("shell", shell),
        ("never", never),
        ("upload", exec("scp -t -- /srv/in")),
        ("download", exec("scp -r -f '/srv/it'\\''s'")),
        ("sftp", [&[4][..], &field(b"sftp")].concat()),
        ("netconf", [&[4][..], &field(b"netconf")].concat()),
    ]
}

/// The conversations of the inspectors' own targets, with every question answered when it was asked.
pub(super) fn transfer_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let answered = |said: &[u8]| {
        let (mut said, mut seed) = (Input::of(said), Vec::new());
        while !said.is_empty() {
            seed.push(said.u8() % 2);
            seed.extend(field(said.field()));
            seed.push(3);
        }
        seed
    };
    let sftp = super::sftp::conversation_seeds().into_iter();
    let sftp = sftp.map(|(name, bytes)| {
        let said = answered(bytes.split_at(2).1);
        (name, [&[0, 200, 0][..], &said].concat())
    });
    let scp = super::scp::conversation_seeds().into_iter();
    let scp = scp.map(|(name, bytes)| {
        let mut input = Input::of(&bytes);
        let (command, _, _, _) = (input.field(), input.u8(), input.u8(), input.u8());
        let said = answered(input.rest());
        let name = match name {
            "upload" => "scp-upload",
            "download" => "scp-download",
            _ => "scp-trouble",
        };
        (
            name,
            [&[1][..], &field(command), &[0, 200, 0], &said].concat(),
        )
    });
    sftp.chain(scp).collect()
}
