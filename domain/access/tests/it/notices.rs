//! Who is told what, and when: the escalation at night, quiet hours, and the answer that nobody gave.

use std::collections::{BTreeMap, BTreeSet};

use access::*;
use ids::{NonEmpty, PersonId, RequestId, Timestamp};
use proptest::prelude::*;

use crate::matrix::notices::{by_mail, mail, set_ways, told, webhook};
use crate::world::*;

fn set(set: SetNotices) -> Command {
    Command::SetNotices(set)
}

/// Everybody of the hospital and Ito by mail.
fn told_by_mail() -> World {
    let mut world = upgraded(World::hospital());
    world.does(&staff(OPERATOR), set(SetNotices::Mail(Some(mail()))));
    for n in [DOCTOR, NURSE, OPERATOR] {
        world.does(&staff(n), set_ways(n, by_mail(n)));
    }
    world.does(&engineer(ITO), set_ways(ITO, by_mail(ITO)));
    world
}

/// Quiet at every hour of the week.
fn always_quiet(n: u64) -> Ways {
    let whole = |weekday| Slot {
        weekday,
        from: 0,
        to: 1440,
    };
    Ways {
        quiet: (0..7).map(whole).collect(),
        ..by_mail(n)
    }
}

fn due(world: &World) -> BTreeMap<About, Vec<PersonId>> {
    let due = world.site.due_notices(&[], world.now).into_iter();
    due.map(|due| (due.about, due.to)).collect()
}

/// Tells everybody who is due, as the gateway does; gives whom.
fn tell(world: &mut World) -> Vec<(About, PersonId)> {
    let mut all = Vec::new();
    for (about, to) in due(world) {
        for person in to {
            let arrived = told(about.clone(), person.number(), None);
            world.does(&Caller::gateway(), arrived);
            all.push((about.clone(), person));
        }
    }
    all
}

fn unanswered(request: &RequestId) -> Command {
    let request = request.clone();
    Command::Note(GatewayNote::Notice(NoticeNote::Unanswered { request }))
}

fn asked(world: &mut World) -> RequestId {
    let visit = world.visit_to(BILLING, HOUR * 3);
    world.ask(&engineer(ITO), visit)
}

#[test]
fn a_new_request_is_told_once_to_who_can_answer_it_and_to_nobody_else() {
    let mut world = told_by_mail();
    let request = asked(&mut world);
    let about = About::Request(request);
    assert_eq!(due(&world)[&about], [person(DOCTOR), person(NURSE)]);
    tell(&mut world);
    assert!(due(&world).is_empty());
    world.later(MINUTE * 30);
    assert!(due(&world).is_empty(), "nobody is told twice");
}

#[test]
fn who_cannot_be_reached_or_has_approved_is_not_told() {
    let mut world = told_by_mail();
    world.does(&staff(DOCTOR), set_ways(DOCTOR, Ways::default()));
    let visit = world.visit_to(RECORDS, HOUR);
    let request = world.ask(&engineer(ITO), visit);
    let about = About::Request(request.clone());
    assert_eq!(due(&world)[&about], [person(NURSE)]);
    world.approve(NURSE, &request);
    assert!(!due(&world).contains_key(&about), "she has answered");
    world.does(&staff(DOCTOR), set_ways(DOCTOR, by_mail(DOCTOR)));
    assert_eq!(due(&world)[&about], [person(DOCTOR)]);
    world.does(&staff(DOCTOR), set(SetNotices::Mail(None)));
    assert!(due(&world).is_empty(), "no server, no mail");
}

#[test]
fn in_quiet_hours_only_the_link_whose_turn_it_is_is_told() {
    let mut world = told_by_mail();
    for n in [DOCTOR, NURSE] {
        world.does(&staff(n), set_ways(n, always_quiet(n)));
    }
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0), (DOCTOR, 15)]));
    let request = asked(&mut world);
    let about = About::Request(request);
    assert_eq!(tell(&mut world), [(about.clone(), person(NURSE))]);
    world.later(MINUTE * 14);
    assert!(tell(&mut world).is_empty(), "not before the time");
    world.later(MINUTE);
    assert_eq!(tell(&mut world), [(about, person(DOCTOR))]);
}

