//! One button ends everything; two people are needed to undo it.

use acceptance::hospital::Hospital;
use acceptance::link::{GONE_WITHIN, Link};
use acceptance::said;

#[test]
fn isolating_ends_everything_and_admits_nothing_until_two_people_lift_it() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let waiting = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut lives: Vec<_> = (0..5).map(|_| link.live()).collect();
    let session = hospital.session_of(&visit.visit);
    let watching: Vec<_> = lives
        .drain(..)
        .map(|mut live| std::thread::spawn(move || live.gone()))
        .collect();
    let isolated = hospital
        .clerk
        .tries(["isolate", "--reason", "ransomware in radiology"]);
    isolated.expect(0).says(&said::beginning("cli-isolated"));
    for watched in watching {
        let late = watched
            .join()
            .unwrap()
            .saturating_duration_since(isolated.ended);
        assert!(
            late < GONE_WITHIN,
            "gone {late:?} after the command had returned"
        );
    }
    assert!(crew.echo.gone(5, GONE_WITHIN).is_some());
    link.says("end-isolated");
    assert_eq!(
        hospital.ended(&session)["ended"]["reason"]["id"],
        "end-isolated"
    );
    let status = hospital.clerk.asks(["site", "status"]);
    assert_eq!(status["isolation"]["reason"], "ransomware in radiology");

    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-site-isolated"]);
    let request = waiting["request"].as_str().unwrap();
    hospital
        .clerk
        .tries(["approve", request])
        .refused(&["reason-site-isolated"]);
    crew.engineer.tries(["lift"]).expect(3);

    // It survives a restart.
    hospital.stop("TERM");
    hospital.start();
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-site-isolated"]);

    let why = ["lift", "--reason", "the VPN box is gone"];
    let first = hospital.clerk.asks(why);
    assert_eq!(first["lifted"], false, "{first:#}");
    hospital
        .clerk
        .tries(["lift"])
        .refused(&["reason-second-person-needed"]);
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-site-isolated"]);
    assert_eq!(crew.echo.accepted(), 5);
    let second = hospital
        .chief
        .asks(["lift", "--reason", "looked at it myself"]);
    assert_eq!(second["lifted"], true, "{second:#}");
    // Who lifted it, and why, stands in the chronology.
    let told = hospital.clerk.asks(["incident", "show", "1"]);
    let rows = told["rows"].as_array().unwrap().iter();
    let whys: Vec<&str> = rows.filter_map(|row| row["why"].as_str()).collect();
    assert!(
        whys.ends_with(&["the VPN box is gone", "looked at it myself"]),
        "{whys:?}"
    );
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("back again")
        .ok();
    hospital
        .clerk
        .tries(["lift"])
        .refused(&["reason-not-isolated"]);
}

#[test]
fn root_at_the_local_socket_may_isolate_and_end_and_is_no_person() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let waiting = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = waiting["request"].as_str().unwrap();
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let session = hospital.session_of(&visit.visit);
    let root = |args: &[&str]| hospital.root().args(args).done();
    let status = hospital.root().args(["site", "status"]).json();
    assert_eq!(status["live_sessions"], 1, "{status:#}");

    root(&["approve", request]).refused(&["reason-person-needed"]);
    root(&["refuse", request, "--reason", "x"]).refused(&["reason-person-needed"]);
    root(&["person", "invite", "--hospital", "--role", "approver"])
        .refused(&["reason-person-needed"]);
    let pin = ["target", "pin", "1", "127.0.0.1:1"];
    root(&pin).refused(&["reason-person-needed"]);
    let vendor = crew.vendor.as_str();
    root(&["vendor", "suspend", vendor, "--reason", "x"]).expect(3);
    live.echo(b"still here");

    let ended = root(&["end", &session]);
    ended.expect(0);
    let late = live.gone().saturating_duration_since(ended.ended);
    assert!(
        late < GONE_WITHIN,
        "gone {late:?} after the command had returned"
    );
    link.says("end-ended-locally");

    let mut live = link.live();
    let isolated = root(&["isolate", "--reason", "the server room burns"]);
    isolated.expect(0);
    let late = live.gone().saturating_duration_since(isolated.ended);
    assert!(
        late < GONE_WITHIN,
        "gone {late:?} after the command had returned"
    );
    root(&["lift"]).refused(&["reason-person-needed"]);
    hospital.clerk.tries(["lift"]).expect(0);
    root(&["lift"]).refused(&["reason-person-needed"]);
    assert!(!hospital.clerk.asks(["site", "status"])["isolation"].is_null());
}

