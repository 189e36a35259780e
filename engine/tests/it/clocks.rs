//! The clock is set, stands still, starts in 1970, is contradicted: nothing opens by it, nothing that runs
//! ends by it, and only a person takes the doubt away (invariant 14, decision 0017).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use access::{Command, EndReason, NewRelay, Protocol, Reason};
use engine::{Clock, OpenedSession};
use ids::{Digest, Timestamp};
use ledger::Signer;
use ledger::note::SignedNote;

use crate::hospital::{Staffed, until};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const SOON: Duration = Duration::from_secs(30);

/// A hospital on a steady clock, and hands on both clocks.
struct Clocks {
    staffed: Staffed,
    passed: Arc<AtomicI64>,
}

impl Clocks {
    /// With a visit of an hour.
    fn visited() -> Self {
        let staffed = Staffed::with_target("127.0.0.1:5432".parse().unwrap());
        let clocks = Self {
            staffed,
            passed: Arc::default(),
        }
        .restarted();
        clocks.staffed.visit(Duration::from_secs(3600));
        clocks
    }

    /// As after a restart: the wall clock stands where it stood.
    fn restarted(self) -> Self {
        let Self { staffed, passed } = self;
        let (wall, passing) = (Arc::clone(&staffed.hospital.now), Arc::clone(&passed));
        let (zero, before) = (Instant::now(), passed.load(Ordering::SeqCst));
        let clock = Clock::of(
            move || Timestamp::from_millis(wall.load(Ordering::SeqCst)),
            move || {
                let since = passing.load(Ordering::SeqCst) - before;
                zero + Duration::from_millis(u64::try_from(since).unwrap())
            },
        );
        let staffed = Staffed {
            hospital: staffed.hospital.restarted_on(clock.steady()),
            ..staffed
        };
        Self { staffed, passed }
    }

    /// Time passes, for everybody.
    fn pass(&self, millis: i64) {
        self.passed.fetch_add(millis, Ordering::SeqCst);
        self.set_by(millis);
    }

    /// Somebody sets the wall clock.
    fn set_by(&self, millis: i64) {
        self.staffed
            .hospital
            .now
            .fetch_add(millis, Ordering::SeqCst);
    }

    fn wall(&self) -> i64 {
        self.staffed.hospital.now.load(Ordering::SeqCst)
    }

    fn open(&self) -> Result<OpenedSession, Vec<Reason>> {
        let Staffed {
            hospital, engineer, ..
        } = &self.staffed;
        let opening = hospital
            .engine
            .open_session(engineer, "db", None, Protocol::Tcp);
        hospital.run(opening).map_err(|refusal| refusal.reasons)
    }

    fn refused(&self) -> Vec<Reason> {
        self.open().err().unwrap_or_default()
    }

    /// Refused at once, and soon entered, so that it outlives the process.
    fn doubts(&self) {
        assert!(self.refused().contains(&Reason::ClockInDoubt));
        until("the doubt in the ledger", SOON, || self.is_entered());
    }

    fn is_entered(&self) -> bool {
        let engine = &self.staffed.hospital.engine;
        engine.site().clock_in_doubt(engine.now())
    }

    fn confirm(&self) {
        let Staffed {
            hospital, clerk, ..
        } = &self.staffed;
        let confirming = hospital.engine.submit(clerk, Command::ConfirmClock);
        hospital.run(confirming).unwrap();
    }

    fn found(&self, id: &str) -> bool {
        let findings = self.staffed.hospital.engine.findings();
        findings.iter().any(|finding| finding.id == id)
    }

    fn relay(&self, number: u8) {
        let relay = NewRelay {
            name: format!("relay-{number}"),
            address: "relay.example:443".to_owned(),
            tls_name: format!("relay-{number}.example"),
            key: Digest([number; 32]),
            witness: witness(number).verifier().to_string(),
        };
        let Staffed {
            hospital, clerk, ..
        } = &self.staffed;
        let registering = hospital.engine.submit(clerk, Command::RegisterRelay(relay));
        hospital.run(registering).unwrap();
    }

    /// A relay cosigns, at this moment of its own clock.
    fn says(&self, number: u8, at: i64) {
        self.says_by(number, &witness(number), at);
    }

    fn says_by(&self, number: u8, signer: &Signer, at: i64) {
        let engine = &self.staffed.hospital.engine;
        let asked = engine.asks_for_the_time();
        let note = SignedNote::decode(engine.checkpoint().as_bytes()).unwrap();
        let at = Timestamp::from_millis(at);
        let signed = ledger::checkpoint::cosign(note, signer, at).unwrap();
        engine.relay_said_the_time(&format!("relay-{number}"), &signed.to_string(), asked);
    }
}

fn witness(number: u8) -> Signer {
    Signer::cosigner(&format!("relay-{number}.example"), &[number; 32]).unwrap()
}

#[test]
fn l22_a_clock_that_is_set_admits_nothing_and_ends_no_session_before_its_own_deadline() {
    let clocks = Clocks::visited();
    let opened = clocks.open().unwrap();
    for by in [DAY, -DAY] {
        let last = clocks.staffed.hospital.engine.site().last_at();
        clocks.set_by(by);
        clocks.doubts();
        assert!(clocks.found("finding-clock"));
        assert!(opened.live().ended().is_none(), "set by {by}");
        // What was entered meanwhile stands where time really was.
        let entered = clocks.staffed.hospital.engine.site().last_at();
        assert_eq!(entered, last);
        // Set right again, it waits for a person.
        clocks.set_by(-by);
        assert_eq!(clocks.refused(), [Reason::ClockInDoubt]);
        clocks.confirm();
        assert_eq!(clocks.refused(), []);
        assert!(!clocks.found("finding-clock"));
    }
    clocks.set_by(-DAY);
    clocks.pass(HOUR);
    until("the deadline", SOON, || opened.live().ended().is_some());
    assert_eq!(opened.live().ended(), Some(&EndReason::Deadline));
}