#[test]
fn a_deputy_stands_in_for_a_link_that_cannot_be_told() {
    let mut world = told_by_mail();
    world.does(&staff(NURSE), set_ways(NURSE, Ways::default()));
    world.does(&staff(DOCTOR), set_ways(DOCTOR, always_quiet(DOCTOR)));
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0), (DOCTOR, 15)]));
    let request = asked(&mut world);
    assert_eq!(due(&world)[&About::Request(request)], [person(DOCTOR)]);
}

#[test]
fn quiet_hours_give_way_when_nobody_would_be_told_at_all() {
    let mut world = told_by_mail();
    for n in [DOCTOR, NURSE] {
        world.does(&staff(n), set_ways(n, always_quiet(n)));
    }
    let request = asked(&mut world);
    let both = [person(DOCTOR), person(NURSE)];
    assert_eq!(due(&world)[&About::Request(request)], both);
}

#[test]
fn whoever_was_asleep_is_told_in_the_morning() {
    let mut world = told_by_mail();
    let (weekday, minute) = world.now.weekday_and_minute_jst();
    let night = Slot {
        weekday,
        from: minute,
        to: minute + 30,
    };
    let ways = Ways {
        quiet: vec![night],
        ..by_mail(DOCTOR)
    };
    world.does(&staff(DOCTOR), set_ways(DOCTOR, ways));
    let about = About::Request(asked(&mut world));
    assert_eq!(tell(&mut world), [(about.clone(), person(NURSE))]);
    world.later(MINUTE * 30);
    assert_eq!(tell(&mut world), [(about, person(DOCTOR))]);
}

#[test]
fn a_request_that_nobody_answers_in_time_is_refused_once_and_everybody_is_told() {
    let mut world = told_by_mail();
    let request = asked(&mut world);
    world.later(HOUR - SECOND);
    assert!(world.site.unanswered(world.now).is_empty());
    let early = world.refused(&Caller::gateway(), unanswered(&request));
    assert_eq!(early, [Reason::AlreadyDecided]);
    world.later(SECOND);
    assert_eq!(
        world.site.unanswered(world.now),
        std::slice::from_ref(&request)
    );
    tell(&mut world);
    world.does(&Caller::gateway(), unanswered(&request));
    assert!(world.site.unanswered(world.now).is_empty());
    let again = world.refused(&Caller::gateway(), unanswered(&request));
    assert_eq!(again, [Reason::AlreadyDecided]);
    let state = world.site.request(&request).unwrap().state;
    assert_eq!(state, RequestState::Refused);
    assert_eq!(world.site.refused_unanswered(&request), Some(world.now));
    assert!(
        world
            .refused(&staff(NURSE), approve(&request))
            .contains(&Reason::AlreadyDecided)
    );
    let about = About::Unanswered(request);
    let all = [person(DOCTOR), person(NURSE), person(ITO)];
    assert_eq!(due(&world)[&about], all);
}

#[test]
fn a_visit_asked_for_in_advance_may_be_answered_until_it_could_begin() {
    let mut world = told_by_mail();
    let mut visit = world.visit_to(BILLING, HOUR * 3);
    visit.window.from = world.now.plus(DAY);
    visit.window.until = world.now.plus(DAY + HOUR);
    let request = world.ask(&engineer(ITO), visit);
    world.later(DAY - SECOND);
    assert!(world.site.unanswered(world.now).is_empty());
    world.later(SECOND);
    assert_eq!(world.site.unanswered(world.now), [request]);
}

#[test]
fn a_site_that_tells_nobody_anything_waits_until_the_window_is_over() {
    let mut world = upgraded(World::hospital());
    asked(&mut world);
    assert_eq!(world.site.answer_within(), None);
    world.later(HOUR * 2);
    assert!(world.site.unanswered(world.now).is_empty());
    assert!(!world.site.somebody_can_be_told());
}

#[test]
fn the_minutes_for_an_answer_have_bounds() {
    let mut world = upgraded(World::hospital());
    let terms = |answer_within| {
        set(SetNotices::Terms(NoticeTerms {
            answer_within,
            english: false,
        }))
    };
    for wrong in [0, 4, 7 * 24 * 60 + 1] {
        let reasons = world.refused(&staff(OPERATOR), terms(wrong));
        assert!(matches!(reasons[..], [Reason::TooMany { .. }]), "{wrong}");
    }
    world.does(&staff(OPERATOR), terms(5));
    assert_eq!(world.site.answer_within(), Some(5));
}

