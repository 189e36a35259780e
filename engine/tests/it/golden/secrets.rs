//! What the golden ledgers tell of secrets.

use access::*;
use ids::TargetId;

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
    };
    world.does(&by, Command::SetSecretPolicy(policy));
}
