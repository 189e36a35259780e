//! Freezing: pauses, attendants who come and go, and what is told before a session ends.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use access::{
    ChannelAsk, Command, Door, Employer, EndReason, Frozen, Outcome, Protocol, Reason, Role,
    Subject,
};
use engine::{Notice, OpenedSession, Shown};
use login::Identity;
use recording::{Terminal, What};

use crate::hospital::{LAN, Special, Staffed};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn staffed(attended: bool) -> Staffed {
    let special = Special {
        attended,
        ..Special::default()
    };
    let staffed = Staffed::with("127.0.0.1:5432".parse().unwrap(), &special);
    staffed.visit(HOUR);
    staffed
}

fn open(staffed: &Staffed) -> OpenedSession {
    let engine = &staffed.hospital.engine;
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Tcp);
    staffed.hospital.run(opening).unwrap()
}

fn attend(staffed: &Staffed, by: &Identity, opened: &OpenedSession) -> engine::Attendance {
    let engine = &staffed.hospital.engine;
    let attending = engine.attend(by, opened.permit().session());
    staffed.hospital.run(attending).unwrap()
}

/// Waits, for a while, until something is so.
fn until(so: impl Fn() -> bool) {
    crate::hospital::until("it comes about", Duration::from_secs(10), so);
}

fn until_ended(opened: &OpenedSession) -> EndReason {
    until(|| opened.live().ended().is_some());
    opened.live().ended().unwrap().clone()
}

fn parts(staffed: &Staffed) -> u64 {
    let site = staffed.hospital.engine.site();
    site.visits().next().unwrap().parts
}

fn second_approver(staffed: &Staffed) -> Identity {
    let hospital = &staffed.hospital;
    let invitation = hospital.invite(&staffed.clerk, Employer::Hospital, Role::Approver);
    let mut second = hospital.join(&invitation, "suzuki", Door::Console, LAN, false);
    hospital.pass(MINUTE);
    hospital.signed_in(&mut second)
}

#[test]
fn l23_a_session_whose_attendant_never_comes_stays_frozen_and_ends() {
    let staffed = staffed(true);
    let opened = open(&staffed);
    assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
    let told = staffed.hospital.run(opened.next_notice());
    assert_eq!(told, Notice::AwaitingAttendant);
    staffed.hospital.pass(10 * MINUTE);
    assert_eq!(until_ended(&opened), EndReason::AttendantMissing);
}

#[test]
fn l23_an_attendant_who_leaves_freezes_the_session_before_that_is_entered() {
    let staffed = staffed(true);
    let opened = open(&staffed);
    let attendance = attend(&staffed, &staffed.clerk, &opened);
    assert_eq!(opened.live().frozen(), None);
    {
        // While the state is held, no entry can change it: what freezes now is memory alone.
        let site = staffed.hospital.engine.site();
        drop(attendance);
        assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
        let session = site.session(opened.permit().session()).unwrap();
        assert!(!session.attendants.is_empty());
    }
    until(|| {
        let site = staffed.hospital.engine.site();
        let session = site.session(opened.permit().session()).unwrap();
        session.attendants.is_empty()
    });
    assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
    // No entry comes any more: the grace time ends it by itself.
    staffed.hospital.pass(2 * MINUTE);
    assert_eq!(until_ended(&opened), EndReason::AttendantMissing);
}

#[test]
fn l23_an_attendant_who_comes_back_lets_it_go_on() {
    let staffed = staffed(true);
    let opened = open(&staffed);
    drop(attend(&staffed, &staffed.clerk, &opened));
    assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
    let _again = attend(&staffed, &staffed.clerk, &opened);
    staffed.hospital.run(opened.live().thawed());
    staffed.hospital.pass(20 * MINUTE);
    assert_eq!(opened.live().ended(), None);
    let told: Vec<Notice> = (0..4)
        .map(|_| staffed.hospital.run(opened.next_notice()))
        .collect();
    use Notice::{Attended, AwaitingAttendant};
    assert_eq!(
        told,
        [AwaitingAttendant, Attended, AwaitingAttendant, Attended]
    );
}