/// Lesson L24: every list and number of a setting has its limit.
#[test]
fn l24_ways_quiet_hours_and_webhooks_have_limits() {
    let mut world = told_by_mail();
    let many = Ways {
        ways: vec![Way::Mail { address: word(1) }; limits::MOST_WAYS + 1],
        ..Ways::default()
    };
    let reasons = world.refused(&staff(NURSE), set_ways(NURSE, many));
    assert!(matches!(&reasons[..], [Reason::TooMany { what, .. }] if what == "ways"));
    let mut long = always_quiet(NURSE);
    long.quiet = long.quiet.repeat(5);
    let reasons = world.refused(&staff(NURSE), set_ways(NURSE, long));
    assert!(matches!(&reasons[..], [Reason::TooMany { what, .. }] if what == "slots"));
    for n in 0..limits::MOST_WEBHOOKS {
        let number = world.site.notice_secrets() + 1;
        let webhook = webhook(&format!("room-{n}"), number);
        world.does(&staff(OPERATOR), set(SetNotices::Webhook(webhook)));
    }
    let one_more = webhook("one-more", world.site.notice_secrets() + 1);
    let reasons = world.refused(&staff(OPERATOR), set(SetNotices::Webhook(one_more)));
    assert!(matches!(&reasons[..], [Reason::TooMany { what, .. }] if what == "webhooks"));
    let tried = Tried {
        person: person(NURSE),
        sent: Vec::new(),
        tries: 1,
    };
    let crowd = NonEmpty::from_vec(vec![tried; limits::MOST_TOLD_AT_ONCE + 1]).unwrap();
    let note = NoticeNote::Delivered {
        about: About::Test,
        told: crowd,
    };
    let reasons = world.refused(&Caller::gateway(), Command::Note(GatewayNote::Notice(note)));
    assert!(matches!(&reasons[..], [Reason::TooMany { what, .. }] if what == "persons"));
}

#[test]
fn a_vendor_hears_nothing_in_a_room_of_the_hospitals() {
    let mut world = told_by_mail();
    let number = world.site.notice_secrets() + 1;
    let room = SetNotices::Webhook(webhook("duty-room", number));
    world.does(&staff(OPERATOR), set(room));
    let name = "duty-room".to_owned();
    let ways = Ways {
        ways: vec![Way::Webhook { name }],
        ..Ways::default()
    };
    let reasons = world.refused(&engineer(ITO), set_ways(ITO, ways.clone()));
    assert!(reasons.contains(&Reason::NotOfTheHospital), "{reasons:?}");
    world.does(&staff(NURSE), set_ways(NURSE, ways));
}

#[test]
fn a_secret_is_the_one_in_force_or_the_next() {
    let mut world = upgraded(World::hospital());
    for secret in [None, Some(0), Some(2)] {
        let server = MailServer { secret, ..mail() };
        let reasons = world.refused(&staff(OPERATOR), set(SetNotices::Mail(Some(server))));
        assert_eq!(reasons, [Reason::SecretMissing], "{secret:?}");
    }
    world.does(&staff(OPERATOR), set(SetNotices::Mail(Some(mail()))));
    let kept = MailServer {
        port: 465,
        ..mail()
    };
    world.does(&staff(OPERATOR), set(SetNotices::Mail(Some(kept))));
}

#[test]
fn an_emergency_is_told_to_who_did_not_open_it_and_reminded_of() {
    let mut world = told_by_mail();
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0)]));
    let request = asked(&mut world);
    world.does(&staff(NURSE), duty(&request));
    let about = |reminder| About::Emergency {
        request: request.clone(),
        reminder,
    };
    assert_eq!(due(&world)[&about(0)], [person(DOCTOR)]);
    tell(&mut world);
    assert!(due(&world).is_empty());
    world.later(HOUR * 12);
    assert_eq!(due(&world)[&about(1)], [person(DOCTOR)]);
}

