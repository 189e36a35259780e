//! Accepted risks: what rests on one is possible only while it holds (decision 0048, S1-35).

use access::*;

use crate::world::*;

/// As the world of the hospital begins.
fn beginning() -> ids::Timestamp {
    World::hospital().now
}

pub(crate) fn accept_risk(target_number: u64) -> Command {
    Command::AcceptRisk {
        target: target(target_number),
        risk: risk_until(beginning().plus(200 * DAY)),
    }
}

pub(crate) fn withdraw_risk(target_number: u64) -> Command {
    Command::WithdrawRisk {
        target: target(target_number),
        reason: "the device is gone".into(),
    }
}

/// The billing server rests on a risk that ends so long after the world began; Ito is granted a visit of an hour.
fn granted(ends_after: std::time::Duration) -> World {
    let mut world = upgraded(World::hospital());
    let risk = risk_until(world.now.plus(ends_after));
    let accept = Command::AcceptRisk {
        target: target(BILLING),
        risk,
    };
    world.does(&staff(OPERATOR), accept);
    let request = world.ask(&engineer(ITO), world.visit_to(BILLING, HOUR));
    world.approve(NURSE, &request);
    world
}

fn over(world: &World) -> Reason {
    let known = world.site.target(&target(BILLING)).unwrap();
    let risk = known.accepted_risk().unwrap();
    Reason::RiskOver {
        target: known.name.clone(),
        owner: risk.owner.clone().unwrap().to_string(),
        until: risk.ends(),
    }
}

#[test]
fn l22_a_session_ends_with_the_accepted_risk_and_none_is_opened_after_it() {
    let mut world = granted(30 * MINUTE);
    let decided = world.does(&engineer(ITO), open(BILLING));
    let Outcome::Opened(permit) = decided else {
        panic!("not opened");
    };
    let end = world.now.plus(30 * MINUTE);
    assert_eq!(permit.until(), end);
    assert_eq!(world.permitted(), Ok(end));
    world.now = end;
    assert_eq!(world.permitted(), Err(EndReason::RiskOver));
    let asked = Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)));
    for refused in [open(BILLING), asked] {
        let why = world.refused(&engineer(ITO), refused);
        assert_eq!(why, [over(&world)]);
    }
}

#[test]
fn s1_35_no_request_is_approved_and_no_emergency_opened_on_a_risk_that_is_over() {
    let mut world = granted(30 * MINUTE);
    let asked = world.visit_to(BILLING, 3 * HOUR);
    let waiting = world.ask(&engineer(KATO), asked);
    world.does(
        &staff(NURSE),
        Command::SealEnvelope {
            codes: codes(&[1, 2, 3]),
        },
    );
    world.now = world.now.plus(30 * MINUTE);
    let reason = over(&world);
    assert_eq!(
        world.refused(&staff(DOCTOR), approve(&waiting)),
        std::slice::from_ref(&reason)
    );
    let opened = world.refused(&engineer(KATO), envelope(&waiting, 1));
    assert_eq!(opened, [reason]);
    // Whoever is called at night can renew it first.
    world.does(&staff(DOCTOR), accept_risk(BILLING));
    world.does(&engineer(KATO), envelope(&waiting, 1));
}

#[test]
fn s1_35_a_withdrawal_ends_what_runs_and_a_renewal_lets_in_again() {
    let mut world = granted(90 * DAY);
    world.does(&engineer(ITO), open(BILLING));
    world.does(&staff(DOCTOR), withdraw_risk(BILLING));
    assert_eq!(world.permitted(), Err(EndReason::RiskOver));
    assert_eq!(world.refused(&engineer(ITO), open(BILLING)), [over(&world)]);
    let again = world.refused(&staff(DOCTOR), withdraw_risk(BILLING));
    assert_eq!(again, [Reason::AlreadySo]);
    world.does(&staff(DOCTOR), accept_risk(BILLING));
    // The session that ended is not revived by it.
    assert_eq!(world.permitted(), Err(EndReason::RiskOver));
    world.does(&engineer(ITO), open(BILLING));
}

#[test]
fn a_renewal_prolongs_what_runs_and_a_shorter_end_shortens_it() {
    let mut world = granted(30 * MINUTE);
    world.does(&engineer(ITO), open(BILLING));
    let until = |after| Command::AcceptRisk {
        target: target(BILLING),
        risk: risk_until(beginning().plus(after)),
    };
    world.does(&staff(OPERATOR), until(90 * DAY));
    let permitted = world.permitted().unwrap();
    assert!(permitted > beginning().plus(30 * MINUTE), "{permitted}");
    world.does(&staff(OPERATOR), until(10 * MINUTE));
    assert_eq!(world.permitted(), Ok(beginning().plus(10 * MINUTE)));
}

