//! How sessions end, of every protocol alike: one table of protocols and failures, between real servers and real
//! programs of engineers. What only one protocol has stands in `*_ends.rs`.

mod desktops;
mod disk;
mod others;
mod typed;

use std::time::Duration;

use access::{EndReason, Frozen, Subject};
use engine::LiveSession;
use proxies::workers::Workers;

use crate::hospital::Staffed;
use crate::sshd::until;
use crate::worker_crash::{children, kill};

/// What makes a session another one than usual.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) attended: bool,
    pub(crate) quota_bytes: u64,
}

const USUAL: Wish = Wish {
    attended: false,
    quota_bytes: 1 << 28,
};

/// How long a visit lasts in every one of these grounds.
const LASTS: Duration = crate::sshd::HOUR;

/// Where a session is under way.
pub(crate) trait Stands {
    fn staffed(&self) -> &Staffed;

    fn workers(&self) -> &Workers;

    /// How the session ended; waits for it.
    fn end(&self) -> EndReason;
}

macro_rules! stands {
    ($($ground:ty),+) => {
        $(impl Stands for $ground {
            fn staffed(&self) -> &Staffed {
                &self.staffed
            }

            fn workers(&self) -> &Workers {
                &self.workers
            }

            fn end(&self) -> EndReason {
                self.end()
            }
        })+
    };
}

stands! {
    crate::database_ground::Ground, crate::http_ground::Ground, crate::sshd::Ground, crate::vnc_ground::Ground
}

/// A session of one protocol, whose engineer's program has begun to enter.
pub(crate) trait Underway {
    fn ground(&self) -> &dyn Stands;

    /// Returns once something has passed both ways.
    fn passes(&mut self);

    fn target_dies(&mut self);

    fn engineer_dies(&mut self);

    /// Returns once the engineer's program has heard that it is over.
    fn hears_of_its_end(&mut self);

    /// The engineer does much, until nothing passes any more.
    fn does_much(&mut self);

    /// How the session ends when its target dies.
    fn ends_with_its_target(&self) -> EndReason {
        EndReason::TargetClosed
    }

    /// Whether what its target sends is read by a worker.
    fn has_a_worker(&self) -> bool {
        true
    }
}

fn session(of: &dyn Underway) -> std::sync::Arc<LiveSession> {
    let live = of.ground().staffed().hospital.engine.live();
    until("a session is open", || !live.sessions().is_empty());
    live.sessions().remove(0)
}

/// It ended so, its recording is closed and sound, and nothing of it is left.
fn over(of: &dyn Underway, expected: &EndReason) {
    assert_eq!(of.ground().end(), *expected);
    let Staffed {
        hospital, clerk, ..
    } = of.ground().staffed();
    until("nothing of it is left", || {
        hospital.engine.live().count() == 0
    });
    until("its recording is sealed", || {
        let all = hospital.engine.recordings(clerk).unwrap();
        all.iter().any(|one| one.ended.is_some() && one.sealed)
    });
    let all = hospital.engine.recordings(clerk).unwrap();
    let first = all.iter().min_by_key(|one| one.opened).unwrap();
    let report = hospital.engine.verify_recording(clerk, &first.session);
    let report = hospital.run(report).unwrap();
    assert!(report.sound.is_ok(), "{:?}", report.sound);
}

fn target_dies(mut of: impl Underway) {
    of.passes();
    of.target_dies();
    over(&of, &of.ends_with_its_target());
    of.hears_of_its_end();
}

fn engineer_dies(mut of: impl Underway) {
    of.passes();
    of.engineer_dies();
    over(&of, &EndReason::EngineerClosed);
}

fn deadline(mut of: impl Underway) {
    of.passes();
    of.ground()
        .staffed()
        .hospital
        .pass(LASTS + Duration::from_secs(60));
    over(&of, &EndReason::Deadline);
    of.hears_of_its_end();
}

fn withdrawal(mut of: impl Underway) {
    of.passes();
    let Staffed {
        hospital,
        clerk,
        target,
        ..
    } = of.ground().staffed();
    let suspending = hospital
        .engine
        .suspend(clerk, Subject::Target(target.clone()), "止める");
    hospital.run(suspending).unwrap();
    over(&of, &EndReason::TargetSuspended);
    of.hears_of_its_end();
}