#[test]
fn sessions_are_told_to_who_wants_to_hear_of_them() {
    let mut world = told_by_mail();
    let ways = Ways {
        sessions: true,
        ..by_mail(NURSE)
    };
    world.does(&staff(NURSE), set_ways(NURSE, ways));
    let request = asked(&mut world);
    world.approve(DOCTOR, &request);
    world.does(&engineer(ITO), open(BILLING));
    let began = About::SessionBegan(session(1));
    assert_eq!(tell(&mut world), [(began, person(NURSE))]);
    world.does(&Caller::gateway(), close(1));
    let ended = About::SessionEnded(session(1));
    assert_eq!(tell(&mut world), [(ended, person(NURSE))]);
}

#[test]
fn what_stops_visits_is_told_again_after_a_day_and_not_before() {
    let mut world = told_by_mail();
    let unwell = [Unwell {
        id: "finding-recorder".into(),
        since: world.now,
    }];
    let due = |world: &World| world.site.due_notices(&unwell, world.now);
    let about = About::Finding("finding-recorder".into());
    let first = due(&world);
    assert_eq!(
        first[0].to,
        [person(DOCTOR), person(NURSE), person(OPERATOR)]
    );
    for n in [DOCTOR, NURSE, OPERATOR] {
        world.does(&Caller::gateway(), told(about.clone(), n, None));
    }
    world.later(DAY - SECOND);
    assert!(due(&world).is_empty());
    world.later(SECOND);
    assert_eq!(due(&world), first);
}

#[test]
fn who_was_told_and_opens_it_is_entered_once() {
    let mut world = told_by_mail();
    let request = asked(&mut world);
    let about = About::Request(request);
    let seen = || {
        Command::Note(GatewayNote::Notice(NoticeNote::Seen {
            about: about.clone(),
            person: person(NURSE),
        }))
    };
    let untold = world.refused(&Caller::gateway(), seen());
    assert_eq!(untold, [Reason::AlreadySo]);
    let failed = Some(Undelivered::Unreachable);
    world.does(&Caller::gateway(), told(about.clone(), NURSE, failed));
    assert!(
        !world.site.unseen(&about, &person(NURSE)),
        "it never arrived"
    );
    world.does(&Caller::gateway(), told(about.clone(), NURSE, None));
    world.does(&Caller::gateway(), seen());
    let again = world.refused(&Caller::gateway(), seen());
    assert_eq!(again, [Reason::AlreadySo]);
    assert!(
        world
            .site
            .deliveries()
            .iter()
            .any(|told| told.seen.is_some())
    );
}

#[test]
fn what_was_told_is_kept_for_as_long_as_it_could_be_told_again() {
    let mut world = told_by_mail();
    asked(&mut world);
    tell(&mut world);
    for _ in 0..limits::DELIVERIES_KEPT + 5 {
        world.does(&Caller::gateway(), told(About::Test, NURSE, None));
    }
    assert!(
        due(&world).is_empty(),
        "the request was told and still waits"
    );
    assert_eq!(world.site.deliveries().len(), limits::DELIVERIES_KEPT);
}

/// A night with any chain, any quiet hours and a gateway that looks at any moments.
#[derive(Debug, Clone)]
struct Night {
    chain: Vec<(u64, u16)>,
    quiet: [bool; 2],
    looks: Vec<u16>,
    answer: Option<(usize, bool)>,
}

fn nights() -> impl Strategy<Value = Night> {
    let links = prop::sample::subsequence(vec![NURSE, DOCTOR], 0..=2);
    let chain = (links.prop_shuffle(), prop::array::uniform2(0u16..50))
        .prop_map(|(who, after)| who.into_iter().zip(after).collect());
    let answer = prop::option::weighted(0.3, (0usize..8, any::<bool>()));
    (
        chain,
        prop::array::uniform2(any::<bool>()),
        prop::collection::vec(0u16..25, 1..12),
        answer,
    )
        .prop_map(|(chain, quiet, looks, answer)| Night {
            chain,
            quiet,
            looks,
            answer,
        })
}

