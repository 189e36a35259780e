//! What happens in a world: drawn from its seed before it begins, so that steps can be left out.

use faults::Point;
use world::Dice;

/// One step: after so many milliseconds, this. Numbers count what there is; of requests, sessions and
/// lines they count from the latest back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) after: u64,
    pub(crate) act: Act,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Act {
    Ask {
        engineer: usize,
        target: usize,
        seconds: u64,
        once: bool,
    },
    Extend {
        request: usize,
        seconds: u64,
    },
    TakeBack {
        request: usize,
    },
    Approve {
        clerk: usize,
        request: usize,
        narrow: bool,
    },
    Refuse {
        clerk: usize,
        request: usize,
    },
    Emergency {
        clerk: usize,
        request: usize,
    },
    Suspend {
        clerk: usize,
        what: What,
    },
    Resume {
        clerk: usize,
        what: What,
    },
    Withdraw {
        clerk: usize,
        request: usize,
    },
    Isolate {
        clerk: usize,
    },
    Lift {
        clerk: usize,
    },
    Attend {
        clerk: usize,
        session: usize,
    },
    Leave {
        clerk: usize,
    },
    Pause {
        clerk: usize,
        session: usize,
    },
    Continue {
        clerk: usize,
        session: usize,
    },
    End {
        clerk: usize,
        session: usize,
    },
    Connect {
        engineer: usize,
        target: usize,
        road: usize,
    },
    Send {
        line: usize,
        bytes: usize,
    },
    HangUp {
        line: usize,
    },
    CutLine {
        line: usize,
    },
    Silence {
        line: usize,
    },
    RestartRelay {
        relay: usize,
    },
    /// People set the wall clock, by milliseconds.
    SetClock(i64),
    Crash,
    LosePower,
    Stop,
    /// A durable step breaks after so many passes.
    Break(Point, usize, How),
    FillDisk,
    Settle,
    Nothing,
}

/// What is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Vendor(usize),
    Engineer(usize),
    Device(usize),
    Target(usize),
    Clerk(usize),
}

/// How a durable step breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Lost,
    Kept,
    /// There is no room.
    Full,
    /// The process dies before it.
    Dies,
}

/// The durable steps that break. Not the journal's sync, which has a thread of its own.
const POINTS: &[Point] = &[
    Point::LedgerBegin,
    Point::LedgerInsert,
    Point::LedgerCheckpoint,
    Point::LedgerCommit,
    Point::LedgerCommit,
    Point::LedgerMark,
    Point::Texts,
    Point::BlobWritten,
    Point::BlobNamed,
    Point::JournalFrame,
    Point::JournalFrame,
    Point::JournalBegun,
    Point::JournalReadBack,
    Point::JournalFreed,
    Point::SegmentWritten,
    Point::SegmentSync,
    Point::SegmentNamed,
    Point::RecordingFolder,
    Point::MarkerReason,
    Point::MarkerNamed,
    Point::MarkerFolder,
    Point::MarkerCleared,
];

/// The story of a seed.
pub(crate) fn plan(dice: &mut Dice) -> Vec<Step> {
    let mut acts = Vec::new();
    let scenes = dice.between(1, 3);
    for _ in 0..scenes {
        visit(dice, &mut acts);
        for _ in 0..dice.between(2, 10) {
            acts.push(anything(dice));
        }
    }
    acts.into_iter()
        .map(|act| Step {
            after: pause(dice),
            act,
        })
        .collect()
}

fn pause(dice: &mut Dice) -> u64 {
    match dice.below(100) {
        0..60 => dice.below(300),
        60..88 => dice.below(3_000),
        88..98 => dice.below(40_000),
        _ => dice.below(600_000),
    }
}

/// Somebody asks, is answered, comes, and does something: without this, little else would happen.
fn visit(dice: &mut Dice, acts: &mut Vec<Act>) {
    let (engineer, target) = (index(dice, 3), index(dice, 3));
    let seconds = dice.between(5, 900);
    acts.push(Act::Ask {
        engineer,
        target,
        seconds,
        once: dice.chance(30),
    });
    let clerk = index(dice, 3);
    if dice.chance(12) {
        acts.push(Act::Emergency { clerk, request: 0 });
    } else {
        acts.push(approve(dice, clerk));
    }
    if target == 1 {
        acts.push(approve(dice, clerk + 1));
    }
    acts.push(Act::Connect {
        engineer,
        target,
        road: index(dice, 3),
    });
    if target == 2 {
        let clerk = index(dice, 3);
        acts.push(Act::Attend { clerk, session: 0 });
    }
    for _ in 0..dice.between(1, 4) {
        acts.push(send(dice));
    }
    if dice.chance(50) {
        acts.push(taken_away(dice, engineer, target));
        acts.push(send(dice));
        acts.push(send(dice));
    }
}

