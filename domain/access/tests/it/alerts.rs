//! Alerts: one story is one alert, what is done at once is decided with it, and a person says what it was.

use access::*;

use crate::world::*;

pub(crate) fn raise(rule: &str, about: AlertAbout, answer: RuleAnswer) -> Command {
    seen(rule, about, answer, 1)
}

fn seen(rule: &str, about: AlertAbout, answer: RuleAnswer, entry: u64) -> Command {
    Command::Alerts(AlertCommand::Raise {
        rule: rule.to_owned(),
        about,
        evidence: Evidence::Entry(entry),
        answer,
        reason: word(9),
    })
}

pub(crate) fn settle(alert: u64) -> Command {
    Command::Alerts(AlertCommand::Settle {
        alert,
        verdict: AlertVerdict::Ordinary,
        why: word(43),
    })
}

pub(crate) fn answer_rule() -> Command {
    Command::Alerts(AlertCommand::Answer {
        rule: "log-cleared".to_owned(),
        answer: Some(RuleAnswer::Pause),
    })
}

fn about_visit() -> AlertAbout {
    AlertAbout::Visit(visit(1))
}

/// Ito is connected, and a rule told something of the visit.
pub(crate) fn alerted(answer: RuleAnswer) -> World {
    let mut world = upgraded(World::connected());
    world.does(
        &Caller::gateway(),
        raise("log-cleared", about_visit(), answer),
    );
    world
}

fn open_alert(world: &World) -> &Alert {
    let mut open = world.site.alerts().filter(|alert| alert.settled.is_none());
    let found = open.next().unwrap();
    assert!(open.next().is_none());
    found
}

#[test]
fn s0_28_signs_about_one_visit_are_one_alert_and_the_same_sign_is_told_once() {
    let mut world = alerted(RuleAnswer::Tell);
    let gateway = Caller::gateway();
    let again = world.refused(
        &gateway,
        seen("log-cleared", about_visit(), RuleAnswer::Tell, 2),
    );
    assert_eq!(again, [Reason::AlreadySo]);
    world.does(
        &gateway,
        raise("second-hop", about_visit(), RuleAnswer::Tell),
    );
    let alert = open_alert(&world);
    assert_eq!((alert.number, alert.signs.len()), (1, 2));
    world.does(
        &gateway,
        raise(
            "second-hop",
            AlertAbout::Person(person(KATO)),
            RuleAnswer::Tell,
        ),
    );
    assert_eq!(world.site.alerts().count(), 2, "about somebody else");
    // What was settled is not raised again by the same entry, after a restart; a new one is a new alert.
    world.does(&staff(OPERATOR), settle(1));
    let old = world.refused(
        &gateway,
        raise("second-hop", about_visit(), RuleAnswer::Tell),
    );
    assert_eq!(old, [Reason::AlreadySo]);
    world.does(
        &gateway,
        seen("second-hop", about_visit(), RuleAnswer::Tell, 7_000),
    );
    assert_eq!(world.site.alert(3).unwrap().signs.len(), 1);
}

#[test]
fn s1_9_what_is_let_go_on_and_done_again_is_stopped_again_and_stands_in_the_alert() {
    let mut world = alerted(RuleAnswer::Pause);
    let gateway = Caller::gateway();
    let again = || seen("log-cleared", about_visit(), RuleAnswer::Pause, 2);
    // It stands still: there is nothing to do, and it was told.
    assert_eq!(world.refused(&gateway, again()), [Reason::AlreadySo]);
    world.does(
        &staff(OPERATOR),
        Command::ContinueSession {
            session: session(1),
        },
    );
    world.does(&gateway, again());
    assert!(world.site.session(&session(1)).unwrap().paused.is_some());
    assert_eq!(open_alert(&world).signs.len(), 2);
}