/// What may be told at a moment, written here again.
fn may_be_told(night: &Night, n: u64, waited: u16) -> bool {
    let asleep = |n: u64| night.quiet[usize::from(n == NURSE)];
    let first = night.chain.iter().map(|(_, after)| *after).min();
    let turn = night.chain.iter().any(|(link, after)| {
        *link == n && (*after <= waited || first == Some(*after) && first > Some(waited))
    });
    !asleep(n) || turn || (night.chain.is_empty() && asleep(NURSE) && asleep(DOCTOR))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: proptest::test_runner::RngSeed::Fixed(22),
        failure_persistence: None,
        ..Default::default()
    })]

    /// No link before its turn, nobody twice for one thing, nobody asleep out of turn, nobody forgotten,
    /// and a request is refused exactly once if nobody has answered it, and never if somebody has.
    #[test]
    fn escalation_tells_each_in_turn_and_refuses_once(night in nights()) {
        let mut world = told_by_mail();
        for (n, quiet) in [(DOCTOR, night.quiet[0]), (NURSE, night.quiet[1])] {
            let ways = if quiet { always_quiet(n) } else { by_mail(n) };
            world.does(&staff(n), set_ways(n, ways));
        }
        if !night.chain.is_empty() {
            world.does(&staff(DOCTOR), chain(&night.chain));
        }
        let request = asked(&mut world);
        let (begin, mut refused, mut decided, mut late) = (world.now, 0, false, false);
        let mut told: BTreeSet<(About, PersonId)> = BTreeSet::new();
        for (at, minutes) in night.looks.iter().enumerate() {
            world.later(MINUTE * u32::from(*minutes));
            let waited = minutes_since(begin, world.now);
            late |= !decided && (60..180).contains(&waited);
            for one in world.site.unanswered(world.now) {
                prop_assert!(waited >= 60 && !decided && one == request);
                world.does(&Caller::gateway(), unanswered(&one));
                refused += 1;
            }
            for (about, person) in tell(&mut world) {
                if let About::Request(_) = about {
                    prop_assert!(refused == 0 && !decided);
                    prop_assert!(may_be_told(&night, person.number(), waited), "{person} at {waited}");
                }
                prop_assert!(told.insert((about, person)), "told twice");
            }
            if refused == 0 && !decided {
                let about = About::Request(request.clone());
                prop_assert!(told.iter().any(|(told, _)| *told == about), "nobody knows of it");
            }
            if let Some((when, yes)) = night.answer && when == at && refused == 0 {
                let answer = if yes { approve(&request) } else { refuse(&request) };
                world.does(&staff(DOCTOR), answer);
                decided = true;
            }
        }
        prop_assert_eq!(refused, i32::from(late));
    }
}

fn minutes_since(begin: Timestamp, now: Timestamp) -> u16 {
    u16::try_from(now.since(begin).as_secs() / 60).unwrap()
}

fn note(world: &mut World, note: GatewayNote) {
    world.does(&Caller::gateway(), Command::Note(note));
}

/// Everybody by mail, with Ito inside.
fn inside_and_told_by_mail() -> World {
    let mut world = told_by_mail();
    let request = asked(&mut world);
    world.approve(DOCTOR, &request);
    world.does(&engineer(ITO), open(BILLING));
    tell(&mut world);
    world
}

#[test]
fn a_file_that_waits_is_told_at_once_and_those_behind_it_with_it() {
    let mut world = inside_and_told_by_mail();
    note(&mut world, judged(FileVerdict::Held));
    note(&mut world, judged(FileVerdict::Held));
    let waits = |file| About::FileWaits {
        visit: visit(1),
        file,
    };
    let keepers = vec![person(DOCTOR), person(NURSE), person(OPERATOR)];
    assert_eq!(due(&world), BTreeMap::from([(waits(1), keepers.clone())]));
    tell(&mut world);
    assert!(due(&world).is_empty(), "one message for what waits");
    world.does(&staff(NURSE), release(1, true));
    assert_eq!(due(&world), BTreeMap::from([(waits(2), keepers)]));
    world.does(&staff(NURSE), release(2, false));
    assert!(due(&world).is_empty(), "nothing waits any more");
}

#[test]
fn nobody_is_told_of_a_file_that_passed_or_that_nobody_can_fetch_any_more() {
    let mut world = inside_and_told_by_mail();
    note(&mut world, judged(FileVerdict::Passed));
    assert!(due(&world).is_empty());
    note(&mut world, judged(FileVerdict::Held));
    world.does(&Caller::gateway(), close(1));
    world.later(HOUR * 30);
    let told = due(&world);
    let files = |about: &&About| matches!(about, About::FileWaits { .. });
    assert_eq!(told.keys().find(files), None);
}

