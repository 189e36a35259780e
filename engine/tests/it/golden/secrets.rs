//! What the golden ledgers tell of secrets.

use access::*;
use ids::{NonEmpty, TargetId};

use crate::world::*;

/// A weak secret is accepted, found to be shared, and mended; the hospital asks for more.
pub(super) fn of_its_secrets(world: &mut World, at: &TargetId) {
    let by = staff(DOCTOR);
    let set = |weak: &[SecretWeakness], accepted: Option<&str>| Command::SetTargetSecret {
        target: at.clone(),
        kind: SecretKind::Password,
        reader: true,
        new: NewSecret {
            weak: weak.to_vec(),
            accepted: accepted.map(str::to_owned),
        },
    };
    let short = Some("the device takes eight characters");
    world.does(&by, set(&[SecretWeakness::Guessable], short));
    world.does(&by, set(&[], None));
    let found = |weak: &[SecretWeakness]| SecretFound {
        target: at.clone(),
        reader: true,
        weak: weak.to_vec(),
    };
    let shared = vec![found(&[SecretWeakness::Listed, SecretWeakness::Shared])];
    for (found, whole) in [(shared, false), (vec![found(&[])], true)] {
        world.does(&Caller::gateway(), Command::CheckSecrets { found, whole });
    }
    let policy = SecretPolicy {
        refused: RefusedSecrets::WeakOrShared,
        oldest_days: 90,
        administrators: vec!["hosyu".to_owned()],
        rotation: Some(RotationTerms {
            targets: NonEmpty::one(at.clone()),
            after_visits: true,
            every_days: Some(30),
        }),
    };
    world.does(&by, Command::SetSecretPolicy(policy));
    is_replaced(world, at);
}

/// The secret may be known to others; replacing it fails, is not settled, and succeeds.
fn is_replaced(world: &mut World, at: &TargetId) {
    let (target, reader) = (at.clone(), true);
    let why = "a list with it was found".to_owned();
    let known = Command::CompromiseSecret {
        target,
        reader,
        why,
    };
    world.does(&staff(DOCTOR), known);
    let begin = |cause| Command::BeginRotation {
        target: at.clone(),
        reader,
        cause,
    };
    let end = |works, failed| Command::EndRotation {
        target: at.clone(),
        reader,
        works,
        failed,
    };
    use RotationFailure as Failure;
    world.does(&staff(DOCTOR), begin(RotationCause::Asked));
    let gateway = Caller::gateway();
    for failed in [
        Failure::Unreachable,
        Failure::KeyDiffers,
        Failure::OldRefused,
    ] {
        world.does(&gateway, end(Works::NotKnown, Some(failed)));
    }
    world.does(&gateway, end(Works::Old, Some(Failure::Interrupted)));
    for (cause, failed) in [
        (RotationCause::Compromised, Failure::ChangeRefused),
        (RotationCause::Used, Failure::NotProved),
        (RotationCause::Scheduled, Failure::WayNotOffered),
    ] {
        world.does(&gateway, begin(cause));
        world.does(&gateway, end(Works::Old, Some(failed)));
    }
    world.does(&gateway, begin(RotationCause::Scheduled));
    world.does(&gateway, end(Works::New, Some(Failure::OldRemains)));
    world.does(&gateway, begin(RotationCause::Used));
    world.does(&gateway, end(Works::New, None));
}

/// An account is kept for emergencies: its envelope is ordered, printed, looked at and used in every way.
pub(super) fn of_emergency_accounts() -> Vec<(Caller, Vec<Event>)> {
    let at = || target(RECORDS);
    let terms = EmergencyTerms {
        instructions: "the doctor on duty opens it".to_owned(),
        look_every_days: 365,
    };
    let set = |terms| Event::EmergencyAccountSet {
        target: at(),
        terms,
    };
    let seen = |number, found, why: Option<&str>| Event::EnvelopeSeen {
        target: at(),
        number,
        found,
        why: why.map(str::to_owned),
    };
    let mut told = vec![(staff(OPERATOR), vec![set(Some(terms))])];
    for (number, found) in EnvelopeFound::ALL.into_iter().enumerate() {
        let number = u64::try_from(number).unwrap() + 1;
        let ordered = Event::EnvelopeOrdered {
            target: at(),
            number,
        };
        let begun = Event::SecretRotationBegun {
            target: at(),
            reader: false,
            cause: RotationCause::Envelope,
        };
        let ended = Event::SecretRotationEnded {
            target: at(),
            reader: false,
            works: Works::New,
            failed: None,
        };
        let printed = Event::EnvelopePrinted {
            target: at(),
            number,
        };
        let why = matches!(found, EnvelopeFound::Opened | EnvelopeFound::Missing);
        told.extend([
            (staff(OPERATOR), vec![ordered]),
            (Caller::gateway(), vec![begun, ended]),
            (staff(DOCTOR), vec![printed]),
            (
                staff(OPERATOR),
                vec![seen(number, found, why.then_some("it was dark"))],
            ),
        ]);
    }
    told.push((staff(OPERATOR), vec![set(None)]));
    told
}

/// The password of an account is replaced by PowerShell, at a device, and by the commands of Linux again.
pub(super) fn of_other_ways() -> Vec<(Caller, Vec<Event>)> {
    let lines = "expect #\nsend password {account} {old} {new}\nsee changed\nexpect #\nsave\nexpect #\nsend save";
    let device = Dialogue::parse(lines.lines()).unwrap();
    let ways = [
        Some(RotationWay::Windows),
        Some(RotationWay::Device(device)),
        None,
    ];
    let set = |way| Event::RotationWaySet {
        target: target(RECORDS),
        way,
    };
    vec![(staff(OPERATOR), ways.map(set).to_vec())]
}

/// An account is made for a visit, cannot be removed for every reason that there is, and goes.
pub(super) fn of_visits_accounts() -> Vec<(Caller, Vec<Event>)> {
    let set = |accounts| Event::VisitAccountsSet {
        target: target(RECORDS),
        accounts,
    };
    let made_by = VisitAccounts {
        manager: "root".to_owned(),
        groups: vec!["sudo".to_owned()],
    };
    let ended = |left| Event::VisitAccountEnded {
        visit: visit(1),
        target: target(RECORDS),
        account: "sk-v1".to_owned(),
        left,
    };
    let begun = Event::VisitAccountBegun {
        visit: visit(1),
        target: target(RECORDS),
        account: "sk-v1".to_owned(),
    };
    let mut told = vec![begun];
    told.extend(AccountTrouble::ALL.map(|left| ended(Some(left))));
    told.push(ended(None));
    vec![
        (staff(OPERATOR), vec![set(Some(made_by))]),
        (Caller::gateway(), told),
        (staff(OPERATOR), vec![set(None)]),
    ]
}