#[test]
fn one_person_and_the_recovery_kit_lift_an_isolation_and_the_kit_is_good_for_that_one_alone() {
    let hospital = Hospital::own();
    let kit = hospital.typed_kit();
    let with_kit = || {
        hospital
            .clerk
            .sekisho()
            .args(["lift", "--with-kit"])
            .input(kit.clone())
    };
    hospital
        .clerk
        .sekisho()
        .args(["site", "kit", "test"])
        .input(kit.clone())
        .ok();
    hospital
        .clerk
        .tries(["isolate", "--reason", "a rehearsal"])
        .expect(0);
    with_kit().done().refused(&["reason-setup-incomplete"]);
    hospital.clerk.tries(["site", "seal-kit"]).expect(0);
    let lifted = with_kit().json();
    assert_eq!(lifted["lifted"], true, "{lifted:#}");
    with_kit().done().refused(&["reason-not-isolated"]);
}

#[test]
fn one_target_is_isolated_while_others_go_on_and_two_people_lift_it() {
    let mut hospital = Hospital::own();
    let (crew, other) = (hospital.crew(), hospital.crew());
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let _other = hospital.visit(&other.engineer, &other.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut goes_on = Link::open(&other.engineer, &other.target);
    let mut live = link.live();
    let mut beside = goes_on.live();
    let session = hospital.session_of(&visit.visit);
    let watching = std::thread::spawn(move || live.gone());
    let why = ["--reason", "what was seen in its log"];
    let isolate = ["isolate", "--target", &crew.target];
    let isolated = hospital.clerk.tries(isolate.iter().chain(&why));
    isolated
        .expect(0)
        .says(&said::beginning("cli-isolated-one"));
    let gone = watching.join().unwrap();
    let late = gone.saturating_duration_since(isolated.ended);
    assert!(late < GONE_WITHIN, "gone {late:?} after the command");
    let ended = hospital.ended(&session);
    assert_eq!(ended["ended"]["reason"]["id"], "end-target-suspended");
    beside.echo(b"care and the other visit go on");
    let status = hospital.clerk.asks(["site", "status"]);
    assert_eq!(status["isolated"][0]["name"], crew.target.as_str());
    assert_eq!(status["isolated"][0]["reason"], "what was seen in its log");
    assert_eq!(
        hospital
            .clerk
            .asks(["incident", "list"])
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    drop(beside);
    goes_on.close();

    // It survives a restart, and nobody gives it back alone.
    hospital.stop("TERM");
    hospital.start();
    let resume = ["target", "resume", &crew.target];
    hospital
        .clerk
        .tries(resume)
        .refused(&["reason-second-person-needed"]);
    let lift = ["lift", "--target", &crew.target];
    hospital.clerk.tries(lift).expect(2);
    let why = ["--reason", "the server was looked through"];
    let lift: Vec<&str> = lift.iter().chain(&why).copied().collect();
    crew.engineer.tries(&lift).expect(3);
    let first = hospital.clerk.tries(&lift);
    first
        .expect(0)
        .says(&said::beginning("cli-lift-awaits-second"));
    hospital
        .clerk
        .tries(&lift)
        .refused(&["reason-second-person-needed"]);
    let second = hospital.chief.tries(&lift);
    second.expect(0).says(&said::beginning("cli-lifted"));
    let status = hospital.clerk.asks(["site", "status"]);
    assert!(status.get("isolated").is_none(), "{status}");
    // The approved time is not over: what was approved holds again.
    let mut link = Link::open(&crew.engineer, &crew.target);
    link.live().echo(b"in again");
    link.close();
}
