//! Access that is taken away is gone within a second, whoever takes it and from what.

use std::time::Instant;

use acceptance::hospital::{Approved, Crew, Hospital};
use acceptance::link::{GONE_WITHIN, Link};
use acceptance::peers::free_port;
use acceptance::{Done, said};

/// A session is open; something takes it away; both sockets are gone within a second of that.
fn gone_after(
    hospital: &Hospital,
    reason: &str,
    take_away: impl FnOnce(&Crew, &Approved) -> Done,
) -> Crew {
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let session = hospital.session_of(&visit.visit);
    let watching = std::thread::spawn(move || live.gone());
    let taken = take_away(&crew, &visit);
    taken.expect(0);
    let engineers_side = watching.join().expect("the engineer's socket is gone");
    within(&taken, engineers_side, "the engineer's side");
    let target = crew
        .echo
        .gone(1, GONE_WITHIN)
        .expect("the target's socket is gone");
    within(&taken, target.at, "the target's side");
    let ended = hospital.ended(&session);
    assert_eq!(ended["ended"]["reason"]["id"], reason, "{ended:#}");
    crew
}

fn within(taken: &Done, gone: Instant, whose: &str) {
    let late = gone.saturating_duration_since(taken.ended);
    assert!(
        late < GONE_WITHIN,
        "{whose} was gone {late:?} after the command had returned"
    );
}

fn nothing_opens(crew: &Crew) -> Done {
    let done = crew.engineer.tries(["connect", &crew.target]);
    assert_ne!(done.code, 0, "{done}");
    assert_eq!(crew.echo.accepted(), 1);
    done
}

#[test]
fn l14_a_session_that_the_clerk_ends_is_gone_within_a_second() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-ended-by", |_, visit| {
        let session = hospital.session_of(&visit.visit);
        hospital.clerk.tries(["end", &session])
    });
    // Ending a session is not withdrawing the grant: the engineer may come back.
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("again")
        .ok();
}

#[test]
fn l14_suspending_the_vendor_ends_its_sessions_within_a_second() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-vendor-suspended", |crew, _| {
        hospital.clerk.tries([
            "vendor",
            "suspend",
            &crew.vendor,
            "--reason",
            "contract ended",
        ])
    });
    nothing_opens(&crew).says(&said::beginning("reason-vendor-suspended"));
}

#[test]
fn l14_suspending_the_person_ends_their_sessions_within_a_second() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-person-suspended", |crew, _| {
        hospital.clerk.tries([
            "person",
            "suspend",
            &crew.engineer.id,
            "--reason",
            "left the company",
        ])
    });
    nothing_opens(&crew).says(&said::beginning("reason-person-suspended"));
    hospital
        .clerk
        .tries(["person", "resume", &crew.engineer.id])
        .expect(0);
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("again")
        .ok();
}

#[test]
fn l14_suspending_the_device_ends_its_sessions_within_a_second() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-device-suspended", |crew, _| {
        let device = crew.engineer.device.clone().unwrap();
        hospital
            .clerk
            .tries(["device", "suspend", &device, "--reason", "lost on a train"])
    });
    nothing_opens(&crew).says(&said::beginning("reason-device-suspended"));
}

#[test]
fn l14_suspending_the_target_ends_its_sessions_within_a_second() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-target-suspended", |crew, _| {
        hospital.clerk.tries([
            "target",
            "suspend",
            &crew.target,
            "--reason",
            "an operation is under way",
        ])
    });
    nothing_opens(&crew).refused(&["reason-target-suspended"]);
}

#[test]
fn pinning_another_address_ends_the_sessions_to_the_old_one() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-target-pin-changed", |crew, _| {
        let elsewhere = format!("127.0.0.1:{}", free_port());
        hospital
            .clerk
            .tries(["target", "pin", &crew.target, &elsewhere])
    });
    nothing_opens(&crew).refused(&["reason-grant-withdrawn"]);
}

#[test]
fn narrowing_the_vendors_addresses_ends_sessions_from_those_taken_off() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-source-withdrawn", |crew, _| {
        hospital.clerk.tries([
            "vendor",
            "sources",
            &crew.vendor,
            "--from",
            "127.0.1.200/32",
        ])
    });
    nothing_opens(&crew).says(&said::beginning("reason-source-not-listed"));
}

#[test]
fn l16_signing_out_ends_the_sessions_that_were_opened_under_it() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-signed-out", |crew, _| {
        crew.engineer.tries(["logout"])
    });
    nothing_opens(&crew).expect(4);
}

#[test]
fn l14_withdrawing_the_grant_ends_its_sessions_within_a_second_and_for_good() {
    let hospital = Hospital::shared();
    let crew = gone_after(hospital, "end-grant-withdrawn", |_, visit| {
        let reason = ["--reason", "it is not needed any more"];
        let command = ["withdraw-grant", visit.grant.as_str()];
        hospital.clerk.tries(command.into_iter().chain(reason))
    });
    nothing_opens(&crew).refused(&["reason-grant-withdrawn"]);
}