/// What a visit stands on is taken away while it runs.
fn taken_away(dice: &mut Dice, engineer: usize, target: usize) -> Act {
    let clerk = index(dice, 3);
    let what = match dice.below(8) {
        0 => return Act::Withdraw { clerk, request: 0 },
        1..3 => return Act::Isolate { clerk },
        3 => return Act::End { clerk, session: 0 },
        4 => What::Vendor(engineer / 2),
        5 => What::Engineer(engineer),
        6 => What::Device(engineer),
        _ => What::Target(target),
    };
    Act::Suspend { clerk, what }
}

fn approve(dice: &mut Dice, clerk: usize) -> Act {
    Act::Approve {
        clerk: clerk % 3,
        request: 0,
        narrow: dice.chance(15),
    }
}

fn send(dice: &mut Dice) -> Act {
    let bytes = if dice.chance(90) { 600 } else { 20_000 };
    Act::Send {
        line: index(dice, 2),
        bytes: index(dice, bytes) + 1,
    }
}

fn index(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.below(u64::try_from(end).unwrap())).unwrap()
}

fn anything(dice: &mut Dice) -> Act {
    let clerk = index(dice, 3);
    let (request, session, line) = (index(dice, 3), index(dice, 2), index(dice, 3));
    match dice.below(100) {
        0..14 => send(dice),
        14..24 => Act::Connect {
            engineer: index(dice, 3),
            target: index(dice, 3),
            road: index(dice, 3),
        },
        24..28 => Act::Approve {
            clerk,
            request,
            narrow: false,
        },
        28..30 => Act::Refuse { clerk, request },
        30..32 => Act::TakeBack { request },
        32..35 => Act::Emergency { clerk, request },
        35..38 => Act::Extend {
            request,
            seconds: dice.between(5, 300),
        },
        38..45 => removal(dice, clerk),
        45..50 => Act::Resume {
            clerk,
            what: what(dice),
        },
        50..54 => Act::Isolate { clerk },
        54..61 => Act::Lift { clerk },
        61..64 => Act::Attend { clerk, session },
        64..66 => Act::Leave { clerk },
        66..68 => Act::Pause { clerk, session },
        68..70 => Act::Continue { clerk, session },
        70..72 => Act::End { clerk, session },
        72..84 => trouble(dice),
        84..92 => network(dice, line),
        92..95 => Act::SetClock(step(dice)),
        95..97 => Act::Settle,
        _ => Act::Nothing,
    }
}

fn removal(dice: &mut Dice, clerk: usize) -> Act {
    if dice.chance(25) {
        let request = index(dice, 3);
        return Act::Withdraw { clerk, request };
    }
    let what = what(dice);
    Act::Suspend { clerk, what }
}

fn what(dice: &mut Dice) -> What {
    let any = index(dice, 3);
    match dice.below(10) {
        0..2 => What::Vendor(any % 2),
        2..5 => What::Engineer(any),
        5..7 => What::Device(any),
        7..9 => What::Target(any),
        _ => What::Clerk(any),
    }
}

fn trouble(dice: &mut Dice) -> Act {
    match dice.below(10) {
        0..2 => Act::Crash,
        2 => Act::LosePower,
        3 => Act::Stop,
        4 => Act::FillDisk,
        _ => {
            let point = *dice.pick(POINTS).unwrap();
            let how = [How::Lost, How::Kept, How::Full, How::Dies, How::Dies];
            Act::Break(point, index(dice, 3), *dice.pick(&how).unwrap())
        }
    }
}

fn network(dice: &mut Dice, line: usize) -> Act {
    match dice.below(8) {
        0..2 => Act::HangUp { line },
        2..4 => Act::CutLine { line },
        4..6 => Act::Silence { line },
        _ => Act::RestartRelay {
            relay: index(dice, 2),
        },
    }
}

/// An honest step of a clock, or somebody's hand on it.
fn step(dice: &mut Dice) -> i64 {
    let millis = match dice.below(3) {
        0 => dice.below(1_000),
        1 => dice.below(30_000),
        _ => dice.below(1_800_000),
    };
    let millis = i64::try_from(millis).unwrap();
    if dice.chance(50) { millis } else { -millis }
}