#[test]
fn two_windows_of_one_attendant_are_one_attendance() {
    let staffed = staffed(true);
    let opened = open(&staffed);
    let one = attend(&staffed, &staffed.clerk, &opened);
    let before = parts(&staffed);
    let other = attend(&staffed, &staffed.clerk, &opened);
    drop(one);
    assert_eq!(opened.live().frozen(), None);
    assert_eq!(
        parts(&staffed),
        before,
        "the ledger has nothing to say of it"
    );
    drop(other);
    assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
    until(|| parts(&staffed) == before + 1);
}

#[test]
fn an_attendant_who_is_suspended_sees_nothing_more_and_the_session_freezes() {
    let staffed = staffed(true);
    let second = second_approver(&staffed);
    let opened = open(&staffed);
    let mut attendance = attend(&staffed, &second, &opened);
    let access::Who::Person(person) = second.caller().who.clone() else {
        panic!("a person");
    };
    let hospital = &staffed.hospital;
    let suspending = hospital
        .engine
        .suspend(&staffed.clerk, Subject::Person(person), "休職");
    hospital.run(suspending).unwrap();
    assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
    opened.show(Shown::Notice("later".to_owned()));
    let seen = hospital.run(async {
        let mut seen = Vec::new();
        while let Some(shown) = attendance.next().await {
            seen.push(shown);
        }
        seen
    });
    assert!(!seen.contains(&Shown::Notice("later".to_owned())));
}

/// L23: who may not attend any more does not count, however the entries fall.
#[test]
fn l23_an_attendant_suspended_while_their_arrival_is_entered_lets_nothing_pass() {
    let staffed = staffed(true);
    let second = second_approver(&staffed);
    let opened = open(&staffed);
    let hospital = &staffed.hospital;
    let session = opened.permit().session();
    let access::Who::Person(person) = second.caller().who.clone() else {
        panic!("a person");
    };
    let mut attending = pin!(hospital.engine.attend(&second, session));
    {
        let _inside = hospital.runtime.enter();
        let mut nobody = Context::from_waker(Waker::noop());
        let asked = attending.as_mut().poll(&mut nobody);
        assert!(matches!(asked, Poll::Pending), "it waits for its entry");
    }
    until(|| {
        let site = hospital.engine.site();
        !site.session(session).unwrap().attendants.is_empty()
    });
    let suspending = hospital
        .engine
        .suspend(&staffed.clerk, Subject::Person(person), "休職");
    hospital.run(suspending).unwrap();
    let _attendance = hospital.run(attending).unwrap();
    assert_eq!(opened.live().frozen(), Some(Frozen::AwaitingAttendant));
}

#[test]
fn an_engineer_attends_nothing_and_is_refused_with_an_entry() {
    let staffed = staffed(false);
    let opened = open(&staffed);
    let hospital = &staffed.hospital;
    let before = parts(&staffed);
    let attending = hospital
        .engine
        .attend(&staffed.engineer, opened.permit().session());
    let refused = hospital.run(attending).unwrap_err();
    assert!(refused.reasons.contains(&Reason::NotOfTheHospital));
    assert_eq!(parts(&staffed), before + 1);
}

#[test]
fn an_attendant_sees_what_is_on_the_screen_then_what_comes() {
    let staffed = staffed(false);
    let opened = open(&staffed);
    let shell = Shown::Opened {
        channel: 0,
        what: What::Shell,
        terminal: Some(Terminal {
            term: "xterm".to_owned(),
            columns: 80,
            rows: 24,
        }),
    };
    opened.show(shell.clone());
    opened.show_output(0, b"maint@mri:~$ ");
    let mut attendance = attend(&staffed, &staffed.clerk, &opened);
    opened.show_output(0, b"uptime\r\n");
    opened.show(Shown::Closed { channel: 0 });
    let output = |bytes: &[u8]| Shown::Output {
        channel: 0,
        bytes: Arc::from(bytes),
    };
    let seen: Vec<Shown> = (0..4)
        .map(|_| staffed.hospital.run(attendance.next()).unwrap())
        .collect();
    assert_eq!(
        seen,
        [
            shell,
            output(b"maint@mri:~$ "),
            output(b"uptime\r\n"),
            Shown::Closed { channel: 0 },
        ]
    );
    staffed
        .hospital
        .run(opened.close(EndReason::EngineerClosed));
    assert_eq!(staffed.hospital.run(attendance.next()), None);
}