#[test]
fn a_doubt_outlives_a_restart_also_when_the_clock_is_right_again() {
    let mut clocks = Clocks::visited();
    for by in [DAY, -DAY] {
        clocks.set_by(by);
        clocks.doubts();
        clocks.set_by(-by);
        clocks = clocks.restarted();
        assert_eq!(clocks.refused(), [Reason::ClockInDoubt]);
        clocks.confirm();
        assert_eq!(clocks.refused(), []);
    }
}

#[test]
fn setting_the_clock_back_opens_no_window_that_is_over_even_when_it_is_confirmed() {
    let clocks = Clocks::visited();
    clocks.pass(2 * HOUR);
    // Something is entered after the window.
    clocks.relay(1);
    clocks.set_by(-2 * HOUR);
    clocks.doubts();
    clocks.confirm();
    let why = clocks.refused();
    assert!(!why.is_empty(), "the window is over");
    assert!(!why.contains(&Reason::ClockInDoubt), "{why:?}");
}

#[test]
fn after_an_empty_battery_nothing_is_admitted_before_a_person_has_looked() {
    let mut clocks = Clocks::visited();
    clocks.relay(1);
    for woke in [0, 946_684_800_000] {
        let right = clocks.wall();
        clocks.set_by(woke - right);
        clocks = clocks.restarted();
        assert!(clocks.refused().contains(&Reason::ClockInDoubt));
        clocks.says(1, right);
        assert!(clocks.found("finding-clock-witness"));
        // Somebody sets it: it is followed, so that people can sign in, and they still have to say so.
        clocks.set_by(right - woke);
        until("the clock to be followed", SOON, || {
            clocks.staffed.hospital.engine.now().as_millis() == right
        });
        assert_eq!(clocks.refused(), [Reason::ClockInDoubt]);
        clocks = clocks.restarted();
        assert_eq!(clocks.refused(), [Reason::ClockInDoubt]);
        clocks.confirm();
        assert_eq!(clocks.refused(), []);
    }
}

#[test]
fn a_clock_that_started_a_day_ahead_is_noticed_with_the_first_word_of_a_witness() {
    let clocks = Clocks::visited();
    clocks.relay(1);
    let right = clocks.wall();
    clocks.set_by(DAY);
    let clocks = clocks.restarted();
    clocks.says(1, right);
    clocks.doubts();
    assert!(clocks.found("finding-clock-witness"));
    // Set right: the ledger is a day ahead now, and one confirmation is enough for both.
    clocks.set_by(-DAY);
    clocks.confirm();
    assert!(!clocks.is_entered());
    assert!(!clocks.found("finding-clock-witness"));
}

#[test]
fn one_relay_that_contradicts_stops_new_visits_until_a_person_confirms_and_admits_nobody() {
    let clocks = Clocks::visited();
    clocks.relay(1);
    clocks.says(1, clocks.wall());
    drop(clocks.open().unwrap());
    let live = clocks.open().unwrap();
    clocks.says(1, clocks.wall() + 10 * 60_000);
    clocks.doubts();
    assert!(live.live().ended().is_none());
    // That it agrees again takes nothing away.
    clocks.says(1, clocks.wall());
    assert_eq!(clocks.refused(), [Reason::ClockInDoubt]);
    clocks.says(1, clocks.wall() + 10 * 60_000);
    clocks.confirm();
    assert_eq!(clocks.refused(), []);
    // The same difference, an hour later, is the one that was confirmed.
    clocks.pass(HOUR / 2);
    clocks.says(1, clocks.wall() + 11 * 60_000);
    assert_eq!(clocks.refused(), []);
    assert!(clocks.found("finding-relay-clock"));
    // Another one is not.
    clocks.says(1, clocks.wall() - 10 * 60_000);
    clocks.doubts();
    // After a restart somebody looks once more: it still says so.
    clocks.confirm();
    drop(live);
    let clocks = clocks.restarted();
    assert_eq!(clocks.refused(), []);
    clocks.says(1, clocks.wall() - 10 * 60_000);
    clocks.doubts();
}

#[test]
fn a_relay_that_lies_about_the_time_stops_nobody_where_two_others_tell_it() {
    let clocks = Clocks::visited();
    for number in [1, 2, 3] {
        clocks.relay(number);
        clocks.says(number, clocks.wall());
    }
    for lie in [-30 * DAY, -DAY, DAY, 3000 * DAY] {
        clocks.says(2, clocks.wall() + lie);
        assert_eq!(clocks.refused(), [], "{lie}");
        assert!(clocks.found("finding-relay-clock"));
        assert!(!clocks.found("finding-clock-witness"));
    }
    // What somebody else signed says nothing.
    let device = Signer::cosigner("relay-1.example", &[9; 32]).unwrap();
    for signer in [&witness(7), &device] {
        clocks.says_by(1, signer, clocks.wall() + DAY);
        clocks.says_by(3, signer, clocks.wall() + DAY);
    }
    clocks.says(7, clocks.wall() + DAY);
    assert_eq!(clocks.refused(), []);
    // Our own clock is set, by less than what counts as a step, and again: two witnesses notice.
    clocks.set_by(100_000);
    clocks.pass(60_000);
    assert_eq!(clocks.refused(), []);
    clocks.set_by(100_000);
    clocks.doubts();
}
