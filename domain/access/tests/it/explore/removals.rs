//! Taking access away, in every order, and what it takes to give it back.

use access::*;
use ids::*;

use super::steps::*;
use crate::world::*;

/// The custodian of [`guarded`].
const CUSTODIAN_5: u64 = 5;

/// The small hospital with a custodian and a sealed kit, and 3's session under a grant of three hours.
pub(super) fn guarded() -> World {
    let mut world = small(Approvals::One, false);
    world.join(Employer::Custodian, Role::Inspector);
    world.does(&staff(DOCTOR_1), Command::SealKit);
    visited(world)
}

/// The small hospital with 3's session under a grant of three hours, and 4's request.
pub(super) fn visited(mut world: World) -> World {
    let request = world.ask(&comes(ENGINEER_3), world.visit_to(BILLING, HOUR * 3));
    world.approve(NURSE_2, &request);
    world.does(&comes(ENGINEER_3), open(BILLING));
    world.ask(&comes(ENGINEER_4), world.visit_to(BILLING, HOUR * 3));
    world
}

fn opens(by: u64) -> Step {
    asks("an engineer opens", comes(by), |_| open(BILLING))
}

fn takes_out(name: &'static str, by: u64, subject: Subject) -> Step {
    asks(name, staff(by), move |_| suspend(subject.clone()))
}

fn brings_back(name: &'static str, by: u64, subject: Subject) -> Step {
    asks(name, staff(by), move |_| Command::Resume {
        subject: subject.clone(),
    })
}

fn lifts(name: &'static str, by: Caller, way: LiftWay) -> Step {
    asks(name, by, move |_| lift(way))
}

/// The newest invitation, accepted from the hospital.
fn accepts(name: &'static str) -> Step {
    let caller = Caller {
        source: staff(NURSE_2).source,
        ..invitee(6)
    };
    asks(name, caller, |_| Command::AcceptInvitation {
        invitation: invitation(6),
        secret: digest(906),
        name: word(16),
        contact: word(106),
        device: None,
    })
}

/// Isolating, objecting, and everybody who may take part in lifting, with those who come in meanwhile.
pub(super) fn isolating() -> Vec<Step> {
    vec![
        opens(ENGINEER_3),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        asks("root isolates", local(), |_| isolate()),
        lifts("1 lifts", staff(DOCTOR_1), LiftWay::Agree),
        lifts("2 lifts", staff(NURSE_2), LiftWay::Agree),
        lifts("5 lifts", staff(CUSTODIAN_5), LiftWay::Agree),
        lifts("6 lifts", staff(6), LiftWay::Agree),
        lifts("the kit lifts", kit(), LiftWay::WithKit),
        lifts("3 lifts", comes(ENGINEER_3), LiftWay::Agree),
        lifts("1 waits to lift", staff(DOCTOR_1), LiftWay::AfterDelay),
        takes_out("1 suspends 2", DOCTOR_1, Subject::Person(person(NURSE_2))),
        brings_back("1 resumes 2", DOCTOR_1, Subject::Person(person(NURSE_2))),
        asks("1 resets 2", staff(DOCTOR_1), |w| {
            let person = person(NURSE_2);
            w.invite_command(InvitationFor::Factors { person })
        }),
        asks("1 invites another approver", staff(DOCTOR_1), |w| {
            let (employer, roles) = (Employer::Hospital, NonEmpty::one(Role::Approver));
            w.invite_command(InvitationFor::Person { employer, roles })
        }),
        accepts("who was invited comes in"),
        Step::Waits(DAY),
    ]
}

/// Everything that can be suspended, suspended and resumed around openings.
pub(super) fn suspending() -> Vec<Step> {
    let vendor = Subject::Vendor(vendor(1));
    let three = Subject::Person(person(ENGINEER_3));
    let two = Subject::Person(person(NURSE_2));
    let laptop = Subject::Device(device(1));
    let billing = Subject::Target(target(BILLING));
    vec![
        opens(ENGINEER_3),
        opens(ENGINEER_4),
        asks("2 approves", staff(NURSE_2), |w| approve(&last_request(w))),
        takes_out("2 suspends the vendor", NURSE_2, vendor.clone()),
        brings_back("1 resumes the vendor", DOCTOR_1, vendor),
        takes_out("2 suspends 3", NURSE_2, three.clone()),
        brings_back("2 resumes 3", NURSE_2, three),
        takes_out("1 suspends 2", DOCTOR_1, two.clone()),
        brings_back("2 resumes themselves", NURSE_2, two.clone()),
        brings_back("1 resumes 2", DOCTOR_1, two),
        asks("3 suspends the laptop", comes(ENGINEER_3), {
            let laptop = laptop.clone();
            move |_| suspend(laptop.clone())
        }),
        brings_back("1 resumes the laptop", DOCTOR_1, laptop),
        takes_out("2 suspends the target", NURSE_2, billing.clone()),
        brings_back("1 resumes the target", DOCTOR_1, billing),
        takes_out("2 withdraws", NURSE_2, Subject::Grant(grant(1))),
        brings_back("1 gives it back", DOCTOR_1, Subject::Grant(grant(1))),
        asks("2 erases 3", staff(NURSE_2), |_| Command::ErasePerson {
            person: person(ENGINEER_3),
        }),
        asks("3 signs out", Caller::gateway(), |_| {
            let person = person(ENGINEER_3);
            Command::Note(GatewayNote::SignedOut { person, of: None })
        }),
        Step::Waits(HOUR),
    ]
}