#[test]
fn what_stood_in_the_ledger_when_an_alert_was_settled_is_not_raised_anew_after_a_restart() {
    let mut world = alerted(RuleAnswer::Tell);
    let gateway = Caller::gateway();
    world.does(&staff(OPERATOR), settle(1));
    let until = world.site.alert(1).unwrap().settled.clone().unwrap().until;
    let tell = |entry| seen("log-cleared", about_visit(), RuleAnswer::Tell, entry);
    assert_eq!(
        world.refused(&gateway, tell(until - 1)),
        [Reason::AlreadySo]
    );
    world.does(&gateway, tell(until));
    assert_eq!(open_alert(&world).number, 2);
}

#[test]
fn s1_9_each_answer_takes_away_just_what_it_says_in_the_same_entry() {
    let live = |world: &World| {
        let session = world.site.session(&session(1)).unwrap();
        (session.paused.is_some(), session.ended.clone())
    };
    let device_of_ito = |world: &World| {
        let device = world.site.session(&session(1)).unwrap().device.clone();
        world.site.device(&device).unwrap().suspended.is_some()
    };
    let ito = |world: &World| world.site.person(&person(ITO)).unwrap().suspended.is_some();
    for answer in RuleAnswer::ALL {
        let world = alerted(answer);
        let (paused, ended) = live(&world);
        let suspends = answer == RuleAnswer::Suspend;
        assert_eq!(paused, answer == RuleAnswer::Pause, "{answer:?}");
        assert_eq!(ito(&world), suspends, "{answer:?}");
        assert_eq!(device_of_ito(&world), suspends, "{answer:?}");
        assert_eq!(
            world.site.isolated(),
            answer == RuleAnswer::Isolate,
            "{answer:?}"
        );
        let ends = !matches!(answer, RuleAnswer::Tell | RuleAnswer::Pause);
        assert_eq!(ended.is_some(), ends, "{answer:?}");
        assert_eq!(world.permitted().is_err(), ends, "{answer:?}");
        assert_eq!(open_alert(&world).answered(), answer);
    }
    let world = alerted(RuleAnswer::End);
    assert_eq!(live(&world).1, Some(EndReason::EndedByRule));
}

#[test]
fn an_answer_stops_nobody_whom_the_alert_is_not_about() {
    let mut world = upgraded(World::connected());
    for about in [
        AlertAbout::Person(person(KATO)),
        AlertAbout::Target(target(IMAGING)),
    ] {
        for answer in [RuleAnswer::Pause, RuleAnswer::End, RuleAnswer::Suspend] {
            let mut other = world.clone();
            other.does(&Caller::gateway(), raise("x", about.clone(), answer));
            assert!(other.permitted().is_ok(), "{about:?} {answer:?}");
            assert!(other.frozen().is_none(), "{about:?} {answer:?}");
        }
    }
    // A rule about the site stops what runs, and suspends nobody in particular.
    world.does(
        &Caller::gateway(),
        raise("x", AlertAbout::Site, RuleAnswer::Suspend),
    );
    assert!(world.permitted().is_err());
    assert!(world.site.person(&person(ITO)).unwrap().suspended.is_none());
}

#[test]
fn a_rule_suspends_whoever_it_sees_and_never_the_last_one_who_can_resume() {
    let mut world = upgraded(World::hospital());
    let gateway = Caller::gateway();
    let of = |number| AlertAbout::Person(person(number));
    for number in [NURSE, DOCTOR, OPERATOR, ITO] {
        world.does(&gateway, raise("decoy", of(number), RuleAnswer::Suspend));
    }
    let approvers = world.site.persons().filter(|known| {
        known.roles.iter().any(|role| *role == Role::Approver) && known.suspended.is_none()
    });
    assert!(approvers.count() > 0);
    assert!(world.site.person(&person(ITO)).unwrap().suspended.is_some());
}

#[test]
fn a_visit_that_is_over_has_its_person_and_device_suspended_all_the_same() {
    let mut world = upgraded(World::connected());
    world.does(&Caller::gateway(), close(1));
    world.does(
        &Caller::gateway(),
        raise("x", about_visit(), RuleAnswer::Suspend),
    );
    assert!(world.site.person(&person(ITO)).unwrap().suspended.is_some());
}

