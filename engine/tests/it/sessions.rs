//! Opening, ending, recording.

use std::time::Duration;

use access::{Command, Door, EndReason, Protocol, Reason, Subject};
use engine::{Engine, OpenedSession};
use login::Identity;
use recording::Direction;

use crate::hospital::{Hospital, Staffed, until};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A hospital with an approved visit.
fn ready() -> Staffed {
    let ready = staffed();
    ready.visit(HOUR);
    ready
}

fn staffed() -> Staffed {
    Staffed::with_target("127.0.0.1:5432".parse().unwrap())
}

fn open(ready: &Staffed) -> Result<OpenedSession, access::Refusal> {
    let Staffed {
        hospital, engineer, ..
    } = ready;
    hospital.run(
        hospital
            .engine
            .open_session(engineer, "db", None, Protocol::Tcp),
    )
}

fn until_ended(opened: &OpenedSession) -> EndReason {
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while std::time::Instant::now() < deadline {
        if let Some(reason) = opened.live().ended() {
            return reason.clone();
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
    panic!("the session goes on");
}

#[test]
fn a_visit_is_recorded_closed_and_proved() {
    let ready = ready();
    let opened = open(&ready).unwrap();
    let (session, visit) = (
        opened.permit().session().clone(),
        opened.permit().visit().clone(),
    );
    opened.record(Direction::ToTarget, b"select 1").unwrap();
    opened.record(Direction::FromTarget, b"1").unwrap();
    let Staffed {
        hospital, clerk, ..
    } = &ready;
    hospital.run(opened.close(EndReason::EngineerClosed));
    assert_eq!(
        hospital.engine.end_reason(&session),
        Some(EndReason::EngineerClosed)
    );
    let report = hospital
        .run(hospital.engine.verify_recording(clerk, &session))
        .unwrap();
    let sound = report.sound.unwrap().opened.unwrap();
    assert_eq!((sound.sent, sound.received), (8, 1));
    assert!(
        sound.heads_met > 0,
        "a seal of the ledger covers the recording"
    );
    let receipt = hospital
        .run(hospital.engine.receipt(clerk, &visit))
        .unwrap();
    let trust = ledger::Trust {
        site: receipt.site_key.clone(),
        witnesses: Vec::new(),
    };
    let vouched = ledger::receipt::verify(&receipt, &trust).unwrap();
    assert!(vouched.site_only);
    assert!(vouched.parts >= 4, "{}", vouched.parts);
}

#[test]
fn the_sessions_of_one_visit_share_what_it_may_record() {
    let ready = ready();
    let (one, other) = (open(&ready).unwrap(), open(&ready).unwrap());
    assert_eq!(one.permit().visit(), other.permit().visit());
    // The quota of a visit here is 1 MiB.
    let part = vec![0; 600_000];
    one.record(Direction::ToTarget, &part).unwrap();
    let refused = other.record(Direction::FromTarget, &part);
    assert_eq!(refused, Err(store::RecordError::QuotaUsedUp));
    other.record(Direction::FromTarget, b"a little").unwrap();
    let Staffed { hospital, .. } = &ready;
    hospital.run(one.close(EndReason::EngineerClosed));
    hospital.run(other.close(EndReason::EngineerClosed));
}

#[test]
fn l25_every_view_of_a_recording_is_an_entry_and_engineers_have_none() {
    let ready = ready();
    let opened = open(&ready).unwrap();
    let session = opened.permit().session().clone();
    let Staffed {
        hospital,
        clerk,
        engineer,
        ..
    } = &ready;
    hospital.run(opened.close(EndReason::EngineerClosed));
    let refused = hospital
        .run(hospital.engine.verify_recording(engineer, &session))
        .unwrap_err();
    assert_eq!(refused.reasons, [Reason::RoleMissing]);
    let before = hospital.engine.status().size;
    hospital
        .run(hospital.engine.verify_recording(clerk, &session))
        .unwrap();
    assert!(hospital.engine.status().size > before);
}

#[test]
fn l14_a_withdrawal_ends_the_session_before_its_entry() {
    type Withdrawal = fn(&Staffed, &OpenedSession) -> Subject;
    let withdrawals: [(Withdrawal, EndReason); 4] = [
        (
            |_, opened| Subject::Grant(opened.permit().grant().clone()),
            EndReason::GrantWithdrawn,
        ),
        (
            |_, opened| Subject::Device(opened.permit().device().clone()),
            EndReason::DeviceSuspended,
        ),
        (
            |_, opened| Subject::Person(opened.permit().person().clone()),
            EndReason::PersonSuspended,
        ),
        (
            |_, opened| Subject::Target(opened.permit().target().clone()),
            EndReason::TargetSuspended,
        ),
    ];
    for (subject, expected) in withdrawals {
        let ready = ready();
        let opened = open(&ready).unwrap();
        let subject = subject(&ready, &opened);
        let Staffed {
            hospital, clerk, ..
        } = &ready;
        hospital
            .run(hospital.engine.suspend(clerk, subject, "止める"))
            .unwrap();
        assert_eq!(opened.live().ended(), Some(&expected));
    }
}

#[test]
fn l39_another_address_is_pinned_by_the_hospital_alone_and_ends_what_stood_on_the_old_one() {
    let ready = ready();
    let opened = open(&ready).unwrap();
    let target = opened.permit().target().clone();
    let Staffed {
        hospital,
        clerk,
        engineer,
        ..
    } = &ready;
    let address = engine::Address {
        host: "127.0.0.1".to_owned(),
        port: 5433,
    };
    let by_engineer = hospital
        .engine
        .pin_target(engineer, target.clone(), &address);
    assert!(
        hospital
            .run(by_engineer)
            .unwrap_err()
            .reasons
            .contains(&Reason::RoleMissing)
    );
    assert_eq!(opened.live().ended(), None);
    hospital
        .run(hospital.engine.pin_target(clerk, target, &address))
        .unwrap();
    assert_eq!(opened.live().ended(), Some(&EndReason::TargetPinChanged));
    hospital.run(opened.close(EndReason::TargetPinChanged));
    let refused = open(&ready).unwrap_err();
    assert!(
        refused.reasons.contains(&Reason::GrantWithdrawn),
        "{refused:?}"
    );
}

#[test]
fn l31_a_name_that_stands_for_this_machine_is_never_pinned() {
    let ready = ready();
    let Staffed {
        hospital, clerk, ..
    } = &ready;
    let target = hospital.engine.site().targets().next().unwrap().id.clone();
    let address = engine::Address {
        host: "localhost".to_owned(),
        port: 5432,
    };
    let refused = hospital
        .run(hospital.engine.pin_target(clerk, target, &address))
        .unwrap_err();
    assert!(matches!(
        refused.reasons.as_slice(),
        [Reason::AddressNotAllowed { .. }]
    ));
}

#[test]
fn isolation_ends_everything_admits_nothing_and_survives_a_restart() {
    let ready = ready();
    let opened = open(&ready).unwrap();
    {
        let Staffed {
            hospital, clerk, ..
        } = &ready;
        let done = hospital
            .run(hospital.engine.isolate(clerk, "不審な通信"))
            .unwrap();
        assert!(done.entered);
        assert_eq!(opened.live().ended(), Some(&EndReason::Isolated));
        hospital.run(opened.close(EndReason::Isolated));
        assert!(
            open(&ready)
                .unwrap_err()
                .reasons
                .contains(&Reason::SiteIsolated)
        );
    }
    let Staffed {
        hospital, engineer, ..
    } = ready;
    let hospital = hospital.restarted();
    let refused = hospital
        .run(
            hospital
                .engine
                .open_session(&engineer, "db", None, Protocol::Tcp),
        )
        .err()
        .unwrap();
    assert!(refused.reasons.contains(&Reason::SiteIsolated));
}

#[test]
fn an_isolation_that_stands_only_in_its_marker_is_entered_and_lifted_by_two() {
    let ready = ready();
    let Staffed {
        hospital, clerk, ..
    } = &ready;
    let invitation = hospital.invite(clerk, access::Employer::Hospital, access::Role::Approver);
    let mut second = hospital.join(
        &invitation,
        "suzuki",
        Door::Console,
        crate::hospital::LAN,
        false,
    );
    hospital.pass(Duration::from_secs(60));
    let second = hospital.signed_in(&mut second);
    // As if the ledger could not be written when somebody isolated the site.
    store::Markers::at(&hospital.config.dir)
        .set_isolated("ディスク満杯")
        .unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !hospital.engine.site().isolated() && std::time::Instant::now() < deadline {
        std::thread::park_timeout(Duration::from_millis(2));
    }
    assert!(
        open(&ready)
            .unwrap_err()
            .reasons
            .contains(&Reason::SiteIsolated)
    );
    let lift = |by| {
        hospital
            .run(hospital.engine.lift(by, access::LiftWay::Agree, None, None))
            .unwrap()
    };
    assert!(matches!(
        lift(clerk),
        access::Outcome::Lift { lifted: false, .. }
    ));
    assert!(matches!(
        lift(&second),
        access::Outcome::Lift { lifted: true, .. }
    ));
    assert!(!hospital.engine.live().is_isolated());
    hospital.run(open(&ready).unwrap().close(EndReason::EngineerClosed));
}

#[test]
fn root_at_the_socket_isolates_and_ends_but_approves_nothing() {
    let ready = ready();
    let root = Identity::local_operator(0);
    let Staffed { hospital, .. } = &ready;
    let opened = open(&ready).unwrap();
    let session = opened.permit().session().clone();
    hospital
        .run(hospital.engine.end_session(&root, &session))
        .unwrap();
    assert_eq!(until_ended(&opened), EndReason::EndedLocally);
    let refused = hospital
        .run(hospital.engine.submit(&root, Command::SealKit))
        .unwrap_err();
    assert!(refused.reasons.contains(&Reason::PersonNeeded));
    hospital
        .run(hospital.engine.isolate(&root, "停止"))
        .unwrap();
}

#[test]
fn l22_the_deadline_ends_a_live_session_by_itself() {
    // Live deadlines run on the monotonic clock: this one is real time, and short.
    let ready = staffed();
    ready.visit(Duration::from_millis(1500));
    let opened = open(&ready).unwrap();
    assert_eq!(until_ended(&opened), EndReason::Deadline);
    ready.hospital.pass(Duration::from_secs(2));
    let refused = open(&ready).err().unwrap();
    assert!(
        refused
            .reasons
            .iter()
            .any(|reason| matches!(reason, Reason::TooLate { .. }))
    );
}

#[test]
fn l22_a_deadline_is_met_also_while_the_ledger_hangs() {
    let ready = ready();
    let (one, other) = (open(&ready).unwrap(), open(&ready).unwrap());
    let engine = &ready.hospital.engine;
    // While the state is held the writer hangs, with whoever waits for the entry of an end.
    let held = engine.site();
    let before = engine.checkpoint();
    drop(one);
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while engine.checkpoint() == before && std::time::Instant::now() < deadline {
        std::thread::park_timeout(Duration::from_millis(2));
    }
    assert_ne!(
        engine.checkpoint(),
        before,
        "the end of the first is entered"
    );
    ready.hospital.pass(2 * HOUR);
    assert_eq!(until_ended(&other), EndReason::Deadline);
    drop(held);
}

#[test]
fn the_right_person_from_the_wrong_place_or_without_their_device_is_refused() {
    let ready = ready();
    let Staffed {
        hospital,
        clerk,
        person,
        ..
    } = &ready;
    let (_, key) = person.device.clone().unwrap();
    let other = hospital.vendor(clerk, "127.0.4.0/24");
    assert_ne!(other.number(), 0);
    hospital.pass(Duration::from_secs(60));
    let mut again = person.copy();
    again.source = "127.0.4.9".parse().unwrap();
    let elsewhere = hospital.signed_in(&mut again);
    let refused = hospital
        .run(
            hospital
                .engine
                .open_session(&elsewhere, "db", None, Protocol::Tcp),
        )
        .err()
        .unwrap();
    assert!(
        refused.reasons.contains(&Reason::SourceNotListed),
        "{refused:?}"
    );
    // A token is bound to its device: on another connection it proves nothing.
    let without = hospital
        .engine
        .connection(None, Some(person.source), Door::Engineers);
    assert!(
        hospital
            .engine
            .identify(Some("sekisho-token-x"), &without)
            .is_err()
    );
    assert!(
        hospital
            .engine
            .connection(Some(&key), Some(person.source), Door::Engineers)
            .device
            .is_some()
    );
}

#[test]
fn a_session_whose_engineer_was_gone_before_it_began_does_not_stay_open() {
    let ready = ready();
    let Staffed {
        hospital, engineer, ..
    } = &ready;
    let engine = &hospital.engine;
    hospital.run(async {
        let asked = engine.open_session(engineer, "db", None, Protocol::Tcp);
        let hung_up = std::future::ready(());
        // It is asked for once, and its answer heard by nobody.
        tokio::select! {
            biased;
            _ = asked => panic!("an entry takes longer"),
            () = hung_up => {}
        }
    });
    let sessions = || engine.site().sessions().count();
    let open = || engine.site().live_sessions().count();
    until("the session is entered", MINUTE, || sessions() == 1);
    assert_eq!(engine.live().count(), 0);
    until("its end is entered", MINUTE, || open() == 0);
    let site = engine.site();
    let ended = site.sessions().next().unwrap().ended.clone();
    assert_eq!(ended, Some(EndReason::Interrupted));
}

#[test]
fn what_an_unclean_stop_left_open_is_closed_as_interrupted() {
    let ready = ready();
    let opened = open(&ready).unwrap();
    let session = opened.permit().session().clone();
    let Staffed { hospital, .. } = ready;
    // The process "dies": nothing is closed, nothing is told.
    std::mem::forget(opened);
    let again = after_a_crash(&hospital);
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while again.end_reason(&session).is_none() && std::time::Instant::now() < deadline {
        std::thread::park_timeout(Duration::from_millis(2));
    }
    assert_eq!(again.end_reason(&session), Some(EndReason::Interrupted));
    again.stop();
}

/// What a new process finds that starts after this one was killed in this moment.
pub(crate) fn after_a_crash(hospital: &Hospital) -> Engine {
    let copy = hospital.folder().join("copy");
    copy_dir(&hospital.config.dir, &copy);
    let config = engine::SiteConfig {
        dir: copy,
        ..hospital.config.clone()
    };
    let clock = engine::Clock::pushed(std::sync::Arc::clone(&hospital.now));
    Engine::open(config, &vault::Unlock::DangerousKeyBesideData, clock).unwrap()
}

fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700)).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