#[test]
fn a_virus_is_told_once_for_a_visit_even_at_night() {
    let mut world = inside_and_told_by_mail();
    for n in [DOCTOR, NURSE, OPERATOR] {
        world.does(&staff(n), set_ways(n, always_quiet(n)));
    }
    for _ in 0..3 {
        note(&mut world, infected());
    }
    let about = About::FileInfected(visit(1));
    assert!(!due(&world)[&about].is_empty(), "somebody is woken");
    let told: BTreeSet<PersonId> = tell(&mut world).into_iter().map(|(_, who)| who).collect();
    assert!(
        !told.contains(&person(ITO)),
        "the vendor reads it in the answer"
    );
    note(&mut world, infected());
    assert!(
        due(&world).is_empty(),
        "an engineer who tries again is no storm"
    );
}

#[test]
fn a_question_about_a_visit_is_told_to_its_engineer_and_a_second_one_again() {
    let mut world = inside_and_told_by_mail();
    world.does(&Caller::gateway(), close(1));
    world.does(&engineer(ITO), report(1));
    tell(&mut world);
    let asks = |world: &mut World| {
        let questioned = review(1, Verdict::Questioned, true, Some(1));
        world.does(&staff(NURSE), questioned);
    };
    let question = |review| About::Question {
        visit: visit(1),
        review,
    };
    asks(&mut world);
    assert_eq!(tell(&mut world), [(question(1), person(ITO))]);
    asks(&mut world);
    assert_eq!(tell(&mut world), [(question(2), person(ITO))]);
    world.does(&staff(NURSE), review(1, Verdict::Accepted, true, None));
    assert!(due(&world).is_empty());
}

/// S1-35: whoever answers for an accepted risk hears of its end a month before, and once when it has come.
#[test]
fn s1_35_the_owner_of_an_accepted_risk_is_told_before_its_end_and_when_it_has_come() {
    let mut world = told_by_mail();
    let until = world.now.plus(90 * DAY);
    let mine = NewRisk {
        owner: person(INSPECTOR),
        ..risk_until(until)
    };
    let accept = Command::AcceptRisk {
        target: target(BILLING),
        risk: mine,
    };
    world.does(&staff(OPERATOR), accept.clone());
    world.does(&staff(INSPECTOR), set_ways(INSPECTOR, by_mail(INSPECTOR)));
    let ends = About::RiskEnds {
        target: target(BILLING),
        until,
    };
    let ended = About::RiskEnded {
        target: target(BILLING),
        until,
    };
    world.now = until.minus(31 * DAY);
    assert!(!due(&world).contains_key(&ends));
    world.now = until.minus(30 * DAY);
    let who = due(&world).remove(&ends).unwrap();
    assert!(who.contains(&person(INSPECTOR)) && who.contains(&person(OPERATOR)));
    assert!(!who.contains(&person(ITO)), "it is the hospital's matter");
    tell(&mut world);
    assert!(!due(&world).contains_key(&ends), "told once");
    world.now = until;
    assert!(due(&world)[&ended].contains(&person(INSPECTOR)));
    // Of a device that is gone nobody hears.
    let mut gone = world.clone();
    let suspend = Command::Suspend {
        subject: Subject::Target(target(BILLING)),
        reason: word(3),
    };
    gone.does(&staff(DOCTOR), suspend);
    assert!(!due(&gone).contains_key(&ended));
    // A renewal ends it.
    let risk = risk_until(until.plus(90 * DAY));
    let target = target(BILLING);
    world.does(&staff(OPERATOR), Command::AcceptRisk { target, risk });
    assert!(!due(&world).contains_key(&ended));
}

/// What nobody answers for yet is told to those who can name somebody.
#[test]
fn a_risk_that_nobody_answers_for_is_told_to_those_who_keep_the_targets() {
    let mut world = told_by_mail();
    let known = world.site.target(&target(BILLING)).unwrap();
    let until = known.accepted_risk().unwrap().until;
    world.now = until.minus(30 * DAY);
    let ends = About::RiskEnds {
        target: target(BILLING),
        until,
    };
    assert!(due(&world)[&ends].contains(&person(OPERATOR)));
}
