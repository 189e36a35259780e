//! Rows of requests, approvals, emergencies, sessions and reports.

use access::*;

use super::{Row, two_visits};
use crate::world::*;

/// Requests of Ito and Kato that nobody has answered; the nurse is on duty, and a code is sealed.
fn two_requests() -> World {
    let mut world = World::hospital();
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0)]));
    world.does(&staff(DOCTOR), Command::SealEnvelope { codes: codes(&[1]) });
    for n in [ITO, KATO] {
        world.ask(&engineer(n), world.visit_to(BILLING, HOUR));
    }
    world
}

/// Ito's request was opened by the nurse on duty, who does not judge it herself.
fn opened_by_the_nurse() -> World {
    let mut world = two_requests();
    world.does(&staff(NURSE), duty(&request(1)));
    world
}

/// Ito's request for a target with two approvals, and the nurse has given hers.
fn half_approved() -> World {
    let mut world = World::hospital();
    let request = world.ask(&engineer(ITO), world.visit_to(RECORDS, HOUR));
    world.approve(NURSE, &request);
    world
}

pub(super) fn rows() -> Vec<Row> {
    [requests(), answers(), emergencies(), reports()].concat()
}

/// In Ito's visit one file waits, and one went out; Kato is a colleague.
fn one_waits() -> World {
    let mut world = upgraded(two_visits());
    world.does(&Caller::gateway(), Command::Note(judged(FileVerdict::Held)));
    world.does(&Caller::gateway(), handed_over(Handover::Out, 9));
    world
}

fn requests() -> Vec<Row> {
    let hospital = World::hospital();
    let to = |n| Command::RequestVisit(Box::new(hospital.visit_to(n, HOUR)));
    let until = hospital.now.plus(HOUR * 2);
    let extend = |n| Command::RequestExtension {
        visit: visit(n),
        until,
    };
    let withdraw = |n| Command::WithdrawRequest {
        request: request(n),
    };
    let h = || hospital.clone();
    vec![
        (
            "request_visit: a target of the engineer's",
            h(),
            to(BILLING),
        ),
        ("request_visit: of the other vendor", h(), to(IMAGING)),
        ("request_extension: the engineer's", two_visits(), extend(1)),
        (
            "request_extension: the colleague's",
            two_visits(),
            extend(2),
        ),
        (
            "withdraw_request: the engineer's",
            two_requests(),
            withdraw(1),
        ),
        (
            "withdraw_request: the colleague's",
            two_requests(),
            withdraw(2),
        ),
    ]
}

fn answers() -> Vec<Row> {
    let yes = |n| approve(&request(n));
    let no = |n| refuse(&request(n));
    let debt = World::in_debt;
    vec![
        ("approve_request: the engineer's", two_requests(), yes(1)),
        ("approve_request: the colleague's", two_requests(), yes(2)),
        (
            "approve_request: approved by them before (nobody)",
            half_approved(),
            yes(1),
        ),
        ("approve_request: an envelope's debt", debt(), yes(1)),
        (
            "approve_request: the debt of one's own (nobody)",
            opened_by_the_nurse(),
            yes(1),
        ),
        ("refuse_request: the engineer's", two_requests(), no(1)),
        ("refuse_request: the colleague's", two_requests(), no(2)),
        ("refuse_request: an envelope's debt", debt(), no(1)),
        (
            "refuse_request: the debt of one's own (nobody)",
            opened_by_the_nurse(),
            no(1),
        ),
    ]
}

fn emergencies() -> Vec<Row> {
    let read_out = |n| envelope(&request(n), 1);
    let seal = Command::SealEnvelope { codes: codes(&[1]) };
    let h = World::hospital;
    vec![
        (
            "open_emergency: on duty, the engineer's",
            two_requests(),
            duty(&request(1)),
        ),
        (
            "open_emergency: on duty, the colleague's",
            two_requests(),
            duty(&request(2)),
        ),
        (
            "open_emergency: by the envelope, the engineer's",
            two_requests(),
            read_out(1),
        ),
        (
            "open_emergency: by the envelope, the colleague's",
            two_requests(),
            read_out(2),
        ),
        ("seal_envelope", h(), seal),
        ("set_night_chain", h(), chain(&[(NURSE, 0)])),
    ]
}

fn reports() -> Vec<Row> {
    vec![
        ("file_report: the engineer's visit", two_visits(), report(1)),
        (
            "file_report: the colleague's visit",
            two_visits(),
            report(2),
        ),
        (
            "release_file: one that waits",
            one_waits(),
            release(1, true),
        ),
        (
            "refuse_file: one that waits",
            one_waits(),
            release(1, false),
        ),
        (
            "confirm_deletion: something went out",
            one_waits(),
            Command::Files(FileCommand::ConfirmDeletion { visit: visit(1) }),
        ),
        (
            "review_visit: the engineer's, reported",
            World::reported(),
            review(1, Verdict::Accepted, true, None),
        ),
        (
            "review_visit: while somebody is inside (nobody)",
            upgraded(two_visits()),
            review(1, Verdict::Questioned, false, Some(1)),
        ),
    ]
}
