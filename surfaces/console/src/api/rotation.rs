//! Secrets that others may know, and replacing secrets at their targets.

use access::{Command, SecretStanding, Works};
use axum::Json;
use engine::Account;
use ids::{NonEmpty, TargetId};
use wire::api::v1::{
    CompromiseSecret, Done, RotateSecret, RotationFailed, RotationFailure, RotationTerms,
    SecretCompromised, SecretWorks,
};

use super::done;
use super::secrets::who;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Thing};
use crate::body::{Form, Of};

/// Says that a secret may be known to others: nobody enters with it until it is another.
pub(crate) async fn compromise(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<CompromiseSecret>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let said = Command::CompromiseSecret {
        target,
        reader: form.reader,
        why: form.reason,
    };
    let said = asker.engine.submit(&asker.by, said).await;
    asker.about(&thing, said)?;
    done()
}

/// Begins to replace a secret at its target. Whether it succeeded stands in the list.
pub(crate) async fn rotate(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<RotateSecret>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let account = Account::of(form.reader);
    let begun = asker.engine.rotate(&asker.by, &target, account).await;
    asker.about(&thing, begun)?;
    Ok(Json(Done {}))
}

/// What is asked of the gateway to do by itself.
pub(super) fn terms(form: Option<RotationTerms>) -> Result<Option<access::RotationTerms>, Failed> {
    let Some(form) = form else {
        return Ok(None);
    };
    let targets = NonEmpty::try_from(form.targets).map_err(|_| Failed::field("targets"))?;
    Ok(Some(access::RotationTerms {
        targets,
        after_visits: form.after_visits,
        every_days: form.every_days,
    }))
}

pub(super) fn terms_said(terms: &access::RotationTerms) -> RotationTerms {
    RotationTerms {
        targets: terms.targets.iter().cloned().collect(),
        after_visits: terms.after_visits,
        every_days: terms.every_days,
    }
}

pub(super) fn compromised(standing: &SecretStanding) -> Option<SecretCompromised> {
    let known = standing.compromised.as_ref()?;
    Some(SecretCompromised {
        at: known.at,
        by: who(&known.by),
        reason: known.why.clone(),
    })
}

pub(super) fn failed(standing: &SecretStanding) -> Option<RotationFailed> {
    let failed = standing.failed.as_ref()?;
    Some(RotationFailed {
        at: failed.at,
        why: why(failed.why),
        works: match failed.works {
            Works::New => SecretWorks::New,
            Works::Old => SecretWorks::Old,
            Works::NotKnown => SecretWorks::NotKnown,
        },
    })
}

fn why(why: access::RotationFailure) -> RotationFailure {
    use access::RotationFailure as Failure;
    match why {
        Failure::Unreachable => RotationFailure::Unreachable,
        Failure::KeyDiffers => RotationFailure::KeyDiffers,
        Failure::OldRefused => RotationFailure::OldRefused,
        Failure::ChangeRefused => RotationFailure::ChangeRefused,
        Failure::WayNotOffered => RotationFailure::WayNotOffered,
        Failure::NotProved => RotationFailure::NotProved,
        Failure::Interrupted => RotationFailure::Interrupted,
        Failure::OldRemains => RotationFailure::OldRemains,
        Failure::NotSaved => RotationFailure::NotSaved,
        Failure::InDoubt => RotationFailure::InDoubt,
    }
}
