//! What a target, a request and an approval allow, and where that ends.

use acceptance::hospital::Hospital;
use acceptance::people::{moment, text};
use acceptance::{clock, said};

#[test]
fn a_visit_outside_the_targets_hours_is_refused_when_it_is_asked_for() {
    let hospital = Hospital::shared();
    let crew = hospital.crew_with(&["--hours", "sun 03:00-04:00"]);
    let (noon, early, half_past) = (
        clock::next(0, "12:00"),
        clock::next(6, "03:00"),
        clock::next(6, "03:30"),
    );
    let monday = ["--from", &noon, "--for", "1h"];
    hospital
        .request(&crew.engineer, &crew.target, &monday)
        .done()
        .refused(&["reason-outside-hours"]);
    let sunday = ["--from", &early, "--for", "1h"];
    hospital.request(&crew.engineer, &crew.target, &sunday).ok();
    let past_the_end = ["--from", &half_past, "--for", "1h"];
    hospital
        .request(&crew.engineer, &crew.target, &past_the_end)
        .done()
        .refused(&["reason-outside-hours"]);
}

#[test]
fn a_visit_that_has_recorded_as_much_as_it_may_ends_and_says_so() {
    let hospital = Hospital::shared();
    let crew = hospital.crew_with(&["--quota", "64KiB"]);
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let done = crew
        .engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input(vec![b'q'; 300_000])
        .done();
    done.says(&said::beginning("end-quota-used-up"));
    assert!(
        done.out.len() <= 64 * 1024,
        "{} bytes came back",
        done.out.len()
    );
    assert!(crew.echo.heard().len() <= 64 * 1024);
    let session = hospital.session_of(&visit.visit);
    assert_eq!(
        hospital.ended(&session)["ended"]["reason"]["id"],
        "end-quota-used-up"
    );
    assert_eq!(
        hospital.clerk.asks(["recording", "verify", &session])["verified"],
        true
    );
}

#[test]
fn a_target_that_does_not_answer_is_said_to_be_unreachable_and_the_session_is_entered_as_ended() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Switched Off KK");
    let engineer = hospital.engineer(&vendor, "switched-off");
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], acceptance::peers::free_port()));
    hospital.target("switched-off", &vendor, nobody, &[]);
    let visit = hospital.visit(&engineer, "switched-off", &[]);
    let done = engineer.tries(["connect", "switched-off"]);
    assert_ne!(done.code, 0, "{done}");
    done.says(&said::beginning("end-target-unreachable"));
    let session = hospital.session_of(&visit.visit);
    assert_eq!(
        hospital.ended(&session)["ended"]["reason"]["id"],
        "end-target-unreachable"
    );
}

#[test]
fn a_request_that_was_taken_back_cannot_be_approved() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let requested = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = text(&requested, "request");
    let colleague = hospital.engineer(&crew.vendor, "taker");
    colleague
        .tries(["withdraw", &request])
        .refused(&["reason-not-yours"]);
    crew.engineer.tries(["withdraw", &request]).expect(0);
    hospital
        .clerk
        .tries(["approve", &request])
        .refused(&["reason-already-decided"]);
    crew.engineer
        .tries(["withdraw", &request])
        .refused(&["reason-already-decided"]);
}

#[test]
fn l21_an_approval_may_narrow_a_visit_and_never_widen_it() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let requested = hospital
        .request(&crew.engineer, &crew.target, &["--for", "1h"])
        .json();
    let request = text(&requested, "request");
    hospital
        .clerk
        .tries(["approve", &request, "--for", "2h"])
        .refused(&["reason-would-widen"]);
    let narrowed = [
        "approve",
        &request,
        "--for",
        "30m",
        "--condition",
        "telephone before you begin",
    ];
    hospital.clerk.tries(narrowed).expect(0);
    let shown = crew
        .engineer
        .asks(["visit", "show", &text(&requested, "visit")]);
    let length = moment(&shown["window"], "until") - moment(&shown["window"], "from");
    assert_eq!(length, 30 * 60 * 1000);
    assert_eq!(shown["conditions"], "telephone before you begin");
}

#[test]
fn a_grant_can_be_named_and_another_ones_cannot() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let other = hospital.crew();
    let ours = hospital.visit(&crew.engineer, &crew.target, &[]);
    let theirs = hospital.visit(&other.engineer, &other.target, &[]);
    let connect = |grant: &str| {
        crew.engineer
            .sekisho()
            .args(["connect", &crew.target, "--grant", grant])
            .input("named")
            .done()
    };
    connect(&ours.grant).expect(0);
    connect(&theirs.grant).refused(&["reason-no-grant"]);
    connect("grant-999").refused(&["reason-no-grant"]);
    connect("nonsense").expect(2);
}