#[test]
fn a_pause_acts_before_it_is_entered_and_is_entered_although_the_asker_hangs_up() {
    let staffed = staffed(false);
    let opened = open(&staffed);
    let session = opened.permit().session().clone();
    let hospital = &staffed.hospital;
    {
        let _inside = hospital.runtime.enter();
        let mut pausing = pin!(hospital.engine.pause(&staffed.clerk, &session));
        let mut nobody = Context::from_waker(Waker::noop());
        let asked = pausing.as_mut().poll(&mut nobody);
        assert!(matches!(asked, Poll::Pending), "it waits for its entry");
        assert_eq!(opened.live().frozen(), Some(Frozen::Paused));
    }
    until(|| {
        let site = hospital.engine.site();
        site.session(&session).unwrap().paused.is_some()
    });
    let again = hospital.run(hospital.engine.pause(&staffed.clerk, &session));
    assert_eq!(again.unwrap_err().reasons, [Reason::AlreadySo]);
    assert_eq!(opened.live().frozen(), Some(Frozen::Paused));
    let refused = hospital.run(opened.ask(ChannelAsk::Shell)).unwrap_err();
    assert!(refused.reasons.contains(&Reason::SessionFrozen));
    hospital
        .run(hospital.engine.continue_session(&staffed.clerk, &session))
        .unwrap();
    assert_eq!(opened.live().frozen(), None);
    let told: Vec<Notice> = (0..2).map(|_| hospital.run(opened.next_notice())).collect();
    assert_eq!(told, [Notice::Paused, Notice::Continued]);
}

#[test]
fn a_pause_that_is_not_permitted_pauses_nothing() {
    let staffed = staffed(false);
    let opened = open(&staffed);
    let hospital = &staffed.hospital;
    let pausing = hospital
        .engine
        .pause(&staffed.engineer, opened.permit().session());
    assert!(hospital.run(pausing).is_err());
    assert_eq!(opened.live().frozen(), None);
}

#[test]
fn l22_the_end_is_told_once_five_minutes_before_and_again_when_it_moved() {
    let staffed = staffed(false);
    let opened = open(&staffed);
    let hospital = &staffed.hospital;
    let first = opened.permit().until();
    hospital.pass(54 * MINUTE + Duration::from_secs(50));
    hospital.pass(Duration::from_secs(20));
    let told = hospital.run(opened.next_notice());
    assert_eq!(told, Notice::EndsSoon { at: first });
    let visit = opened.permit().visit().clone();
    let later = first.plus(HOUR);
    let command = Command::RequestExtension {
        visit,
        until: later,
    };
    let asked = hospital.engine.submit(&staffed.engineer, command);
    let Outcome::Requested { request, .. } = hospital.run(asked).unwrap() else {
        panic!("requested");
    };
    hospital.approve(&staffed.clerk, &request);
    hospital.pass(HOUR);
    // Exactly one for each end: the next one that is told is the new one's.
    let told = hospital.run(opened.next_notice());
    assert_eq!(told, Notice::EndsSoon { at: later });
    hospital.pass(5 * MINUTE);
    assert_eq!(until_ended(&opened), EndReason::Deadline);
}

#[test]
fn a_thousand_sessions_end_with_the_call_within_a_second() {
    let staffed = staffed(false);
    let opened: Vec<OpenedSession> = (0..1000).map(|_| open(&staffed)).collect();
    let hospital = &staffed.hospital;
    let grant = opened[0].permit().grant().clone();
    let begun = Instant::now();
    let withdrawing = hospital
        .engine
        .suspend(&staffed.clerk, Subject::Grant(grant), "終了");
    hospital.run(withdrawing).unwrap();
    let took = begun.elapsed();
    assert!(
        opened.iter().all(|opened| opened.live().ended().is_some()),
        "all have ended"
    );
    assert!(took < Duration::from_secs(1), "{took:?}");
}