fn attendant_leaves(mut of: impl Underway) {
    let live = session(&of);
    until("it waits for its attendant", || {
        live.frozen() == Some(Frozen::AwaitingAttendant)
    });
    let Staffed {
        hospital, clerk, ..
    } = of.ground().staffed();
    let attending = hospital.engine.attend(clerk, live.id());
    let attendance = hospital.run(attending).unwrap();
    until("it goes on", || live.frozen().is_none());
    of.passes();
    drop(attendance);
    until("it is frozen", || live.frozen().is_some());
    // From its entry on the grace time runs.
    until("the leaving is entered", || {
        entries_of(of.ground().staffed()).contains("attendance_ended")
    });
    let hospital = &of.ground().staffed().hospital;
    hospital.pass(Duration::from_secs(121));
    over(&of, &EndReason::AttendantMissing);
}

/// The entries of the one visit.
fn entries_of(staffed: &Staffed) -> String {
    let Staffed {
        hospital, clerk, ..
    } = staffed;
    let visit = hospital.engine.recordings(clerk).unwrap().remove(0).visit;
    let receipt = hospital.engine.receipt(clerk, &visit);
    let receipt = hospital.run(receipt).unwrap();
    let bytes = receipt.entries.iter().map(|entry| entry.bytes.0.as_slice());
    String::from_utf8_lossy(&bytes.collect::<Vec<_>>().concat()).into_owned()
}

fn worker_crash(mut of: impl Underway) {
    of.passes();
    if !of.has_a_worker() {
        assert!(children(of.ground().workers().process()).is_empty());
        return;
    }
    let workers = children(of.ground().workers().process());
    let [worker] = workers[..] else {
        panic!("{workers:?}");
    };
    kill(worker);
    over(&of, &EndReason::WorkerCrashed);
    let findings = of.ground().staffed().hospital.engine.findings();
    let alarm = findings.iter().find(|found| found.id == "finding-worker");
    assert!(alarm.is_some_and(|alarm| alarm.detail.contains("session-")));
}

fn quota_used_up(mut of: impl Underway) {
    of.passes();
    of.does_much();
    over(&of, &EndReason::QuotaUsedUp);
}

/// What cannot be recorded does not pass (invariant 6); the end cannot be entered either, until there is room.
fn disk_full(begin: impl FnOnce() -> Box<dyn Underway>) {
    let disk = disk::Small::mounted();
    let mut of = disk.holds(begin);
    of.passes();
    disk.fill();
    of.does_much();
    let live = &of.ground().staffed().hospital.engine;
    until("the session is over", || live.live().count() == 0);
    disk.clear();
    let end = of.ground().end();
    assert!(
        [EndReason::RecorderFailed, EndReason::LedgerUnavailable].contains(&end),
        "{end:?}"
    );
}

macro_rules! table {
    ($($protocol:ident: $begin:path;)+) => {
        $(mod $protocol {
            use super::*;

            #[test]
            fn a_target_that_dies_ends_it() {
                super::target_dies($begin(USUAL));
            }

            #[test]
            fn an_engineer_who_dies_ends_it() {
                super::engineer_dies($begin(USUAL));
            }

            #[test]
            fn l22_the_deadline_ends_it() {
                super::deadline($begin(USUAL));
            }

            #[test]
            fn l23_a_withdrawal_ends_it() {
                super::withdrawal($begin(USUAL));
            }

            #[test]
            fn an_attendant_who_leaves_freezes_it_and_then_it_ends() {
                super::attendant_leaves($begin(Wish { attended: true, ..USUAL }));
            }

            #[test]
            fn a_worker_that_crashes_ends_it_with_an_alarm() {
                super::worker_crash($begin(USUAL));
            }

            #[test]
            fn l27_a_quota_that_is_used_up_ends_it() {
                super::quota_used_up($begin(Wish { quota_bytes: 1 << 20, ..USUAL }));
            }

            #[test]
            fn l27_a_full_disk_ends_it() {
                super::disk_full(|| Box::new($begin(USUAL)));
            }
        })+
    };
}

table! {
    ssh: typed::ssh;
    telnet: typed::telnet;
    postgres: typed::postgres;
    mysql: typed::mysql;
    http: others::http;
    tcp: others::tcp;
    vnc: desktops::vnc;
    rdp: desktops::rdp;
}
