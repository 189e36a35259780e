//! The failure table of a visit: each durable step × fails and is lost, fails but is kept, dies before,
//! dies after. Then the site is read again from its disk, everything in it is verified, and what is found
//! is compared with the reviewed `tests/matrix/faults.txt`.
//!
//! Each case is two processes of their own. One takes the steps of the visit as far as the broken one and
//! ends as `kill -9` ends a gateway; the other opens what lies there, looks, and says what it found. After
//! a change that was meant, the failing test prints the new lines: put them into the file and review the
//! difference.

#![expect(
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on is a failed test"
)]

mod during;
mod found;
mod steps;
mod world;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use faults::table::{self, Row};
use faults::{Fault, Point};

use during::During;
use world::{Template, World};

/// What the other process is to do: `act` or `look`, the number of the case, the folder.
const CASE: &str = "SEKISHO_ENGINE_TEST_CASE";

/// One line of the table: a step, the point in it, the fault.
#[derive(Debug, Clone, Copy)]
struct Case {
    during: During,
    point: Point,
    fault: Fault,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for &point in Point::ALL {
        for during in During::ALL {
            for fault in Fault::ALL {
                if during.passes().contains(&point) {
                    cases.push(Case {
                        during,
                        point,
                        fault,
                    });
                }
            }
        }
    }
    cases
}

#[test]
fn l26_each_durable_step_of_a_visit_breaks_as_the_reviewed_table_says() {
    let template = Template::make();
    let cases = cases();
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(vec![None; cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let number = cases
                        .iter()
                        .position(|other| std::ptr::eq(other, case))
                        .unwrap();
                    let row = row(number, *case, &template);
                    rows.lock().unwrap()[number] = Some(row);
                }
            });
        }
    });
    let rows: Vec<Row> = rows.into_inner().unwrap().into_iter().flatten().collect();
    let found = table::printed(&rows);
    let ours = |point| cases.iter().any(|case| case.point == point);
    let reviewed = table::reviewed(include_str!("../../../tests/matrix/faults.txt"), ours);
    assert!(
        found == reviewed,
        "the table of a visit is now:\n\n{found}\n(end of the table)"
    );
}

fn row(number: usize, case: Case, template: &Template) -> Row {
    let folder = template.copy();
    let (acted, said) = in_a_process("act", number, folder.path());
    assert_eq!(
        acted.signal(),
        Some(6),
        "{case:?} did not end as it should: {said}"
    );
    let told = match (
        std::fs::read_to_string(folder.path().join("told")),
        case.fault,
    ) {
        (Ok(told), Fault::Lost | Fault::Kept) => told,
        _ => "-".to_owned(),
    };
    let (looked, said) = in_a_process("look", number, folder.path());
    let seen = if looked.success() {
        std::fs::read_to_string(folder.path().join("seen")).unwrap()
    } else {
        format!(
            "NOT WELL: {case:?}\n{}",
            said.lines().nth(2).unwrap_or_default()
        )
    };
    let (found, story) = seen.split_once('\n').unwrap();
    Row {
        point: case.point,
        during: case.during.name(),
        fault: case.fault,
        told,
        found: found.to_owned(),
        story: story.to_owned(),
    }
}

fn in_a_process(what: &str, case: usize, folder: &Path) -> (ExitStatus, String) {
    // Ourselves, also if somebody has built this test anew meanwhile.
    let output = Command::new("/proc/self/exe")
        .args(["--exact", "faults::in_a_process_of_its_own", "--nocapture"])
        .env(CASE, format!("{what}:{case}:{}", folder.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status, said)
}

/// The other half of the test above; by itself it has nothing to do.
#[test]
fn in_a_process_of_its_own() {
    let Ok(told) = std::env::var(CASE) else {
        return;
    };
    let mut told = told.splitn(3, ':');
    let what = told.next().unwrap();
    let case = cases()[told.next().unwrap().parse::<usize>().unwrap()];
    let folder = PathBuf::from(told.next().unwrap());
    match what {
        "act" => act(case, &folder),
        _ => {
            let world = World::open(&folder).unwrap();
            let promised = std::fs::read_to_string(folder.join("told")).unwrap_or_default();
            let seen = found::look(&world, case.during, promised == "done");
            std::fs::write(folder.join("seen"), seen).unwrap();
            std::process::exit(0);
        }
    }
}

fn act(case: Case, folder: &Path) -> ! {
    let (told, broken) = steps::act(case, folder);
    crate::hospital::until(
        "the planned fault",
        std::time::Duration::from_secs(60),
        || broken.has_struck(),
    );
    assert!(case.fault.is_survived(), "{case:?} was survived");
    std::fs::write(folder.join("told"), told).unwrap();
    std::process::abort()
}
