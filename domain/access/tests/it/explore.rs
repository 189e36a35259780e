//! Every sequence of commands up to a depth, over a small hospital, checked step by step by rules
//! that are written here again and know nothing of how `decide` decides.
//!
//! One vendor with two engineers, two approvers, one target. States are told apart by their whole
//! content and the moment. Each exploration states its depth, and fails if it had to stop short.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use access::*;
use ids::*;
use proptest::prelude::*;

use crate::world::*;

/// The persons of this world.
const DOCTOR_1: u64 = 1;
const NURSE_2: u64 = 2;
const ENGINEER_3: u64 = 3;
const ENGINEER_4: u64 = 4;

#[derive(Clone)]
enum Step {
    Asks(&'static str, Caller, Box<dyn Ask>),
    Waits(Duration),
}

trait Ask: Fn(&World) -> Command + Send + Sync {
    fn boxed(&self) -> Box<dyn Ask>;
}

impl<F: Fn(&World) -> Command + Send + Sync + Clone + 'static> Ask for F {
    fn boxed(&self) -> Box<dyn Ask> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Ask> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

fn asks(
    name: &'static str,
    by: Caller,
    command: impl Fn(&World) -> Command + Send + Sync + Clone + 'static,
) -> Step {
    Step::Asks(name, by, Box::new(command))
}

fn comes(n: u64) -> Caller {
    Caller {
        device: Some(device(n - 2)),
        ..Caller {
            who: Who::Person(person(n)),
            ..engineer(ITO)
        }
    }
}

fn small(approvals: Approvals, sessions_marked: bool) -> World {
    let mut world = World::clinic();
    world.join(Employer::Hospital, Role::Approver);
    let doctor = staff(DOCTOR_1);
    let new = new_vendor("東海医療情報", "203.0.113.0/24", None);
    world.does(&doctor, Command::RegisterVendor(new));
    for _ in 0..2 {
        world.join(Employer::Vendor(vendor(1)), Role::Engineer);
    }
    let emergency = sessions_marked;
    let new = NewTarget {
        approvals,
        emergency,
        ..new_target("billing", "10.1.2.3", 1)
    };
    world.does(&doctor, Command::RegisterTarget(new));
    if emergency {
        world.does(&doctor, chain(&[(NURSE_2, 0), (DOCTOR_1, 30)]));
        world.does(
            &doctor,
            Command::SealEnvelope {
                codes: codes(&[1, 2]),
            },
        );
    }
    world
}

/// The newest id of a kind, so that steps need no parameter.
fn last_request(world: &World) -> RequestId {
    request((world.site.requests().count() as u64).max(1))
}

fn last_grant(world: &World) -> GrantId {
    let last = world.site.grants().last();
    last.map_or(grant(1), |grant| grant.id.clone())
}

fn last_session(world: &World) -> u64 {
    (world.site.sessions().count() as u64).max(1)
}

fn once(world: &World) -> Command {
    let asked = NewVisit {
        sessions: Sessions::Once,
        ..world.visit_to(BILLING, HOUR)
    };
    Command::RequestVisit(Box::new(asked))
}

fn visiting() -> Vec<Step> {
    vec![
        asks("3 asks", comes(ENGINEER_3), once),
        asks("3 approves", comes(ENGINEER_3), |w| {
            approve(&last_request(w))
        }),
        asks("1 approves", staff(DOCTOR_1), |w| approve(&last_request(w))),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("2 refuses", staff(NURSE_2), |w| refuse(&last_request(w))),
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("4 opens", comes(ENGINEER_4), |w| Command::OpenSession {
            target: target(BILLING),
            grant: Some(last_grant(w)),
            protocol: Protocol::Tcp,
        }),
        asks("it closes", Caller::gateway(), |w| close(last_session(w))),
        asks("1 withdraws", staff(DOCTOR_1), |w| {
            suspend(Subject::Grant(last_grant(w)))
        }),
        Step::Waits(HOUR),
    ]
}

fn extending() -> Vec<Step> {
    vec![
        asks("3 extends", comes(ENGINEER_3), |w| {
            Command::RequestExtension {
                visit: visit(1),
                until: w.site.grant_until(&grant(1)).unwrap_or(w.now).plus(HOUR),
            }
        }),
        asks("3 approves", comes(ENGINEER_3), |w| {
            approve(&last_request(w))
        }),
        asks("2 approves half", staff(NURSE_2), |w| {
            let request = last_request(w);
            let window = w
                .site
                .request(&request)
                .map_or(w.until(HOUR), |request| request.window);
            let narrower = Some(Window {
                until: window.until.minus(MINUTE * 30),
                ..window
            });
            Command::ApproveRequest {
                request,
                conditions: None,
                narrower,
                ssh: None,
            }
        }),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("1 withdraws", staff(DOCTOR_1), |w| {
            suspend(Subject::Grant(last_grant(w)))
        }),
        Step::Waits(MINUTE * 30),
    ]
}

fn emergencies() -> Vec<Step> {
    vec![
        asks("3 asks", comes(ENGINEER_3), |w| {
            Command::RequestVisit(Box::new(w.visit_to(BILLING, HOUR * 3)))
        }),
        asks("3 by the envelope", comes(ENGINEER_3), |w| {
            envelope(&last_request(w), 1)
        }),
        asks("2 on duty", staff(NURSE_2), |w| duty(&last_request(w))),
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("1 approves", staff(DOCTOR_1), |w| {
            approve(&request(1).max(last_request(w)))
        }),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("1 refuses", staff(DOCTOR_1), |w| refuse(&last_request(w))),
        asks("3 takes back", comes(ENGINEER_3), |w| {
            Command::WithdrawRequest {
                request: last_request(w),
            }
        }),
        asks("1 suspends 3", staff(DOCTOR_1), |_| {
            suspend(Subject::Person(person(ENGINEER_3)))
        }),
        Step::Waits(HOUR * 2),
    ]
}

fn removing() -> Vec<Step> {
    vec![
        asks("3 opens", comes(ENGINEER_3), |_| open(BILLING)),
        asks("root isolates", local(), |_| isolate()),
        asks("1 lifts", staff(DOCTOR_1), |_| lift(LiftWay::Agree)),
        asks("2 lifts", staff(NURSE_2), |_| lift(LiftWay::Agree)),
        asks("1 waits to lift", staff(DOCTOR_1), |_| {
            lift(LiftWay::AfterDelay)
        }),
        asks("1 suspends 2", staff(DOCTOR_1), |_| {
            suspend(Subject::Person(person(NURSE_2)))
        }),
        asks("2 suspends the vendor", staff(NURSE_2), |_| {
            suspend(Subject::Vendor(vendor(1)))
        }),
        asks("1 resumes the vendor", staff(DOCTOR_1), {
            let subject = Subject::Vendor(vendor(1));
            move |_| Command::Resume {
                subject: subject.clone(),
            }
        }),
        asks("1 resumes 2", staff(DOCTOR_1), {
            let subject = Subject::Person(person(NURSE_2));
            move |_| Command::Resume {
                subject: subject.clone(),
            }
        }),
        asks("1 resets 2", staff(DOCTOR_1), |w| {
            w.invite_command(InvitationFor::Factors {
                person: person(NURSE_2),
            })
        }),
        asks(
            "2 sets up",
            Caller {
                source: staff(NURSE_2).source,
                ..invitee(5)
            },
            |w| w.accept_command(None).1,
        ),
        Step::Waits(DAY),
    ]
}

/// The SSH target of [`small_ssh`].
const PACS: u64 = 2;

/// An attended SSH target, and 3's grant for it: two connections, 1,000 bytes of files each way.
fn small_ssh() -> World {
    let mut world = small(Approvals::One, false);
    let new = NewTarget {
        attended: true,
        ..ssh_target("pacs", "10.1.2.6", 1)
    };
    world.does(&staff(DOCTOR_1), Command::RegisterTarget(new));
    world.does(&staff(DOCTOR_1), set_secret(PACS));
    let asked = NewVisit {
        ssh: Some(file_terms()),
        ..world.visit_to(PACS, HOUR)
    };
    let request = world.ask(&comes(ENGINEER_3), asked);
    world.approve(NURSE_2, &request);
    world
}

fn in_last(world: &World, ask: ChannelAsk) -> Command {
    Command::OpenChannel {
        session: session(last_session(world)),
        ask,
    }
}

/// As much of a file as the door last allowed, or 600 bytes.
fn passes(world: &World) -> Command {
    let left = 1000 - world.site.visit(&visit(1)).unwrap().files_in;
    Command::Note(GatewayNote::FileHandedOver {
        session: session(last_session(world)),
        direction: Handover::In,
        name: word(20),
        bytes: left.min(600),
        sha256: None,
    })
}

fn attending() -> Vec<Step> {
    let last = |world: &World| session(last_session(world));
    vec![
        asks("3 opens", comes(ENGINEER_3), |_| Command::OpenSession {
            target: target(PACS),
            grant: None,
            protocol: Protocol::Ssh,
        }),
        asks("1 attends", staff(DOCTOR_1), move |w| Command::Attend {
            session: last(w),
        }),
        asks("2 attends", staff(NURSE_2), move |w| Command::Attend {
            session: last(w),
        }),
        asks("2 leaves", staff(NURSE_2), move |w| Command::LeaveSession {
            session: last(w),
        }),
        asks("1 suspends 2", staff(DOCTOR_1), |_| {
            suspend(Subject::Person(person(NURSE_2)))
        }),
        asks("1 resumes 2", staff(DOCTOR_1), |_| Command::Resume {
            subject: Subject::Person(person(NURSE_2)),
        }),
        asks("1 signs out", Caller::gateway(), |_| {
            let person = person(DOCTOR_1);
            Command::Note(GatewayNote::SignedOut { person })
        }),
        asks("root pauses", local(), move |w| Command::PauseSession {
            session: last(w),
        }),
        asks("2 continues", staff(NURSE_2), move |w| {
            Command::ContinueSession { session: last(w) }
        }),
        asks("root continues", local(), move |w| {
            Command::ContinueSession { session: last(w) }
        }),
        asks("3 opens SFTP", comes(ENGINEER_3), |w| {
            in_last(w, ChannelAsk::Sftp)
        }),
        asks("3 opens a shell", comes(ENGINEER_3), |w| {
            in_last(w, ChannelAsk::Shell)
        }),
        asks("4 opens SFTP", comes(ENGINEER_4), |w| {
            in_last(w, ChannelAsk::Sftp)
        }),
        asks("3 uploads", comes(ENGINEER_3), |w| {
            in_last(w, upload("/srv/in/a"))
        }),
        asks("a file passes", Caller::gateway(), passes),
        Step::Waits(SECOND * 90),
        Step::Waits(MINUTE * 9),
    ]
}

/// One step. `None` if nothing changed.
fn take(world: &World, step: &Step) -> Option<World> {
    let mut after = world.clone();
    after.entries.clear();
    match step {
        Step::Waits(time) => {
            after.later(*time);
        }
        Step::Asks(name, caller, command) => {
            let command = command(world);
            let asked = command.clone();
            let outcome = after.tries(caller, command).ok()?;
            let leaves = matches!(asked, Command::LeaveSession { .. });
            if !leaves {
                suspended_stays_out(world, caller, name);
            }
            if let Outcome::Channel { bytes_left } = outcome {
                a_channel_is_granted_and_nothing_is_frozen(world, caller, &asked, bytes_left);
            }
            given_back_by_persons(caller, &asked);
            if let Outcome::Opened(permit) = &outcome {
                a_session_has_a_live_grant(world, caller, permit);
            }
        }
    }
    holds(world, &after);
    Some(after)
}

fn suspended_stays_out(world: &World, caller: &Caller, name: &str) {
    if let Who::Person(id) = &caller.who {
        let person = world.site.person(id).unwrap();
        let stands =
            person.suspended.is_none() && person.erased.is_none() && person.reset.is_none();
        assert!(stands, "a suspended person acted: {name}");
        if let Employer::Vendor(vendor) = &person.employer {
            assert!(
                world.site.vendor(vendor).unwrap().suspended.is_none(),
                "{name}"
            );
        }
    }
}

/// What opens inside a session was granted, is its owner's, and finds nothing frozen.
fn a_channel_is_granted_and_nothing_is_frozen(
    world: &World,
    caller: &Caller,
    asked: &Command,
    bytes_left: u64,
) {
    let Command::OpenChannel { session, ask } = asked else {
        panic!("{asked:?}")
    };
    let site = &world.site;
    let session = site.session(session).unwrap();
    assert_eq!(caller.who, Who::Person(session.person.clone()));
    assert!(session.paused.is_none(), "nothing opens while paused");
    let attended = session.attendants.iter().any(|id| site.person_stands(id));
    assert!(attended || !session.attended, "nothing opens unattended");
    assert!(site.still_permitted(&session.id, world.now).is_ok());
    let terms = site.grant(&session.grant).unwrap().terms.ssh.clone();
    let most = match (ask, terms.unwrap().upload) {
        (ChannelAsk::Sftp, Files::Yes { .. }) => 0,
        (ChannelAsk::File { path, .. }, Files::Yes { paths, most_bytes }) => {
            assert!(paths.allow(path));
            most_bytes - site.visit(&session.visit).unwrap().files_in
        }
        (ask, _) => panic!("{ask:?} was not granted"),
    };
    assert_eq!(bytes_left, most);
}

/// Attending and continuing give access: only signed-in persons of the hospital do it.
fn given_back_by_persons(caller: &Caller, asked: &Command) {
    if matches!(
        asked,
        Command::Attend { .. } | Command::ContinueSession { .. }
    ) {
        let hospital = [DOCTOR_1, NURSE_2].map(|n| Who::Person(person(n)));
        assert!(hospital.contains(&caller.who));
    }
}

/// No session without a live grant, approved by another person of the hospital, or an emergency
/// whose debt stands or was paid.
fn a_session_has_a_live_grant(world: &World, caller: &Caller, permit: &Permit) {
    let site = &world.site;
    assert!(!site.isolated(), "an isolated site admits nothing");
    assert_eq!(caller.who, Who::Person(permit.person().clone()));
    assert_eq!(caller.device.as_ref(), Some(permit.device()));
    let grant = site.grant(permit.grant()).unwrap();
    assert_eq!(
        (&grant.terms.person, &grant.terms.device),
        (permit.person(), permit.device())
    );
    assert_eq!(
        (&grant.terms.target, grant.withdrawn.as_ref()),
        (permit.target(), None)
    );
    assert!(grant.terms.window.from <= world.now && world.now < permit.until());
    assert!(permit.until() <= longest(site, grant));
    if grant.terms.sessions == Sessions::Once {
        assert_eq!(grant.opened, 0, "a one-use grant is used once");
    }
    let request = site
        .request(&RequestId::new(site.id(), grant.id.number()))
        .unwrap();
    let others: BTreeSet<&PersonId> = request.approvals.iter().map(|given| &given.by).collect();
    assert!(!others.contains(permit.person()));
    for other in &others {
        assert_eq!(site.person(other).unwrap().employer, Employer::Hospital);
    }
    let needed = match site.target(permit.target()).unwrap().approvals {
        Approvals::One => 1,
        Approvals::Two => 2,
    };
    let in_debt = site.debts().any(|debt| debt.request == request.id);
    assert!(others.len() >= needed || in_debt || grant.emergency);
    let owed = site.debts().any(|debt| debt.visit != grant.visit);
    assert!(!owed, "a debt blocks the vendor's other visits");
}

/// The end of a grant and of the extensions that were approved for it, and never more.
fn longest(site: &Site, grant: &Grant) -> Timestamp {
    let extensions = site
        .grants()
        .filter(|other| other.extends.as_ref() == Some(&grant.id));
    let held = extensions.filter(|other| other.withdrawn.is_none());
    held.map(|other| other.terms.window.until)
        .fold(grant.terms.window.until, Timestamp::max)
}

/// What holds of every step.
fn holds(before: &World, after: &World) {
    grants_never_widen(&before.site, &after.site);
    debts_never_disappear(before, after);
    isolation_is_lifted_by_two(before, after);
    for session in after.site.sessions() {
        no_session_survives_its_terms(after, session);
        who_attends_stands(after, session);
        let earlier = before.site.session(&session.id);
        let revived =
            earlier.is_some_and(|earlier| earlier.ended.is_some()) && session.ended.is_none();
        assert!(!revived, "an ended session stays ended");
        let permitted = |world: &World| world.site.still_permitted(&session.id, world.now).is_ok();
        let revived = earlier.is_some() && !permitted(before) && permitted(after);
        assert!(
            !revived,
            "what was no longer permitted is not permitted again"
        );
    }
}

fn grants_never_widen(before: &Site, after: &Site) {
    for grant in before.grants() {
        let later = after.grant(&grant.id).unwrap();
        assert_eq!(later.terms, grant.terms, "a grant's terms never change");
        assert!(grant.withdrawn.is_none() || later.withdrawn.is_some());
    }
    for grant in after.grants() {
        let request = after
            .request(&RequestId::new(after.id(), grant.id.number()))
            .unwrap();
        if let Asked::Visit(asked) = &request.asked {
            let narrowed = match (&grant.terms.ssh, &asked.ssh) {
                (Some(granted), Some(asked)) => granted.within(asked),
                (granted, None) => granted.is_none(),
                (None, Some(_)) => false,
            };
            assert!(narrowed, "terms for SSH never widen");
            let window = grant.terms.window;
            assert!(asked.window.from <= window.from && window.until <= asked.window.until);
            assert_eq!(
                (&asked.target, asked.sessions),
                (&grant.terms.target, grant.terms.sessions)
            );
        }
        if grant.emergency {
            assert!(grant.terms.window.until <= grant.at.plus(HOUR * 2));
        }
    }
}

fn debts_never_disappear(before: &World, after: &World) {
    let left: BTreeSet<&RequestId> = after.site.debts().map(|debt| &debt.request).collect();
    for debt in before
        .site
        .debts()
        .filter(|debt| !left.contains(&debt.request))
    {
        let answer = after.entries.last().unwrap();
        assert!(matches!(answer.event, Event::DebtAnswered { .. }));
        let Who::Person(by) = &answer.by.who else {
            panic!("a debt is answered by a person")
        };
        let person = before.site.person(by).unwrap();
        assert!(person.employer == Employer::Hospital && debt.opened_by.as_ref() != Some(by));
    }
}

fn isolation_is_lifted_by_two(before: &World, after: &World) {
    let Some(isolation) = before.site.isolation().filter(|_| !after.site.isolated()) else {
        return;
    };
    let Who::Person(by) = &after.entries.last().unwrap().by.who else {
        panic!("a person lifts")
    };
    let mut lifted: BTreeSet<&PersonId> = isolation.agreed.keys().collect();
    lifted.insert(by);
    assert!(lifted.len() >= 2);
    for person in lifted {
        assert!(before.site.person(person).unwrap().since <= isolation.since);
    }
}

fn no_session_survives_its_terms(world: &World, session: &Session) {
    let site = &world.site;
    let Ok(until) = site.still_permitted(&session.id, world.now) else {
        return;
    };
    let grant = site.grant(&session.grant).unwrap();
    assert!(world.now < until && until <= longest(site, grant));
    assert!(!site.isolated() && grant.withdrawn.is_none() && session.closed.is_none());
    assert!(site.person(&session.person).unwrap().suspended.is_none());
    assert!(site.device(&session.device).unwrap().suspended.is_none());
    assert!(site.target(&session.target).unwrap().suspended.is_none());
    assert!(site.vendors().all(|vendor| vendor.suspended.is_none()));
}

/// Who attends may act, and a session that needs somebody lives at most ten minutes without.
fn who_attends_stands(world: &World, session: &Session) {
    if session.closed.is_some() || session.ended.is_some() {
        return;
    }
    let site = &world.site;
    assert!(session.attendants.iter().all(|id| site.person_stands(id)));
    let alone = session.attended && session.attendants.is_empty();
    assert_eq!(
        site.frozen(session).is_some(),
        alone || session.paused.is_some()
    );
    let (since, before) = session.unattended;
    let grace = if before { MINUTE * 2 } else { MINUTE * 10 };
    if alone && since.plus(grace) <= world.now {
        assert!(site.still_permitted(&session.id, world.now).is_err());
    }
    let visit = site.visit(&session.visit).unwrap();
    assert!(visit.files_in <= 1000 && visit.files_out <= 1000);
}

fn fingerprint(world: &World) -> u64 {
    let mut state = serde_json::to_value(&world.site).unwrap();
    // How many entries led here does not matter to what may happen next.
    state["entries"] = 0.into();
    let mut hasher = DefaultHasher::new();
    (state.to_string(), world.now).hash(&mut hasher);
    hasher.finish()
}

/// Breadth first, to the stated depth; gives the number of different states.
fn explore(start: World, steps: &[Step], depth: usize) -> usize {
    let mut seen = BTreeSet::from([fingerprint(&start)]);
    let mut next = VecDeque::from([(start, 0)]);
    while let Some((world, at)) = next.pop_front() {
        if at == depth {
            continue;
        }
        for after in steps.iter().filter_map(|step| take(&world, step)) {
            if seen.insert(fingerprint(&after)) {
                next.push_back((after, at + 1));
            }
        }
    }
    println!("{} states to depth {depth}", seen.len());
    seen.len()
}

#[test]
fn no_session_without_anothers_approval_in_every_sequence_of_visiting_to_depth_6() {
    let states = explore(small(Approvals::One, false), &visiting(), 6);
    assert!(states > 100, "{states}");
}

#[test]
fn two_approvals_are_two_persons_in_every_sequence_of_visiting_to_depth_6() {
    let states = explore(small(Approvals::Two, false), &visiting(), 6);
    assert!(states > 100, "{states}");
}

#[test]
fn no_sequence_of_extensions_widens_a_grant_to_depth_7() {
    let mut start = small(Approvals::One, false);
    let request = start.ask(&comes(ENGINEER_3), start.visit_to(BILLING, HOUR));
    start.approve(NURSE_2, &request);
    let states = explore(start, &extending(), 7);
    assert!(states > 100, "{states}");
}

#[test]
fn no_debt_disappears_in_every_sequence_of_emergencies_to_depth_6() {
    let states = explore(small(Approvals::One, true), &emergencies(), 6);
    assert!(states > 100, "{states}");
}

#[test]
fn isolated_and_suspended_stay_out_in_every_sequence_of_removals_to_depth_5() {
    let mut start = small(Approvals::One, false);
    let request = start.ask(&comes(ENGINEER_3), start.visit_to(BILLING, HOUR * 3));
    start.approve(NURSE_2, &request);
    start.does(&comes(ENGINEER_3), open(BILLING));
    let states = explore(start, &removing(), 5);
    assert!(states > 100, "{states}");
}

#[test]
fn nothing_passes_while_frozen_in_every_sequence_of_attending_to_depth_5() {
    let mut start = small_ssh();
    let opens = attending().swap_remove(0);
    start = take(&start, &opens).unwrap_or(start);
    assert_eq!(start.site.live_sessions().count(), 1);
    let states = explore(start, &attending(), 5);
    assert!(states > 100, "{states}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Long walks inside sessions.
    #[test]
    fn nothing_passes_while_frozen_on_long_walks(walk in prop::collection::vec(0usize..17, 60)) {
        let steps = attending();
        let mut world = small_ssh();
        for choice in walk {
            if let Some(after) = take(&world, &steps[choice]) {
                world = after;
            }
        }
    }

    /// Long walks over all of these steps together.
    #[test]
    fn the_same_holds_on_long_walks(walk in prop::collection::vec(0usize..64, 40)) {
        let steps = [visiting(), extending(), emergencies(), removing()].concat();
        let mut world = small(Approvals::One, true);
        for choice in walk {
            let step = &steps[choice % steps.len()];
            if let Some(after) = take(&world, step) {
                world = after;
            }
        }
    }
}
