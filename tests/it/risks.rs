//! Accepted risks by the command line: what rests on one lets in only while it holds.

use acceptance::Hospital;
use acceptance::link::Link;

#[test]
fn s1_35_a_risk_is_withdrawn_and_accepted_again_by_commands_and_lets_in_only_while_it_holds() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let stands = || {
        let targets = hospital.clerk.asks(["target", "list"]);
        targets[0]["risk"]["stands"].clone()
    };
    assert_eq!(stands(), "holds");
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let withdraw = [
        "target",
        "withdraw-risk",
        &crew.target,
        "--reason",
        "it is replaced",
    ];
    hospital.clerk.sekisho().args(withdraw).ok();
    assert_eq!(stands(), "over");
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-risk-over"]);
    let findings = hospital.clerk.tries(["site", "status"]).to_string();
    assert!(findings.contains(&crew.target), "{findings}");
    let day = Hospital::in_a_month();
    let accept = |owner: &str, until: &str| {
        let reason = "the new one comes late";
        let accept = ["target", "accept-risk", &crew.target, "--reason", reason];
        let whose = ["--owner", owner, "--until", until];
        hospital.clerk.tries(accept.iter().chain(&whose))
    };
    accept("1", "2099-12-31").refused(&["reason-risk-not-possible"]);
    accept("1", "next year").expect(2);
    // An engineer answers for nothing of the hospital's.
    accept(&crew.engineer.id, &day).refused(&["reason-risk-not-possible"]);
    accept("1", &day).expect(0);
    assert_eq!(stands(), "holds");
    let mut link = Link::open(&crew.engineer, &crew.target);
    link.live().echo(b"let in again");
}
