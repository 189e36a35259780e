//! The reviewed table `tests/matrix/faults.txt`: each crate that takes durable steps generates the
//! lines of its own points and compares.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::{Fault, Plan, Point, Strike, plan};

/// What a fault led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where.
    pub point: Point,
    /// In the midst of what.
    pub during: &'static str,
    /// How.
    pub fault: Fault,
    /// What its caller was told.
    pub told: String,
    /// What is on the disk after everything was read again.
    pub found: String,
    /// What the story says.
    pub story: String,
}

impl Row {
    fn line(&self) -> String {
        let Self {
            point,
            during,
            fault,
            told,
            found,
            story,
        } = self;
        let line = format!("{point:<23}{during:<24}{fault:<13}{told:<64}{found:<42}{story}");
        line.trim_end().to_owned() + "\n"
    }
}

/// The lines of these rows, as they stand in the file.
pub fn printed(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |mut text, row| {
        // Writing to a String never fails.
        let _always = text.write_str(&row.line());
        text
    })
}

/// The lines of the reviewed file that are of these points.
pub fn reviewed(file: &str, of: impl Fn(Point) -> bool) -> String {
    let lines = file.lines().filter(|line| {
        let word = line.split(' ').next().unwrap_or_default();
        word.parse().is_ok_and(&of)
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Does something in whose midst this fault strikes, below this path; gives what was told. The process
/// dies only as far as `act`: good for what leaves nothing to destructors.
///
/// # Panics
/// If `act` did not come to this point.
pub fn told(
    point: Point,
    fault: Fault,
    under: &Path,
    act: impl FnOnce() -> Result<(), String>,
) -> String {
    let planned = plan(Plan {
        point,
        under: under.to_owned(),
        pass: 0,
        // Not a panic: nothing is to be said of it.
        strike: Strike::of(fault, || std::panic::resume_unwind(Box::new(Died))),
        when: None,
    });
    let done = catch_unwind(AssertUnwindSafe(act));
    assert!(planned.has_struck(), "{point} was not passed");
    match done {
        Ok(Ok(())) => "done".to_owned(),
        Ok(Err(cause)) => cause,
        Err(why) => {
            assert!(why.is::<Died>(), "it panicked by itself");
            "-".to_owned()
        }
    }
}

/// What a step dies of here.
struct Died;
