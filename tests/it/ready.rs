//! The connection that an engineer's program keeps ready for the next session is only that.

use acceptance::hospital::{Crew, Hospital};
use acceptance::link::{Link, Live, connections};
use acceptance::wait;

/// A session, and the connection that waits for the next one.
fn one_is_ready(hospital: &Hospital, crew: &Crew) -> (Link, Live) {
    let mut link = Link::open(&crew.engineer, &crew.target);
    let live = link.live();
    wait::until("the connection for the next session", || {
        let held = connections(crew.engineer.from, hospital.address.port());
        (held == 2).then_some(())
    });
    (link, live)
}

#[test]
fn l14_on_a_connection_made_before_a_withdrawal_nothing_opens_after_it() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let (mut link, mut live) = one_is_ready(&hospital, &crew);
    let reason = ["--reason", "it is not needed any more"];
    let withdraw = ["withdraw-grant", visit.grant.as_str()];
    let withdraw = withdraw.into_iter().chain(reason);
    hospital.clerk.tries(withdraw).expect(0);
    live.gone();
    link.dial().gone();
    link.says("reason-grant-withdrawn");
    assert_eq!(crew.echo.accepted(), 1);
}

#[test]
fn a_connection_that_waited_and_was_lost_with_the_gateway_is_made_anew() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let (mut link, mut live) = one_is_ready(&hospital, &crew);
    hospital.stop("KILL");
    live.gone();
    hospital.start();
    link.live();
    link.close().expect(0);
}
