//! How far somebody or something reached: everything of theirs, nothing of another's, and nothing outside the time.

use std::time::Duration;

use access::*;
use engine::{Reach, ReachAsked, ReachOf, SessionContent};
use ids::{DeviceId, PersonId};
use login::Identity;

use crate::hospital::Staffed;
use crate::story::{command, open, staffed, work};

const HOUR: Duration = Duration::from_secs(3600);

fn of(of: ReachOf) -> ReachAsked {
    ReachAsked {
        of,
        from: None,
        until: None,
    }
}

fn reach(staffed: &Staffed, asked: ReachAsked) -> Reach {
    let hospital = &staffed.hospital;
    hospital
        .run(hospital.engine.reach(&staffed.clerk, asked))
        .unwrap()
}

fn refused(staffed: &Staffed, by: &Identity, asked: ReachAsked) -> Vec<Reason> {
    let hospital = &staffed.hospital;
    let told = hospital.run(hospital.engine.reach(by, asked));
    told.unwrap_err().reasons
}

fn engineer(staffed: &Staffed) -> PersonId {
    let Who::Person(person) = staffed.engineer.caller().who.clone() else {
        panic!("an engineer is a person")
    };
    person
}

/// Goes on from the target to two machines.
fn hop(staffed: &Staffed) {
    let opened = open(staffed, Protocol::Ssh);
    command(&opened, 0, "df -h");
    command(&opened, 1, "ssh root@10.1.2.9 uptime");
    command(&opened, 2, "nmap 10.1.2.0/24");
    let hospital = &staffed.hospital;
    hospital.run(opened.close(EndReason::EngineerClosed));
}

#[test]
fn s0_29_a_person_reached_exactly_what_their_recordings_and_the_ledger_hold() {
    let (staffed, visit) = staffed();
    work(&staffed);
    hop(&staffed);
    let told = reach(&staffed, of(ReachOf::Person(engineer(&staffed))));
    let visits: Vec<_> = told.sessions.iter().map(|one| &one.visit).collect();
    assert_eq!(visits, [&visit, &visit]);
    let commands: Vec<&str> = told.commands.iter().map(|one| one.text.as_str()).collect();
    let expected = [
        "systemctl status lis",
        "sudo systemctl restart lis",
        "df -h",
        "ssh root@10.1.2.9 uptime",
        "nmap 10.1.2.0/24",
    ];
    assert_eq!(commands, expected);
    let files: Vec<_> = told.files.iter().map(|one| one.path.as_deref()).collect();
    assert_eq!(files, [Some("/srv/dump.sql")]);
    let onward: Vec<String> = told.onward.iter().map(|one| one.to.join(" ")).collect();
    assert_eq!(onward, ["10.1.2.9", "10.1.2.0/24"]);
    assert_eq!((told.refused.len(), told.masked_lines), (1, 1));
    let read = |one: &engine::ReachedSession| one.content == SessionContent::Read;
    assert!(told.sessions.iter().all(read));
    assert_eq!(told.sessions_left_out, 0);
}

#[test]
fn the_same_is_found_by_device_vendor_target_and_time_and_nothing_by_anothers() {
    let (staffed, visit) = staffed();
    work(&staffed);
    let site = staffed.hospital.engine.site();
    let session = site.sessions().next().unwrap();
    let (device, target) = (session.device.clone(), session.target.clone());
    let vendor = site.visit(&visit).unwrap().vendor.clone();
    drop(site);
    let all = reach(&staffed, of(ReachOf::Person(engineer(&staffed))));
    for asked in [
        ReachOf::Device(device.clone()),
        ReachOf::Vendor(vendor.clone()),
        ReachOf::Target(target.clone()),
        ReachOf::Secret(target),
        ReachOf::Everybody,
    ] {
        assert_eq!(reach(&staffed, of(asked.clone())), all, "{asked:?}");
    }
    let hospital = &staffed.hospital;
    let mut colleague = hospital.engineer(&staffed.clerk, &vendor, "ueda");
    hospital.pass(Duration::from_secs(60));
    let colleague = hospital.signed_in(&mut colleague);
    let Who::Person(colleague) = colleague.caller().who.clone() else {
        panic!("a colleague is a person")
    };
    let told = reach(&staffed, of(ReachOf::Person(colleague)));
    assert_eq!(told, Reach::default());
    // What there is not is said not to be, and is not nothing.
    let none = DeviceId::new(hospital.engine.id(), 99);
    let none = refused(&staffed, &staffed.clerk, of(ReachOf::Device(none)));
    assert_eq!(none, [Reason::NotFound]);
}

#[test]
fn a_time_cuts_sessions_and_what_was_done_in_them() {
    let (staffed, _) = staffed();
    let hospital = &staffed.hospital;
    let opened = open(&staffed, Protocol::Ssh);
    command(&opened, 0, "before");
    hospital.pass(Duration::from_secs(600));
    let cut = hospital.engine.now();
    command(&opened, 1, "after");
    hospital.run(opened.close(EndReason::EngineerClosed));
    let within = |from, until| {
        let of = ReachOf::Everybody;
        let told = reach(&staffed, ReachAsked { of, from, until });
        let commands: Vec<String> = told.commands.into_iter().map(|one| one.text).collect();
        (told.sessions.len(), commands.join(" "))
    };
    assert_eq!(within(None, Some(cut)), (1, "before".to_owned()));
    assert_eq!(within(Some(cut), None), (1, "after".to_owned()));
    let later = Some(cut.plus(HOUR));
    assert_eq!(within(later, None), (0, String::new()));
}

#[test]
fn each_recording_that_is_opened_is_entered_first_and_only_the_hospital_may_ask() {
    let (staffed, _) = staffed();
    work(&staffed);
    let hospital = &staffed.hospital;
    hospital.run(hospital.engine.settle());
    let before = hospital.engine.status().size;
    reach(&staffed, of(ReachOf::Everybody));
    assert_eq!(hospital.engine.status().size, before + 1);
    for (who, why) in [
        (staffed.engineer.clone(), Reason::NotOfTheHospital),
        (Identity::local_operator(0), Reason::PersonNeeded),
    ] {
        let reasons = refused(&staffed, &who, of(ReachOf::Everybody));
        assert_eq!(reasons, [why]);
    }
}