/// Raw TCP that was registered before owners were asked for: nothing stops from one second to the next.
#[test]
fn what_was_accepted_before_owners_were_asked_for_goes_on_for_a_quarter_of_a_year() {
    let mut world = World::hospital();
    let stands = |world: &World| {
        let known = world.site.target(&target(BILLING)).unwrap();
        world.site.risk_stands(known, world.now)
    };
    // As long as the release before can be started again, nothing can be named, and nothing ends.
    world.now = world.now.plus(120 * DAY);
    assert_eq!(stands(&world), Some(RiskStands::Unowned));
    let early = Command::AcceptRisk {
        target: target(BILLING),
        risk: risk_until(world.now.plus(DAY)),
    };
    let refused = world.refused(&staff(DOCTOR), early.clone());
    assert_eq!(refused, [Reason::NotUpgraded]);
    let mut world = upgraded(world);
    let begun = world.now;
    assert_eq!(stands(&world), Some(RiskStands::Unowned));
    world.now = begun.plus(limits::UNOWNED_RISK_LASTS).minus(SECOND);
    assert_eq!(stands(&world), Some(RiskStands::Unowned));
    world.now = begun.plus(limits::UNOWNED_RISK_LASTS);
    assert_eq!(stands(&world), Some(RiskStands::Over));
    let mut renewed = world.clone();
    let risk = risk_until(world.now.plus(60 * DAY));
    let accept = Command::AcceptRisk {
        target: target(BILLING),
        risk,
    };
    renewed.does(&staff(OPERATOR), accept);
    assert_eq!(stands(&renewed), Some(RiskStands::Holds));
    renewed.now = renewed.now.plus(30 * DAY);
    assert_eq!(stands(&renewed), Some(RiskStands::EndsSoon));
}

/// An entry of a server without encryption, from a ledger in which no owner stood beside it.
#[test]
fn a_server_without_encryption_that_was_accepted_by_nobody_is_nobodys_for_a_quarter_of_a_year() {
    let mut world = World::with_database();
    let pinned = Event::DatabaseServerPinned {
        target: target(DATABASE),
        server: ServerIdentity::PlainText {
            accepted: "too old for TLS; IT section".into(),
        },
    };
    world.enter(&staff(DOCTOR), vec![pinned]);
    let known = world.site.target(&target(DATABASE)).unwrap();
    let risk = known.accepted_risk().unwrap();
    assert_eq!(risk.reason, "too old for TLS; IT section");
    assert_eq!(risk.owner, None);
    assert_eq!(risk.until, world.now.plus(limits::UNOWNED_RISK_LASTS));
    assert_eq!(
        world.site.risk_stands(known, world.now),
        Some(RiskStands::Unowned)
    );
}

#[test]
fn l39_another_server_without_encryption_is_pinned_with_its_risk_and_one_with_a_key_needs_none() {
    let mut world = World::with_database();
    let plain = || ServerIdentity::PlainText {
        accepted: "too old for TLS; IT section".into(),
    };
    let pin = |server, risk| Command::PinDatabaseServer {
        target: target(DATABASE),
        server,
        risk,
    };
    let risk = || Some(risk_until(beginning().plus(DAY)));
    let without = world.refused(&staff(DOCTOR), pin(plain(), None));
    let name = "orca".to_owned();
    assert_eq!(without, [Reason::RiskNotAccepted { target: name }]);
    let beside = world.refused(&staff(DOCTOR), pin(pinned_server(2), risk()));
    assert_eq!(beside, [Reason::RiskNotPossible]);
    world.does(&staff(DOCTOR), pin(plain(), risk()));
    let known = world.site.target(&target(DATABASE)).unwrap();
    assert_eq!(known.accepted_risk().unwrap().kind, RiskKind::NoTls);
    assert_eq!(known.accepted_risk().unwrap().owner, Some(person(OPERATOR)));
    world.does(&staff(DOCTOR), pin(pinned_server(2), None));
    let known = world.site.target(&target(DATABASE)).unwrap();
    assert_eq!(world.site.risk_stands(known, world.now), None);
}

/// A person who left answers for nothing.
#[test]
fn a_risk_whose_owner_is_suspended_is_nobodys() {
    let mut world = granted(90 * DAY);
    let stands = |world: &World| {
        let known = world.site.target(&target(BILLING)).unwrap();
        world.site.risk_stands(known, world.now)
    };
    assert_eq!(stands(&world), Some(RiskStands::Holds));
    let suspend = Command::Suspend {
        subject: Subject::Person(person(OPERATOR)),
        reason: word(3),
    };
    world.does(&staff(DOCTOR), suspend);
    assert_eq!(stands(&world), Some(RiskStands::Unowned));
}

#[test]
fn l39_a_console_with_old_tls_is_entered_only_while_its_risk_is_accepted_and_every_request_says_so()
{
    let mut world = World::at_a_console(WebTerms::usual());
    let old = ServerIdentity::OldTls {
        spki: ids::Digest([9; 32]),
    };
    let pin = |risk| Command::PinDatabaseServer {
        target: target(CONSOLE),
        server: old.clone(),
        risk,
    };
    let without = world.refused(&staff(DOCTOR), pin(None));
    let name = "pacs-web".to_owned();
    assert_eq!(without, [Reason::RiskNotAccepted { target: name }]);
    let ends = world.now.plus(DAY);
    world.does(&staff(DOCTOR), pin(Some(risk_until(ends))));
    let known = world.site.target(&target(CONSOLE)).unwrap();
    assert_eq!(known.accepted_risk().unwrap().kind, RiskKind::OldTls);
    assert_eq!(world.site.risk_until(known, world.now), Ok(ends));
    let request = world.ask(&engineer(ITO), world.console_visit(None));
    let asked = world.site.request(&request).unwrap();
    assert!(world.site.unusual(asked).contains(&Unusual::OldTls));
    world.does(&staff(DOCTOR), withdraw_risk(CONSOLE));
    let again = Command::RequestVisit(Box::new(world.console_visit(None)));
    let refused = world.refused(&engineer(ITO), again);
    assert!(
        matches!(refused[..], [Reason::RiskOver { .. }]),
        "{refused:?}"
    );
}
