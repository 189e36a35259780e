//! Rows of invitations, people and devices.

use access::*;
use ids::*;

use super::Row;
use crate::passkeys::{distrust, passkey, trust, trusting};
use crate::world::*;

/// A tenth invitation, for a second device of Ito, made by the doctor.
fn invited() -> World {
    let mut world = World::hospital();
    let person = person(ITO);
    world.invite(&staff(DOCTOR), InvitationFor::Device { person });
    world
}

/// … and accepted: the device waits for its words.
fn enrolled() -> World {
    let mut world = invited();
    world.accept(Some(enrolment(50)));
    world
}

/// The kit's reset of the doctor's factors waits for its day.
fn reset_by_kit() -> World {
    let mut world = World::hospital();
    let command = delayed(&world, factors(DOCTOR));
    world.does(&kit(), command);
    world
}

fn factors(of: u64) -> InvitationFor {
    InvitationFor::Factors { person: person(of) }
}

/// An invitation long enough for the kit's delay.
fn delayed(world: &World, purpose: InvitationFor) -> Command {
    Command::Invite {
        purpose,
        secret: digest(12),
        until: world.now.plus(DAY * 2),
    }
}

fn take_back() -> Command {
    Command::WithdrawInvitation {
        invitation: invitation(10),
    }
}

fn accept() -> Command {
    invited().accept_command(Some(enrolment(50))).1
}

/// The ninth invitation is used, and not the invitee's.
fn accept_anothers() -> Command {
    let Command::AcceptInvitation {
        secret,
        name,
        contact,
        device,
        ..
    } = accept()
    else {
        panic!()
    };
    Command::AcceptInvitation {
        invitation: invitation(9),
        secret,
        name,
        contact,
        device,
    }
}

pub(super) fn rows() -> Vec<Row> {
    [
        invitations(),
        acceptances(),
        erasures(),
        limits(),
        passkeys(),
    ]
    .concat()
}

fn invitations() -> Vec<Row> {
    let hospital = World::hospital();
    let invite = |purpose| hospital.invite_command(purpose);
    let for_person = |employer, role| {
        let roles = NonEmpty::one(role);
        invite(InvitationFor::Person { employer, roles })
    };
    let at_the_hospital = |role| for_person(Employer::Hospital, role);
    let engineer = |n| for_person(Employer::Vendor(vendor(n)), Role::Engineer);
    let custodian = for_person(Employer::Custodian, Role::Inspector);
    let device = |n| invite(InvitationFor::Device { person: person(n) });
    let founded = World::founded();
    let first = founded.invite_command(InvitationFor::FirstPerson);
    let again = invite(InvitationFor::FirstPerson);
    let delayed = |n| delayed(&hospital, factors(n));
    let rows = vec![
        ("invite: a first person again (nobody)", again),
        ("invite: an approver", at_the_hospital(Role::Approver)),
        ("invite: an operator", at_the_hospital(Role::Operator)),
        ("invite: an inspector", at_the_hospital(Role::Inspector)),
        ("invite: a custodian", custodian),
        ("invite: an engineer of the engineer's vendor", engineer(1)),
        ("invite: an engineer of the other vendor", engineer(2)),
        ("invite: a device of the engineer", device(ITO)),
        ("invite: a device of an approver (nobody)", device(NURSE)),
        ("invite: new factors of the engineer", delayed(ITO)),
        ("invite: new factors of another approver", delayed(DOCTOR)),
        ("invite: new factors of the approver's own", delayed(NURSE)),
        (
            "invite: new factors of the operator's own",
            delayed(OPERATOR),
        ),
        ("invite: new factors of the custodian", delayed(CUSTODIAN)),
    ];
    let rows = rows.into_iter();
    let mut all = vec![("invite: the first person", founded, first)];
    all.extend(rows.map(|(row, command)| (row, hospital.clone(), command)));
    all
}

fn acceptances() -> Vec<Row> {
    let confirm = enrolled().confirm_command(5);
    vec![
        ("withdraw_invitation: an approver's", invited(), take_back()),
        (
            "withdraw_invitation: the kit's",
            reset_by_kit(),
            take_back(),
        ),
        ("accept_invitation: the invitee's own", invited(), accept()),
        (
            "accept_invitation: another's (nobody)",
            invited(),
            accept_anothers(),
        ),
        ("confirm_device: the engineer's own", enrolled(), confirm),
    ]
}

fn passkeys() -> Vec<Row> {
    let add = |attested| Command::AddPasskey(passkey(1, attested));
    let remove = || Command::RemovePasskey {
        passkey: digest(501),
    };
    let (mut engineers, mut approvers) = (trusting(), trusting());
    engineers.does(&engineer(ITO), add(true));
    approvers.does(&staff(NURSE), add(false));
    vec![
        ("add_passkey: at the engineers' door", trusting(), add(true)),
        ("add_passkey: at the console's", trusting(), add(false)),
        ("remove_passkey: the engineer's", engineers, remove()),
        ("remove_passkey: the approver's", approvers, remove()),
        ("trust_attestation", upgraded(World::hospital()), trust()),
        ("distrust_attestation", trusting(), distrust()),
    ]
}

fn limits() -> Vec<Row> {
    let mut world = World::hospital();
    world.does(&staff(DOCTOR), Command::UpgradeSite);
    let rows = [
        ("limit_person: an inspector", INSPECTOR),
        ("limit_person: an approver (nobody)", NURSE),
        ("limit_person: the custodian (nobody)", CUSTODIAN),
    ];
    let rows = rows.into_iter();
    rows.map(|(row, of)| (row, world.clone(), limit(of, world.now.plus(DAY))))
        .collect()
}

fn erasures() -> Vec<Row> {
    let erase = |n| Command::ErasePerson { person: person(n) };
    let h = World::hospital;
    vec![
        ("erase_person: the engineer", h(), erase(ITO)),
        ("erase_person: the operator", h(), erase(OPERATOR)),
        ("erase_person: the approver", h(), erase(NURSE)),
        ("erase_person: another approver", h(), erase(DOCTOR)),
        ("erase_person: the custodian", h(), erase(CUSTODIAN)),
    ]
}
