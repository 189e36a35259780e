//! At night: opened by who is on duty or by a sealed code, and owed afterwards.

use acceptance::canary::{self, Kind};
use acceptance::hospital::Hospital;
use acceptance::link::Link;
use acceptance::people::text;

#[test]
fn who_is_on_duty_opens_at_once_and_until_it_is_approved_the_vendor_makes_no_other_visit() {
    let hospital = Hospital::own();
    let crew = hospital.crew_with(&["--emergency"]);
    let asked = hospital
        .request(&crew.engineer, &crew.target, &["--kind", "fault"])
        .json();
    let request = text(&asked, "request");
    let open = |who: &acceptance::Person| who.tries(["emergency", "open", &request]);
    open(&hospital.clerk).refused(&["reason-not-on-duty"]);
    open(&crew.engineer).expect(3);
    hospital
        .clerk
        .tries([
            "emergency",
            "chain",
            &hospital.clerk.id,
            &format!("{}:30", hospital.chief.id),
        ])
        .expect(0);
    // The deputy's turn comes after half an hour without an answer.
    open(&hospital.chief).refused(&["reason-not-on-duty"]);
    open(&hospital.clerk).expect(0);
    let mut link = Link::open(&crew.engineer, &crew.target);
    link.live();

    let next = hospital.request(&crew.engineer, &crew.target, &[]).done();
    next.refused(&["reason-debt-unpaid"]);
    // Who opened it does not judge it.
    hospital
        .clerk
        .tries(["approve", &request])
        .refused(&["reason-second-person-needed"]);
    let waiting = hospital.chief.asks(["requests"]);
    let debt = waiting
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["id"] == request.as_str());
    assert_eq!(debt.unwrap()["state"], "opened_in_emergency");
    hospital.chief.tries(["approve", &request]).expect(0);
    hospital.request(&crew.engineer, &crew.target, &[]).ok();
}

#[test]
fn an_emergency_that_was_not_right_is_closed_by_who_judges_it() {
    let hospital = Hospital::own();
    let crew = hospital.crew_with(&["--emergency"]);
    hospital
        .clerk
        .tries(["emergency", "chain", &hospital.clerk.id])
        .expect(0);
    let asked = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = text(&asked, "request");
    hospital
        .clerk
        .tries(["emergency", "open", &request])
        .expect(0);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    hospital
        .chief
        .tries(["refuse", &request, "--reason", "this was no emergency"])
        .expect(0);
    live.gone();
    link.says("end-grant-withdrawn");
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-grant-withdrawn"]);
}

#[test]
fn l10_a_sealed_code_that_is_read_out_opens_one_visit_once_and_no_other_target() {
    let hospital = Hospital::own();
    let marked = hospital.crew_with(&["--emergency"]);
    let ordinary = hospital.crew();
    let sealed = hospital.chief.asks(["emergency", "codes"]);
    let code = sealed["codes"][0].as_str().unwrap().to_owned();
    canary::hand(Kind::EmergencyCode, &code);
    let open = |crew: &acceptance::hospital::Crew, request: &str, code: &str| {
        crew.engineer
            .sekisho()
            .args([
                "emergency",
                "open",
                request,
                "--envelope",
                "--read-by",
                "the night nurse",
            ])
            .input(format!("{code}\n"))
            .done()
    };
    let asked = |crew: &acceptance::hospital::Crew| {
        text(
            &hospital.request(&crew.engineer, &crew.target, &[]).json(),
            "request",
        )
    };
    let (wanted, unmarked) = (asked(&marked), asked(&ordinary));
    open(&ordinary, &unmarked, &code).refused(&["reason-emergency-not-marked"]);
    open(&marked, &wanted, "AAAA-AAAA-AAAA-AAAA").expect(3);
    open(&marked, &wanted, &code).expect(0);
    marked
        .engineer
        .sekisho()
        .args(["connect", &marked.target])
        .input("at night")
        .ok();
    hospital.clerk.tries(["approve", &wanted]).expect(0);
    let again = asked(&marked);
    open(&marked, &again, &code).refused(&["reason-emergency-code-wrong"]);
}