#[test]
fn the_gateway_suspends_nobody_without_an_alert() {
    let world = upgraded(World::connected());
    let refused = world.refused(&Caller::gateway(), suspend(Subject::Person(person(ITO))));
    assert!(!refused.is_empty());
}

#[test]
fn what_an_alert_was_is_said_once_by_whoever_keeps_the_site() {
    let mut world = alerted(RuleAnswer::Tell);
    let engineer = world.refused(&engineer(ITO), settle(1));
    assert!(
        engineer.contains(&Reason::RoleMissing) || engineer.contains(&Reason::NotOfTheHospital)
    );
    assert_eq!(
        world.refused(&staff(OPERATOR), settle(2)),
        [Reason::NotFound]
    );
    world.does(&staff(OPERATOR), settle(1));
    assert_eq!(world.refused(&staff(NURSE), settle(1)), [Reason::AlreadySo]);
    let settled = world.site.alert(1).unwrap().settled.clone().unwrap();
    assert_eq!(settled.verdict, AlertVerdict::Ordinary);
}

#[test]
fn a_hospital_chooses_what_is_done_for_a_rule_and_takes_it_back() {
    let mut world = upgraded(World::hospital());
    assert_eq!(world.site.rule_answer("log-cleared"), None);
    world.does(&staff(OPERATOR), answer_rule());
    assert_eq!(
        world.refused(&staff(OPERATOR), answer_rule()),
        [Reason::AlreadySo]
    );
    assert_eq!(
        world.site.rule_answer("log-cleared"),
        Some(RuleAnswer::Pause)
    );
    let back = Command::Alerts(AlertCommand::Answer {
        rule: "log-cleared".to_owned(),
        answer: None,
    });
    world.does(&staff(OPERATOR), back);
    assert_eq!(world.site.rule_answer("log-cleared"), None);
}

#[test]
fn l24_however_many_alerts_there_were_the_state_keeps_the_open_ones_and_some() {
    let mut world = upgraded(World::hospital());
    let gateway = Caller::gateway();
    // Each stands behind everything that was settled before.
    for entry in 0..u64::try_from(limits::ALERTS_KEPT).unwrap() + 40 {
        world.does(
            &gateway,
            seen("x", AlertAbout::Site, RuleAnswer::Tell, 10_000 + entry),
        );
        let number = world.site.alerts().next_back().unwrap().number;
        if entry > 0 {
            world.does(&staff(OPERATOR), settle(number));
        } else {
            // The first one stays open; the next ones are about somebody else.
            let kato = AlertAbout::Person(person(KATO));
            world.does(&gateway, raise("x", kato, RuleAnswer::Tell));
            world.does(&staff(OPERATOR), settle(1));
        }
    }
    assert_eq!(world.site.alerts().count(), limits::ALERTS_KEPT);
    assert!(
        world
            .site
            .alert(2)
            .is_some_and(|alert| alert.settled.is_none())
    );
}

#[test]
fn what_a_rule_stopped_is_not_begun_anew_before_somebody_has_said_what_it_was() {
    for about in [about_visit(), AlertAbout::Person(person(ITO))] {
        for answer in [RuleAnswer::Pause, RuleAnswer::End] {
            let mut world = upgraded(World::connected());
            world.does(
                &Caller::gateway(),
                raise("log-cleared", about.clone(), answer),
            );
            let again = world.refused(&engineer(ITO), open(BILLING));
            assert_eq!(again, [Reason::AlertOpen], "{about:?} {answer:?}");
            world.does(&staff(OPERATOR), settle(1));
            world.does(&engineer(ITO), open(BILLING));
        }
    }
    // To be told of is no reason to be kept out.
    let mut world = alerted(RuleAnswer::Tell);
    world.does(&engineer(ITO), open(BILLING));
}
